"""Where and when tubes occupy the picture: exact per tick, packed in bits per bin.

Words used in this room:

* a *tick* is one picture of the synopsis;
* a *bin* is a whole number of ticks, the grain of start times;
* a *cell* is a square of the picture; 8 x 8 cells make one 64-bit *word*.

A cell belongs to a tube in a bin if any of its boxes touches it during that
bin.  Starts being whole bins, two tubes that share no bit share no pixel.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt

from scelle.errors import Damaged
from scelle.model.tracks import Tube

Int64Array = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]

_CELLS_ACROSS = 64
_BIN_S = Fraction(1, 4)


@dataclass(frozen=True, eq=False)
class Occupancy:
    """What arranging needs to know of a tube.

    Attributes:
        track_id: whose tube it is.
        time_base: seconds per unit of ``pts``.
        pts: int64 ``(n,)``, increasing.
        parts: int64 ``(n, k, 4)``, left, top, width, height in native pixels:
            ``k`` rectangles that do not overlap and together are the object in
            that picture; an empty one has no width.  One part is its box.
    """

    track_id: str
    time_base: Fraction
    pts: Int64Array
    parts: Int64Array

    def __post_init__(self) -> None:
        n = len(self.pts)
        if n == 0 or self.parts.ndim != 3 or self.parts.shape[::2] != (n, 4):
            raise ValueError("an occupancy needs pictures, and rectangles for each")
        if (np.diff(self.pts) <= 0).any() or (self.parts < 0).any():
            raise ValueError("times must increase, and rectangles lie inside the picture")

    @classmethod
    def of(cls, tube: Tube, *, strips: int = 0) -> Occupancy:
        """The occupancy of a tube.

        Args:
            tube: as cut by the analysis.
            strips: 0 takes the boxes; more takes the mask's extent in that
                many horizontal strips of each box.

        Raises:
            Damaged: if a mask cannot be decoded.
        """
        if not strips:
            return cls(tube.track_id, tube.time_base, tube.pts, tube.boxes[:, None, :])
        parts = np.zeros((len(tube.pts), strips, 4), np.int64)
        for row, (box, png) in enumerate(zip(tube.boxes, tube.masks, strict=True)):
            mask = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
            if mask is None:
                raise Damaged(
                    f"a mask of track {tube.track_id} cannot be decoded",
                    remedy="Analyse the exhibit again.",
                )
            parts[row] = _strips(np.asarray(mask) >= 128, box, strips)
        return cls(tube.track_id, tube.time_base, tube.pts, parts)

    @property
    def start(self) -> Fraction:
        """Exact seconds of the recording's own time at the first picture."""
        return int(self.pts[0]) * self.time_base


