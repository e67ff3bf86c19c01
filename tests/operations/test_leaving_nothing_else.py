"""A clip holds pictures and what is said of them: no sound, no cover, no tag of the original."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.stream import Disposition

from scelle.footage.encode import Mp4Writer
from scelle.model.acts import ExportClip, Permit, ReceiveExhibit, no_progress
from scelle.model.evidence import Case, Exhibit, new_id
from scelle.model.geometry import Direction
from scelle.model.results import Exported
from scelle.model.tracks import Description, ObjectClass, Track
from scelle.model.zones import Keyframe, Zone
from scelle.operations.intake import Intake
from scelle.operations.produce_clip import Produce
from scelle.store.control import Control
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.vision.masking import blank_boxes, conceal_boxes

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)
TAGS = {
    "location": "+48.8566+002.3522/",
    "make": "Recorder-Maker",
    "model": "Device-77",
    "title": "Name-Of-Place",
    "comment": "Serial-123456",
    "creation_time": "2019-07-14T10:20:30.000000Z",
}
#: What a container must say of itself.
HARMLESS = {
    "major_brand",
    "minor_version",
    "compatible_brands",
    "handler_name",
    "vendor_id",
    "language",
    "ENCODER",
    "encoder",
    "DURATION",
}
COVER = cv2.imencode(".jpg", np.random.default_rng(3).integers(0, 255, (64, 64, 3), np.uint8))[1]


def original(path: Path) -> list[bytes]:
    """Two seconds with sound, tags and a cover picture; gives what must not leave."""
    sound: list[bytes] = []
    rng = np.random.default_rng(1)
    options = {"movflags": "use_metadata_tags"} if path.suffix == ".mov" else {}
    with av.open(str(path), "w", options=options) as out:
        out.metadata.update(TAGS)
        video = out.add_stream("libx264", rate=10, options={"bf": "0", "g": "5"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.metadata["handler_name"] = "Handler-Of-Device"
        audio = out.add_stream("aac", rate=8000)
        cover = None
        if path.suffix == ".mp4":
            cover = out.add_stream("mjpeg", rate=1)
            cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
            cover.disposition = Disposition.attached_pic
        for i in range(20):
            picture = np.full((48, 64, 3), 40 + 9 * i, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = i, Fraction(1, 10)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        for i in range(16):
            tone = rng.integers(-9000, 9000, (1, 1024), np.int16).astype(np.float32) / 32768
            heard = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
            heard.sample_rate, heard.pts, heard.time_base = 8000, 1024 * i, Fraction(1, 8000)
            for packet in audio.encode(heard):
                sound.append(bytes(packet))
                out.mux(packet)
        for packet in audio.encode(None):
            sound.append(bytes(packet))
            out.mux(packet)
        if cover is not None:
            packet = av.Packet(COVER.tobytes())
            packet.stream, packet.pts, packet.dts = cover, 0, 0
            out.mux(packet)
    return [s for s in sound if len(s) > 24]


@pytest.fixture
def receive(tmp_path: Path) -> Iterator[Callable[[Path], tuple[Produce, Exhibit]]]:
    engine = open_database(tmp_path / "home" / "scelle.db")
    vault, keys = Vault(tmp_path / "home" / "vault"), Keyring(tmp_path / "home")
    records, tracks = Records(engine), TrackStore(engine)
    records.add_case(Case("c", "PV-7", "flagrance", "s", "o", NOW, NOW + timedelta(days=9)))
    control = Control(engine, records)
    produce = Produce(vault, keys, records, tracks, control, conceal_boxes, blank=blank_boxes)

    def received(
        path: Path, *found: Track, zones: Sequence[tuple[Keyframe, ...]] = ()
    ) -> tuple[Produce, Exhibit]:
        act = ReceiveExhibit(case_id="c", path=path, camera="n", origin="o")
        permit = Permit(act, "a", "m", (), NOW, 0, lambda: None)
        exhibit = Intake(vault, keys, records).receive(act, permit, no_progress).value
        assert isinstance(exhibit, Exhibit)
        tracks.replace(exhibit.id, [replace(t, exhibit_id=exhibit.id) for t in found], "m")
        for zone in zones:
            one = new_id()
            control.add_zone(Zone(one, one, "c", exhibit.id, zone, "", "a", NOW, 1))
        return produce, exhibit

    yield received
    engine.dispose()


def export(produce: Produce, exhibit: Exhibit, to: Path, *span: int, native: bool) -> Exported:
    act = ExportClip(case_id="c", start_ms=span[0], end_ms=span[1], output=to, native=native)
    permit = Permit(act, "a", "m", (exhibit.id,), NOW, 57, lambda: None)
    exported = produce.clip(act, permit, no_progress).value
    assert isinstance(exported, Exported)
    return exported


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv"])
def test_no_sound_no_cover_and_no_tag_leaves(
    receive: Callable[..., tuple[Produce, Exhibit]], tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"original{ending}"
    sound = original(path)
    data = path.read_bytes()
    assert len([s for s in sound if s in data]) > 10
    assert [v for v in TAGS.values() if v.encode() in data]
    assert (COVER.tobytes() in data) == (ending == ".mp4")
    produce, exhibit = receive(path)
    hows = set()
    for name, *span in (("copied", 500, 1500), ("encoded", 600, 1400)):
        done = export(produce, exhibit, tmp_path / f"{name}.mp4", *span, native=True)
        hows.add(done.how)
        assert done.native is not None
        for left in (done.path, done.native):
            out = left.read_bytes()
            assert not [s for s in sound if s in out], left
            assert b"\xff\xd8\xff" not in out, left  # a JPEG
            for value in (*TAGS.values(), "Handler-Of-Device"):
                assert value.encode() not in out, (left, value)
            with av.open(str(left)) as file:
                assert [s.type for s in file.streams if s.type != "subtitle"] == ["video"]
                assert not {p.stream.type for p in file.demux()} - {"video", "subtitle"}
                told = dict(file.metadata) | dict(file.streams.video[0].metadata)
                assert set(told) <= HARMLESS, left
        with av.open(str(done.path)) as file:
            texts = [bytes(p)[2:].decode() for p in file.demux(subtitles=0) if p.size]
        assert "no sound" in texts[0]
    assert hows == ({"stream copy", "encoded again"} if ending != ".mkv" else {"encoded again"})


def worn(path: Path, digit: int, step: int) -> None:
    """Somebody with a digit on the head, who goes right by so many pixels a picture."""
    path.parent.mkdir(parents=True)
    with Mp4Writer(path, 160, 240, Fraction(1, 10), rate=Fraction(10), crf=0) as writer:
        for i in range(12):
            picture, at = np.full((240, 160, 3), 90, np.uint8), (66 + step * i, 60)
            cv2.putText(picture, str(digit), at, cv2.FONT_HERSHEY_SIMPLEX, 1, (230, 230, 230), 3)
            writer.write(picture, i)


def person(top: int) -> Track:
    """Who stands still, their head where the digit is if ``top`` is 30."""
    pts = np.arange(12, dtype=np.int64)
    boxes = np.tile(np.array([[50, top, 60, 200]], np.float32), (12, 1))
    described = Description(True, (), (), (), 60, 200, Direction.RIGHT, 1.0, 1100)
    return Track(
        "t-1", "t", 1, ObjectClass.PERSON, 0.9, "", Fraction(1, 10), pts, pts, boxes,
        np.ones(12, np.bool_), described,
    )  # fmt: skip


STILL = (Keyframe(500, 60, 30, 36, 40),)
MOVING = (Keyframe(0, 60, 30, 36, 40), Keyframe(1000, 120, 30, 36, 40))


@pytest.mark.parametrize(
    ("step", "tracks", "zones", "hides"),
    [
        (0, [person(30)], [], True),
        (0, [person(210)], [], False),  # elsewhere in the picture, it hides no digit
        (0, [], [STILL], True),
        (6, [], [MOVING], True),
        (6, [person(210)], [STILL], False),
    ],
    ids=["head", "head elsewhere", "zone", "moving zone", "zone left behind"],
)
def test_a_clip_is_the_same_to_the_byte_whatever_was_under_a_mask(
    receive: Callable[..., tuple[Produce, Exhibit]],
    tmp_path: Path,
    step: int,
    tracks: list[Track],
    zones: list[tuple[Keyframe, ...]],
    hides: bool,
) -> None:
    seen = set()
    for digit in (0, 1, 7):
        path = tmp_path / str(digit) / "o.mp4"
        worn(path, digit, step)
        found = [replace(t, id=f"{digit}-1") for t in tracks]
        produce, exhibit = receive(path, *found, zones=zones)
        done = export(produce, exhibit, tmp_path / "clip.mp4", 0, 1000, native=False)
        # The whole groups of pictures are no reason to hand out what is concealed in them.
        assert done.how == "encoded again"
        seen.add(done.sha256)
    assert len(seen) == (1 if hides else 3)
