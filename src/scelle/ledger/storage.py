"""The ledger's tables in SQLite, and what keeps them append-only."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scelle.errors import LedgerDamaged, Misconfigured
from scelle.ledger import entries as forms
from scelle.ledger import merkle
from scelle.ledger.entries import Entry, Row

#: Raised by one whenever the tables change.
SCHEMA = "2"

_BUSY_SECONDS = 60.0

_IDLE, _IDLE_KIB = 8, 2048
"""Connections that only read and are kept open, at most, and the pages that each keeps."""

#: ``nodes`` holds no leaves: their hashes are made from ``entries``.
#: ``heads`` holds the checkpoints that are kept, ``head`` the last signed head.
TABLES = (
    "CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE entries (seq INTEGER PRIMARY KEY, leaf TEXT NOT NULL, disclosed TEXT NOT NULL,"
    " withheld TEXT NOT NULL, sealed BLOB NOT NULL)",
    "CREATE TABLE nodes (level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL,"
    " PRIMARY KEY (level, idx)) WITHOUT ROWID",
    "CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 0), size INTEGER NOT NULL,"
    " note TEXT NOT NULL)",
    "CREATE TABLE heads (number INTEGER PRIMARY KEY, size INTEGER NOT NULL UNIQUE,"
    " note TEXT NOT NULL)",
    "CREATE TABLE keys (seq INTEGER PRIMARY KEY, vkey TEXT NOT NULL)",
    "CREATE TABLE witnesses (seq INTEGER PRIMARY KEY, vkey TEXT NOT NULL UNIQUE,"
    " url TEXT NOT NULL)",
    "CREATE TABLE cosignatures (size INTEGER NOT NULL, vkey TEXT NOT NULL, line TEXT NOT NULL,"
    " PRIMARY KEY (size, vkey)) WITHOUT ROWID",
    "CREATE TABLE anchors (number INTEGER PRIMARY KEY, size INTEGER NOT NULL,"
    " authority TEXT NOT NULL, token BLOB NOT NULL)",
)

_STILL = ("meta", "entries", "nodes", "heads", "keys", "witnesses", "cosignatures",
          "anchors")  # fmt: skip
_ABORT = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"

#: What refuses to change or delete a row, or to put another in its place.
GUARDS = (
    "CREATE INDEX entries_by_key ON entries (json_extract(withheld, '$.key[1]'))",
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {_ABORT}"
        for table in _STILL
        for verb in ("UPDATE", "DELETE")
    ),
    f"CREATE TRIGGER head_no_delete BEFORE DELETE ON head {_ABORT}",
    f"CREATE TRIGGER head_no_way_back BEFORE UPDATE ON head WHEN NEW.size <= OLD.size {_ABORT}",
    # INSERT OR REPLACE deletes without firing the triggers above.
    *(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} {_ABORT}"
        for table, taken in (
            ("meta", "EXISTS (SELECT 1 FROM meta WHERE name = NEW.name)"),
            ("entries", "NEW.seq <> (SELECT COALESCE(MAX(seq) + 1, 0) FROM entries)"),
            (
                "nodes",
                "EXISTS (SELECT 1 FROM nodes WHERE level = NEW.level AND idx = NEW.idx)",
            ),
            ("head", "EXISTS (SELECT 1 FROM head)"),
            (
                "heads",
                "NEW.number <> (SELECT COALESCE(MAX(number) + 1, 0) FROM heads)"
                " OR NEW.size <= (SELECT MAX(size) FROM heads)",
            ),
            ("keys", "EXISTS (SELECT 1 FROM keys WHERE seq >= NEW.seq)"),
            (
                "witnesses",
                "EXISTS (SELECT 1 FROM witnesses WHERE seq >= NEW.seq OR vkey = NEW.vkey)",
            ),
            (
                "cosignatures",
                "EXISTS (SELECT 1 FROM cosignatures WHERE size = NEW.size AND vkey = NEW.vkey)",
            ),
            ("anchors", "NEW.number <> (SELECT COALESCE(MAX(number) + 1, 0) FROM anchors)"),
        )
    ),
)

# An entry takes about 2.7 KB: five of them fill a page.
_PRAGMAS = (
    "page_size = 16384",
    "journal_mode = WAL",
    "synchronous = FULL",
    "cache_size = -65536",
)

_COLUMNS = "seq, leaf, disclosed, withheld, sealed"


def connect(path: Path) -> sqlite3.Connection:
    """A connection whose transactions are begun by hand, durable once committed."""
    db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        db.close()
        raise
    return db


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction that holds SQLite's write lock from its beginning."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads one moment and takes no lock."""
    with explained(), closing(connect(path)) as db:
        db.execute("BEGIN")
        yield db


