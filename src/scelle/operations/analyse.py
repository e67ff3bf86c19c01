"""Analysis: from an exhibit in the vault to tracks, tubes and coverage."""

from __future__ import annotations

import fcntl
import hashlib
import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path

import rfc8785

from scelle import __version__
from scelle.engine.local import Engine
from scelle.errors import DecoderFailed
from scelle.footage.findings import of_glimpses
from scelle.footage.glimpses import Glimpses
from scelle.footage.hardware import NODES, accelerator
from scelle.footage.index import PacketIndex, segments
from scelle.model.acts import AnalyseExhibit, Outcome, Permit, Progress
from scelle.model.evidence import Coverage, Exhibit
from scelle.model.results import Analysis
from scelle.model.tracks import Manifest
from scelle.operations import segment, triage, tubes
from scelle.operations.carrying import carried, kept
from scelle.operations.covering import covered
from scelle.operations.following import Following
from scelle.operations.lending import Lending
from scelle.operations.original import part_name, read_index
from scelle.operations.sandbox import Sandbox, decoding_limits
from scelle.operations.segment import SegmentDone, SegmentTask, object_name
from scelle.operations.tubes import TubesTask
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tasks import Stage, TaskBook
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.vision import far
from scelle.vision.detect import OnnxDetector, model_file, require_provider
from scelle.vision.join import JoinSettings
from scelle.vision.link import LinkSettings
from scelle.vision.motion import MotionSettings
from scelle.vision.sourced import Sourced
from scelle.vision.tracks import TrackSettings

EXHAUSTIVE, TRIAGE = "exhaustive", "triage"
"""Modes of an analysis."""

_LIBRARIES = ("av", "numpy", "opencv-python-headless", "onnxruntime", "scipy")

_TEMPORARY = ("survey", "observe", "pictures", "tally", "glimpses")
"""Kinds of objects that only an unfinished analysis needs."""

_BEGUN = "begun"
"""Kind of an empty object that names the manifest under which those were made."""


@dataclass(frozen=True)
class VisionSettings:
    """Every parameter of an analysis."""

    motion: MotionSettings = field(default_factory=MotionSettings)
    link: LinkSettings = field(default_factory=LinkSettings)
    join: JoinSettings = field(default_factory=JoinSettings)
    track: TrackSettings = field(default_factory=TrackSettings)


