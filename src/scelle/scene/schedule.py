"""Who passes through the street, when, and along which path."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Colour, ObjectClass
from scelle.scene.backdrop import FAR_PATH, Ground
from scelle.scene.cutouts import Cutout

FloatArray = npt.NDArray[np.float64]

PER_OBJECT_S = 10.0
"""One passage for each so many seconds of scene, unless told otherwise."""

_CUT_OUT = 0.5  # share of persons shown by filmed pictures, where there are any
_SLOT_S = 24.0  # a group of passages, then nobody
_P, _V = ObjectClass.PERSON, None
_PATTERN = (_P, _V, _P, _P, _V, _P, _V, _P, _P, _V, _P, _P)
_VEHICLES = (ObjectClass.CAR, ObjectClass.LARGE_VEHICLE, ObjectClass.CAR, ObjectClass.TWO_WHEELER)
_LENGTH_M = {
    ObjectClass.PERSON: 0.9,
    ObjectClass.TWO_WHEELER: 2.2,
    ObjectClass.CAR: 4.6,
    ObjectClass.LARGE_VEHICLE: 7.6,
}
_CLOTHES = tuple(Colour)
_PAINTS = (Colour.RED, Colour.BLUE, Colour.WHITE, Colour.GREEN, Colour.YELLOW, Colour.ORANGE)


@dataclass(frozen=True, eq=False)
class Actor:
    """One object and its path.

    Attributes:
        foot: float64 ``(n, 2)``, x and y of the foot point in each frame from ``first``.
        walked: float64 ``(n,)``, metres gone since ``first``.
        first: frame of ``foot[0]``.
        window: left, top, right, bottom outside which it is hidden, in the
            frames where ``hidden`` is true (it is behind a house's corner).
        hidden: bool ``(n,)``.
        cutout: filmed pictures shown instead of drawn ones; its clothing is then
            not that of ``upper`` and ``lower``, and nobody says what it is.
    """

    object_class: ObjectClass
    upper: Colour
    lower: Colour
    stature: float
    stops: bool
    first: int
    foot: FloatArray
    walked: FloatArray
    window: tuple[int, int, int, int]
    hidden: npt.NDArray[np.bool_]
    cutout: Cutout | None = None


def cast(
    ground: Ground,
    rng: np.random.Generator,
    frames: int,
    fps: int,
    *,
    per_object_s: float = PER_OBJECT_S,
    cutouts: tuple[Cutout, ...] = (),
) -> tuple[Actor, ...]:
    """The whole cast: one passage for each ten seconds, in groups with gaps between.

    Every passage lasts six to twelve seconds and lies wholly inside the scene,
    unless the scene itself is too short for that.
    """
    duration = frames / fps
    if per_object_s == PER_OBJECT_S:
        count = max(1, round(duration / per_object_s + float(rng.uniform(-0.4, 1.4))))
    else:
        count = int(rng.poisson(duration / per_object_s))
    groups = max(1, round(duration / _SLOT_S))
    slot = duration / groups
    rotation = int(rng.integers(0, len(_PATTERN)))
    kinds = [_PATTERN[(rotation + i) % len(_PATTERN)] for i in range(count)]
    vehicles = itertools.cycle(np.roll(np.arange(4), int(rng.integers(0, 4))).tolist())
    walks = itertools.cycle(("near", "far", "near", "cross", "far"))
    clothes = itertools.cycle(rng.permutation(len(_CLOTHES)).tolist())
    paints = itertools.cycle(rng.permutation(len(_PAINTS)).tolist())
    sizes = [count // groups + (g < count % groups) for g in range(groups)]
    actors: list[Actor] = []
    stopped = False
    for group, size in enumerate(sizes):
        begin = slot * (group + float(rng.uniform(0.16, 0.24)))
        end = min(slot * (group + 1), duration) - 0.2
        apart = min(2.6, slot * 0.7 / max(size, 1))
        for place in range(size):
            kind = kinds[len(actors)]
            if kind is None:
                what, route = _VEHICLES[next(vehicles)], "road"
                upper = lower = _PAINTS[next(paints)]
                if what is ObjectClass.TWO_WHEELER:
                    upper = _CLOTHES[next(clothes)]
            else:
                what, route = ObjectClass.PERSON, next(walks)
                upper, lower = _CLOTHES[next(clothes)], _CLOTHES[next(clothes)]
            stops = not stopped and route == "near" and end - begin > 11.5
            stopped |= stops
            worn = None
            if cutouts and what is ObjectClass.PERSON and rng.random() < _CUT_OUT:
                worn = cutouts[int(rng.integers(len(cutouts)))]
            for attempt in range(30):
                lasts = min(float(rng.uniform(6.8, 8.8)), (end - begin) * 0.7)
                pause = 3.0 if stops else 0.0
                latest = max(begin, end - lasts - pause)
                start = min(begin + place * apart + float(rng.uniform(0, 1.2)), latest)
                if attempt > 10:
                    start = float(rng.uniform(begin, latest + 1e-9))
                actor = _send(
                    ground, rng, what, route, upper, lower, start, lasts, pause, fps, frames
                )
                if not any(_clash(ground, actor, other) for other in actors):
                    break
            actors.append(replace(actor, cutout=worn) if worn else actor)
    return tuple(actors)


def stroll(
    ground: Ground, rng: np.random.Generator, frames: int, fps: int, per_object_s: float
) -> tuple[Actor, ...]:
    """People who walk along the far path, from one end to the other, 12 to 16 pixels high at 720.

    Args:
        ground: of a street with a prospect.
        rng: of everything that varies.
        frames: pictures of the scene.
        fps: a second.
        per_object_s: seconds for each of them, in the mean.
    """
    left, top, right, bottom = ground.prospect
    actors = []
    for _ in range(int(rng.poisson(frames / fps / per_object_s))):
        upper, lower = (_CLOTHES[int(k)] for k in rng.integers(len(_CLOTHES), size=2))
        row = ground.row(float(rng.uniform(FAR_PATH[0] + 0.006, FAR_PATH[1] - 0.006)))
        metre = ground.metre(row)
        start, end = left - metre, right + metre
        if rng.random() < 0.5:
            start, end = end, start
        metres = (right - left) / metre + 2
        n = min(round(metres / float(rng.uniform(1.1, 1.7)) * fps), frames)
        x = np.linspace(start, end, n)
        actors.append(
            Actor(
                ObjectClass.PERSON,
                upper,
                lower,
                float(rng.uniform(1.62, 1.86)),
                False,
                int(rng.integers(frames - n + 1)),
                np.stack([x, np.full(n, row)], 1),
                np.linspace(0, metres, n),
                (left, top, right, bottom),
                np.ones(n, np.bool_),
            )
        )
    return tuple(actors)


def _send(
    ground: Ground,
    rng: np.random.Generator,
    what: ObjectClass,
    route: str,
    upper: Colour,
    lower: Colour,
    start: float,
    lasts: float,
    pause: float,
    fps: int,
    frames: int,
) -> Actor:
    w, h = ground.width, ground.height
    left, top, right, bottom = ground.passage
    middle = (left + right) / 2
    backwards = bool(rng.random() < 0.5)
    corner: int | None = None  # index of the way point from which it may be hidden
    if route == "road":
        row = 0.715 if backwards else 0.585
        reach = 0.5 * _LENGTH_M[what] * ground.metre(row * h) + 4
        points = [(w + reach, row * h), (-reach, row * h)]
    elif route == "near":
        row = float(rng.uniform(0.86, 0.91))
        reach = 0.5 * ground.metre(row * h)
        points = [(-reach, row * h), (w + reach, row * h)]
    else:
        y = float(rng.uniform(0.452, 0.485))
        inside = [(middle, 0.425 * h), (right + 1.0 * ground.metre(0.38 * h), 0.375 * h)]
        if route == "far":
            edge = w + 20.0 if rng.random() < 0.4 else -20.0
            points = [(edge, y * h), (middle + (60 if edge > 0 else -60), y * h), *inside]
        else:
            zebra = ground.column(0.395)
            points = [
                (0.28 * w, h + 1.75 * ground.metre(h)),
                (zebra - 10, 0.83 * h),
                (zebra + 10, 0.50 * h),
                (middle - 70, 0.468 * h),
                *inside,
            ]
        corner = len(points) - 2
    path, at = _dense(points)
    steps = np.hypot(*np.diff(path, axis=0).T)
    metres = np.array([ground.metre(y) for y in (path[1:, 1] + path[:-1, 1]) / 2])
    gone = np.concatenate([[0.0], np.cumsum(steps / metres)])
    behind = np.zeros(len(path), np.bool_)
    if corner is not None:
        behind[at[corner] :] = True
    if backwards:
        path, behind, gone = path[::-1], behind[::-1], gone[-1] - gone[::-1]
    first = max(0, round(start * fps))
    n = min(max(2, round((lasts + pause) * fps)), frames - first)
    halt = round(n * float(rng.uniform(0.4, 0.6))) if pause else n
    moving = np.ones(n, np.float64)
    moving[halt : halt + round(pause * fps)] = 0
    share = np.concatenate([[0.0], np.cumsum(moving[1:])])
    walked = share / max(1.0, share[-1]) * gone[-1]
    foot = np.stack([np.interp(walked, gone, path[:, axis]) for axis in (0, 1)], axis=1)
    hidden = behind[np.searchsorted(gone, walked).clip(0, len(gone) - 1)]
    stature = float(rng.uniform(1.62, 1.86))
    return Actor(
        what,
        upper,
        lower,
        stature,
        bool(pause),
        first,
        foot,
        walked,
        (left, top, right, bottom),
        hidden,
    )


def _dense(points: list[tuple[float, float]]) -> tuple[FloatArray, list[int]]:
    """The path at steps of about four pixels, and where its way points are in it."""
    rows: list[FloatArray] = [np.array([points[0]], np.float64)]
    at = [0]
    for a, b in itertools.pairwise(points):
        pieces = max(1, round(float(np.hypot(b[0] - a[0], b[1] - a[1])) / 4))
        rows.append(np.linspace(a, b, pieces + 1, dtype=np.float64)[1:])
        at.append(at[-1] + pieces)
    return np.concatenate(rows), at


def _clash(ground: Ground, a: Actor, b: Actor) -> bool:
    """Whether two of them would stand in the same place of the street."""
    start, stop = max(a.first, b.first), min(a.first + len(a.foot), b.first + len(b.foot))
    if start >= stop:
        return False
    gap = np.abs(
        a.foot[start - a.first : stop - a.first] - b.foot[start - b.first : stop - b.first]
    )
    reach = (_LENGTH_M[a.object_class] + _LENGTH_M[b.object_class]) / 2
    wide = reach * ground.metre(float(a.foot[:, 1].mean()))
    return bool(((gap[:, 0] < wide) & (gap[:, 1] < 0.035 * ground.height)).any())
