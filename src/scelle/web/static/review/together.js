/** Several cameras at once: one clock of real time moves the pictures of all of them.

    Spans begin on a grid of each recording's own time, so that whatever the moment, the picture
    that stands for it lies in the span that holds it. */

import { t } from "../live/words.js";
import { fetchSpan, lasting, settle } from "./span.js";
import { byId, exact, ownOf, realOf, say, write } from "./state.js";
import { Transport } from "./transport.js";

const STANDS_MS = 1000; // for which a picture stands for what was there
const DRIFT_S = 0.12; // by which a video that plays may be off
const FAR = 30; // spans without any picture in which a step still looks for one

/** One camera. */
class Pane {
  constructor(figure, row) {
    Object.assign(this, { figure, row });
    this.videos = [...figure.querySelectorAll("video")];
    this.front = 0;
    this.held = null; // the span on screen, or one that holds no picture: its `span` is null
    this.ahead = null; // the next one
    this.index = -1;
  }

  get video() {
    return this.videos[this.front];
  }

  get span() {
    return this.held?.span ?? null;
  }

  within(own) {
    return own >= this.row.start && own < this.row.end;
  }

  /** The span of the grid that a moment lies in. */
  stretch(own, speed) {
    const long = lasting(speed);
    const start = this.row.start + Math.floor((own - this.row.start) / long) * long;
    return { start, stop: Math.min(start + long, this.row.end), speed };
  }

  /** Whether what is to be shown of a moment is here; below twice the speed that is all of it. */
  holds(own, speed) {
    if (!this.within(own)) return true;
    const { held } = this;
    if (!held || own < held.start || own >= held.stop) return false;
    return held.speed === speed || (held.speed < 2 && speed < 2);
  }

  /** Have whatever is to be shown of a moment. */
  async hold(own, speed, signal) {
    if (this.holds(own, speed)) return;
    const wanted = this.stretch(own, speed);
    const { ahead } = this;
    const next = ahead?.start === wanted.start && ahead.speed === speed;
    if (next) this.ahead = null;
    else this.drop();
    const span = await (next ? ahead.made : fetchSpan(this.row.id, wanted.start, wanted.stop, speed, signal));
    await this.take({ ...wanted, span });
  }

  async take(held) {
    const old = this.span;
    if (held.span) {
      const video = this.videos[1 - this.front];
      video.src = held.span.url;
      await new Promise((resolve, reject) => {
        video.addEventListener("loadeddata", resolve, { once: true });
        video.addEventListener("error", () => reject(new Error("video")), { once: true });
      });
      this.video.pause();
      this.video.classList.remove("front");
      this.video.removeAttribute("src");
      this.front = 1 - this.front;
    }
    this.held = held;
    this.index = -1;
    if (old) URL.revokeObjectURL(old.url);
  }

  /** Ask for the next span before it is its turn. */
  lookAhead(own, speed) {
    const start = own < this.row.start ? this.row.start : this.held?.stop;
    if (this.ahead || start === undefined || start >= this.row.end || start - own > lasting(speed)) return;
    const wanted = this.stretch(start, speed);
    this.ahead = { ...wanted, made: fetchSpan(this.row.id, wanted.start, wanted.stop, speed) };
    this.ahead.made.catch(() => undefined); // told when it is its turn
  }

  drop() {
    this.ahead?.made.then((made) => made && URL.revokeObjectURL(made.url), () => undefined);
    this.ahead = null;
  }

  /** The picture that stands for a moment; -1 where none does. */
  at(own) {
    if (!this.within(own) || !this.span) return -1;
    const index = this.span.upTo(own);
    return Math.abs(this.span.ms(index) - own) <= STANDS_MS ? index : -1;
  }

  tell(index) {
    this.index = index;
    this.video.classList.toggle("front", index >= 0);
    this.figure.classList.toggle("nothing", index < 0);
    this.figure.dataset.pts = index < 0 ? "" : String(this.span.pts[index]);
  }

