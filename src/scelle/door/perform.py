"""Performing an act: decide, write, permit, do, write."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from scelle.door.clock import Clock
from scelle.door.deciding import Deciding
from scelle.door.states import Change, States
from scelle.door.writing import READINGS, Keys, Setting, Unwritten, Writer
from scelle.errors import Interrupted, Misconfigured, Refused
from scelle.law.conditions import MANDATE
from scelle.law.facts import FactSource
from scelle.law.permits import PermitDesk
from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer
from scelle.ledger.verify import ROTATED, WITNESS_NAMED, Problem
from scelle.model.acts import (
    Act,
    CaseAct,
    Outcome,
    Permit,
    Progress,
    Reason,
    Verdict,
    no_progress,
)

_T = TypeVar("_T")

#: Yields acts that are asked together, is given their values in turn, and returns a value.
Steps: TypeAlias = Generator[Sequence[Act], list[Any], _T]

#: Does one kind of act: ``handler(act, permit, progress)``.
Handler = Callable[[Any, Permit, Progress], Outcome]

#: What the act under way writes, and the place of its decision.
_UNDER_WAY: ContextVar[tuple[Setting, int] | None] = ContextVar("under_way", default=None)


class _Asked(NamedTuple):
    """An act that the law has decided."""

    setting: Setting
    act: Act
    verdict: Verdict
    at: datetime


class StateSource(Protocol):
    """Who stores what the law believes: the store."""

    def states(self) -> Mapping[str, str]:
        """The digest of every subject."""
        ...

    def watch(self, watcher: Callable[[Sequence[Any]], None]) -> None:
        """Tell of changes before they are committed."""
        ...


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
        self._writer = Writer(book, keys)
        self._handlers = dict(handlers)
        self._now = now
        self._desk = PermitDesk()
        self._states = States(book, keys, self._writer)
        self._deciding = Deciding(facts, book, self._writer, Clock(book, keys))

    def bind(self, source: StateSource) -> None:
        """From now on, believe of the stored rows only what the ledger's acts left.

        The first time in the life of a ledger, what there is is taken as it is.

        Args:
            source: where the rows are stored.
        """
        if not self._states.begun:
            setting = self._writer.installation("states-bound")
            self._states.begin(setting, source.states(), self._now())
        source.watch(self._changing)
        self._deciding.states = self._states

    def check_states(self, states: Mapping[str, str]) -> list[Problem]:
        """What is stored and is not what the ledger's acts left."""
        return self._states.check(states)

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
        ended: list[Unwritten] = []
        try:
            (value,) = self._do(agent_id, [act], ended, progress)
        finally:
            self._writer.write(ended)
        return value

    def perform_in_turn(self, agent_id: str, steps: Steps[_T]) -> _T:
        """Do several readings that belong together, as :meth:`perform` does each.

        Nothing is done before its own decision is in the ledger, and nothing is given back
        before all outcomes are.  The decisions of a step are written together, and with them
        the outcomes of the step before: each time the disk is waited for once.  The acts of a
        step are decided in order, up to the first that is refused; those before it are done,
        each but the first only if the law still grants it once those before it are.

        Args:
            agent_id: who asks.
            steps: yields the acts of each step, and is given what their handlers answered.

        Returns:
            What the steps return.

        Raises:
            ValueError: an act that is no reading: others are asked one at a time.
            ScelleError: as :meth:`perform`; what had not begun is then ``interrupted``.
        """
        ended: list[Unwritten] = []
        try:
            asked = next(steps)
            while True:
                if not all(act.kind in READINGS for act in asked):
                    raise ValueError("an act that changes something is asked alone")
                asked = steps.send(self._do(agent_id, asked, ended, no_progress))
        except StopIteration as last:
            value: _T = last.value
        finally:
            self._writer.write(ended)
        return value

    def record_system(self, event: str, details: Mapping[str, str] | None = None) -> int:
        """Write that the software was installed, upgraded, enabled or disabled.

        So that *no use* differs from *no record*.

        Args:
            event: short stable name; disclosed.
            details: versions and the like; sealed under the installation's key.

        Returns:
            The entry's place.
        """
        setting = self._writer.installation(event)
        return self._writer.event(setting, self._now(), parameters=dict(details or {}))

    def record_rotation(self, successor: Signer) -> int:
        """Write the entry that names a new key of the ledger, and hand over to it."""
        setting = self._writer.installation(ROTATED)
        vkey = str(Signer(self._book.origin, successor.seed).vkey)
        return self._writer.event(
            setting,
            self._now(),
            more={"vkey": vkey},
            append=lambda draft, at: self._book.rotate(draft, successor, at),
        )

    def record_witness(self, vkey: str, url: str) -> int:
        """Write the entry that names a witness, and remember it."""
        setting = self._writer.installation(WITNESS_NAMED)
        return self._writer.event(
            setting,
            self._now(),
            parameters={"url": url},
            more={"vkey": vkey},
            append=lambda draft, at: self._book.name_witness(draft, vkey, url, at),
        )

    # -- parts ---------------------------------------------------------------------

    def _do(
        self,
        agent_id: str,
        acts: Sequence[Act],
        ended: list[Unwritten],
        progress: Progress,
    ) -> list[Any]:
        """Do some acts; writes what is in ``ended``, and leaves their own outcomes in it."""
        # A case's key is held for the moment in which one step is decided.
        key_of = cache(self._writer.key_of)
        asked: deque[_Asked] = deque()
        for act in acts:
            # (0)
            facts = self._deciding.facts(agent_id, act)
            # (1)
            at = self._now()
            verdict = self._deciding.verdict(act, facts, at)
            setting = self._writer.setting(agent_id, act, facts, verdict, key_of)
            asked.append(_Asked(setting, act, verdict, at))
            if not verdict.granted:
                break
        # (2)
        decided = [self._writer.decided(a.setting, a.act, a.verdict, a.at) for a in asked]
        before = len(ended)
        entries = deque(self._writer.write(ended, *decided)[before:])
        values: list[Any] = []
        try:
            while asked:
                late = bool(values)
                values.append(
                    self._do_one(asked.popleft(), entries.popleft(), ended, progress, late=late)
                )
        except BaseException:
            text = "An act that was asked before it has ended all that were asked together."
            now = self._now()
            ended += [
                self._writer.outcome(a.setting, entry, "interrupted", now, error=text)
                for a, entry in zip(asked, entries, strict=True)
                if a.verdict.granted
            ]
            raise
        return values

    def _do_one(
        self,
        asked: _Asked,
        entry: int,
        ended: list[Unwritten],
        progress: Progress,
        *,
        late: bool,
    ) -> Any:
        """Do an act that was decided; its outcome is left in ``ended``.

        Args:
            late: another was done since it was: whether it is still granted is asked again.
        """
        setting, act, verdict, at = asked
        # (3)
        if not verdict.granted:
            raise Refused(verdict.reasons, entry=entry)
        self._deciding.clock.granted(at)
        self._use_up(setting, act, verdict, entry)
        # (4)
        stopped: list[Refused] = []
        permit = self._mint(setting, act, verdict, at, entry, stopped)
        # (5)
        try:
            under = _UNDER_WAY.set((setting, entry))
            try:
                if late:
                    permit.recheck()
                outcome = self._run(act, permit, progress)
            finally:
                _UNDER_WAY.reset(under)
            # A handler that went on after a refusal has not done the act.
            if stopped:
                raise stopped[0]
            counts = _counts(outcome.counts)
        except BaseException as error:
            result = _result(error, stopped)
            text = f"{type(error).__name__}: {error}"
            ended.append(self._writer.outcome(setting, entry, result, self._now(), error=text))
            raise
        done = self._writer.outcome(
            setting, entry, "done", self._now(), counts=counts, objects=outcome.objects
        )
        ended.append(done)
        return outcome.value

    def _changing(self, changes: Sequence[Change]) -> None:
        setting, decision = _UNDER_WAY.get() or (self._writer.installation("no-act"), None)
        self._states.bind(setting, changes, decision, self._now())

    def _use_up(self, setting: Setting, act: Act, verdict: Verdict, entry: int) -> None:
        """An approval serves once, also where two ask at the same moment."""
        if not verdict.approval_id:
            return
        under = _UNDER_WAY.set((setting, entry))
        try:
            used = self._facts.use_approval(verdict.approval_id, entry)
        finally:
            _UNDER_WAY.reset(under)
        if not used:
            text, mend = "The approval was used up a moment ago.", "Ask for another approval."
            late = Verdict(False, (Reason("four-eyes", MANDATE, text, mend),))
            refusal = self._writer.decision(setting, act, late, self._now(), of=entry)
            raise Refused(late.reasons, entry=refusal)

    def _mint(
        self,
        setting: Setting,
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
            facts = dataclasses.replace(self._deciding.facts(setting.agent_id, again), under=entry)
            current = self._deciding.verdict(again, facts, now)
            if not current.granted:
                refusal = self._writer.decision(setting, act, current, now, of=entry)
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
                sought=verdict.sought,
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


def _result(error: BaseException, stopped: Sequence[Refused]) -> str:
    if stopped:
        return "stopped"
    if isinstance(error, KeyboardInterrupt | SystemExit | Interrupted):
        return "interrupted"
    return "failed"


def _counts(counts: Mapping[str, int]) -> dict[str, int]:
    for name, count in counts.items():
        if type(count) is not int or count < 0:
            raise TypeError(f"the count {name} is not a non-negative integer: {count!r}")
    return dict(counts)
