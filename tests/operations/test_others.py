"""Somebody beside an object, in its box, is concealed in whatever shows its kept pictures."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from tests.operations.conftest import AT
from tests.operations.test_zones_leaving import WAYS, png, told

from scelle.footage.probe import probe
from scelle.model.acts import ViewPictures, no_progress
from scelle.model.decisions import Reveal
from scelle.model.evidence import Exhibit, Finding
from scelle.model.tracks import ObjectClass
from scelle.operations.consult import Consult
from scelle.operations.sandbox import Sandbox
from scelle.synopsis.tubes import from_bytes, to_bytes

House = Any

SHOWN = pytest.mark.parametrize("way", [w for w in WAYS if w != "paths"])


@pytest.fixture
def exhibit(house: House) -> Exhibit:
    received: Exhibit = house.receive("e" * 26)
    house.analyse(received, (0,))
    return received


def place(house: House, exhibit: Exhibit, what: ObjectClass, top: int) -> None:
    """The walker is of a class, and goes along with the upper edge of the box in one row."""
    track = house.tracks.search([exhibit.id])[0]
    boxes = track.boxes.copy()
    boxes[:, 1] = top
    house.tracks.replace(exhibit.id, [replace(track, object_class=what, boxes=boxes)], "aa" * 32)


def fill(house: House, exhibit: Exhibit, first: int) -> None:
    """Low in the walker's pictures, one of two patterns that no block's mean tells apart."""
    track = house.tracks.search([exhibit.id])[0]
    name = f"tube/{exhibit.id}-1"
    tube = from_bytes(house.vault.read(house.case.id, name, house.key))
    picture = np.full((25, 25, 3), 90, np.uint8)
    down, across = np.indices((6, 24))
    picture[18:24, :24] = np.where((down + across) % 2 == first, 255, 0)[..., None]
    tube = replace(
        tube,
        pictures=(png(picture),) * len(tube.pts),
        boxes=track.boxes.astype(np.int64),
        object_class=track.object_class,
    )
    house.vault.write(house.case.id, name, house.key, to_bytes(tube))


def alike(house: House, exhibit: Exhibit, folder: Path, way: str) -> bool:
    """Whether the two patterns are shown alike."""
    shown = []
    for first in (0, 1):
        fill(house, exhibit, first)
        shown.append(WAYS[way](house, exhibit, folder))
    return bool(shown[0] == shown[1])


def accompany(house: House, exhibit: Exhibit, *, lower: int, later: int = 0) -> None:
    """Somebody else, of whom no picture was kept, goes the same way."""
    walker = house.tracks.search([exhibit.id])[0]
    boxes = walker.boxes + np.array([0, lower, 0, 0], np.float32)
    other = replace(walker, id=f"{exhibit.id}-2", number=2, boxes=boxes, pts=walker.pts + later)
    house.tracks.replace(exhibit.id, [walker, other], "bb" * 32)


@SHOWN
def test_the_head_of_somebody_lower_in_the_box_is_concealed(
    house: House, exhibit: Exhibit, tmp_path: Path, way: str
) -> None:
    assert not alike(house, exhibit, tmp_path, way), "it is nobody's head"
    accompany(house, exhibit, lower=14)
    assert alike(house, exhibit, tmp_path, way)


def test_who_was_there_at_another_time_or_is_revealed_hides_nothing(
    house: House, exhibit: Exhibit, tmp_path: Path
) -> None:
    accompany(house, exhibit, lower=14, later=30_000)
    assert not alike(house, exhibit, tmp_path, "kept picture")
    accompany(house, exhibit, lower=14)
    control = told(house)
    one = Consult(house.vault, house.keys, house.records, house.tracks, control, Sandbox())
    act = ViewPictures(case_id=house.case.id, track_ids=(f"{exhibit.id}-1",))
    permit = house.permit(act, (exhibit,), 10**9)
    hidden = one.pictures(act, permit, no_progress).value
    assert one.pictures(act, permit, no_progress).value == hidden
    control.add_reveal(lifted(house, exhibit, 2))
    assert one.pictures(act, permit, no_progress).value != hidden, "none held from before"
    assert not alike(house, exhibit, tmp_path, "kept picture")


def lifted(house: House, exhibit: Exhibit, number: int) -> Reveal:
    track_id = f"{exhibit.id}-{number}"
    return Reveal("r", house.case.id, track_id, True, "why", "officer", AT, "m")


def test_a_revealed_object_reveals_nobody_else(
    house: House, exhibit: Exhibit, tmp_path: Path
) -> None:
    accompany(house, exhibit, lower=14)
    told(house).add_reveal(lifted(house, exhibit, 1))
    for way in ("kept picture", "synopsis", "live"):
        assert alike(house, exhibit, tmp_path, way)


@SHOWN
def test_of_whom_the_lower_edge_cuts_all_is_concealed_that_may_be_the_head(
    house: House, exhibit: Exhibit, tmp_path: Path, way: str
) -> None:
    place(house, exhibit, ObjectClass.PERSON, 100)
    assert not alike(house, exhibit, tmp_path, way)
    place(house, exhibit, ObjectClass.PERSON, 240 - 25)
    assert alike(house, exhibit, tmp_path, way)


@SHOWN
def test_shapes_are_measured_where_pixels_are_not_square(
    house: House, tmp_path: Path, way: str
) -> None:
    exhibit = house.receive("e" * 26, findings=stretched(tmp_path / "stretched.mp4"))
    assert exhibit.pixel_shape == Fraction(24, 11)
    house.analyse(exhibit, (0,))
    place(house, exhibit, ObjectClass.PERSON, 100)
    assert alike(house, exhibit, tmp_path, way), "twice as wide as tall: somebody lying"


def stretched(path: Path) -> tuple[Finding, ...]:
    """What is found of a recording whose pixels are twice as wide as tall."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=10, options={"x264-params": "sar=24/11"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="bgr24")
        out.mux([*video.encode(picture), *video.encode(None)])
    with path.open("rb") as file:
        return probe(file).findings
