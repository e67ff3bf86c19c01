import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from scelle.errors import BadInput, Misconfigured, Refused
from scelle.footage.encode import Mp4Writer
from scelle.footage.recording import Recording
from scelle.ledger.credentials import video_signer
from scelle.model.acts import (
    ExportClip,
    ExportTracks,
    Permit,
    Reason,
    ReceiveExhibit,
    no_progress,
)
from scelle.model.evidence import Case, Exhibit
from scelle.model.geometry import Direction
from scelle.model.results import Exported
from scelle.model.tracks import Description, ObjectClass, Track
from scelle.operations.intake import Intake
from scelle.operations.produce_clip import Produce
from scelle.store.control import Control
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.vision.masking import Planes

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)
BASE = Fraction(1, 1000)
# Uneven times: 40 pictures, 30 to 70 ms apart, the first at 100 ms.
TIMES = np.cumsum([100, *([30, 70, 50] * 13)]).tolist()
# Where the last picture, shown as long as the one before it, ends.
END = TIMES[-1] + TIMES[-1] - TIMES[-2]


def shade(i: int) -> int:
    """Grey of picture ``i``, far from its neighbours'."""
    return 60 + 40 * (i % 5)


@dataclass
class Asked:
    """What was handed to the masking function."""

    boxes: list[list[tuple[float, ...]]]


@dataclass
class House:
    produce: Produce
    exhibit: Exhibit
    tracks: TrackStore
    asked: Asked

    def clip(self, start_ms: int, end_ms: int, output: Path) -> Exported:
        act = ExportClip(case_id="c", start_ms=start_ms, end_ms=end_ms, output=output)
        done = self.produce.clip(act, self.permit(act), no_progress)
        assert isinstance(done.value, Exported)
        return done.value

    def rows(self, output: Path, kind: str = "mot") -> Exported:
        act = ExportTracks(case_id="c", format=kind, output=output)
        done = self.produce.tracks(act, self.permit(act), no_progress)
        assert isinstance(done.value, Exported)
        return done.value

    def permit(self, act: ExportClip | ExportTracks) -> Permit:
        return Permit(act, "a", "m", (self.exhibit.id,), NOW, 0, lambda: None)

    def analysed(self) -> None:
        self.tracks.replace(
            self.exhibit.id, [track(self.exhibit.id, 1, 4), track(self.exhibit.id, 2, 20)], "m"
        )


def track(exhibit_id: str, number: int, first: int) -> Track:
    """Seen in every third picture, going right by two pixels a millisecond."""
    frame = np.arange(first, first + 13, 3, dtype=np.int64)
    pts = np.array(TIMES, np.int64)[frame]
    left = 2 * (pts - pts[0])
    boxes = np.stack([left, left * 0 + 5, left * 0 + 8, left * 0 + 16], 1).astype(np.float32)
    return Track(
        f"{exhibit_id}-{number}",
        exhibit_id,
        number,
        ObjectClass.PERSON,
        0.75,
        "",
        BASE,
        frame,
        pts,
        boxes,
        np.ones(len(frame), np.bool_),
        Description(True, (), (), (), 8.0, 16.0, Direction.RIGHT, 2000.0, int(pts[-1] - pts[0])),
    )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = open_database(tmp_path / "home" / "scelle.db")
    vault, keys = Vault(tmp_path / "home" / "vault"), Keyring(tmp_path / "home")
    records, tracks, asked = Records(engine), TrackStore(engine), Asked([])
    records.add_case(Case("c", "r", "flagrance", "s", "o", NOW, NOW + timedelta(days=9)))
    video = tmp_path / "a.mp4"
    with Mp4Writer(video, 64, 48, BASE) as writer:
        for i, pts in enumerate(TIMES):
            writer.write(np.full((48, 64, 3), shade(i), np.uint8), pts)
    act = ReceiveExhibit(case_id="c", path=video, camera="n", origin="o")
    permit = Permit(act, "a", "m", (), NOW, 0, lambda: None)
    exhibit = Intake(vault, keys, records).receive(act, permit, no_progress).value
    assert isinstance(exhibit, Exhibit)

    def conceal(
        planes: Planes,
        boxes: npt.ArrayLike,
        classes: Sequence[ObjectClass | None],
        _pixel: float,
    ) -> None:
        rows = np.asarray(boxes, np.float64).reshape(-1, 4)
        assert len(classes) == len(rows)
        asked.boxes.append([tuple(row) for row in rows.tolist()])
        if len(rows):
            planes[0][24:] = 16

    yield House(
        Produce(vault, keys, records, tracks, Control(engine, records), conceal),
        exhibit,
        tracks,
        asked,
    )
    engine.dispose()


