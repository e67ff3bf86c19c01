from __future__ import annotations

from pathlib import Path

import pytest

from scelle.benchmarks import ledger
from scelle.benchmarks.ledger import bench_ledger, rows
from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "ENTRIES", 64)
    monkeypatch.setattr(ledger, "GROUP", 16)


def test_it_measures_a_ledger_that_holds(quick: None, tmp_path: Path) -> None:
    told: list[str] = []
    measured = bench_ledger(50, tmp_path, lambda stage, *_: told.append(stage))
    assert measured.filled == 50
    assert measured.entries == 50 + 200 + 64 + 64
    assert measured.check.wall_s > 0
    assert measured.stored_bytes > measured.entries * 1000
    assert {"fill", "measure"} == set(told)
    shown = dict(rows(measured))
    assert "full verification" in shown
    assert "tools/verify.py on the export" in shown
    assert not (tmp_path / "export.jsonl").exists()
    book = Book(tmp_path / "ledger.db", Signer("bench", b"s" * 32))
    assert book.check().ok
    book.close()
    # Found again: nothing is filled.
    again = bench_ledger(50, tmp_path)
    assert again.filled == 0
    assert again.entries == 2 * measured.entries - 50
