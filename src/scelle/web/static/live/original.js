/** The original at the second of an object: short spans, each an act, one after the other. */

import { play } from "./door.js";
import { clock, length, t } from "./words.js";

const SPANS_MS = [1000, 2000, 4000]; // the first is short, so that it is there soon
const HOUR_MS = 3600000;

export class Original {
  constructor(dialog, stopped) {
    this.dialog = dialog;
    this.stopped = stopped;
    this.video = dialog.querySelector("video");
    this.caption = dialog.querySelector(".caption");
    this.request = null;
    this.begun = null; // the time of the very first picture, once it is there
    // Told a while after it closed: by then the next original may have been opened.
    dialog.addEventListener("close", () => this.dialog.open || this.end());
    this.video.addEventListener("ended", () => this.go());
    this.video.addEventListener("timeupdate", () => this.tell());
    dialog.querySelector(".shut").addEventListener("click", () => dialog.close());
  }

  /**
   * @param {{case: string}} view
   * @param {object} one the passage; `exhibit` is the index of its recording
   * @param {number} ms the recording's own time
   */
  open(view, one, ms, second) {
    this.end();
    this.view = view;
    this.one = one;
    this.exhibit = view.exhibits[one.exhibit];
    // Cut as the number beside the object is; a clock may have gone on by hours since it began.
    const begun = this.exhibit.begins_ms - this.exhibit.start_ms;
    this.zero = begun + Math.round((second * 1000 - ms - begun) / HOUR_MS) * HOUR_MS;
    this.first = ms;
    this.begun = null;
    this.spans = 0;
    this.caption.textContent = t("live.original.wait");
    this.dialog.showModal();
    this.video.focus();
    this.ready = this.fetch(ms); // it begins with the very picture that was clicked
    this.go();
  }

  fetch(start) {
    const span = SPANS_MS[Math.min(this.spans++, SPANS_MS.length - 1)];
    const stop = Math.min(start + span, this.exhibit.end_ms);
    if (stop <= start) return Promise.resolve(null);
    this.request = new AbortController();
    const query = new URLSearchParams({
      case: this.view.case, exhibit: this.exhibit.id, start, stop,
    });
    return play(query, this.request.signal).then((span) => ({ ...span, stop }));
  }

  async go() {
    try {
      const span = await this.ready;
      if (!span || !this.dialog.open) return;
      const old = this.video.src;
      this.first = span.first;
      this.begun ??= span.first;
      this.video.src = URL.createObjectURL(span.video);
      if (old) URL.revokeObjectURL(old);
      this.ready = this.fetch(span.stop);
      this.ready.catch(() => undefined); // told when it is its turn
      this.tell();
      await this.video.play().catch(() => undefined);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.dialog.close();
      this.stopped(error);
    }
  }

  tell() {
    const ms = this.first + this.video.currentTime * 1000;
    this.dialog.dataset.ms = String(Math.round(ms));
    this.caption.textContent = t("live.original.at", {
      number: this.one.number,
      exhibit: this.exhibit.name,
      clock: clock(Math.floor((ms + this.zero) / 1000), this.exhibit.on_clock),
      at: length((ms - this.exhibit.start_ms) / 1000),
    });
  }

  end() {
    this.request?.abort();
    this.begun = null;
    this.video.pause();
    if (this.video.src) URL.revokeObjectURL(this.video.src);
    this.video.removeAttribute("src");
    this.video.load();
  }
}
