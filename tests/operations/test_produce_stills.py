from __future__ import annotations

import hashlib
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from scelle.errors import BadInput, Refused
from scelle.model.acts import MakeStill, ViewStill
from scelle.model.results import Exported
from scelle.model.stills import Still
from scelle.model.synopsis import Hours
from scelle.model.tracks import Colour, TrackQuery

if TYPE_CHECKING:
    from tests.operations.conftest import House


@pytest.mark.parametrize("kind", list(Still))
def test_every_kind_is_written_whole_and_counted(house: House, tmp_path: Path, kind: Still) -> None:
    first, second = house.receive("e"), house.receive("f")
    house.analyse(first, (0, 20_000, 50_000), without=2)
    house.analyse(second, (7_000,))
    output = tmp_path / "still.png"
    act = MakeStill(case_id=house.case.id, still=kind, output=output)
    outcome = house.draw(act, first, second)
    assert isinstance(outcome.value, Exported)
    assert outcome.value.rows == 4
    assert outcome.counts == {"exhibits": 2, "tracks": 4}
    assert outcome.value.sha256 == hashlib.sha256(output.read_bytes()).hexdigest()
    picture = cv2.imread(str(output))
    assert picture is not None
    assert picture.std() > 5
    assert [p.name for p in tmp_path.glob("still*")] == ["still.png"]


@pytest.mark.parametrize("kind", [Still.ACTIVITY, Still.CHANGE])
def test_few_empty_scenes_of_a_long_recording_are_held_at_a_time(house: House, kind: Still) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0,))
    scene = house.vault.read(house.case.id, f"background/{exhibit.id}-{0:012d}", house.key)
    later = {f"background/{exhibit.id}-{60_000 * n:012d}": scene for n in range(1, 60)}
    house.vault.write_many(house.case.id, later, house.key)
    tracemalloc.start()
    try:
        house.look(ViewStill(case_id=house.case.id, still=kind), exhibit)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 30 * 3 * 321 * 240


def test_a_storyboard_conceals_and_leaves_out_what_has_no_picture(
    house: House, tmp_path: Path
) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000), without=2)
    output = tmp_path / "still.png"
    house.draw(MakeStill(case_id=house.case.id, still=Still.STORYBOARD, output=output), exhibit)
    picture = cv2.imread(str(output))
    assert picture is not None
    # The walkers' pictures are of one red, and there is one of them.
    red = (np.abs(picture.astype(int) - (20, 20, 200)).max(axis=2) < 30).astype(np.uint8)
    count, _ = cv2.connectedComponents(red)
    assert count - 1 == 1


def test_the_same_picture_is_seen_without_a_file_and_at_some_hours_alone(
    house: House, tmp_path: Path
) -> None:
    exhibit = house.receive("e")  # from 22:00
    house.analyse(exhibit, (0, 120_000))
    output = tmp_path / "still.png"
    house.draw(MakeStill(case_id=house.case.id, still=Still.PATHS, output=output), exhibit)
    whole = house.look(ViewStill(case_id=house.case.id, still=Still.PATHS), exhibit)
    assert whole.value == output.read_bytes()
    two = 22 * 3600 + 120
    late = ViewStill(case_id=house.case.id, still=Still.PATHS, hours=Hours(two, two + 60))
    some = house.look(late, exhibit)
    assert some.value != whole.value
    assert (whole.counts["tracks"], some.counts["tracks"]) == (2, 1)
    none = ViewStill(case_id=house.case.id, still=Still.PATHS, hours=Hours(3600, 7200))
    with pytest.raises(BadInput, match="at that time of day"):
        house.look(none, exhibit)


def test_nothing_found_nothing_analysed_and_no_file_are_said(house: House, tmp_path: Path) -> None:
    exhibit = house.receive("e")
    act = MakeStill(case_id=house.case.id, still=Still.PATHS, output=tmp_path / "x.png")
    with pytest.raises(BadInput, match="Not analysed"):
        house.draw(act, exhibit)
    house.analyse(exhibit, (0,))
    red = MakeStill(
        case_id=house.case.id,
        still=Still.PATHS,
        output=tmp_path / "x.png",
        query=TrackQuery(colour=Colour.RED),
    )
    with pytest.raises(BadInput, match="No track"):
        house.draw(red, exhibit)
    away = MakeStill(case_id=house.case.id, still=Still.PATHS, output=tmp_path / "no" / "x.png")
    with pytest.raises(BadInput, match="cannot be a file"):
        house.draw(away, exhibit)
    assert list(tmp_path.glob("*.png")) == []


def test_a_still_stops_when_its_mandate_does(house: House, tmp_path: Path) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000))
    output = tmp_path / "x.png"
    for kind in Still:
        with pytest.raises(Refused):
            house.draw(
                MakeStill(case_id=house.case.id, still=kind, output=output), exhibit, allowed=0
            )
        assert not output.exists()
