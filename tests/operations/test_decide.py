"""Candidates are confirmed or rejected by people, and only then shown as they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from scelle.errors import BadInput, NotFound
from scelle.model.acts import (
    ApproveAct,
    ChangeMandate,
    ConcealTrack,
    ConsultSearches,
    ConsultZones,
    DecideTrack,
    ExportTracks,
    GrantClearance,
    MakeSynopsis,
    NoteTrack,
    RevealTrack,
    SearchTracks,
    ViewPictures,
)
from scelle.model.decisions import Judgement, SearchRecord, standing
from scelle.model.evidence import FourEyes, MandateState, Power
from scelle.model.tracks import Colour, ObjectClass, TrackQuery
from scelle.operations.bookmark import LONGEST_NOTE

Staffed = Any


def decide(staffed: Staffed, number: int, judgement: Judgement, **more: Any) -> DecideTrack:
    return DecideTrack(
        case_id=staffed.case.id,
        track_id=staffed.tracks[number - 1].id,
        judgement=judgement,
        **{"reason": "the jacket", **more},
    )


def picture(staffed: Staffed, number: int, agent: str = "officer") -> np.ndarray[Any, Any]:
    track_id = staffed.tracks[number - 1].id
    act = ViewPictures(case_id=staffed.case.id, track_ids=(track_id,))
    data = staffed.do(agent, act)[track_id]
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(image, np.int64)


def detail(shown: np.ndarray[Any, Any]) -> float:
    """How much neighbouring pixels differ where a head would be."""
    return float(np.abs(np.diff(shown[:20], axis=1)).mean())


def test_a_person_decides_with_a_reason_and_everything_is_kept(staffed: Staffed) -> None:
    found = staffed.do("officer", SearchTracks(case_id=staffed.case.id))
    assert len(found) == 3
    searched = staffed.app.ledger_head()[0] - 2
    assert staffed.rules("officer", decide(staffed, 1, Judgement.CONFIRMED, reason=" ")) == {
        "reason"
    }
    for number, judgement in ((1, Judgement.CONFIRMED), (2, Judgement.REJECTED)):
        staffed.do("officer", decide(staffed, number, judgement, search=searched))
    staffed.do("second", decide(staffed, 1, Judgement.UNDECIDED, reason="seen again, unsure"))
    query = TrackQuery(object_class=ObjectClass.ANIMAL)
    assert staffed.do("officer", SearchTracks(case_id=staffed.case.id, query=query)) == ()
    record: SearchRecord = staffed.do("judge", ConsultSearches(case_id=staffed.case.id))
    assert [d.judgement.value for d in record.decisions] == ["confirmed", "rejected", "undecided"]
    assert [d.agent_id for d in record.decisions] == ["officer", "officer", "second"]
    assert [d.search for d in record.decisions] == [searched, searched, None]
    # The fruitless search is there too, with what it asked.
    assert [s.candidates for s in record.searches] == [3, 0]
    assert record.searches[0].entry == searched
    assert record.searches[0].named == tuple(t.id for t in found)
    assert record.searches[1].query["object_class"] == "animal"
    assert staffed.counts("decide-track") == [{"confirmed": 1}, {"rejected": 1}, {"undone": 1}]
    assert staffed.counts("consult-searches") == [{"searches": 2, "fruitless": 1}]


def test_what_nobody_may_decide(staffed: Staffed) -> None:
    for agent in ("judge", "auditor", "admin", "head"):
        assert "role" in staffed.rules(agent, decide(staffed, 1, Judgement.CONFIRMED))
    elsewhere = DecideTrack(
        case_id=staffed.case.id, track_id="y-1", judgement=Judgement.REJECTED, reason="r"
    )
    assert "no-such-exhibit" in staffed.rules("officer", elsewhere)
    missing = DecideTrack(
        case_id=staffed.case.id,
        track_id=f"{staffed.exhibit.id}-9",
        judgement=Judgement.REJECTED,
        reason="r",
    )
    with pytest.raises(NotFound):
        staffed.do("officer", missing)
    found = staffed.do("officer", SearchTracks(case_id=staffed.case.id))
    staffed.do("officer", ConsultSearches(case_id=staffed.case.id))
    with pytest.raises(BadInput):
        staffed.do("officer", SearchTracks(case_id=staffed.case.id, first=-1))
    failed = staffed.app.ledger_head()[0] - 2
    # An entry of no case, the outcome of a search, another act, a search that failed, and none.
    for other in (0, found.entry + 1, found.entry + 2, failed, 10_000):
        with pytest.raises(NotFound, match="no search"):
            staffed.do("officer", decide(staffed, 1, Judgement.REJECTED, search=other))
    staffed.do("officer", decide(staffed, 1, Judgement.REJECTED, search=found.entry))
    assert "role" in staffed.rules("admin", ConsultSearches(case_id=staffed.case.id))


def note(staffed: Staffed, number: int, text: str) -> NoteTrack:
    track_id = f"{staffed.exhibit.id}-{number}"
    return NoteTrack(case_id=staffed.case.id, track_id=track_id, text=text)


def test_a_persons_last_note_on_a_track_stands_and_all_are_kept(staffed: Staffed) -> None:
    for agent, number, text in (
        ("officer", 1, "the strap is on the left"),
        ("second", 1, "I see it on the right"),
        ("officer", 2, "turns round"),
        ("officer", 1, " the strap is on the left,\nthen on the right "),
        ("officer", 2, ""),
    ):
        staffed.do(agent, note(staffed, number, text))
    read = ConsultSearches(case_id=staffed.case.id, decisions_only=True)
    for reader in ("second", "judge", "auditor"):
        record: SearchRecord = staffed.do(reader, read)
        assert len(record.notes) == 5
        assert [(n.agent_id, n.text) for n in standing(record.notes)] == [
            ("second", "I see it on the right"),
            ("officer", "the strap is on the left,\nthen on the right"),
        ]
    assert staffed.counts("note-track") == [{"notes": 1}] * 4 + [{"undone": 1}]


def test_what_is_no_note(staffed: Staffed) -> None:
    for agent in ("judge", "auditor", "admin", "head"):
        assert "role" in staffed.rules(agent, note(staffed, 1, "x"))
    staffed.do("officer", note(staffed, 1, "x" * LONGEST_NOTE))
    for text, why in (
        ("x" * (LONGEST_NOTE + 1), "at most"),
        ("a\x1b[31mb", "plain text"),
        ("a\u202eb", "plain text"),
    ):
        with pytest.raises(BadInput, match=why):
            staffed.do("officer", note(staffed, 1, text))
    # Another's note is not one's own to take back.
    with pytest.raises(BadInput, match="no note"):
        staffed.do("second", note(staffed, 1, " "))
    with pytest.raises(NotFound):
        staffed.do("officer", note(staffed, 9, "x"))
    change = ChangeMandate(
        case_id=staffed.case.id, mandate_id=staffed.mandate.id, state=MandateState.SUSPENDED
    )
    staffed.do("judge", change)
    assert "mandate-suspended" in staffed.rules("officer", note(staffed, 1, "x"))


def test_concealment_is_lifted_for_one_track_by_a_person(staffed: Staffed) -> None:
    reveal = RevealTrack(case_id=staffed.case.id, track_id=staffed.tracks[0].id)
    masked = [detail(picture(staffed, n)) for n in (1, 2)]
    assert staffed.rules("officer", reveal) == {"reason"}
    staffed.do("officer", decide(staffed, 1, Judgement.REJECTED))
    assert staffed.rules("officer", reveal) == {"reason"}
    staffed.do("officer", decide(staffed, 1, Judgement.CONFIRMED))
    staffed.do("officer", reveal)
    assert detail(picture(staffed, 1)) > 3 * masked[0]
    assert detail(picture(staffed, 1, agent="judge")) > 3 * masked[0]
    # Everybody else stays masked.
    assert detail(picture(staffed, 2)) == masked[1]
    staffed.do("second", ConcealTrack(case_id=staffed.case.id, track_id=staffed.tracks[0].id))
    assert detail(picture(staffed, 1)) == masked[0]
    assert staffed.counts("reveal-track") == [{"reveals": 1}]
    assert staffed.counts("conceal-track") == [{"concealed": 1}]
    assert {c["revealed"] for c in staffed.counts("view-pictures")} == {0, 1}


def test_a_reveal_rests_on_a_mandate_that_allows_it(staffed: Staffed) -> None:
    change = ChangeMandate(
        case_id=staffed.case.id, mandate_id=staffed.mandate.id, state=MandateState.SUSPENDED
    )
    staffed.do("judge", change)
    staffed.grant(powers=frozenset(Power) - {Power.REVEAL})
    reveal = RevealTrack(case_id=staffed.case.id, track_id=staffed.tracks[0].id, reason="r")
    assert "mandate-power" in staffed.rules("officer", reveal)


def test_a_search_stays_inside_what_the_mandate_seeks(staffed: Staffed, tmp_path: Path) -> None:
    change = ChangeMandate(
        case_id=staffed.case.id, mandate_id=staffed.mandate.id, state=MandateState.WITHDRAWN
    )
    staffed.do("judge", change)
    sought = TrackQuery(object_class=ObjectClass.PERSON, colour=Colour.RED)
    mandate = staffed.grant(sought=sought)
    assert mandate.sought == sought
    case_id = staffed.case.id
    for query in (TrackQuery(), TrackQuery(object_class=ObjectClass.PERSON)):
        assert "mandate-sought" in staffed.rules(
            "officer", SearchTracks(case_id=case_id, query=query)
        )
        assert "mandate-sought" in staffed.rules(
            "officer", MakeSynopsis(case_id=case_id, query=query)
        )
        # Pictures that lie open on a page since before the mandate was limited.
        assert "mandate-sought" in staffed.rules(
            "officer", ConsultZones(case_id=case_id, query=query)
        )
    assert staffed.do("officer", ConsultZones(case_id=case_id)) == ()
    narrower = TrackQuery(object_class=ObjectClass.PERSON, colour=Colour.RED, end_ms=9000)
    found = staffed.do("officer", SearchTracks(case_id=case_id, query=narrower))
    assert [t.id for t in found] == [staffed.tracks[0].id]
    # What is not sought is not shown, not decided on, not exported.
    picture(staffed, 1)
    with pytest.raises(BadInput, match="limited to"):
        picture(staffed, 2)
    with pytest.raises(BadInput, match="limited to"):
        staffed.do("officer", decide(staffed, 3, Judgement.CONFIRMED))
    # A magistrate reads everything by direct access.
    assert len(staffed.do("judge", SearchTracks(case_id=case_id))) == 3


def approve(staffed: Staffed, entry: int) -> ApproveAct:
    return ApproveAct(case_id=staffed.case.id, entry=entry)


def test_four_eyes_are_two_people_and_one_act(staffed: Staffed) -> None:
    staffed.seconded(FourEyes.REVEAL)
    track_id = staffed.tracks[0].id
    reveal = RevealTrack(case_id=staffed.case.id, track_id=track_id, reason="to the victim")
    assert staffed.rules("officer", reveal) == {"four-eyes"}
    asked = staffed.refusal
    assert "own-approval" in staffed.rules("officer", approve(staffed, asked))
    for agent in ("admin", "auditor"):
        assert "role" in staffed.rules(agent, approve(staffed, asked))
    assert "no-such-request" in staffed.rules("second", approve(staffed, 0))
    assert "no-such-request" in staffed.rules("second", approve(staffed, 10**6))
    approval = staffed.do("second", approve(staffed, asked))
    assert (approval.asker, approval.approver, approval.kind) == (
        "officer",
        "second",
        "reveal-track",
    )
    # Bound to who asked, for what and why.
    assert staffed.rules("second", reveal) == {"four-eyes"}
    for other in (
        RevealTrack(case_id=staffed.case.id, track_id=staffed.tracks[1].id, reason=reveal.reason),
        RevealTrack(case_id=staffed.case.id, track_id=track_id, reason="another"),
    ):
        assert staffed.rules("officer", other) == {"four-eyes"}
    staffed.do("officer", reveal)
    # One use.
    assert staffed.rules("officer", reveal) == {"four-eyes"}
    assert staffed.app.verify_ledger().ok


def test_an_approval_expires(staffed: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    staffed.seconded(FourEyes.REVEAL)
    reveal = RevealTrack(
        case_id=staffed.case.id, track_id=staffed.tracks[0].id, reason="to the victim"
    )
    staffed.rules("officer", reveal)
    staffed.do("judge", approve(staffed, staffed.refusal))
    now = datetime.now(UTC) + timedelta(hours=24)
    monkeypatch.setattr(staffed.app._door, "_now", lambda: now)
    staffed.do(
        "head",
        GrantClearance(
            agent_id="officer", service="sr", valid_from=now, valid_to=now + timedelta(days=1)
        ),
    )
    staffed.grant(valid_from=now, valid_to=now + timedelta(days=1))
    assert staffed.rules("officer", reveal) == {"four-eyes"}


def test_an_approval_edited_into_the_database_is_refused(staffed: Staffed) -> None:
    staffed.seconded(FourEyes.EXPORT)
    export = ExportTracks(
        case_id=staffed.case.id,
        exhibit_ids=(staffed.exhibit.id,),
        format="mot",
        output=Path("/nonexistent/t.txt"),
    )
    assert staffed.rules("officer", export) == {"four-eyes"}
    staffed.do("second", approve(staffed, staffed.refusal))
    staffed.sql("UPDATE approvals SET approver = 'judge'")
    assert staffed.rules("officer", export) == {"state-altered"}