  /** Stand at a moment, exactly. */
  async stand(own) {
    const index = this.at(own);
    if (index >= 0) await settle(this.video, this.span.middle(index));
    this.tell(index);
  }

  /** Go on playing, never far from a moment that moves. */
  follow(own, speed) {
    const { video } = this;
    const index = this.at(own);
    const second = index < 0 ? 0 : Math.max(0, (own - this.span.ms(0)) / 1000);
    if (index < 0 || second >= video.duration) {
      video.pause();
    } else if (video.paused) {
      video.currentTime = second;
      video.playbackRate = speed;
      video.play().catch(() => undefined);
    } else if (Math.abs(video.currentTime - second) > DRIFT_S * Math.max(1, speed)) {
      video.currentTime = second;
    }
    if (index !== this.index) this.tell(index);
  }

  /** When the neighbouring picture is, milliseconds of its own time; `null` where none is near. */
  async neighbour(own, by, signal) {
    const { row } = this;
    let at = by > 0 ? Math.max(own, row.start) : Math.min(own, row.end - 1);
    for (let tries = 0; tries < FAR && this.within(at); tries += 1) {
      await this.hold(at, 1, signal);
      const times = (this.span?.pts ?? []).map((_, index) => this.span.ms(index));
      const found = by > 0
        ? times.find((ms) => ms > own + 0.5) : times.findLast((ms) => ms < own - 0.5);
      if (found !== undefined) return found;
      at = by > 0 ? this.held.stop : this.held.start - 1;
    }
    return null;
  }

  async renew() {
    this.drop();
    const { start, stop, speed } = this.held;
    await this.take({ ...this.held, span: await fetchSpan(this.row.id, start, stop, speed) });
  }

  clear() {
    this.drop();
    if (this.span) URL.revokeObjectURL(this.span.url);
    this.held = null;
    for (const video of this.videos) {
      video.classList.remove("front");
      video.removeAttribute("src");
      video.load();
    }
  }
}

export class Together extends Transport {
  /** @param {object[]} rows of the time line, each with a clock */
  constructor(rows, moved) {
    super(moved);
    this.panes = rows.map((row) =>
      new Pane(document.querySelector(`[data-pane="${CSS.escape(row.id)}"]`), row));
    [this.lead] = this.panes;
    this.real = this.begins;
  }

  get row() {
    return this.lead.row;
  }

  /** Milliseconds of the own time of the recording that is chosen. */
  get at() {
    return ownOf(this.row, this.real);
  }

  /** What is on screen of the recording that is chosen. */
  get span() {
    return this.lead.index < 0 ? null : this.lead.span;
  }

  get authorities() {
    return this.panes.filter((pane) => pane.span).map((pane) => pane.span.authority);
  }

  get begins() {
    return Math.min(...this.panes.map(({ row }) => realOf(row, row.start)));
  }

  get ends() {
    return Math.max(...this.panes.map(({ row }) => realOf(row, row.end - 1)));
  }

  get first() {
    return ownOf(this.row, this.begins);
  }

  get last() {
    return ownOf(this.row, this.ends);
  }

  get signal() {
    if (!this.request || this.request.signal.aborted) this.request = new AbortController();
    return this.request.signal;
  }

  has(row) {
    return this.panes.some((pane) => pane.row === row);
  }

  watch(row, ms) {
    this.choose(this.panes.find((pane) => pane.row === row));
    return this.seek(ms);
  }

  /** The camera that bookmarks and the recording's own time are of. */
  pick(number) {
    if (!this.panes[number]) return;
    this.choose(this.panes[number]);
    say(t("bench.together.chosen", { camera: this.row.camera, name: this.row.name }));
    if (!this.playing) this.written();
  }

  choose(pane) {
    this.lead = pane;
    for (const each of this.panes) each.figure.toggleAttribute("data-chosen", each === pane);
    byId("camera").textContent = pane.row.camera;
    byId("name").textContent = pane.row.name;
    this.tell();
  }

