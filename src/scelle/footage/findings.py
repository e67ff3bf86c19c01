"""What befell the camera or the file, told from glimpses and from the packets: pure.

Nothing here looks at a picture: the analysis looks anyway, and keeps a little of what it
sees (:mod:`scelle.footage.glimpses`).  Every finding says what was measured, and names
the ordinary causes beside the suspicious ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scelle.footage.glimpses import Glimpses
from scelle.footage.index import PacketIndex
from scelle.model.evidence import Finding, FindingKind

BoolArray = npt.NDArray[np.bool_]
Milliseconds = Callable[[int], int]

FROZEN_S = 5
"""Seconds without any change that are worth telling: sensors' noise changes every picture."""

JUMP = 12
"""Levels of 255 by which all three quartiles must move together, up or down..."""

JUMP_S = 1
"""... within so many seconds."""

GRADUAL_S = 4
"""Seconds within which a slower change must move the median by so much; dusk takes minutes."""

LIT, CONTRARY = 0.33, 0.1
"""Share of the picture that a slower change reaches at least, and that may go the other way."""

NEARLY_ALL = 0.75
"""Share of the picture that a change of light reaches, saturated parts left aside."""

DETAIL_LEFT = 0.3
"""Share of the recording's usual detail below which next to nothing can be made out."""

COVERED_S = 3
ALIKE, UNLIKE = 0.7, 0.45
"""Correlation above which small pictures show one view, and below which another."""

_AROUND = 4
_CODED = {"h264": 64, "hevc": 64, "mpeg4": 7}
"""Macroblocks whose *nothing here* takes one byte, at the least (CABAC, or one bit each)."""

_FEWEST_REPEATED, _SHARE_REPEATED = 10, 0.05


def of_glimpses(seen: Glimpses, index: PacketIndex) -> tuple[Finding, ...]:
    """Everything that glimpses of a whole recording tell, in order of time."""
    ms = index.milliseconds
    hidden = _covered_looks(seen)
    found = [
        *_resized(seen, ms),
        *_frozen(seen, ms),
        *_brightness(seen, index, hidden),
        *_covered(seen, ms, hidden),
        *_moved(seen, ms, hidden),
    ]
    return tuple(sorted(found, key=lambda f: (f.start_ms, f.kind)))


