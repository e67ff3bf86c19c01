from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scelle.benchmarks.detector import Figures, bench_detector, latency_ms
from scelle.benchmarks.labelled import Sample
from scelle.errors import BadInput
from scelle.model.geometry import Box
from scelle.model.tracks import ObjectClass
from scelle.vision.catalogue import own_model
from scelle.vision.detect import Detection


@dataclass(frozen=True)
class Told:
    found: list[Detection]
    name: str = "told"
    sha256: str = "0" * 64

    def detect(self, picture: npt.NDArray[np.uint8]) -> list[Detection]:
        return self.found

    def detect_many(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[list[Detection]]:
        return [self.found for _ in pictures]


def sample(view: str, light: str = "day") -> Sample:
    """A person in blue below a pink head, and a car."""
    picture = np.full((120, 160, 3), 130, np.uint8)
    picture[20:30, 20:40] = (180, 170, 240)
    picture[30:60, 20:40] = (220, 60, 20)
    return Sample(
        picture,
        {
            ObjectClass.PERSON: np.array([[20.0, 20, 20, 60]]),
            ObjectClass.CAR: np.array([[80.0, 60, 50, 30]]),
        },
        view=view,
        light=light,
    )


PERSON = Detection(Box(20, 20, 20, 60), ObjectClass.PERSON, 0.9)
FAINT = Detection(Box(80, 60, 50, 30), ObjectClass.CAR, 0.1)


def test_figures_by_class_view_and_light() -> None:
    figures = Figures(0.4)
    figures.measure(Told([PERSON, FAINT]), [sample("cctv"), sample("street", "night")])
    scores = figures.scores()
    assert set(scores) == {"all", "cctv", "street", "day", "night"}
    everything = scores["all"]
    assert everything["person"]["all"].recall == 1
    # Found, but with a score that an analysis would not believe.
    assert everything["car"]["all"].ap50 == 1
    assert everything["car"]["all"].recall == 0
    assert everything["mean"]["all"].recall == 0.5
    assert everything["car"]["all"].objects == 2
    assert scores["night"]["person"]["all"].objects == 1
    assert "small" not in everything["person"]


def test_people_are_grouped_by_what_they_wear_above() -> None:
    figures = Figures(0.4)
    figures.measure(Told([PERSON]), [sample("cctv")])
    figures.measure(Told([]), [sample("cctv"), sample("cctv", "thermal")])
    # Thermal pictures have no colours to speak of.
    assert figures.clothing() == {"blue": (0.5, 2)}


def test_the_own_detector_is_measured_on_a_folder(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), sample("x").picture)
    image = {"id": 1, "file_name": "a.png", "width": 160, "height": 120, "labelled": ["person"]}
    data = {
        "categories": [{"id": 1, "name": "person"}],
        "images": [image],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [20, 20, 20, 60], "iscrowd": 0}],
    }
    (tmp_path / "val.json").write_text(json.dumps(data))
    told: list[tuple[str, float]] = []
    (measured,) = bench_detector(
        [own_model()], tmp_path, progress=lambda stage, done, *_: told.append((stage, done))
    )
    assert measured.pictures["all"]["person"]["all"].objects == 1
    assert measured.regions is None
    assert measured.sequence == {}
    assert measured.latency_ms > 0
    assert told == [("Scelle detector: labelled pictures", 1)]
    json.dumps(measured.view(), allow_nan=False)


def test_without_pictures_there_is_nothing_to_measure(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no labelled pictures"):
        bench_detector([own_model()], tmp_path)


def test_latency_is_that_of_one_canvas() -> None:
    seen: list[tuple[int, ...]] = []

    class Slow(Told):
        def detect(self, picture: npt.NDArray[np.uint8]) -> list[Detection]:
            seen.append(picture.shape)
            return []

    assert 0 < latency_ms(Slow([]), rounds=3) < 100
    assert set(seen) == {(320, 320, 3)}
