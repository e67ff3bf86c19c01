"""The database: a file by default, or on a server; opened with its migrations applied."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from scelle.errors import Misconfigured
from scelle.store import sqlite
from scelle.store.tables import metadata

NEWEST = "0016"
"""The version of the tables as declared: that of the last migration."""

_KEPT_OPEN = 40
"""Connections kept open: one for each thread that answers pages."""


class Watch(Protocol):
    """Tells whether anybody has changed a database; one thread at a time asks it."""

    def version(self) -> Hashable:
        """Something else whenever any connection, of any process, has committed."""

    def close(self) -> None:
        """Let go of the database."""


class Kind(Protocol):
    """What is done otherwise in a file and on a server.

    Attributes:
        METHOD: what an erasure does there, in words for its certificate.
    """

    METHOD: tuple[str, ...]

    def watch(self, engine: Engine) -> Watch:
        """Tells whether anybody has changed the database."""

    def contents(self, connection: Connection) -> Iterator[tuple[str, bytes]]:
        """What lies in no file of the installation: a name, and bytes."""

    def sizes(self, engine: Engine) -> Mapping[str, int]:
        """What the database is called, and its bytes."""

    def scrub(self, engine: Engine) -> None:
        """Write everything anew without what was deleted."""


def open_database(place: Path | str, installation: str = "", *, begun: bool = False) -> Engine:
    """Open, or create, the database and bring its tables to the newest version.

    An empty one is given the tables as declared; an older one is migrated, step by step.

    Every transaction that may write takes the write lock at its beginning, so that
    two processes wait for each other instead of failing half-way; see
    :func:`reading` for the others.

    Args:
        place: the SQLite file, whose folder is made if absent; or the address of a
            PostgreSQL database (:func:`scelle.store.postgresql.connect`).
        installation: to whom a database on a server belongs.
        begun: the installation was used already, so that a database on a server is not new.

    Raises:
        Misconfigured: not a database, one of a newer version of the program or of another
            installation, or one that cannot be reached.
    """
    if isinstance(place, Path):
        engine, named = sqlite.connect(place, _KEPT_OPEN), str(place)
    else:
        from scelle.store import postgresql

        engine = postgresql.connect(place, _KEPT_OPEN)
        named = str(engine.url.database)
    try:
        with engine.execution_options(opening=True).begin() as connection:
            versions = _versions(connection)
            if versions is None:
                if begun and not isinstance(place, Path):
                    raise Misconfigured(
                        f"The database {named} is empty, though the installation was used.",
                        remedy="Check the address, or restore the database from a backup.",
                    )
                _create(connection)
            elif versions != [NEWEST]:
                _migrate(connection, named)
            if not isinstance(place, Path):
                postgresql.take(connection, installation, fresh=versions is None)
    except Misconfigured:
        engine.dispose()
        raise
    except DatabaseError as error:
        engine.dispose()
        raise Misconfigured(
            f"The database {named} cannot be opened: {error.orig}.",
            remedy="Restore it from a backup, or check that the disk is not full or read-only.",
        ) from error
    if isinstance(place, Path):
        place.chmod(0o600)
    return engine


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: one snapshot, no lock."""
    return engine.execution_options(reading=True, postgresql_readonly=True)


def kind(engine: Engine) -> Kind:
    """What is done otherwise where this database is."""
    if engine.dialect.name == "sqlite":
        return sqlite
    # Loading what only a server needs takes longer than many commands.
    from scelle.store import postgresql

    return postgresql


def sizes(engine: Engine) -> Mapping[str, int]:
    """What the database is called, and its bytes."""
    return kind(engine).sizes(engine)


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


def _migrate(connection: Connection, named: str) -> None:
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
            f"The database {named} was made by a newer version of this program.",
            remedy="Install that version, or open another --home.",
        ) from error
