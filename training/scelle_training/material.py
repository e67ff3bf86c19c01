"""Labelled pictures, decoded once into one file that is mapped into memory."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scelle_training.classes import CLASSES, check

UInt8Array = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Labelled:
    """One picture with what is known about it.

    Attributes:
        picture: uint8 ``(h, w, 3)`` BGR.
        boxes: float32 ``(n, 5)``: x0, y0, x1, y1 in pixels, class number.
        ignored: float32 ``(m, 5)``: same columns; a place where nothing is known of
            that class. A class that nobody annotated has the whole picture here.
    """

    picture: UInt8Array
    boxes: FloatArray
    ignored: FloatArray


def read(root: Path, split: str, *, pseudo: bool) -> Iterator[tuple[str, Labelled]]:
    """Source name and picture of each image of a COCO-style split.

    Args:
        root: holds ``SPLIT.json`` and the images that it names.
        split: ``train`` or ``val``.
        pseudo: learn boxes that only a teacher saw; otherwise they are ignored places.

    Raises:
        Biometric, ValueError: the label file knows a class that it must not.
        FileNotFoundError: an image is missing or cannot be decoded.
    """
    data = json.loads((root / f"{split}.json").read_text())
    names = {c["id"]: c["name"] for c in data["categories"]}
    check(names.values())
    rows = defaultdict(list)
    for annotation in data["annotations"]:
        rows[annotation["image_id"]].append(annotation)
    for image in data["images"]:
        check(image["labelled"])
        picture = cv2.imread(str(root / image["file_name"]), cv2.IMREAD_COLOR)
        if picture is None:
            raise FileNotFoundError(f"{root / image['file_name']} is missing or damaged")
        height, width = picture.shape[:2]
        scale = np.array([width / image["width"], height / image["height"]] * 2)
        boxes: list[list[float]] = []
        ignored: list[list[float]] = []
        for a in rows[image["id"]]:
            x, y, w, h = a["bbox"]
            row = [
                *(np.array([x, y, x + w, y + h]) * scale),
                CLASSES.index(names[a["category_id"]]),
            ]
            learnt = not a["iscrowd"] or (pseudo and a.get("pseudo", False))
            (boxes if learnt else ignored).append(row)
        ignored += [
            [0, 0, width, height, k] for k, c in enumerate(CLASSES) if c not in image["labelled"]
        ]
        yield image["source"], Labelled(np.asarray(picture, np.uint8), _rows(boxes), _rows(ignored))


def _rows(rows: list[list[float]]) -> FloatArray:
    return np.array(rows, np.float32).reshape(-1, 5)


class Pool:
    """Pictures written by :meth:`write`, mapped into memory.

    Args:
        folder: holds ``pictures.u8`` and ``index.npz``.
    """

    def __init__(self, folder: Path) -> None:
        with np.load(folder / "index.npz") as index:
            self._at = index["at"]
            self._size = index["size"]
            self._boxes, self._boxes_at = index["boxes"], index["boxes_at"]
            self._ignored, self._ignored_at = index["ignored"], index["ignored_at"]
            self.sources: list[str] = index["sources"].tolist()
        self._pictures = np.memmap(folder / "pictures.u8", np.uint8, "r")

    def __len__(self) -> int:
        return len(self._size)

    def __getitem__(self, number: int) -> Labelled:
        height, width = self._size[number]
        start = self._at[number]
        flat = self._pictures[start : start + height * width * 3]
        return Labelled(
            flat.reshape(height, width, 3),
            self._boxes[self._boxes_at[number] : self._boxes_at[number + 1]],
            self._ignored[self._ignored_at[number] : self._ignored_at[number + 1]],
        )

    def objects(self, least: float = 6.0) -> list[npt.NDArray[np.int64]]:
        """For each class, rows ``(n, 2)``: picture, and number of a box of ``least`` pixels up."""
        boxes = self._boxes
        picture = np.repeat(np.arange(len(self)), np.diff(self._boxes_at))
        row = np.arange(len(boxes)) - self._boxes_at[picture]
        big = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) >= least
        return [np.stack([picture, row], 1)[big & (boxes[:, 4] == k)] for k in range(len(CLASSES))]

    @staticmethod
    def write(folder: Path, pictures: Iterable[tuple[str, Labelled]]) -> int:
        """Write pictures one after the other; says how many."""
        folder.mkdir(parents=True, exist_ok=True)
        sources: list[str] = []
        size: list[tuple[int, int]] = []
        boxes: list[FloatArray] = []
        ignored: list[FloatArray] = []
        with (folder / "pictures.u8").open("wb") as out:
            for source, item in pictures:
                out.write(np.ascontiguousarray(item.picture).tobytes())
                sources.append(source)
                size.append((item.picture.shape[0], item.picture.shape[1]))
                boxes.append(item.boxes)
                ignored.append(item.ignored)
        area = [h * w * 3 for h, w in size]
        np.savez(
            folder / "index.npz",
            sources=np.array(sources),
            size=np.array(size, np.int64).reshape(-1, 2),
            at=np.cumsum([0, *area], dtype=np.int64)[:-1],
            boxes=np.concatenate([*boxes, np.zeros((0, 5), np.float32)]),
            boxes_at=np.cumsum([0, *(len(b) for b in boxes)], dtype=np.int64),
            ignored=np.concatenate([*ignored, np.zeros((0, 5), np.float32)]),
            ignored_at=np.cumsum([0, *(len(b) for b in ignored)], dtype=np.int64),
        )
        return len(size)
