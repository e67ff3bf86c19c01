"""Figures of a period: whole for overseers, protected and proved for everybody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from scelle.errors import BadInput
from scelle.ledger.entries import Entry
from scelle.ledger.tally import blinding_key
from scelle.model.acts import Outcome, Permit, Progress, PublishUse, ReportUse
from scelle.operations.attest import described, new_folder
from scelle.reporting.collect import Ledger
from scelle.reporting.content import Edition
from scelle.reporting.evidence import (
    NOTABLE,
    Signs,
    Span,
    find,
    gather,
    sign_manifest,
    write_evidence,
)
from scelle.reporting.pages import write_pages
from scelle.reporting.period import Period
from scelle.reporting.tables import tabulate

#: Acts and events that a report lists by day: what was checked, and which version ran.
_VERSIONS = frozenset({"attest", "installed", "upgraded"})


class Publishing:
    """Handlers of the acts that give figures.

    Args:
        key: gives the installation's own key, 32 bytes.
        version: of the program.
    """

    def __init__(self, ledger: Ledger, sign: Signs, key: Callable[[], bytes], version: str) -> None:
        self._ledger = ledger
        self._sign = sign
        self._key = key
        self._version = version
        self._turn = threading.Lock()
        self._given: list[Period] = []

    def report(self, act: ReportUse, permit: Permit, progress: Progress) -> Outcome:
        """Every figure, small counts included.

        Returns:
            An outcome whose value is a :class:`~scelle.reporting.tables.Statement`.

        Raises:
            BadInput: no entry in the period, or the folder exists or cannot be written.
            LedgerDamaged: an entry has no tally, or not that of its fields.
        """
        period = Period(act.first, act.last)
        span = find(self._ledger, period)
        found = gather(self._ledger, span, blinding_key(self._key()), lambda *_: None, progress)
        statement = tabulate(found.amounts, period, None)
        if act.output is not None:
            told = self._ledger.outcomes(_VERSIONS)
            history = [entry for entry in told if entry.seq < span.stop]
            edition = self._edition(permit, span, history, whole=True)
            with new_folder(act.output) as folder:
                write_pages(folder, statement, period, edition)
                sign_manifest(folder, self._sign, self._ledger.origin)
        return Outcome(statement, _counts(period, span.stop - span.start))

    def publish(self, act: PublishUse, permit: Permit, progress: Progress) -> Outcome:
        """Write the published folder.

        Returns:
            An outcome whose value is an :class:`~scelle.model.results.Exported`.

        Raises:
            BadInput: no entry in the period; another publication has part of it; the
                folder exists or cannot be written.
            LedgerDamaged: an entry has no tally, or not that of its fields.
        """
        period = Period(act.first, act.last)
        # Two that came together would not see each other's outcome in the ledger.
        with self._turn:
            notable = tuple(self._ledger.outcomes(NOTABLE))
            _require_apart(period, notable, self._given)
            self._given.append(period)
        try:
            return self._publish(act, permit, progress, period, notable)
        except BaseException:
            self._given.remove(period)
            raise

    def _publish(
        self,
        act: PublishUse,
        permit: Permit,
        progress: Progress,
        period: Period,
        notable: Iterable[Entry],
    ) -> Outcome:
        key = blinding_key(self._key())
        with new_folder(act.output) as folder:
            span = find(self._ledger, period)
            history = [entry for entry in notable if entry.seq < span.stop]
            statement = write_evidence(folder, self._ledger, period, span, history, key, progress)
            edition = self._edition(permit, span, history)
            progress("set the pages", 0, 1, "steps")
            write_pages(folder, statement, period, edition)
            sign_manifest(folder, self._sign, self._ledger.origin)
            progress("set the pages", 1, 1, "steps")
        exported = described(act.output)
        counts = _counts(period, span.stop - span.start)
        return Outcome(exported, counts, {exported.sha256: "publication"})

    def _edition(
        self, permit: Permit, span: Span, history: Iterable[Entry], *, whole: bool = False
    ) -> Edition:
        told = tuple(entry for entry in history if entry.value("act") in _VERSIONS)
        ledger = self._ledger
        return Edition(
            ledger.origin, ledger.vkey, self._version, permit.at, span, told, whole=whole
        )


def _require_apart(period: Period, notable: Iterable[Entry], given: Iterable[Period]) -> None:
    """What two periods share could be had by taking one from the other.

    Args:
        given: periods that this process has published, or is publishing.

    Raises:
        BadInput: an earlier publication has a part of this period, and not all of it
            and nothing else.
    """
    earlier = [one.numbers for one in given]
    for entry in notable:
        counts = entry.value("counts")
        if entry.value("act") != PublishUse.kind or not isinstance(counts, dict):
            continue
        first, last = counts.get("first_month"), counts.get("last_month")
        if isinstance(first, int) and isinstance(last, int):
            earlier.append((first, last))
    for first, last in earlier:
        if period.overlaps((first, last)) and period.numbers != (first, last):
            raise BadInput(
                f"the months {_month(first)} to {_month(last)} were published already, and "
                "what is withheld in them could be had by subtraction",
                remedy="Publish exactly those months again, or months outside them.",
            )


def _month(number: int) -> str:
    return f"{number // 100:04d}-{number % 100:02d}"


def _counts(period: Period, entries: int) -> dict[str, int]:
    first, last = period.numbers
    return {"first_month": first, "last_month": last, "entries": entries}
