from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.errors import Damaged
from scelle.model.tracks import ObjectClass, Tube
from scelle.synopsis.tubes import from_bytes, occupancy_from, to_bytes, tube_from


@st.composite
def tubes(draw: st.DrawFn) -> Tube:
    n = draw(st.integers(1, 5))
    gaps = draw(st.lists(st.integers(1, 10**6), min_size=n, max_size=n))
    box = st.tuples(
        st.integers(0, 8000), st.integers(0, 8000), st.integers(1, 900), st.integers(1, 900)
    )
    files = st.lists(st.binary(max_size=40), min_size=n, max_size=n)
    return Tube(
        "abc-1",
        "abc",
        draw(st.fractions(Fraction(1, 90000), Fraction(1, 10))),
        draw(st.integers(-(10**12), 10**12)) + np.cumsum(np.array(gaps, np.int64)),
        np.array(draw(st.lists(box, min_size=n, max_size=n)), np.int64),
        tuple(draw(files)),
        tuple(draw(files)),
        draw(st.sampled_from(ObjectClass)),
    )


@given(tubes())
def test_a_tube_survives_the_journey(tube: Tube) -> None:
    data = to_bytes(tube)
    back = from_bytes(data)
    assert to_bytes(back) == data
    assert (back.track_id, back.exhibit_id) == ("abc-1", "abc")
    assert (back.time_base, back.object_class) == (tube.time_base, tube.object_class)
    assert (back.pts == tube.pts).all()
    assert (back.boxes == tube.boxes).all()
    assert (back.pictures, back.masks) == (tube.pictures, tube.masks)
    assert back.pts.dtype == back.boxes.dtype == np.int64


@given(tubes(), st.data())
def test_wanted_pictures_alone_are_read(tube: Tube, data: st.DataObject) -> None:
    wanted = data.draw(st.sets(st.integers(0, len(tube.pts) - 1)))
    some = tube_from(io.BytesIO(to_bytes(tube)), lambda boxes: [i for i in wanted if len(boxes)])
    assert (some.pts == tube.pts).all()
    assert (some.boxes == tube.boxes).all()
    for read, kept in ((some.pictures, tube.pictures), (some.masks, tube.masks)):
        assert read == tuple(each if i in wanted else b"" for i, each in enumerate(kept))


@given(tubes(), st.data())
def test_a_tube_cut_or_lengthened_is_damage(tube: Tube, data: st.DataObject) -> None:
    whole = to_bytes(tube)
    cut = data.draw(st.integers(0, len(whole) - 1))
    for broken in (whole[:cut], whole + b"x", whole.replace(b'"rows":', b'"rows":1' + b"0" * 12)):
        with pytest.raises(Damaged):
            from_bytes(broken)


def test_times_that_do_not_increase_are_damage() -> None:
    n = 2
    boxes = np.ones((n, 4), np.int64)
    tube = Tube("a-1", "a", Fraction(1, 25), np.array([3, 3]), boxes, (b"", b""), (b"", b""))
    with pytest.raises(Damaged, match="increase"):
        from_bytes(to_bytes(tube))


@given(tubes(), st.integers(-(10**9), 10**9))
def test_when_and_where_it_plays_is_read_without_its_pictures(tube: Tube, shift: int) -> None:
    files = tuple(b"x" * 5000 for _ in tube.pts)  # longer than what is read at first
    data = to_bytes(replace(tube, pictures=files))
    occupancy = occupancy_from(io.BufferedReader(io.BytesIO(data)), shift)
    assert (occupancy.pts == tube.pts + shift).all()
    assert (occupancy.parts[:, 0] == tube.boxes).all()
    assert (occupancy.track_id, occupancy.time_base) == (tube.track_id, tube.time_base)


def test_a_long_tube_is_read_beyond_its_head() -> None:
    n = 400
    boxes = np.arange(4 * n).reshape(n, 4) + 1
    tube = Tube("a-1", "a", Fraction(1, 25), np.arange(n), boxes, (b"",) * n, (b"",) * n)
    occupancy = occupancy_from(io.BufferedReader(io.BytesIO(to_bytes(tube))))
    assert (occupancy.parts[:, 0] == boxes).all()


def test_boxes_without_sides_and_other_formats_are_damage() -> None:
    for box in ((0, 0, 0, 4), (0, 0, 4, 0), (-1, 0, 4, 4)):
        tube = Tube("a-1", "a", Fraction(1), np.zeros(1, np.int64), np.array([box]), (b"",), (b"",))
        with pytest.raises(Damaged, match="positive sides"):
            from_bytes(to_bytes(tube))
    other = to_bytes(tube).replace(b"scelle-tube 1", b"scelle-tube 9")
    for read in (from_bytes, lambda data: occupancy_from(io.BufferedReader(io.BytesIO(data)))):
        with pytest.raises(Damaged, match="not a tube"):
            read(other)
