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

#: What ``format`` says.
FORMAT = "scelle-proof-1"


def prove(db: sqlite3.Connection, places: Iterable[int]) -> bytes:
    """The file.

    Args:
        db: a connection in a read transaction.
        places: of the entries.

    Raises:
        NotFound: there is no such entry.
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
        told.append(
            {
                "seq": seq,
                "leaf": json.loads(entry.leaf),
                "disclosed": {name: list(each) for name, each in entry.disclosed.items()},
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
