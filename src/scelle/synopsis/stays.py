"""Long stays at one place, cut or played fast: where nothing moves, little is lost."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from scelle.model.synopsis import Stays
from scelle.synopsis.occupancy import Occupancy

LONG = Fraction(6)
"""Shortest stay that is shortened, seconds."""

SHOWN = Fraction(3, 2)
"""What is shown of it at its own speed, at either end, seconds."""

FASTER = 8
"""How many times faster the middle plays."""

TOLD = Fraction(1)
"""How long a cut stays marked after it, seconds: long enough to be noticed."""

DRIFT = 0.35
"""How far a foot point moves within a stay, in the object's own width or height."""


def shorten(tube: Occupancy, stays: Stays) -> Occupancy:
    """A tube whose long stays play fast, or are cut; what is not shown as it was is marked.

    Args:
        tube: as recorded.
        stays: what to do with them.

    Returns:
        The same tube, with other playing times; the first picture keeps its own.
    """
    if stays is Stays.KEEP:
        return tube
    long, shown, told = (float(s / tube.time_base) for s in (LONG, SHOWN, TOLD))
    pts = tube.pts.astype(np.float64)
    pace = np.ones(len(pts) - 1)  # playing time over recorded time, from row to row
    for first, last in _spans(tube, long):
        inner = (pts[:-1] >= pts[first] + shown) & (pts[1:] <= pts[last] - shown)
        pace[inner] = 0.0 if stays is Stays.CUT else 1 / FASTER
    if (pace == 1).all():
        return tube
    played = np.concatenate([[0], np.cumsum(np.diff(tube.pts) * pace)])
    playing = tube.pts[0] + np.ceil(played - 1e-6).astype(np.int64)
    # Of rows that would play at the same moment, the last is shown.
    keep = np.append(np.diff(playing) > 0, True)
    keep[0] = True
    marked = np.append(pace, 1.0) < 1
    marked[1:] |= pace < 1
    keep[1:] &= playing[1:] > playing[0]
    if stays is Stays.CUT:
        # Of each row: how long ago the last one played that is marked.
        since = playing - np.maximum.accumulate(np.where(marked, playing, playing[0] - told - 1))
        marked |= since <= told
    return Occupancy(
        tube.track_id,
        tube.time_base,
        playing[keep],
        tube.parts[keep],
        tube.pictures[keep],
        (tube.marked | marked)[keep],
    )


def _spans(tube: Occupancy, long: float) -> list[tuple[int, int]]:
    """First and last rows of stays, in order, none in another."""
    corners = tube.hulls().astype(np.float64)
    sides = corners[:, 2:] - corners[:, :2]
    feet = corners[:, :2] + sides * np.array([0.5, 1.0])
    reach = DRIFT * np.maximum(sides, 1)
    spans = []
    first = 0
    while first < len(feet):
        away = (np.abs(feet[first:] - feet[first]) > reach[first]).any(axis=1)
        last = first + (int(np.argmax(away)) if away.any() else len(away)) - 1
        if tube.pts[last] - tube.pts[first] >= long:
            spans.append((first, last))
            first = last + 1
        else:
            first += 1
    return spans
