"""The book: the ledger's entries, nodes and signed heads in their own SQLite file.

A commit is one transaction: entries, the tree's new nodes, the signed head over them;
no entry is ever durable without a signature.  Entries asked for at the same time share
one commit.  Some heads are kept for ever, as *checkpoints*: those that witnesses
co-sign and that others may keep.  The last head also lies in a file beside the database,
so that a database cut short is noticed, and in another the latest time of any entry, so
that a clock turned back is.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from scelle.errors import Misconfigured, ScelleError
from scelle.ledger import checkpoint as notes
from scelle.ledger import merkle, storage
from scelle.ledger.audit import audit
from scelle.ledger.beside import Beside
from scelle.ledger.checkpoint import BadNote, Checkpoint, Signer, VerifierKey
from scelle.ledger.commit import Group, Queue, Request
from scelle.ledger.entries import Draft
from scelle.ledger.outside import Outside
from scelle.ledger.reader import Reader
from scelle.ledger.storage import damaged, explained, last_head, node_reader
from scelle.ledger.verify import Problem, Report

#: A head is kept at the latest when this time has passed since the last one kept.
SCHEDULE = timedelta(minutes=10)


class Book(Reader):
    """Reads and appends.  Safe for several threads and processes at once.

    Attributes:
        path: the database file.
        beside: the files beside it.
        outside: what witnesses and timestamp authorities said.
    """

    def __init__(
        self, path: Path, *signers: Signer, reload: Callable[[], Sequence[Signer]] = tuple
    ) -> None:
        """Open the book, or begin it.

        Args:
            path: the database file; its folder exists.
            signers: keys that the installation has; the first begins a new book, and
                its name is the ledger's origin.  An old book is opened with the one
                that signs its heads now.
            reload: reads the installation's keys anew, when another process has
                handed over to a new one.

        Raises:
            Misconfigured: another schema, none of the keys is its own, or a disk that
                cannot be written.
            LedgerDamaged: the head beside it tells of entries that are gone.
        """
        super().__init__(path)
        self.beside = Beside(path)
        self.outside = Outside(path, self._write_outside)
        self._queue = Queue(self._commit)
        self._reload = reload
        self._kept_at: datetime | None = None
        self._known: tuple[str, merkle.Frontier] | None = None
        self._db, self._pid = sqlite3.connect(":memory:"), -1
        with explained(), self.beside.turn():
            with storage.writing(self._connection()) as db:
                if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                    self._create(db, signers[0])
                self._signer = self._recognise(db, signers)
                note = last_head(db)
            path.chmod(0o600)
            self.beside.publish(note)

    @property
    def origin(self) -> str:
        """The ledger's own name, the same for ever."""
        return self._signer.name

    @property
    def vkey(self) -> str:
        """The verifier key that signs heads now."""
        return str(self._signer.vkey)

    def signs_with(self, seed: bytes) -> bool:
        """Whether heads are signed by this private key now."""
        return self._signer.seed == seed

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()
        self._idle.close()
        self._pid, self._known = -1, None

    # -- writing -------------------------------------------------------------------

    def append(self, draft: Draft, at: datetime | None = None, *, keep: bool = False) -> int:
        """Write one entry: see :meth:`append_all`.

        Returns:
            The entry's place, from 0.
        """
        return self.append_all([draft], at, keep=keep)[0]

    def append_all(
        self,
        drafts: Sequence[Draft],
        at: datetime | None = None,
        *,
        keep: bool = False,
        committed: Callable[[], object] | None = None,
    ) -> list[int]:
        """Write entries, one after the other, all or none, with a signed head.

        They are on the disk when this returns.  What other threads ask for meanwhile
        goes into one commit, which costs as much as one entry's.

        Steps:
            (0) wait for the turn, and take what else is waiting along
            (1) wait for this process' turn, and take SQLite's write lock
            (2) read the last head and the tree's frontier, hold both against each other
                and the head beside the database, and take along who came meanwhile
            (3) seal each entry for its place
            (4) write entries, nodes and the head over them, keep it as a checkpoint
                where that is due, and commit to the disk
            (5) write the head beside the database

        Args:
            drafts: what is written.
            at: when it is made, aware; remembered if it is the latest.
            keep: keep the head as a checkpoint; otherwise once :data:`SCHEDULE` is over.
            committed: told after (4): they are in the ledger though (5) may fail.

        Returns:
            The entries' places.

        Raises:
            LedgerDamaged: the last head does not match what is stored.
            Misconfigured: the disk is full or cannot be written.
            ValueError: a draft is not one that can be sealed; only its asker is told.
        """
        return self._queue.ask(Request(drafts, at, keep=keep, committed=committed))  # (0)

    def rotate(self, draft: Draft, successor: Signer, at: datetime | None = None) -> int:
        """Write the entry that names a new key, and hand over to it.

        The head over that entry is signed by both keys and kept; all later ones by the
        new key alone.  See ``docs/ledger.md``.

        Args:
            draft: discloses ``vkey``, the new verifier key.
            successor: the new key.

        Returns:
            The entry's place.
        """
        signer = Signer(self.origin, successor.seed)

        def hand_over(db: sqlite3.Connection, seq: int) -> None:
            row = (seq, str(signer.vkey))
            db.execute("INSERT INTO keys (seq, vkey) VALUES (?, ?)", row)

        asked = Request([draft], at, keep=True, successor=signer, then=hand_over)
        return self._queue.ask(asked)[0]

    def name_witness(self, draft: Draft, vkey: str, url: str, at: datetime | None = None) -> int:
        """Write the entry that names a witness, and remember it.

        Args:
            draft: discloses ``vkey``, the witness' verifier key.
            url: where it is asked; empty when files are exchanged.

        Returns:
            The entry's place.
        """

        def remember(db: sqlite3.Connection, seq: int) -> None:
            row = (seq, vkey, url)
            db.execute("INSERT INTO witnesses (seq, vkey, url) VALUES (?, ?, ?)", row)

        return self._queue.ask(Request([draft], at, keep=True, then=remember))[0]

    def checkpoint(self, at: datetime) -> str:
        """Keep the last head as a checkpoint, if it is not one yet.

        Returns:
            The signed note.
        """
        with explained(), self._queue.turn, storage.writing(self._connection()) as db:
            self._frontier(db)
            self._keep(db, last_head(db), at)
            return last_head(db)

    def latest(self) -> datetime | None:
        """The latest time at which an entry was made: see :meth:`Beside.latest`."""
        return self.beside.latest()

    def reset_clock(self, at: datetime) -> None:
        """Forget the latest time, which lay ahead: from now on it is ``at``."""
        self.beside.reset(at)

    def check(self, *, earlier: Sequence[str] = (), witnesses: Sequence[str] = ()) -> Report:
        """Verify everything stored: see :func:`scelle.ledger.audit.audit`.

        Args:
            earlier: signed heads kept elsewhere from before.
            witnesses: verifier keys that must have co-signed a head, besides those that
                the ledger names itself.
        """
        # Read first: an append that comes between only makes the database newer.
        with self.beside.turn():
            beside = self.beside.head()[1]
        try:
            with storage.reading(self.path) as db:
                return audit(db, self.vkey, beside, earlier, witnesses)
        except (ScelleError, sqlite3.Error, ValueError, TypeError) as error:
            problem = Problem("storage", None, f"The database cannot be read: {error}")
            return Report(0, merkle.EMPTY_ROOT, (), (problem,))

    # -- parts ---------------------------------------------------------------------

    def _connection(self) -> sqlite3.Connection:
        """The one that writes; a connection never crosses a fork."""
        if self._pid != os.getpid():
            self._db, self._pid = storage.connect(self.path), os.getpid()
        return self._db

    def _commit(self, group: Group) -> None:
        with explained(), self.beside.turn():  # (1)
            with storage.writing(self._connection()) as db:
                frontier = self._frontier(db)  # (2)
                group.join()
                rows, nodes = group.seal(frontier)  # (3)
                if not rows:
                    return
                # (4)
                frontier = nodes.frontier
                successor = group.successor
                note = notes.sign(
                    Checkpoint(self.origin, frontier.size, frontier.root), self._signer
                )
                if successor is not None:
                    note = notes.add_signature(note, successor)
                for request in group.requests:
                    if request.then is not None and request.error is None:
                        request.then(db, request.places[0])
                storage.write(db, rows)
                db.executemany("INSERT INTO nodes (level, idx, hash) VALUES (?, ?, ?)", nodes.inner)
                db.execute("UPDATE head SET size = ?, note = ?", (frontier.size, note))
                if group.keep or self._due(group.at):
                    self._keep(db, note, group.at)
            self._known = note, frontier
            if successor is not None:
                self._signer = successor
            for request in group.requests:
                if request.committed is not None and request.error is None:
                    request.committed()
            # (5)
            self.beside.publish(note, group.at)

    def _due(self, at: datetime | None) -> bool:
        """A process that has kept none yet keeps its first one."""
        return at is not None and (self._kept_at is None or at - self._kept_at >= SCHEDULE)

    def _keep(self, db: sqlite3.Connection, note: str, at: datetime | None) -> None:
        size = notes.size_of(note)
        # The last one alone: two maxima in one question would go through all.
        kept = db.execute("SELECT number, size FROM heads ORDER BY number DESC LIMIT 1").fetchone()
        number, last = kept or (-1, -1)
        if last < size:
            row = (number + 1, size, note)
            db.execute("INSERT INTO heads (number, size, note) VALUES (?, ?, ?)", row)
        self._kept_at = at or self._kept_at

    def _frontier(self, db: sqlite3.Connection) -> merkle.Frontier:
        """The frontier of the tree that the last head signs.

        Raises:
            LedgerDamaged: the head, the tree, the entries or the file beside differ.
        """
        note = last_head(db)
        (count,) = db.execute("SELECT COALESCE(MAX(seq) + 1, 0) FROM entries").fetchone()
        if self._known is not None and self._known[0] == note:
            frontier = self._known[1]
            if frontier.size != count:
                raise damaged("its tree is not the one that was signed")
        else:
            self._follow(db)
            frontier = self._read_frontier(db, note, count)
            self._require_grown(db, frontier)
            self._known = note, frontier
        self._hold_against_beside(db, note)
        return frontier

    def _read_frontier(self, db: sqlite3.Connection, note: str, count: int) -> merkle.Frontier:
        try:
            head = notes.verify(note, self._signer.vkey)
        except BadNote as error:
            raise damaged(f"its last head cannot be trusted: {error}") from error
        frontier = merkle.read_frontier(head.size, node_reader(db))
        if frontier.root != head.root or head.size != count:
            raise damaged("its tree is not the one that was signed")
        return frontier

    def _require_grown(self, db: sqlite3.Connection, frontier: merkle.Frontier) -> None:
        """What this process has seen is still there, whatever other processes wrote."""
        if self._known is None:
            return
        known = self._known[1]
        if known.size > frontier.size or (
            merkle.read_frontier(known.size, node_reader(db)) != known
        ):
            raise damaged(f"its first {known.size} entries are not what they were")

    def _hold_against_beside(self, db: sqlite3.Connection, note: str) -> None:
        """The head beside is of this very tree, under the write lock."""
        size, beside = self.beside.head()
        if beside == note:
            return
        if not beside:
            raise damaged(f"{self.beside.head_path.name}, the signed head beside it, is gone")
        try:
            keys = [VerifierKey.parse(key) for _, key in storage.keys(db)]
            head = notes.verify_any(beside, keys)
            own = head.size <= notes.size_of(note) and (
                merkle.read_frontier(head.size, node_reader(db)).root == head.root
            )
        except BadNote:
            own = False
        if not own:
            raise damaged(
                f"{self.beside.head_path.name} states a signed head of {size} entries "
                "that the database does not hold"
            )

    def _follow(self, db: sqlite3.Connection) -> None:
        """Take the new key when another process has handed over to one."""
        if storage.keys(db)[-1][1] != self.vkey:
            self._signer = _choose(self.path, db, self._reload())

    def _create(self, db: sqlite3.Connection, signer: Signer) -> None:
        if self.beside.head_path.exists() and self.beside.head()[0] != 0:
            name = self.beside.head_path.name
            raise damaged(f"{self.path.name} is gone and {name} tells of entries")
        for statement in (*storage.TABLES, *storage.GUARDS):
            db.execute(statement)
        empty = notes.sign(Checkpoint(signer.name, 0, merkle.EMPTY_ROOT), signer)
        meta = {"schema": storage.SCHEMA, "vkey": str(signer.vkey)}
        db.executemany("INSERT INTO meta (name, value) VALUES (?, ?)", meta.items())
        db.execute("INSERT INTO head (id, size, note) VALUES (0, 0, ?)", (empty,))
        self._keep(db, empty, None)
        self.beside.begin(empty)

    def _recognise(self, db: sqlite3.Connection, signers: Sequence[Signer]) -> Signer:
        meta = dict(db.execute("SELECT name, value FROM meta").fetchall())
        if meta.get("schema") != storage.SCHEMA:
            raise Misconfigured(
                f"{self.path} has ledger schema {meta.get('schema')}, "
                f"this version knows {storage.SCHEMA}.",
                remedy="Use the version of Scelle that wrote it.",
            )
        signer = _choose(self.path, db, signers)
        self._hold_against_beside(db, last_head(db))
        return signer

    def _write_outside(self, statement: str, values: tuple[object, ...]) -> None:
        with explained(), self._queue.turn, storage.writing(self._connection()) as db:
            db.execute(statement, values)


def _choose(path: Path, db: sqlite3.Connection, signers: Sequence[Signer]) -> Signer:
    """Of some keys the one that signs the heads now, under the ledger's own name."""
    try:
        key = VerifierKey.parse(storage.keys(db)[-1][1])
    except BadNote as error:
        raise damaged(f"its own key cannot be read: {error}") from error
    for each in signers:
        if each.vkey.public == key.public:
            return Signer(key.name, each.seed)
    raise Misconfigured(
        f"The heads of {path} are signed by another signing key than this installation's.",
        remedy="Restore the installation's keys together with its ledger.",
    )
