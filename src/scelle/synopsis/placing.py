"""One attempt at an arrangement: items put one after the other onto packed bits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scelle.synopsis.comparing import BLOCK, counted, meeting, shared_cells
from scelle.synopsis.density import first_thin, thin
from scelle.synopsis.occupancy import Int64Array
from scelle.synopsis.packing import COARSE, Item, Packed, UInt64Array

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

_WIDE = 1024  # coarse starts that are compared, about the chronological place
_PROMISING = 12  # coarse starts that are looked at in fine bins
_TRIES = 6  # colliding places whose exact collision is computed
_FAR = 8192  # starts that are looked at together for a place without collision
_SIEVES = 12  # parts of an item that are compared one after the other
_AROUND = np.arange(2 * COARSE - 1)  # from a coarse start, the fine ones about it
_CROWDED = 0.5  # collision limit above which it counts whether cells are covered twice already
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
        tubes: int64 ``(lines, 2)``, which two met.
    """

    starts: Int64Array
    length: int
    cells: int
    lines: Int64Array
    tubes: Int64Array


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
        self._ends = np.full(len(packed.ticks), -1, np.int64)  # ticks, of tubes that are placed
        self._covered = np.zeros(len(packed.area), np.int64)
        self._sums = np.zeros(len(packed.area), np.int64)
        self._last_at = np.zeros(len(packed.area), np.int64)
        columns = assumed + 4 * max(i.bins for i in items)
        self._fine = np.zeros((packed.words, columns), np.uint64)
        self._coarse = np.zeros((packed.words, columns // COARSE + 2), np.uint64)
        # Cells covered twice; what is put there at once counts among itself as once.
        self._twice = np.zeros_like(self._fine) if terms.collision > _CROWDED else None
        self._load = np.zeros(columns, np.int64)
        self._last = 0
        self._lines: list[Int64Array] = []

    @property
    def ticks(self) -> int:
        """Length in ticks."""
        return max(0, int(self._ends.max()))

    @property
    def before(self) -> Before:
        """What another attempt must know to let items stay where they are."""
        cells = sum(i.cells for i in self._items)
        lines = np.concatenate([np.zeros((0, 3), np.int64), *self._lines])
        tubes = np.searchsorted(self._p.row, lines[:, :2], side="right") - 1
        return Before(self.starts, self.length, cells, lines, tubes)

    def keep(self, before: Before) -> BoolArray:
        """Let items stay where they were, if they end within the length that is hoped for.

        Where others are gone, what is left may collide by a larger share than before: as few
        as will do are then placed anew, those that collide most.

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
        whose = np.full(len(p.ticks), -1, np.int64)
        whose[np.concatenate([i.tubes for i in self._items])] = np.repeat(
            np.arange(len(self._items)), [len(i.tubes) for i in self._items]
        )
        there = (whose >= 0) & stay[whose]
        both = there[before.tubes[:, 0]] & there[before.tubes[:, 1]]
        lines, met = before.lines[both], whose[before.tubes[both]]
        limit = self._terms.collision * sum(i.pixels for i in self._items)
        booking = self._booking(lines)
        if booking.added > limit:
            weight = np.bincount(met.ravel(), np.repeat(lines[:, 2], 2), len(stay))
            worst = np.argsort(-weight, kind="stable")
            place = np.argsort(worst)[met]
            gone = np.minimum(place[:, 0], place[:, 1])  # a line is gone with the first of the two
            moved = bisect_left(
                range(int(np.count_nonzero(weight))),
                True,
                key=lambda n: self._booking(lines[gone >= n]).added <= limit,
            )
            booking = self._booking(lines[gone >= moved])
            stay[worst[:moved]] = False
        self._book(booking)
        numbers = np.nonzero(stay)[0]
        if len(numbers):
            items = [self._items[n] for n in numbers.tolist()]
            later = np.repeat(starts[numbers], [len(i.words) for i in items])
            self._commit(
                np.concatenate([i.words for i in items]),
                np.concatenate([i.columns for i in items]) + later,
                np.concatenate([i.bits for i in items]),
            )
            tubes = np.concatenate([i.tubes for i in items])
            self._put(tubes, before.starts[tubes])
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
        self._commit(it.words, it.columns + start, it.bits)
        self._put(it.tubes, start * self._p.ticks_per_bin + it.lag)
        self._last = start
        self.ends[number] = start + it.bins

    def _within(self, it: Item, share: float) -> int | None:
        """A start inside the assumed length, if any keeps to the terms."""
        last = max(self._assumed, self.length) - it.bins
        target = round(share * last)
        every = last // COARSE + 1
        first = min(max(0, target // COARSE - _WIDE // 2), max(0, every - _WIDE))
        at = np.arange(first, min(first + _WIDE, every)) * COARSE
        shared = shared_cells(
            self._coarse, it.coarse_words, it.coarse_columns, it.coarse_bits, first, len(at)
        )
        cost = self._cost(at, shared, it.coarse_cells, target, last)
        if len(at) > _PROMISING:
            at = at[cost.argpartition(_PROMISING - 1)[:_PROMISING]]
        # Fine starts about them, each once.
        low = first * COARSE
        fine = np.zeros(min(_WIDE, every) * COARSE + 2 * COARSE, np.bool_)
        fine[(at[:, None] + (_AROUND - low)).ravel()] = True
        at = fine[COARSE - 1 :].nonzero()[0] + low
        at = at[: at.searchsorted(last, side="right")]
        places = (it.words * self._fine.shape[1] + it.columns)[:, None] + at
        both = self._fine.reshape(-1).take(places)
        both &= it.bits[:, None]
        shared = collide = counted(both)
        if self._twice is not None:
            # Others begin to collide only where nothing covers them yet.
            both &= ~self._twice.reshape(-1).take(places)
            collide = shared + counted(both)
        order = self._cost(at, collide, it.cells, target, last).argsort(kind="stable")
        if self._terms.budget is not None:
            own = it.covered * self._p.cell_area
            order = first_thin(self._load, own, self._terms.budget, at, order, _TRIES)
        order = order[:_TRIES]
        start = self._first_allowed(it, at[order], shared[order])
        return self._nearest_free(it, target, last) if start is None else start

    def _nearest_free(self, it: Item, target: int, last: int) -> int | None:
        """The start without collision nearest to the chronological place, if there is any."""
        for way in range(0, last + 1, _FAR):
            found = [np.zeros(0, np.int64)]
            for begin in (target - way - _FAR, target + way):
                first, end = max(0, begin), min(last + 1, begin + _FAR)
                if first < end:
                    at = np.arange(first, end)
                    found.append(at[self._free(it, first, self._not_too_dense(it, at))])
            at = np.concatenate(found)
            if len(at):
                return int(at[np.argmin(np.abs(at - target))])
        return None

    def _after(self, it: Item) -> int:
        """The first start without collision that lengthens the synopsis."""
        first = max(0, max(self._assumed, self.length) - it.bins)
        at = np.arange(first, max(first, self.length) + 1)
        usable = self._not_too_dense(it, at)
        # At the very last start nothing is there yet; what stays for long is free nowhere before.
        ways = range(0, len(at), _WIDE)
        found = (w + np.flatnonzero(self._free(it, first + w, usable[w : w + _WIDE])) for w in ways)
        return first + int(next(free[0] for free in found if len(free)))

    def _in_order(self, it: Item) -> int:
        """The first start, not before that of the item placed before, that keeps to the terms."""
        at = np.arange(self._last, self.length + 1)
        shared = shared_cells(self._fine, it.words, it.columns, it.bits, self._last, len(at))
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

    def _cost(
        self, at: Int64Array, shared: Int64Array, cells: int, target: int, last: int
    ) -> FloatArray:
        """What each start costs: the share that collides against the way from the target."""
        weight = max(self._terms.chronology, _NEAR)
        cost: FloatArray = np.abs(at - target) * (weight / max(1, last))
        cost += shared * ((1 - weight) / max(1, cells))
        return cost

    def _first_allowed(self, it: Item, at: Int64Array, shared: Int64Array) -> int | None:
        """The first of some starts that keeps to the limit; its collision is booked."""
        slack = self._slack(it)
        for start, cells in zip(at.tolist(), shared.tolist(), strict=True):
            if not cells:
                return int(start)
            if slack <= 0:
                continue
            booking = self._booking(self._met(it, start))
            if booking.added <= slack:
                self._book(booking)
                return int(start)
        return None

    def _commit(self, words: Int64Array, columns: Int64Array, bits: UInt64Array) -> None:
        """Set bits."""
        if self._twice is not None:
            places = words * self._fine.shape[1] + columns
            both = self._fine.reshape(-1).take(places) & bits
            np.bitwise_or.at(self._twice.reshape(-1), places, both)
        for held, column in ((self._fine, columns), (self._coarse, columns // COARSE)):
            np.bitwise_or.at(held.reshape(-1), words * held.shape[1] + column, bits)
        if self._terms.budget is not None:
            np.add.at(self._load, columns, np.bitwise_count(bits) * np.int64(self._p.cell_area))

    def _put(self, tubes: Int64Array, first: Int64Array) -> None:
        """Put tubes at their first ticks."""
        ends = first + self._p.ticks[tubes]
        self.starts[tubes] = first
        self._ends[tubes] = ends
        self.length = max(self.length, -(-int(ends.max()) // self._p.ticks_per_bin))
        self.pixels += int(self._p.pixels[tubes].sum())

    def _reserve(self, columns: int) -> None:
        have = self._fine.shape[1]
        if columns > have:
            more = max(columns, 2 * have) - have
            self._fine = np.pad(self._fine, ((0, 0), (0, more)))
            self._coarse = np.pad(self._coarse, ((0, 0), (0, more // COARSE + 1)))
            if self._twice is not None:
                self._twice = np.pad(self._twice, ((0, 0), (0, more)))
            self._load = np.pad(self._load, (0, more))

    def _free(self, it: Item, first: int, usable: BoolArray) -> BoolArray:
        """Which usable starts, from a first one on, share no cell with what is placed."""
        if not usable.any():
            return usable
        words, columns, bits = it.words, it.columns, it.bits
        met = np.zeros(len(usable), np.uint64)
        # Some bits of every moment rule most starts out; all others are compared for the rest.
        some = slice(None, None, _SIEVES)
        for both in meeting(self._fine, words[some], columns[some], bits[some], first, len(met)):
            met |= np.bitwise_or.reduce(both, axis=0)
            if met.all():
                break
        at = np.flatnonzero((met == 0) & usable)
        held = self._fine.reshape(-1)
        places = words * self._fine.shape[1] + columns + first
        step = max(1, _SIEVES * BLOCK // len(places))
        for part in range(1, min(_SIEVES, len(places))):
            kept = [np.zeros(0, np.int64)]
            for few in (at[begin : begin + step] for begin in range(0, len(at), step)):
                both = held.take(places[part::_SIEVES, None] + few)
                both &= bits[part::_SIEVES, None]
                kept.append(few[~both.any(axis=0)])
            at = np.concatenate(kept)
        free = np.zeros(len(met), np.bool_)
        free[at] = True
        return free

    def _not_too_dense(self, it: Item, at: Int64Array) -> BoolArray:
        """At which starts, increasing, it covers no more than may be covered, with the rest."""
        if self._terms.budget is None or not len(at):
            return np.ones(len(at), np.bool_)
        return thin(self._load, it.covered * self._p.cell_area, self._terms.budget, at)

    def _booking(self, lines: Int64Array) -> _Booking:
        """What begins to collide with some lines; pairs are summed up to the object's own area."""
        rows = lines[:, :2].ravel()
        weights = np.repeat(lines[:, 2], 2)
        self._sums[rows] = 0
        np.add.at(self._sums, rows, weights)
        # Each row once: where it comes last.
        nth = np.arange(len(rows))
        self._last_at[rows] = nth
        rows = rows[self._last_at[rows] == nth]
        pixels, before, area = self._sums[rows], self._covered[rows], self._p.area[rows]
        added = np.minimum(before + pixels, area) - np.minimum(before, area)
        return _Booking(int(added.sum()), rows, pixels, lines)

    def _book(self, booking: _Booking) -> None:
        self._covered[booking.rows] += booking.pixels
        self.collided += booking.added
        self._lines.append(booking.lines)

    def _met(self, it: Item, start: int) -> Int64Array:
        """Where an item placed at a bin would collide, exact by pairs of tubes.

        Returns:
            int64 ``(lines, 3)``, one for each tick at which a tube of the item and another
            share pixels: row of ``corners`` of either, and how many.
        """
        p = self._p
        begin = start * p.ticks_per_bin
        first = begin + it.lag
        last = first + p.ticks[it.tubes]
        # An item begins in its first bin, hence at most a bin before the first of its tubes.
        met = ((self.starts < begin + it.ticks) & (self._ends > begin)).nonzero()[0]
        reach = np.minimum(p.hull[it.tubes, None], p.hull.take(met, axis=0))
        near = (reach[..., :2] + reach[..., 2:] > 0).all(axis=2)
        near &= (self.starts[met] < last[:, None]) & (self._ends[met] > first[:, None])
        which, nth = near.nonzero()
        met = met[nth]
        # One line for each tick at which a tube of the item and another are both there.
        low = np.maximum(first[which], self.starts[met])
        count = np.minimum(last[which], self._ends[met]) - low
        ends = np.cumsum(count)
        skipped = low - (ends - count)
        nth = np.arange(int(ends[-1]) if len(ends) else 0)
        mine = nth + np.repeat(p.row[it.tubes[which]] - first[which] + skipped, count)
        theirs = nth + np.repeat(p.row[met] - self.starts[met] + skipped, count)
        one, two = p.reach.take(mine, axis=0), p.reach.take(theirs, axis=0)
        pixels = np.zeros(len(mine), np.int64)
        for a in one.swapaxes(0, 1):
            for b in two.swapaxes(0, 1):
                # Each side by itself: rows of two or four are no work for an array.
                right, bottom, left, top = map(np.minimum, a.T, b.T)
                right += left
                bottom += top
                pixels += np.maximum(right, 0) * np.maximum(bottom, 0)
        shared = pixels.nonzero()[0]
        return np.array([mine[shared], theirs[shared], pixels[shared]]).T


@dataclass(frozen=True, eq=False)
class _Booking:
    """A collision that may be booked.

    Attributes:
        added: object pixels that begin to collide.
        rows: int64 ``(n,)``, rows of ``corners`` where any do, each once.
        pixels: int64 ``(n,)``, how many pixels of others cover each.
        lines: it follows from them; see :meth:`Placing._met`.
    """

    added: int
    rows: Int64Array
    pixels: Int64Array
    lines: Int64Array
