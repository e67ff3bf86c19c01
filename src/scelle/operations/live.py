"""A synopsis that is shaped while it is looked at: arranged again at once, drawn by the page."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import chain

import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput, NotFound
from scelle.model.acts import ArrangeSynopsis, Outcome, Permit, Progress, ViewTubes
from scelle.model.live import LeftOut, LivePanel, LiveView, Passage
from scelle.model.tracks import Track, TrackQuery, Tube
from scelle.operations.decide import require_sought
from scelle.operations.empty_scenes import EmptyScenes
from scelle.operations.material import Material
from scelle.operations.others import Others
from scelle.operations.panels import apart, scenes_of
from scelle.operations.pictures import Pictures
from scelle.operations.sandbox import Sandbox
from scelle.operations.staging import Stage, set_stage
from scelle.operations.synopsis_time import Source, require_clocks, shown_second, within
from scelle.operations.way import Way
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.blend import Row
from scelle.synopsis.compose import Conceal
from scelle.synopsis.occupancy import Occupancy
from scelle.synopsis.sprites import Strip, bounds, pack, small_scene, sprite

UInt8Array = npt.NDArray[np.uint8]

WIDEST = 1280
"""Pixels across what is handed out; a larger recording is made smaller."""

MOST_PARTS = 200
"""Parts that are handed out at once."""

MOST_PIXELS = 1 << 27
"""Pixels of all of their pictures: they lie in memory, twice, while they are packed."""

_STAGES = 4  # sets of tubes that are held ready
_PATIENCE_S = 0.5  # for which cutting gives way to arranging, in all
_SHORT = 48  # pictures, as of a first moment: they do not give way, and others give way to them
_RECHECK = 200  # tubes between two looks at the mandate


@dataclass(frozen=True, eq=False)
class _Scene:
    """The tubes of one camera, ready; ``stage`` is ``None`` where no track has kept pictures.

    ``told`` holds parts and plan of each tube that was shown.
    """

    sources: dict[str, Source]
    tracks: tuple[Track, ...]
    unseen: tuple[Track, ...]
    stage: Stage | None
    told: dict[int, tuple[tuple[int, ...], tuple[tuple[int, int, int], ...]]] = field(
        default_factory=dict
    )


@dataclass(frozen=True, eq=False)
class _Cut:
    """A part of a tube that is to be cut: which it is, and its pictures."""

    tube: Tube
    source: Source
    number: int
    shown: range

    @property
    def pixels(self) -> float:
        """Of all its pictures, as they are handed out."""
        sides = self.tube.boxes[self.shown.start : self.shown.stop, 2:]
        return float(sides.prod(axis=1).sum()) * _scale(_size(self.source)) ** 2


class Live:
    """Handlers of :class:`ArrangeSynopsis` and :class:`ViewTubes`.

    When and where tubes play is held ready in memory for a few sets of recordings;
    pictures are not.

    Args:
        vault: holds tubes and backgrounds.
        keys: opens it.
        records: knows exhibits.
        tracks: knows what answers a query.
        control: knows decisions, and whose concealment is lifted.
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
        self._keys, self._records, self._tracks = keys, records, tracks
        self._material = Material(vault, records, tracks)
        self._control = control
        self._conceal = conceal
        self._sandbox = sandbox
        self._way = Way()
        self._one = threading.Lock()
        self._held: OrderedDict[tuple[object, ...], _Scene] = OrderedDict()
        self._forgotten = 0

    def arrange(self, act: ArrangeSynopsis, permit: Permit, progress: Progress) -> Outcome:
        """The value is a :class:`LiveView`.

        Raises:
            BadInput: not analysed, several cameras and not side by side, or a time of
                day where no clock is known.
        """
        with self._way.first():
            return self._arrange(act, permit, progress)

    def _arrange(self, act: ArrangeSynopsis, permit: Permit, progress: Progress) -> Outcome:
        exhibits = self._material.analysed(act, permit)
        if act.hours is not None:
            require_clocks(exhibits)
        panels: list[LivePanel] = []
        left: list[LeftOut] = []
        total = unseen = beyond = 0
        for sources in scenes_of(exhibits, act.staging.rows):
            scene = self._scene(act, sources, permit, progress)
            wanted = []
            for i, track in enumerate(scene.tracks):
                if not _sought(track, permit):
                    beyond += 1
                elif why := _why(track, act, sources):
                    left.append(_left(track, sources, why))
                else:
                    wanted.append(i)
            total += len(scene.tracks) + len(scene.unseen)
            for track in scene.unseen:
                if not _sought(track, permit):
                    beyond += 1
                    continue
                why = _why(track, act, sources)
                unseen += not why
                left.append(_left(track, sources, why or ("picture",)))
            groups = apart(scene.tracks, wanted, act.staging.rows, sources)
            panels += [self._panel(act, name, scene, keep) for name, keep in groups.items()]
        shown = {p.track.id for panel in panels for p in panel.passages}
        view = LiveView(
            panels=tuple(panels),
            exhibits=tuple(exhibits),
            total=total,
            filtered=beyond + len(left) - unseen,
            unseen=unseen,
            left=tuple(sorted(left, key=lambda o: (o.track.start_ms, o.track.id))),
            source_s=float(sum(e.stream.duration for e in exhibits)),
            judgements={
                d.track_id: d.judgement
                for d in self._control.decisions(act.case_id)
                if d.track_id in shown
            },
        )
        counts = {"exhibits": len(exhibits), "tracks": total, "tracks_shown": len(shown)}
        return Outcome(view, counts, {})

    def tubes(self, act: ViewTubes, permit: Permit, _progress: Progress) -> Outcome:
        """Pictures of some parts of tubes and empty scenes, as :func:`.sprites.pack` gives them.

        Each row tells left, top, width, height in native pixels, the time since the
        tube's first picture in units of the recording's time base, the recording's own
        milliseconds, and the second that is written beside the object.

        Raises:
            BadInput: too much at once, in parts or in pixels, or a track that the mandate does
                not cover.
            NotFound: no such track, part or scene.
        """
        if len(act.parts) + len(act.scenes) > MOST_PARTS:
            raise BadInput(
                f"At most {MOST_PARTS} parts are handed out at once.", remedy="Ask for fewer."
            )
        key = self._keys.case_key(act.case_id)
        exhibits = {i: self._records.exhibit(i) for i in permit.exhibit_ids}
        named = dict.fromkeys([p.track_id for p in act.parts] + list(act.shown))
        tracks = {t.id: t for t in self._tracks.get(list(named))}
        for track_id in named:
            if track_id not in tracks or tracks[track_id].exhibit_id not in exhibits:
                raise NotFound(
                    f"no track {track_id} in the exhibits of this act",
                    remedy="List the tracks with `scelle search` and use their ids.",
                )
            require_sought(tracks[track_id], permit)
        revealed = self._control.revealed(act.case_id)
        others = Others(self._tracks, revealed).conceal
        with Pictures(self._sandbox, self._control.zones(act.case_id), others) as pictures:
            scenes = EmptyScenes(self._material, act.case_id, key, exhibits, pictures)
            sources = {i: Source(e, 0) for i, e in exhibits.items()}
            cuts: list[_Cut] = []
            numbers: dict[str, list[int]] = {}
            for part in act.parts:
                numbers.setdefault(part.track_id, []).append(part.number)
            for track_id, own in numbers.items():
                source = sources[tracks[track_id].exhibit_id]
                wanted = partial(_wanted, track_id, own)
                tube = self._material.tube(key, tracks[track_id], source, wanted)
                tube = replace(tube, revealed=track_id in revealed)
                count = len(tube.pts)
                cuts += [_Cut(tube, source, n, _pictures(track_id, count, n)) for n in own]
            if sum(cut.pixels for cut in cuts) > MOST_PIXELS:
                raise BadInput(
                    "So many pictures of that size are not handed out at once.",
                    remedy="Ask for fewer.",
                )
            # In order of time, so that each empty scene is decoded once.
            cuts.sort(key=lambda c: (c.tube.exhibit_id, c.tube.pts[c.shown.start]))
            short = sum(len(cut.shown) for cut in cuts) <= _SHORT
            rows = pictures.rows([(cut.tube, i) for cut in cuts for i in cut.shown])
            patient = time.monotonic() + (0 if short else _PATIENCE_S)
            with self._way.first() if short else nullcontext():
                strips = [self._strip(cut, rows, scenes, patient) for cut in cuts]
                empty = [
                    (name, small_scene(scenes.picture(name), _scale(scenes.size(name))))
                    for name in act.scenes
                ]
        counts = {
            "pictures": sum(len(s.rows) for s in strips),
            "tracks": len(named),
            "revealed": len(revealed.intersection(named)),
        }
        return Outcome(pack(strips, empty), counts, dict.fromkeys(named, ""))

    def forget(self, case_id: str) -> None:
        """Hold nothing of a case, nor what is being read of one now."""
        with self._one:
            self._forgotten += 1
            for key in [k for k in self._held if k[0] == case_id]:
                del self._held[key]

    # -- parts ---------------------------------------------------------------------

    def _scene(
        self, act: ArrangeSynopsis, sources: dict[str, Source], permit: Permit, progress: Progress
    ) -> _Scene:
        staging = act.staging
        manifests = tuple((i, self._tracks.manifest(i), sources[i].shift) for i in sources)
        key = (act.case_id, manifests, staging.together, staging.stays, staging.speed)
        with self._one:
            if key in self._held:
                self._held.move_to_end(key)
                return replace(self._held[key], sources=sources)
            before = self._forgotten
        scene = self._ready(act, sources, permit, progress)
        with self._one:
            if self._forgotten == before:
                self._held[key] = scene
            while len(self._held) > _STAGES:
                self._held.popitem(last=False)
        return scene

    def _ready(
        self, act: ArrangeSynopsis, sources: dict[str, Source], permit: Permit, progress: Progress
    ) -> _Scene:
        case_key = self._keys.case_key(act.case_id)
        every = self._tracks.search(list(sources))
        seen: list[Track] = []
        unseen: list[Track] = []
        tubes: list[Occupancy] = []
        for done, track in enumerate(every, 1):
            if self._material.has_tube(track, act.case_id):
                seen.append(track)
                source = sources[track.exhibit_id]
                tubes.append(self._material.occupancy(act.case_id, case_key, track, source))
            else:
                unseen.append(track)
            if done % _RECHECK == 0:
                permit.recheck()
            progress("arrange", done, len(every), "tracks")
        stream = next(iter(sources.values())).exhibit.stream
        size = stream.width, stream.height
        stage = set_stage(seen, tubes, size, act.staging) if seen else None
        return _Scene(sources, tuple(seen), tuple(unseen), stage)

    def _panel(
        self, act: ArrangeSynopsis, name: str, scene: _Scene, keep: Sequence[int]
    ) -> LivePanel:
        stream = next(iter(scene.sources.values())).exhibit.stream
        passages: list[Passage] = []
        length, collision, rate = 0, 0.0, stream.time_base * 0 + 1
        if scene.stage is not None:
            made = scene.stage.arrange(act.staging, keep, quickly=True)
            length, collision, rate = made.length, made.collision, scene.stage.rate
            for i in made.order:
                number = made.tubes[i]
                if number not in scene.told:
                    tube, kept = scene.stage.tubes[number], scene.stage.pictures[number]
                    rows = tube.shown(made.fps)
                    scene.told[number] = _parts(tube, rows, kept), _plan(tube, rows)
                passages.append(
                    Passage(
                        scene.tracks[number], made.starts[i], made.lengths[i], *scene.told[number]
                    )
                )
        names = self._material.scenes(act.case_id, scene.sources)
        shifts = {i: float(s.shift * s.exhibit.stream.time_base) for i, s in scene.sources.items()}
        return LivePanel(
            name,
            stream.width,
            stream.height,
            _scale((stream.width, stream.height)),
            rate,
            length,
            collision,
            tuple(passages),
            tuple((n, at / 1000) for n, at in names),
            shifts,
        )

    def _strip(self, cut: _Cut, rows: Iterator[Row], scenes: EmptyScenes, patient: float) -> Strip:
        tube, source = cut.tube, cut.source
        scale = _scale(_size(source))
        sprites, told = [], []
        for i in cut.shown:
            self._way.give(patient)
            ms = source.own_ms(int(tube.pts[i]))
            scene = scenes.at(tube.exhibit_id, ms)
            sprites.append(sprite(tube, i, next(rows), scene, scale, self._conceal))
            since = int(tube.pts[i] - tube.pts[0])
            told.append(
                [*tube.boxes[i].tolist(), since, ms, shown_second(source, ms, on_clock=True)]
            )
        return Strip(tube.track_id, cut.number, cut.shown.start, sprites, told)


