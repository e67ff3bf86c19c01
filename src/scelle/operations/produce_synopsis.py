"""Composing a synopsis, and playing one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
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
from scelle.model.acts import MakeSynopsis, Outcome, Permit, Progress, ViewSynopsis
from scelle.model.evidence import new_id
from scelle.model.results import Synopsis
from scelle.model.tracks import Track
from scelle.operations.material import Material, picture_size
from scelle.operations.staging import set_stage
from scelle.operations.synopsis_time import Source, banner, labels, table_json
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.compose import Conceal, compose, table
from scelle.synopsis.occupancy import Occupancy

UInt8Array = npt.NDArray[np.uint8]

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
    """

    def __init__(
        self,
        vault: Vault,
        keys: Keyring,
        records: Records,
        tracks: TrackStore,
        control: Control,
        conceal: Conceal,
    ) -> None:
        self._vault = vault
        self._keys = keys
        self._records = records
        self._material = Material(vault, records, tracks)
        self._control = control
        self._conceal = conceal

    def make(self, act: MakeSynopsis, permit: Permit, progress: Progress) -> Outcome:
        """Compose a synopsis of the tracks that answer the query.

        (1) the tracks, and the recordings they lie in: one camera, one picture size;
        (2) when each tube occupies what;
        (3) the arrangement;
        (4) the pictures, encoded into memory: nothing plain touches the disk
            unless a copy is asked for;
        (5) the vault, then the copy, then the record: stopped half-way, none is left.

        Raises:
            BadInput: nothing answers the query, or not one camera, or an output
                that cannot be a file.
        """
        if act.output is not None:
            _require_file(act.output)
        case = self._records.case(act.case_id)
        key = self._keys.case_key(case.id)
        # (1)
        analysed, found, sources = self._material.found(act, act.query, permit)
        # (2)
        shown, occupancies = self._occupancies(case.id, key, found, sources, permit, progress)
        # (3)
        size = picture_size(shown, sources)
        stage = set_stage(shown, occupancies, size, act.staging)
        arrangement = stage.arrange(act.staging)
        permit.recheck()
        # (4)
        revealed = self._control.revealed(case.id)
        pictures = compose(
            arrangement,
            stage.tubes,
            lambda i: replace(
                self._material.tube(case.id, key, shown[i], sources[shown[i].exhibit_id]),
                revealed=shown[i].id in revealed,
            ),
            size=size,
            backgrounds=self._material.backgrounds(case.id, key, sources, size),
            label=labels(shown, sources),
            banner_rows=banner(case, [s.exhibit for s in sources.values()]),
            conceal=self._conceal,
            trails=act.staging.trails,
        )
        with memory_file("synopsis") as memory:
            _encode(memory, pictures, arrangement.length, stage.rate, permit, progress)
            permit.recheck()
            # (5)
            made = Synopsis(
                id=new_id(),
                case_id=case.id,
                exhibit_ids=tuple(e.id for e in analysed),
                duration_s=float(arrangement.length / stage.rate),
                source_s=float(sum(e.stream.duration for e in analysed)),
                tracks_total=len(found),
                tracks_shown=len(shown),
                collision=arrangement.collision,
                path=act.output,
            )
            originals = [(t.id, o.start) for t, o in zip(shown, occupancies, strict=True)]
            rows = table(arrangement, originals, stage.rate)
            sha256 = self._keep(made, key, memory, table_json(rows, shown, sources))
        counts = {
            "exhibits": len(analysed),
            "recorded_seconds": round(made.source_s),
            "tracks": made.tracks_total,
            "tracks_shown": made.tracks_shown,
            "revealed": sum(1 for t in shown if t.id in revealed),
        }
        return Outcome(made, counts, {made.id: sha256})

    def view(self, act: ViewSynopsis, _permit: Permit, _progress: Progress) -> Outcome:
        """The MP4 file of a synopsis, as bytes.

        Raises:
            NotFound: no such synopsis in this case.
        """
        made = self._records.synopsis(act.synopsis_id)
        if made.case_id != act.case_id:
            raise NotFound(
                f"There is no synopsis {act.synopsis_id} in this case.",
                remedy="List the case's synopses with `scelle case show`.",
            )
        key = self._keys.case_key(act.case_id)
        data = self._vault.read(act.case_id, f"synopsis/{made.id}", key)
        counts = {"synopses": 1, "synopsis_seconds": round(made.duration_s)}
        return Outcome(data, counts, {made.id: hashlib.sha256(data).hexdigest()})

    def _occupancies(
        self,
        case_id: str,
        key: bytes,
        found: Sequence[Track],
        sources: dict[str, Source],
        permit: Permit,
        progress: Progress,
    ) -> tuple[list[Track], list[Occupancy]]:
        shown: list[Track] = []
        occupancies: list[Occupancy] = []
        for done, track in enumerate(found, 1):
            # A track of which no picture was kept is counted, and not shown.
            if self._material.has_tube(track, case_id):
                shown.append(track)
                tube = self._material.tube(case_id, key, track, sources[track.exhibit_id])
                occupancies.append(Occupancy.of(tube))
            if done % _RECHECK == 0:
                permit.recheck()
            progress("arrange", done, len(found), "tracks")
        if not shown:
            raise BadInput(
                f"None of the {len(found)} tracks that answer the query has kept pictures.",
                remedy="Analyse the exhibit again.",
            )
        return shown, occupancies

    def _keep(self, made: Synopsis, key: bytes, memory: Path, rows: bytes) -> str:
        name, beside = f"synopsis/{made.id}", f"synopsis-table/{made.id}"
        try:
            self._vault.write(made.case_id, beside, key, rows)
            digest = hashlib.sha256()
            with memory.open("rb") as video, self._vault.create(made.case_id, name, key) as file:
                while block := video.read(_COPY):
                    digest.update(block)
                    file.write(block)
            with _copied(memory, made.path):
                self._records.add_synopsis(made)
        except BaseException:
            self._vault.delete(made.case_id, name)
            self._vault.delete(made.case_id, beside)
            raise
        return digest.hexdigest()


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
def _copied(source: Path, target: Path | None) -> Iterator[None]:
    """A copy, the whole file or none, that appears if the block is left without an error."""
    if target is None:
        yield
        return
    with ExitStack() as beside:
        with _writing(target):
            part = beside.enter_context(part_of(target))
            with source.open("rb") as video, part.open("wb") as file:
                while block := video.read(_COPY):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
        yield
        with _writing(target):
            part.replace(target)


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Misconfigured(
            f"{target} cannot be written: {error.strerror}.",
            remedy="Free some space or choose another place; nothing half-written was kept.",
        ) from error
