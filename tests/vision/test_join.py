from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.vision.join import JoinSettings, join, merged_rows
from scelle.vision.tracklet import Tracklet

BASE = Fraction(1, 1000)
SIZE = (320, 180)
RATE = 8


def piece(
    start: float,
    seconds: float,
    place: tuple[float, float],
    velocity: tuple[float, float] = (0, 0),
    *,
    size: tuple[float, float] = (20, 50),
    colour: int = 8,
    skip: int = 1,
) -> Tracklet:
    """A tracklet whose left top corner moves evenly; times in seconds."""
    first, last = round(start * RATE), round((start + seconds) * RATE)
    looks = list(range(first, last + 1, skip))
    counts = np.zeros(22)
    counts[[colour, 11 + colour]] = 500
    return Tracklet(
        look=looks,
        frame=[3 * k for k in looks],
        pts=[k * 125 for k in looks],
        boxes=[
            np.array(
                [
                    place[0] + velocity[0] * (k - first) / RATE,
                    place[1] + velocity[1] * (k - first) / RATE,
                    *size,
                ]
            )
            for k in looks
        ],
        source=[(0, k) for k in looks],
        whole=[True] * len(looks),
        colour=counts,
    )


def test_nothing_gives_nothing() -> None:
    assert join([], BASE, SIZE) == []


@pytest.mark.parametrize("gap", [0.25, 1.0, 1.5])
def test_a_gap_on_the_way_is_bridged(gap: float) -> None:
    a = piece(0, 2, (20, 60), (40, 0))
    b = piece(2 + gap, 2, (20 + 40 * (2 + gap), 60), (40, 0))
    assert join([b, a], BASE, SIZE) == [[a, b]]


def test_somebody_who_stood_behind_a_column_goes_on() -> None:
    a = piece(0, 4, (84, 60), (8, 0))
    b = piece(8, 4, (118, 60), (8, 0))
    assert join([a, b], BASE, SIZE) == [[a, b]]


def test_a_very_long_absence_is_not_bridged() -> None:
    gap = JoinSettings().hide_s
    a = piece(0, 24, (100, 60))
    near, far = piece(24 + gap / 2, 24, (100, 60)), piece(24.25 + gap, 24, (100, 60))
    assert join([a, near], BASE, SIZE) == [[a, near]]
    assert join([a, far], BASE, SIZE) == [[a], [far]]


def test_who_comes_out_from_behind_a_tree_long_after_is_the_one_who_went_there() -> None:
    a, b = piece(0, 14, (20, 60), (8, 0)), piece(26, 14, (138, 62), (-8, 0))
    assert join([a, b], BASE, SIZE) == [[a, b]]
    for other in (
        piece(26, 14, (138, 62), (-8, 0), colour=1),
        piece(26, 14, (200, 62), (-8, 0)),
        piece(26, 14, (138, 62), (-8, 0), size=(32, 84)),
    ):
        assert len(join([a, other], BASE, SIZE)) == 2


@pytest.mark.parametrize(
    ("leaves", "velocity", "enters", "back"),
    [
        ((250, 60), (25, 0), (300, 60), (-25, 0)),
        ((60, 60), (-30, 0), (0, 60), (30, 0)),
        ((100, 110), (0, 15), (100, 135), (0, -15)),
    ],
)
def test_what_left_the_picture_is_not_what_enters_it(
    leaves: tuple[float, float],
    velocity: tuple[float, float],
    enters: tuple[float, float],
    back: tuple[float, float],
) -> None:
    a, b = piece(0, 2, leaves, velocity), piece(3.5, 2, enters, back)
    assert join([a, b], BASE, SIZE) == [[a], [b]]
    # In a larger picture it is still there and turned round.
    assert join([a, b], BASE, (3200, 1800))[0][0] is a


def test_another_colour_size_or_place_is_another_object() -> None:
    a = piece(0, 2, (20, 60), (40, 0))
    assert len(join([a, piece(2.5, 2, (120, 60), (40, 0))], BASE, SIZE)) == 1
    for other in (
        piece(2.5, 2, (120, 60), (40, 0), colour=1),
        piece(2.5, 2, (120, 60), (40, 0), size=(60, 110)),
        piece(2.5, 2, (240, 60), (40, 0)),
        piece(2.5, 2, (20, 60), (40, 0)),
    ):
        assert len(join([a, other], BASE, SIZE)) == 2


