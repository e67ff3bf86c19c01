"""The database on a server of its own: PostgreSQL, for several people.

Writers wait for each other as they do for a file's write lock: each takes one lock before its
snapshot, so that whatever it reads and writes is of one moment.  Readers wait for nobody.
Texts are compared byte by byte and have no greatest length, whole numbers have 64 bits:
as in SQLite, so that both give the same answers in the same order.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from scelle.errors import BadInput, Misconfigured, ScelleError

SETTING = "SCELLE_DATABASE"

OLDEST = 13
"""Version of the server from which on it tells its snapshots."""

METHOD: tuple[str, ...] = (
    "Every row of the case was removed; the server wrote its tables and indexes anew without "
    "them, and gave the old files back to its file system, which does not overwrite them.",
    "Every row that is left in the database, and the samples of columns that its planner keeps, "
    "were searched for the same texts. Not searched, and not proven to be empty: the server's "
    "write-ahead log and whatever was archived or replicated of it, its backups, its own logs, "
    "and blocks of its disks that were given back.",
)
"""What an erasure does here, and what that does not prove."""

_HERE = ("localhost", "127.0.0.1", "::1")

_BUSY = "30s"
_REACHED_S = "10"

#: Held by whoever makes or migrates the tables; drawn at random.
_OPENING = 0x7C5E_11E0_DA7A

_LOCK = "LOCK TABLE alembic_version IN SHARE ROW EXCLUSIVE MODE"

_OWN_TABLES = """
SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
_SAMPLED = """
SELECT quote_ident(c.relname),
    string_agg('ALTER ' || quote_ident(a.attname) || ' SET STATISTICS 0', ', ')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0
AND NOT a.attisdropped AND a.attstattarget IS DISTINCT FROM 0
AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'json'::regtype, 'bytea'::regtype)
GROUP BY c.relname
"""
_SAMPLES = """
SELECT tablename, most_common_vals::text, histogram_bounds::text, most_common_elems::text
FROM pg_stats WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""

_WORDS = {
    "53100": (
        "The disk of the database's server is full; nothing half-written counts as done.",
        "Free some space there, then run the same command again: it completes.",
    ),
    "53300": (
        "The database's server has no connection left.",
        "Raise max_connections there, or end what else is connected; then run this again.",
    ),
    "55P03": (
        "Somebody else has held the database for 30 seconds.",
        "Run the same command again; pg_stat_activity shows who holds it.",
    ),
    "40001": (
        "Somebody changed the database from outside the program at the same moment.",
        "Nothing was written. Find out who writes to it, then run the same command again.",
    ),
    "42501": (
        "The database's server does not allow this person's name to do that.",
        "Make the name in the address the owner of the database and of its tables.",
    ),
    "25006": (
        "The database's server only lets itself be read.",
        "Give the address of the server that takes changes, not of its copy.",
    ),
}


class _Types(PGTypeCompiler):
    """Names of types, in declarations and in casts."""

    def visit_VARCHAR(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return 'TEXT COLLATE "C"'

    visit_TEXT = visit_VARCHAR  # noqa: N815

    def visit_INTEGER(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return "BIGINT"


def connect(stated: str, kept_open: int) -> Engine:
    """An engine whose writing transactions follow one another, each on one snapshot.

    Args:
        stated: ``postgresql://NAME@HOST/DATABASE``; never repeated, since it may hold a
            password.  Over a network, also where the surroundings (``PGHOST``,
            ``PGHOSTADDR``, ``PGSERVICE``) lead there, the server's certificate is verified
            (``sslmode=verify-full``) unless it states another mode that encrypts.
        kept_open: connections that stay open.

    Raises:
        Misconfigured: it is no address, or the driver is not installed.
    """
    try:
        engine = create_engine(
            _address(stated),
            isolation_level="REPEATABLE READ",
            pool_size=kept_open,
            # A server that was started anew is noticed before anything is asked of it.
            pool_pre_ping=True,
            use_native_hstore=False,
        )
    except ImportError as error:
        raise Misconfigured(
            "The database is to be in PostgreSQL, and psycopg, which reaches it, is not installed.",
            remedy=f"Install it with `pip install 'scelle[postgresql]'`, or unset {SETTING}.",
        ) from error
    engine.dialect.type_compiler_instance = _Types(engine.dialect)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _explain)
    return engine


def take(connection: Connection, installation: str, *, fresh: bool) -> None:
    """After tables were made or migrated, or none: what a server needs besides.

    The database is this installation's alone.  The planner keeps no sample of any text, which
    would outlive what is erased.

    Args:
        installation: what the installation is called: its ledger's first key.
        fresh: the tables were made a moment ago.

    Raises:
        Misconfigured: the database is another installation's.
    """
    if fresh:
        connection.exec_driver_sql("CREATE TABLE installation (name TEXT NOT NULL)")
        own = text("INSERT INTO installation VALUES (:name)")
        connection.execute(own, {"name": installation})
    elif connection.scalar(text("SELECT name FROM installation")) != installation:
        raise Misconfigured(
            "The database belongs to another installation.",
            remedy=f"Choose the --home that it belongs to, or give an empty database in {SETTING}.",
        )
    for table, changes in connection.exec_driver_sql(_SAMPLED).all():
        connection.exec_driver_sql(f"ALTER TABLE {table} {changes}")


class Watch:
    """Tells whether anybody has committed; one thread at a time asks it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._connections = 0

    def version(self) -> tuple[int, str]:
        """Something else whenever any connection, of any process, has committed.

        The server's snapshot says which transactions it sees; two that are equal see the same.
        """
        try:
            return self._ask()
        except self._engine.dialect.loaded_dbapi.OperationalError:
            # The server was started anew.
            self.close()
            return self._ask()

    def _ask(self) -> tuple[int, str]:
        if self._connection is None:
            self._connection = self._engine.connect()
            self._connection.detach()
            self._driver().autocommit = True
            self._connections += 1
        asked = self._driver().execute("SELECT pg_current_snapshot()::text")
        return self._connections, str(asked.fetchone()[0])

    def _driver(self) -> Any:
        return None if self._connection is None else self._connection.connection.dbapi_connection

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def watch(engine: Engine) -> Watch:
    """Tells whether anybody has changed the database."""
    return Watch(engine)


