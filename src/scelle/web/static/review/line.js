/** The time line: all exhibits on real time, what moves, what nobody looked at, who saw what. */

import { length, t } from "../live/words.js";
import { byId, exact, exportOf, ofDay } from "./state.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 1000; // units across
const ROW = 34;
const LEFT = 0;
const NAMES = 16;

function shape(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent?.append(made);
  return made;
}

export class Line {
  /**
   * @param {(row: object, ms: number) => void} chosen told where somebody wants to go
   * @param {(row: object, mark: object) => void} forget told which bookmark to take away
   */
  constructor(rows, chosen, forget) {
    this.rows = rows;
    this.forget = forget;
    this.chosen = chosen;
    this.box = byId("line");
    // Exhibits whose clock nobody stated begin together, at the left.
    const begun = rows.filter((row) => row.real !== null).map((row) => row.real);
    this.first = begun.length ? Math.min(...begun) : 0;
    for (const row of rows) row.zero = (row.real ?? this.first) - row.start;
    this.last = Math.max(...rows.map((row) => row.zero + row.end));
    this.near = false;
    this.at = null;
    this.whole();
    this.box.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.draw()).observe(this.box);
    this.table();
  }

  whole() {
    this.span = [this.first, Math.max(this.last, this.first + 1)];
  }

  /** Nearer, a tenth of it around the place that is shown; and whole again. */
  zoom() {
    this.near = !this.near;
    if (!this.near || !this.at) this.whole();
    else {
      const middle = this.at.row.zero + this.at.ms;
      const half = (this.last - this.first) / 20;
      this.span = [middle - half, middle + half];
    }
    this.draw();
  }

  x(row, ms) {
    return LEFT + ((row.zero + ms - this.span[0]) / (this.span[1] - this.span[0])) * WIDE;
  }

  draw() {
    const high = this.rows.length * (ROW + NAMES) + 18;
    const picture = shape("svg", {
      viewBox: `0 0 ${WIDE} ${high}`, preserveAspectRatio: "none", height: high, "aria-hidden": "true",
    });
    this.rows.forEach((row, index) => this.row(picture, row, index * (ROW + NAMES) + NAMES));
    this.cursor = shape("line", { class: "cursor", y1: 0, y2: high - 18, x1: -9, x2: -9 }, picture);
    const labels = document.createElement("div");
    labels.className = "labels";
    this.rows.forEach((row) => {
      const name = document.createElement("button");
      name.type = "button";
      name.className = "name";
      name.textContent = `${row.camera} · ${row.name}`;
      name.addEventListener("click", (event) => {
        event.stopPropagation();
        this.chosen(row, row.start);
      });
      labels.append(name);
    });
    const ticks = document.createElement("div");
    ticks.className = "ticks figures";
    const zone = this.rows.find((row) => row.real !== null)?.zone;
    for (let part = 0; part <= 4; part += 1) {
      const at = this.span[0] + (part / 4) * (this.span[1] - this.span[0]);
      const tick = document.createElement("span");
      tick.textContent = zone === undefined ? length((at - this.first) / 1000) : ofDay(at, zone);
      ticks.append(tick);
    }
    this.box.replaceChildren(picture, labels, ticks);
    this.picture = picture;
    this.move(this.at);
  }

  row(picture, row, top) {
    const bar = (start, end, y, high, kind) => {
      const from = Math.max(0, this.x(row, start));
      const to = Math.min(WIDE, this.x(row, end));
      if (to < 0 || from > WIDE || to < from) return;
      shape("rect", { class: kind, x: from, y: top + y, width: Math.max(1, to - from), height: high }, picture);
    };
    bar(row.start, row.end, 0, ROW - 8, "there");
    for (const [start, end] of row.untouched) bar(start, end, 0, ROW - 8, "untouched");
    for (const [start, end] of row.activity) bar(start, end, 3, ROW - 18, "activity");
    for (const [start, end] of row.seen) bar(start, end, ROW - 12, 4, "seen");
    for (const mark of row.marks) {
      bar(mark.at, mark.end ?? mark.at, 0, ROW - 8, "marked");
    }
  }

  /** Put the cursor where the player is. */
  move(at) {
    this.at = at;
    if (!at || !this.cursor) return;
    const x = this.x(at.row, at.ms);
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
  }

  click(event) {
    const box = this.picture.getBoundingClientRect();
    const at = this.span[0] + ((event.clientX - box.left) / box.width) * (this.span[1] - this.span[0]);
    const index = Math.floor((event.clientY - box.top) / (ROW + NAMES));
    const row = this.rows[Math.max(0, Math.min(this.rows.length - 1, index))];
    this.chosen(row, at - row.zero);
  }

  /** The same for those who cannot see it. */
  table() {
    const told = (spans) => spans.map(([a, b, who]) => `${exact(a)}–${exact(b)}${who ? ` (${who})` : ""}`);
    // Whatever somebody saw twice counts once.
    const by = (spans) => {
      const each = new Map();
      for (const [a, b, who] of [...spans].sort((one, other) => one[0] - other[0])) {
        const [sum, until] = each.get(who) ?? [0, -Infinity];
        each.set(who, [sum + Math.max(0, b - Math.max(a, until)), Math.max(until, b)]);
      }
      return [...each].map(([who, [ms]]) => `${who}: ${length(ms / 1000)}`);
    };
    byId("table").tBodies[0].replaceChildren(...this.rows.map((row) => {
      const line = document.createElement("tr");
      const real = (ms) => ofDay(row.zero + ms, row.zone);
      const span = row.real === null
        ? t("bench.row.plain", { camera: row.camera, name: row.name, end: length((row.end - row.start) / 1000) })
        : t("bench.row", { camera: row.camera, name: row.name, start: real(row.start), end: real(row.end) });
      const cells = [
        row.name, span, String(row.tracks), told(row.untouched).join(", "), by(row.seen).join(", "),
      ];
      cells.forEach((text, index) => {
        const cell = document.createElement(index ? "td" : "th");
        if (!index) cell.scope = "row";
        cell.textContent = text || "–";
        line.append(cell);
      });
      line.append(this.marks(row));
      return line;
    }));
  }

  /** The cell of a row's bookmarks, each with what takes it away. */
  marks(row) {
    const cell = document.createElement("td");
    if (!row.marks.length) cell.textContent = "–";
    for (const mark of row.marks) {
      const told = document.createElement("p");
      told.textContent = `${exact(mark.at)} ${mark.note} (${mark.by}) `;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain small";
      button.textContent = t("bench.unmark");
      button.setAttribute("aria-label", t("bench.unmark.of", { at: exact(mark.at), note: mark.note }));
      button.addEventListener("click", () => this.forget(row, mark));
      const leaves = document.createElement("a");
      leaves.className = "plain small";
      leaves.textContent = t("bench.export");
      leaves.setAttribute("aria-label", t("bench.export.mark", { at: exact(mark.at), note: mark.note }));
      leaves.href = exportOf({
        exhibit: row.id, first: mark.at, last: mark.end ?? mark.at, around: mark.end === null ? 2 : 0,
      });
      told.append(leaves, " ", button);
      cell.append(told);
    }
    return cell;
  }
}
