"""What a worker process does with some tracks: cut and keep their tubes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

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


def cut_tubes(task: TubesTask, link: Link) -> int:
    """Keep a tube for each track; idempotent.

    Returns:
        how many tracks there were.
    """
    cv2.setNumThreads(1)
    vault = LentObjects(link)

    @lru_cache(maxsize=2)
    def load(number: int) -> tuple[Observations, Pictures]:
        seen = vault.read(task.case_id, object_name("observe", task.exhibit_id, number))
        name = object_name("pictures", task.exhibit_id, number)
        return Observations.from_bytes(seen), Pictures.from_bytes(vault.read(task.case_id, name))

    cut = {}
    for sourced in task.tracks:
        tube = cut_tube(sourced, load)
        if tube is not None:
            cut[f"tube/{task.exhibit_id}-{sourced.track.number}"] = to_bytes(tube)
    vault.write_many(task.case_id, cut)
    return len(task.tracks)
