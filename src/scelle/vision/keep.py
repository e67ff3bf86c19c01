"""Which pictures of what moves are worth keeping."""

from __future__ import annotations

from dataclasses import dataclass, field

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
        self._kept = _Places()
        self._last = _Places()
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
        places = boxes.astype(np.float64)
        keep = np.ones(len(places), np.bool_)
        before, passed = self._last, self._passed
        step = pts - int(before.pts[0]) if len(before.pts) else self._rest
        self._kept = self._kept.since(pts - self._rest)
        kept = self._kept
        if len(kept.pts) and len(places):
            overlap = iou_matrix(places, kept.boxes)
            best = overlap.argmax(1)
            known = overlap[np.arange(len(places)), best] > 0
            change = np.abs(places - kept.boxes[best]).max(1)
            moved = change / np.sqrt(places[:, 2] * places[:, 3])
            waited = (pts + step - kept.pts[best] - 1) / self._rest
            keep = ~known | (moved / STIR + waited >= 1)
        gone = np.flatnonzero(passed)
        if len(gone) and len(places):
            gone = gone[iou_matrix(before.boxes[gone], places).max(1) == 0]
        self._last, self._passed = _Places.at(pts, places), ~keep
        # The latest first: it wins where two overlap alike.
        self._kept = _Places.at(pts, places[keep]).then(self._kept)
        return keep, gone


@dataclass(frozen=True, eq=False)
class _Places:
    boxes: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4)))
    pts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def at(cls, pts: int, boxes: npt.NDArray[np.float64]) -> _Places:
        return cls(boxes, np.full(len(boxes), pts, np.int64))

    def then(self, older: _Places) -> _Places:
        return _Places(
            np.concatenate([self.boxes, older.boxes]), np.concatenate([self.pts, older.pts])
        )

    def since(self, pts: int) -> _Places:
        recent = self.pts > pts
        return _Places(self.boxes[recent], self.pts[recent])
