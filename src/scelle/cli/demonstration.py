"""The demonstration case of ``try``: made once, found again on the next run.

Its three agents are roles, not people.  Each step asks first what is there, so
that an interrupted run is completed by the next one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scelle.cli.command import DEMONSTRATION, Session
from scelle.errors import Refused
from scelle.model.acts import (
    Act,
    ConsultCase,
    GrantClearance,
    GrantMandate,
    ListCases,
    OpenCase,
    ReceiveExhibit,
    RegisterAgent,
)
from scelle.model.evidence import Case, CaseState, Exhibit, MandateState, Power, Role
from scelle.model.results import CaseFile

INVESTIGATOR = "demo-investigator"
MAGISTRATE = "demo-magistrate"
HEAD_OF_SERVICE = "demo-head-of-service"
SERVICE = "demonstration"
REFERENCE = "DEMONSTRATION"

_ROLES = {
    # First: somebody must be the administrator who registers the others.
    HEAD_OF_SERVICE: {Role.HEAD_OF_SERVICE, Role.ADMINISTRATOR},
    MAGISTRATE: {Role.MAGISTRATE, Role.REFERENT_MAGISTRATE},
    INVESTIGATOR: {Role.INVESTIGATOR},
}
_VALIDITY = timedelta(days=30)
_REASON = "demonstration"


@dataclass(frozen=True)
class Demonstration:
    """The demonstration case in one installation.

    Attributes:
        session: whose acts are those of the demonstration's investigator.
        case_id: the case, with a mandate that is in force.
    """

    session: Session
    case_id: str

    def received(self, path: Path) -> Exhibit | None:
        """The exhibit that holds this very file, if it was received before.

        Raises:
            OSError: the file cannot be read.
        """
        read: CaseFile = self.session.perform(ConsultCase(case_id=self.case_id, reason=_REASON))
        if not read.exhibits or not path.is_file():
            return None
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return next((e for e in read.exhibits if e.sha256 == sha256), None)

    def receive(self, path: Path) -> Exhibit:
        """Receive a recording, or find it again.

        Raises:
            UnreadableSource: not a closed recording.
        """
        exhibit = self.received(path) or self.session.perform(
            ReceiveExhibit(
                case_id=self.case_id,
                path=path,
                camera=path.stem,
                origin=_REASON,
                reason=_REASON,
            )
        )
        assert isinstance(exhibit, Exhibit)  # noqa: S101 - what this act gives
        return exhibit


def prepare(session: Session) -> Demonstration:
    """Make or find the people, the case and the mandate, in this order.

    Args:
        session: its agent is left aside; the demonstration's own three act.

    Raises:
        Refused: the home is that of real work, whose administrator is somebody else.
    """
    cases = _cases(session)
    _mark(session.app.settings.home)
    mine = [c for c in cases if c.demonstration and c.state is CaseState.OPEN]
    if mine:
        case_id = mine[0].id
    else:
        opened: Case = session.perform(
            OpenCase(
                reference=REFERENCE,
                framework="preliminaire",
                service=SERVICE,
                offence_family="other",
                demonstration=True,
                reason=_REASON,
            )
        )
        case_id = opened.id
    read: CaseFile = session.perform(ConsultCase(case_id=case_id, reason=_REASON))
    now = datetime.now(UTC)
    if not any(m.state is MandateState.ACTIVE and now < m.valid_to for m in read.mandates):
        mandate = GrantMandate(
            case_id=case_id,
            powers=frozenset(Power),
            valid_from=now,
            valid_to=now + _VALIDITY,
            reason=_REASON,
        )
        session.perform(mandate, agent_id=MAGISTRATE)
    return Demonstration(session, case_id)


def _cases(session: Session) -> tuple[Case, ...]:
    """The cases that the investigator may see, once registered and cleared."""
    asked = ListCases(reason=_REASON)
    try:
        return tuple(session.perform(asked))
    except Refused:
        # Nobody is registered yet, or the clearance has run out: both are mended alike.
        session.err.print("setting up the demonstration's agents", style="dim")
    now = datetime.now(UTC)
    people: list[Act] = [
        RegisterAgent(agent_id=name, roles=frozenset(roles), service=SERVICE, reason=_REASON)
        for name, roles in _ROLES.items()
    ]
    people.append(
        GrantClearance(
            agent_id=INVESTIGATOR,
            service=SERVICE,
            valid_from=now,
            valid_to=now + _VALIDITY,
            reason=_REASON,
        )
    )
    for act in people:
        session.perform(act, agent_id=HEAD_OF_SERVICE)
    return tuple(session.perform(asked))


def _mark(home: Path) -> None:
    """So that later commands in this home act as the investigator unless told otherwise."""
    marker = home / DEMONSTRATION
    if not marker.exists():
        fresh = marker.with_suffix(".new")
        fresh.write_text(json.dumps({"agent": INVESTIGATOR}))
        fresh.replace(marker)
