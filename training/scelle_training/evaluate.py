"""Measure a run before it is admitted: ``python -m scelle_training.evaluate RUN TRAINING``.

The same code counts as in ``scelle bench detector``; the package's ``src`` must be on
the path.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from scelle.benchmarks.detector import ALL, LEAST, Figures
from scelle.benchmarks.labelled import CocoSplit, MotSequence
from scelle.model.geometry import Box
from scelle.vision.detect import Detection
from scelle.vision.layouts import own
from scelle_training.export import build, trained

SURE = 0.35
"""Score from which recall and precision count a detection."""


class Candidate:
    """A model that no catalogue admits yet.

    Args:
        data: the bytes of its ONNX file.
    """

    name = "candidate"
    sha256 = ""

    def __init__(self, data: bytes) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])

    def detect(self, picture: npt.NDArray[np.uint8]) -> list[Detection]:
        """Objects in a BGR picture, best first."""
        height, width = picture.shape[:2]
        found = own(self._session, picture, LEAST, 0.6)
        corners = np.clip(found.corners, 0, (width, height, width, height))
        return [
            Detection(Box(x0, y0, x1 - x0, y1 - y0), kind, score)
            for (x0, y0, x1, y1), kind, score in zip(
                corners.tolist(), found.classes, found.scores.tolist(), strict=True
            )
            if x1 > x0 and y1 > y0
        ]

    def detect_many(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[list[Detection]]:
        """Objects in each picture."""
        return [self.detect(picture) for picture in pictures]


def show(what: str, figures: Figures) -> None:
    """Print a line for each class."""
    for name, sizes in figures.scores()[ALL].items():
        each = "  ".join(f"{size} {score.ap50:.3f}" for size, score in sizes.items())
        s = sizes["all"]
        print(
            f"{what:10s} {name:14s} AP {s.ap:.3f} recall {s.recall:.3f} "
            f"precision {s.precision:.3f}  AP50: {each}"
        )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of the run, or an ONNX file")
    parser.add_argument("training", type=Path, help="folder with val.json and its images")
    parser.add_argument("--sequence", type=Path, help="folder of a MOTChallenge sequence")
    parser.add_argument("--every", type=int, default=1, help="of the pictures")
    given = parser.parse_args()
    if given.run.is_dir():
        data = build(trained(given.run)).SerializeToString()
    else:
        data = given.run.read_bytes()
    candidate = Candidate(data)
    figures = Figures(SURE)
    figures.measure(candidate, CocoSplit(given.training, "val", given.every))
    show("val", figures)
    if given.sequence:
        figures = Figures(SURE)
        figures.measure(candidate, MotSequence(given.sequence, 8 * given.every))
        show("sequence", figures)


if __name__ == "__main__":
    main()
