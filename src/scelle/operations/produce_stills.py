"""Single pictures that sum up what tracks did."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput, Misconfigured
from scelle.footage.part import part_of
from scelle.model.acts import MakeStill, Outcome, Permit, Progress, ViewStill
from scelle.model.evidence import Case, Exhibit
from scelle.model.results import Exported
from scelle.model.stills import Still
from scelle.model.tracks import Track
from scelle.operations.material import Material, picture_size
from scelle.operations.others import Others
from scelle.operations.pictures import Pictures
from scelle.operations.sandbox import Sandbox
from scelle.operations.synopsis_time import (
    Source,
    at_hours,
    clock_words,
    labels,
)
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.compose import Background, Conceal
from scelle.synopsis.heat import activity, change, dwell
from scelle.synopsis.stills import heat_map, paths, storyboard, tile

UInt8Array = npt.NDArray[np.uint8]

_RECHECK = 100  # tracks, or empty scenes, between two looks at the mandate
_COLUMNS = 8
_MOST = 400  # objects of one storyboard: a taller picture cannot be looked at

_TITLES = {
    Still.STORYBOARD: ("Un objet, une image, dans l'ordre du temps", "One picture of each object"),
    Still.PATHS: ("Trajets, par heure", "Paths, by time"),
    Still.ACTIVITY: ("Passages, par endroit", "Passages, by place"),
    Still.DWELL: ("Temps passé, par endroit", "Time spent, by place"),
    Still.CHANGE: ("Changements de la scène vide", "Changes of the empty scene"),
}
_UNITS = {
    Still.ACTIVITY: "objets / objects",
    Still.DWELL: "secondes, tous objets / seconds, all objects",
    Still.CHANGE: "niveaux de gris / grey levels",
}


class ProduceStills:
    """Handlers of :class:`MakeStill` and :class:`ViewStill`.

    Args:
        vault: holds tubes and backgrounds.
        keys: opens it.
        records: knows cases and exhibits.
        tracks: knows what answers the query.
        control: knows the zones that people have marked.
        conceal: conceals heads and plates in the picture of one object.
        sandbox: where kept pictures are decoded.
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
    ) -> None:
        self._keys, self._records, self._control = keys, records, control
        self._conceal, self._sandbox, self._tracks = conceal, sandbox, tracks
        self._material = Material(vault, records, tracks)

    def make(self, act: MakeStill, permit: Permit, progress: Progress) -> Outcome:
        """Draw a still of the tracks that answer the query, as a PNG file.

        Raises:
            BadInput: nothing answers the query, not one camera, too many objects for
                a storyboard, a time of day where no clock is known, or an output that cannot
                be a file.
        """
        analysed, found, sources = self._found(act, permit)
        data = self._png(act, found, sources, permit, progress)
        _write(act.output, data)
        counts = {"exhibits": len(analysed), "tracks": len(found)}
        sha256 = hashlib.sha256(data).hexdigest()
        return Outcome(Exported(act.output, len(found), sha256), counts, {act.output.name: sha256})

    def view(self, act: ViewStill, permit: Permit, progress: Progress) -> Outcome:
        """The value is the same picture, a PNG file's bytes.

        Raises:
            BadInput: as :meth:`make`.
        """
        analysed, found, sources = self._found(act, permit)
        data = self._png(act, found, sources, permit, progress)
        counts = {"exhibits": len(analysed), "tracks": len(found)}
        return Outcome(data, counts, {act.still.value: hashlib.sha256(data).hexdigest()})

    def _found(
        self, act: MakeStill | ViewStill, permit: Permit
    ) -> tuple[list[Exhibit], Sequence[Track], dict[str, Source]]:
        analysed, found, sources = self._material.found(act, act.query, permit)
        return analysed, at_hours(found, act.hours, sources), sources

    def _png(
        self,
        act: MakeStill | ViewStill,
        found: Sequence[Track],
        sources: dict[str, Source],
        permit: Permit,
        progress: Progress,
    ) -> bytes:
        case = self._records.case(act.case_id)
        key = self._keys.case_key(case.id)
        others = Others(self._tracks, ()).conceal
        shown = Pictures(self._sandbox, self._control.zones(case.id), others)
        if act.still is Still.STORYBOARD:
            with shown as pictures:
                picture = self._storyboard(case, key, found, sources, pictures, permit, progress)
        else:
            size = picture_size(found, sources)
            with shown as pictures:
                held = self._material.backgrounds(case.id, key, sources, size, pictures)
                scene = held[-1].load()
                every = _each(held, permit) if act.still is Still.CHANGE else ()
                picture = _drawn(act.still, case, found, sources, scene, every)
        permit.recheck()
        _, data = cv2.imencode(".png", picture)
        return data.tobytes()

    def _storyboard(
        self,
        case: Case,
        key: bytes,
        found: Sequence[Track],
        sources: dict[str, Source],
        pictures: Pictures,
        permit: Permit,
        progress: Progress,
    ) -> UInt8Array:
        shown = [t for t in found if self._material.has_tube(t, case.id)]
        if not shown:
            raise BadInput(
                f"None of the {len(found)} tracks that answer the query has kept pictures.",
                remedy="Analyse the exhibit again.",
            )
        if len(shown) > _MOST:
            raise BadInput(
                f"A storyboard shows {_MOST} objects at most, not {len(shown)}.",
                remedy="Ask for fewer: name an exhibit, a class, a colour or a direction.",
            )
        label = labels(shown, sources)
        entries = []
        for done, track in enumerate(shown, 1):
            source = sources[track.exhibit_id]
            tube = self._material.tube(key, track, source, lambda boxes: [_largest(boxes)])
            at = _largest(tube.boxes)
            picture = self._conceal(pictures.picture(tube, at), tube.upright, tube.pixel)
            entries.append((int(tube.pts[0]), tile(picture), label(track.id, int(tube.pts[at]))))
            if done % _RECHECK == 0:
                permit.recheck()
            progress("storyboard", done, len(shown), "tracks")
        entries.sort(key=lambda e: e[0])
        rows = _rows(Still.STORYBOARD, case, found, sources, shown=len(shown))
        return storyboard([(p, text) for _, p, text in entries], _COLUMNS, rows)


