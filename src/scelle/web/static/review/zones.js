/** Zones that are concealed: drawn on the picture, placed at key frames, written as acts. */

import { t } from "../live/words.js";
import { place } from "./pen.js";
import { CASE, byId, exact, field, say, write } from "./state.js";

const SVG = "http://www.w3.org/2000/svg";
const PATH = "/review/zones";

/** Of what a corner of an outline tells the share. */
const WHOLE = 10_000;

const SIDES = ["left", "top", "width", "height"];
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Which sides a corner moves: of left, top, width and height, by how much of a step. */
const CORNERS = [
  [0, 0, [1, 1, -1, -1]], [1, 0, [0, 1, 1, -1]], [1, 1, [0, 0, 1, 1]], [0, 1, [1, 0, -1, 1]],
];

/** Where a zone is at a time, between its key frames; `null` where it is not concealed. */
function at(frames, ms) {
  if (frames.length === 1) return frames[0].slice(1);
  if (ms < frames[0][0] - 0.5 || ms > frames.at(-1)[0] + 0.5) return null;
  const after = frames.findIndex(([when]) => when > ms);
  const [a, b] = after > 0 ? [frames[after - 1], frames[after]] : [frames.at(after), frames.at(after)];
  const share = b[0] > a[0] ? (ms - a[0]) / (b[0] - a[0]) : 0;
  return SIDES.map((_, side) => a[side + 1] + share * (b[side + 1] - a[side + 1]));
}

/** The corners of a zone that is at a place. */
function corners(outline, [left, top, width, height]) {
  const drawn = outline.length ? outline : [[0, 0], [WHOLE, 0], [WHOLE, WHOLE], [0, WHOLE]];
  return drawn.map(([x, y]) => [left + (width * x) / WHOLE, top + (height * y) / WHOLE]);
}

export class Zones {
  /** @param {import("./pen.js").Pen} pen
      @param {object} player
      @param {(path: string, body: object) => Promise<object|null>} send `null` where refused */
  constructor(pen, player, send) {
    Object.assign(this, { pen, player, send, zones: [], draft: null });
    this.panel = byId("zones");
    this.form = byId("zone");
    this.board = byId("zoning");
    this.dialog = byId("zone-why");
    this.panel.addEventListener("toggle", () => this.opened());
    byId("zone-rectangle").addEventListener("click", () => this.begin("rectangle"));
    byId("zone-outline").addEventListener("click", () => this.begin("area"));
    const { here, drop, begins, ends, leave } = this.form.elements;
    here.addEventListener("click", () => this.put(this.place ?? this.nearest));
    drop.addEventListener("click", () => this.drop());
    begins.addEventListener("click", () => this.limit(true));
    ends.addEventListener("click", () => this.limit(false));
    leave.addEventListener("click", () => this.leave());
    for (const name of SIDES) this.form.elements[name].addEventListener("change", () => this.typed());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
    this.dialog.addEventListener("close", () => this.explained());
    this.board.addEventListener("keydown", (event) => this.key(event));
    this.board.addEventListener("pointerdown", (event) => this.press(event));
    this.board.addEventListener("pointermove", (event) => this.move(event));
    this.board.addEventListener("pointerup", () => { this.held = null; });
    this.board.addEventListener("click", (event) => event.stopPropagation());
    if (field("zones")) this.panel.open = true;
  }

  get now() {
    return Math.round(this.player.at);
  }

  /** Where the zone that is being drawn is on this picture. */
  get place() {
    return at(this.draft.frames, this.now)?.map(Math.round) ?? null;
  }

  /** Where it is at the end of its span that is nearest. */
  get nearest() {
    const { frames } = this.draft;
    return (this.now < frames[0][0] ? frames[0] : frames.at(-1)).slice(1);
  }

  // -- reading -----------------------------------------------------------------

  watch(row) {
    if (this.row === row) return;
    this.row = row;
    this.board.setAttribute("viewBox", `0 0 ${row.width} ${row.height}`);
    this.leave();
    this.opened();
  }

  async opened() {
    write({ zones: this.panel.open ? "1" : "" });
    this.zones = [];
    if (this.panel.open && this.row) await this.read();
    this.show();
  }

  async read() {
    const answer = await fetch(`${PATH}?${new URLSearchParams({ case: CASE, exhibit: this.row.id })}`);
    this.zones = answer.ok ? await answer.json() : [];
    this.list();
    this.show();
  }

