// What the browser holds of the data: begun from the snapshot, kept up by messages, drawn by any number of views.

/** One of these is in every answer to what is asked for with `ask`. */
const ANSWERS = ["said", "problem", "draft", "page", "places", "tokens"];

const NO_TOKENS = { turns: [], kinds: "", said: "The tokens of this row were not asked for while the kernel was there." };

const SOUGHT = ["search", "only_findings", "rule", "label", "marked", "between"];

/** So many lines of the table are asked for around those in view, and so many are kept. */
const AROUND = 20;
const KEPT = 4000;

/** Of a line of the table: its parts by their places. */
export const LINE = 0;
export const WORDS = 1;
export const TOKENS = 2;
export const LEVEL = 3;
export const MARKS = 4;

export class Holding {
  constructor(model) {
    this.model = model;
    this.views = new Set();
    this.lost = false;
    this.begin();
    model.on("msg:custom", (message) => this.take(message));
    model.on("change:view", () => this.begin());
    model.on([...SOUGHT, "template"].map((name) => `change:${name}`).join(" "), () => this.draw());
    model.on("change:selected", () => this.moved());
  }

  /** Forget all, and take the snapshot. */
  begin() {
    this.rows = new Map();
    this.slots = new Map();
    this.order = [];
    this.table = { found: -1, count: 0, at: -1 };
    this.take(this.model.get("view"));
  }

  take(message) {
    const { rows = [], order, table, lines, whole, causes, places, tokens, near, ...rest } = message;
    if (rest.head && rest.head.counted !== this.head?.counted) this.tokens = new WeakMap();
    Object.assign(this, rest);
    if (causes) this.takeCauses(causes);
    if (places) this.takePlaces(places);
    if (whole !== undefined) this.whole = whole;
    for (const line of near ? [...this.rows.keys()] : []) if (!near.includes(line)) this.rows.delete(line);
    for (const row of rows) this.rows.set(row.line, row);
    if (order) this.order = order;
    if (table) this.takeTable(table);
    if (lines) this.takeLines(lines);
    if ("said" in message) this.problem = "";
    if (ANSWERS.some((name) => name in message)) this.waiting = null;
    if (tokens && this.rows.has(tokens.line)) this.tokens.set(this.rows.get(tokens.line), tokens);
    this.kept = null;
    this.draw();
    for (const view of this.views) view.hear?.(message);
  }

  /** The causes: all of them, or their order and those that are others. */
  takeCauses(causes) {
    if (Array.isArray(causes)) {
      this.causes = causes;
      return;
    }
    const known = new Map([...this.causes, ...causes.changed].map((cause) => [cause.key, cause]));
    this.causes = causes.order.map((key) => known.get(key));
  }

  /** More lines of a cause: once, however often they were asked for. */
  takePlaces({ rule, first, lines, more }) {
    this.causes = this.causes.map((cause) => (cause.key === rule && cause.lines.length === first ? { ...cause, lines: [...cause.lines, ...lines], more } : cause));
  }

  takeTable(table) {
    if (table.found !== this.table.found || table.times !== this.table.times) this.slots.clear();
    this.table = table;
    this.asked = this.goal = null;
    table.rows.forEach((row, n) => this.slots.set(table.first + n, row));
  }

  takeLines({ found, first, rows }) {
    this.asked = null;
    if (found !== this.table.found) return;
    if (this.slots.size > KEPT) this.slots.clear();
    rows.forEach((row, n) => this.slots.set(first + n, row));
    if (this.goal != null && this.slots.has(this.goal)) this.go(this.goal);
  }

  /** Another row is shown: where among those found it is, the kernel tells where it is not known here. */
  moved() {
    if (this.table.line !== this.model.get("selected")) this.table = { ...this.table, at: -1 };
    this.draw();
  }

  draw() {
    for (const view of this.views) view.draw();
  }

  get sought() {
    return Object.fromEntries(SOUGHT.map((name) => [name, this.model.get(name)]));
  }

  /** Whether anything is looked for. */
  get seeking() {
    return Object.values(this.sought).some((value) => (value && typeof value === "object" ? Object.keys(value).length : value));
  }

  /** Whether what is here answers what is sought. */
  get current() {
    return this.whole || JSON.stringify(inOrder(this.table.sought)) === JSON.stringify(inOrder(this.sought));
  }

  /** Of a whole set the rows that are found, as `sought` says; kept until something changes. */
  get found() {
    const wanted = JSON.stringify(this.sought);
    if (this.kept?.wanted !== wanted) {
      const is = holds(this.sought);
      this.kept = { wanted, rows: this.order.map((line) => this.rows.get(line)).filter(is) };
    }
    return this.kept.rows;
  }

