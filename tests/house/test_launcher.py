"""The set-up script: what it makes, and what it does when something is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def launcher(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, with an environment of its own that installs nothing."""
    monkeypatch.setenv("SCELLE_VENV", str(tmp_path / "env"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("launcher", str(root / "scelle"))
    spec = spec_from_loader("launcher", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    made: list[str] = []

    def create() -> None:
        made.append("create")
        module.PYTHON.parent.mkdir(parents=True)
        module.PYTHON.touch()
        module.site_packages().mkdir(parents=True)

    monkeypatch.setattr(module, "create", create)
    monkeypatch.setattr(module, "install", lambda lock: made.append(lock.name))
    monkeypatch.setattr(module, "made", made, raising=False)
    return module


def test_the_second_start_does_nothing(launcher: ModuleType) -> None:
    launcher.ensure("run")
    launcher.ensure("run")
    assert launcher.made == ["create", "requirements.lock"]
    assert (launcher.site_packages() / "scelle-sources.pth").read_text().endswith("/src\n")


def test_the_tests_part_is_added_to_what_is_there(launcher: ModuleType) -> None:
    launcher.ensure("run")
    launcher.ensure("test")
    launcher.ensure("run")
    assert launcher.made == ["create", "requirements.lock", "requirements-test.lock"]


def test_another_lock_is_another_environment(
    launcher: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher.ensure("run")
    monkeypatch.setattr(launcher, "digest", lambda part: "another")
    monkeypatch.setattr(launcher.shutil, "which", lambda name: None)
    launcher.PYTHON.unlink()
    launcher.PYTHON.parent.rmdir()
    for path in sorted(launcher.VENV.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    launcher.ensure("run")
    assert launcher.made == ["create", "requirements.lock"] * 2


def test_an_interrupted_set_up_leaves_no_stamp(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher.ensure("run")

    def killed(lock: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(launcher, "install", killed)
    with pytest.raises(KeyboardInterrupt):
        launcher.ensure("test")
    assert launcher.stamped() == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_stamp_that_cannot_be_read_counts_for_nothing(launcher: ModuleType, text: str) -> None:
    launcher.ensure("run")
    launcher.STAMP.write_text(text)
    assert launcher.stamped() == {}


def test_without_root_the_line_to_run_is_told(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher.shutil, "which", lambda name: "/usr/bin/apt-get")
    monkeypatch.setattr(launcher.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as stopped:
        launcher.debian_install("chromium", "the tests need it")
    assert "sudo apt-get update && sudo apt-get install --yes chromium" in str(stopped.value)


def test_debian_starts_no_server_when_postgresql_is_installed(
    launcher: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, told = tmp_path / "createcluster.d" / "scelle.conf", list[tuple[str, str]]()
    monkeypatch.setattr(launcher, "CLUSTERS", settings)
    monkeypatch.setattr(launcher.shutil, "which", lambda name: "/usr/bin/apt-get")
    monkeypatch.setattr(launcher.os, "geteuid", lambda: 0)
    monkeypatch.setattr(
        launcher, "debian_install", lambda name, _: told.append((name, settings.read_text()))
    )
    launcher.install_postgresql()
    assert told == [("postgresql", "create_main_cluster = false\n")]
    assert not settings.exists()


def test_an_old_python_is_told_what_to_install(root: Path, tmp_path: Path) -> None:
    text = (root / "scelle").read_text().replace("(3, 11)", "(3, 99)", 1)
    script = tmp_path / "scelle"
    script.write_text(text)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "apt-get install python3" in done.stderr
    assert done.stdout == ""


def test_the_stamp_names_both_parts_by_their_digest(launcher: ModuleType) -> None:
    launcher.ensure("test")
    stamp = json.loads(launcher.STAMP.read_text())
    assert stamp == {part: launcher.digest(part) for part in ("run", "test")}


def test_the_script_and_the_ci_script_can_be_run(root: Path) -> None:
    assert os.access(root / "scelle", os.X_OK)
    assert os.access(root / ".ci" / "run", os.X_OK)


@pytest.fixture
def tools(
    launcher: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Stands in for the tools of the checks: each runs its shell line, or says who it is."""
    monkeypatch.setattr(launcher, "CHROMIUM", tmp_path)
    monkeypatch.setattr(launcher, "POSTGRESQL", tmp_path)
    (tmp_path / "15" / "bin").mkdir(parents=True)
    (tmp_path / "15" / "bin" / "initdb").touch()
    monkeypatch.setenv("PATH", os.environ["PATH"])
    monkeypatch.setenv("PYTEST_DEBUG_TEMPROOT", "")
    monkeypatch.chdir(tmp_path)

    def place(**lines: str) -> None:
        launcher.ensure("test")
        for name in ("ruff", "mypy", "lint-imports", "zensical", "pytest"):
            line = lines.get(name.replace("-", "_"), f"echo this is {name}")
            tool = launcher.VENV / "bin" / name
            tool.write_text(f"#!/bin/sh\ncd {tmp_path}\n{line}\n")
            tool.chmod(0o700)

    return place


@pytest.mark.parametrize(
    ("place", "package"), [("CHROMIUM", "chromium"), ("POSTGRESQL", "postgresql")]
)
def test_what_the_tests_need_of_debian_is_asked_for(
    launcher: ModuleType,
    tools: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    package: str,
) -> None:
    tools()
    monkeypatch.setattr(launcher, place, tmp_path / "absent")
    monkeypatch.setattr(
        launcher.shutil, "which", lambda name: None if name == "initdb" else "/usr/bin/apt-get"
    )
    monkeypatch.setattr(launcher.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as stopped:
        launcher.run_tests([])
    assert f"apt-get install --yes {package}\n" in f"{stopped.value}\n"


def test_all_checks_run_beside_one_another(
    launcher: ModuleType, tools: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    # Each waits for the others: one after the other they would not end.
    meet = "echo {0} 1; touch {0}; "
    meet += (
        "timeout 20 sh -c 'until [ -e types ] && [ -e docs ] && [ -e tests ]; do sleep 0.01; done' "
    )
    meet += "&& echo {0} 2"
    tools(
        mypy=meet.format("types"),
        zensical=meet.format("docs"),
        pytest=meet.format("tests") + "; echo asked $*",
    )
    assert launcher.run_tests(["-k", "ledger"]) == 0
    said = capfd.readouterr().out
    # What each said stays in one piece, under its name.
    assert "-- types: mypy\ntypes 1\ntypes 2\n" in said
    assert "-- docs: zensical build --clean\ndocs 1\ndocs 2\n" in said
    assert "tests 2\nasked -n 3" in said
    assert " --hypothesis-profile=same -k ledger\n" in said
    assert "FAILED" not in said


@pytest.mark.parametrize("failing", ["ruff", "mypy", "lint_imports", "zensical", "pytest"])
def test_one_check_that_fails_fails_everything_and_hides_nothing(
    launcher: ModuleType,
    tools: Callable[..., None],
    failing: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    tools(**{failing: "echo what is wrong >&2; exit 3"})
    assert launcher.run_tests([]) == 1
    said = "".join(capfd.readouterr())
    assert "what is wrong" in said
    assert said.count("FAILED") == (2 if failing == "ruff" else 1)
    assert "this is pytest" in said or failing == "pytest"


def test_files_of_the_tests_lie_in_memory_where_there_is_room_and_are_taken_away(
    launcher: ModuleType,
    tools: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    monkeypatch.setattr(launcher, "MEMORY_DISK", disk)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    tools(
        pytest="touch $PYTEST_DEBUG_TEMPROOT/x; "
        "echo in $PYTEST_DEBUG_TEMPROOT, $PYTHONDONTWRITEBYTECODE."
    )
    monkeypatch.setattr(launcher, "ROOM", 0)
    assert launcher.run_tests([]) == 0
    said = capfd.readouterr().out
    assert f"in {disk}/scelle-tests-" in said
    assert ", .\n" in said
    assert list(disk.iterdir()) == []
    monkeypatch.setattr(launcher, "ROOM", 1 << 60)
    assert launcher.run_tests([]) == 0
    assert f"in {disk}" not in capfd.readouterr().out
    monkeypatch.setattr(launcher, "MEMORY_DISK", tmp_path / "absent")
    assert launcher.memory_disk() is None
