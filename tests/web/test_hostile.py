"""A thousand hostile requests: no page breaks, none tells a stranger; planted faults are found."""

from __future__ import annotations

from collections import Counter

import pytest
from fastapi import FastAPI

from scelle.benchmarks import hostile_web
from scelle.benchmarks.hostile_web import READERS, STRANGERS, bench_hostile_web
from scelle.cli.program import run


def test_no_hostile_request_breaks_a_page_or_tells_of_a_case() -> None:
    account = bench_hostile_web(1000, seed=20)
    assert account.faults == {}
    assert all(account.planted.values())
    assert account.holds
    assert account.requests == 1000
    assert set(account.answers) == {"nobody", *STRANGERS[1:], *READERS}
    # Strangers are refused, nonsense is told apart from what is not there, pages are served.
    seen = sum(account.answers.values(), Counter())
    assert {200, 303, 400, 401, 403, 404, 405, 422}.issubset(seen), seen


def test_a_run_whose_control_finds_nothing_proves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def mute(page: FastAPI) -> None:
        @page.get("/public/planted/nothing")
        def nothing() -> str:
            return ""

    monkeypatch.setattr(hostile_web, "_plant", mute)
    assert run(["bench", "hostile-web", "--requests", "5"]) == 1
    assert "planted, and found: tells 0, breaks 0" in capsys.readouterr().out
