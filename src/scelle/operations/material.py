"""What synopses and stills are made from: analysed recordings, tubes, backgrounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput, Damaged, NotFound
from scelle.model.acts import CaseAct, Permit
from scelle.model.evidence import Exhibit
from scelle.model.tracks import Track, TrackQuery, Tube
from scelle.operations.pictures import Pictures
from scelle.operations.segment import background_start
from scelle.operations.synopsis_time import Source, follow
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.compose import Background
from scelle.synopsis.occupancy import Occupancy
from scelle.synopsis.tubes import Wanted, occupancy_from, tube_from

UInt8Array = npt.NDArray[np.uint8]


class Material:
    """Reads what an analysis left of a case.

    Args:
        vault: holds tubes and backgrounds.
        records: knows exhibits.
        tracks: knows what answers a query.
    """

    def __init__(self, vault: Vault, records: Records, tracks: TrackStore) -> None:
        self._vault, self._records, self._tracks = vault, records, tracks

    def found(
        self, act: CaseAct, query: TrackQuery, permit: Permit
    ) -> tuple[list[Exhibit], Sequence[Track], dict[str, Source]]:
        """The analysed exhibits, the tracks that answer, and the recordings they lie in.

        Raises:
            BadInput: not analysed, nothing answers, or not one camera.
        """
        analysed, found = self.answered(act, query, permit)
        return analysed, found, follow(holding(analysed, found))

    def answered(
        self, act: CaseAct, query: TrackQuery, permit: Permit
    ) -> tuple[list[Exhibit], Sequence[Track]]:
        """The analysed exhibits, and the tracks that answer.

        Raises:
            BadInput: not analysed, or nothing answers.
        """
        analysed = self.analysed(act, permit)
        found = self._tracks.search([e.id for e in analysed], query)
        if not found:
            raise BadInput(
                "No track answers the query: there is nothing to show.",
                remedy="Ask for less (a colour, a direction), or list what there is with "
                "`scelle search`.",
            )
        return analysed, found

    def analysed(self, act: CaseAct, permit: Permit) -> list[Exhibit]:
        """The exhibits of the permit; all those analysed where none was named.

        Raises:
            BadInput: none is, or one that was named is not.
        """
        ids = permit.exhibit_ids
        analysed = [i for i in ids if self._tracks.manifest(i) is not None]
        named = [i for i in act.exhibit_ids if i not in analysed]
        if named or not analysed:
            missing = named or list(ids)
            names = ", ".join(self._records.exhibit(i).name for i in missing) or "the case"
            raise BadInput(
                f"Not analysed yet: {names}. Not analysed is not the same as nothing found.",
                remedy="Analyse the exhibits first with `scelle analyse`.",
            )
        return [self._records.exhibit(i) for i in analysed]

    def has_tube(self, track: Track, case_id: str) -> bool:
        """Whether any picture of a track was kept."""
        return self._vault.exists(case_id, f"tube/{track.id}")

    def tube(self, key: bytes, track: Track, source: Source, wanted: Wanted | None = None) -> Tube:
        """A track's pictures, its times on the common line of its recordings.

        Args:
            wanted: as of :func:`read_tube`.

        Raises:
            Damaged: what is stored is no tube of the track.
        """
        tube = read_tube(self._vault, source.exhibit, key, track.id, wanted)
        _require_inside(tube.boxes, source, track)
        return replace(tube, pts=tube.pts + source.shift, shift=source.shift)

    def occupancy(self, case_id: str, key: bytes, track: Track, source: Source) -> Occupancy:
        """When and where a track's tube plays, on the common line; its pictures are not read.

        Raises:
            Damaged: what is stored is no tube.
        """
        with self._vault.open(case_id, f"tube/{track.id}", key) as file:
            occupancy = occupancy_from(file, source.shift)
        _require_inside(occupancy.parts[:, 0], source, track)
        return occupancy

    def scenes(self, case_id: str, sources: dict[str, Source]) -> list[tuple[str, int]]:
        """Names of the empty scenes, and from which millisecond of the common line on."""
        found = []
        for name in self._vault.names(case_id, "background"):
            exhibit_id, start = background_start(name)
            if exhibit_id in sources:
                source = sources[exhibit_id]
                offset = round(source.shift * source.exhibit.stream.time_base * 1000)
                found.append((name.removeprefix("background/"), start + offset))
        return sorted(found, key=lambda each: each[1])

    def scene(
        self, case_id: str, key: bytes, name: str, size: tuple[int, int], pictures: Pictures
    ) -> UInt8Array:
        """One of them: uint8 ``(height, width, 3)``, BGR.

        Raises:
            NotFound: no such scene.
            Damaged: what is stored is no picture of this size.
        """
        data = self._vault.read(case_id, f"background/{name}", key)
        picture = pictures.scene(name.rpartition("-")[0], data)
        # Backgrounds have even sides; an odd column or row is the edge's continuation.
        missing = (size[1] - picture.shape[0], size[0] - picture.shape[1])
        if missing != (0, 0) and all(0 <= m <= 1 for m in missing):
            picture = np.pad(picture, ((0, missing[0]), (0, missing[1]), (0, 0)), "edge")
        if picture.shape[1::-1] != size:
            raise Damaged(
                f"The background {name} is no picture of the recording.",
                remedy="Analyse the exhibit again.",
            )
        return picture

    def backgrounds(
        self,
        case_id: str,
        key: bytes,
        sources: dict[str, Source],
        size: tuple[int, int],
        pictures: Pictures,
    ) -> list[Background]:
        """The empty scene over time, on the common line, in order.

        Raises:
            NotFound: none is stored.
        """
        found = [
            Background(start, partial(self.scene, case_id, key, name, size, pictures))
            for name, start in self.scenes(case_id, sources)
        ]
        if not found:
            raise NotFound(
                "The vault holds no background picture of these exhibits.",
                remedy="Analyse the exhibits again with `scelle analyse`.",
            )
        return found


def read_tube(
    vault: Vault, exhibit: Exhibit, key: bytes, track_id: str, wanted: Wanted | None = None
) -> Tube:
    """The pictures, as they are stored, of a track of an exhibit.

    Args:
        wanted: which are read, as of :func:`.tube_from`: what stays for hours has tens of
            thousands.  All by default.

    Raises:
        NotFound: none was kept.
        Damaged: what is stored is no tube of this track.
    """
    with vault.open(exhibit.case_id, f"tube/{track_id}", key) as file:
        tube = tube_from(file, wanted)
    # A sandbox wrote it: it must not pass for another recording's.
    if (tube.track_id, tube.exhibit_id) != (track_id, exhibit.id):
        raise _not_of(track_id)
    tall, pixel = exhibit.stream.height, float(exhibit.pixel_shape)
    return replace(tube, turned=exhibit.turned, tall=tall, pixel=pixel)


def _require_inside(boxes: npt.NDArray[np.int64], source: Source, track: Track) -> None:
    stream = source.exhibit.stream
    ends = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    if (ends > (stream.width, stream.height)).any():
        raise _not_of(track.id)


def _not_of(track_id: str) -> Damaged:
    return Damaged(
        f"What is stored as the pictures of track {track_id} is not of it.",
        remedy="Analyse the exhibit again.",
    )


def holding(exhibits: Sequence[Exhibit], tracks: Sequence[Track]) -> list[Exhibit]:
    """The exhibits in which tracks lie."""
    held = {t.exhibit_id for t in tracks}
    return [e for e in exhibits if e.id in held]


def picture_size(tracks: Sequence[Track], sources: dict[str, Source]) -> tuple[int, int]:
    """Width and height of the recordings that hold tracks."""
    stream = sources[tracks[0].exhibit_id].exhibit.stream
    return stream.width, stream.height
