"""How fast the ledger is, at any size: appends, proofs, verification, export."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import scelle
from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Draft
from scelle.ledger.tally import blinding_key, tally
from scelle.model.acts import Progress, no_progress

#: Entries of one commit while filling, and where commits of one asker are measured.
GROUP = 256
#: Askers at once, each waiting for its own entry to be on the disk.
ASKERS = 32
#: How often latencies and proofs are taken.
TIMES = 200

_CONCURRENT = 4096
_FIELDS: dict[str, object] = {
    "phase": "outcome",
    "act": "search-tracks",
    "result": "done",
    "month": "2026-03",
    "framework": "preliminaire",
    "service": "SR-1",
    "offence_family": "theft",
    "demonstration": False,
    "rules": [],
    "counts": {"exhibits": 1, "tracks": 3},
}


@dataclass(frozen=True)
class Times:
    """Median and range over repetitions, milliseconds."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class LedgerMeasured:
    """What a ledger took.

    Attributes:
        entries: at the end.
        filled: entries written to reach the size asked for; 0 when they were there.
        fill_rate: of these, a second, in commits of :data:`GROUP`; 0.0 for none.
        append: one asker, one entry a commit.
        group_rate: entries a second of one asker who brings :data:`GROUP` at a time.
        concurrent_rate: entries a second of :data:`ASKERS` askers with one each.
        tally: what the door computes for each entry before it asks, on one core.
        inclusion, consistency: proofs.
        check_s: everything stored verified, seconds.
        export_s, export_bytes: the file for outsiders.
        verifier_s: ``tools/verify.py`` on that file, seconds; 0.0 where it is not there.
        stored_bytes: database and log on the disk.
    """

    entries: int
    filled: int
    fill_rate: float
    append: Times
    group_rate: float
    concurrent_rate: float
    tally: Times
    inclusion: Times
    consistency: Times
    check_s: float
    export_s: float
    export_bytes: int
    verifier_s: float
    stored_bytes: int

    def view(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


def bench_ledger(
    entries: int, folder: Path | None = None, progress: Progress = no_progress
) -> LedgerMeasured:
    """Fill a ledger and measure it at that size.

    Args:
        entries: how many there are when the measuring begins.
        folder: where the ledger is kept and found again; else it is made anew and removed.
        progress: told entries, and steps of the measuring.
    """
    with _place(folder) as place:
        book = Book(place / "ledger.db", Signer("bench", b"s" * 32))
        try:
            begun, start = book.size(), time.perf_counter()
            _fill(book, entries, progress)
            took, filled = time.perf_counter() - start, max(0, entries - begun)
            return _measure(book, place, filled, filled / took if filled else 0.0, progress)
        finally:
            book.close()


def _fill(book: Book, entries: int, progress: Progress) -> None:
    size, draft = book.size(), _draft()
    while size < entries:
        count = min(GROUP, entries - size)
        book.append_all([draft] * count, datetime.now(UTC))
        size += count
        progress("fill", size, entries, "entries")


def _measure(
    book: Book, place: Path, filled: int, fill_rate: float, progress: Progress
) -> LedgerMeasured:
    steps = iter(range(1, 10))

    def step() -> None:
        progress("measure", next(steps), 9, "steps")

    draft = _draft()
    append = times(lambda _: book.append(draft, datetime.now(UTC)))
    step()
    start = time.perf_counter()
    for _ in range(16):
        book.append_all([draft] * GROUP, datetime.now(UTC))
    group_rate = 16 * GROUP / (time.perf_counter() - start)
    step()
    concurrent_rate = _concurrently(book, draft)
    step()
    key = blinding_key(b"k" * 32)
    tallied = times(lambda _: tally(draft.disclosed, key))
    step()
    size = book.size()
    places = [(i * 7919) % size for i in range(TIMES)]
    inclusion = times(lambda i: book.inclusion_proof(places[i], size))
    step()
    consistency = times(lambda i: book.consistency_proof(places[i], size))
    step()
    start = time.perf_counter()
    report = book.check()
    check_s = time.perf_counter() - start
    if not report.ok:
        raise AssertionError(f"the ledger that was measured does not hold: {report.problems[0]}")
    step()
    file = place / "export.jsonl"
    start = time.perf_counter()
    with file.open("wb") as out:
        out.writelines(book.export())
    export_s = time.perf_counter() - start
    step()
    verifier_s, export_bytes = _verified(file), file.stat().st_size
    file.unlink()
    step()
    return LedgerMeasured(
        entries=size,
        filled=filled,
        fill_rate=fill_rate,
        append=append,
        group_rate=group_rate,
        concurrent_rate=concurrent_rate,
        tally=tallied,
        inclusion=inclusion,
        consistency=consistency,
        check_s=check_s,
        export_s=export_s,
        export_bytes=export_bytes,
        verifier_s=verifier_s,
        stored_bytes=sum(path.stat().st_size for path in place.glob("ledger.db*")),
    )


def _concurrently(book: Book, draft: Draft) -> float:
    def ask() -> None:
        for _ in range(_CONCURRENT // ASKERS):
            book.append(draft, datetime.now(UTC))

    askers = [threading.Thread(target=ask) for _ in range(ASKERS)]
    start = time.perf_counter()
    for each in askers:
        each.start()
    for each in askers:
        each.join()
    return _CONCURRENT / (time.perf_counter() - start)


def _verified(file: Path) -> float:
    """Seconds that the independent verifier takes, in a process of its own."""
    tool = Path(scelle.__file__).parents[2] / "tools" / "verify.py"
    if not tool.is_file():
        return 0.0
    start = time.perf_counter()
    subprocess.run([sys.executable, tool, file], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def times(action: Callable[[int], object], count: int = TIMES) -> Times:
    """Median and range of an action's time; the action is told its number."""
    taken: list[float] = []
    for number in range(count):
        start = time.perf_counter()
        action(number)
        taken.append(1000 * (time.perf_counter() - start))
    return Times(statistics.median(taken), min(taken), max(taken))


def _draft() -> Draft:
    """An entry as the door writes them: as many fields, as long."""
    fields = dict(_FIELDS)
    disclosed = {**fields, "tally": tally(fields, blinding_key(b"k" * 32))}  # type: ignore[arg-type]
    sealed: dict[str, object] = {
        "at": "2026-03-01T10:00:00.123456+00:00",
        "agent": "agent-1",
        "case": "c" * 26,
        "reason": "Look for the red coat.",
        "mandate": "m" * 26,
        "parameters": {"exhibit_ids": ["e" * 26], "query": {"colour": "red"}},
        "objects": {"e" * 26: "ab" * 32},
        "error": "",
        "decision": 12,
    }
    return Draft(disclosed, sealed, b"k" * 32)  # type: ignore[arg-type]


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def rows(measured: LedgerMeasured) -> Sequence[tuple[str, str]]:
    """What is printed: name and figure."""

    def told(each: Times) -> str:
        return f"{each.median:.2f} ms ({each.low:.2f} to {each.high:.2f})"

    m = measured
    lines = [
        (
            "one asker, one entry a commit",
            f"{told(m.append)}, {1000 / m.append.median:.0f} a second",
        ),
        (f"one asker, {GROUP} entries a commit", f"{m.group_rate:.0f} a second"),
        (f"{ASKERS} askers at once, one entry each", f"{m.concurrent_rate:.0f} a second"),
        ("tally of one entry, by the door before it asks", told(m.tally)),
        ("inclusion proof", told(m.inclusion)),
        ("consistency proof", told(m.consistency)),
        ("full verification", f"{m.check_s:.1f} s"),
        ("export", f"{m.export_s:.1f} s, {m.export_bytes / 2**20:.0f} MiB"),
        (
            "on the disk",
            f"{m.stored_bytes / 2**20:.0f} MiB, {m.stored_bytes / m.entries:.0f} bytes an entry",
        ),
    ]
    if m.filled:
        lines.insert(0, ("filling", f"{m.filled} entries, {m.fill_rate:.0f} a second"))
    if m.verifier_s:
        lines.append(("tools/verify.py on the export", f"{m.verifier_s:.1f} s"))
    return lines
