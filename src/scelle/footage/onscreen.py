"""Reading the clock that a recorder burns into its pictures: template matching, pure.

The person marks once where the clock stands and what it shows at one picture.  The
figures are of fixed width, as recorders draw them, so the text gives every figure's
place.  The figures that the marked picture does not show are learnt from the seconds
that follow: in ten seconds the last place runs through all ten.  A picture is read by
normalised correlation with the learnt figures (Lewis, *Fast Normalized
Cross-Correlation*, Vision Interface 1995); what does not match one figure clearly better
than every other is not read at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput

UInt8Array = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

MATCH, MARGIN = 0.8, 0.1
"""Least correlation with a figure, and least lead over the next best."""

_FIELDS = ("%Y", "%m", "%d", "%H", "%M", "%S")
_SMALL = 16


@dataclass(frozen=True)
class Layout:
    """Where the figures stand.

    Attributes:
        cells: left, top, width, height of every character of the text, pixels.
        pattern: how the text is read, a ``strptime`` format.
        digits: which characters are figures.
    """

    cells: tuple[tuple[int, int, int, int], ...]
    pattern: str
    digits: tuple[int, ...]


def layout(zone: tuple[int, int, int, int], text: str, pattern: str) -> Layout:
    """Lay figures of one width over a zone.

    Args:
        zone: left, top, width, height of the text from the left edge of its first
            character to the right edge of its last, pixels.
        text: what it shows, every character and space.
        pattern: how it reads, such as ``%Y-%m-%d %H:%M:%S``.

    Raises:
        BadInput: the text is not what the pattern says, or has no seconds.
    """
    left, top, width, height = zone
    try:
        at = datetime.strptime(text, pattern)  # noqa: DTZ007 - recorders show no zone
    except ValueError as error:
        raise BadInput(
            f"{text!r} does not read as {pattern!r}.",
            remedy="Give the text exactly as the picture shows it, and its pattern, such as "
            "'%d/%m/%Y %H:%M:%S'.",
        ) from error
    if at.strftime(pattern) != text or not all(f in pattern for f in ("%H", "%M", "%S")):
        raise BadInput(
            f"The clock {text!r} must show hours, minutes and seconds, each of two figures.",
            remedy="Mark a clock that shows seconds; others cannot be read.",
        )
    if width < 4 * len(text) or height < 6:
        raise BadInput(
            f"The zone of {width} x {height} pixels is too small for {len(text)} characters.",
            remedy="Mark the whole clock: left, top, width, height in pixels.",
        )
    pitch = width / len(text)
    edges = [left + round(i * pitch) for i in range(len(text) + 1)]
    cells = tuple((a, top, b - a, height) for a, b in pairwise(edges))
    return Layout(cells, pattern, tuple(i for i, c in enumerate(text) if c.isdigit()))


def figure(luma: UInt8Array, cell: tuple[int, int, int, int]) -> FloatArray:
    """One figure, ready to be compared: float64 ``(256,)``, mean 0, length 1 (or 0)."""
    left, top, width, height = cell
    crop = luma[top : top + height, left : left + width].astype(np.float64)
    if crop.shape != (height, width):
        return np.zeros(_SMALL * _SMALL)
    rows = np.linspace(0, height - 1, _SMALL).round().astype(np.intp)
    columns = np.linspace(0, width - 1, _SMALL).round().astype(np.intp)
    values = crop[np.ix_(rows, columns)].ravel()
    values -= values.mean()
    length = float(np.linalg.norm(values))
    return values / length if length > 1 else np.zeros_like(values)


def learn(
    pictures: Sequence[tuple[Fraction, UInt8Array]], where: Layout, text: str
) -> Mapping[str, FloatArray]:
    """What each figure looks like.

    The last place changes each second.  Its first change after the marked picture is
    found, and from there on the second that it must show is known.

    Args:
        pictures: seconds since the marked picture and brightness ``(h, w)``; the marked
            one first, then at least eleven seconds of them.
        where: the layout.
        text: what the marked picture shows.

    Returns:
        Figure to :func:`figure`, averaged over all places and pictures.

    Raises:
        BadInput: the last place does not change, or not as a clock does.
    """
    last = where.cells[where.digits[-1]]
    seen = [figure(luma, last) for _, luma in pictures]
    alike = np.array([float(seen[0] @ one) for one in seen])
    changed = np.flatnonzero(alike < MATCH)
    if not len(changed):
        raise BadInput(
            "The last figure of the clock does not change in the seconds after the mark.",
            remedy="Check the marked zone: its right edge must be that of the seconds.",
        )
    zero = pictures[int(changed[0])][0]
    start = datetime.strptime(text, where.pattern)  # noqa: DTZ007
    shapes: dict[str, list[FloatArray]] = {}

    def add(shown: str, luma: UInt8Array) -> None:
        for place in where.digits:
            shapes.setdefault(shown[place], []).append(figure(luma, where.cells[place]))

    add(text, pictures[0][1])
    for at, luma in pictures[int(changed[0]) :]:
        elapsed = at - zero
        # Near a change the picture may show either second.
        if Fraction(1, 5) < elapsed % 1 < Fraction(4, 5):
            add((start + timedelta(seconds=int(elapsed) + 1)).strftime(where.pattern), luma)
    means = {one: np.mean(each, axis=0) for one, each in shapes.items()}
    if len(means) < 10:
        missing = " ".join(sorted(set("0123456789") - set(means)))
        raise BadInput(
            f"The figures {missing} were not seen.",
            remedy="Mark a picture that is followed by at least eleven seconds of recording.",
        )
    return {one: mean / max(float(np.linalg.norm(mean)), 1e-9) for one, mean in means.items()}


def read(
    luma: UInt8Array, where: Layout, figures: Mapping[str, FloatArray], text: str
) -> datetime | None:
    """What the clock shows; ``None`` where any figure is not clear, or it is no time.

    Args:
        luma: brightness ``(h, w)``.
        where: the layout.
        figures: as :func:`learn` gives them.
        text: any text of the clock, for the characters that are no figures.
    """
    names = sorted(figures)
    known = np.stack([figures[name] for name in names])
    shown = list(text)
    for place in where.digits:
        scores = known @ figure(luma, where.cells[place])
        best, second = np.argsort(scores)[::-1][:2]
        if scores[best] < MATCH or scores[best] - scores[second] < MARGIN:
            return None
        shown[place] = names[int(best)]
    try:
        return datetime.strptime("".join(shown), where.pattern)  # noqa: DTZ007
    except ValueError:
        return None


@dataclass(frozen=True)
class Reading:
    """One picture that could be read.

    Attributes:
        at: seconds since the first picture of the recording.
        shown: what the clock showed; naive.
    """

    at: Fraction
    shown: datetime


@dataclass(frozen=True)
class OnScreen:
    """The clock that readings agree on.

    Attributes:
        start: what the clock showed at the first picture; naive, to the microsecond.
        residual: seconds by which any agreeing reading strays from it, at the most.
        agreeing, disagreeing: how many readings.
        steps: place in seconds and size in seconds of each jump of the clock.
    """

    start: datetime
    residual: Fraction
    agreeing: int
    disagreeing: int
    steps: tuple[tuple[Fraction, Fraction], ...]


def agree(readings: Sequence[Reading]) -> OnScreen:
    """The clock of most readings, its residual error, and where it jumps.

    A clock that shows whole seconds at ``at`` began ``shown - at`` before, or up to one
    second later; all readings of one setting leave one common interval, whose middle is
    taken.  Its half-width and the readings' spread make the residual.

    Raises:
        BadInput: fewer than three readings, or no two thirds of them agree.
    """
    if len(readings) < 3:
        raise BadInput(
            f"The clock could be read in {len(readings)} pictures only.",
            remedy="Mark its zone more closely, in a picture where it stands out clearly.",
        )
    zero = readings[0].shown
    offsets = [
        Fraction((r.shown - zero) // timedelta(microseconds=1), 10**6) - r.at for r in readings
    ]
    # One setting after the other: a jump by more than two seconds begins another.
    runs: list[list[int]] = [[0]]
    for i in range(1, len(offsets)):
        if abs(offsets[i] - offsets[runs[-1][-1]]) > 2:
            runs.append([])
        runs[-1].append(i)
    # A misread figure is a run of one between two that agree.
    kept = [run for run in runs if len(run) > 1]
    agreeing = sum(len(run) for run in kept)
    if not kept or agreeing * 3 < len(readings) * 2:
        raise BadInput(
            "The readings do not go forward as a clock does.",
            remedy="Mark its zone more closely; what was read is not good enough to rely on.",
        )
    main = kept[0]
    steps, before = [], main
    for run in kept[1:]:
        size = round(_middle(offsets, run) - _middle(offsets, before))
        if size:
            steps.append((readings[run[0]].at, Fraction(size)))
        before = run
    low, high = _bounds(offsets, main)
    middle = (low + high) / 2
    micros = round(middle * 10**6)
    return OnScreen(
        zero + timedelta(microseconds=micros),
        abs(high - low) / 2,
        agreeing,
        len(readings) - agreeing,
        tuple(steps),
    )


def _bounds(offsets: Sequence[Fraction], run: Sequence[int]) -> tuple[Fraction, Fraction]:
    values = [offsets[i] for i in run]
    # Each reading allows [offset, offset + 1): what it shows began up to a second before.
    return max(values), min(values) + 1


def _middle(offsets: Sequence[Fraction], run: Sequence[int]) -> Fraction:
    low, high = _bounds(offsets, run)
    return (low + high) / 2
