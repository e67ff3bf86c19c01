"""A bundle: a case's evidence for one recipient, complete, and verifiable without this program."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC
from importlib.resources import files
from pathlib import Path

import scelle
from scelle.errors import BadInput, Misconfigured
from scelle.footage.certificate import view
from scelle.model.acts import MakeBundle, Outcome, Permit, Progress, Span
from scelle.model.decisions import Judgement
from scelle.model.evidence import Case, Exhibit
from scelle.model.results import Exported
from scelle.model.tracks import Track
from scelle.operations.analyse import manifest_name
from scelle.operations.attest import described, new_folder
from scelle.operations.cameras import Cameras
from scelle.operations.clipping import Clip, Clipper
from scelle.operations.dossier import DossierMaking, figures_of
from scelle.operations.gathering import Gathering, Sources
from scelle.operations.material import read_tube
from scelle.operations.original import part_name, read_index
from scelle.operations.others import Others
from scelle.operations.pictures import Pictures
from scelle.operations.portraits import portrait, telling
from scelle.operations.produce_clip import copy_reference
from scelle.operations.sandbox import Sandbox
from scelle.operations.sight import Hidden, Marks
from scelle.operations.zipped import pack
from scelle.reporting.bookmarks import bookmarks_csv
from scelle.reporting.case_graph import graph
from scelle.reporting.evidence import sign_manifest
from scelle.reporting.handed_out import Filmed, HandedOut, HandedRecording, Shown
from scelle.reporting.notes import notes_csv
from scelle.reporting.readme import readme
from scelle.reporting.track_formats import FORMATS, write
from scelle.reporting.viewer import viewer
from scelle.reporting.words import LANGUAGES
from scelle.store.tracks import track_bytes

FORMAT = "scelle-bundle-1"
"""First line of a bundle's manifest."""

_BLOCK = 4 << 20


