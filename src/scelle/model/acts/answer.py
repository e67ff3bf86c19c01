"""The answer to an act: verdict, permit, outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from scelle.model.acts.base import Act
from scelle.model.tracks import TrackQuery


@dataclass(frozen=True)
class Reason:
    """Why an act was refused.

    Attributes:
        rule: short stable name, counted in published reports.
        article: article of law it implements.
        text: one sentence.
        remedy: what to do, one sentence.
    """

    rule: str
    article: str
    text: str
    remedy: str


@dataclass(frozen=True)
class Verdict:
    """The law's answer: granted, or refused with at least one reason.

    Attributes:
        mandate_id: the mandate that a granted act rests on; empty when the
            act needs none.
        exhibit_ids: the exhibits that the grant covers.
        sought: what the mandate is limited to looking for.
        approval_id: the second person's approval that the grant uses up.
    """

    granted: bool
    reasons: tuple[Reason, ...] = ()
    mandate_id: str = ""
    exhibit_ids: tuple[str, ...] = ()
    sought: TrackQuery | None = None
    approval_id: str = ""

    def __post_init__(self) -> None:
        if self.granted == bool(self.reasons):
            raise ValueError("a refusal needs reasons, and a grant has none")


@dataclass(frozen=True, eq=False)
class Permit:
    """One-use token that the door issues for one granted act.

    Attributes:
        act: the very act that was granted (compared by identity).
        agent_id: who asked.
        mandate_id: what it rests on.
        exhibit_ids: the exhibits it covers, in the case's order.
        sought: what the mandate is limited to looking for; ``None`` sets no limit.
        at: when it was granted, aware.
        entry: index of the ledger entry that records the grant.
        recheck: raises :class:`scelle.errors.Refused` once the act would no
            longer be granted; long work calls it at each segment.
    """

    act: Act
    agent_id: str
    mandate_id: str
    exhibit_ids: tuple[str, ...]
    at: datetime
    entry: int
    recheck: Callable[[], None]
    sought: TrackQuery | None = None


@dataclass(frozen=True)
class Outcome:
    """What a handler did.

    Attributes:
        value: what the asker receives.
        counts: coarse figures for the ledger's disclosed fields (exhibits,
            recorded seconds, tracks); non-negative integers.
        objects: ids and hashes of what was touched; sealed in the ledger.
    """

    value: object
    counts: Mapping[str, int] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)


class Progress(Protocol):
    """Told how far long work has come.

    ``done`` and ``total`` are recorded seconds or bytes, as ``unit`` says;
    ``done`` never decreases within one ``stage``.
    """

    def __call__(self, stage: str, done: float, total: float, unit: str) -> None: ...


def no_progress(stage: str, done: float, total: float, unit: str) -> None:
    """A :class:`Progress` that tells nobody."""
