"""Reading what was done, and what there is besides footage."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from scelle.errors import BadInput, NotFound
from scelle.law.conditions import may_see
from scelle.ledger.entries import Entry, open_sealed
from scelle.model.acts import (
    AcceptState,
    AcceptTime,
    ConsultCase,
    ConsultInstallation,
    ConsultLedger,
    ExportLedger,
    ListCases,
    Outcome,
    Permit,
    Progress,
)
from scelle.model.results import CaseFile, Exported
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.signing import SigningStore


class LedgerReader(Protocol):
    """The ledger, for reading alone: :class:`scelle.ledger.book.Book` is one."""

    def sealed_under(self, key: bytes, start: int = 0) -> Iterator[Entry]:
        """Entries whose sealed fields a key opens, in order."""
        ...

    def place_of_last(self, count: int, key: bytes) -> int:
        """Where the last of them begin, so many; 0 where there are fewer."""
        ...

    def export(self) -> Iterator[bytes]:
        """Lines of the file for outsiders."""
        ...

    def tiles(self, folder: Path) -> int:
        """Write the ledger as tiles; gives the number of entries."""
        ...

    def prove(self, places: Iterable[int], key: bytes | None = None) -> bytes:
        """The file that proves some entries; with a key, their sealed fields shown."""
        ...

    def prove_growth(self, old: int, new: int) -> bytes:
        """The file that proves that the tree of one size begins with that of another."""
        ...


class Oversee:
    """Handlers of the acts that read the ledger and the cases' own facts."""

    def __init__(
        self,
        ledger: LedgerReader,
        keys: Keyring,
        records: Records,
        signing: SigningStore,
        reset_clock: Callable[[datetime], None],
    ) -> None:
        self._ledger = ledger
        self._signing = signing
        self._reset_clock = reset_clock
        self._keys = keys
        self._records = records

    def list_cases(self, act: ListCases, permit: Permit, progress: Progress) -> Outcome:
        """The cases that the agent may see, in the order in which they were opened.

        Returns:
            An outcome whose value is a tuple of :class:`~scelle.model.evidence.Case`.
        """
        facts = self._records.facts(permit.agent_id, act)
        seen = tuple(c for c in self._records.cases() if may_see(c, facts, permit.at))
        return Outcome(seen, {"cases": len(seen)}, {c.id: "case" for c in seen})

    def consult_case(self, act: ConsultCase, permit: Permit, progress: Progress) -> Outcome:
        """A case's own facts.

        Returns:
            An outcome whose value is a :class:`~scelle.model.results.CaseFile`.
        """
        exhibits = self._records.exhibits(act.case_id)
        mandates = self._records.mandates(act.case_id)
        case = self._records.case(act.case_id)
        file = CaseFile(
            case=case,
            clearances=self._records.clearances_for(case.service),
            mandates=mandates,
            exhibits=tuple(e for e in exhibits if e.id in permit.exhibit_ids),
            synopses=self._records.synopses(act.case_id),
            signatures=tuple(s for m in mandates for s in self._signing.signatures(m.id)),
        )
        return Outcome(file, {"exhibits": len(file.exhibits)}, {act.case_id: "case"})

    def consult_ledger(self, act: ConsultLedger, permit: Permit, progress: Progress) -> Outcome:
        """The entries of a case with their sealed fields in clear, in order; or the last ones.

        Returns:
            An outcome whose value is a tuple of
            :class:`~scelle.ledger.entries.Opened`; this consultation's own
            decision is the last.

        Raises:
            LedgerDamaged: an entry's sealed fields were altered.
        """
        key = self._keys.sealing_key(act.case_id)
        start = 0 if act.last is None else self._ledger.place_of_last(act.last, key)
        opened = tuple(open_sealed(entry, key) for entry in self._ledger.sealed_under(key, start))
        return Outcome(opened, {"entries": len(opened)})

    def consult_installation(
        self, act: ConsultInstallation, permit: Permit, progress: Progress
    ) -> Outcome:
        """The entries that belong to no case, with their sealed fields in clear, in order.

        Who was registered and cleared, what was asked of cases that are not there, what
        the software wrote of itself.

        Returns:
            An outcome whose value is a tuple of :class:`~scelle.ledger.entries.Opened`.

        Raises:
            LedgerDamaged: an entry's sealed fields were altered.
        """
        key = self._keys.sealing_key(None)
        opened = tuple(open_sealed(entry, key) for entry in self._ledger.sealed_under(key))
        return Outcome(opened, {"entries": len(opened)})

    def accept_state(self, act: AcceptState, permit: Permit, progress: Progress) -> Outcome:
        """Bind what the database says of a subject as it is now.

        Returns:
            An outcome whose value is the subject.

        Raises:
            NotFound: the database knows nothing of it, nor does the ledger.
        """
        known = {*self._records.states()}
        sort, _, name = act.subject.partition(":")
        if act.subject not in known and (sort not in ("agent", "case") or not name):
            raise NotFound(
                f"There is no subject {act.subject!r}.",
                remedy="Give `agents`, `agent:NAME` or `case:ID`, as the refusal named it.",
            )
        with self._records.changing(act.subject):
            pass
        return Outcome(act.subject, {"states_accepted": 1}, {act.subject: "subject"})

    def accept_time(self, act: AcceptTime, permit: Permit, progress: Progress) -> Outcome:
        """Let the ledger's time go on from the machine's, which is earlier than an entry's.

        Returns:
            An outcome whose value is the time that holds from now on.
        """
        self._reset_clock(permit.at)
        return Outcome(permit.at, {"clock_corrections": 1})

    def export_ledger(self, act: ExportLedger, permit: Permit, progress: Progress) -> Outcome:
        """Write the file for outsiders, whole or not at all.

        Returns:
            An outcome whose value is an :class:`~scelle.model.results.Exported`.

        Raises:
            BadInput: the file cannot be written there.
        """
        if act.tiles:
            return self._export_tiles(act.output)
        digest, lines = hashlib.sha256(), 0
        if act.growth:
            told = iter([self._ledger.prove_growth(*act.growth)])
        elif act.entries:
            told = iter([self._ledger.prove(act.entries)])
        else:
            told = self._ledger.export()
        part = act.output.with_name(f".{act.output.name}.part")
        try:
            with part.open("wb") as file:
                for line in told:
                    file.write(line)
                    digest.update(line)
                    lines += not line.startswith(b'{"anchors"')
                file.flush()
                os.fsync(file.fileno())
            part.replace(act.output)
        except OSError as error:
            raise _unwritable(act.output, error) from error
        finally:
            part.unlink(missing_ok=True)
        # The first and the last line are not entries, nor are the heads before the last.
        rows = 0 if act.growth else len(set(act.entries)) or lines - 2
        exported = Exported(act.output, rows, digest.hexdigest())
        return Outcome(exported, {"entries": exported.rows}, {exported.sha256: "export"})

    def _export_tiles(self, folder: Path) -> Outcome:
        try:
            rows = self._ledger.tiles(folder)
            # The signed head vouches for every other file.
            head = (folder / "checkpoint").read_bytes()
        except OSError as error:
            raise _unwritable(folder, error) from error
        exported = Exported(folder, rows, hashlib.sha256(head).hexdigest())
        return Outcome(exported, {"entries": rows}, {exported.sha256: "export"})


def _unwritable(path: Path, error: OSError) -> BadInput:
    return BadInput(
        f"The ledger's export cannot be written to {path}: {error.strerror}.",
        remedy="Choose a file in a folder that exists and where you may write.",
    )