  tell() {
    byId("picture").dataset.ms = String(Math.round(this.at));
    this.clock(this.real);
    this.moved();
  }

  written() {
    write({ watch: this.row.id, t: Math.round(this.at) });
  }

  each(work) {
    return Promise.all(this.panes.map((pane) => work(pane, ownOf(pane.row, this.real))));
  }

  /** Everything as it was at one moment. */
  async stand() {
    await this.each(async (pane, own) => {
      await pane.hold(own, 1, this.signal);
      await pane.stand(own);
    });
    this.tell();
  }

  // -- what people do ----------------------------------------------------------

  seek(ms) {
    const goes = this.playing;
    this.hold();
    return this.queue(async (still) => {
      this.real = Math.max(this.begins, Math.min(this.ends, realOf(this.row, ms)));
      await this.stand();
      this.written();
      if (goes === 1 && still()) this.run();
    });
  }

  /** To the neighbouring picture of whichever camera has the nearest. */
  step(by) {
    this.pause();
    return this.queue(async () => {
      const near = await this.each(async (pane, own) => {
        const found = await pane.neighbour(own, by, this.signal);
        return found === null ? [] : [realOf(pane.row, found)];
      });
      const times = near.flat();
      if (times.length) this.real = by > 0 ? Math.min(...times) : Math.max(...times);
      await this.stand();
      say(times.length ? t("bench.step", { own: exact(this.at) }) : t("bench.over"));
      this.written();
    });
  }

  play() {
    if (this.playing === 1) return;
    this.hold();
    this.queue((still) => still() && this.run());
  }

  run() {
    this.playing = 1;
    this.button();
    const { turn } = this;
    let waits = false;
    let last = performance.now();
    const frame = (now) => {
      if (this.playing !== 1 || turn !== this.turn) return;
      const real = Math.min(this.ends, this.real + Math.max(0, now - last) * this.speed);
      last = now;
      const { speed } = this;
      if (!waits && this.panes.every((pane) => pane.holds(ownOf(pane.row, real), speed))) {
        this.real = real;
        this.each((pane, own) => pane.follow(own, speed));
        this.each((pane, own) => pane.lookAhead(own, speed));
        this.tell();
        if (real >= this.ends) {
          this.pause();
          say(t("bench.over"));
        }
      } else if (!waits) {
        // All of them wait for the one that is late.
        waits = true;
        for (const pane of this.panes) pane.video.pause();
        this.chain(async () => {
          if (turn !== this.turn) return;
          this.real = real;
          await this.each((pane, own) => pane.hold(own, speed, this.signal));
        }).finally(() => {
          waits = false;
        });
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  /** Backwards: moment after moment, as fast as they can be shown. */
  backwards() {
    this.pause();
    this.playing = -1;
    this.button();
    say(t("bench.back"));
    let last = performance.now();
    const back = () => this.chain(async () => {
      if (this.playing !== -1) return;
      const now = performance.now();
      this.real = Math.max(this.begins, this.real - (now - last) * this.speed);
      await this.stand();
      last = performance.now() - Math.min(200, performance.now() - now);
      if (this.real <= this.begins) this.pause();
      else requestAnimationFrame(back);
    });
    back();
  }

  hold() {
    this.playing = 0;
    for (const pane of this.panes) pane.video.pause();
    this.button();
  }

  pause() {
    if (!this.playing) return;
    this.hold();
    this.chain(() => this.stand());
    this.written();
  }

  drop() {
    for (const pane of this.panes) pane.drop();
  }

  // -- the door ----------------------------------------------------------------

  renew() {
    return this.chain(async () => {
      await this.each((pane) => pane.held && pane.renew());
      if (this.playing !== 1) await this.stand();
    });
  }

  clear() {
    for (const pane of this.panes) pane.clear();
  }
}
