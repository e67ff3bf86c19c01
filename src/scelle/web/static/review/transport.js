/** What plays has in common, be it one recording or several: speeds, turns, and the lease. */

import { Stopped } from "../live/door.js";
import { t } from "../live/words.js";
import { LEASE_MS, asBefore } from "./span.js";
import { byId, exact, ofDay, say, tell, write } from "./state.js";

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16];

/** Of those that extend it: `row`, `at`, `authorities`, `play`, `pause`, `hold`, `drop`, `renew`,
    `clear`. */
export class Transport {
  /** @param {() => void} moved told whenever another picture is shown */
  constructor(moved) {
    this.moved = moved;
    this.playing = 0; // 1 forwards, -1 backwards
    this.speed = 1;
    this.turn = 0; // whatever was asked before the last turn is left aside
    this.busy = Promise.resolve();
    setInterval(() => this.lease(), LEASE_MS);
  }

  /** Write when it is: real time, where it is known, and the recording's own. */
  clock(real) {
    const own = exact(this.at);
    byId("clock").textContent = real === null ? own : `${ofDay(real, this.row.zone)} · ${own}`;
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

  /** One of several cameras is chosen; here is one alone. */
  pick() {}

  toggle() {
    if (this.playing) this.pause();
    else this.play();
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

  /** What the right to see rests on is as it was, or the door is asked again. */
  async lease() {
    const held = [...new Set(this.authorities)];
    if (!held.length || this.asking) return;
    this.asking = true;
    const same = await Promise.all(held.map(asBefore));
    if (this.authorities.length) {
      // Without the door's word nothing stays, as when it says no.
      if (same.includes(null)) this.stopped(new Stopped({ refused: true, title: t("live.silent"), lines: [] }));
      else if (!same.every(Boolean)) await this.renew();
    }
    this.asking = false;
  }

  /** The door said no: nothing is left on the screen. */
  stopped(error) {
    if (!(error instanceof Stopped)) throw error;
    this.turn += 1;
    this.hold();
    if (error.told.refused) {
      this.clear();
      document.body.classList.add("refused");
      document.dispatchEvent(new Event("refused"));
    }
    tell(error.told);
  }
}
