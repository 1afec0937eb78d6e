// What is looked for: a text, rows with findings, a rule, a label or a mark, and the bar of a chart.

import { make, write } from "./frame.js";

export class SearchTools {
  constructor(holding) {
    this.holding = holding;
    this.text = make("input", { type: "search", placeholder: "search", "aria-label": "search the rows", oninput: () => this.type() });
    this.only = make("button", { type: "button", "aria-pressed": "false", onclick: () => holding.seek({ only_findings: !holding.model.get("only_findings") }) }, "only findings");
    this.filter = make("select", { "aria-label": "which rows", onchange: () => this.choose(this.filter.value) });
    this.bar = make("button", { type: "button", class: "ftw-link", onclick: () => holding.seek({ between: {} }) });
    this.how = make("span", { class: "ftw-dim", role: "status" });
    this.root = make("div", { class: "ftw-tools" }, this.text, this.only, this.filter);
  }

  /** A large set is searched by the kernel: when somebody has paused. */
  type() {
    clearTimeout(this.typing);
    const find = () => {
      this.typing = null;
      this.holding.seek({ search: this.text.value });
    };
    if (this.holding.whole) find();
    else this.typing = setTimeout(find, 200);
  }

  choose(value) {
    const kind = value.split(":", 1)[0];
    this.holding.seek({ rule: "", label: "", marked: "", ...(kind ? { [kind]: value.slice(kind.length + 1) } : {}) });
  }

  draw() {
    const { model, causes, charts, work, lost } = this.holding;
    if (!this.typing && this.text.value !== model.get("search")) this.text.value = model.get("search");
    this.only.setAttribute("aria-pressed", String(model.get("only_findings")));
    this.only.disabled = !causes.some(rowsOf) && !model.get("only_findings") && document.activeElement !== this.only;
    const kind = ["rule", "label", "marked"].find((name) => model.get(name));
    const chosen = kind ? `${kind}:${model.get(kind)}` : "";
    const content = [causes, charts, work, chosen];
    if (this.drawn?.some((one, n) => one !== content[n]) ?? true) {
      this.filter.replaceChildren(...options(causes, charts, work));
      this.filter.value = chosen;
      if (this.filter.value !== chosen) this.filter.append(make("option", { value: chosen }, `${model.get(kind)} (0)`));
    }
    this.drawn = content;
    this.filter.value = chosen;
    const [bar] = Object.entries(model.get("between"));
    this.bar.hidden = !bar;
    if (bar) write(this.bar, `${bar[1].map((end) => end.toLocaleString("en")).join(" to ")} ${bar[0] === "tokens" ? "tokens" : "characters"}: show all`);
    write(this.how, this.words());
    this.filter.disabled = lost && !this.holding.whole;
  }

  /** How many rows there are, or are found. */
  words() {
    const { count, current, head, seeking } = this.holding;
    if (!current) return "looking …";
    if (!head.total) return "There are no rows.";
    const all = `${head.total.toLocaleString("en")} row${head.total === 1 ? "" : "s"}`;
    if (!seeking) return all;
    return count ? `${count.toLocaleString("en")} of ${all}` : "No row has all of this.";
  }
}

/** In how many of the rows shown something was found. */
function rowsOf({ file, lines, more }) {
  return file ? 0 : lines.length + more;
}

/** What one can choose to see; each with its number of rows. */
function options(causes, charts, work) {
  const option = (value, words) => make("option", { value }, words);
  const group = (label, ...children) => (children.length ? make("optgroup", { label }, ...children) : null);
  const many = (words, n) => `${words} (${n.toLocaleString("en")})`;
  const labels = charts.find(({ name }) => name === "label")?.bars ?? [];
  return [
    option("", "all rows"),
    group("marked", option("marked:not reviewed", "not reviewed"), option("marked:reviewed", many("reviewed", work.reviewed)), option("marked:changed", many("changed", work.changed))),
    group("found in", ...causes.map((cause) => [cause, rowsOf(cause)]).filter(([, n]) => n).map(([{ rule }, n]) => option(`rule:${rule}`, many(rule, n)))),
    group("label", ...labels.map(([label, n]) => option(`label:${label}`, many(label, n)))),
  ].filter(Boolean);
}
