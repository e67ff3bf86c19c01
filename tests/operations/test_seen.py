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

from scelle.errors import Misconfigured, NotFound
from scelle.ledger import merkle
from scelle.ledger.entries import Draft, Entry, Value, seal
from scelle.operations import told
from scelle.operations.seen import Seen
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

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

    def root(self, size: int) -> bytes:
        if size > len(self.entries):
            raise NotFound("The ledger is smaller.", remedy="Look.")
        return merkle.root_of(merkle.leaf_hash(e.leaf) for e in self.entries[:size])


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


def process(folder: Path, ledger: Ledger) -> Seen:
    """What another process has, that has just begun."""
    return Seen(Vault(folder / "vault"), Keyring(folder), cast("Records", _Records()), ledger)


def made(folder: Path) -> tuple[Seen, Ledger, Keyring]:
    keys = Keyring(folder)
    keys.create_case_key("c")
    ledger = Ledger(keys.sealing_key("c"))
    return process(folder, ledger), ledger, keys


def kept(folder: Path) -> Path:
    """The file of what was kept."""
    return Vault(folder / "vault").stored("c", "told/showings")


ACTS = st.tuples(
    st.sampled_from(["grant", "copy", "done", "done", "failed", "fetch", "fetch"]),
    st.sampled_from(["e", "f", "other"]),
    st.integers(0, 9),
)
KEPT = st.sampled_from(["as it is", "as it is", "earlier", "cut short", "gone"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(ACTS, KEPT), max_size=25), st.integers(1, 6))
def test_whoever_reads_on_is_told_what_reading_everything_tells(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[tuple[str, str, int], str]],
    every: int,
) -> None:
    """In any order of acts, whenever a process begins, and whatever became of what was kept:
    it may be of an earlier moment, as after a crash, or cut short."""
    folder = tmp_path_factory.mktemp("home")
    held, ledger, _ = made(folder)
    under_way, copies, earlier = list[tuple[int, bool]](), list[int](), list[bytes]()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(told, "EVERY", every)
        for (act, name, pick), state in steps:
            if act == "grant":
                under_way.append((ledger.granted(name, len(ledger.entries)), False))
            elif act == "copy":
                asked: Value = {"kept": True, "start_ms": 2, "end_ms": 5}
                place = ledger.add(
                    "decision", "granted", "export-clip", objects={name: ""}, parameters=asked
                )
                under_way.append((place, True))
            elif act == "fetch" and copies:
                ledger.fetched(copies[pick % len(copies)], "done" if pick else "failed")
            elif under_way:
                place, waits = under_way.pop(pick % len(under_way))
                ledger.ended(place, act)
                copies += [place] if waits and act == "done" else []
            if state == "earlier" and earlier:
                kept(folder).write_bytes(earlier[pick % len(earlier)])
            elif state == "cut short" and earlier:
                kept(folder).write_bytes(earlier[-1][: 20 * pick])
            elif state == "gone":
                kept(folder).unlink(missing_ok=True)
            shown = process(folder, ledger).of("c")
            if kept(folder).exists():
                earlier.append(kept(folder).read_bytes())
            if pick % 3 == 0:
                assert held.of("c") == shown
    assert held.of("c") == process(folder, ledger).of("c")
    assert held.of("c") == process(folder, ledger).of("c", anew=True)
    for showings in held.of("c").values():
        places = [s.entry for s in showings]
        assert places == sorted(places)
    assert "other" not in held.of("c")


def test_a_new_process_opens_no_old_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "EVERY", 40)
    held, ledger, _ = made(tmp_path)
    for n in range(45):
        ledger.ended(ledger.granted("e", n), "done")
        held.of("c")
    ledger.read = 0
    assert len(process(tmp_path, ledger).of("c")["e"]) == 45
    assert ledger.read == 10


def test_what_was_kept_of_another_ledger_or_version_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "EVERY", 1)
    held, ledger, keys = made(tmp_path)
    ledger.ended(ledger.granted("e", 1), "done")
    held.of("c")
    # As after the ledger was restored, and went on otherwise.
    other = Ledger(keys.sealing_key("c"))
    other.ended(other.granted("f", 1), "done")
    assert set(process(tmp_path, other).of("c")) == {"f"}
    other.entries.clear()
    assert process(tmp_path, other).of("c") == {}
    process(tmp_path, ledger).of("c", anew=True)
    monkeypatch.setattr(told, "__version__", "9.9")
    ledger.read = 0
    process(tmp_path, ledger).of("c")
    assert ledger.read == 2


def test_what_leaves_believes_nothing_that_was_kept(tmp_path: Path) -> None:
    """Whoever has the case's key can alter what was kept, and no document then says so."""
    held, ledger, keys = made(tmp_path)
    ledger.ended(ledger.granted("e", 1), "done")
    true = held.of("c", anew=True)
    vault, key = Vault(tmp_path / "vault"), keys.case_key("c")
    forged = vault.read("c", "told/showings", key).replace(b"jo", b"al")
    vault.write("c", "told/showings", key, forged)
    altered = process(tmp_path, ledger)
    assert altered.of("c")["e"][0].agent_id == "al"
    assert altered.of("c", anew=True) == altered.of("c") == true
    # And it is made again.
    assert process(tmp_path, ledger).of("c") == true


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    held, ledger, _ = made(tmp_path)
    for n in range(50):
        ledger.ended(ledger.granted("e", n), "done")
        assert len(held.of("c")["e"]) == n + 1
    assert ledger.read == 100


def test_no_more_is_held_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "HELD", 5)
    held, ledger, _ = made(tmp_path)
    for n in range(9):
        ledger.ended(ledger.granted("e", n), "done")
        assert len(held.of("c")["e"]) == n + 1
        assert held.size <= 5


def test_of_an_erased_case_nothing_is_held_and_nothing_told(tmp_path: Path) -> None:
    held, ledger, keys = made(tmp_path)
    ledger.ended(ledger.granted("e", 0), "done")
    held.of("c", anew=True)
    assert held.size
    keys.destroy_case_key("c")
    Vault(tmp_path / "vault").destroy("c")
    held.forget("c")
    assert not held.size
    with pytest.raises(NotFound):
        held.of("c")
    assert not held.size


def test_what_is_kept_while_a_case_is_erased_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, ledger, keys = made(tmp_path)
    ledger.ended(ledger.granted("e", 0), "done")
    write = Vault.write

    def erased_meanwhile(vault: Vault, *args: Any) -> None:
        keys.destroy_case_key("c")
        vault.destroy("c")
        write(vault, *args)

    monkeypatch.setattr(Vault, "write", erased_meanwhile)
    held.of("c", anew=True)
    assert not (tmp_path / "vault" / "c").exists()


def test_a_disk_that_is_full_hinders_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, ledger, _ = made(tmp_path)
    ledger.ended(ledger.granted("e", 0), "done")

    def full(*_: Any) -> None:
        raise Misconfigured("The disk is full.", remedy="Free some.")

    monkeypatch.setattr(Vault, "write", full)
    assert len(held.of("c", anew=True)["e"]) == 1


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
