"""How well moving people are found on canvases packed from moving regions.

The way of an analysis, on a sequence with known people: background, movement, regions
with their surroundings packed on canvases, detector, and back into the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import av
import numpy as np
import numpy.typing as npt

from scelle.benchmarks.labelled import MotSequence
from scelle.benchmarks.precision import match
from scelle.model.tracks import ObjectClass
from scelle.vision.background import Background, Look, working_factor
from scelle.vision.detect import Detector
from scelle.vision.motion import MotionDetector
from scelle.vision.packing import Placed, Window, carry_back, paint, place, windows

FloatArray = npt.NDArray[np.float64]

LEAST_HEIGHT = 30
"""Height from which a person must be found, native pixels."""

ASKED = 0.9
"""Precision at which recall is asked for, and the recall that is asked for."""

STEP = 0.1
"""Share of their height that people who move go between two looks half a second apart."""

OVERLAP = 0.5
SAMPLES = 60


@dataclass(frozen=True)
class Regions:
    """What was found in moving regions.

    Attributes:
        people: moving people of 30 pixels height or more, over all looks.
        seen: share of them of whom a window shows at least four fifths.
        recall: highest share found at a precision of at least 0.9.
        at: score from which detections count to reach that.
        recall_sure, precision_sure: at the score that an analysis uses.
        canvases: of 320x320 pixels a look, mean.
        looks: pictures looked at.
    """

    people: int
    seen: float
    recall: float
    at: float
    recall_sure: float
    precision_sure: float
    canvases: float
    looks: int

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in vars(self).items()}


def measure_regions(detector: Detector, sequence: MotSequence, every: int, sure: float) -> Regions:
    """Look at every ``every``-th picture of a sequence.

    Args:
        detector: gives scores from almost nothing up, so that a threshold can be chosen.
        sequence: with known people.
        every: of the pictures.
        sure: score that an analysis uses.
    """
    tally = _Tally()
    background, factor = _background(sequence)
    motion = MotionDetector(background)
    for number, planes, bgr in _pictures(sequence, every):
        looked = motion.detect(Look.of(*planes, factor))
        height, width = bgr.shape[:2]
        boxes: list[Window] = [
            (x * factor, y * factor, w * factor, h * factor) for x, y, w, h in looked.boxes.tolist()
        ]
        places = place(windows(boxes, width, height))
        canvases = paint(places, partial(_cut, bgr))
        found = carry_back(places, detector.detect_many(canvases))
        people = [d for d in found if d.object_class is ObjectClass.PERSON]
        rows = [[d.box.left, d.box.top, d.box.width, d.box.height] for d in people]
        tally.add(
            np.array(rows, np.float64).reshape(-1, 4),
            np.array([d.score for d in people], np.float64),
            sequence,
            number,
            places,
        )
        tally.canvases.append(len(canvases))
    return tally.result(sure)


def _cut(bgr: npt.NDArray[np.uint8], window: Window) -> npt.NDArray[np.uint8]:
    x, y, w, h = window
    return bgr[y : y + h, x : x + w]


class _Tally:
    def __init__(self) -> None:
        self.scores: list[FloatArray] = []
        self.right: list[npt.NDArray[np.bool_]] = []
        self.counts: list[npt.NDArray[np.bool_]] = []
        self.canvases: list[int] = []
        self.people = self.seen = 0

    def add(
        self,
        boxes: FloatArray,
        scores: FloatArray,
        sequence: MotSequence,
        number: int,
        places: list[Placed],
    ) -> None:
        """Count one look.

        Somebody who stands still, or is small, or is not certain in the truth, need not
        be found, and whoever finds them is not wrong.
        """
        wanted, others = _moving(sequence, number)
        order = np.argsort(-scores, kind="stable")
        boxes, scores = boxes[order], scores[order]
        right, excused = match(boxes, np.concatenate([wanted, others]), OVERLAP, len(wanted))
        self.scores.append(scores)
        self.right.append(right)
        self.counts.append(~excused)
        self.people += len(wanted)
        for row in wanted:
            self.seen += any(_shown(row, p.window) >= 0.8 for p in places)

    def result(self, sure: float) -> Regions:
        scores = np.concatenate([*self.scores, np.zeros(0)])
        right = np.concatenate([*self.right, np.zeros(0, np.bool_)])
        counts = np.concatenate([*self.counts, np.zeros(0, np.bool_)])
        order = np.argsort(-scores, kind="stable")
        found = np.cumsum(right[order] & counts[order])
        given = np.cumsum(counts[order])
        # A threshold takes all detections of a score or none.
        ends = np.append(np.diff(scores[order]) != 0, True)[: len(order)]
        good = np.flatnonzero((found >= ASKED * given) & (given > 0) & ends)
        people = max(self.people, 1)
        believed = (scores >= sure) & counts
        true = int(np.count_nonzero(right & believed))
        return Regions(
            self.people,
            self.seen / people,
            float(found[good[-1]] / people) if len(good) else 0.0,
            float(scores[order][good[-1]]) if len(good) else 1.0,
            true / people,
            true / max(1, int(np.count_nonzero(believed))),
            float(np.mean(self.canvases)) if self.canvases else 0.0,
            len(self.canvases),
        )


def _shown(row: FloatArray, window: Window) -> float:
    """Share of a box inside a window."""
    x, y, w, h = window
    wide = min(row[0] + row[2], x + w) - max(row[0], x)
    high = min(row[1] + row[3], y + h) - max(row[1], y)
    return float(max(wide, 0.0) * max(high, 0.0) / (row[2] * row[3]))


def _moving(sequence: MotSequence, number: int) -> tuple[FloatArray, FloatArray]:
    """People who must be found in a picture, and everybody else: ``(n, 4)`` boxes."""
    truth = sequence.truth
    here = truth[truth[:, 0] == number]
    reach = max(1, round(sequence.rate / 2))
    must = np.zeros(len(here), np.bool_)
    for i, row in enumerate(here):
        same = truth[truth[:, 1] == row[1]]
        near = same[np.abs(same[:, 0] - number) == reach]
        centre = row[2:4] + row[4:6] / 2
        gone = np.abs(near[:, 2:4] + near[:, 4:6] / 2 - centre).sum(1)
        must[i] = row[6] > 0 and row[5] >= LEAST_HEIGHT and bool((gone >= STEP * row[5]).any())
    return here[must, 2:6], here[~must, 2:6]


Planes = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]


def _pictures(
    sequence: MotSequence, every: int
) -> Iterator[tuple[int, Planes, npt.NDArray[np.uint8]]]:
    """Number from 1, 4:2:0 planes, and BGR of every ``every``-th picture."""
    with av.open(str(sequence.video)) as source:
        for number, frame in enumerate(source.decode(video=0), 1):
            if number % every == 0:
                height, width = frame.height, frame.width
                stacked = np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)
                chroma = stacked[height:].reshape(2, height // 2, width // 2)
                bgr = np.ascontiguousarray(frame.to_ndarray(format="bgr24"), np.uint8)
                yield number, (stacked[:height], chroma[0], chroma[1]), bgr


def _background(sequence: MotSequence) -> tuple[Background, int]:
    """The empty scene, from samples over the whole sequence."""
    step = max(1, int(sequence.truth[:, 0].max()) // SAMPLES)
    samples, factor = [], 1
    for _, planes, bgr in _pictures(sequence, step):
        factor = working_factor(bgr.shape[0])
        samples.append(Look.of(*planes, factor))
    return Background.estimate(samples), factor
