"""Folders, patterns, split recordings, and one bar over all the files."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scelle.cli.program import run
from scelle.cli.receiving import Overall, in_order, recordings
from scelle.engine.protection import offered
from scelle.errors import BadInput, UnreadableSource
from scelle.model.acts import ReceiveExhibit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b/2.mp4", "a.mp4", "b/1.mp4", ".hidden.mp4", "b/.x/3.mp4"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(b"x" * 10)
    return tmp_path / "in"


def test_files_folders_and_patterns(folder: Path) -> None:
    def names(*given: Path) -> list[str]:
        return [str(p.relative_to(folder)) for p in recordings(given)]

    assert names(folder) == ["a.mp4", "b/1.mp4", "b/2.mp4"]
    assert names(folder / "b" / "*.mp4") == ["b/1.mp4", "b/2.mp4"]
    assert names(folder / "**" / "?.mp4") == ["a.mp4", "b/1.mp4", "b/2.mp4"]
    assert names(folder / "b" / "2.mp4", folder) == ["b/2.mp4", "a.mp4", "b/1.mp4"]
    assert names(folder / "absent.mp4") == ["absent.mp4"]
    (folder / "odd[1].mp4").write_bytes(b"x")
    assert names(folder / "odd[1].mp4") == ["odd[1].mp4"]
    for nothing in (folder / "*.avi", folder / "empty"):
        (folder / "empty").mkdir(exist_ok=True)
        with pytest.raises(BadInput, match="no file"):
            recordings([nothing])


def test_split_files_go_by_the_times_in_their_names() -> None:
    late, early = Path("ch1_20260301230000.dav"), Path("z/ch1_20260301220000.dav")
    assert in_order([late, early]) == [early, late]
    assert in_order([late, Path("a.dav")]) == [late, Path("a.dav")]


def test_one_bar_over_all(folder: Path) -> None:
    told: list[tuple[float, float]] = []
    files = [folder / "a.mp4", folder / "b" / "1.mp4"]
    overall = Overall(files, lambda stage, done, total, unit: told.append((done, total)))
    overall.one(files[0])("receive", 10, 10, "bytes")
    overall.one(files[1])("receive", 5, 10, "bytes")
    assert told == [(10, 20), (15, 20)]


def test_a_folder_is_received(
    opening: Any, values: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    answers = iter(
        [
            values.exhibit,
            UnreadableSource("no video", remedy="another"),
            replace(values.exhibit, id="f" * 26, received_at=later),
        ]
    )

    def answer(_: object) -> object:
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    opening.answers[ReceiveExhibit] = answer
    done = run(
        ["exhibit", "receive", str(folder), "--case", "c", "--camera", "n", "--origin", "o",
         "--rate", "12.5", "--json"]
    )  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    assert done == 2
    assert [e["id"] for e in told["exhibits"]] == [values.exhibit.id, "f" * 26]
    assert told["already_received"] == [values.exhibit.id]
    assert told["sandbox"] == list(offered().names)
    assert [Path(f["path"]).name for f in told["failed"]] == ["1.mp4"]
    assert {act.rate for _, act in opening.asked} == {Fraction(25, 2)}


def test_a_split_recording_is_received_as_one(opening: Any, values: Any, folder: Path) -> None:
    opening.answers[ReceiveExhibit] = values.exhibit
    done = run(
        ["exhibit", "receive", str(folder), "--join", "--case", "c", "--camera", "n",
         "--origin", "o"]
    )  # fmt: skip
    assert done == 0
    ((_, act),) = opening.asked
    assert [act.path.name, *(p.name for p in act.also)] == ["a.mp4", "1.mp4", "2.mp4"]


@pytest.mark.parametrize("rate", ["0", "x", "1/0", "1001"])
def test_impossible_rates(opening: Any, folder: Path, rate: str) -> None:
    told = ["--camera", "n", "--origin", "o", "--case", "c", "--rate", rate]
    assert run(["exhibit", "receive", str(folder), *told]) == 2
    assert opening.asked == []
