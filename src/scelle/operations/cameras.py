"""Several cameras in one picture, on real time: each under its own clock, gaps said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput
from scelle.footage.encode import Caption, Mp4Writer
from scelle.footage.index import Int64Array, PacketIndex
from scelle.footage.picture import Colours
from scelle.ledger.credentials import SignsVideo
from scelle.model.acts import ExportCameras, Film, Outcome, Permit, Progress, Span
from scelle.model.evidence import Case, Exhibit
from scelle.model.results import Exported
from scelle.operations.clipping import hidden_in, sha256_of, signed
from scelle.operations.original import read_index
from scelle.operations.produce_clip import copy_reference, target_of
from scelle.operations.sandbox import Sandbox
from scelle.operations.showing import each_picture
from scelle.operations.sight import SILENT, Conceal, Hidden, Sight, strip_of, time_words
from scelle.reporting.provenance import film_definition
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault

UInt8Array = npt.NDArray[np.uint8]

CELL = (960, 540)
"""The most that one camera's picture is wide and tall, pixels."""

_RATE = 25  # pictures a second at most
_HELD_MS = 1000  # a picture stands for no longer than this, or than three usual intervals
_AT_ONCE = 50  # pictures of the film between two looks at the mandate
_NOTHING = "pas d'enregistrement / no recording"
_UNREAD = "image non décodable / picture not decodable"


@dataclass(frozen=True, eq=False)
class _Camera:
    """One exhibit: what of it stands at each moment of the film.

    Attributes:
        own_ms: int64 ``(n,)``, the recording's own time at each moment.
        ranks: int64 ``(n,)``, the picture that stands then; -1 where there is none.
        cells: pictures by rank, concealed and at the size of a cell.
    """

    sight: Sight
    key: bytes
    own_ms: Int64Array
    ranks: Int64Array
    cells: dict[int, UInt8Array] = field(default_factory=dict)


@dataclass(frozen=True)
class FilmMade:
    """A film that was written.

    Attributes:
        pictures: of the film.
        missing: that a camera's picture could not be decoded, moments of the film.
        without: that a camera recorded nothing, moments of the film.
        revealed: tracks whose heads and plates are not concealed.
        zones: that are.
        sha256: of the file.
    """

    exhibits: tuple[Exhibit, ...]
    pictures: int
    missing: int
    without: int
    revealed: int
    zones: int
    seconds: Fraction
    sha256: str


