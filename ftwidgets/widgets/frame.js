// What every widget is made of: elements, the frame around them, numbers in words, and the lost kernel.

/** A place that is scrolled or read with the arrow keys: JupyterLab would take them for its cells otherwise. */
export const TAKES_KEYS = { tabindex: 0, "data-lm-suppress-shortcuts": "true" };

export const LOST = "The kernel has restarted or ended: run this cell again. What the service does goes on without it.";

/** An element: `make("p", {class: "x", onclick: f}, "text", child, …)`. What is null or undefined is left out. */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** Set an element's text, and touch the page only where it differs. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A number with the digits that mean something: 2.83, 0.46, 0.056, 0. */
export function figure(value) {
  if (value === undefined || value === null) return "–";
  return value === 0 || Math.abs(value) >= 0.1 ? value.toFixed(2) : value.toPrecision(2);
}

/** The frame: a header with pill, title and progress, a line, a body, a footer with actions left and views right. */
export class Frame {
  constructor(name) {
    this.pill = make("span", { class: "ftw-pill" });
    this.title = make("span", { class: "ftw-title" });
    this.about = make("code", { class: "ftw-dim" });
    this.progress = make("span", { class: "ftw-right" });
    this.bar = make("div", {});
    this.line = make("div", { class: "ftw-progress", role: "progressbar", "aria-label": "progress", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 }, this.bar);
    this.note = make("div", { class: "ftw-note", role: "status", hidden: "" });
    this.body = make("div", { class: "ftw-body" }, this.note);
    this.actions = make("div");
    this.views = make("div", { class: "ftw-right" });
    this.footer = make("footer", { role: "presentation" }, this.actions, this.views);
    this.said = make("div", { class: "ftw-said", "aria-live": "polite" });
    this.lastSaid = -Infinity;
    const header = make("header", { role: "presentation" }, this.pill, this.title, this.about, this.progress);
    this.root = make("div", { class: "ftw", role: "group", "aria-label": name }, header, this.line, this.body, this.footer, this.said);
  }

  /** Colour and words of the pill; kinds: run, good, bad, warn, or none. */
  state(words, kind = "") {
    write(this.pill, words);
    this.pill.className = `ftw-pill ${kind && `ftw-${kind}`}`;
  }

  /** How far it is, from 0 to 1. */
  done(part) {
    const percent = Math.round(100 * Math.min(1, Math.max(0, part)));
    this.bar.style.width = `${percent}%`;
    this.line.setAttribute("aria-valuenow", percent);
  }

  /** A sentence above the body, or none. */
  tell(text, kind = "") {
    write(this.note, text || "");
    this.note.className = `ftw-note ${kind && `ftw-${kind}`}`;
    this.note.hidden = !text;
  }

  /** Say something to a screen reader: at once where it matters, else at most every ten seconds. */
  say(text, now = false) {
    if (!now && performance.now() - this.lastSaid < 10_000) return;
    this.lastSaid = performance.now();
    write(this.said, text);
  }

  /** A view's button in the footer: it shows and hides `panel`, which `show` fills when it is opened. */
  view(label, panel, show) {
    panel.hidden = true;
    const button = make("button", { class: "ftw-link", type: "button", "aria-expanded": "false", onclick: () => {
      panel.hidden = !panel.hidden;
      button.setAttribute("aria-expanded", String(!panel.hidden));
      if (!panel.hidden) show();
    } }, label);
    this.views.append(button);
    this.body.append(panel);
    return button;
  }
}

/** Call `lost` when the kernel that a widget belongs to has gone, now or later; returns what ends the watch.
 * A widget's layout is a model of the same kernel, and says whether it is alive. */
export function watchKernel(model, lost) {
  const look = () => {
    if (model.get("layout")?.comm_live === false) lost();
  };
  const later = () => setTimeout(look, 50);
  look();
  model.on("comm_live_update", later);
  model.on("comm:close", lost);
  return () => {
    model.off("comm_live_update", later);
    model.off("comm:close", lost);
  };
}
