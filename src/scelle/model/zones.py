"""Zones that a person has concealed, whatever moves in them."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, product
from typing import NamedTuple


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

    Attributes:
        id: of this word on it.
        zone_id: of the zone; the same in every word on it.
        keyframes: in order of time; none when it is concealed no more.
        label: what it conceals, in words; may be empty.
        entry: ledger entry of the act.
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

    def near(self, first_ms: float, last_ms: float) -> bool:
        """Whether something is concealed anywhere in a span."""
        if len(self.keyframes) < 2:
            return bool(self.keyframes)
        return self.keyframes[0].at_ms <= last_ms and first_ms <= self.keyframes[-1].at_ms

    def box(self, at_ms: float) -> tuple[int, int, int, int] | None:
        """Left, top, right and bottom of whole pixels that hold the zone at one time.

        >>> marks = (Keyframe(0, 10, 10, 5, 5), Keyframe(100, 20, 10, 5, 5))
        >>> zone = Zone("a", "a", "c", "e", marks, "", "o", datetime(2026, 3, 1), 7)
        >>> zone.box(55), zone.box(101)
        ((15, 10, 21, 15), None)
        """
        if not self.near(at_ms, at_ms):
            return None
        after = bisect_right(self.keyframes, at_ms, key=lambda k: k.at_ms)
        a = self.keyframes[max(0, after - 1)]
        b = self.keyframes[min(after, len(self.keyframes) - 1)]
        share = (at_ms - a.at_ms) / (b.at_ms - a.at_ms) if b.at_ms > a.at_ms else 0.0
        low = [p + share * (q - p) for p, q in zip(a[1:3], b[1:3], strict=True)]
        size = [p + share * (q - p) for p, q in zip(a[3:], b[3:], strict=True)]
        left, top = math.floor(low[0]), math.floor(low[1])
        return left, top, math.ceil(low[0] + size[0]), math.ceil(low[1] + size[1])

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
