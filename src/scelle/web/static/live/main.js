/** The live synopsis: what is chosen, what plays, and what keys and pointer do. */

import * as address from "./address.js";
import { begun, store, told } from "./begin.js";
import { Choose } from "./choose.js";
import { ANSWER_MS, Stopped, arrange, tubes } from "./door.js";
import { Form } from "./form.js";
import { Layer } from "./layer.js";
import { tell } from "./left.js";
import { scenes } from "./moment.js";
import { Original } from "./original.js";
import { Stage } from "./stage.js";
import { length, t } from "./words.js";

const LEASE_MS = 4000; // between two questions whether playing may go on
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];

const byId = (id) => document.getElementById(id);

class Player {
  constructor() {
    this.canvas = byId("canvas");
    this.store = store;
    this.stage = new Stage(this.canvas, this.store);
    this.form = new Form(byId("choices"), this.stage, () => this.changed());
    this.original = new Original(byId("original"), (error) => this.stopped(error));
    this.choose = new Choose({
      menu: byId("menu"),
      dialog: byId("reason"),
      done: (one, judgement) => {
        this.wanted = true;
        this.say(t(`live.said.${judgement}`, { number: one.number }));
      },
      stopped: (error) => this.stopped(error),
    });
    this.layer = new Layer(byId("layer"), byId("layer-picture"), (error) => this.stopped(error));
    const own = address.own();
    byId("layer").value = own.layer;
    if (byId("layer").selectedIndex < 0) byId("layer").selectedIndex = 0;
    this.at = Number(own.t) || 0;
    this.bench = own.bench;
    this.speed = SPEEDS.includes(Number(own.speed)) ? Number(own.speed) : 1;
    this.stage.trails = own.trails === "1";
    this.view = null;
    this.playing = false;
    this.asked = 0; // when the door was last asked whether to go on
    this.last = 0;
    this.figures = { frames: 0, arranged: 0, arrangements: 0 };
    this.wire();
    this.store.tell(this);
  }

  // -- what is chosen ----------------------------------------------------------

  async changed() {
    this.query?.abort();
    const query = new AbortController();
    this.query = query;
    const chosen = this.form.query();
    address.write(chosen, this.own());
    this.layer.show(chosen);
    document.body.classList.add("waiting");
    const began = performance.now();
    try {
      const view = await this.answer(chosen, query.signal);
      if (this.query === query) this.arranged(view, began);
    } catch (error) {
      if (error.name !== "AbortError") this.stopped(error);
    } finally {
      if (this.query === query) document.body.classList.remove("waiting");
    }
  }

  /** The arrangement of what is chosen: at first what the address asked for already. */
  answer(chosen, signal) {
    const first = !this.begun && told(chosen) === begun.query;
    this.begun = true;
    return first ? begun.view : arrange(chosen, signal);
  }

  arranged(view, began) {
    // Of another staging: a shortened stay shows other pictures at other times.
    const share = this.view ? this.at / Math.max(this.view.length_s, 1e-3) : null;
    for (const panel of view.panels) {
      panel.title = this.form.title(panel);
    }
    view.reference = this.canvas.dataset.reference;
    this.view = view;
    this.at = share === null ? Math.min(this.at, view.length_s) : share * view.length_s;
    this.store.arrange(view);
    this.stage.arrange(view);
    byId("tracks-total").textContent = view.total;
    byId("tracks-shown").textContent = view.shown;
    byId("tracks-filtered").textContent = view.filtered;
    byId("tracks-unseen").textContent = view.unseen;
    tell(byId("left"), view, this.form);
    byId("collision").textContent = `${new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(100 * view.collision)} %`;
    byId("seek").max = String(view.length_s);
    byId("empty").hidden = view.shown > 0;
    this.canvas.classList.toggle("nothing", view.shown === 0);
    this.wanted = true;
    this.began = began;
    this.say(t("live.arranged", {
      shown: view.shown, total: view.total, length: length(view.length_s),
    }));
    this.fetch();
    this.bar();
  }

  own() {
    return {
      lang: document.documentElement.lang,
      t: this.at ? this.at.toFixed(1) : "",
      speed: this.speed === 1 ? "" : this.speed,
      trails: this.stage.trails ? "1" : "",
      layer: this.layer.name,
      bench: this.bench,
    };
  }

  // -- what plays --------------------------------------------------------------

  fetch() {
    if (!this.view) return;
    this.store.fetch(this.at * this.view.rate, scenes(this.view, this.at));
  }

  arrived() {
    if (!this.view) return;
    this.wanted = true;
    this.bar();
    this.fetch();
  }

