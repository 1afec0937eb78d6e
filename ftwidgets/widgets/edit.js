// A row as a form: a field a turn, its role where it can be chosen; Ctrl+Enter saves, Escape leaves.

import { make } from "./frame.js";

const ROLES = ["system", "user", "assistant", "tool"];
const MOST_LINES = 14;

export class RowForm {
  /** `fields` come from the kernel; `save` is called with the same fields as they were typed, `leave` with nothing. */
  constructor(title, fields, { save, leave }) {
    this.fields = fields;
    this.calls = { save, leave };
    this.typed = fields.map((field) => this.build(field));
    const keys = make("span", { class: "ftw-dim" }, "Ctrl+Enter saves, Escape leaves");
    this.root = make("form", {
      class: "ftw-edit", "aria-label": title, "data-lm-suppress-shortcuts": "true",
      onsubmit: (event) => { event.preventDefault(); this.save(); }, onkeydown: (event) => this.key(event),
    },
      ...this.typed.map(({ root }) => root),
      make("div", { class: "ftw-tools" }, make("button", { type: "submit", class: "ftw-first" }, "Save"), make("button", { type: "button", onclick: () => leave() }, "Leave"), keys));
  }

  build({ label, text, role, json }) {
    const area = make("textarea", { rows: Math.min(MOST_LINES, Math.max(2, Math.ceil(text.length / 70), text.split("\n").length)), "aria-label": json ? `${label}, as JSON` : label, class: json ? "ftw-code" : null, dir: "auto", spellcheck: "true" });
    area.value = text;
    const names = ROLES.includes(role) || role === undefined ? ROLES : [role, ...ROLES];
    const select = role === undefined ? null : make("select", { "aria-label": `role of ${label}` }, ...names.map((name) => make("option", { value: name }, name || "no role")));
    if (select) select.value = role;
    return { area, select, root: make("div", { class: "ftw-field" }, select ?? make("span", { class: "ftw-speaker" }, json ? `${label} · JSON` : label), area) };
  }

  get values() {
    return this.fields.map((field, n) => ({ ...field, text: this.typed[n].area.value, ...(this.typed[n].select ? { role: this.typed[n].select.value } : {}) }));
  }

  /** Whether something was typed. */
  get dirty() {
    return JSON.stringify(this.values) !== JSON.stringify(this.fields.map((field, n) => ({ ...field, text: normal(field.text), ...(this.typed[n].select ? { role: field.role } : {}) })));
  }

  focus(place = 0) {
    (this.typed[place] ?? this.typed[0]).area.focus();
  }

  save() {
    const before = this.fields.map(({ text }) => text);
    // a text that was not touched goes back as it came: a browser makes every line's end the same
    this.calls.save(this.values.map((field, n) => (field.text === normal(before[n]) ? { ...field, text: before[n] } : field)));
  }

  key(event) {
    const saves = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (event.key !== "Escape" && !saves) return;
    event.preventDefault();
    event.stopPropagation();
    if (saves) this.save();
    else this.calls.leave();
  }
}

function normal(text) {
  return text.replace(/\r\n?/g, "\n");
}
