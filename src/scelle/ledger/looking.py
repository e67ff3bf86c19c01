"""Looks at every stored entry, on all cores once there are many."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from scelle.ledger import storage
from scelle.ledger.cores import MANY, helped, in_order
from scelle.ledger.rows import look_row
from scelle.ledger.verify import Seen

#: Entries that a process looks at in one go.
_CHUNK = 8192


def all_seen(db: sqlite3.Connection, many: int = MANY) -> Iterator[Seen]:
    """Every entry looked at, in order.

    Args:
        db: a connection in a read transaction; other processes open the same file, and
            read the entries that this transaction sees: none of them ever changes.
        many: from so many entries on, other processes help.
    """
    (count,) = db.execute("SELECT count(*) FROM entries").fetchone()
    if not helped(count, many):
        yield from map(look_row, storage.rows(db))
        return
    (path,) = (Path(file) for _, name, file in db.execute("PRAGMA database_list") if name == "main")
    # By key, not by place: an entry whose place is wrong is looked at too.
    firsts = [
        first
        for (first,) in db.execute(
            "SELECT seq FROM (SELECT seq, row_number() OVER (ORDER BY seq) - 1 AS n FROM entries)"
            " WHERE n % ? = 0",
            (_CHUNK,),
        )
    ]
    ranges = list(zip(firsts, [*firsts[1:], 2**63 - 1], strict=True))
    (last,) = db.execute("SELECT MAX(seq) FROM entries").fetchone()
    ranges[-1] = (ranges[-1][0], last + 1)
    for seen in in_order(_look_at, ((path, start, end) for start, end in ranges)):
        yield from seen


def _look_at(task: tuple[Path, int, int]) -> list[Seen]:
    path, start, end = task
    with closing(storage.connect(path)) as db:
        return list(map(look_row, storage.rows(db, "seq >= ? AND seq < ?", (start, end))))
