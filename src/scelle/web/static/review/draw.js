/** Areas, lines and paths, drawn with the pointer on the picture; numbers in the form do the same. */

import { t } from "../live/words.js";
import { byId, say } from "./state.js";

const SVG = "http://www.w3.org/2000/svg";

export class Draw {
  constructor() {
    this.board = byId("drawing");
    this.points = null;
    for (const button of document.querySelectorAll("button[data-draw]")) {
      button.addEventListener("click", () => this.begin(button));
    }
    this.board.addEventListener("click", (event) => this.corner(event));
  }

  begin(button) {
    this.forget();
    this.points = [];
    this.what = button.dataset.draw;
    this.field = button.parentElement.querySelector("input");
    this.board.classList.add("drawing");
    say(t(`bench.draw.${this.what}`));
    byId("picture").scrollIntoView({ block: "nearest" });
  }

  /** Where on the recording's picture a click is, in its own pixels. */
  place(event) {
    const here = new DOMPoint(event.clientX, event.clientY);
    const { x, y } = here.matrixTransform(this.board.getScreenCTM().inverse());
    const { width, height } = this.board.viewBox.baseVal;
    const whole = (n, most) => Math.round(Math.max(0, Math.min(most, n)));
    return [whole(x, width), whole(y, height)];
  }

  corner(event) {
    if (!this.points) return;
    this.points.push(this.place(event));
    this.shape ??= this.board.appendChild(document.createElementNS(SVG, "polyline"));
    this.shape.setAttribute("class", "new");
    this.shape.setAttribute("points", this.points.join(" "));
    if (this.what === "line" && this.points.length === 2) this.finish();
  }

  /** Put what is drawn into the form, which asks anew. */
  finish() {
    const least = this.what === "area" ? 3 : 2;
    if (!this.points || this.points.length < least) return;
    const told = this.points.map((point) => point.join(",")).join(" ");
    if (this.field.name === "zone") {
      const name = this.field.value.split(":")[0].trim();
      this.field.value = `${name}: ${told}`;
      this.forget();
      if (!name) {
        this.field.setSelectionRange(0, 0);
        this.field.focus();
        return;
      }
    } else {
      this.field.value = told;
      this.forget();
    }
    this.field.form.requestSubmit();
  }

  forget() {
    this.shape?.remove();
    this.shape = null;
    this.points = null;
    this.board.classList.remove("drawing");
  }
}
