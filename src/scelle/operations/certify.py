"""The coverage certificate: what was read of exhibits, what was not, and who was shown what."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from scelle.errors import BadInput
from scelle.footage.certificate import page, view
from scelle.footage.part import part_of
from scelle.model.acts import CertifyCoverage, Outcome, Permit, Progress
from scelle.model.certificate import Certificate, Showing, untouched
from scelle.model.evidence import Coverage
from scelle.model.results import Exported
from scelle.operations.original import read_index
from scelle.operations.seen import Seen
from scelle.operations.told import Entries
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault


class Certify:
    """Handler of :class:`CertifyCoverage`.

    Attributes:
        seen: who was shown what.
    """

    def __init__(self, vault: Vault, keys: Keyring, records: Records, ledger: Entries) -> None:
        self._vault = vault
        self._keys = keys
        self._records = records
        self.seen = Seen(vault, keys, records, ledger)

    def certify(self, act: CertifyCoverage, permit: Permit, progress: Progress) -> Outcome:
        """Make the certificates; the value is a tuple of :class:`Certificate`.

        Where a folder is named, each is written as JSON and as a page that anybody can
        read, whole or not at all.

        Raises:
            BadInput: the folder cannot be written.
        """
        made = self.certificates(act.case_id, permit, progress, leaving=act.output is not None)
        permit.recheck()
        objects = dict.fromkeys(permit.exhibit_ids, "")
        written: list[Exported] = []
        if act.output is not None:
            written = [w for c in made for w in _written(c, act.output, act.language)]
            objects |= {w.path.name: w.sha256 for w in written}
        return Outcome(
            (made, tuple(written)), {"exhibits": len(made), "files": len(written)}, objects
        )

    def certificates(
        self, case_id: str, permit: Permit, progress: Progress, *, leaving: bool
    ) -> tuple[Certificate, ...]:
        """One for each exhibit of a permit.

        (1) read from the ledger who was shown what: every entry, for what leaves;
        (2) read what was decoded and analysed, and the packet index.
        """
        shown = self.seen.of(case_id, anew=leaving)
        made = []
        for number, exhibit_id in enumerate(permit.exhibit_ids):
            made.append(self._certificate(exhibit_id, shown.get(exhibit_id, ()), permit))
            progress("certify", number + 1, len(permit.exhibit_ids), "exhibits")
        return tuple(made)

    def _certificate(
        self, exhibit_id: str, shown: Sequence[Showing], permit: Permit
    ) -> Certificate:
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
            showings=tuple(shown),
            corrections=self._records.corrections(exhibit_id),
        )


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
