"""The coverage certificate: what was read of exhibits, what was not, and who was shown what."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from scelle.errors import BadInput
from scelle.footage.certificate import page, view
from scelle.footage.part import part_of
from scelle.ledger.entries import Entry, Opened, open_sealed
from scelle.model.acts import CertifyCoverage, Outcome, Permit, Progress
from scelle.model.certificate import Certificate, Showing, untouched
from scelle.model.evidence import Coverage, Exhibit
from scelle.model.results import Exported
from scelle.operations.clipping import THINNED
from scelle.operations.original import read_index
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

_SHOWS = ("view-", "play-", "export-clip", "export-cameras", "make-still", "reveal-")
"""Beginnings of the kinds of acts by which somebody is shown a recording."""

_WHOLE = ("export-clip", "export-cameras", "play-")
"""Those of them that show every picture of their span."""


class Entries(Protocol):
    """The ledger, for reading alone."""

    def sealed_under(self, key: bytes) -> Iterator[Entry]:
        """Entries whose sealed fields a key opens, in order."""
        ...


class Certify:
    """Handler of :class:`CertifyCoverage`."""

    def __init__(self, vault: Vault, keys: Keyring, records: Records, ledger: Entries) -> None:
        self._vault = vault
        self._keys = keys
        self._records = records
        self._ledger = ledger

    def certify(self, act: CertifyCoverage, permit: Permit, progress: Progress) -> Outcome:
        """Make the certificates; the value is a tuple of :class:`Certificate`.

        (1) read what was decoded and analysed, and the packet index;
        (2) read from the ledger who was shown what;
        (3) where a folder is named, write each as JSON and as a page that anybody can
            read, whole or not at all.

        Raises:
            BadInput: the folder cannot be written.
        """
        key = self._keys.sealing_key(act.case_id)
        entries = [open_sealed(entry, key) for entry in self._ledger.sealed_under(key)]
        made = []
        for number, exhibit_id in enumerate(permit.exhibit_ids):
            made.append(self._certificate(exhibit_id, entries, permit))
            progress("certify", number + 1, len(permit.exhibit_ids), "exhibits")
        permit.recheck()
        objects = dict.fromkeys(permit.exhibit_ids, "")
        written: list[Exported] = []
        if act.output is not None:
            written = [w for c in made for w in _written(c, act.output, act.language)]
            objects |= {w.path.name: w.sha256 for w in written}
        value = (tuple(made), tuple(written))
        return Outcome(value, {"exhibits": len(made), "files": len(written)}, objects)

    def _certificate(self, exhibit_id: str, entries: list[Opened], permit: Permit) -> Certificate:
        exhibit = self._records.exhibit(exhibit_id)
        coverage = self._records.coverage(exhibit_id) or Coverage(
            exhibit_id, exhibit.stream.frames_expected, 0, 0, 0, 0, False, exhibit.findings
        )
        key = self._keys.case_key(exhibit.case_id)
        index = read_index(self._vault, exhibit.case_id, exhibit_id, key)
        return Certificate(
            exhibit=exhibit,
            coverage=coverage,
            packets=len(index.pts),
            packet_bytes=int(index.size.astype("int64").sum()),
            keyframes=int(index.keyframe.sum()),
            made_at=permit.at,
            agent_id=permit.agent_id,
            untouched=untouched(exhibit, coverage, coverage.findings),
            showings=tuple(self._showings(exhibit, entries)),
            corrections=self._records.corrections(exhibit_id),
        )

    def _showings(self, exhibit: Exhibit, entries: Iterable[Opened]) -> Iterable[Showing]:
        start = round(exhibit.stream.start_pts * exhibit.stream.time_base * 1000)
        end = start + round(exhibit.stream.duration * 1000)
        kept = list(entries)
        done = {e.sealed["decision"] for e in kept if e.disclosed["result"] == "done"}
        for entry in kept:
            kind, told = str(entry.disclosed["act"]), entry.sealed
            objects, asked = told["objects"], told["parameters"]
            if (
                entry.disclosed["phase"] != "decision"
                or entry.seq not in done
                or not kind.startswith(_SHOWS)
                or not isinstance(objects, Mapping)
                or not isinstance(asked, Mapping)
                or exhibit.id not in objects
            ):
                continue
            first, last = _span(asked, exhibit)
            yield Showing(
                agent_id=str(told["agent"]),
                act=kind,
                at=datetime.fromisoformat(str(told["at"])),
                start_ms=first if isinstance(first, int) else start,
                end_ms=last if isinstance(last, int) else end,
                speed=self._speed(kind, asked),
                whole=kind.startswith(_WHOLE) and self._speed(kind, asked) < THINNED,
                entry=entry.seq,
            )

    def _speed(self, kind: str, asked: Mapping[str, object]) -> float:
        """Recorded seconds for each second shown."""
        speed = asked.get("speed")
        if isinstance(speed, int | float | str):
            try:
                return float(speed)
            except ValueError:
                return 0.0
        if kind == "view-synopsis":
            synopsis = self._records.synopsis(str(asked.get("synopsis_id")))
            return synopsis.source_s / max(synopsis.duration_s, 1e-3)
        return 1.0 if kind.startswith(_WHOLE) else 0.0


def _span(asked: Mapping[str, object], exhibit: Exhibit) -> tuple[object, object]:
    """The span that was asked for of one exhibit, where one was."""
    spans = asked.get("spans")
    for each in spans if isinstance(spans, list) else [asked]:
        if isinstance(each, Mapping) and each.get("exhibit_id", exhibit.id) == exhibit.id:
            return each.get("start_ms"), each.get("end_ms")
    return None, None


def _written(certificate: Certificate, folder: Path, language: str) -> Iterable[Exported]:
    name = f"coverage-{certificate.exhibit.id}"
    texts = {
        f"{name}.json": json.dumps(view(certificate), indent=2, sort_keys=True, ensure_ascii=False),
        f"{name}.html": page(certificate, language),
    }
    for file, text in texts.items():
        path, data = folder / file, text.encode()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with part_of(path) as part:
                with part.open("wb") as out:
                    out.write(data)
                    out.flush()
                    os.fsync(out.fileno())
                part.replace(path)
        except OSError as error:
            raise BadInput(
                f"The certificate cannot be written to {path}: {error.strerror}.",
                remedy="Choose a folder where you may write.",
            ) from error
        yield Exported(path, 1, hashlib.sha256(data).hexdigest())
