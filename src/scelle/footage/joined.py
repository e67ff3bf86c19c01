"""A recording that its recorder split into several files, decoded as one.

The joined packet index is the parts' own, one after the other, on one time line; each
file is opened only while its pictures are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import gcd
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from scelle.footage.hardware import SOFTWARE
from scelle.footage.index import BoolArray, IndexPart, Int64Array, PacketIndex
from scelle.footage.picture import Picture
from scelle.footage.recording import Recording
from scelle.footage.tally import Pictures, Tally
from scelle.model.evidence import Finding, FindingKind

Opener = Callable[[], BinaryIO]
"""Opens one of the files anew; whoever calls it closes the file."""


@dataclass(frozen=True, eq=False)
class Part:
    """One file of a split recording, as it was probed.

    Attributes:
        name: as it was given, for people.
        start: seconds from the first picture of the first file, by the recorder's own
            clock; ``None`` where nothing says it.
    """

    name: str
    index: PacketIndex
    findings: tuple[Finding, ...]
    start: Fraction | None


def join(parts: Sequence[Part]) -> tuple[PacketIndex, tuple[Finding, ...]]:
    """One index of several files, in their order.

    A file begins when the recorder's clock says so; where nothing says it, or where it
    would begin before the one before has ended, right after that one.  Every seam is a
    finding: a gap of known length, an overlap, or a gap that is not known.

    Args:
        parts: at least one; the first file's zero is kept.

    Returns:
        The index, and the findings of all the files on its time line.
    """
    base = parts[0].index.time_base
    for part in parts[1:]:
        base = _common(base, part.index.time_base)
    shifts: list[IndexPart] = []
    findings: list[Finding] = []
    zero = int(parts[0].index.times[0] * (parts[0].index.time_base / base))
    end, rows = 0, 0
    for at, part in enumerate(parts):
        index = part.index
        scale = int(index.time_base / base)
        first, length = int(index.times[0]) * scale, index.end_pts * scale
        shift = 0
        if at:
            stated = None if part.start is None else zero + round(part.start / base)
            begin = end if stated is None else max(end, stated)
            shift = begin - first
            findings.append(_seam(parts[at - 1].name, part.name, end, stated, base))
        shifts.append(IndexPart(rows, scale, shift, index.stream))
        moved = round(shift * base * 1000)
        findings += [
            replace(f, start_ms=f.start_ms + moved, end_ms=f.end_ms + moved) for f in part.findings
        ]
        end, rows = length + shift, rows + len(index.pts)

    def column(name: str) -> np.ndarray:
        return np.concatenate([getattr(part.index, name) for part in parts])

    joined = PacketIndex(
        time_base=base,
        end_pts=end,
        pts=np.concatenate(
            [p.index.pts * s.scale + s.shift for p, s in zip(parts, shifts, strict=True)]
        ),
        dts=column("dts"),
        size=column("size"),
        keyframe=column("keyframe"),
        discardable=column("discardable"),
        corrupt=column("corrupt"),
        shows=column("shows"),
        stream=parts[0].index.stream,
        parts=tuple(shifts),
        picture_size=parts[0].index.picture_size,
    )
    return joined, tuple(sorted(findings, key=lambda f: f.start_ms))


def part_index(index: PacketIndex, number: int) -> PacketIndex:
    """The own index of one file of a joined one, on the file's own time line."""
    part = index.parts[number]
    later = index.parts[number + 1 :]
    rows = slice(part.row, later[0].row if later else len(index.pts))
    pts = (index.pts[rows] - part.shift) // part.scale
    end = index.end_pts if not later else int(index.pts[rows].max()) + 1
    return PacketIndex(
        time_base=index.time_base * part.scale,
        end_pts=(end - part.shift) // part.scale,
        pts=pts,
        dts=index.dts[rows],
        size=index.size[rows],
        keyframe=index.keyframe[rows],
        discardable=index.discardable[rows],
        corrupt=index.corrupt[rows],
        shows=index.shows[rows],
        stream=part.stream,
        picture_size=index.picture_size,
    )


