"""One pass over the entries of a period: totals by cell, and what proves them.

An entry goes out as a *record*, which shows its tally and hides every other field:

    1 byte: which list of field names (its *shape*), then 32 bytes for the digest of each
    field but ``tally``, in order of name, then the tally's salt (16), nonce (16) and
    point (64)

From a record follows the entry's leaf, and from all leaves the signed root.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from scelle.errors import LedgerDamaged
from scelle.ledger import curve
from scelle.ledger import tally as tallies
from scelle.ledger.cores import helped, in_order
from scelle.ledger.curve import Point
from scelle.ledger.entries import Entry, Value, split_leaf

#: Entries in one file of records.
CHUNK = 4096

#: Leaf and disclosed fields of entries from a place to before another.
Stored = Callable[[int, int], Iterable[tuple[str, str]]]

_TALLY = "tally"
_KEYS = ("phase", "act", "result", *tallies.DIMENSIONS, "demonstration")


class Ledger(Protocol):
    """The ledger, for reading alone: :class:`scelle.ledger.book.Book` is one."""

    @property
    def origin(self) -> str:
        """The ledger's own name."""
        ...

    @property
    def vkey(self) -> str:
        """Its verifier key."""
        ...

    def head(self) -> str:
        """The last signed head."""
        ...

    def entry(self, seq: int) -> Entry:
        """One entry."""
        ...

    def outcomes(self, acts: Collection[str]) -> Iterator[Entry]:
        """Entries that tell that one of some acts was done; in order."""
        ...

    @property
    def path(self) -> Path:
        """Its file, which other processes read too."""
        ...

    def subtrees(self, places: Iterable[tuple[int, int]]) -> list[bytes]:
        """Hashes of complete subtrees ``(level, index)``."""
        ...

    def inclusion_proof(self, seq: int, size: int) -> tuple[bytes, ...]:
        """Audit path of an entry in the tree of ``size`` entries."""
        ...


@dataclass
class Collected:
    """What the entries of a period add up to.

    Attributes:
        amounts: by cell, those of a demonstration apart.
        blinding: sum of the blindings, below the group's order.
        point: sum of the tallies: the commitment to ``amounts`` under ``blinding``.
        shapes: lists of field names that leaves have.
    """

    amounts: dict[str, int] = field(default_factory=dict)
    blinding: int = 0
    point: Point = curve.ZERO
    shapes: list[tuple[str, ...]] = field(default_factory=list)


def collect(
    stored: Stored,
    span: range,
    key: bytes,
    write: Callable[[int, bytes], None],
    advance: Callable[[int], None],
) -> Collected:
    """Read entries once, on all cores where they are many.

    Args:
        stored: gives leaf and disclosed fields of a span, as the ledger stores them; other
            processes call it too, each for the chunks that it reads.
        span: the entries' places.
        key: what blindings follow from.
        write: given the first place and the records of each chunk of :data:`CHUNK`.
        advance: told the number of entries read so far.

    Raises:
        LedgerDamaged: an entry has no tally, or not the one of its fields.
    """
    found = Collected()
    groups: dict[tuple[object, ...], _Group] = {}
    shapes: dict[tuple[str, ...], int] = {}
    chunks = (
        (stored, start, min(start + CHUNK, span.stop), key)
        for start in range(span.start, span.stop, CHUNK)
    )
    read = in_order(_read, chunks) if helped(len(span)) else map(_read, chunks)
    place = span.start
    for part in read:
        if part.untallied is not None:
            raise _untallied(place + part.untallied)
        numbers = [shapes.setdefault(names, len(shapes)) for names in part.shapes]
        write(place, _numbered(part, numbers))
        found.point = curve.add(found.point, part.point)
        found.blinding = (found.blinding + part.blinding) % curve.ORDER
        for group_key, group in part.groups.items():
            groups.setdefault(group_key, _Group(group.fields)).merge(group)
        place += part.entries
        advance(place - span.start)
    found.shapes = list(shapes)
    for group in groups.values():
        group.add_to(found.amounts)
    committed = tallies.commitment(found.amounts, found.blinding)
    if not curve.same(committed, found.point):
        raise LedgerDamaged(
            "The entries' tallies are not those of their fields.",
            remedy="Run `scelle ledger verify`: an entry was altered, or the installation's key is "
            "not the one it was written under.",
        )
    return found