def test_a_clip_holds_exactly_the_span_with_its_own_times(house: House, tmp_path: Path) -> None:
    house.analysed()
    output = tmp_path / "clip.mp4"
    start, end = TIMES[10], TIMES[30]
    done = house.clip(start, end, output)
    assert (done.path, done.rows) == (output, 20)
    assert done.sha256 == hashlib.sha256(output.read_bytes()).hexdigest()
    with output.open("rb") as file, Recording.open(file) as recording:
        times = [int(t) * recording.index.time_base * 1000 for t in recording.index.times]
        assert times == [t - TIMES[10] for t in TIMES[10:30]]
        shown = [p.bgr()[-48:] for p in recording.pictures(0, 1 << 40)]
    for i, picture in enumerate(shown, 10):
        assert abs(float(picture[:16].mean()) - shade(i)) < 10
    # The first is included, the end is not.
    assert house.clip(start + 1, end, output).rows == 19
    assert house.clip(start, end + 1, output).rows == 21
    # Two clips that follow each other share no picture, and leave none out.
    rows = [house.clip(a, b, output).rows for a, b in ((0, start), (start, end), (end, END))]
    assert rows == [10, 20, len(TIMES) - 30]


def test_a_mandate_that_ends_stops_a_clip_before_it_appears(house: House, tmp_path: Path) -> None:
    house.analysed()
    output = tmp_path / "clip.mp4"
    act = ExportClip(case_id="c", start_ms=TIMES[0], end_ms=TIMES[20], output=output)

    def ended() -> None:
        reason = Reason("mandate-suspended", "R. 40-40", "It is suspended.", "Ask.")
        raise Refused([reason], entry=1)

    permit = Permit(act, "a", "m", (house.exhibit.id,), NOW, 0, ended)
    with pytest.raises(Refused):
        house.produce.clip(act, permit, no_progress)
    assert list(tmp_path.glob("*clip*")) == list(tmp_path.glob(".*clip*")) == []


def test_what_moves_is_concealed_wherever_it_is_shown(house: House, tmp_path: Path) -> None:
    house.analysed()
    output = tmp_path / "clip.mp4"
    house.clip(0, END, output)
    with output.open("rb") as file, Recording.open(file) as recording:
        dark = [float(p.bgr()[-18:].mean()) < 20 for p in recording.pictures(0, 1 << 40)]
    for first in (4, 20):
        # From half a second before it was noticed to half a second after.
        near = [TIMES[first] - 500 <= t <= TIMES[first + 12] + 500 for t in TIMES]
        assert all(d for d, n in zip(dark, near, strict=True) if n)
    between = [boxes for boxes in house.asked.boxes if boxes]
    # In the picture after the first look, the box is interpolated in exact time.
    step = 2.0 * (TIMES[5] - TIMES[4])
    assert any(abs(boxes[0][0] - step) < 1e-6 for boxes in between)


def test_nothing_leaves_of_what_was_not_analysed(house: House, tmp_path: Path) -> None:
    asks: list[Callable[[], Exported]] = [
        lambda: house.clip(0, 1000, tmp_path / "clip.mp4"),
        lambda: house.rows(tmp_path / "rows.txt"),
    ]
    for ask in asks:
        with pytest.raises(BadInput, match="has not been analysed") as caught:
            ask()
        assert caught.value.remedy
    assert not (tmp_path / "clip.mp4").exists()
    assert not (tmp_path / "rows.txt").exists()


