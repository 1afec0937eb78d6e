// The findings by cause: how bad, what and where, the remedy, the rows to go to, and what can be done.

import { make } from "./frame.js";
import { levelPill } from "./turns.js";

/** The list, or a sentence where it would be empty. `calls` are jump(line), mend(cause, choice), fix(rule), more(cause) and explain(rule); `pages` are the rules' pages that are open. */
export function causeList({ causes, head, work }, pages, calls) {
  if (!causes.length) return sentence(work.checked ? "Nothing to mend." : `${head.total.toLocaleString("en")} rows are being checked.`);
  return make("ul", { class: "ftw-causes" }, ...causes.map((cause) => causeItem(cause, pages, calls)));
}

function sentence(text) {
  return make("p", { class: "ftw-dim" }, text);
}

function causeItem(cause, pages, calls) {
  const { rule, level, message, remedy, why } = cause;
  const page = pages.get(rule);
  return make("li", { "data-rule": rule }, levelPill(level), make("div", {},
    make("div", { class: "ftw-title" }, message),
    make("div", { class: "ftw-dim" }, `${remedy} ${sentenceCase(why)}`),
    make("div", { class: "ftw-places" }, ...choices(cause, calls), ...places(cause, calls.jump, calls.more),
      link(cause, "why", "why?", { "aria-label": `why? ${rule}`, "aria-expanded": String(Boolean(page)), onclick: () => calls.explain(rule) })),
    page ? rulePage(page) : null));
}

function choices(cause, { mend, fix }) {
  const { mends, all, message } = cause;
  const one = mends.map((words, choice) => link(cause, `mend ${choice}`, words, { "aria-label": `${words}: ${message}`, onclick: () => mend(cause, choice) }));
  return all ? [...one, link(cause, "all", `fix all ${all.toLocaleString("en")}`, { "aria-label": `fix all ${all.toLocaleString("en")} of ${cause.rule}`, onclick: () => fix(cause.rule) })] : one;
}

function places(cause, jump, more) {
  const { lines, line } = cause;
  if (!lines.length) return [];
  const first = line || lines[0];
  const others = lines.filter((other) => other !== first);
  const go = (number, words) => link(cause, `line ${number}`, words, { "aria-label": `go to line ${number}`, onclick: () => jump(number) });
  const also = others.length ? [make("span", { class: "ftw-dim" }, "also in lines"), ...others.map((number) => go(number, `${number}`))] : [];
  const times = cause.count > lines.length + cause.more ? [make("span", { class: "ftw-dim" }, `· found ${cause.count.toLocaleString("en")} times`)] : [];
  const rest = cause.more ? [link(cause, "more", `and ${cause.more.toLocaleString("en")} more`, { onclick: () => more(cause) })] : [];
  return [go(first, `line ${first}`), ...also, ...rest, ...times];
}

function link({ rule }, name, words, attributes) {
  return make("button", { class: "ftw-link", type: "button", "data-key": `${rule} ${name}`, ...attributes }, words);
}

function rulePage({ paragraphs, fails, passes }) {
  const example = (words, lines) => [make("div", { class: "ftw-speaker" }, words), make("pre", {}, lines)];
  return make("div", { class: "ftw-page" }, ...paragraphs.map((text) => make("p", {}, text)), ...example("Found in", fails), ...example("Not found in", passes));
}

function sentenceCase(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
