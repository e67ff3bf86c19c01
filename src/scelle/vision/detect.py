"""Naming what moves: one Protocol, and an adapter for admitted ONNX models."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from scelle.errors import BadInput, Misconfigured
from scelle.model.geometry import Box, iou_matrix
from scelle.model.tracks import ObjectClass


@dataclass(frozen=True)
class Detection:
    """One object in one picture.

    Attributes:
        box: native pixels of the picture that was given, inside it.
        score: 0 to 1.
    """

    box: Box
    object_class: ObjectClass
    score: float


class Detector(Protocol):
    """Finds and names objects in a picture."""

    @property
    def name(self) -> str:
        """What the analysis manifest calls it."""
        ...

    @property
    def sha256(self) -> str:
        """Hash of the model's file, hexadecimal; the manifest records it."""
        ...

    def detect(self, picture: npt.NDArray[np.uint8]) -> list[Detection]:
        """Objects in a BGR picture, uint8 ``(h, w, 3)``, best first."""
        ...

    def detect_many(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[list[Detection]]:
        """Objects in each BGR picture, uint8 ``(h, w, 3)``; same order, sizes may differ.

        What is found in a picture does not depend on its company.
        """
        ...


_COCO: dict[int, ObjectClass] = {
    0: ObjectClass.PERSON,
    1: ObjectClass.TWO_WHEELER,
    2: ObjectClass.CAR,
    3: ObjectClass.TWO_WHEELER,
    5: ObjectClass.LARGE_VEHICLE,
    7: ObjectClass.LARGE_VEHICLE,
    **dict.fromkeys(range(14, 24), ObjectClass.ANIMAL),
}
"""The classes that Scelle tells apart among COCO's eighty (Lin et al. 2014)."""


@dataclass(frozen=True)
class Admitted:
    """A model that the catalogue admits, by the hash of its file.

    Attributes:
        sha256: of the file, hexadecimal.
        layout: which decoder reads its output.
        labels: every label the model can give; none may describe a body.
    """

    sha256: str
    name: str
    layout: str
    labels: tuple[str, ...]


CATALOGUE: tuple[Admitted, ...] = (
    Admitted(
        "31cb14c017fce347cb4c846ec62fdf00d76bb3beecdf4be21e7116ac67feb880",
        "FastestDet",
        "fastestdet",
        tuple(sorted({c.value for c in _COCO.values()})),
    ),
)
"""Models that may run; anything else stops the analysis."""


class OnnxDetector:
    """An admitted ONNX model run by onnxruntime on the processor.

    Args:
        path: the model file.
        data: its bytes, where they were read by somebody else.
        threshold: smallest score given back, 0 to 1.
        overlap: intersection over union above which the weaker of two boxes of
            one class is dropped (non-maximum suppression).

    Raises:
        BadInput: the file is missing or not in the catalogue.
        Misconfigured: onnxruntime does not run it where it was asked to.
    """

    def __init__(
        self,
        path: Path,
        data: bytes | None = None,
        *,
        threshold: float = 0.4,
        overlap: float = 0.5,
    ) -> None:
        try:
            data = path.read_bytes() if data is None else data
        except OSError as error:
            raise BadInput(
                f"the model {path} cannot be read: {error.strerror}",
                remedy="Give the path of an ONNX file that the catalogue admits.",
            ) from error
        self.sha256 = hashlib.sha256(data).hexdigest()
        admitted = {a.sha256: a for a in CATALOGUE}.get(self.sha256)
        if admitted is None:
            raise BadInput(
                f"the model {path.name} ({self.sha256[:16]}…) is not in the catalogue",
                remedy="Only models whose hash and labels were checked may run; see docs/models.",
            )
        self.name = admitted.name
        self._threshold, self._overlap = threshold, overlap
        options = ort.SessionOptions()
        # One thread per worker process: the workers are the parallelism, and the
        # order of sums stays the same for any number of them.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        wanted = ["CPUExecutionProvider"]
        self._session = ort.InferenceSession(data, options, providers=wanted)
        if self._session.get_providers() != wanted:
            raise Misconfigured(
                f"onnxruntime runs {self._session.get_providers()} instead of {wanted}",
                remedy="Reinstall with `./scelle try`; the set-up pins the runtime.",
            )
        model_input = self._session.get_inputs()[0]
        self._input = model_input.name
        self._side = int(model_input.shape[2])

    def detect_many(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[list[Detection]]:
        """See :class:`Detector`."""
        return [self.detect(picture) for picture in pictures]

    def detect(self, picture: npt.NDArray[np.uint8]) -> list[Detection]:
        """See :class:`Detector`; the whole picture is stretched to the model's square."""
        side = self._side
        small = np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA))
        tensor = small.astype(np.float32).transpose(2, 0, 1)[None] / 255
        (output,) = self._session.run(None, {self._input: tensor})
        boxes, classes, scores = _fastestdet(np.asarray(output)[0])
        height, width = picture.shape[:2]
        # The model may put edges outside the picture: nothing is there.
        low, high = np.clip(boxes[:, :2], 0, 1), np.clip(boxes[:, :2] + boxes[:, 2:], 0, 1)
        boxes = np.concatenate([low, high - low], 1) * (width, height, width, height)
        order = np.argsort(-scores, kind="stable")
        found: list[Detection] = []
        kept: list[int] = []
        for i in order:
            if scores[i] < self._threshold:
                break
            rivals = [k for k in kept if classes[k] == classes[i]]
            if rivals and iou_matrix(boxes[i], boxes[rivals]).max() > self._overlap:
                continue
            object_class = _COCO.get(int(classes[i]))
            if object_class is None or min(boxes[i, 2:]) <= 0:
                continue
            kept.append(int(i))
            box = Box(*(float(v) for v in boxes[i]))
            found.append(Detection(box, object_class, float(scores[i])))
        return found


def _fastestdet(
    output: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Decode ``(85, rows, columns)``: per cell objectness, tanh offset, sigmoid size, classes.

    Returns:
        boxes ``(n, 4)`` in shares of the picture, classes ``(n,)``, scores ``(n,)``.
    """
    _, rows, columns = output.shape
    cells = output.reshape(85, -1).astype(np.float64)
    row, column = np.divmod(np.arange(rows * columns), columns)
    best = cells[5:].argmax(0)
    score = np.power(np.clip(cells[0], 0, 1), 0.6) * np.power(cells[5:].max(0), 0.4)
    centre_x = (np.tanh(cells[1]) + column) / columns
    centre_y = (np.tanh(cells[2]) + row) / rows
    width, height = 1 / (1 + np.exp(-cells[3])), 1 / (1 + np.exp(-cells[4]))
    boxes = np.stack([centre_x - width / 2, centre_y - height / 2, width, height], 1)
    return boxes, best, score
