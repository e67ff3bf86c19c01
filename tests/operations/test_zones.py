"""People conceal zones; less of a zone is a reveal."""

from __future__ import annotations

from typing import Any

import pytest

from scelle.errors import BadInput, NotFound
from scelle.model.acts import ChangeMandate, ChangeZone, ConsultZones, MarkZone
from scelle.model.evidence import FourEyes, MandateState, Power
from scelle.model.zones import Keyframe, Zone

Staffed = Any

STILL = (Keyframe(0, 10, 10, 40, 30),)
MOVING = (Keyframe(1000, 10, 10, 40, 30), Keyframe(3000, 90, 10, 40, 30))


def mark(staffed: Staffed, *keyframes: Keyframe, **more: Any) -> MarkZone:
    whole = {"exhibit_ids": (staffed.exhibit.id,), **more}
    return MarkZone(case_id=staffed.case.id, keyframes=keyframes, **whole)


def test_a_zone_is_marked_moved_and_taken_away(staffed: Staffed) -> None:
    first: Zone = staffed.do("officer", mark(staffed, *STILL, label="a window"))
    second: Zone = staffed.do("judge", mark(staffed, *MOVING))
    consult = ConsultZones(case_id=staffed.case.id)
    assert staffed.do("second", consult) == (first, second)
    assert (first.keyframes, first.label, first.agent_id) == (STILL, "a window", "officer")
    change = ChangeZone(case_id=staffed.case.id, zone_id=first.zone_id, keyframes=MOVING)
    assert staffed.rules("officer", change) == {"reason"}
    moved: Zone = staffed.do("second", ChangeZone(**vars(change) | {"reason": "it hid the van"}))
    assert (moved.keyframes, moved.label, moved.agent_id) == (MOVING, "a window", "second")
    assert staffed.do("officer", consult) == (moved, second)
    away = ChangeZone(case_id=staffed.case.id, zone_id=first.zone_id, reason="not needed")
    assert staffed.do("officer", away).keyframes == ()
    assert staffed.do("officer", consult) == (second,)
    with pytest.raises(NotFound, match="no zone"):
        staffed.do("officer", away)
    assert staffed.counts("mark-zone") == [{"zones": 1}, {"zones": 1}]
    assert staffed.counts("change-zone") == [{"zones": 1}, {"removed": 1}]
    assert staffed.app.verify_ledger().problems == ()


def test_an_outline_is_kept_until_another_is_given(staffed: Staffed) -> None:
    half = ((0, 0), (10_000, 0), (0, 10_000))
    zone: Zone = staffed.do("officer", mark(staffed, *STILL, outline=half))
    assert zone.outline == half
    change = ChangeZone(
        case_id=staffed.case.id, zone_id=zone.zone_id, keyframes=MOVING, reason="it hid the van"
    )
    assert staffed.do("officer", change).outline == half
    (told,) = staffed.do("officer", ConsultZones(case_id=staffed.case.id))
    assert (told.keyframes, told.outline) == (MOVING, half)
    whole = ChangeZone(**vars(change) | {"outline": ()})
    assert staffed.do("officer", whole).outline == ()
    for wrong in (half[:2], ((0, 0), (9, 9), (10_001, 0)), half * 40):
        with pytest.raises(BadInput, match="outline"):
            staffed.do("officer", mark(staffed, *STILL, outline=wrong))


def test_less_of_a_zone_needs_a_mandate_to_reveal(staffed: Staffed) -> None:
    zone: Zone = staffed.do("officer", mark(staffed, *STILL))
    change = ChangeZone(case_id=staffed.case.id, zone_id=zone.zone_id, reason="r")
    assert "role" in staffed.rules("judge", change)
    suspend = ChangeMandate(
        case_id=staffed.case.id, mandate_id=staffed.mandate.id, state=MandateState.SUSPENDED
    )
    staffed.do("judge", suspend)
    staffed.grant(powers=frozenset(Power) - {Power.REVEAL})
    assert "mandate-power" in staffed.rules("officer", change)
    staffed.do("officer", mark(staffed, *MOVING))  # more of it does not


def test_a_second_person_where_the_case_asks_for_one(staffed: Staffed) -> None:
    staffed.seconded(FourEyes.REVEAL)
    zone: Zone = staffed.do("officer", mark(staffed, *STILL))
    change = ChangeZone(case_id=staffed.case.id, zone_id=zone.zone_id, reason="r")
    assert staffed.rules("officer", change) == {"four-eyes"}


def test_zones_of_another_exhibit_are_neither_told_nor_changed(staffed: Staffed) -> None:
    zone: Zone = staffed.do("officer", mark(staffed, *STILL))
    other = (staffed.add_exhibit("other.mp4").id,)
    named = ChangeZone(
        case_id=staffed.case.id, exhibit_ids=other, zone_id=zone.zone_id, reason="not needed"
    )
    with pytest.raises(NotFound, match="no zone"):
        staffed.do("officer", named)
    consult = ConsultZones(case_id=staffed.case.id, exhibit_ids=other)
    assert staffed.do("officer", consult) == ()
    assert staffed.do("officer", ConsultZones(case_id=staffed.case.id)) == (zone,)


@pytest.mark.parametrize(
    "places",
    [
        (),
        (Keyframe(10_001, 0, 0, 9, 9),),
        (Keyframe(-1, 0, 0, 9, 9),),
        (Keyframe(0, 320, 0, 9, 9),),
        (Keyframe(0, -9, 0, 9, 9),),
        (Keyframe(0, 0, 180, 9, 9),),
        (Keyframe(0, 0, 0, 0, 9),),
        (Keyframe(0, 0, 0, 9, 361),),
        (MOVING[1], MOVING[0]),
        (MOVING[0], MOVING[0]),
        tuple(Keyframe(n, 0, 0, 9, 9) for n in range(501)),
    ],
)
def test_a_zone_lies_in_the_picture_and_in_the_recording(
    staffed: Staffed, places: tuple[Keyframe, ...]
) -> None:
    with pytest.raises(BadInput):
        staffed.do("officer", mark(staffed, *places))


def test_a_zone_altered_behind_the_program_is_refused(staffed: Staffed) -> None:
    zone: Zone = staffed.do("officer", mark(staffed, *STILL))
    staffed.sql("update zones set keyframes = '[]' where id = ?", zone.id)
    assert staffed.rules("officer", ConsultZones(case_id=staffed.case.id)) == {"state-altered"}
