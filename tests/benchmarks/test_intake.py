from __future__ import annotations

import io
from pathlib import Path

import pytest

from scelle.benchmarks.intake import bench_intake, make_film
from scelle.footage.probe import probe


@pytest.mark.parametrize("sparse", [False, True])
def test_a_film_of_any_size_is_a_recording(tmp_path: Path, sparse: bool) -> None:
    path = tmp_path / "film.mp4"
    make_film(path, 5 << 20, sparse=sparse)
    assert path.stat().st_size > 5 << 20
    assert (path.stat().st_blocks * 512 < 1 << 20) == sparse
    assert probe(io.BytesIO(path.read_bytes())).index.frames_expected == 25


def test_everything_is_measured_on_the_same_file(tmp_path: Path) -> None:
    told: list[float] = []
    measured = bench_intake(
        8, rounds=2, folder=tmp_path, progress=lambda stage, done, total, unit: told.append(done)
    )
    assert (measured.size, measured.rounds) == (8 << 20, 2)
    assert min(measured.receipt, measured.copy, measured.sha256sum, measured.start_s) > 0
    assert measured.low <= measured.ratio_to_copy <= measured.high
    assert told == [1, 2]
    assert list(tmp_path.iterdir()) == []
