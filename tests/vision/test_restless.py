from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scelle.vision.restless import fleeting, restless

RULE = {"minor": 1.2, "many": 4, "leave": 2.5}


def test_a_crown_that_waves_is_restless_and_who_walks_through_it_is_not() -> None:
    rng = np.random.default_rng(0)
    leaves = rng.normal((100, 60), 15, (12, 2))
    walker, waiting = np.array([[110.0, 70.0]]), np.array([[400.0, 200.0]])
    centres = np.concatenate([leaves, walker, waiting])
    travels = np.concatenate([rng.uniform(0.5, 1.1, 12), [6.0], [0.8]])
    sizes = np.full(14, 30.0)
    found = restless(centres, sizes, travels, np.ones(len(centres), np.bool_), **RULE)  # type: ignore[arg-type]
    assert found[:12].all()
    assert not found[12], "it went on"
    assert not found[13], "nothing else stirs around it"


def test_a_few_who_turn_back_at_one_place_are_kept() -> None:
    centres = np.full((4, 2), 50.0)
    found = restless(centres, np.full(4, 20.0), np.full(4, 1.0), np.ones(4, np.bool_), **RULE)  # type: ignore[arg-type]
    assert not found.any()


@given(
    st.lists(
        st.tuples(st.floats(0, 640), st.floats(0, 360), st.floats(5, 80), st.floats(0, 9)),
        max_size=30,
    )
)
def test_the_size_of_the_picture_does_not_matter(
    rows: list[tuple[float, float, float, float]],
) -> None:
    table = np.array(rows, np.float64).reshape(-1, 4)
    centres, sizes, travels = np.round(table[:, :2]), np.round(table[:, 2]), table[:, 3]
    one = restless(centres, sizes, travels, np.ones(len(centres), np.bool_), **RULE)  # type: ignore[arg-type]
    other = restless(centres * 2, sizes * 2, travels, np.ones(len(centres), np.bool_), **RULE)  # type: ignore[arg-type]
    assert (one == other).all()
    assert not one[travels >= RULE["leave"]].any()


def test_people_who_stay_one_after_the_other_make_no_place_restless() -> None:
    n = 12
    centres, sizes, travels = np.full((n, 2), 50.0), np.full(n, 40.0), np.full(n, 0.5)
    assert restless(centres, sizes, travels, np.ones(n, np.bool_), **RULE).all()  # type: ignore[arg-type]
    assert not restless(centres, sizes, travels, np.zeros(n, np.bool_), **RULE).any()  # type: ignore[arg-type]


def runs(at: float, way: float, n: int) -> np.ndarray:
    """Ways of chains that begin around one place and get so far, ``(n, 3, 2)``."""
    begin = np.random.default_rng(1).normal((at, 60), 8, (n, 1, 2))
    return begin + np.array([[[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]]]) * way


@given(size=st.floats(20, 60), cars=st.integers(0, 3), beyond=st.booleans())
def test_a_gust_along_a_crown_is_no_car_and_a_car_where_others_pass_is(
    size: float, cars: int, beyond: bool
) -> None:
    specks, gust = runs(100, 0, 20), runs(100, 2.2 * size if beyond else size, 1)
    passed = runs(100, size, cars)[:, 1]
    ways = np.concatenate([specks, gust])
    rows = np.arange(len(ways))
    found = fleeting(ways, np.full(len(ways), size), rows < 20, passed, rows == 20, many=8)
    assert found.nonzero()[0].tolist() == ([20] if cars < 2 and not beyond else [])


def test_a_few_specks_make_nothing_one_of_them_and_nothing_counts_itself() -> None:
    ways, sizes, rows = runs(100, 0, 9), np.full(9, 30.0), np.arange(9)
    none = np.empty((0, 2))
    assert fleeting(ways, sizes, rows < 9, none, rows == 8, many=8)[8]
    assert not fleeting(ways, sizes, rows < 9, none, rows == 8, many=9).any()
    assert not fleeting(ways, sizes, rows < 9, none, rows > 9, many=8).any(), "none was asked for"
