from __future__ import annotations

import json
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from scelle.bootstrap.handlers import forgetting
from scelle.errors import BadInput, Interrupted, NotFound
from scelle.model.acts import (
    ArrangeSynopsis,
    EraseCase,
    Outcome,
    ViewStill,
    ViewTubes,
    no_progress,
)
from scelle.model.live import LiveView
from scelle.model.stills import Still
from scelle.model.synopsis import Hours, Part, Rows, Staging, Stays
from scelle.model.tracks import ObjectClass, TrackQuery
from scelle.operations import live
from scelle.operations.segment import background_name
from scelle.store.stream import ChunkCipher
from scelle.synopsis.sprites import MAGIC

House = Any


def arranged(house: House, *exhibits: Any, **asked: Any) -> LiveView:
    act = ArrangeSynopsis(case_id=house.case.id, **asked)
    view = house.live.arrange(act, house.permit(act, exhibits, 10**9), no_progress).value
    assert isinstance(view, LiveView)
    return view


def handed(house: House, *exhibits: Any, **asked: Any) -> tuple[dict[str, Any], Outcome]:
    act = ViewTubes(case_id=house.case.id, **asked)
    outcome = house.live.tubes(act, house.permit(act, exhibits, 10**9), no_progress)
    assert isinstance(outcome.value, bytes)
    return json.loads(outcome.value[len(MAGIC) :].partition(b"\n")[0]), outcome


def test_every_track_is_shown_or_counted_with_the_reason(house: House) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0, 20_000, 40_000), without=2)
    view = arranged(house, exhibit)
    assert (view.total, view.shown, view.filtered, view.unseen) == (3, 2, 0, 1)
    assert view.panels[0].duration_s < 20
    none = arranged(house, exhibit, query=TrackQuery(object_class=ObjectClass.CAR))
    assert (none.total, none.shown, none.filtered, none.unseen) == (3, 0, 3, 0)
    assert [(o.track.number, o.second, o.why) for o in view.left] == [
        (2, 22 * 3600 + 20, ("picture",))
    ]
    assert [(o.track.number, o.why) for o in none.left] == [(n, ("class",)) for n in (1, 2, 3)]
    several = arranged(
        house,
        exhibit,
        query=TrackQuery(object_class=ObjectClass.CAR, moving=False, min_height=1e6),
        hours=Hours(23 * 3600, 24 * 3600),
    )
    assert {o.why for o in several.left} == {("hours", "class", "motion")}
    tall = arranged(house, exhibit, query=TrackQuery(min_height=1e6))
    assert {o.why for o in tall.left} == {("other",)}
    for why, asked in (
        ("shorter", TrackQuery(min_dwell_ms=10**6)),
        ("longer", TrackQuery(max_dwell_ms=1)),
    ):
        assert {o.why for o in arranged(house, exhibit, query=asked).left} == {(why,)}
    assert none.panels[0].length == 0


def test_parts_lead_to_the_pictures_and_their_own_time(house: House) -> None:
    exhibit = house.receive("e" * 26, start_pts=500)
    house.analyse(exhibit, (600, 20_000))
    view = arranged(house, exhibit)
    one = next(p for p in view.panels[0].passages if p.track.number == 2)
    assert one.parts[0] == 0
    assert one.parts == tuple(sorted(one.parts))
    assert len(one.parts) == 3
    parts = tuple(Part(one.track.id, number) for number in range(3))
    head, outcome = handed(house, exhibit, parts=parts)
    rows = [row for part in head["parts"] for row in part[3]]
    assert len(rows) == 20
    assert [row[5] for row in rows] == [20_000 + 100 * i for i in range(20)]
    assert [row[4] for row in rows] == [100 * i for i in range(20)]
    assert rows[0][:4] == [10, 60, 25, 25]
    assert rows[0][6] == 22 * 3600 + 19  # the recorder showed 22:00 at its first picture
    assert outcome.counts["pictures"] == 20
    assert outcome.objects == {one.track.id: ""}


