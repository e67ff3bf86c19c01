from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scelle.model.geometry import Direction
from scelle.model.tracks import Colour, ObjectClass
from scelle.vision.join import join
from scelle.vision.link import Linker
from scelle.vision.naming import CLASSES
from scelle.vision.observations import Observations
from scelle.vision.sourced import Sourced
from scelle.vision.tracklet import Tracklet, middle
from scelle.vision.tracks import make_tracks

Watch = Callable[..., Observations]
Floats = npt.NDArray[np.float64]
BASE = Fraction(1, 90_000)
SIZE = (320, 180)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 4)), elements=st.floats(0, 9))
)
def test_the_middle_is_the_median(rows: Floats) -> None:
    assert (middle(rows) == np.median(rows, axis=0)).all()


def uneven(n: int, seed: int, low: float = 0.04, high: float = 0.3) -> npt.NDArray[np.int64]:
    """Timestamps of looks at a variable rate, in ``BASE``; the first is not zero."""
    steps = np.random.default_rng(seed).uniform(low, high, n)
    return np.round(7 + np.cumsum(steps) / float(BASE)).astype(np.int64)


def tracklet(looks: npt.NDArray[np.int64], boxes: Floats, pts: npt.NDArray[np.int64]) -> Tracklet:
    colour = np.zeros(22)
    colour[8], colour[11 + 1] = 300, 200
    return Tracklet(
        look=looks.tolist(),
        frame=(3 * looks).tolist(),
        pts=pts[looks].tolist(),
        boxes=list(boxes),
        source=[(0, int(k)) for k in looks],
        whole=[True] * len(looks),
        colour=colour,
    )


def tracks_of(chains: list[list[Tracklet]], pts: npt.NDArray[np.int64]) -> list[Sourced]:
    frames = 3 * np.arange(len(pts), dtype=np.int64)
    return make_tracks(chains, "x", BASE, frames, pts, SIZE)


def straight(
    pts: npt.NDArray[np.int64], start: tuple[float, float], velocity: tuple[float, float]
) -> Floats:
    """Boxes of 20 x 50 pixels whose left top corner moves evenly in real time."""
    t = (pts - pts[0]) * float(BASE)
    corner = np.array(start) + t[:, None] * np.array(velocity)
    return np.concatenate([corner, np.broadcast_to([20.0, 50.0], (len(pts), 2))], 1)


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[list[Tracklet]], npt.NDArray[np.int64]]:
    pts = uneven(80, draw(st.integers(0, 99)))
    made = []
    for _ in range(draw(st.integers(0, 5))):
        first = draw(st.integers(0, 60))
        chain = []
        at = np.array([draw(st.integers(-30, 330)), draw(st.integers(-30, 180))], np.float64)
        for _ in range(draw(st.integers(1, 3))):
            length = draw(st.integers(1, 25))
            looks = np.arange(first, min(first + length, len(pts)), dtype=np.int64)
            if not len(looks):
                break
            step = np.array([draw(st.integers(-12, 12)), draw(st.integers(-6, 6))])
            corner = at + np.arange(len(looks))[:, None] * step
            size = np.array([draw(st.integers(1, 90)), draw(st.integers(1, 190))], np.float64)
            boxes = np.concatenate([corner, np.broadcast_to(size, corner.shape)], 1)
            piece = tracklet(looks, boxes, pts)
            piece.whole = [draw(st.booleans()) for _ in looks]
            chain.append(piece)
            at = corner[-1]
            # The next piece may begin within this one, or some looks later.
            first = int(looks[-1]) + draw(st.integers(-2, 6))
            first = max(first, int(looks[0]) + 1)
        made.append(chain)
    made.sort(key=lambda c: c[0].pts[0])
    return made, pts