def repeated(index: PacketIndex, codec: str, size: tuple[int, int]) -> Iterator[Finding]:
    """Pictures in which nothing is coded: they repeat the one before.

    Args:
        index: of the recording.
        codec: the decoder's canonical name; only those that can say *nothing* briefly.
        size: width and height, pixels.
    """
    if codec not in _CODED:
        return
    blocks = -(-size[0] // 16) * -(-size[1] // 16)
    limit = 24 + blocks // _CODED[codec]
    empty = index.shows & ~index.keyframe & (index.size > 0) & (index.size <= limit)
    count, whole = int(empty.sum()), index.frames_expected
    if count >= _FEWEST_REPEATED and count >= _SHARE_REPEATED * whole:
        ranks = index.rank[empty]
        text = (
            f"In {count} of {whole} pictures nothing is coded: they repeat the one before, "
            "because nothing stirred or to fill a higher rate."
        )
        start, end = (index.milliseconds(int(index.times[r])) for r in (ranks.min(), ranks.max()))
        yield Finding(FindingKind.DUPLICATE_FRAMES, start, end, text)


def _runs(flags: BoolArray) -> Iterator[tuple[int, int]]:
    """First and last place of each run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    yield from zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True)


def _resized(seen: Glimpses, ms: Milliseconds) -> Iterator[Finding]:
    other = np.asarray(seen.stored.any(axis=1), np.bool_)
    for first, last in _runs(other):
        sizes = sorted({f"{w}x{h}" for w, h in seen.stored[first : last + 1].tolist()})
        text = (
            f"Pictures are stored in another size ({', '.join(sizes)}) and stretched to that of "
            "the first."
        )
        start, end = ms(int(seen.pts[first])), ms(int(seen.pts[last]))
        yield Finding(FindingKind.RESOLUTION_CHANGE, start, end, text)


def _frozen(seen: Glimpses, ms: Milliseconds) -> Iterator[Finding]:
    for first, last in _runs(seen.same):
        start, end = ms(int(seen.pts[max(0, first - 1)])), ms(int(seen.pts[last]))
        if end - start >= FROZEN_S * 1000:
            text = (
                f"Nothing in the picture changes for {(end - start) / 1000:.1f} s: it was frozen, "
                "or nothing stirred and the compression repeated it."
            )
            yield Finding(FindingKind.FROZEN, start, end, text)


def _brightness(seen: Glimpses, index: PacketIndex, hidden: BoolArray) -> Iterator[Finding]:
    if len(seen.pts) < 2:
        return
    # Against the look a second before: an exposure takes some pictures to settle.
    window = int(JUMP_S / index.time_base)
    before = np.searchsorted(seen.pts, seen.pts - window, "left")
    before = np.minimum(before, np.maximum(np.arange(len(seen.pts)) - 1, 0))
    steps = seen.levels - seen.levels[before]
    jumps = (steps > JUMP).all(axis=1) | (steps < -JUMP).all(axis=1)
    jumps &= ~(hidden | hidden[before])
    told: list[tuple[int, int, float]] = []
    for first, last in _runs(jumps):
        at = first + int(np.argmax(np.abs(steps[first : last + 1, 1])))
        if _everywhere(seen, int(seen.pts[before[first]]), int(seen.pts[last])):
            told.append((int(before[first]), last, float(steps[at, 1])))
    told += [g for g in _gradual(seen, index, hidden) if not any(_meet(g, t) for t in told)]
    joined: list[tuple[int, int, float]] = []
    for first, last, change in sorted(told):
        # One change of light may be faster at its beginning and at its end.
        if joined and _meet(joined[-1], (first, last, change)) and change * joined[-1][2] > 0:
            first, _, before_ = joined.pop()
            change = max(before_, change, key=abs)
        joined.append((first, last, change))
    for first, last, change in joined:
        start, end = (index.milliseconds(int(seen.pts[at])) for at in (first, last))
        yield _jump(start, end, change)


def _meet(a: tuple[int, int, float], b: tuple[int, int, float]) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]


def _gradual(
    seen: Glimpses, index: PacketIndex, hidden: BoolArray
) -> Iterator[tuple[int, int, float]]:
    """Places of the first and last look of each slower change of light, and by how much.

    All quartiles move the same way, the same things are seen before and after, and
    little goes the other way: what passes by, however large, brings its own outlines.
    """
    window = int(GRADUAL_S / index.time_base)
    before = np.searchsorted(seen.pts, seen.pts - window, "left")
    steps = seen.levels - seen.levels[before]
    moved = (steps > 0).all(axis=1) | (steps < 0).all(axis=1)
    moved &= (np.abs(steps[:, 1]) > JUMP) & ~(hidden | hidden[before])
    for first, last in _runs(moved):
        at = first + int(np.argmax(np.abs(steps[first : last + 1, 1])))
        one = int(np.searchsorted(seen.small_pts, seen.pts[before[at]], "right")) - 1
        two = int(np.searchsorted(seen.small_pts, seen.pts[at], "right")) - 1
        change = (seen.small[two].astype(np.int16) - seen.small[one]) * np.sign(steps[at, 1])
        reached, contrary = (change > JUMP / 2).mean(), (change < -JUMP / 2).mean()
        alike = _alike(_shape(seen.small[one]), _shape(seen.small[two]))
        if alike > ALIKE and reached >= LIT and contrary <= CONTRARY:
            yield int(before[first]), last, float(steps[at, 1])


def _everywhere(seen: Glimpses, start: int, end: int) -> bool:
    """Whether nearly all of the picture became lighter, or darker: not what passed by."""
    before = int(np.searchsorted(seen.small_pts, start, "right")) - 1
    after = int(np.searchsorted(seen.small_pts, end, "left"))
    if before < 0 or after >= len(seen.small):
        return True
    change = seen.small[after].astype(np.int16) - seen.small[before]
    return bool(max((change > JUMP / 2).mean(), (change < -JUMP / 2).mean()) >= NEARLY_ALL)


def _jump(start: int, end: int, change: float) -> Finding:
    text = (
        f"The whole picture changes its brightness by {change:+.0f} of 255: a lamp, the "
        "exposure, or the switch between day and night."
    )
    return Finding(FindingKind.BRIGHTNESS_JUMP, start, end, text)


def _covered_looks(seen: Glimpses) -> BoolArray:
    usual = float(np.median(seen.detail)) if len(seen.detail) else 0.0
    return np.asarray((usual > 1) & (seen.detail < DETAIL_LEFT * usual), np.bool_)


def _covered(seen: Glimpses, ms: Milliseconds, hidden: BoolArray) -> Iterator[Finding]:
    for first, last in _runs(hidden):
        start, end = ms(int(seen.pts[first])), ms(int(seen.pts[last]))
        if end - start >= COVERED_S * 1000:
            text = (
                "Next to nothing can be made out: the camera was covered, blinded or out of "
                "focus, or the light was gone."
            )
            yield Finding(FindingKind.CAMERA_COVERED, start, end, text)


def _moved(seen: Glimpses, ms: Milliseconds, hidden: BoolArray) -> Iterator[Finding]:
    """Where the view before and the view after are each steady, and are not the same."""
    if len(seen.small) <= 2 * _AROUND:
        return
    dark = {int(t) for t in seen.pts[hidden]}
    change = np.ones(len(seen.small))
    # Outlines of a few seconds at a time: those of a whole night would fill the memory.
    shapes = deque(map(_shape, seen.small[: 2 * _AROUND - 1]))
    for i in range(_AROUND, len(seen.small) - _AROUND + 1):
        shapes.append(_shape(seen.small[i + _AROUND - 1]))
        before, after = np.array(shapes).reshape(2, _AROUND, -1)
        shapes.popleft()
        if dark & {int(t) for t in seen.small_pts[i - _AROUND : i + _AROUND]}:
            continue
        steady = min(_alike(a, b) for side in (before, after) for a, b in pairwise(side))
        if steady > ALIKE:
            change[i] = _alike(before.mean(axis=0), after.mean(axis=0))
    for first, last in _runs(change < UNLIKE):
        at = first + int(np.argmin(change[first : last + 1]))
        start, end = ms(int(seen.small_pts[at - 1])), ms(int(seen.small_pts[at]))
        text = "From here on the camera shows another view: it was turned, moved or switched."
        yield Finding(FindingKind.CAMERA_MOVED, start, end, text)


def _shape(small: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Outlines of a small picture, whatever the light: ``(k,)`` of unit length."""
    values = small.astype(np.float64)
    down = np.diff(values, axis=0)[:, :-1].ravel()
    across = np.diff(values, axis=1)[:-1].ravel()
    both = np.concatenate((down, across))
    length = np.linalg.norm(both)
    return np.asarray(both / length if length > 0 else np.zeros_like(both))


def _alike(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else 1.0
