"""What leaves, to whom, and what is called back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scelle.model.acts import (
    ConsultCopies,
    ExportClip,
    FetchCopy,
    MakeBundle,
    MakeDossier,
    MakeStill,
    MakeSynopsis,
    RecallCopy,
    ReplayBundle,
)
from scelle.model.evidence import CaseState, FourEyes, Power, Role
from scelle.model.stills import Still
from scelle.model.tracks import ObjectClass, TrackQuery

BUNDLE = MakeBundle(case_id="case-1", recipient="Juge R.", output=Path("b"), reason="asked for")
CLIP = ExportClip(case_id="case-1", start_ms=0, end_ms=1, output=Path("c.mp4"))
RECALL = RecallCopy(case_id="case-1", copy=7, output=Path("r.pdf"), reason="withdrawn")


def test_a_bundle_needs_a_mandate_a_recipient_and_a_reason(world: Any) -> None:
    assert world.decide(BUNDLE).granted
    assert world.decide(BUNDLE).exhibit_ids == ("e1", "e2")
    assert world.rules(replace(BUNDLE, recipient=" ")) == {"recipient"}
    assert world.rules(replace(BUNDLE, reason="")) == {"reason"}
    without = world.with_mandate(powers=frozenset(Power) - {Power.EXPORT})
    assert without.rules(BUNDLE) == {"mandate-power"}


@pytest.mark.parametrize(
    "act", [replace(BUNDLE, originals=True), replace(CLIP, native=True)], ids=["bundle", "clip"]
)
def test_what_leaves_as_it_was_recorded_needs_a_mandate_to_reveal(world: Any, act: Any) -> None:
    assert world.with_mandate(powers=frozenset(Power)).decide(act).granted
    narrow = world.with_mandate(powers=frozenset({Power.EXPORT}))
    assert narrow.rules(act) == {"mandate-power"}
    plain = {"originals": False} if isinstance(act, MakeBundle) else {"native": False}
    assert narrow.decide(replace(act, **plain)).granted


PICTURES = pytest.mark.parametrize(
    "act",
    [
        MakeSynopsis(case_id="case-1", output=Path("s.mp4"), kept=True),
        MakeStill(case_id="case-1", still=Still.PATHS, output=Path("p.png"), kept=True),
    ],
    ids=["synopsis", "still"],
)


@PICTURES
def test_what_is_to_be_fetched_needs_a_second_person_where_exports_do(world: Any, act: Any) -> None:
    eyes = world.with_case(four_eyes=frozenset({FourEyes.EXPORT}))
    assert eyes.rules(act) == {"four-eyes"}
    assert eyes.decide(replace(act, kept=False)).granted


@PICTURES
def test_what_is_to_be_fetched_is_no_more_than_may_be_exported(world: Any, act: Any) -> None:
    (every,) = world.facts.mandates
    cars = TrackQuery(object_class=ObjectClass.CAR)
    wide = replace(every, id="wide", powers=frozenset({Power.SYNOPSIS}))
    narrow = replace(every, id="narrow", powers=frozenset({Power.EXPORT}), sought=cars)
    both = world.having(mandates=(wide, narrow))
    assert both.rules(act) >= {"mandate-sought"}
    assert both.decide(replace(act, query=cars)).granted


@PICTURES
def test_what_is_to_be_fetched_needs_a_mandate_to_export(world: Any, act: Any) -> None:
    assert world.with_mandate(powers=frozenset(Power)).decide(act).granted
    narrow = world.with_mandate(powers=frozenset({Power.SYNOPSIS}))
    assert narrow.rules(act) == {"mandate-power"}
    assert narrow.decide(replace(act, kept=False)).granted


def test_who_fetches_a_copy(world: Any) -> None:
    act = FetchCopy(case_id="case-1", exhibit_ids=("e1",), copy=7)
    assert world.decide(act).granted
    assert world.decide(act).exhibit_ids == ("e1",)
    without = world.with_mandate(powers=frozenset(Power) - {Power.EXPORT})
    assert without.rules(act) == {"mandate-power"}
    for role in (Role.MAGISTRATE, Role.AUDITOR, Role.ADMINISTRATOR):
        assert "role" in world.asked_by(role).rules(act)


def test_who_reads_which_copies_left(world: Any) -> None:
    act = ConsultCopies(case_id="case-1")
    assert world.decide(act).granted
    for role in (Role.MAGISTRATE, Role.REFERENT_MAGISTRATE, Role.AUDITOR):
        assert world.asked_by(role).decide(act).granted
    assert world.asked_by(Role.ADMINISTRATOR).rules(act) >= {"role"}


def test_who_calls_a_copy_back(world: Any) -> None:
    assert world.decide(RECALL).granted
    assert world.asked_by(Role.MAGISTRATE).decide(RECALL).granted
    assert world.rules(replace(RECALL, reason=" ")) == {"reason"}
    assert world.asked_by(Role.MAGISTRATE).rules(replace(RECALL, reason="")) == {"reason"}
    assert "role" in world.asked_by(Role.AUDITOR).rules(RECALL)


def test_who_replays_a_bundle(world: Any) -> None:
    act = ReplayBundle(bundle=Path("b"), reason="second opinion")
    for role in (Role.INVESTIGATOR, Role.MAGISTRATE, Role.AUDITOR):
        assert world.asked_by(role).decide(act).granted
    assert world.asked_by(Role.ADMINISTRATOR).rules(act) == {"role"}
    assert world.rules(replace(act, reason="")) == {"reason"}


def test_who_draws_up_the_closing_report(world: Any) -> None:
    act = MakeDossier(case_id="case-1")
    assert world.decide(act).granted
    assert world.decide(act).exhibit_ids == ("e1", "e2")
    without = world.with_mandate(powers=frozenset(Power) - {Power.EXPORT})
    assert without.rules(act) == {"mandate-power"}
    assert world.with_case(state=CaseState.CLOSED).rules(act) == {"case-closed"}
    for role in (Role.MAGISTRATE, Role.REFERENT_MAGISTRATE):
        direct = without.asked_by(role)
        assert direct.decide(act).exhibit_ids == ("e1", "e2")
        assert direct.with_case(state=CaseState.CLOSED).decide(act).granted
        assert direct.with_case(state=CaseState.ERASED).rules(act) == {"case-erased"}
        assert direct.rules(replace(act, exhibit_ids=("e9",))) == {"no-such-exhibit"}
    for role in (Role.AUDITOR, Role.ADMINISTRATOR, Role.HEAD_OF_SERVICE):
        assert "role" in world.asked_by(role).rules(act)
