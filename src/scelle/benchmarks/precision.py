"""Average precision and recall of detections against labelled pictures.

As COCO counts (Lin et al., ECCV 2014, and its evaluation page): detections of a
class, best first over all pictures, each take the free object that they overlap most;
places where nothing is known count neither way; precision is made monotone and read
at 101 recalls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

OVERLAPS: FloatArray = np.linspace(0.5, 0.95, 10)
"""Intersections over union from which a detection counts as found."""

_RECALLS = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class Size:
    """A range of object sizes, by area in square pixels of the picture as labelled."""

    name: str
    low: float
    high: float


SIZES = (
    Size("all", 0.0, np.inf),
    Size("small", 0.0, 32.0**2),
    Size("medium", 32.0**2, 96.0**2),
    Size("large", 96.0**2, np.inf),
)
"""COCO's ranges."""


@dataclass(frozen=True)
class Score:
    """What is measured of one class and size.

    Attributes:
        ap: average precision, mean over :data:`OVERLAPS`; 0 to 1.
        ap50: at an overlap of 0.5.
        recall, precision: at an overlap of 0.5, counting detections of ``threshold`` up.
        objects: how many there are to find; with none, the rest is nan.
    """

    ap: float
    ap50: float
    recall: float
    precision: float
    objects: int


@dataclass
class _Counted:
    scores: list[FloatArray] = field(default_factory=list)
    hits: list[BoolArray] = field(default_factory=list)
    left_out: list[BoolArray] = field(default_factory=list)
    objects: int = 0


class Tally:
    """Gathers one class's detections, picture after picture.

    Args:
        threshold: score from which recall and precision count a detection.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._sizes = [_Counted() for _ in SIZES]

    def add(
        self,
        found: npt.ArrayLike,
        scores: npt.ArrayLike,
        objects: npt.ArrayLike,
        ignored: npt.ArrayLike = (),
    ) -> None:
        """Count one picture.

        Args:
            found: ``(n, 4)`` left, top, width, height in pixels.
            scores: ``(n,)`` 0 to 1.
            objects: ``(m, 4)`` likewise: what there is to find.
            ignored: ``(k, 4)`` likewise: a detection that lies in one of these by half
                or more counts neither as right nor as wrong.
        """
        given = np.asarray(scores, np.float64).reshape(-1)
        order = np.argsort(-given, kind="stable")
        boxes = np.asarray(found, np.float64).reshape(-1, 4)[order]
        given = given[order]
        truth = np.asarray(objects, np.float64).reshape(-1, 4)
        iou, _ = _overlaps(boxes, truth)
        _, inside = _overlaps(boxes, np.asarray(ignored, np.float64).reshape(-1, 4))
        unknown = inside.max(1, initial=0.0) >= 0.5
        area, wide = truth[:, 2] * truth[:, 3], boxes[:, 2] * boxes[:, 3]
        for size, counted in zip(SIZES, self._sizes, strict=True):
            outside = (area < size.low) | (area >= size.high)
            hit, spared = _matched(iou, outside)
            foreign = (wide < size.low) | (wide >= size.high)
            counted.scores.append(given)
            counted.hits.append(hit)
            counted.left_out.append(spared | (~hit & (unknown | foreign)[None]))
            counted.objects += int(np.count_nonzero(~outside))

    def score(self, size: int = 0) -> Score:
        """Figures of a size, by its place in :data:`SIZES`."""
        counted = self._sizes[size]
        if not counted.objects:
            return Score(np.nan, np.nan, np.nan, np.nan, 0)
        scores = np.concatenate(counted.scores)
        hits = np.concatenate(counted.hits, 1)
        left_out = np.concatenate(counted.left_out, 1)
        order = np.argsort(-scores, kind="stable")
        aps = []
        for row in range(len(OVERLAPS)):
            counts = ~left_out[row, order]
            right = np.cumsum(hits[row, order] & counts)
            given = np.cumsum(counts)
            aps.append(_average(right, given, counted.objects))
        sure = (scores >= self._threshold) & ~left_out[0]
        true = int(np.count_nonzero(hits[0] & sure))
        precision = true / int(np.count_nonzero(sure)) if sure.any() else np.nan
        ap = sum(aps) / len(aps)
        return Score(ap, aps[0], true / counted.objects, precision, counted.objects)


def _overlaps(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of every pair: intersection over union, and over the area of the first."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum((a[:, :2] + a[:, 2:])[:, None], (b[:, :2] + b[:, 2:])[None])
    both = np.clip(high - low, 0, None).prod(2)
    first = a[:, 2:].prod(1)[:, None]
    union = first + b[:, 2:].prod(1)[None] - both
    return both / np.maximum(union, 1e-9), both / np.maximum(first, 1e-9)


def _matched(
    iou: FloatArray, outside: BoolArray, overlaps: FloatArray = OVERLAPS
) -> tuple[BoolArray, BoolArray]:
    """Which detections find an object of the size, and which one of another size.

    Args:
        iou: ``(n, m)``, detections best first.
        outside: ``(m,)`` objects of other sizes.
        overlaps: intersections over union from which a detection counts.

    Returns:
        both ``(overlaps, n)``.
    """
    n, m = iou.shape
    hit = np.zeros((len(overlaps), n), np.bool_)
    spared = np.zeros_like(hit)
    if m == 0:
        return hit, spared
    rows = np.arange(len(overlaps))
    taken = np.zeros((len(overlaps), m), np.bool_)
    for i in np.flatnonzero(iou.max(1) >= overlaps[0]):
        # An object of the size goes before one that would only excuse the detection.
        worth = iou[i] - outside
        free = np.where(taken | (iou[i] < overlaps[:, None]), -np.inf, worth)
        best = free.argmax(1)
        found = free[rows, best] > -np.inf
        taken[rows[found], best[found]] = True
        spared[:, i] = found & outside[best]
        hit[:, i] = found & ~outside[best]
    return hit, spared


def match(
    found: FloatArray, objects: FloatArray, overlap: float, wanted: int
) -> tuple[BoolArray, BoolArray]:
    """Which detections find an object, at one overlap.

    Args:
        found: ``(n, 4)`` left, top, width, height, best first.
        objects: ``(m, 4)`` likewise; the first ``wanted`` are to be found, the rest
            only excuse whoever finds them.
        overlap: intersection over union from which a detection counts.
        wanted: how many are to be found.

    Returns:
        found one that is to be found ``(n,)``; is excused ``(n,)``.
    """
    iou, _ = _overlaps(found, objects)
    hit, spared = _matched(iou, np.arange(len(objects)) >= wanted, np.array([overlap]))
    return hit[0], spared[0]


def _average(right: npt.NDArray[np.int_], given: npt.NDArray[np.int_], objects: int) -> float:
    if not len(right):
        return 0.0
    precision = right / np.maximum(given, 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(right / objects, _RECALLS, side="left")
    return float(np.concatenate([precision, [0.0]])[at].mean())


def mean(scores: Sequence[Score]) -> Score:
    """Mean over classes that have objects."""
    held = [s for s in scores if s.objects]
    if not held:
        return Score(np.nan, np.nan, np.nan, np.nan, 0)

    def of(name: str) -> float:
        values = [value for s in held if not np.isnan(value := getattr(s, name))]
        return sum(values) / len(values) if values else np.nan

    return Score(of("ap"), of("ap50"), of("recall"), of("precision"), sum(s.objects for s in held))
