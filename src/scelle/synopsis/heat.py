"""Where things happened, place by place: what heat maps show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Track

Float32Array = npt.NDArray[np.float32]
UInt8Array = npt.NDArray[np.uint8]

_CELLS_ACROSS = 160
_GROUND = 0.2
"""Share of an object's height, from below, that tells where on the ground it is."""

_LONGEST_STEP_S = 2.0
"""Between two of a track's pictures farther apart, nobody knows where it was."""


def activity(tracks: Sequence[Track], size: tuple[int, int]) -> Float32Array:
    """How many objects passed each place.

    Args:
        tracks: boxes in native pixels.
        size: width and height of the picture in pixels.

    Returns:
        float32 ``(rows, columns)``, objects; cells are square.
    """
    total = _grid(size)
    for track in tracks:
        passed = np.zeros(total.shape, np.bool_)
        for x0, y0, x1, y1 in _ground(track, size):
            passed[y0:y1, x0:x1] = True
        total += passed
    return total


def dwell(tracks: Sequence[Track], size: tuple[int, int]) -> Float32Array:
    """For how long objects were at each place, all together.

    Returns:
        float32 ``(rows, columns)``, seconds.
    """
    total = _grid(size)
    for track in tracks:
        seconds = np.diff(track.pts) * float(track.time_base)
        lasts = np.append(np.minimum(seconds, _LONGEST_STEP_S), 0)
        for (x0, y0, x1, y1), stays in zip(_ground(track, size), lasts.tolist(), strict=True):
            total[y0:y1, x0:x1] += stays
    return total


def change(backgrounds: Iterable[UInt8Array]) -> Float32Array:
    """How far the empty scene itself changed from first to last, at most.

    Args:
        backgrounds: uint8 ``(height, width, 3)``, BGR, in order of time, at least one; one at
            a time is looked at, so that a long recording's need not be held together.

    Returns:
        float32 ``(rows, columns)``, grey levels, 0 to 255.
    """
    least = most = np.zeros(0, np.float32)
    for background in backgrounds:
        rows, columns = _grid((background.shape[1], background.shape[0])).shape
        small = cv2.resize(background, (columns, rows), interpolation=cv2.INTER_AREA)
        # The light of the whole picture is not a change of the scene.
        level = small.astype(np.float32) - np.median(small, axis=(0, 1)).astype(np.float32)
        least = np.minimum(least, level) if len(least) else level
        most = np.maximum(most, level) if len(most) else level
    return np.asarray((most - least).max(axis=2), np.float32)


def _grid(size: tuple[int, int]) -> Float32Array:
    cell = max(1, size[0] // _CELLS_ACROSS)
    return np.zeros((-(-size[1] // cell), -(-size[0] // cell)), np.float32)


def _ground(track: Track, size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Cells that the foot of each box covers: left, top, right, bottom, at least one cell."""
    cell = max(1, size[0] // _CELLS_ACROSS)
    left, top, width, height = track.boxes.astype(np.float64).T
    low = np.stack([left, top + (1 - _GROUND) * height], axis=1) / cell
    high = np.stack([left + width, top + height], axis=1) / cell
    last = np.array([-(-size[0] // cell), -(-size[1] // cell)])
    first = np.clip(np.floor(low), 0, last - 1).astype(np.int64)
    past = np.clip(np.ceil(high), first + 1, last).astype(np.int64)
    return [
        (x0, y0, x1, y1) for (x0, y0), (x1, y1) in zip(first.tolist(), past.tolist(), strict=True)
    ]
