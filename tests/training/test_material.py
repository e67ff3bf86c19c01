from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from scelle_training.classes import CLASSES, Biometric
from scelle_training.material import Labelled, Pool, read

NAMES = [{"id": i + 1, "name": name} for i, name in enumerate(CLASSES)]


def write(root: Path, labelled: list[str], rows: list[dict[str, Any]], **more: Any) -> None:
    """A split of one picture, which the label file says to be twice as large as it is."""
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    cv2.imwrite(str(root / "one.png"), picture)
    image = {"id": 7, "file_name": "one.png", "width": 120, "height": 80, "source": "test"}
    data = {
        "categories": NAMES,
        "images": [image | {"labelled": labelled}],
        "annotations": [{"image_id": 7, "iscrowd": 0} | row for row in rows],
    }
    (root / "train.json").write_text(json.dumps(data | more))


def only(root: Path, *, pseudo: bool = True) -> Labelled:
    ((source, item),) = read(root, "train", pseudo=pseudo)
    assert source == "test"
    return item


def test_boxes_are_scaled_to_the_picture_that_is_there(tmp_path: Path) -> None:
    write(tmp_path, list(CLASSES), [{"category_id": 3, "bbox": [20, 10, 40, 30]}])
    item = only(tmp_path)
    assert item.picture.shape == (40, 60, 3)
    assert item.boxes.tolist() == [[10, 5, 30, 20, 2]]
    assert len(item.ignored) == 0


def test_a_class_that_nobody_annotated_is_ignored_everywhere(tmp_path: Path) -> None:
    write(tmp_path, ["car"], [])
    ignored = only(tmp_path).ignored
    assert sorted(ignored[:, 4].tolist()) == [0, 1, 3, 4]
    assert (ignored[:, :4] == (0, 0, 60, 40)).all()


@pytest.mark.parametrize("pseudo", [True, False])
def test_what_only_a_teacher_saw_is_learnt_if_asked_and_ignored_if_not(
    tmp_path: Path, pseudo: bool
) -> None:
    row = {"category_id": 1, "bbox": [0, 0, 20, 20], "iscrowd": 1}
    write(tmp_path, list(CLASSES), [row, row | {"pseudo": True, "bbox": [40, 40, 20, 20]}])
    item = only(tmp_path, pseudo=pseudo)
    assert item.boxes[:, 0].tolist() == ([20] if pseudo else [])
    assert item.ignored[:, 0].tolist() == ([0] if pseudo else [0, 20])


def test_a_label_file_with_faces_is_refused(tmp_path: Path) -> None:
    write(tmp_path, [], [], categories=[*NAMES, {"id": 9, "name": "face"}])
    with pytest.raises(Biometric, match="face"):
        list(read(tmp_path, "train", pseudo=True))


def test_a_missing_picture_is_not_passed_over(tmp_path: Path) -> None:
    write(tmp_path, [], [])
    (tmp_path / "one.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"one\.png"):
        list(read(tmp_path, "train", pseudo=True))


def test_a_pool_gives_back_what_was_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)

    def labelled(height: int, width: int, boxes: int) -> Labelled:
        rows = [[1, 2, 1 + 5 * k, 30, k % 5] for k in range(1, boxes + 1)]
        array = np.array(rows, np.float32).reshape(-1, 5)
        return Labelled(rng.integers(0, 256, (height, width, 3), np.uint8), array, array[:1])

    items = [labelled(20, 30, 3), labelled(7, 5, 0), labelled(64, 48, 4)]
    count = Pool.write(tmp_path, ((f"source {i}", item) for i, item in enumerate(items)))
    pool = Pool(tmp_path)
    assert count == len(pool) == 3
    assert pool.sources == ["source 0", "source 1", "source 2"]
    for i, item in enumerate(items):
        assert (pool[i].picture == item.picture).all()
        assert (pool[i].boxes == item.boxes).all()
        assert (pool[i].ignored == item.ignored).all()
    objects = pool.objects(least=6)
    # The first box of each picture is five pixels wide: too small.
    assert [rows.tolist() for rows in objects] == [
        [], [], [[0, 1], [2, 1]], [[0, 2], [2, 2]], [[2, 3]],
    ]  # fmt: skip
