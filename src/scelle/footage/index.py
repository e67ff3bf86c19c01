"""The packet index: what a recording's video stream holds, before anything is decoded."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scelle.errors import VaultDamaged

Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

NO_TIME = np.iinfo(np.int64).min
"""Stands for a timestamp that the container does not give."""

_MAGIC = b"scelle packet index 2\n"
_COLUMNS: Sequence[tuple[str, str]] = (
    ("pts", "<i8"),
    ("dts", "<i8"),
    ("size", "<i4"),
    ("keyframe", "|b1"),
    ("discardable", "|b1"),
    ("corrupt", "|b1"),
    ("shows", "|b1"),
)


@dataclass(frozen=True)
class IndexPart:
    """Where one file of a split recording lies in the joined index.

    A time ``t`` of the file, in its own time base, is ``t * scale + shift`` here.

    Attributes:
        row: its first row.
        stream: which of its video streams, from 0.
    """

    row: int
    scale: int
    shift: int
    stream: int = 0


@dataclass(frozen=True, eq=False)
class PacketIndex:
    """Every packet of one video stream, in file order, as a struct of arrays.

    All arrays have shape ``(n,)``.

    Attributes:
        time_base: seconds per timestamp unit.
        end_pts: end of the last picture, in ``time_base``.
        pts: int64, presentation timestamps; where a finding says so, derived.
        dts: int64, decoding timestamps as the container gives them, or ``NO_TIME``.
        size: int32, bytes.
        keyframe: bool, decoding may begin here.
        discardable: bool, no other picture is predicted from it.
        corrupt: bool, the container says that bytes are missing.
        shows: bool, the packet should give one picture; false for placeholders,
            second fields, and pictures that the container's edit list removes.
        stream: which of the file's video streams it is, from 0.
        parts: the files of a split recording, in order; empty for a single file.
        picture_size: width and height of the first picture that decodes, in which all are
            given; zeros where it is not known yet.
    """

    time_base: Fraction
    end_pts: int
    pts: Int64Array
    dts: Int64Array
    size: Int32Array
    keyframe: BoolArray
    discardable: BoolArray
    corrupt: BoolArray
    shows: BoolArray
    stream: int = 0
    parts: tuple[IndexPart, ...] = ()
    picture_size: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        for name, dtype in _COLUMNS:
            column = getattr(self, name)
            if column.shape != self.pts.shape or column.dtype != np.dtype(dtype):
                raise ValueError(f"column {name} must be {dtype} of the index's length")
        if not self.shows.any():
            raise ValueError("an index needs at least one picture")

    @property
    def frames_expected(self) -> int:
        """Packets that should each give one picture."""
        return int(self.shows.sum())

    @cached_property
    def order(self) -> Int64Array:
        """int64 ``(frames_expected,)``: row of each picture, in presentation order."""
        rows = np.flatnonzero(self.shows)
        return rows[np.argsort(self.pts[rows], kind="stable")].astype(np.int64)

    @cached_property
    def rank(self) -> Int64Array:
        """int64 ``(n,)``: 0-based frame index of each packet's picture; -1 without one."""
        rank = np.full(len(self.pts), -1, np.int64)
        rank[self.order] = np.arange(len(self.order))
        return rank

    @cached_property
    def times(self) -> Int64Array:
        """int64 ``(frames_expected,)``: timestamp of each frame index, never decreasing."""
        return self.pts[self.order]

    @cached_property
    def entries(self) -> Int64Array:
        """int64: rows where decoding may begin and cut the recording cleanly in two.

        A key frame is one when everything stored before it is shown before it;
        pictures stored after it and shown before it (leading pictures of an open
        group) belong to what precedes.
        """
        shown = np.where(self.shows, self.pts, NO_TIME)
        before = np.concatenate(([NO_TIME], np.maximum.accumulate(shown)[:-1]))
        rows = np.flatnonzero(self.keyframe & self.shows & (before < self.pts))
        # What is stored after the next entry must be shown after this one.
        after = np.minimum.accumulate(np.where(self.shows, self.pts, np.iinfo(np.int64).max)[::-1])
        after = after[::-1]
        clean = [
            i
            for i, row in enumerate(rows)
            if i + 1 == len(rows) or after[rows[i + 1]] >= self.pts[row]
        ]
        return rows[clean].astype(np.int64)

    def span(self, start_pts: int, end_pts: int) -> Int64Array:
        """Rows, in file order, of the pictures shown in ``[start_pts, end_pts)``."""
        inside = self.shows & (self.pts >= start_pts) & (self.pts < end_pts)
        return np.flatnonzero(inside).astype(np.int64)

    def entry_before(self, pts: int) -> int:
        """Row of the last entry shown at or before ``pts``; 0 where there is none."""
        at = bisect_right(self.pts[self.entries], pts) - 1
        return int(self.entries[at]) if at >= 0 else 0

    def milliseconds(self, pts: int) -> int:
        """Whole milliseconds of the recording's own time, rounded to nearest."""
        return round(pts * self.time_base * 1000)

    def to_bytes(self) -> bytes:
        """Canonical serialisation: the same index always gives the same bytes."""
        head = {
            "end_pts": self.end_pts,
            "parts": [[p.row, p.scale, p.shift, p.stream] for p in self.parts],
            "rows": len(self.pts),
            "picture_size": list(self.picture_size),
            "stream": self.stream,
            "time_base": [self.time_base.numerator, self.time_base.denominator],
        }
        columns = (getattr(self, name).astype(dtype).tobytes() for name, dtype in _COLUMNS)
        return _MAGIC + json.dumps(head, sort_keys=True).encode() + b"\n" + b"".join(columns)

    @classmethod
    def from_bytes(cls, data: bytes) -> PacketIndex:
        """Inverse of :meth:`to_bytes`.

        Raises:
            VaultDamaged: the bytes are not a whole index.
        """
        try:
            if not data.startswith(_MAGIC):
                raise ValueError("not a packet index")
            stop = data.index(b"\n", len(_MAGIC))
            head = json.loads(data[len(_MAGIC) : stop])
            at, columns = stop + 1, {}
            for name, dtype in _COLUMNS:
                size = np.dtype(dtype).itemsize * head["rows"]
                columns[name] = np.frombuffer(data[at : at + size], dtype)
                at += size
            if at != len(data):
                raise ValueError("wrong length")
            return cls(
                Fraction(*head["time_base"]),
                head["end_pts"],
                **columns,
                stream=head["stream"],
                parts=tuple(IndexPart(*part) for part in head["parts"]),
                picture_size=(int(head["picture_size"][0]), int(head["picture_size"][1])),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise VaultDamaged(
                f"a packet index cannot be read: {error}",
                remedy="Receive the recording again from the original.",
            ) from error


def segments(index: PacketIndex, target_s: int = 60) -> tuple[tuple[int, int, int], ...]:
    """Cut a recording where decoding may begin: by content, never by worker count.

    Cuts are the entries nearest at or after each multiple of ``target_s`` since the
    first picture.

    Returns:
        ``(start_pts, end_pts, expected)`` of each half-open span; they adjoin, and
        ``expected`` sums to ``index.frames_expected``.
    """
    times = index.times
    first, step = int(times[0]), Fraction(target_s) / index.time_base
    entries = index.pts[index.entries]
    cuts = [first]
    multiple = 1
    while True:
        at = int(np.searchsorted(entries, int(-(-(first + multiple * step) // 1)), "left"))
        if at == len(entries):
            break
        cut = int(entries[at])
        cuts.append(cut)
        multiple = int((cut - first) // step) + 1
    cuts.append(int(times[-1]) + 1)
    bounds = np.searchsorted(times, cuts, "left")
    return tuple(
        (start, end, int(b - a))
        for start, end, a, b in zip(cuts, cuts[1:], bounds, bounds[1:], strict=False)
    )


@dataclass(frozen=True, eq=False)
class Looks:
    """Which pictures an analysis looks at, and which it need not even decode.

    Attributes:
        ranks: int64, increasing frame indexes.
        skip: bool ``(n,)``, one for each packet of the index: left out on purpose, since
            no other picture is predicted from it and it is not looked at.
    """

    ranks: Int64Array
    skip: BoolArray


def looks(index: PacketIndex, per_second: int = 8) -> Looks:
    """Choose pictures at most ``1/per_second`` s apart, and few of them to decode.

    Pictures that others are predicted from are decoded in any case, so they are
    preferred: from each, the next is the last such one within the limit; where there
    is none, the last picture within it; where the stream itself is slower, the next.
    """
    times = index.times.tolist()
    limit = int(Fraction(1, per_second) / index.time_base // 1)
    needed = np.flatnonzero(~index.discardable[index.order])
    # The last needed picture at or before each, -1 where there is none.
    before = np.full(len(times), -1, np.int64)
    before[needed] = needed
    before = np.maximum.accumulate(before).tolist()
    at = int(needed[0]) if len(needed) and times[needed[0]] - times[0] <= limit else 0
    chosen = [at]
    while at + 1 < len(times):
        last = bisect_right(times, times[at] + limit, at + 1) - 1
        free = before[last]
        at = free if free > at else max(at + 1, last)
        chosen.append(at)
    ranks = np.array(chosen, np.int64)
    return Looks(ranks, unneeded(index, ranks))


def unneeded(index: PacketIndex, ranks: Int64Array) -> BoolArray:
    """Packets, bool ``(n,)``, that need not be decoded for the pictures of ``ranks``.

    Only those from which no other is predicted: what else may be left out depends on
    where decoding begins.
    """
    skip = index.discardable & index.shows
    skip[index.order[ranks]] = False
    # A packet that shows nothing of its own, such as a second field, goes with the one before.
    shown = np.where(index.shows, np.arange(len(skip)), 0)
    return index.discardable & skip[np.maximum.accumulate(shown)]
