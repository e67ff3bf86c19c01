/** The tour of the bench: by itself on a first visit of the demonstration, else when asked for. */

import { t } from "../live/words.js";
import { byId } from "./state.js";

/** Where this browser remembers that the tour was shown; nothing of it is sent. */
const SHELF = "scelle.tour";

export class Tour {
  constructor() {
    this.dialog = byId("tour");
    this.steps = [...this.dialog.querySelectorAll("li")];
    this.back = this.dialog.querySelector("[value=back]");
    this.next = this.dialog.querySelector("[value=next]");
    this.back.addEventListener("click", () => this.go(-1));
    this.next.addEventListener("click", () => this.go(1));
    this.dialog.querySelector(".shut").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.told.classList.remove("told"));
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") this.go(-1);
      if (event.key === "ArrowRight" && this.at < this.steps.length - 1) this.go(1);
    });
    if (this.dialog.dataset.first && unseen()) this.open();
  }

  open() {
    this.dialog.showModal();
    this.show(0);
  }

  go(by) {
    const to = this.at + by;
    if (to === this.steps.length) this.dialog.close();
    else if (to >= 0) this.show(to);
  }

  show(at) {
    this.at = at;
    this.steps.forEach((step, place) => { step.hidden = place !== at; });
    this.next.textContent = t(at === this.steps.length - 1 ? "bench.tour.done" : "bench.tour.next");
    if (at === 0) this.next.focus();
    this.back.hidden = at === 0;
    this.told?.classList.remove("told");
    this.told = document.querySelector(this.steps[at].dataset.of);
    this.told.classList.add("told");
    this.told.scrollIntoView({ block: "nearest", behavior: "instant" });
    // It stands in the corner away from what it tells of.
    const { left, width, top, height } = this.told.getBoundingClientRect();
    this.dialog.classList.toggle("at-left", left + width / 2 > innerWidth / 2);
    this.dialog.classList.toggle("at-top", top + height / 2 > innerHeight / 2);
  }
}

/** Whether this is the first time; a browser that remembers nothing is never interrupted. */
function unseen() {
  try {
    if (localStorage.getItem(SHELF)) return false;
    localStorage.setItem(SHELF, "seen");
    return true;
  } catch {
    return false;
  }
}
