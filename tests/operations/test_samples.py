from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from scelle.footage.index import PacketIndex
from scelle.operations import segment
from scelle.operations.lending import Objects
from scelle.operations.segment import SegmentTask
from scelle.operations.triage import Glance
from scelle.vision.background import Look
from scelle.vision.motion import MotionSettings

SPANS = tuple((60 * n, 60 * n + 60, 60) for n in range(9))


class Lent:
    """One sample a segment, whose frame is the segment's number; remembers what was read."""

    def __init__(self) -> None:
        self.numbers: list[int] = []

    def read(self, case_id: str, name: str, key: bytes) -> bytes:
        self.numbers.append(int(name.rpartition("-")[2]))
        planes = (np.zeros(shape, np.uint8) for shape in ((4, 4), (2, 2), (2, 2)))
        return segment._pack([Glance(self.numbers[-1], True, Look(*planes))])


def test_samples_are_read_once_while_they_are_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "_surveyed", {})
    lent = Lent()
    index = cast("PacketIndex", SimpleNamespace(time_base=Fraction(1)))

    def around(number: int) -> list[int]:
        task = SegmentTask("observe", number, "c", "e", MotionSettings())
        samples = segment._samples_around(task, cast("Objects", lent), index, SPANS)
        return [glance.frame for glance in samples]

    assert around(0) == [0, 1, 2, 3]
    assert around(1) == [0, 1, 2, 3, 4]
    assert around(5) == [2, 3, 4, 5, 6, 7, 8]
    assert lent.numbers == list(range(9))
    assert around(0) == [0, 1, 2, 3]
    assert lent.numbers[9:] == [0, 1], "what is no longer around is not kept"
