"""Rivals of the arrangement: what the literature does, written from its text.

*Chronological packing* keeps the order and lets each tube begin as soon as it
collides with none before it.  *Greedy* is the rearrangement of FGS (Malekpour,
Morsali and Mohammadzade, arXiv 2409.05230, section on tube rearrangement): in
order of their first pictures, tubes are moved later step by step until what they
share with each tube placed before is cheap enough; every few tubes, the start
moves on to where the synopsis so far thins out.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from scelle.synopsis.arrange import Arrangement
from scelle.synopsis.occupancy import Int64Array, Occupancy
from scelle.synopsis.packing import Packed, pack

_BATCH = 0.2  # share of the tubes that are placed before the start moves on
_DECAY = 0.99  # of the cost, each time that the synopsis grows by a step
_STEP, _STRIDE = 3, 15  # ticks: a small step, and one where much collides
_MUCH = 5  # times the allowed cost
_SMOOTH = 0.15  # window of the smoothed number of objects, in shares of the synopsis


class NotFinished(Exception):
    """A rival was still at it when its time was over."""


def chronological(
    tubes: Sequence[Occupancy], size: tuple[int, int], fps: Fraction, limit_s: float = math.inf
) -> Arrangement:
    """Each tube, in order, as early as it can begin without any collision.

    Raises:
        NotFinished: after ``limit_s`` seconds of processor time.
    """
    over = _Over(limit_s)
    packed = pack(tubes, size, fps)
    starts = np.zeros(len(tubes), np.int64)
    placed: list[int] = []
    begin = 0
    for tube in np.argsort([float(t.start) for t in tubes], kind="stable").tolist():
        while any(_cost(packed, tube, begin, other, int(starts[other])) > 0 for other in placed):
            begin += 1
            over.look()
        starts[tube] = begin
        # What has ended cannot meet those that begin later still.
        placed = [o for o in placed if starts[o] + packed.ticks[o] > begin] + [tube]
    return _arrangement(packed, starts, fps)


def greedy(
    tubes: Sequence[Occupancy],
    size: tuple[int, int],
    fps: Fraction,
    allowed: float,
    limit_s: float = math.inf,
) -> Arrangement:
    """The greedy rearrangement of FGS.

    Args:
        tubes: one part a picture.
        size: width and height in pixels.
        fps: ticks per second.
        allowed: largest cost of a pair: intersection over the smaller area, summed
            over ticks, over the longer of the two.
        limit_s: seconds of processor time.

    Raises:
        NotFinished: when they are over.
    """
    over = _Over(limit_s)
    packed = pack(tubes, size, fps)
    n, ticks = len(tubes), packed.ticks
    order = np.argsort([float(t.start) for t in tubes], kind="stable").tolist()
    batch = max(1, round(_BATCH * n))
    starts = np.zeros(n, np.int64)
    placed: list[int] = []
    last = int(ticks.max()) - 1
    begin = 0
    for first in range(0, n, batch):
        for tube in order[first : first + batch]:
            at = begin
            for other in sorted(placed, key=lambda o: (starts[o], o)):
                over.look()
                decay = 1.0
                while True:
                    cost = _cost(packed, tube, at, other, int(starts[other]))
                    if cost * decay <= allowed:
                        break
                    much = cost > _MUCH * allowed
                    at += _STRIDE if much else _STEP
                    if at + int(ticks[tube]) - 1 > last:
                        last = at + int(ticks[tube]) - 1
                        decay *= _DECAY**4 if much else _DECAY
            starts[tube] = at
            placed.append(tube)
        begin = _thin(starts[placed], ticks[placed], float(ticks.mean()), begin)
    return _arrangement(packed, starts - starts.min(), fps)


class _Over:
    """Says when a time is over."""

    def __init__(self, limit_s: float) -> None:
        self._end = time.process_time() + limit_s

    def look(self) -> None:
        if time.process_time() > self._end:
            raise NotFinished


def _thin(starts: Int64Array, ticks: Int64Array, mean: float, begin: int) -> int:
    """Where the number of objects falls below what is usual, half a tube before."""
    present = np.zeros(int((starts + ticks).max()) + 1)
    np.add.at(present, starts, 1)
    np.add.at(present, starts + ticks, -1)
    count = np.cumsum(present)[:-1]
    window = min(max(3, int(_SMOOTH * len(count)) | 1), (len(count) - 1) | 1)
    if len(count) < 3 or window > len(count):
        return begin
    # Only here: it takes longer to load than most commands take to run.
    from scipy.signal import savgol_filter

    smooth = savgol_filter(count, window, 1)
    least = (int(0.75 * smooth.max()) + smooth.mean()) / 2
    below = np.nonzero(smooth[window:] < least)[0]
    return max(0, round(int(below[0]) + window - 0.5 * mean)) if len(below) else begin


def _cost(packed: Packed, tube: int, at: int, other: int, there: int) -> float:
    ticks, row = packed.ticks, packed.row
    first = max(at, there)
    last = min(at + int(ticks[tube]), there + int(ticks[other]))
    if last <= first:
        return 0.0
    mine = slice(int(row[tube]) + first - at, int(row[tube]) + last - at)
    theirs = slice(int(row[other]) + first - there, int(row[other]) + last - there)
    reach = np.minimum(packed.reach[mine, 0], packed.reach[theirs, 0])
    sides = np.maximum(reach[:, :2] + reach[:, 2:], 0)
    smaller = np.maximum(1, np.minimum(packed.area[mine], packed.area[theirs]))
    shared = (sides[:, 0] * sides[:, 1] / smaller).sum()
    return float(shared) / max(int(ticks[tube]), int(ticks[other]))


def _arrangement(packed: Packed, starts: Int64Array, fps: Fraction) -> Arrangement:
    return Arrangement(
        tuple(range(len(starts))),
        tuple(starts.tolist()),
        tuple(packed.ticks.tolist()),
        int((starts + packed.ticks).max()),
        fps,
        float("nan"),
        tuple(np.argsort(starts, kind="stable").tolist()),
    )