def test_of_a_long_stay_no_more_is_read_than_is_handed_out(house: House) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0,))
    house.wait(exhibit, 8000)
    stored = house.vault.stored(house.case.id, f"tube/{exhibit.id}-1").stat().st_size
    act = ViewStill(case_id=house.case.id, still=Still.STORYBOARD)
    opened = ChunkCipher.open
    with mock.patch.object(ChunkCipher, "open", autospec=True, side_effect=opened) as reading:
        head, _ = handed(house, exhibit, parts=(Part(f"{exhibit.id}-1", 100),))
        once = sum(len(call.args[2]) for call in reading.call_args_list)
        house.look(act, exhibit)
        twice = sum(len(call.args[2]) for call in reading.call_args_list)
    assert len(head["parts"][0][3]) == 24
    assert 0 < once < stored / 3
    assert 0 < twice - once < stored / 3


def test_what_is_seen_again_is_written_down_without_any_picture(house: House) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0,))
    head, outcome = handed(house, exhibit, shown=(f"{exhibit.id}-1",))
    assert head["parts"] == []
    assert outcome.objects == {f"{exhibit.id}-1": ""}


def test_scenes_are_handed_out_by_name_and_listed_once(house: House) -> None:
    exhibit, other = house.receive("e" * 26), house.receive("f" * 26)
    house.analyse(exhibit, (0,))
    house.analyse(other, (0,))
    name, start = arranged(house, exhibit).panels[0].scenes[0]
    assert start == 0
    with mock.patch.object(house.vault, "names", side_effect=house.vault.names) as listing:
        head, _ = handed(house, exhibit, other, scenes=(name,), parts=(Part(f"{other.id}-1", 0),))
    assert [each[0] for each in head["scenes"]] == [name]
    assert listing.call_count == 1


def test_scenes_from_before_zero_are_kept_apart(house: House) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0,))
    scene = house.vault.read(house.case.id, background_name(exhibit.id, 0), house.key)
    for start in (-120_000, -60_000):
        house.vault.write(house.case.id, background_name(exhibit.id, start), house.key, scene)
    scenes = arranged(house, exhibit).panels[0].scenes
    assert [start for _, start in scenes] == [-120, -60, 0]
    head, _ = handed(house, exhibit, scenes=tuple(name for name, _ in scenes))
    assert len(head["scenes"]) == 3


@pytest.mark.parametrize(
    "asked",
    [
        {"parts": (Part("f" * 26 + "-1", 0),)},
        {"parts": (Part("e" * 26 + "-9", 0),)},
        {"parts": (Part("e" * 26 + "-1", 7),)},
        {"parts": (Part("e" * 26 + "-1", -1),)},
        {"shown": ("f" * 26 + "-1",)},
        {"scenes": ("f" * 26 + "-000000000000",)},
        {"scenes": ("e" * 26 + "-000000000009",)},
        {"scenes": ("../" + "e" * 26,)},
    ],
)
def test_what_lies_elsewhere_is_not_found(house: House, asked: dict[str, Any]) -> None:
    exhibit, other = house.receive("e" * 26), house.receive("f" * 26)
    house.analyse(exhibit, (0,))
    house.analyse(other, (0,))
    with pytest.raises(NotFound):
        handed(house, exhibit, **asked)


def test_only_so_much_is_handed_out_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0,))
    with pytest.raises(BadInput, match="At most"):
        handed(house, exhibit, parts=tuple(Part(f"{exhibit.id}-1", i) for i in range(201)))
    # One asked for so often that its pictures, of 25 by 25 pixels, would fill the memory.
    every = tuple(Part(f"{exhibit.id}-1", 2) for _ in range(200))
    assert handed(house, exhibit, parts=every[:1])
    with monkeypatch.context() as patch:
        patch.setattr(live, "MOST_PIXELS", 100 * 14 * 25 * 25)
        with pytest.raises(BadInput, match="pictures of that size"):
            handed(house, exhibit, parts=every)


def test_a_mandate_that_seeks_one_thing_shows_nothing_else(house: House) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0, 20_000, 40_000), without=2)
    sought = TrackQuery(object_class=ObjectClass.CAR)
    act = ArrangeSynopsis(case_id=house.case.id, query=sought)
    permit = replace(house.permit(act, (exhibit,), 9), sought=sought)
    view = house.live.arrange(act, permit, no_progress).value
    # Neither class nor time of what is not sought, nor which choices it answers.
    assert (view.total, view.shown, view.filtered, view.unseen) == (3, 0, 3, 0)
    assert view.left == ()
    view = ViewTubes(case_id=house.case.id, shown=(f"{exhibit.id}-1",))
    permit = replace(house.permit(view, (exhibit,), 9), sought=sought)
    with pytest.raises(BadInput, match="limited to"):
        house.live.tubes(view, permit, no_progress)


