// The findings by cause: how bad, what and where, the remedy, and the rows to go to.

import { levelPill } from "./conversation.js";
import { make } from "./frame.js";

/** The list, or a sentence where it would be empty; `jump` is called with a line. */
export function causeList({ known, list }, total, jump) {
  if (!known) return sentence(`${total.toLocaleString("en")} rows are being checked.`);
  if (!list.length) return sentence("Nothing to mend: every row holds to the format rules.");
  return make("ul", { class: "ftw-causes" }, ...list.map((cause) => causeItem(cause, jump)));
}

function sentence(text) {
  return make("p", { class: "ftw-dim" }, text);
}

function causeItem({ level, message, remedy, lines, more }, jump) {
  const link = (line, words) => make("button", { class: "ftw-link", type: "button", "aria-label": `go to line ${line}`, onclick: () => jump(line) }, words);
  const places = lines.map((line, n) => link(line, n ? `${line}` : `line ${line}`));
  if (places.length > 1) places.splice(1, 0, make("span", { class: "ftw-dim" }, "also in lines"));
  if (more) places.push(make("span", { class: "ftw-dim" }, `and ${more.toLocaleString("en")} more`));
  return make("li", {}, levelPill(level), make("div", {},
    make("div", { class: "ftw-title" }, message),
    make("div", { class: "ftw-dim" }, remedy),
    places.length ? make("div", { class: "ftw-places" }, ...places) : null));
}
