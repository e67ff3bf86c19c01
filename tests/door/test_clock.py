"""The clock does not go back behind the last grant, whatever is written into the file beside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scelle.door.clock import Clock
from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Draft
from scelle.store.keys import Keyring

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    keys = Keyring(tmp_path)
    keys.create_case_key("a")
    keys.create_case_key("b")
    return keys


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "ledger.db", Signer("ledger.example/scelle", b"s" * 32))


@pytest.fixture
def write(book: Book, keys: Keyring) -> Callable[..., None]:
    def write(at: datetime, case_id: str | None = None, result: str = "granted") -> None:
        told = {"phase": "decision", "act": "search-tracks", "result": result}
        sealed = {"at": at.isoformat()}
        book.append(Draft(dict(told), dict(sealed), keys.sealing_key(case_id)), at)

    return write


@pytest.mark.parametrize("case_id", [None, "a", "b"])
def test_the_last_grant_counts_where_the_file_says_something_else(
    book: Book, keys: Keyring, write: Callable[..., None], case_id: str | None
) -> None:
    write(NOON - HOUR)
    write(NOON, case_id)
    # Refused at an earlier time than the clock had shown: it counts for nothing.
    write(NOON - HOUR, "a", "refused")
    book.reset_clock(NOON - 2 * HOUR)
    clock = Clock(book, keys)
    assert clock.behind(NOON - HOUR) == NOON
    assert clock.behind(NOON - timedelta(seconds=59)) is None
    assert clock.behind(NOON + HOUR) is None
    # In a process that has granted since, too.
    clock.granted(NOON + HOUR)
    write(NOON + HOUR)
    book.reset_clock(NOON)
    assert clock.behind(NOON) == NOON + HOUR


def test_the_file_counts_for_what_other_processes_wrote(
    book: Book, keys: Keyring, write: Callable[..., None]
) -> None:
    write(NOON)
    clock = Clock(book, keys)
    assert clock.behind(NOON) is None
    write(NOON + HOUR, "a", "refused")
    assert clock.behind(NOON) == NOON + HOUR


def test_of_an_erased_case_the_grant_before_counts(
    book: Book, keys: Keyring, write: Callable[..., None]
) -> None:
    write(NOON - HOUR, "b")
    for _ in range(70):  # more than are read at once
        write(NOON, "a")
    keys.destroy_case_key("a")
    book.reset_clock(NOON - 9 * HOUR)
    assert Clock(book, keys).behind(NOON - 2 * HOUR) == NOON - HOUR


def test_a_later_grant_at_an_earlier_time_is_an_overseers_word(
    book: Book, keys: Keyring, write: Callable[..., None]
) -> None:
    write(NOON + 99 * HOUR)
    clock = Clock(book, keys)
    assert clock.behind(NOON) == NOON + 99 * HOUR
    # By another process.
    write(NOON)
    book.reset_clock(NOON)
    assert clock.behind(NOON) is None


def test_an_empty_ledger_knows_no_time(book: Book, keys: Keyring) -> None:
    assert Clock(book, keys).behind(NOON) is None
