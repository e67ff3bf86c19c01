"""Exact presentation times for every packet, derived openly where the container gives none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scelle.footage.index import NO_TIME, BoolArray, Int64Array
from scelle.model.evidence import Finding, FindingKind

# A jump this long between two pictures is a hole in the recording, seconds.
_GAP = Fraction(1)


@dataclass(frozen=True)
class Counted:
    """A rate at which pictures without any time are counted.

    Attributes:
        rate: pictures a second.
        source: where the figure comes from, in words.
    """

    rate: Fraction
    source: str


@dataclass(frozen=True)
class Timeline:
    """Result of :func:`settle`.

    Attributes:
        pts: int64 ``(n,)``, presentation times.
        end_pts: end of the last picture.
        findings: what had to be derived or is out of the ordinary.
    """

    pts: Int64Array
    end_pts: int
    findings: tuple[Finding, ...]


def settle(
    pts: Int64Array,
    dts: Int64Array,
    duration: Int64Array,
    shows: BoolArray,
    time_base: Fraction,
    display: Sequence[int] | None,
    counted: Counted | None = None,
) -> Timeline:
    """Give every packet its presentation time.

    1. Where the display order had to be found from the pictures (``display``: rows
       that show, in the order in which they are shown), the container carries only
       decoding times: shown times are those same times, in display order.
    2. A missing presentation time is the decoding time, if no other picture has it; if
       not, the pictures without are spread evenly between those with, in order of storage.
    3. Where decoding times step backwards, all that follows is moved to after the
       end of what precedes: a recorder restarted inside one file.
    4. Where a rate was stated for a file that has times, pictures are counted at it, in
       the order that those times give.

    Args:
        pts: int64 ``(n,)``, ``NO_TIME`` where missing; file order.
        dts: int64 ``(n,)``, likewise.
        duration: int64 ``(n,)``, of each packet; 0 where unknown.
        shows: bool ``(n,)``.
        time_base: seconds per unit.
        display: see 1; ``None`` when the container gives presentation times.
        counted: the rate of an elementary stream, which has no times of any kind, or one
            that was stated in place of the file's times.

    Returns:
        The times, and a finding for each thing that was derived.
    """
    pts = pts.copy()
    rows = np.flatnonzero(shows)
    bare = bool((pts[rows] == NO_TIME).all() and (dts[rows] == NO_TIME).all())
    findings: list[Finding] = []

    def ms(value: int) -> int:
        return round(int(value) * time_base * 1000)

    # (1)
    if display is not None:
        known = dts[rows]
        if (known != NO_TIME).all():
            pts[np.asarray(display, np.int64)] = np.sort(known)
            missing = "decoding times only"
        else:
            own = Fraction(int(np.median(duration[rows])) or 1)
            step = own if counted is None else 1 / (counted.rate * time_base)
            pts[np.asarray(display, np.int64)] = _places(len(rows), step)
            missing = "no times; pictures are counted at "
            missing += (
                "the rate that the file states"
                if counted is None
                else f"{float(counted.rate):g} a second, {counted.source}"
            )
        if not np.array_equal(np.asarray(display), rows) or missing.startswith("no"):
            findings.append(
                Finding(
                    FindingKind.TIMESTAMP_MISSING,
                    ms(pts[rows].min()),
                    ms(pts[rows].max()),
                    f"The container gives {missing}; shown times follow the display order.",
                )
            )
    # (2)
    absent = rows[pts[rows] == NO_TIME]
    if len(absent):
        taken = set(pts[rows].tolist())
        for row in absent.tolist():
            value = int(dts[row])
            if value != NO_TIME and value not in taken:
                pts[row] = value
                taken.add(value)
        pts[rows] = _spread(pts[rows])
        findings.append(
            Finding(
                FindingKind.TIMESTAMP_MISSING,
                ms(pts[absent].min()),
                ms(pts[absent].max()),
                f"{len(absent)} pictures have no presentation time; they are spread evenly "
                "between those that have, in order of storage.",
            )
        )
    # (3)
    for at, back in _steps_back(pts[rows], dts[rows], time_base) if display is None else ():
        before = pts[rows[:at]].max() + max(int(duration[rows[at - 1]]), 1)
        shift = int(before - pts[rows[at:]].min())
        if shift <= 0:
            continue
        findings.append(
            Finding(
                FindingKind.TIMESTAMP_BACKWARD,
                ms(pts[rows[at:]].min() + shift),
                ms(pts[rows[at:]].max() + shift),
                f"Times step backwards by {float(back * time_base):.3f} s; "
                f"from here on they are shown {float(shift * time_base):.3f} s later than stored.",
            )
        )
        pts[rows[at:]] += shift
    # (4)
    if counted is not None and not bare:
        shown = rows[np.argsort(pts[rows], kind="stable")]
        pts[shown] = _places(len(rows), 1 / (counted.rate * time_base))
        end = ms(pts[shown[-1]])
        text = (
            "The file's own times are left aside; pictures are counted at "
            f"{float(counted.rate):g} a second, {counted.source}."
        )
        findings = [Finding(FindingKind.TIMESTAMP_MISSING, 0, end, text)]
        duration = np.zeros_like(duration)
    order = np.sort(pts[rows])
    same = int((np.diff(order) == 0).sum())
    if same:
        findings.append(
            Finding(
                FindingKind.TIMESTAMP_BACKWARD,
                ms(order[0]),
                ms(order[-1]),
                f"{same} pictures bear the same time as another; their order of storage is used.",
            )
        )
    # A picture that gives none of its own still needs a place: that of its decoding time.
    hidden = np.flatnonzero(~shows & (pts == NO_TIME))
    pts[hidden] = np.where(dts[hidden] == NO_TIME, order[0], dts[hidden])
    findings.extend(_gaps(order, time_base))
    last = rows[np.argmax(pts[rows])]
    usual = int(np.median(np.diff(order))) if len(order) > 1 else 1
    return Timeline(pts, int(pts[last]) + (int(duration[last]) or max(usual, 1)), tuple(findings))


def _steps_back(pts: Int64Array, dts: Int64Array, time_base: Fraction) -> Iterator[tuple[int, int]]:
    """Places at which decoding times step backwards, and by how much.

    Where a container gives none at all, presentation times stand for them; those of
    pictures stored out of order step back by less than a second.
    """
    known = np.flatnonzero(dts != NO_TIME)
    times, least = dts[known], 0
    if not len(known):
        known, times, least = np.arange(len(pts)), pts, int(_GAP / time_base)
    steps = np.diff(times)
    for at in np.flatnonzero(steps < -least):
        yield int(known[at + 1]), int(-steps[at])


def _spread(times: Int64Array) -> Int64Array:
    """Times with the missing ones spread evenly between, before and after the known."""
    known = np.flatnonzero(times != NO_TIME)
    if not len(known):
        return np.arange(len(times), dtype=np.int64)
    first, last = int(known[0]), int(known[-1])
    step = max(1, (int(times[last]) - int(times[first])) // max(1, last - first))
    places = np.arange(len(times), dtype=np.int64)
    anchors = np.concatenate(([0], known, [len(times) - 1]))
    at = np.concatenate(
        (
            [times[first] - step * first],
            times[known],
            [times[last] + step * (len(times) - 1 - last)],
        )
    )
    filled = np.round(np.interp(places, anchors, (at - at[0]).astype(np.float64))).astype(np.int64)
    return np.where(times == NO_TIME, filled + at[0], times)


def _places(count: int, step: Fraction) -> Int64Array:
    """Multiples of a step, each rounded to nearest: int64 ``(count,)``."""
    exact = 2 * np.arange(count, dtype=np.int64) * step.numerator + step.denominator
    return exact // (2 * step.denominator)


def _gaps(order: Int64Array, time_base: Fraction) -> list[Finding]:
    """Holes: pictures over a second apart, and over five times the usual spacing."""
    if len(order) < 3:
        return []
    spacing = np.diff(order)
    limit = max(int(_GAP / time_base), 5 * int(np.median(spacing)))
    return [
        Finding(
            FindingKind.GAP,
            round(int(order[at]) * time_base * 1000),
            round(int(order[at + 1]) * time_base * 1000),
            f"No picture for {float(int(spacing[at]) * time_base):.3f} s.",
        )
        for at in np.flatnonzero(spacing > limit)
    ]
