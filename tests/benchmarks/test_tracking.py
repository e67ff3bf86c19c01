from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from scelle.benchmarks import rivals
from scelle.benchmarks.dvr_scan import VERSION as DVR_SCAN
from scelle.benchmarks.environment import environment
from scelle.benchmarks.oracle import VERSION as JUDGE
from scelle.benchmarks.oracle import oracle
from scelle.benchmarks.tracking import every_frame
from scelle.errors import Misconfigured
from scelle.model.acts import no_progress
from scelle.model.geometry import Direction
from scelle.model.tracks import Description, ObjectClass, Track


def test_between_two_looks_a_track_is_on_the_straight_line() -> None:
    frame = np.array([4, 7, 8])
    boxes = np.array([[0, 0, 10, 20], [30, 6, 10, 20], [40, 8, 10, 20]], np.float32)
    track = Track(
        "x-3", "x", 3, ObjectClass.UNKNOWN, 0.5, "", Fraction(1, 25), frame, frame, boxes,
        np.ones(3, np.bool_),
        Description(True, (), (), (), 10, 20, Direction.RIGHT, 1, 1),
    )  # fmt: skip
    rows = every_frame([track])
    assert rows.frame.tolist() == [5, 6, 7, 8, 9], "from one on"
    assert rows.boxes[:, 0].tolist() == [0, 10, 20, 30, 40]
    assert set(rows.number.tolist()) == {3}
    assert len(every_frame([])) == 0


def test_a_rival_gets_the_same_line_between_its_looks() -> None:
    tracked = np.array([[1, 7, 0, 0, 9, 9], [4, 7, 30, 0, 9, 9], [7, 8, 0, 0, 9, 9]], float)
    filled = rivals._fill(tracked, [1, 4, 7], 7)
    assert filled[:, 0].tolist() == [1, 2, 3, 4, 7]
    assert filled[:4, 2].tolist() == [0, 10, 20, 30]
    gone = np.array([[1, 7, 0, 0, 9, 9], [7, 7, 60, 0, 9, 9]], float)
    assert len(rivals._fill(gone, [1, 4, 7], 7)) == 2, "it was not seen at the look between"


def test_an_interpreter_without_the_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="has no package") as caught:
        oracle(Path(sys.executable), no_progress)
    assert "--oracle" in caught.value.remedy
    with pytest.raises(Misconfigured, match="cannot be run"):
        oracle(tmp_path / "nothing", no_progress)


@pytest.mark.parametrize(
    ("name", "pinned"),
    [
        ("oracle", f"trackers=={JUDGE}"),
        ("dvr_scan", f"dvr-scan=={DVR_SCAN}"),
    ],
)
def test_the_locks_of_others_pin_by_hash_and_name_no_address(name: str, pinned: str) -> None:
    text = Path(rivals.__file__).with_name(f"{name}.lock").read_text()
    assert pinned in text
    assert "//" not in text
    for block in text.replace("\\\n", "").splitlines():
        assert "==" in block
        assert "--hash=sha256:" in block


def test_an_environment_that_cannot_be_made_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scelle.benchmarks.environment.user_cache_path", lambda _: tmp_path)
    made = tmp_path / "nothing-1"
    with pytest.raises(
        Misconfigured, match=r"nothing 1 could not be made.*nothing\.lock"
    ) as caught:
        environment("nothing", "nothing 1", "Do without.", no_progress)
    assert caught.value.remedy == "Do without."
    assert not (made / "complete").exists()
    (made / "complete").touch()
    assert environment("nothing", "nothing 1", "", no_progress) == made / "bin"
