"""What is made for one answer is gone after it, also where the process was killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scelle.store.handing import Handing, sweep

KILLED = """
import os, sys
from pathlib import Path
from scelle.store.handing import Handing
(Handing(Path(sys.argv[1])).folder / "clip.mp4").write_bytes(b"x")
os._exit(9)
"""


def test_an_answer_leaves_nothing(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    one = Handing(exports)
    (one.folder / "clip.mp4").write_bytes(b"x")
    one.close()
    assert list(exports.iterdir()) == []


def test_what_a_killed_process_left_goes_and_nothing_else(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    made = Handing(exports)
    (exports / "clip-1").mkdir()
    (exports / ".answer-note").write_text("a file of somebody")
    subprocess.run([sys.executable, "-c", KILLED, str(exports)], check=False)
    left = list(exports.glob(".answer-*/clip.mp4"))
    assert len(left) == 1
    sweep(exports)
    assert sorted(exports.iterdir()) == sorted(
        [made.folder, exports / "clip-1", exports / ".answer-note"]
    )
    made.close()


@pytest.mark.parametrize("function", ["tempfile.mkdtemp", "os.open"])
def test_a_folder_that_is_swept_before_it_is_held_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    exports = tmp_path / "exports"
    room, name = function.split(".")
    own = getattr(sys.modules[room], name)
    swept: list[bool] = []

    def done_then_swept(*arguments: Any, **named: Any) -> Any:
        made = own(*arguments, **named)
        if exports.exists() and not swept:
            swept.append(True)
            sweep(exports)
        return made

    exports.mkdir()
    monkeypatch.setattr(function, done_then_swept)
    made = Handing(exports)
    assert swept
    assert list(exports.iterdir()) == [made.folder]
    sweep(exports)
    assert made.folder.is_dir()
    made.close()
    assert list(exports.iterdir()) == []
