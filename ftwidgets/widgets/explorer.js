// The DataExplorer: the rows of a data set as conversations, what the check found in them, and the split.

import { causeList } from "./causes.js";
import { conversation } from "./conversation.js";
import { Frame, LOST, make, TAKES_KEYS, watchKernel, write } from "./frame.js";
import { labelTable, ShareFields } from "./shares.js";

const NEAR = 10;

/** What the browser holds of the data: begun from the snapshot, kept up by messages, drawn by any number of views. */
class Holding {
  constructor(model) {
    this.model = model;
    this.views = new Set();
    this.lost = false;
    Object.assign(this, model.get("view"));
    model.on("msg:custom", (message) => this.take(message));
    model.on("change:view", () => this.take(model.get("view")));
  }

  take(message) {
    Object.assign(this, message);
    for (const view of this.views) view.draw();
  }

  /** The rows that the search keeps, as far as they are here; `first` of all `count` is the number of the first. */
  get found() {
    const { window, model } = this;
    if (!window.whole) return window;
    const search = model.get("search").toLowerCase();
    const kept = window.rows.filter((row) => (!model.get("only_findings") || flawed(row)) && spoken(row).includes(search));
    return { first: 0, count: kept.length, rows: kept };
  }

  /** Whether what is here answers what is searched. */
  get current() {
    const { window, model } = this;
    return window.whole || (window.search === model.get("search") && window.only_findings === model.get("only_findings"));
  }

  /** The place of the selected row among the found ones that are here; more are asked for before they are needed. */
  get place() {
    const { first, count, rows } = this.found;
    const line = this.model.get("selected");
    const place = rows.findIndex((row) => row.line === line);
    if (this.window.whole) return Math.max(place, rows.length ? 0 : -1);
    const near = place < 0 || (place < NEAR && first > 0) || (place >= rows.length - NEAR && first + rows.length < count);
    if (near && count && this.current && this.window.line !== line) this.ask(line);
    return place;
  }

  ask(line) {
    if (this.asked === line || this.lost) return;
    this.asked = line;
    this.model.send({ kind: "window", line });
  }

  set(values) {
    for (const [name, value] of Object.entries(values)) this.model.set(name, value);
    this.model.save_changes();
    for (const view of this.views) view.draw();
  }

  /** Another row, in either direction. */
  step(by) {
    const row = this.found.rows[this.place + by];
    if (row && this.current && this.place >= 0) this.set({ selected: row.line });
  }
}

function flawed(row) {
  return row.notes.length > 0 || row.turns.some((turn) => turn.notes.length > 0);
}

function spoken(row) {
  return row.turns.map((turn) => turn.text).join("\n").toLowerCase();
}

/** One place on the page where the data is drawn. */
class ExplorerView {
  constructor(holding) {
    this.holding = holding;
    this.frame = new Frame("Data explorer");
    this.frame.root.classList.add("ftw-explorer");
    this.frame.pill.hidden = this.frame.line.hidden = true;
    this.buildRows();
    this.causes = make("div", { class: "ftw-scroll", role: "region", "aria-label": "findings", ...TAKES_KEYS });
    this.frame.body.append(make("div", { class: "ftw-columns" }, this.rows, this.causes));
    this.shares = new ShareFields((typed) => holding.model.send({ kind: "split", ...typed }));
    this.frame.actions.append(this.shares.root);
    this.code = make("pre", { "aria-label": "the split in Python", ...TAKES_KEYS });
    this.frame.view("Show code", this.code, () => this.draw());
    this.draw();
  }

