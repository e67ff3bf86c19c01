"""The door: the one way in.  It decides by law, writes that down, and only then acts.

It is the only writer of the ledger.  Every entry has the same fields:

disclosed
    ``phase`` (``system``, ``decision``, ``outcome``), ``act``, ``result``, ``month``,
    ``framework``, ``service``, ``offence``, ``demonstration``, ``rules`` (that refused),
    ``counts``; and ``seq`` and ``sealed``, which the ledger adds.
sealed
    ``at``, ``agent``, ``case``, ``reason``, ``mandate``, ``parameters``, ``objects``,
    ``error``, ``decision`` (the place of the decision that an outcome closes).

A decision ``granted`` that no outcome closes is an act that was killed or is still
at work.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from scelle.errors import Interrupted, Misconfigured, Refused
from scelle.law.conditions import OVERSIGHT, SCOPE
from scelle.law.facts import Facts, FactSource
from scelle.law.permits import PermitDesk
from scelle.law.rules import decide
from scelle.ledger.book import Book
from scelle.ledger.entries import Draft, Value
from scelle.model.acts import (
    Act,
    CaseAct,
    OpenCase,
    Outcome,
    Permit,
    Progress,
    Reason,
    Verdict,
    no_progress,
)

#: Does one kind of act: ``handler(act, permit, progress)``.
Handler = Callable[[Any, Permit, Progress], Outcome]

#: How far the clock may fall behind the ledger: clocks are corrected by moments.
_TOLERANCE = timedelta(seconds=60)

#: The most characters of one text that an entry holds: nobody fills the ledger by asking.
_LONGEST = 2000
_CUT = " [cut]"


class Keys(Protocol):
    """Who keeps the keys: the store."""

    def sealing_key(self, case_id: str | None) -> bytes:
        """32 bytes: a case's, made when it is first asked for, or the installation's."""
        ...


@dataclass(frozen=True)
class _Setting:
    """What all the entries of one act have in common."""

    kind: str
    agent_id: str
    case_id: str
    framework: str
    service: str
    offence: str
    demonstration: bool
    key: bytes


class Door:
    """Performs acts for people.

    Args:
        facts: what is true of agents, cases, mandates and clearances.
        book: the ledger.
        keys: what entries are sealed under.
        handlers: one for each kind of act.
        now: the clock; gives aware times.
    """

    def __init__(
        self,
        facts: FactSource,
        book: Book,
        keys: Keys,
        handlers: Mapping[type[Act], Handler],
        now: Callable[[], datetime],
    ) -> None:
        self._facts = facts
        self._book = book
        self._keys = keys
        self._handlers = dict(handlers)
        self._now = now
        self._desk = PermitDesk()

    def perform(self, agent_id: str, act: Act, progress: Progress = no_progress) -> Any:
        """Do an act, if the law grants it, and write down both.

        Steps:
            (0) load the facts as they are now
            (1) decide by law
            (2) commit the decision to the ledger, granted or refused
            (3) a refusal ends here
            (4) mint a permit that serves once, for this very act
            (5) run the act's handler
            (6) write the outcome: ``done``, or ``failed``, ``interrupted``, or
                ``stopped`` when the law no longer grants it in mid-course
            (7) give back what the handler answers

        Args:
            agent_id: who asks.
            act: what is asked.
            progress: told how far long work has come.

        Returns:
            The value of the handler's :class:`~scelle.model.acts.Outcome`.

        Raises:
            Refused: with every reason; the refusal is in the ledger already, even
                where the law could not be applied.
            ScelleError: the handler's own, after its outcome was written.
        """
        # (0)
        facts = self._load(agent_id, act)
        # (1)
        at = self._now()
        verdict = self._decide(act, facts, at)
        # (2)
        setting = self._setting(agent_id, act, facts, verdict)
        entry = self._write_decision(setting, act, verdict, at)
        # (3)
        if not verdict.granted:
            raise Refused(verdict.reasons, entry=entry)
        # (4)
        stopped: list[Refused] = []
        permit = self._mint(setting, act, verdict, at, entry, stopped)
        # (5)
        try:
            outcome = self._run(act, permit, progress)
            # A handler that went on after a refusal has not done the act.
            if stopped:
                raise stopped[0]
            counts = _counts(outcome.counts)
        except BaseException as error:
            # (6)
            result = _result(error, stopped)
            self._write_outcome(setting, entry, result, error=f"{type(error).__name__}: {error}")
            raise
        self._write_outcome(setting, entry, "done", counts=counts, objects=outcome.objects)
        # (7)
        return outcome.value

    def record_system(self, event: str, details: Mapping[str, str] | None = None) -> int:
        """Write that the software was installed, upgraded, enabled or disabled.

        So that *no use* differs from *no record*.

        Args:
            event: short stable name; disclosed.
            details: versions and the like; sealed under the installation's key.

        Returns:
            The entry's place.
        """
        setting = _Setting(event, "", "", "", "", "", False, self._keys.sealing_key(None))
        return self._write(setting, "system", "done", self._now(), parameters=dict(details or {}))

    # -- parts ---------------------------------------------------------------------

    def _load(self, agent_id: str, act: Act) -> Facts:
        try:
            return self._facts.facts(agent_id, act)
        except UnicodeError:
            # An id that the database cannot hold names nothing; the asking is written.
            return Facts(agent=None, any_agent_known=True)

    def _decide(self, act: Act, facts: Facts, at: datetime) -> Verdict:
        """The law's verdict; a refusal (``undecidable``) where it cannot give one.

        Nothing is decided (``clock-back``) at a time that lies before an entry's.
        """
        latest = self._book.latest()
        if latest is not None and at < latest - _TOLERANCE:
            text = (
                f"The machine's clock shows {at.isoformat(timespec='seconds')}, "
                f"and the ledger has an entry of {latest.isoformat(timespec='seconds')}."
            )
            mend = "Set the machine's clock right and run the same command again."
            return Verdict(False, (Reason("clock-back", OVERSIGHT, text, mend),))
        try:
            return decide(act, facts, at)
        except Exception as error:
            # Refused and written, like all that is asked: nothing is asked without an entry.
            text = f"The law cannot be applied to this act: {type(error).__name__}: {error}."
            mend = "Correct what is asked and run the same command; report it if nothing is wrong."
            return Verdict(False, (Reason("undecidable", SCOPE, text, mend),))

    def _mint(
        self,
        setting: _Setting,
        act: Act,
        verdict: Verdict,
        at: datetime,
        entry: int,
        stopped: list[Refused],
    ) -> Permit:
        again = act
        if isinstance(act, CaseAct) and verdict.exhibit_ids:
            # What was granted as "all" must stay granted for each that it meant.
            again = dataclasses.replace(act, exhibit_ids=verdict.exhibit_ids)

        def recheck() -> None:
            if stopped:
                raise stopped[0]
            now = self._now()
            current = self._decide(again, self._load(setting.agent_id, again), now)
            if not current.granted:
                refusal = self._write_decision(setting, act, current, now, of=entry)
                stopped.append(Refused(current.reasons, entry=refusal))
                raise stopped[0]

        return self._desk.issue(
            Permit(
                act=act,
                agent_id=setting.agent_id,
                mandate_id=verdict.mandate_id,
                exhibit_ids=verdict.exhibit_ids,
                at=at,
                entry=entry,
                recheck=recheck,
            )
        )

    def _run(self, act: Act, permit: Permit, progress: Progress) -> Outcome:
        handler = self._handlers.get(type(act))
        if handler is None:
            raise Misconfigured(
                f"Nothing in this installation does the act {act.kind}.",
                remedy="Install a version of Scelle that does it.",
            )
        self._desk.spend(permit, act)
        return handler(act, permit, progress)

    def _setting(self, agent_id: str, act: Act, facts: Facts, verdict: Verdict) -> _Setting:
        case, agent = facts.case, facts.agent
        asked = act.case_id if isinstance(act, CaseAct | OpenCase) else ""
        # A case that does not exist has no key; one to be opened has, even if refused.
        keyed = asked if case is not None or isinstance(act, OpenCase) else None
        framework = offence = ""
        service = agent.service if agent else ""
        demonstration = False
        # The words of a refused opening are the asker's own: they are not disclosed.
        told = act if isinstance(act, OpenCase) and verdict.granted else case
        if told is not None:
            framework, service, offence = told.framework, told.service, told.offence
            demonstration = told.demonstration
        return _Setting(
            kind=act.kind,
            agent_id=agent_id,
            case_id=asked,
            framework=framework,
            service=service,
            offence=offence,
            demonstration=demonstration,
            key=self._key(keyed),
        )

    def _key(self, case_id: str | None) -> bytes:
        try:
            return self._keys.sealing_key(case_id or None)
        except ValueError:
            # No case can have this id: its refused opening belongs to none.
            return self._keys.sealing_key(None)

    def _write_decision(
        self,
        setting: _Setting,
        act: Act,
        verdict: Verdict,
        at: datetime,
        of: int | None = None,
    ) -> int:
        return self._write(
            setting,
            "decision",
            "granted" if verdict.granted else "refused",
            at,
            rules=sorted({r.rule for r in verdict.reasons}),
            reason=act.reason,
            mandate=verdict.mandate_id,
            parameters=parameters_of(act),
            objects=dict.fromkeys(verdict.exhibit_ids, ""),
            error=" ".join(r.text for r in verdict.reasons),
            decision=of,
        )

    def _write_outcome(
        self,
        setting: _Setting,
        decision: int,
        result: str,
        *,
        counts: Mapping[str, int] | None = None,
        objects: Mapping[str, str] | None = None,
        error: str = "",
    ) -> int:
        return self._write(
            setting,
            "outcome",
            result,
            self._now(),
            counts=dict(counts or {}),
            objects=dict(objects or {}),
            error=error,
            decision=decision,
        )

    def _write(
        self,
        setting: _Setting,
        phase: str,
        result: str,
        at: datetime,
        *,
        rules: Sequence[str] = (),
        counts: Mapping[str, int] | None = None,
        reason: str = "",
        mandate: str = "",
        parameters: Mapping[str, Value] | None = None,
        objects: Mapping[str, str] | None = None,
        error: str = "",
        decision: int | None = None,
    ) -> int:
        # Months never go back, whatever the clock does; the sealed time is the clock's.
        latest = max(at, self._book.latest() or at)
        disclosed = {
            "phase": phase,
            "act": setting.kind,
            "result": result,
            "month": latest.astimezone(UTC).strftime("%Y-%m"),
            "framework": setting.framework,
            "service": setting.service,
            "offence": setting.offence,
            "demonstration": setting.demonstration,
            "rules": rules,
            "counts": counts or {},
        }
        sealed = {
            "at": at,
            "agent": setting.agent_id,
            "case": setting.case_id,
            "reason": reason,
            "mandate": mandate,
            "parameters": parameters or {},
            "objects": objects or {},
            "error": error,
            "decision": decision,
        }
        return self._book.append(Draft(_fields(disclosed), _fields(sealed), setting.key), at)


def parameters_of(act: Act) -> dict[str, Value]:
    """What was asked, as JSON; without the reason and the case, which have fields of their own."""
    own = {"reason", "case_id"} if isinstance(act, CaseAct | OpenCase) else {"reason"}
    return {
        f.name: to_json(getattr(act, f.name)) for f in dataclasses.fields(act) if f.name not in own
    }


def to_json(value: object) -> Value:
    """A value as JSON that reads back as itself (RFC 8785 knows no integer beyond 2**53).

    Texts of more than 2000 characters are cut and end with ``[cut]``.

    Raises:
        TypeError: a type that acts do not hold.
    """
    match value:
        case None | bool():
            return value
        case Enum():
            return to_json(value.value)
        case str():
            # A file name may hold bytes that are no UTF-8.
            told = value.encode("utf-8", "backslashreplace").decode()
            return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}{_CUT}"
        case int():
            return value if abs(value) < 2**53 else str(value)
        case float():
            return value if math.isfinite(value) and abs(value) < 2**53 else str(value)
        case datetime():
            return value.isoformat()
        case Path() | Fraction():
            return to_json(str(value))
        case frozenset() | set():
            return [to_json(v) for v in sorted(value, key=str)]
        case Mapping():
            return {str(to_json(str(k))): to_json(v) for k, v in value.items()}
        case Sequence() if not isinstance(value, bytes | bytearray):
            return [to_json(v) for v in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
        case _:
            raise TypeError(f"an act holds no {type(value).__name__}")


def _fields(values: Mapping[str, object]) -> dict[str, Value]:
    return {name: to_json(value) for name, value in values.items()}


def _counts(counts: Mapping[str, int]) -> dict[str, int]:
    for name, count in counts.items():
        if type(count) is not int or count < 0:
            raise TypeError(f"the count {name} is not a non-negative integer: {count!r}")
    return dict(counts)


def _result(error: BaseException, stopped: Sequence[Refused]) -> str:
    if stopped:
        return "stopped"
    if isinstance(error, KeyboardInterrupt | SystemExit | Interrupted):
        return "interrupted"
    return "failed"
