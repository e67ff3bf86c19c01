"""How long cases are kept: deadlines, extensions, orders and requests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scelle.law.conditions import may_see
from scelle.law.retention import extended, to_announce
from scelle.model.acts import (
    AnnounceErasure,
    ConsultRetention,
    ExtendRetention,
    MakeRequest,
    Outcome,
    Permit,
    Progress,
    SettleRequest,
)
from scelle.model.decisions import Request, RequestKind, RequestState
from scelle.model.evidence import Case, CaseState, Role, new_id
from scelle.model.retention import Due
from scelle.store.control import Control
from scelle.store.records import Records


class Retain:
    """Handlers of the acts on retention, save erasing itself."""

    def __init__(self, records: Records, control: Control) -> None:
        self._records = records
        self._control = control

    def consult(self, act: ConsultRetention, permit: Permit, progress: Progress) -> Outcome:
        """Deadlines, nearest first; the value is a tuple of :class:`Due`.

        Cases that are erased are left out.  Administrators and heads of service read
        that something is asked, and not what.
        """
        facts = self._records.facts(permit.agent_id, act)
        agent = self._records.agent(permit.agent_id)
        listed = []
        for case in self._records.cases():
            words = may_see(case, facts, permit.at)
            own = Role.HEAD_OF_SERVICE in agent.roles and agent.service == case.service
            if case.state is CaseState.ERASED:
                continue
            if words or own or Role.ADMINISTRATOR in agent.roles:
                listed.append(self._due(case, permit.at, words=words))
        due = tuple(sorted(listed, key=lambda d: d.erase_by))
        overdue = sum(1 for d in due if d.erase_by <= permit.at)
        return Outcome(due, {"cases": len(due), "overdue": overdue})

    def announce(self, act: AnnounceErasure, permit: Permit, progress: Progress) -> Outcome:
        """Write down that a deadline is near; the value is the :class:`Due`.

        Once for each threshold and deadline: again changes nothing.
        """
        case = self._records.case(act.case_id)
        fresh = act.days in to_announce(
            case, self._control.announced(case.id, case.erase_by), permit.at
        )
        if fresh:
            self._control.announce(case.id, act.days, case.erase_by)
        counts = {f"announced_{act.days}": int(fresh)}
        return Outcome(self._due(case, permit.at, words=False), counts)

    def extend(self, act: ExtendRetention, permit: Permit, progress: Progress) -> Outcome:
        """Move the deadline by what the law allows; the value is the case."""
        case = self._records.case(act.case_id)
        until = extended(case.erase_by)
        request = Request(
            id=new_id(),
            case_id=case.id,
            kind=RequestKind.EXTENSION,
            text=act.reason,
            asked_by=permit.agent_id,
            asked_at=permit.at,
            article=act.article,
            until=until,
            state=RequestState.DONE,
            settled_by=permit.agent_id,
            settled_at=permit.at,
        )
        self._control.add_request(request)
        case = replace(case, erase_by=until)
        self._records.replace_case(case)
        return Outcome(case, {"extensions": 1}, {request.id: "extension"})

    def request(self, act: MakeRequest, permit: Permit, progress: Progress) -> Outcome:
        """Keep an order or a request until it is settled; the value is the :class:`Request`."""
        request = Request(
            id=new_id(),
            case_id=act.case_id,
            kind=act.request,
            text=act.text,
            asked_by=permit.agent_id,
            asked_at=permit.at,
        )
        self._control.add_request(request)
        return Outcome(request, {f"{act.request.value}_requests": 1}, {request.id: "request"})

    def settle(self, act: SettleRequest, permit: Permit, progress: Progress) -> Outcome:
        """Say what became of a request; the value is the :class:`Request`."""
        request = next(r for r in self._control.requests(act.case_id) if r.id == act.request_id)
        settled = self._control.settle_request(
            request, act.state, permit.agent_id, permit.at, act.answer
        )
        counts = {f"{request.kind.value}_{act.state.value}": 1}
        return Outcome(settled, counts, {request.id: "request"})

    def _due(self, case: Case, now: datetime, *, words: bool) -> Due:
        pending = [r for r in self._control.requests(case.id) if r.state is RequestState.OPEN]
        return Due(
            case_id=case.id,
            service=case.service,
            state=case.state,
            erase_by=case.erase_by,
            days=(case.erase_by - now).days,
            announced=self._control.announced(case.id, case.erase_by),
            requests=tuple(r if words else replace(r, text="", asked_by="") for r in pending),
        )
