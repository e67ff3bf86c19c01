"""What is seen of one exhibit at any time: what is concealed, and what is said beside it."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Self

import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput, NoPicture
from scelle.footage.encode import Caption, planes_of
from scelle.footage.index import Int64Array, PacketIndex
from scelle.model.evidence import Case, Exhibit
from scelle.model.tracks import ObjectClass, Track
from scelle.model.zones import Zone
from scelle.operations.blanking import blank
from scelle.store.control import Control
from scelle.synopsis.lettering import banner
from scelle.vision.masking import Planes

UInt8Array = npt.NDArray[np.uint8]
Conceal = Callable[[Planes, Sequence[tuple[float, ...]], Sequence[ObjectClass | None], float], None]
"""Makes the heads and plates of objects unrecognisable, in place.

Takes the picture's planes; the objects' boxes (left, top, width, height in native pixels,
which may reach beyond the picture); their classes, ``None`` where a head may be anywhere; and
width over height of one pixel.
"""

_BEYOND = Fraction(1, 2)
"""How long before its first and after its last box an object is still concealed, seconds:
it was in the picture before it was noticed."""

_APART = Fraction(1, 5)
"""Seconds between two places where an object was seen, from which on it may have been at
either of them, and not on the way between."""

_PACE = Fraction(1, 4)
"""Seconds of a path's first and last rows that say how it came and how it went."""

_AROUND = Fraction(2)
"""Seconds before and after a moment in which an object may have been seen whole, if at the
moment it was not."""

_LOST = 0.08
"""Share of its width or height that it must then have had more of: boxes are not exact."""

SILENT = "sans son / no sound"


@dataclass(frozen=True)
class Marks:
    """What every copy bears.

    Attributes:
        case: whose evidence it is.
        exhibit: how the exhibit is called in what is handed out, such as ``S1``.
        copy: the copy's own reference, such as ``C-57``.
        recipient: who receives it; empty where the asker keeps it.
    """

    case: Case
    exhibit: str
    copy: str
    recipient: str = ""


@dataclass(frozen=True, eq=False)
class Hidden:
    """What is concealed in one exhibit.

    Attributes:
        tracks: whose heads and plates.
        zones: that people have marked, whole.
        lifted: how many tracks of the exhibit are shown as they are.
    """

    tracks: Sequence[Track]
    zones: Sequence[Zone] = ()
    lifted: int = 0

    @classmethod
    def of(cls, exhibit: Exhibit, tracks: Sequence[Track], control: Control) -> Self:
        """As people have decided: all of an exhibit's tracks, save those revealed; every zone.

        Args:
            tracks: all those of the exhibit.
        """
        revealed = control.revealed(exhibit.case_id)
        hidden = [t for t in tracks if t.id not in revealed]
        zones = [z for z in control.zones(exhibit.case_id) if z.exhibit_id == exhibit.id]
        return cls(hidden, zones, len(tracks) - len(hidden))

    def near(self, index: PacketIndex, first: int, last: int) -> bool:
        """Whether anything is concealed in a span of timestamps."""
        ends = [at * index.time_base * 1000 for at in (first, last)]
        return any(ObjectPath(t).near(first, last) for t in self.tracks) or any(
            z.near(*ends) for z in self.zones
        )


@dataclass(frozen=True, eq=False)
class Sight:
    """What is shown of one exhibit, and with what beside it."""

    exhibit: Exhibit
    marks: Marks | None
    index: PacketIndex
    ranks: Int64Array
    hidden: Hidden
    captions: Sequence[Caption]

    @cached_property
    def objects(self) -> Sequence[ObjectPath]:
        """The paths of those who are concealed."""
        return [ObjectPath(track) for track in self.hidden.tracks]

    @property
    def rate(self) -> Fraction:
        """Pictures per second, nominal."""
        times = self.index.times[self.ranks]
        seconds = (int(times[-1]) + 1 - int(times[0])) * self.index.time_base
        return min(Fraction(len(times)) / max(seconds, Fraction(1, 1000)), Fraction(60))

    def hide(self, planes: Planes, pts: int, conceal: Conceal) -> None:
        """Conceal in a picture of the exhibit everything that is to be, in place."""
        conceal(planes, *self.boxes(pts), float(self.exhibit.pixel_shape))
        blank(planes, self.hidden.zones, pts * self.index.time_base * 1000)

    def boxes(self, pts: int) -> tuple[list[tuple[float, ...]], list[ObjectClass | None]]:
        """Where those who are concealed are, and what they are: see :data:`Conceal`."""
        turned = self.exhibit.turned
        there = [
            (box, None if turned else path.track.object_class)
            for path in self.objects
            for box in path.boxes(pts)
        ]
        return [box for box, _ in there], [kind for _, kind in there]

    @property
    def banner_height(self) -> int:
        """Pixels; 0 on the screen, where no marks are needed."""
        return len(self.banner(int(self.index.times[self.ranks[0]]))[0]) if self.marks else 0

    def banner(self, pts: int) -> tuple[UInt8Array, ...]:
        """The banner of one picture, as Y, U and V from 16 to 235; nothing on the screen."""
        if self.marks is None:
            return ()
        stream, marks = self.exhibit.stream, self.marks
        reference = marks.case.reference + (" · DEMO" if marks.case.demonstration else "")
        said = time_words(self.exhibit, self.index.milliseconds(pts))
        owner = f"{marks.copy} · {marks.recipient}" if marks.recipient else marks.copy
        rows = (
            (f"{reference} · {marks.exhibit} · {self.exhibit.camera}", owner),
            said,
            (SILENT, ""),
        )
        return _strip_planes(stream.width, stream.height, rows)