class Idle:
    """Connections that only read, kept open from one reading to the next.

    Opening one takes longer than most readings do.  Safe for several threads; a connection
    crosses no fork, and outlives no database that another file was put in the place of.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._one = threading.Lock()
        self._open: list[sqlite3.Connection] = []
        self._of: tuple[int, ...] = ()

    def __reduce__(self) -> tuple[type[Idle], tuple[Path]]:
        # A process that helps opens its own.
        return Idle, (self._path,)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """As :func:`reading`."""
        with explained():
            of, db = self._take()
            try:
                db.execute("BEGIN")
                yield db
                db.execute("ROLLBACK")
            except BaseException:
                db.close()
                raise
            self._give_back(of, db)

    def close(self) -> None:
        """Let go of the database."""
        with self._one:
            self._forget()

    def _take(self) -> tuple[tuple[int, ...], sqlite3.Connection]:
        place = self._path.stat() if self._path.exists() else None
        of = (os.getpid(), *((place.st_dev, place.st_ino) if place else ()))
        with self._one:
            if of != self._of:
                self._forget()
                self._of = of
            if self._open:
                return of, self._open.pop()
        db = connect(self._path)
        db.execute(f"PRAGMA cache_size = -{_IDLE_KIB}")
        return of, db

    def _give_back(self, of: tuple[int, ...], db: sqlite3.Connection) -> None:
        with self._one:
            if of == self._of and len(self._open) < _IDLE:
                self._open.append(db)
                return
        db.close()

    def _forget(self) -> None:
        # Those of a process that this one was forked from are left to it.
        if self._of[:1] == (os.getpid(),):
            for db in self._open:
                db.close()
        self._open, self._of = [], ()


@contextmanager
def explained() -> Iterator[None]:
    """Turn the database's own errors into ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Misconfigured(
            f"The ledger cannot be read or written: {error}.",
            remedy="Free some disk space, check the folder's permissions, and run it again.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise damaged(str(error)) from error


def node_reader(db: sqlite3.Connection) -> merkle.NodeReader:
    """Looks nodes up; a leaf's hash is made from the leaf."""

    def node(level: int, index: int) -> bytes:
        if level == 0:
            found = db.execute("SELECT leaf FROM entries WHERE seq = ?", (index,)).fetchone()
        else:
            asked = "SELECT hash FROM nodes WHERE level = ? AND idx = ?"
            found = db.execute(asked, (level, index)).fetchone()
        if found is None:
            raise damaged(f"node {index} of level {level} is missing")
        return merkle.leaf_hash(found[0].encode()) if level == 0 else bytes(found[0])

    return node


def last_head(db: sqlite3.Connection) -> str:
    """The last signed note."""
    found = db.execute("SELECT note FROM head").fetchone()
    if found is None:
        raise damaged("it has no signed head")
    return str(found[0])


def keys(db: sqlite3.Connection) -> tuple[tuple[int, str], ...]:
    """Every verifier key with the place from which on heads are signed by it, in order."""
    first = db.execute("SELECT value FROM meta WHERE name = 'vkey'").fetchone()
    later = db.execute("SELECT seq + 1, vkey FROM keys ORDER BY seq").fetchall()
    return ((0, str(first[0] if first else "")), *((int(n), str(key)) for n, key in later))


def write(db: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Add entries."""
    statement = f"INSERT INTO entries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608
    db.executemany(statement, rows)


def rows(
    db: sqlite3.Connection, where: str = "1", values: tuple[object, ...] = ()
) -> Iterator[Row]:
    """Entries in order, unread."""
    asked = f"SELECT {_COLUMNS} FROM entries WHERE {where} ORDER BY seq"  # noqa: S608
    yield from db.execute(asked, values)


def read(
    db: sqlite3.Connection, where: str = "1", values: tuple[object, ...] = ()
) -> Iterator[Entry]:
    """Entries in order.

    Raises:
        ValueError: a row does not hold canonical fields.
    """
    return map(forms.from_row, rows(db, where, values))


def damaged(what: str) -> LedgerDamaged:
    """The error for a ledger that does not match itself."""
    return LedgerDamaged(
        f"The ledger is damaged: {what}.",
        remedy="Run `scelle ledger verify`, and restore the ledger from a backup.",
    )
