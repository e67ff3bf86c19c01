"""Places that people keep, find again and take away."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.errors import BadInput, NotFound
from scelle.model.acts import ConsultBookmarks, KeepBookmark, RemoveBookmark
from scelle.model.bookmarks import Bookmark
from scelle.operations.bookmark import LONGEST_NOTE

Staffed = Any


def keep(staffed: Staffed, at_ms: int, **more: Any) -> KeepBookmark:
    whole = {"exhibit_ids": (staffed.exhibit.id,), "note": "a van", **more}
    return KeepBookmark(case_id=staffed.case.id, at_ms=at_ms, **whole)


def test_a_bookmark_is_kept_found_and_taken_away(staffed: Staffed) -> None:
    later: Bookmark = staffed.do("officer", keep(staffed, 9000))
    span: Bookmark = staffed.do("judge", keep(staffed, 0, end_ms=2500, note=""))
    assert (later.agent_id, later.note, later.at_ms, later.end_ms) == (
        "officer",
        "a van",
        9000,
        None,
    )
    consult = ConsultBookmarks(case_id=staffed.case.id)
    assert staffed.do("second", consult) == (span, later)
    removed = staffed.do("second", RemoveBookmark(case_id=staffed.case.id, bookmark_id=later.id))
    assert (removed.id, removed.removed_by) == (later.id, "second")
    assert staffed.do("officer", consult) == (span,)
    every = ConsultBookmarks(case_id=staffed.case.id, removed=True)
    assert staffed.do("officer", every) == (span, removed)
    with pytest.raises(NotFound, match="no bookmark"):
        staffed.do("officer", RemoveBookmark(case_id=staffed.case.id, bookmark_id=later.id))
    assert staffed.counts("keep-bookmark") == [{"bookmarks": 1}, {"bookmarks": 1}]
    assert staffed.counts("remove-bookmark") == [{"removed": 1}]
    assert staffed.app.verify_ledger().problems == ()


def test_a_bookmark_stays_inside_what_the_mandate_covers(staffed: Staffed) -> None:
    mark: Bookmark = staffed.do("officer", keep(staffed, 1))
    other = staffed.add_exhibit("other.mp4")
    with pytest.raises(BadInput, match="one exhibit, not in 2"):
        staffed.do("officer", keep(staffed, 1, exhibit_ids=()))
    named = RemoveBookmark(case_id=staffed.case.id, exhibit_ids=(other.id,), bookmark_id=mark.id)
    with pytest.raises(NotFound, match="no bookmark"):
        staffed.do("officer", named)
    only = ConsultBookmarks(case_id=staffed.case.id, exhibit_ids=(other.id,))
    assert staffed.do("officer", only) == ()
    for agent in ("admin", "head", "auditor"):
        assert "role" in staffed.rules(agent, keep(staffed, 1))


def test_a_bookmark_altered_behind_the_program_is_refused(staffed: Staffed) -> None:
    mark: Bookmark = staffed.do("officer", keep(staffed, 1))
    staffed.sql("update bookmarks set note = 'another' where id = ?", mark.id)
    consult = ConsultBookmarks(case_id=staffed.case.id)
    assert staffed.rules("officer", consult) == {"state-altered"}


def test_a_place_lies_in_the_recording(staffed: Staffed) -> None:
    last = round(staffed.exhibit.stream.duration * 1000)

    @settings(max_examples=25, deadline=None)
    @given(st.integers(-10, last + 10), st.none() | st.integers(-10, last + 10))
    def holds(at: int, end: int | None) -> None:
        inside = 0 <= at <= last and (end is None or at < end <= last)
        try:
            kept = staffed.do("officer", keep(staffed, at, end_ms=end))
        except BadInput:
            assert not inside
        else:
            assert inside
            assert (kept.at_ms, kept.end_ms) == (at, end)

    holds()
    with pytest.raises(BadInput, match="characters"):
        staffed.do("officer", keep(staffed, 1, note="x" * (LONGEST_NOTE + 1)))
