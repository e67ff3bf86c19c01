"""Reading the clock that a recorder burnt into its pictures: what a sandbox does of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scelle.engine.child import Link
from scelle.footage.index import PacketIndex
from scelle.footage.onscreen import layout, learn, read
from scelle.operations.lending import LentObjects
from scelle.operations.original import open_original, read_index

_LEARN_S = 13
_LEARN_PER_S = 10
_SAMPLES = 60
"""Pictures read over the whole recording."""


@dataclass(frozen=True)
class ReadClockTask:
    """What a sandboxed process needs to read a burnt-in clock."""

    case_id: str
    exhibit_id: str
    zone: tuple[int, ...]
    at_ms: int
    text: str
    pattern: str


def read_clock(task: ReadClockTask, link: Link) -> tuple[tuple[Fraction, str], ...]:
    """Seconds since the first picture, and what the clock shows there in ISO 8601.

    Raises:
        BadInput: the mark does not fit, or its figures cannot be learnt.
    """
    vault = LentObjects(link)
    index = read_index(vault, task.case_id, task.exhibit_id, b"")
    left, top, width, height = task.zone
    where = layout((left, top, width, height), task.text, task.pattern)
    base = index.time_base
    marked = int(np.searchsorted(index.times, int(Fraction(task.at_ms, 1000) / base)))
    marked = min(marked, len(index.times) - 1)
    with open_original(vault, task.case_id, task.exhibit_id, b"", index) as recording:
        near = _spread(index, marked)
        pictures = [
            ((p.pts - int(index.times[marked])) * base, p.luma.copy())
            for p in recording.stills(near)
        ]
        figures = learn(pictures, where, task.text)
        found = []
        # Those near the mark too: key frames may all lie at one fraction of a second.
        for picture in recording.stills(sorted({*near, *_everywhere(index)})):
            shown = read(picture.luma, where, figures, task.text)
            if shown is not None:
                at = (picture.pts - int(index.times[0])) * base
                found.append((at, shown.isoformat()))
    return tuple(found)


def _spread(index: PacketIndex, marked: int) -> list[int]:
    """The marked picture and those of the seconds that follow, ten a second at the most."""
    start, step = int(index.times[marked]), max(1, int(1 / (_LEARN_PER_S * index.time_base)))
    marks = np.arange(start, start + int(_LEARN_S / index.time_base), step)
    ranks = np.searchsorted(index.times, marks)
    return [int(rank) for rank in np.unique(ranks[ranks < len(index.times)])]


def _everywhere(index: PacketIndex) -> list[int]:
    """Pictures over the whole recording: key frames where there are enough."""
    keys = np.sort(index.rank[index.keyframe & index.shows])
    pool = keys if len(keys) >= _SAMPLES // 2 else np.arange(len(index.times))
    chosen = np.linspace(0, len(pool) - 1, min(_SAMPLES, len(pool))).round().astype(np.intp)
    return [int(rank) for rank in np.unique(pool[chosen])]
