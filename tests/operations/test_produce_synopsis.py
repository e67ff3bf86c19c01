from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scelle.errors import BadInput, Misconfigured, NotFound, Refused
from scelle.model.acts import MakeSynopsis, Outcome, Permit, Reason, ViewSynopsis, no_progress
from scelle.model.evidence import Case, Exhibit, Stream
from scelle.model.geometry import Direction
from scelle.model.results import Synopsis
from scelle.model.time import Clock
from scelle.model.tracks import Description, ObjectClass, Track, TrackQuery, Tube
from scelle.operations.produce_synopsis import ProduceSynopsis
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.tubes import to_bytes
from scelle.vision.masking import conceal_object

UInt8Array = npt.NDArray[np.uint8]
Int64Array = npt.NDArray[np.int64]

AT = datetime(2026, 3, 1, 22, tzinfo=UTC)
BASE = Fraction(1, 1000)
SIZE = (321, 240)  # odd on purpose: pictures of a vault's background have even sides


@dataclass
class House:
    """Stores with one case, and the handler that is tested."""

    vault: Vault
    keys: Keyring
    records: Records
    tracks: TrackStore
    handler: ProduceSynopsis
    key: bytes
    case: Case

    def receive(self, exhibit_id: str, *, camera: str = "gate", start_pts: int = 0) -> Exhibit:
        stream = Stream("mp4", "h264", "yuv420p", *SIZE, BASE, 1500, 5, start_pts, Fraction(60))
        exhibit = Exhibit(
            exhibit_id,
            self.case.id,
            hashlib.sha256(exhibit_id.encode()).hexdigest(),
            1,
            f"{exhibit_id}.mp4",
            camera,
            "seal 7",
            Clock(recorded_at=AT),
            stream,
            AT,
        )
        self.records.add_exhibit(exhibit)
        return exhibit

    def analyse(self, exhibit: Exhibit, starts: tuple[int, ...], *, without: int = -1) -> None:
        """One walker a start, each on its own row; ``without`` has no tube."""
        tracks = []
        for number, start in enumerate(starts, 1):
            pts = start + 100 * np.arange(20, dtype=np.int64)
            left = 10 + 10 * np.arange(20)
            boxes = np.stack([left, np.full(20, 30 * number), *(np.full(20, 25),) * 2], axis=1)
            tracks.append(_track(exhibit.id, number, pts, boxes))
            if number != without:
                picture = cv2.imencode(".jpg", np.full((25, 25, 3), (20, 20, 200), np.uint8))[1]
                mask = cv2.imencode(".png", np.full((25, 25), 255, np.uint8))[1]
                tube = Tube(
                    f"{exhibit.id}-{number}",
                    exhibit.id,
                    BASE,
                    pts,
                    boxes.astype(np.int64),
                    (picture.tobytes(),) * 20,
                    (mask.tobytes(),) * 20,
                )
                self.vault.write(self.case.id, f"tube/{tube.track_id}", self.key, to_bytes(tube))
        ground = np.full((240, 320, 3), 90, np.uint8)
        scene = cv2.imencode(".jpg", ground)[1].tobytes()
        self.vault.write(self.case.id, f"background/{exhibit.id}-{0:012d}", self.key, scene)
        self.tracks.replace(exhibit.id, tracks, "aa" * 32)

    def make(self, act: MakeSynopsis, *exhibits: Exhibit, allowed: int = 10**9) -> Outcome:
        return self.handler.make(act, self.permit(act, exhibits, allowed), no_progress)

    def permit(
        self, act: MakeSynopsis | ViewSynopsis, exhibits: tuple[Exhibit, ...], allowed: int
    ) -> Permit:
        looks = iter(range(allowed))

        def recheck() -> None:
            if next(looks, None) is None:
                reason = Reason("mandate-active", "R. 40-40", "Suspended.", "Ask the magistrate.")
                raise Refused((reason,), entry=1)

        return Permit(act, "officer", "m", tuple(e.id for e in exhibits), AT, 1, recheck)

    def left(self) -> tuple[str, ...]:
        return tuple(n for n in self.vault.names(self.case.id) if n.startswith("synopsis"))


