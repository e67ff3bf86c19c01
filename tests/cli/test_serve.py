from __future__ import annotations

import threading

import pytest

from scelle.cli.serve import _meanwhile


def test_what_fails_once_is_told_and_done_again(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[int] = []
    again = threading.Event()

    def do() -> None:
        done.append(len(done))
        if len(done) == 1:
            raise OSError("the disk is full")
        again.set()

    with _meanwhile(do, 0.01):
        assert again.wait(10)
    assert "the disk is full" in capsys.readouterr().err
