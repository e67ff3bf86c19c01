"""What is known of a case, gathered once: documents that leave are made from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import scelle
from scelle.ledger.entries import open_sealed
from scelle.model.acts import Permit, Progress
from scelle.model.certificate import Certificate
from scelle.model.decisions import standing
from scelle.model.evidence import Case
from scelle.model.tracks import Manifest
from scelle.operations.analyse import manifest_name
from scelle.operations.certify import Certify
from scelle.operations.oversee import LedgerReader
from scelle.operations.produce_clip import copy_reference
from scelle.reporting.evidence import Signs
from scelle.reporting.handed_out import HandedOut, HandedRecording, last_words
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore, tracks_digest
from scelle.store.vault import Vault


@dataclass(frozen=True)
class Sources:
    """What documents are made from.

    Attributes:
        ledger: gives the case's entries and their proofs.
        sign: signs the manifest with the ledger's key.
        vkey: gives that key's public half.
    """

    vault: Vault
    keys: Keyring
    records: Records
    tracks: TrackStore
    control: Control
    ledger: LedgerReader
    sign: Signs
    vkey: Callable[[], str]


class Gathering:
    """Reads everything of a case that a permit covers.

    Args:
        sources: where it is read.
        certify: reads what was read of exhibits, and who was shown what.
    """

    def __init__(self, sources: Sources, certify: Certify) -> None:
        self._from, self._certify = sources, certify

    def gather(
        self, case: Case, permit: Permit, recipient: str, reason: str, progress: Progress
    ) -> tuple[HandedOut, bytes]:
        """Everything but pictures, with the file that proves the case's entries.

        (1) each exhibit: what was read of it, its tracks, what decided its analysis;
        (2) the case's entries of the ledger, with proofs;
        (3) mandates, clearances of whoever acted, the last word on each candidate,
            bookmarks, notes.
        """
        source = self._from
        # (1)
        recordings = tuple(self._recordings(case, permit, progress))
        known = {r.exhibit.id: place for place, r in enumerate(recordings)}
        tracks = {t.id for r in recordings for t in r.tracks}
        # (2)
        key = source.keys.sealing_key(case.id)
        entries = tuple(open_sealed(e, key) for e in source.ledger.sealed_under(key))
        proof = source.ledger.prove([e.seq for e in entries], key)
        # (3)
        acting = {str(e.sealed["agent"]) for e in entries}
        words = last_words(source.control.decisions(case.id))
        kept = [
            b
            for b in source.control.bookmarks(case.id)
            if b.exhibit_id in known and b.removed_at is None
        ]
        handed = HandedOut(
            case=case,
            copy=copy_reference(permit),
            recipient=recipient,
            agent_id=permit.agent_id,
            reason=reason,
            at=permit.at,
            version=scelle.__version__,
            vkey=source.vkey(),
            head=json.loads(proof)["checkpoint"],
            recordings=recordings,
            mandates=source.records.mandates(case.id),
            clearances=tuple(
                c
                for agent in sorted(acting)
                for c in source.records.clearances(agent)
                if c.service == case.service
            ),
            decisions=tuple(d for d in words if d.exhibit_id in known),
            bookmarks=tuple(sorted(kept, key=lambda b: (known[b.exhibit_id], b.at_ms))),
            entries=entries,
            notes=tuple(n for n in standing(source.control.notes(case.id)) if n.track_id in tracks),
        )
        return handed, proof

    def _recordings(
        self, case: Case, permit: Permit, progress: Progress
    ) -> Iterator[HandedRecording]:
        certificates = self._certify.certificates(case.id, permit, progress, leaving=True)
        permit.recheck()
        for done, certificate in enumerate(certificates, 1):
            yield self._recording(f"S{done}", certificate, permit)
            permit.recheck()
            progress("gather", done, len(certificates), "exhibits")

    def _recording(self, label: str, certificate: Certificate, permit: Permit) -> HandedRecording:
        source, exhibit = self._from, certificate.exhibit
        sealed = source.tracks.manifest(exhibit.id)
        found = source.tracks.search([exhibit.id]) if sealed else ()
        sought = permit.sought
        tracks = tuple(t for t in found if sought is None or sought.matches(t))
        manifest, name = None, manifest_name(exhibit.id)
        if sealed is not None and source.vault.exists(exhibit.case_id, name):
            key = source.keys.case_key(exhibit.case_id)
            manifest = Manifest(**json.loads(source.vault.read(exhibit.case_id, name, key)))
        return HandedRecording(
            label, certificate, tracks, manifest, sealed or "", tracks_digest(tracks)
        )
