from __future__ import annotations

from typing import Any

import pytest

from scelle.benchmarks.intake import IntakeSpeed


def test_the_command_prints_the_ratio(scelle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = IntakeSpeed(2**30, False, 3, 600.0, 900.0, 300.0, 0.67, 0.6, 0.7, 1.5, 2**28, 2**27)
    monkeypatch.setattr("scelle.cli.bench_intake.bench_intake", lambda *_, **__: made)
    assert scelle("bench", "intake", "--json").data["ratio_to_copy"] == 0.67
    shown = scelle("bench", "intake").out
    for said in ("600", "900", "300", "0.67 (0.60 to 0.70)", "256 MiB"):
        assert said in shown