def test_a_span_without_pictures_is_said(house: House, tmp_path: Path) -> None:
    house.analysed()
    with pytest.raises(BadInput, match=r"no picture from 0:00:00\.000 to 0:00:00\.100") as caught:
        house.clip(0, TIMES[0], tmp_path / "clip.mp4")
    assert f"from 0:00:00.100 to 0:00:0{END / 1000:.3f}" in caught.value.remedy


@pytest.mark.parametrize("start", [0, 50_000])
def test_a_span_beyond_the_recording_is_said(house: House, tmp_path: Path, start: int) -> None:
    house.analysed()
    with pytest.raises(BadInput, match=r"to 0:01:00\.000 reaches beyond") as caught:
        house.clip(start, 60_000, tmp_path / "clip.mp4")
    assert f"to 0:00:0{END / 1000:.3f}" in caught.value.remedy
    assert not (tmp_path / "clip.mp4").exists()


def test_rows_for_every_frame_in_the_benchmarks_form(house: House, tmp_path: Path) -> None:
    house.analysed()
    output = tmp_path / "rows.txt"
    done = house.rows(output)
    rows = [line.split(",") for line in output.read_text().splitlines()]
    assert done.rows == len(rows) == 26
    assert done.sha256 == hashlib.sha256(output.read_bytes()).hexdigest()
    assert all(row[7:] == ["-1", "-1", "-1"] and len(row) == 10 for row in rows)
    assert [(int(r[0]), int(r[1])) for r in rows] == [
        *((f, 1) for f in range(5, 18)),
        *((f, 2) for f in range(21, 34)),
    ]
    for frame, number, left, top, width, height, confidence, *_ in rows:
        first = 4 if number == "1" else 20
        assert abs(float(left) - 2 * (TIMES[int(frame) - 1] - TIMES[first])) < 0.01
        assert (top, width, height, confidence) == ("5.00", "8.00", "16.00", "0.7500")


def test_what_cannot_be_written_is_said(house: House, tmp_path: Path) -> None:
    house.analysed()
    with pytest.raises(BadInput, match="no format"):
        house.rows(tmp_path / "rows.txt", "xls")
    for place in (tmp_path, tmp_path / "absent" / "a"):
        with pytest.raises(BadInput, match="cannot be a file"):
            house.rows(place)
        with pytest.raises(BadInput, match="cannot be a file"):
            house.clip(0, END, place)


def test_a_full_disk_leaves_nothing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.analysed()
    (tmp_path / "out").mkdir()

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    asks: list[Callable[[], Exported]] = [
        lambda: house.rows(tmp_path / "out" / "a.txt"),
        lambda: house.clip(0, END, tmp_path / "out" / "a.mp4"),
    ]
    for ask in asks:
        with pytest.raises(Misconfigured):
            ask()
    assert list((tmp_path / "out").iterdir()) == []


def test_a_clip_bears_its_manifest_where_that_is_configured(
    house: House, identity: Any, tmp_path: Path
) -> None:
    house.analysed()
    output, span = tmp_path / "clip.mp4", (TIMES[10], TIMES[30])
    unsigned = house.clip(*span, output).sha256
    house.produce._clipper._sign = video_signer(True, identity.certificate, identity.passphrase)
    exported = house.clip(*span, output)
    state, manifest, _ = identity.credentials(output)
    assert state == "Trusted"
    told = {a["label"]: a["data"] for a in manifest["assertions"]}["eu.scelle.clip"]
    assert (told["start_ms"], told["end_ms"], told["copied"]) == (*span, False)
    assert (told["tracks"], told["zones"], told["lifted"]) == (2, 0, 0)
    assert exported.sha256 == hashlib.sha256(output.read_bytes()).hexdigest() != unsigned
