"""Cases, authorisations, exhibits, coverage and synopses, kept in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RowMapping, Table, delete, insert, select, update

from scelle.errors import NotFound
from scelle.law.facts import Facts
from scelle.law.frameworks import FRAMEWORKS
from scelle.law.retention import erase_by
from scelle.model.acts import (
    Act,
    CaseAct,
    EndSessions,
    GrantClearance,
    InviteAgent,
    OpenCase,
    RegisterAgent,
    RevealTrack,
    SignIn,
    ViewSynopsis,
    WithdrawClearance,
)
from scelle.model.evidence import (
    Agent,
    Case,
    Clearance,
    Correction,
    Coverage,
    Exhibit,
    Finding,
    Mandate,
)
from scelle.model.results import Synopsis
from scelle.store import entrance, rows, statements, states, tables
from scelle.store.held import Held, Read

Watcher = Callable[[Sequence[states.Change]], None]
_T = TypeVar("_T")
_RECEIPT, _ANALYSIS = "receipt", "analysis"
#: Acts about another person.
_ABOUT = (RegisterAgent, GrantClearance, InviteAgent, EndSessions)


class Records:
    """Adds, reads and replaces records; each call is of one moment.

    Lists come in the order in which their members were added.  Reading one that
    does not exist raises :class:`scelle.errors.NotFound`.

    Attributes:
        held: what was read, while nobody changes anything.
    """

    def __init__(self, engine: Engine, committed: Callable[[], bool] = lambda: True) -> None:
        """Keep the records of an installation.

        Args:
            engine: of its database.
            committed: whether it is recorded that the compliance commitment was sent.
        """
        self._engine = engine
        self._committed = committed
        self.held = Held(engine)
        self._watcher: Watcher | None = None

    def watch(self, watcher: Watcher) -> None:
        """Tell of every change of what the law believes, before it is committed.

        Args:
            watcher: called inside the transaction; what it raises undoes the change.
        """
        self._watcher = watcher

    # -- agents -------------------------------------------------------------------

    def put_agent(self, agent: Agent) -> None:
        """Add an agent, or replace what was known of one."""
        with self.changing(states.AGENTS, states.of_agent(agent.id)) as db:
            if not _replaced(db, tables.agents, rows.agent_row(agent)):
                db.execute(insert(tables.agents).values(rows.agent_row(agent)))

    def agent(self, agent_id: str) -> Agent:
        """One agent."""
        return self._one(tables.agents, agent_id, rows.agent, "agent", "Register the person first.")

    def agents(self) -> tuple[Agent, ...]:
        """All agents."""
        return self._list(tables.agents, rows.agent)

    # -- cases --------------------------------------------------------------------

    def add_case(self, case: Case) -> None:
        """Add a case."""
        self._add(tables.cases, rows.case_row(case), states.of_case(case.id))

    def replace_case(self, case: Case) -> None:
        """Replace a case's record."""
        self._replace(tables.cases, rows.case_row(case), "case", states.of_case(case.id))

    def case(self, case_id: str) -> Case:
        """One case."""
        return self._one(tables.cases, case_id, rows.case, "case", "List the cases and choose one.")

    def cases(self) -> tuple[Case, ...]:
        """All cases."""
        return self._list(tables.cases, rows.case)

    # -- authorisations -----------------------------------------------------------

    def add_mandate(self, mandate: Mandate) -> None:
        """Add a mandate."""
        self._add(tables.mandates, rows.mandate_row(mandate), states.of_case(mandate.case_id))

    def replace_mandate(self, mandate: Mandate) -> None:
        """Replace a mandate's record."""
        subject = states.of_case(mandate.case_id)
        self._replace(tables.mandates, rows.mandate_row(mandate), "mandate", subject)

    def mandate(self, mandate_id: str) -> Mandate:
        """One mandate."""
        remedy = "List the case's mandates and choose one."
        return self._one(tables.mandates, mandate_id, rows.mandate, "mandate", remedy)

    def mandates(self, case_id: str) -> tuple[Mandate, ...]:
        """All mandates of a case, in order of grant."""
        return self._list(tables.mandates, rows.mandate, "case_id", case_id)

    def add_clearance(self, clearance: Clearance) -> None:
        """Add a clearance."""
        subject = states.of_agent(clearance.agent_id)
        self._add(tables.clearances, rows.clearance_row(clearance), subject)

    def replace_clearance(self, clearance: Clearance) -> None:
        """Replace a clearance's record."""
        subject = states.of_agent(clearance.agent_id)
        self._replace(tables.clearances, rows.clearance_row(clearance), "clearance", subject)

    def clearance(self, clearance_id: str) -> Clearance:
        """One clearance."""
        remedy = "List the agent's clearances and choose one."
        return self._one(tables.clearances, clearance_id, rows.clearance, "clearance", remedy)

    def clearances(self, agent_id: str) -> tuple[Clearance, ...]:
        """All clearances ever granted to an agent, in order of grant."""
        return self._list(tables.clearances, rows.clearance, "agent_id", agent_id)

    def clearances_for(self, service: str) -> tuple[Clearance, ...]:
        """All clearances ever granted for a service, in order of grant."""
        return self._list(tables.clearances, rows.clearance, "service", service)

    # -- exhibits -----------------------------------------------------------------

    def add_exhibit(self, exhibit: Exhibit, *views: Exhibit) -> Exhibit:
        """Add an exhibit and the further views of its file with their findings, or nothing.

        Returns:
            The exhibit; or the one of the same case that has the same bytes already,
            and then nothing was added.
        """
        table = tables.exhibits
        own = rows.identity(exhibit.sha256, exhibit.view)
        same = (table.c.case_id == exhibit.case_id) & (table.c.sha256 == own)
        with self.changing(states.of_case(exhibit.case_id)) as db:
            for known in _exhibits(db, same):
                return known
            for each in (exhibit, *views):
                db.execute(insert(table).values(rows.exhibit_row(each)))
                _write_findings(db, each.id, _RECEIPT, each.findings)
            _count_from(db, exhibit)
            return exhibit

    def exhibit(self, exhibit_id: str) -> Exhibit:
        """One exhibit."""
        c = tables.exhibits.c
        found = self.held.one(("exhibit", exhibit_id), lambda db: _exhibits(db, c.id == exhibit_id))
        if not found:
            raise _missing("exhibit", exhibit_id, "List the case's exhibits and choose one.")
        return found[0]

    def exhibits(self, case_id: str) -> tuple[Exhibit, ...]:
        """All exhibits of a case, in order of receipt."""
        return self.held.several(lambda read: _exhibits_of(read, case_id))

    def exhibit_with(self, case_id: str, sha256: str) -> Exhibit | None:
        """The exhibit of a case that has these very bytes, if it was received."""
        # The first view alone bears the digest of the file here.
        of = (tables.exhibits.c.case_id == case_id) & (tables.exhibits.c.sha256 == sha256)
        key = ("exhibit with", case_id, sha256)
        return next(iter(self.held.one(key, lambda db: _exhibits(db, of))), None)

    def correct_exhibit(self, exhibit: Exhibit, corrections: Sequence[Correction]) -> None:
        """Replace what is stated of an exhibit, and keep what was stated before.

        Its findings stay.
        """
        row = rows.exhibit_row(exhibit)
        with self.changing(states.of_case(exhibit.case_id)) as db:
            if not _replaced(db, tables.exhibits, row):
                raise _missing("exhibit", exhibit.id, "List the case's exhibits and choose one.")
            for correction in corrections:
                db.execute(insert(tables.corrections).values(rows.correction_row(correction)))

    def corrections(self, exhibit_id: str) -> tuple[Correction, ...]:
        """Everything that was ever corrected of an exhibit, oldest first."""
        return self._list(tables.corrections, rows.correction, "exhibit_id", exhibit_id)

    def put_coverage(self, coverage: Coverage) -> None:
        """Replace an exhibit's coverage and the findings of its analysis."""
        of = tables.coverage.c.exhibit_id == coverage.exhibit_id
        with self._engine.begin() as db:
            db.execute(delete(tables.coverage).where(of))
            db.execute(insert(tables.coverage).values(rows.coverage_row(coverage)))
            _write_findings(db, coverage.exhibit_id, _ANALYSIS, coverage.findings)

    def coverage(self, exhibit_id: str) -> Coverage | None:
        """An exhibit's coverage; ``None`` while no analysis has begun."""
        return self.held.one(("coverage", exhibit_id), lambda db: _coverage(db, exhibit_id))

    # -- synopses -----------------------------------------------------------------

    def add_synopsis(self, synopsis: Synopsis) -> None:
        """Add a synopsis."""
        self._add(tables.synopses, rows.synopsis_row(synopsis), states.of_case(synopsis.case_id))

    def synopsis(self, synopsis_id: str) -> Synopsis:
        """One synopsis."""
        remedy = "Compose the synopsis first."
        return self._one(tables.synopses, synopsis_id, rows.synopsis, "synopsis", remedy)

    def synopses(self, case_id: str) -> tuple[Synopsis, ...]:
        """All synopses of a case."""
        return self._list(tables.synopses, rows.synopsis, "case_id", case_id)

    # -- what the law asks --------------------------------------------------------

    def facts(self, agent_id: str, act: Act) -> Facts:
        """Everything that bears on an act, all of one moment."""
        return self.held.several(lambda read: self._facts(read, agent_id, act))

    def _facts(self, read: Read, agent_id: str, act: Act) -> Facts:
        case_id = act.case_id if isinstance(act, CaseAct | OpenCase) else ""
        subject = act.agent_id if isinstance(act, _ABOUT) else ""
        clearance = act.clearance_id if isinstance(act, WithdrawClearance) else ""
        synopsis = act.synopsis_id if isinstance(act, ViewSynopsis) else ""
        track = act.track_id if isinstance(act, RevealTrack) else ""
        withdrawn = _one(read, tables.clearances, clearance, rows.clearance)
        named = [subject] if subject else [withdrawn.agent_id] if withdrawn else []
        bearing = [states.of_agent(a) for a in [agent_id, *named]]
        bearing += [states.of_case(case_id)] if case_id else []
        bearing += [states.AGENTS] if isinstance(act, RegisterAgent) else []
        return Facts(
            agent=_one(read, tables.agents, agent_id, rows.agent),
            any_agent_known=read("anybody", _anybody),
            case=_one(read, tables.cases, case_id, rows.case),
            mandates=_several(read, tables.mandates, rows.mandate, "case_id", case_id),
            exhibits=_exhibits_of(read, case_id),
            clearances=_several(read, tables.clearances, rows.clearance, "agent_id", agent_id),
            subject=_one(read, tables.agents, subject, rows.agent),
            enrolled=isinstance(act, InviteAgent)
            and read(("enrolled", subject), lambda db: entrance.enrolled(db, subject)),
            locked_until=read(("locked", agent_id), lambda db: entrance.locked_until(db, agent_id))
            if isinstance(act, SignIn)
            else None,
            clearance=withdrawn,
            synopsis=_one(read, tables.synopses, synopsis, rows.synopsis),
            asker=agent_id,
            judgement=read(
                ("judgement", case_id, track),
                lambda db: statements.judgement_of(db, case_id, track),
            )
            if track
            else None,
            approvals=read(("approvals", case_id), lambda db: statements.approvals_of(db, case_id)),
            requests=read(("requests", case_id), lambda db: statements.requests_of(db, case_id)),
            committed=self._committed() if isinstance(act, OpenCase) else True,
            states=_states(read, bearing),
        )

    def use_approval(self, approval_id: str, entry: int) -> bool:
        """Use a second person's approval up; false if somebody was faster.

        Args:
            entry: the ledger entry of the grant.
        """
        t = tables.approvals
        own = select(t.c.case_id).where(t.c.id == approval_id)
        case_id = self.held.one(("approval", approval_id), lambda db: db.scalar(own))
        free = (t.c.id == approval_id) & (t.c.used_entry.is_(None))
        with self.changing(states.of_case(str(case_id))) as db:
            return db.execute(update(t).where(free).values(used_entry=entry)).rowcount == 1

    # -- shared -------------------------------------------------------------------

    @contextmanager
    def changing(self, *subjects: str) -> Iterator[Connection]:
        """A transaction that changes what the law believes of some subjects.

        The watcher hears of every subject as it is at the end, before the commit:
        whatever is committed is in the ledger already.
        """
        with self._engine.begin() as db:
            before = states.states(db, subjects)
            yield db
            if self._watcher is None:
                return
            after = states.states(db, subjects)
            # Told even where nothing changed: an act that was killed may be asked again.
            self._watcher([states.Change(s, before[s], after[s]) for s in subjects])

    def states(self, *subjects: str) -> Mapping[str, str]:
        """The digests of what the law believes of some subjects, or of all."""
        return self.held.several(
            lambda read: _states(read, subjects or read("subjects", states.every_subject))
        )

    def _add(self, table: Table, row: Mapping[str, object], subject: str) -> None:
        with self.changing(subject) as db:
            db.execute(insert(table).values(row))

    def _replace(self, table: Table, row: Mapping[str, object], what: str, subject: str) -> None:
        with self.changing(subject) as db:
            if not _replaced(db, table, row):
                raise _missing(what, str(row["id"]), "Add it first.")

    def _one(
        self, table: Table, key: str, make: Callable[[RowMapping], _T], what: str, remedy: str
    ) -> _T:
        found = self.held.several(lambda read: _one(read, table, key, make))
        if found is None:
            raise _missing(what, key, remedy)
        return found

    def _list(
        self,
        table: Table,
        make: Callable[[RowMapping], _T],
        column: str | None = None,
        value: str = "",
    ) -> tuple[_T, ...]:
        return self.held.several(lambda read: _several(read, table, make, column, value))


