/** The player: short masked spans of a recording, one after the other, stepped exactly.

    The server renders each span and tells the exact time of each of its pictures, so a
    picture is shown by its own time and never by a frame rate.  Only the span on screen and
    the next one are held; whatever is seen again is asked for again. */

import { t } from "../live/words.js";
import { LONGEST_MS, SPAN_MS, fetchSpan, lasting, settle } from "./span.js";
import { byId, exact, realOf, say, write } from "./state.js";
import { Transport } from "./transport.js";

export class Player extends Transport {
  /** @param {() => void} moved told whenever another picture is shown */
  constructor(moved) {
    super(moved);
    this.videos = [...byId("picture").querySelectorAll("video")];
    this.front = 0;
    this.span = null;
    this.next = null;
    this.index = 0;
    for (const video of this.videos) {
      video.addEventListener("ended", () => video === this.video && this.playing === 1 && this.go());
    }
  }

  get video() {
    return this.videos[this.front];
  }

  /** Milliseconds of the recording's own time of the picture that is shown. */
  get at() {
    return this.span ? this.span.ms(this.index) : this.wanted;
  }

  get authorities() {
    return this.span ? [this.span.authority] : [];
  }

  get first() {
    return this.row.start;
  }

  get last() {
    return this.row.end - 1;
  }

  /** @param {object} row of the time line */
  watch(row, ms) {
    this.row = row;
    return this.seek(ms);
  }

  // -- spans -------------------------------------------------------------------

  /** One span; `null` where it holds no picture. */
  fetch(start, stop, speed = this.speed) {
    const signal = (this.request = new AbortController()).signal;
    return fetchSpan(this.row.id, start, stop, speed, signal);
  }

  /** The span from a time on, over whatever time holds no picture; `null` at the end. */
  async from(start, speed = this.speed) {
    let length = lasting(this.speed);
    while (start < this.row.end) {
      const stop = Math.min(start + length, this.row.end);
      const span = await this.fetch(start, stop, speed);
      if (span) return span;
      start = stop;
      length = Math.min(LONGEST_MS, 2 * length);
    }
    return null;
  }

  /** The span that ends before a time. */
  async before(stop) {
    let length = SPAN_MS;
    while (stop > this.row.start) {
      const start = Math.max(stop - length, this.row.start);
      const span = await this.fetch(start, stop, 1);
      if (span) return span;
      stop = start;
      length = Math.min(LONGEST_MS, 2 * length);
    }
    return null;
  }

  /** Put a span on screen at one of its pictures. */
  async show(span, index) {
    const video = this.videos[1 - this.front];
    video.src = span.url;
    await new Promise((resolve, reject) => {
      video.addEventListener("loadeddata", resolve, { once: true });
      video.addEventListener("error", () => reject(new Error("video")), { once: true });
    });
    // The first picture is there as soon as anything is.
    if (index > 0) await settle(video, span.middle(index));
    const old = this.span;
    this.video.classList.remove("front");
    this.front = 1 - this.front;
    this.video.classList.add("front");
    this.span = span;
    this.index = index;
    this.videos[1 - this.front].removeAttribute("src");
    if (old && old !== span) URL.revokeObjectURL(old.url);
    this.tell();
  }

  tell() {
    byId("picture").dataset.ms = String(Math.round(this.at));
    byId("picture").dataset.pts = String(this.span?.pts[this.index] ?? "");
    this.clock(this.row.real === null ? null : realOf(this.row, this.at));
    this.moved();
  }

  // -- what people do ----------------------------------------------------------

  seek(ms) {
    this.wanted = Math.max(this.row.start, Math.min(this.row.end - 1, ms));
    const goes = this.playing;
    this.hold();
    return this.queue(async (still) => {
      const span = (await this.from(this.wanted)) ?? (await this.before(this.row.end));
      if (!span || !still()) return;
      this.drop();
      await this.show(span, span.upTo(this.wanted));
      write({ watch: this.row.id, t: Math.round(this.at) });
      if (goes === 1 && still()) this.run();
    });
  }

