"""What people write into forms is read within bounds."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scelle.errors import BadInput
from scelle.web.forms import seconds


def test_seconds_are_read_as_people_write_them() -> None:
    assert [seconds(t) for t in ("-1,5", " 42", "+0.25")] == [
        Fraction(-3, 2), Fraction(42), Fraction(1, 4)
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["1e20000", "1/3", "1_0", "", "9" * 10, "0.1234567", "nan"])
def test_a_few_characters_make_no_huge_number(text: str) -> None:
    with pytest.raises(BadInput):
        seconds(text)


def test_a_huge_place_of_a_clock_is_refused_before_any_act(get: Any, reading: Any) -> None:
    assert get("/case/c/clock/e?at=1e20000").status_code == 400
    assert reading.asked == []
