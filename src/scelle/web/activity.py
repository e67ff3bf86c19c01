"""What was done in a case, from the ledger's entries; and what is under way."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from scelle.law.rules import RULES

_KINDS = frozenset(act.kind for act in RULES)

#: What was done last: more is in the ledger.
SHOWN = 40


@dataclass(frozen=True)
class Done:
    """One act as its decision and its outcome tell it.

    Attributes:
        entry: place of the decision in the ledger.
        at: ISO 8601, as sealed.
        result: ``refused``, or what became of it; ``running`` while nothing is written.
        rules: those that refused.
    """

    entry: int
    kind: str
    agent_id: str
    at: str
    reason: str
    mandate_id: str
    result: str
    rules: tuple[str, ...]

    @property
    def known(self) -> bool:
        """It is an act, and not an event of the software."""
        return self.kind in _KINDS


def activity(entries: Iterable[Any]) -> tuple[Done, ...]:
    """Acts, the last first.

    Args:
        entries: opened, of one case, in order (:class:`scelle.ledger.entries.Opened`).
    """
    told: dict[int, Done] = {}
    for one in entries:
        phase, result = one.disclosed.get("phase"), str(one.disclosed.get("result"))
        decision = one.sealed.get("decision")
        if phase == "decision" and decision is None:
            told[one.seq] = Done(
                one.seq,
                str(one.disclosed["act"]),
                str(one.sealed["agent"]),
                str(one.sealed["at"]),
                str(one.sealed["reason"]),
                str(one.sealed["mandate"]),
                "running" if result == "granted" else result,
                tuple(one.disclosed.get("rules") or ()),
            )
        elif phase == "outcome" and decision in told:
            before = told[decision]
            told[decision] = Done(**{**before.__dict__, "result": result})
    return tuple(reversed(told.values()))


def running(done: Iterable[Done], mandate_ids: Collection[str]) -> tuple[Done, ...]:
    """Those acts under some mandates of which no end is written."""
    return tuple(d for d in done if d.result == "running" and d.mandate_id in mandate_ids)
