/** What is drawn on the picture: corner by corner, or free-hand in one go, with mouse, pen, finger. */

import { byId } from "./state.js";

const SVG = "http://www.w3.org/2000/svg";

/** A pointer that goes further than this between press and release draws, in pixels of the page. */
const HELD = 6;

/** A free-hand way is off its points by no more than this, in pixels of the page. */
const OFF = 3;

/** Points that the form takes. */
const MOST = 100;

/** Where on the recording's picture a pointer is, in its own whole pixels. */
export function place(board, event) {
  const here = new DOMPoint(event.clientX, event.clientY);
  const { x, y } = here.matrixTransform(board.getScreenCTM().inverse());
  const { width, height } = board.viewBox.baseVal;
  const whole = (n, most) => Math.round(Math.max(0, Math.min(most, n)));
  return [whole(x, width), whole(y, height)];
}

/** How many of the recording's pixels one of the page is. */
function scale(board) {
  return 1 / board.getScreenCTM().a;
}

/** Fewer points of a way, none of it further off than a tolerance.

    Douglas and Peucker, Algorithms for the reduction of the number of points required to
    represent a digitized line or its caricature, 1973. */
function simpler(points, tolerance) {
  const kept = new Set([0, points.length - 1]);
  const spans = [[0, points.length - 1]];
  while (spans.length) {
    const [first, last] = spans.pop();
    let far = tolerance;
    let at = -1;
    for (let index = first + 1; index < last; index += 1) {
      const off = away(points[index], points[first], points[last]);
      if (off > far) [far, at] = [off, index];
    }
    if (at < 0) continue;
    kept.add(at);
    spans.push([first, at], [at, last]);
  }
  return points.filter((_, index) => kept.has(index));
}

/** The same, with as much tolerance as it takes for the form to hold them. */
function handDrawn(points, board) {
  let tolerance = OFF * scale(board);
  let told = simpler(points, tolerance);
  while (told.length > MOST) {
    tolerance *= 2;
    told = simpler(points, tolerance);
  }
  return told;
}

/** How far a point lies from a stretch. */
function away([x, y], [x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.max(0, Math.min(1, along));
  return Math.hypot(x - x0 - share * dx, y - y0 - share * dy);
}

/** How many points there are of each at least. */
const LEAST = { area: 3, path: 2, line: 2, rectangle: 2 };

export class Pen {
  constructor() {
    this.board = byId("drawing");
    this.points = null;
    this.board.addEventListener("pointerdown", (event) => this.press(event));
    this.board.addEventListener("pointermove", (event) => this.move(event));
    this.board.addEventListener("pointerup", (event) => this.release(event));
    this.board.addEventListener("pointercancel", () => this.stroke && this.forget());
    // What is drawn is no click on the player.
    this.board.addEventListener("click", (event) => {
      if (this.drawn) event.stopPropagation();
      this.drawn = false;
    });
  }

  /** @param {"area"|"path"|"line"|"rectangle"} what
      @param {(points: number[][]) => void} done told what was drawn, in the recording's pixels */
  begin(what, done) {
    this.forget();
    this.points = [];
    this.what = what;
    this.done = done;
    this.board.classList.add("drawing");
    byId("picture").scrollIntoView({ block: "nearest" });
  }

  /** What has two ends, whatever lies between. */
  get straight() {
    return this.what === "line" || this.what === "rectangle";
  }

  press(event) {
    this.drawn = this.points !== null;
    if (!this.drawn || !event.isPrimary || event.button !== 0) return;
    this.board.setPointerCapture(event.pointerId);
    this.from = [event.clientX, event.clientY];
    this.stroke = [place(this.board, event)];
    this.held = false;
  }

  move(event) {
    if (!this.stroke || !event.isPrimary) return;
    this.held ||= Math.hypot(event.clientX - this.from[0], event.clientY - this.from[1]) > HELD;
    if (!this.held) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) this.stroke.push(place(this.board, each));
    this.show(this.straight ? [this.stroke[0], this.stroke.at(-1)] : this.stroke);
  }

  /** A way that was drawn is whole; a click is one corner of several. */
  release(event) {
    if (!this.stroke || !event.isPrimary) return;
    const { stroke, held } = this;
    const last = place(this.board, event);
    this.stroke = null;
    if (held) {
      this.points = this.straight ? [stroke[0], last] : handDrawn([...stroke, last], this.board);
    } else {
      this.points.push(last);
    }
    this.show(this.points);
    if (held || (this.straight && this.points.length === 2)) this.finish();
  }

  show(points) {
    this.shape ??= this.board.appendChild(document.createElementNS(SVG, "polyline"));
    this.shape.setAttribute("class", "new");
    this.shape.setAttribute("points", (this.what === "rectangle" ? around(points) : points).join(" "));
  }

  /** Hand over what is drawn, where it is enough. */
  finish() {
    const { points, done } = this;
    if (!points || points.length < LEAST[this.what]) return;
    this.forget();
    done(points);
  }

  forget() {
    this.shape?.remove();
    this.shape = null;
    this.points = null;
    this.stroke = null;
    this.board.classList.remove("drawing");
  }
}

/** The corners of a rectangle, and the first again. */
function around([[x0, y0], [x1, y1] = [x0, y0]]) {
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]];
}
