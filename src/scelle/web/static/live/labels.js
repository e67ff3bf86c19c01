/** Where the time of each object is written: beside it, and over no other object. */

const GAP = 3;
const HIDES = 4; // how much worse it is to cover an object than another label

/**
 * Choose a place for each label, the one it had before first, so that labels do not hop.
 * @param {{id: string, box: number[], size: number[]}[]} objects box: left, top, width, height
 * @param {number[]} area left, top, width, height of the picture
 * @param {Map<string, number>} before which place each had; is brought up to date
 * @returns {number[][]} a rectangle for each
 */
export function place(objects, area, before) {
  const chosen = [];
  for (const { id, box, size } of objects) {
    const places = around(box, size).map((rect) => inside(rect, area));
    const first = before.get(id) ?? 0;
    let best = places[first];
    let which = first;
    let least = Infinity;
    for (let n = -1; n < places.length; n++) {
      if (n === first) continue;
      const rect = places[n < 0 ? first : n];
      let covers = 0;
      for (const other of objects) covers += shared(rect, other.box) * HIDES;
      for (const other of chosen) covers += shared(rect, other);
      if (covers < least) {
        [best, which, least] = [rect, n < 0 ? first : n, covers];
        if (covers === 0) break;
      }
    }
    before.set(id, which);
    chosen.push(best);
  }
  return chosen;
}

function around([left, top, width, height], [wide, tall]) {
  const middle = left + (width - wide) / 2;
  const bottom = top + height;
  const right = left + width;
  const beside = top + Math.min(height / 4, Math.max(0, height - tall));
  const places = [];
  for (let far = 0; far < 4; far++) {
    const step = far * (tall + GAP);
    places.push(
      [middle, top - tall - GAP - step, wide, tall],
      [middle, bottom + GAP + step, wide, tall],
      [right + GAP, beside + step, wide, tall],
      [left - wide - GAP, beside + step, wide, tall],
    );
  }
  return places;
}

function inside([x, y, wide, tall], [left, top, width, height]) {
  return [
    Math.max(left, Math.min(x, left + width - wide)),
    Math.max(top, Math.min(y, top + height - tall)),
    wide,
    tall,
  ];
}

function shared(a, b) {
  const wide = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const tall = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  return wide > 0 && tall > 0 ? wide * tall : 0;
}
