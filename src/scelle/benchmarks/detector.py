"""How well and how fast detectors find and name: all of them on the same pictures."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scelle.benchmarks.labelled import CocoSplit, MotSequence, Sample
from scelle.benchmarks.precision import SIZES, Score, Tally, mean
from scelle.benchmarks.regions import Regions, measure_regions
from scelle.model.acts import Progress, no_progress
from scelle.model.tracks import ObjectClass
from scelle.vision.colour import count_colours, shares
from scelle.vision.detect import Detection, Detector, OnnxDetector

LEAST = 0.01
"""Score from which detections enter average precision."""

LENIENT = 0.6
"""Overlap that average precision lets boxes of one class have, as is usual."""

CANVAS = 320
"""Side of the canvas that latency is measured on, pixels."""

SPACING = 8
"""Every how manieth picture of a sequence is measured: neighbours show the same."""

ALL = "all"


@dataclass(frozen=True)
class Measured:
    """What one detector reached.

    Attributes:
        name, sha256: of the model.
        threshold: score from which an analysis believes it: recall and precision are
            read there.
        pictures: figures on labelled pictures: group (``all``, a view, a light), then
            class (``mean`` for their mean), then size.
        sequence: the same on a sequence with known people; empty without one.
        clothing: share of labelled people found, by the main colour of what they wear
            above, and how many there are.
        regions: on canvases packed from the sequence's moving regions, if there is one.
        latency_ms: median processor time for one 320x320 picture.
    """

    name: str
    sha256: str
    threshold: float
    pictures: dict[str, dict[str, dict[str, Score]]]
    sequence: dict[str, dict[str, dict[str, Score]]]
    clothing: dict[str, tuple[float, int]]
    regions: Regions | None
    latency_ms: float

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "threshold": self.threshold,
            "pictures": _view(self.pictures),
            "sequence": _view(self.sequence),
            "clothing": {
                colour: {"recall": round(recall, 4), "people": people}
                for colour, (recall, people) in self.clothing.items()
            },
            "regions": self.regions.view() if self.regions else None,
            "latency_ms": round(self.latency_ms, 3),
        }


def _view(groups: dict[str, dict[str, dict[str, Score]]]) -> dict[str, object]:
    return {
        group: {
            name: {size: _figures(score) for size, score in sizes.items()}
            for name, sizes in classes.items()
        }
        for group, classes in groups.items()
    }


def _figures(score: Score) -> dict[str, float | int | None]:
    return {k: None if np.isnan(v) else round(v, 4) for k, v in vars(score).items()}


def bench_detector(
    models: Sequence[Path],
    training: Path,
    sequence: Path | None = None,
    *,
    every: int = 1,
    progress: Progress = no_progress,
) -> list[Measured]:
    """Measure admitted models, one after the other, on the same pictures.

    Args:
        models: files that the catalogue admits.
        training: folder of a COCO-style ``val`` split.
        sequence: folder of a MOTChallenge sequence.
        every: of the labelled pictures; 1 for all.
        progress: told pictures done.

    Raises:
        BadInput: a model is not admitted, or a folder does not hold what it should.
    """
    return [_measure(path, training, sequence, every, progress) for path in models]


def _measure(
    path: Path, training: Path, sequence: Path | None, every: int, progress: Progress
) -> Measured:
    usual = OnnxDetector(path)
    lenient = OnnxDetector(path, threshold=LEAST, overlap=LENIENT)

    def told(samples: CocoSplit | MotSequence, what: str) -> Iterator[Sample]:
        for number, sample in enumerate(samples, 1):
            yield sample
            progress(f"{usual.name}: {what}", number, len(samples), "pictures")

    on_pictures, on_sequence = Figures(usual.threshold), Figures(usual.threshold)
    on_pictures.measure(lenient, told(CocoSplit(training, "val", every), "labelled pictures"))
    regions = None
    if sequence:
        people = MotSequence(sequence, SPACING * every)
        on_sequence.measure(lenient, told(people, "sequence"))
        # As an analysis runs it, except that the threshold is chosen afterwards.
        found = OnnxDetector(path, threshold=LEAST)
        regions = measure_regions(found, people, SPACING * every, usual.threshold)
    return Measured(
        usual.name,
        usual.sha256,
        usual.threshold,
        on_pictures.scores(),
        on_sequence.scores(),
        on_pictures.clothing(),
        regions,
        latency_ms(usual),
    )


class Figures:
    """Gathers what a detector finds in pictures.

    Args:
        sure: score from which recall and precision count a detection.
    """

    def __init__(self, sure: float) -> None:
        self._sure = sure
        self._tallies: dict[tuple[str, ObjectClass], Tally] = {}
        self._worn: dict[str, list[bool]] = defaultdict(list)

    def measure(self, detector: Detector, samples: Iterable[Sample]) -> None:
        """Look at every sample."""
        for sample in samples:
            found = detector.detect(sample.picture)
            groups = [ALL, *(g for g in (sample.view, sample.light) if g)]
            for c, objects in sample.objects.items():
                boxes, scores = _arrays(found, c)
                for group in groups:
                    tally = self._tallies.setdefault((group, c), Tally(self._sure))
                    tally.add(boxes, scores, objects, sample.ignored.get(c, ()))
            if ObjectClass.PERSON in sample.objects and sample.light != "thermal":
                self._clothes(sample, found)

    def scores(self) -> dict[str, dict[str, dict[str, Score]]]:
        """By group, class and size; classes and sizes without objects are left out."""
        result: dict[str, dict[str, dict[str, Score]]] = {}
        for (group, c), tally in sorted(self._tallies.items()):
            scores = {s.name: tally.score(i) for i, s in enumerate(SIZES)}
            held = {name: score for name, score in scores.items() if score.objects}
            if held:
                result.setdefault(group, {})[c.value] = held
        for classes in result.values():
            classes["mean"] = {"all": mean([sizes["all"] for sizes in classes.values()])}
        return result

    def clothing(self) -> dict[str, tuple[float, int]]:
        """Share of people found, and their number, by main colour of the upper clothing."""
        return {
            colour: (sum(found) / len(found), len(found))
            for colour, found in sorted(self._worn.items())
        }

    def _clothes(self, sample: Sample, found: Sequence[Detection]) -> None:
        boxes, scores = _arrays(found, ObjectClass.PERSON)
        boxes = boxes[scores >= self._sure]
        for row in sample.objects[ObjectClass.PERSON]:
            colour = _upper(sample.picture, row)
            if colour:
                hit = bool(len(boxes)) and bool(_iou(row, boxes).max() >= 0.5)
                self._worn[colour].append(hit)


def _iou(row: npt.NDArray[np.float64], boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    low = np.maximum(row[:2], boxes[:, :2])
    high = np.minimum(row[:2] + row[2:], boxes[:, :2] + boxes[:, 2:])
    both = np.clip(high - low, 0, None).prod(1)
    return np.asarray(both / (row[2:].prod() + boxes[:, 2:].prod(1) - both), np.float64)


def _upper(picture: npt.NDArray[np.uint8], row: npt.NDArray[np.float64]) -> str:
    """Main colour of the middle of the upper half of a person's box, below the head."""
    x, y, w, h = row
    part = picture[int(y + h / 6) : int(y + h / 2), int(x + w / 4) : int(x + w * 3 / 4)]
    high, wide = part.shape[0] & ~1, part.shape[1] & ~1
    if high < 4 or wide < 4:
        return ""
    yuv = np.asarray(cv2.cvtColor(part[:high, :wide], cv2.COLOR_BGR2YUV_I420), np.uint8)
    chroma = yuv[high:].reshape(2, high // 2, wide // 2).repeat(2, 1).repeat(2, 2)
    everything = np.ones((high, wide), np.bool_)
    named = shares(count_colours(yuv[:high], chroma[0], chroma[1], everything))
    return named[0][0].value if named else ""


def _arrays(
    found: Sequence[Detection], c: ObjectClass
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    held = [d for d in found if d.object_class is c]
    boxes = [[d.box.left, d.box.top, d.box.width, d.box.height] for d in held]
    return (
        np.array(boxes, np.float64).reshape(-1, 4),
        np.array([d.score for d in held], np.float64),
    )


def latency_ms(detector: Detector, rounds: int = 60) -> float:
    """Median milliseconds for one 320x320 picture, everything from picture to boxes.

    Processor time, which other programs' work does not lengthen as it does wall time.
    """
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (20, 20, 3), np.uint8)
    picture = np.asarray(cv2.resize(coarse, (CANVAS, CANVAS)), np.uint8)
    for _ in range(5):
        detector.detect(picture)
    times = []
    for _ in range(rounds):
        began = time.process_time()
        detector.detect(picture)
        times.append(time.process_time() - began)
    return statistics.median(times) * 1000
