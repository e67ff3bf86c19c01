"""From chains of tracklets to tracks: filled, smoothed, judged and described."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scelle.model.tracks import ObjectClass, Track
from scelle.vision.apart import UNKNOWN
from scelle.vision.describe import describe
from scelle.vision.ground import Ground
from scelle.vision.heights import raised
from scelle.vision.join import merged_rows
from scelle.vision.naming import CLASSES
from scelle.vision.restless import fleeting, restless
from scelle.vision.sourced import Sourced
from scelle.vision.tracklet import Boxes, Tracklet, middle

_PERSON = CLASSES.index(ObjectClass.PERSON)
_NEVER_UPRIGHT = [
    CLASSES.index(c) for c in (ObjectClass.CAR, ObjectClass.LARGE_VEHICLE, ObjectClass.ANIMAL)
]


@dataclass(frozen=True)
class TrackSettings:
    """What a chain must show to be put forward; part of the analysis manifest.

    Attributes:
        min_looks: looks in which it was seen.
        min_s: seconds from first to last look.
        swift_looks: looks that suffice for what crosses its own size at least
            ``swift_travel`` times: a near car is gone within half a second.
        min_seen: share of the looks from first to last in which it was seen.
        min_alone: share in which it had an outline of its own.
        min_travel: distance that its centre covered, in its own mean sizes.
        min_path: distance between its farthest positions, native pixels.
        part_time: share of a track's looks inside another that make it a piece of it,
        part_inside: with this share of its area,
        part_larger: where the other is so many times larger.
        speck_s, brief_s: what was there for less or for longer does not make its place
            restless, seconds: specks surround whoever stands near the camera.
        minor_travel, many_minor, leave_travel: see :func:`scelle.vision.restless.restless`.
        many_specks: see :func:`scelle.vision.restless.fleeting`; specks say less than what
            stirs for longer.
        smooth_s: half-width of the smoothing window.
        upright: widths over heights below which it is no vehicle and no animal, whatever a
            detector says: the narrowest lorry is wider from its front.
    """

    min_looks: int = 5
    min_s: float = 0.75
    swift_looks: int = 3
    swift_travel: float = 1.0
    min_seen: float = 0.5
    min_alone: float = 0.35
    min_travel: float = 0.5
    min_path: float = 8.0
    part_time: float = 0.85
    part_inside: float = 0.8
    part_larger: float = 2.5
    speck_s: float = 0.5
    brief_s: float = 5.0
    minor_travel: float = 1.2
    many_minor: int = 4
    leave_travel: float = 2.5
    many_specks: int = 8
    smooth_s: float = 0.3
    upright: float = 0.55


def make_tracks(
    chains: list[list[Tracklet]],
    exhibit_id: str,
    time_base: Fraction,
    look_frame: npt.NDArray[np.int64],
    look_pts: npt.NDArray[np.int64],
    size: tuple[int, int],
    settings: TrackSettings | None = None,
) -> list[Sourced]:
    """Tracks of an exhibit, numbered in order of first picture.

    Args:
        chains: one list of tracklets per object (:func:`scelle.vision.join.join`).
        exhibit_id: prefix of the ids.
        time_base: of every ``pts``.
        look_frame: int64 ``(L,)``, decoded-stream index of every look of the recording.
        look_pts: int64 ``(L,)``, its timestamp.
        size: width and height of the picture, native pixels.
        settings: what a chain must show; the defaults where absent.
    """
    s = settings or TrackSettings()
    made: list[Sourced] = []
    filled = [(c, _fill(c, look_frame, look_pts)) for c in chains]
    shows = np.array([_shows(f, time_base, s) for _, f in filled], np.bool_)
    shows &= ~_stirs([f for _, f in filled], shows, time_base, s)
    shown = [filled[i] for i in np.flatnonzero(shows)]
    parts = _parts([f for _, f in shown], s)
    smoothed = [_smooth(f, time_base, size, s) for _, f in shown]
    ground = Ground.learn(
        [
            b[f.alone]
            for i, (b, (_, f)) in enumerate(zip(smoothed, shown, strict=True))
            if i not in parts
        ],
        size,
    )
    for i, (chain, whole) in enumerate(shown):
        if i in parts:
            continue
        number = len(made) + 1
        boxes = raised(
            smoothed[i], whole.alone, whole.pts.astype(np.float64) * float(time_base), ground, size
        )
        colour = np.sum([t.colour for t in chain], axis=0).astype(np.float32)
        votes = np.sum([t.votes for t in chain], axis=0)
        object_class, confidence, why = _judge(whole, votes, s.upright)
        track = Track(
            id=f"{exhibit_id}-{number}",
            exhibit_id=exhibit_id,
            number=number,
            object_class=object_class,
            confidence=confidence,
            why=why,
            time_base=time_base,
            frame=look_frame[whole.look],
            pts=look_pts[whole.look],
            boxes=boxes.astype(np.float32),
            observed=whole.seen,
            description=describe(
                boxes, look_pts[whole.look], time_base, colour, size=size, ground=ground
            ),
        )
        made.append(Sourced(track, whole.source))
    return made


@dataclass(frozen=True, eq=False)
class _Filled:
    """One row per look from first to last, gaps interpolated."""

    look: npt.NDArray[np.int64]
    pts: npt.NDArray[np.int64]
    boxes: Boxes
    source: npt.NDArray[np.int64]
    alone: npt.NDArray[np.bool_]

    @cached_property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Which rows are not interpolated."""
        return np.asarray(self.source[:, 0] >= 0)

    @cached_property
    def size(self) -> float:
        """Side of a square as large as it usually is, native pixels."""
        return float(np.sqrt(middle(self.boxes[self.seen, 2:]).prod()))

    @cached_property
    def travel(self) -> float:
        """How far it got, native pixels; see :func:`_travel`."""
        return _travel(self.boxes)


