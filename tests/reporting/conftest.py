"""An installation made of nothing but values, and ledgers filled without an installation."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.metadata import Distribution
from pathlib import Path

import pytest

import scelle
from scelle.ledger.checkpoint import Signer
from scelle.reporting.attestation import Installation
from scelle.reporting.inspection import Field, Model

SIGNER = Signer("scelle/test", b"s" * 32)
MODEL = Model("road", "ab" * 32, ("person", "car"))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of one room of the program's own sources, to put something forbidden into."""
    source = Path(scelle.__file__).parent / "model"
    copy = tmp_path / "scelle"
    shutil.copytree(source, copy / "vision", ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def installation(package: Path) -> Installation:
    return Installation(
        version="1",
        package=package,
        folders=(),
        distributions=(),
        catalogue=(MODEL,),
        fields=(Field("tracks", "id", "VARCHAR(128)"), Field("tracks", "canonical", "BLOB")),
        settings={"workers": "2"},
        protection={"names": ["seccomp"], "missing": [], "complete": True},
        origin=SIGNER.name,
        vkey=str(SIGNER.vkey),
        ledger="head\n",
        committed="",
    )


@pytest.fixture
def packaged(tmp_path: Path) -> Callable[[str], Distribution]:
    """An installed package of any name."""

    def make(name: str) -> Distribution:
        folder = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        return Distribution.at(folder)

    return make