class Bundling:
    """Handler of :class:`MakeBundle`.

    (1) each exhibit: what was read of it, its tracks in every format, what decided its
        analysis, and the untouched recording where that was asked for;
    (2) clips: around each confirmed candidate, and each span and film that was asked for;
    (3) a still of each candidate that was decided upon;
    (4) the case's entries of the ledger, with proofs;
    (5) documents made from all this, and the verifier;
    (6) the manifest, signed.

    The bundle appears whole or not at all.
    """

    def __init__(
        self,
        sources: Sources,
        gathering: Gathering,
        clipper: Clipper,
        cameras: Cameras,
        sandbox: Sandbox,
        reports: DossierMaking,
    ) -> None:
        self._from, self._gathering = sources, gathering
        self._clipper, self._cameras = clipper, cameras
        self._sandbox, self._reports = sandbox, reports

    def make(self, act: MakeBundle, permit: Permit, progress: Progress) -> Outcome:
        """Write the bundle.

        Returns:
            An outcome whose value is an :class:`~scelle.model.results.Exported`.

        Raises:
            BadInput: it exists already, a span is not in an exhibit of the permit, or
                an exhibit that a clip needs was not analysed.
        """
        case = self._from.records.case(act.case_id)
        zipped = act.output.suffix.lower() == ".zip"
        if zipped and act.output.exists():
            raise BadInput(f"{act.output} exists already.", remedy="Give another name.")
        filled = act.output.with_suffix(".folder") if zipped else act.output
        with new_folder(filled) as folder:
            whole = _Whole(folder, case, act, permit, progress)
            handed = self._fill(whole)
            sign_manifest(folder, self._from.sign, handed.origin, FORMAT)
            permit.recheck()
            told = described(folder)
            if zipped:
                pack(folder, act.output)
                shutil.rmtree(folder)
                folder.mkdir()
        if zipped:
            filled.rmdir()
        exported = Exported(act.output, told.rows, told.sha256)
        stills = sum(1 for s in handed.shown if s.path.startswith("stills/"))
        counts = {
            "exhibits": len(handed.recordings),
            "files": told.rows,
            "clips": len(handed.shown) - stills,
            "films": len(handed.films),
            "stills": stills,
            "tracks": sum(len(r.tracks) for r in handed.recordings),
            "originals": sum(1 for r in handed.recordings if r.original),
            "copies": 1,
        }
        objects = {r.exhibit.id: r.exhibit.sha256 for r in handed.recordings}
        return Outcome(exported, counts, {**objects, act.output.name: told.sha256})

    def _fill(self, whole: _Whole) -> HandedOut:
        act, permit = whole.act, whole.permit
        handed, proof = self._gathering.gather(
            whole.case, permit, act.recipient, act.reason, whole.progress
        )
        # (1)
        recordings = tuple(self._recording(whole, r) for r in handed.recordings)
        by_id = {r.exhibit.id: r for r in recordings}
        # (2)
        confirmed = {d.track_id for d in handed.judged(Judgement.CONFIRMED)}
        shown = list(self._clips(whole, by_id, confirmed))
        films = tuple(self._films(whole, by_id))
        # (3)
        shown += self._stills(whole, by_id, [d.track_id for d in handed.decisions])
        # (4)
        whole.put("ledger/proof.json", proof)
        whole.put("ledger/checkpoint.txt", handed.head.encode())
        # (5)
        handed = replace(handed, recordings=recordings, shown=tuple(shown), films=films)
        self._documents(whole, handed)
        return handed

    # -- recordings ----------------------------------------------------------------

    def _recording(self, whole: _Whole, recording: HandedRecording) -> HandedRecording:
        source, exhibit, label = self._from, recording.exhibit, recording.label
        key, tracks = source.keys.case_key(whole.case.id), recording.tracks
        told = view(recording.certificate)
        text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False)
        whole.put(f"coverage/{label}.json", text.encode())
        if recording.manifest_sha256:
            index = read_index(source.vault, whole.case.id, exhibit.id, key)
            for name, ending in FORMATS.items():
                data = write(name, tracks, exhibit, index.times).encode()
                whole.put(f"tracks/{label}.{ending}", data)
            whole.put(f"analysis/{label}.tracks", _canonical(tracks))
        if recording.manifest is not None:
            data = source.vault.read(whole.case.id, manifest_name(exhibit.id), key)
            whole.put(f"analysis/{label}.manifest.json", data)
        whole.permit.recheck()
        if not whole.act.originals:
            return recording
        return replace(recording, original=tuple(self._originals(whole, label, exhibit)))

    def _originals(self, whole: _Whole, label: str, exhibit: Exhibit) -> Iterator[str]:
        source = self._from
        key = source.keys.case_key(whole.case.id)
        names = [p.name for p in exhibit.parts] or [exhibit.name]
        for number, name in enumerate(names):
            # What people called it, as far as it is a name everywhere.
            ending = "".join(c for c in Path(name).suffix if c.isalnum() or c == ".")
            path = f"originals/{label}-{number + 1}{ending.lower()}"
            with (
                source.vault.open(whole.case.id, part_name(exhibit.id, number), key) as file,
                whole.at(path).open("wb") as out,
            ):
                shutil.copyfileobj(file, out, _BLOCK)
            yield path

    # -- what people look at -------------------------------------------------------

    def _clips(
        self, whole: _Whole, by_id: Mapping[str, HandedRecording], confirmed: Iterable[str]
    ) -> Iterator[Shown]:
        revealed = self._from.control.revealed(whole.case.id)
        wanted = [(each, 0) for each in whole.act.clips]
        for recording in by_id.values():
            for track in recording.tracks:
                if track.id in confirmed:
                    exhibit = recording.exhibit
                    around = exhibit.around(track.start_ms, track.end_ms)
                    wanted.append((Span(exhibit.id, *around), track.number))
        for span, number in wanted:
            if span.exhibit_id not in by_id:
                raise BadInput(
                    f"The span names {span.exhibit_id}, which is no exhibit of this bundle.",
                    remedy="List the case's exhibits and name one that the mandate covers.",
                )
            recording = by_id[span.exhibit_id]
            exhibit, label = recording.exhibit, recording.label
            if not recording.manifest_sha256:
                raise BadInput(
                    f"The exhibit {exhibit.name} has not been analysed: nothing is known of "
                    "what must be concealed.",
                    remedy="Analyse the exhibit first, or leave the span out.",
                )
            path = f"clips/{label}-{span.start_ms}-{span.end_ms}.mp4"
            every = self._from.tracks.search([exhibit.id])
            hidden = Hidden.of(exhibit, every, self._from.control)
            marks = Marks(whole.case, label, copy_reference(whole.permit), whole.act.recipient)
            made: Clip = self._clipper.write(
                exhibit,
                (span.start_ms, span.end_ms),
                whole.at(path),
                hidden,
                marks,
                whole.permit,
                whole.progress,
            )
            shown = f"{exhibit.id}-{number}" in revealed
            yield Shown(
                path, label, span.start_ms, span.end_ms, number, made.copied, made.missing, shown
            )

    def _films(self, whole: _Whole, by_id: Mapping[str, HandedRecording]) -> Iterator[Filmed]:
        act, permit = whole.act, whole.permit
        for film in act.films:
            labels = tuple(by_id[s.exhibit_id].label for s in film.spans if s.exhibit_id in by_id)
            at = film.start.astimezone(UTC)
            path = f"clips/{'-'.join(labels)}-{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03}Z.mp4"
            made = self._cameras.write(
                film, whole.case, whole.at(path), act.recipient, permit, whole.progress
            )
            yield Filmed(path, labels, film.start, film.end, made.missing, made.revealed)

    def _stills(
        self, whole: _Whole, by_id: Mapping[str, HandedRecording], track_ids: Iterable[str]
    ) -> Iterator[Shown]:
        source, key = self._from, self._from.keys.case_key(whole.case.id)
        revealed = source.control.revealed(whole.case.id)
        others = Others(source.tracks, revealed).conceal
        with Pictures(self._sandbox, source.control.zones(whole.case.id), others) as pictures:
            for track in source.tracks.get(list(track_ids)):
                if not source.vault.exists(whole.case.id, f"tube/{track.id}"):
                    continue
                exhibit = source.records.exhibit(track.exhibit_id)
                tube = read_tube(source.vault, exhibit, key, track.id, telling)
                label = by_id[track.exhibit_id].label
                path = f"stills/{label}-{track.number}.jpg"
                lifted = track.id in revealed
                whole.put(path, portrait(tube, pictures, concealed=not lifted))
                at = track.start_ms
                yield Shown(path, label, at, at, track.number, revealed=lifted)

    # -- documents -----------------------------------------------------------------

    def _documents(self, whole: _Whole, handed: HandedOut) -> None:
        figures = figures_of(handed, with_shown=True)
        whole.put("figures.json", figures)
        for language, data in zip(LANGUAGES, self._reports.documents(handed, figures), strict=True):
            whole.put(f"dossier.{language}.pdf", data)
        whole.put("bookmarks.csv", bookmarks_csv(handed).encode())
        whole.put("notes.csv", notes_csv(handed).encode())
        whole.put("verify.py", verifier())
        for name, text in readme(handed).items():
            whole.put(name, text.encode())
        whole.put("index.html", viewer(handed).encode())
        whole.put("case.jsonld", graph(handed, whole.digests()).encode())


