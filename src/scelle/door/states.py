"""Binds what the law believes to the ledger.

Whenever a transaction changes a subject (:mod:`scelle.store.states`), the ledger gets an
entry of the phase ``state`` before the commit: the subject's digest before and after,
sealed under a key of that subject alone, which is derived from the installation's.  So
the last such entry of a subject is found at once, survives the erasure of a case, and
tells whether the rows are still those that an act left.

A process killed between the entry and the commit leaves the digest *before*; that is told
from rows put back by hand by the outcome that the act never had.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scelle.door.writing import Keys, Setting, Writer
from scelle.errors import LedgerDamaged
from scelle.ledger.book import Book
from scelle.ledger.entries import Entry, key_label, label_of, open_sealed
from scelle.ledger.verify import Problem

_LABEL = b"scelle state v1: "

_SHORTLY = 100
"""Entries between an act and what it binds, of others at the same time."""

#: Its entry says that states are bound from there on.
_BEGINNING = "beginning"


class Change(Protocol):
    """One subject, its digest before and after."""

    @property
    def subject(self) -> str: ...  # noqa: D102
    @property
    def before(self) -> str: ...  # noqa: D102
    @property
    def after(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class _Bound:
    subject: str
    seq: int
    before: str
    after: str
    decision: int | None


class States:
    """Writes and reads the entries that bind states."""

    def __init__(self, book: Book, keys: Keys, writer: Writer) -> None:
        self._book = book
        self._keys = keys
        self._writer = writer
        # What an entry tells of a subject holds until the ledger has a later one.
        self._known: dict[str, _Bound] = {}

    @property
    def begun(self) -> bool:
        """Whether states have ever been bound in this ledger."""
        return self._book.last_place_under(self._key(_BEGINNING)) is not None

    def begin(self, setting: Setting, states: Mapping[str, str], at: datetime) -> None:
        """Bind what there is, once in the life of a ledger."""
        for subject, digest in {_BEGINNING: "", **states}.items():
            self._write(setting, subject, "", digest, None, at)

    def bind(
        self, setting: Setting, changes: Sequence[Change], decision: int | None, at: datetime
    ) -> None:
        """Write what a transaction is about to commit."""
        for change in changes:
            self._write(setting, change.subject, change.before, change.after, decision, at)

    def altered(self, states: Mapping[str, str]) -> tuple[str, ...]:
        """The subjects whose rows are not those that the ledger tells of."""
        return tuple(s for s, digest in states.items() if not self._holds(s, digest))

    def check(self, states: Mapping[str, str]) -> list[Problem]:
        """Hold everything stored against the ledger, and the ledger against what is stored."""
        problems = []
        for subject in self.altered(states):
            bound = self._bound(subject)
            text = f"What the database says of {subject} is not what the ledger's acts left."
            problems.append(Problem("state", bound.seq if bound else None, text))
        known = {key_label(self._key(s)) for s in (*states, _BEGINNING)}
        gone = {
            label: entry.seq
            for entry in self._book.entries()
            if entry.value("phase") == "state" and (label := label_of(entry)) not in known
        }
        for seq in sorted(seq for label, seq in gone.items() if not self._never_was(label, seq)):
            text = "A person or a case that the ledger knows is gone from the database."
            problems.append(Problem("state", seq, text))
        return problems

    def _never_was(self, label: str, seq: int) -> bool:
        """Whether a subject, of which this is the last entry, was bound and then never stored.

        Its name stands in the act that was to begin it, shortly before.
        """
        keys = {key_label(key): key for key in self._keys.sealing_keys()}
        for place in range(seq - 1, max(0, seq - _SHORTLY) - 1, -1):
            entry = self._book.entry(place)
            key = keys.get(label_of(entry))
            if entry.value("phase") != "decision" or key is None:
                continue
            sealed = open_sealed(entry, key).sealed
            asked = sealed["parameters"]
            person = asked.get("agent_id") if isinstance(asked, dict) else None
            for subject in (f"agent:{person}", f"case:{sealed['case']}"):
                if key_label(self._key(subject)) == label:
                    return self._holds(subject, "")
        return False

    def _holds(self, subject: str, digest: str) -> bool:
        bound = self._bound(subject)
        if bound is None:
            return digest == ""
        if digest == bound.after:
            return True
        return digest == bound.before and bound.decision is not None and not self._done(bound)

    def _bound(self, subject: str) -> _Bound | None:
        key = self._key(subject)
        place = self._book.last_place_under(key)
        if place is None:
            return None
        known = self._known.get(subject)
        if known is None or known.seq != place:
            known = self._known[subject] = self._read(subject, key, self._book.entry(place))
        return known

    def _read(self, subject: str, key: bytes, entry: Entry) -> _Bound:
        sealed = open_sealed(entry, key).sealed
        told, decision = sealed["parameters"], sealed["decision"]
        if not isinstance(told, dict):
            raise LedgerDamaged(
                f"Ledger entry {entry.seq} binds no state.",
                remedy="Run `scelle ledger verify` to see which entries are damaged.",
            )
        return _Bound(
            subject,
            entry.seq,
            str(told["before"]),
            str(told["after"]),
            decision if isinstance(decision, int) else None,
        )

    def _done(self, bound: _Bound) -> bool:
        """Whether the act that bound this state came to its end.

        Its outcome is sealed under the same key as its decision, which may be gone with
        an erased case: then it was done, or the key would not be gone.
        """
        decision = bound.decision
        label = label_of(self._book.entry(decision or 0))
        keys = [self._keys.sealing_key(None)]
        with suppress(ValueError):
            sort, _, name = bound.subject.partition(":")
            keys.append(self._keys.sealing_key(name if sort == "case" else None))
        key = next((k for k in keys if key_label(k) == label), None)
        if key is None:
            return True
        return any(
            open_sealed(entry, key).sealed["decision"] == decision
            and entry.value("result") == "done"
            for entry in self._book.entries(bound.seq + 1)
            if entry.value("phase") == "outcome" and label_of(entry) == label
        )

    def _write(
        self,
        setting: Setting,
        subject: str,
        before: str,
        after: str,
        decision: int | None,
        at: datetime,
    ) -> None:
        told = {"subject": subject, "before": before, "after": after}
        self._writer.state(setting, self._key(subject), told, decision, at)

    def _key(self, subject: str) -> bytes:
        secret = self._keys.sealing_key(None)
        return hmac.digest(secret, _LABEL + subject.encode("utf-8", "backslashreplace"), "sha256")
