"""The closing report: gathered, set as PDF, signed where a certificate is configured."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from scelle.errors import BadInput, Misconfigured
from scelle.footage.part import part_of
from scelle.ledger.checkpoint import parse
from scelle.model.acts import MakeDossier, Outcome, Permit, Progress
from scelle.model.decisions import Judgement
from scelle.model.evidence import Case
from scelle.model.results import Printed
from scelle.operations.gathering import Gathering, Sources
from scelle.operations.material import read_tube
from scelle.operations.others import Others
from scelle.operations.pictures import Pictures
from scelle.operations.portraits import portrait, telling
from scelle.operations.sandbox import Sandbox
from scelle.reporting.dossier import Dossier, dossier_pdf
from scelle.reporting.handed_out import HandedOut, counted
from scelle.reporting.rates import detector_rates
from scelle.reporting.words import LANGUAGES, Language
from scelle.vision.catalogue import CATALOGUE, own_model

SignsDocument = Callable[[bytes], bytes]
"""Gives a PDF file with a signature added."""


class DossierMaking:
    """Handler of :class:`MakeDossier`, and what a bundle's reports are made by.

    Args:
        sources: the vault for pictures, and what people decided.
        gathering: reads the rest.
        sandbox: has kept pictures decoded.
        sign: signs each document; ``None`` where no certificate is configured.
    """

    def __init__(
        self,
        sources: Sources,
        gathering: Gathering,
        sandbox: Sandbox,
        sign: SignsDocument | None = None,
    ) -> None:
        self._from, self._gathering = sources, gathering
        self._sandbox, self._sign = sandbox, sign

    def make(self, act: MakeDossier, permit: Permit, progress: Progress) -> Outcome:
        """Draw up the report of what the permit covers.

        Returns:
            An outcome whose value is a :class:`~scelle.model.results.Printed`.

        Raises:
            BadInput: the language is neither, or the file exists or cannot be written.
            Misconfigured: the certificate cannot be used, or the disk is full.
        """
        if act.language not in LANGUAGES:
            raise BadInput(f"There is no language {act.language!r}.", remedy="Use fr or en.")
        _require_place(act.output)
        case = self._from.records.case(act.case_id)
        handed, _ = self._gathering.gather(case, permit, act.recipient, act.reason, progress)
        figures = figures_of(handed)
        (data,) = self.documents(handed, figures, [act.language])
        permit.recheck()
        name = f"dossier.{act.language}.pdf" if act.output is None else act.output.name
        if act.output is not None:
            _write(act.output, data)
        sha256 = hashlib.sha256(data).hexdigest()
        counts = {
            "exhibits": len(handed.recordings),
            "confirmed": len(handed.judged(Judgement.CONFIRMED)),
            "rejected": len(handed.judged(Judgement.REJECTED)),
            "signed": int(self._sign is not None),
            "copies": 1,
        }
        objects = {r.exhibit.id: r.exhibit.sha256 for r in handed.recordings}
        printed = Printed(name, data, sha256, signed=self._sign is not None)
        return Outcome(printed, counts, {**objects, name: sha256})

    def documents(
        self, handed: HandedOut, figures: bytes, languages: Iterable[Language] = LANGUAGES
    ) -> list[bytes]:
        """The report in each language, with the figures attached, signed if that is configured."""
        told = self._told(handed, figures)
        plain = [dossier_pdf(told, language) for language in languages]
        return [self._sign(data) for data in plain] if self._sign else plain

    def _told(self, handed: HandedOut, figures: bytes) -> Dossier:
        case = handed.case
        whole = self._from.records.exhibits(case.id)
        hashes = {d for r in handed.recordings if r.manifest for d in r.manifest.models.values()}
        named = {m.sha256: m.name for m in CATALOGUE}
        folders = [own_model().parent]
        revealed = self._from.control.revealed(case.id)
        return Dossier(
            handed=handed,
            figures=figures,
            pictures=self._pictures(case, handed, revealed),
            revealed=revealed,
            left_out=len(whole) - len(handed.recordings),
            rates={
                f"{named.get(h, '')} {h[:12]}…".strip(): detector_rates(h, folders)
                for h in sorted(hashes)
            },
        )

    def _pictures(
        self, case: Case, handed: HandedOut, revealed: frozenset[str]
    ) -> dict[str, bytes]:
        vault, key, found = self._from.vault, self._from.keys.case_key(case.id), {}
        others = Others(self._from.tracks, revealed).conceal
        with Pictures(self._sandbox, self._from.control.zones(case.id), others) as pictures:
            for track_id in (d.track_id for d in handed.decisions):
                if vault.exists(case.id, f"tube/{track_id}"):
                    exhibit = self._from.records.exhibit(track_id.rpartition("-")[0])
                    tube = read_tube(vault, exhibit, key, track_id, telling)
                    lifted = track_id in revealed
                    found[track_id] = portrait(tube, pictures, concealed=not lifted)
        return found


def figures_of(handed: HandedOut, *, with_shown: bool = False) -> bytes:
    """The table that the verifier counts anew: from a bundle's other files, up to a head.

    Args:
        with_shown: count clips and stills too, which a bundle alone has.
    """
    told: dict[str, object] = {
        "format": "scelle-bundle-figures-1",
        "size": parse(handed.head).size,
        "entries": counted(handed.entries),
        "exhibits": {r.label: r.exhibit.sha256 for r in handed.recordings},
        "tracks": {r.label: len(r.tracks) for r in handed.recordings if r.manifest_sha256},
        "tracks_sha256": {r.label: r.tracks_sha256 for r in handed.recordings if r.manifest_sha256},
    }
    if with_shown:
        for kind in ("clips", "stills"):
            paths = [s.path for s in handed.shown] + [f.path for f in handed.films]
            told[kind] = sum(path.startswith(f"{kind}/") for path in paths)
    return json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"


def _require_place(output: Path | None) -> None:
    if output is not None and (output.exists() or not output.parent.is_dir()):
        raise BadInput(
            f"{output} exists already, or its folder does not.",
            remedy="Give the name of a new file in a folder that exists.",
        )


def _write(output: Path, data: bytes) -> None:
    try:
        with part_of(output) as part:
            part.write_bytes(data)
            part.replace(output)
    except OSError as error:
        raise Misconfigured(
            f"{output} cannot be written: {error.strerror}.",
            remedy="Free some space or choose another place; nothing half-written was kept.",
        ) from error
