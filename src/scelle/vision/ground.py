"""The scale of the ground, learned from the heights of those who walk over it.

On level ground seen by a fixed, level camera, the height of an upright figure grows in
proportion to how far its foot lies below the horizon (Criminisi, Reid, Zisserman, *Single
View Metrology*, IJCV 40(2), 2000).  One line through heights against foot rows gives the
horizon and the scale; an adult stands 1.7 m tall in the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STATURE_M = 1.7
"""Mean height of a clothed adult, metres."""

UPRIGHT = 1.2
"""Height over width from which an object is taken for an upright figure: what is left of
a cast shadow may widen it."""

_FEWEST = 4  # upright figures
_SPREAD = 0.25  # share of the picture's height that their foot rows must span
_RESIDUAL = 0.2  # usual error of the line, of the height itself
_VIEW = 1.1  # focal length over picture width: about 49 degrees, as most cameras see


@dataclass(frozen=True)
class Ground:
    """A level ground.

    Attributes:
        horizon: row of the horizon, pixels.
        rise: pixels of height for each pixel of the foot below the horizon.
        size: width and height of the picture.
    """

    horizon: float
    rise: float
    size: tuple[int, int]

    @classmethod
    def learn(cls, tracks: Sequence[Floats], size: tuple[int, int]) -> Ground | None:
        """From boxes ``(n, 4)`` of tracks in which they stood alone; ``None`` if it cannot be told.

        What comes near the picture's edge is cut off by it, and left out.
        """
        rows: list[Floats] = []
        for boxes in tracks:
            whole = (boxes[:, :2] > 2).all(1) & (
                boxes[:, :2] + boxes[:, 2:] < np.array(size) - 2
            ).all(1)
            kept = boxes[whole]
            if len(kept) < 3 or np.median(kept[:, 3] / kept[:, 2]) < UPRIGHT:
                continue
            foot = kept[:, 1] + kept[:, 3]
            # A few rows of each, wherever it went: nobody counts for more than another.
            order = np.argsort(foot, kind="stable")
            for part in np.array_split(order, 4):
                if len(part):
                    rows.append(np.array([np.median(foot[part]), np.median(kept[part, 3])]))
        if len(rows) < 4 * _FEWEST:
            return None
        foot, height = np.array(rows).T
        if np.ptp(foot) < _SPREAD * size[1]:
            return None
        rise, base = _line(foot, height)
        if rise <= 0:
            return None
        made = cls(-base / rise, rise, size)
        off = np.abs(height - made.height(foot)) / height
        return made if float(np.median(off)) <= _RESIDUAL else None

    def height(self, foot: npt.ArrayLike) -> Floats:
        """Height in pixels of an upright adult whose foot is at a row; at least one."""
        return np.maximum(self.rise * (np.asarray(foot, np.float64) - self.horizon), 1.0)

    def place(self, boxes: Floats) -> Floats:
        """Where the foot points of boxes are on the ground, float64 ``(n, 2)``, metres.

        Across, and away from the camera; the latter supposes a usual angle of view.
        """
        foot = boxes[:, 1] + boxes[:, 3]
        metres = STATURE_M / self.height(foot)
        across = (boxes[:, 0] + boxes[:, 2] / 2 - self.size[0] / 2) * metres
        return np.stack([across, _VIEW * self.size[0] * metres], 1)


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    """Slope and intercept of the median of pairwise slopes (Theil 1950, Sen 1968)."""
    i, j = np.triu_indices(len(x), 1)
    apart = np.abs(x[j] - x[i]) > 1
    slope = float(np.median(((y[j] - y[i])[apart]) / ((x[j] - x[i])[apart])))
    return slope, float(np.median(y - slope * x))
