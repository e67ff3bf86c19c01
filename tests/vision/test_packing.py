from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.model.geometry import Box
from scelle.model.tracks import ObjectClass
from scelle.vision.detect import Detection
from scelle.vision.packing import SIDE, Placed, Window, carry_back, paint, place, windows

BOXES = st.lists(
    st.tuples(st.integers(0, 700), st.integers(0, 500), st.integers(1, 500), st.integers(1, 400)),
    max_size=25,
)


def _middle(p: Placed) -> tuple[float, float]:
    return p.left + p.size[0] / 2, p.top + p.size[1] / 2


def clipped(box: Window, width: int, height: int) -> Window:
    x, y, w, h = box
    return x, y, min(w, width - x), min(h, height - y)


@given(boxes=BOXES)
def test_every_region_lies_whole_in_one_window(boxes: list[Window]) -> None:
    given_ = [clipped(b, 768, 576) for b in boxes]
    cut = windows(given_, 768, 576)
    for x, y, w, h in cut:
        assert x >= 0
        assert y >= 0
        assert x + w <= 768
        assert y + h <= 576
    for x, y, w, h in given_:
        assert any(a <= x and b <= y and x + w <= a + c and y + h <= b + d for a, b, c, d in cut)
    # Joining shows no more than leaving apart would.
    alone = [windows([b], 768, 576)[0] for b in given_]
    assert sum(w * h for _, _, w, h in cut) <= sum(w * h for _, _, w, h in alone)


@given(boxes=BOXES)
def test_windows_never_overlap_on_a_canvas(boxes: list[Window]) -> None:
    cut = windows([clipped(b, 768, 576) for b in boxes], 768, 576)
    places = place(cut)
    assert [p.window for p in places] == cut
    assert {p.canvas for p in places} == set(range(len({p.canvas for p in places})))
    for p in places:
        assert p.left >= 0
        assert p.top >= 0
        assert p.left + p.size[0] <= SIDE
        assert p.top + p.size[1] <= SIDE
        # What fits stays at its native size.
        assert (p.scale == 1) == (max(p.window[2:]) <= SIDE)
    for a, b in itertools.combinations(places, 2):
        apart = (
            a.left + a.size[0] <= b.left
            or b.left + b.size[0] <= a.left
            or a.top + a.size[1] <= b.top
            or b.top + b.size[1] <= a.top
        )
        assert a.canvas != b.canvas or apart


@settings(max_examples=30, deadline=None)
@given(boxes=BOXES.filter(bool), seed=st.integers(0, 9))
def test_the_pixels_are_those_of_the_picture(boxes: list[Window], seed: int) -> None:
    picture = np.random.default_rng(seed).integers(1, 256, (576, 768, 3), np.uint8)
    places = place(windows([clipped(b, 768, 576) for b in boxes], 768, 576))

    def crop(window: Window) -> npt.NDArray[np.uint8]:
        x, y, w, h = window
        return picture[y : y + h, x : x + w]

    canvases = paint(places, crop)
    assert all(c.shape == (SIDE, SIDE, 3) for c in canvases)
    shown = 0
    for p in places:
        width, height = p.size
        part = canvases[p.canvas][p.top : p.top + height, p.left : p.left + width]
        shown += width * height
        if p.scale == 1:
            assert (part == crop(p.window)).all()
    assert sum(int(np.count_nonzero(c.any(2))) for c in canvases) == shown


@given(boxes=BOXES.filter(bool))
def test_what_is_found_comes_back_to_its_place(boxes: list[Window]) -> None:
    places = place(windows([clipped(b, 768, 576) for b in boxes], 768, 576))
    found: list[list[Detection]] = [[] for _ in range(max(p.canvas for p in places) + 1)]
    for p in places:
        box = Box(p.left, p.top, *p.size)
        found[p.canvas].append(Detection(box, ObjectClass.CAR, 0.5))
    for p in places:
        # Alone, for windows that overlap by more than half would be taken for one object.
        only = [[d for d in on if d.box.centre == _middle(p)] for on in found]
        (d,) = carry_back([p], only)
        x, y, w, h = p.window
        assert abs(d.box.left - x) < 1e-6
        assert abs(d.box.top - y) < 1e-6
        # A window larger than a canvas loses less than one of its pixels there.
        assert w - 1 / p.scale <= d.box.width <= w + 1e-6
        assert h - 1 / p.scale <= d.box.height <= h + 1e-6


def test_a_detection_made_of_the_seam_is_dropped_and_one_over_it_is_cut() -> None:
    places = [Placed((100, 100, 40, 40), 0, 0, 0), Placed((500, 0, 40, 40), 0, 44, 0)]
    over = Detection(Box(10, 10, 40, 20), ObjectClass.CAR, 0.9)
    seam = Detection(Box(20, 0, 44, 20), ObjectClass.CAR, 0.8)
    (back,) = carry_back(places, [[over, seam]])
    assert back.box == Box(110, 110, 30, 20)


def test_what_two_windows_show_is_found_once() -> None:
    places = [Placed((100, 100, 40, 40), 0, 0, 0), Placed((102, 100, 40, 40), 0, 0, 60)]
    best = Detection(Box(10, 10, 20, 20), ObjectClass.CAR, 0.9)
    again = Detection(Box(9, 70, 20, 20), ObjectClass.CAR, 0.8)
    other = Detection(Box(8, 70, 20, 20), ObjectClass.PERSON, 0.7)
    back = carry_back(places, [[best, again, other]])
    assert [(d.object_class, d.score) for d in back] == [
        (ObjectClass.CAR, 0.9),
        (ObjectClass.PERSON, 0.7),
    ]