class Cameras:
    """Handler of :class:`ExportCameras`, and what a bundle's films are made by.

    Args:
        vault: holds the originals.
        keys: opens it.
        records, tracks, control: know the exhibits, and what is to be concealed.
        conceal: conceals objects.
        sandbox: has recordings decoded.
        sign: puts a signed manifest into what is written; ``None`` puts none.
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
        self._vault, self._keys, self._records = vault, keys, records
        self._tracks, self._control = tracks, control
        self._conceal, self._sandbox, self._sign = conceal, sandbox, sign

    def export(self, act: ExportCameras, permit: Permit, progress: Progress) -> Outcome:
        """Write the film; the value is an :class:`Exported`.

        Raises:
            BadInput: as :meth:`write`.
        """
        case, path = self._records.case(act.case_id), target_of(act.output)
        made = self.write(act.film, case, path, act.recipient, permit, progress)
        counts = {
            "exhibits": len(made.exhibits),
            "pictures": made.pictures,
            "pictures_missing": made.missing,
            "without_recording": made.without,
            "revealed": made.revealed,
            "zones": made.zones,
            "recorded_seconds": round(made.seconds),
        }
        objects = {e.id: e.sha256 for e in made.exhibits} | {path.name: made.sha256}
        return Outcome(Exported(path, made.pictures, made.sha256, "encoded again"), counts, objects)

    def write(
        self,
        film: Film,
        case: Case,
        path: Path,
        recipient: str,
        permit: Permit,
        progress: Progress,
    ) -> FilmMade:
        """Write a film.

        It has as many pictures a second as the fastest camera, 25 at most.  At each
        moment every camera shows the last picture that it had taken by then, on real time as
        its clock maps it; where that is more than a second old, or than three of its usual
        intervals, it says that there is no recording.

        Raises:
            BadInput: not two to four different exhibits of the permit, one that was not
                analysed or whose clock nobody stated, or nothing to be shown.
        """
        exhibits = self._exhibits(film, permit)
        key = self._keys.case_key(case.id)
        indexes = [read_index(self._vault, case.id, e.id, key) for e in exhibits]
        rate = min(Fraction(_RATE), max(Fraction(1000, _usual(i)) for i in indexes))
        seconds = Fraction((film.end - film.start) // timedelta(microseconds=1), 1_000_000)
        moments = [
            film.start + timedelta(microseconds=int(n * 1_000_000 / rate))
            for n in range(int(seconds * rate))
        ]
        cameras = [
            self._camera(e, i, s, moments, key)
            for e, i, s in zip(exhibits, indexes, film.spans, strict=True)
        ]
        if not any((c.ranks >= 0).any() for c in cameras):
            raise BadInput(
                "None of the cameras recorded anything then.",
                remedy="List the exhibits with `scelle exhibit list`, and give another span.",
            )
        owner = f"{copy_reference(permit)} {recipient}".strip()
        reference = case.reference + (" · DEMO" if case.demonstration else "")
        size = _cell(exhibits)
        head = strip_of(2 * size[0], 2 * size[1], ((reference, owner), (SILENT, "")))
        row = len(strip_of(*size, (("", ""),) * 3)) + size[1]
        tall = len(head) + row * ((len(cameras) + 1) // 2)
        captions = [
            Caption(round(n * rate), round((n + 1) * rate), f"{reference} · {owner}\n{SILENT}")
            for n in range(int(seconds))
        ]
        with Mp4Writer(path, 2 * size[0], tall, 1 / rate, rate=rate, captions=captions) as writer:
            pictures = self._pictures(cameras, size, head, permit, moments)
            for number, picture in enumerate(pictures):
                writer.write(picture, number)
                progress("cameras", number + 1, len(moments), "pictures")
            permit.recheck()
        if self._sign is not None:
            concealed = hidden_in(*(c.sight.hidden for c in cameras))
            signed(self._sign, path, film_definition(exhibits, seconds, concealed))
        return FilmMade(
            exhibits=tuple(exhibits),
            pictures=len(moments),
            missing=sum(int((c.ranks == -2).sum()) for c in cameras),
            without=sum(int((c.ranks == -1).sum()) for c in cameras),
            revealed=sum(c.sight.hidden.lifted for c in cameras),
            zones=sum(len(c.sight.hidden.zones) for c in cameras),
            seconds=seconds,
            sha256=sha256_of(path),
        )

    def _exhibits(self, film: Film, permit: Permit) -> list[Exhibit]:
        ids = [s.exhibit_id for s in film.spans]
        if not 2 <= len(set(ids)) == len(ids) <= 4 or not set(ids) <= set(permit.exhibit_ids):
            raise BadInput(
                "Two to four different exhibits stand in one picture.",
                remedy="Name each once with --exhibit.",
            )
        if film.end <= film.start:
            raise BadInput("The span ends before it begins.", remedy="Give a later --to.")
        exhibits = [self._records.exhibit(i) for i in ids]
        for exhibit in exhibits:
            if self._tracks.manifest(exhibit.id) is None:
                raise BadInput(
                    f"The exhibit {exhibit.name} has not been analysed: nothing is known of "
                    "what must be concealed.",
                    remedy="Analyse the exhibit first.",
                )
            if exhibit.clock.recorded_at is None:
                raise BadInput(
                    f"Nobody has stated when {exhibit.name} was recorded: it has no place on "
                    "real time.",
                    remedy="State its clock with `scelle clock set`.",
                )
        return exhibits

    def _camera(
        self,
        exhibit: Exhibit,
        index: PacketIndex,
        span: Span,
        moments: Sequence[datetime],
        key: bytes,
    ) -> _Camera:
        shown = np.array([index.milliseconds(int(t)) for t in index.times], np.int64)
        own = np.array([exhibit.position_ms(m) for m in moments], np.int64)
        ranks = np.searchsorted(shown, own, "right") - 1
        held = max(_HELD_MS, 3 * _usual(index))
        there = (ranks >= 0) & (own >= span.start_ms) & (own < span.end_ms)
        there &= own - shown[ranks.clip(0)] <= held
        tracks = self._tracks.search([exhibit.id])
        hidden = Hidden.of(exhibit, tracks, self._control)
        sight = Sight(exhibit, None, index, ranks, hidden, ())
        return _Camera(sight, key, own, np.where(there, ranks, -1))

    def _pictures(
        self,
        cameras: Sequence[_Camera],
        size: tuple[int, int],
        head: UInt8Array,
        permit: Permit,
        moments: Sequence[datetime],
    ) -> Iterator[UInt8Array]:
        for start in range(0, len(moments), _AT_ONCE):
            permit.recheck()
            stop = min(start + _AT_ONCE, len(moments))
            for camera in cameras:
                self._fetch(camera, camera.ranks[start:stop], size)
            for moment in range(start, stop):
                cells = [_shown(c, moment, size) for c in cameras]
                if len(cells) == 3:
                    cells.append(np.zeros_like(cells[0]))
                rows = [np.concatenate(cells[i : i + 2], axis=1) for i in range(0, len(cells), 2)]
                yield np.concatenate([head, *rows])

    def _fetch(self, camera: _Camera, ranks: Int64Array, size: tuple[int, int]) -> None:
        """Have the pictures decoded that stand in a part of the film, and forget the others."""
        wanted = np.unique(ranks[ranks >= 0])
        for rank in set(camera.cells) - set(wanted.tolist()):
            del camera.cells[rank]
        new = np.array([r for r in wanted.tolist() if r not in camera.cells], np.int64)
        if not len(new):
            return
        sight = camera.sight

        def see(rank: int, pts: int, planes: tuple[UInt8Array, ...], _: Colours) -> None:
            sight.hide(planes, pts, self._conceal)
            camera.cells[rank] = _fitted(planes[0], size)

        each_picture(self._sandbox, self._vault, sight.exhibit, camera.key, sight.index, new, see)


def _usual(index: PacketIndex) -> int:
    """The usual interval between two pictures, milliseconds, at least one."""
    gaps = np.diff(index.times)
    usual = int(np.median(gaps)) if len(gaps) else 0
    return max(1, round(usual * index.time_base * 1000))


def _cell(exhibits: Sequence[Exhibit]) -> tuple[int, int]:
    """Width and height of every camera's picture: that of the largest, within :data:`CELL`."""
    wide = min(CELL[0], max(e.stream.width for e in exhibits))
    tall = min(CELL[1], max(e.stream.height for e in exhibits))
    return wide + wide % 2, tall + tall % 2


