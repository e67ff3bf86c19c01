from __future__ import annotations

from typing import Any

import pytest

from scelle.bootstrap import App
from scelle.engine.protection import Protection, offered


def test_health_tells_what_is_in_force(scelle: Any, tmp_path: Any) -> None:
    done = scelle("health", "--home", tmp_path / "home", "--json")
    assert done.data["sandbox"] == list(offered().names)
    assert done.data["complete"] == offered().complete
    assert done.data["production"] is False


def test_health_says_what_is_missing(
    scelle: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(App, "protection", Protection(0, False))
    done = scelle("health", "--home", tmp_path / "home")
    assert done.status == 1
    assert "seccomp" in done.out
    assert "NO SANDBOX" in done.err
    assert "trials alone" in done.out
