"""The database in a file of the installation's folder: SQLite."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

from scelle.errors import Misconfigured

METHOD: tuple[str, ...] = (
    "Every row of the case was overwritten with zeros and removed; the database was rewritten "
    "whole and its journal emptied.",
)
"""What an erasure does here."""

_BUSY_S = 30.0


def connect(path: Path, kept_open: int) -> Engine:
    """An engine whose writing transactions take the write lock at their beginning.

    Args:
        path: the file; its folder is made if absent.
        kept_open: connections that stay open.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": _BUSY_S},
        pool_size=kept_open,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _explain_full)
    return engine


class Watch:
    """Tells whether anybody has committed; one thread at a time asks it."""

    def __init__(self, engine: Engine) -> None:
        self._connection = sqlite3.connect(
            str(engine.url.database), isolation_level=None, check_same_thread=False
        )

    def version(self) -> int:
        """Another number whenever another connection, of any process, has committed."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()


def watch(engine: Engine) -> Watch:
    """Tells whether anybody has changed the database."""
    return Watch(engine)


def contents(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """Nothing: the file is searched as a file, free pages and journal with it."""
    yield from ()


def sizes(engine: Engine) -> Mapping[str, int]:
    """What it is called, and its bytes."""
    path = Path(str(engine.url.database))
    return {path.name: path.stat().st_size}


def scrub(engine: Engine) -> None:
    """Rewrite the whole file without what was deleted, and empty its journal.

    Deleted content was overwritten as it was deleted (``secure_delete``); free pages and
    the journal's old frames go with this.
    """
    with contextlib.closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        # Twice: the first brings the rewritten pages from the journal into the file.
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            cursor.execute(statement)
            cursor.fetchall()


def _prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver would begin transactions on its own, too late and not for reading.
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "secure_delete=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _explain_full(context: ExceptionContext) -> None:
    """A full disk is the machine's state, not a defect: say so wherever it strikes."""
    error = context.original_exception
    if isinstance(error, sqlite3.Error) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
        raise Misconfigured(
            "The disk is full; nothing half-written counts as done.",
            remedy="Free some space, then run the same command again: it completes.",
        ) from error