def _track(exhibit_id: str, number: int, pts: Int64Array, boxes: Int64Array) -> Track:
    description = Description(
        moving=True,
        colours=(),
        upper=(),
        lower=(),
        width=25,
        height=25,
        direction=Direction.RIGHT,
        speed=100,
        dwell_ms=1900,
    )
    return Track(
        f"{exhibit_id}-{number}",
        exhibit_id,
        number,
        ObjectClass.UNKNOWN,
        0.5,
        "motion",
        BASE,
        pts // 40,
        pts,
        boxes.astype(np.float32),
        np.ones(len(pts), np.bool_),
        description,
    )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = open_database(tmp_path / "scelle.db")
    records, tracks = Records(engine), TrackStore(engine)
    vault, keys = Vault(tmp_path / "vault"), Keyring(tmp_path)
    case = Case("c" * 26, "PV-1", "preliminaire", "SR", "theft", AT, AT.replace(year=2029))
    key = keys.create_case_key(case.id)
    records.add_case(case)
    handler = ProduceSynopsis(vault, keys, records, tracks, conceal_object)
    yield House(vault, keys, records, tracks, handler, key, case)
    engine.dispose()


def frames(video: bytes) -> list[UInt8Array]:
    with av.open(io.BytesIO(video), mode="r") as container:
        return [
            np.asarray(f.to_ndarray(format="bgr24"), np.uint8) for f in container.decode(video=0)
        ]


def test_a_synopsis_is_kept_copied_recorded_and_played(house: House, tmp_path: Path) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000, 50_000))
    output = tmp_path / "copy.mp4"
    outcome = house.make(MakeSynopsis(case_id=house.case.id, output=output), exhibit)
    made = outcome.value
    assert isinstance(made, Synopsis)
    assert (made.tracks_total, made.tracks_shown) == (3, 3)
    assert made.source_s == 60
    assert made.duration_s == 2.0, "three on different rows play at once"
    assert made.collision <= 0.05
    assert house.records.synopsis(made.id) == made
    act = ViewSynopsis(case_id=house.case.id, synopsis_id=made.id)
    played = house.handler.view(act, house.permit(act, (exhibit,), 9), no_progress).value
    assert isinstance(played, bytes)
    assert played == output.read_bytes()
    assert outcome.objects[made.id] == hashlib.sha256(played).hexdigest()
    pictures = frames(played)
    assert len(pictures) == 20
    strip = pictures[0].shape[0] - SIZE[1]
    for row in (30, 60, 90):
        spot = pictures[0][strip + row + 12, 22]
        assert int(spot[2]) - int(spot[0]) > 80, "all three are there"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_track_without_pictures_is_counted_and_not_shown(house: House) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000, 50_000), without=2)
    made = house.make(MakeSynopsis(case_id=house.case.id), exhibit).value
    assert isinstance(made, Synopsis)
    assert (made.tracks_total, made.tracks_shown) == (3, 2)


def test_recordings_of_one_camera_share_a_synopsis(house: House) -> None:
    first, second = house.receive("e"), house.receive("f", start_pts=777)
    house.analyse(first, (0,))
    house.analyse(second, (1000,))
    made = house.make(MakeSynopsis(case_id=house.case.id), first, second).value
    assert isinstance(made, Synopsis)
    assert (made.tracks_shown, made.source_s) == (2, 120)
    rows = json.loads(house.vault.read(house.case.id, f"synopsis-table/{made.id}", house.key))
    assert [(r["track"], r["exhibit"], r["original_ms"], r["lasts_ms"]) for r in rows] == [
        ("e-1", "e", 0, 2000),
        ("f-1", "f", 1000, 2000),
    ]
    assert [r["appears_ms"] for r in rows] == sorted(r["appears_ms"] for r in rows)


