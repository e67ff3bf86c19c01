"""Which pictures of what moves are worth keeping."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scelle.model.geometry import iou_matrix

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
        # Left, top, width, height and time of each.
        self._kept = self._last = np.zeros((0, 5))
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
        places = np.full((len(boxes), 5), pts, np.float64)
        places[:, :4] = boxes
        keep = np.ones(len(places), np.bool_)
        before, passed = self._last, self._passed
        step = pts - before[0, 4] if len(before) else self._rest
        kept = self._kept[self._kept[:, 4] > pts - self._rest]
        if len(kept) and len(places):
            overlap = iou_matrix(places[:, :4], kept[:, :4])
            nearest = kept[overlap.argmax(1)]
            change = np.abs(places - nearest)[:, :4].max(1)
            moved = change / np.sqrt(places[:, 2] * places[:, 3])
            waited = (pts + step - nearest[:, 4] - 1) / self._rest
            keep = (overlap.max(1) <= 0) | (moved / STIR + waited >= 1)
        gone = np.flatnonzero(passed)
        if len(gone) and len(places):
            gone = gone[iou_matrix(before[gone, :4], places[:, :4]).max(1) == 0]
        self._last, self._passed = places, ~keep
        # The latest first: it wins where two overlap alike.
        self._kept = np.concatenate([places[keep], kept])
        return keep, gone
