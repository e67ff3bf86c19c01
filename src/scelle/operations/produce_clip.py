"""What leaves as files: a span of an exhibit as video, and its tracks as numbers."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput, Misconfigured
from scelle.footage.encode import Mp4Writer
from scelle.footage.index import Int64Array, PacketIndex
from scelle.footage.part import memory_file, part_of
from scelle.model.acts import (
    CaseAct,
    ExportClip,
    ExportTracks,
    Outcome,
    Permit,
    PlayExhibit,
    Progress,
)
from scelle.model.evidence import Exhibit
from scelle.model.live import Played
from scelle.model.results import Exported
from scelle.model.tracks import ObjectClass, Track
from scelle.operations.original import read_index
from scelle.operations.sandbox import Sandbox
from scelle.operations.showing import each_picture
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault

UInt8Array = npt.NDArray[np.uint8]
Conceal = Callable[[UInt8Array, Sequence[tuple[float, ...]], Sequence[ObjectClass]], UInt8Array]
"""Makes the heads and plates of objects unrecognisable.

Takes the picture, uint8 ``(height, width, 3)`` blue, green, red; the objects' boxes
(left, top, width, height in native pixels, which may reach beyond the picture); their
classes.  Gives a copy.
"""

_LONGEST_MS = 60_000
_RECHECK = 50  # pictures between two looks at the mandate

_BEYOND = Fraction(1, 2)
"""How long before its first and after its last box an object is still concealed, seconds:
it was in the picture before it was noticed."""


class Produce:
    """Handlers of :class:`ExportClip`, :class:`PlayExhibit` and :class:`ExportTracks`.

    Args:
        vault: holds the originals.
        keys: opens it.
        records: knows the exhibits.
        tracks: knows what is to be concealed.
        control: knows whose concealment is lifted.
        conceal: conceals objects.
        sandbox: has recordings decoded.
    """

    def __init__(
        self,
        vault: Vault,
        keys: Keyring,
        records: Records,
        tracks: TrackStore,
        control: Control,
        conceal: Conceal,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._vault = vault
        self._keys = keys
        self._records = records
        self._tracks = tracks
        self._control = control
        self._conceal = conceal
        self._sandbox = sandbox or Sandbox()

    def clip(self, act: ExportClip, permit: Permit, progress: Progress) -> Outcome:
        """Write the pictures shown from ``start_ms`` up to ``end_ms``, which is excluded.

        Heads and plates are concealed, save those of tracks that a person has revealed.

        Every picture keeps its own timestamp.  Pictures that the decoder had to guess
        in part are shown; those that cannot be decoded are absent, and counted.

        Raises:
            BadInput: not exactly one exhibit, not analysed (then nobody knows what to
                conceal), no picture in the span, or a span that ends after the recording.
        """
        render = self._ready(act, permit)
        written = render.to(_target(act.output), permit, progress)
        return self._outcome(act.output, render.exhibit, written, render.counts(written))

    def play(self, act: PlayExhibit, permit: Permit, progress: Progress) -> Outcome:
        """The same as :meth:`clip` in memory, from the span's first picture on.

        The value is a :class:`Played`: it is handed out once the whole span is
        ready, so a span is a few seconds.

        Raises:
            BadInput: as :meth:`clip`, or the span is longer than a minute.
        """
        if act.end_ms - act.start_ms > _LONGEST_MS:
            raise BadInput(
                "At most a minute is played at a time.", remedy="Ask for a shorter span."
            )
        render = self._ready(act, permit)
        with memory_file("span") as memory:
            written = render.to(memory, permit, progress, in_place=True)
            data = memory.read_bytes()
        first_ms = render.index.milliseconds(int(render.index.times[render.ranks[0]]))
        counts = {"exhibits": 1, **render.counts(written)}
        return Outcome(Played(data, first_ms), counts, {render.exhibit.id: render.exhibit.sha256})

    def _ready(self, act: ExportClip | PlayExhibit, permit: Permit) -> _Render:
        exhibit, tracks = self._analysed(act, permit)
        key = self._keys.case_key(exhibit.case_id)
        index = self._index(exhibit, key)
        revealed = self._control.revealed(exhibit.case_id)
        return _Render(
            self._sandbox,
            self._vault,
            self._conceal,
            exhibit,
            key,
            index,
            _span(index, act.start_ms, act.end_ms),
            [_Path(track, index) for track in tracks if track.id not in revealed],
            sum(1 for track in tracks if track.id in revealed),
        )

    def tracks(self, act: ExportTracks, permit: Permit, _progress: Progress) -> Outcome:
        """Write MOTChallenge rows: frame, id, left, top, width, height, confidence, -1, -1, -1.

        Frames count from 1 in the decoded stream.  Between two pictures that the
        analysis looked at, boxes are interpolated in exact time, so that an object has
        a row for every frame from its first to its last.

        Raises:
            BadInput: not exactly one exhibit, not analysed, or another format.
        """
        if act.format != "mot":
            raise BadInput(f"There is no format {act.format!r}.", remedy="Use the format mot.")
        exhibit, found = self._analysed(act, permit)
        sought = permit.sought
        tracks = [t for t in found if sought is None or sought.matches(t)]
        index = self._index(exhibit, self._keys.case_key(exhibit.case_id))
        rows = sorted(
            (int(frame) + 1, track.number, *(float(v) for v in box), float(track.confidence))
            for track in tracks
            for frame, box in zip(*_filled(track, index), strict=True)
        )
        text = "".join(
            f"{f},{i},{x:.2f},{y:.2f},{w:.2f},{h:.2f},{c:.4f},-1,-1,-1\n"
            for f, i, x, y, w, h, c in rows
        )
        _write(_target(act.output), text.encode())
        counts = {"tracks": len(tracks), "rows": len(rows)}
        return self._outcome(act.output, exhibit, len(rows), counts)

    def _analysed(self, act: CaseAct, permit: Permit) -> tuple[Exhibit, tuple[Track, ...]]:
        if len(permit.exhibit_ids) != 1:
            raise BadInput(
                f"An export concerns one exhibit, not {len(permit.exhibit_ids)}.",
                remedy="Name the exhibit with --exhibit.",
            )
        exhibit = self._records.exhibit(permit.exhibit_ids[0])
        if self._tracks.manifest(exhibit.id) is None:
            raise BadInput(
                f"The exhibit {exhibit.name} has not been analysed: nothing is known of the "
                "objects in it, nor of what must be concealed.",
                remedy="Analyse the exhibit first.",
            )
        return exhibit, self._tracks.search([exhibit.id])

    def _index(self, exhibit: Exhibit, key: bytes) -> PacketIndex:
        return read_index(self._vault, exhibit.case_id, exhibit.id, key)

    def _outcome(self, path: Path, exhibit: Exhibit, rows: int, counts: dict[str, int]) -> Outcome:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        objects = {exhibit.id: exhibit.sha256, path.name: sha256}
        return Outcome(Exported(path, rows, sha256), {"exhibits": 1, **counts}, objects)


@dataclass(frozen=True, eq=False)
class _Render:
    """A span of an exhibit, ready to be encoded with heads and plates concealed."""

    sandbox: Sandbox
    vault: Vault
    conceal: Conceal
    exhibit: Exhibit
    key: bytes
    index: PacketIndex
    ranks: Int64Array
    objects: Sequence[_Path]
    revealed: int

    @property
    def seconds(self) -> Fraction:
        """Length of what is shown."""
        times = self.index.times[self.ranks[[0, -1]]]
        return (int(times[1]) + 1 - int(times[0])) * self.index.time_base

    def counts(self, written: int) -> dict[str, int]:
        """Figures for the ledger."""
        return {
            "pictures": written,
            "pictures_missing": len(self.ranks) - written,
            "revealed": self.revealed,
            "recorded_seconds": round(self.seconds),
        }

    def to(self, path: Path, permit: Permit, progress: Progress, *, in_place: bool = False) -> int:
        """Encode; gives how many pictures there are.

        A copy in memory begins at time 0; a file keeps the recording's own times.
        """
        rate = Fraction(len(self.ranks)) / max(self.seconds, Fraction(1, 1000))
        since = int(self.index.times[self.ranks[0]]) if in_place else 0
        written, last = 0, None
        with Mp4Writer(
            path,
            self.exhibit.stream.width,
            self.exhibit.stream.height,
            self.index.time_base,
            rate=min(rate, Fraction(60)),
            in_place=in_place,
        ) as writer:

            def see(_frame: int, pts: int, picture: UInt8Array) -> None:
                nonlocal written, last
                if pts == last:
                    return
                present = [(p.box(pts), p.track.object_class) for p in self.objects]
                there = [(box, kind) for box, kind in present if box is not None]
                boxes, kinds = [box for box, _ in there], [kind for _, kind in there]
                writer.write(self.conceal(picture, boxes, kinds), pts - since)
                written, last = written + 1, pts
                progress("clip", written, len(self.ranks), "pictures")
                if written % _RECHECK == 0:
                    permit.recheck()

            each_picture(
                self.sandbox, self.vault, self.exhibit, self.key, self.index, self.ranks, see
            )
            # Once more before the file appears: a short clip is long enough to be stopped.
            permit.recheck()
        return written


@dataclass(frozen=True, eq=False)
class _Path:
    """Where an object is at any time, for concealing it."""

    track: Track
    index: PacketIndex

    def box(self, pts: int) -> tuple[float, ...] | None:
        beyond = _BEYOND / self.index.time_base
        at = self.track.pts
        if not int(at[0]) - beyond <= pts <= int(at[-1]) + beyond:
            return None
        box = tuple(float(np.interp(pts, at, c)) for c in self.track.boxes.T)
        return box if min(box[2:]) > 0 else None


def _span(index: PacketIndex, start_ms: int, end_ms: int) -> Int64Array:
    """Frame indexes in the span; none, or a span that ends after the recording, is refused."""
    ranks = _ranks(index, start_ms, end_ms)
    last_ms = math.ceil(index.end_pts * index.time_base * 1000)
    if len(ranks) and end_ms <= last_ms:
        return ranks
    span = f"from {_clock(start_ms)} to {_clock(end_ms)}"
    text = f"There is no picture {span}."
    if end_ms > last_ms:
        text = f"The span {span} reaches beyond the recording's end."
    first_ms = index.milliseconds(int(index.times[0]))
    raise BadInput(
        text,
        remedy=f"Give a span within the recording: it goes from {_clock(first_ms)} "
        f"to {_clock(last_ms)}.",
    )


def _clock(ms: int) -> str:
    """``h:mm:ss.mmm``, which the command line reads too."""
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _ranks(index: PacketIndex, start_ms: int, end_ms: int) -> Int64Array:
    """Frame indexes whose time, rounded to the millisecond, lies in ``[start_ms, end_ms)``."""
    unit = 1000 * index.time_base
    first = np.searchsorted(index.times, int((start_ms - Fraction(1, 2)) // unit), "left")
    last = np.searchsorted(index.times, int((end_ms + Fraction(1, 2)) // unit) + 1, "right")
    inside = [
        rank
        for rank in range(int(first), int(last))
        if start_ms <= index.milliseconds(int(index.times[rank])) < end_ms
    ]
    return np.array(inside, np.int64)


def _filled(track: Track, index: PacketIndex) -> tuple[Int64Array, npt.NDArray[np.float64]]:
    """Every frame from a track's first to its last, and its boxes ``(n, 4)`` there."""
    frames = np.arange(int(track.frame[0]), int(track.frame[-1]) + 1, dtype=np.int64)
    times = index.times[frames]
    boxes = [np.interp(times, track.pts, column) for column in track.boxes.T]
    return frames, np.stack(boxes, axis=1).astype(np.float64)


def _target(path: Path) -> Path:
    if path.is_dir() or not path.parent.is_dir():
        raise BadInput(
            f"{path} cannot be a file: it is a folder, or its folder does not exist.",
            remedy="Give the name of a file in a folder that exists.",
        )
    return path


def _write(path: Path, data: bytes) -> None:
    """The whole file or none."""
    try:
        with part_of(path) as part:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
    except OSError as error:
        raise Misconfigured(
            f"{path} cannot be written: {error.strerror}.",
            remedy="Free some space or choose another place; nothing half-written was kept.",
        ) from error
