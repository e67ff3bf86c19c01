"""The repository speaks of itself alone, and its locks name no address."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

# Put together here, so that this very file does not hold them.
FORBIDDEN = {
    "a machine's path": r"(?<![\w.])/(?:"
    + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me"])
    + r")/",
    "a package registry's host": "|".join(
        [
            "pypi" + r"\.org",
            "pythonhosted" + r"\.org",
            "registry" + r"\.npmjs",
            "deb" + r"\.debian\.org",
        ]
    ),
    "a conflict left over": r"^(?:<{7}|>{7}) ",
}


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(tracked: list[Path], what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.MULTILINE)
    found = {str(path): match[0] for path in tracked if (match := pattern.search(text_of(path)))}
    assert found == {}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_pins_everything_by_hash_and_names_no_address(root: Path, name: str) -> None:
    text = (root / name).read_text()
    assert not re.search(r"https?:|file:|git\+|--(?:extra-)?index|--find-links|@ ", text)
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9-]+==[\w.]+", block), block
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block


def pins(path: Path) -> dict[str, str]:
    """``name and marker`` to version."""
    lines = [line for line in path.read_text().splitlines() if line[:1].isalnum()]
    split = [line.rstrip(" \\").partition("==") for line in lines]
    return {
        f"{name};{rest.partition(' ; ')[2]}": rest.partition(" ; ")[0] for name, _, rest in split
    }


def test_the_test_lock_holds_the_run_lock(root: Path) -> None:
    run, test = pins(root / "requirements.lock"), pins(root / "requirements-test.lock")
    by_name: dict[str, set[str]] = {}
    for key, version in test.items():
        by_name.setdefault(key.partition(";")[0], set()).add(version)
    for key, version in run.items():
        assert version in by_name[key.partition(";")[0]], key


def test_the_locks_hold_every_direct_dependency(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    for lock, wanted in {
        "requirements.lock": project["dependencies"],
        "requirements-test.lock": project["optional-dependencies"]["test"],
    }.items():
        held = {key.partition(";")[0] for key in pins(root / lock)}
        assert {re.split(r"[>=<\[; ]", w)[0].lower() for w in wanted} <= held


def test_the_licence_is_the_european_unions(root: Path) -> None:
    text = (root / "LICENSE").read_text()
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    for number in range(1, 16):
        assert re.search(rf"^{number}\.", text, re.MULTILINE)
    assert "Compatible Licences" in text


def test_no_dependency_is_under_a_licence_that_the_project_cannot_keep() -> None:
    affero = []
    for package in distributions():
        # Some give the whole text of every bundled licence as "License": its first line tells.
        fields = ("License", "License-Expression", "Classifier")
        every = [text for name in fields for text in package.metadata.get_all(name) or []]
        told = [line for text in every for line in text.splitlines()[:1]]
        if re.search(r"affero|AGPL", " ".join(told), re.IGNORECASE):
            affero.append(package.metadata["Name"])
    assert affero == []
