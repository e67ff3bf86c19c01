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


@dataclass(frozen=True, eq=False)
class Before:
    """Where items were placed in an earlier attempt, for another in which some are gone.

    Attributes:
        starts: int64 ``(tubes,)``, tick of each tube's first picture.
        length: bins used.
        cells: cells occupied, summed over bins and items.
        lines: as in :meth:`Placing._met`, of all that collided.
    """

    starts: Int64Array
    length: int
    cells: int
    lines: Int64Array


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
        self._lines: list[Int64Array] = []

    @property
    def ticks(self) -> int:
        """Length in ticks."""
        placed = self.starts >= 0
        return int((self.starts + self._p.ticks)[placed].max(initial=0))

    @property
    def before(self) -> Before:
        """What another attempt must know to let items stay where they are."""
        cells = sum(i.cells for i in self._items)
        lines = np.concatenate([np.zeros((0, 3), np.int64), *self._lines])
        return Before(self.starts, self.length, cells, lines)

    def keep(self, before: Before) -> BoolArray:
        """Let items stay where they were, if they end within the length that is hoped for.

        Those that collide do so only if the limit allows all of them to: where others are gone,
        what is left may collide by a larger share than before.

        Args:
            before: where they were; every tube of the items is in it.

        Returns:
            bool ``(items,)``: which of them stay; the others are still to be placed.
        """
        p = self._p
        starts = np.array([before.starts[i.tubes[0]] - i.lag[0] for i in self._items])
        starts //= p.ticks_per_bin
        self.ends = starts + np.array([i.bins for i in self._items])
        stay: BoolArray = self.ends <= self._assumed
        there = np.zeros(len(p.ticks), np.bool_)
        pixels = 0
        for number in np.nonzero(stay)[0].tolist():
            there[self._items[number].tubes] = True
            pixels += self._items[number].pixels
        tubes = np.searchsorted(p.row, before.lines[:, :2], side="right") - 1
        both = there[tubes].all(axis=1)
        self._book(before.lines[both])
        if self.collided > self._terms.collision * pixels:
            collide = np.zeros(len(p.ticks), np.bool_)
            collide[tubes[both]] = True
            stay &= ~np.array([collide[i.tubes].any() for i in self._items])
            self._covered[:] = self.collided = 0
            self._lines = []
        for number in np.nonzero(stay)[0].tolist():
            self._commit(self._items[number], int(starts[number]))
        return stay

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
            lines = self._met(it, start)
            if self._added(lines)[0] <= slack:
                self._book(lines)
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

    def _added(self, lines: Int64Array) -> tuple[int, Int64Array, Int64Array]:
        """What begins to collide with some lines; pairs are summed up to the object's own area.

        Returns:
            Object pixels that begin to collide; the rows of ``corners`` where any do, each
            once; and how many pixels of others cover each.
        """
        rows, place = np.unique(lines[:, :2], return_inverse=True)
        weights = np.repeat(lines[:, 2], 2).astype(np.float64)
        pixels = np.bincount(place.ravel(), weights, len(rows)).astype(np.int64)
        before, area = self._covered[rows], self._p.area[rows]
        added = np.minimum(before + pixels, area) - np.minimum(before, area)
        return int(added.sum()), rows, pixels

    def _book(self, lines: Int64Array) -> None:
        added, rows, pixels = self._added(lines)
        self._covered[rows] += pixels
        self.collided += added
        self._lines.append(lines)

    def _met(self, it: Item, start: int) -> Int64Array:
        """Where an item placed at a bin would collide, exact by pairs of tubes.

        Returns:
            int64 ``(lines, 3)``, one for each tick at which a tube of the item and another
            share pixels: row of ``corners`` of either, and how many.
        """
        first = (start * self._p.ticks_per_bin + it.lag).tolist()
        return np.concatenate(
            [self._met_by(t, at) for t, at in zip(it.tubes.tolist(), first, strict=True)]
        )

    def _met_by(self, tube: int, first: int) -> Int64Array:
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
        mine = int(p.row[tube]) + tick - first
        theirs = tick + np.repeat(p.row[met] - others[met], count)
        a, b = p.corners[mine][:, :, None], p.corners[theirs][:, None]
        wide = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
        tall = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
        both = (wide.clip(0) * tall.clip(0)).sum(axis=(1, 2))
        shared = both > 0
        return np.stack([mine[shared], theirs[shared], both[shared]], axis=1)


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
