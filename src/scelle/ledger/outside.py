"""What others said of the ledger's heads: witnesses' co-signatures, and timestamps."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scelle.errors import BadInput
from scelle.ledger import checkpoint as notes
from scelle.ledger import storage
from scelle.ledger.checkpoint import BadNote, VerifierKey


@dataclass(frozen=True)
class Witness:
    """An outside party that the ledger asks to co-sign its heads.

    Attributes:
        vkey: its verifier key.
        url: where it is asked (the submission prefix of C2SP tlog-witness); empty when
            files are exchanged.
        size: entries of the last head that it co-signed; 0 when it never did.
    """

    vkey: str
    url: str
    size: int

    @property
    def key(self) -> VerifierKey:
        """The key, parsed."""
        return VerifierKey.parse(self.vkey)


@dataclass(frozen=True)
class Anchor:
    """A timestamp of a head.

    Attributes:
        size: entries of the head.
        authority: where the timestamp came from.
        token: the authority's whole reply (RFC 3161, DER).
    """

    size: int
    authority: str
    token: bytes


class Outside:
    """Reads and adds them.

    Args:
        path: the ledger's database.
        write: runs one statement in a transaction of the book's.
    """

    def __init__(self, path: Path, write: Callable[[str, tuple[object, ...]], None]) -> None:
        self._path = path
        self._write = write

    def witnesses(self) -> tuple[Witness, ...]:
        """All that the ledger names, in order."""
        last = "COALESCE((SELECT MAX(size) FROM cosignatures c WHERE c.vkey = w.vkey), 0)"
        asked = f"SELECT vkey, url, {last} FROM witnesses w ORDER BY seq"  # noqa: S608
        with storage.reading(self._path) as db:
            return tuple(Witness(*row) for row in db.execute(asked))

    def add(self, note: str) -> tuple[str, ...]:
        """Keep the co-signatures on a note of a head that was kept.

        Those of unknown witnesses, and those that are here already, are left out.

        Returns:
            Names of the witnesses whose co-signature was new.

        Raises:
            BadInput: not a note, no such head, or a known witness' signature is wrong.
        """
        try:
            size, text = notes.size_of(note), note.rpartition("\n\n")[0]
            lines = notes.signature_lines(note)
            new = []
            for witness in self.witnesses():
                at = notes.witnessed(note, witness.key)
                if at is not None and not self._has(size, witness.vkey):
                    new.append((witness, _own(lines, text, witness.key)))
        except BadNote as error:
            raise BadInput(
                f"The co-signed head cannot be used: {error}.",
                remedy="Give the very file that the witness gave back.",
            ) from error
        if self._kept(size).rpartition("\n\n")[0] != text:
            raise BadInput(
                f"This ledger has kept no such head of {size} entries.",
                remedy="Give the answer to a head that `scelle ledger checkpoint` wrote.",
            )
        statement = "INSERT INTO cosignatures (size, vkey, line) VALUES (?, ?, ?)"
        for witness, line in new:
            self._write(statement, (size, witness.vkey, line))
        return tuple(witness.key.name for witness, _ in new)

    def anchors(self) -> tuple[Anchor, ...]:
        """All timestamps, in order."""
        with storage.reading(self._path) as db:
            return anchors(db)

    def add_anchor(self, anchor: Anchor) -> None:
        """Keep a timestamp, already verified, of a head that was kept."""
        statement = (
            "INSERT INTO anchors (number, size, authority, token) "
            "SELECT COALESCE(MAX(number) + 1, 0), ?, ?, ? FROM anchors"
        )
        self._write(statement, (anchor.size, anchor.authority, anchor.token))

    def _kept(self, size: int) -> str:
        with storage.reading(self._path) as db:
            found = db.execute("SELECT note FROM heads WHERE size = ?", (size,)).fetchone()
        return str(found[0]) if found else ""

    def _has(self, size: int, vkey: str) -> bool:
        asked = "SELECT 1 FROM cosignatures WHERE size = ? AND vkey = ?"
        with storage.reading(self._path) as db:
            return db.execute(asked, (size, vkey)).fetchone() is not None


def attached(db: sqlite3.Connection, size: int, note: str) -> str:
    """A note with the co-signatures of its head after its own signatures."""
    lines = db.execute("SELECT line FROM cosignatures WHERE size = ? ORDER BY vkey", (size,))
    return note + "".join(line for (line,) in lines)


def anchors(db: sqlite3.Connection) -> tuple[Anchor, ...]:
    """All timestamps, in order."""
    rows = db.execute("SELECT size, authority, token FROM anchors ORDER BY number")
    return tuple(Anchor(*row) for row in rows)


def _own(lines: list[str], text: str, key: VerifierKey) -> str:
    """The line of a witness among a note's signature lines; the latest where it has several."""
    return max(
        (line for line in lines if _signed_by(text, line, key)),
        key=lambda line: notes.witnessed(f"{text}\n\n{line}", key) or 0,
    )


def _signed_by(text: str, line: str, key: VerifierKey) -> bool:
    return notes.witnessed(f"{text}\n\n{line}", key) is not None
