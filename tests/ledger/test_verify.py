from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from scelle.ledger import checkpoint as notes
from scelle.ledger import entries as forms
from scelle.ledger import merkle
from scelle.ledger.checkpoint import COSIGNATURE, Checkpoint, Signer
from scelle.ledger.entries import Draft, Entry
from scelle.ledger.verify import Report, look
from scelle.ledger.verify import verify as verify_seen

LOG = Signer("log.example/one", b"1" * 32)
WITNESS = Signer("witness.example/w", b"2" * 32, COSIGNATURE)
VKEY = str(LOG.vkey)


def verify(entries: Sequence[Entry], note: str, vkey: str, **more: Any) -> Report:
    return verify_seen(map(look, entries), note, vkey, **more)


def entry(seq: int, month: str = "2026-03") -> Entry:
    return forms.seal(Draft({"month": month, "act": "a"}, {"agent": "x"}, b"k" * 32), seq)


def head(entries: Sequence[Entry]) -> str:
    root = merkle.root_of(merkle.leaf_hash(e.leaf) for e in entries)
    return notes.sign(Checkpoint(LOG.name, len(entries), root), LOG)


ENTRIES = [entry(i) for i in range(5)]
HEAD = head(ENTRIES)


def checks(entries: Sequence[Entry], note: str = HEAD, **more: Sequence[str]) -> list[str]:
    return sorted({p.check for p in verify(entries, note, VKEY, **more).problems})


def test_a_whole_ledger_holds() -> None:
    earlier = [head(ENTRIES[:n]) for n in range(6)]
    report = verify(ENTRIES, HEAD, VKEY, earlier=earlier)
    assert report.ok
    assert report.size == 5
    assert len(report.holds) == 2 + 6


def test_an_empty_ledger_holds() -> None:
    assert verify([], head([]), VKEY).ok


def test_removed_reordered_added() -> None:
    assert checks(ENTRIES[:-1]) == ["size"]
    assert checks(ENTRIES[1:]) == ["order", "size"]
    assert checks([*ENTRIES, entry(5)]) == ["size"]
    assert checks([ENTRIES[1], ENTRIES[0], *ENTRIES[2:]]) == ["order", "root"]
    renumbered = [
        dataclasses.replace(ENTRIES[1], seq=0),
        dataclasses.replace(ENTRIES[0], seq=1),
        *ENTRIES[2:],
    ]
    assert checks(renumbered) == ["order", "root"]
    assert checks([entry(0), *ENTRIES[1:]]) == ["root"]


def test_altered_fields() -> None:
    first = ENTRIES[0]
    salt, _ = first.disclosed["act"]
    told = dataclasses.replace(first, disclosed={**first.disclosed, "act": (salt, "b")})
    assert checks([told, *ENTRIES[1:]]) == ["digest"]
    invented = dataclasses.replace(first, disclosed={**first.disclosed, "more": ("s", 1)})
    assert checks([invented, *ENTRIES[1:]]) == ["digest"]
    withheld = dataclasses.replace(first, withheld={"key": ("s", "other")})
    assert checks([withheld, *ENTRIES[1:]]) == ["digest"]
    assert first.sealed
    flipped = dataclasses.replace(first, sealed=first.sealed[:-1] + b"\0")
    assert checks([flipped, *ENTRIES[1:]]) == ["sealed"]


def test_destroyed_and_withheld_fields_still_hold() -> None:
    bare = [
        dataclasses.replace(e, sealed=None, withheld={}, disclosed={"seq": e.disclosed["seq"]})
        for e in ENTRIES
    ]
    assert checks(bare) == []


def test_every_flipped_bit_of_a_leaf() -> None:
    leaf = ENTRIES[2].leaf
    for i in range(0, len(leaf) * 8, 3):
        bad = bytearray(leaf)
        bad[i // 8] ^= 1 << i % 8
        altered = dataclasses.replace(ENTRIES[2], leaf=bytes(bad))
        assert checks([*ENTRIES[:2], altered, *ENTRIES[3:]])


def test_a_clock_that_went_back() -> None:
    back = [entry(0, "2026-03"), entry(1, "2026-02"), entry(2, "2026-03")]
    report = verify(back, head(back), VKEY)
    assert [(p.check, p.seq) for p in report.problems] == [("month", 1)]


def test_signed_again_after_cutting() -> None:
    cut = ENTRIES[:3]
    assert checks(cut, head(cut)) == []
    assert checks(cut, head(cut), earlier=[HEAD]) == ["earlier"]


def test_rewritten_and_signed_again() -> None:
    other = [entry(0), *ENTRIES[1:], entry(5)]
    assert checks(other, head(other), earlier=[HEAD]) == ["earlier"]


def test_another_key() -> None:
    forger = Signer(LOG.name, b"3" * 32)
    root = merkle.root_of(merkle.leaf_hash(e.leaf) for e in ENTRIES)
    note = notes.sign(Checkpoint(LOG.name, 5, root), forger)
    assert checks(ENTRIES, note) == ["signature"]
    assert checks(ENTRIES, HEAD, earlier=[note]) == ["earlier"]


def test_witnesses() -> None:
    assert checks(ENTRIES, witnesses=[str(WITNESS.vkey)]) == ["witness"]
    witnessed = notes.add_cosignature(HEAD, WITNESS, 1_700_000_000)
    report = verify(ENTRIES, witnessed, VKEY, witnesses=[str(WITNESS.vkey)])
    assert report.ok
    assert "witness" in report.holds[-1]


@pytest.mark.parametrize("note", ["", "x", HEAD.replace("\n5\n", "\n6\n")])
def test_a_head_that_is_none(note: str) -> None:
    assert checks(ENTRIES, note) == ["signature"]
