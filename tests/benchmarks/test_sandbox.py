from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from scelle.benchmarks.sandbox import bench_sandbox
from scelle.engine.protection import offered
from scelle.errors import UnreadableSource
from scelle.footage.encode import Mp4Writer


def test_three_ways_of_decoding_give_the_same_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with Mp4Writer(path, 64, 48, Fraction(1, 25)) as writer:
        for i in range(40):
            writer.write(np.full((48, 64, 3), i * 3, np.uint8), i)
    told: list[float] = []
    m = bench_sandbox(path, rounds=2, progress=lambda s, done, total, unit: told.append(done))
    assert (m.pictures, m.rounds, told) == (40, 2, [1, 2])
    assert 0 < m.lent_low <= m.lent <= m.lent_high
    assert 0 < m.brokered_low <= m.brokered <= m.brokered_high
    assert m.reads >= 1
    # A fork spares the loading of the libraries.
    assert 0 < m.start_ms < m.process_ms
    assert m.protection == offered().names
    assert m.view()["protection"] == list(m.protection)


def test_what_cannot_be_decoded_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x" * 100)
    with pytest.raises(UnreadableSource):
        bench_sandbox(tmp_path / "a.mp4", rounds=1)
