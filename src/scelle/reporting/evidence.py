"""The part of a published folder that machines read: figures, and what proves them.

data/figures.json        the figures, the signed head, where the period lies in the tree
data/figures.csv         the same figures, one a line
proof/opening.json       the proof that the figures are what the tallies add up to
proof/entries-N.bin      a record of each entry of the period, from place N
manifest.txt             SHA-256 of every other file, signed by the ledger's key
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scelle.errors import BadInput
from scelle.ledger import merkle
from scelle.ledger.canonical import canonical
from scelle.ledger.checkpoint import VerifierKey
from scelle.ledger.checkpoint import verify as read_head
from scelle.ledger.entries import Entry
from scelle.ledger.reader import Reader
from scelle.model.acts import Progress
from scelle.reporting.collect import CHUNK, Collected, Ledger, collect, shown, subtrees_after
from scelle.reporting.disclosure import SMALL
from scelle.reporting.opening import prove
from scelle.reporting.period import Period, first_place
from scelle.reporting.tables import Statement, tabulate

FORMAT = "scelle-publication-1"
MANIFEST = "manifest.txt"

#: Acts that concern the installation and no case: their outcomes are shown whole.
NOTABLE = frozenset(
    {"installed", "upgraded", "enabled", "disabled", "attest", "record-commitment", "publish"}
)
#: What is shown of them.
_SHOWN = ("phase", "act", "result", "month", "counts")


#: Gives the signature line of a text, by the ledger's key.
Signs = Callable[[str], str]


@dataclass(frozen=True)
class Span:
    """Where a period lies in the ledger.

    Attributes:
        start, stop: places, ``stop`` excluded.
        size: entries of the ledger when it was read.
        head: its signed head then.
    """

    start: int
    stop: int
    size: int
    head: str


def find(ledger: Ledger, period: Period) -> Span:
    """Find a period's entries."""
    head = ledger.head()
    size = read_head(head, VerifierKey.parse(ledger.vkey)).size

    def month_at(place: int) -> str:
        return str(ledger.entry(place).value("month"))

    start = first_place(size, month_at, period.first)
    # The month after: "2026-12" < "2026-12~" < "2027-01".
    stop = first_place(size, month_at, f"{period.last}~")
    return Span(start, stop, size, head)


def gather(
    ledger: Ledger,
    span: Span,
    key: bytes,
    write: Callable[[int, bytes], None],
    progress: Progress,
) -> Collected:
    """Read the period's entries once; see :func:`scelle.reporting.collect.collect`."""

    def advance(done: int) -> None:
        progress("read the ledger", done, span.stop - span.start, "entries")

    stored = Reader(ledger.path).stored
    return collect(stored, range(span.start, span.stop), key, write, advance)


def write_evidence(
    folder: Path,
    ledger: Ledger,
    period: Period,
    span: Span,
    history: Sequence[Entry],
    key: bytes,
    progress: Progress,
) -> Statement:
    """Write ``data`` and ``proof``.

    Args:
        folder: exists and is empty.
        span: where the period lies.
        history: the outcomes of :data:`NOTABLE` acts before the period's end, in order.
        key: what blindings follow from; decides what is withheld as well.

    Raises:
        BadInput: the period has no entry.
        LedgerDamaged: an entry has no tally, or not that of its fields.
    """
    (folder / "data").mkdir()
    (folder / "proof").mkdir()
    if span.start == span.stop:
        raise BadInput(
            f"the ledger has no entry from {period.first} to {period.last}",
            remedy="Choose months in which the installation was used; scelle ledger show "
            "tells them.",
        )

    def write(first: int, records: bytes) -> None:
        (folder / "proof" / f"entries-{first}.bin").write_bytes(records)

    found = gather(ledger, span, key, write, progress)
    progress("compute and prove", 0, 1, "steps")
    statement = tabulate(found.amounts, period, key)
    told = _json(ledger, period, span, history, found, statement)
    text = canonical(told)
    cells = statement.cells()
    opening = prove(
        hashlib.sha256(text).digest(),
        found.point,
        found.amounts,
        cells,
        found.blinding,
        [relation for relation, _ in statement.relations()],
    )
    (folder / "data" / "figures.json").write_bytes(text)
    (folder / "data" / "figures.csv").write_text(
        values_table(statement), encoding="utf-8", newline=""
    )
    (folder / "proof" / "opening.json").write_bytes(canonical(opening))
    progress("compute and prove", 1, 1, "steps")
    return statement


