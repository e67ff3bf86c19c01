"""Tracks from boxes that somebody else found: a detector's, or a truth's."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scelle.vision.associate import associate
from scelle.vision.pieces import AssociateSettings, Seen

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class GivenSettings:
    """Parameters of tracking given boxes.

    Attributes:
        associate: which box is which object's.
        min_boxes: boxes that an object must have.
        fill_s: gaps up to this length are filled, seconds.
    """

    associate: AssociateSettings = field(default_factory=AssociateSettings)
    min_boxes: int = 3
    fill_s: float = 4.0


@dataclass(frozen=True, eq=False)
class GivenTracks:
    """Tracks as one table of M rows, in order of number, then look.

    Attributes:
        number: int64 ``(M,)``, 1, 2, 3 ... in order of first look.
        look: int64 ``(M,)``.
        boxes: float64 ``(M, 4)``, left, top, width, height, pixels.
        source: int64 ``(M,)``, which of the given boxes; -1 where it was interpolated.
    """

    number: Ints
    look: Ints
    boxes: Floats
    source: Ints


def track_boxes(
    seconds: npt.ArrayLike,
    look: npt.ArrayLike,
    boxes: npt.ArrayLike,
    score: npt.ArrayLike | None = None,
    *,
    picture: tuple[int, int],
    settings: GivenSettings | None = None,
) -> GivenTracks:
    """Track given boxes over a whole recording, forwards and backwards.

    Args:
        seconds: ``(L,)``, exact times of the looks, increasing.
        look: ``(N,)``, the look of each box, 0 to L - 1, not decreasing.
        boxes: ``(N, 4)``, left, top, width, height, pixels, positive sides.
        score: ``(N,)``, the detector's, of any scale; all certain where absent.
        picture: width and height, pixels.
        settings: the defaults where absent.

    Raises:
        ValueError: lengths differ, or something is not in order.
    """
    s = settings or GivenSettings()
    times = np.asarray(seconds, np.float64)
    at = np.asarray(look, np.int64)
    rows = np.asarray(boxes, np.float64).reshape(-1, 4)
    if len(at) != len(rows) or (len(at) and (at.min() < 0 or at.max() >= len(times))):
        raise ValueError("every box needs a look that there is")
    if (np.diff(at) < 0).any() or (np.diff(times) <= 0).any():
        raise ValueError("looks must be in order, and their times must increase")
    scores = None if score is None else np.asarray(score, np.float64)
    label = associate(Seen.of(times, at, rows, picture, scores), s.associate)
    return _fill(times, at, rows, label, s)


def _fill(times: Floats, look: Ints, boxes: Floats, label: Ints, s: GivenSettings) -> GivenTracks:
    """Rows of every look from first to last of those objects that are seen often enough."""
    order = np.argsort(label, kind="stable")
    counts = np.bincount(label[order])
    order = order[counts[label[order]] >= s.min_boxes]
    if not len(order):
        empty = np.zeros(0, np.int64)
        return GivenTracks(empty, empty, np.zeros((0, 4)), empty)
    new = np.r_[True, np.diff(label[order]) > 0]
    piece = np.cumsum(new) - 1
    rank = np.empty(piece[-1] + 1, np.int64)
    rank[np.argsort(look[order][new], kind="stable")] = np.arange(1, len(rank) + 1)
    # How many looks each row stands for: itself, and those missing until the next.
    step = np.r_[np.diff(look[order]), 1]
    step[np.r_[new[1:], True]] = 1
    until = np.r_[times[look[order]][1:], 0.0] - times[look[order]]
    step[(until > s.fill_s) & (step > 1)] = 1
    row = np.repeat(np.arange(len(order)), step)
    k = np.arange(len(row)) - np.repeat(np.cumsum(step) - step, step)
    filled = look[order][row] + k
    a = boxes[order][row]
    b = boxes[order][np.minimum(row + 1, len(order) - 1)]
    t0, t1 = times[look[order]][row], times[look[order]][np.minimum(row + 1, len(order) - 1)]
    share = np.where(k > 0, (times[filled] - t0) / np.where(t1 > t0, t1 - t0, 1), 0)
    out = a + share[:, None] * (b - a)
    source = np.where(k > 0, -1, order[row])
    number = rank[piece][row]
    by = np.lexsort((filled, number))
    return GivenTracks(number[by], filled[by], out[by], source[by])
