from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scelle.footage.part import part_of


def test_it_becomes_the_file_or_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    with part_of(target) as part:
        part.write_bytes(b"whole")
        assert not target.exists()
        part.replace(target)
    assert target.read_bytes() == b"whole"
    with pytest.raises(LookupError), part_of(target) as part:
        part.write_text("half", encoding="no such")
    assert [p.name for p in tmp_path.iterdir()] == ["out.mp4"]
    assert target.read_bytes() == b"whole"


@pytest.mark.parametrize("name", ["out.mp4", "a [1]*?.mp4"])
def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from scelle.footage.part import part_of\n"
        "with part_of(Path(sys.argv[1])) as part: os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, target], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 1
    others = [tmp_path / f".other.{'0' * 16}.part", tmp_path / f".{name}.mine.part"]
    for other in others:
        other.touch()
    with part_of(target) as first, part_of(target) as second:
        # The first is still being written: it stays.
        assert {*tmp_path.iterdir()} == {first, second, *others}
    assert {*tmp_path.iterdir()} == {*others}


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError), part_of(tmp_path / "absent" / "out"):  # noqa: PT011
        os.abort()
