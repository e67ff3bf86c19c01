"""Erasing a case: its key, its objects, its rows; what is left is a signed certificate."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scelle.errors import BadInput, Damaged, NotFound
from scelle.footage.part import part_of
from scelle.law.retention import why_due
from scelle.ledger.certificate import FORMAT
from scelle.ledger.entries import Opened, Value, open_sealed
from scelle.model.acts import EraseCase, Outcome, Permit, Progress
from scelle.model.evidence import Case, CaseState
from scelle.model.retention import Erased, Trigger
from scelle.operations.copies import LEAVING
from scelle.operations.oversee import LedgerReader
from scelle.operations.residue import files, scan, scan_rows
from scelle.operations.sequester import sequester
from scelle.store.control import Control
from scelle.store.erasure import ErasureStore
from scelle.store.handing import sweep
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

#: Signs a certificate's body.
Sign = Callable[[Mapping[str, Value]], str]

#: Temporary files of this program have names that begin so.
TEMPORARY = "scelle-"

_LEAST_TOKEN = 8
_STEPS = 7

BEFORE_ROWS = (
    "The case's key was overwritten and removed: nothing that was encrypted under it, here or "
    "in a copy, can be read again.",
    "Every encrypted object of the case was removed.",
)
AFTER_ROWS = (
    "Files of the case in the installation's exports folder, and its temporary files, were "
    "removed.",
    "Every file of the installation that could hold the case was searched for planted texts "
    "and for the case's own ids.",
)


@dataclass(frozen=True)
class Home:
    """Where an installation keeps what.

    Attributes:
        root: its folder.
        exports: where it may write files for people.
    """

    root: Path
    exports: Path


class Erase:
    """Handler of :class:`scelle.model.acts.EraseCase`.

    (1) plan: what there is, by hashes, and what must not be found afterwards;
    (2) from then on the case is *erasing*, and nothing else can be asked of it;
    (3) plant texts where texts of people are, and see that a search finds them;
    (4) hand a sequestered copy over, if one was ordered;
    (5) destroy the key, then the objects, the files, the rows, the free pages;
    (6) search again;
    (7) sign the certificate, and let go of the plan.

    Killed at any point, the same act goes on from the plan and completes.
    """

    def __init__(
        self,
        home: Home,
        vault: Vault,
        keys: Keyring,
        records: Records,
        control: Control,
        store: ErasureStore,
        ledger: LedgerReader,
        sign: Sign,
    ) -> None:
        self._home = home
        self._vault = vault
        self._keys = keys
        self._records = records
        self._control = control
        self._store = store
        self._ledger = ledger
        self._sign = sign

    def erase(self, act: EraseCase, permit: Permit, progress: Progress) -> Outcome:
        """Erase a case; the value is an :class:`~scelle.model.retention.Erased`.

        Raises:
            BadInput: the certificate or the sequestered copy cannot be written there, or
                its recipient is none.
            Damaged: a planted text was not found, so that a search would prove nothing.
        """
        if act.output.is_dir() or not act.output.parent.is_dir():
            raise BadInput(
                f"{act.output} cannot be a file: it is a folder, or its folder does not exist.",
                remedy="Give the name of a file in a folder that exists.",
            )
        case = self._records.case(act.case_id)
        # (1)
        plan = self._plan(case, act, permit)
        progress("erase", 1, _STEPS, "steps")
        # (2)
        if case.state is not CaseState.ERASING:
            case = replace(case, state=CaseState.ERASING)
            self._records.replace_case(case)
        # (3)
        self._prove_search(case, plan)
        progress("erase", 2, _STEPS, "steps")
        # (4)
        if act.sequester_to and act.sequestered is not None and not plan["sequestered"]:
            copied = sequester(
                self._vault, self._keys, self._store, case.id, act.sequester_to, act.sequestered
            )
            plan["sequestered"] = {"recipient": act.sequester_to, "files": copied}
            self._save(case.id, plan)
        progress("erase", 3, _STEPS, "steps")
        # (5)
        self._keys.destroy_case_key(case.id)
        removed = self._vault.destroy(case.id)
        self._remove_files(plan)
        progress("erase", 4, _STEPS, "steps")
        gone = self._store.erase(case.id)
        plan["rows"] = {name: plan["rows"].get(name, 0) + n for name, n in gone.items()} | {
            name: n for name, n in plan["rows"].items() if name not in gone
        }
        self._save(case.id, plan)
        case = self._store.blank(case, CaseState.ERASING)
        self._store.scrub()
        progress("erase", 5, _STEPS, "steps")
        # (6)
        found = [
            f"{place}: {'planted' if token in plan['canaries'] else 'own'} text"
            for place, token in self._search(case.id, plan["tokens"])
        ]
        progress("erase", 6, _STEPS, "steps")
        # (7)
        certificate = self._sign(self._body(case, plan, found))
        self._write(act.output, certificate)
        self._store.keep_certificate(case.id, certificate)
        self._store.blank(case, CaseState.ERASED)
        self._forget_plan(case.id)
        progress("erase", _STEPS, _STEPS, "steps")
        overdue = max(0, (permit.at - datetime.fromisoformat(plan["erase_by"])).days)
        counts = {
            "erasures": 1,
            f"by_{plan['trigger']}": 1,
            "exhibits": len(plan["exhibits"]),
            "objects": max(removed, len(plan["objects"])),
            "days_overdue": overdue,
            "overdue": int(overdue > 0),
            "residues": len(found),
        }
        erased = Erased(case.id, certificate, tuple(found))
        return Outcome(erased, counts, {case.id: hashlib.sha256(certificate.encode()).hexdigest()})

    def sweep(self) -> None:
        """Let go of the plans of cases that are erased: a process was killed at the very end."""
        for path in (self._home.root / "erasing").glob("*.json"):
            with suppress(NotFound):
                if self._records.case(path.stem).state is CaseState.ERASED:
                    self._forget_plan(path.stem)

    # -- the plan ------------------------------------------------------------------

    def _plan(self, case: Case, act: EraseCase, permit: Permit) -> dict[str, Any]:
        """What was planned before a kill; or else a new plan, written before anything is done."""
        path = self._plan_path(case.id)
        if path.exists():
            plan: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return plan
        exhibits = self._records.exhibits(case.id)
        requests = self._control.requests(case.id)
        canaries = [f"canary{secrets.token_hex(16)}" for _ in range(3)]
        texts = [case.reference, *(e.name for e in exhibits), *(e.origin for e in exhibits)]
        plan = {
            "trigger": (why_due(case, requests, permit.at) or Trigger.ORDER).value,
            "asked_by": permit.agent_id,
            "entry": permit.entry,
            "begun_at": permit.at.isoformat(timespec="seconds"),
            "erase_by": case.erase_by.isoformat(timespec="seconds"),
            "backups": list(act.backups),
            "exhibits": sorted([e.sha256, e.size] for e in exhibits),
            "objects": sorted(self._objects(case.id)),
            **self._handed_out(case.id),
            "rows": {},
            "canaries": canaries,
            "tokens": sorted(
                {*canaries, *self._store.tokens(case.id), *self._telling(case.id, texts)}
            ),
            "proved": [],
            "sequestered": None,
        }
        self._save(case.id, plan)
        return plan

    def _objects(self, case_id: str) -> Iterator[list[object]]:
        """Kind, size and SHA-256 of the encrypted bytes of every object."""
        for name in self._vault.names(case_id):
            path = self._vault.stored(case_id, name)
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            yield [name.partition("/")[0], digest, path.stat().st_size]

    def _handed_out(self, case_id: str) -> dict[str, object]:
        """Copies that left as files, from the ledger; and those of them that lie here."""
        key = self._keys.sealing_key(case_id)
        opened = [open_sealed(entry, key) for entry in self._ledger.sealed_under(key)]
        asked = {e.seq: e for e in opened if e.disclosed["phase"] == "decision"}
        copies, paths = [], []
        for entry in opened:
            told = asked.get(_number(entry.sealed["decision"]))
            if told is None or entry.disclosed["result"] != "done":
                continue
            path = _output(told)
            objects = entry.sealed["objects"]
            if entry.disclosed["act"] not in LEAVING or path is None:
                continue
            digest = objects.get(path.name, "") if isinstance(objects, dict) else ""
            copies.append([entry.disclosed["act"], str(entry.sealed["at"])[:10], digest])
            # A copy that waited lay in the vault: its name is no path.
            if not _waited(told) and path.resolve().is_relative_to(self._home.exports.resolve()):
                paths.append(str(path))
        return {"copies": copies, "files": sorted(set(paths))}

    def _telling(self, case_id: str, texts: list[str]) -> Iterator[str]:
        """Texts of people that name this case alone, long enough not to occur by chance."""
        others = [c for c in self._records.cases() if c.id != case_id]
        elsewhere = {c.reference for c in others} | {
            text
            for c in others
            for e in self._records.exhibits(c.id)
            for text in (e.name, e.origin)
        }
        yield from (t for t in texts if len(t) >= _LEAST_TOKEN and t not in elsewhere)

    def _plan_path(self, case_id: str) -> Path:
        folder = self._home.root / "erasing"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / f"{case_id}.json"

    def _save(self, case_id: str, plan: Mapping[str, Any]) -> None:
        path = self._plan_path(case_id)
        part = path.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(plan, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def _forget_plan(self, case_id: str) -> None:
        path = self._plan_path(case_id)
        with path.open("r+b") as file:
            file.write(b"\0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()

    # -- searching -----------------------------------------------------------------

    def _prove_search(self, case: Case, plan: dict[str, Any]) -> None:
        """A search that finds nothing proves something only if it would have found it."""
        if plan["proved"]:
            return
        row, object_, temporary = plan["canaries"]
        self._store.plant(case.id, row, row)
        kept = self._vault.stored(case.id, f"canary/{object_}")
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept.write_text(object_)
        (Path(tempfile.gettempdir()) / f"{TEMPORARY}{case.id}.tmp").write_text(temporary)
        found = {token for _, token in self._search(case.id, plan["canaries"])}
        if found != set(plan["canaries"]):
            raise Damaged(
                "A text planted to prove the search for residue was not found by it.",
                remedy="Report this: nothing was erased, and the same command goes on from here.",
            )
        plan["proved"] = sorted(found)
        self._save(case.id, plan)

    def _search(self, case_id: str, tokens: list[str]) -> Iterator[tuple[str, str]]:
        """Where a text still is: in files, and in what the database keeps elsewhere."""
        for path, token in scan(self._places(case_id), tokens):
            yield self._name(path), token
        yield from scan_rows(self._store.contents(), tokens)

    def _places(self, case_id: str) -> list[Path]:
        """Everything that could hold something of the case; other cases' objects could not."""
        own = [
            p
            for p in sorted(self._home.root.iterdir())
            if p.name not in {"erasing", self._vault.root.name}
        ]
        temporary = sorted(Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*"))
        return [*own, self._vault.root / case_id, *temporary]

    def _remove_files(self, plan: Mapping[str, Any]) -> None:
        sweep(self._home.exports)
        for name in plan["files"]:
            Path(name).unlink(missing_ok=True)
        temporary = Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*")
        for path, _ in scan(sorted(temporary), plan["tokens"]):
            path.unlink(missing_ok=True)

    def _name(self, path: Path) -> str:
        root = self._home.root
        return str(path.relative_to(root)) if path.is_relative_to(root) else path.name

    # -- the certificate -----------------------------------------------------------

    def _body(self, case: Case, plan: Mapping[str, Any], found: list[str]) -> dict[str, Value]:
        places = self._places(case.id)
        return {
            "format": FORMAT,
            "case": case.id,
            "framework": case.framework,
            "service": case.service,
            "demonstration": case.demonstration,
            "trigger": plan["trigger"],
            "asked_by": plan["asked_by"],
            "ledger_entry": plan["entry"],
            "begun_at": plan["begun_at"],
            "completed_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "due_at": plan["erase_by"],
            "method": [*BEFORE_ROWS, *self._store.method, *AFTER_ROWS],
            "exhibits": [{"sha256": digest, "size": size} for digest, size in plan["exhibits"]],
            "objects": [
                {"kind": kind, "sha256": digest, "size": size}
                for kind, digest, size in plan["objects"]
            ],
            "rows": dict(plan["rows"]),
            "copies_handed_out": [
                {"act": act, "day": day, "sha256": digest} for act, day, digest in plan["copies"]
            ],
            "backups": list(plan["backups"]),
            "sequestered": plan["sequestered"],
            "residue": {
                "planted": len(plan["canaries"]),
                "found_before": len(plan["proved"]),
                "texts": len(plan["tokens"]),
                "files": sum(1 for _ in files(places)),
                "found": list(found),
            },
        }

    def _write(self, path: Path, certificate: str) -> None:
        with part_of(path) as part:
            part.write_text(certificate, encoding="utf-8")
            part.replace(path)


def _output(decision: Opened) -> Path | None:
    parameters = decision.sealed["parameters"]
    told = parameters.get("output") if isinstance(parameters, dict) else None
    return Path(told) if isinstance(told, str) else None


def _waited(decision: Opened) -> bool:
    parameters = decision.sealed["parameters"]
    return isinstance(parameters, dict) and parameters.get("kept") is True


def _number(value: Value) -> int:
    return value if isinstance(value, int) else -1