def _pictures(track_id: str, count: int, number: int) -> range:
    """Which pictures of a tube, that has so many, lie in a part.

    Raises:
        NotFound: there is no such part.
    """
    begins = bounds(count)
    if not 0 <= number < len(begins) - 1:
        raise NotFound(
            f"Track {track_id} has no part {number}.", remedy=f"It has {len(begins) - 1}."
        )
    return range(begins[number], begins[number + 1])


def _wanted(track_id: str, numbers: Sequence[int], boxes: npt.NDArray[np.int64]) -> Iterator[int]:
    """Pictures of some parts of a tube."""
    return chain.from_iterable(_pictures(track_id, len(boxes), n) for n in numbers)


def _size(source: Source) -> tuple[int, int]:
    return source.exhibit.stream.width, source.exhibit.stream.height


def _scale(size: tuple[int, int]) -> float:
    return min(1.0, WIDEST / size[0])


def _parts(tube: Occupancy, rows: npt.NDArray[np.int64], pictures: int) -> tuple[int, ...]:
    """First tick of each part of a tube of so many pictures."""
    shown = tube.pictures[rows]
    begins = np.array(bounds(pictures))
    first = np.searchsorted(shown, begins[:-1], side="left")
    there = np.append(shown, pictures)[first] < begins[1:]
    return tuple(np.where(there, first, -1).tolist())


