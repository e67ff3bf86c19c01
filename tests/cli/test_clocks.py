"""The commands that state clocks and correct what was stated."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from scelle.cli.clocks import real_line
from scelle.cli.program import run
from scelle.model.acts import ConsultCase, CorrectExhibit, SetClock
from scelle.model.clocks import fit_clock
from scelle.model.time import Clock, Reference

AT = datetime(2026, 3, 1, 22, tzinfo=UTC)


def test_a_clock_is_set(opening: Any, values: Any, capsys: pytest.CaptureFixture[str]) -> None:
    one = replace(values.exhibit, clock=Clock(AT, Fraction(-42)))
    opening.answers[SetClock] = (one,)
    done = run(
        ["clock", "set", "--case", "c", "--exhibit", "e", "--zone", "Europe/Paris", "--follows",
         "--reference", "2026-03-02T10:00:00+01:00 2026-03-02T10:00:42+01:00 1.5 @0:05 a photo",
         "--json"]
    )  # fmt: skip
    assert done == 0
    (told,) = json.loads(capsys.readouterr().out)["clocks"]
    assert (told["offset_s"], told["recorded_at"]) == ("-42", "2026-03-01T22:00:00+00:00")
    (_, act) = opening.asked[-1]
    point = act.references[0]
    assert point.real - point.recorder == timedelta(seconds=-42)
    assert (point.uncertainty, point.still_ms, point.proof) == (Fraction(3, 2), 5000, "a photo")
    assert (act.zone, act.follows, act.offset, act.exhibit_ids) == (
        "Europe/Paris", True, None, ("e",),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["now", "2026-03-02T10:00:00+01:00 2026-03-02T10:00:42+01:00 1"])
def test_a_reference_is_whole(opening: Any, text: str) -> None:
    assert run(["clock", "set", "--case", "c", "--exhibit", "e", "--reference", text]) == 2
    assert opening.asked == []


def test_all_on_one_line(opening: Any, values: Any, capsys: pytest.CaptureFixture[str]) -> None:
    point = Reference(AT + timedelta(hours=2), AT + timedelta(hours=2), Fraction(1))
    first = replace(values.exhibit, name="a.mp4", clock=Clock(AT))
    late = fit_clock(AT + timedelta(seconds=10), [point], Fraction(10))
    second = replace(values.exhibit, name="b.mp4", clock=late)
    undated = replace(values.exhibit, name="c.mp4", clock=Clock())
    opening.answers[ConsultCase] = replace(values.file, exhibits=(first, second, undated))
    assert run(["clock", "show", "--case", "c"]) == 0
    shown = capsys.readouterr().out
    assert "not stated" in shown
    lines = [line for line in shown.splitlines() if "█" in line]
    assert ["a.mp4" in line for line in lines] == [True, False]
    line = real_line((first, second, undated))
    assert line is not None
    bars = line.plain.splitlines()[2:]
    assert "░" not in bars[0]
    assert "░" in bars[1]
    assert bars[0].index("█") < bars[1].index("█")
    assert real_line((undated,)) is None


def test_an_exhibit_is_corrected(
    opening: Any, values: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    opening.answers[CorrectExhibit] = (replace(values.exhibit, camera="south"),)
    done = run(
        ["exhibit", "correct", "--case", "c", "--exhibit", "e", "--camera", "south",
         "--reason", "a slip", "--json"]
    )  # fmt: skip
    assert done == 0
    assert json.loads(capsys.readouterr().out)["exhibits"][0]["camera"] == "south"
    (_, act) = opening.asked[-1]
    assert (act.camera, act.origin, act.reason) == ("south", None, "a slip")
