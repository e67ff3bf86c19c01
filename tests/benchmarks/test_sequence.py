from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from scelle.benchmarks.sequence import Rows, read_sequence
from scelle.errors import BadInput


def pictures(folder: Path, count: int = 6, size: tuple[int, int] = (64, 48)) -> None:
    (folder / "img1").mkdir(parents=True)
    for k in range(count):
        picture = np.full((size[1], size[0], 3), 40 + 20 * k, np.uint8)
        cv2.imwrite(str(folder / "img1" / f"{k + 1:06}.png"), picture)


def truth(folder: Path, text: str) -> None:
    (folder / "gt").mkdir(parents=True, exist_ok=True)
    (folder / "gt" / "gt.txt").write_text(text)


def test_pictures_are_encoded_at_the_stated_rate_almost_without_loss(tmp_path: Path) -> None:
    folder = tmp_path / "S1"
    pictures(folder)
    truth(folder, "2,1,0,0,5,5,1,1,1\n1,1,0,0,4,4,1,1,1\n")
    (folder / "seqinfo.ini").write_text("[Sequence]\nname=Yard\nimDir=img1\nframeRate=14\n")
    told: list[float] = []
    sequence = read_sequence(folder, tmp_path, lambda _, done, total, unit: told.append(done))
    assert (sequence.name, sequence.frames, sequence.rate) == ("Yard", 6, Fraction(14))
    assert sequence.encoded
    assert told == [1, 2, 3, 4, 5, 6]
    assert sequence.truth.frame.tolist() == [1, 2]
    with av.open(str(sequence.video)) as container:
        levels = [int(f.to_ndarray(format="bgr24").mean()) for f in container.decode(video=0)]
    assert np.abs(np.array(levels) - [40, 60, 80, 100, 120, 140]).max() <= 4


def test_a_recording_is_taken_as_it_is(tmp_path: Path) -> None:
    pictures(tmp_path / "a")
    truth(tmp_path / "a", "1,1,0,0,5,5,1,1,1\n")
    made = read_sequence(tmp_path / "a", tmp_path)
    folder = tmp_path / "b"
    truth(folder, "1,1,0,0,5,5,1,-4.1,-7.3,0\n")
    made.video.rename(folder / "clip.mp4")
    sequence = read_sequence(folder, tmp_path)
    assert sequence.video == folder / "clip.mp4"
    assert (sequence.encoded, sequence.frames, sequence.rate) == (False, 6, Fraction(25))
    assert sequence.detections is None


def test_a_place_on_the_ground_is_no_class(tmp_path: Path) -> None:
    # In the layout of 2015 the eighth column is a coordinate, from 2016 on a class.
    truth(tmp_path, "1,9,499,158,31,75,1,-4.1554,-7.3591,0\n1,8,1,2,3,4,0,2.5,0,0\n")
    rows = Rows.read(tmp_path / "gt/gt.txt", truth=True)
    assert rows.kind.tolist() == [1, 1]
    assert rows.score.tolist() == [1, 0]
    truth(tmp_path, "1,9,499,158,31,75,1,7,0.5\n")
    assert Rows.read(tmp_path / "gt/gt.txt", truth=True).kind.tolist() == [7]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    rows = Rows.of([2, 1], [5, 4], [[1.0, 2, 3, 4], [5.25, 6, 7, 8]], [0.5, 0.25])
    rows.write(tmp_path / "rows.txt")
    again = Rows.read(tmp_path / "rows.txt", truth=True)
    for name, column in vars(rows).items():
        assert (getattr(again, name) == column).all(), name
    assert again.frame.tolist() == [1, 2]


@pytest.mark.parametrize("text", ["", "1,2,x,4,5,6,7\n", "1,2,3\n"])
def test_rows_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    truth(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        Rows.read(tmp_path / "gt/gt.txt", truth=True)
    assert caught.value.remedy


def test_a_detector_may_have_found_nothing(tmp_path: Path) -> None:
    (tmp_path / "det.txt").write_text("\n")
    assert len(Rows.read(tmp_path / "det.txt")) == 0


def test_a_folder_without_a_sequence_is_refused(tmp_path: Path) -> None:
    truth(tmp_path, "1,1,0,0,5,5,1,1,1\n")
    with pytest.raises(BadInput, match="neither"):
        read_sequence(tmp_path, tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_sequence(tmp_path / "gt", tmp_path)
