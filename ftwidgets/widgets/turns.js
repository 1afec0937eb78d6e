// One row as a conversation: a box for each message, in it what the check found there, and what can be done about it.

import { make } from "./frame.js";
import { tokenLegend, tokenText } from "./tokens.js";

/** What to put where a row is shown; texts are only ever text. `mend` is called with a note and the place of a choice; with `tokens` the turns are drawn token by token. */
export function conversation(row, mend, tokens) {
  const rest = row.more ? make("p", { class: "ftw-dim" }, `… ${row.more}`) : null;
  const turns = row.turns.map((turn, n) => turnBox(turn, mend, tokens?.turns[n]));
  return [tokenLegend(tokens), ...row.notes.map((note) => remark(note, mend)), ...turns, rest].filter(Boolean);
}

function turnBox({ label, pieces, trained, more, notes }, mend, tokens) {
  const many = tokens ? make("span", { class: "ftw-many", title: "of the text, without what the chat format adds" }, tokens.tokens) : null;
  return make("div", { class: `ftw-turn${trained ? " ftw-trained" : ""}` },
    make("div", { class: "ftw-speaker" }, label, many),
    make("div", { class: "ftw-text", dir: "auto" }, ...(tokens ? tokenText(tokens) : plainText(pieces, more))),
    ...notes.map((note) => remark(note, mend)));
}

function plainText(pieces, more) {
  const said = make("span", { class: pieces.length ? null : "ftw-dim" }, ...(pieces.length ? pieces.map(piece) : ["no text"]));
  return [said, more ? make("span", { class: "ftw-dim" }, ` … ${more}`) : null];
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
