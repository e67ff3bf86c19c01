"""``try`` and the commands after it, on a real installation and a small recording."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scelle.footage.encode import Mp4Writer

WIDTH, HEIGHT, FPS, FRAMES = 320, 240, 10, 60


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds in which one red figure crosses a street."""
    path = tmp_path_factory.mktemp("recording") / "street.mp4"
    noise = np.random.default_rng(7).integers(0, 3, (FRAMES, HEIGHT, WIDTH, 3), np.uint8)
    with Mp4Writer(path, WIDTH, HEIGHT, Fraction(1, FPS), rate=Fraction(FPS)) as out:
        for number in range(FRAMES):
            # A picture without any colour would be taken for infrared, where colours are unknown.
            picture = np.array([70, 130, 110], np.uint8) + noise[number]
            picture[:100] += np.array([120, 60, 20], np.uint8)
            left = 6 * (number - 8)
            if 0 <= left < WIDTH - 24:
                picture[120:190, left : left + 24] = (30, 30, 200)
            out.write(picture, number)
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def tried(scelle: Any, home: Path, recording: Path) -> Any:
    """The object of ``try --json``; only the first call has anything to do."""
    done = scelle("try", recording, "--home", home, "--headless", "--json")
    assert done.status == 0, done.err
    return done.data


def test_try_tells_all_that_was_promised(tried: Any, recording: Path) -> None:
    assert tried.keys() == {"case", "exhibits", "synopsis", "ledger", "wall_s"}
    (exhibit,) = tried["exhibits"]
    assert exhibit.keys() == {
        "id", "sha256", "duration_s", "frames_expected", "frames_decoded", "frames_skipped",
        "frames_damaged", "frames_analysed", "tracks",
    }  # fmt: skip
    assert exhibit["frames_expected"] == FRAMES
    assert exhibit["frames_expected"] == sum(
        exhibit[f"frames_{name}"] for name in ("decoded", "skipped", "damaged")
    )
    assert exhibit["duration_s"] == FRAMES / FPS
    assert exhibit["tracks"] >= 1
    assert tried["synopsis"].keys() == {"path", "duration_s", "source_s", "tracks_shown"}
    assert tried["synopsis"]["source_s"] == FRAMES / FPS
    assert Path(tried["synopsis"]["path"]).read_bytes()[4:8] == b"ftyp"
    assert tried["ledger"].keys() == {"size", "root"}


def test_trying_again_finds_the_same_case_and_exhibit(
    scelle: Any, home: Path, recording: Path, tried: Any
) -> None:
    again = scelle("try", recording, "--home", home, "--headless", "--json").data
    assert again["case"] == tried["case"]
    assert again["exhibits"] == tried["exhibits"]
    told = scelle("try", recording, "--home", home, "--headless")
    assert "already analysed" in told.out
    assert "Without --headless" in told.out
    assert "opened again" in told.err
    assert again["ledger"]["size"] > tried["ledger"]["size"]
    listed = scelle("exhibit", "list", "--home", home, "--json").data["exhibits"]
    assert len(listed) == 1
    shown = scelle("case", "show", "--home", home, "--json").data
    assert shown["case"]["demonstration"] is True
    assert len(shown["mandates"]) == 1
    assert scelle("ledger", "verify", "--home", home, "--json").data["ok"] is True


def test_the_demonstration_can_be_worked_in_without_naming_anybody(
    scelle: Any, home: Path, tried: Any, tmp_path: Path
) -> None:
    output = tmp_path / "tracks.txt"
    exhibit = tried["exhibits"][0]
    line = ("tracks", "export", "--exhibit", exhibit["id"], "--format", "mot", "-o", output)
    done = scelle(*line, "--home", home)
    assert done.status == 0, done.err
    first = output.read_text().splitlines()[0].split(",")
    assert len(first) == 10
    found = scelle("search", "--home", home, "--colour", "red", "--json").data["tracks"]
    assert len(found) >= 1
    assert scelle("search", "--home", home, "--colour", "green", "--json").data["tracks"] == []


def test_a_stranger_is_refused_and_the_refusal_is_written_down(
    scelle: Any, home: Path, tried: Any
) -> None:
    line = ("coverage", "--case", tried["case"], "--home", home)
    done = scelle(*line, "--as", "stranger", "--json")
    assert done.status == 3
    entry = done.data["error"]["entry"]
    written = scelle("ledger", "show", "--home", home, "--json").data["entries"][entry]
    assert written["disclosed"]["act"] == "consult-coverage"
    assert "unknown-agent" in written["disclosed"]["rules"]


def test_what_is_no_recording_is_refused_and_leaves_nothing(
    scelle: Any, home: Path, tried: Any, tmp_path: Path
) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("no video")
    for given in (text, tmp_path, tmp_path / "absent.mp4", "rtsp://camera/1"):
        done = scelle("try", given, "--home", home, "--headless", "--json")
        assert done.status == 2, given
        assert done.data["error"]["remedy"]
    assert len(scelle("exhibit", "list", "--home", home, "--json").data["exhibits"]) == 1


def test_the_home_of_real_work_is_left_alone(scelle: Any, recording: Path, tmp_path: Path) -> None:
    register = ("agent", "register", "chief", "--role", "administrator", "--service", "SR")
    assert scelle(*register, "--home", tmp_path, "--as", "chief").status == 0
    done = scelle("try", recording, "--home", tmp_path, "--headless", "--json")
    assert done.status == 3
    assert not (tmp_path / "demonstration.json").exists()
