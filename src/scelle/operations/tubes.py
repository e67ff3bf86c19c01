"""What a worker process does with some tracks: cut and keep their tubes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from scelle.engine.child import Link
from scelle.operations.lending import LentObjects
from scelle.operations.segment import object_name
from scelle.synopsis.tubes import to_bytes
from scelle.vision.observations import Observations, Pictures
from scelle.vision.sourced import Sourced
from scelle.vision.tubes import cut_tube

BATCH = 24
"""Tracks handed to a worker at once: neighbours in time share segments."""


@dataclass(frozen=True, eq=False)
class TubesTask:
    """Some neighbouring tracks of one exhibit."""

    case_id: str
    exhibit_id: str
    tracks: tuple[Sourced, ...]


_HELD = 2
"""Segments held by a process: those that neighbouring tracks, and the next ones, lie in."""

_held: dict[tuple[str, int], tuple[Observations, Pictures]] = {}
"""By exhibit and number, in order of use.  A process ends before any of them changes."""


def cut_tubes(task: TubesTask, link: Link) -> int:
    """Keep a tube for each track; idempotent.

    Returns:
        how many tracks there were.
    """
    cv2.setNumThreads(1)
    vault = LentObjects(link)

    def load(number: int) -> tuple[Observations, Pictures]:
        key = task.exhibit_id, number
        if key in _held:
            _held[key] = _held.pop(key)
            return _held[key]
        while len(_held) >= _HELD:
            del _held[next(iter(_held))]
        seen, pictures = (
            vault.read(task.case_id, object_name(kind, task.exhibit_id, number))
            for kind in ("observe", "pictures")
        )
        _held[key] = Observations.from_bytes(seen), Pictures.from_bytes(pictures)
        return _held[key]

    cut = {}
    for sourced in task.tracks:
        tube = cut_tube(sourced, load)
        if tube is not None:
            cut[f"tube/{task.exhibit_id}-{sourced.track.number}"] = to_bytes(tube)
    vault.write_many(task.case_id, cut)
    return len(task.tracks)