def scrub(engine: Engine) -> None:
    """Have the server write every table anew without what was deleted."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        for table in db.exec_driver_sql(_OWN_TABLES).scalars().all():
            # The second tells the server which pages everybody sees, so that it need not look.
            for how in ("(FULL, ANALYZE)", ""):
                db.exec_driver_sql(f"VACUUM {how} {table}")


def contents(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """Every row of every table, those too that somebody added by hand, and what is sampled.

    Yields:
        The table's name; and the row's bytes as the server keeps them: texts are UTF-8.
    """
    driver: Any = connection.connection.driver_connection
    tables = connection.exec_driver_sql(_OWN_TABLES).scalars().all()
    asked = {name: name for name in tables} | {"planner's samples": f"({_SAMPLES})"}
    for name, source in asked.items():
        with driver.cursor().copy(f"COPY {source} TO STDOUT (FORMAT binary)") as rows:
            for row in rows:
                yield name, bytes(row)


def sizes(engine: Engine) -> Mapping[str, int]:
    """What it is called, and its bytes on the server."""
    asked = text("SELECT pg_database_size(current_database())")
    with engine.execution_options(reading=True).connect() as connection:
        return {"PostgreSQL": int(connection.execute(asked).scalar_one())}


def _address(stated: str) -> URL:
    try:
        # A password with an @ of its own would be taken for a host, and told when none answers.
        url = make_url(stated if stated.partition("?")[0].count("@") < 2 else "unreadable:")
    except (ArgumentError, ValueError):
        url = URL.create("unreadable")
    if url.drivername not in ("postgresql", "postgres") or not url.database:
        raise Misconfigured(
            f"{SETTING} is not the address of a PostgreSQL database.",
            remedy="Write postgresql://NAME@HOST/DATABASE (an @ in a password as %40), or leave it "
            "out: the database is then a file in the installation's folder.",
        )
    far = _far(url)
    if far and url.query.get("sslmode") in ("disable", "allow", "prefer"):
        raise Misconfigured(
            "The database is on another machine, and its address lets what is sent lie open.",
            remedy=f"Leave sslmode out of {SETTING}: the server's certificate is then verified.",
        )
    kept = {
        "connect_timeout": _REACHED_S,
        "client_encoding": "utf8",
        **({"sslmode": "verify-full"} if far else {}),
    }
    return url.set(drivername="postgresql+psycopg", query={**kept, **url.query})


def _far(url: URL) -> bool:
    """Whether another machine may be connected to, as libpq reads an address and its surroundings.

    A service may name any, wherever it stands.
    """
    stated = {name: url.query.get(name) for name in ("host", "hostaddr", "service")}
    hosts = stated["host"] or url.host or os.environ.get("PGHOST", "")
    addresses = stated["hostaddr"] or os.environ.get("PGHOSTADDR", "")
    if stated["service"] or os.environ.get("PGSERVICE"):
        return True
    named = [*_several(hosts), *_several(addresses)]
    return not all(not host or host[0] in "/@" or host in _HERE for host in named)


def _several(stated: str | tuple[str, ...]) -> list[str]:
    return [one for each in ([stated] if isinstance(stated, str) else stated)
            for one in each.split(",")]  # fmt: skip


def _prepare(connection: Any, _: ConnectionPoolEntry) -> None:
    before, connection.autocommit = connection.autocommit, True
    # In order means in order: no worker joins in.  What was written is on the disk.
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute("SET synchronous_commit = on")
    connection.execute(f"SET lock_timeout = '{_BUSY}'")
    connection.autocommit = before


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("opening", False):
        # Later statements must see what the one before has made.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_OPENING})")
        _require(connection)
        if connection.scalar(text("SELECT to_regclass('alembic_version')")) is not None:
            connection.exec_driver_sql(_LOCK)
    elif not options.get("reading", False) and options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql(_LOCK)


def _require(connection: Connection) -> None:
    version = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    encoding = connection.scalar(text("SHOW server_encoding"))
    if version < OLDEST or encoding != "UTF8":
        raise Misconfigured(
            f"The server is PostgreSQL {version} with a database in {encoding}; Scelle needs "
            f"{OLDEST} or newer, in UTF8.",
            remedy="Make a database with `createdb --encoding UTF8 --template template0`.",
        )


def _explain(context: ExceptionContext) -> None:
    """Say what the server's state or the given text makes impossible, wherever it strikes."""
    error = context.original_exception
    state = str(getattr(error, "sqlstate", None) or "")
    if isinstance(error, ScelleError) or context.is_pre_ping:
        return
    if state in _WORDS:
        said, remedy = _WORDS[state]
        raise Misconfigured(said, remedy=remedy) from error
    if context.is_disconnect or type(error).__name__ == "OperationalError":
        # The driver's own words: they name server, database and name, and no password.
        said = " ".join(str(error).split())
        raise Misconfigured(
            f"The database's server cannot be reached: {said}",
            remedy=f"See that it runs and that {SETTING} states its address, name and password; "
            "then run the same command again.",
        ) from error
    if type(error).__name__ == "DataError" and "NUL" in str(error):
        raise BadInput(
            "A text holds a null character, which the database cannot keep.",
            remedy="Write it without.",
        ) from error