def _missing(what: str, key: str, remedy: str) -> NotFound:
    return NotFound(f"There is no {what} {key!r}.", remedy=remedy)


def _one(read: Read, table: Table, key: str, make: Callable[[RowMapping], _T]) -> _T | None:
    found: _T | None = read((table.name, key), lambda db: _find(db, table, key, make))
    return found


def _several(
    read: Read,
    table: Table,
    make: Callable[[RowMapping], _T],
    column: str | None = None,
    value: str = "",
) -> tuple[_T, ...]:
    """All rows of a table in order, or those that have a value in a column."""

    def of(db: Connection) -> tuple[_T, ...]:
        return _all(db, table, make, None if column is None else table.c[column] == value)

    found: tuple[_T, ...] = read((table.name, column, value), of)
    return found


def _exhibits_of(read: Read, case_id: str) -> tuple[Exhibit, ...]:
    c = tables.exhibits.c
    found: tuple[Exhibit, ...] = read(
        ("exhibits of", case_id), lambda db: _exhibits(db, c.case_id == case_id)
    )
    return found


def _states(read: Read, subjects: Iterable[str]) -> Mapping[str, str]:
    """The digests of subjects, each held by itself."""
    return {s: read(("state", s), partial(states.state, subject=s)) for s in subjects}


