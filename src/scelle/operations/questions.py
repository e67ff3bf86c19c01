"""How many questions people asked, which pages ask again and again.

A page that is loaded again, turned, or come back to asks the same: each is an entry of the
ledger, and one question.  The time line of the review bench asks when anything moved, which
is no question of a person.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from scelle.ledger.entries import Opened, Value, open_sealed
from scelle.model.acts import Outcome, Permit, Progress, SearchTracks
from scelle.operations.seen import Entries
from scelle.store.keys import Keyring

Search = Callable[[SearchTracks, Permit, Progress], Outcome]

#: Who asked, on which day (UTC), what, and the digest of all that answered.
Question = tuple[str, str, str, str]

_CASES = 256
"""Cases of which it is held what was asked."""


@dataclass
class _Told:
    """What was read of one case this month.

    Attributes:
        next: place of the first entry that was not read.
        granted: by the place of a decision whose outcome was not read yet.
        asked: what was answered, of the last day that was read.
    """

    next: int = 0
    granted: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    asked: set[Question] = field(default_factory=set)
    turn: threading.Lock = field(default_factory=threading.Lock)


class Questions:
    """Counts questions, each once a day for each person, case, and answer.

    What was asked is read from the ledger, whoever wrote it there; safe between threads.

    Args:
        keys: opens the entries of a case.
        ledger: has the entries.
    """

    def __init__(self, keys: Keyring, ledger: Entries) -> None:
        self._keys, self._ledger = keys, ledger
        self._one = threading.Lock()
        self._held: OrderedDict[str, _Told] = OrderedDict()

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
        with self._one:
            self._held.pop(case_id, None)

    def _fresh(self, case_id: str, permit: Permit, digest: str) -> bool:
        with self._one:
            told = self._held.setdefault(case_id, _Told())
            self._held.move_to_end(case_id)
            while len(self._held) > _CASES:
                self._held.popitem(last=False)
        with told.turn:
            self._read_on(case_id, told, f"{permit.at:%Y-%m}")
            question = told.granted.get(permit.entry)
            return question is not None and (*question, digest) not in told.asked

    def _read_on(self, case_id: str, told: _Told, month: str) -> None:
        key = self._keys.sealing_key(case_id)
        for entry in self._ledger.sealed_under(key, told.next):
            told.next = entry.seq + 1
            if entry.value("act") != SearchTracks.kind or str(entry.value("month")) < month:
                continue
            opened = open_sealed(entry, key)
            if opened.disclosed["result"] == "granted" and (question := _asked(opened)):
                told.granted[opened.seq] = question
            decision, objects = opened.sealed["decision"], opened.sealed["objects"]
            if isinstance(decision, int) and opened.disclosed["phase"] == "outcome":
                question = told.granted.pop(decision, None)
                if question and opened.disclosed["result"] == "done":
                    told.asked = {each for each in told.asked if each[1] == question[1]}
                    digest = objects.get("all-candidates", "") if isinstance(objects, dict) else ""
                    told.asked.add((*question, str(digest)))


def _asked(entry: Opened) -> tuple[str, str, str] | None:
    """Who asked, on which day, what; ``None`` where no person did."""
    parameters: Value = entry.sealed["parameters"]
    question = SearchTracks.question(parameters if isinstance(parameters, dict) else {})
    if not question:
        return None
    return str(entry.sealed["agent"]), str(entry.sealed["at"])[:10], question
