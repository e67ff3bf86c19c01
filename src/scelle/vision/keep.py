"""Which pictures of what moves are worth keeping."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.float64]

STIR = 0.25
"""Change of a box, in its own size, that alone makes the next picture worth keeping."""


class Keeper:
    """Keeps a picture of whatever changed its place, or was not kept for a while, or is gone.

    Who is who is not known yet: a region is compared with the kept one that it
    overlaps most.

    Args:
        rest: longest time between two pictures of what does not stir, in ``pts`` units;
            every look's are kept where looks are further apart.
    """

    def __init__(self, rest: int) -> None:
        self._rest = max(1, rest)
        self._kept = self._last = _places(0, np.zeros((0, 4), np.int32))
        self._passed = np.zeros(0, np.bool_)

    def choose(
        self, pts: int, boxes: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
        """Whether to keep each region's picture.

        Args:
            pts: of the look; later than the one before.
            boxes: ``(n, 4)``, left, top, width, height; a look without any is told too.

        Returns:
            bool ``(n,)``; and which regions of the look before, whose pictures were not
            kept, have no successor: the last picture of what goes is kept.
        """
        places = _places(pts, boxes)
        keep = np.ones(len(places), np.bool_)
        before, passed = self._last, self._passed
        step = pts - before[0, _PTS] if len(before) else self._rest
        kept = self._kept[self._kept[:, _PTS] > pts - self._rest]
        if len(kept) and len(places):
            shared = _shared(places, kept)
            overlap = shared / (places[:, _AREA, None] + kept[:, _AREA] - shared)
            nearest = kept[overlap.argmax(1)]
            change = np.abs(places[:, :4] - nearest[:, :4]).max(1)
            moved = change / np.sqrt(places[:, _AREA])
            waited = (pts + step - nearest[:, _PTS] - 1) / self._rest
            keep = (overlap.max(1) <= 0) | (moved / STIR + waited >= 1)
        gone = np.flatnonzero(passed)
        if len(gone) and len(places):
            gone = gone[_shared(before[gone], places).max(1) <= 0]
        self._last, self._passed = places, ~keep
        # The latest first: it wins where two overlap alike.
        self._kept = np.concatenate([places[keep], kept])
        return keep, gone


_AREA, _PTS = 6, 7


def _places(pts: int, boxes: npt.NDArray[np.int32]) -> Places:
    """Left, top, width, height, right, bottom, area and time of each, float64 ``(n, 8)``."""
    places = np.full((len(boxes), 8), pts, np.float64)
    places[:, :4] = boxes
    places[:, 4:6] = places[:, :2] + places[:, 2:4]
    places[:, _AREA] = places[:, 2] * places[:, 3]
    return places


def _shared(one: Places, other: Places) -> Places:
    """Area that every pair shares, float64 ``(n, m)``."""
    wide = np.minimum(one[:, 4, None], other[:, 4]) - np.maximum(one[:, 0, None], other[:, 0])
    tall = np.minimum(one[:, 5, None], other[:, 5]) - np.maximum(one[:, 1, None], other[:, 1])
    return np.asarray(np.maximum(wide, 0) * np.maximum(tall, 0))
