// One row as a conversation: a box for each message, and in it what the check found there.

import { make } from "./frame.js";

/** What to put where a row is shown; texts are only ever text. */
export function conversation(row) {
  const rest = row.more ? make("p", { class: "ftw-dim" }, `… ${row.more}`) : null;
  return [...row.notes.map(remark), ...row.turns.map(turnBox), rest].filter(Boolean);
}

function turnBox({ label, text, trained, more, notes }) {
  const said = make("span", { class: text ? null : "ftw-dim" }, text || "no text");
  const cut = more ? make("span", { class: "ftw-dim" }, ` … ${more}`) : null;
  return make("div", { class: `ftw-turn${trained ? " ftw-trained" : ""}` },
    make("div", { class: "ftw-speaker" }, label),
    make("div", { class: "ftw-text", dir: "auto" }, said, cut),
    ...notes.map(remark));
}

function remark({ level, text }) {
  return make("div", { class: "ftw-remark" }, levelPill(level), make("span", {}, text));
}

/** "error" and its like, in its colour and in the word. */
export function levelPill(level) {
  return make("span", { class: `ftw-level ftw-${level}` }, level);
}