class Analyse:
    """Handler of :class:`scelle.model.acts.AnalyseExhibit`.

    For each exhibit:

    (1) what was finished under the same manifest is not done again;
    (2) survey, then observe, every segment, on worker processes; the mandate is
        checked again after each; what was observed is linked meanwhile;
    (3) join over the whole recording;
    (4) what is the same object as in an earlier analysis keeps its id; cut a tube for
        each track;
    (5) record tracks and coverage, and drop what only an unfinished analysis needs.

    A stop at any point leaves the exhibit *not analysed*; the next run goes on
    from the segments already done, unless another analysis was begun meanwhile.
    """

    def __init__(
        self,
        vault: Vault,
        keys: Keyring,
        records: Records,
        tracks: TrackStore,
        tasks: TaskBook,
        settings: VisionSettings | None = None,
        sandbox: Sandbox | None = None,
        control: Control | None = None,
    ) -> None:
        self._vault = vault
        self._keys = keys
        self._records = records
        self._tracks = tracks
        self._tasks = tasks
        self._settings = settings or VisionSettings()
        self._sandbox = sandbox or Sandbox()
        self._control = control

    def analyse(self, act: AnalyseExhibit, permit: Permit, progress: Progress) -> Outcome:
        """Analyse every exhibit of the permit; the value is a tuple of :class:`Analysis`."""
        exhibits = [self._records.exhibit(e) for e in permit.exhibit_ids]
        done: list[Analysis] = []
        if act.engine == "local":
            # Before anything begins; on a cluster each machine looks for itself.
            require_provider(act.provider)
            accelerator(act.decoder)
        graphics = NODES if "cuda" in (act.provider, act.decoder) else ()
        with self._sandbox.engine(act.workers, act.engine, act.address, graphics) as engine:
            for exhibit in exhibits:
                # A second run of the same waits, and then finds it done.
                with _alone(self._vault.root / exhibit.case_id / part_name(exhibit.id, 0)):
                    done.append(self._exhibit(exhibit, act, permit, engine, progress))
        counts = {
            "exhibits": len(done),
            "recorded_seconds": round(sum(a.recorded_s for a in done)),
            "tracks": sum(a.tracks for a in done),
        }
        digests = {a.exhibit_id: a.manifest_sha256 for a in done}
        return Outcome(tuple(done), counts, {**digests, **self._environment(act)})

    def _environment(self, act: AnalyseExhibit) -> dict[str, str]:
        """Where an analysis runs and what holds it: recorded, and decides nothing."""
        return {
            "engine": act.engine,
            "sandbox": ", ".join(self._sandbox.protection().names),
            "provider": act.provider,
            "decoder": act.decoder,
        }

    def _exhibit(
        self,
        exhibit: Exhibit,
        act: AnalyseExhibit,
        permit: Permit,
        engine: Engine,
        progress: Progress,
    ) -> Analysis:
        began = time.monotonic()
        # Who has looked at everything need not look at less.
        for mode in (EXHAUSTIVE, TRIAGE) if act.triage else (EXHAUSTIVE,):
            manifest = self.manifest(
                exhibit,
                act.detector,
                provider=act.provider,
                decoder=act.decoder,
                environment=self._environment(act),
                mode=mode,
            )
            digest = manifest_digest(manifest)
            recorded_s = float(exhibit.stream.duration)
            # (1)
            finished = self._finished(exhibit, digest)
            if finished is not None:
                coverage, tracks = finished
                wall = time.monotonic() - began
                return Analysis(exhibit.id, coverage, tracks, recorded_s, wall, digest, fresh=False)
        key = self._keys.case_key(exhibit.case_id)
        index = read_index(self._vault, exhibit.case_id, exhibit.id, key)
        self._begin(exhibit, digest, key)
        # (2)
        following = Following(self._vault, exhibit, index.time_base, key, self._settings.link)
        parts = self._segments(
            exhibit, act, permit, engine, progress, index, digest, key, following
        )
        # (3)
        sourced = following.tracks(self._settings.join, self._settings.track)
        permit.recheck()
        # (4)
        before = self._tracks.search([exhibit.id])
        control = self._control
        lifted = control.revealed(exhibit.case_id) if control else frozenset()
        sourced = carried(before, sourced, lifted)
        self._tubes(exhibit, sourced, key, permit, engine, progress)
        # (5)
        seen = self._seen(exhibit, len(parts), key)
        coverage = covered(exhibit, index, parts, of_glimpses(seen, index))
        # Sealed beside the result, so that an auditor can replay it.
        self._vault.write(exhibit.case_id, manifest_name(exhibit.id), key, manifest_bytes(manifest))
        rest = kept(before, sourced, self._decided(exhibit.case_id))
        all_tracks = sorted([*(s.track for s in sourced), *rest], key=lambda t: t.number)
        # Stopped between the two, the exhibit is not analysed: an earlier analysis' coverage does
        # not stand beside this one's tracks.
        self._records.put_coverage(replace(coverage, ended=False))
        self._tracks.replace(exhibit.id, all_tracks, digest)
        self._records.put_coverage(coverage)
        # What only an unfinished analysis needs, and tubes of tracks that are no more.
        tubes_now = {f"tube/{t.id}" for t in all_tracks}
        self._sweep(exhibit, (*_TEMPORARY, _BEGUN, "tube"), tubes_now)
        wall = time.monotonic() - began
        return Analysis(
            exhibit.id,
            coverage,
            len(all_tracks),
            recorded_s,
            wall,
            digest,
            environment=manifest.environment,
        )

    def _decided(self, case_id: str) -> frozenset[str]:
        """Ids of the tracks about which somebody has said something."""
        if self._control is None:
            return frozenset()
        control = self._control
        decided = {d.track_id for d in control.decisions(case_id)}
        noted = {n.track_id for n in control.notes(case_id)}
        return frozenset(decided | noted | {r.track_id for r in control.reveals(case_id)})

    def _begin(self, exhibit: Exhibit, digest: str, key: bytes) -> None:
        """Let what another analysis left half done not be taken for what this one did.

        Both keep it under the same names; and the task book tells of bytes, not of exhibits.
        """
        name = f"{_BEGUN}/{exhibit.id}-{digest}"
        if not self._vault.exists(exhibit.case_id, name):
            self._sweep(exhibit, (*_TEMPORARY, _BEGUN))
            self._vault.write(exhibit.case_id, name, key, b"")

    def _sweep(
        self, exhibit: Exhibit, kinds: Sequence[str], but: Collection[str] = frozenset()
    ) -> None:
        """Drop an exhibit's objects of some kinds."""
        self._vault.delete_many(
            exhibit.case_id,
            [
                name
                for kind in kinds
                for name in self._vault.names(exhibit.case_id, kind)
                if name.startswith(f"{kind}/{exhibit.id}-") and name not in but
            ],
        )

    def manifest(
        self,
        exhibit: Exhibit,
        detector: str,
        *,
        mode: str = EXHAUSTIVE,
        provider: str = "cpu",
        decoder: str = "software",
        environment: Mapping[str, str] | None = None,
    ) -> Manifest:
        """Everything that decides the result of an analysis of ``exhibit``."""
        models = {}
        file = model_file(detector)
        if file:
            model = OnnxDetector(file)
            models[model.name] = model.sha256
        settings = asdict(self._settings)
        settings["segment"] = {
            "segment_s": segment.SEGMENT_S,
            "looks_per_s": segment.LOOKS_PER_S,
            "window_s": segment.WINDOW_S,
            "sample_s": segment.SAMPLE_S,
        }
        settings["far"] = {
            "finer": far.FINER,
            "cell": far.CELL,
            "levels": far.LEVELS,
            "noise": far.NOISE,
            "glances": far.GLANCES,
            "seen": far.SEEN,
            "share": far.SHARE,
            "most": far.MOST,
            "samples": far.SAMPLES,
            "least": far.LEAST,
            "covered": far.COVERED,
        }
        if mode == TRIAGE:
            settings["triage"] = {
                "farthest_s": triage.FARTHEST_S,
                "margin_s": float(triage.MARGIN_S),
                "effort": triage.EFFORT,
            }
        if exhibit.view:
            # Of the same bytes as the first, and of other pictures.
            settings["view"] = exhibit.view
        # Another processor rounds in another way.
        settings["runs"] = {"provider": provider, "decoder": decoder}
        versions = {"scelle": __version__} | {name: version(name) for name in _LIBRARIES}
        return Manifest(exhibit.sha256, mode, versions, settings, models, dict(environment or {}))

    def _finished(self, exhibit: Exhibit, digest: str) -> tuple[Coverage, int] | None:
        if self._tracks.manifest(exhibit.id) != digest:
            return None
        coverage = self._records.coverage(exhibit.id)
        if coverage is None or not coverage.ended:
            return None
        return coverage, len(self._tracks.search([exhibit.id]))

    def _segments(
        self,
        exhibit: Exhibit,
        act: AnalyseExhibit,
        permit: Permit,
        engine: Engine,
        progress: Progress,
        index: PacketIndex,
        digest: str,
        key: bytes,
        following: Following,
    ) -> list[SegmentDone]:
        spans = segments(index, segment.SEGMENT_S)
        total = float(exhibit.stream.duration)
        results: dict[int, SegmentDone] = {}
        kinds = frozenset((*_TEMPORARY, "background"))
        model = model_file(act.detector)
        serve = Lending(
            self._vault,
            exhibit.case_id,
            key,
            exhibit.id,
            reads=frozenset(("original", "index", "survey")),
            writes=kinds,
            files={str(model): model} if model else {},
        )
        limits = decoding_limits(max(_seconds(span, index.time_base) for span in spans))
        for name in ("survey", "observe"):
            stage = Stage(exhibit.sha256, digest, name)
            finished = self._tasks.done(stage)
            todo = []
            covered = 0.0
            for number, span in enumerate(spans):
                task = SegmentTask(
                    name,
                    number,
                    exhibit.case_id,
                    exhibit.id,
                    self._settings.motion,
                    str(model or ""),
                    act.provider,
                    act.decoder,
                    act.triage,
                )
                if number in finished and self._vault.exists(exhibit.case_id, task.name):
                    covered += _seconds(span, index.time_base)
                    if name == "observe":
                        tally = object_name("tally", exhibit.id, number)
                        data = self._vault.read(exhibit.case_id, tally, key)
                        results[number] = SegmentDone.from_bytes(data)
                        following.observed(number)
                else:
                    todo.append(task)
            progress(name, min(covered, total), total, "s")
            for task, result in engine.run(
                todo,
                segment.work,
                serve=serve,
                limits=limits,
                types=(SegmentDone,),
                failed=lambda task, error: self._undecodable(task, error, index, key),
            ):
                # What failed is tried again, should this run be stopped.
                if not result.failure:
                    self._tasks.mark_done(stage, task.number, result.sha256)
                results[task.number] = result
                if name == "observe":
                    following.observed(task.number)
                covered += _seconds(spans[task.number], index.time_base)
                progress(name, min(covered, total), total, "s")
                permit.recheck()
        return [results[n] for n in range(len(spans))]

    def _seen(self, exhibit: Exhibit, parts: int, key: bytes) -> Glimpses:
        """What was kept of every look, over the whole recording."""
        names = (object_name("glimpses", exhibit.id, number) for number in range(parts))
        read = (self._vault.read(exhibit.case_id, name, key) for name in names)
        return Glimpses.joined([Glimpses.from_bytes(data) for data in read])

    def _undecodable(
        self, task: SegmentTask, error: DecoderFailed, index: PacketIndex, key: bytes
    ) -> SegmentDone:
        """A segment on which the decoder failed counts as damaged, whole, and says why."""
        done, objects = segment.undecodable(task, index, str(error))
        for name, data in objects.items():
            self._vault.write(task.case_id, name, key, data)
        return done

    def _tubes(
        self,
        exhibit: Exhibit,
        sourced: list[Sourced],
        key: bytes,
        permit: Permit,
        engine: Engine,
        progress: Progress,
    ) -> None:
        batches = [
            TubesTask(
                exhibit.case_id,
                exhibit.id,
                tuple(sourced[at : at + tubes.BATCH]),
            )
            for at in range(0, len(sourced), tubes.BATCH)
        ]
        serve = Lending(
            self._vault,
            exhibit.case_id,
            key,
            exhibit.id,
            reads=frozenset(("observe", "pictures")),
            writes=frozenset(("tube",)),
        )
        done = 0
        for _, count in engine.run(batches, tubes.cut_tubes, serve=serve):
            done += count
            progress("tubes", done, len(sourced), "tracks")
            permit.recheck()


@contextmanager
def _alone(original: Path) -> Iterator[None]:
    """One process at a time holds an original; the kernel lets go of what a killed one held."""
    with original.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def manifest_digest(manifest: Manifest) -> str:
    """SHA-256, hexadecimal, of the canonical JSON of all in the manifest that decides."""
    return hashlib.sha256(manifest_bytes(replace(manifest, environment={}))).hexdigest()


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest's canonical JSON (RFC 8785)."""
    return rfc8785.dumps(json.loads(json.dumps(asdict(manifest))))


def manifest_name(exhibit_id: str) -> str:
    """The vault's object that holds the manifest of an exhibit's kept result."""
    return f"manifest/{exhibit_id}"


def _seconds(span: tuple[int, int, int], time_base: Fraction) -> float:
    return float((span[1] - span[0]) * time_base)
