"""Heights of upright figures, mended where their outline lost the head.

Hair before a dark wall differs from it by nothing; the outline then ends at the shoulders,
for as long as the wall is behind.  Shadows and reflections reach down and sideways, hardly
up: so the greater of the heights that somebody had around a moment are nearer the truth.
Heights are compared by the scale of the ground, since whoever comes nearer grows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scelle.vision.ground import UPRIGHT, Ground
from scelle.vision.tracklet import Boxes, middle

Floats = npt.NDArray[np.float64]

_AROUND_S = 2.0
"""Seconds before and after a moment whose heights are compared."""

_USUAL = 0.8
"""Quantile of them that is taken: a few are too high."""

_MOST = 1.35
"""A box that would grow more than so many times lost more than a head, and is left."""

_FEWEST = 3
_MARGIN = 2  # pixels from the picture's edge within which a box is cut off by it


def raised(
    boxes: Boxes,
    alone: npt.NDArray[np.bool_],
    seconds: Floats,
    ground: Ground | None,
    size: tuple[int, int],
) -> Boxes:
    """The boxes of one track, their tops raised where they are too low.

    Args:
        boxes: float64 ``(n, 4)``, left, top, width, height, native pixels.
        alone: bool ``(n,)``, which are regions of their own.
        seconds: float64 ``(n,)``, increasing.
        ground: its scale; ``None`` where it is not known.
        size: width and height of the picture.
    """
    if middle(boxes[:, 3] / boxes[:, 2]) < UPRIGHT:
        return boxes
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    foot, height = high[:, 1], boxes[:, 3]
    scale = np.ones(len(boxes)) if ground is None else ground.height(foot)
    whole = (low > _MARGIN).all(1) & (high < np.array(size) - _MARGIN).all(1)
    known = np.flatnonzero(alone & whole)
    if len(known) < _FEWEST:
        return boxes
    at, ratios = seconds[known], (height / scale)[known]
    first = np.searchsorted(at, seconds - _AROUND_S)
    count = np.searchsorted(at, seconds + _AROUND_S, side="right") - first
    row = np.arange(count.max())
    near = ratios[np.minimum(first[:, None] + row, len(known) - 1)]
    near = np.sort(np.where(row < count[:, None], near, np.inf), axis=1)
    place = np.round(_USUAL * np.maximum(count - 1, 0)).astype(np.int64)
    usual = near[np.arange(len(boxes)), place] * scale
    short = (count >= _FEWEST) & (height < usual) & (usual < _MOST * height)
    short &= foot < size[1] - _MARGIN
    top = np.where(short, np.maximum(foot - usual, 0), boxes[:, 1])
    return np.stack([boxes[:, 0], top, boxes[:, 2], foot - top], 1)
