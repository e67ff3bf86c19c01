"""Verifies a whole book as it is stored, beyond what an export shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from scelle.ledger import outside, storage
from scelle.ledger.checkpoint import BadNote
from scelle.ledger.looking import all_seen
from scelle.ledger.timestamps import BadStamp, time_of
from scelle.ledger.verify import ROTATED, WITNESS_NAMED, Problem, Report, Seen, verify


def audit(
    db: sqlite3.Connection,
    vkey: str,
    beside: str,
    earlier: Sequence[str] = (),
    witnesses: Sequence[str] = (),
) -> Report:
    """Verify entries with their sealed bytes, the tree's nodes and every head that was kept.

    Args:
        db: a connection in a read transaction.
        vkey: the key by which the installation signs now.
        beside: the head in the file beside the database, read before the
            transaction began; empty when the file is gone.
        earlier: signed heads kept elsewhere.
        witnesses: verifier keys that must have co-signed a head.

    Raises:
        ValueError: a row cannot be read.
        scelle.errors.LedgerDamaged: there is no head at all.
        sqlite3.DatabaseError: the file is not a database any more.
    """
    problems = list(_storage(db, vkey))
    if not beside:
        problems.append(Problem("earlier", None, "The signed head beside the database is gone."))
    keys = storage.keys(db)
    kept = list(_heads(db, problems))
    named = [str(key) for (key,) in db.execute("SELECT vkey FROM witnesses ORDER BY seq")]
    stored = _Stored(db)
    report = verify(
        stored.through(all_seen(db)),
        storage.last_head(db),
        keys[0][1],
        trusted=vkey,
        heads=kept,
        earlier=[*([beside] if beside else []), *earlier],
        witnesses=[*witnesses, *(key for key in named if key not in witnesses)],
        nodes=stored.nodes,
    )
    found = report.problems
    if named:
        # A witness that the ledger names and that has not answered yet is told, not a fault.
        silent = {w.name for w in report.witnessed if not w.size}
        asked = {key.split("+")[0] for key in witnesses}
        found = tuple(p for p in found if not _is_of(p, silent - asked))
    problems += [*found, *stored.close(keys, named)]
    # One sentence for all the heads instead of one for each.
    holds = [h for h in report.holds if "earlier head" not in h]
    if not any(p.check in ("earlier", "heads") for p in problems):
        count = len(kept) + len(earlier)
        holds.append(f"All {count} signed heads are of this ledger's beginning.")
    if not any(p.check == "nodes" for p in problems):
        holds.append("Every node of the tree is the hash of what is below it.")
    return replace(report, holds=tuple(holds), problems=tuple(problems))


def _is_of(problem: Problem, names: set[str]) -> bool:
    return problem.check == "witness" and any(problem.text.startswith(f"{n} ") for n in names)


def _storage(db: sqlite3.Connection, vkey: str) -> Iterator[Problem]:
    for (line,) in db.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield Problem("storage", None, f"SQLite finds: {line}.")
    meta = dict(db.execute("SELECT name, value FROM meta").fetchall())
    if set(meta) != {"schema", "vkey"} or meta["schema"] != storage.SCHEMA:
        yield Problem("storage", None, "The ledger's own description was altered.")
    if storage.keys(db)[-1][1] != vkey:
        yield Problem("storage", None, "The ledger names another key than the installation's.")
    (size,) = db.execute("SELECT size FROM head").fetchone() or (-1,)
    if storage.last_head(db).split("\n")[1:2] != [str(size)]:
        yield Problem("storage", None, "The size beside the last signed head is another one.")
    if set(db.execute(_SCHEMA)) != _expected():
        yield Problem("storage", None, "What keeps the database append-only is gone or altered.")


_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master"


def _expected() -> set[tuple[str, str, str, str]]:
    """The schema of an unaltered ledger."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for statement in (*storage.TABLES, *storage.GUARDS):
            fresh.execute(statement)
        return set(fresh.execute(_SCHEMA))


def _heads(db: sqlite3.Connection, problems: list[Problem]) -> Iterator[str]:
    """Each head that was kept, with its co-signatures."""
    rows = db.execute("SELECT number, size, note FROM heads ORDER BY number").fetchall()
    if [number for number, _, _ in rows] != list(range(len(rows))) or not rows:
        problems.append(Problem("heads", None, "A signed head that was kept is missing."))
    for _, size, note in rows:
        if note.split("\n")[1:2] != [str(size)]:
            wrong = f"The head stored for {size} entries is another one."
            problems.append(Problem("heads", None, wrong))
        yield outside.attached(db, size, note)
    notes = {size: str(note) for _, size, note in rows}
    for anchor in outside.anchors(db):
        try:
            time_of(notes[anchor.size], anchor.token)
        except (BadStamp, BadNote, KeyError) as error:
            text = f"A timestamp of {anchor.size} entries does not hold: {error}"
            problems.append(Problem("anchor", None, text))
    for table in ("cosignatures", "anchors"):
        asked = f"SELECT size FROM {table} WHERE size NOT IN (SELECT size FROM heads)"  # noqa: S608
        for (size,) in db.execute(asked):
            text = f"The {table} of {size} entries are of a head that is not there."
            problems.append(Problem("heads", None, text))


class _Stored:
    """Holds the stored nodes and lists against the entries as they are read."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.problems: list[Problem] = []
        self.handovers: list[tuple[int, str]] = []
        self.witnesses: list[str] = []
        self._levels: dict[int, Iterator[tuple[int, bytes]]] = {}
        self._count = 0

    def through(self, entries: Iterable[Seen]) -> Iterator[Seen]:
        """Pass entries on, and note what they name."""
        for entry in entries:
            if entry.event == ROTATED:
                self.handovers.append((entry.seq + 1, entry.vkey))
            elif entry.event == WITNESS_NAMED:
                self.witnesses.append(entry.vkey)
            yield entry

    def nodes(self, new: Sequence[tuple[int, int, bytes]]) -> None:
        """Compare the nodes completed by one entry with those that are stored."""
        for level, index, hash_ in new[1:]:
            if level not in self._levels:
                asked = "SELECT idx, hash FROM nodes WHERE level = ? ORDER BY idx"
                self._levels[level] = self.db.execute(asked, (level,))
            self._count += 1
            if next(self._levels[level], None) != (index, hash_):
                text = f"Node {index} of level {level} is not its children's hash."
                self.problems.append(Problem("nodes", None, text))

    def close(self, keys: Sequence[tuple[int, str]], named: Sequence[str]) -> list[Problem]:
        """Everything found, once all entries were read."""
        (count,) = self.db.execute("SELECT count(*) FROM nodes").fetchone()
        if count != self._count:
            text = "The tree has a node too many or too few."
            self.problems.append(Problem("nodes", None, text))
        if list(keys[1:]) != self.handovers:
            text = "The keys that are stored are not those that entries hand over to."
            self.problems.append(Problem("handover", None, text))
        if list(named) != self.witnesses:
            text = "The witnesses that are stored are not those that entries name."
            self.problems.append(Problem("witness", None, text))
        return self.problems
