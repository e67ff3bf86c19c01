"""The book: the ledger's entries, nodes and signed heads in their own SQLite file.

An append is one transaction: the entry, the tree's new nodes, the signed head.
The last head also lies in a file beside the database, so that a database cut short
is noticed, and in another the latest time of any entry, so that a clock turned back is.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, exc, func, insert, select, text

from scelle.errors import Misconfigured, NotFound, ScelleError
from scelle.ledger import checkpoint as notes
from scelle.ledger import entries as forms
from scelle.ledger import merkle, storage
from scelle.ledger.audit import audit
from scelle.ledger.checkpoint import BadNote, Checkpoint, Signer
from scelle.ledger.entries import Draft, Entry
from scelle.ledger.export import export
from scelle.ledger.storage import damaged, explained, last_head, node_reader, to_entry
from scelle.ledger.verify import Problem, Report


class Book:
    """Reads and appends.  Safe for several threads and processes at once.

    Attributes:
        path: the database file.
        head_path: the file beside it that holds the last signed head.
        clock_path: the file beside it that holds the latest time of any entry.
    """

    def __init__(self, path: Path, signer: Signer) -> None:
        """Open the book, or begin it.

        Args:
            path: the database file; its folder exists.
            signer: the ledger's key; its name is the ledger's origin.

        Raises:
            Misconfigured: another schema, begun under another key, or a disk that
                cannot be written.
            LedgerDamaged: the head beside it tells of entries that are gone.
        """
        self.path = path
        self.head_path = path.with_suffix(".head")
        self.clock_path = path.with_suffix(".clock")
        self._signer = signer
        self._key = signer.vkey
        self._engine = storage.open_engine(path)
        with explained(), self._engine.begin() as db:
            if db.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'meta'")):
                self._recognise(db)
            else:
                self._create(db)
        path.chmod(0o600)
        self._publish()

    @property
    def origin(self) -> str:
        """The ledger's own name."""
        return self._key.name

    @property
    def vkey(self) -> str:
        """The verifier key to hand to others."""
        return str(self._key)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # -- writing -------------------------------------------------------------------

    def append(self, draft: Draft, at: datetime | None = None) -> int:
        """Write one entry and the new signed head, both or neither.

        Steps:
            (0) take SQLite's write lock, so that one process appends at a time
            (1) read the last head and the tree's frontier, and hold both against
                each other and the head beside the database
            (2) seal the entry for its place
            (3) write entry, nodes and signed head, and commit to the disk
            (4) replace the head beside the database

        Args:
            draft: what is written.
            at: when it is made, aware; remembered if it is the latest.

        Returns:
            The entry's place, from 0.

        Raises:
            LedgerDamaged: the last head does not match what is stored.
            Misconfigured: the disk is full or cannot be written.
            ValueError: the draft is not one that can be sealed.
        """
        # (0)
        with explained(), self._engine.begin() as db:
            # (1)
            frontier = self._frontier(db)
            # (2)
            entry = forms.seal(draft, frontier.size)
            # (3)
            frontier, new = frontier.append(merkle.leaf_hash(entry.leaf))
            note = notes.sign(Checkpoint(self.origin, frontier.size, frontier.root), self._signer)
            db.execute(insert(storage.entries), storage.to_row(entry))
            db.execute(
                insert(storage.nodes),
                [{"level": level, "idx": index, "hash": hash_} for level, index, hash_ in new],
            )
            db.execute(insert(storage.heads), {"size": frontier.size, "note": note})
        # (4)
        self._publish(at)
        return entry.seq

    # -- reading -------------------------------------------------------------------

    def head(self) -> str:
        """The last signed head, a C2SP checkpoint."""
        with self._reading() as db:
            return last_head(db)

    def latest(self) -> datetime | None:
        """The latest time at which an entry was made, whoever made it; ``None`` at first.

        Aware, in whole seconds.

        Raises:
            LedgerDamaged: the file that holds it holds something else.
        """
        try:
            written = self.clock_path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None
        try:
            latest = datetime.fromisoformat(written.strip())
            if latest.tzinfo is None:
                raise ValueError("it has no time zone")
        except ValueError as error:
            raise damaged(f"{self.clock_path.name}, its latest time, cannot be read") from error
        return latest

    def size(self) -> int:
        """Number of entries."""
        return notes.verify(self.head(), self._key).size

    def head_at(self, size: int) -> str:
        """The head that was signed when there were ``size`` entries.

        Raises:
            NotFound: there were never so many.
        """
        heads = storage.heads.c
        with self._reading() as db:
            note = db.scalar(select(heads.note).where(heads.size == size))
        if note is None:
            raise NotFound(
                f"The ledger has no head of {size} entries.",
                remedy="Run `scelle ledger verify` to see how many entries there are.",
            )
        return str(note)

    def entry(self, seq: int) -> Entry:
        """One entry.

        Raises:
            NotFound: there is none at that place.
        """
        found = next(self.entries(seq, seq + 1), None)
        if found is None:
            raise NotFound(
                f"The ledger has no entry {seq}.",
                remedy="Run `scelle ledger verify` to see how many entries there are.",
            )
        return found

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Entries from ``start`` to before ``stop``, in order, all of one moment."""
        seq = storage.entries.c.seq
        query = select(storage.entries).where(seq >= start).order_by(seq)
        if stop is not None:
            query = query.where(seq < stop)
        with self._reading() as db:
            yield from map(to_entry, db.execute(query))

    def stored(self, start: int, stop: int) -> Iterator[tuple[str, str]]:
        """Leaf and disclosed fields as they are stored, unread, for whoever goes through many."""
        each = storage.entries.c
        query = select(each.leaf, each.disclosed).where(each.seq >= start, each.seq < stop)
        with self._reading() as db:
            rows = db.execute(query.order_by(each.seq), execution_options={"yield_per": 1000})
            yield from ((leaf, disclosed) for leaf, disclosed in rows)

    def subtrees(self, places: Iterable[tuple[int, int]]) -> list[bytes]:
        """Hashes of complete subtrees ``(level, index)``.

        Raises:
            LedgerDamaged: one is missing.
        """
        with self._reading() as db:
            node = node_reader(db)
            return [node(level, index) for level, index in places]

    def sealed_under(self, key: bytes) -> Iterator[Entry]:
        """Entries whose sealed fields a key opens, in order."""
        query = (
            select(storage.entries).where(storage.sealed_under(key)).order_by(storage.entries.c.seq)
        )
        with self._reading() as db:
            yield from map(to_entry, db.execute(query))

    def last_sealed_under(self, key: bytes) -> Entry | None:
        """The last entry whose sealed fields a key opens; ``None`` if there is none."""
        seq = storage.entries.c.seq
        query = select(storage.entries).where(storage.sealed_under(key)).order_by(seq.desc())
        with self._reading() as db:
            row = db.execute(query.limit(1)).first()
        return None if row is None else to_entry(row)

    def inclusion_proof(self, seq: int, size: int) -> tuple[bytes, ...]:
        """Audit path of an entry in the tree of ``size`` entries.

        Raises:
            ValueError: not ``0 <= seq < size``.
            NotFound: the ledger is smaller.
        """
        self.head_at(size)
        with self._reading() as db:
            return merkle.inclusion_proof(seq, size, node_reader(db))

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Proof that the tree of ``old`` entries is a prefix of that of ``new``.

        Raises:
            ValueError: not ``0 <= old <= new``.
            NotFound: the ledger is smaller.
        """
        self.head_at(new)
        with self._reading() as db:
            return merkle.consistency_proof(old, new, node_reader(db))

    def export(self) -> Iterator[bytes]:
        """Lines of the file for outsiders, all of one moment: see :mod:`scelle.ledger.export`."""
        query = select(storage.entries).order_by(storage.entries.c.seq)
        with self._reading() as db:
            note = last_head(db)
            yield from export(self.vkey, self.origin, map(to_entry, db.execute(query)), note)

    def check(self, *, earlier: Sequence[str] = (), witnesses: Sequence[str] = ()) -> Report:
        """Verify everything stored: see :func:`scelle.ledger.audit.audit`.

        Args:
            earlier: signed heads kept elsewhere from before.
            witnesses: verifier keys that must have co-signed the last head.
        """
        # Read first: an append that comes between only makes the database newer.
        beside = self._beside()[1]
        try:
            with self._reading() as db:
                return audit(db, self.vkey, beside, earlier, witnesses)
        except (ScelleError, exc.SQLAlchemyError, ValueError, TypeError) as error:
            problem = Problem("storage", None, f"The database cannot be read: {error}")
            return Report(0, merkle.EMPTY_ROOT, (), (problem,))

    # -- parts ---------------------------------------------------------------------

    def _frontier(self, db: Connection) -> merkle.Frontier:
        """The frontier of the tree that the last head signs.

        Raises:
            LedgerDamaged: the head, the tree, the entries or the file beside differ.
        """
        try:
            head = notes.verify(last_head(db), self._key)
        except BadNote as error:
            raise damaged(f"its last head cannot be trusted: {error}") from error
        frontier = merkle.read_frontier(head.size, node_reader(db))
        last = db.scalar(select(func.max(storage.entries.c.seq)))
        if frontier.root != head.root or head.size != (0 if last is None else last + 1):
            raise damaged("its tree is not the one that was signed")
        self._hold_against_beside(db)
        return frontier

    def _hold_against_beside(self, db: Connection) -> None:
        """The head beside is one that the database holds too, under the write lock."""
        size, note = self._beside()
        if not note:
            raise damaged(f"{self.head_path.name}, the signed head beside it, is gone")
        heads = storage.heads.c
        if db.scalar(select(heads.note).where(heads.size == size)) != note:
            raise damaged(
                f"{self.head_path.name} states a signed head of {size} entries "
                "that the database does not hold"
            )

    def _beside(self) -> tuple[int, str]:
        """Size and text of the head beside; size -1 when it is gone or not a head."""
        try:
            note = self.head_path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return -1, ""
        size = note.split("\n")[1:2]
        return (int(size[0]) if size and size[0].isdecimal() else -1), note

    def _publish(self, at: datetime | None = None) -> None:
        """Bring the files beside the database up to date; under a lock, so none goes back."""
        lock = os.open(self.head_path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            note = self.head()
            if self._beside()[1] != note:
                _replace(self.head_path, note)
            latest = self.latest()
            if at is not None and (latest is None or at - latest >= timedelta(seconds=1)):
                _replace(self.clock_path, f"{at.astimezone(UTC).isoformat(timespec='seconds')}\n")
        finally:
            os.close(lock)

    def _create(self, db: Connection) -> None:
        if self.head_path.exists() and self._beside()[0] != 0:
            raise damaged(f"{self.path.name} is gone and {self.head_path.name} tells of entries")
        storage.metadata.create_all(db)
        for statement in storage.GUARDS:
            db.execute(text(statement))
        empty = notes.sign(Checkpoint(self.origin, 0, merkle.EMPTY_ROOT), self._signer)
        meta = {"schema": storage.SCHEMA, "vkey": self.vkey}
        db.execute(insert(storage.meta), [{"name": k, "value": v} for k, v in meta.items()])
        db.execute(insert(storage.heads), {"size": 0, "note": empty})
        _replace(self.head_path, empty)

    def _recognise(self, db: Connection) -> None:
        meta = {str(name): str(value) for name, value in db.execute(select(storage.meta))}
        if meta.get("schema") != storage.SCHEMA:
            raise Misconfigured(
                f"{self.path} has ledger schema {meta.get('schema')}, "
                f"this version knows {storage.SCHEMA}.",
                remedy="Use the version of Scelle that wrote it.",
            )
        if meta.get("vkey") != self.vkey:
            raise Misconfigured(
                f"{self.path} was begun under another signing key.",
                remedy="Restore the installation's keys together with its ledger.",
            )
        self._hold_against_beside(db)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection that reads one moment and takes no lock."""
        with explained(), self._engine.connect() as db:
            yield db.execution_options(scelle_begin="BEGIN")


def _replace(path: Path, note: str) -> None:
    """Write a whole file or none."""
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(note.encode())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
