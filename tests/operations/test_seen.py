"""Who was shown what is read from the ledger once, and goes with the case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.errors import NotFound
from scelle.ledger.entries import Draft, Entry, Value, seal
from scelle.operations import seen
from scelle.operations.seen import Seen
from scelle.store.keys import Keyring
from scelle.store.records import Records

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)


class Ledger:
    """Entries of one case, and how many were handed out."""

    def __init__(self, key: bytes) -> None:
        self.key, self.entries, self.read = key, list[Entry](), 0

    def add(self, phase: str, result: str, act: str = "play-exhibit", **sealed: Value) -> int:
        told: dict[str, Value] = {"phase": phase, "act": act, "result": result}
        hidden = {"agent": "jo", "at": NOW.isoformat(), "decision": None, **sealed}
        self.entries.append(seal(Draft(told, hidden, self.key), len(self.entries)))
        return len(self.entries) - 1

    def granted(self, exhibit_id: str, start_ms: int) -> int:
        span: Value = {"start_ms": start_ms, "end_ms": start_ms + 1}
        return self.add("decision", "granted", objects={exhibit_id: ""}, parameters=span)

    def ended(self, decision: int, result: str) -> None:
        self.add("outcome", result, objects={}, parameters={}, decision=decision)

    def kept(self, act: str, **asked: Value) -> int:
        """Export a copy that waits."""
        left = self.add(
            "decision", "granted", act, objects={"e": ""}, parameters={"kept": True, **asked}
        )
        self.add("outcome", "done", act, objects={"s1": "", "x": ""}, decision=left, case="c")
        return left

    def fetched(self, copy: int, result: str = "done") -> int:
        asked: Value = {"copy": copy}
        place = self.add(
            "decision", "granted", "fetch-copy", objects={"e": ""}, parameters=asked, agent="al"
        )
        self.add("outcome", result, "fetch-copy", objects={}, decision=place)
        return place

    def sealed_under(self, key: bytes, start: int = 0) -> Iterator[Entry]:
        assert key == self.key
        for entry in self.entries[start:]:
            self.read += 1
            yield entry


class _Records:
    def exhibits(self, case_id: str) -> tuple[Any, ...]:
        return tuple(_Exhibit(name) for name in ("e", "f"))

    def synopses(self, case_id: str) -> tuple[Any, ...]:
        return (SimpleNamespace(id="s1", source_s=9.0, duration_s=3.0),)


class _Exhibit:
    class stream:  # noqa: N801
        start_pts, time_base, duration = 0, 1, 9

    def __init__(self, name: str) -> None:
        self.id = name


def made(folder: Path) -> tuple[Seen, Ledger, Keyring]:
    keys = Keyring(folder)
    keys.create_case_key("c")
    ledger = Ledger(keys.sealing_key("c"))
    return Seen(keys, cast("Records", _Records()), ledger), ledger, keys


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["e", "f", "other"])), max_size=25))
def test_reading_on_tells_what_reading_everything_tells(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str]]
) -> None:
    folder = tmp_path_factory.mktemp("home")
    held, ledger, keys = made(folder)
    open_acts: list[int] = []
    for step, name in steps:
        if step < 2 or not open_acts:
            open_acts.append(ledger.granted(name, len(ledger.entries)))
        elif step < 4:
            ledger.ended(open_acts.pop(step % len(open_acts)), "done" if step == 2 else "failed")
        else:
            held.of("c")
    told = held.of("c")
    assert told == Seen(keys, cast("Records", _Records()), ledger).of("c")
    for showings in told.values():
        places = [s.entry for s in showings]
        assert places == sorted(places)
    assert "other" not in told


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    held, ledger, _ = made(tmp_path)
    for n in range(50):
        ledger.ended(ledger.granted("e", n), "done")
        assert len(held.of("c")["e"]) == n + 1
    assert ledger.read == 100


def test_no_more_is_held_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "HELD", 5)
    held, ledger, _ = made(tmp_path)
    for n in range(9):
        ledger.ended(ledger.granted("e", n), "done")
        assert len(held.of("c")["e"]) == n + 1
        assert held.size <= 5


def test_of_an_erased_case_nothing_is_held_and_nothing_told(tmp_path: Path) -> None:
    held, ledger, keys = made(tmp_path)
    ledger.ended(ledger.granted("e", 0), "done")
    held.of("c")
    assert held.size
    keys.destroy_case_key("c")
    held.forget("c")
    assert not held.size
    with pytest.raises(NotFound):
        held.of("c")
    assert not held.size


def test_a_copy_that_waits_is_shown_once_it_is_fetched(tmp_path: Path) -> None:
    held, ledger, _ = made(tmp_path)
    clip = ledger.kept("export-clip", start_ms=2, end_ms=5, output="x")
    synopsis = ledger.kept("make-synopsis", output="x")
    tracks = ledger.kept("export-tracks", output="x")
    ledger.fetched(clip, "failed")
    assert held.of("c") == {}
    places = [ledger.fetched(copy) for copy in (clip, synopsis, tracks)]
    shown = held.of("c")["e"]
    assert [(s.agent_id, s.act, s.entry) for s in shown] == [
        ("al", "fetch-copy", places[0]),
        ("al", "fetch-copy", places[1]),
    ]
    assert [(s.start_ms, s.end_ms, s.speed, s.whole) for s in shown] == [
        (2, 5, 1.0, True),
        (0, 9000, 3.0, False),
    ]


def test_a_synopsis_in_the_vault_alone_has_shown_nothing(tmp_path: Path) -> None:
    held, ledger, _ = made(tmp_path)
    alone = ledger.add(
        "decision", "granted", "make-synopsis", objects={"e": ""}, parameters={"output": None}
    )
    ledger.add("outcome", "done", "make-synopsis", objects={"s1": ""}, decision=alone, case="c")
    assert held.of("c") == {}
