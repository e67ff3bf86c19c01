from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from scelle.benchmarks import dvr_scan
from scelle.errors import BadInput, Misconfigured
from scelle.model.acts import no_progress


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A cache of its own, and what is asked of pip: the command, its variables, its status."""
    asked: list[tuple[list[str], dict[str, str]]] = []
    status = [0]

    def run(
        command: list[str], *, env: dict[str, str], **_: object
    ) -> subprocess.CompletedProcess[str]:
        asked.append((command, env))
        return subprocess.CompletedProcess(command, status[-1], "", "no such host")

    monkeypatch.setattr(
        "scelle.benchmarks.environment.user_cache_path", lambda name: tmp_path / name
    )
    monkeypatch.setattr("venv.create", lambda folder, with_pip: folder.mkdir(0o700, parents=True))
    monkeypatch.setattr("scelle.benchmarks.environment.subprocess.run", run)
    return asked, status


def test_an_environment_is_made_once_from_its_lock_alone(
    pip: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, _ = pip
    monkeypatch.setenv("PIP_CONSTRAINT", "/etc/constraints.txt")
    first = dvr_scan.program(no_progress)
    assert dvr_scan.program(no_progress) == first
    assert first.name == "dvr-scan"
    assert dvr_scan.VERSION in first.parent.parent.name
    ((command, variables),) = asked
    assert {"--require-hashes", "--no-deps"} <= set(command)
    assert Path(command[-1]).read_text().find(f"dvr-scan=={dvr_scan.VERSION}") >= 0
    assert variables["PIP_CONSTRAINT"] == "/dev/null"


def test_one_that_could_not_be_made_is_made_again(pip: Any) -> None:
    asked, status = pip
    status.append(1)
    with pytest.raises(Misconfigured, match="no such host") as caught:
        dvr_scan.program(no_progress)
    assert "--dvr-scan" in caught.value.remedy
    status.append(0)
    dvr_scan.program(no_progress)
    assert len(asked) == 2


def test_dvr_scan_is_given_the_file_and_writes_nothing(tmp_path: Path) -> None:
    program = tmp_path / "dvr-scan"
    program.write_text(f'#!/bin/sh\nsleep 0.05; echo "$@" > {tmp_path}/asked\n')
    program.chmod(0o700)
    assert 0.05 <= dvr_scan.scan(program, Path("a b.mp4")) < 20
    assert (tmp_path / "asked").read_text() == "--input a b.mp4 --scan-only --quiet\n"
    with pytest.raises(BadInput, match="DVR-Scan does not run"):
        dvr_scan.scan(tmp_path / "absent", Path("a.mp4"))
