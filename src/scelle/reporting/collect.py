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
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from scelle.errors import LedgerDamaged
from scelle.ledger import curve
from scelle.ledger import tally as tallies
from scelle.ledger.cores import helped, in_order
from scelle.ledger.curve import Point
from scelle.ledger.entries import Entry, Value, split_leaf

#: Entries in one file of records.
CHUNK = 4096

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

    def stored(self, start: int, stop: int) -> Iterator[tuple[str, str]]:
        """Leaf and disclosed fields of entries, as they are stored."""
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
    rows: Iterable[tuple[str, str]],
    span: range,
    key: bytes,
    write: Callable[[int, bytes], None],
    advance: Callable[[int], None],
) -> Collected:
    """Read entries once, on all cores where they are many.

    Args:
        rows: leaf and disclosed fields of each, as the ledger stores them.
        span: their places.
        key: what blindings follow from.
        write: given the first place and the records of each chunk of :data:`CHUNK`.
        advance: told the number of entries read so far.

    Raises:
        LedgerDamaged: an entry has no tally, or not the one of its fields.
    """
    found = Collected()
    groups: dict[tuple[object, ...], _Group] = {}
    shapes: dict[tuple[str, ...], bytes] = {}
    chunks = ((chunk, key) for chunk in _chunks(rows))
    read = in_order(_read, chunks) if helped(len(span)) else map(_read, chunks)
    place = span.start
    for part in read:
        if part.untallied is not None:
            raise _untallied(place + part.untallied)
        for names, _ in part.records:
            if names not in shapes:
                shapes[names] = bytes([len(shapes)])
        write(place, b"".join([shapes[names] + rest for names, rest in part.records]))
        found.point = curve.add(found.point, part.point)
        found.blinding = (found.blinding + part.blinding) % curve.ORDER
        for group_key, group in part.groups.items():
            groups.setdefault(group_key, _Group(group.fields)).merge(group)
        place += len(part.records)
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


def _chunks(rows: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    each = iter(rows)
    while chunk := list(islice(each, CHUNK)):
        yield chunk


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
        records: the field names of each, and its record without their number.
        untallied: which of them has no tally; the rest is then empty.
    """

    records: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    point: Point = curve.ZERO
    blinding: int = 0
    groups: dict[tuple[object, ...], _Group] = field(default_factory=dict)
    untallied: int | None = None


def _read(task: tuple[list[tuple[str, str]], bytes]) -> _Part:
    rows, key = task
    part = _Part()
    # The innermost loop of a publication: what it calls is looked up once.
    parse, unbase, add = json.loads, binascii.a2b_base64, curve.add
    point, blinding = curve.ZERO, 0
    # One object for each list of names: it goes to another process once, not with each entry.
    shapes: dict[tuple[str, ...], tuple[str, ...]] = {}
    for leaf, disclosed in rows:
        fields = parse(disclosed)
        if _TALLY not in fields:
            return _Part(untallied=len(part.records))
        names, digests = split_leaf(leaf)
        salt, text = fields[_TALLY]
        raw = unbase(text)
        del digests[names.index(_TALLY)]
        record = b"".join([*map(unbase, digests), unbase(salt), raw])
        part.records.append((shapes.setdefault(names, names), record))
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
    return part


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
