// Chats out of rows that are none: a template for a table, with the row that is shown as it will be, or one click.

import { make, TAKES_KEYS, write } from "./frame.js";
import { conversation } from "./turns.js";

const WHO = { system: "system, where one is wanted", user: "user", assistant: "assistant, which is trained" };
const TOLD = Object.keys(WHO);
const PAUSE = 150;
const MOST_HIGH = 3;

export class ConversionPanel {
  constructor(holding) {
    this.holding = holding;
    this.may = () => true;
    this.areas = Object.fromEntries(TOLD.map((role) => [role, this.area(role)]));
    this.last = this.areas.user;
    this.title = make("div", { class: "ftw-title" });
    this.about = make("div", { class: "ftw-dim" });
    this.columns = make("div", { class: "ftw-insert", role: "group", "aria-label": "columns: a click puts one in at the cursor" });
    this.problem = make("div", { class: "ftw-note ftw-warn", role: "status", hidden: "" });
    this.ways = make("div", { class: "ftw-tools" });
    this.heading = make("div", { class: "ftw-dim" });
    this.made = make("div", { class: "ftw-made" });
    this.preview = make("div", { class: "ftw-preview", role: "group", "aria-label": "preview", ...TAKES_KEYS }, this.problem, this.heading, this.made);
    const fields = TOLD.map((role) => make("label", { class: "ftw-field" }, make("span", { class: "ftw-speaker" }, WHO[role]), this.areas[role]));
    this.fields = make("div", { class: "ftw-fields", "data-lm-suppress-shortcuts": "true" }, this.columns, ...fields);
    this.mapped = make("div", { class: "ftw-mapped" }, this.fields, this.preview);
    this.root = make("div", { role: "group", class: "ftw-conversion", "aria-label": "make chats", hidden: "" });
    this.top = make("div", {}, this.title, this.about);
  }

  area(role) {
    const area = make("textarea", { rows: 1, dir: "auto", spellcheck: "true", onfocus: () => { this.last = area; }, oninput: () => this.type(area) });
    area.name = role;
    return area;
  }

  get typed() {
    return Object.fromEntries(TOLD.map((role) => [role, this.areas[role].value]));
  }

  /** What is typed is told when somebody pauses: the preview comes from the kernel, which will make the chats. */
  type(area) {
    size(area);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.tell(), PAUSE);
  }

  tell() {
    clearTimeout(this.typing);
    this.typing = null;
    if (!this.holding.lost && TOLD.some((role) => this.typed[role] !== text(this.holding.model, role))) this.holding.set({ template: this.typed });
  }

  /** Put a column in where the cursor is, or was. */
  insert(name) {
    const area = this.last;
    area.setRangeText(`{${name}}`, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    this.type(area);
  }

  convert(button, to) {
    if (button.getAttribute("aria-disabled") === "true" || !this.may()) return;
    if (!to) this.tell();
    this.holding.ask({ kind: "convert", to: to ?? this.typed });
  }

  draw() {
    const { conversion, lost, model } = this.holding;
    const had = this.root.contains(document.activeElement);
    this.hold(!conversion ? [] : conversion.layout === "table" ? [this.top, this.mapped, this.ways] : [this.top, this.ways]);
    if (!conversion) {
      if (had) this.root.parentElement.querySelector(".ftw-row").focus();
      return;
    }
    const isTable = conversion.layout === "table";
    write(this.title, isTable ? "Make chats of this table" : "Make chats of these rows");
    write(this.about, isTable ? `Each row becomes one conversation. A column's name in braces is where its value goes, such as {${conversion.columns[0] ?? "text"}}.` : conversion.about);
    if (isTable) this.drawTable(conversion, model);
    const problem = isTable ? conversion.problem : "";
    write(this.problem, problem);
    this.problem.hidden = !problem;
    this.drawWays(isTable ? [{ words: conversion.words }] : conversion.ways, !problem && !lost);
  }

  /** What is not offered is not on the page. */
  hold(parts) {
    this.root.hidden = !parts.length;
    if (this.root.childElementCount !== parts.length) this.root.replaceChildren(...parts);
  }

  drawTable({ columns, line, row, note }, model) {
    const names = JSON.stringify(columns);
    if (this.drawnNames !== names) {
      this.drawnNames = names;
      this.columns.replaceChildren(...columns.map((name) => this.columnButton(name)));
    }
    for (const role of this.typing ? [] : TOLD) this.fill(this.areas[role], text(model, role));
    write(this.heading, note || (row ? `line ${line} as it will be` : ""));
    const drawn = JSON.stringify(row);
    if (this.drawnRow !== drawn) this.made.replaceChildren(...(row ? conversation(row) : []));
    this.drawnRow = drawn;
  }

  columnButton(name) {
    // the cursor stays in its field where the button is pressed with a mouse
    return make("button", { type: "button", "aria-label": `put in {${name}}`, title: name, onmousedown: (event) => event.preventDefault(), onclick: () => this.insert(name) }, name);
  }

  fill(area, wanted) {
    if (area.value !== wanted.replace(/\r\n?/g, "\n")) area.value = wanted;
    size(area);
  }

  /** The buttons stay the same elements, so that the focus stays. */
  drawWays(ways, may) {
    while (this.ways.childElementCount > ways.length) this.ways.lastElementChild.remove();
    while (this.ways.childElementCount < ways.length) {
      const button = make("button", { type: "button", onclick: () => this.convert(button, button.dataset.to || null) });
      this.ways.append(button);
    }
    ways.forEach(({ to, words }, n) => {
      const button = this.ways.children[n];
      button.className = n ? "" : "ftw-first";
      button.dataset.to = to ?? "";
      write(button, words);
      button.setAttribute("aria-disabled", String(!may));
    });
  }
}

function text(model, role) {
  return model.get("template")[role] ?? "";
}

/** As high as what stands in it, up to three lines. */
function size(area) {
  const lines = area.value.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 52)), 0);
  area.rows = Math.min(MOST_HIGH, lines);
}
