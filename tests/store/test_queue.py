"""Work that waits is kept for the next process, for one alone, and for nobody who lacks the key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scelle.errors import NotFound
from scelle.store.keys import Keyring
from scelle.store.queue import Queue
from scelle.store.vault import Vault

Opens = Callable[[], Queue]


@pytest.fixture
def opens(tmp_path: Path) -> Opens:
    keys = Keyring(tmp_path)
    keys.create_case_key("c")
    vault = Vault(tmp_path / "vault")
    return lambda: Queue(vault, keys, tmp_path)


def test_what_a_process_left_is_taken_over_once(opens: Opens) -> None:
    first, second = opens(), opens()
    first.keep("c", "one", {"name": "a"})
    first.keep("c", "one", {"name": "b"})
    first.keep("c", "two", {"name": "c"})
    first.forget("c", "two")
    # It lives, so that what it keeps is its own.
    assert second.take().pieces == {}
    first.close()
    assert second.take().pieces == {"one": {"name": "b"}}
    assert second.take().pieces == opens().take().pieces == {}
    second.close()
    third = opens()
    assert third.take().pieces == {"one": {"name": "b"}}
    third.forget("c", "one")
    third.close()
    assert opens().take().pieces == {}


def test_who_was_killed_while_taking_over_has_doubled_nothing(opens: Opens) -> None:
    first, second = opens(), opens()
    for each in (first, second):
        each.keep("c", "one", {"name": "a"})
        each.close()
    third = opens()
    assert third.take().pieces == {"one": {"name": "a"}}
    third.close()
    assert opens().take().pieces == {"one": {"name": "a"}}


def test_what_was_altered_is_counted_and_not_done(opens: Opens, tmp_path: Path) -> None:
    first = opens()
    first.keep("c", "one", {"agent": "officer"})
    first.keep("c", "two", {"agent": "officer"})
    first.close()
    (altered,) = (tmp_path / "vault" / "c" / "queue").glob("*-one")
    assert b"officer" not in altered.read_bytes()
    data = bytearray(altered.read_bytes())
    data[-1] ^= 1
    altered.write_bytes(data)
    taken = opens().take()
    assert (taken.lost, list(taken.pieces)) == (1, ["two"])


def test_nothing_is_taken_of_a_case_whose_key_is_gone(opens: Opens, tmp_path: Path) -> None:
    first = opens()
    first.keep("c", "one", {"agent": "officer"})
    first.close()
    Keyring(tmp_path).destroy_case_key("c")
    second = opens()
    assert (second.take().pieces, second.take().lost) == ({}, 0)
    with pytest.raises(NotFound):
        second.keep("c", "one", {})
