"""Composing a synopsis, and playing one."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scelle.engine.ahead import ahead
from scelle.errors import BadInput, Misconfigured, NotFound
from scelle.footage.encode import Mp4Writer
from scelle.footage.part import memory_file, part_of
from scelle.law.sought import described
from scelle.ledger.credentials import SignsVideo
from scelle.model.acts import MakeSynopsis, Outcome, Permit, Progress, ViewSynopsis
from scelle.model.asking import Question
from scelle.model.evidence import Case, Exhibit, new_id
from scelle.model.results import Synopsis
from scelle.model.tracks import Track, Tube
from scelle.operations.clipping import sha256_of
from scelle.operations.material import Material, holding
from scelle.operations.others import Others
from scelle.operations.panels import Panel, Scene, arranged, scenes_of
from scelle.operations.pictures import Pictures
from scelle.operations.sandbox import Sandbox
from scelle.operations.synopsis_time import Source, at_hours, banner, labels, table_json
from scelle.reporting.provenance import claim_of, manifest_definition
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.compose import Conceal, Row, compose, table
from scelle.synopsis.grid import side_by_side
from scelle.vision.masking import RULES

UInt8Array = npt.NDArray[np.uint8]

LONGEST_S = 3600
"""The longest synopsis, seconds: it is composed in memory."""

_RECHECK = 100  # pictures, or tracks, between two looks at the mandate
_COPY = 1 << 20  # bytes


class ProduceSynopsis:
    """Handlers of :class:`MakeSynopsis` and :class:`ViewSynopsis`.

    Args:
        vault: holds tubes, backgrounds and synopses.
        keys: opens it.
        records: knows cases, exhibits and synopses.
        tracks: knows what answers the query.
        control: knows whose concealment is lifted.
        conceal: conceals heads and plates in the picture of one object.
        sandbox: where kept pictures are decoded.
        sign: puts a signed manifest into copies; ``None`` puts none, and a definition of it
            lies beside.
    """

    def __init__(
        self,
        vault: Vault,
        keys: Keyring,
        records: Records,
        tracks: TrackStore,
        control: Control,
        conceal: Conceal,
        sandbox: Sandbox,
        sign: SignsVideo | None = None,
    ) -> None:
        self._vault = vault
        self._keys = keys
        self._records, self._tracks = records, tracks
        self._material = Material(vault, records, tracks)
        self._control = control
        self._conceal = conceal
        self._sandbox, self._sign = sandbox, sign

    def make(self, act: MakeSynopsis, permit: Permit, progress: Progress) -> Outcome:
        """Compose a synopsis of the tracks that answer the query.

        (1) the tracks, and the recordings they lie in: one camera, or cameras side by side;
        (2) when each tube occupies what;
        (3) the arrangement;
        (4) the pictures, encoded into memory: nothing plain touches the disk
            unless a copy is asked for;
        (5) the vault, then the copy and what a signer needs to vouch for it
            (:mod:`scelle.reporting.provenance`), then the record: stopped half-way, none
            is left.

        Raises:
            BadInput: nothing answers the query, or not one camera, or a time of day where
                no clock is known, or an output that cannot be a file, or it would last
                more than an hour.
        """
        if act.output is not None:
            _require_file(act.output)
        case = self._records.case(act.case_id)
        key = self._keys.case_key(case.id)
        # (1)
        analysed, answering = self._material.answered(act, act.query, permit)
        found = at_hours(answering, act.hours, {e.id: Source(e, 0) for e in analysed})
        groups = scenes_of(holding(analysed, found), act.staging.rows)
        # (2)
        scenes = self._scenes(case.id, key, found, groups, permit, progress)
        shown = [t for scene in scenes for t in scene.tracks]
        # (3)
        panels = arranged(scenes, act.staging)
        permit.recheck()
        # (4)
        revealed = self._control.revealed(case.id)
        zones = self._control.zones(case.id)
        rate, length = panels[0].stage.rate, panels[0].arrangement.length
        if length > LONGEST_S * rate:
            raise BadInput(
                f"The synopsis would last {math.ceil(length / rate / 60)} minutes.",
                remedy="At most an hour is composed at a time: choose a higher speed or density, "
                "or look for less.",
            )
        others = Others(self._tracks, revealed).conceal
        with memory_file("synopsis") as memory, Pictures(self._sandbox, zones, others) as kept:
            trails = act.staging.trails
            pictures = self._pictures(case, key, panels, revealed, kept, trails=trails)
            _encode(memory, pictures, length, rate, permit, progress)
            permit.recheck()
            # (5)
            made = Synopsis(
                id=new_id(),
                case_id=case.id,
                exhibit_ids=tuple(e.id for e in analysed),
                duration_s=float(length / rate),
                source_s=float(sum(e.stream.duration for e in analysed)),
                tracks_total=len(found),
                tracks_shown=len(shown),
                collision=max(p.arrangement.collision for p in panels),
                path=None if act.kept else act.output,
                asked=Question(act.query, act.hours),
            )
            bare = sum(1 for t in shown if t.id in revealed)
            beside = {
                "synopsis-table": _table(panels),
                "synopsis-zones": json.dumps(
                    {
                        "rules": RULES,
                        "zones": [z.id for z in zones],
                        "lifted": sorted(revealed),
                    }
                ).encode(),
            }
            sha256 = self._keep(made, act.output, key, memory, beside, analysed, bare)
        counts = {
            "exhibits": len(analysed),
            "recorded_seconds": round(made.source_s),
            "tracks": made.tracks_total,
            "tracks_shown": made.tracks_shown,
            "revealed": bare,
        }
        objects = {made.id: sha256}
        if act.output is not None:
            objects[act.output.name] = sha256_of(act.output)
        return Outcome(made, counts, objects)

    def view(self, act: ViewSynopsis, permit: Permit, _progress: Progress) -> Outcome:
        """The MP4 file of a synopsis, as bytes.

        Raises:
            NotFound: no such synopsis in this case.
            BadInput: it shows more than the mandate is limited to, as when it was composed on
                another; or a zone was marked or moved since, or a track of
                its recordings concealed again; or it was composed under other
                :data:`~scelle.vision.masking.RULES`.
        """
        made = self._records.synopsis(act.synopsis_id)
        if made.case_id != act.case_id:
            raise NotFound(
                f"There is no synopsis {act.synopsis_id} in this case.",
                remedy="List the case's synopses with `scelle case show`.",
            )
        key = self._keys.case_key(act.case_id)
        table = json.loads(self._vault.read(act.case_id, f"synopsis-table/{made.id}", key))
        shown = [row["track"] for row in table]
        self._require_sought(shown, permit)
        self._require_concealed(made, key)
        data = self._vault.read(act.case_id, f"synopsis/{made.id}", key)
        counts = {"synopses": 1, "synopsis_seconds": round(made.duration_s)}
        return Outcome(data, counts, {made.id: hashlib.sha256(data).hexdigest()})

    def _require_sought(self, shown: Sequence[str], permit: Permit) -> None:
        """A mandate that is limited to a description shows nothing else."""
        if permit.sought is None:
            return
        found = self._tracks.get(shown)
        if len(found) < len(shown) or not all(permit.sought.matches(t) for t in found):
            raise BadInput(
                "This synopsis shows more than the mandate is limited to: "
                f"{described(permit.sought)}.",
                remedy="Compose it again: the new one shows that alone.",
            )

    def _require_concealed(self, made: Synopsis, key: bytes) -> None:
        """What is concealed now, and was not when a synopsis was composed, is not shown by it."""
        name = f"synopsis-zones/{made.id}"
        kept = self._vault.exists(made.case_id, name)
        then = json.loads(self._vault.read(made.case_id, name, key)) if kept else []
        # Earlier releases kept a list, or nothing.
        if not isinstance(then, dict) or then["rules"] != RULES:
            raise _stale("This synopsis was composed before heads were concealed as they are now.")
        theirs = {i for i in then["lifted"] if i.rpartition("-")[0] in made.exhibit_ids}
        if theirs - self._control.revealed(made.case_id):
            raise _stale("A track was concealed again after this synopsis was composed.")
        now = (z.id for z in self._control.zones(made.case_id) if z.exhibit_id in made.exhibit_ids)
        if set(now) - set(then["zones"]):
            raise _stale("A zone was concealed or moved after this synopsis was composed.")

    def _scenes(
        self,
        case_id: str,
        key: bytes,
        found: Sequence[Track],
        groups: Sequence[dict[str, Source]],
        permit: Permit,
        progress: Progress,
    ) -> list[Scene]:
        scenes = [Scene(sources, [], []) for sources in groups]
        of = {exhibit_id: scene for scene in scenes for exhibit_id in scene.sources}
        for done, track in enumerate(found, 1):
            # A track of which no picture was kept is counted, and not shown.
            if self._material.has_tube(track, case_id):
                scene = of[track.exhibit_id]
                source = scene.sources[track.exhibit_id]
                scene.tracks.append(track)
                scene.tubes.append(self._material.occupancy(case_id, key, track, source))
            if done % _RECHECK == 0:
                permit.recheck()
            progress("arrange", done, len(found), "tracks")
        kept = [scene for scene in scenes if scene.tracks]
        if not kept:
            raise BadInput(
                f"None of the {len(found)} tracks that answer the query has kept pictures.",
                remedy="Analyse the exhibit again.",
            )
        return kept

    def _pictures(
        self,
        case: Case,
        key: bytes,
        panels: Sequence[Panel],
        revealed: frozenset[str],
        kept: Pictures,
        *,
        trails: bool,
    ) -> Iterator[UInt8Array]:
        exhibits = [s.exhibit for scene in _unique(panels) for s in scene.sources.values()]
        above = banner(case, exhibits)
        names = {e.id: e.name for e in exhibits}
        alone = len(panels) == 1
        shown = []
        for panel in panels:
            scene = panel.scene

            def load(i: int, scene: Scene = scene) -> Tube:
                track = scene.tracks[i]
                tube = self._material.tube(key, track, scene.sources[track.exhibit_id])
                return replace(tube, revealed=track.id in revealed)

            pictures = compose(
                panel.arrangement,
                panel.stage.tubes,
                load,
                size=scene.size,
                backgrounds=self._material.backgrounds(
                    case.id, key, scene.sources, scene.size, kept
                ),
                label=labels(scene.tracks, scene.sources),
                banner_rows=above if alone else (),
                conceal=self._conceal,
                decode=kept.row,
                trails=trails,
            )
            shown.append(pictures)
        if alone:
            return shown[0]
        titles = [names.get(p.name, p.name) for p in panels]
        return side_by_side(titles, [p.scene.size for p in panels], shown, above)

    def _keep(
        self,
        made: Synopsis,
        output: Path | None,
        key: bytes,
        memory: Path,
        beside: Mapping[str, bytes],
        exhibits: Sequence[Exhibit],
        revealed: int,
    ) -> str:
        name = f"synopsis/{made.id}"
        try:
            for kind, told in beside.items():
                self._vault.write(made.case_id, f"{kind}/{made.id}", key, told)
            digest = hashlib.sha256()
            with memory.open("rb") as video, self._vault.create(made.case_id, name, key) as file:
                while block := video.read(_COPY):
                    digest.update(block)
                    file.write(block)
            claim = manifest_definition(made, exhibits, digest.hexdigest(), revealed)
            with _copied(memory, claim, output, self._sign):
                self._records.add_synopsis(made)
        except BaseException:
            for kind in ("synopsis", *beside):
                self._vault.delete(made.case_id, f"{kind}/{made.id}")
            raise
        return digest.hexdigest()


def _unique(panels: Sequence[Panel]) -> list[Scene]:
    return list({id(p.scene): p.scene for p in panels}.values())


def _stale(text: str) -> BadInput:
    remedy = "Compose it again: the new one leaves out what is concealed now."
    return BadInput(text, remedy=remedy)


def _table(panels: Sequence[Panel]) -> bytes:
    """Which object appears where and when, in order of appearance."""
    rows: list[Row] = []
    where: dict[str, str] = {}
    for panel in panels:
        scene = panel.scene
        originals = [(scene.tracks[i].id, scene.tubes[i].start) for i in panel.arrangement.tubes]
        rows += table(panel.arrangement, originals, panel.stage.rate)
        where |= {track_id: panel.name for track_id, _ in originals if len(panels) > 1}
    scenes = _unique(panels)
    tracks = [t for scene in scenes for t in scene.tracks]
    sources = {i: s for scene in scenes for i, s in scene.sources.items()}
    return table_json(sorted(rows, key=lambda r: r.appears), tracks, sources, where)


def _encode(
    memory: Path,
    pictures: Iterator[UInt8Array],
    length: int,
    rate: Fraction,
    permit: Permit,
    progress: Progress,
) -> None:
    pictures = ahead(pictures)
    first = next(pictures)
    height, width = first.shape[:2]
    with Mp4Writer(memory, width, height, 1 / rate, rate=rate, in_place=True) as writer:
        writer.write(first, 0)
        for tick, picture in enumerate(pictures, 1):
            writer.write(picture, tick)
            if tick % _RECHECK == 0:
                permit.recheck()
            progress("compose", tick + 1, length, "pictures")


def _require_file(path: Path) -> None:
    if path.is_dir() or not path.parent.is_dir():
        raise BadInput(
            f"{path} cannot be a file: it is a folder, or its folder does not exist.",
            remedy="Give the name of a file in a folder that exists.",
        )


@contextmanager
def _copied(
    source: Path, claim: bytes, target: Path | None, sign: SignsVideo | None
) -> Iterator[None]:
    """A copy that appears, whole or not at all, if the block is left without an error.

    It bears its claim where something signs it; else the claim lies beside.
    """
    if target is None:
        yield
        return
    claimed = claim_of(target)
    with ExitStack() as beside:
        with _writing(target):
            part = beside.enter_context(part_of(target))
            with source.open("rb") as video, part.open("wb") as file:
                while block := video.read(_COPY):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            other = beside.enter_context(part_of(claimed if sign is None else target))
            if sign is None:
                other.write_bytes(claim)
            else:
                sign(part, other, claim)
        yield
        with _writing(target):
            if sign is None:
                other.replace(claimed)
                part.replace(target)
            else:
                other.replace(target)


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Misconfigured(
            f"{target} cannot be written: {error.strerror}.",
            remedy="Free some space or choose another place; nothing half-written was kept.",
        ) from error
