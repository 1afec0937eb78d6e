// The table of the rows: as many as there are, and only those in view are on the page.

import { make, write } from "./frame.js";
import { LEVEL, LINE, MARKS, TOKENS, WORDS } from "./holding.js";
import { levelPill } from "./turns.js";

const HEIGHT = 26;
const SEEN = 8;

/** Browsers draw no taller places; of more rows, the same height stands for more of them. */
const TALLEST = 8_000_000;

const COLUMNS = ["line", "row", "tokens", "found"];

let tables = 0;

export class RowTable {
  constructor(holding) {
    this.holding = holding;
    this.name = `ftw-table-${tables++}`;
    this.lines = [];
    const head = make("div", { role: "row", class: "ftw-line ftw-columnnames", "aria-rowindex": 1 }, ...COLUMNS.map((name) => make("span", { role: "columnheader" }, name)));
    this.group = make("div", { role: "rowgroup", class: "ftw-lines" });
    this.space = make("div", { class: "ftw-space" }, this.group);
    this.root = make("div", {
      class: "ftw-table", role: "grid", tabindex: 0, "data-lm-suppress-shortcuts": "true", "aria-label": "rows", "aria-colcount": COLUMNS.length,
      onscroll: () => this.draw(), onkeydown: (event) => this.key(event), onclick: (event) => this.click(event),
    }, head, this.space);
    this.root.style.setProperty("--ftw-height", `${HEIGHT}px`);
    this.root.style.height = `${HEIGHT * (SEEN + 1) + 2}px`;
  }

  /** How far the rows are scrolled, in pixels as if all of them were there, and how far that can go. */
  get top() {
    const { count } = this.holding;
    const all = count * HEIGHT;
    const room = Math.min(all, TALLEST) - SEEN * HEIGHT;
    return all <= TALLEST ? this.root.scrollTop : (this.root.scrollTop / room) * (all - SEEN * HEIGHT);
  }

  set top(pixels) {
    const all = this.holding.count * HEIGHT;
    this.root.scrollTop = all <= TALLEST ? pixels : (pixels / (all - SEEN * HEIGHT)) * (TALLEST - SEEN * HEIGHT);
  }

  /** Bring a place into view. */
  reveal(place) {
    if (place < 0) return;
    const top = place * HEIGHT;
    if (top < this.top) this.top = top;
    else if (top > this.top + (SEEN - 1) * HEIGHT) this.top = top - (SEEN - 1) * HEIGHT;
  }

  draw() {
    const { holding } = this;
    const { count, at, current } = holding;
    this.space.style.height = `${Math.min(count * HEIGHT, TALLEST)}px`;
    this.root.setAttribute("aria-rowcount", count + 1);
    this.root.setAttribute("aria-busy", String(!current));
    const where = `${at} ${count}`;
    if (this.shown !== where && this.root.clientHeight) {
      this.shown = where;
      this.reveal(at);
    }
    const { top } = this;
    const first = Math.max(0, Math.floor(top / HEIGHT));
    const last = Math.min(count, first + SEEN + 2);
    this.group.style.transform = `translateY(${this.root.scrollTop - (top % HEIGHT)}px)`;
    let missing = false;
    let active = null;
    for (let n = 0; n < SEEN + 2; n += 1) {
      const place = first + n;
      const line = (this.lines[n] ??= this.build(n));
      line.root.hidden = place >= last;
      if (place >= last) continue;
      const row = holding.lineAt(place);
      missing ||= !row;
      this.fill(line, place, row, place === at);
      if (place === at) active = line.root.id;
    }
    if (active) this.root.setAttribute("aria-activedescendant", active);
    else this.root.removeAttribute("aria-activedescendant");
    if (missing && current) holding.want(first, last);
  }

  build(n) {
    const cells = COLUMNS.map(() => make("span", { role: "gridcell" }));
    const root = make("div", { role: "row", class: "ftw-line", id: `${this.name}-${n}` }, ...cells);
    this.group.append(root);
    return { root, cells, place: -1 };
  }

  fill(line, place, row, chosen) {
    line.root.setAttribute("aria-selected", String(chosen));
    if (line.place !== place) line.root.setAttribute("aria-rowindex", place + 2);
    if (line.place === place && line.row === row) return;
    Object.assign(line, { place, row });
    const [number, words, tokens, found] = line.cells;
    write(number, row ? String(row[LINE]) : "…");
    words.replaceChildren(make("span", { class: "ftw-words", dir: "auto" }, row ? row[WORDS] : ""), ...marks(row));
    write(tokens, row?.[TOKENS] ? row[TOKENS].toLocaleString("en") : "");
    found.replaceChildren(...(row?.[LEVEL] ? [levelPill(row[LEVEL])] : []));
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== this.root) return;
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: SEEN, PageUp: -SEEN }[event.key];
    const place = by ? this.holding.from(by) : { Home: 0, End: this.holding.count - 1 }[event.key];
    if (place === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(place);
  }

  click(event) {
    const line = this.lines.find(({ root }) => root.contains(event.target));
    if (line) this.choose(line.place);
  }

  choose(place) {
    if (this.holding.current && (this.may?.() ?? true)) this.holding.go(place);
  }
}

function marks(row) {
  const names = { r: "reviewed", c: "changed" };
  return [...(row?.[MARKS] ?? "")].map((mark) => make("span", { class: "ftw-tag" }, names[mark]));
}
