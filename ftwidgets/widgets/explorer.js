// The DataExplorer: the rows of a data set as conversations, what was found in them, and all that one does about it.

import { changeList } from "./changes.js";
import { ConversionPanel } from "./conversion.js";
import { RowForm } from "./edit.js";
import { causeList } from "./findings.js";
import { keepFocus, refill } from "./focus.js";
import { Frame, make, TAKES_KEYS, watchKernel, write } from "./frame.js";
import { chartList, chartTables } from "./histogram.js";
import { Holding, MARKS, TOKENS } from "./holding.js";
import { SearchTools } from "./search.js";
import { labelTable, ShareFields } from "./shares.js";
import { RowTable } from "./table.js";
import { conversation } from "./turns.js";

const BUSY = "The kernel is busy with a cell: this is done as soon as that has ended.";

/** One place on the page where the data is drawn. */
class ExplorerView {
  constructor(holding) {
    this.holding = holding;
    this.frame = new Frame("Data explorer");
    this.frame.root.classList.add("ftw-explorer");
    this.frame.pill.hidden = this.frame.line.hidden = true;
    this.drawn = {};
    this.name = `${Math.random()}`;
    this.pages = new Map();
    this.opened = new Set();
    this.search = new SearchTools(holding);
    this.table = new RowTable(holding);
    this.table.may = () => this.leave();
    this.conversion = new ConversionPanel(holding);
    this.conversion.may = () => this.leave();
    this.buildRow();
    this.causes = make("div", { class: "ftw-scroll", role: "group", "aria-label": "findings", ...TAKES_KEYS });
    this.charts = make("div", { class: "ftw-charts" });
    this.frame.body.append(this.conversion.root, make("div", { class: "ftw-columns" }, make("div", {}, ...this.left, this.charts), this.causes));
    this.buildFooter();
    this.draw();
  }

  buildRow() {
    const { holding } = this;
    const act = (words, kind) => make("button", { class: "ftw-link", type: "button", onclick: ({ currentTarget }) => can(currentTarget) && this.ask({ kind, line: holding.model.get("selected") }) }, words);
    this.where = make("span", { class: "ftw-dim ftw-where" });
    this.adds = make("button", { type: "button", onclick: () => this.draft(0) }, "add a row");
    this.edits = make("button", { class: "ftw-link", type: "button", onclick: () => this.draft(holding.model.get("selected")) }, "edit");
    this.cuts = make("button", { class: "ftw-link", type: "button", "aria-pressed": "false", onclick: () => this.cut() }, "tokens");
    this.reviews = act("reviewed", "reviewed");
    this.deletes = act("delete", "delete");
    this.row = make("div", { class: "ftw-row", role: "group", "aria-label": "the row; left and right arrows go to the previous and the next", ...TAKES_KEYS, onkeydown: (event) => this.key(event), ondblclick: (event) => this.draft(holding.model.get("selected"), event) });
    this.left = [
      this.search.root,
      this.table.root,
      make("div", { class: "ftw-tools" }, this.search.how, this.search.bar, this.adds),
      make("div", { class: "ftw-tools ftw-acts" }, this.where, this.cuts, this.edits, this.reviews, this.deletes),
      this.row,
    ];
  }

  buildFooter() {
    const { holding, frame } = this;
    this.safe = make("button", { type: "button", class: "ftw-first", onclick: () => this.ask({ kind: "fix" }) });
    this.undo = make("button", { type: "button", class: "ftw-undo", onclick: () => can(this.undo) && this.ask({ kind: "undo" }) });
    this.shares = new ShareFields((typed) => holding.model.send({ kind: "split", ...typed }));
    this.cost = make("span", { class: "ftw-dim" });
    frame.actions.append(this.safe, this.undo);
    frame.views.append(this.cost);
    this.labels = make("div", { class: "ftw-labels", role: "group", "aria-label": "answers in each part", ...TAKES_KEYS });
    this.splits = frame.view("split", make("div", { class: "ftw-panel" }, this.shares.root, this.labels), () => this.draw());
    frame.actions.append(this.splits);
    this.tables = make("div", { class: "ftw-scroll ftw-labels ftw-tables", role: "group", "aria-label": "the charts as tables", ...TAKES_KEYS });
    frame.view("Table", this.tables, () => this.draw());
    this.changes = make("div", { class: "ftw-scroll", role: "group", "aria-label": "what was changed", ...TAKES_KEYS });
    frame.view("Changes", this.changes, () => this.draw());
    this.code = make("pre", { "aria-label": "the same in Python", ...TAKES_KEYS });
    frame.view("Show code", this.code, () => this.draw());
  }