@settings(max_examples=150)
@given(chains())
def test_every_track_is_a_proper_one(given_: tuple[list[list[Tracklet]], Floats]) -> None:
    made, pts = given_
    found = tracks_of(made, pts.astype(np.int64))
    starts = []
    for number, sourced in enumerate(found, 1):
        track = sourced.track
        assert track.number == number
        assert (track.id, track.exhibit_id) == (f"x-{number}", "x")
        assert (np.diff(track.frame) > 0).all()
        assert (np.diff(track.pts) > 0).all()
        assert (track.pts == pts[track.frame // 3]).all(), "the container's own timestamps"
        boxes = track.boxes.astype(np.float64)
        assert (boxes[:, 2:] > 0).all()
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, :2] + boxes[:, 2:] <= np.array(SIZE) + 1e-3).all()
        assert track.start_ms <= track.end_ms
        assert track.boxes.dtype == np.float32
        assert sourced.source.shape == (len(track.frame), 2)
        assert (track.observed == (sourced.source[:, 0] != -1)).all()
        assert ((sourced.source == -1).all(1) == (sourced.source == -1).any(1)).all()
        assert track.observed[0]
        assert track.observed[-1]
        assert 0 <= track.confidence <= 1
        assert track.why
        assert track.description.dwell_ms == round((int(track.pts[-1]) - int(track.pts[0])) / 90)
        starts.append(int(track.pts[0]))
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("velocity", "direction"),
    [
        ((40, 0), Direction.RIGHT),
        ((-40, 0), Direction.LEFT),
        ((0, 15), Direction.DOWN),
        ((0, -15), Direction.UP),
        ((30, 14), Direction.DOWN_RIGHT),
        ((-14, -14), Direction.UP_LEFT),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_description_is_in_exact_time_whatever_the_rate(
    velocity: tuple[float, float], direction: Direction, seed: int
) -> None:
    pts = uneven(30, seed)
    pts = pts[(pts - pts[0]) * float(BASE) < 5]
    start = (150 - 2.5 * velocity[0], 65 - 2.5 * velocity[1])
    boxes = straight(pts, start, velocity)
    (sourced,) = tracks_of([[tracklet(np.arange(len(pts)), boxes, pts)]], pts)
    d = sourced.track.description
    speed = float(np.hypot(*velocity))
    assert abs(d.speed - speed) < 0.08 * speed
    assert d.direction is direction
    assert d.moving
    assert d.dwell_ms == round((int(pts[-1]) - int(pts[0])) / 90)
    assert (abs(d.width - 20) < 1, abs(d.height - 50) < 1) == (True, True)
    assert d.upper == ((Colour.RED, 1.0),)
    assert d.lower == ((Colour.BLUE, 1.0),)
    assert d.colours == ((Colour.RED, 0.6), (Colour.BLUE, 0.4))
    assert np.abs(sourced.track.boxes - boxes).max() < 1


def test_a_gap_is_filled_in_exact_time() -> None:
    pts = uneven(40, 5)
    boxes = straight(pts, (20, 60), (25, 5))
    keep = np.r_[0:12, 20:40]
    (sourced,) = tracks_of([[tracklet(keep, boxes[keep], pts)]], pts)
    track = sourced.track
    assert track.frame.tolist() == (3 * np.arange(40)).tolist()
    assert (track.pts == pts).all()
    assert np.flatnonzero(~track.observed).tolist() == list(range(12, 20))
    inside = boxes[:, 0] + 20 < SIZE[0]
    assert np.abs(track.boxes - boxes)[inside].max() < 1, "on the line, not between looks"


def test_what_only_stirs_flickers_or_grows_is_not_put_forward() -> None:
    pts = uneven(60, 1)
    rng = np.random.default_rng(0)
    still = np.tile([100.0, 60, 24, 40], (60, 1))
    stirring = still + rng.uniform(-3, 3, (60, 4))
    flicker = np.sort(rng.choice(60, 25, replace=False))
    growing = still.copy()
    growing[:, 2:] += np.linspace(0, 60, 60)[:, None]
    glimpse = np.array([4, 5], np.int64)
    every = np.arange(60)
    for looks, boxes in (
        (every, still),
        (every, stirring),
        (flicker, stirring[flicker]),
        (every, growing),
        (glimpse, straight(pts, (20, 60), (50, 0))[glimpse]),
    ):
        assert tracks_of([[tracklet(looks, boxes, pts)]], pts) == []
    passing = straight(pts, (20, 60), (25, 0))
    assert len(tracks_of([[tracklet(every, passing, pts)]], pts)) == 1


def test_what_crosses_a_place_of_specks_in_half_a_second_is_one_of_them() -> None:
    pts = np.arange(0, 6000, 100)
    boxes = np.tile([100.0, 60, 24, 40], (60, 1))
    specks = [tracklet(np.arange(3) + 5 * k, boxes[:3], pts) for k in range(8)]
    swift = boxes.copy()
    swift[50:54, :2] += 12.0 * np.arange(4)[:, None]
    gust = tracklet(np.arange(50, 54), swift[50:54], pts)
    assert tracks_of([[s] for s in [*specks, gust]], pts) == []
    assert len(tracks_of([[s] for s in [*specks[1:], gust]], pts)) == 1
    lasting = tracklet(np.arange(50, 60), swift[50] + 8 * np.arange(10)[:, None], pts)
    assert len(tracks_of([[s] for s in [*specks, lasting]], pts)) == 1
    # Where somebody passes, so may others, wherever the middle of that way is.
    passes = boxes + np.outer(10.0 * np.arange(60), [1, 0, 0, 0])
    far = passes + np.array([0.0, 200, 0, 0])
    for way, found in ((passes, 2), (far, 1)):
        passer = tracklet(np.arange(60), way, pts)
        assert len(tracks_of([[s] for s in [*specks, gust, passer]], pts)) == found


def test_what_is_never_seen_apart_from_others_is_not_put_forward() -> None:
    pts = uneven(40, 1)
    piece = tracklet(np.arange(40), straight(pts, (20, 60), (25, 0)), pts)
    piece.whole = [False] * 40
    assert tracks_of([[piece]], pts) == []


def test_numbers_leave_no_gap_where_something_was_not_put_forward() -> None:
    pts = uneven(60, 1)
    passing = straight(pts, (20, 60), (25, 0))
    still = np.tile([100.0, 60, 24, 40], (60, 1))
    every = np.arange(60)
    found = tracks_of([[tracklet(every, b, pts)] for b in (passing, still, passing)], pts)
    assert [s.track.id for s in found] == ["x-1", "x-2"]


@pytest.mark.parametrize(("what", "width"), [(ObjectClass.PERSON, 20.0), (ObjectClass.CAR, 80.0)])
def test_the_class_is_what_the_detector_said_most(what: ObjectClass, width: float) -> None:
    pts = uneven(40, 1)
    boxes = straight(pts, (20, 60), (25, 0))
    boxes[:, 2:] = width, 40.0
    piece = tracklet(np.arange(40), boxes, pts)
    (plain,) = tracks_of([[piece]], pts)
    assert plain.track.object_class is ObjectClass.UNKNOWN
    piece.votes[CLASSES.index(what)] = 5
    piece.votes[CLASSES.index(ObjectClass.ANIMAL)] = 2
    (named,) = tracks_of([[piece]], pts)
    assert named.track.object_class is what


@pytest.mark.parametrize(
    ("width", "votes", "what"),
    [
        (20.0, {ObjectClass.LARGE_VEHICLE: 5, ObjectClass.PERSON: 1}, ObjectClass.PERSON),
        (20.0, {ObjectClass.ANIMAL: 1}, ObjectClass.PERSON),
        (20.0, {ObjectClass.CAR: 2, ObjectClass.TWO_WHEELER: 3}, ObjectClass.TWO_WHEELER),
        (20.0, {}, ObjectClass.UNKNOWN),
        (28.0, {ObjectClass.LARGE_VEHICLE: 5, ObjectClass.PERSON: 1}, ObjectClass.LARGE_VEHICLE),
    ],
)
def test_what_is_narrower_than_any_lorry_is_somebody(
    width: float, votes: dict[ObjectClass, float], what: ObjectClass
) -> None:
    pts = uneven(40, 1)
    boxes = straight(pts, (20, 60), (25, 0))
    boxes[:, 2:] = width, 40.0
    piece = tracklet(np.arange(40), boxes, pts)
    for each, vote in votes.items():
        piece.votes[CLASSES.index(each)] = vote
    (named,) = tracks_of([[piece]], pts)
    assert named.track.object_class is what


def test_all_the_way_from_regions_to_tracks(watch: Watch) -> None:
    def right(t: float) -> tuple[float, float, float, float]:
        return (20 + 40 * t, 60, 20, 60)

    def left(t: float) -> tuple[float, float, float, float] | None:
        return (280 - 40 * (t - 1), 62, 20, 60) if t >= 1 else None

    times = [k / 8 for k in range(52)]
    seen = watch([(right, Colour.GREEN), (left, Colour.ORANGE)], times, time_base=BASE)
    linker = Linker(BASE)
    found = [*linker.feed(0, seen), *linker.finish()]
    sourced = make_tracks(join(found, BASE, SIZE), "x", BASE, seen.frame, seen.pts, SIZE)
    assert [s.track.description.direction for s in sourced] == [Direction.RIGHT, Direction.LEFT]
    for s, colour in zip(sourced, (Colour.GREEN, Colour.ORANGE), strict=True):
        assert s.track.description.colours[0][0] is colour
        assert abs(s.track.description.speed - 40) < 4
        assert s.track.end_ms == round(1000 * times[-1])
    assert sourced[1].track.start_ms == 1000
