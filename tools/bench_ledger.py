#!/usr/bin/env python3
"""Measure the ledger on this disk: ``python tools/bench_ledger.py [ENTRIES]``.

Prints appends per second, each committed to the disk with its signed head, and
the time of an inclusion and of a consistency proof, of an export and of a full
check.  Median and range over all appends or over 200 proofs.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Draft

PROOFS = 200


def timed(action: Callable[[], object]) -> float:
    """Milliseconds that an action takes."""
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def told(name: str, taken: list[float]) -> str:
    """One line about some times in milliseconds."""
    low, middle, high = min(taken), statistics.median(taken), max(taken)
    return f"{name:24}{middle:9.2f} ms   ({low:.2f} to {high:.2f})"


def main(count: int) -> None:
    """Fill a ledger of ``count`` entries in a temporary folder, and measure."""
    draft = Draft(
        {"month": "2026-03", "act": "search-tracks", "result": "done", "counts": {"tracks": 3}},
        {"agent": "agent-1", "case": "c" * 26, "objects": {}, "parameters": {}},
        b"k" * 32,
    )
    with tempfile.TemporaryDirectory() as folder:
        book = Book(Path(folder) / "ledger.db", Signer("bench", b"s" * 32))
        appends = [timed(lambda: book.append(draft)) for _ in range(count)]
        print(f"{count} entries: {1000 * count / sum(appends):.0f} appends/s")
        print(told("append", appends))
        places = [(i * 7919) % count for i in range(PROOFS)]
        for name, prove in (
            ("inclusion proof", book.inclusion_proof),
            ("consistency proof", book.consistency_proof),
        ):
            print(told(name, [timed(partial(prove, place, count)) for place in places]))
        print(told("export", [timed(lambda: sum(map(len, book.export())))]))
        print(told("full check", [timed(book.check)]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
