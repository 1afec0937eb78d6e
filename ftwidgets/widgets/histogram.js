// Small charts of bars, each bar a button that keeps its rows; and the same as tables.

import { make } from "./frame.js";

/** The charts; `seek` is called with what to look for, `sought` is what is looked for now. */
export function chartList(charts, sought, seek) {
  return charts.map((chart) => (chart.name === "label" ? labelBars(chart, sought, seek) : histogram(chart, sought, seek)));
}

/** All charts as tables. */
export function chartTables(charts) {
  return charts.map(({ title, bars, name, unit }) => {
    const head = [name === "label" ? "label" : `${unit}s`, "rows"].map((words, n) => make("th", { scope: "col", class: n ? "ftw-number" : null }, words));
    const rows = bars.map((bar) => make("tr", {}, make("th", { scope: "row" }, name === "label" ? bar[0] : range(bar)), make("td", { class: "ftw-number" }, many(bar).toLocaleString("en"))));
    return make("table", {}, make("caption", {}, title), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
  });
}

function histogram(chart, sought, seek) {
  const { name, title, bars, far, unit } = chart;
  const most = Math.max(...bars.map(many));
  const chosen = (bar) => sought.between[name]?.[0] === bar[0] && sought.between[name]?.[1] === bar[1];
  const buttons = bars.map((bar, n) => barButton({
    words: `${range(bar)} ${unit}s: ${rows(many(bar))}`, pressed: chosen(bar), part: many(bar) / most, far: far && n === bars.length - 1,
    key: `${name} ${n}`,
    onclick: () => seek({ between: chosen(bar) ? {} : { [name]: [bar[0], bar[1]] } }),
  }));
  const ends = make("div", { class: "ftw-ends ftw-dim", "aria-hidden": "true" }, ...["low", "middle", "high"].map((end) => make("span", {}, chart[end])));
  return make("div", { class: "ftw-histogram" }, make("div", { class: "ftw-heading" }, title), roving("ftw-bars", `${title}, ${chart.middle}`, buttons), ends);
}

function labelBars({ title, bars }, sought, seek) {
  const most = Math.max(...bars.map(many));
  const buttons = bars.map(([label, n]) => {
    const bar = make("span", { class: "ftw-bar" });
    bar.style.width = `${(100 * n) / most}%`;
    return make("button", { type: "button", tabindex: -1, "data-key": `label ${label}`, "aria-pressed": String(sought.label === label), onclick: () => seek({ label: sought.label === label ? "" : label, rule: "", marked: "" }) },
      make("span", { class: "ftw-words" }, label), make("span", { class: "ftw-lane" }, bar), make("span", {}, n.toLocaleString("en")));
  });
  return make("div", { class: "ftw-histogram" }, make("div", { class: "ftw-heading" }, title), roving("ftw-labelbars", title, buttons));
}

function barButton({ words, pressed, part, far, key, onclick }) {
  const bar = make("span", { class: `ftw-bar${far ? " ftw-far" : ""}` });
  bar.style.height = part ? `max(2px, ${100 * part}%)` : "0";
  return make("button", { type: "button", tabindex: -1, "data-key": key, title: words, "aria-label": words, "aria-pressed": String(pressed), onclick }, bar);
}

/** Buttons of which one is in the order of the Tab key; the arrow keys go to the others. */
function roving(kind, label, buttons) {
  const start = Math.max(0, buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true"));
  buttons[start]?.setAttribute("tabindex", 0);
  const key = (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = buttons[buttons.indexOf(event.target) + by];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    next?.focus();
  };
  const focus = ({ target }) => buttons.forEach((button) => button.setAttribute("tabindex", button === target ? 0 : -1));
  return make("div", { class: kind, role: "group", "aria-label": label, "data-lm-suppress-shortcuts": "true", onkeydown: key, onfocusin: focus }, ...buttons);
}

function many(bar) {
  return bar[bar.length - 1];
}

function range([low, high]) {
  return low === high ? low.toLocaleString("en") : `${low.toLocaleString("en")} to ${high.toLocaleString("en")}`;
}

function rows(n) {
  return `${n.toLocaleString("en")} row${n === 1 ? "" : "s"}`;
}
