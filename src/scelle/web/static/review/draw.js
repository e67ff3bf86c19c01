/** Areas, lines and paths of the filters, drawn on the picture; numbers in the form do the same. */

import { t } from "../live/words.js";
import { say } from "./state.js";

export class Draw {
  /** @param {import("./pen.js").Pen} pen */
  constructor(pen) {
    for (const button of document.querySelectorAll("button[data-draw]")) {
      button.addEventListener("click", () => {
        const { draw } = button.dataset;
        const field = button.parentElement.querySelector("input");
        pen.begin(draw, (points) => this.ask(field, points));
        say(t(`bench.draw.${draw}`));
      });
    }
  }

  /** Put what is drawn into the form, which asks anew. */
  ask(field, points) {
    const told = points.map((point) => point.join(",")).join(" ");
    if (field.name === "zone") {
      const name = field.value.split(":")[0].trim();
      field.value = `${name}: ${told}`;
      if (!name) {
        field.setSelectionRange(0, 0);
        field.focus();
        return;
      }
    } else {
      field.value = told;
    }
    field.form.requestSubmit();
  }
}
