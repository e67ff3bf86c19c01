"""What is stated of a recording is corrected, and what was stated before is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from scelle.model.acts import CorrectExhibit, Permit, SetClock, no_progress
from scelle.model.evidence import Case, Exhibit, Finding, FindingKind, Stream
from scelle.model.time import Clock, Reference
from scelle.operations.correct import Correct
from scelle.store.database import open_database
from scelle.store.records import Records

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)
LATER = NOW + timedelta(days=2)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    engine = open_database(tmp_path / "scelle.db")
    records = Records(engine)
    records.add_case(Case("c", "2026/17", "flagrance", "sru", "theft", NOW, LATER))
    for name in ("e1", "e2"):
        stream = Stream("mov", "h264", "yuv420p", 64, 48, Fraction(1, 25), 25, 1, 0, Fraction(600))
        finding = Finding(FindingKind.GAP, 1, 2, "No picture for 1.0 s.")
        clock, findings = Clock(NOW), (finding,)
        records.add_exhibit(
            Exhibit(name, "c", name * 32, 1, "a", "north", "seal", clock, stream, NOW, findings)
        )
    yield records
    engine.dispose()


def permit(act: SetClock | CorrectExhibit, *ids: str) -> Permit:
    return Permit(act, "jo", "m", ids, LATER, 0, lambda: None)


def test_a_clock_is_set_and_the_one_before_is_kept(records: Records) -> None:
    point = Reference(LATER, LATER - timedelta(seconds=42), Fraction(1), "a photograph", 5)
    ids = ("e1", "e2")
    act = SetClock(
        case_id="c", exhibit_ids=ids, references=(point,), zone="Europe/Paris", follows=True
    )
    outcome = Correct(records).set_clock(act, permit(act, *ids), no_progress)
    assert outcome.counts == {"exhibits": 2, "changed": 2}
    assert outcome.value == records.exhibits("c")
    kept = records.exhibit("e1")
    assert kept.clock.offset == -42
    assert kept.clock.references == (point,)
    assert (kept.clock.zone, kept.clock.follows, kept.clock.proof) == (
        "Europe/Paris", True, "a photograph",
    )  # fmt: skip
    assert len(kept.findings) == 1
    said = {c.field: (c.before, c.after) for c in records.corrections("e1")}
    assert said["offset"][0] == "+0.000 s"
    assert said["offset"][1].startswith("-42.000 s within 35.")
    assert {c.agent_id for c in records.corrections("e1")} == {"jo"}


def test_a_camera_is_corrected_alone(records: Records) -> None:
    act = CorrectExhibit(case_id="c", exhibit_ids=("e1",), camera="south", reason="a slip")
    outcome = Correct(records).correct(act, permit(act, "e1"), no_progress)
    assert [e.camera for e in records.exhibits("c")] == ["south", "north"]
    assert records.exhibit("e1").origin == "seal"
    (one,) = records.corrections("e1")
    assert (one.field, one.before, one.after, one.reason) == ("camera", "north", "south", "a slip")
    assert one.at == LATER
    # Again the same: nothing is changed, nothing is written.
    again = Correct(records).correct(act, permit(act, "e1"), no_progress)
    assert (outcome.counts["changed"], again.counts["changed"]) == (1, 0)
    assert records.corrections("e1") == (one,)
