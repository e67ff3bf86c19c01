"""What the law needs to know before it answers.

Loaded by the store, read by :mod:`scelle.law.rules`, never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from scelle.model.acts import Act
from scelle.model.decisions import Approval, Judgement, Request
from scelle.model.evidence import Agent, Case, Clearance, Exhibit, Mandate
from scelle.model.results import Synopsis


@dataclass(frozen=True)
class Asked:
    """A refused act, as the ledger holds it.

    Attributes:
        act_sha256: see :class:`Facts`.
        rules: those that refused it.
    """

    agent_id: str
    kind: str
    act_sha256: str
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that bears on one act of one agent, at one moment.

    Attributes:
        agent: who asks; ``None`` when nobody of that name is registered.
        any_agent_known: at least one agent is registered.
        case: the case that the act names (``act.case_id``, for a
            :class:`~scelle.model.acts.CaseAct` and for ``OpenCase``), open or
            closed; ``None`` when it names none or there is no such case.
        mandates: all of that case, in any state, in order of grant.
        exhibits: all of that case, in order of receipt.
        clearances: all ever granted to the agent who asks, in order of grant.
        subject: the agent whom ``RegisterAgent``, ``GrantClearance``, ``InviteAgent``
            or ``EndSessions`` names; ``None`` when unknown.
        enrolled: that agent has something to sign in with; told to ``InviteAgent``.
        locked_until: when the password of the name that asks is looked at again; told to
            ``SignIn``.
        clearance: the one that ``WithdrawClearance`` names; ``None`` when there
            is no such clearance.
        synopsis: the one that ``ViewSynopsis`` names, of any case; ``None``
            when there is no such synopsis.
        asker: the name that asks, registered or not.
        judgement: what people last said of the track that ``RevealTrack`` names.
        approvals: second persons' approvals in that case, used or not.
        requests: orders and requests about that case's data, settled or not.
        act_sha256: digest of who asks for what and why, for acts that may need a
            second person.
        asked: the refused act that ``ApproveAct`` names; ``None`` when there is none
            in that case.
        under: ledger entry of the grant under which an act goes on; ``None`` for an
            act that is asked.
        committed: it is recorded that the compliance commitment was sent; told to
            ``OpenCase`` alone.
        states: digest by subject of all the stored rows that this rests on.
        altered: those subjects that are not as the ledger says they were left.
    """

    agent: Agent | None
    any_agent_known: bool
    case: Case | None = None
    mandates: tuple[Mandate, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    clearances: tuple[Clearance, ...] = ()
    subject: Agent | None = None
    enrolled: bool = False
    locked_until: datetime | None = None
    clearance: Clearance | None = None
    synopsis: Synopsis | None = None
    asker: str = ""
    judgement: Judgement | None = None
    approvals: tuple[Approval, ...] = ()
    requests: tuple[Request, ...] = ()
    act_sha256: str = ""
    asked: Asked | None = None
    under: int | None = None
    committed: bool = True
    states: Mapping[str, str] = field(default_factory=dict)
    altered: tuple[str, ...] = ()


class FactSource(Protocol):
    """Who knows the facts: the store."""

    def facts(self, agent_id: str, act: Act) -> Facts:
        """The facts as they are committed now, read in one transaction."""
        ...

    def use_approval(self, approval_id: str, entry: int) -> bool:
        """Use a second person's approval up; false if somebody was faster."""
        ...
