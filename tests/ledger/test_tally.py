"""Tallies bind what an entry adds, add up, and tell nothing by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.ledger import curve
from scelle.ledger import tally as tallies
from scelle.ledger.entries import Value

KEY = tallies.blinding_key(b"k" * 32)


def entry(**more: Any) -> dict[str, Value]:
    return {
        "phase": "outcome",
        "act": "search-tracks",
        "result": "done",
        "month": "2026-03",
        "service": "Nord",
        "framework": "flagrance",
        "offence_family": "theft",
        "demonstration": False,
        "rules": [],
        "counts": {},
        **more,
    }


def test_an_entry_adds_one_and_its_counts_to_each_of_its_cells() -> None:
    held = tallies.amounts(entry(counts={"candidates": 3, "exhibits": 0}))
    assert held == {
        "outcome search-tracks done|entries|all|": 1,
        "outcome search-tracks done|entries|month|2026-03": 1,
        "outcome search-tracks done|entries|service|Nord": 1,
        "outcome search-tracks done|entries|framework|flagrance": 1,
        "outcome search-tracks done|entries|offence_family|theft": 1,
        "outcome search-tracks done|candidates|all|": 3,
        "outcome search-tracks done|candidates|month|2026-03": 3,
        "outcome search-tracks done|candidates|service|Nord": 3,
        "outcome search-tracks done|candidates|framework|flagrance": 3,
        "outcome search-tracks done|candidates|offence_family|theft": 3,
    }


def test_a_refusal_is_counted_by_rule_and_month_and_a_demonstration_apart() -> None:
    held = tallies.amounts(entry(phase="decision", result="refused", rules=["role"]))
    assert held["refusal|role|all|"] == held["refusal|role|month|2026-03"] == 1
    assert not any(cell.startswith("refusal|role|service") for cell in held)
    shown = tallies.amounts(entry(demonstration=True, counts={"candidates": 3}))
    assert shown == {
        "outcome search-tracks done|entries|demonstration|": 1,
        "outcome search-tracks done|candidates|demonstration|": 3,
    }


@given(
    counts=st.lists(
        st.dictionaries(st.sampled_from(["tracks", "bytes"]), st.integers(0, 2**40)), max_size=4
    )
)
@settings(max_examples=15, deadline=None)
def test_the_sum_of_tallies_commits_to_the_sum_of_amounts(counts: list[dict[str, int]]) -> None:
    total, blinding, held = curve.ZERO, 0, dict[str, int]()
    for each in counts:
        fields = entry(counts=dict(each))
        nonce, point = tallies.parse(tallies.tally(fields, KEY))
        total = curve.add(total, point)
        blinding += tallies.blinding(KEY, nonce)
        for cell, amount in tallies.amounts(fields).items():
            held[cell] = held.get(cell, 0) + amount
    assert curve.same(total, tallies.commitment(held, blinding % curve.ORDER))
    wrong = {**held, "outcome search-tracks done|entries|all|": len(counts) + 1}
    assert not curve.same(total, tallies.commitment(wrong, blinding % curve.ORDER))


def test_two_tallies_of_one_entry_look_unlike_and_only_the_key_opens_them() -> None:
    one, other = tallies.tally(entry(), KEY), tallies.tally(entry(), KEY)
    assert one[22:] != other[22:]
    nonce, point = tallies.parse(one)
    stranger = tallies.blinding(tallies.blinding_key(b"x" * 32), nonce)
    assert not curve.same(point, tallies.commitment(tallies.amounts(entry()), stranger))


@pytest.mark.parametrize("value", [None, 3, "", "AAAA", "!"])
def test_a_malformed_tally_is_refused(value: Value) -> None:
    with pytest.raises(ValueError, match=r".+"):
        tallies.parse(value)


def test_a_count_named_entries_does_not_pass_for_the_number_of_entries() -> None:
    held = tallies.amounts(entry(counts={"entries": 40}))
    assert held["outcome search-tracks done|entries|all|"] == 1
