"""Erasing a case's rows, so that no page of the database holds them any more.

A table's rows belong to a case when it has a column ``case_id``, ``exhibit_id``,
``mandate_id`` or ``exhibit_sha256``: a table that comes later is covered by what its
columns are called.  A test holds every table against that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, insert, or_, select, update

from scelle.model.evidence import Case, CaseState
from scelle.store import rows, states, tables
from scelle.store.database import kind, reading
from scelle.store.records import Records

#: What stays of an erased case: that there was one, and its certificate.
KEPT = frozenset({"cases", "erasures"})


class ErasureStore:
    """Removes what the database holds of a case."""

    def __init__(self, engine: Engine, records: Records) -> None:
        self._engine = engine
        self._records = records
        self._reader = reading(engine)

    def tokens(self, case_id: str) -> tuple[str, ...]:
        """Texts that no file may hold once the case is erased: ids that are drawn at random."""
        found: set[str] = set()
        with self._reader.connect() as db:
            for table in tables.metadata.sorted_tables:
                if table.name not in KEPT and "id" in table.c and "case_id" in table.c:
                    of = table.c.case_id == case_id
                    found.update(db.scalars(select(table.c.id).where(of)))
        return tuple(sorted(found))

    def rows(self, case_id: str) -> Mapping[str, list[dict[str, object]]]:
        """Every row of a case, by table, for a sequestered copy; bytes as hexadecimal."""
        found: dict[str, list[dict[str, object]]] = {}
        with self._reader.connect() as db:
            own = db.execute(select(tables.cases).where(tables.cases.c.id == case_id)).mappings()
            found["cases"] = [dict(row) for row in own]
            exhibits = _values(db, tables.exhibits, "id", case_id)
            for table in tables.metadata.sorted_tables:
                for column, values in (("case_id", {case_id}), ("exhibit_id", exhibits)):
                    of = _among(table, column, values)
                    if of is not None and table.name not in KEPT:
                        rows = db.execute(select(table).where(of)).mappings()
                        found[table.name] = [
                            {k: v.hex() if isinstance(v, bytes) else v for k, v in row.items()}
                            for row in rows
                        ]
        return found

    def plant(self, case_id: str, exhibit_id: str, canary: str) -> None:
        """Put a text where texts of people are, to see that a search for residue finds it."""
        row = {
            "id": canary,
            "case_id": case_id,
            "exhibit_id": exhibit_id,
            "track_id": canary,
            "judgement": "undecided",
            "reason": canary,
            "agent_id": canary,
            "decided_at": self._records.case(case_id).opened_at,
            "entry": 0,
        }
        with self._records.changing(states.of_case(case_id)) as db:
            db.execute(insert(tables.decisions).values(row))

    def erase(self, case_id: str) -> Mapping[str, int]:
        """Delete every row of a case, save that it was there; gives how many of each table.

        The case itself is left blank, and as it was before: erasing.
        """
        removed: dict[str, int] = {}
        with self._records.changing(states.of_case(case_id)) as db:
            exhibits = _values(db, tables.exhibits, "id", case_id)
            mandates = _values(db, tables.mandates, "id", case_id)
            hashes = _values(db, tables.exhibits, "sha256", case_id) - _elsewhere(db, case_id)
            of = {
                "case_id": {case_id},
                "exhibit_id": exhibits,
                "mandate_id": mandates,
                "exhibit_sha256": hashes,
            }
            for table in reversed(tables.metadata.sorted_tables):
                belongs = [_among(table, name, values) for name, values in of.items()]
                known = [each for each in belongs if each is not None]
                if table.name not in KEPT and known:
                    count = db.execute(delete(table).where(or_(*known))).rowcount
                    if count:
                        removed[table.name] = count
        return removed

    def blank(self, case: Case, state: CaseState) -> Case:
        """Leave of a case what is published in counts, and nothing that people wrote."""
        bare = replace(case, reference="", state=state)
        t = tables.cases
        with self._records.changing(states.of_case(case.id)) as db:
            db.execute(update(t).where(t.c.id == case.id).values(rows.case_row(bare)))
        return bare

    def scrub(self) -> None:
        """Rewrite the whole database without what was deleted."""
        kind(self._engine).scrub(self._engine)

    @property
    def method(self) -> tuple[str, ...]:
        """What erasing rows does, in words for the certificate."""
        return kind(self._engine).METHOD

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """What the database keeps in no file of the installation, table by table."""
        with self._reader.connect() as db:
            yield from kind(self._engine).contents(db)

    def keep_certificate(self, case_id: str, certificate: str) -> None:
        """Keep a certificate beside what is left of its case."""
        t = tables.erasures
        with self._engine.begin() as db:
            db.execute(delete(t).where(t.c.case_id == case_id))
            db.execute(insert(t).values(case_id=case_id, certificate=certificate))

    def certificate(self, case_id: str) -> str | None:
        """The certificate of an erased case."""
        t = tables.erasures
        with self._reader.connect() as db:
            return db.scalar(select(t.c.certificate).where(t.c.case_id == case_id))


def _values(db: Connection, table: Table, column: str, case_id: str) -> set[str]:
    return set(db.scalars(select(table.c[column]).where(table.c.case_id == case_id)))


def _elsewhere(db: Connection, case_id: str) -> set[str]:
    """Hashes of recordings that another case holds too: its work goes on."""
    t = tables.exhibits
    return set(db.scalars(select(t.c.sha256).where(t.c.case_id != case_id)))


def _among(table: Table, column: str, values: Collection[str]) -> ColumnElement[bool] | None:
    return table.c[column].in_(sorted(values)) if column in table.c else None