def _plan(tube: Occupancy, rows: npt.NDArray[np.int64]) -> tuple[tuple[int, int, int], ...]:
    if not tube.marked.any():
        return ()
    first = np.nonzero(np.diff(rows, prepend=-1))[0]
    at = rows[first]
    told = zip(tube.pictures[at].tolist(), first.tolist(), tube.marked[at].tolist(), strict=True)
    return tuple((picture, tick, int(mark)) for picture, tick, mark in told)


_CHOICES = {
    "class": ("object_class",),
    "colour": ("colour", "colour_share"),
    "not_colour": ("not_colour", "colour_share"),
    "direction": ("direction",),
    "motion": ("moving",),
    "shorter": ("min_dwell_ms",),
    "longer": ("max_dwell_ms",),
    "inside": ("inside",),
    "outside": ("outside",),
}


def _sought(track: Track, permit: Permit) -> bool:
    """Whether the mandate seeks it: of any other, not even class and time are told."""
    return permit.sought is None or permit.sought.matches(track)


def _why(track: Track, act: ArrangeSynopsis, sources: dict[str, Source]) -> tuple[str, ...]:
    """Why a track is not wanted; empty where it is."""
    why = []
    if act.hours is not None and not within(track, act.hours, sources[track.exhibit_id]):
        why.append("hours")
    if not act.query.matches(track):
        missed = [choice for choice, part in _parted(act.query) if not part.matches(track)]
        why += missed or ["other"]
    return tuple(why)


@lru_cache(maxsize=4)
def _parted(query: TrackQuery) -> tuple[tuple[str, TrackQuery], ...]:
    """Each choice of a question by itself, save those that leave everything."""
    parts = (
        (choice, TrackQuery(**{name: getattr(query, name) for name in fields}))
        for choice, fields in _CHOICES.items()
    )
    everything = TrackQuery(colour_share=query.colour_share)
    return tuple((choice, part) for choice, part in parts if part not in (TrackQuery(), everything))


def _left(track: Track, sources: dict[str, Source], why: tuple[str, ...]) -> LeftOut:
    second = shown_second(sources[track.exhibit_id], track.start_ms, on_clock=True)
    return LeftOut(track, second, why)
