"""Exact time.

An instant in a recording is a presentation timestamp and its time base, both
integers, never a float nor a frame number divided by a rate: variable frame
rate is the normal case.  Wall-clock time is derived through a :class:`Clock`
and carries its uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from functools import total_ordering
from zoneinfo import ZoneInfo


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
class Reference:
    """A moment at which the recorder's time and real time are both known.

    Attributes:
        recorder: what the recorder's clock showed; aware.
        real: real time at that moment; aware.
        uncertainty: half-width, in seconds, of what ``real`` minus ``recorder`` may be
            off by; not negative.
        proof: what it rests on, in words (a photograph of both clocks, a phone call).
        still_ms: place of the picture that shows it, in milliseconds of the recording's
            own time; ``None`` when it was not seen in the recording.
    """

    recorder: datetime
    real: datetime
    uncertainty: Fraction
    proof: str = ""
    still_ms: int | None = None

    def __post_init__(self) -> None:
        if self.recorder.tzinfo is None or self.real.tzinfo is None:
            raise ValueError("a reference's times need a time zone")
        if self.uncertainty < 0:
            raise ValueError("an uncertainty is not negative")


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
        references: the moments from which offset, drift and uncertainty were computed
            (:mod:`scelle.model.clocks`); empty when they were stated outright.
        zone: IANA name of the zone in which real times are shown, such as
            ``Europe/Paris``, so that a change to or from summer time inside the
            recording is shown as people lived it; empty for the zone of ``recorded_at``.
        follows: the recorder's own display changes with the summer time of ``zone``.
    """

    recorded_at: datetime | None = None
    offset: Fraction = Fraction(0)
    drift_ppm: Fraction = Fraction(0)
    uncertainty: Fraction | None = None
    proof: str = ""
    references: tuple[Reference, ...] = ()
    zone: str = ""
    follows: bool = False

    def __post_init__(self) -> None:
        if self.recorded_at is not None and self.recorded_at.tzinfo is None:
            raise ValueError("recorded_at needs a time zone, e.g. 2026-03-01T22:00:00+01:00")

    def recorder_time(self, seconds: Fraction) -> datetime | None:
        """What the recorder's clock showed ``seconds`` into the recording, in its own zone."""
        return self._after(seconds, self.zone if self.follows else "")

    def real_time(self, seconds: Fraction) -> datetime | None:
        """Real time ``seconds`` into the recording, offset and drift applied, in :attr:`zone`."""
        return self._after(seconds + self.offset + seconds * self.drift_ppm / 1_000_000, self.zone)

    def elapsed(self, real_time: datetime) -> Fraction | None:
        """Seconds into the recording at a real time: the inverse of :meth:`real_time`.

        Exact to the microsecond that :class:`datetime` can hold.
        """
        if self.recorded_at is None:
            return None
        delta = real_time - self.recorded_at
        micros = delta // timedelta(microseconds=1)
        return (Fraction(micros, 1_000_000) - self.offset) / (1 + self.drift_ppm / 1_000_000)

    def _after(self, seconds: Fraction, zone: str) -> datetime | None:
        if self.recorded_at is None:
            return None
        # Through UTC: a zone with summer time would add wall-clock time, not elapsed time.
        at = self.recorded_at.astimezone(UTC) + _delta(seconds)
        shown = at.astimezone(ZoneInfo(zone) if zone else self.recorded_at.tzinfo)
        # With the offset of that moment: two times of one zone would be compared, and
        # subtracted, by what the clock on the wall showed.
        return shown.replace(
            tzinfo=timezone(shown.utcoffset() or timedelta(), shown.tzname() or "")
        )


def _delta(seconds: Fraction) -> timedelta:
    return timedelta(microseconds=round(seconds * 1_000_000))
