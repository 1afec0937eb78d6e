// The Monitor: the curves of one run while it learns, and how the answers to the learner's own prompts change.

import { Chart, KeyEntry } from "./chart.js";
import { figure, Frame, LOST, make, TAKES_KEYS, watchKernel, write } from "./frame.js";
import { Points } from "./points.js";

const ROWS_SHOWN = 500;
const NOTHING = new Points();

/** What is known of the run: begun from the snapshot, kept up by messages, and drawn by any number of views. */
class Story {
  constructor(model) {
    this.model = model;
    this.curves = {};
    this.known = 0;
    this.head = {};
    this.columns = [];
    this.views = new Set();
    this.asked = -Infinity;
    this.lost = false;
    this.take(model.get("story"));
    model.on("msg:custom", (message) => this.take(message));
    model.on("change:story", () => this.take(model.get("story")));
  }

  curve(name) {
    return (this.curves[name] ??= new Points());
  }

  /** `from`: the number of the first of the `points`; where some are missing before it, they are asked for. */
  take(message) {
    if (!message || message.kind !== "story") return;
    for (const column of message.columns || []) this.columns[column.place] = column;
    if (message.from > this.known) return this.ask();
    const points = message.points.slice(this.known - message.from);
    for (const [name, step, value] of points) this.curve(name).put(step, value);
    this.known = Math.max(this.known, message.from + message.points.length);
    Object.assign(this.head, message.head);
    this.keep(message, points);
    for (const view of this.views) view.changed();
  }

  /** The model's own `story` grows along, without a word to the kernel: it is what a notebook saves. */
  keep(message, points) {
    const story = this.model.get("story");
    if (!story || story === message) return;
    for (const point of points) story.points.push(point);
    Object.assign(story, { head: this.head, columns: this.columns });
  }

  /** Validation is measured on a sample of the rows, and now and then on all: the name of the curve that counts. */
  validation(what) {
    return this.curve(`full_valid_${what}`).x.length ? `full_valid_${what}` : `valid_${what}`;
  }

  /** The sample's curve, where it says something else than that of all rows. */
  sample(what) {
    const [all, sampled] = [this.curve(`full_valid_${what}`), this.curve(`valid_${what}`)];
    const same = !all.x.length || sampled.x.every((step, n) => all.x[all.upTo(step)] === step && all.y[all.upTo(step)] === sampled.y[n]);
    return same ? NOTHING : sampled;
  }

  ask() {
    if (performance.now() - this.asked < 1000) return;
    this.asked = performance.now();
    this.model.send({ kind: "from", known: this.known });
  }
}

/** One place on the page where a story is drawn. */
class View {
  constructor(story) {
    this.story = story;
    this.cursor = null;
    this.frame = new Frame("Training monitor");
    const lines = (what, style, smooth) => [
      { points: () => story.curve(`train_${what}`), style, smooth },
      { points: () => story.sample(what), style: "ftw-sampled" },
      { points: () => story.curve(story.validation(what)), style: "ftw-validation", rings: true },
    ];
    this.loss = new Chart({ height: 208, lines: lines("loss", "ftw-training", true) });
    this.accuracy = new Chart({ height: 100, top: 1, lines: lines("accuracy", "ftw-accuracy", false) });
    this.keys = [
      { label: "training loss", style: "ftw-training", points: () => story.curve("train_loss") },
      { label: "validation loss", style: "ftw-validation", points: () => story.curve(story.validation("loss")) },
      { label: "on a sample of its rows", style: "ftw-sampled", points: () => story.sample("loss") },
      { label: "token accuracy", style: "ftw-accuracy", points: () => story.curve("train_accuracy") },
      { label: "validation", style: "ftw-validation", points: () => story.curve(story.validation("accuracy")) },
    ].map((entry) => ({ ...entry, key: new KeyEntry(entry.label, entry.style) }));
    this.build();
    this.changed();
  }

