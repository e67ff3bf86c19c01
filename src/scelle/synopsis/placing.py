"""One attempt at an arrangement: items put one after the other onto packed bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scelle.synopsis.occupancy import Int64Array
from scelle.synopsis.packing import COARSE, Item, Packed, UInt64Array

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

_PROMISING = 12  # coarse starts that are looked at in fine bins
_TRIES = 6  # colliding places whose exact collision is computed
_BLOCK = 1 << 17  # words compared in one go: bounds memory, and fits the cache
_AROUND = np.arange(2 * COARSE - 1)  # from a coarse start, the fine ones about it
_NEAR = 1e-6  # what order counts where it only decides between equals


@dataclass(frozen=True)
class Terms:
    """What an arrangement must keep to.

    Attributes:
        collision: largest share of object area that may collide, 0 to 1.
        chronology: what order counts against compactness, 0 to 1; 1 is strict.
        budget: pixels that objects may cover at any time; ``None`` if unbounded.
    """

    collision: float
    chronology: float
    budget: float | None


class Placing:
    """Items placed so far.

    Args:
        packed: the tubes.
        items: what is to be placed.
        share: float64 ``(items,)``, chronological place of each, 0 first to 1 last.
        terms: limits.
        assumed: length that is hoped for, in bins; not below the longest item.
    """

    def __init__(
        self,
        packed: Packed,
        items: Sequence[Item],
        share: FloatArray,
        terms: Terms,
        assumed: int,
    ) -> None:
        self._p, self._items, self._share, self._terms = packed, items, share, terms
        self._assumed = assumed
        self.starts: Int64Array = np.full(len(packed.ticks), -1, np.int64)
        """Tick of each tube's first picture; -1 where it is not placed."""
        self.length = 0
        """Bins used so far."""
        self.pixels = 0
        """Object pixels placed."""
        self.collided = 0
        """Object pixels that collide, as in :class:`.arrange.Arrangement`."""
        self.ends: Int64Array = np.zeros(len(items), np.int64)
        """Bin at which each item ends."""
        self._covered = np.zeros(len(packed.area), np.int64)
        columns = assumed + 4 * max(i.bins for i in items)
        self._fine = np.zeros((packed.words, columns), np.uint64)
        self._coarse = np.zeros((packed.words, columns // COARSE + 2), np.uint64)
        self._load = np.zeros(columns, np.int64)
        self._last = 0

    @property
    def ticks(self) -> int:
        """Length in ticks."""
        placed = self.starts >= 0
        return int((self.starts + self._p.ticks)[placed].max(initial=0))

    def place(self, number: int) -> None:
        """Find a place for an item, and put it there."""
        it = self._items[number]
        self._reserve(max(self._assumed, self.length) + 2 * it.bins)
        start: int | None
        if self._terms.chronology >= 1:
            start = self._in_order(it)
        else:
            start = self._within(it, float(self._share[number]))
            if start is None:
                start = self._after(it)
        self._commit(it, start)
        self.ends[number] = start + it.bins

    def _within(self, it: Item, share: float) -> int | None:
        """A start inside the assumed length, if any keeps to the terms."""
        last = max(self._assumed, self.length) - it.bins
        target = round(share * last)
        at = np.arange(last // COARSE + 1) * COARSE
        shared = _shared(
            self._coarse, it.coarse_words, it.coarse_columns, it.coarse_bits, 0, len(at)
        )
        cost = self._cost(at, shared / max(1, it.coarse_cells), target, last)
        if len(at) > _PROMISING:
            at = at[np.argpartition(cost, _PROMISING - 1)[:_PROMISING]]
        fine = np.zeros(last + 2 * COARSE, np.bool_)
        fine[(at[:, None] + _AROUND).ravel()] = True
        at = np.nonzero(fine[COARSE - 1 : COARSE + last])[0]
        both = self._fine[it.words[:, None], it.columns[:, None] + at]
        both &= it.bits[:, None]
        shared = np.bitwise_count(both).sum(axis=0, dtype=np.int64)
        usable = self._not_too_dense(it, at)
        at, shared = at[usable], shared[usable]
        order = np.argsort(self._cost(at, shared / max(1, it.cells), target, last), kind="stable")
        start = self._first_allowed(it, at[order[:_TRIES]], shared[order[:_TRIES]])
        if start is not None:
            return start
        shared = _shared(self._fine, it.words, it.columns, it.bits, 0, last + 1)
        at = np.nonzero(shared == 0)[0]
        at = at[self._not_too_dense(it, at)]
        if not len(at):
            return None
        return int(at[np.argmin(np.abs(at - target))])

    def _after(self, it: Item) -> int:
        """The first start without collision that lengthens the synopsis."""
        first = max(0, max(self._assumed, self.length) - it.bins)
        at = np.arange(first, max(first, self.length) + 1)
        shared = _shared(self._fine, it.words, it.columns, it.bits, first, first + len(at))
        return int(at[(shared == 0) & self._not_too_dense(it, at)][0])

    def _in_order(self, it: Item) -> int:
        """The first start, not before that of the item placed before, that keeps to the terms."""
        at = np.arange(self._last, self.length + 1)
        shared = _shared(self._fine, it.words, it.columns, it.bits, self._last, self.length + 1)
        usable = self._not_too_dense(it, at)
        free = int(at[usable & (shared == 0)][0])
        slack = self._slack(it)
        maybe = usable & (at < free) & (shared * self._unit <= slack)
        start = self._first_allowed(it, at[maybe][:_TRIES], shared[maybe][:_TRIES])
        return free if start is None else start

    @property
    def _unit(self) -> int:
        """Pixels of one cell over one bin."""
        return self._p.cell_area * self._p.ticks_per_bin

    def _slack(self, it: Item) -> float:
        return self._terms.collision * (self.pixels + it.pixels) - self.collided

    def _cost(self, at: Int64Array, shared: FloatArray, target: int, last: int) -> FloatArray:
        """What each start costs: the share that collides against the way from the target."""
        weight = max(self._terms.chronology, _NEAR)
        return (1 - weight) * shared + (weight / max(1, last)) * np.abs(at - target)

    def _first_allowed(self, it: Item, at: Int64Array, shared: Int64Array) -> int | None:
        """The first of some starts that keeps to the limit; its collision is booked."""
        slack = self._slack(it)
        for start, cells in zip(at.tolist(), shared.tolist(), strict=True):
            if not cells:
                return int(start)
            if slack <= 0:
                continue
            added, rows, pixels = self._collision(it, start)
            if added <= slack:
                self._covered[rows] += pixels
                self.collided += added
                return int(start)
        return None

    def _commit(self, it: Item, start: int) -> None:
        columns = start + it.columns
        self._fine[it.words, columns] |= it.bits
        np.bitwise_or.at(self._coarse, (it.words, columns // COARSE), it.bits)
        if self._terms.budget is not None:
            self._load[start : start + it.bins] += self._own_load(it)
        self.starts[it.tubes] = start * self._p.ticks_per_bin + it.lag
        self.length = max(self.length, start + it.bins)
        self.pixels += it.pixels
        self._last = start

    def _reserve(self, columns: int) -> None:
        have = self._fine.shape[1]
        if columns > have:
            more = max(columns, 2 * have) - have
            self._fine = np.pad(self._fine, ((0, 0), (0, more)))
            self._coarse = np.pad(self._coarse, ((0, 0), (0, more // COARSE + 1)))
            self._load = np.pad(self._load, (0, more))

    def _own_load(self, it: Item) -> Int64Array:
        cells = np.bitwise_count(it.bits).astype(np.float64)
        covered = np.bincount(it.columns, weights=cells, minlength=it.bins)
        return covered.astype(np.int64) * self._p.cell_area

    def _not_too_dense(self, it: Item, at: Int64Array) -> BoolArray:
        if self._terms.budget is None:
            return np.ones(len(at), np.bool_)
        load = self._load[at[:, None] + np.arange(it.bins)]
        crowded = (load + self._own_load(it) > self._terms.budget) & (load > 0)
        return np.asarray(~crowded.any(axis=1))

    def _collision(self, it: Item, start: int) -> tuple[int, Int64Array, Int64Array]:
        """What begins to collide if an item is placed at a bin; exact by pairs.

        Returns:
            Object pixels that begin to collide; the rows of ``corners`` where
            any do, each once; and how many pixels of others cover each.
        """
        parts = [
            self._met(tube, start * self._p.ticks_per_bin + lag)
            for tube, lag in zip(it.tubes.tolist(), it.lag.tolist(), strict=True)
        ]
        rows = np.concatenate([r for r, _ in parts])
        pixels = np.concatenate([p for _, p in parts])
        if len(parts) > 1:  # two of the item may meet the same other
            rows, place = np.unique(rows, return_inverse=True)
            pixels = np.bincount(place, weights=pixels.astype(np.float64)).astype(np.int64)
        before, area = self._covered[rows], self._p.area[rows]
        added = np.minimum(before + pixels, area) - np.minimum(before, area)
        return int(added.sum()), rows, pixels

    def _met(self, tube: int, first: int) -> tuple[Int64Array, Int64Array]:
        """Rows of a tube that begins at a tick, and of those it meets; pixels covered in each."""
        p = self._p
        last = first + int(p.ticks[tube])
        others = self.starts
        x0, y0, x1, y1 = p.hull[tube]
        near = (others >= 0) & (others < last) & (others + p.ticks > first)
        near &= (p.hull[:, 0] < x1) & (p.hull[:, 2] > x0)
        near &= (p.hull[:, 1] < y1) & (p.hull[:, 3] > y0)
        met = np.nonzero(near)[0]
        # One line for each tick at which this tube and another are both there.
        low = np.maximum(first, others[met])
        count = np.minimum(last, others[met] + p.ticks[met]) - low
        ends = np.cumsum(count)
        nth = np.arange(int(count.sum()), dtype=np.int64) - np.repeat(ends - count, count)
        tick = np.repeat(low, count) + nth
        mine = tick - first
        theirs = tick + np.repeat(p.row[met] - others[met], count)
        base = int(p.row[tube])
        a, b = p.corners[base + mine][:, :, None], p.corners[theirs][:, None]
        wide = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
        tall = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
        both = (wide.clip(0) * tall.clip(0)).sum(axis=(1, 2))
        length = last - first
        own = np.bincount(mine, weights=both.astype(np.float64), minlength=length)
        rows = np.concatenate([np.arange(base, base + length, dtype=np.int64), theirs])
        return rows, np.concatenate([own.astype(np.int64), both])


def _shared(
    placed: UInt64Array,
    words: Int64Array,
    columns: Int64Array,
    bits: UInt64Array,
    first: int,
    last: int,
) -> Int64Array:
    """Cells shared with what is placed, summed over bins, for the starts in a range."""
    starts = last - first
    total = np.zeros(starts, np.int64)
    # Row i of this view is what the bits hold from flat place i on, one start after another.
    flat = placed.reshape(-1)
    windows = np.lib.stride_tricks.as_strided(
        flat, (len(flat) - starts + 1, starts), flat.strides * 2, writeable=False
    )
    places = words * placed.shape[1] + columns + first
    step = max(1, _BLOCK // starts)
    for begin in range(0, len(words), step):
        part = slice(begin, begin + step)
        both = windows[places[part]]
        both &= bits[part, None]
        total += np.bitwise_count(both).sum(axis=0, dtype=np.int64)
    return total
