"""Opening another installation's bundle: read only, and its analyses done again."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from scelle.errors import BadInput, Damaged
from scelle.model.acts import (
    AnalyseExhibit,
    Outcome,
    Permit,
    Progress,
    ReceiveExhibit,
    ReplayBundle,
)
from scelle.model.evidence import Case, Exhibit
from scelle.model.results import Reopened, Replay
from scelle.model.tracks import Manifest, Track
from scelle.operations.analyse import Analyse, manifest_digest
from scelle.operations.bundle import FORMAT
from scelle.operations.intake import Intake
from scelle.operations.replay import TOLERANCE, deciding, differences, judge
from scelle.operations.sandbox import Sandbox
from scelle.operations.zipped import unpack
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tasks import TaskBook
from scelle.store.tracks import TrackStore, track_from_bytes, tracks_digest
from scelle.store.vault import Vault

#: Makes an analyser over other stores.
MakeAnalyse = Callable[[Keyring, Vault, Records, TrackStore, TaskBook], Analyse]

_YEAR = timedelta(days=365)


class Reopening:
    """Handler of :class:`ReplayBundle`.

    (1) every file is compared with the manifest; the signature and the proofs are for
        the verifier, which needs no installation;
    (2) each untouched recording is received into an installation aside, which goes at
        the end, and analysed there;
    (3) the tracks are compared with those in the bundle.

    Nothing of the bundle enters this installation's own cases.
    """

    def __init__(self, home: Path, sandbox: Sandbox, make: MakeAnalyse) -> None:
        self._home, self._sandbox, self._make = home, sandbox, make

    def replay(self, act: ReplayBundle, permit: Permit, progress: Progress) -> Outcome:
        """Replay each recording of a bundle.

        Returns:
            An outcome whose value is a :class:`Reopened`.

        Raises:
            BadInput: no bundle.
            Damaged: a file is not the one that the manifest names.
        """
        with tempfile.TemporaryDirectory(prefix=".bundle-", dir=self._home) as place:
            folder = _unpacked(act.bundle, Path(place))
            files = tuple(_checked(folder))
            labels = json.loads((folder / "figures.json").read_bytes())["tracks"]
            replays, without = [], []
            for label in sorted(labels):
                parts = sorted((folder / "originals").glob(f"{label}-*"))
                if parts:
                    replays.append(
                        self._again(label, parts, folder, Path(place), act, permit, progress)
                    )
                else:
                    without.append(label)
        counts = {
            "files": len(files),
            "exhibits": len(replays),
            "identical": sum(1 for r in replays if r.verdict == "identical"),
            "different": sum(1 for r in replays if r.verdict == "different"),
        }
        told = Reopened(files, tuple(replays), tuple(without))
        return Outcome(told, counts, {r.exhibit_id: r.tracks_sha256_now for r in replays})

    def _again(
        self,
        label: str,
        parts: list[Path],
        folder: Path,
        place: Path,
        act: ReplayBundle,
        permit: Permit,
        progress: Progress,
    ) -> Replay:
        sealed = json.loads((folder / "analysis" / f"{label}.manifest.json").read_bytes())
        before = list(_tracks((folder / "analysis" / f"{label}.tracks").read_bytes()))
        home = place / label
        home.mkdir()
        keys, vault = Keyring(home), Vault(home / "vault")
        engine = open_database(home / "aside.db")
        try:
            records, tracks = Records(engine), TrackStore(engine)
            case = Case("b" * 26, label, "preliminaire", "aside", "other", permit.at,
                        permit.at + _YEAR, demonstration=True)  # fmt: skip
            records.add_case(case)
            keys.create_case_key(case.id)
            received = ReceiveExhibit(
                case_id=case.id, path=parts[0], also=tuple(parts[1:]), camera=label, origin=label
            )
            inner = replace(permit, act=received, exhibit_ids=())
            intake = Intake(vault, keys, records, self._sandbox)
            exhibit: Any = intake.receive(received, inner, progress).value
            analyse = self._make(keys, vault, records, tracks, TaskBook(engine))
            again = AnalyseExhibit(
                case_id=case.id,
                exhibit_ids=(exhibit.id,),
                workers=act.workers,
                detector=act.detector,
            )
            manifest = analyse.manifest(exhibit, act.detector)
            analyse.analyse(again, replace(inner, act=again, exhibit_ids=(exhibit.id,)), progress)
            after = [_named_as(t, before, exhibit) for t in tracks.search([exhibit.id])]
        finally:
            engine.dispose()
        alike, verdict = judge(before, after)
        told = json.loads(json.dumps(asdict(manifest)))
        return Replay(
            exhibit_id=label,
            manifest_sha256=_digest_of(sealed),
            manifest_sha256_now=manifest_digest(manifest),
            differences=tuple(differences(deciding(sealed), deciding(told))),
            tracks=len(before),
            tracks_now=len(after),
            matched=alike,
            tracks_sha256=tracks_digest(before),
            tracks_sha256_now=tracks_digest(after),
            tolerance=TOLERANCE,
            verdict=verdict,
        )


def _named_as(track: Track, before: list[Track], exhibit: Exhibit) -> Track:
    """The same track under the id that the exhibit had in the other installation."""
    own = before[0].exhibit_id if before else exhibit.id
    return replace(track, id=f"{own}-{track.number}", exhibit_id=own)


def _digest_of(manifest: Mapping[str, Any]) -> str:
    return manifest_digest(Manifest(**manifest))


def _unpacked(bundle: Path, place: Path) -> Path:
    if bundle.is_dir():
        return bundle
    unpack(bundle, place / "bundle")
    return place / "bundle"


def _checked(folder: Path) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of each file that the manifest names, all compared."""
    remedy = "Verify it with `python3 verify.py BUNDLE`, and ask for another copy."
    try:
        lines = (folder / "manifest.txt").read_text(encoding="utf-8").split("\n\n")[0].split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{folder.name} is no bundle: it has no manifest that can be read.",
            remedy="Give a folder or ZIP file that `scelle bundle make` wrote.",
        ) from error
    if lines[0] != FORMAT:
        raise BadInput(
            f"{folder.name} is {lines[0]!r}, not a bundle of this form.",
            remedy="Give a folder or ZIP file that `scelle bundle make` wrote.",
        )
    for line in lines[2:]:
        digest, _, path = line.partition("  ")
        file = folder / path
        if not file.resolve().is_relative_to(folder.resolve()) or not file.is_file():
            raise Damaged(f"{path} is missing.", remedy=remedy)
        with file.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != digest:
                raise Damaged(f"{path} is not the file that the manifest names.", remedy=remedy)
        yield path, digest


def _tracks(data: bytes) -> Iterator[Track]:
    """The tracks of a file of canonical bytes, each after its length in eight bytes.

    Raises:
        Damaged: something else.
    """
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 8], "big")
        yield track_from_bytes(data[at + 8 : at + 8 + size])
        at += 8 + size