  build() {
    const { body } = this.frame;
    this.under = make("span", { class: "ftw-right ftw-dim" });
    this.below = make("span", { class: "ftw-right ftw-dim" });
    const key = (entries, ...more) => make("div", { class: "ftw-key" }, ...entries.map((entry) => entry.key.root), ...more);
    this.charts = make("div", { class: "ftw-chart", role: "slider", ...TAKES_KEYS, "aria-label": "Training step, to read the curves at", "aria-valuemin": 0, "aria-valuemax": 0, "aria-valuenow": 0,
      onpointermove: (event) => this.point(this.loss.stepAt(event.clientX)),
      onpointerleave: () => this.point(null),
      onblur: () => this.point(null),
      onkeydown: (event) => this.key(event) },
      key(this.keys.slice(0, 3), this.under), this.loss.svg, key(this.keys.slice(3), this.below), this.accuracy.svg);
    this.probes = make("div", { class: "ftw-scroll", role: "group", "aria-label": "your prompts", ...TAKES_KEYS, hidden: "" });
    body.append(this.charts, this.probes);
    this.table = make("div", { class: "ftw-scroll", role: "group", "aria-label": "all values", ...TAKES_KEYS });
    this.code = make("pre", { "aria-label": "the same in Python", ...TAKES_KEYS });
    this.frame.view("Table", this.table, () => this.fillTable());
    this.frame.view("Show code", this.code, () => write(this.code, this.story.head.code || ""));
    this.cancel = make("button", { type: "button", onclick: () => this.askCancel() }, "Cancel the job");
    this.keep = make("button", { type: "button", hidden: "", onclick: () => this.calm() }, "Let it go on");
    this.frame.actions.append(this.cancel, this.keep);
    this.resize = new ResizeObserver(() => this.changed());
    this.resize.observe(this.charts);
  }

