"""The database: SQLite by default, opened with its migrations applied."""

from __future__ import annotations

from pathlib import Path
from sqlite3 import SQLITE_FULL
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Error as SqliteError

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

from scelle.errors import Misconfigured
from scelle.store.tables import metadata

NEWEST = "0014"
"""The version of the tables as declared: that of the last migration."""

_BUSY_S = 30.0

_KEPT_OPEN = 40
"""Connections kept open: one for each thread that answers pages."""


def open_database(path: Path) -> Engine:
    """Open, or create, the database and bring its tables to the newest version.

    An empty one is given the tables as declared; an older one is migrated, step by step.

    Every transaction that may write takes the write lock at its beginning, so that
    two processes wait for each other instead of failing half-way; see
    :func:`reading` for the others.

    Args:
        path: the SQLite file; its folder is made if absent.

    Raises:
        Misconfigured: not a database, or one of a newer version of the program.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": _BUSY_S},
        pool_size=_KEPT_OPEN,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _explain_full)
    try:
        with engine.begin() as connection:
            versions = _versions(connection)
            if versions is None:
                _create(connection)
            elif versions != [NEWEST]:
                _migrate(connection, path)
    except Misconfigured:
        engine.dispose()
        raise
    except DatabaseError as error:
        engine.dispose()
        raise Misconfigured(
            f"The database {path} cannot be opened: {error.orig}.",
            remedy="Restore it from a backup, or check that the disk is not full or read-only.",
        ) from error
    path.chmod(0o600)
    return engine


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: one snapshot, no lock."""
    return engine.execution_options(reading=True)


def _versions(connection: Connection) -> list[str] | None:
    """What the database says of its tables; ``None`` where there are none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def _create(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.execute(
        text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": NEWEST})


def _migrate(connection: Connection, path: Path) -> None:
    # Loading what migrates takes longer than most commands: only an older database needs it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "scelle.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise Misconfigured(
            f"The database {path} was made by a newer version of this program.",
            remedy="Install that version, or open another --home.",
        ) from error


def _prepare(connection: SqliteConnection, _: ConnectionPoolEntry) -> None:
    # The driver would begin transactions on its own, too late and not for reading.
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "secure_delete=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _explain_full(context: ExceptionContext) -> None:
    """A full disk is the machine's state, not a defect: say so wherever it strikes."""
    error = context.original_exception
    if isinstance(error, SqliteError) and error.sqlite_errorcode & 0xFF == SQLITE_FULL:
        raise Misconfigured(
            "The disk is full; nothing half-written counts as done.",
            remedy="Free some space, then run the same command again: it completes.",
        ) from error


def _begin(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")
