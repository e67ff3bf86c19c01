from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.law.frameworks import FRAMEWORKS
from scelle.law.retention import erase_by

FLAGRANCE = FRAMEWORKS.frameworks[0]


def test_three_years() -> None:
    start = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert erase_by(FLAGRANCE, start) == datetime(2029, 11, 24, 9, 30, tzinfo=UTC)


def test_a_leap_day_ends_a_day_early() -> None:
    start = datetime(2028, 2, 29, tzinfo=UTC)
    assert erase_by(FLAGRANCE, start) == datetime(2031, 2, 28, tzinfo=UTC)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_never_longer_than_three_years(naive: datetime) -> None:
    start = naive.replace(tzinfo=UTC)
    days = (erase_by(FLAGRANCE, start) - start).days
    assert 3 * 365 - 1 <= days <= 3 * 365 + 1


def test_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        erase_by(FLAGRANCE, datetime(2026, 1, 1))  # noqa: DTZ001