  /** Something is new: draw once before the next frame is painted. */
  changed() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = null;
      this.draw();
    });
  }

  draw() {
    const { head, lost } = this.story;
    this.frame.state(lost ? "not connected" : head.label || "", lost ? "warn" : head.kind);
    write(this.frame.title, head.title || "");
    write(this.frame.about, head.about || "");
    write(this.frame.progress, head.progress || "");
    this.frame.done(head.total ? head.step / head.total : head.kind === "good" ? 1 : 0);
    this.frame.tell(lost ? LOST : head.note, lost ? "warn" : head.note_kind);
    this.cancel.hidden = lost || !head.can_cancel;
    if (this.cancel.hidden) this.calm();
    this.drawCharts(head);
    this.drawProbes();
    if (!this.table.hidden) this.fillTable();
    this.frame.say([head.label, head.progress, this.keyText()].filter(Boolean).join(", "), head.label !== this.saidLabel);
    this.saidLabel = head.label;
  }

  drawCharts(head) {
    const step = this.lastStep;
    const scene = {
      steps: Math.max(head.total || 0, step, 1),
      epochs: head.epochs || [],
      checkpoints: (head.checkpoints || []).map((one) => this.mark(one)),
      cursor: this.cursor,
      smoothing: this.story.model.get("smoothing"),
    };
    const width = this.charts.clientWidth;
    this.loss.draw(width, scene);
    this.accuracy.draw(width, { ...scene, checkpoints: [] });
    for (const [n, { key, points }] of this.keys.entries()) {
      const value = points().last;
      const always = n === 0 || n === 3;
      key.set(value === undefined ? (always ? "–" : null) : figure(value));
    }
    write(this.under, this.readAt(this.cursor, ["loss"]));
    write(this.below, this.readAt(this.cursor, ["accuracy"]));
    this.charts.setAttribute("aria-valuemax", step);
    this.charts.setAttribute("aria-valuenow", this.cursor ?? step);
    this.charts.setAttribute("aria-valuetext", this.readAt(this.cursor ?? step) || "no step yet");
  }

  get lastStep() {
    return Math.max(0, ...Object.values(this.story.curves).map((points) => points.x[points.x.length - 1] || 0));
  }

  mark({ step, best }) {
    const points = this.story.curve(this.story.validation("loss"));
    const place = points.upTo(step);
    return { step, value: points.y[place], label: best ? `ckpt ${step} · best` : `ckpt ${step}` };
  }

  keyText() {
    return this.lastStep ? this.readAt(this.lastStep) : "";
  }

  /** The values at a step; validation's are the last ones measured up to there. */
  readAt(step, kinds = ["loss", "accuracy"]) {
    if (step === null) return "";
    const named = {
      loss: [["train_loss", "training"], [this.story.validation("loss"), "validation"]],
      accuracy: [["train_accuracy", "accuracy"]],
    };
    const parts = [];
    for (const [name, label] of kinds.flatMap((kind) => named[kind])) {
      const points = this.story.curve(name);
      const place = points.upTo(step);
      if (place < 0) continue;
      const elsewhere = points.x[place] === step ? "" : ` (step ${points.x[place]})`;
      parts.push(`${label} ${figure(points.y[place])}${elsewhere}`);
    }
    return parts.length ? `at step ${step}: ${parts.join(" · ")}` : "";
  }

  point(step) {
    this.cursor = step === null || !this.lastStep ? null : Math.min(Math.max(step, 0), this.lastStep);
    this.changed();
  }

  key(event) {
    const from = this.cursor ?? this.lastStep;
    const jump = event.shiftKey ? 10 : 1;
    const to = { ArrowLeft: from - jump, ArrowRight: from + jump, ArrowDown: from - jump, ArrowUp: from + jump, PageDown: from - 10, PageUp: from + 10, Home: 1, End: this.lastStep, Escape: null }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.point(to);
  }

  drawProbes() {
    const { head, columns } = this.story;
    const prompts = head.prompts || [];
    this.probes.hidden = !prompts.length;
    const wanted = JSON.stringify([prompts, columns, head.system]);
    if (this.probes.hidden || wanted === this.probed) return;
    this.probed = wanted;
    const first = make("tr", {}, make("th", { scope: "col" }, "your prompts"), ...columns.map(({ title, model }) => make("th", { scope: "col", title: model }, title)));
    const rows = prompts.map((prompt, n) => make("tr", {}, make("th", { scope: "row" }, prompt), ...columns.map(({ answers }) => answer(answers[n]))));
    const note = head.system ? make("div", { class: "ftw-dim" }, `each asked after the training rows' own system message: ${head.system}`) : null;
    this.probes.replaceChildren(...[make("table", { class: "ftw-probes" }, make("thead", {}, first), make("tbody", {}, ...rows)), note].filter(Boolean));
  }

  fillTable() {
    const columns = this.keys.map(({ label, points }) => ({ label, points: points() })).filter(({ points }) => points.x.length);
    const steps = [...new Set(columns.flatMap(({ points }) => points.x))].sort((a, b) => a - b);
    const shown = steps.slice(-ROWS_SHOWN);
    const head = make("tr", {}, ...["step", ...columns.map(({ label }) => label)].map((label) => make("th", { scope: "col", class: "ftw-number" }, label)));
    const rows = shown.map((step) => make("tr", {}, make("td", { class: "ftw-number" }, String(step)), ...columns.map(({ points }) => cell(points, step))));
    const note = steps.length > shown.length ? make("div", { class: "ftw-dim" }, `the last ${shown.length} of ${steps.length} steps; run.curves.rows() has all`) : null;
    this.table.replaceChildren(...[note, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))].filter(Boolean));
  }

  askCancel() {
    if (!this.sure) {
      this.sure = true;
      write(this.cancel, "Cancel it for good; its checkpoints stay");
      this.keep.hidden = false;
      return;
    }
    this.story.model.send({ kind: "cancel" });
    this.calm();
  }

  calm() {
    this.sure = false;
    write(this.cancel, "Cancel the job");
    this.keep.hidden = true;
  }

  lose() {
    this.story.lost = true;
    this.changed();
  }

  close() {
    this.resize.disconnect();
    cancelAnimationFrame(this.waiting);
  }
}

function answer(text) {
  return text === "" ? make("td", { class: "ftw-dim" }, "no text") : make("td", {}, text ?? "…");
}

function cell(points, step) {
  const place = points.upTo(step);
  return make("td", { class: "ftw-number" }, points.x[place] === step ? figure(points.y[place]) : "");
}

export default () => {
  let story;
  return {
    initialize({ model }) {
      story = new Story(model);
    },
    render({ model, el }) {
      story ??= new Story(model);
      const view = new View(story);
      story.views.add(view);
      el.append(view.frame.root);
      const redraw = () => view.changed();
      model.on("change:smoothing", redraw);
      const unwatch = watchKernel(model, () => view.lose());
      return () => {
        story.views.delete(view);
        model.off("change:smoothing", redraw);
        unwatch();
        view.close();
      };
    },
  };
};