def _fitted(picture: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    """A picture as large as fits in a cell, in its middle."""
    tall, wide = picture.shape[:2]
    scale = min(size[0] / wide, size[1] / tall)
    w, h = max(1, min(size[0], round(wide * scale))), max(1, min(size[1], round(tall * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    cell = np.zeros((size[1], size[0], 3), np.uint8)
    left, top = (size[0] - w) // 2, (size[1] - h) // 2
    cell[top : top + h, left : left + w] = cv2.resize(picture, (w, h), interpolation=way)
    return cell


def _shown(camera: _Camera, moment: int, size: tuple[int, int]) -> UInt8Array:
    """One camera at one moment, under its own clock."""
    exhibit, rank = camera.sight.exhibit, int(camera.ranks[moment])
    said, cell = "", camera.cells.get(rank)
    if cell is None:
        said = _NOTHING if rank == -1 else _UNREAD
        if rank >= 0:
            camera.ranks[moment] = -2
        cell = np.zeros((size[1], size[0], 3), np.uint8)
    name = f"{exhibit.name} · {exhibit.camera}"
    real, recorder = time_words(exhibit, int(camera.own_ms[moment]))
    strip = strip_of(*size, ((name, said), (real, ""), (recorder, "")))
    return np.concatenate([strip, cell])
