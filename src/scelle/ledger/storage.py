"""The ledger's tables in SQLite, and what keeps them append-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    NullPool,
    Row,
    Table,
    Text,
    create_engine,
    event,
    exc,
    func,
    select,
    text,
)

from scelle.errors import LedgerDamaged, Misconfigured
from scelle.ledger import entries as forms
from scelle.ledger import merkle
from scelle.ledger.entries import Entry

#: Raised by one whenever the tables change.
SCHEMA = "1"

_BUSY_SECONDS = 60.0

metadata = MetaData()
meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
entries = Table(
    "entries",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("leaf", Text, nullable=False),
    Column("disclosed", Text, nullable=False),
    Column("withheld", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
nodes = Table(
    "nodes",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("idx", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
heads = Table(
    "heads",
    metadata,
    Column("size", Integer, primary_key=True),
    Column("note", Text, nullable=False),
)

#: The label of the key that sealed an entry, inside its withheld fields.
_sealing_label = func.json_extract(entries.c.withheld, text("'$.key[1]'"))

GUARDS = [
    "CREATE INDEX entries_by_key ON entries (json_extract(withheld, '$.key[1]'))",
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        for table in ("meta", "entries", "nodes", "heads")
        for verb in ("UPDATE", "DELETE")
    ),
    # INSERT OR REPLACE deletes without firing the triggers above.
    *(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        for table, taken in (
            ("meta", "EXISTS (SELECT 1 FROM meta WHERE name = NEW.name)"),
            ("entries", "NEW.seq <> (SELECT COALESCE(MAX(seq) + 1, 0) FROM entries)"),
            (
                "nodes",
                "EXISTS (SELECT 1 FROM nodes WHERE level = NEW.level AND idx = NEW.idx)",
            ),
            ("heads", "NEW.size <= (SELECT MAX(size) FROM heads)"),
        )
    ),
]


def sealed_under(key: bytes) -> ColumnElement[bool]:
    """The condition that an entry was sealed under a key; there is an index on it."""
    return _sealing_label == forms.key_label(key)


def open_engine(path: Path) -> Engine:
    """An engine whose transactions begin with ``BEGIN IMMEDIATE``, unless read-only.

    A connection with the execution option ``scelle_begin`` begins as that says.
    """
    # No pool: a connection never crosses a fork.
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"timeout": _BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy begins transactions itself, below: the driver must not.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(str(options.get("scelle_begin", "BEGIN IMMEDIATE")))

    return engine


@contextmanager
def explained() -> Iterator[None]:
    """Turn the database's own errors into ours."""
    try:
        yield
    except exc.OperationalError as error:
        raise Misconfigured(
            f"The ledger cannot be read or written: {error.orig}.",
            remedy="Free some disk space, check the folder's permissions, and run it again.",
        ) from error
    except exc.DatabaseError as error:
        raise damaged(str(error.orig)) from error


def node_reader(db: Connection) -> merkle.NodeReader:
    """Looks nodes up in the table."""

    def node(level: int, index: int) -> bytes:
        query = select(nodes.c.hash).where(nodes.c.level == level, nodes.c.idx == index)
        hash_ = db.scalar(query)
        if hash_ is None:
            raise damaged(f"node {index} of level {level} is missing")
        return bytes(hash_)

    return node


def last_head(db: Connection) -> str:
    """The signed note of the largest size."""
    note = db.scalar(select(heads.c.note).order_by(heads.c.size.desc()).limit(1))
    if note is None:
        raise damaged("it has no signed head")
    return str(note)


def to_row(entry: Entry) -> dict[str, object]:
    """What the table holds of an entry."""
    return {
        "seq": entry.seq,
        "leaf": entry.leaf.decode(),
        "disclosed": forms.dump_salted(entry.disclosed).decode(),
        "withheld": forms.dump_salted(entry.withheld).decode(),
        "sealed": entry.sealed,
    }


def to_entry(row: Row[Any]) -> Entry:
    """The inverse of :func:`to_row`.

    Raises:
        ValueError: the row does not hold canonical fields.
    """
    return Entry(
        row.seq,
        row.leaf.encode(),
        forms.load_salted(row.disclosed.encode()),
        forms.load_salted(row.withheld.encode()),
        row.sealed,
    )


def damaged(what: str) -> LedgerDamaged:
    """The error for a ledger that does not match itself."""
    return LedgerDamaged(
        f"The ledger is damaged: {what}.",
        remedy="Run `scelle ledger verify`, and restore the ledger from a backup.",
    )
