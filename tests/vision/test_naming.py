from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.model.geometry import Box
from scelle.vision.detect import Detection
from scelle.vision.naming import CLASSES, LONGEST, Naming

UInt8Array = npt.NDArray[np.uint8]
SIZE = (640, 360)


class ByLevel:
    """Says of each patch of one level on a canvas which class that level stands for."""

    name, sha256 = "by level", "0" * 64

    def __init__(self) -> None:
        self.canvases: list[UInt8Array] = []

    def detect(self, picture: UInt8Array) -> list[Detection]:
        self.canvases.append(picture)
        found = []
        for number in range(len(CLASSES)):
            rows, columns = np.nonzero(picture[..., 0] == 100 + number)
            if len(rows):
                box = Box(
                    float(columns.min()),
                    float(rows.min()),
                    float(np.ptp(columns) + 1),
                    float(np.ptp(rows) + 1),
                )
                found.append(Detection(box, CLASSES[number], 0.5))
        return found

    def detect_many(self, pictures: Sequence[UInt8Array]) -> list[list[Detection]]:
        return [self.detect(p) for p in pictures]


def picture(boxes: npt.NDArray[np.int32]) -> UInt8Array:
    """The k-th box has the level of the k-th class."""
    whole = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    for k, (x, y, w, h) in enumerate(boxes.tolist()):
        whole[y : y + h, x : x + w] = 100 + k
    return whole


def shown(naming: Naming, pts: int, boxes: npt.NDArray[np.int32], row: int) -> None:
    whole = picture(boxes)
    naming.look(
        pts, boxes, row, SIZE, lambda w: whole[w[1] : w[1] + w[3], w[0] : w[0] + w[2]].copy()
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(10, LONGEST // 2), st.integers(10, LONGEST // 2)),
        min_size=1,
        max_size=len(CLASSES),
    )
)
def test_each_word_comes_back_to_the_region_it_is_about(sides: list[tuple[int, int]]) -> None:
    # Far enough apart that none is in another's surroundings.
    boxes = np.array(
        [(20 + 150 * (k % 4), 20 + 160 * (k // 4), w, h) for k, (w, h) in enumerate(sides)],
        np.int32,
    )
    detector = ByLevel()
    naming = Naming(detector, 100)
    for i in range(3):
        shown(naming, 60 * i, boxes, i * len(boxes))
    naming.flush()
    row = 2 * len(boxes)
    assert naming.named == {row + k: (k, 0.5) for k in range(len(boxes))}
    assert len(detector.canvases) <= 2, "many on one canvas"


def test_what_is_gone_at_once_is_not_shown_and_what_grows_is_shown_again() -> None:
    detector = ByLevel()
    naming = Naming(detector, 100)
    shown(naming, 0, np.array([(20, 20, 30, 30), (400, 20, 30, 30)], np.int32), 0)
    for i in range(1, 4):
        shown(naming, 50 * i, np.array([(20, 20, 30, 30)], np.int32), 1 + i)
    naming.flush()
    assert sorted(naming.named) == [3]
    shown(naming, 200, np.array([(20, 20, 40, 40)], np.int32), 5)
    naming.flush()
    assert sorted(naming.named) == [3, 5]


def test_a_large_region_is_reduced_and_its_detection_still_lies_in_it() -> None:
    naming = Naming(ByLevel(), 1)
    box = np.array([(100, 40, 400, 280)], np.int32)
    shown(naming, 0, box, 0)
    shown(naming, 10, box, 1)
    naming.flush()
    assert naming.named == {1: (0, 0.5)}
    naming.flush()
    assert len(naming.named) == 1


def test_a_word_about_the_surroundings_says_nothing_of_the_region() -> None:
    class Beside(ByLevel):
        def detect(self, picture: UInt8Array) -> list[Detection]:
            return [
                Detection(
                    Box(d.box.left + 0.8 * d.box.width, d.box.top, d.box.width, d.box.height),
                    d.object_class,
                    d.score,
                )
                for d in super().detect(picture)
            ]

    naming = Naming(Beside(), 1)
    for i in range(2):
        shown(naming, 10 * i, np.array([(100, 40, 60, 60)], np.int32), i)
    naming.flush()
    assert naming.named == {}
