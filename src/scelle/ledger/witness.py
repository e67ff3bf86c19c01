"""A witness: an outside party that co-signs the heads of other installations' ledgers.

It keeps, for each ledger that it trusts, the last head that it co-signed, and co-signs
another only when a proof shows that it continues that one.  So whoever cuts a ledger
short, writes it anew or shows two people two ledgers, does not get a co-signature.  The
protocol is C2SP ``tlog-witness``; the same request may come over HTTP or as a file.
"""

from __future__ import annotations

import base64
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scelle.errors import BadInput, Misconfigured
from scelle.ledger import checkpoint as notes
from scelle.ledger import merkle
from scelle.ledger.checkpoint import COSIGNATURE, ED25519, BadNote, Signer, VerifierKey

#: The most lines of a proof (tlog-witness).
_MOST_PROOF = 63
_BUSY_SECONDS = 30.0

_TABLES = (
    "CREATE TABLE trusted (vkey TEXT NOT NULL PRIMARY KEY, origin TEXT NOT NULL)",
    "CREATE TABLE seen (origin TEXT NOT NULL PRIMARY KEY, note TEXT NOT NULL, at TEXT NOT NULL)",
    # A signed head that does not continue what was co-signed proves that a ledger was altered.
    "CREATE TABLE refused (number INTEGER PRIMARY KEY, origin TEXT NOT NULL, at TEXT NOT NULL,"
    " status INTEGER NOT NULL, request TEXT NOT NULL)",
)


@dataclass(frozen=True)
class Answer:
    """What a witness answers to a request.

    Attributes:
        status: as of HTTP: 200 co-signed; 400 malformed; 403 no signature of a trusted
            key; 404 unknown ledger; 409 another size, or another tree of that size, was
            co-signed last; 422 the proof does not hold.
        text: the co-signature's line; after 409 the size co-signed last.
    """

    status: int
    text: str = ""


@dataclass(frozen=True)
class Known:
    """A ledger that a witness trusts.

    Attributes:
        vkeys: its keys.
        note: the last head that was co-signed; empty at first.
        at: when, ISO 8601; empty at first.
        refused: requests that did not continue it.
    """

    origin: str
    vkeys: tuple[str, ...]
    note: str
    at: str
    refused: int


