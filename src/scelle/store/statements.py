"""What people said, asked and approved in a case, read from an open transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, Table, select

from scelle.model.decisions import Approval, Judgement, Request, RequestKind, RequestState
from scelle.store import tables

_T = TypeVar("_T")
_ENUMS: dict[str, Callable[[str], Any]] = {
    "judgement": Judgement,
    "kind": RequestKind,
    "state": RequestState,
}


def judgement_of(db: Connection, case_id: str, track_id: str) -> Judgement | None:
    """What was last said of a track; ``None`` if nobody has said anything."""
    t = tables.decisions
    query = select(t.c.judgement).where(t.c.case_id == case_id, t.c.track_id == track_id)
    last = db.scalar(query.order_by(t.c.serial.desc()).limit(1))
    return None if last is None else Judgement(last)


def approvals_of(db: Connection, case_id: str) -> tuple[Approval, ...]:
    """Every approval in a case, oldest first."""
    return of_case(db, tables.approvals, Approval, case_id, enums=())


def requests_of(db: Connection, case_id: str) -> tuple[Request, ...]:
    """Every request about a case, oldest first."""
    return of_case(db, tables.requests, Request, case_id)


def of_case(
    db: Connection,
    table: Table,
    make: type[_T],
    case_id: str,
    enums: Collection[str] = tuple(_ENUMS),
) -> tuple[_T, ...]:
    """The rows of a case as records, in order."""
    query = select(table).where(table.c.case_id == case_id).order_by(table.c.serial)
    return tuple(_record(make, row, enums) for row in db.execute(query).mappings())


def _record(make: type[_T], row: RowMapping, enums: Collection[str]) -> _T:
    values = {name: value for name, value in row.items() if name != "serial"}
    for name in enums:
        if name in values:
            values[name] = _ENUMS[name](values[name])
    return make(**values)
