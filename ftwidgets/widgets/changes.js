// What was changed: row by row, and in each word by word.

import { make } from "./frame.js";

/** The diff; `jump` is called with a line. */
export function changeList({ summary, rows, more }, jump) {
  const rest = more ? make("p", { class: "ftw-dim" }, `… and ${more.toLocaleString("en")} more`) : null;
  return [make("p", {}, summary), ...rows.map((row) => changeItem(row, jump)), rest].filter(Boolean);
}

function changeItem({ words, line, there, before, after }, jump) {
  const to = there ? make("button", { class: "ftw-link", type: "button", onclick: () => jump(line) }, `go to line ${line}`) : null;
  return make("div", { class: "ftw-change" }, make("div", {}, make("span", { class: "ftw-title" }, words), to), side("−", "before", before), side("+", "after", after));
}

function side(sign, name, parts) {
  if (!parts) return null;
  return make("div", { class: `ftw-side ftw-${name}`, dir: "auto" }, make("span", { "aria-label": name, role: "img" }, sign), " ", ...parts.map(([text, changed]) => (changed ? make(name === "before" ? "del" : "ins", {}, text) : text)));
}
