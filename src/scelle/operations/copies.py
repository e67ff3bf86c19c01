"""Copies counted: who received what, when and why; and calling one back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from scelle.errors import BadInput, Misconfigured, NotFound
from scelle.footage.part import part_of
from scelle.ledger.entries import Entry, Opened, Value
from scelle.model.acts import (
    ConsultCopies,
    FetchCopy,
    MakeDossier,
    Outcome,
    Permit,
    Progress,
    RecallCopy,
)
from scelle.model.copies import Copy, Fetched, Recall
from scelle.model.results import Exported
from scelle.operations.keeping import claim_name, copy_name, waits
from scelle.operations.told import Entries, ReadOn
from scelle.reporting.provenance import claim_of
from scelle.reporting.recall import recall_notice
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

LEAVING = (
    "export-cameras", "export-clip", "export-tracks",
    "make-bundle", "make-dossier", "make-still", "make-synopsis",
)  # fmt: skip
"""Acts by which a copy leaves as a file."""

_TELLING = frozenset({*LEAVING, RecallCopy.kind})


@dataclass
class _Told:
    """The entries of one case that tell of copies, in order."""

    entries: list[Opened] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Entries, and one for the case itself."""
        return 1 + len(self.entries)

    def concerns(self, entry: Entry) -> bool:
        """Whether it is of an act by which a copy leaves, or is called back."""
        return entry.value("act") in _TELLING

    def take(self, entry: Opened) -> None:
        """A decision, or what became of one."""
        self.entries.append(entry)

    def kept(self) -> object:
        """Lists of entries; what :func:`_told` reads."""
        return [[e.seq, dict(e.disclosed), dict(e.sealed)] for e in self.entries]


def _told(_case_id: str, kept: Any) -> _Told:
    """What was kept, or nothing yet."""
    return _Told([Opened(seq, disclosed, sealed) for seq, disclosed, sealed in kept or ()])


