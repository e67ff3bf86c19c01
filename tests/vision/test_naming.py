from __future__ import annotations

from collections.abc import Sequence

import cv2
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


def words(naming: Naming) -> dict[int, list[int]]:
    """Class numbers of what was found in each row."""
    return {r: [CLASSES.index(d.object_class) for d in f] for r, f in naming.found.items()}


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
    assert words(naming) == {row + k: [k] for k in range(len(boxes))}
    for k, box in enumerate(boxes.tolist()):
        (found,) = naming.found[row + k]
        assert found.score == 0.5
        np.testing.assert_allclose(
            [found.box.left, found.box.top, found.box.width, found.box.height], box
        )
    assert len(detector.canvases) <= 2, "many on one canvas"


def test_what_is_gone_at_once_is_not_shown_and_what_grows_is_shown_again() -> None:
    detector = ByLevel()
    naming = Naming(detector, 100)
    shown(naming, 0, np.array([(20, 20, 30, 30), (400, 20, 30, 30)], np.int32), 0)
    for i in range(1, 4):
        shown(naming, 50 * i, np.array([(20, 20, 30, 30)], np.int32), 1 + i)
    naming.flush()
    assert sorted(naming.found) == [3]
    shown(naming, 200, np.array([(20, 20, 40, 40)], np.int32), 5)
    naming.flush()
    assert sorted(naming.found) == [3, 5]


def test_a_large_region_is_reduced_and_its_detection_still_lies_in_it() -> None:
    naming = Naming(ByLevel(), 1)
    box = np.array([(100, 40, 400, 280)], np.int32)
    shown(naming, 0, box, 0)
    shown(naming, 10, box, 1)
    naming.flush()
    assert words(naming) == {1: [0]}
    naming.flush()
    assert len(naming.found) == 1


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
    assert naming.found == {}


class Twice(ByLevel):
    """Sees two beside each other in whatever it is shown, while there are two."""

    def __init__(self) -> None:
        super().__init__()
        self.two = True

    def detect(self, picture: UInt8Array) -> list[Detection]:
        self.canvases.append(picture)
        count, _, places, _ = cv2.connectedComponentsWithStats(
            (picture[..., 0] == 100).view(np.uint8)
        )
        halves = [
            Box(float(x + k * w / 2), float(y), float(w / 2), float(h))
            for x, y, w, h, _ in places[1:count].tolist()
            for k in range(2)
        ]
        return [Detection(b, CLASSES[0], 0.5) for b in halves if self.two]


def test_a_region_that_holds_several_is_shown_at_every_look_until_it_does_not() -> None:
    detector = Twice()
    naming = Naming(detector, 10)
    box = np.array([(100, 40, 60, 60)], np.int32)
    for i in range(20):
        shown(naming, 5 * i, box, i)
    assert set(range(6, 18)) <= set(naming.found)
    assert {len(f) for f in naming.found.values()} == {2}
    detector.two = False
    for i in range(20, 60):
        shown(naming, 5 * i, box, i)
    naming.flush()
    assert max(naming.found) < 22
    painted = len(detector.canvases)
    for i in range(60, 70):
        shown(naming, 5 * i, box, i)
    assert len(detector.canvases) - painted <= 2, "seldom, again"


def test_a_canvas_is_no_larger_than_what_lies_on_it() -> None:
    detector = ByLevel()
    naming = Naming(detector, 10)
    box = np.array([(100, 40, 20, 40)], np.int32)
    for i in range(5):
        shown(naming, 10 * i, box, i)
    assert {c.shape[:2] for c in detector.canvases} == {(64, 64)}
