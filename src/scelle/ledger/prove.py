"""Some entries of the ledger, each with the proof that it is in the signed tree.

One canonical JSON object: ``format``, ``vkey`` (the key that signs now), ``checkpoint``,
``entries`` with ``seq``, ``leaf``, ``disclosed``, ``proof`` (audit path, base64).  A bundle
of evidence holds such a file; whoever has it needs no ledger to check it.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterable

from scelle.errors import NotFound
from scelle.ledger import checkpoint as notes
from scelle.ledger import merkle, outside, storage
from scelle.ledger.canonical import canonical
from scelle.ledger.entries import Salted, Value, key_label, open_salted

#: What ``format`` says.
FORMAT = "scelle-proof-1"
#: The same of the proof that a tree grew from another.
GROWTH = "scelle-growth-1"


def prove(db: sqlite3.Connection, places: Iterable[int], key: bytes | None = None) -> bytes:
    """The file.

    Args:
        db: a connection in a read transaction.
        places: of the entries.
        key: shows the sealed fields of the entries that it sealed, beside the others.

    Raises:
        NotFound: there is no such entry.
        LedgerDamaged: an entry's sealed fields do not open.
    """
    note = storage.last_head(db)
    size = notes.size_of(note)
    node = storage.node_reader(db)
    told = []
    for seq in sorted(set(places)):
        entry = next(storage.read(db, "seq = ?", (seq,)), None) if seq < size else None
        if entry is None:
            raise NotFound(
                f"The ledger has no entry {seq}.",
                remedy="Run `scelle ledger show` to see which entries there are.",
            )
        path = merkle.inclusion_proof(seq, size, node)
        shown: Salted = entry.disclosed
        if key is not None and entry.withheld["key"][1] == key_label(key):
            hidden = open_salted(entry, key)
            shown = {**shown, **{n: each for n, each in hidden.items() if _everywhere(each[1])}}
        told.append(
            {
                "seq": seq,
                "leaf": json.loads(entry.leaf),
                "disclosed": {name: list(each) for name, each in shown.items()},
                "proof": [base64.b64encode(each).decode() for each in path],
            }
        )
    signed = outside.attached(db, size, note)
    whole = {
        "format": FORMAT,
        "vkey": storage.keys(db)[-1][1],
        "checkpoint": signed,
        "entries": told,
    }
    return canonical(whole) + b"\n"


def _everywhere(value: Value) -> bool:
    """Whether a value is written alike by every JSON library: no fraction with an exponent."""
    if isinstance(value, float):
        return 1e-4 <= abs(value) < 1e16
    if isinstance(value, dict):
        return all(map(_everywhere, value.values()))
    return all(map(_everywhere, value)) if isinstance(value, list) else True


def told_growth(old: int, new: int, path: Iterable[bytes]) -> bytes:
    """The proof that a tree grew from another, as a file: sizes, and hashes in base64."""
    proof = [base64.b64encode(each).decode() for each in path]
    return canonical({"format": GROWTH, "from": old, "to": new, "proof": proof}) + b"\n"