class Joined:
    """Reads a split recording as :class:`scelle.footage.recording.Recording` reads one file.

    Not thread-safe; one file and one decoder at a time.  Use as a context manager.

    Args:
        openers: one for each of ``index.parts``.
        index: the joined one.
        skip_loop_filter: skip deblocking; faster, slightly different pixels.
        decoder: ``software`` or ``cuda``.

    Attributes:
        width, height: native pixels of the first file, in which all are given.
    """

    def __init__(
        self,
        openers: Sequence[Opener],
        index: PacketIndex,
        *,
        skip_loop_filter: bool = False,
        decoder: str = SOFTWARE,
    ) -> None:
        if len(openers) != len(index.parts):
            raise ValueError("each file of a split recording needs an opener")
        self.index = index
        self.width, self.height = index.picture_size
        self._openers = openers
        self._skip_loop_filter = skip_loop_filter
        self._decoder = decoder
        self._indexes = [part_index(index, n) for n in range(len(openers))]
        before = np.cumsum([0, *(i.frames_expected for i in self._indexes)])
        self._before = [int(n) for n in before]
        self._open = -1
        self._stack = ExitStack()
        self._recording: Recording | None = None

    def close(self) -> None:
        """Close the file that is open."""
        self._stack.close()
        self._open, self._recording = -1, None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def pictures(
        self,
        start_pts: int,
        end_pts: int,
        *,
        skip: BoolArray | None = None,
        wanted: Collection[int] | Int64Array | None = None,
        damaged: bool = False,
    ) -> Pictures:
        """As :meth:`scelle.footage.recording.Recording.pictures`, over all the files."""
        tally = Tally()
        chosen = None if wanted is None else np.array(sorted(int(w) for w in wanted), np.int64)
        return Pictures(self._span(start_pts, end_pts, skip, chosen, damaged, tally), tally)

    def _span(
        self,
        start_pts: int,
        end_pts: int,
        skip: BoolArray | None,
        wanted: Int64Array | None,
        damaged: bool,
        tally: Tally,
    ) -> Iterator[Picture]:
        for number, (low, high) in enumerate(pairwise(self._before)):
            own, part = self._indexes[number], self.index.parts[number]
            first, last = (int(t) * part.scale + part.shift for t in (own.times[0], own.times[-1]))
            if last < start_pts or first >= end_pts:
                continue
            start = int(own.times[0]) if start_pts <= first else self._local(start_pts, part)
            end = -(-(end_pts - part.shift) // part.scale)
            ranks = None
            if wanted is not None:
                ranks = wanted[(wanted >= low) & (wanted < high)] - low
            dropped = None if skip is None else skip[part.row : part.row + len(own.pts)]
            found = self._reach(number).pictures(
                start, end, skip=dropped, wanted=ranks, damaged=damaged
            )
            for picture in found:
                yield self._moved(picture, number)
            moved = [frame + low for frame in found.tally.damaged_frames]
            tally.add(replace(found.tally, damaged_frames=moved))

    def keyframes(self, frames: Sequence[int]) -> Iterator[Picture]:
        """As :meth:`scelle.footage.recording.Recording.keyframes`."""
        for number, own in self._shared(frames):
            for picture in self._reach(number).keyframes(own):
                yield self._moved(picture, number)

    def stills(self, frames: Collection[int]) -> Iterator[Picture]:
        """As :meth:`scelle.footage.recording.Recording.stills`."""
        for number, own in self._shared(sorted(set(frames))):
            for picture in self._reach(number).stills(own):
                yield self._moved(picture, number)

    def _shared(self, frames: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
        """Each file's share of frame indexes, by its own count."""
        for number, (low, high) in enumerate(pairwise(self._before)):
            own = [frame - low for frame in frames if low <= frame < high]
            if own:
                yield number, own

    def _reach(self, number: int) -> Recording:
        if self._recording is None or self._open != number:
            self.close()
            file = self._stack.enter_context(self._openers[number]())
            opened = Recording.open(
                file,
                index=self._indexes[number],
                skip_loop_filter=self._skip_loop_filter,
                decoder=self._decoder,
            )
            self._recording = self._stack.enter_context(opened)
            self._open = number
        return self._recording

    def _moved(self, picture: Picture, number: int) -> Picture:
        part = self.index.parts[number]
        return replace(
            picture,
            frame=picture.frame + self._before[number],
            pts=picture.pts * part.scale + part.shift,
        )

    @staticmethod
    def _local(pts: int, part: IndexPart) -> int:
        return (pts - part.shift) // part.scale


def _common(a: Fraction, b: Fraction) -> Fraction:
    """The largest unit of time of which both are whole multiples."""
    return Fraction(
        gcd(a.numerator * b.denominator, b.numerator * a.denominator),
        a.denominator * b.denominator,
    )


def _seam(before: str, after: str, end: int, stated: int | None, base: Fraction) -> Finding:
    at = round(end * base * 1000)
    if stated is None:
        text = f"{before} ends and {after} begins; how long nothing was recorded is not known."
        return Finding(FindingKind.SEAM, at, at, text)
    apart = float((stated - end) * base)
    until = round(max(stated, end) * base * 1000)
    if apart < -1:
        text = (
            f"{after} begins {-apart:.3f} s before {before} ends, by the recorder's clock; "
            "it is shown after it."
        )
        return Finding(FindingKind.TIMESTAMP_BACKWARD, at, at, text)
    if apart > 1:
        text = f"No picture for {apart:.3f} s between {before} and {after}."
        return Finding(FindingKind.GAP, at, until, text)
    return Finding(FindingKind.SEAM, at, until, f"{before} ends and {after} goes on.")
