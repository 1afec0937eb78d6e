// The tokens of the row that is open: each on a ground of its own, those that are trained and those of the chat format told apart.

import { make } from "./frame.js";

const KINDS = { t: "ftw-learned", a: "ftw-added", x: "ftw-beyond" };
const LINE_ENDS = /(?=\r\n)|(?<!\r)(?=\n)/;
const SAMPLES = [["", "read"], ["t", "trained"], ["a", "of the chat format"]];

/** What the grounds mean, and how many tokens there are: a line above the turns. Nothing while they are on their way. */
export function tokenLegend(tokens) {
  if (!tokens) return null;
  const sample = ([kind, words]) => make("span", { class: "ftw-sample" }, make("span", { "aria-hidden": "true" }, ...["to", "ken"].map((text, n) => token([text, 1, kind], n))), ` ${words}`);
  const samples = tokens.turns.length ? SAMPLES.filter(([kind]) => tokens.kinds.includes(kind)).map(sample) : [];
  return make("p", { class: "ftw-legend ftw-dim" }, ...samples, tokens.said);
}

/** The pieces of one turn, in place of its text. */
export function tokenText({ pieces, more }) {
  const rest = more ? make("span", { class: "ftw-dim" }, ` … ${more}`) : null;
  return [make("span", { class: pieces.length ? "ftw-tokens" : "ftw-dim" }, ...(pieces.length || more ? pieces.map(token) : ["no text"])), rest];
}

function token([text, tokens, kinds], n) {
  const looks = ["ftw-token", n % 2 && "ftw-odd", ...[...kinds].map((kind) => KINDS[kind])];
  const many = tokens > 1 ? { "data-tokens": tokens, title: `${tokens} tokens` } : {};
  const lines = text.split(LINE_ENDS).flatMap((part) => (/^[\r\n]/.test(part) ? [make("span", { class: "ftw-break" }), part] : part));
  return make("span", { class: looks.filter(Boolean).join(" "), ...many }, ...lines);
}
