from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from scelle.errors import BadInput
from scelle.model.time import Clock
from scelle.operations.synopsis_time import banner, follow, labels

if TYPE_CHECKING:
    from tests.conftest import Values

PARIS = timezone(timedelta(hours=1))


def test_without_a_clock_time_is_counted_from_the_first_picture(values: Values) -> None:
    sources = follow([values.exhibit])
    label = labels(values.tracks, sources)
    first = values.exhibit.stream.start_pts + sources[values.exhibit.id].shift
    track = values.tracks[1]
    assert label(track.id, first) == "2 · 0:00:00"
    assert label(track.id, first + 3_725_999) == "2 · 1:02:05"
    rows = banner(values.case, [values.exhibit])
    assert rows[0] == (
        "Vue reconstituée : ce n'est pas un enregistrement",
        "PV-1 · temps depuis le début",
    )
    assert rows[1] == ("Reconstructed view: not a recording", "time since the recording's start")


def test_a_known_clock_is_shown_in_its_own_zone_and_its_offset_is_stated(values: Values) -> None:
    night = values.clocked(datetime(2026, 3, 1, 23, 59, 58, tzinfo=PARIS), Fraction(-90))
    sources = follow([night.exhibit])
    label = labels(night.tracks, sources)
    first = night.exhibit.stream.start_pts + sources[night.exhibit.id].shift
    assert label(night.tracks[0].id, first + 3000) == "1 · 00:00:01"
    (_, french), (_, english) = banner(replace(night.case, demonstration=True), [night.exhibit])
    assert french == (
        "PV-1 · DEMO · heure de l'enregistreur (UTC+01:00, 2026-03-01 / 2026-03-02), écart -90 s"
    )
    assert english == "recorder's clock (UTC+01:00, 2026-03-01 / 2026-03-02), offset -90 s"


def test_recordings_follow_each_other_in_real_time(values: Values) -> None:
    late = replace(values.exhibit, id="a", clock=Clock(datetime(2026, 3, 2, tzinfo=UTC)))
    early = replace(values.exhibit, id="b", clock=Clock(datetime(2026, 3, 1, tzinfo=UTC)))
    sources = follow([late, early])
    assert list(sources) == ["b", "a"]
    base = values.exhibit.stream.time_base
    ends = (values.exhibit.stream.start_pts + sources["b"].shift) * base + early.stream.duration
    assert (values.exhibit.stream.start_pts + sources["a"].shift) * base >= ends
    assert [s.own_ms(s.shift + 2500) for s in sources.values()] == [2500, 2500]
    # Where one clock is unknown, all times are counted from the start.
    unknown = replace(early, clock=Clock())
    (_, said), _ = banner(values.case, [late, unknown])
    assert "depuis le début" in said


def test_two_cameras_are_refused(values: Values) -> None:
    with pytest.raises(BadInput, match="one camera"):
        follow([values.exhibit, replace(values.exhibit, id="b", camera="yard")])