def test_two_cameras_need_two_synopses(house: House) -> None:
    first, second = house.receive("e"), house.receive("f", camera="yard")
    house.analyse(first, (0,))
    house.analyse(second, (0,))
    with pytest.raises(BadInput, match="one camera") as refused:
        house.make(MakeSynopsis(case_id=house.case.id), first, second)
    assert "--exhibit" in refused.value.remedy


def test_nothing_found_and_nothing_analysed_are_told_apart(house: House, tmp_path: Path) -> None:
    exhibit = house.receive("e")
    output = tmp_path / "copy.mp4"
    act = MakeSynopsis(case_id=house.case.id, output=output)
    with pytest.raises(BadInput, match="Not analysed"):
        house.make(act, exhibit)
    house.analyse(exhibit, (0,))
    nobody = replace(act, query=TrackQuery(direction=Direction.UP))
    with pytest.raises(BadInput, match="nothing to show") as refused:
        house.make(nobody, exhibit)
    assert refused.value.remedy
    unread = house.receive("f")
    made = house.make(act, exhibit, unread).value
    assert isinstance(made, Synopsis)
    assert made.exhibit_ids == ("e",), "what was not analysed is not claimed"
    with pytest.raises(BadInput, match=r"f\.mp4"):
        house.make(replace(act, exhibit_ids=("e", "f")), exhibit, unread)


@pytest.mark.parametrize("allowed", [0, 1])
def test_a_mandate_that_ends_half_way_leaves_nothing(
    house: House, tmp_path: Path, allowed: int
) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000))
    output = tmp_path / "copy.mp4"
    act = MakeSynopsis(case_id=house.case.id, output=output)
    with pytest.raises(Refused):
        house.make(act, exhibit, allowed=allowed)
    assert house.left() == ()
    assert house.records.synopses(house.case.id) == ()
    assert not output.exists()


def test_a_copy_that_cannot_be_written_leaves_nothing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000))
    with pytest.raises(BadInput):
        house.make(MakeSynopsis(case_id=house.case.id, output=tmp_path), exhibit)
    with pytest.raises(BadInput):
        house.make(MakeSynopsis(case_id=house.case.id, output=tmp_path / "no" / "x.mp4"), exhibit)
    output = tmp_path / "copy.mp4"

    opened = Path.open

    def full(path: Path, mode: str = "r") -> object:
        if path.name.startswith(".copy.mp4") and mode == "wb":
            raise OSError(28, "No space left on device")
        return opened(path, mode)

    act = MakeSynopsis(case_id=house.case.id, output=output)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", full)
        with pytest.raises(Misconfigured):
            house.make(act, exhibit)

    def stopped(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(house.records, "add_synopsis", stopped)
        with pytest.raises(KeyboardInterrupt):
            house.make(act, exhibit)
    assert house.left() == ()
    assert house.records.synopses(house.case.id) == ()
    assert [p for p in tmp_path.iterdir() if "copy" in p.name] == []
    house.make(act, exhibit)
    assert output.exists()


def test_a_synopsis_of_another_case_is_not_found(house: House) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0,))
    made = house.make(MakeSynopsis(case_id=house.case.id), exhibit).value
    assert isinstance(made, Synopsis)
    act = ViewSynopsis(case_id="d" * 26, synopsis_id=made.id)
    with pytest.raises(NotFound):
        house.handler.view(act, house.permit(act, (exhibit,), 9), no_progress)


def test_the_same_tracks_give_the_same_bytes(house: House) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000))
    act = MakeSynopsis(case_id=house.case.id)
    first, second = (house.make(act, exhibit) for _ in range(2))
    assert set(first.objects) != set(second.objects)
    assert list(first.objects.values()) == list(second.objects.values())