def test_hours_choose_by_the_recorders_clock(house: House) -> None:
    exhibit = house.receive("e" * 26)  # from 22:00
    house.analyse(exhibit, (0, 120_000))
    assert arranged(house, exhibit, hours=Hours(_s(22, 1), _s(22, 3))).shown == 1
    assert arranged(house, exhibit, hours=Hours(_s(22, 2), _s(22, 0))).shown == 1
    assert arranged(house, exhibit, hours=Hours(_s(21, 0), _s(6, 0))).shown == 2
    assert arranged(house, exhibit, hours=Hours(_s(3, 0), _s(4, 0))).shown == 0
    with pytest.raises(BadInput, match="between 0:00"):
        arranged(house, exhibit, hours=Hours(-1, 5))


def test_cameras_stand_side_by_side_only_if_asked_for(house: House) -> None:
    gate, yard = house.receive("e" * 26), house.receive("f" * 26, camera="yard")
    for exhibit in (gate, yard):
        house.analyse(exhibit, (0, 20_000))
    with pytest.raises(BadInput, match="one camera"):
        arranged(house, gate, yard)
    view = arranged(house, gate, yard, staging=Staging(rows=Rows.CAMERA))
    assert [p.name for p in view.panels] == ["gate", "yard"]
    assert [len(p.passages) for p in view.panels] == [2, 2]
    assert {p.track.exhibit_id for p in view.panels[1].passages} == {yard.id}


@pytest.mark.parametrize("rows", [Rows.CLASS, Rows.DIRECTION, Rows.EXHIBIT])
def test_rows_part_what_differs_and_lose_nothing(house: House, rows: Rows) -> None:
    first, second = house.receive("e" * 26), house.receive("f" * 26)
    house.analyse(first, (0, 20_000))
    house.analyse(second, (0,))
    view = arranged(house, first, second, staging=Staging(rows=rows))
    assert view.shown == 3
    assert len(view.panels) == (2 if rows is Rows.EXHIBIT else 1)


def test_a_shortened_stay_has_a_plan_that_skips_pictures(house: House) -> None:
    exhibit = house.receive("e" * 26)
    house.wait(exhibit, 400)
    kept = arranged(house, exhibit).panels[0].passages[0]
    cut = arranged(house, exhibit, staging=Staging(stays=Stays.CUT)).panels[0].passages[0]
    assert kept.plan == ()
    assert cut.ticks < kept.ticks / 4
    pictures = [row[0] for row in cut.plan]
    assert pictures == sorted(set(pictures))
    assert any(row[2] for row in cut.plan)
    assert -1 in cut.parts


def test_the_same_question_has_the_same_answer_and_a_new_analysis_another(house: House) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0, 20_000))
    one, two = (arranged(house, exhibit).panels[0] for _ in range(2))
    assert [(p.track.id, p.start, p.parts) for p in one.passages] == [
        (p.track.id, p.start, p.parts) for p in two.passages
    ]
    house.analyse(exhibit, (0,), manifest="bb" * 32)
    assert arranged(house, exhibit).total == 1


def test_nothing_of_an_erased_case_is_held(house: House) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0,))
    act = EraseCase(case_id=house.case.id, output=Path("x"))

    def erased(*_: object) -> Outcome:
        # While it is being erased, somebody still looks at it.
        arranged(house, exhibit)
        assert house.live._held
        return Outcome("erased")

    erase = forgetting(erased, house.live.forget)
    assert erase(act, house.permit(act, (), 1), no_progress).value == "erased"
    assert not house.live._held

    def stopped(*_: object) -> Outcome:
        arranged(house, exhibit)
        raise Interrupted("killed", remedy="again")

    with pytest.raises(Interrupted):
        forgetting(stopped, house.live.forget)(act, house.permit(act, (), 1), no_progress)
    assert not house.live._held


def test_what_was_being_read_while_its_case_was_erased_is_not_held(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0,))
    ready = house.live._ready

    def read(*given: Any) -> Any:
        made = ready(*given)
        house.live.forget(house.case.id)
        return made

    monkeypatch.setattr(house.live, "_ready", read)
    arranged(house, exhibit)
    assert not house.live._held


def _s(hour: int, minute: int) -> int:
    at = time(hour, minute)
    return at.hour * 3600 + at.minute * 60
