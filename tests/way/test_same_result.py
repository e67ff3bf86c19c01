"""The same recording gives the same tracks: in another home, with other workers, by other ways."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.way.conftest import Looked, Office


@pytest.fixture(scope="module")
def again(
    new_office: Callable[[], Office], look_at: Callable[..., Looked], footage: Path
) -> Callable[[Path, int], Looked]:
    """Looks at a recording in a fresh installation."""

    def anew(path: Path, workers: int) -> Looked:
        office = new_office()
        case_id = office.staff()
        office.authorise(case_id)
        return look_at(office, case_id, path, workers)

    return anew


def pictures(looked: Looked) -> dict[int, str]:
    """A digest of each tube's times, boxes, pictures and masks, by track number."""
    return {
        number: hashlib.sha256(
            b"".join((t.pts.tobytes(), t.boxes.tobytes(), *t.pictures, *t.masks))
        ).hexdigest()
        for number, t in looked.tubes().items()
    }


def assert_same(a: Looked, b: Looked, folder: Path) -> None:
    assert a.exhibit.id != b.exhibit.id
    assert len(a.tracks) > 3
    assert a.analysis.manifest_sha256 == b.analysis.manifest_sha256
    assert a.digest() == b.digest()
    a.mot(folder / "a.txt")
    b.mot(folder / "b.txt")
    assert (folder / "a.txt").read_bytes() == (folder / "b.txt").read_bytes()
    assert pictures(a) == pictures(b)


@pytest.mark.parametrize("workers", [1, 2])
def test_two_runs_of_a_real_recording(
    looked: Callable[[str], Looked],
    again: Callable[[Path, int], Looked],
    tmp_path: Path,
    workers: int,
) -> None:
    first = looked("road")
    assert_same(first, again(first.path, workers), tmp_path)


@pytest.mark.parametrize("workers", [1, 3])
def test_several_segments_on_any_number_of_workers(
    again: Callable[[Path, int], Looked], yard: Path, tmp_path: Path, workers: int
) -> None:
    assert_same(again(yard, 2), again(yard, workers), tmp_path)


def test_two_segments_of_a_real_recording_on_one_worker(
    looked: Callable[[str], Looked], again: Callable[[Path, int], Looked], tmp_path: Path
) -> None:
    first = looked("one-by-one")
    assert_same(first, again(first.path, 1), tmp_path)
