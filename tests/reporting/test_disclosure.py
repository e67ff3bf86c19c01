"""What a reader can find out of what is withheld: by linear programming, and by knowing all.

The first attacker solves the linear system that the publication is.  The second knows
the algorithm, and tries every table and every draw that could have given what is shown.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from scelle.reporting.disclosure import SMALL, chance, enough, protect, publish

counts = st.lists(st.one_of(st.integers(0, 8), st.integers(0, 400)), min_size=2, max_size=12).map(
    lambda numbers: {f"s{i}": n for i, n in enumerate(numbers)}
)


@given(table=counts, seed=st.integers(0, 50))
@settings(max_examples=150, deadline=None)
def test_what_solving_the_published_system_gives_is_never_narrow(
    table: dict[str, int], seed: int
) -> None:
    withheld = protect(table, random.Random(seed))
    shown = publish(table, withheld)
    total = sum(table.values())
    assert all(n is None or n == 0 or n >= SMALL for n in shown.rows.values())
    assert sum(n or 0 for n in shown.rows.values()) + shown.withheld == total
    if not withheld:
        return
    names = list(table)
    bounds = [(n, n) if (n := shown.rows[name]) is not None else (0, None) for name in names]
    for place, name in enumerate(names):
        if name not in withheld:
            continue
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(names))
            goal[place] = sign
            solved = linprog(goal, A_eq=np.ones((1, len(names))), b_eq=[total], bounds=bounds)
            ends.append(sign * solved.fun)
        low, high = ends
        assert low == 0
        assert high >= min(total, SMALL)
        # Never exactly: the true count is not the only one.
        assert high > low


def every_outcome(table: tuple[int, ...]) -> Iterator[frozenset[int]]:
    """Every set that may be withheld, over all draws."""
    small = frozenset(i for i, n in enumerate(table) if 0 < n < SMALL)
    if not small:
        yield frozenset()
        return

    def more(withheld: frozenset[int]) -> Iterator[frozenset[int]]:
        if enough(len(withheld), sum(table[i] for i in withheld)):
            yield withheld
            return
        others = [i for i, n in enumerate(table) if n >= SMALL and i not in withheld]
        if not others:
            yield frozenset(range(len(table)))
        for other in others:
            yield from more(withheld | {other})

    yield from set(more(small))


@pytest.mark.parametrize(("cells", "most"), [(2, 20), (3, 17), (4, 11)])
def test_whoever_knows_the_algorithm_excludes_no_small_count(cells: int, most: int) -> None:
    possible: dict[tuple[tuple[int | None, ...], int], list[tuple[int, ...]]] = {}
    for table in itertools.product(range(most + 1), repeat=cells):
        # Beyond, tables of larger cells than are tried would be possible too.
        if sum(table) > most:
            continue
        for withheld in every_outcome(table):
            rows = tuple(None if i in withheld else n for i, n in enumerate(table))
            possible.setdefault((rows, sum(table)), []).append(table)
    for (told, total), tables in possible.items():
        for place, shown in enumerate(told):
            if shown is None:
                values = {table[place] for table in tables}
                assert set(range(1, min(SMALL - 1, total) + 1)) <= values
                assert len(values) > 1


def test_the_outcomes_tried_are_those_of_the_algorithm() -> None:
    draw = random.Random(1)
    for _ in range(300):
        table = tuple(draw.choice((0, 1, 3, 4, 5, 6, 9)) for _ in range(4))
        named = {str(i): n for i, n in enumerate(table)}
        got = frozenset(int(i) for i in protect(named, draw))
        assert got in set(every_outcome(table))


def test_a_table_of_one_row_says_no_more_than_its_total() -> None:
    assert protect({"s": 2}, random.Random(1)) == frozenset()


def test_what_is_forced_is_withheld_and_more_beside_it() -> None:
    table = {"a": 100, "b": 30, "c": 40}
    withheld = protect(table, random.Random(1), frozenset({"a"}))
    assert "a" in withheld
    assert len(withheld) == 2


def test_the_draw_is_the_same_whenever_the_same_table_is_published() -> None:
    assert chance(b"k", "a", "b").random() == chance(b"k", "a", "b").random()
    assert chance(b"k", "a", "b").random() != chance(b"l", "a", "b").random()
    assert chance(b"k", "a", "b").random() != chance(b"k", "a", "c").random()
