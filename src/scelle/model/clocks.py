"""From reference points to a clock: offset, drift, and what may be said of both for certain.

Each reference states that real time minus recorder time lay, at one moment, within a
known distance of a value.  Every line (offset, drift) that respects all of them is
possible, and nothing else is: set-membership estimation (Milanese and Vicino,
*Optimal estimation theory for dynamic systems with set membership uncertainty*,
Automatica 27(6), 1991).  The bounds need no assumption on how errors are distributed,
and references that contradict one another are found out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from zoneinfo import available_timezones

from scelle.errors import BadInput
from scelle.model.acts.corrections import SetClock
from scelle.model.evidence import Exhibit
from scelle.model.time import Clock, Reference

MOST_DRIFT_PPM = Fraction(200)
"""Drift that is taken for possible while too few references bound it: a cheap quartz keeps
to 100 ppm of its rate over the temperatures of a shop (IEC 60679-1 classes end at 100)."""

MOST_REFERENCES = 32
_MILLION = 1_000_000


@dataclass(frozen=True)
class Bounds:
    """All the lines that respect every reference.

    Attributes:
        points: ``(elapsed, difference, uncertainty)``, seconds of recorder time since the
            first picture, real minus recorder time, half-width.
        drift: least and greatest possible, seconds a second.
    """

    points: tuple[tuple[Fraction, Fraction, Fraction], ...]
    drift: tuple[Fraction, Fraction]

    def offset(self, elapsed: Fraction) -> tuple[Fraction, Fraction]:
        """Least and greatest real minus recorder time, ``elapsed`` seconds after the start."""
        rates = {*self.drift, *self._crossings()}
        high = max(min(d + u + rate * (elapsed - x) for x, d, u in self.points) for rate in rates)
        low = min(max(d - u + rate * (elapsed - x) for x, d, u in self.points) for rate in rates)
        return low, high

    def middle(self) -> tuple[Fraction, Fraction]:
        """Offset at the first picture and drift of the line that is kept."""
        rate = sum(self.drift, Fraction(0)) / 2
        low = max(d - u - rate * x for x, d, u in self.points)
        high = min(d + u - rate * x for x, d, u in self.points)
        return (low + high) / 2, rate

    def _crossings(self) -> set[Fraction]:
        """Drifts at which two references of one side bind together."""
        found = set()
        for (x, d, u), (y, e, v) in combinations(self.points, 2):
            if x != y:
                for a, b in ((d + u, e + v), (d - u, e - v)):
                    rate = (b - a) / (y - x)
                    if self.drift[0] < rate < self.drift[1]:
                        found.add(rate)
        return found


@lru_cache(maxsize=64)
def bounds(recorded_at: datetime, references: tuple[Reference, ...]) -> Bounds:
    """Every line that the references allow.

    Raises:
        BadInput: none or too many references, or two that contradict each other.
    """
    if not 1 <= len(references) <= MOST_REFERENCES:
        raise BadInput(
            f"A clock rests on 1 to {MOST_REFERENCES} reference points, not {len(references)}.",
            remedy="Give at least one moment at which real time and the recorder's are known.",
        )
    points = tuple(
        (_seconds(r.recorder - recorded_at), _seconds(r.real - r.recorder), r.uncertainty)
        for r in references
    )
    low, high = -MOST_DRIFT_PPM / _MILLION, MOST_DRIFT_PPM / _MILLION
    for (i, (x, d, u)), (j, (y, e, v)) in combinations(enumerate(points), 2):
        if x == y:
            if abs(d - e) > u + v:
                raise _contradiction(i, j, abs(d - e) - u - v)
            continue
        ends = sorted(((e - d + s * (u + v)) / (y - x)) for s in (-1, 1))
        low, high = max(low, ends[0]), min(high, ends[1])
        if low > high:
            raise _contradiction(i, j, (low - high) * abs(y - x))
    return Bounds(points, (low, high))


def fit_clock(
    recorded_at: datetime,
    references: Sequence[Reference],
    duration: Fraction,
    *,
    zone: str = "",
    follows: bool = False,
) -> Clock:
    """The clock that reference points give a recording.

    Args:
        recorded_at: what the recorder showed at the first picture; aware.
        references: 1 to 32; they may lie outside the recording, as when the recorder is
            looked at on the day of its seizure.
        duration: of the recording, seconds.
        zone: IANA name of the zone in which real times are shown; empty for that of
            ``recorded_at``.
        follows: the recorder's own clock changes with that zone's summer time.

    Returns:
        A clock whose ``uncertainty`` holds over the whole recording.

    Raises:
        BadInput: as :func:`bounds`.
    """
    kept = tuple(references)
    possible = bounds(recorded_at, kept)
    offset, drift = possible.middle()
    clock = Clock(
        recorded_at,
        offset,
        drift * _MILLION,
        proof="; ".join(dict.fromkeys(r.proof for r in kept if r.proof)),
        references=kept,
        zone=zone,
        follows=follows,
    )
    # Convex in time, so the worst of the recording is at one of its ends.
    worst = max(uncertainty_at(clock, at) or Fraction(0) for at in (Fraction(0), duration))
    return replace(clock, uncertainty=worst)


def clock_set(exhibit: Exhibit, act: SetClock) -> Clock:
    """The clock that an exhibit has once ``act`` is done.

    Raises:
        BadInput: references that contradict each other, or without a stated time of the
            recorder; an unknown zone; an uncertainty of nothing.
    """
    old = exhibit.clock
    recorded_at = act.recorded_at or old.recorded_at
    zone = old.zone if act.zone is None else act.zone
    follows = old.follows if act.follows is None else act.follows
    if zone and zone not in available_timezones():
        raise BadInput(f"There is no time zone {zone!r}.", remedy="Name one such as Europe/Paris.")
    if act.references and act.offset is not None:
        raise BadInput(
            "An offset is either stated or computed from reference points.",
            remedy="Give --offset or --reference, not both.",
        )
    references = () if act.offset is not None else act.references or old.references
    if references:
        if recorded_at is None:
            raise BadInput(
                f"Nobody has stated what the recorder showed at the first picture of {exhibit.id}.",
                remedy="Give it with --recorded-at beside the reference points.",
            )
        duration = exhibit.stream.duration
        return fit_clock(recorded_at, references, duration, zone=zone, follows=follows)
    if act.offset is None:
        if act.uncertainty is not None or act.proof:
            old = replace(
                old,
                uncertainty=old.uncertainty if act.uncertainty is None else act.uncertainty,
                proof=act.proof or old.proof,
            )
        return replace(old, recorded_at=recorded_at, zone=zone, follows=follows)
    return Clock(
        recorded_at,
        act.offset,
        uncertainty=act.uncertainty,
        proof=act.proof,
        zone=zone,
        follows=follows,
    )


def uncertainty_at(clock: Clock, elapsed: Fraction) -> Fraction | None:
    """Half-width of the interval that holds the real time ``elapsed`` s into the recording.

    ``None`` where nothing was estimated.
    """
    if clock.recorded_at is None or not clock.references:
        return clock.uncertainty
    low, high = bounds(clock.recorded_at, clock.references).offset(elapsed)
    kept = clock.offset + elapsed * clock.drift_ppm / _MILLION
    return max(high - kept, kept - low)


def interval(clock: Clock, elapsed: Fraction) -> tuple[datetime, datetime] | None:
    """Earliest and latest real time ``elapsed`` seconds into the recording.

    Both are the same where no uncertainty was estimated; ``None`` without a stated time.
    """
    at = clock.real_time(elapsed)
    if at is None:
        return None
    margin = timedelta(microseconds=-int(-(uncertainty_at(clock, elapsed) or 0) * _MILLION // 1))
    return at - margin, at + margin


def _seconds(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(microseconds=1), _MILLION)


def _contradiction(i: int, j: int, by: Fraction) -> BadInput:
    return BadInput(
        f"References {i + 1} and {j + 1} contradict each other by {float(by):.3f} s: no clock "
        f"that drifts by at most {MOST_DRIFT_PPM} ppm respects both.",
        remedy="Check both readings; if the recorder was set in between, give only those of its "
        "present setting; if a reading is less certain than stated, say so.",
    )