  get count() {
    return this.whole ? this.found.length : this.table.count;
  }

  /** The place of the row that is shown among those found; -1 where it is not one of them. */
  get at() {
    if (!this.whole) return this.table.at;
    const line = this.model.get("selected");
    return this.found.findIndex((row) => row.line === line);
  }

  /** How many of those found come before the row that is shown, whether it is one of them or not. */
  get before() {
    if (!this.whole) return this.table.before ?? 0;
    const ahead = new Set(this.order.slice(0, Math.max(0, this.order.indexOf(this.model.get("selected")))));
    return this.found.filter(({ line }) => ahead.has(line)).length;
  }

  /** The place so many rows on: a row that is found no more lies between the two that it was between. */
  from(by) {
    const { at } = this;
    return at >= 0 ? at + by : this.before + (by > 0 ? by - 1 : by);
  }

  /** The line of the table at a place among those found; undefined where it is not here yet. */
  lineAt(place) {
    return this.whole ? this.found[place]?.table : this.slots.get(place);
  }

  /** The row that is shown, where it is here; it stays when it is not among those found any more. */
  get row() {
    return this.rows.get(this.model.get("selected"));
  }

  /** The tokens of the row that is shown, asked for where they are not here yet. */
  get rowTokens() {
    const { row, tokens } = this;
    if (row && this.lost) return tokens.get(row) ?? NO_TOKENS;
    if (row && !tokens.has(row)) {
      tokens.set(row, null);
      this.wait({ kind: "tokens", line: row.line });
    }
    return row && tokens.get(row);
  }

  /** Ask for the lines of the table in view, one question at a time: what is scrolled past is never asked for. */
  want(first, last) {
    if (this.asked || this.lost || this.whole) return;
    this.asked = { kind: "lines", found: this.table.found, first: Math.max(0, first - AROUND), last: Math.min(this.count, last + AROUND) };
    this.model.send(this.asked);
  }

  /** Go to a place among those found. */
  go(place) {
    if (!this.count) return;
    const wanted = Math.min(this.count - 1, Math.max(0, place));
    const row = this.lineAt(wanted);
    this.goal = row ? null : wanted;
    if (!this.whole) this.table = { ...this.table, at: wanted, line: row ? row[LINE] : -1 };
    if (row) this.set({ selected: row[LINE] });
    else {
      this.want(wanted, wanted + 1);
      this.draw();
    }
  }

  /** Another row, in either direction. */
  step(by) {
    if (this.current) this.go(this.from(by));
  }

  /** Go to a line that the search may have hidden. */
  jump(line) {
    this.set({ search: "", selected: line });
  }

  set(values) {
    for (const [name, value] of Object.entries(values)) this.model.set(name, value);
    this.model.save_changes();
    this.draw();
  }

  /** Look for something else; a rule, a label and a mark take one another's place. */
  seek(values) {
    this.set(values);
    if (this.whole && this.count && this.at < 0) this.go(0);
  }

  /** Have something done by the kernel. */
  ask(message) {
    if (this.lost) return;
    this.problem = "";
    this.wait(message);
  }

  /** Send a question, and see when it is not answered soon. */
  wait(message) {
    this.waiting = message.kind;
    this.model.send(message);
    setTimeout(() => this.draw(), 1000);
    this.waitingSince = performance.now();
  }

  /** Whether the kernel has been asked for something and is busy with a cell. */
  get isWaiting() {
    return this.waiting && performance.now() - this.waitingSince > 900;
  }
}

/** A test of whether a row has what is sought, as the kernel tests it for large sets. */
function holds({ search, only_findings, rule, label, marked, between }) {
  const wanted = search.toLowerCase();
  const marks = { reviewed: (row) => row.table[MARKS].includes("r"), changed: (row) => row.table[MARKS].includes("c"), "not reviewed": (row) => !row.table[MARKS].includes("r") };
  const tests = [
    wanted && ((row) => spoken(row).includes(wanted)),
    only_findings && ((row) => row.found > 0),
    rule && ((row) => row.rules.includes(rule)),
    label && ((row) => row.label === label),
    marks[marked],
    ...Object.entries(between).map(([name, [low, high]]) => (row) => row.sound && low <= valueOf(row, name) && valueOf(row, name) <= high),
  ].filter(Boolean);
  return (row) => row && tests.every((test) => test(row));
}

function valueOf(row, name) {
  return name === "tokens" ? row.table[TOKENS] : row.length;
}

function spoken(row) {
  return row.turns.map((turn) => turn.pieces.map(([text]) => text).join("")).join("\n").toLowerCase();
}

function inOrder(sought) {
  return SOUGHT.map((name) => sought?.[name]);
}
