"""Many tubes made ready for arranging: sampled per tick, packed in bits per bin.

Words used in this room:

* a *tick* is one picture of the synopsis;
* a *bin* is a whole number of ticks, the grain of start times;
* a *cell* is a square of the picture; 8 x 8 cells make one 64-bit *word*;
* an *item* is what is placed as one: a tube, or tubes that keep their distance
  in time because their objects met.

A cell belongs to a tube in a bin if any of its boxes touches it during that
bin.  Starts being whole bins, two items that share no bit share no pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scelle.synopsis.occupancy import Int64Array, Occupancy

UInt64Array = npt.NDArray[np.uint64]

COARSE = 4
"""Bins in a coarse bin: many starts are compared in little time on those first."""

_CELLS_ACROSS = 64
_BIN_S = Fraction(1, 4)
_MOST_BINS = 14_400
"""Bins of the longest item: where one stays for more than an hour, bins last longer."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Bits of many tubes, one tube after the other.

    Attributes:
        tube: int64 ``(tubes + 1,)``, where each tube's entries begin.
        words: int64 ``(entries,)``, in the picture.
        columns: int64 ``(entries,)``, bins from the first of the tube.
        bits: uint64 ``(entries,)``; those of one word and column are together.
    """

    tube: Int64Array
    words: Int64Array
    columns: Int64Array
    bits: UInt64Array

    def of(self, tube: int) -> tuple[Int64Array, Int64Array, UInt64Array]:
        """Words, columns and bits of one tube."""
        own = slice(int(self.tube[tube]), int(self.tube[tube + 1]))
        return self.words[own], self.columns[own], self.bits[own]


@dataclass(frozen=True, eq=False)
class Packed:
    """Tubes, concatenated one after the other.

    Attributes:
        ticks: int64 ``(tubes,)``, length of each in ticks.
        offset: int64 ``(tubes,)``, ticks from its item's first picture to its own.
        row: int64 ``(tubes + 1,)``, where each tube's ticks begin in ``corners``.
        reach: int64 ``(rows, k, 4)``, right, bottom, minus left, minus top at each tick: what
            two rectangles share reaches as far as the smaller of each.
        area: int64 ``(rows,)``, object pixels at each tick.
        pixels: int64 ``(tubes,)``, object pixels, summed over ticks.
        hull: int64 ``(tubes, 4)``, reach of everything a tube ever covers.
        fine: what each tube occupies in bins; coarse: in coarse bins.
        ticks_per_bin: ticks in a bin.
        words: 64-bit words of one picture.
        cell_area: pixels in a cell.
    """

    ticks: Int64Array
    offset: Int64Array
    row: Int64Array
    reach: Int64Array
    area: Int64Array
    pixels: Int64Array
    hull: Int64Array
    fine: Entries
    coarse: Entries
    ticks_per_bin: int
    words: int
    cell_area: int


def pack(
    tubes: Sequence[Occupancy],
    size: tuple[int, int],
    fps: Fraction,
    groups: Sequence[Sequence[int]] = (),
) -> Packed:
    """Sample tubes at the synopsis' ticks and pack them.

    Args:
        tubes: at least one.
        size: width and height of the picture in pixels; every part lies inside.
        fps: ticks per second.
        groups: indices of tubes that keep their distance in time; no tube lies
            in two of them.

    Raises:
        ValueError: without tubes, or if a part lies outside the picture.
    """
    if not tubes:
        raise ValueError("there is nothing to pack")
    width, height = size
    parts = max(t.parts.shape[1] for t in tubes)
    sampled = []
    for tube in tubes:
        at = tube.parts[tube.shown(fps)]
        sampled.append(np.pad(at, ((0, 0), (0, parts - at.shape[1]), (0, 0))))
    ticks = np.array([len(s) for s in sampled], np.int64)
    boxes = np.concatenate(sampled)
    corners = boxes.copy()
    corners[..., 2:] += corners[..., :2]
    if (corners[..., 2] > width).any() or (corners[..., 3] > height).any():
        raise ValueError("a tube lies outside the picture")
    row = _offsets(ticks)
    offset = np.zeros(len(tubes), np.int64)
    for group in groups:
        first = min(tubes[i].start for i in group)
        for i in group:
            offset[i] = round((tubes[i].start - first) * fps)
    longest = int((offset + ticks).max())
    per_bin = max(1, round(_BIN_S * fps), -(-longest // _MOST_BINS))
    begins = offset // per_bin
    bins = (offset + ticks - 1) // per_bin - begins + 1
    bin_of_row = _ranges(begins, bins)
    tube_of_bin = np.repeat(np.arange(len(tubes), dtype=np.int64), bins)
    first_row = row[tube_of_bin] + np.maximum(0, bin_of_row * per_bin - offset[tube_of_bin])
    solid = (boxes[..., 2] > 0) & (boxes[..., 3] > 0)
    low = np.where(solid[..., None], corners[..., :2], max(size))
    high = np.where(solid[..., None], corners[..., 2:], 0)
    swept = np.concatenate(
        [np.minimum.reduceat(low, first_row), np.maximum.reduceat(high, first_row)], axis=2
    )
    hull = np.concatenate(
        [
            np.maximum.reduceat(high.max(axis=1), row[:-1]),
            -np.minimum.reduceat(low.min(axis=1), row[:-1]),
        ],
        axis=1,
    )
    cell = math.ceil(max(size) / _CELLS_ACROSS)
    across, down = (math.ceil(side / (8 * cell)) for side in size)
    which, word, bits = _rasterise(swept, cell, across)
    whose = tube_of_bin[which]
    column = bin_of_row[which] - begins[whose]
    area = (boxes[..., 2] * boxes[..., 3]).sum(axis=1)
    return Packed(
        ticks,
        offset,
        row,
        np.concatenate([corners[..., 2:], -corners[..., :2]], axis=2),
        area,
        np.add.reduceat(area, row[:-1]),
        hull,
        Entries(_offsets(np.bincount(whose, minlength=len(tubes))), word, column, bits),
        _coarse(whose, word, column, bits, len(tubes)),
        per_bin,
        across * down,
        cell * cell,
    )


def _coarse(
    tube: Int64Array, words: Int64Array, columns: Int64Array, bits: UInt64Array, tubes: int
) -> Entries:
    """The same entries in coarse bins."""
    span = int(columns.max(initial=0)) // COARSE + 1
    words, columns, bits = _merged(words, tube * span + columns // COARSE, bits)
    counts = np.bincount(columns // span, minlength=tubes)
    return Entries(_offsets(counts), words, columns % span, bits)


@dataclass(frozen=True, eq=False)
class Item:
    """What is placed as one.

    Attributes:
        tubes: int64 ``(m,)``, indices into :class:`Packed`.
        lag: int64 ``(m,)``, ticks from the item's start to each tube's first picture.
        ticks: length of the whole.
        bins: the same in bins, rounded up.
        pixels: object pixels, summed over tubes and ticks.
        words, columns, bits: what it occupies, in bins from its start.
        cells: cells it occupies, summed over bins.
        coarse_words, coarse_columns, coarse_bits, coarse_cells: the same in coarse bins.
    """

    tubes: Int64Array
    lag: Int64Array
    ticks: int
    bins: int
    pixels: int
    words: Int64Array
    columns: Int64Array
    bits: UInt64Array
    cells: int
    coarse_words: Int64Array
    coarse_columns: Int64Array
    coarse_bits: UInt64Array
    coarse_cells: int

    @cached_property
    def covered(self) -> Int64Array:
        """Cells it occupies in each bin, int64 ``(bins,)``."""
        cells = np.bitwise_count(self.bits).astype(np.float64)
        return np.bincount(self.columns, weights=cells, minlength=self.bins).astype(np.int64)


def item(packed: Packed, tubes: Sequence[int]) -> Item:
    """Put tubes together; those of a group that are left out leave no trace.

    Args:
        packed: holds them.
        tubes: one, or some of one group.
    """
    chosen = np.array(tubes, np.int64)
    begins = packed.offset[chosen] // packed.ticks_per_bin
    lead = int(begins.min())
    lag = packed.offset[chosen] - lead * packed.ticks_per_bin
    ticks = int((lag + packed.ticks[chosen]).max())
    if len(tubes) == 1:
        fine, coarse = packed.fine.of(tubes[0]), packed.coarse.of(tubes[0])
    else:
        each = [packed.fine.of(t) for t in tubes]
        words, columns, bits = (np.concatenate(part) for part in zip(*each, strict=True))
        columns += np.repeat(begins - lead, [len(own[0]) for own in each])
        fine = _merged(words, columns, bits)
        coarse = _merged(fine[0], fine[1] // COARSE, fine[2])
    return Item(
        chosen,
        lag,
        ticks,
        -(-ticks // packed.ticks_per_bin),
        int(packed.pixels[chosen].sum()),
        *fine,
        int(np.bitwise_count(fine[2]).sum()),
        *coarse,
        int(np.bitwise_count(coarse[2]).sum()),
    )


def _merged(
    words: Int64Array, columns: Int64Array, bits: UInt64Array
) -> tuple[Int64Array, Int64Array, UInt64Array]:
    """One entry for each word and column."""
    key = columns * (int(words.max(initial=0)) + 1) + words
    order = np.argsort(key, kind="stable")
    first = np.nonzero(np.diff(key[order], prepend=-1))[0]
    if not len(first):
        return words, columns, bits
    return words[order][first], columns[order][first], np.bitwise_or.reduceat(bits[order], first)


def _offsets(counts: Int64Array) -> Int64Array:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


def _ranges(begins: Int64Array, counts: Int64Array) -> Int64Array:
    """``begins[i], begins[i] + 1, ...`` with ``counts[i]`` numbers, one after the other."""
    ends = np.cumsum(counts)
    return np.arange(int(ends[-1]), dtype=np.int64) - np.repeat(ends - counts - begins, counts)


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
    word, bin_of, bits = _merged(word, bin_of, bits)
    return bin_of, word, bits


def _run(first: Int64Array, last: Int64Array) -> Int64Array:
    """Eight-bit numbers with the bits from ``first`` to ``last`` set."""
    low, high = np.clip(first, 0, 7), np.clip(last, 0, 7)
    return (np.int64(2) << high) - (np.int64(1) << low)


_COLUMNS = np.arange(256, dtype=np.uint64) * np.uint64(0x0101010101010101)
_LINES = np.array(
    [sum(0xFF << (8 * i) for i in range(8) if run >> i & 1) for run in range(256)], np.uint64
)
