// A chart of curves by step. It is drawn in place: its elements stay, only what changed in them is written.

import { draw, write } from "./frame.js";
import { largest, pathOf, roundedUp, smoothed } from "./points.js";

const LEFT = 40;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 20;
const LETTER = 6.5;

/** `lines`: {points: what gives them, style, smooth, rings}, the lowest first. `top`: the value at the top, else what the
 * points need. */
export class Chart {
  constructor({ height, lines, top = null }) {
    this.height = height;
    this.lines = lines;
    this.top = top;
    this.needed = 0;
    this.grid = draw("g");
    this.marks = draw("g");
    this.cursor = draw("path", { class: "ftw-cursor" });
    this.drawn = lines.map((line) => ({
      raw: line.smooth ? draw("path", { class: "ftw-raw" }) : null,
      line: draw("path", { class: line.style, "stroke-linejoin": "round" }),
      rings: line.rings ? draw("path", { class: "ftw-ring" }) : null,
    }));
    const paths = this.drawn.flatMap(({ raw, line, rings }) => [raw, line, rings].filter(Boolean));
    this.svg = draw("svg", { "aria-hidden": "true", height }, this.grid, ...paths, this.marks, this.cursor);
    this.axes = "";
  }

  /** Draw for a width in pixels. `scene`: {steps, epochs, checkpoints, cursor, smoothing}. */
  draw(width, scene) {
    if (width <= LEFT + RIGHT) return;
    this.width = width;
    this.steps = scene.steps;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${this.height}`);
    const values = this.lines.map((line) => largest(line.points().y));
    this.needed = Math.max(this.needed, ...values);
    const [top, parts] = this.top === null ? roundedUp(this.needed) : [this.top, 2];
    this.highest = top;
    this.drawAxes(top, parts, scene);
    this.lines.forEach((line, n) => this.drawLine(line.points(), line.smooth ? scene.smoothing : null, this.drawn[n]));
    this.drawMarks(scene.checkpoints || []);
    this.drawCursor(scene.cursor);
  }

  toX = (step) => LEFT + ((this.width - LEFT - RIGHT) * step) / this.steps;
  toY = (value) => TOP + (this.height - TOP - BOTTOM) * (1 - Math.min(value, this.highest) / this.highest);

  /** The step under a place on the page. */
  stepAt(clientX) {
    const box = this.svg.getBoundingClientRect();
    const part = (clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    return Math.round(Math.min(1, Math.max(0, part)) * this.steps);
  }

  drawAxes(top, parts, { steps, epochs }) {
    const wanted = [this.width, top, steps, epochs.join()].join("|");
    if (wanted === this.axes) return;
    this.axes = wanted;
    const right = this.width - RIGHT;
    const elements = [];
    const digits = Math.max(top / parts < 0.1 ? 2 : 1, this.top === null ? 0 : 2);
    for (let n = 0; n <= parts; n++) {
      const y = this.toY((top * n) / parts);
      elements.push(draw("path", { class: "ftw-grid", d: `M${LEFT} ${y.toFixed(1)}H${right}` }));
      elements.push(draw("text", { x: LEFT - 8, y: y + 4, "text-anchor": "end" }, ((top * n) / parts).toFixed(digits)));
    }
    let free = LEFT;
    const last = epochs[epochs.length - 1];
    const kept = this.toX(last) - (String(last).length + 1) * LETTER;
    for (const [n, step] of epochs.entries()) {
      const x = this.toX(step);
      elements.push(draw("path", { class: "ftw-epoch", d: `M${x.toFixed(1)} ${TOP}V${this.height - BOTTOM}` }));
      const fits = (text) => !text || (x - text.length * LETTER > free && (step === last || x < kept));
      const label = [`epoch ${n + 1} · ${step}`, String(step), ""].find((text) => epochs.length === 1 || fits(text));
      if (label) elements.push(draw("text", { x, y: this.height - 4, "text-anchor": "end" }, label));
      if (label) free = x + LETTER;
    }
    if (!epochs.length && steps) {
      elements.push(draw("text", { x: right, y: this.height - 4, "text-anchor": "end" }, `step ${steps}`));
    }
    this.grid.replaceChildren(...elements);
  }

  drawLine(points, smoothing, { raw, line, rings }) {
    const path = (values) => pathOf(points.x, values, this.toX, this.toY);
    if (raw) raw.setAttribute("d", path(points.y));
    line.setAttribute("d", path(smoothing === null ? points.y : smoothed(points.y, smoothing)));
    const apart = (this.toX(points.x[points.x.length - 1]) - this.toX(points.x[0])) / (points.x.length - 1);
    if (rings) rings.setAttribute("d", apart < 8 ? "" : points.x.map((step, n) => ring(this.toX(step), this.toY(points.y[n]))).join(""));
  }

  /** Checkpoints: {step, value, label}; labels that would touch are left out. */
  drawMarks(checkpoints) {
    const wanted = JSON.stringify(checkpoints) + this.axes;
    if (wanted === this.marked) return;
    this.marked = wanted;
    let free = -Infinity;
    this.marks.replaceChildren(...checkpoints.flatMap(({ step, value, label }) => {
      const x = this.toX(step);
      const y = Math.max(TOP + 14, this.toY(value ?? 0) - 5);
      const elements = [draw("path", { class: "ftw-checkpoint", d: `M${x - 4} ${y}h8l-4 -7z` })];
      const middle = Math.max(LEFT + 28, Math.min(x, this.width - 36));
      if (middle - free > 90) {
        elements.push(draw("text", { class: "ftw-mark", x: middle, y: y - 10, "text-anchor": "middle" }, label));
        free = middle;
      }
      return elements;
    }));
  }

  drawCursor(step) {
    const shown = step !== null && step !== undefined;
    this.cursor.setAttribute("d", shown ? `M${this.toX(step).toFixed(1)} ${TOP}V${this.height - BOTTOM}` : "");
  }
}

function ring(x, y) {
  return `M${(x - 2.5).toFixed(1)} ${y.toFixed(1)}a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0`;
}

/** An entry of a key: a piece of the line, its name, and its present value. */
export class KeyEntry {
  constructor(label, style) {
    this.label = label;
    this.value = document.createElement("b");
    this.name = document.createElement("span");
    const sample = draw("svg", { viewBox: "0 0 18 8", "aria-hidden": "true" }, draw("path", { class: style, d: "M0 4H18" }));
    this.root = document.createElement("span");
    this.root.append(sample, this.name, " ", this.value);
    write(this.name, label);
  }

  set(text) {
    this.root.hidden = text === null;
    write(this.value, text ?? "");
  }
}