def _fill(
    chain: list[Tracklet],
    look_frame: npt.NDArray[np.int64],
    look_pts: npt.NDArray[np.int64],
) -> _Filled:
    rows, boxes = merged_rows(chain)
    seen = np.array([chain[p].look[r] for p, r in rows])
    look = np.arange(seen[0], seen[-1] + 1)
    at = seen - seen[0]
    pts = look_pts[look]
    # Over exact time, not over looks: variable rates would bend the path.
    filled = np.stack([np.interp(pts, pts[at], boxes[:, c]) for c in range(4)], 1)
    source = np.full((len(look), 2), -1, np.int64)
    source[at] = [chain[p].source[r] for p, r in rows]
    alone = np.zeros(len(look), np.bool_)
    alone[at] = [chain[p].whole[r] for p, r in rows]
    return _Filled(look, pts, filled, source, alone)


def _stirs(
    tracks: list[_Filled], shows: npt.NDArray[np.bool_], time_base: Fraction, s: TrackSettings
) -> npt.NDArray[np.bool_]:
    """Which chains are mere stirring of a restless place."""
    if not tracks:
        return np.zeros(0, np.bool_)
    centres = [t.boxes[t.seen, :2] + t.boxes[t.seen, 2:] / 2 for t in tracks]
    ways = np.array([(c[0], middle(c), c[-1]) for c in centres])
    sizes = np.array([t.size for t in tracks])
    travels = np.array([t.travel for t in tracks]) / np.maximum(sizes, 1)
    lasts = np.array([_seconds(t, time_base) for t in tracks])
    stirs = restless(
        ways[:, 1],
        sizes,
        travels,
        (lasts >= s.speck_s) & (lasts < s.brief_s),
        minor=s.minor_travel,
        many=s.many_minor,
        leave=s.leave_travel,
    )
    enough = np.array([len(c) >= s.swift_looks for c in centres])
    left = np.flatnonzero(enough & (travels >= s.leave_travel))
    # What passed was in the middle of its way only once.
    passed = [np.empty((0, 2)), *(_places(centres[i], 2 * max(sizes[i], 1.0)) for i in left)]
    stirs |= fleeting(
        ways,
        sizes,
        enough & (travels < s.minor_travel) & (lasts < s.brief_s),
        np.concatenate(passed),
        shows & ~np.array([_lasting(t, time_base, s) for t in tracks]),
        many=s.many_specks,
    )
    return stirs


