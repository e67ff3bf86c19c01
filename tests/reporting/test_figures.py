"""The table of figures: nothing can be had by subtracting one figure from another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from scelle.errors import BadInput
from scelle.law.rules import RULES
from scelle.reporting.content import Content, Edition
from scelle.reporting.disclosure import SMALL
from scelle.reporting.figures import BY_NAME, FIGURES, Figure
from scelle.reporting.period import Period, first_place
from scelle.reporting.tables import tabulate
from scelle.reporting.words import WORDS, say

KINDS = [
    f"{phase} {act.kind} {result}"
    for act in RULES
    for phase, result in (
        ("decision", "granted"), ("decision", "refused"), ("outcome", "done"),
        ("outcome", "failed"), ("outcome", "stopped"), ("outcome", "interrupted"),
    )
]  # fmt: skip


def test_no_two_figures_broken_down_count_the_same_entries() -> None:
    told = [f for f in FIGURES if "service" in f.dimensions]
    for one, other in itertools.combinations(told, 2):
        if one.quantity == other.quantity:
            both = set(one.cells(KINDS, "service", "s")) & set(other.cells(KINDS, "service", "s"))
            assert both == set(), (one.name, other.name)


def test_every_figure_counts_an_act_that_there_is() -> None:
    acts = {act.kind for act in RULES}
    for figure in FIGURES:
        for kind in figure.kinds:
            act = kind.split(" ")[1]
            assert act == "*" or act in acts, figure.name


def test_what_an_amount_comes_from_stands_before_it() -> None:
    seen: set[str] = set()
    for figure in FIGURES:
        assert not figure.contributors or figure.contributors in seen
        seen.add(figure.name)
    assert len(BY_NAME) == len(FIGURES)


def test_a_figure_of_acts_never_done_is_0_and_an_amount_follows_its_source() -> None:
    base = "outcome receive-exhibit done"
    amounts = {}
    for place, (exhibits, seconds) in enumerate([(2, 7200), (9, 3600), (40, 9000), (7, 60)]):
        amounts[f"{base}|exhibits|service|s{place}"] = exhibits
        amounts[f"{base}|recorded_seconds|service|s{place}"] = seconds
    amounts[f"{base}|exhibits|all|"] = 58
    amounts[f"{base}|recorded_seconds|all|"] = 19860
    made = tabulate(amounts, Period("2026-01", "2026-01"), b"key")
    figures = {p.figure.name: p for p in made.figures}
    assert figures["reveals"].total == 0
    hidden = {v for v, n in figures["exhibits"].tables["service"].rows.items() if n is None}
    assert "s0" in hidden
    hours = figures["hours"].tables["service"].rows
    assert {v for v, n in hours.items() if n is None} >= hidden


def test_months_in_which_questions_were_not_counted_are_named() -> None:
    searched = "outcome search-tracks done"
    counted = {
        "entries": {"2026-01": 40, "2026-02": 40},
        "questions": {"2026-02": 20},
        "put_forward": {"2026-02": 30},
    }
    amounts = {}
    for quantity, months in counted.items():
        amounts[f"{searched}|{quantity}|all|"] = sum(months.values())
        amounts |= {f"{searched}|{quantity}|month|{m}": n for m, n in months.items()}
    period = Period("2026-01", "2026-03")
    made, edition = tabulate(amounts, period, b"key"), cast("Edition", None)
    (said,) = Content("en", made, period, edition).remarks("search")
    assert "January 2026" in said
    assert "February" not in said
    assert "March" not in said
    assert Content("fr", made, period, edition).remarks("use") == []


@given(
    months=st.lists(st.sampled_from(["2025-11", "2025-12", "2026-01", "2026-02"]), max_size=30),
    asked=st.sampled_from(["2025-10", "2025-12", "2026-01", "2026-03"]),
)
@settings(max_examples=60)
def test_the_first_entry_of_a_month_is_found(months: list[str], asked: str) -> None:
    months.sort()
    expected = sum(1 for month in months if month < asked)
    assert first_place(len(months), lambda place: months[place], asked) == expected


@pytest.mark.parametrize(
    ("first", "last"), [("2026-13", "2026-13"), ("2026", "2026-01"), ("2026-02", "2026-01")]
)
def test_what_is_no_period_is_refused(first: str, last: str) -> None:
    with pytest.raises(BadInput):
        Period(first, last)


def test_every_sentence_has_the_same_parts_in_both_languages() -> None:
    import string

    for key, (english, french) in WORDS.items():
        names = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (english, french)
        ]
        assert names[0] == names[1], key
    assert say("fr", "withheld") == "retenu"


PARTS = [figure for figure in FIGURES if figure.whole]


def amounts_of(part: Figure, table: Mapping[str, tuple[int, int]]) -> Iterator[tuple[str, int]]:
    """Cells of a whole and of its part, by service."""
    for figure, place in ((BY_NAME[part.whole], 0), (part, 1)):
        (kind,) = figure.kinds
        for service, counts in table.items():
            yield f"{kind}|{figure.quantity}|service|{service}", counts[place]
        yield f"{kind}|{figure.quantity}|all|", sum(c[place] for c in table.values())


def test_a_part_does_not_tell_what_its_whole_withholds() -> None:
    """Eight late of the nine that two services had, all of one: the other had the ninth."""
    for part in PARTS:
        amounts = dict(amounts_of(part, {"a": (8, 8), "b": (1, 0)}))
        made = tabulate(amounts, Period("2026-01", "2026-01"), b"key")
        tables = {
            p.figure.name: p.tables["service"].rows for p in made.figures if p.tables.get("service")
        }
        assert tables[part.whole] == tables[part.name] == {"a": None, "b": None}


@given(
    counts=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=6),
    part=st.sampled_from(PARTS),
    key=st.binary(min_size=1, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_of_a_part_and_its_whole_together_no_small_count_is_known(
    counts: list[tuple[int, int]], part: Figure, key: bytes
) -> None:
    table = {f"s{i}": (n, min(n, k)) for i, (n, k) in enumerate(counts)}
    made = tabulate(dict(amounts_of(part, table)), Period("2026-01", "2026-01"), key)
    tables = {p.figure.name: p.tables["service"] for p in made.figures if "service" in p.tables}
    whole, some = tables[part.whole], tables[part.name]
    names = list(table)
    size = len(names)
    # Unknown: the whole's cells, then the part's, which are never more.
    known = [*(whole.rows[n] for n in names), *(some.rows[n] for n in names)]
    bounds = [(n, n) if n is not None else (0, None) for n in known]
    below = np.hstack([-np.eye(size), np.eye(size)])
    sums = np.kron(np.eye(2), np.ones(size))
    totals = [sum(c[place] for c in table.values()) for place in (0, 1)]
    for place, count in enumerate(
        [*(c[0] for c in table.values()), *(c[1] for c in table.values())]
    ):
        if not 0 < count < SMALL:
            continue
        goal = np.zeros(2 * size)
        goal[place] = 1
        ends = [
            sign * linprog(sign * goal, below, np.zeros(size), sums, totals, bounds).fun
            for sign in (1, -1)
        ]
        assert ends[0] < 0.5 < min(count, totals[place // size]) <= ends[1] + 1e-6
        assert ends[1] > min(SMALL, totals[place // size]) - 0.5
