"""Pictures to learn from: whole ones, mosaics, and canvases packed as the pipeline packs them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle_training.augment import pixels
from scelle_training.material import FloatArray, Labelled, Pool, UInt8Array

SHARES = (0.40, 0.17, 0.19, 0.16, 0.08)
"""How often a packed region is around each class."""

SHOWN = 0.4
"""Least share of an object that must be inside a cut for it to be learnt."""


@dataclass(frozen=True, eq=False)
class _Canvas:
    picture: UInt8Array
    boxes: list[FloatArray]
    ignored: list[FloatArray]

    @classmethod
    def empty(cls, side: int, rng: np.random.Generator) -> _Canvas:
        kind = rng.random()
        if kind < 0.4:
            fill = np.zeros(3)
        elif kind < 0.7:
            fill = np.full(3, 114.0)
        else:
            fill = np.full(3, rng.uniform(0, 255)) + rng.normal(0, 12, 3)
        picture = np.empty((side, side, 3), np.uint8)
        picture[:] = np.clip(fill, 0, 255).astype(np.uint8)
        return cls(picture, [], [])

    def paste(self, part: Labelled, left: int, top: int) -> None:
        height, width = part.picture.shape[:2]
        self.picture[top : top + height, left : left + width] = part.picture
        shift = np.array([left, top, left, top, 0], np.float32)
        self.boxes.append(part.boxes + shift)
        self.ignored.append(part.ignored + shift)

    def labelled(self) -> Labelled:
        none = np.zeros((0, 5), np.float32)
        return Labelled(
            self.picture,
            np.concatenate([*self.boxes, none]),
            np.concatenate([*self.ignored, none]),
        )


def cut(
    item: Labelled, window: tuple[float, float, float, float], size: tuple[int, int], flip: bool
) -> Labelled:
    """A window of a picture, resized; objects cut too short become ignored places.

    Args:
        item: where from.
        window: x0, y0, x1, y1 in its pixels, within it.
        size: width and height of the result, pixels.
        flip: mirror left and right.
    """
    x0, y0, x1, y1 = (round(v) for v in window)
    x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
    source = item.picture[y0:y1, x0:x1]
    width, height = size
    shrinking = width < x1 - x0
    picture = cv2.resize(
        source, size, interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    )
    scale = np.array([width / (x1 - x0), height / (y1 - y0)] * 2, np.float32)
    shift = np.array([x0, y0, x0, y0], np.float32)
    far = np.array([width, height, width, height], np.float32)

    def moved(rows: FloatArray) -> tuple[FloatArray, npt.NDArray[np.float32]]:
        corners = (rows[:, :4] - shift) * scale
        inside = np.clip(corners, 0, far)
        full = np.maximum((corners[:, 2:] - corners[:, :2]).prod(1), 1e-6)
        part = (inside[:, 2:] - inside[:, :2]).prod(1) / full
        if flip:
            inside[:, [0, 2]] = width - inside[:, [2, 0]]
        return np.concatenate([inside, rows[:, 4:]], 1), part

    boxes, shown = moved(item.boxes)
    ignored, part = moved(item.ignored)
    small = (boxes[:, 2:4] - boxes[:, :2]).min(1, initial=np.inf) < 3
    learnt = (shown >= SHOWN) & ~small
    lost = (shown > 0) & ~learnt
    if flip:
        picture = cv2.flip(picture, 1)
    return Labelled(
        np.asarray(picture, np.uint8),
        boxes[learnt],
        np.concatenate([ignored[part > 0], boxes[lost]]),
    )


class Composer:
    """Makes the pictures of a batch.

    Args:
        pool: what to take from.
        weights: how often each picture of the pool, and each object in it, is chosen, relative.
    """

    def __init__(self, pool: Pool, weights: npt.NDArray[np.float64] | None = None) -> None:
        self._pool = pool
        self._objects = pool.objects()
        given = np.ones(len(pool)) if weights is None else weights
        self._chance = np.cumsum(given / given.sum())
        self._reach = [np.cumsum(given[rows[:, 0]]) for rows in self._objects]

    def picture(self, side: int, rng: np.random.Generator, *, plain: bool = False) -> Labelled:
        """One square picture with its boxes, augmented.

        Args:
            side: pixels.
            rng: decides everything.
            plain: more whole pictures and fewer mosaics, for the end of a training, which
                then sees objects at the sizes that recordings show (as YOLOX, Ge et al. 2021).
        """
        kind = rng.random()
        if kind < 0.40:
            item = self.packed(side, rng)
        elif kind < (0.90 if plain else 0.68):
            item = self.whole(side, rng)
        else:
            item = self.mosaic(side, rng)
        return Labelled(pixels(item.picture, rng), item.boxes, item.ignored)

    def packed(self, side: int, rng: np.random.Generator) -> Labelled:
        """Regions around objects, and some around nothing, on shelves of a canvas."""
        canvas = _Canvas.empty(side, rng)
        gap = int(rng.integers(0, 9))
        left = top = shelf = 0
        misses = 0
        while misses < 6:
            part = self._region(side, rng)
            height, width = part.picture.shape[:2]
            if left + width > side:
                left, top, shelf = 0, top + shelf + gap, 0
            if top + height > side:
                misses += 1
                continue
            canvas.paste(part, left, top)
            left += width + gap
            shelf = max(shelf, height)
        return canvas.labelled()

    def whole(self, side: int, rng: np.random.Generator) -> Labelled:
        """One picture, as large as fits, anywhere on the canvas."""
        item = self._any(rng)
        height, width = item.picture.shape[:2]
        scale = side / max(height, width) * rng.uniform(0.75, 1.0)
        w, h = min(side, max(8, round(width * scale))), min(side, max(8, round(height * scale)))
        canvas = _Canvas.empty(side, rng)
        part = cut(item, (0, 0, width, height), (w, h), bool(rng.random() < 0.5))
        canvas.paste(part, int(rng.integers(0, side - w + 1)), int(rng.integers(0, side - h + 1)))
        return canvas.labelled()

    def mosaic(self, side: int, rng: np.random.Generator) -> Labelled:
        """Windows of one, two or four pictures side by side."""
        canvas = _Canvas.empty(side, rng)
        kind = rng.random()
        x = side if kind < 0.3 else int(rng.uniform(0.3, 0.7) * side)
        y = side if kind < 0.5 else int(rng.uniform(0.3, 0.7) * side)
        for left, right in ((0, x), (x, side)):
            for top, bottom in ((0, y), (y, side)):
                if right - left > 0 and bottom - top > 0:
                    canvas.paste(self._window(right - left, bottom - top, rng), left, top)
        return canvas.labelled()

    def _any(self, rng: np.random.Generator) -> Labelled:
        return self._pool[
            min(int(np.searchsorted(self._chance, rng.random())), len(self._pool) - 1)
        ]

    def _window(self, width: int, height: int, rng: np.random.Generator) -> Labelled:
        """A window of some picture that fills ``width`` by ``height``."""
        item = self._any(rng)
        rows, columns = item.picture.shape[:2]
        zoom = np.exp(rng.uniform(np.log(0.45), np.log(1.4)))
        stretch = np.exp(rng.normal(0, 0.12))
        w, h = width / zoom * stretch, height / zoom / stretch
        fit = min(1.0, columns / w, rows / h)
        w, h = w * fit, h * fit
        x, y = rng.uniform(0, max(0.0, columns - w)), rng.uniform(0, max(0.0, rows - h))
        if len(item.boxes) and rng.random() < 0.75:
            # Somewhere with an object in it: empty windows teach little.
            box = item.boxes[int(rng.integers(len(item.boxes)))]
            at = rng.uniform(0.2, 0.8, 2)
            x = min(max(0.0, box[0] * (1 - at[0]) + box[2] * at[0] - w * rng.random()), columns - w)
            y = min(max(0.0, box[1] * (1 - at[1]) + box[3] * at[1] - h * rng.random()), rows - h)
            x, y = max(0.0, x), max(0.0, y)
        return cut(item, (x, y, x + w, y + h), (width, height), bool(rng.random() < 0.5))

    def _region(self, side: int, rng: np.random.Generator) -> Labelled:
        """What a motion detector would have cut out: an object with some of its surroundings."""
        if rng.random() < 0.12:
            across, down = np.exp(rng.uniform(np.log(24), np.log(128), 2))
            return self._window(int(min(across, side)), int(min(down, side)), rng)
        kind = int(rng.choice(len(SHARES), p=SHARES))
        rows = self._objects[kind]
        if len(rows) == 0:
            return self._window(side // 4, side // 4, rng)
        reach = self._reach[kind]
        number, row = rows[int(np.searchsorted(reach, rng.random() * reach[-1], "right"))]
        item = self._pool[int(number)]
        height, width = item.picture.shape[:2]
        x0, y0, x1, y1, _ = (float(v) for v in item.boxes[int(row)])
        wanted = np.exp(rng.uniform(np.log(20.0), np.log(0.65 * side)))
        scale = min(wanted / max(x1 - x0, y1 - y0), 2.0)
        pad = (4 / scale) + rng.uniform(0.0, 0.6, 4) * (max(x1 - x0, y1 - y0) * 0.6)
        x0, y0 = max(0.0, x0 - pad[0]), max(0.0, y0 - pad[1])
        x1, y1 = min(float(width), x1 + pad[2]), min(float(height), y1 + pad[3])
        stretch = np.exp(rng.normal(0, 0.1))
        w, h = (x1 - x0) * scale * stretch, (y1 - y0) * scale / stretch
        fit = min(1.0, side / w, side / h)
        size = (max(8, int(w * fit)), max(8, int(h * fit)))
        return cut(item, (x0, y0, x1, y1), size, bool(rng.random() < 0.5))


def batch(
    composer: Composer, size: int, side: int, seed: int, step: int, *, plain: bool = False
) -> list[Labelled]:
    """The pictures of a step: the same for the same seed and step, whatever came before."""
    return [
        composer.picture(side, np.random.default_rng([seed, step, k]), plain=plain)
        for k in range(size)
    ]