  /** What is open and told on request alone is asked for again when it may be another. */
  follow(panel, kind, ...content) {
    this.asked ??= {};
    const before = this.asked[kind];
    if (panel.hidden || this.holding.lost || before?.every((one, n) => one === content[n])) return;
    this.asked[kind] = content;
    this.holding.model.send({ kind });
  }

  key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey || this.form) return;
    event.preventDefault();
    event.stopPropagation();
    this.holding.step(by);
  }

  /** Show the tokens of the row that is open, or its plain text again. */
  cut() {
    const pressed = this.cuts.getAttribute("aria-pressed") !== "true";
    this.cuts.setAttribute("aria-pressed", String(pressed));
    this.telling = pressed;
    this.draw();
  }

  /** Ask for the fields of a row, or of a new one where `line` is 0; a double click goes into the turn under it. */
  draft(line, event) {
    if (this.form || !this.leave()) return;
    const turns = [...this.row.querySelectorAll(".ftw-turn")];
    this.into = Math.max(0, turns.findIndex((turn) => (event ? turn.contains(event.target) : turn.querySelector(".ftw-remark"))));
    this.drafting = line;
    this.ask({ kind: "draft", line });
  }

  /** Ask the kernel, in the name of this view: the answer says it again. */
  ask(message) {
    this.holding.ask({ ...message, by: this.name });
  }

  /** Whether an answer is to this view; of one that names none, to the first of them. */
  isAsked(by) {
    return by === undefined ? [...this.holding.views][0] === this : by === this.name;
  }

  /** What else the kernel has said. */
  hear({ draft, page, said, done, problem, by }) {
    if (page) {
      this.pages.set(page.rule, page);
      this.drawCauses(true);
    }
    if (!this.isAsked(by)) return;
    if (draft && this.drafting === draft.line) this.open(draft);
    if ((done === "edit" || done === "add") && this.saving) this.close();
    if (problem) this.saving = false;
    if (said || problem) this.frame.say(said || problem, true);
  }

  open({ line, fields }) {
    this.drafting = null;
    this.editing = line;
    const title = line ? `line ${line}` : "a new row";
    const save = (typed) => {
      if (this.saving) return;
      this.saving = true;
      this.ask({ kind: line ? "edit" : "add", line, fields: typed, was: fields });
    };
    this.form = new RowForm(title, fields, { save, leave: () => this.close() });
    this.row.replaceChildren(this.form.root);
    this.row.setAttribute("aria-label", `edit ${title}`);
    this.form.focus(line ? this.into : fields.findIndex(({ text }) => !text));
    this.draw();
  }

  close() {
    this.form = null;
    this.saving = false;
    this.drawn.row = undefined;
    this.row.setAttribute("aria-label", "the row; left and right arrows go to the previous and the next");
    this.draw();
    this.row.focus();
  }

  /** Whether another row may be shown: not while one is edited. */
  leave() {
    if (!this.form) return true;
    if (!this.form.dirty) {
      this.close();
      return true;
    }
    this.frame.tell("A row is being edited: save it, or leave it.", "warn");
    this.form.focus();
    return false;
  }

  jump(line) {
    if (this.leave()) this.holding.jump(line);
  }

  draw() {
    keepFocus(this.frame.root, () => this.drawAll(), (gone) => (gone === this.safe ? this.undo : gone === this.search.bar ? this.search.filter : this.holding.head.total || this.form ? this.row : this.adds));
  }

  drawAll() {
    const { holding, frame } = this;
    const { head, split, lost, work, cost, code, changes } = holding;
    write(frame.title, head.name);
    write(frame.about, head.about);
    frame.about.title = head.counted;
    write(frame.progress, head.tally);
    const problem = (holding.by && !this.isAsked(holding.by) ? "" : holding.problem) || split.problem;
    frame.tell(lost ? gone(holding) : problem || (holding.isWaiting ? BUSY : ""), "warn");
    this.conversion.draw();
    this.search.draw();
    this.table.draw();
    this.drawRow();
    this.drawCauses();
    const sought = JSON.stringify(holding.sought);
    this.drawAnew("charts", [holding.charts, sought], () => chartList(holding.charts, holding.sought, (wanted) => holding.seek(wanted)));
    if (!this.tables.hidden) this.drawAnew("tables", [holding.charts], () => chartTables(holding.charts));
    this.drawAnew("labels", [split], () => [labelTable(split)].filter(Boolean));
    this.labels.hidden = !split.labels.length;
    this.shares.draw(split, lost);
    write(this.splits, split.words);
    write(this.cost, cost);
    write(this.code, code);
    if (changes) this.drawAnew("changes", [changes], () => changeList(changes, (line) => this.jump(line)));
    this.follow(this.changes, "changes", work);
    this.follow(this.code, "code", work, split);
    write(this.safe, work.safe === 1 ? "Fix the safe one" : `Fix the ${work.safe.toLocaleString("en")} safe ones`);
    this.safe.hidden = !work.safe;
    write(this.undo, work.undo ? `Undo: ${work.undo}` : "Undo");
    this.undo.title = work.undo;
    allow(this.undo, Boolean(work.undo));
  }

  drawRow() {
    const { row, current, model } = this.holding;
    const words = this.form && !this.editing ? "a new row" : row ? about(row) : current ? "" : "looking …";
    write(this.where, words);
    for (const button of [this.cuts, this.edits, this.reviews, this.deletes]) button.hidden = !row || Boolean(this.form);
    if (row) {
      allow(this.reviews, !row.table[MARKS].includes("r"));
      for (const [button, name] of [[this.cuts, "show tokens of"], [this.edits, "edit"], [this.reviews, "mark as reviewed"], [this.deletes, "delete"]]) button.setAttribute("aria-label", `${name} line ${row.line}`);
    }
    if (this.form) return;
    const tokens = this.cuts.getAttribute("aria-pressed") === "true" ? this.holding.rowTokens : null;
    if (tokens && this.telling) this.frame.say(tokens.said, true);
    if (tokens) this.telling = false;
    if (!this.drawAnew("row", [row, tokens], () => (row ? conversation(row, (note, choice) => this.ask({ kind: "mend", line: row.line, rule: note.rule, nth: note.nth, choice }), tokens) : []), this.spoken !== model.get("selected"))) return;
    if (this.spoken !== model.get("selected")) {
      this.row.scrollTop = 0;
      if (this.spoken !== undefined && words && this.isSpeaker) this.frame.say(words, true);
      this.spoken = model.get("selected");
    }
  }

  /** Whether this view says to a screen reader what all of them show: the one that is used does, else the first. */
  get isSpeaker() {
    const views = [...this.holding.views];
    return (views.find(({ frame }) => frame.root.contains(document.activeElement)) ?? views[0]) === this;
  }

  drawCauses(anew = false) {
    const { holding } = this;
    const { causes, head, work } = holding;
    if (anew) this.drawn.causes = undefined;
    const calls = {
      jump: (line) => this.jump(line),
      mend: ({ rule, line }, choice) => this.ask({ kind: "mend", line, rule, nth: 0, choice }),
      fix: (rule) => this.ask({ kind: "fix", rule }),
      more: ({ rule, lines }) => this.ask({ kind: "places", rule, first: lines.length }),
      explain: (cause) => this.explain(cause),
    };
    const pageOf = ({ key, rule }) => (this.opened.has(key) ? this.pages.get(rule) : undefined);
    this.drawAnew("causes", [causes, head.total, work.checked], () => causeList({ causes, head, work }, pageOf, calls));
  }

  /** Open or close the page of a cause's rule. */
  explain({ key, rule }) {
    if (!this.opened.delete(key)) this.opened.add(key);
    if (this.opened.has(key) && !this.pages.has(rule)) this.ask({ kind: "page", rule });
    else this.drawCauses(true);
  }

  /** Fill a part of the page where what it shows is another thing than was there; `other` is whether it is all new. */
  drawAnew(part, content, build, other = false) {
    const before = this.drawn[part];
    if (before && before.every((one, n) => one === content[n])) return false;
    this.drawn[part] = content;
    refill(this[part], build(), other ? this[part] : null);
    return true;
  }
}

/** What is said when the kernel is gone: what that takes along, and what can still be done. */
function gone({ whole, work }) {
  const changes = work.steps ? " The changes that were made here are gone with it, but for what was written to a file." : "";
  return `The kernel has restarted or ended: run this cell again.${changes} Until then ${whole ? "these rows can be read and searched, and nothing can be changed" : "the rows that are here can be read, and no others"}.`;
}

/** A button at its end keeps the focus, and says that it does nothing. */
function allow(button, may) {
  button.setAttribute("aria-disabled", String(!may));
}

function can(button) {
  return button.getAttribute("aria-disabled") !== "true";
}

function about({ line, table, trained, sound }) {
  const tokens = table[TOKENS] ? ` · ${table[TOKENS].toLocaleString("en")} tokens, ${trained.toLocaleString("en")} trained` : "";
  return `line ${line}${tokens || (sound ? "" : " · not counted")}`;
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
      view.draw();
      const unwatch = watchKernel(model, () => {
        holding.lost = true;
        view.draw();
      });
      return () => {
        holding.views.delete(view);
        unwatch();
      };
    },
  };
};
