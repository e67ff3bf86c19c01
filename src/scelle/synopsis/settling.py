"""Few items, settled to the pixel: what packed bits leave room for is found by trying.

Bits are conservative: starts at which two share a cell but no pixel look as if they collided,
and starts are whole bins.  Where items are few, what each two share at every shift between
them is counted once, exactly and by ticks.  An arrangement is then a sum of such counts, and
some hundreds cost less than a few that are placed on bits.

A shorter length is assumed, and one item after the other moves to where it collides least.
Where nothing is gained any more and too much still collides, pairs that do count for more from
then on ("breakout", Morris, AAAI 1993).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scelle.synopsis.occupancy import Int64Array
from scelle.synopsis.packing import Item, Packed

_FEW = 16  # tubes
_ROWS = 2048  # rectangles of all of them, over all ticks: pairs of them are compared
_CHEAPER = 4  # what it costs to place an item on bits, in moves of one
_PATIENCE = 0.1  # of all sweeps, for a length, until a longer one is assumed
_LEAST = 4  # sweeps for a length
_SHORTER = 0.1  # of the length, at first


def few(packed: Packed, tubes: Sequence[int]) -> bool:
    """Whether tubes are few and short enough to be compared picture by picture."""
    if len(tubes) > _FEW:
        return False
    return bool(packed.ticks[list(tubes)].sum() * packed.reach.shape[1] <= _ROWS)


class Settling:
    """What few items share with each other, at every shift between them.

    Args:
        packed: the tubes.
        items: few of them, in order of their first pictures.
        within: ticks of the longest arrangement that is looked at.
    """

    def __init__(self, packed: Packed, items: Sequence[Item], within: int) -> None:
        n = len(items)
        self._ticks = np.array([i.ticks for i in items])
        self._zero = max(within, int(self._ticks.sum()))
        # Pixels that item i shares with item j where it begins so many ticks after it,
        # counted from `zero`.
        self._pixels = np.zeros((n, n, 2 * self._zero + 1), np.int64)
        for i in range(n):
            for j in range(i):
                both = _shared(packed, items[i], items[j])
                first = self._zero - items[i].ticks + 1
                self._pixels[i, j, first : first + len(both)] = both
                self._pixels[j, i] = self._pixels[i, j, ::-1]

    def collided(self, starts: Int64Array) -> int:
        """Object pixels that collide, pair by pair: of both.

        Args:
            starts: int64 ``(items,)``, tick at which each begins.
        """
        return int(self._pairs(starts).sum())

    def length(self, starts: Int64Array) -> int:
        """Ticks until the last has ended."""
        return int((starts + self._ticks).max())

    def chronological(self) -> Int64Array:
        """Each item, in order, as early as it can begin without any collision."""
        starts = np.zeros(len(self._ticks), np.int64)
        for i in range(1, len(starts)):
            at = np.arange(starts[i - 1], int((starts + self._ticks)[:i].max()) + 1)
            starts[i] = at[np.argmin(self._met(i, starts, at)[:i].any(axis=0))]
        return starts

    def shortened(self, starts: Int64Array, limit: float, effort: int) -> Int64Array:
        """A shorter arrangement than the one given, as far as one is found.

        Args:
            starts: where to begin from: no more collides there than may.
            limit: object pixels that may collide.
            effort: as of :meth:`.Arranger.arrange`.
        """
        best = starts
        sweeps = effort // (_CHEAPER * len(starts))  # in each, every item may move
        patience = max(_LEAST, round(_PATIENCE * sweeps))
        longest = int(self._ticks.max())
        shorter = max(1, round(_SHORTER * self.length(best)))
        while sweeps > 0 and self.length(best) > longest:
            within = max(longest, self.length(best) - shorter)
            found, took = self._within(within, best, limit, patience)
            sweeps -= took
            if found is not None:
                best = found - found.min()
            elif shorter == 1:
                break
            else:
                shorter //= 2
        return best

    def _within(
        self, within: int, starts: Int64Array, limit: float, patience: int
    ) -> tuple[Int64Array | None, int]:
        """An arrangement of a length, if one is found, and sweeps that it took."""
        starts = np.minimum(starts, within - self._ticks)
        weights = np.ones(self._pixels.shape[:2], np.int64)
        for sweep in range(patience):
            if self.collided(starts) <= limit:
                return starts, sweep
            moved = False
            for i in range(len(starts)):
                at = np.arange(within - self._ticks[i] + 1)
                cost = weights[i] @ self._met(i, starts, at)
                if cost.min() < cost[starts[i]]:
                    starts[i] = np.argmin(cost)
                    moved = True
                    if self.collided(starts) <= limit:
                        return starts, sweep
            if not moved:
                weights += self._pairs(starts) > 0
        return None, patience

    def _pairs(self, starts: Int64Array) -> Int64Array:
        n = np.arange(len(starts))
        return np.asarray(self._pixels[n[:, None], n, self._zero + starts[:, None] - starts])

    def _met(self, i: int, starts: Int64Array, at: Int64Array) -> Int64Array:
        """Pixels that item ``i`` shares with each other, at some starts: ``(items, starts)``."""
        n = np.arange(len(starts))[:, None]
        return np.asarray(self._pixels[i, n, self._zero + at - starts[:, None]])


def _shared(packed: Packed, one: Item, two: Item) -> Int64Array:
    """Pixels of two items that lie in one another, at every shift at which they can.

    Returns:
        int64 ``(one.ticks + two.ticks - 1,)``: where the first begins ``1 - one.ticks`` ticks
        after the second, and so on.
    """
    total = np.zeros(one.ticks + two.ticks - 1, np.int64)
    for a, lag_a in zip(one.tubes, one.lag, strict=True):
        for b, lag_b in zip(two.tubes, two.lag, strict=True):
            mine = packed.reach[packed.row[a] : packed.row[a + 1]][::-1, None, :, None]
            theirs = packed.reach[packed.row[b] : packed.row[b + 1]][:, None]
            reach = np.minimum(mine, theirs)
            sides = np.maximum(reach[..., :2] + reach[..., 2:], 0)
            pixels = (sides[..., 0] * sides[..., 1]).sum(axis=(2, 3))
            # Each row one further to the right: what is then in one column has one shift.
            rows, columns = pixels.shape
            skewed = np.pad(pixels, ((0, 0), (0, rows))).ravel()[:-rows]
            by_shift = skewed.reshape(rows, rows + columns - 1).sum(axis=0)
            first = one.ticks - int(lag_a) - rows + int(lag_b)
            total[first : first + len(by_shift)] += by_shift
    return total
