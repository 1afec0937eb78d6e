// The tokens of the row that is open: each on a ground of its own, those that are trained and those of the chat format told apart.

import { make } from "./frame.js";

const KINDS = { t: "ftw-learned", a: "ftw-added", x: "ftw-beyond" };
const LINE_ENDS = /(?=\r\n)|(?<!\r)(?=\n)/;
const SAMPLES = [["", "read"], ["t", "trained"], ["a", "of the chat format"]];

/** What the grounds mean, and how many tokens there are: a line above the turns. Nothing while they are on their way. */
export function tokenLegend(tokens) {
  if (!tokens) return null;
  const sample = ([kind, words]) => make("span", { class: "ftw-sample" }, make("span", { "aria-hidden": "true" }, ...["to", "ken"].flatMap((text, n) => token([text, 1, kind], n))), ` ${words}`);
  const samples = tokens.turns.length ? SAMPLES.filter(([kind]) => tokens.kinds.includes(kind)).map(sample) : [];
  return make("p", { class: "ftw-legend ftw-dim" }, ...samples, tokens.said);
}

/** The pieces of one turn, in place of its text. What the chat format adds is read from left to right, and the text as it is. */
export function tokenText({ pieces, more }) {
  const rest = more ? make("span", { class: "ftw-dim" }, ` … ${more}`) : null;
  const boxes = pieces.map(token);
  boxes.at(-1)?.splice(1); // the turn ends here anyway
  const drawn = runs(boxes, (n) => pieces[n][2].includes("a")).map(([added, some]) => make("span", added ? { dir: "ltr" } : {}, ...some.flat()));
  return [make("span", { class: pieces.length ? "ftw-tokens" : "ftw-dim" }, ...(pieces.length || more ? drawn : ["no text"])), rest];
}

/** A token, and the ends of lines that are drawn behind its box instead of in it. */
function token([text, tokens, kinds], n) {
  const looks = ["ftw-token", n % 2 && "ftw-odd", ...[...kinds].map((kind) => KINDS[kind])];
  const many = tokens > 1 ? { "data-tokens": tokens, title: `${tokens} tokens` } : {};
  const behind = kinds.includes("a") ? text.match(/[\r\n]*$/)[0] : "";
  const lines = text.split(LINE_ENDS).flatMap((part) => (/^[\r\n]/.test(part) ? [make("span", { class: "ftw-break" }), behind ? part.replace(/^[\r\n]+/, "") : part] : part));
  return [make("span", { class: looks.filter(Boolean).join(" "), ...many }, ...lines), behind];
}

/** Neighbours of one kind together: `[kind, some]` of each run. */
function runs(all, kindOf) {
  const found = [];
  all.forEach((one, n) => (found.at(-1)?.[0] === kindOf(n) ? found.at(-1)[1].push(one) : found.push([kindOf(n), [one]])));
  return found;
}
