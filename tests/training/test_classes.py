from __future__ import annotations

import json
from pathlib import Path

import pytest

from scelle.benchmarks.labelled import KNOWN
from scelle_training.classes import CLASSES, Biometric, check

MATERIAL = Path(__file__).resolve().parents[3] / "shared" / "training"


def test_the_classes_are_those_that_the_program_tells_apart() -> None:
    assert [c.replace("_", "-") for c in CLASSES] == [c.value for c in KNOWN]
    check(CLASSES)


@pytest.mark.parametrize(
    "label",
    ["face", "Face", "woman", "male-adult", "age_20_30", "person_name", "gait", "skin_tone", "sex"],
)
def test_labels_about_bodies_are_refused(label: str) -> None:
    with pytest.raises(Biometric, match="learns none"):
        check(["car", label])


def test_other_unknown_labels_are_refused_too() -> None:
    with pytest.raises(ValueError, match="is none of"):
        check(["dog"])


@pytest.mark.parametrize("split", ["train", "val"])
def test_the_label_files_hold_no_face_sex_age_or_identity(split: str) -> None:
    file = MATERIAL / f"{split}.json"
    if not file.is_file():
        pytest.skip(f"no label file at {file}")
    data = json.loads(file.read_text())
    names = [c["name"] for c in data["categories"]]
    check(names)
    assert sorted(names) == sorted(CLASSES)
    for image in data["images"]:
        check(image["labelled"])
    known = {c["id"] for c in data["categories"]}
    fields = {key for a in data["annotations"] for key in a}
    assert {a["category_id"] for a in data["annotations"]} <= known
    # A box, its class, and how certain it is: nothing else about anybody.
    assert fields <= {
        *("id", "image_id", "category_id", "bbox", "area", "iscrowd", "pseudo", "score"),
        *("with_rider", "group", "ambiguous", "tiny", "dontcare"),
    }
