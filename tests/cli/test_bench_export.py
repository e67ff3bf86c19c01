from __future__ import annotations

from typing import Any

import pytest

from scelle.benchmarks import clips
from scelle.benchmarks.clips import ClipSpeed


def test_the_command_prints_multiples_of_real_time(
    scelle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = (
        ClipSpeed(1280, 720, 30.0, 2**20, 4, 3.256, 410.0, 900.0),
        ClipSpeed(1920, 1080, 30.0, 2**21, 5, 1.5, 420.0, 910.0),
    )
    monkeypatch.setattr("scelle.cli.bench_export.bench_clips", lambda *_, **__: made)
    assert scelle("bench", "export", "--json").data["sizes"][0]["realtime"] == 3.256
    shown = scelle("bench", "export").out
    for said in ("1280 x 720", "3.26x", "3x", "1.50x", "410 MB/s", "910 MB/s"):
        assert said in shown


def test_a_small_recording_is_exported_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "SIZES", ((320, 180),))
    (made,) = clips.bench_clips(10, rounds=1, copied=3)
    assert (made.width, made.length_s) == (320, 10.0)
    assert made.tracks > 0
    assert 2e6 < made.size < 6e6
    assert min(made.realtime, made.copied, made.plain) > 0
