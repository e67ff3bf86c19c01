from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scelle.footage.index import NO_TIME
from scelle.footage.timestamps import Timeline, settle
from scelle.model.evidence import FindingKind

BASE = Fraction(1, 1000)


def settled(
    pts: list[int], dts: list[int] | None = None, display: list[int] | None = None
) -> Timeline:
    n = len(pts)
    return settle(
        np.array(pts, np.int64),
        np.array(pts if dts is None else dts, np.int64),
        np.full(n, 40, np.int64),
        np.ones(n, np.bool_),
        BASE,
        display,
    )


def kinds(line: Timeline) -> list[FindingKind]:
    return [f.kind for f in line.findings]


@given(st.lists(st.integers(1, 900), min_size=1, max_size=30))
def test_times_that_are_all_there_stay_as_they_are(gaps: list[int]) -> None:
    times = np.cumsum(gaps).tolist()
    line = settled(times)
    assert line.pts.tolist() == times
    assert line.end_pts == times[-1] + 40
    assert set(kinds(line)) <= {FindingKind.GAP}


def test_a_hole_is_a_gap() -> None:
    line = settled([0, 40, 80, 5080, 5120])
    assert kinds(line) == [FindingKind.GAP]
    assert (line.findings[0].start_ms, line.findings[0].end_ms) == (80, 5080)


def test_a_missing_time_is_derived_and_said() -> None:
    line = settled([0, NO_TIME, 80, NO_TIME], [0, 40, 80, NO_TIME])
    assert line.pts.tolist() == [0, 40, 80, 120]
    assert kinds(line) == [FindingKind.TIMESTAMP_MISSING]


def test_pictures_without_times_are_spread_between_those_with() -> None:
    line = settled([NO_TIME, 40, NO_TIME, NO_TIME, 160, NO_TIME], [NO_TIME] * 6)
    assert line.pts.tolist() == [0, 40, 80, 120, 160, 200]
    assert kinds(line) == [FindingKind.TIMESTAMP_MISSING]


def test_a_restarted_clock_goes_on_after_what_precedes() -> None:
    line = settled([1000, 1040, 1080, 0, 40, 80])
    assert line.pts.tolist() == [1000, 1040, 1080, 1120, 1160, 1200]
    assert kinds(line) == [FindingKind.TIMESTAMP_BACKWARD]
    assert line.findings[0].start_ms == 1120


def test_a_missing_decoding_time_is_no_step_back() -> None:
    stored = [0, 80, 40, 160, 120]
    line = settled(stored, [-40, 0, NO_TIME, 80, NO_TIME])
    assert line.pts.tolist() == stored
    assert kinds(line) == []
    assert settled(stored, [NO_TIME] * 5).pts.tolist() == stored
    back = settled([0, 1000, 2000, 0, 1000], [NO_TIME] * 5)
    assert kinds(back) == [FindingKind.TIMESTAMP_BACKWARD]


def test_equal_times_are_said() -> None:
    line = settled([0, 40, 40, 80])
    assert kinds(line) == [FindingKind.TIMESTAMP_BACKWARD]


def test_decoding_times_are_shown_in_display_order() -> None:
    line = settled([NO_TIME] * 4, [0, 1, 2, 3], [0, 2, 3, 1])
    assert line.pts.tolist() == [0, 3, 1, 2]
    assert kinds(line) == [FindingKind.TIMESTAMP_MISSING]


def test_with_no_times_at_all_pictures_are_counted() -> None:
    line = settled([NO_TIME] * 3, [NO_TIME] * 3, [0, 1, 2])
    assert line.pts.tolist() == [0, 40, 80]
    assert kinds(line) == [FindingKind.TIMESTAMP_MISSING]