def _strips(mask: npt.NDArray[np.bool_], box: Int64Array, strips: int) -> Int64Array:
    left, top, width, height = (int(v) for v in box)
    parts = np.zeros((strips, 4), np.int64)
    edges = [round(i * height / strips) for i in range(strips + 1)]
    rows = mask.shape[0]
    for i, (low, high) in enumerate(itertools.pairwise(edges)):
        first = low * rows // height
        last = max(first + 1, -(-high * rows // height))
        columns = np.nonzero(mask[first:last].any(axis=0))[0]
        if high > low and len(columns):
            x0 = int(columns[0]) * width // mask.shape[1]
            x1 = -(-(int(columns[-1]) + 1) * width // mask.shape[1])
            parts[i] = (left + x0, top + low, x1 - x0, high - low)
    return parts


def pictures_at(pts: Int64Array, time_base: Fraction, fps: Fraction) -> Int64Array:
    """Which picture of a tube each tick shows, in the tube's own speed.

    The first tick shows the first picture, the last tick the last one; no tick
    shows a picture before its own time has come.

    Args:
        pts: int64 ``(n,)``, increasing.
        time_base: seconds per unit of ``pts``.
        fps: ticks per second.

    Returns:
        int64 ``(ticks,)``, indices into ``pts``, not decreasing.

    >>> pictures_at(np.array([0, 100, 200]), Fraction(1, 1000), Fraction(20)).tolist()
    [0, 0, 1, 1, 2]
    """
    rate = time_base * fps  # ticks per unit of pts
    gone = (pts - pts[0]) * rate.numerator
    ticks = -(-int(gone[-1]) // rate.denominator) + 1
    at = np.arange(ticks, dtype=np.int64) * rate.denominator
    return np.searchsorted(gone, at, side="right").astype(np.int64) - 1


@dataclass(frozen=True, eq=False)
class Packed:
    """Many tubes made ready for arranging; concatenated, tube after tube.

    Attributes:
        ticks: int64 ``(tubes,)``, length of each in ticks.
        bins: int64 ``(tubes,)``, the same in bins, rounded up.
        row: int64 ``(tubes + 1,)``, where each tube's ticks begin in ``corners``.
        corners: int64 ``(rows, k, 4)``, left, top, right, bottom at each tick.
        area: int64 ``(rows,)``, object pixels at each tick.
        hull: int64 ``(tubes, 4)``, corners of everything a tube ever covers.
        entry: int64 ``(tubes + 1,)``, where each tube's entries begin.
        entry_bin, entry_word: int64 ``(entries,)``; ``entry_bits``: uint64.
        ticks_per_bin: ticks in a bin.
        words: 64-bit words of one picture.
        cell_area: pixels in a cell.
    """

    ticks: Int64Array
    bins: Int64Array
    row: Int64Array
    corners: Int64Array
    area: Int64Array
    hull: Int64Array
    entry: Int64Array
    entry_bin: Int64Array
    entry_word: Int64Array
    entry_bits: UInt64Array
    ticks_per_bin: int
    words: int
    cell_area: int


def pack(tubes: Sequence[Occupancy], size: tuple[int, int], fps: Fraction) -> Packed:
    """Sample tubes at the synopsis' ticks and pack them.

    Args:
        tubes: at least one.
        size: width and height of the picture in pixels; every part lies inside.
        fps: ticks per second.

    Raises:
        ValueError: without tubes, or if a part lies outside the picture.
    """
    if not tubes:
        raise ValueError("there is nothing to pack")
    width, height = size
    parts = max(t.parts.shape[1] for t in tubes)
    sampled = []
    for tube in tubes:
        at = tube.parts[pictures_at(tube.pts, tube.time_base, fps)]
        sampled.append(np.pad(at, ((0, 0), (0, parts - at.shape[1]), (0, 0))))
    ticks = np.array([len(s) for s in sampled], np.int64)
    boxes = np.concatenate(sampled)
    corners = boxes.copy()
    corners[..., 2:] += corners[..., :2]
    if (corners[..., 2] > width).any() or (corners[..., 3] > height).any():
        raise ValueError("a tube lies outside the picture")
    row = _offsets(ticks)
    per_bin = max(1, round(_BIN_S * fps))
    bins = -(-ticks // per_bin)
    first_row = np.concatenate(
        [r + np.arange(b, dtype=np.int64) * per_bin for r, b in zip(row, bins, strict=False)]
    )
    solid = (boxes[..., 2] > 0) & (boxes[..., 3] > 0)
    low = np.where(solid[..., None], corners[..., :2], max(size))
    high = np.where(solid[..., None], corners[..., 2:], 0)
    swept = np.concatenate(
        [np.minimum.reduceat(low, first_row), np.maximum.reduceat(high, first_row)], axis=2
    )
    hull = np.concatenate(
        [
            np.minimum.reduceat(low.min(axis=1), row[:-1]),
            np.maximum.reduceat(high.max(axis=1), row[:-1]),
        ],
        axis=1,
    )
    cell = math.ceil(max(size) / _CELLS_ACROSS)
    across, down = (math.ceil(side / (8 * cell)) for side in size)
    bin_of, word, bits = _rasterise(swept, cell, across)
    tube_of_bin = np.repeat(np.arange(len(tubes), dtype=np.int64), bins)
    counts = np.bincount(tube_of_bin[bin_of], minlength=len(tubes))
    return Packed(
        ticks,
        bins,
        row,
        corners,
        (boxes[..., 2] * boxes[..., 3]).sum(axis=1),
        hull,
        _offsets(counts),
        bin_of - _offsets(bins)[tube_of_bin[bin_of]],
        word,
        bits,
        per_bin,
        across * down,
        cell * cell,
    )


def _offsets(counts: Int64Array) -> Int64Array:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


def _rasterise(
    swept: Int64Array, cell: int, across: int
) -> tuple[Int64Array, Int64Array, UInt64Array]:
    """Bits of the cells that rectangles touch.

    Args:
        swept: int64 ``(bins, k, 4)``, corners in pixels.
        cell: side of a cell in pixels.
        across: words in a row of words.

    Returns:
        Bin, word and bits of every word that holds any, ordered by bin and word.
    """
    parts = swept.shape[1]
    flat = swept.reshape(-1, 4)
    solid = np.nonzero((flat[:, 2] > flat[:, 0]) & (flat[:, 3] > flat[:, 1]))[0]
    x0, y0 = flat[solid, 0] // cell, flat[solid, 1] // cell
    x1, y1 = (flat[solid, 2] - 1) // cell, (flat[solid, 3] - 1) // cell
    wide = x1 // 8 - x0 // 8 + 1
    count = wide * (y1 // 8 - y0 // 8 + 1)
    which = np.repeat(np.arange(len(solid), dtype=np.int64), count)
    nth = np.arange(len(which), dtype=np.int64) - _offsets(count)[which]
    column = x0[which] // 8 + nth % wide[which]
    line = y0[which] // 8 + nth // wide[which]
    columns = _run(x0[which] - column * 8, x1[which] - column * 8)
    lines = _run(y0[which] - line * 8, y1[which] - line * 8)
    bits = _COLUMNS[columns] & _LINES[lines]
    bin_of, word = solid[which] // parts, line * across + column
    if parts == 1:
        return bin_of, word, bits
    key = bin_of * (int(word.max(initial=0)) + 1) + word
    order = np.argsort(key, kind="stable")
    first = np.nonzero(np.diff(key[order], prepend=-1))[0]
    merged = np.bitwise_or.reduceat(bits[order], first) if len(first) else bits
    return bin_of[order][first], word[order][first], merged


def _run(first: Int64Array, last: Int64Array) -> Int64Array:
    """Eight-bit numbers with the bits from ``first`` to ``last`` set."""
    low, high = np.clip(first, 0, 7), np.clip(last, 0, 7)
    return (np.int64(2) << high) - (np.int64(1) << low)


_COLUMNS = np.arange(256, dtype=np.uint64) * np.uint64(0x0101010101010101)
_LINES = np.array(
    [sum(0xFF << (8 * i) for i in range(8) if run >> i & 1) for run in range(256)], np.uint64
)
