// The findings by cause: how bad, what and where, the remedy, the rows to go to, and what can be done.

import { make } from "./frame.js";
import { levelPill } from "./turns.js";

/** The list, that of the file beside it where there is one, or a sentence where it would be empty. `calls` are jump(line), mend(cause, choice), fix(rule), more(cause) and explain(cause); `pageOf` a cause is its rule's page where it is open. */
export function causeList({ causes, head, work }, pageOf, calls) {
  const own = causes.filter(({ file }) => !file);
  const beside = causes.filter(({ file }) => file);
  const list = (some, label) => make("ul", { class: "ftw-causes", "aria-label": label }, ...some.map((cause) => causeItem(cause, pageOf(cause), calls)));
  const nothing = work.checked ? "Nothing to mend." : `${head.total.toLocaleString("en")} rows are being checked.`;
  const shown = own.length ? list(own, beside.length ? "in the rows shown" : null) : sentence(nothing);
  if (!beside.length) return [shown];
  return [shown, make("p", { class: "ftw-dim ftw-beside" }, `In the validation file ${beside[0].file}, which is neither shown nor mended here`), list(beside, "in the validation file")];
}

function sentence(text) {
  return make("p", { class: "ftw-dim" }, text);
}

function causeItem(cause, page, calls) {
  const { rule, level, message, remedy, why } = cause;
  return make("li", { "data-rule": rule }, levelPill(level), make("div", {},
    make("div", { class: "ftw-title" }, message),
    make("div", { class: "ftw-dim" }, `${remedy} ${sentenceCase(why)}`),
    make("div", { class: "ftw-places" }, ...choices(cause, calls), ...places(cause, calls.jump, calls.more),
      link(cause, "why", "why?", { "aria-label": `why? ${rule}`, "aria-expanded": String(Boolean(page)), onclick: () => calls.explain(cause) })),
    page ? rulePage(page) : null));
}

function choices(cause, { mend, fix }) {
  const { mends, all, message } = cause;
  const one = mends.map((words, choice) => link(cause, `mend ${choice}`, words, { "aria-label": `${words}: ${message}`, onclick: () => mend(cause, choice) }));
  return all ? [...one, link(cause, "all", `fix all ${all.toLocaleString("en")}`, { "aria-label": `fix all ${all.toLocaleString("en")} of ${cause.rule}`, onclick: () => fix(cause.rule) })] : one;
}

function places(cause, jump, more) {
  const { lines, line, file, count } = cause;
  if (file) return count > 1 ? [times(count)] : [];
  if (!lines.length) return [];
  const first = line || lines[0];
  const others = lines.filter((other) => other !== first);
  const go = (number, words) => link(cause, `line ${number}`, words, { "aria-label": `go to line ${number}`, onclick: () => jump(number) });
  const also = others.length ? [make("span", { class: "ftw-dim" }, "also in lines"), ...others.map((number) => go(number, `${number}`))] : [];
  const often = count > lines.length + cause.more ? [times(count)] : [];
  const rest = cause.more ? [link(cause, "more", `and ${cause.more.toLocaleString("en")} more`, { onclick: () => more(cause) })] : [];
  return [go(first, `line ${first}`), ...also, ...rest, ...often];
}

function times(count) {
  return make("span", { class: "ftw-dim" }, `· found ${count.toLocaleString("en")} times`);
}

function link({ key }, name, words, attributes) {
  return make("button", { class: "ftw-link", type: "button", "data-key": `${key} ${name}`, ...attributes }, words);
}

function rulePage({ paragraphs, fails, passes }) {
  const example = (words, lines) => [make("div", { class: "ftw-speaker" }, words), make("pre", {}, lines)];
  return make("div", { class: "ftw-page" }, ...paragraphs.map((text) => make("p", {}, text)), ...example("Found in", fails), ...example("Not found in", passes));
}

function sentenceCase(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