@dataclass(frozen=True, eq=False)
class ObjectPath:
    """Where an object is at any time, for concealing it."""

    track: Track

    def near(self, first: int, last: int) -> bool:
        """Whether it is to be concealed anywhere in a span."""
        begins, ends = self._span
        return begins <= last and first <= ends

    @cached_property
    def _span(self) -> tuple[int, int]:
        """Timestamps from and up to which it is concealed."""
        beyond = int(_BEYOND / self.track.time_base)
        return int(self.track.pts[0]) - beyond, int(self.track.pts[-1]) + beyond

    def boxes(self, pts: int) -> list[tuple[float, ...]]:
        """Wherever it may be: left, top, width and height in native pixels, which may reach
        beyond the picture; none where it is not near.

        Where it was not seen it may have stayed, or be there already; before it was noticed
        and after it was lost it may have gone on as it went.  Where less of it was seen than
        shortly before or after, the rest may be above, or on either side.
        """
        if not self.near(pts, pts):
            return []
        at, sides = self._at, self._sides
        row = max(0, bisect_right(at, pts) - 1)
        after = min(row + 1, len(at) - 1)
        # How far it is from one row to the next; before the first and past the last it stays.
        along = min(max(pts - at[row], 0), at[after] - at[row])
        way = max(1, at[after] - at[row])
        left, top, width, height = _between(sides[row], sides[after], along, way)
        places: list[tuple[float, ...]] = [(left, top, width, height)]
        if not at[0] <= pts <= at[-1]:
            places.append(tuple(self._gone_on(pts).tolist()))
        elif self._seen:
            first = self._seen[max(bisect_right(self._times, pts) - 1, 0)]
            last = self._seen[min(bisect_left(self._times, pts), len(self._seen) - 1)]
            if at[last] - at[first] > self._far:
                places += [sides[first], sides[last]]
        wide, tall = _between(self._lost[row], self._lost[after], along, way)
        if tall > _LOST * height:
            places.append((left, top - tall, width, height + tall))
        if wide > _LOST * width and self._lengthways:
            places.append((left - wide, top, width + 2 * wide, height))
        return [p for p in places if min(p[2:]) > 0]

    # Plain numbers: of one moment they are told from each other sooner than arrays are made.

    @cached_property
    def _at(self) -> list[int]:
        """The track's timestamps."""
        at: list[int] = self.track.pts.tolist()
        return at

    @cached_property
    def _sides(self) -> list[tuple[float, ...]]:
        """Its boxes."""
        return [tuple(box) for box in self.track.boxes.tolist()]

    @cached_property
    def _far(self) -> int:
        """Ticks between two rows, above which it was lost from sight between them."""
        return int(_APART / self.track.time_base)

    @cached_property
    def _lost(self) -> list[tuple[float, ...]]:
        """How much wider and taller it was around each row, native pixels;
        at most as much again, since others may have been taken for a part of it.
        """
        sizes, around = self.track.boxes[:, 2:].astype(np.float64), _AROUND / self.track.time_base
        first = np.searchsorted(self.track.pts, self.track.pts - int(around))
        stop = np.searchsorted(self.track.pts, self.track.pts + int(around), "right")
        # Of pairs of places the stretch within each; what is past the end is no stretch.
        pairs = np.stack([first, stop], axis=1).ravel()
        most = np.maximum.reduceat(np.vstack([sizes, sizes[-1:]]), pairs)[::2]
        return [tuple(each) for each in (np.minimum(most, 2 * sizes) - sizes).tolist()]

    @cached_property
    def _lengthways(self) -> bool:
        """Whether it is a vehicle seen from its side, if it is one: who walks is wider with
        each step.
        """
        width, height = np.median(self.track.boxes[:, 2:], axis=0)
        return bool(width > height)

    @cached_property
    def _seen(self) -> list[int]:
        """Rows in which it was seen."""
        rows: list[int] = np.flatnonzero(self.track.observed).tolist()
        return rows

    @cached_property
    def _times(self) -> list[int]:
        """When it was seen."""
        return [self._at[row] for row in self._seen]

    def _gone_on(self, pts: int) -> npt.NDArray[np.float64]:
        """Its box beyond its first or its last row, as it moved and grew there."""
        at, boxes = self.track.pts, self.track.boxes.astype(np.float64)
        pace, last = int(_PACE / self.track.time_base), len(at) - 1
        if pts < at[0]:
            end, other = 0, min(max(1, int(np.searchsorted(at, at[0] + pace))), last)
        else:
            end = last
            other = max(min(last - 1, int(np.searchsorted(at, at[-1] - pace))), 0)
        sides = boxes[[end, other]]
        sides[:, 2:] += sides[:, :2]
        elapsed = max(1, abs(int(at[other] - at[end])))
        left, top, right, below = sides[0] + (sides[0] - sides[1]) * abs(pts - at[end]) / elapsed
        return np.array([left, top, right - left, below - top])


