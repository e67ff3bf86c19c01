"""The empty scene at native size, for a synopsis to play on."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from scelle.vision.background import Look, Plane


class EmptyScene:
    """Gathers, place by place, what was seen while nothing moved there.

    Args:
        empty: the working-size background: fills places that were never free.
        factor: native pixels per working pixel.
        step: time between pictures that are taken into account, in ``pts`` units.
    """

    def __init__(self, empty: Look, factor: int, step: int) -> None:
        self._empty = empty
        self._factor = factor
        self._step = max(1, step)
        self._next: int | None = None
        self._sums: list[npt.NDArray[np.float32]] = []
        self._weight = np.zeros(empty.luma.shape, np.float32)

    def due(self, pts: int) -> bool:
        """Whether the picture at ``pts``, later than those before, is to be taken."""
        return self._next is None or pts >= self._next

    def look(self, planes: tuple[Plane, Plane, Plane], pts: int, moving: Plane) -> None:
        """Take one picture that is due.

        Args:
            planes: native luma and chroma, uint8.
            pts: its timestamp.
            moving: uint8 ``(h, w)`` at working size, 255 where something moves.
        """
        self._next = pts + self._step
        if not self._sums:
            self._sums = [np.zeros(p.shape, np.float32) for p in planes]
        free = cv2.bitwise_not(cv2.dilate(_filled(moving), _AROUND))
        # Later pictures count less where many were free already: the picture is of
        # the segment as a whole, and the sums stay small.
        self._weight += np.asarray(free) > 0
        for total, plane in zip(self._sums, planes, strict=True):
            mask = cv2.resize(free, plane.shape[::-1], interpolation=cv2.INTER_NEAREST)
            cv2.accumulate(plane, total, mask)

    def jpeg(self) -> bytes:
        """The scene as a JPEG file; grey-filled if no picture was taken."""
        empty = (self._empty.luma, self._empty.blue, self._empty.red)
        planes = []
        for i, low in enumerate(empty):
            if not self._sums:
                height, width = (d * self._factor for d in low.shape)
                planes.append(cv2.resize(low, (width, height)))
                continue
            total = self._sums[i]
            size = total.shape[::-1]
            weight = cv2.resize(self._weight, size, interpolation=cv2.INTER_NEAREST)
            fill = cv2.resize(low, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
            there = weight > 0
            plane = np.asarray(total / np.maximum(weight, 1), np.float32)
            plane = np.where(there, plane, fill + _beside(plane - fill, there, 16 * self._factor))
            planes.append(np.clip(np.rint(plane), 0, 255).astype(np.uint8))
        luma, blue, red = planes
        h, w = luma.shape[0] & ~1, luma.shape[1] & ~1
        stacked = np.empty((h * 3 // 2, w), np.uint8)
        stacked[:h] = luma[:h, :w]
        stacked[h:].reshape(2, h // 2, w // 2)[:] = np.stack(
            [blue[: h // 2, : w // 2], red[: h // 2, : w // 2]]
        )
        picture = cv2.cvtColor(stacked, cv2.COLOR_YUV2BGR_I420)
        _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 92))
        return bytes(data.tobytes())


def _filled(moving: Plane) -> Plane:
    """What moves with all between its parts, uint8, as ``moving``.

    Cloth of the scene's own colour is not seen to move between a head and two arms.
    """
    contours, _ = cv2.findContours(moving, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = moving.copy()
    for contour in contours:
        cv2.fillConvexPoly(filled, cv2.convexHull(contour), 255)
    return filled


def _beside(
    difference: npt.NDArray[np.float32], there: npt.NDArray[np.bool_], reach: int
) -> npt.NDArray[np.float32]:
    """A difference where it is not known: its mean over what is known around.

    What fills a place is of other times, and of another light: without this, whoever stood
    there all the time would leave an outline.  The mean of the whole counts a little, so that
    something is known everywhere.

    Args:
        difference: float32 ``(h, w)``.
        there: bool ``(h, w)``, where it is known.
        reach: pixels, at the least, over which the mean is taken.
    """
    known = there.astype(np.float32)
    every = float((difference * known).sum() / max(float(known.sum()), 1))
    size = (2 * reach + 1,) * 2
    share = cv2.blur(known, size)
    around = cv2.blur(difference * known, size)
    return np.asarray((around + _LITTLE * every) / (share + _LITTLE), np.float32)


_LITTLE = np.float32(0.01)
_AROUND = np.ones((9, 9), np.uint8)