def _places(centres: npt.NDArray[np.float64], apart: float) -> npt.NDArray[np.float64]:
    """One look of all those in each square of so many pixels."""
    return centres[np.unique(centres // apart, axis=0, return_index=True)[1]]


def _shows(track: _Filled, time_base: Fraction, s: TrackSettings) -> bool:
    """Whether it is put forward: seen often, long, and it went somewhere.

    What only lights up or trembles in one place is not an object that passed.
    """
    seen = int(track.seen.sum())
    if seen < s.swift_looks or seen < s.min_seen * len(track.look):
        return False
    if track.alone.mean() < s.min_alone:
        return False
    travel, size = track.travel, track.size
    if travel < max(s.min_path, s.min_travel * size):
        return False
    return _lasting(track, time_base, s) or travel >= s.swift_travel * size


def _lasting(track: _Filled, time_base: Fraction, s: TrackSettings) -> bool:
    """Whether it is put forward without being swift."""
    return bool(track.seen.sum() >= s.min_looks and _seconds(track, time_base) >= s.min_s)


def _seconds(track: _Filled, time_base: Fraction) -> float:
    """From its first look to its last."""
    return float((track.pts[-1] - track.pts[0]) * time_base)


def _parts(tracks: list[_Filled], s: TrackSettings) -> set[int]:
    """Which tracks are pieces of others: a sleeve that a bright wall cut off the coat.

    A piece spends nearly all its time within one much larger object.
    """
    starts = np.array([t.look[0] for t in tracks])
    ends = np.array([t.look[-1] for t in tracks])
    found = set()
    for i, piece in enumerate(tracks):
        need = s.part_time * len(piece.look)
        shared = np.minimum(ends, ends[i]) - np.maximum(starts, starts[i]) + 1
        for j in np.flatnonzero(shared >= need):
            if j == i or int(j) in found:
                continue
            a = piece.boxes[max(starts[j] - starts[i], 0) :][: shared[j]]
            b = tracks[j].boxes[max(starts[i] - starts[j], 0) :][: shared[j]]
            low = np.maximum(a[:, :2], b[:, :2])
            high = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
            area, other = a[:, 2:].prod(1), b[:, 2:].prod(1)
            within = np.clip(high - low, 0, None).prod(1) >= s.part_inside * area
            if (within & (other >= s.part_larger * area)).sum() >= need:
                found.add(i)
                break
    return found


def _travel(boxes: Boxes) -> float:
    """How far an object got from where it began, native pixels.

    Opposite edges must have moved the same way at the same time: a region that
    only grows has not moved.
    """
    n = max(1, len(boxes) // 8)
    width = min(5, max(1, len(boxes) // 3))
    edges = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], 1)
    steps = len(edges) - width + 1
    smooth = np.sum([edges[k : k + steps] for k in range(width)], axis=0) / width
    away = smooth - middle(edges[:n])
    low, high = away[:, :2], away[:, 2:]
    moved = np.where(low * high > 0, np.minimum(np.abs(low), np.abs(high)), 0)
    return float(np.hypot(moved[:, 0], moved[:, 1]).max())


def _smooth(track: _Filled, time_base: Fraction, size: tuple[int, int], s: TrackSettings) -> Boxes:
    """Boxes averaged over a short window of exact time, clipped to the picture.

    Rows where the object stood alone count more than shares of a group.
    """
    t = track.pts.astype(np.float64) * float(time_base)
    weight = np.where(track.alone, 1.0, np.where(track.seen, 0.4, 0.15))
    first = np.searchsorted(t, t - s.smooth_s)
    stop = np.searchsorted(t, t + s.smooth_s + 1e-9)
    # Every row's window side by side; where one is shorter, the rest weighs nothing.
    at = first[:, None] + np.arange((stop - first).max())
    inside = at < stop[:, None]
    at = np.minimum(at, len(t) - 1)
    dt = t[at] - t[:, None]
    w = np.where(inside, weight[at] * (1 - np.abs(dt) / (s.smooth_s * 1.5)), 0)
    # A local line, not a mean: what accelerates is not dragged back.
    m = w.sum(1)[:, None]
    tm = (w * dt).sum(1)[:, None] / m
    near = track.boxes[at]
    bm = (w[..., None] * near).sum(1) / m
    wt = w * (dt - tm)
    var = (wt * (dt - tm)).sum(1)[:, None]
    slope = (wt[..., None] * (near - bm[:, None])).sum(1)
    out = bm - np.divide(slope, var, out=np.zeros_like(slope), where=var > 0) * tm
    low = np.clip(out[:, :2], 0, np.array(size) - 1)
    high = np.clip(out[:, :2] + np.maximum(out[:, 2:], 1), low + 1, size)
    return np.concatenate([low, high - low], 1)


def _judge(
    track: _Filled, votes: npt.NDArray[np.float64], upright: float
) -> tuple[ObjectClass, float, str]:
    """Class, confidence 0 to 1, and what it rests on."""
    observed = track.seen
    named = votes.copy()
    named[UNKNOWN] = 0
    width, height = middle(track.boxes[track.alone if track.alone.any() else observed, 2:])
    if width < upright * height:
        # Something was seen there, and what stands and moves is somebody.
        named[_PERSON] += named[_NEVER_UPRIGHT].sum()
        named[_NEVER_UPRIGHT] = 0
    object_class = CLASSES[int(named.argmax())] if named.sum() > 0.1 else ObjectClass.UNKNOWN
    share = float(observed.mean())
    alone = float(track.alone.mean())
    length = min(1.0, int(observed.sum()) / 16)
    confidence = round(0.4 * share + 0.3 * alone + 0.3 * length, 3)
    why = (
        f"seen in {int(observed.sum())} of {len(observed)} looks, "
        f"apart from others in {round(100 * alone)} %"
    )
    return object_class, confidence, why