@dataclass
class _Group:
    """Entries that differ in nothing but their counts."""

    fields: Mapping[str, Value]
    entries: int = 0
    counts: dict[str, Any] = field(default_factory=dict)

    def merge(self, other: _Group) -> None:
        self.entries += other.entries
        for name, amount in other.counts.items():
            self.counts[name] = self.counts.get(name, 0) + amount

    def add_to(self, total: dict[str, int]) -> None:
        for cell, one in tallies.amounts({**self.fields, "counts": {}}).items():
            total[cell] = total.get(cell, 0) + one * self.entries
        held = {**self.fields, "rules": [], "counts": self.counts}
        for cell, amount in tallies.amounts(held).items():
            if cell.split("|")[1] != "entries":
                total[cell] = total.get(cell, 0) + amount


@dataclass
class _Part:
    """What a chunk of entries adds up to.

    Attributes:
        entries: how many.
        shapes: lists of field names, in the order in which they occur, and the size of a
            record of each.
        records: one after the other, each beginning with the place of its shape in
            ``shapes``.
        untallied: which of the entries has no tally; the rest is then empty.
    """

    entries: int = 0
    shapes: dict[tuple[str, ...], int] = field(default_factory=dict)
    records: bytes = b""
    point: Point = curve.ZERO
    blinding: int = 0
    groups: dict[tuple[object, ...], _Group] = field(default_factory=dict)
    untallied: int | None = None


def _read(task: tuple[Stored, int, int, bytes]) -> _Part:
    stored, start, stop, key = task
    part = _Part()
    # The innermost loop of a publication: what it calls is looked up once.
    parse, unbase, add = json.loads, binascii.a2b_base64, curve.add
    point, blinding = curve.ZERO, 0
    records: list[bytes] = []
    numbers: dict[tuple[str, ...], bytes] = {}
    for leaf, disclosed in stored(start, stop):
        fields = parse(disclosed)
        if _TALLY not in fields:
            return _Part(untallied=len(records))
        names, digests = split_leaf(leaf)
        salt, text = fields[_TALLY]
        raw = unbase(text)
        del digests[names.index(_TALLY)]
        if (number := numbers.get(names)) is None:
            number = numbers[names] = bytes([len(numbers)])
        record = b"".join([number, *map(unbase, digests), unbase(salt), raw])
        part.shapes[names] = len(record)
        records.append(record)
        point = add(point, curve.decode(raw[tallies.NONCE_SIZE :]))
        blinding += tallies.blinding(key, raw[: tallies.NONCE_SIZE])
        rules = fields["rules"][1]
        group_key = (*[fields[name][1] for name in _KEYS], *rules)
        group = part.groups.get(group_key)
        if group is None:
            values = {name: fields[name][1] for name in _KEYS}
            group = part.groups[group_key] = _Group({**values, "rules": rules})
        group.entries += 1
        for name, amount in fields["counts"][1].items():
            group.counts[name] = group.counts.get(name, 0) + amount
    part.point, part.blinding = point, blinding
    part.entries, part.records = len(records), b"".join(records)
    return part


def _numbered(part: _Part, numbers: Sequence[int]) -> bytes:
    """A chunk's records under the numbers that its shapes have in the whole."""
    sizes = list(part.shapes.values())
    records, at = bytearray(part.records), 0
    while at < len(records):
        number = records[at]
        records[at] = numbers[number]
        at += sizes[number]
    return bytes(records)


def shown(entry: Entry, path: Iterable[bytes], names: Iterable[str]) -> dict[str, object]:
    """An entry as JSON: its leaf, some of its disclosed fields, and its place in the tree."""
    return {
        "seq": entry.seq,
        "leaf": json.loads(entry.leaf),
        "disclosed": {name: list(entry.disclosed[name]) for name in names},
        "path": [base64.b64encode(each).decode() for each in path],
    }


def subtrees_after(stop: int, size: int) -> list[tuple[int, int]]:
    """The complete subtrees ``(level, index)`` over the entries from ``stop`` to ``size``."""
    places = []
    while stop < size:
        level = (size - stop).bit_length() - 1
        if stop:
            level = min(level, (stop & -stop).bit_length() - 1)
        places.append((level, stop >> level))
        stop += 1 << level
    return places


def _untallied(place: int) -> LedgerDamaged:
    return LedgerDamaged(
        f"Entry {place} has no tally, so that its period cannot be proved.",
        remedy="Choose a period that begins after Scelle was upgraded to this version.",
    )
