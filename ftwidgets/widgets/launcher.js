import { Frame, LOST, make, TAKES_KEYS, watchKernel, write } from "./frame.js";

const MOST_CHOICES = 60;

let views = 0;

/** One place on the page where a job is put together. The choices are traits; what is said of them is `sheet`. */
class View {
  constructor(model) {
    this.model = model;
    this.lost = false;
    this.id = `ftw-launcher-${(views += 1)}`;
    this.frame = new Frame("New fine-tuning job");
    this.build();
    this.draw();
  }

  build() {
    const { frame } = this;
    this.modelAbout = make("span", { class: "ftw-dim", id: `${this.id}-model-about` });
    this.choice = this.modelInput();
    this.epochs = make("input", { type: "number", id: `${this.id}-epochs`, min: 1, max: 50, step: 1, "aria-describedby": `${this.id}-epochs-about`, onchange: () => this.typed() });
    this.auto = make("input", { type: "checkbox", id: `${this.id}-auto`, onchange: () => this.set({ n_epochs: this.auto.checked ? "auto" : Number(this.epochs.value) || 1 }) });
    this.epochsAbout = make("span", { class: "ftw-dim", id: `${this.id}-epochs-about` });
    const label = (name, words) => make("label", { for: `${this.id}-${name}` }, words);
    this.form = make("div", { class: "ftw-form" },
      label("model", "model"), make("div", {}, this.choice, this.modelAbout),
      label("epochs", "epochs"), make("div", {}, this.epochs, make("span", {}, this.auto, label("auto", "auto")), this.epochsAbout));
    this.size = make("div", {});
    this.time = make("div", { class: "ftw-title" });
    this.basis = make("div", { class: "ftw-dim" });
    this.offers = make("div", { class: "ftw-offers" });
    this.fate = make("div", { class: "ftw-note", hidden: "" });
    frame.body.append(this.form, make("div", { role: "status" }, this.size, this.time, this.basis), this.offers, this.fate);
    this.code = make("pre", { "aria-label": "the same in Python", ...TAKES_KEYS });
    frame.view("Show code", this.code, () => write(this.code, this.sheet.code || ""));
    this.start = make("button", { type: "button", class: "ftw-first", onclick: () => this.send("start") }, "Start the job");
    this.again = make("button", { type: "button", onclick: () => this.send("look") }, "Look again");
    this.measure = make("button", { type: "button", onclick: () => this.send("measure") }, "Measure it: some steps are trained, and thrown away");
    frame.actions.append(this.start, this.again);
  }

  /** A list to choose from; a field to type in where there is no list, or a very long one. */
  modelInput() {
    const { models = [] } = this.sheet;
    const shared = { id: `${this.id}-model`, "aria-describedby": `${this.id}-model-about`, onchange: () => this.set({ model: this.choice.value.trim() }) };
    if (models.length && models.length <= MOST_CHOICES) return make("select", shared);
    return make("input", { ...shared, type: "text", spellcheck: "false", autocomplete: "off" });
  }

  get sheet() {
    return this.model.get("sheet") || {};
  }

  set(traits) {
    for (const [name, value] of Object.entries(traits)) this.model.set(name, value);
    this.model.save_changes();
  }

  typed() {
    const epochs = Math.round(Number(this.epochs.value));
    if (epochs >= 1 && epochs <= 50) this.set({ n_epochs: epochs });
    else this.draw();
  }

  send(kind) {
    this.model.send({ kind, after: this.sheet.run?.id ?? null }); // pressed twice while a cell runs, it starts one job
  }

