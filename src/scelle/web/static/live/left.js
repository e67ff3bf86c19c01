/** Which tracks are left out, and why: nothing disappears without a word. */

import { clock, t } from "./words.js";

const MOST = 500; // lines: beyond, they are counted

/**
 * @param {HTMLElement} place a `details` with a list
 * @param {object} view an arrangement
 * @param {import("./form.js").Form} form knows the names of classes
 */
export function tell(place, view, form) {
  place.hidden = view.left.length === 0;
  const lines = view.left.slice(0, MOST).map(([number, exhibit, kind, second, why]) =>
    t("live.left.one", {
      number,
      kind: form.word("class", kind),
      clock: clock(second, view.exhibits[exhibit].on_clock),
      exhibit: view.exhibits[exhibit].name,
      why: why.map((each) => t(`live.why.${each}`)).join(", "),
    }));
  if (view.left.length > MOST) lines.push(t("live.left.more", { more: view.left.length - MOST }));
  place.querySelector("ol").replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
}
