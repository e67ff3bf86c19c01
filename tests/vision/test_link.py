from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.model.geometry import iou_matrix
from scelle.model.tracks import Colour
from scelle.vision.join import join, merged_rows
from scelle.vision.link import Linker
from scelle.vision.observations import Observations
from scelle.vision.tracklet import Tracklet, colour_distance

Watch = Callable[..., Observations]
Path = Callable[[float], tuple[float, float, float, float] | None]
BASE = Fraction(1, 1000)
SIZE = (320, 180)
TIMES = [k / 8 for k in range(56)]


def follow(*segments: Observations) -> list[Tracklet]:
    linker = Linker(BASE)
    found = [t for number, seen in enumerate(segments) for t in linker.feed(number, seen)]
    return [*found, *linker.finish()]


def going(x: float, y: float, speed: float, width: float = 20, height: float = 60) -> Path:
    """From the left edge of ``x`` on, sideways."""
    return lambda t: (x + speed * t, y, width, height)


def overlap(tracklet: Tracklet, path: Path) -> npt.NDArray[np.float64]:
    """Intersection over union of each row with where the thing was."""
    truth = [path(p / 1000) for p in tracklet.pts]
    rows = zip(tracklet.boxes, truth, strict=True)
    return np.array([0.0 if t is None else iou_matrix(b, t)[0, 0] for b, t in rows])


def test_one_thing_is_one_tracklet(watch: Watch) -> None:
    path = going(20, 60, 30)
    (found,) = follow(watch([(path, Colour.RED)], TIMES))
    assert found.look == list(range(len(TIMES)))
    assert found.frame == [3 * k for k in found.look]
    assert found.pts == [round(1000 * t) for t in TIMES]
    assert found.source == [(0, k) for k in found.look]
    assert all(found.whole)
    assert overlap(found, path).min() > 0.9
    assert found.colour.sum() == found.colour[[8, 19]].sum() > 0


def test_two_who_cross_are_told_apart_by_their_clothes(watch: Watch) -> None:
    right, left = going(20, 60, 40), going(280, 62, -40)
    found = follow(watch([(right, Colour.RED), (left, Colour.BLUE)], TIMES))
    chains = join(found, BASE, SIZE)
    assert len(chains) == 2
    for chain in chains:
        rows, boxes = merged_rows(chain)
        seconds = np.array([chain[p].pts[r] for p, r in rows]) / 1000
        red = chain[0].colour[8] > chain[0].colour[1]
        truth = np.array([(right if red else left)(t) for t in seconds])
        same = np.diag(iou_matrix(boxes, truth))
        assert seconds[0] == TIMES[0]
        assert seconds[-1] == TIMES[-1]
        apart = np.abs(seconds - 3.25) > 0.75
        assert same[apart].min() > 0.8, "the right one before and after"
        assert same.min() > 0.2, "and not lost in between"


def test_two_who_turn_back_are_told_apart_by_their_clothes(watch: Watch) -> None:
    # They meet, stand together and each goes back: motion alone would say that they crossed.
    def red(t: float) -> tuple[float, float, float, float]:
        return (150 - 40 * max(0.0, 2 - t) - 40 * max(0.0, t - 4), 60, 20, 60)

    def blue(t: float) -> tuple[float, float, float, float]:
        return (165 + 40 * max(0.0, 2 - t) + 40 * max(0.0, t - 4), 62, 20, 60)

    found = follow(watch([(red, Colour.RED), (blue, Colour.BLUE)], TIMES))
    chains = join(found, BASE, SIZE)
    assert len(chains) == 2
    for chain in chains:
        path = red if chain[0].boxes[0][0] < 150 else blue
        for piece in (chain[0], chain[-1]):
            at = 0 if piece is chain[0] else -1
            assert overlap(piece, path)[at] > 0.8


def test_two_who_were_one_region_are_told_apart_by_their_clothes(watch: Watch) -> None:
    # One stands exactly before the other; whichever way they part, their clothes say who is who.
    def red(t: float) -> tuple[float, float, float, float]:
        return (150 - 40 * max(0.0, 2 - t) - 40 * max(0.0, t - 4), 60, 20, 60)

    def blue(t: float) -> tuple[float, float, float, float]:
        return (150 + 40 * max(0.0, 2 - t) + 40 * max(0.0, t - 4), 60, 20, 60)

    for movers in (
        [(red, Colour.RED), (blue, Colour.BLUE)],
        [(blue, Colour.BLUE), (red, Colour.RED)],
    ):
        chains = join(follow(watch(movers, TIMES)), BASE, SIZE)
        ends = [(c[0], c[-1]) for c in chains if c[-1].look[-1] == len(TIMES) - 1]
        assert len(ends) == 2
        for first, last in ends:
            path = red if last.boxes[-1][0] < 150 else blue
            assert overlap(last, path)[-1] > 0.8
            if first.look[0] == 0:
                assert overlap(first, path)[0] > 0.8


def test_members_of_a_group_keep_their_own_boxes(watch: Watch) -> None:
    right, left = going(20, 60, 40), going(280, 62, -40)
    seen = watch([(right, Colour.RED), (left, Colour.BLUE)], TIMES)
    together = [k for k in range(len(TIMES)) if (seen.look == k).sum() == 1]
    assert len(together) > 4
    found = follow(seen)
    shared = 0
    for tracklet in found:
        for row, (_, region) in enumerate(tracklet.source):
            if tracklet.look[row] not in together or tracklet.whole[row]:
                continue
            shared += 1
            x, y, w, h = tracklet.boxes[row]
            rx, ry, rw, rh = seen.boxes[region]
            assert (x >= rx - 1e-6, y >= ry - 1e-6) == (True, True)
            assert (x + w <= rx + rw + 1e-6, y + h <= ry + rh + 1e-6) == (True, True)
            assert w < 30
    assert shared >= len(together), "at least one of them at each look, most often both"