  /** One picture, each time the browser shows one. */
  frame(now) {
    requestAnimationFrame((later) => this.frame(later));
    const step = Math.min(0.1, (now - this.last) / 1000);
    this.last = now;
    if (!this.view) return;
    const here = this.store.ready(this.at * this.view.rate);
    if (this.playing && here) {
      if (now - this.asked > LEASE_MS) this.ask(now);
      if (now - this.asked < LEASE_MS + 1000) {
        this.at = Math.min(this.view.length_s, this.at + step * this.speed);
        this.wanted = true;
        if (this.at >= this.view.length_s) this.pause();
      }
    }
    if (this.playing) this.fetch();
    if (!this.wanted) return;
    this.stage.draw(this.at);
    document.body.classList.toggle("loading", !this.whole());
    this.wanted = false;
    this.figures.frames += 1;
    byId("seek").value = String(this.at);
    byId("time").textContent = `${length(this.at)} / ${length(this.view.length_s)}`;
    if (this.began) {
      this.figures.arranged = performance.now() - this.began;
      this.figures.arrangements += 1;
      this.began = 0;
    }
    const there = here && this.store.scenes.size > 0;
    if (there && !document.body.dataset.first) {
      document.body.dataset.first = performance.now().toFixed(0);
      document.body.dataset.bytes = String(this.store.bytes);
    }
  }

  /** Whether all that is to be seen at the moment is here. */
  whole() {
    const there = scenes(this.view, this.at).every((name) => this.store.scenes.has(name));
    return there && this.store.ready(this.at * this.view.rate);
  }

  /** Whether to go on: the door is asked, and what is seen again is written down. */
  async ask(now) {
    this.asked = now;
    const soon = new Set();
    for (const panel of this.view.panels) {
      for (const ahead of [0, 1, 2, 3, 4]) {
        const second = Math.min(this.view.length_s, this.at + ahead * this.speed);
        for (const [one] of this.stage.playing(panel, second)) soon.add(one.id);
      }
    }
    try {
      await tubes({
        case: this.view.case, parts: [], scenes: [], shown: [...soon].slice(0, 400),
        speed: this.store.speed * this.speed,
      }, AbortSignal.timeout(ANSWER_MS));
    } catch (error) {
      // Without the door's word nothing stays, as when it says no.
      const silent = !(error instanceof Stopped) || error.told.silent;
      this.stopped(silent ? new Stopped({ refused: true, title: t("live.silent"), lines: [] }) : error);
    }
  }

