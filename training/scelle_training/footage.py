"""Frames of recordings that nobody labelled, with boxes from two teacher networks."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

import cv2
import numpy as np
import numpy.typing as npt

from scelle_training.classes import CLASSES
from scelle_training.material import FloatArray, Labelled, UInt8Array

COCO = {0: 0, 1: 1, 3: 1, 2: 2, 5: 3, 7: 3, **dict.fromkeys(range(14, 24), 4)}
"""From COCO's eighty classes (Lin et al. 2014) to :data:`CLASSES`."""

EVALUATION = ("PETS09-S2L1",)
"""Sequences that are only ever measured on."""

SURE, UNSURE = 0.5, 0.3
"""Teacher scores from which a box is learnt, and from which its place is ignored."""


class Teacher(Protocol):
    """Gives ``(n, 6)`` x0, y0, x1, y1, score, COCO class of a BGR picture."""

    def __call__(self, bgr: UInt8Array, conf: float) -> npt.NDArray[np.float32]:
        """Boxes of at least ``conf``."""
        ...


def teacher(folder: Path, name: str) -> Teacher:
    """The network ``name`` of the teacher folder."""
    spec = importlib.util.spec_from_file_location("teacher", folder / "teacher.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"no teacher.py in {folder}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast(Teacher, module.Teacher(name))


def frames(recording: Path, count: int) -> Iterator[UInt8Array]:
    """``count`` frames spread over a recording.

    Raises:
        ValueError: the recording is kept for evaluation.
    """
    if any(name in str(recording) for name in EVALUATION):
        raise ValueError(f"{recording.name} is for evaluation only and is never trained on")
    video = cv2.VideoCapture(str(recording))
    total = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    wanted = set(np.linspace(0, total - 1, count).astype(int).tolist())
    for number in range(total):
        if not video.grab():
            break
        if number in wanted:
            _, picture = video.retrieve()
            yield np.asarray(picture, np.uint8)


def taught(picture: UInt8Array, teachers: list[Teacher], longest: int = 640) -> Labelled:
    """A frame with the boxes that a teacher is sure of; what it is unsure of is ignored.

    Large frames are also shown to the teachers in overlapping quarters, where small
    objects are larger.
    """
    height, width = picture.shape[:2]
    rows: list[FloatArray] = []
    w, h = int(width * 0.6), int(height * 0.6)
    views = [(0, 0, width, height)]
    views += [(x, y, w, h) for x in (0, width - w) for y in (0, height - h)]
    for x, y, wide, high in views:
        for each in teachers:
            found = each(np.ascontiguousarray(picture[y : y + high, x : x + wide]), conf=UNSURE)
            found = found[[int(c) in COCO for c in found[:, 5]]]
            if (wide, high) != (width, height):
                # A box at the edge of a quarter is cut; the whole view has it.
                inner = (found[:, 0] > 3) & (found[:, 1] > 3)
                inner &= (found[:, 2] < wide - 3) & (found[:, 3] < high - 3)
                found = found[inner]
            found[:, :4] += np.array([x, y, x, y], np.float32)
            found[:, 5] = [COCO[int(c)] for c in found[:, 5]]
            rows.append(found)
    merged = _merged(np.concatenate(rows))
    scale = min(1.0, longest / max(height, width))
    if scale < 1:
        size = (round(width * scale), round(height * scale))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    sure = merged[:, 4] >= SURE
    boxes = np.concatenate([merged[:, :4] * scale, merged[:, 5:]], 1).astype(np.float32)
    # No teacher of this size knows every animal or motorcycle: silence about those
    # two proves nothing.
    doubt = [[0, 0, picture.shape[1], picture.shape[0], CLASSES.index(c)] for c in ("animal",)]
    return Labelled(
        picture, boxes[sure], np.concatenate([boxes[~sure], np.array(doubt, np.float32)])
    )


def _merged(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Best box of each place, whatever its class."""
    kept: list[npt.NDArray[np.float32]] = []
    for row in rows[np.argsort(-rows[:, 4], kind="stable")]:
        if all(_overlap(row, other) < 0.5 for other in kept):
            kept.append(row)
    return np.array(kept, np.float32).reshape(-1, 6)


def _overlap(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    """Intersection over the smaller area: a part of an object is not a second one."""
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    least = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return float(w * h / max(least, 1e-6))