class _Whole:
    """A bundle while it is filled."""

    def __init__(
        self, folder: Path, case: Case, act: MakeBundle, permit: Permit, progress: Progress
    ) -> None:
        self.folder, self.case = folder, case
        self.act, self.permit, self.progress = act, permit, progress

    def at(self, path: str) -> Path:
        """Where a file is to be written."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def put(self, path: str, data: bytes) -> None:
        """Write a file."""
        self.at(path).write_bytes(data)

    def digests(self) -> dict[str, tuple[str, int]]:
        """SHA-256 and size of each file so far, in order of path."""
        found = {}
        for path in sorted(p for p in self.folder.rglob("*") if p.is_file()):
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found[path.relative_to(self.folder).as_posix()] = digest, path.stat().st_size
        return found


def verifier() -> bytes:
    """The independent verifier, as it lies beside the sources or in the package.

    Raises:
        Misconfigured: it is not there.
    """
    places = (
        Path(str(files("scelle.reporting").joinpath("verifier.txt"))),
        Path(scelle.__file__).parents[2] / "tools" / "verify.py",
    )
    for place in places:
        if place.is_file():
            return place.read_bytes()
    raise Misconfigured(
        "The verifier tools/verify.py is not there, and no bundle leaves without it.",
        remedy="Take the program's sources whole, and install again.",
    )


def _canonical(tracks: Iterable[Track]) -> bytes:
    """What :func:`tracks_digest` hashes: each track's canonical bytes after their length."""
    parts = (track_bytes(t) for t in tracks)
    return b"".join(len(data).to_bytes(8, "big") + data for data in parts)
