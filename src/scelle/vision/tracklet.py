"""Tracklets: uninterrupted pieces of what one object did."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float64]


@dataclass
class Tracklet:
    """One object's uninterrupted rows; lists share their index.

    Attributes:
        look: number of the look in the recording.
        source: ``(segment, region)`` of the observation each row came from.
        whole: the row is a region of its own, not a share of a group.
        colour: float64 ``(22,)``, pixels of each colour term over the whole rows.
        votes: float64 ``(8,)``, the detector's scores by class.
        after: the piece before the group fell apart, if this one came out of a group.
        parted: number of the event in which its group fell apart and it ended; 0 for none.
    """

    look: list[int] = field(default_factory=list)
    frame: list[int] = field(default_factory=list)
    pts: list[int] = field(default_factory=list)
    boxes: list[Boxes] = field(default_factory=list)
    source: list[tuple[int, int]] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    colour: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(22))
    votes: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(8))
    after: Tracklet | None = None
    parted: int = 0


def middle(rows: Boxes) -> Boxes:
    """Median of each column of ``(n, c)`` or ``(n,)``, n at least 1: what NumPy's own, made for any
    shape, takes ten times as long for on a handful of rows.
    """
    ordered = np.sort(rows, axis=0)
    n = len(ordered)
    return np.asarray((ordered[(n - 1) // 2] + ordered[n // 2]) / 2)


def colour_distance(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """One minus the histogram intersection (Swain and Ballard 1991) of each pair.

    Args:
        a: counts ``(..., 22)``: eleven colours of the upper half, eleven of the lower.
        b: counts, of a shape that broadcasts with it.

    Returns:
        float64 ``(...)``, 0 to 1; 0.5 where either has no colour.
    """
    sum_a, sum_b = a.sum(-1), b.sum(-1)
    p = a / np.maximum(sum_a, 1)[..., None]
    q = b / np.maximum(sum_b, 1)[..., None]
    distance = 1 - np.minimum(p, q).sum(-1)
    return np.where((sum_a == 0) | (sum_b == 0), 0.5, distance)


def known_colour(piece: Tracklet) -> npt.NDArray[np.float64]:
    """Colour counts of a piece, or of what it came from while it has none of its own."""
    while piece.after is not None and not piece.colour.any():
        piece = piece.after
    return piece.colour