def sign_manifest(folder: Path, sign: Signs, origin: str, form: str = FORMAT) -> None:
    """Write ``manifest.txt`` over every file that is in the folder.

    Lines ``<SHA-256>  <path>`` in order of path, after the format and the origin, then
    an empty line and the signature: a C2SP signed note.
    """
    paths = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    lines = [form, origin]
    for path in paths:
        with (folder / path).open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path}")
    text = "\n".join(lines) + "\n"
    (folder / MANIFEST).write_text(f"{text}\n{sign(text)}", encoding="utf-8", newline="")


def values_table(statement: Statement) -> str:
    """The figures as CSV (RFC 4180): figure, dimension, value, count.

    Where a count is withheld it says so; ``withheld`` in place of a value is the sum of
    those of its table.  Hours are in seconds, as in the ledger.
    """
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(["figure", "dimension", "value", "count"])
    for each in statement.figures:
        name = each.figure.name
        out.writerow([name, "all", "", each.total])
        out.writerow([name, "demonstration", "", each.demonstration])
        for dimension, rows in each.tables.items():
            for value, count in rows.rows.items():
                out.writerow([name, dimension, value, "withheld" if count is None else count])
            out.writerow([name, dimension, "withheld", rows.withheld])
    return text.getvalue()


def _json(
    ledger: Ledger,
    period: Period,
    span: Span,
    history: Sequence[Entry],
    found: Collected,
    statement: Statement,
) -> dict[str, object]:
    after = subtrees_after(span.stop, span.size)
    return {
        "format": FORMAT,
        "origin": ledger.origin,
        "vkey": ledger.vkey,
        "period": [period.first, period.last],
        "head": span.head,
        "size": span.size,
        "range": [span.start, span.stop],
        "left": _base64(ledger.subtrees(merkle.frontier_nodes(span.start))),
        "right": [
            [level, text]
            for (level, _), text in zip(after, _base64(ledger.subtrees(after)), strict=True)
        ],
        "borders": [_show(ledger, span, place, ("month",)) for place in _borders(span)],
        "history": [_show(ledger, span, entry.seq, _SHOWN) for entry in history],
        "shapes": [list(shape) for shape in found.shapes],
        "chunk": CHUNK,
        "small": SMALL,
        "kinds": {kind: list(quantities) for kind, quantities in statement.kinds.items()},
        "values": {dimension: list(values) for dimension, values in statement.values.items()},
        "rules": list(statement.rules),
        "figures": [
            {
                "name": each.figure.name,
                "kinds": list(each.figure.kinds),
                "quantity": each.figure.quantity,
                "total": each.total,
                "demonstration": each.demonstration,
                "tables": [
                    {
                        "dimension": dimension,
                        "rows": [list(row) for row in table.rows.items()],
                        "withheld": table.withheld,
                    }
                    for dimension, table in each.tables.items()
                ],
            }
            for each in statement.figures
        ],
    }


def _borders(span: Span) -> list[int]:
    """The first and the last entry of the period, and their neighbours outside it."""
    around = (span.start - 1, span.start, span.stop - 1, span.stop)
    return sorted({place for place in around if 0 <= place < span.size})


def _show(ledger: Ledger, span: Span, place: int, names: Iterable[str]) -> Mapping[str, object]:
    return shown(ledger.entry(place), ledger.inclusion_proof(place, span.size), names)


def _base64(hashes: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(each).decode() for each in hashes]
