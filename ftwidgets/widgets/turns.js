// One row as a conversation: a box for each message, in it what the check found there, and what can be done about it.

import { make } from "./frame.js";

/** What to put where a row is shown; texts are only ever text. `mend` is called with a note and the place of a choice. */
export function conversation(row, mend) {
  const rest = row.more ? make("p", { class: "ftw-dim" }, `… ${row.more}`) : null;
  return [...row.notes.map((note) => remark(note, mend)), ...row.turns.map((turn) => turnBox(turn, mend)), rest].filter(Boolean);
}

function turnBox({ label, pieces, trained, more, notes }, mend) {
  const said = make("span", { class: pieces.length ? null : "ftw-dim" }, ...(pieces.length ? pieces.map(piece) : ["no text"]));
  const cut = more ? make("span", { class: "ftw-dim" }, ` … ${more}`) : null;
  return make("div", { class: `ftw-turn${trained ? " ftw-trained" : ""}` },
    make("div", { class: "ftw-speaker" }, label),
    make("div", { class: "ftw-text", dir: "auto" }, said, cut),
    ...notes.map((note) => remark(note, mend)));
}

function piece([text, level]) {
  return level ? make("mark", { class: `ftw-mark-${level}` }, text) : text;
}

function remark(note, mend) {
  const choices = note.mends.map((words, choice) => make("button", { class: "ftw-link", type: "button", "data-key": `${note.rule} ${note.nth} ${choice}`, onclick: () => mend(note, choice) }, words));
  return make("div", { class: "ftw-remark" }, levelPill(note.level), make("span", {}, note.text, " ", ...choices));
}

/** "error" and its like, in its colour and in the word. */
export function levelPill(level) {
  return make("span", { class: `ftw-level ftw-level-${level}` }, level);
}
