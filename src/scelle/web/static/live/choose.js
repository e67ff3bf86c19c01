/** Keeping and dismissing: a menu at the object, then the reason, which the law asks for. */

import { decide } from "./door.js";
import { t } from "./words.js";

const TITLES = { confirmed: "live.keep", rejected: "live.dismiss", undecided: "live.undo" };

export class Choose {
  /** @param {{menu: HTMLElement, dialog: HTMLDialogElement, done: Function, stopped: Function}} parts */
  constructor({ menu, dialog, done, stopped }) {
    Object.assign(this, { menu, dialog, done, stopped });
    this.reason = dialog.querySelector("textarea");
    dialog.querySelector("form").addEventListener("submit", (event) => {
      if (event.submitter?.value === "cancel") return;
      event.preventDefault();
      this.send();
    });
    menu.addEventListener("click", (event) => {
      const what = event.target.closest("button")?.value;
      if (what) this.choose(what);
    });
    menu.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("pointerdown", (event) => {
      if (!menu.hidden && !menu.contains(event.target)) menu.hidden = true;
    });
  }

  /** Open the menu at a place of the window. */
  open(view, one, x, y, opened) {
    Object.assign(this, { view, one, opened });
    this.menu.hidden = false;
    const wide = this.menu.offsetWidth;
    const tall = this.menu.offsetHeight;
    this.menu.style.setProperty("--x", `${Math.min(x, innerWidth - wide - 8)}px`);
    this.menu.style.setProperty("--y", `${Math.min(y, innerHeight - tall - 8)}px`);
    this.menu.querySelector("button").focus();
  }

  key(event) {
    const buttons = [...this.menu.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) buttons[(at + step + buttons.length) % buttons.length].focus();
    else if (event.key === "Escape") this.menu.hidden = true;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  choose(what) {
    this.menu.hidden = true;
    if (what === "original") this.opened();
    else this.ask(this.view, this.one, what);
  }

  /** Ask for the reason. */
  ask(view, one, judgement) {
    Object.assign(this, { view, one, judgement });
    this.dialog.querySelector("h2").textContent = t(`${TITLES[judgement]}.title`, { number: one.number });
    this.dialog.querySelector(".send").textContent = t(TITLES[judgement]);
    this.reason.value = "";
    this.dialog.showModal();
    this.reason.focus();
  }

  async send() {
    if (!this.reason.value.trim()) {
      this.reason.focus();
      return;
    }
    const { one, judgement } = this;
    this.dialog.close();
    try {
      await decide({ case: this.view.case, track: one.id, judgement, reason: this.reason.value });
      one.judgement = judgement;
      this.done(one, judgement);
    } catch (error) {
      this.stopped(error);
    }
  }
}
