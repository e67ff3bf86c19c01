"""What an authorisation rests on, as digests: a row edited behind the program's back shows.

The rows that the law believes fall under few *subjects*.  The digest of a subject is
that of all its rows as they are stored, so that a row altered, added or removed alters it:

``agents``        who is registered at all
``agent:<id>``    one person with every clearance, signing key and way to sign in
``case:<id>``     one case with its mandates, exhibits, synopses, bookmarks, zones,
                  decisions, notes and orders
``sight:<id>``    of these what lets people see a case, and what is concealed in it; no
                  subject of its own: whoever goes on showing something looks at it
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Connection, RowMapping, Table, select

from scelle.store import tables

AGENTS = "agents"

#: A subject without any row has this digest.
NOTHING = ""

_OF_CASE = (
    tables.mandates,
    tables.exhibits,
    tables.synopses,
    tables.decisions,
    tables.notes,
    tables.reveals,
    tables.bookmarks,
    tables.zones,
    tables.approvals,
    tables.requests,
    tables.signatures,
)

_OF_SIGHT = (tables.mandates, tables.exhibits, tables.reveals, tables.zones)


@dataclass(frozen=True)
class Change:
    """One subject before and after a transaction; digests in hexadecimal."""

    subject: str
    before: str
    after: str


def of_agent(agent_id: str) -> str:
    """The subject of one person."""
    return f"agent:{agent_id}"


def of_case(case_id: str) -> str:
    """The subject of one case."""
    return f"case:{case_id}"


def of_sight(case_id: str) -> str:
    """What lets people see a case, and what is concealed in it."""
    return f"sight:{case_id}"


def states(db: Connection, subjects: Iterable[str]) -> Mapping[str, str]:
    """The digests of subjects as they are stored now."""
    return {subject: state(db, subject) for subject in subjects}


def every_subject(db: Connection) -> list[str]:
    """All subjects that have rows."""
    agents = db.scalars(select(tables.agents.c.id)).all()
    cleared = db.scalars(select(tables.clearances.c.agent_id)).all()
    cases = db.scalars(select(tables.cases.c.id)).all()
    people = sorted({*agents, *cleared})
    return [AGENTS, *map(of_agent, people), *map(of_case, cases)]


def state(db: Connection, subject: str) -> str:
    """The digest of one subject."""
    sort, _, name = subject.partition(":")
    if sort == AGENTS:
        ids = select(tables.agents.c.id).order_by(tables.agents.c.serial)
        return _digest({"agents": [{"id": i} for i in db.scalars(ids)]})
    if sort == "agent":
        return _digest(
            {
                "agents": _rows(db, tables.agents, "id", name),
                "clearances": _rows(db, tables.clearances, "agent_id", name),
                "credentials": _rows(db, tables.credentials, "agent_id", name),
                "passwords": _rows(db, tables.passwords, "agent_id", name, order="agent_id"),
                "invitations": _rows(db, tables.invitations, "agent_id", name),
                "bars": _rows(db, tables.bars, "agent_id", name),
            }
        )
    found = {"cases": _rows(db, tables.cases, "id", name)}
    bearing = _OF_SIGHT if sort == "sight" else _OF_CASE
    return _digest(found | {t.name: _rows(db, t, "case_id", name) for t in bearing})


def _rows(
    db: Connection, table: Table, column: str, value: str, order: str = "serial"
) -> list[Mapping[str, object]]:
    query = select(table).where(table.c[column] == value).order_by(table.c[order])
    return [_told(row) for row in db.execute(query).mappings()]


def _told(row: RowMapping) -> Mapping[str, object]:
    """A row without what is empty, so that a new column with an empty default alters nothing."""
    return {k: v for k, v in row.items() if not _empty(v)}


def _empty(value: object) -> bool:
    # A fraction of zero says something: an uncertainty of none is not one that nobody stated.
    return value is None or (isinstance(value, str | list | bool | int) and not value)


def _digest(found: Mapping[str, list[Mapping[str, object]]]) -> str:
    """SHA-256 of the rows; empty lists are left out, so that a new table changes nothing."""
    kept = {name: rows for name, rows in found.items() if rows}
    if not kept:
        return NOTHING
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), default=_text)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(f"a bound row holds no {type(value).__name__}")
