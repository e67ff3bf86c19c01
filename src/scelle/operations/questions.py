"""How many questions people asked, which pages ask again and again.

A page that is loaded again, turned, or come back to asks the same: each is an entry of the
ledger, and one question.  The time line of the review bench asks when anything moved, which
is no question of a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from scelle.ledger.entries import Entry, Opened, Value
from scelle.model.acts import Outcome, Permit, Progress, SearchTracks
from scelle.operations.told import Entries, ReadOn
from scelle.store.keys import Keyring
from scelle.store.vault import Vault

Search = Callable[[SearchTracks, Permit, Progress], Outcome]

#: Who asked, on which day (UTC), what, and the digest of all that answered.
Question = tuple[str, str, str, str]


@dataclass
class _Told:
    """What was read of one case.

    Attributes:
        granted: by the place of a decision whose outcome was not read yet.
        asked: what was answered, of the last day that was read.
    """

    granted: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    asked: set[Question] = field(default_factory=set)

    @property
    def size(self) -> int:
        """Questions, and one for the case itself."""
        return 1 + len(self.granted) + len(self.asked)

    def concerns(self, entry: Entry) -> bool:
        """Whether it is of a search."""
        return entry.value("act") == SearchTracks.kind

    def take(self, entry: Opened) -> None:
        """A decision, or what became of one."""
        if entry.disclosed["result"] == "granted" and (question := _asked(entry)):
            self.granted[entry.seq] = question
        decision, objects = entry.sealed["decision"], entry.sealed["objects"]
        if isinstance(decision, int) and entry.disclosed["phase"] == "outcome":
            question = self.granted.pop(decision, None)
            if question and entry.disclosed["result"] == "done":
                self.asked = {each for each in self.asked if each[1] == question[1]}
                digest = objects.get("all-candidates", "") if isinstance(objects, dict) else ""
                self.asked.add((*question, str(digest)))

    def kept(self) -> object:
        """Lists of questions; what :func:`_told` reads."""
        return {"granted": list(self.granted.items()), "asked": list(self.asked)}


class Questions:
    """Counts questions, each once a day for each person, case, and answer.

    What was asked is read from the ledger, whoever wrote it there; safe between threads.

    Args:
        vault: keeps what was read.
        keys: opens the entries of a case.
        ledger: has the entries.
    """

    def __init__(self, vault: Vault, keys: Keyring, ledger: Entries) -> None:
        self._told = ReadOn("questions", vault, keys, ledger, _told)

    def around(self, search: Search) -> Search:
        """The same handler; its outcome counts the question, and what is put forward anew."""

        def counted(act: SearchTracks, permit: Permit, progress: Progress) -> Outcome:
            outcome = search(act, permit, progress)
            digest = str(outcome.objects.get("all-candidates", ""))
            fresh = self._fresh(act.case_id, permit, digest)
            put_forward = outcome.counts["candidates"] if fresh else 0
            counts = {**outcome.counts, "questions": int(fresh), "put_forward": put_forward}
            return replace(outcome, counts=counts)

        return counted

    def forget(self, case_id: str) -> None:
        """Hold nothing of a case."""
        self._told.forget(case_id)

    def _fresh(self, case_id: str, permit: Permit, digest: str) -> bool:
        with self._told.of(case_id) as told:
            question = told.granted.get(permit.entry)
            return question is not None and (*question, digest) not in told.asked


def _told(_case_id: str, kept: Any) -> _Told:
    """What was kept, or nothing yet."""
    if kept is None:
        return _Told()
    granted = {seq: (agent, day, question) for seq, (agent, day, question) in kept["granted"]}
    return _Told(granted, {(a, day, q, digest) for a, day, q, digest in kept["asked"]})


def _asked(entry: Opened) -> tuple[str, str, str] | None:
    """Who asked, on which day, what; ``None`` where no person did."""
    parameters: Value = entry.sealed["parameters"]
    question = SearchTracks.question(parameters if isinstance(parameters, dict) else {})
    if not question:
        return None
    return str(entry.sealed["agent"]), str(entry.sealed["at"])[:10], question