class Witness:
    """One witness, in a folder of its own: its key and what it has seen."""

    def __init__(self, folder: Path) -> None:
        """Open a witness.

        Raises:
            Misconfigured: there is none in the folder.
        """
        self._path = folder / "witness.db"
        try:
            name = (folder / "witness.name").read_text(encoding="utf-8").strip()
            self._signer = Signer(name, (folder / "witness.key").read_bytes(), COSIGNATURE)
        except (OSError, BadNote) as error:
            raise Misconfigured(
                f"{folder} holds no witness: {error}.",
                remedy="Make one with `scelle witness init --folder FOLDER NAME`.",
            ) from error
        if not self._path.is_file():
            # One that forgot what it saw could be made to co-sign anything.
            raise Misconfigured(
                f"What the witness in {folder} has seen is gone.",
                remedy="Restore witness.db, or make a new witness under another name and key.",
            )

    @classmethod
    def begin(cls, folder: Path, name: str) -> Witness:
        """Make a witness with a new key.

        Raises:
            BadInput: the folder holds one, or the name has a space or a ``+``.
        """
        try:
            Signer(name, bytes(32), COSIGNATURE)
        except BadNote as error:
            raise BadInput(
                f"{name!r} cannot name a witness: {error}.",
                remedy="Give a name such as inspectorate.example/witness-1.",
            ) from error
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.glob("witness.*")):
            raise BadInput(f"{folder} holds a witness.", remedy="Choose another folder.")
        with closing(sqlite3.connect(folder / "witness.db")) as db:
            for statement in _TABLES:
                db.execute(statement)
            db.commit()
        for file, data in (("key", secrets.token_bytes(32)), ("name", name.encode())):
            descriptor = os.open(folder / f"witness.{file}", os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                out.write(data)
        return cls(folder)

    @property
    def name(self) -> str:
        """Its name, which stands before its signatures."""
        return self._signer.name

    @property
    def vkey(self) -> str:
        """The verifier key to hand to those who check."""
        return str(self._signer.vkey)

    def trust(self, vkey: str) -> str:
        """Begin to witness a ledger, or follow it to a new key of the same origin.

        Returns:
            The ledger's origin.

        Raises:
            BadInput: not a ledger's verifier key.
        """
        try:
            key = VerifierKey.parse(vkey)
            if key.type != ED25519:
                raise BadNote("it is a witness' key, not a ledger's")
        except BadNote as error:
            raise BadInput(
                f"The key cannot be used: {error}.",
                remedy="Give the key that `scelle ledger verify` prints: NAME+ID+KEY.",
            ) from error
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO trusted VALUES (?, ?)", (vkey, key.name))
        return key.name

    def known(self) -> tuple[Known, ...]:
        """Every ledger that it trusts, by origin."""
        with closing(sqlite3.connect(self._path)) as db:
            found = []
            asked = "SELECT origin, group_concat(vkey, ' ') FROM trusted GROUP BY origin"
            for origin, keys in db.execute(asked).fetchall():
                seen = db.execute("SELECT note, at FROM seen WHERE origin = ?", (origin,))
                note, at = seen.fetchone() or ("", "")
                count = "SELECT count(*) FROM refused WHERE origin = ?"
                (refused,) = db.execute(count, (origin,)).fetchone()
                found.append(Known(origin, tuple(sorted(keys.split(" "))), note, at, refused))
        return tuple(sorted(found, key=lambda each: each.origin))

    def add_checkpoint(self, request: str, at: datetime) -> Answer:
        """Answer to a request (``add-checkpoint`` of tlog-witness).

        Steps, all within one transaction, so that two requests never both pass:
            (1) read the request; malformed: 400
            (2) an origin that is not trusted: 404; no signature of its keys: 403
            (3) the old size is above the new one: 400
            (4) the old size is not the one co-signed last: 409 with that size
            (5) the same size with another root: 409
            (6) the proof does not hold: 422
            (7) remember the head, durably, and co-sign it

        Args:
            request: old size, proof, empty line, signed head.
            at: the time that the co-signature states.
        """
        with self._writing() as db:
            try:  # (1)
                old, proof, note = _read(request)
                head = notes.parse(note)
            except (BadNote, ValueError):
                return Answer(400)
            asked = "SELECT vkey FROM trusted WHERE origin = ?"  # (2)
            keys = [VerifierKey.parse(k) for (k,) in db.execute(asked, (head.origin,))]
            if not keys:
                return Answer(404)
            try:
                notes.verify_any(note, keys)
            except BadNote:
                return Answer(403)
            if old > head.size:  # (3)
                return Answer(400)
            row = db.execute("SELECT note FROM seen WHERE origin = ?", (head.origin,)).fetchone()
            last = notes.parse(row[0]) if row else None
            size = last.size if last else 0
            old_root = last.root if last else merkle.EMPTY_ROOT
            if old != size:  # (4)
                return Answer(409, f"{size}\n")
            if last is not None and old == head.size:  # (5)
                sound = not proof and head.root == last.root
                answer = Answer(409, f"{size}\n")
            else:  # (6)
                sound = merkle.consistency_holds(old, head.size, proof, old_root, head.root)
                answer = Answer(422)
            if not sound:
                row = (head.origin, at.isoformat(), answer.status, request)
                db.execute(
                    "INSERT INTO refused (origin, at, status, request) VALUES (?,?,?,?)", row
                )
                return answer
            seen = (head.origin, note, at.isoformat(timespec="seconds"))  # (7)
            db.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", seen)
        return Answer(200, self._signer.cosign(head.text, int(at.timestamp())))

    def answer_file(self, request: str, at: datetime) -> str:
        """The co-signed head, to give back as a file.

        Raises:
            BadInput: why it is not co-signed.
        """
        answer = self.add_checkpoint(request, at)
        if answer.status == 200:
            return _read(request)[2] + answer.text
        raise BadInput(refusal(self.name, answer), remedy=_REMEDIES[answer.status])

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, _BUSY_SECONDS, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = FULL")
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")


def request_of(old: int, proof: Sequence[bytes], note: str) -> str:
    """What is sent to a witness."""
    lines = [base64.b64encode(each).decode() + "\n" for each in proof]
    return f"old {old}\n{''.join(lines)}\n{note}"


def refusal(name: str, answer: Answer) -> str:
    """In words, why a witness does not co-sign."""
    size = answer.text.strip()
    words = {
        400: "it cannot read the request",
        403: "it does not know the key that signed the head",
        404: "it does not know this ledger",
        409: f"it has co-signed another head of this ledger, of {size} entries",
        422: "the head does not continue the one that it co-signed: the ledger was altered",
    }
    return f"The witness {name} refuses: {words.get(answer.status, f'answer {answer.status}')}."


_REMEDIES = {
    400: "Make the request again with `scelle ledger ask-witness`.",
    403: "If the ledger's key was rotated, trust the new one with `scelle witness trust`.",
    404: "Trust its key first with `scelle witness trust`.",
    409: "Make a new request: `scelle ledger ask-witness` with --seen and that size.",
    422: "Find out who altered the ledger; keep the request, it is evidence.",
}


def _read(request: str) -> tuple[int, list[bytes], str]:
    head, blank, note = request.partition("\n\n")
    first, *lines = head.split("\n")
    word, space, size = first.partition(" ")
    if not blank or word != "old" or not space or len(lines) > _MOST_PROOF:
        raise ValueError("the request is not an old size, a proof and a head")
    if not (size.isascii() and size.isdigit() and len(size) < 20 and str(int(size)) == size):
        raise ValueError("the old size is not a number")
    proof = [base64.b64decode(line, validate=True) for line in lines]
    if any(len(each) != merkle.HASH_SIZE for each in proof):
        raise ValueError("a line of the proof is not a hash")
    return int(size), proof, note
