"""A question is counted once, though pages ask it again and again, and none goes uncounted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.door.values import fields
from scelle.ledger import merkle
from scelle.ledger.entries import Draft, Entry, seal
from scelle.model.acts import Outcome, SearchTracks
from scelle.model.tracks import Colour, TrackQuery
from scelle.operations import told
from scelle.operations.questions import Questions
from scelle.store.vault import Vault

KEY = bytes(32)
START = datetime(2026, 3, 30, 22, 0, tzinfo=UTC)
KEYS: Any = SimpleNamespace(
    sealing_key=lambda _: KEY, case_key=lambda _: KEY, destroyed=lambda _: False
)


class Ledger:
    """Entries of one case, as the door writes them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.read = 0

    def sealed_under(self, _key: bytes, start: int = 0) -> Iterator[Entry]:
        self.read += len(self.entries[start:])
        return iter(self.entries[start:])

    def root(self, size: int) -> bytes:
        return merkle.root_of(merkle.leaf_hash(e.leaf) for e in self.entries[:size])

    def write(self, phase: str, result: str, at: datetime, **sealed: Any) -> int:
        told = {"phase": phase, "act": "search-tracks", "result": result, "month": f"{at:%Y-%m}"}
        draft = Draft(
            fields(told), fields({"decision": None, "objects": {}, "at": at, **sealed}), KEY
        )
        self.entries.append(seal(draft, len(self.entries)))
        return len(self.entries) - 1


def ask(
    ledger: Ledger, server: Questions, agent: str, act: SearchTracks, at: datetime, answer: str
) -> int:
    """One search, decided, done and written; gives how many questions it counted."""
    query = {"colour": str(act.query.colour)} if act.query.colour else {}
    told = {"query": query, "first": act.first, "most": act.most, "activity": act.activity}
    entry = ledger.write("decision", "granted", at, agent=agent, parameters=told)
    permit: Any = SimpleNamespace(entry=entry, at=at, agent_id=agent)
    objects = {"all-candidates": answer}

    def search(*_: Any) -> Outcome:
        if answer == "none":
            raise ValueError("it failed")
        return Outcome((), {"exhibits": 1, "candidates": 5}, objects)

    try:
        counts = server.around(search)(act, permit, lambda *_: None).counts
    except ValueError:
        ledger.write("outcome", "failed", at, decision=entry)
        return 0
    ledger.write("outcome", "done", at, decision=entry, objects=objects)
    assert counts["put_forward"] == 5 * counts["questions"]
    assert (counts["candidates"], counts["exhibits"]) == (5, 1)
    return counts["questions"]


ASKED = st.tuples(
    st.sampled_from(["a", "b"]),
    st.sampled_from([None, Colour.RED, Colour.BLUE]),
    st.integers(0, 2),
    st.sampled_from(["d1", "d2", "none"]),
    st.integers(0, 20),
    st.integers(0, 2),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ASKED, max_size=12))
def test_each_is_counted_once_a_day_for_each_person_and_answer(
    tmp_path_factory: pytest.TempPathFactory, asked: list[Any]
) -> None:
    """By servers that go on, and by one that has begun anew each time."""
    vault = Vault(tmp_path_factory.mktemp("vault"))
    ledger, at = Ledger(), START
    servers = [Questions(vault, KEYS, ledger) for _ in range(3)]
    counted, expected = 0, set()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(told, "EVERY", 3)
        for agent, colour, page, answer, hours, server in asked:
            at += timedelta(hours=hours)
            query = TrackQuery(colour=colour)
            act = SearchTracks(case_id="c", query=query, first=24 * page, most=24)
            counted += ask(ledger, servers[server], agent, act, at, answer)
            servers[2] = Questions(vault, KEYS, ledger)
            if answer != "none":
                expected.add((agent, colour, answer, at.date()))
    assert counted == len(expected)


def test_a_new_process_opens_no_old_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "EVERY", 20)
    ledger, vault = Ledger(), Vault(tmp_path)
    server, act = Questions(vault, KEYS, ledger), SearchTracks(case_id="c", most=24)
    assert [ask(ledger, server, "a", act, START, f"d{n}") for n in range(25)] == [1] * 25
    ledger.read = 0
    assert ask(ledger, Questions(vault, KEYS, ledger), "a", act, START, "d3") == 0
    assert ledger.read < 20


def test_what_a_page_asks_by_itself_is_no_question(tmp_path: Path) -> None:
    ledger = Ledger()
    server = Questions(Vault(tmp_path), KEYS, ledger)
    line = SearchTracks(case_id="c", activity=True, most=0)
    assert ask(ledger, server, "a", line, START, "d") == 0
    # It is one as soon as something is sought with it.
    red = SearchTracks(case_id="c", query=TrackQuery(colour=Colour.RED), activity=True, most=0)
    assert ask(ledger, server, "a", red, START, "d") == 1
    # Nor does it stand for one that a person asks after it.
    listed = SearchTracks(case_id="c", most=24)
    assert ask(ledger, server, "a", listed, START, "d") == 1
    assert ask(ledger, server, "a", listed, START, "d") == 0
