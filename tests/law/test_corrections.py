"""Who may correct what is stated of a recording, and that nobody moves one into a mandate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from scelle.model.acts import CorrectExhibit, SetClock
from scelle.model.evidence import Exhibit, Power, Role
from scelle.model.time import Reference

World = Any
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
FIRST = NOW - timedelta(days=5)
CLOCK = SetClock(case_id="case-1", exhibit_ids=("e1",), offset=Fraction(-42))
WHERE = CorrectExhibit(case_id="case-1", exhibit_ids=("e1",), camera="south", reason="a slip")


@pytest.mark.parametrize("act", [CLOCK, WHERE])
def test_investigators_on_a_mandate_and_magistrates_directly(world: World, act: Any) -> None:
    verdict = world.decide(act)
    assert (verdict.granted, verdict.mandate_id) == (True, "mandate-1")
    assert verdict.exhibit_ids == ("e1",)
    for role in (Role.MAGISTRATE, Role.REFERENT_MAGISTRATE):
        direct = world.asked_by(role).having(mandates=()).decide(act)
        assert (direct.granted, direct.mandate_id) == (True, "")
    for role in (Role.AUDITOR, Role.ADMINISTRATOR, Role.HEAD_OF_SERVICE):
        assert "role" in world.asked_by(role).rules(act)
    assert "no-clearance" in world.having(clearances=()).rules(act)
    assert "mandate-power" in world.with_mandate(powers=frozenset({Power.CONSULT})).rules(act)
    assert "no-such-exhibit" in world.rules(replace(act, exhibit_ids=("e9",)))
    assert world.rules(replace(act, exhibit_ids=())) == {"no-exhibit-named"}


def test_a_correction_says_what_and_why(world: World) -> None:
    assert world.rules(replace(WHERE, reason=" ")) == {"reason"}
    assert world.rules(replace(WHERE, camera=None)) == {"nothing-stated"}
    assert world.rules(replace(WHERE, camera=" ")) == {"nothing-stated"}
    assert world.rules(replace(CLOCK, offset=None)) == {"nothing-stated"}
    assert world.rules(replace(CLOCK, recorded_at=datetime(2026, 3, 1))) == {"time-zone"}  # noqa: DTZ001


def test_a_camera_is_not_corrected_out_of_the_mandate(world: World) -> None:
    north = world.with_mandate(cameras=frozenset({"north"}))
    assert north.rules(WHERE) == {"mandate-cameras"}
    south = world.with_mandate(cameras=frozenset({"south"}))
    assert south.decide(WHERE).granted


def test_a_clock_is_not_set_out_of_the_window(world: World) -> None:
    hour = timedelta(hours=1)
    narrow = world.with_mandate(recorded_from=FIRST - hour, recorded_to=FIRST + 2 * hour)
    assert narrow.decide(CLOCK).granted
    assert narrow.rules(replace(CLOCK, offset=Fraction(7200))) == {"mandate-window"}
    # The uncertainty counts: a window must hold all that is possible.
    assert narrow.rules(replace(CLOCK, uncertainty=Fraction(3600))) == {"mandate-window"}
    far = Reference(FIRST + timedelta(days=30), FIRST + timedelta(days=30), Fraction(1))
    fitted = replace(CLOCK, offset=None, references=(far,))
    assert narrow.decide(fitted).granted
    close = narrow.with_mandate(recorded_from=FIRST, recorded_to=FIRST + hour)
    assert close.rules(fitted) == {"mandate-window"}


def test_a_recording_that_nobody_dated_is_dated(world: World, make_exhibit: Any) -> None:
    undated: Exhibit = make_exhibit("e1", hour=None)
    narrow = world.with_mandate(recorded_from=FIRST, recorded_to=FIRST + timedelta(hours=2)).having(
        exhibits=(undated,)
    )
    assert narrow.rules(CLOCK) == {"mandate-window-unknown"}
    assert narrow.decide(replace(CLOCK, recorded_at=FIRST + timedelta(minutes=5))).granted


def test_impossible_clocks_are_refused_with_a_remedy(world: World) -> None:
    refused = world.decide(replace(CLOCK, zone="Europe/Nowhere"))
    assert [r.rule for r in refused.reasons] == ["clock"]
    assert refused.reasons[0].remedy
    assert world.rules(replace(CLOCK, offset=Fraction(10**10))) == {"recorder-time"}
