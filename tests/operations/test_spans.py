"""Which span a clip is asked of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scelle.errors import BadInput, NotFound
from scelle.model.acts import DecideTrack, ExportClip, KeepBookmark, Permit, RemoveBookmark, Span
from scelle.model.bookmarks import Bookmark
from scelle.model.decisions import Judgement
from scelle.operations.spans import span_of
from scelle.store.control import Control

Staffed = Any


def meant(staffed: Staffed, exhibit: Any = None, **asked: Any) -> Span:
    exhibit = exhibit or staffed.exhibit
    act = ExportClip(case_id=staffed.case.id, output=Path("o.mp4"), **asked)
    at = staffed.case.opened_at
    permit = Permit(act, "officer", "m", (exhibit.id,), at, 1, lambda: None)
    control = Control(staffed.app._engine, staffed.app._records)
    return span_of(act, exhibit, tuple(staffed.tracks), control, permit)


def keep(staffed: Staffed, at_ms: int, end_ms: int | None = None) -> Bookmark:
    act = KeepBookmark(
        case_id=staffed.case.id, exhibit_ids=(staffed.exhibit.id,), at_ms=at_ms, end_ms=end_ms
    )
    kept = staffed.do("officer", act)
    assert isinstance(kept, Bookmark)
    return kept


def test_in_and_out_points_are_meant_as_they_are(staffed: Staffed) -> None:
    assert meant(staffed, start_ms=7, end_ms=9) == Span(staffed.exhibit.id, 7, 9)
    for asked in (
        {},
        {"start_ms": 7},
        {"end_ms": 7},
        {"start_ms": 7, "end_ms": 9, "track_id": "t"},
    ):
        with pytest.raises(BadInput):
            meant(staffed, **asked)


def test_a_bookmark_is_its_span_and_a_moment_with_two_seconds_around(staffed: Staffed) -> None:
    own = staffed.exhibit.id
    assert meant(staffed, bookmark_id=keep(staffed, 5000, 6500).id) == Span(own, 5000, 6500)
    moment = keep(staffed, 5000)
    assert meant(staffed, bookmark_id=moment.id) == Span(own, 3000, 7000)
    # Within the recording, which lasts ten seconds.
    assert meant(staffed, bookmark_id=keep(staffed, 500).id) == Span(own, 0, 2500)
    assert meant(staffed, bookmark_id=keep(staffed, 9900).id) == Span(own, 7900, 10000)
    staffed.do("officer", RemoveBookmark(case_id=staffed.case.id, bookmark_id=moment.id))
    with pytest.raises(NotFound):
        meant(staffed, bookmark_id=moment.id)
    other = staffed.add_exhibit("other.mp4")
    with pytest.raises(NotFound):
        meant(staffed, other, bookmark_id=keep(staffed, 1).id)


def test_a_candidate_is_shown_once_a_person_has_confirmed_it(staffed: Staffed) -> None:
    track = staffed.tracks[1]  # from 2 s to 2.16 s
    for word in (None, Judgement.REJECTED, Judgement.UNDECIDED):
        if word is not None:
            decide(staffed, track.id, word)
        with pytest.raises(BadInput, match="Nobody has confirmed"):
            meant(staffed, track_id=track.id)
    decide(staffed, track.id, Judgement.CONFIRMED)
    assert meant(staffed, track_id=track.id) == Span(staffed.exhibit.id, 0, 4160)
    decide(staffed, track.id, Judgement.UNDECIDED)
    with pytest.raises(BadInput, match="Nobody has confirmed"):
        meant(staffed, track_id=track.id)


def decide(staffed: Staffed, track_id: str, word: Judgement) -> None:
    act = DecideTrack(case_id=staffed.case.id, track_id=track_id, judgement=word, reason="seen")
    staffed.do("officer", act)
