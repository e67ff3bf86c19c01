from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.vision.associate import associate
from scelle.vision.given import GivenTracks, track_boxes
from scelle.vision.pieces import Seen

PICTURE = (640, 360)
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def walk(
    times: Floats,
    x: float,
    y: float,
    vx: float,
    vy: float = 0,
    size: tuple[float, float] = (20, 50),
) -> Floats:
    """Boxes of an even walk, one for each time."""
    return np.stack(
        [
            x + vx * times,
            y + vy * times,
            np.full(len(times), size[0]),
            np.full(len(times), size[1]),
        ],
        1,
    )


def mixed(paths: list[Floats], absent: list[set[int]] | None = None) -> tuple[Ints, Ints, Floats]:
    """Look, true number and box of each row, in order of look."""
    rows = [
        (k, i, box)
        for i, path in enumerate(paths)
        for k, box in enumerate(path)
        if not absent or k not in absent[i]
    ]
    rows.sort(key=lambda r: r[0])
    return (
        np.array([r[0] for r in rows]),
        np.array([r[1] for r in rows]),
        np.array([r[2] for r in rows]),
    )


def same(label: Ints, truth: Ints) -> bool:
    """Whether two numberings part the rows alike."""
    return (
        len(set(zip(label.tolist(), truth.tolist(), strict=True)))
        == len(set(truth))
        == len(set(label))
    )


@pytest.mark.parametrize("rate", [5, 12.5, 30])
@pytest.mark.parametrize("scale", [0.4, 1.0, 3.0])
def test_those_who_cross_keep_their_numbers_at_any_rate_and_size(rate: float, scale: float) -> None:
    times = np.arange(0, 8, 1 / rate)
    paths = [walk(times, 40, 100, 40), walk(times, 360, 104, -40), walk(times, 200, 40, 0, 20)]
    look, truth, boxes = mixed([p * scale for p in paths])
    picture = (round(640 * scale), round(360 * scale))
    assert same(associate(Seen.of(times, look, boxes, picture)), truth)


def test_one_who_was_hidden_goes_on() -> None:
    times = np.arange(0, 8, 1 / 10)
    path = walk(times, 40, 100, 40)
    look, truth, boxes = mixed([path], [set(range(30, 42))])
    assert same(associate(Seen.of(times, look, boxes, PICTURE)), truth)
    tracks = track_boxes(times, look, boxes, picture=PICTURE)
    assert tracks.look.tolist() == list(range(80))
    assert np.abs(tracks.boxes - path).max() < 2, "filled in where it must have been"
    assert (tracks.source[30:42] == -1).all()
    assert (np.delete(tracks.source, slice(30, 42)) >= 0).all()


def test_time_is_what_counts_not_the_number_of_looks() -> None:
    rng = np.random.default_rng(3)
    times = np.cumsum(rng.uniform(0.03, 0.3, 60))
    look, truth, boxes = mixed([walk(times, 40, 100, 40), walk(times, 420, 104, -40)])
    assert same(associate(Seen.of(times, look, boxes, PICTURE)), truth)


def test_who_leaves_is_not_who_comes() -> None:
    times = np.arange(0, 10, 1 / 10)
    leaving, coming = walk(times, 590, 100, 30), walk(times, 740, 100, -30)
    absent = [set(range(18, 100)), set(range(30))]
    look, truth, boxes = mixed([leaving, coming], absent)
    assert same(associate(Seen.of(times, look, boxes, PICTURE)), truth)


def test_nothing_gives_nothing() -> None:
    empty = track_boxes([0.0, 0.1], [], np.zeros((0, 4)), picture=PICTURE)
    assert len(empty.number) == 0


@pytest.mark.parametrize(
    ("seconds", "look"),
    [([0.0, 1.0], [1, 0]), ([1.0, 0.0], [0, 1]), ([0.0, 1.0], [0, 2]), ([0.0, 1.0], [0])],
)
def test_disorder_is_refused(seconds: list[float], look: list[int]) -> None:
    with pytest.raises(ValueError, match="look"):
        track_boxes(seconds, look, np.ones((2, 4)), picture=PICTURE)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.integers(-20, 640),
            st.integers(-20, 360),
            st.integers(1, 90),
            st.integers(1, 120),
        ),
        max_size=60,
    ),
    st.floats(2, 60),
)
def test_whatever_is_given_each_box_has_one_number_and_a_number_one_box_a_look(
    rows: list[tuple[int, int, int, int, int]], rate: float
) -> None:
    rows.sort(key=lambda r: r[0])
    look = np.array([r[0] for r in rows], np.int64)
    boxes = np.array([r[1:] for r in rows], np.float64).reshape(-1, 4)
    times = np.arange(41) / rate
    label = associate(Seen.of(times, look, boxes, PICTURE))
    assert len(label) == len(rows)
    pairs = list(zip(label.tolist(), look.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    tracks: GivenTracks = track_boxes(times, look, boxes, picture=PICTURE)
    for number in np.unique(tracks.number):
        own = tracks.look[tracks.number == number]
        assert (np.diff(own) > 0).all()
    seen = tracks.source >= 0
    assert (look[tracks.source[seen]] == tracks.look[seen]).all()
    again = track_boxes(times, look, boxes, picture=PICTURE)
    assert (again.boxes == tracks.boxes).all(), "the same input gives the same tracks"