class Copies:
    """Handlers of :class:`ConsultCopies`, :class:`FetchCopy` and :class:`RecallCopy`.

    They are read from the ledger, where nobody can leave one out; some wait in the vault.
    """

    def __init__(
        self,
        vault: Vault,
        keys: Keyring,
        records: Records,
        control: Control,
        ledger: Entries,
    ) -> None:
        self._vault, self._keys, self._records, self._control = vault, keys, records, control
        self._told = ReadOn("copies", vault, keys, ledger, _told)

    def forget(self, case_id: str) -> None:
        """Hold nothing of a case."""
        self._told.forget(case_id)

    def consult(self, act: ConsultCopies, permit: Permit, progress: Progress) -> Outcome:
        """Every copy of a case; the value is a tuple of :class:`Copy`, oldest first."""
        found = self._copies(act.case_id, anew=False)
        recalled = sum(1 for c in found if c.recalls)
        return Outcome(found, {"copies": len(found), "recalled": recalled})

    def fetch(self, act: FetchCopy, permit: Permit, progress: Progress) -> Outcome:
        """Take out a copy that waits for the asker, or the manifest definition beside it.

        The value is a :class:`Fetched`.

        Raises:
            NotFound: no such copy of these exhibits waits for the asker.
            BadInput: it was called back, or shows what was concealed since, or more than the
                mandate is limited to.
        """
        copy = next((c for c in self._copies(act.case_id, anew=True) if c.entry == act.copy), None)
        theirs = copy is not None and copy.agent_id == permit.agent_id
        theirs = theirs and copy is not None and bool(copy.waits or copy.recalls)
        if copy is None or not theirs or not set(copy.exhibit_ids) <= set(permit.exhibit_ids):
            raise NotFound(
                f"No copy C-{act.copy} waits for you in this case.",
                remedy="Export it again: a copy waits for a week, for whoever exported it.",
            )
        if copy.recalls:
            raise BadInput(
                f"The copy C-{act.copy} was called back.",
                remedy="Export it again if the reason for that has gone.",
            )
        if permit.sought is not None and copy.mandate_id != permit.mandate_id:
            raise BadInput(
                f"The copy C-{act.copy} was made on another mandate than the one now in force, "
                "which is limited to a description.",
                remedy="Export it again.",
            )
        if self._concealed_since(copy, act.case_id):
            raise BadInput(
                f"Something was concealed or moved after the copy C-{act.copy} was made.",
                remedy="Export it again: the new one leaves out what is concealed now.",
            )
        if act.claim and not copy.claimed:
            raise NotFound(
                f"No manifest definition waits beside the copy C-{act.copy}.",
                remedy="One lies beside a synopsis that bears no content credentials.",
            )
        key = self._keys.case_key(act.case_id)
        name, sha256, kept = f"{copy.reference}-{copy.name}", copy.sha256, copy_name(copy.entry)
        taken = {copy.name: copy.sha256}
        if act.claim:
            name, sha256, kept = claim_of(Path(name)).name, "", claim_name(copy.entry)
            taken = {}
        file = self._vault.open(act.case_id, kept, key)
        fetched = Fetched(name, sha256, file, lambda: waits(self._vault, act.case_id, act.copy))
        return Outcome(fetched, {"copies": len(taken)}, taken)

    def recall(self, act: RecallCopy, permit: Permit, progress: Progress) -> Outcome:
        """Write the notice that calls a copy back.

        Returns:
            An outcome whose value is an :class:`~scelle.model.results.Exported`.

        Raises:
            NotFound: no such copy in this case.
            BadInput: the notice cannot be a file there.
            Misconfigured: it cannot be written.
        """
        copy = next((c for c in self._copies(act.case_id, anew=True) if c.entry == act.copy), None)
        if copy is None:
            raise NotFound(
                f"No copy C-{act.copy} has left this case.",
                remedy="Run `scelle copies list` to see which there are.",
            )
        if act.output.is_dir() or not act.output.parent.is_dir():
            raise BadInput(
                f"{act.output} cannot be a file: it is a folder, or its folder does not exist.",
                remedy="Give the name of a file in a folder that exists.",
            )
        case = self._records.case(act.case_id)
        called = Recall(permit.entry, permit.at, permit.agent_id, act.reason)
        data = recall_notice(case, replace(copy, recalls=(called,)), act.language)
        try:
            with part_of(act.output) as part:
                part.write_bytes(data)
                part.replace(act.output)
        except OSError as error:
            raise Misconfigured(
                f"{act.output} cannot be written: {error.strerror}.",
                remedy="Free some space or choose another place; nothing half-written was kept.",
            ) from error
        kept = copy_name(copy.entry), claim_name(copy.entry)
        self._vault.delete_many(act.case_id, kept)
        sha256 = hashlib.sha256(data).hexdigest()
        exported = Exported(act.output, 1, sha256)
        return Outcome(exported, {"recalls": 1}, {act.output.name: sha256})

    def _concealed_since(self, copy: Copy, case_id: str) -> bool:
        """Whether a zone was marked, or a track concealed again, in what a copy shows."""
        zones = [z for z in self._control.zones(case_id) if z.entry > copy.entry]
        again = [r for r in self._control.reveals(case_id) if not r.lifted and r.at > copy.at]
        shown = {z.exhibit_id for z in zones} | {r.track_id.rpartition("-")[0] for r in again}
        return not shown.isdisjoint(copy.exhibit_ids)

    def _copies(self, case_id: str, *, anew: bool) -> tuple[Copy, ...]:
        """Every copy; where something is granted by what they are, every entry is read."""
        with self._told.of(case_id, anew=anew) as told:
            opened = list(told.entries)
        return tuple(
            replace(
                c,
                waits=waits(self._vault, case_id, c.entry),
                claimed=self._vault.exists(case_id, claim_name(c.entry)),
            )
            for c in copies_of(opened)
        )


def copies_of(entries: list[Opened]) -> tuple[Copy, ...]:
    """The copies that some entries of one case tell of, oldest first."""
    asked = {e.seq: e for e in entries if e.disclosed["phase"] == "decision"}
    copies: dict[int, Copy] = {}
    for done in entries:
        decision = done.sealed["decision"]
        if done.disclosed["result"] != "done" or not isinstance(decision, int):
            continue
        told, kind = asked.get(decision), str(done.disclosed["act"])
        if told is None:
            continue
        parameters = _object(told.sealed["parameters"])
        called = parameters.get("copy")
        if kind == RecallCopy.kind and isinstance(called, int) and called in copies:
            recall = Recall(decision, _at(told), str(told.sealed["agent"]), _reason(told))
            before = copies[called]
            copies[called] = replace(before, recalls=(*before.recalls, recall))
        objects = _object(done.sealed["objects"])
        output = parameters.get("output")
        if kind == MakeDossier.kind and output is None:
            output = next((name for name in objects if name.endswith(".pdf")), None)
        if kind in LEAVING and isinstance(output, str):
            name = Path(output).name
            copies[decision] = Copy(
                entry=decision,
                at=_at(told),
                act=kind,
                agent_id=str(told.sealed["agent"]),
                recipient=str(parameters.get("recipient") or ""),
                reason=_reason(told),
                name=name,
                sha256=str(objects.get(name, "")),
                mandate_id=str(told.sealed["mandate"]),
                exhibit_ids=tuple(_object(told.sealed["objects"])),
            )
    return tuple(copies.values())


def _at(entry: Opened) -> datetime:
    return datetime.fromisoformat(str(entry.sealed["at"]))


def _reason(entry: Opened) -> str:
    return str(entry.sealed["reason"])


def _object(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, dict) else {}