  buildRows() {
    const { holding } = this;
    this.search = make("input", { type: "search", placeholder: "search", "aria-label": "search the rows", oninput: () => holding.set({ search: this.search.value }) });
    this.only = make("button", { type: "button", "aria-pressed": "false", onclick: () => holding.set({ only_findings: !holding.model.get("only_findings") }) }, "only findings");
    this.where = make("span", { class: "ftw-dim" });
    this.previous = make("button", { type: "button", onclick: () => holding.step(-1) }, "previous");
    this.next = make("button", { type: "button", onclick: () => holding.step(1) }, "next");
    this.row = make("div", { class: "ftw-row", role: "region", "aria-label": "the row; left and right arrows go to the previous and the next", ...TAKES_KEYS, onkeydown: (event) => this.key(event) });
    this.labels = make("div", { class: "ftw-labels", role: "region", "aria-label": "answers in each part", ...TAKES_KEYS });
    this.rows = make("div", {},
      make("div", { class: "ftw-tools" }, this.search, this.only),
      make("div", { class: "ftw-tools" }, this.where, this.previous, this.next),
      this.row, this.labels);
  }

  key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.holding.step(by);
  }

  draw() {
    const { holding, frame } = this;
    const { head, split, lost } = holding;
    write(frame.title, head.name);
    write(frame.about, head.about);
    write(frame.progress, head.tally);
    frame.tell(lost ? LOST : split.problem, "warn");
    this.drawRow();
    this.drawAnew("causes", holding.causes, () => [causeList(holding.causes, head.total, (line) => this.jump(line))]);
    this.drawAnew("labels", split, () => [labelTable(split)].filter(Boolean));
    this.labels.hidden = !split.labels.length;
    this.shares.draw(split, lost);
    write(this.code, split.code);
  }

  drawRow() {
    const { holding } = this;
    const { first, count, rows } = holding.found;
    const { place, current } = holding;
    const { model } = holding;
    const searching = model.get("search") || model.get("only_findings");
    if (this.search.value !== model.get("search")) this.search.value = model.get("search");
    this.only.setAttribute("aria-pressed", String(model.get("only_findings")));
    this.only.disabled = !holding.causes.list.some((cause) => cause.lines.length) && !model.get("only_findings");
    allow(this.previous, current && first + place > 0);
    allow(this.next, current && place >= 0 && first + place + 1 < count);
    if (!current || (count && place < 0)) return write(this.where, "looking …");
    const row = rows[place];
    const position = row ? `line ${row.line} · ${(first + place + 1).toLocaleString("en")} of ${count.toLocaleString("en")}${searching ? " found" : ""}` : nothing(holding);
    write(this.where, position);
    if (!this.drawAnew("row", row, () => (row ? conversation(row) : []))) return;
    this.row.scrollTop = 0;
    if (this.said) this.frame.say(position, true);
    this.said = true;
  }

  /** Fill a part of the page where its content is another one. */
  drawAnew(part, content, build) {
    const wanted = JSON.stringify(content ?? null);
    this.drawn ??= {};
    if (this.drawn[part] === wanted) return false;
    this.drawn[part] = wanted;
    this[part].replaceChildren(...build());
    return true;
  }

  /** Go to a line that the search may have hidden. */
  jump(line) {
    this.holding.set({ search: "", selected: line });
  }
}

/** A button at its end keeps the focus, and says that it does nothing. */
function allow(button, can) {
  button.setAttribute("aria-disabled", String(!can));
}

function nothing({ head, model }) {
  if (!head.total) return "There are no rows.";
  return model.get("search") ? `No row${model.get("only_findings") ? " with findings" : ""} holds this text.` : "No row has findings.";
}

export default () => {
  let holding;
  return {
    initialize({ model }) {
      holding = new Holding(model);
    },
    render({ model, el }) {
      holding ??= new Holding(model);
      const view = new ExplorerView(holding);
      holding.views.add(view);
      el.append(view.frame.root);
      const redraw = () => view.draw();
      const traits = ["selected", "search", "only_findings"].map((name) => `change:${name}`).join(" ");
      model.on(traits, redraw);
      const unwatch = watchKernel(model, () => {
        holding.lost = true;
        view.draw();
      });
      return () => {
        holding.views.delete(view);
        model.off(traits, redraw);
        unwatch();
      };
    },
  };
};