  /** One picture on or back, over the ends of spans; exact, as each has its own time. */
  step(by) {
    this.pause();
    return this.queue(async () => {
      if (!this.span) return;
      if (this.span.speed >= 2) {
        const span = await this.from(Math.round(this.at), 1);
        if (span) await this.show(span, 0);
      }
      const index = this.index + by;
      if (index >= 0 && index < this.span.count) {
        await settle(this.video, this.span.middle(index));
        this.index = index;
        this.tell();
      } else {
        const span = by > 0
          ? await this.from(this.span.stop, 1)
          : await this.before(Math.round(this.span.ms(0)));
        if (!span) return say(t("bench.over"));
        await this.show(span, by > 0 ? 0 : span.count - 1);
      }
      say(t("bench.step", { own: exact(this.at) }));
      write({ t: Math.round(this.at) });
    });
  }

  play() {
    if (this.playing === 1) return;
    this.hold();
    this.queue(async (still) => {
      // At another speed other pictures are handed out.
      if (!this.span || this.span.speed !== this.speed) {
        const span = await this.from(Math.round(this.span ? this.at : this.wanted));
        if (span && still()) await this.show(span, 0);
      }
      if (still()) this.run();
    });
  }

  run() {
    this.playing = 1;
    this.button();
    this.ahead();
    this.video.playbackRate = this.speed;
    const video = this.video;
    const frame = (_now, told) => {
      if (this.playing !== 1 || video !== this.video || !this.span) return;
      this.index = this.span.at(told.mediaTime);
      this.tell();
      video.requestVideoFrameCallback(frame);
    };
    video.requestVideoFrameCallback(frame);
    video.play().catch(() => undefined);
  }

  /** Ask for the next span while this one plays. */
  ahead() {
    if (this.next) return;
    const span = this.span;
    this.next = this.from(span.stop).then((made) => ({ after: span, made }));
    this.next.catch(() => undefined); // told when it is its turn
  }

  /** The span on screen has come to its end. */
  go() {
    return this.chain(async () => {
      if (this.playing !== 1) return;
      this.ahead();
      const { after, made } = await this.next;
      this.next = null;
      if (this.playing !== 1 || after !== this.span) return;
      if (made) await this.show(made, 0);
      else say(t("bench.over"));
      if (made && this.playing === 1) this.run();
      else this.pause();
    });
  }

  /** Backwards: picture after picture, as fast as they can be shown. */
  backwards() {
    this.pause();
    this.playing = -1;
    this.button();
    say(t("bench.back"));
    let last = performance.now();
    const back = () => this.chain(async () => {
      if (this.playing !== -1 || !this.span) return;
      const now = performance.now();
      const ms = this.at - (now - last) * this.speed;
      if (ms < this.span.ms(0)) {
        const span = await this.before(Math.round(this.span.ms(0)));
        if (this.playing !== -1) return;
        if (!span) {
          this.pause();
          return;
        }
        await this.show(span, span.count - 1);
        last = performance.now();
      } else if (this.span.upTo(ms) < this.index) {
        this.index = this.span.upTo(ms);
        await settle(this.video, this.span.middle(this.index));
        last = now;
        this.tell();
      }
      requestAnimationFrame(back);
    });
    back();
  }

  /** Stop what moves, without a word. */
  hold() {
    this.playing = 0;
    this.video.pause();
    this.button();
  }

  pause() {
    if (!this.playing) return;
    const forwards = this.playing === 1;
    if (forwards && this.span) this.index = this.span.at(this.video.currentTime);
    this.hold();
    this.tell();
    write({ t: Math.round(this.at) });
  }

  drop() {
    this.next?.then(({ made }) => made && URL.revokeObjectURL(made.url), () => undefined);
    this.next = null;
  }

  // -- the door ----------------------------------------------------------------

  renew() {
    this.drop();
    const { start, stop, speed } = this.span;
    return this.chain(async () => {
      const goes = this.playing === 1;
      const made = await this.fetch(start, stop, speed);
      if (!made) return;
      await this.show(made, Math.min(this.index, made.count - 1));
      if (goes) this.run();
    });
  }

  clear() {
    this.drop();
    if (this.span) URL.revokeObjectURL(this.span.url);
    this.span = null;
    for (const video of this.videos) {
      video.classList.remove("front");
      video.removeAttribute("src");
      video.load();
    }
  }
}
