/** The choices beside the picture, and the area that is drawn on it. */

import * as address from "./address.js";
import { clock, t } from "./words.js";

const DENSITIES = ["0.03", "0.06", "0.12", "0.25", "0.5", "1"];

export class Form {
  /**
   * @param {HTMLFormElement} form
   * @param {import("./stage.js").Stage} stage
   * @param {() => void} changed told at every change
   */
  constructor(form, stage, changed) {
    // What is asked on the review bench and has no place in this form holds until all is shown.
    Object.assign(this, { form, stage, changed, drawing: "", further: true });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("reset", () => setTimeout(() => {
      // The browser goes back to what the address had chosen; all is to be shown.
      for (const control of form.elements) {
        // Cameras that stand side by side have no picture in common.
        if (control.name === "rows") continue;
        if (control.type === "checkbox") control.checked = false;
        else if (control.name) control.value = control.dataset.standing ?? "";
      }
      this.further = false;
      document.getElementById("further")?.remove();
      this.forget();
      this.changed();
    }));
    for (const button of form.querySelectorAll("button[data-area]")) {
      button.addEventListener("click", () => this.begin(button.dataset.area));
    }
  }

  /** What the server arranges by: the page's own address, with what the form holds. */
  query() {
    const query = address.asked();
    if (!this.further) for (const name of address.FURTHER) query.delete(name);
    for (const control of this.form.elements) {
      if (!control.name) continue;
      query.delete(control.name);
      const value = control.type === "checkbox" ? (control.checked ? control.value : "") : control.value;
      const standing = control.dataset.standing ?? "";
      if (value !== "" && value !== standing) query.set(control.name, value);
    }
    return query;
  }

  denser(step) {
    const control = this.form.elements.density;
    const at = Math.max(0, DENSITIES.indexOf(control.value));
    control.value = DENSITIES[Math.max(0, Math.min(DENSITIES.length - 1, at + step))];
    this.changed();
  }

  begin(name) {
    this.drawing = name;
    this.stage.area = null;
    this.stage.canvas.classList.add("drawing");
    document.getElementById("said").textContent = t("live.area.how");
  }

  /** One more corner of the area. */
  corner(place) {
    if (!place) return;
    const [panel, x, y] = place;
    this.stage.area ??= { panel, points: [] };
    if (this.stage.area.panel === panel) this.stage.area.points.push([Math.round(x), Math.round(y)]);
  }

  finish() {
    const points = this.stage.area?.points ?? [];
    if (points.length < 3) {
      document.getElementById("said").textContent = t("live.area.few", { more: 3 - points.length });
      return;
    }
    this.form.elements[this.drawing].value = points.map(([x, y]) => `${x},${y}`).join(" ");
    this.changed();
    this.forget();
  }

  forget() {
    this.drawing = "";
    this.stage.area = null;
    this.stage.canvas.classList.remove("drawing");
  }

  word(name, value) {
    const options = [...this.form.elements[name].options];
    return options.find((option) => option.value === value)?.textContent ?? value;
  }

  /** What stands above a picture that is not alone. */
  title(panel) {
    const rows = this.form.elements.rows.value;
    if (rows !== "class" && rows !== "direction") return panel.title;
    return panel.name === "none" ? t("direction.none") : this.word(rows, panel.name);
  }

  /** What a screen reader is told of an object. */
  told(one, row, view) {
    return t("live.chosen", {
      number: one.number,
      kind: this.word("class", one.class),
      colours: one.colours.map((c) => this.word("colour", c)).join(", ") || t("track.no_colour"),
      direction: one.direction === "none" ? t("direction.none") : this.word("direction", one.direction),
      clock: clock(row.cells[6], view.exhibits[one.exhibit].on_clock),
    });
  }
}
