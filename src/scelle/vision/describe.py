"""What a witness could say of an object: of clothing and things, never of a body."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from scelle.model.geometry import Direction, Edge
from scelle.model.tracks import Description
from scelle.vision.colour import shares
from scelle.vision.ground import Ground
from scelle.vision.tracklet import middle

Floats = npt.NDArray[np.float64]

_EDGE = 0.5  # of its own width or height: nearer than this it came over the edge
_OVER_S = 0.5  # between neighbouring looks a box's own tremor would count as speed
_SOME = 150.0  # pixels from which the evidence for a colour is half of what it can be


def describe(
    boxes: Floats,
    pts: npt.NDArray[np.int64],
    time_base: Fraction,
    colour: npt.NDArray[np.float32],
    *,
    size: tuple[int, int],
    ground: Ground | None = None,
) -> Description:
    """Describe a track.

    Args:
        boxes: float64 ``(n, 4)``, native pixels.
        pts: int64 ``(n,)``.
        time_base: seconds per unit of ``pts``.
        colour: float32 ``(22,)``, pixels of each colour term, upper then lower half.
        size: width and height of the picture.
        ground: its scale; ``None`` leaves the speed in metres out.
    """
    seconds = pts.astype(np.float64) * float(time_base)
    centre = boxes[:, :2] + boxes[:, 2:] / 2
    width, height = (float(v) for v in middle(boxes[:, 2:]))
    edge = max(1, len(boxes) // 10)
    start, end = middle(centre[:edge]), middle(centre[-edge:])
    dx, dy = (float(v) for v in end - start)
    mean = float(np.sqrt(width * height))
    extent = float(np.hypot(*np.ptp(centre, axis=0)))
    upper, lower = colour[:11], colour[11:]
    return Description(
        moving=extent > mean,
        colours=shares(upper + lower),
        upper=shares(upper),
        lower=shares(lower),
        width=round(width, 1),
        height=round(height, 1),
        direction=Direction.of(dx, dy, still=mean / 2),
        speed=round(median_speed(centre, seconds), 1),
        dwell_ms=round(int(pts[-1] - pts[0]) * time_base * 1000),
        colour_confidence=colour_confidence(upper),
        metres_per_s=round(median_speed(ground.place(boxes), seconds), 2) if ground else 0.0,
        entry=Edge.of([float(v) for v in boxes[0]], size, _EDGE),
        exit=Edge.of([float(v) for v in boxes[-1]], size, _EDGE),
    )


def median_speed(places: Floats, seconds: Floats) -> float:
    """Median over the track of the speed over half a second, in units of ``places`` ``(n, 2)``.

    A track shorter than that has the speed from its first to its last place.
    """
    ahead = np.searchsorted(seconds, seconds + _OVER_S)
    i = np.flatnonzero(ahead < len(seconds))
    if len(i):
        step = np.linalg.norm(places[ahead[i]] - places[i], axis=1)
        return float(middle(step / (seconds[ahead[i]] - seconds[i])))
    if seconds[-1] > seconds[0]:
        return float(np.linalg.norm(places[-1] - places[0]) / (seconds[-1] - seconds[0]))
    return 0.0


def colour_confidence(counts: npt.NDArray[np.float32]) -> float:
    """How sure the commonest of eleven counts is, 0 to 1.

    Its lead over the second, of all, drawn towards zero where few pixels were seen.

    >>> colour_confidence(np.array([0, 600, 0, 0, 0, 0, 0, 0, 0, 0, 0], np.float32))
    0.8
    >>> colour_confidence(np.zeros(11, np.float32))
    0.0
    """
    total = float(counts.sum())
    if total <= 0:
        return 0.0
    second, first = (float(v) for v in np.sort(counts)[-2:])
    return round((first - second) / (total + _SOME), 3)
