// The split: three numbers to type, what each part then holds, and how its answers are spread.

import { make } from "./frame.js";

const FIELDS = [
  { name: "validation", label: "validation", unit: "%", most: 99 },
  { name: "test", label: "test", unit: "%", most: 99 },
  { name: "seed", label: "seed", unit: "" },
];

export class ShareFields {
  /** `ask` is called with what was typed: numbers, or null where it is none; of an empty field, when it is left. */
  constructor(ask) {
    const full = () => Object.values(this.typed()).every((value) => value !== null);
    this.inputs = Object.fromEntries(FIELDS.map(({ name, most }) => [name, make("input", { type: "number", min: 0, max: most, step: name === "seed" ? 1 : "any", oninput: () => full() && ask(this.typed()), onchange: () => full() || ask(this.typed()) })]));
    const labels = FIELDS.map(({ name, label, unit }) => make("label", {}, `${label} `, this.inputs[name], unit && ` ${unit}`));
    this.even = make("input", { type: "checkbox", onchange: () => ask(this.typed()) });
    this.evenly = make("label", {}, this.even, " each label's share in each part");
    labels.push(this.evenly);
    this.root = make("div", { class: "ftw-shares", role: "group", "aria-label": "split" }, ...labels);
  }

  typed() {
    const numbers = Object.entries(this.inputs).map(([name, input]) => [name, input.value === "" ? null : Number(input.value)]);
    return { ...Object.fromEntries(numbers), stratify: this.even.checked };
  }

  /** Show the split as it is set; a field that is being typed in keeps what was typed. */
  draw(split, lost) {
    this.evenly.hidden = !split.labels.length && !split.stratify;
    this.even.checked = split.stratify;
    this.even.disabled = lost;
    for (const [name, input] of Object.entries(this.inputs)) {
      const differs = Number(input.value || NaN) !== split[name];
      if (differs && !split.problem && !input.matches(":focus")) input.value = split[name];
      input.setAttribute("aria-invalid", String(differs && Boolean(split.problem)));
      input.disabled = lost || (!split.parts.length && !split.stratify);
    }
  }
}

/** How often each label is the answer in each part; nothing where there are no labels. */
export function labelTable({ labels, parts }) {
  if (!labels.length || !parts.length) return null;
  const head = ["part", "rows", ...labels].map((label, n) => make("th", { scope: "col", class: n ? "ftw-number" : null }, label));
  const rows = parts.map(({ name, rows, counts }) => make("tr", {}, make("th", { scope: "row" }, name), ...[rows, ...counts].map((n) => make("td", { class: "ftw-number" }, n.toLocaleString("en")))));
  return make("table", {}, make("caption", {}, "Answers in each part"), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
}
