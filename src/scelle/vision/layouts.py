"""How each kind of admitted model is fed and read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from scelle.model.geometry import iou_matrix
from scelle.model.tracks import ObjectClass

UInt8Array = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Found:
    """Objects in one picture, best first.

    Attributes:
        corners: ``(n, 4)`` x0, y0, x1, y1 in pixels of the picture; may reach outside.
        classes: ``n``.
        scores: ``(n,)`` 0 to 1.
    """

    corners: FloatArray
    classes: list[ObjectClass]
    scores: FloatArray


class Layout(Protocol):
    """Runs a session on one picture."""

    def __call__(
        self, session: ort.InferenceSession, picture: UInt8Array, threshold: float, overlap: float
    ) -> Found:
        """Objects of ``threshold`` up, of those of a class overlapping by more than ``overlap``
        only the best.
        """
        ...


_OWN = (
    ObjectClass.PERSON,
    ObjectClass.TWO_WHEELER,
    ObjectClass.CAR,
    ObjectClass.LARGE_VEHICLE,
    ObjectClass.ANIMAL,
)

LONGEST = 640
"""Longer sides are scaled down to this: larger pictures cost time in proportion, and the
detector was trained on objects as they appear in pictures of about this size."""


def own(
    session: ort.InferenceSession, picture: UInt8Array, threshold: float, overlap: float
) -> Found:
    """The project's own model: any size, decoded and suppressed inside the graph.

    Input ``pictures`` uint8 ``(1, h, w, 3)`` BGR, sides multiples of 32, filled up with
    black; output ``(k, 7)``: picture, x0, y0, x1, y1, class, score.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, LONGEST / max(height, width))
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    h, w = picture.shape[:2]
    if h % 32 or w % 32:
        filled = np.zeros((-(-h // 32) * 32, -(-w // 32) * 32, 3), np.uint8)
        filled[:h, :w] = picture
        picture = filled
    (rows,) = session.run(
        None,
        {
            "pictures": picture[None],
            "threshold": np.array([threshold], np.float32),
            "overlap": np.array([overlap], np.float32),
        },
    )
    rows = np.asarray(rows, np.float64)
    rows = rows[np.argsort(-rows[:, 6], kind="stable")]
    corners = rows[:, 1:5] * np.array([width / w, height / h] * 2)
    return Found(corners, [_OWN[int(k)] for k in rows[:, 5]], rows[:, 6])


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


def fastestdet(
    session: ort.InferenceSession, picture: UInt8Array, threshold: float, overlap: float
) -> Found:
    """FastestDet (dog-qiuqiu, 2022): the whole picture is stretched to the model's square."""
    model_input = session.get_inputs()[0]
    side = int(model_input.shape[2])
    small = np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA))
    tensor = small.astype(np.float32).transpose(2, 0, 1)[None] / 255
    (output,) = session.run(None, {model_input.name: tensor})
    corners, classes, scores = _cells(np.asarray(output)[0])
    height, width = picture.shape[:2]
    kept: list[int] = []
    boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], 1)
    for i in np.argsort(-scores, kind="stable"):
        if scores[i] < threshold:
            break
        rivals = [k for k in kept if classes[k] == classes[i]]
        if rivals and iou_matrix(boxes[i], boxes[rivals]).max() > overlap:
            continue
        if int(classes[i]) in _COCO:
            kept.append(int(i))
    return Found(
        corners[kept] * (width, height, width, height),
        [_COCO[int(classes[i])] for i in kept],
        scores[kept],
    )


def _cells(output: npt.NDArray[np.float32]) -> tuple[FloatArray, npt.NDArray[np.intp], FloatArray]:
    """Decode ``(85, rows, columns)``: per cell objectness, tanh offset, sigmoid size, classes.

    Returns:
        corners ``(n, 4)`` in shares of the picture, inside it; classes and scores ``(n,)``.
    """
    _, rows, columns = output.shape
    cells = output.reshape(85, -1).astype(np.float64)
    row, column = np.divmod(np.arange(rows * columns), columns)
    best = cells[5:].argmax(0)
    score = np.power(np.clip(cells[0], 0, 1), 0.6) * np.power(cells[5:].max(0), 0.4)
    centre_x = (np.tanh(cells[1]) + column) / columns
    centre_y = (np.tanh(cells[2]) + row) / rows
    width, height = 1 / (1 + np.exp(-cells[3])), 1 / (1 + np.exp(-cells[4]))
    half = np.stack([width, height], 1) / 2
    centre = np.stack([centre_x, centre_y], 1)
    # The model may put edges outside the picture: nothing is there.
    return np.clip(np.concatenate([centre - half, centre + half], 1), 0, 1), best, score


LAYOUTS: dict[str, Layout] = {"scelle": own, "fastestdet": fastestdet}
"""Decoders by the name that the catalogue gives."""