def _between(
    here: Sequence[float], there: Sequence[float], along: int, way: int
) -> tuple[float, ...]:
    """What lies so far along a way between two rows of numbers."""
    return tuple((b - a) / way * along + a for a, b in zip(here, there, strict=True))


@lru_cache(maxsize=8)
def strip_of(width: int, height: int, rows: tuple[tuple[str, str], ...]) -> UInt8Array:
    """As :func:`banner`; what was written last is not written again."""
    return banner(width, height, rows)


@lru_cache(maxsize=8)
def _strip_planes(
    width: int, height: int, rows: tuple[tuple[str, str], ...]
) -> tuple[UInt8Array, ...]:
    return planes_of(strip_of(width, height, rows))


def time_words(exhibit: Exhibit, at_ms: int) -> tuple[str, str]:
    """Real time with its uncertainty, and the recorder's; or the time since the start."""
    real, recorder = exhibit.real_time(at_ms), exhibit.recorder_time(at_ms)
    if real is None or recorder is None:
        seconds = int(exhibit.elapsed(at_ms))
        return f"depuis le début / from the start {_hms(seconds)}", "heure non établie / no clock"
    unknown = exhibit.clock.uncertainty is None
    margin = "± ?" if unknown else f"± {float(exhibit.clock.uncertainty or 0):g} s"
    return (
        f"réelle / real {real:%Y-%m-%d %H:%M:%S %z} {margin}",
        f"enregistreur / recorder {recorder:%H:%M:%S}",
    )


def captions_of(
    exhibit: Exhibit, marks: Marks, index: PacketIndex, first: int, end: int
) -> Iterator[Caption]:
    """One for each second of a span: case, exhibit, copy, both clocks."""
    owner = f"{marks.copy} {marks.recipient}".strip()
    step = max(1, int(1 / index.time_base))
    for start in range(first, end, step):
        said = " · ".join(time_words(exhibit, index.milliseconds(start)))
        text = f"{marks.case.reference} · {marks.exhibit} · {owner}\n{said}\n{SILENT}"
        yield Caption(start - first, min(start + step, end) - first, text)


def span_ranks(index: PacketIndex, start_ms: int, end_ms: int) -> Int64Array:
    """Frame indexes in the span; none, or a span that ends after the recording, is refused.

    Raises:
        BadInput: no picture in it, or it ends after the recording.
    """
    ranks = _ranks(index, start_ms, end_ms)
    last_ms = math.ceil(index.end_pts * index.time_base * 1000)
    if len(ranks) and end_ms <= last_ms:
        return ranks
    span = f"from {_clock(start_ms)} to {_clock(end_ms)}"
    kind: type[BadInput] = NoPicture
    text = f"There is no picture {span}."
    if end_ms > last_ms:
        kind = BadInput
        text = f"The span {span} reaches beyond the recording's end."
    first_ms = index.milliseconds(int(index.times[0]))
    raise kind(
        text,
        remedy=f"Give a span within the recording: it goes from {_clock(first_ms)} "
        f"to {_clock(last_ms)}.",
    )


def _clock(ms: int) -> str:
    """``h:mm:ss.mmm``, which the command line reads too."""
    seconds, rest = divmod(ms, 1000)
    return f"{_hms(seconds)}.{rest:03}"


def _hms(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _ranks(index: PacketIndex, start_ms: int, end_ms: int) -> Int64Array:
    """Frame indexes whose time, rounded to the millisecond, lies in ``[start_ms, end_ms)``."""
    first, last = (
        bisect_left(index.times, at, key=lambda time: index.milliseconds(int(time)))
        for at in (start_ms, end_ms)
    )
    return np.arange(first, last, dtype=np.int64)
