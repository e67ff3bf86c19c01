"""Several cameras in one picture show what each had seen by then, and where it saw nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from scelle.errors import BadInput
from scelle.footage.encode import Mp4Writer
from scelle.footage.recording import Recording
from scelle.model.acts import (
    ExportCameras,
    Film,
    Outcome,
    Permit,
    ReceiveExhibit,
    Span,
    no_progress,
)
from scelle.model.evidence import Case, Exhibit, new_id
from scelle.model.zones import Keyframe, Zone
from scelle.operations.cameras import Cameras
from scelle.operations.intake import Intake
from scelle.operations.sandbox import Sandbox
from scelle.operations.sight import strip_of
from scelle.store.control import Control
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.vision.masking import blank_boxes

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)
WIDE, TALL = 96, 64


def shade(i: int) -> int:
    """Grey of picture ``i``, far from its neighbours'."""
    return 50 + 40 * (i % 5)


class House:
    """Recordings of plain grey pictures, and films of them."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.engine = open_database(place / "home" / "scelle.db")
        self.vault, self.keys = Vault(place / "home" / "vault"), Keyring(place / "home")
        self.records, self.tracks = Records(self.engine), TrackStore(self.engine)
        self.control = Control(self.engine, self.records)
        case = Case("c", "PV-7", "flagrance", "s", "o", NOW, NOW + timedelta(days=9))
        self.records.add_case(case)

    def camera(
        self, name: str, times_ms: list[int], greys: list[int], at: datetime | None, offset: int = 0
    ) -> Exhibit:
        """A recording of plain grey pictures at these times."""
        path = self.place / f"{name}.mp4"
        with Mp4Writer(path, WIDE, TALL, Fraction(1, 1000), crf=4) as writer:
            for time, grey in zip(times_ms, greys, strict=True):
                writer.write(np.full((TALL, WIDE, 3), grey, np.uint8), time)
        act = ReceiveExhibit(
            case_id="c", path=path, camera=name, origin="o", recorded_at=at,
            clock_offset=Fraction(offset),
        )  # fmt: skip
        permit = Permit(act, "a", "m", (), NOW, 0, lambda: None)
        exhibit = Intake(self.vault, self.keys, self.records).receive(act, permit, no_progress)
        assert isinstance(exhibit.value, Exhibit)
        self.tracks.replace(exhibit.value.id, [], "m")
        return exhibit.value

    def film(self, start: datetime, seconds: float, *exhibits: Exhibit) -> Outcome:
        end = start + timedelta(seconds=seconds)
        act = ExportCameras(
            case_id="c",
            exhibit_ids=tuple(e.id for e in exhibits),
            film=Film(start, end, tuple(Span(e.id, *e.span_ms) for e in exhibits)),
            output=self.place / "film.mp4",
            recipient="Juge R.",
        )
        permit = Permit(act, "a", "m", act.exhibit_ids, NOW, 57, lambda: None)
        kept = (self.vault, self.keys, self.records, self.tracks, self.control)
        return Cameras(*kept, blank_boxes, Sandbox()).export(act, permit, no_progress)

    def greys(self, exhibits: int) -> npt.NDArray[np.int64]:
        """The grey in the middle of each cell of each picture, ``(pictures, cells)``."""
        rows = (exhibits + 1) // 2
        with (self.place / "film.mp4").open("rb") as file, Recording.open(file) as recording:
            pictures = [p.bgr() for p in recording.pictures(0, 1 << 60)]
        row_tall = TALL + len(strip_of(WIDE, TALL, (("", ""),) * 3))
        head = pictures[0].shape[0] - rows * row_tall
        found = []
        for picture in pictures:
            cells = []
            for cell in range(exhibits):
                row, column = divmod(cell, 2)
                bottom = head + (row + 1) * row_tall
                part = picture[bottom - TALL + 8 : bottom - 8, column * WIDE + 8 :][:, : WIDE - 16]
                cells.append(int(np.median(part)))
            found.append(cells)
        return np.array(found)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def near(found: npt.NDArray[np.int64], expected: list[int]) -> None:
    assert len(found) == len(expected)
    assert np.abs(found - np.array(expected)).max() <= 8, found.tolist()


def test_each_shows_what_it_had_taken_by_then_and_says_where_nothing_was_recorded(
    house: House,
) -> None:
    # Ten pictures a second for a second, a hole of three seconds, another second.
    times = [100 * n for n in range(10)] + [4000 + 100 * n for n in range(10)]
    one = house.camera("gate", times, [shade(n) for n in range(20)], NOW)
    # Its recorder is two seconds fast: what it calls 22:00:03 is 22:00:01.
    shades = [200, 40] * 10
    other = house.camera(
        "yard", [200 * n for n in range(20)], shades, NOW + timedelta(seconds=3), -2
    )
    outcome = house.film(NOW, 6, one, other)
    found = house.greys(2)
    gate = [shade(n) for n in range(10)] + [shade(9)] * 10 + [0] * 20
    gate += [shade(n) for n in range(10, 20)] + [0] * 10
    # Shown until the recording's end, and no longer.
    near(found[:, 0], gate)
    yard = [0] * 10 + [g for shade in shades for g in (shade, shade)] + [0] * 10
    near(found[:, 1], yard)
    counts = outcome.counts
    assert (counts["exhibits"], counts["pictures"], counts["pictures_missing"]) == (2, 60, 0)
    assert counts["without_recording"] == int((found == 0).sum())


def test_it_bears_case_copy_and_recipient_and_no_sound(house: House) -> None:
    cameras = [
        house.camera(f"cam-{n}", [100 * i for i in range(12)], [50 + 40 * n] * 12, NOW)
        for n in range(3)
    ]
    one = new_id()
    place = (Keyframe(0, 0, 0, WIDE, TALL),)
    house.control.add_zone(Zone(one, one, "c", cameras[1].id, place, "", "a", NOW, 1))
    outcome = house.film(NOW, 1, *cameras)
    assert np.abs(house.greys(3) - [50, 128, 130]).max() <= 8
    assert outcome.counts["zones"] == 1
    with av.open(str(house.place / "film.mp4")) as file:
        assert [s.type for s in file.streams] == ["video", "subtitle"]
        texts = [bytes(p)[2:].decode() for p in file.demux(subtitles=0) if p.size]
    assert "PV-7 · C-57 Juge R." in texts[0]
    assert "no sound" in texts[0]


def test_what_cannot_stand_in_one_picture_is_refused(house: House) -> None:
    def camera(name: str, at: datetime | None = NOW) -> Exhibit:
        shade = 50 + len(name)
        return house.camera(name, [0, 100, 200], [shade] * 3, at)

    one, other, unclocked = camera("a"), camera("bb"), camera("ccc", None)
    for wrong, said in (
        ((one,), "Two to four"),
        ((one, one), "Two to four"),
        ((one, unclocked), "Nobody has stated"),
    ):
        with pytest.raises(BadInput, match=said):
            house.film(NOW, 1, *wrong)
    with pytest.raises(BadInput, match="before it begins"):
        house.film(NOW, 0, one, other)
    with pytest.raises(BadInput, match="None of the cameras"):
        house.film(NOW - timedelta(days=1), 1, one, other)
    assert not (house.place / "film.mp4").exists()
