"""Pictures with known objects: COCO-style label files and MOTChallenge sequences."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput
from scelle.model.tracks import ObjectClass

FloatArray = npt.NDArray[np.float64]

KNOWN = (
    ObjectClass.PERSON,
    ObjectClass.TWO_WHEELER,
    ObjectClass.CAR,
    ObjectClass.LARGE_VEHICLE,
    ObjectClass.ANIMAL,
)
"""Every class that may be labelled."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One picture and what is known of it.

    Attributes:
        picture: uint8 ``(h, w, 3)`` BGR.
        objects: for each class that was looked for, ``(n, 4)`` left, top, width, height
            in pixels; of a class that is absent nothing is known.
        ignored: for each class ``(m, 4)``: places where nothing is known.
        view, light: what kind of camera and of light; empty where unknown.
    """

    picture: npt.NDArray[np.uint8]
    objects: dict[ObjectClass, FloatArray]
    ignored: dict[ObjectClass, FloatArray] = field(default_factory=dict)
    view: str = ""
    light: str = ""


class CocoSplit:
    """Every ``every``-th picture of a COCO-style split, in the order of its file.

    Args:
        root: holds ``SPLIT.json`` and the pictures that it names.
        split: ``train`` or ``val``.
        every: of the pictures.

    Raises:
        BadInput: there is no such split, or, while reading, a picture is missing or a
            class is unknown.
    """

    def __init__(self, root: Path, split: str, every: int = 1) -> None:
        self._root, self._file = root, root / f"{split}.json"
        try:
            data = json.loads(self._file.read_text())
        except (OSError, json.JSONDecodeError) as error:
            raise BadInput(
                f"there are no labelled pictures at {self._file}: {error}",
                remedy=f"Give a folder that holds {split}.json and its images.",
            ) from error
        self._names = {c["id"]: _class(c["name"], self._file) for c in data["categories"]}
        self._images: list[dict[str, Any]] = data["images"][::every]
        self._rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for annotation in data["annotations"]:
            self._rows[annotation["image_id"]].append(annotation)

    def __len__(self) -> int:
        return len(self._images)

    def __iter__(self) -> Iterator[Sample]:
        for image in self._images:
            path = self._root / image["file_name"]
            picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if picture is None:
                raise BadInput(
                    f"the picture {path} is missing or damaged",
                    remedy="Restore it, or take it out of the label file.",
                )
            x = picture.shape[1] / image["width"]
            y = picture.shape[0] / image["height"]
            boxes: dict[tuple[ObjectClass, bool], list[list[float]]] = defaultdict(list)
            for a in self._rows[image["id"]]:
                boxes[self._names[a["category_id"]], bool(a["iscrowd"])].append(a["bbox"])
            looked_for = [_class(name, self._file) for name in image["labelled"]]
            yield Sample(
                np.asarray(picture, np.uint8),
                {c: _boxes(boxes[c, False]) * (x, y, x, y) for c in looked_for},
                {c: _boxes(boxes[c, True]) * (x, y, x, y) for c in looked_for},
                image.get("view", ""),
                image.get("illum", ""),
            )


class MotSequence:
    """Every ``every``-th picture of a MOTChallenge sequence: its people.

    Args:
        folder: holds one video and ``gt/gt.txt``, whose frame 1 is the video's first.
        every: of the pictures.

    Raises:
        BadInput: the folder holds no such sequence.
    """

    def __init__(self, folder: Path, every: int = 1) -> None:
        videos = sorted(p for p in folder.glob("*") if p.suffix in (".mp4", ".mkv", ".avi"))
        truth = folder / "gt" / "gt.txt"
        if len(videos) != 1 or not truth.is_file():
            raise BadInput(
                f"{folder} holds no sequence with known people",
                remedy="Give a folder with one video and gt/gt.txt.",
            )
        self.video = videos[0]
        self.truth: FloatArray = np.loadtxt(truth, delimiter=",", ndmin=2)
        self._every = every
        with av.open(str(self.video)) as source:
            self.rate = float(source.streams.video[0].average_rate or 25)

    def __len__(self) -> int:
        return int(self.truth[:, 0].max()) // self._every

    def __iter__(self) -> Iterator[Sample]:
        with av.open(str(self.video)) as source:
            for number, frame in enumerate(source.decode(video=0), 1):
                if number % self._every == 0:
                    picture = np.ascontiguousarray(frame.to_ndarray(format="bgr24"), np.uint8)
                    people, unsure = self.people(number)
                    yield Sample(
                        picture, {ObjectClass.PERSON: people}, {ObjectClass.PERSON: unsure}
                    )

    def people(self, number: int) -> tuple[FloatArray, FloatArray]:
        """People of frame ``number``, from 1, and places to ignore: ``(n, 4)`` boxes each."""
        here = self.truth[self.truth[:, 0] == number]
        sure = here[:, 6] > 0
        return here[sure, 2:6], here[~sure, 2:6]


def _class(name: str, file: Path) -> ObjectClass:
    # Label files write an underscore where Scelle writes a hyphen.
    name = name.replace("_", "-")
    if name not in KNOWN:
        raise BadInput(
            f"{file} labels {name!r}, which Scelle does not name",
            remedy=f"Label only {', '.join(KNOWN)}.",
        )
    return ObjectClass(name)


def _boxes(rows: list[list[float]]) -> FloatArray:
    return np.array(rows, np.float64).reshape(-1, 4)