  list() {
    byId("zones-none").hidden = this.zones.length > 0;
    byId("zones-list").replaceChildren(...this.zones.map((zone, number) => {
      const item = document.createElement("li");
      const name = zone.label || t("bench.zones.number", { number: number + 1 });
      const told = document.createElement("span");
      told.textContent = `${name}, ${this.span(zone.frames)}, ${zone.by} `;
      item.append(told, ...["change", "remove"].map((what) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "plain small";
        button.textContent = t(`bench.zones.${what}`);
        button.setAttribute("aria-label", t(`bench.zones.${what}.of`, { zone: name }));
        button.addEventListener("click", () => this[what](zone));
        return button;
      }));
      return item;
    }));
  }

  span(frames) {
    if (frames.length === 1) return t("bench.zones.always");
    return t("bench.zones.span", {
      from: exact(frames[0][0]), to: exact(frames.at(-1)[0]), count: frames.length,
    });
  }

  // -- drawing -----------------------------------------------------------------

  begin(what) {
    this.leave();
    this.panel.open = true;
    this.player.pause();
    this.pen.begin(what, (points) => this.drawn(what, points));
    if (what === "rectangle") {
      // By keyboard: one in the middle, to be placed.
      const { width, height } = this.row;
      const [x, y] = [width, height].map((side) => Math.round(side / 3));
      this.pen.points = [[x, y], [2 * x, 2 * y]];
      this.pen.show(this.pen.points);
    }
    say(t(`bench.zones.draw.${what}`));
  }

  drawn(what, points) {
    const [x, y] = [0, 1].map((axis) => points.map((point) => point[axis]));
    const [left, top] = [Math.min(...x), Math.min(...y)];
    const [width, height] = [Math.max(1, Math.max(...x) - left), Math.max(1, Math.max(...y) - top)];
    const share = (n, size) => Math.round((n * WHOLE) / size);
    this.edit({
      id: null,
      label: "",
      frames: [[this.now, left, top, width, height]],
      outline: what === "area"
        ? points.map((point) => [share(point[0] - left, width), share(point[1] - top, height)]) : [],
    });
  }

  change(zone) {
    this.leave();
    this.player.pause();
    this.edit(structuredClone(zone));
    if (!this.place) this.player.seek(zone.frames[0][0]);
  }

  edit(draft) {
    this.draft = draft;
    this.form.hidden = false;
    this.form.elements.label.value = draft.label;
    this.form.elements.label.readOnly = draft.id !== null;
    this.board.classList.add("editing");
    this.board.setAttribute("tabindex", "0");
    this.panel.classList.add("editing");
    this.show();
    this.form.scrollIntoView({ block: "nearest" });
    this.board.focus({ preventScroll: true });
    say(t("bench.zones.shape"));
  }

  /** Set the place of the zone on this picture: its one place, or a key frame. */
  put(box, key = true) {
    const { draft, row } = this;
    const most = [row.width, row.height];
    const placed = box.map(Math.round);
    for (const side of [0, 1]) {
      placed[side + 2] = Math.max(1, Math.min(2 * most[side], placed[side + 2]));
      placed[side] = Math.max(1 - placed[side + 2], Math.min(most[side] - 1, placed[side]));
    }
    const when = key || draft.frames.length > 1 ? this.now : draft.frames[0][0];
    draft.frames = draft.frames.filter((frame) => frame[0] !== when);
    draft.frames.push([when, ...placed]);
    draft.frames.sort((a, b) => a[0] - b[0]);
    this.show();
    if (key) say(this.span(draft.frames));
  }

  drop() {
    const { draft } = this;
    const left = draft.frames.filter((frame) => frame[0] !== this.now);
    if (left.length) draft.frames = left;
    this.show();
    say(this.span(draft.frames));
  }

  /** It is concealed from this picture on, or up to it. */
  limit(first) {
    const { draft, now, row } = this;
    const here = this.place ?? this.nearest;
    const single = draft.frames.length === 1;
    const kept = single ? [] : draft.frames.filter(([when]) => (first ? when > now : when < now));
    const other = first ? row.end : row.start;
    if (!kept.length && other !== now) kept.push([other, ...here]);
    draft.frames = [...kept, [now, ...here]].sort((a, b) => a[0] - b[0]);
    this.show();
    say(this.span(draft.frames));
  }

  typed() {
    this.put(SIDES.map((name) => Number(this.form.elements[name].value)), false);
  }

  leave() {
    this.draft = null;
    this.held = null;
    this.form.hidden = true;
    this.board.classList.remove("editing");
    this.panel.classList.remove("editing");
    this.board.removeAttribute("tabindex");
    this.show();
  }

  show() {
    const { draft, board } = this;
    const shapes = this.zones.filter((zone) => zone.id !== draft?.id).map((zone) => [zone, "zone"]);
    if (draft) shapes.push([draft, "zone draft"]);
    board.replaceChildren(...shapes.flatMap(([zone, kind]) => {
      const box = at(zone.frames, this.player.at);
      if (!box) return [];
      const shape = document.createElementNS(SVG, "polygon");
      shape.setAttribute("class", kind);
      shape.setAttribute("points", corners(zone.outline, box).join(" "));
      return [shape];
    }));
    if (!draft) return;
    const box = this.place;
    for (const name of SIDES) {
      const input = this.form.elements[name];
      input.disabled = !box;
      input.value = box ? box[SIDES.indexOf(name)] : "";
    }
    byId("zone-span").textContent = this.span(draft.frames) + (box ? "" : ` ${t("bench.zones.away")}`);
    this.form.elements.drop.disabled = draft.frames.length < 2
      || !draft.frames.some(([when]) => when === this.now);
    if (box) this.handles(box);
  }

  handles([left, top, width, height]) {
    const reach = Math.max(3, this.row.width / 90);
    CORNERS.forEach(([x, y], corner) => {
      const handle = document.createElementNS(SVG, "circle");
      handle.setAttribute("class", "handle");
      handle.dataset.corner = corner;
      handle.setAttribute("cx", left + x * width);
      handle.setAttribute("cy", top + y * height);
      handle.setAttribute("r", reach);
      this.board.append(handle);
    });
  }

  // -- by pointer and by key ---------------------------------------------------

  press(event) {
    const box = this.draft && this.place;
    if (!box || event.button !== 0 || !event.target.matches(".draft, .handle")) return;
    this.player.pause();
    this.board.setPointerCapture(event.pointerId);
    const { corner } = event.target.dataset;
    this.held = { from: place(this.board, event), box, sides: corner ? CORNERS[corner][2] : [1, 1, 0, 0] };
  }

  move(event) {
    if (!this.held) return;
    const { from, box, sides } = this.held;
    const by = place(this.board, event).map((n, axis) => n - from[axis]);
    this.put(box.map((n, side) => n + sides[side] * by[side % 2]), false);
  }

  /** Arrows move it, with Shift they size it; all else is the bench's. */
  key(event) {
    const way = WAYS[event.key];
    if (event.key === "Enter" && this.draft) {
      event.preventDefault();
      event.stopPropagation();
      this.write();
      return;
    }
    if (!way || !this.draft || !this.place || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const step = Math.max(1, Math.round(this.row.width / 160));
    this.put(this.place.map((n, side) => {
      const moved = event.shiftKey === side > 1;
      return moved ? n + step * way[side % 2] : n;
    }), false);
  }

  // -- acts --------------------------------------------------------------------

  write() {
    const { draft } = this;
    if (draft.id !== null) {
      this.why(draft, "change");
      return;
    }
    this.tell({
      exhibit: this.row.id,
      frames: draft.frames,
      outline: draft.outline,
      label: this.form.elements.label.value.trim(),
    }, "marked");
  }

  remove(zone) {
    this.leave();
    this.why({ ...zone, frames: [] }, "remove");
  }

  /** What a zone hid may show: that is done for a reason alone. */
  why(wanted, what) {
    this.wanted = wanted;
    byId("zone-why-title").textContent = t(`bench.zones.why.${what}`);
    this.dialog.returnValue = "cancel";
    this.dialog.querySelector("textarea").value = "";
    this.dialog.showModal();
  }

  explained() {
    const reason = this.dialog.querySelector("textarea").value.trim();
    if (this.dialog.returnValue !== "send" || !reason) return;
    const { id, frames, outline } = this.wanted;
    this.tell({ zone: id, frames, outline, reason }, frames.length ? "changed" : "removed");
  }

  async tell(body, said) {
    if (!await this.send(PATH, { case: CASE, ...body })) return;
    this.leave();
    await this.read();
    // What is on the screen was shown as it was before.
    if (this.player.span) await this.player.renew();
    say(t(`bench.zones.${said}`));
  }
}
