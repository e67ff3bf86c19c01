from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from scelle.cli.program import run


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The one JSON object of standard output."""
        return json.loads(self.out)


@pytest.fixture
def scelle(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Done]:
    """Run one command line in this process."""
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("SCELLE_AGENT", "SCELLE_CASE", "SCELLE_PROGRAM"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: object) -> Done:
        capsys.readouterr()
        status = run([str(a) for a in arguments])
        told = capsys.readouterr()
        return Done(status, told.out, told.err)

    return call
