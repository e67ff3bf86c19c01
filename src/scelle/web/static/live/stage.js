/** Draws the synopsis: scenes of the hour, labels, objects, and what is chosen. */

import { place } from "./labels.js";
import { playing, scene } from "./moment.js";
import { part } from "./store.js";
import { clock, t } from "./words.js";

const FADE_S = 1; // from one scene to the next
const KEPT = "#4fc37d";
const CHOSEN = "#ffd54a";

export class Stage {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./store.js").Store} store
   */
  constructor(canvas, store) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.store = store;
    this.view = null;
    this.cells = [];
    this.shown = []; // what was drawn last: {panel, one, row, rect}
    this.places = new Map();
    this.wide = new Map();
    this.fades = new Map();
    this.trails = false;
    this.chosen = "";
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.area = null; // an area being drawn: {panel, points}
  }

  /** Take a new arrangement. */
  arrange(view) {
    this.view = view;
    this.places.clear();
    this.shown = [];
    for (const panel of view.panels) {
      panel.at = new Map(view.exhibits.map((e, i) => [i, e]));
    }
    this.layout();
  }

  /** Cells of the panels: the grid in which they are largest. */
  layout() {
    const { width, height } = this.canvas;
    const strip = this.strip();
    const panels = this.view?.panels ?? [];
    const n = Math.max(1, panels.length);
    const aspect = panels.length ? panels[0].width / panels[0].height : 16 / 9;
    const title = panels.length > 1 ? strip : 0;
    let best = null;
    for (let columns = 1; columns <= n; columns++) {
      const rows = Math.ceil(n / columns);
      const wide = Math.min(width / columns, ((height - strip) / rows - title) * aspect);
      if (!best || wide > best.wide) best = { columns, rows, wide };
    }
    this.cells = panels.map((panel, i) => {
      const cellWide = width / best.columns;
      const cellTall = (height - strip) / best.rows;
      const scale = Math.min(cellWide / panel.width, (cellTall - title) / panel.height);
      const left = (i % best.columns) * cellWide + (cellWide - panel.width * scale) / 2;
      const top = strip + Math.floor(i / best.columns) * cellTall + title +
        (cellTall - title - panel.height * scale) / 2;
      return { left, top, scale, width: panel.width * scale, height: panel.height * scale, title };
    });
  }

  strip() {
    return Math.round(26 * (window.devicePixelRatio || 1));
  }

  /** Passages that play at a second, each with its tick of the moment. */
  playing(panel, second) {
    return playing(panel, second);
  }

  /** @param {number} second of the synopsis */
  draw(second) {
    const { context, canvas } = this;
    context.fillStyle = "#101214";
    context.fillRect(0, 0, canvas.width, canvas.height);
    this.shown = [];
    this.banner();
    if (!this.view) return;
    this.view.panels.forEach((panel, i) => this.panel(panel, this.cells[i], second));
    if (this.area) this.outline(this.area.points, this.cells[this.area.panel], CHOSEN);
  }

  banner() {
    const { context, canvas } = this;
    const strip = this.strip();
    context.fillStyle = "#2b2412";
    context.fillRect(0, 0, canvas.width, strip);
    context.fillStyle = "#f7dfa6";
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.font = `600 ${Math.round(strip * 0.5)}px "Source Sans 3", "DejaVu Sans", sans-serif`;
    const text = [t("live.banner"), this.view?.reference].filter(Boolean).join(" · ");
    context.fillText(text, strip * 0.4, strip / 2, canvas.width - strip);
  }

  panel(panel, cell, second) {
    const { context } = this;
    if (cell.title) {
      context.fillStyle = "#e8e4da";
      context.textAlign = "left";
      context.textBaseline = "middle";
      context.font = `${Math.round(cell.title * 0.5)}px "Source Sans 3", "DejaVu Sans", sans-serif`;
      context.fillText(`${panel.title} (${panel.passages.length})`, cell.left, cell.top - cell.title / 2);
    }
    context.save();
    context.beginPath();
    context.rect(cell.left, cell.top, cell.width, cell.height);
    context.clip();
    const shown = playing(panel, second);
    this.background(panel, cell, scene(panel, shown));
    const now = [];
    for (const [one, tick] of shown) {
      const row = this.row(one, tick, panel);
      if (!row) continue;
      const [left, top, width, height] = row.cells;
      const rect = [
        cell.left + left * cell.scale, cell.top + top * cell.scale,
        width * cell.scale, height * cell.scale,
      ];
      now.push({ panel, one, row, rect });
    }
    // What stands lower in the picture is nearer to the camera.
    now.sort((a, b) => a.rect[1] + a.rect[3] - b.rect[1] - b.rect[3] || a.one.start - b.one.start);
    if (this.trails) for (const each of now) this.trail(each, cell);
    // Labels lie under the objects: none is ever hidden by one.
    this.labels(now, cell);
    for (const { one, row, rect } of now) {
      const { atlas, cells } = row;
      atlas.used = performance.now();
      context.globalAlpha = one.judgement === "rejected" ? 0.4 : 1;
      context.drawImage(atlas.picture, cells[8], cells[9], cells[10], cells[11], ...rect);
      context.globalAlpha = 1;
      if (one.judgement === "confirmed") this.frame(rect, KEPT);
      if (one.id === this.chosen) this.frame(rect, CHOSEN);
    }
    context.restore();
    this.shown.push(...now);
  }

  background(panel, cell, name) {
    const { context, store } = this;
    const draw = (picture) => {
      if (picture) context.drawImage(picture, cell.left, cell.top, cell.width, cell.height);
    };
    const kept = this.fades.get(panel.name) ?? { old: "", now: name, since: -Infinity };
    if (store.scenes.has(name) && kept.now !== name) {
      Object.assign(kept, { old: kept.now, now: name, since: performance.now() });
    }
    this.fades.set(panel.name, kept);
    const share = this.still.matches ? 1 : (performance.now() - kept.since) / 1000 / FADE_S;
    if (share < 1) draw(store.scenes.get(kept.old));
    context.globalAlpha = Math.min(1, Math.max(0, share));
    draw(store.scenes.get(kept.now));
    context.globalAlpha = 1;
  }

  /** The picture of a passage at a tick of its own; none that has not come yet. */
  row(one, tick, panel) {
    let picture;
    let marked = false;
    if (one.plan.length) {
      let low = 0;
      let high = one.plan.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (one.plan[middle][1] <= tick) low = middle;
        else high = middle - 1;
      }
      picture = one.plan[low][0];
      marked = one.plan[low][2] === 1;
    }
    let number = -1;
    if (picture === undefined) {
      one.parts.forEach((first, n) => {
        if (first >= 0 && first <= tick) number = n;
      });
    } else {
      number = part(picture);
    }
    const held = this.store.parts.get(`${one.id}/${number}`);
    if (!held) return null;
    let at;
    if (picture === undefined) {
      // The last whose time has come: at / base <= tick / rate, in whole numbers.
      const [numerator, denominator] = one.base;
      at = held.rows.length - 1;
      while (at > 0 && held.rows[at][4] * numerator * panel.rate_over > tick * denominator * panel.rate_under) at--;
    } else {
      at = picture - held.first;
    }
    const cells = held.rows[at];
    return cells ? { cells, marked, atlas: held.atlases[cells[7]] } : null;
  }

  labels(now, cell) {
    const { context } = this;
    const tall = Math.round(15 * (window.devicePixelRatio || 1));
    context.font = `${Math.round(tall * 0.8)}px "Source Sans 3", "DejaVu Sans", sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const order = [...now].sort((a, b) => (a.one.id < b.one.id ? -1 : 1));
    const objects = order.map(({ one, row, rect }) => {
      const sign = { confirmed: " ✓", rejected: " ✗" }[one.judgement] ?? "";
      const text = `${one.number} · ${clock(row.cells[6], this.view.exhibits[one.exhibit].on_clock)}${row.marked ? " »" : ""}${sign}`;
      const key = `${text.length}/${tall}/${sign}`;
      if (!this.wide.has(key)) this.wide.set(key, context.measureText(text).width + tall * 0.7);
      return { id: one.id, box: rect, size: [this.wide.get(key), tall], text };
    });
    const rects = place(objects, [cell.left, cell.top, cell.width, cell.height], this.places);
    rects.forEach(([x, y, wide], i) => {
      const chosen = objects[i].id === this.chosen;
      context.fillStyle = chosen ? CHOSEN : "rgba(16, 18, 20, 0.78)";
      context.fillRect(x, y, wide, tall);
      context.fillStyle = chosen ? "#16191d" : "#fffdf8";
      context.fillText(objects[i].text, x + wide / 2, y + tall / 2 + 0.5);
    });
  }

  trail({ one, row }, cell) {
    const { context } = this;
    const now = row.cells[4];
    context.beginPath();
    for (let number = 0; number < one.parts.length; number++) {
      const part = this.store.parts.get(`${one.id}/${number}`);
      for (const [left, top, width, height, at] of part?.rows ?? []) {
        if (at > now) break;
        context.lineTo(cell.left + (left + width / 2) * cell.scale, cell.top + (top + height) * cell.scale);
      }
    }
    context.strokeStyle = "#ffc828";
    context.lineWidth = Math.max(1.5, cell.height / 360);
    context.stroke();
  }

  frame([left, top, width, height], colour) {
    const { context } = this;
    const line = Math.max(2, 2 * (window.devicePixelRatio || 1));
    context.lineWidth = line + 2;
    context.strokeStyle = "rgba(16, 18, 20, 0.8)";
    context.strokeRect(left - line, top - line, width + 2 * line, height + 2 * line);
    context.lineWidth = line;
    context.strokeStyle = colour;
    context.strokeRect(left - line, top - line, width + 2 * line, height + 2 * line);
  }

  outline(points, cell, colour) {
    const { context } = this;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(cell.left + x * cell.scale, cell.top + y * cell.scale);
    context.closePath();
    context.fillStyle = "rgba(255, 213, 74, 0.2)";
    context.fill();
    context.strokeStyle = colour;
    context.lineWidth = 2 * (window.devicePixelRatio || 1);
    context.stroke();
    context.fillStyle = colour;
    for (const [x, y] of points) {
      context.fillRect(cell.left + x * cell.scale - 3, cell.top + y * cell.scale - 3, 6, 6);
    }
  }

  /** Native pixels of a place on the canvas: panel, x, y; `null` outside of every picture. */
  place(x, y) {
    for (const [i, cell] of this.cells.entries()) {
      const left = (x - cell.left) / cell.scale;
      const top = (y - cell.top) / cell.scale;
      const { width, height } = this.view.panels[i];
      if (left >= 0 && top >= 0 && left < width && top < height) return [i, left, top];
    }
    return null;
  }

  /** The object under a place of the canvas: the nearest to the camera. */
  under(x, y) {
    return this.shown.findLast(({ rect: [left, top, width, height] }) =>
      x >= left && y >= top && x < left + width && y < top + height);
  }
}