def _largest(boxes: npt.NDArray[np.int64]) -> int:
    return int(np.argmax(boxes[:, 2] * boxes[:, 3]))


def _each(backgrounds: Sequence[Background], permit: Permit) -> Iterator[UInt8Array]:
    """Empty scenes one after the other: a day has more of them than fit into memory."""
    for done, background in enumerate(backgrounds, 1):
        yield background.load()
        if done % _RECHECK == 0:
            permit.recheck()


def _drawn(
    still: Still,
    case: Case,
    found: Sequence[Track],
    sources: dict[str, Source],
    scene: UInt8Array,
    every: Iterable[UInt8Array],
) -> UInt8Array:
    rows = _rows(still, case, found, sources, shown=len(found))
    size = picture_size(found, sources)
    if still is Still.PATHS:
        whens = [int(t.pts[0] + sources[t.exhibit_id].shift) * float(t.time_base) for t in found]
        first, last = min(whens), max(whens)
        ways = [
            (_feet(t), (when - first) / max(last - first, 1e-9))
            for t, when in zip(found, whens, strict=True)
        ]
        earliest, latest = (found[whens.index(w)] for w in (first, last))
        label = labels(found, sources)
        ends = [
            label(t.id, int(t.pts[0]) + sources[t.exhibit_id].shift).split(" · ")[1]
            for t in (earliest, latest)
        ]
        return paths(scene, ways, (ends[0], ends[1]), rows)
    if still is Still.ACTIVITY:
        amount = activity(found, size)
    elif still is Still.DWELL:
        amount = dwell(found, size)
    else:
        amount = change(every)
    return heat_map(scene, amount, _UNITS[still], rows)


def _feet(track: Track) -> npt.NDArray[np.float64]:
    boxes = track.boxes.astype(np.float64)
    return np.asarray(boxes[:, :2] + boxes[:, 2:] * np.array([0.5, 1.0]))


def _rows(
    still: Still, case: Case, found: Sequence[Track], sources: dict[str, Source], *, shown: int
) -> tuple[tuple[str, str], ...]:
    """What the strip says: what it is, of which case, of how many tracks, on which clock."""
    french, english = clock_words([s.exhibit for s in sources.values()])
    reference = case.reference + (" · DEMO" if case.demonstration else "")
    of = f"{shown}" if shown == len(found) else f"{shown} / {len(found)}"
    title = _TITLES[still]
    return (
        (title[0], f"{reference} · {french}"),
        (title[1], english),
        (
            f"{of} pistes : ce qui n'a pas été détecté n'y est pas",
            f"{of} tracks: what was not detected is not here",
        ),
    )


def _write(target: Path, data: bytes) -> None:
    if target.is_dir() or not target.parent.is_dir():
        raise BadInput(
            f"{target} cannot be a file: it is a folder, or its folder does not exist.",
            remedy="Give the name of a file in a folder that exists.",
        )
    try:
        with part_of(target) as part:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
    except OSError as error:
        raise Misconfigured(
            f"{target} cannot be written: {error.strerror}.",
            remedy="Free some space or choose another place; nothing half-written was kept.",
        ) from error
