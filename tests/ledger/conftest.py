"""A book with some entries, under fixed keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Draft

CASE_KEY = b"c" * 32
OTHER_KEY = b"o" * 32

Draw = Callable[..., Draft]


@pytest.fixture
def signer() -> Signer:
    return Signer("ledger.example/scelle", b"s" * 32)


@pytest.fixture
def book(tmp_path: Path, signer: Signer) -> Book:
    return Book(tmp_path / "ledger.db", signer)


@pytest.fixture
def draw() -> Draw:
    """Makes drafts: ``draw(act=..., key=..., month=...)``."""

    def make(act: str = "search-tracks", key: bytes = CASE_KEY, month: str = "2026-03") -> Draft:
        return Draft(
            disclosed={"month": month, "act": act, "rules": ["role"], "counts": {"tracks": 3}},
            sealed={"agent": "agent-1", "at": "2026-03-01T10:00:00+00:00", "objects": {}},
            key=key,
        )

    return make