  draw() {
    const { frame, sheet } = this;
    const run = sheet.run;
    frame.state(this.lost ? "not connected" : run ? run.label : sheet.busy || "new job", this.lost ? "warn" : run ? run.kind : sheet.busy ? "run" : "");
    write(frame.title, sheet.name || "");
    write(frame.about, run ? run.id : "");
    write(frame.progress, run ? run.progress : sheet.size || "");
    frame.done(run && run.total ? run.step / run.total : run && run.kind === "good" ? 1 : 0);
    frame.tell(this.lost ? LOST : sheet.fault, this.lost ? "warn" : "bad");
    this.drawChoices(sheet);
    this.drawEstimate(sheet);
    this.drawRun(run);
    this.start.disabled = this.lost || Boolean(sheet.busy) || !sheet.estimate;
    write(this.start, sheet.busy === "starting" ? "Starting…" : run ? "Start another" : "Start the job");
    this.again.hidden = this.lost || Boolean(sheet.estimate) || Boolean(sheet.busy);
    if (!this.code.hidden) write(this.code, sheet.code || "");
    frame.say([run && run.label, run && run.progress].filter(Boolean).join(", "), run && run.label !== this.saidLabel);
    this.saidLabel = run && run.label;
  }

  drawChoices(sheet) {
    const chosen = this.model.get("model");
    const known = (sheet.models || []).map(({ id }) => id);
    this.offerModels(known.includes(chosen) ? known : [...known, chosen]);
    this.choice.value = chosen;
    const epochs = this.model.get("n_epochs");
    this.auto.checked = epochs === "auto";
    this.epochs.value = epochs === "auto" ? sheet.epochs || "" : epochs;
    write(this.modelAbout, ((sheet.models || []).find((one) => one.id === chosen) || {}).about || "");
    write(this.epochsAbout, sheet.epochs_about || "");
    for (const input of [this.choice, this.epochs, this.auto]) input.disabled = this.lost || Boolean(sheet.busy);
  }

  offerModels(ids) {
    if (this.choice.tagName !== "SELECT" || this.listed === ids.join("\n")) return;
    this.listed = ids.join("\n");
    this.choice.replaceChildren(...ids.map((id) => make("option", { value: id }, id)));
  }

  drawEstimate({ estimate, proposals = [], busy, size, run }) {
    write(this.size, estimate ? `${estimate.size}${run ? ` · ${size}` : ""}` : "");
    write(this.time, estimate && estimate.time ? estimate.time : "");
    write(this.basis, busy === "measuring" ? "Measuring: some steps are really trained on your rows, and thrown away." : estimate ? estimate.basis : "");
    this.time.classList.toggle("ftw-long", Boolean(estimate && estimate.is_long));
    const wanted = JSON.stringify([proposals, estimate && estimate.can_measure, estimate && estimate.is_long, busy, this.lost]);
    if (wanted === this.offered) return;
    this.offered = wanted;
    const buttons = proposals.map(({ words, traits }) => make("button", { type: "button", onclick: () => this.set(traits) }, words));
    if (estimate && estimate.can_measure) buttons.unshift(this.measure);
    for (const button of buttons) button.disabled = this.lost || Boolean(busy);
    const shorter = proposals.some(({ shortens }) => shortens);
    const why = estimate && estimate.is_long ? [make("span", {}, `That is more than a quarter of an hour${shorter ? ". To stay within it:" : ", and so is any shorter job with these rows."}`)] : [];
    this.offers.replaceChildren(...why, ...buttons);
    this.offers.hidden = !buttons.length && !why.length;
  }

  drawRun(run) {
    this.fate.hidden = !(run && run.note);
    this.fate.className = `ftw-note ${run && run.note_kind && `ftw-${run.note_kind}`}`;
    write(this.fate, (run && run.note) || "");
  }
}

export default {
  render({ model, el }) {
    const view = new View(model);
    el.append(view.frame.root);
    const redraw = () => view.draw();
    const names = ["sheet", "model", "n_epochs"].map((name) => `change:${name}`);
    for (const name of names) model.on(name, redraw);
    const unwatch = watchKernel(model, () => {
      view.lost = true;
      view.draw();
    });
    return () => {
      for (const name of names) model.off(name, redraw);
      unwatch();
    };
  },
};
