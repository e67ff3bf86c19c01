from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from scelle.benchmarks.labelled import CocoSplit, MotSequence, Sample
from scelle.errors import BadInput
from scelle.model.tracks import ObjectClass

CATEGORIES = [{"id": 1, "name": "person"}, {"id": 2, "name": "two_wheeler"}]


def write(root: Path, annotations: list[dict[str, Any]], **more: Any) -> None:
    cv2.imwrite(str(root / "a.png"), np.zeros((40, 60, 3), np.uint8))
    image = {"id": 1, "file_name": "a.png", "width": 120, "height": 80, "view": "cctv"}
    data = {
        "categories": CATEGORIES,
        "images": [image | {"labelled": ["person"]} | more],
        "annotations": [{"image_id": 1, "iscrowd": 0} | a for a in annotations],
    }
    (root / "val.json").write_text(json.dumps(data))


def read(root: Path) -> Sample:
    split = CocoSplit(root, "val")
    assert len(split) == 1
    return next(iter(split))


def test_only_what_was_labelled_is_asked_for(tmp_path: Path) -> None:
    write(
        tmp_path,
        [
            {"category_id": 1, "bbox": [20, 10, 40, 30]},
            {"category_id": 1, "bbox": [0, 0, 10, 10], "iscrowd": 1},
            {"category_id": 2, "bbox": [0, 0, 20, 20]},
        ],
    )
    sample = read(tmp_path)
    assert set(sample.objects) == {ObjectClass.PERSON}
    assert sample.objects[ObjectClass.PERSON].tolist() == [[10, 5, 20, 15]]
    assert sample.ignored[ObjectClass.PERSON].tolist() == [[0, 0, 5, 5]]
    assert (sample.view, sample.light) == ("cctv", "")


def test_what_cannot_be_measured_on_is_said_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no labelled pictures") as caught:
        CocoSplit(tmp_path, "val")
    assert "val.json" in caught.value.remedy
    write(tmp_path, [], labelled=["person", "face"])
    with pytest.raises(BadInput, match="labels 'face'"):
        read(tmp_path)
    write(tmp_path, [])
    (tmp_path / "a.png").unlink()
    with pytest.raises(BadInput, match="missing or damaged"):
        read(tmp_path)
    with pytest.raises(BadInput, match="no sequence with known people"):
        MotSequence(tmp_path)


def test_every_so_manieth_picture(tmp_path: Path) -> None:
    write(tmp_path, [])
    data = json.loads((tmp_path / "val.json").read_text())
    data["images"] = [data["images"][0] | {"id": i} for i in range(7)]
    (tmp_path / "val.json").write_text(json.dumps(data))
    assert [len(CocoSplit(tmp_path, "val", n)) for n in (1, 3, 7)] == [7, 3, 1]


def test_people_of_a_real_sequence(footage: Path) -> None:
    sequence = MotSequence(footage / "mot15-PETS09-S2L1", every=400)
    samples = list(sequence)
    assert len(sequence) == len(samples) == 1
    assert sequence.rate == 7
    people, unsure = sequence.people(400)
    assert samples[0].picture.shape == (576, 768, 3)
    assert (samples[0].objects[ObjectClass.PERSON] == people).all()
    assert len(people) >= 3
    assert len(unsure) == 0
