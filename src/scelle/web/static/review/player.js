/** The player: short masked spans of a recording, one after the other, stepped exactly.

    The server renders each span and tells the exact time of each of its pictures, so a
    picture is shown by its own time and never by a frame rate.  Only the span on screen and
    the next one are held; whatever is seen again is asked for again. */

import { Stopped } from "../live/door.js";
import { t } from "../live/words.js";
import { CASE, byId, exact, ofDay, say, tell, write } from "./state.js";

const SPAN_MS = 2000;
const LONGEST_MS = 60000; // that the door plays at once
const LEASE_MS = 2000;
const PRESENTED_MS = 120; // within which a browser shows the picture that it went to
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16];

async function fetched(query, signal) {
  let answer;
  try {
    answer = await fetch(`/review/play?${query}`, { credentials: "same-origin", signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Stopped({ refused: false, title: String(error.message), lines: [] });
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({ title: answer.statusText, lines: [] }));
  throw new Stopped({ refused: [401, 403].includes(answer.status), ...told });
}

/** A span that was handed out: its video, and when each of its pictures is. */
class Span {
  constructor(blob, headers, start, stop, speed) {
    Object.assign(this, { start, stop, speed });
    this.url = URL.createObjectURL(blob);
    this.authority = headers.get("X-Authority");
    const [over, under] = headers.get("X-Base").split("/").map(Number);
    this.pts = headers.get("X-Pts").split(",").map(Number);
    this.unit = over / under; // seconds
  }

  get count() {
    return this.pts.length;
  }

  /** Milliseconds of the recording's own time of a picture. */
  ms(index) {
    return this.pts[index] * this.unit * 1000;
  }

  /** Where in the video a picture is on screen for certain: in the middle of its time. */
  middle(index) {
    const since = (i) => (this.pts[i] - this.pts[0]) * this.unit;
    const before = index > 0 ? since(index) - since(index - 1) : 0.04;
    const lasts = index + 1 < this.count ? since(index + 1) - since(index) : before;
    return since(index) + lasts / 2;
  }

  /** The picture that is on screen at a second of the video. */
  at(second) {
    let index = 0;
    while (index + 1 < this.count && (this.pts[index + 1] - this.pts[0]) * this.unit <= second + 1e-4) {
      index += 1;
    }
    return index;
  }

  /** The last picture that is not after a time; the first if there is none. */
  upTo(ms) {
    let index = this.count - 1;
    while (index > 0 && this.ms(index) > ms + 0.5) index -= 1;
    return index;
  }
}

export class Player {
  /** @param {() => void} moved told whenever another picture is shown */
  constructor(moved) {
    this.moved = moved;
    this.videos = [...byId("picture").querySelectorAll("video")];
    this.front = 0;
    this.span = null;
    this.next = null;
    this.index = 0;
    this.playing = 0; // 1 forwards, -1 backwards
    this.speed = 1;
    this.turn = 0; // whatever was asked before the last turn is left aside
    this.busy = Promise.resolve();
    for (const video of this.videos) {
      video.addEventListener("ended", () => video === this.video && this.playing === 1 && this.go());
    }
    setInterval(() => this.lease(), LEASE_MS);
  }

  get video() {
    return this.videos[this.front];
  }

  /** Milliseconds of the recording's own time of the picture that is shown. */
  get at() {
    return this.span ? this.span.ms(this.index) : this.wanted;
  }

  /** @param {object} row of the time line */
  watch(row, ms) {
    this.row = row;
    return this.seek(ms);
  }

  // -- spans -------------------------------------------------------------------

  length() {
    return Math.min(30000, SPAN_MS * Math.max(1, this.speed));
  }

  /** One span; `null` where it holds no picture. */
  async fetch(start, stop, speed = this.speed) {
    const signal = (this.request = new AbortController()).signal;
    const query = new URLSearchParams({
      case: CASE, exhibit: this.row.id, start: Math.round(start), stop: Math.round(stop), speed,
    });
    const answer = await fetched(query, signal);
    if (answer.status === 204) return null;
    return new Span(await answer.blob(), answer.headers, start, stop, speed);
  }

  /** The span from a time on, over whatever time holds no picture; `null` at the end. */
  async from(start, speed = this.speed) {
    let length = this.length();
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
    if (index > 0) await this.settle(video, span.middle(index));
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

  /** Go to a second of a video that stands still, until its picture is on the screen. */
  settle(video, second) {
    return new Promise((resolve) => {
      const call = video.requestVideoFrameCallback(() => resolve());
      video.addEventListener("seeked", () => setTimeout(() => {
        // The same picture again, or one behind the other video, is not presented.
        video.cancelVideoFrameCallback(call);
        resolve();
      }, PRESENTED_MS), { once: true });
      video.currentTime = second;
    });
  }

  tell() {
    byId("picture").dataset.ms = String(Math.round(this.at));
    byId("picture").dataset.pts = String(this.span?.pts[this.index] ?? "");
    const own = exact(this.at);
    const real = this.row.real === null
      ? "" : `${ofDay(this.row.real + this.at - this.row.start, this.row.zone)} · `;
    byId("clock").textContent = real + own;
    this.moved();
  }

  /** Do one thing after the other; what is overtaken by a later turn is left aside. */
  queue(work) {
    const turn = ++this.turn;
    this.request?.abort();
    return this.chain(() => turn === this.turn && work(() => turn === this.turn));
  }

  /** Do something once whatever is under way has come to its end. */
  chain(work) {
    this.busy = this.busy.catch(() => undefined).then(async () => {
      byId("picture").classList.add("loading");
      try {
        await work();
      } catch (error) {
        if (error.name !== "AbortError") this.stopped(error);
      } finally {
        byId("picture").classList.remove("loading");
      }
    });
    return this.busy;
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
        await this.settle(this.video, this.span.middle(index));
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

  toggle() {
    if (this.playing) this.pause();
    else this.play();
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
        await this.settle(this.video, this.span.middle(this.index));
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

  faster(steps) {
    const at = SPEEDS.indexOf(this.speed) + steps;
    this.atSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at))]);
  }

  atSpeed(speed) {
    if (speed === this.speed) return;
    const goes = this.playing;
    if (goes === 1) this.pause();
    this.drop();
    this.speed = speed;
    byId("speed").value = String(speed);
    write({ speed: speed === 1 ? "" : speed });
    say(t("bench.speed", { speed }));
    if (goes === 1) this.play();
  }

  button() {
    byId("play").textContent = t(this.playing ? "live.pause" : "live.play");
    byId("play").setAttribute("aria-pressed", String(Boolean(this.playing)));
  }

  // -- the door ----------------------------------------------------------------

  /** What the right to see rests on is as it was, or the door is asked again. */
  async lease() {
    if (!this.span || this.asking) return;
    this.asking = true;
    const query = new URLSearchParams({ case: CASE, authority: this.span.authority });
    const same = await fetch(`/review/lease?${query}`, { cache: "no-store" })
      .then(async (answer) => answer.ok && (await answer.json()).same, () => false);
    if (this.span && !same) await this.renew();
    this.asking = false;
  }

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

  /** The door said no: nothing is left on the screen. */
  stopped(error) {
    if (!(error instanceof Stopped)) throw error;
    this.turn += 1;
    this.hold();
    if (error.told.refused) {
      this.drop();
      if (this.span) URL.revokeObjectURL(this.span.url);
      this.span = null;
      for (const video of this.videos) {
        video.classList.remove("front");
        video.removeAttribute("src");
        video.load();
      }
      document.body.classList.add("refused");
    }
    tell(error.told);
  }
}
