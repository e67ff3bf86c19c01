/** One picture that sums up what is shown, over the stage: a storyboard, paths, a heat map. */

import { still } from "./door.js";
import { t } from "./words.js";

export class Layer {
  /**
   * @param {HTMLSelectElement} choice names the picture; its first choice is none
   * @param {HTMLImageElement} picture lies over the stage
   * @param {(error: Error) => void} stopped
   */
  constructor(choice, picture, stopped) {
    this.choice = choice;
    this.picture = picture;
    this.stopped = stopped;
    this.query = undefined;
    choice.addEventListener("change", () => this.show(this.chosen));
  }

  get name() {
    return this.choice.value;
  }

  /** The next picture, and after the last none. */
  next() {
    this.choice.selectedIndex = (this.choice.selectedIndex + 1) % this.choice.options.length;
    this.choice.dispatchEvent(new Event("change"));
  }

  /**
   * Show what was chosen, of the passages that these choices leave.
   * @param {URLSearchParams} [chosen] the page's choices; none take the picture away
   */
  async show(chosen) {
    this.query?.abort();
    this.chosen = chosen;
    if (!this.name || !chosen) {
      this.hide();
      return;
    }
    const query = new AbortController();
    this.query = query;
    this.picture.hidden = true; // the one before is not of this name, or not of these choices
    document.body.classList.add("drawing-layer");
    try {
      const url = await still(new URLSearchParams([...chosen, ["still", this.name]]), query.signal);
      if (this.query !== query) return;
      this.picture.src = url;
      this.picture.alt = t("live.layer.alt", {
        what: this.choice.selectedOptions[0].textContent,
      });
      this.picture.hidden = false;
    } catch (error) {
      if (error.name === "AbortError") return;
      this.hide();
      this.stopped(error);
    } finally {
      if (this.query === query) document.body.classList.remove("drawing-layer");
    }
  }

  hide() {
    this.picture.hidden = true;
    this.picture.removeAttribute("src");
    document.body.classList.remove("drawing-layer");
  }
}
