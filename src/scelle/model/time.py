"""Exact time.

An instant in a recording is a presentation timestamp and its time base, both
integers, never a float nor a frame number divided by a rate: variable frame
rate is the normal case.  Wall-clock time is derived through a :class:`Clock`
and carries its uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import total_ordering


@total_ordering
@dataclass(frozen=True, eq=False)
class Instant:
    """A point of a recording's own time line.

    Attributes:
        pts: presentation timestamp in units of ``time_base``.
        time_base: seconds per unit, positive.

    >>> Instant(450, Fraction(1, 90000)).seconds
    Fraction(1, 200)
    >>> Instant(1, Fraction(1, 2)) == Instant(2, Fraction(1, 4))
    True
    """

    pts: int
    time_base: Fraction

    def __post_init__(self) -> None:
        if self.time_base <= 0:
            raise ValueError(f"time base must be positive, not {self.time_base}")

    @property
    def seconds(self) -> Fraction:
        """Exact seconds since the time line's zero."""
        return self.pts * self.time_base

    @property
    def milliseconds(self) -> int:
        """Whole milliseconds, rounded to nearest (ties to even)."""
        return round(self.seconds * 1000)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Instant) and self.seconds == other.seconds

    def __lt__(self, other: Instant) -> bool:
        return self.seconds < other.seconds

    def __hash__(self) -> int:
        return hash(self.seconds)


@dataclass(frozen=True)
class Clock:
    """How a recorder's time maps to real time.

    The recorder's own time is never altered: the offset is noted beside it
    (ENFSI-BPM-DI-03).

    Attributes:
        recorded_at: what the recorder's clock showed at the recording's first
            picture; aware.  ``None`` when nobody has stated it.
        offset: seconds to add to recorder time to obtain real time.
        drift_ppm: microseconds that the offset grows per second of recording.
        uncertainty: half-width, in seconds, of the interval that holds the
            real time; ``None`` when it was not estimated.
        proof: what the offset rests on, in words (a still, a phone call).
    """

    recorded_at: datetime | None = None
    offset: Fraction = Fraction(0)
    drift_ppm: Fraction = Fraction(0)
    uncertainty: Fraction | None = None
    proof: str = ""

    def __post_init__(self) -> None:
        if self.recorded_at is not None and self.recorded_at.tzinfo is None:
            raise ValueError("recorded_at needs a time zone, e.g. 2026-03-01T22:00:00+01:00")

    def recorder_time(self, seconds: Fraction) -> datetime | None:
        """What the recorder's clock showed ``seconds`` into the recording, in its stated zone."""
        return self._after(seconds)

    def real_time(self, seconds: Fraction) -> datetime | None:
        """Real time ``seconds`` into the recording, offset and drift applied, in the same zone."""
        return self._after(seconds + self.offset + seconds * self.drift_ppm / 1_000_000)

    def elapsed(self, real_time: datetime) -> Fraction | None:
        """Seconds into the recording at a real time: the inverse of :meth:`real_time`.

        Exact to the microsecond that :class:`datetime` can hold.
        """
        if self.recorded_at is None:
            return None
        delta = real_time - self.recorded_at
        micros = delta // timedelta(microseconds=1)
        return (Fraction(micros, 1_000_000) - self.offset) / (1 + self.drift_ppm / 1_000_000)

    def _after(self, seconds: Fraction) -> datetime | None:
        if self.recorded_at is None:
            return None
        # Through UTC: a zone with summer time would add wall-clock time, not elapsed time.
        at = self.recorded_at.astimezone(UTC) + _delta(seconds)
        return at.astimezone(self.recorded_at.tzinfo)


def _delta(seconds: Fraction) -> timedelta:
    return timedelta(microseconds=round(seconds * 1_000_000))
