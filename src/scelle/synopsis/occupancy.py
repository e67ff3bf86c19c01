"""Where and when a tube occupies the picture, exact per picture.

A *tick* is one picture of the synopsis.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Tube

Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_FAR = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Occupancy:
    """What arranging needs to know of a tube.

    Attributes:
        track_id: whose tube it is.
        time_base: seconds per unit of ``pts``.
        pts: int64 ``(n,)``, increasing: when each picture plays, counted from the
            first, which has its own recorded time.
        parts: int64 ``(n, k, 4)``, left, top, width, height in native pixels:
            ``k`` rectangles that do not overlap and together are the object in
            that picture; an empty one has no width.  One part is its box.
        pictures: int64 ``(n,)``, which of the tube's pictures each row shows,
            increasing; all of them by default.
        marked: bool ``(n,)``, true where it does not play at its own speed.
    """

    track_id: str
    time_base: Fraction
    pts: Int64Array
    parts: Int64Array
    pictures: Int64Array = field(default_factory=lambda: np.zeros(0, np.int64))
    marked: BoolArray = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __post_init__(self) -> None:
        n = len(self.pts)
        if n == 0 or self.parts.ndim != 3 or self.parts.shape[::2] != (n, 4):
            raise ValueError("an occupancy needs pictures, and rectangles for each")
        if (np.diff(self.pts) <= 0).any() or (self.parts < 0).any():
            raise ValueError("times must increase, and rectangles lie inside the picture")
        if not len(self.pictures):
            object.__setattr__(self, "pictures", np.arange(n, dtype=np.int64))
        if not len(self.marked):
            object.__setattr__(self, "marked", np.zeros(n, np.bool_))
        if self.pictures.shape != (n,) or self.marked.shape != (n,):
            raise ValueError("every row shows a picture, marked or not")

    @classmethod
    def of(cls, tube: Tube) -> Occupancy:
        """The occupancy of a tube as cut by the analysis: its boxes."""
        return cls(tube.track_id, tube.time_base, tube.pts, tube.boxes[:, None, :])

    def shown(self, fps: Fraction) -> Int64Array:
        """Row of each tick: int64 ``(ticks,)``; see :func:`pictures_at`."""
        return pictures_at(self.pts, self.time_base, fps)

    def hulls(self) -> Int64Array:
        """Left, top, right, bottom of what each row's parts cover: int64 ``(n, 4)``."""
        solid = ((self.parts[..., 2] > 0) & (self.parts[..., 3] > 0))[..., None]
        low = np.where(solid, self.parts[..., :2], _FAR).min(axis=1)
        high = np.where(solid, self.parts[..., :2] + self.parts[..., 2:], 0).max(axis=1)
        return np.concatenate([low, high], axis=1)

    @property
    def start(self) -> Fraction:
        """Exact seconds of the recording's own time at the first picture."""
        return int(self.pts[0]) * self.time_base


def pictures_at(pts: Int64Array, time_base: Fraction, fps: Fraction) -> Int64Array:
    """Which picture of a tube each tick shows, in the tube's own speed.

    The first tick shows the first picture, the last tick the last one; no tick
    shows a picture before its own time has come.

    Args:
        pts: int64 ``(n,)``, increasing.
        time_base: seconds per unit of ``pts``.
        fps: ticks per second.

    Returns:
        int64 ``(ticks,)``, indices into ``pts``, not decreasing.

    >>> pictures_at(np.array([0, 100, 200]), Fraction(1, 1000), Fraction(20)).tolist()
    [0, 0, 1, 1, 2]
    """
    rate = time_base * fps  # ticks per unit of pts
    gone = (pts - pts[0]) * rate.numerator
    ticks = -(-int(gone[-1]) // rate.denominator) + 1
    at = np.arange(ticks, dtype=np.int64) * rate.denominator
    return np.searchsorted(gone, at, side="right").astype(np.int64) - 1
