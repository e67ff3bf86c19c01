from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scelle_training.footage import frames, taught


def says(*rows: list[float]) -> object:
    """A teacher that answers the whole picture, and is silent about parts of it."""
    first = True

    def teacher(bgr: npt.NDArray[np.uint8], conf: float) -> npt.NDArray[np.float32]:
        nonlocal first
        answer = np.array(rows if first else [], np.float32).reshape(-1, 6)
        first = False
        return answer[answer[:, 4] >= conf]

    return teacher


def test_what_a_teacher_is_sure_of_is_learnt_and_the_rest_ignored() -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    item = taught(
        picture,
        [says([10, 10, 30, 60, 0.9, 0], [100, 20, 180, 60, 0.4, 2], [0, 0, 9, 9, 0.9, 56])],  # type: ignore[list-item]
    )
    # A chair is none of the classes.
    assert item.boxes.tolist() == [[10, 10, 30, 60, 0]]
    assert [100, 20, 180, 60, 2] in item.ignored.tolist()


def test_two_teachers_who_see_one_object_give_one_box() -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    both = [says([10, 10, 30, 60, 0.8, 0]), says([11, 9, 31, 61, 0.7, 0])]
    assert taught(picture, both).boxes.tolist() == [[10, 10, 30, 60, 0]]  # type: ignore[arg-type]


def test_large_frames_are_reduced_with_their_boxes() -> None:
    picture = np.zeros((720, 1280, 3), np.uint8)
    item = taught(picture, [says([100, 200, 300, 400, 0.9, 2])])  # type: ignore[list-item]
    assert item.picture.shape == (360, 640, 3)
    assert item.boxes.tolist() == [[50, 100, 150, 200, 2]]


def test_evaluation_sequences_are_never_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="evaluation only"):
        next(frames(tmp_path / "mot15-PETS09-S2L1" / "video.mp4", 3))


def test_frames_are_spread_over_a_recording(tmp_path: Path) -> None:
    file = tmp_path / "video.avi"
    out = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for level in range(0, 200, 10):
        out.write(np.full((48, 64, 3), level, np.uint8))
    out.release()
    seen = [round(float(f.mean()), -1) for f in frames(file, 3)]
    assert seen[0] == 0
    assert seen[-1] == 190
    assert len(seen) == 3