def test_of_two_followers_the_likelier_is_taken_and_the_other_stays() -> None:
    a = piece(0, 2, (20, 60), (40, 0))
    right = piece(2.5, 2, (120, 60), (40, 0))
    beside = piece(2.5, 2, (126, 66), (40, 0))
    chains = join([beside, right, a], BASE, SIZE)
    assert [len(c) for c in chains] == [2, 1]
    assert chains[0][1] is right


def test_two_pairs_are_matched_together() -> None:
    # Greedily, the first would take the other's follower.
    a, b = piece(0, 2, (20, 40), (40, 0)), piece(0, 2, (20, 62), (40, 0))
    c, d = piece(2.5, 2, (120, 50), (40, 0)), piece(2.5, 2, (120, 74), (40, 0))
    assert join([a, b, c, d], BASE, SIZE) == [[a, c], [b, d]]


@st.composite
def pieces(draw: st.DrawFn) -> list[Tracklet]:
    n = draw(st.integers(1, 12))
    return [
        piece(
            draw(st.integers(0, 80)) / RATE,
            draw(st.integers(0, 40)) / RATE,
            (draw(st.integers(0, 300)), draw(st.integers(0, 130))),
            (draw(st.integers(-40, 40)), draw(st.integers(-10, 10))),
            size=(draw(st.integers(10, 30)), draw(st.integers(30, 60))),
            colour=draw(st.sampled_from([1, 8])),
            skip=draw(st.integers(1, 2)),
        )
        for _ in range(n)
    ]


@settings(max_examples=150)
@given(pieces())
def test_each_piece_is_in_one_chain_and_time_goes_forwards(
    given_pieces: list[Tracklet],
) -> None:
    chains = join(given_pieces, BASE, SIZE)
    flat = [id(t) for chain in chains for t in chain]
    assert sorted(flat) == sorted(id(t) for t in given_pieces)
    starts = [chain[0].pts[0] for chain in chains]
    assert starts == sorted(starts)
    limit = JoinSettings()
    for chain in chains:
        for a, b in itertools.pairwise(chain):
            assert a.pts[0] < b.pts[0]
            assert a.pts[-1] < b.pts[-1]
            apart = (b.pts[0] - a.pts[-1]) / 1000
            assert -limit.overlap_s <= apart <= limit.gap_s
        rows, boxes = merged_rows(chain)
        looks = [chain[p].look[r] for p, r in rows]
        assert (np.diff(looks) > 0).all()
        assert set(chain[0].look) <= set(looks) <= {look for t in chain for look in t.look}
        assert boxes.shape == (len(rows), 4)
        assert all((boxes[i] == chain[p].boxes[r]).all() for i, (p, r) in enumerate(rows))


@settings(max_examples=60)
@given(pieces(), st.integers(0, 2**32 - 1))
def test_the_order_in_which_pieces_come_does_not_matter(
    given_pieces: list[Tracklet], seed: int
) -> None:
    once = {(t.pts[0], t.pts[-1], tuple(t.boxes[0])): t for t in given_pieces}
    distinct = list(once.values())
    shuffled = [distinct[i] for i in np.random.default_rng(seed).permutation(len(distinct))]
    one = [[id(t) for t in chain] for chain in join(distinct, BASE, SIZE)]
    assert [[id(t) for t in chain] for chain in join(shuffled, BASE, SIZE)] == one


@settings(max_examples=60)
@given(pieces(), st.integers(1, 4))
def test_how_many_pieces_are_weighed_at_once_does_not_matter(
    tracklets: list[Tracklet], at_once: int
) -> None:
    together = join(tracklets, BASE, SIZE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scelle.vision.join._AT_ONCE", at_once)
        apart = join(tracklets, BASE, SIZE)
    assert [[id(p) for p in chain] for chain in apart] == [
        [id(p) for p in chain] for chain in together
    ]
