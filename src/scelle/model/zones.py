"""Zones that a person has concealed, whatever moves in them."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise, product
from typing import NamedTuple

WHOLE = 10_000
"""Of what a corner of an outline tells the share."""

Milliseconds = int | float | Fraction
"""Of the recording's own time; a picture's are exact, so that they need not be whole."""


class Keyframe(NamedTuple):
    """Where a zone is at one time, in native pixels; it may reach beyond the picture.

    ``at_ms`` is in milliseconds of the recording's own time.
    """

    at_ms: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Zone:
    """A zone of one exhibit as one person left it; the last word on a zone holds.

    With one keyframe the zone lies there at all times.  With several it is concealed from
    the first to the last, both included, and goes straight from each to the next.

    Keyframes are of whole milliseconds and pictures are not, so a zone covers at any time what
    it covers in the whole milliseconds around it too: a picture on which somebody has set a
    keyframe is concealed as it was drawn there.

    Attributes:
        id: of this word on it.
        zone_id: of the zone; the same in every word on it.
        keyframes: in order of time; none when it is concealed no more.
        label: what it conceals, in words; may be empty.
        entry: ledger entry of the act.
        outline: corners, x and y in ten-thousandths of the zone's width and height from its
            left and top, that go and grow with it; none for the rectangle.
    """

    id: str
    zone_id: str
    case_id: str
    exhibit_id: str
    keyframes: tuple[Keyframe, ...]
    label: str
    agent_id: str
    marked_at: datetime
    entry: int
    outline: tuple[tuple[int, int], ...] = ()

    def near(self, first_ms: Milliseconds, last_ms: Milliseconds) -> bool:
        """Whether something is concealed anywhere in a span."""
        if len(self.keyframes) < 2:
            return bool(self.keyframes)
        first, last = math.floor(first_ms), math.ceil(last_ms)
        return self.keyframes[0].at_ms <= last and first <= self.keyframes[-1].at_ms

    def box(self, at_ms: Milliseconds) -> tuple[int, int, int, int] | None:
        """Left, top, right and bottom of whole pixels that hold the zone at one time.

        >>> marks = (Keyframe(0, 10, 10, 5, 5), Keyframe(100, 20, 10, 5, 5))
        >>> zone = Zone("a", "a", "c", "e", marks, "", "o", datetime(2026, 3, 1), 7)
        >>> zone.box(55), zone.box(101)
        ((15, 10, 21, 15), None)
        """
        if not self.near(at_ms, at_ms):
            return None
        places = [self._place(at) for at in (math.floor(at_ms), math.ceil(at_ms))]
        right, below = (max(p[n] + p[n + 2] for p in places) for n in (0, 1))
        left, top = (min(p[n] for p in places) for n in (0, 1))
        return math.floor(left), math.floor(top), math.ceil(right), math.ceil(below)

    def outlines(self, at_ms: Milliseconds) -> list[list[tuple[Fraction, Fraction]]]:
        """The outline at a time and in the whole milliseconds around it, exact, native pixels.

        >>> marks = (Keyframe(0, 10, 10, 6, 4), Keyframe(100, 20, 10, 6, 4))
        >>> half = ((0, 0), (10000, 0), (5000, 10000))
        >>> zone = Zone("a", "a", "c", "e", marks, "", "o", datetime(2026, 3, 1), 7, half)
        >>> [[(float(x), float(y)) for x, y in each] for each in zone.outlines(50)]
        [[(15.0, 10.0), (21.0, 10.0), (18.0, 14.0)]]
        """
        if not self.near(at_ms, at_ms):
            return []
        around = {Fraction(math.floor(at_ms)), Fraction(at_ms), Fraction(math.ceil(at_ms))}
        return [
            [(left + wide * x / WHOLE, top + tall * y / WHOLE) for x, y in self.outline]
            for left, top, wide, tall in map(self._place, sorted(around))
        ]

    def _place(self, at_ms: int | Fraction) -> list[Fraction]:
        """Left, top, width and height; of the nearest keyframe outside the span of all."""
        after = bisect_right(self.keyframes, at_ms, key=lambda k: k.at_ms)
        a = self.keyframes[max(0, after - 1)]
        b = self.keyframes[min(after, len(self.keyframes) - 1)]
        share = Fraction(at_ms - a.at_ms) / (b.at_ms - a.at_ms) if b.at_ms > a.at_ms else 0
        return [p + Fraction(share) * (q - p) for p, q in zip(a[1:], b[1:], strict=True)]

    @property
    def ways(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Points between which everything lies that it ever covers, a pixel more on each side.

        One tuple of points, x and y, for each way from one keyframe to the next: going
        straight, a zone never leaves what its first and its last place span.

        >>> marks = (Keyframe(0, 10, 10, 5, 5),)
        >>> Zone("a", "a", "c", "e", marks, "", "o", datetime(2026, 3, 1), 7).ways
        (((9, 9), (9, 15), (15, 9), (15, 15)),)
        """
        places = [
            tuple(product((k.left - 1, k.left + k.width), (k.top - 1, k.top + k.height)))
            for k in self.keyframes
        ]
        return tuple(a + b for a, b in pairwise(places)) or tuple(places)
