/** The candidates: chosen by key, watched, kept, dismissed, taken back, compared. */

import { Stopped, decide, note } from "../live/door.js";
import { t } from "../live/words.js";
import { CASE, SEARCH, WHO, byId, field, say, tell, write } from "./state.js";

const TITLES = { confirmed: "live.keep.title", rejected: "live.dismiss.title", undecided: "live.undo.title" };

export class Candidates {
  /** @param {(exhibit: string, ms: number) => void} see told what to watch */
  constructor(see) {
    this.see = see;
    this.cards = [...document.querySelectorAll(".candidate")];
    this.dialog = byId("reason");
    this.dialog.addEventListener("close", () => this.send());
    this.remark = byId("remark");
    this.remark.addEventListener("close", () => this.keep());
    for (const card of this.cards) {
      card.querySelector(".see").addEventListener("click", (event) => {
        event.preventDefault();
        this.choose(card);
        this.watch();
      });
      for (const button of card.querySelectorAll(".decide button")) {
        button.addEventListener("click", () => {
          this.choose(card);
          if (button.value === "note") this.note();
          else this.ask(button.value);
        });
      }
      card.querySelector("[name=compare]").addEventListener("change", () => this.compare());
    }
    const named = this.cards.find((card) => card.dataset.track === field("track"));
    if (named) this.choose(named);
  }

  choose(card) {
    this.card?.removeAttribute("aria-current");
    this.card = card;
    card.setAttribute("aria-current", "true");
    card.scrollIntoView({ block: "nearest" });
    write({ track: card.dataset.track });
    say(t("bench.chosen", {
      number: card.dataset.number, state: card.querySelector(".pill").textContent,
    }));
  }

  next(step) {
    if (!this.cards.length) return;
    const at = this.cards.indexOf(this.card);
    const to = at < 0 ? (step > 0 ? 0 : this.cards.length - 1) : at + step;
    this.choose(this.cards[Math.max(0, Math.min(this.cards.length - 1, to))]);
  }

  watch() {
    if (!this.card) return;
    const { exhibit, ms, number } = this.card.dataset;
    this.see(exhibit, Number(ms));
    say(t("bench.seen", { number }));
  }

  /** Ask why; without a reason nothing is written. */
  ask(judgement) {
    if (!this.card) return;
    this.judgement = judgement;
    byId("reason-title").textContent = t(TITLES[judgement], { number: this.card.dataset.number });
    this.dialog.returnValue = "cancel";
    const text = this.dialog.querySelector("textarea");
    text.value = "";
    this.dialog.showModal();
    text.focus();
  }

  async send() {
    const reason = this.dialog.querySelector("textarea").value.trim();
    if (this.dialog.returnValue !== "send" || !reason) return;
    const { card, judgement } = this;
    try {
      await decide({
        case: CASE, track: card.dataset.track, judgement, reason,
        ...(SEARCH === null ? {} : { search: SEARCH }),
      });
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      tell(error.told);
      return;
    }
    card.classList.remove("confirmed", "rejected", "undecided");
    card.classList.add(judgement);
    card.querySelector(".pill").textContent = t(`bench.state.${judgement}`);
    card.querySelector("button[value=undecided]").hidden = judgement === "undecided";
    let said = card.querySelector(".said");
    if (!said) {
      said = document.createElement("p");
      said.className = "quiet said";
      card.querySelector(".decide").before(said);
    }
    const quoted = document.createElement("q");
    quoted.textContent = reason;
    said.replaceChildren(quoted);
    say(t(`live.said.${judgement}`, { number: card.dataset.number }));
  }

  /** One's own note on the chosen candidate. */
  mine() {
    return [...this.card.querySelectorAll(".noted")].find((each) => each.dataset.by === WHO);
  }

  note() {
    if (!this.card) return;
    byId("remark-title").textContent = t("bench.note.on", { number: this.card.dataset.number });
    this.remark.returnValue = "cancel";
    const text = this.remark.querySelector("textarea");
    text.value = this.mine()?.querySelector("q").textContent ?? "";
    this.remark.showModal();
    text.focus();
  }

  async keep() {
    const text = this.remark.querySelector("textarea").value.trim();
    const before = this.mine();
    // What is as it was is not written again.
    if (this.remark.returnValue !== "send") return;
    if (text === (before?.querySelector("q").textContent ?? "")) return;
    const { card } = this;
    let written;
    try {
      written = await note({ case: CASE, track: card.dataset.track, text });
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      tell(error.told);
      return;
    }
    before?.remove();
    if (written.text) {
      const said = document.createElement("p");
      said.className = "noted";
      said.dataset.by = written.by;
      const who = document.createElement("span");
      who.className = "quiet";
      who.textContent = t("bench.by", { who: `${t("bench.note")}, ${written.by}` });
      const quoted = document.createElement("q");
      quoted.textContent = written.text;
      said.append(who, " ", quoted);
      card.querySelector(".decide").before(said);
    }
    say(t(written.text ? "bench.noted" : "bench.unnoted", { number: card.dataset.number }));
  }

  toggle() {
    const box = this.card?.querySelector("[name=compare]");
    if (!box) return;
    box.checked = !box.checked;
    this.compare();
  }

  compare() {
    const chosen = this.cards.filter((card) => card.querySelector("[name=compare]").checked);
    if (chosen.length < 2) {
      if (chosen.length) say(t("bench.compare.one"));
      return;
    }
    const address = new URLSearchParams(location.search);
    address.delete("compare");
    for (const card of chosen.slice(0, 2)) address.append("compare", card.dataset.track);
    location.assign(`${location.pathname}?${address}`);
  }
}
