"""The ledger as one file for outsiders: JSON lines, each canonical (RFC 8785).

First line: ``format``, ``origin``, ``vkey`` (the key that the ledger began with).  Then
one line per entry: ``seq``, ``leaf`` (list of ``[name, digest]``) and ``disclosed`` (name
to ``[salt, value]``).  Then one line for the last head that each witness co-signed, for
each that was timestamped, and for each that hands over to another key: ``head``, the
signed note with all its signatures, and ``anchors``, the timestamp authorities' replies
(RFC 3161, base64).  Last line: ``checkpoint``, the last signed note.  No sealed byte and
no withheld field.  Since each
line is canonical, no bit of the file is without meaning.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from scelle.ledger import checkpoint as notes
from scelle.ledger import entries as forms
from scelle.ledger import outside, storage, verify
from scelle.ledger.canonical import canonical
from scelle.ledger.checkpoint import BadNote
from scelle.ledger.entries import Entry, Row
from scelle.ledger.verify import Problem, Report

#: What the first line's ``format`` says.
FORMAT = "scelle-ledger-2"


@dataclass(frozen=True)
class Head:
    """A head that others have to do with.

    Attributes:
        note: with all its signatures.
        anchors: replies of timestamp authorities, DER.
    """

    note: str
    anchors: tuple[bytes, ...] = ()


def heads(db: sqlite3.Connection) -> tuple[Head, ...]:
    """The last head that each witness co-signed, and those timestamped or handing over."""
    tokens: dict[int, list[bytes]] = {}
    for anchor in outside.anchors(db):
        tokens.setdefault(anchor.size, []).append(anchor.token)
    asked = """SELECT size, note FROM heads WHERE size IN (
        SELECT MAX(size) FROM cosignatures GROUP BY vkey UNION SELECT size FROM anchors
        UNION SELECT seq + 1 FROM keys) ORDER BY size"""
    return tuple(
        Head(outside.attached(db, size, note), tuple(tokens.get(size, [])))
        for size, note in db.execute(asked).fetchall()
    )


def export(db: sqlite3.Connection) -> Iterator[bytes]:
    """The file's lines, newlines included, from a connection in a read transaction."""
    note = storage.last_head(db)
    vkey = storage.keys(db)[0][1]
    yield from lines(vkey, storage.rows(db), heads(db), note)


def lines(vkey: str, rows: Iterable[Row], others: Iterable[Head], note: str) -> Iterator[bytes]:
    """The same, from its parts."""
    origin = vkey.split("+")[0]
    yield canonical({"format": FORMAT, "origin": origin, "vkey": vkey}) + b"\n"
    for seq, leaf, disclosed, _, _ in rows:
        # Both are canonical as they stand.
        yield f'{{"disclosed":{disclosed},"leaf":{leaf},"seq":{seq}}}\n'.encode()
    for head in others:
        told = [base64.b64encode(token).decode() for token in head.anchors]
        yield canonical({"head": head.note, "anchors": told}) + b"\n"
    yield canonical({"checkpoint": note}) + b"\n"


def verify_export(
    lines: Iterable[bytes],
    *,
    vkey: str = "",
    earlier: Sequence[str] = (),
    witnesses: Sequence[str] = (),
) -> Report:
    """Hold an exported file against its signed head.

    Args:
        lines: the file's, newlines included.
        vkey: the key to trust; empty takes the file's own word for it.
        earlier: signed heads kept from before.
        witnesses: verifier keys that must have co-signed a head.
    """
    file = _File()
    for number, line in enumerate(lines):
        file.take(number, _parse(number, line, file.problems))
    stated = {name: file.first.get(name) for name in ("format", "origin", "vkey")}
    if set(file.first) != set(stated) or stated["format"] != FORMAT:
        file.wrong("The first line is not that of a ledger's export.")
    if set(file.last) != {"checkpoint"}:
        file.wrong("The last line is not the signed head.")
    key = str(stated["vkey"])
    if key.split("+")[0] != stated["origin"]:
        file.wrong("The file's origin is not its key's.")
    report = verify.verify(
        map(verify.look, file.entries),
        str(file.last.get("checkpoint")),
        key,
        trusted=vkey,
        heads=file.heads,
        earlier=earlier,
        witnesses=witnesses,
    )
    return replace(report, problems=(*file.problems, *report.problems))


@dataclass
class _File:
    """A file's lines, told apart."""

    first: dict[str, object] = field(default_factory=dict)
    last: dict[str, object] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, text: str, seq: int | None = None) -> None:
        self.problems.append(Problem("format", seq, text))

    def take(self, number: int, line: dict[str, object]) -> None:
        """Put a line where it belongs."""
        if self.last:
            self.wrong(f"Line {number + 1} follows the signed head.")
        elif number == 0:
            self.first = line
        elif set(line) == {"checkpoint"}:
            self.last = line
        elif set(line) == {"anchors", "head"}:
            self._head(number, line)
        elif self.heads:
            self.wrong(f"Line {number + 1} follows the heads.")
        else:
            self._entry(len(self.entries), line)

    def _head(self, number: int, line: dict[str, object]) -> None:
        tokens = line["anchors"]
        try:
            if not isinstance(tokens, list) or not all(_is_base64(t) for t in tokens):
                raise ValueError("its timestamps are not base64")
            sizes = [notes.size_of(note) for note in (*self.heads, str(line["head"]))]
            if sizes != sorted(set(sizes)):
                raise ValueError("the heads are not in order")
        except (ValueError, BadNote) as error:
            self.wrong(f"Line {number + 1} is not a head: {error}.")
        self.heads.append(str(line["head"]))

    def _entry(self, place: int, line: dict[str, object]) -> None:
        seq = line.get("seq")
        try:
            if set(line) != {"seq", "leaf", "disclosed"} or type(seq) is not int:
                raise ValueError("it does not have the three parts of an entry")
            disclosed = forms.load_salted(canonical(line["disclosed"]))
            leaf = canonical(line["leaf"])
        except ValueError as error:
            self.wrong(f"The line at place {place} is not an entry: {error}.", place)
            return
        self.entries.append(Entry(seq, leaf, disclosed, {}, None))


def _is_base64(text: object) -> bool:
    try:
        return isinstance(text, str) and base64.b64encode(base64.b64decode(text)).decode() == text
    except ValueError:
        return False


def _parse(number: int, line: bytes, problems: list[Problem]) -> dict[str, object]:
    try:
        value = json.loads(line)
        if isinstance(value, dict) and canonical(value) + b"\n" == line:
            return value
    except (ValueError, RecursionError):
        pass
    text = f"Line {number + 1} is not a canonical JSON object."
    problems.append(Problem("format", None, text))
    return {}
