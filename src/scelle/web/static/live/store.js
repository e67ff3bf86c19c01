/** Sprites as they come: unpacked, kept while there is room, asked for in the order of playing. */

import { tubes } from "./door.js";

const ROOM = 256 * 1024 * 1024; // bytes of decoded pictures
const AHEAD_S = 12; // seconds of playing that are fetched ahead
const SPRITES = 96; // in a file, so that none delays the next for long
const BEGINS = [0, 1, 6]; // with which picture the first parts of a passage begin
const LENGTH = 24; // pictures of each part from the last of these on

/** The part in which a picture of a passage lies. */
export function part(picture) {
  const last = BEGINS.length - 1;
  if (picture >= BEGINS[last]) return last + Math.floor((picture - BEGINS[last]) / LENGTH);
  return BEGINS.findLastIndex((first) => first <= picture);
}

/** How many pictures lie in a part, at most. */
function pictures(number) {
  return number + 1 < BEGINS.length ? BEGINS[number + 1] - BEGINS[number] : LENGTH;
}

/** A part's place in the arrangement. */
class Wanted {
  constructor(id, number, tick, last) {
    this.id = id;
    this.number = number;
    this.tick = tick;
    this.last = last;
    this.key = `${id}/${number}`;
  }
}

export class Store {
  constructor() {
    /** Who is told when sprites came or the door said no: the page, as soon as there is one. */
    this.page = new Promise((resolve) => {
      this.tell = resolve;
    });
    this.view = null;
    this.parts = new Map(); // key -> {first, rows, atlases}
    this.scenes = new Map(); // name -> ImageBitmap
    this.atlases = new Set();
    this.wanted = [];
    this.names = [];
    this.request = null;
    this.case = "";
    this.speed = 1;
    this.bytes = 0; // received over the line
  }

  /** Everything goes: the door said no, or the sprites are of another staging. */
  clear() {
    this.cancel();
    for (const atlas of this.atlases) atlas.picture.close();
    for (const scene of this.scenes.values()) scene.close();
    this.atlases.clear();
    this.parts.clear();
    this.scenes.clear();
  }

  cancel() {
    this.request?.abort();
    this.request = null;
  }

  /** Take a new arrangement; what was fetched before, or is being fetched, is kept. */
  arrange(view) {
    if (view === this.view) return;
    this.view = view;
    this.case = view.case;
    this.speed = view.source_s / Math.max(view.length_s, 1e-3);
    this.wanted = [];
    this.names = view.panels.flatMap((p) => p.scenes.map(([name]) => name));
    this.rate = view.rate;
    for (const panel of view.panels) {
      const scale = view.rate / panel.rate;
      for (const one of panel.passages) {
        one.parts.forEach((tick, number) => {
          if (tick < 0) return;
          const later = one.parts.slice(number + 1).find((other) => other >= 0) ?? one.ticks;
          const at = (n) => (one.start + n) * scale;
          this.wanted.push(new Wanted(one.id, number, at(tick), at(later)));
        });
      }
    }
    this.wanted.sort((a, b) => a.tick - b.tick || (a.key < b.key ? -1 : 1));
  }

  /** Whether everything that is on screen at a tick is here. */
  ready(tick) {
    return this.missing(tick, tick + 1e-9).length === 0;
  }

  /** How far, in ticks, everything is here from a tick on. */
  until(tick) {
    for (const one of this.wanted) {
      if (one.last > tick && !this.parts.has(one.key)) return Math.max(tick, one.tick);
    }
    return Infinity;
  }

  missing(from, to) {
    const found = [];
    for (const one of this.wanted) {
      if (one.tick > to) break;
      if (one.last > from && !this.parts.has(one.key)) found.push(one);
    }
    return found;
  }

  /** Fetch what will be needed next, one file at a time. */
  async fetch(tick, scene) {
    if (this.request) return;
    const ahead = this.missing(tick, tick + AHEAD_S * this.rate);
    const scenes = scene.filter((name) => !this.scenes.has(name));
    if (!ahead.length && !scenes.length) return;
    const asked = [];
    let sprites = 0;
    for (const one of ahead) {
      sprites += pictures(one.number);
      if (asked.length && (sprites > SPRITES || asked.length >= 100)) break;
      asked.push(one);
    }
    const body = {
      case: this.case,
      parts: asked.map((one) => [one.id, one.number]),
      scenes,
      speed: this.speed,
    };
    await this.bring((signal) => tubes(body, signal));
  }

  /** Unpack a file that comes; meanwhile no other is fetched. */
  async bring(coming) {
    const request = new AbortController();
    this.request = request;
    try {
      await this.unpack(await coming(request.signal), request.signal);
    } catch (error) {
      if (error.name !== "AbortError") this.page.then((page) => page.stopped(error));
      return;
    } finally {
      if (this.request === request) this.request = null;
    }
    this.page.then((page) => page.arrived());
  }

  async unpack(buffer, signal) {
    this.bytes += buffer.byteLength;
    const bytes = new Uint8Array(buffer);
    const start = bytes.indexOf(10) + 1;
    const stop = bytes.indexOf(10, start);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(start, stop)));
    let at = stop + 1;
    const file = (size, type) => {
      const blob = new Blob([bytes.subarray(at, at + size)], { type });
      at += size;
      return createImageBitmap(blob);
    };
    const scenes = head.scenes.map(([name, size]) => [name, file(size, "image/jpeg")]);
    const atlases = head.atlases.map(([width, height, colour, alpha]) =>
      merged(width, height, file(colour, "image/jpeg"), file(alpha, "image/png")));
    const empty = await Promise.all(scenes.map(([, picture]) => picture));
    const ready = await Promise.all(atlases);
    if (signal.aborted) {
      // Nothing comes back after all was taken away.
      for (const picture of [...empty, ...ready.map((atlas) => atlas.picture)]) picture.close();
      return;
    }
    scenes.forEach(([name], i) => this.scenes.set(name, empty[i]));
    for (const atlas of ready) this.atlases.add(atlas);
    for (const [id, number, first, rows] of head.parts) {
      const used = new Set(rows.map((row) => ready[row[7]]));
      this.parts.set(`${id}/${number}`, { first, rows, atlases: ready });
      for (const atlas of used) atlas.parts.add(`${id}/${number}`);
    }
    this.evict();
  }

  /** The files unused for longest go first, never one that was drawn in the last second. */
  evict() {
    let held = 0;
    for (const atlas of this.atlases) held += atlas.bytes;
    const old = [...this.atlases].sort((a, b) => a.used - b.used);
    for (const atlas of old) {
      if (held <= ROOM || performance.now() - atlas.used < 1000) return;
      for (const key of atlas.parts) this.parts.delete(key);
      this.atlases.delete(atlas);
      held -= atlas.bytes;
      atlas.picture.close();
    }
  }
}

/** A JPEG and its opacity as one picture. */
async function merged(width, height, colour, alpha) {
  const [picture, opacity] = await Promise.all([colour, alpha]);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  context.globalCompositeOperation = "destination-in";
  context.drawImage(opacity, 0, 0, width, height);
  picture.close();
  opacity.close();
  return {
    picture: canvas.transferToImageBitmap(),
    parts: new Set(),
    used: performance.now(),
    bytes: width * height * 4,
  };
}
