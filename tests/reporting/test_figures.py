"""The table of figures: nothing can be had by subtracting one figure from another."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.errors import BadInput
from scelle.law.rules import RULES
from scelle.reporting.figures import BY_NAME, FIGURES
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