def test_pieces_of_one_thing_are_joined(watch: Watch) -> None:
    # A pole, a belt of the wall's colour: head and legs are seen apart for a second.
    def belt(look: int, what: npt.NDArray[np.intp]) -> None:
        if 12 <= look < 24:
            what[82:90] = -1

    path = going(20, 60, 30)
    seen = watch([(path, Colour.RED)], TIMES, spoil=belt)
    assert len(seen) == len(TIMES) + 12
    (found,) = follow(seen)
    assert found.look == list(range(len(TIMES)))
    assert overlap(found, path).min() > 0.8


@pytest.mark.parametrize(("width", "height", "step"), [(44, 26, 48), (60, 34, 62)])
def test_what_goes_further_than_its_own_size_between_looks_is_followed(
    watch: Watch, width: int, height: int, step: int
) -> None:
    assert step > width
    path = going(8, 80, 8 * step, width, height)
    times = [k / 8 for k in range((640 - width - 8) // step)]
    (found,) = follow(watch([(path, Colour.WHITE)], times, size=(640, 180)))
    assert found.look == list(range(len(times)))
    assert overlap(found, path).min() > 0.9


def test_two_swift_ones_in_a_row_stay_two(watch: Watch) -> None:
    first, second = going(200, 80, 240, 44, 26), going(0, 80, 240, 44, 26)
    times = [k / 8 for k in range(12)]
    found = follow(watch([(first, Colour.RED), (second, Colour.GREEN)], times, size=(640, 180)))
    assert len(found) == 2
    for path in (first, second):
        assert max(overlap(t, path).min() for t in found) > 0.9
    assert all(len(t.look) == len(times) for t in found)


def test_what_was_hidden_for_a_moment_is_the_same_piece(watch: Watch) -> None:
    def path(t: float) -> tuple[float, float, float, float] | None:
        return None if 2 <= t < 2.4 else (20 + 30 * t, 60, 20, 60)

    (found,) = follow(watch([(path, Colour.RED)], TIMES))
    assert len(found.look) == len(TIMES) - 4


def test_what_is_away_for_long_ends(watch: Watch) -> None:
    def path(t: float) -> tuple[float, float, float, float] | None:
        return None if 2 <= t < 4 else (20 + 30 * t, 60, 20, 60)

    found = follow(watch([(path, Colour.RED)], TIMES))
    assert [t.look[0] for t in found] == [0, 32]
    assert found[0].look[-1] == 15


def test_looks_at_changed_light_say_nothing(watch: Watch) -> None:
    path = going(20, 60, 30)
    relit = [10, 11, 30]
    (found,) = follow(watch([(path, Colour.RED)], TIMES, relit=relit))
    assert found.look == [k for k in range(len(TIMES)) if k not in relit]


def test_where_a_recording_is_cut_does_not_show(watch: Watch) -> None:
    movers = [(going(20, 60, 40), Colour.RED), (going(280, 62, -40), Colour.BLUE)]
    whole = follow(watch(movers, TIMES))
    cut = 25
    parts = follow(watch(movers, TIMES[:cut]), watch(movers, TIMES[cut:]))
    assert [t.look for t in parts] == [t.look for t in whole]
    for one, other in zip(parts, whole, strict=True):
        assert (np.array(one.boxes) == np.array(other.boxes)).all()
        assert [s == 0 for s, _ in one.source] == [k < cut for k in one.look]


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.integers(-20, 300),
            st.integers(0, 150),
            st.integers(-120, 120),
            st.integers(6, 60),
            st.integers(6, 80),
            st.sampled_from([Colour.RED, Colour.BLUE, Colour.GREY]),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_seen_each_row_is_a_place_in_its_region(
    watch: Watch, things: list[tuple[int, int, int, int, int, Colour]]
) -> None:
    movers = [(going(x, y, speed, w, h), colour) for x, y, speed, w, h, colour in things]
    seen = watch(movers, TIMES[:24])
    rows = set()
    for tracklet in follow(seen):
        assert tracklet.look
        assert (np.diff(tracklet.look) > 0).all()
        lengths = (tracklet.frame, tracklet.pts, tracklet.boxes, tracklet.source, tracklet.whole)
        assert {len(column) for column in lengths} == {len(tracklet.look)}
        for look, box, (segment, region), alone in zip(
            tracklet.look, tracklet.boxes, tracklet.source, tracklet.whole, strict=True
        ):
            assert segment == 0
            assert seen.look[region] == look
            assert (box[2:] > 0).all()
            if alone:
                assert (look, region) not in rows, "a region of its own is nobody else's"
                rows.add((look, region))


def test_colour_distance_is_a_distance_of_shares() -> None:
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 100, (6, 22)).astype(np.float64)
    distance = colour_distance(counts[:, None], counts)
    assert np.allclose(distance, distance.T)
    assert np.allclose(np.diag(distance), 0)
    assert ((distance > -1e-12) & (distance <= 1)).all()
    assert np.allclose(colour_distance(7 * counts[:, None], counts), distance)
    nothing = np.zeros((1, 22))
    assert (colour_distance(nothing[:, None], counts) == 0.5).all()
    assert (colour_distance(counts[:, None], nothing) == 0.5).all()
