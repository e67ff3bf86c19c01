"""Reading the book: entries, heads, proofs."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from scelle.errors import NotFound
from scelle.ledger import checkpoint as notes
from scelle.ledger import entries as forms
from scelle.ledger import merkle, storage
from scelle.ledger.entries import Entry
from scelle.ledger.export import export
from scelle.ledger.outside import attached
from scelle.ledger.prove import prove, told_growth
from scelle.ledger.storage import last_head, node_reader
from scelle.ledger.tiles import write_tiles

_LARGEST = 2**63 - 1
"""The largest number that SQLite takes; no ledger has that place, whoever asks for one beyond."""


class Reader:
    """Reads a ledger's database; each call sees one moment of it.

    Attributes:
        path: the database file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle = storage.Idle(path)

    def vkeys(self) -> tuple[str, ...]:
        """Every key that ever signed, in order."""
        with self._idle.reading() as db:
            return tuple(key for _, key in storage.keys(db))

    def head(self) -> str:
        """The last signed head, a C2SP checkpoint."""
        with self._idle.reading() as db:
            return last_head(db)

    def size(self) -> int:
        """Number of entries."""
        return notes.size_of(self.head())

    def checkpoints(self) -> tuple[tuple[int, str], ...]:
        """Size and note of every head that is kept, with its co-signatures, in order."""
        with self._idle.reading() as db:
            kept = db.execute("SELECT size, note FROM heads ORDER BY size").fetchall()
            return tuple((size, attached(db, size, note)) for size, note in kept)

    def last_checkpoint(self) -> tuple[int, str]:
        """Size and note of the last head that was kept, without co-signatures."""
        with self._idle.reading() as db:
            asked = "SELECT size, note FROM heads ORDER BY number DESC LIMIT 1"
            size, note = db.execute(asked).fetchone() or (0, "")
        return int(size), str(note)

    def head_at(self, size: int) -> str:
        """The head of ``size`` entries that was kept, or the last one.

        Raises:
            NotFound: none was kept of that size.
        """
        with self._idle.reading() as db:
            asked = "SELECT note FROM heads WHERE size = ? UNION SELECT note FROM head WHERE size=?"
            found = db.execute(asked, (size, size)).fetchone()
        if found is None:
            raise NotFound(
                f"The ledger has kept no head of {size} entries.",
                remedy="Run `scelle ledger verify` to see how many entries there are.",
            )
        return str(found[0])

    def entry(self, seq: int) -> Entry:
        """One entry.

        Raises:
            NotFound: there is none at that place.
        """
        # To the end: a connection whose reading is left early is not kept.
        found = list(self.entries(seq, seq + 1))
        if not found:
            raise NotFound(
                f"The ledger has no entry {seq}.",
                remedy="Run `scelle ledger verify` to see how many entries there are.",
            )
        return found[0]

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Entries from ``start`` to before ``stop``, in order, all of one moment."""
        end = 2**62 if stop is None else stop
        with self._idle.reading() as db:
            yield from storage.read(db, "seq >= ? AND seq < ?", (start, end))

    def stored(self, start: int, stop: int) -> Iterator[tuple[str, str]]:
        """Leaf and disclosed fields as they are stored, unread, for whoever goes through many."""
        asked = "SELECT leaf, disclosed FROM entries WHERE seq >= ? AND seq < ? ORDER BY seq"
        with self._idle.reading() as db:
            yield from db.execute(asked, (start, stop))

    def outcomes(self, acts: Collection[str]) -> Iterator[Entry]:
        """Entries that tell that one of some acts, or of some events, was done; in order."""
        told = f"json_extract(disclosed, '$.act[1]') IN ({', '.join('?' * len(acts))})"
        with self._idle.reading() as db:
            for entry in storage.read(db, told, tuple(acts)):
                if entry.value("result") == "done":
                    yield entry

    def subtrees(self, places: Iterable[tuple[int, int]]) -> list[bytes]:
        """Hashes of complete subtrees ``(level, index)``.

        Raises:
            LedgerDamaged: one is missing.
        """
        with self._idle.reading() as db:
            node = node_reader(db)
            return [node(level, index) for level, index in places]

    def sealed_under(self, key: bytes, start: int = 0) -> Iterator[Entry]:
        """Entries from a place on whose sealed fields a key opens, in order."""
        own = "json_extract(withheld, '$.key[1]') = ? AND seq >= ?"
        with self._idle.reading() as db:
            yield from storage.read(db, own, (forms.key_label(key), max(0, min(start, _LARGEST))))

    def last_place_under(self, key: bytes) -> int | None:
        """The place of the last entry whose sealed fields a key opens; ``None`` without any."""
        asked = "SELECT MAX(seq) FROM entries WHERE json_extract(withheld, '$.key[1]') = ?"
        with self._idle.reading() as db:
            place: int | None = db.execute(asked, (forms.key_label(key),)).fetchone()[0]
        return place

    def root(self, size: int) -> bytes:
        """The root of the tree of the first ``size`` entries.

        Raises:
            NotFound: the ledger is smaller.
        """
        with self._idle.reading() as db:
            _require_size(db, size)
            return merkle.read_frontier(size, node_reader(db)).root

    def place_of_last(self, count: int, key: bytes) -> int:
        """Where the last entries begin on which a key opens, so many; 0 where there are fewer."""
        asked = (
            "SELECT seq FROM entries WHERE json_extract(withheld, '$.key[1]') = ?"
            " ORDER BY seq DESC LIMIT 1 OFFSET ?"
        )
        with self._idle.reading() as db:
            found = db.execute(asked, (forms.key_label(key), count - 1)).fetchone()
        return int(found[0]) if found else 0

    def inclusion_proof(self, seq: int, size: int) -> tuple[bytes, ...]:
        """Audit path of an entry in the tree of ``size`` entries.

        Raises:
            ValueError: not ``0 <= seq < size``.
            NotFound: the ledger is smaller.
        """
        with self._idle.reading() as db:
            _require_size(db, size)
            return merkle.inclusion_proof(seq, size, node_reader(db))

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Proof that the tree of ``old`` entries is a prefix of that of ``new``.

        Raises:
            ValueError: not ``0 <= old <= new``.
            NotFound: the ledger is smaller.
        """
        with self._idle.reading() as db:
            _require_size(db, new)
            return merkle.consistency_proof(old, new, node_reader(db))

    def export(self) -> Iterator[bytes]:
        """Lines of the file for outsiders, all of one moment: see :mod:`scelle.ledger.export`."""
        with self._idle.reading() as db:
            yield from export(db)

    def tiles(self, folder: Path) -> int:
        """Write the ledger as tiles (:mod:`scelle.ledger.tiles`); gives the number of entries."""
        with self._idle.reading() as db:
            return write_tiles(db, folder)

    def prove(self, places: Iterable[int], key: bytes | None = None) -> bytes:
        """The file that proves some entries: see :mod:`scelle.ledger.prove`."""
        with self._idle.reading() as db:
            return prove(db, places, key)

    def prove_growth(self, old: int, new: int) -> bytes:
        """The file that proves that the tree of one size begins with that of another.

        Raises:
            NotFound: the ledger is smaller, or the first size is the larger.
        """
        if not 0 <= old <= new:
            raise NotFound(
                f"No tree of {new} entries begins with {old}.",
                remedy="Give the size of an earlier head, and that of a later one.",
            )
        return told_growth(old, new, self.consistency_proof(old, new))


def _require_size(db: sqlite3.Connection, size: int) -> None:
    if not 0 <= size <= notes.size_of(last_head(db)):
        raise NotFound(
            f"The ledger has no {size} entries.",
            remedy="Run `scelle ledger verify` to see how many entries there are.",
        )