def _anybody(db: Connection) -> bool:
    return db.execute(select(tables.agents.c.serial).limit(1)).first() is not None


def _coverage(db: Connection, exhibit_id: str) -> Coverage | None:
    own = tables.coverage.c.exhibit_id == exhibit_id
    row = db.execute(select(tables.coverage).where(own)).mappings().first()
    return None if row is None else rows.coverage(row, _findings(db, exhibit_id, _ANALYSIS))


def _all(
    db: Connection, table: Table, make: Callable[[RowMapping], _T], of: Any = None
) -> tuple[_T, ...]:
    query = select(table).order_by(table.c.serial)
    found = db.execute(query if of is None else query.where(of)).mappings()
    return tuple(make(row) for row in found)


def _find(db: Connection, table: Table, key: str, make: Callable[[RowMapping], _T]) -> _T | None:
    return next(iter(_all(db, table, make, table.c.id == key)), None)


def _replaced(db: Connection, table: Table, row: Mapping[str, object]) -> bool:
    return db.execute(update(table).where(table.c.id == row["id"]).values(row)).rowcount == 1


def _exhibits(db: Connection, of: Any) -> tuple[Exhibit, ...]:
    table = tables.exhibits
    found = db.execute(select(table).where(of).order_by(table.c.serial)).mappings().all()
    # One question for all of them, however many they are.
    findings = select(tables.findings).join_from(tables.findings, table).where(of)
    findings = findings.where(tables.findings.c.stage == _RECEIPT)
    told: dict[str, list[Finding]] = {row["id"]: [] for row in found}
    for row in db.execute(findings.order_by(tables.findings.c.serial)).mappings():
        told[row["exhibit_id"]].append(rows.finding(row))
    return tuple(rows.exhibit(row, tuple(told[row["id"]])) for row in found)


def _findings(db: Connection, exhibit_id: str, stage: str) -> tuple[Finding, ...]:
    table = tables.findings
    of = (table.c.exhibit_id == exhibit_id) & (table.c.stage == stage)
    found = db.execute(select(table).where(of).order_by(table.c.serial)).mappings()
    return tuple(rows.finding(row) for row in found)


def _count_from(db: Connection, exhibit: Exhibit) -> None:
    """Retention counts from the case's first recording (art. 230-22)."""
    case = _find(db, tables.cases, exhibit.case_id, rows.case)
    framework = FRAMEWORKS.get(case.framework) if case else None
    if case is None or framework is None or case.first_data_at is not None:
        return
    first = exhibit.received_at
    counted = replace(case, first_data_at=first, erase_by=erase_by(framework, first))
    _replaced(db, tables.cases, rows.case_row(counted))


def _write_findings(
    db: Connection, exhibit_id: str, stage: str, findings: tuple[Finding, ...]
) -> None:
    table = tables.findings
    db.execute(delete(table).where(table.c.exhibit_id == exhibit_id, table.c.stage == stage))
    for finding in findings:
        db.execute(insert(table).values(rows.finding_row(exhibit_id, stage, finding)))