  async play() {
    if (!this.view || this.playing) return;
    if (this.at >= this.view.length_s) this.at = 0;
    await this.ask(performance.now());
    if (!this.view) return;
    this.playing = true;
    this.button();
    this.say(t("live.playing"));
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.button();
    this.say(t("live.paused"));
    address.write(this.form.query(), this.own());
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  button() {
    byId("play").textContent = t(this.playing ? "live.pause" : "live.play");
    byId("play").setAttribute("aria-pressed", String(this.playing));
  }

  seek(second) {
    if (!this.view) return;
    this.at = Math.max(0, Math.min(this.view.length_s, second));
    this.wanted = true;
    this.store.cancel();
    this.fetch();
    this.bar();
  }

  faster(steps) {
    const at = SPEEDS.indexOf(this.speed) + steps;
    this.speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at))];
    byId("speed").value = String(this.speed);
    this.say(t("live.speed", { speed: this.speed }));
  }

  bar() {
    const until = Math.min(this.view.length_s, this.store.until(this.at * this.view.rate) / this.view.rate);
    byId("loaded").max = this.view.length_s || 1;
    byId("loaded").value = until;
  }

  /** The door said no, or something broke: nothing more is shown. */
  stopped(error) {
    if (!(error instanceof Stopped)) throw error;
    byId("problem").hidden = false;
    byId("problem-title").textContent = error.told.title;
    byId("problem-lines").replaceChildren(...error.told.lines.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }));
    this.playing = false;
    this.button();
    if (error.told.refused) this.clear();
    byId("problem").focus();
  }

  /** Nothing is left on the screen. */
  clear() {
    this.playing = false;
    this.button();
    this.store.clear();
    this.view = null;
    this.stage.view = null;
    this.stage.cells = [];
    this.stage.draw(0);
    document.body.classList.remove("loading");
    this.layer.show();
    if (this.original.dialog.open) this.original.dialog.close();
  }

  /** The page's own question was refused first: nothing is left, and the door says why. */
  async withheld() {
    const { view } = this;
    this.clear();
    if (!view) return;
    try {
      await tubes({ case: view.case, parts: [], scenes: [], shown: [], speed: 1 });
    } catch (error) {
      this.stopped(error);
    }
  }

  say(sentence) {
    byId("said").textContent = sentence;
    byId("problem").hidden = true;
  }

  // -- keys and pointer --------------------------------------------------------

  wire() {
    byId("play").addEventListener("click", () => this.toggle());
    byId("seek").addEventListener("input", (event) => this.seek(Number(event.target.value)));
    byId("speed").value = String(this.speed);
    byId("speed").addEventListener("change", (event) => {
      this.speed = Number(event.target.value);
    });
    byId("trails").checked = this.stage.trails;
    byId("trails").addEventListener("change", (event) => {
      this.stage.trails = event.target.checked;
      this.wanted = true;
    });
    byId("layer").addEventListener("change", () => address.write(this.form.query(), this.own()));
    byId("to-bench").addEventListener("click", (event) => {
      event.preventDefault();
      this.review();
    });
    byId("export").addEventListener("click", (event) => {
      event.preventDefault();
      this.export();
    });
    byId("help-open").addEventListener("click", () => byId("help").showModal());
    byId("help").querySelector(".shut").addEventListener("click", () => byId("help").close());
    this.canvas.addEventListener("click", (event) => this.click(event));
    this.canvas.addEventListener("contextmenu", (event) => {
      const found = this.under(event);
      if (!found) return;
      event.preventDefault();
      this.menu(found, event.clientX, event.clientY);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      this.canvas.classList.toggle("over", Boolean(this.under(event)));
    });
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("withheld", () => this.withheld());
    new ResizeObserver(() => this.size()).observe(this.canvas);
    this.button();
    this.changed();
    requestAnimationFrame((now) => this.frame(now));
  }

  size() {
    const ratio = window.devicePixelRatio || 1;
    const box = this.canvas.getBoundingClientRect();
    this.canvas.width = Math.max(2, Math.round(box.width * ratio));
    this.canvas.height = Math.max(2, Math.round(box.height * ratio));
    this.stage.wide.clear();
    this.stage.layout();
    this.wanted = true;
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * this.canvas.width) / box.width,
      ((event.clientY - box.top) * this.canvas.height) / box.height,
    ];
  }

  under(event) {
    return this.view ? this.stage.under(...this.place(event)) : undefined;
  }

  click(event) {
    if (this.form.drawing) {
      this.form.corner(this.stage.place(...this.place(event)));
      this.wanted = true;
      return;
    }
    const found = this.under(event);
    if (found) this.open(found);
    else this.toggle();
  }

  open({ one, row }) {
    this.pause();
    this.original.open(this.view, one, row.cells[5], row.cells[6]);
  }

  menu(found, x, y) {
    this.pause();
    this.pick(found);
    this.choose.open(this.view, found.one, x, y, () => this.open(found));
  }

  pick({ one, row }) {
    this.stage.chosen = one.id;
    this.wanted = true;
    this.say(this.form.told(one, row, this.view));
  }

  /** To the page that exports what is shown here. */
  export() {
    location.assign(address.exporting(this.form.query(), this.own()));
  }

  /** Back to the review bench, with what is looked for here. */
  review() {
    location.assign(address.bench(this.form.query(), this.own()));
  }

  /** Open the list of what is left out, or shut it. */
  left() {
    const place = byId("left");
    if (place.hidden) return;
    place.open = !place.open;
    if (place.open) place.querySelector("ol").focus();
    else this.canvas.focus();
  }

  /** The chosen object, if it is on screen. */
  chosen() {
    return this.stage.shown.find((each) => each.one.id === this.stage.chosen);
  }

  next(step) {
    const order = [...this.stage.shown].sort((a, b) => a.rect[0] - b.rect[0]);
    if (!order.length) return;
    const at = order.findIndex((each) => each.one.id === this.stage.chosen);
    this.pick(order[at < 0 ? (step > 0 ? 0 : order.length - 1) : (at + step + order.length) % order.length]);
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, select, textarea, summary, #menu") && event.key !== "Escape") return;
    if (event.target.closest("a, button") && [" ", "Enter"].includes(event.key)) return;
    const found = this.chosen();
    const picture = 1 / (this.view?.rate ?? 8);
    const acts = {
      " ": () => this.toggle(),
      k: () => this.pause(),
      l: () => (this.playing ? this.faster(1) : this.play()),
      j: () => this.seek(this.at - 5),
      ArrowLeft: () => this.seek(this.at - (event.shiftKey ? 5 : 1)),
      ArrowRight: () => this.seek(this.at + (event.shiftKey ? 5 : 1)),
      ",": () => this.seek(this.at - picture),
      ".": () => this.seek(this.at + picture),
      Home: () => this.seek(0),
      End: () => this.seek(this.view?.length_s ?? 0),
      "+": () => this.faster(1),
      "-": () => this.faster(-1),
      "[": () => this.form.denser(-1),
      "]": () => this.form.denser(1),
      n: () => this.next(1),
      p: () => this.next(-1),
      ArrowDown: () => this.next(1),
      ArrowUp: () => this.next(-1),
      Enter: () => (this.form.drawing ? this.form.finish() : found && this.open(found)),
      c: () => found && this.choose.ask(this.view, found.one, "confirmed"),
      x: () => found && this.choose.ask(this.view, found.one, "rejected"),
      u: () => found && this.choose.ask(this.view, found.one, "undecided"),
      m: () => {
        if (!found) return;
        const box = this.canvas.getBoundingClientRect();
        const ratio = box.width / this.canvas.width;
        const [left, top, width] = found.rect;
        this.menu(found, box.left + (left + width) * ratio, box.top + top * ratio);
      },
      t: () => byId("trails").click(),
      o: () => this.left(),
      g: () => this.layer.next(),
      e: () => this.export(),
      r: () => this.review(),
      f: () => byId("choices").querySelector("select").focus(),
      Escape: () => {
        this.form.forget();
        this.stage.chosen = "";
        this.wanted = true;
      },
      "?": () => byId("help").showModal(),
    };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

window.player = new Player();
