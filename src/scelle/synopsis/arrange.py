"""Places tubes in time: many passages at once, each whole, few of them colliding.

The problem is that of non-chronological video synopsis: Pritch, Rav-Acha and
Peleg, "Nonchronological Video Synopsis and Indexing", IEEE TPAMI 30(11), 2008.
Its terms map as follows.  *Activity* is kept entirely: no tube is dropped or
cut.  *Collision* is a hard limit.  *Temporal consistency* is a preference.  The
length is minimised, as greedily as in FGS (Malekpour, Morsali and Mohammadzade,
arXiv 2409.05230), but all start times of a tube are weighed at once, on packed
bits.

The way of it:

(1) tubes are sampled at the synopsis' ticks and packed (:mod:`.occupancy`);
(2) in an order of priority, each tube is compared with all that is placed, at
    every start at once, and put where it lengthens the synopsis least, then
    where it collides least, then nearest its chronological place;
(3) its exact collision is computed, and another place is taken if the limit
    would be passed; a place without any collision always exists at the end;
(4) those that ended last get priority and the whole is tried again ("squeaky
    wheel" optimisation, Joslin and Clements, JAIR 10, 1999); the best is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput
from scelle.synopsis.occupancy import Int64Array, Occupancy, Packed, pack

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

_PLACEMENTS = 1600  # budget of step (4): tubes times rounds
_ROUNDS = 40
_TRIES = 6  # colliding places whose exact collision is computed
_RING = 96  # starts compared in one go on each side of the target
_BLOCK = 1 << 17  # words compared in one go: bounds memory, and fits the cache


@dataclass(frozen=True)
class Arrangement:
    """When each tube appears in the synopsis.

    Attributes:
        starts: tick of each tube's first picture, in the order given.
        lengths: ticks that each tube lasts.
        length: ticks of the synopsis.
        fps: ticks per second.
        collision: share of object area that collides, 0 to 1: each object's
            pixels that another object's rectangle covers, summed over objects
            and ticks, over all object pixels.  Where three meet, pairs are
            summed up to the object's own area: never less than the truth.
        order: indices of the tubes in order of appearance.
    """

    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    length: int
    fps: Fraction
    collision: float
    order: tuple[int, ...]

    @property
    def duration_s(self) -> Fraction:
        """Exact length in seconds."""
        return self.length / self.fps


def arrange(
    tubes: Sequence[Occupancy],
    *,
    size: tuple[int, int],
    fps: Fraction = Fraction(25),
    collision: float = 0.05,
    chronology: float = 0.0,
    density: float = 1.0,
) -> Arrangement:
    """Arrange tubes in as short a time as can be found; the same input, the same answer.

    Args:
        tubes: what to place; the order given does not matter beyond ties.
        size: width and height of the picture in pixels.
        fps: pictures of the synopsis per second.
        collision: largest share of object area that may collide, 0 to 1.
        chronology: 0 minimises length and uses chronology between equals
            only; between 0 and 1 it is what one bin of displacement costs, in
            bins of length; 1 lets objects appear strictly in their original order.
        density: largest share of the picture that objects may cover at any
            time, above 0 to 1; an object too large for it appears alone.

    Raises:
        BadInput: if a parameter is out of its range.
        ValueError: if a tube lies outside the picture.
    """
    if not (0 <= collision <= 1 and 0 <= chronology <= 1 and 0 < density <= 1 and fps > 0):
        raise BadInput(
            "collision and chronology lie between 0 and 1, density above 0 and up to 1",
            remedy="Give a share such as 0.05.",
        )
    if not tubes:
        return Arrangement((), (), 0, fps, 0.0, ())
    packed = pack(tubes, size, fps)
    begins = np.array([float(t.start) for t in tubes])
    rank = np.empty(len(tubes), np.int64)
    rank[np.argsort(begins, kind="stable")] = np.arange(len(tubes))
    budget = density * size[0] * size[1] if density < 1 else None
    strict = chronology >= 1
    # The largest first: what takes most room for longest is hardest to place later.
    room = np.add.reduceat(packed.area, packed.row[:-1]).astype(np.float64)
    priority = np.argsort(-(room / room.max() + packed.bins / packed.bins.max()), kind="stable")
    if strict:
        priority = np.argsort(rank)
    rounds = 1 if strict else max(1, min(_ROUNDS, _PLACEMENTS // len(tubes)))
    best: _Placing | None = None
    for _ in range(rounds):
        placing = _Placing(packed, rank, collision, chronology, budget)
        for tube in priority.tolist():
            placing.place(tube)
        if best is None or placing.score < best.score:
            best = placing
        if best.length == int(packed.bins.max()):
            break  # nothing can be shorter than the longest tube
        ends = placing.starts + packed.bins
        late = ends > placing.length - max(1, placing.length // 12)
        moved = np.concatenate([priority[late[priority]], priority[~late[priority]]])
        if (moved == priority).all():
            break
        priority = moved
    if best is None:
        raise AssertionError("at least one round is made")
    starts = best.starts * packed.ticks_per_bin
    order = np.lexsort((rank, starts))
    return Arrangement(
        tuple(starts.tolist()),
        tuple(packed.ticks.tolist()),
        int((starts + packed.ticks).max()),
        fps,
        best.collided / best.area if best.area else 0.0,
        tuple(order.tolist()),
    )


class _Placing:
    """One round: tubes placed so far.  ``starts`` are in bins, -1 where not placed."""

    def __init__(
        self,
        packed: Packed,
        rank: Int64Array,
        limit: float,
        chronology: float,
        budget: float | None,
    ) -> None:
        self._p = packed
        self._limit, self._chronology = limit, chronology
        self._budget = budget
        self._share = rank / max(1, len(rank) - 1)
        self.starts: Int64Array = np.full(len(rank), -1, np.int64)
        self.length = 0
        self.area = 0
        self.collided = 0
        self._covered = np.zeros(len(packed.area), np.int64)
        self._bits = np.zeros((packed.words, 4 * int(packed.bins.max())), np.uint64)
        self._load = np.zeros(self._bits.shape[1], np.int64)
        self._last = 0

    @property
    def score(self) -> tuple[int, int]:
        """Length, then collision: the smaller the better."""
        return self.length, self.collided

    def place(self, tube: int) -> None:
        """Step (2) and (3) for one tube."""
        p = self._p
        bins = int(p.bins[tube])
        shifts = self.length + 1
        self._reserve(self.length + bins)
        entries = slice(int(p.entry[tube]), int(p.entry[tube + 1]))
        own = int(p.area[p.row[tube] : p.row[tube + 1]].sum())
        at = np.arange(shifts)
        usable = self._not_too_dense(entries, bins, shifts)
        target = round(float(self._share[tube]) * max(0, self.length - bins))
        if self._chronology >= 1:
            usable &= at >= self._last
            target = self._last
        growth = np.maximum(0, at + bins - self.length)
        cost = growth + (self._chronology + 1e-6) * np.abs(at - target)
        shared = self._search(entries, usable, growth, target)
        cost += 0.5 * np.minimum(1.0, np.abs(shared) / max(1, own))
        slack = self._limit * (self.area + own) - self.collided
        shared = np.minimum(shared, own)  # the cells' edges may hold more than the object
        start = self._choose(tube, cost, shared, usable, slack)
        self._commit(tube, start, entries, own)

    def _search(
        self, entries: slice, usable: BoolArray, growth: Int64Array, target: int
    ) -> Int64Array:
        """Pixels shared at each start, at most; -1 where it need not be known.

        Looks around the target first and then farther away: a free place that
        does not lengthen the synopsis cannot be bettered by one beyond it.
        """
        p = self._p
        shifts = len(usable)
        shared = np.full(shifts, -1, np.int64)
        low = high = min(target, shifts - 1)
        ring = _RING
        while low > 0 or high < shifts:
            below, above = max(0, low - ring), min(shifts, high + ring)
            for first, last in ((below, low), (high, above)):
                if first < last:
                    shared[first:last] = self._shared(entries, first, last)
            low, high, ring = below, above, 2 * ring
            if ((shared == 0) & usable & (growth == 0))[low:high].any():
                break
        known = shared > 0
        shared[known] *= p.cell_area * p.ticks_per_bin
        return shared

    def _choose(
        self, tube: int, cost: FloatArray, shared: Int64Array, usable: BoolArray, slack: float
    ) -> int:
        free = np.nonzero(usable & (shared == 0))[0]
        fallback = int(free[np.argmin(cost[free])])
        if slack <= 0:
            return fallback
        maybe = np.nonzero(usable & (shared > 0) & (shared <= slack) & (cost < cost[fallback]))[0]
        if len(maybe) > _TRIES:
            maybe = maybe[np.argpartition(cost[maybe], _TRIES - 1)[:_TRIES]]
        for start in maybe[np.lexsort((maybe, cost[maybe]))].tolist():
            added, rows, pixels = self._collision(tube, start)
            if added <= slack:
                self._covered[rows] += pixels
                self.collided += added
                return int(start)
        return fallback

    def _commit(self, tube: int, start: int, entries: slice, own: int) -> None:
        p = self._p
        bins = int(p.bins[tube])
        words, columns = p.entry_word[entries], start + p.entry_bin[entries]
        self._bits[words, columns] |= p.entry_bits[entries]
        if self._budget is not None:
            self._load[start : start + bins] += self._own_load(entries, bins)
        self.starts[tube] = start
        self.length = max(self.length, start + bins)
        self.area += own
        self._last = start

    def _reserve(self, columns: int) -> None:
        have = self._bits.shape[1]
        if columns > have:
            more = max(columns, 2 * have) - have
            self._bits = np.pad(self._bits, ((0, 0), (0, more)))
            self._load = np.pad(self._load, (0, more))

    def _shared(self, entries: slice, first: int, last: int) -> Int64Array:
        """Cells shared with what is placed, summed over bins, for the starts in a range."""
        p = self._p
        words, columns = p.entry_word[entries], p.entry_bin[entries] + first
        bits = p.entry_bits[entries]
        total = np.zeros(last - first, np.int64)
        # Row i of this view is what the bits hold from flat place i on, one start after another.
        flat = self._bits.reshape(-1)
        windows = np.lib.stride_tricks.as_strided(
            flat, (len(flat) - (last - first) + 1, last - first), flat.strides * 2, writeable=False
        )
        places = words * self._bits.shape[1] + columns
        step = max(1, _BLOCK // (last - first))
        for begin in range(0, len(words), step):
            part = slice(begin, begin + step)
            both = windows[places[part]]
            both &= bits[part, None]
            total += np.bitwise_count(both).sum(axis=0, dtype=np.int64)
        return total

    def _own_load(self, entries: slice, bins: int) -> Int64Array:
        p = self._p
        cells = np.bitwise_count(p.entry_bits[entries]).astype(np.float64)
        covered = np.bincount(p.entry_bin[entries], weights=cells, minlength=bins)
        return covered.astype(np.int64) * p.cell_area

    def _not_too_dense(self, entries: slice, bins: int, shifts: int) -> BoolArray:
        if self._budget is None:
            return np.ones(shifts, np.bool_)
        windows = np.lib.stride_tricks.sliding_window_view(self._load[: shifts - 1 + bins], bins)
        own = self._own_load(entries, bins)
        crowded = (windows + own > self._budget) & (windows > 0)
        return np.asarray(~crowded.any(axis=1))

    def _collision(self, tube: int, start: int) -> tuple[int, Int64Array, Int64Array]:
        """What begins to collide if a tube is placed at a bin; exact by pairs.

        Returns:
            Object pixels that begin to collide; the rows of ``corners`` where
            any do, each once; and how many pixels of others cover each.
        """
        p = self._p
        first = start * p.ticks_per_bin
        last = first + int(p.ticks[tube])
        others = self.starts * p.ticks_per_bin
        x0, y0, x1, y1 = p.hull[tube]
        near = (self.starts >= 0) & (others < last) & (others + p.ticks > first)
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
        pixels = np.concatenate([own.astype(np.int64), both])
        before, area = self._covered[rows], p.area[rows]
        added = np.minimum(before + pixels, area) - np.minimum(before, area)
        return int(added.sum()), rows, pixels
