from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scelle.benchmarks.speed import Speed


def test_bench_speed_prints_one_object(
    scelle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}

    def measure(files: list[Path], **options: object) -> list[Speed]:
        asked.update(options, files=files)
        ratios = (1.5, 1.4, 1.7, 0.8, 240.0 if options["dvr_scan"] else None)
        beside = 10.0 if options["dvr_scan"] else None
        return [Speed("a.mp4", 600, 5, 6000, 250.5, 25.05, *ratios, beside, 5, 24, 16, 1, 2**29, 7)]

    monkeypatch.setattr("scelle.cli.bench.bench_speed", measure)
    file = tmp_path / "a.mp4"
    file.write_bytes(b"x")
    done = scelle("bench", "speed", file, "--rounds", 5, "--workers", 1, "--json")
    (measured,) = done.data["files"]
    for name in ("file", "fps", "realtime", "ratio_to_decoding", "rounds", "low", "high"):
        assert name in measured
    assert asked["files"] == [file]
    assert (asked["rounds"], asked["workers"]) == (5, 1)
    assert str(asked["detector"]) == "own"
    shown = scelle("bench", "speed", file, "--detector", "motion").out
    assert str(asked["detector"]) == "motion"
    for said in ("a.mp4", "25.1x", "1.50", "1.40-1.70", "0.80", "not run", "512 MiB"):
        assert said in shown
    assert "10.0x slower" in scelle("bench", "speed", file, "--dvr-scan", file).out
    monkeypatch.setattr("scelle.cli.bench.program", lambda progress: Path("dvr-scan"))
    assert "10.0x slower" in scelle("bench", "speed", file, "--rival", "dvr-scan").out
    assert asked["dvr_scan"] == Path("dvr-scan")
    refused = scelle("bench", "speed", file, "--rival", "another")
    assert refused.status != 0
    assert "Choose dvr-scan" in refused.err
