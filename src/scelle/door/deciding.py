"""Deciding what is asked: the facts as they are now, and the law's answer to them."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from scelle.door.clock import Clock
from scelle.door.states import States
from scelle.door.values import parameters_of, to_json
from scelle.door.writing import Writer
from scelle.errors import LedgerDamaged, NotFound
from scelle.law.conditions import OVERSIGHT, SCOPE
from scelle.law.facts import Asked, Facts, FactSource
from scelle.law.rules import decide
from scelle.ledger.asked import asked_of, asked_sha256
from scelle.ledger.book import Book
from scelle.ledger.entries import open_with
from scelle.model.acts import AcceptTime, Act, ApproveAct, CaseAct, Reason, Verdict

#: How often facts are read again before they are held to be altered.
_LOOKS = 3


class Deciding:
    """Decides, and writes nothing.

    Args:
        source: what is true of agents, cases, mandates and clearances.
        book: the ledger, whose refusals approvals name.
        writer: knows under which keys a case's entries are sealed.
        clock: says when a time lies behind the ledger's.

    Attributes:
        states: what the ledger's acts left of the rows that facts are read from, once
            rows are bound to it.
    """

    def __init__(self, source: FactSource, book: Book, writer: Writer, clock: Clock) -> None:
        self._source, self._book, self._writer = source, book, writer
        self.clock = clock
        self.states: States | None = None

    def facts(self, agent_id: str, act: Act) -> Facts:
        """What is true now of who asks, and of what is asked."""
        try:
            facts = self._source.facts(agent_id, act)
            # A change that was committed between the two looks is not one behind our back.
            for _ in range(_LOOKS):
                altered = self.states.altered(facts.states) if self.states is not None else ()
                if not altered:
                    break
                facts = self._source.facts(agent_id, act)
            return dataclasses.replace(
                facts,
                altered=altered,
                asked=self._asked(act),
                act_sha256=self._asking(agent_id, act),
            )
        except UnicodeError:
            # An id that the database cannot hold names nothing; the asking is written.
            return Facts(agent=None, any_agent_known=True)

    def verdict(self, act: Act, facts: Facts, at: datetime) -> Verdict:
        """The law's verdict; a refusal (``undecidable``) where it cannot give one.

        Nothing is decided (``clock-back``) at a time that lies before an entry's.
        """
        latest = None if isinstance(act, AcceptTime) else self.clock.behind(at)
        if latest is not None:
            text = (
                f"The machine's clock shows {at.isoformat(timespec='seconds')}, "
                f"and the ledger has an entry of {latest.isoformat(timespec='seconds')}."
            )
            mend = (
                "Set the machine's clock right and run the same command again. If it is right "
                "and ran ahead before, ask an auditor to run `scelle ledger accept-time`."
            )
            return Verdict(False, (Reason("clock-back", OVERSIGHT, text, mend),))
        try:
            return decide(act, facts, at)
        except Exception as error:
            # Refused and written, like all that is asked: nothing is asked without an entry.
            text = f"The law cannot be applied to this act: {type(error).__name__}: {error}."
            mend = "Correct what is asked and run the same command; report it if nothing is wrong."
            return Verdict(False, (Reason("undecidable", SCOPE, text, mend),))

    def _asking(self, agent_id: str, act: Act) -> str:
        """The digest of what is asked, where a second person may have to approve it."""
        if act.sort is None or not isinstance(act, CaseAct):
            return ""
        asker, reason = to_json(agent_id), to_json(act.reason)
        told = parameters_of(act)
        return asked_sha256(str(asker), act.kind, act.case_id, str(reason), told)

    def _asked(self, act: Act) -> Asked | None:
        """The refusal that an approval names, if it is one of that very case."""
        if not isinstance(act, ApproveAct):
            return None
        try:
            opened = open_with(self._book.entry(act.entry), self._writer.keys_of(act.case_id))
        except (NotFound, LedgerDamaged):
            return None
        rules = opened.disclosed.get("rules")
        if opened.disclosed.get("result") != "refused" or opened.sealed["case"] != act.case_id:
            return None
        return Asked(
            agent_id=str(opened.sealed["agent"]),
            kind=str(opened.disclosed["act"]),
            act_sha256=asked_of(opened),
            rules=tuple(map(str, rules)) if isinstance(rules, list) else (),
        )
