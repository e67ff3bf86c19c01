from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scelle.synopsis.labels import Rect, place_labels

PICTURE = (640, 360)


def overlap(a: Rect, b: Rect) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


boxes = st.tuples(st.integers(0, 600), st.integers(0, 300), st.integers(1, 40), st.integers(1, 60))


@given(st.lists(boxes, max_size=9), st.integers(0, 20))
def test_labels_lie_in_the_picture_and_one_alone_covers_nothing(
    found: list[Rect], before: int
) -> None:
    objects = [(str(i), box) for i, box in enumerate(found)]
    sizes = {track: (60, 18) for track, _ in objects}
    places = {track: before % 16 for track, _ in objects}
    rects, which = place_labels(objects, sizes, PICTURE, places)
    assert set(rects) == set(which) == set(sizes)
    for left, top, width, height in rects.values():
        assert left >= 0
        assert top >= 0
        assert left + width <= PICTURE[0]
        assert top + height <= PICTURE[1]
    if len(objects) == 1:
        assert not overlap(rects["0"], found[0])


def test_labels_of_people_in_a_row_cover_nobody_and_no_label() -> None:
    objects = [(str(i), (40 + 45 * i, 150, 30, 80)) for i in range(10)]
    sizes = {track: (70, 18) for track, _ in objects}
    rects, _ = place_labels(objects, sizes, PICTURE, {})
    labels = list(rects.values())
    for i, label in enumerate(labels):
        assert not any(overlap(label, box) for _, box in objects)
        assert not any(overlap(label, other) for other in labels[i + 1 :])


def test_a_label_stays_where_it_was_while_it_can() -> None:
    objects = [("1", (300, 150, 30, 80))]
    sizes = {"1": (70, 18)}
    for place in range(4):
        rects, which = place_labels(objects, sizes, PICTURE, {"1": place})
        assert which["1"] == place
        blocked = [*objects, ("2", rects["1"])]
        _, moved = place_labels(blocked, {**sizes, "2": (70, 18)}, PICTURE, which)
        assert moved["1"] != place
