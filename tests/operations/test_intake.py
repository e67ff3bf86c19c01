import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, cast

import av
import numpy as np
import pytest
from sqlalchemy import Engine

from scelle.engine import protection
from scelle.engine.protection import Protection
from scelle.errors import BadInput, Misconfigured, Refused, UnreadableSource
from scelle.footage.encode import Mp4Writer
from scelle.footage.index import PacketIndex
from scelle.footage.recording import Recording
from scelle.model.acts import Outcome, Permit, ReceiveExhibit, no_progress
from scelle.model.evidence import Case, Exhibit, FindingKind
from scelle.operations import copying
from scelle.operations.intake import Intake
from scelle.operations.original import open_original, read_index
from scelle.operations.sandbox import Sandbox
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.stream import CHUNK, HEADER, TAG
from scelle.store.vault import Vault

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)
CASE = "c"


@dataclass
class House:
    home: Path
    engine: Engine
    vault: Vault
    keys: Keyring
    records: Records
    intake: Intake

    def files(self) -> list[str]:
        return sorted(
            str(p.relative_to(self.vault.root))
            for p in self.vault.root.rglob("*")
            if p.is_file() and p.name != ".receiving"
        )

    def receive(
        self, path: Path, recheck: Callable[[], None] = lambda: None, **changed: Any
    ) -> Outcome:
        act = ReceiveExhibit(
            case_id=CASE,
            path=path,
            camera="north",
            origin="PV 12",
            recorded_at=NOW,
            clock_offset=Fraction(-7, 2),
            clock_proof="a still",
        )
        act = replace(act, **changed)
        permit = Permit(act, "a", "m", (), NOW, 0, recheck)
        return self.intake.receive(act, permit, no_progress)

    def untouched(self) -> bool:
        return self.files() == [] and self.records.exhibits(CASE) == ()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    engine = open_database(home / "scelle.db")
    vault, keys, records = Vault(home / "vault"), Keyring(home), Records(engine)
    records.add_case(
        Case(CASE, "2026/17", "flagrance", "sru", "theft", NOW, NOW + timedelta(days=1096))
    )
    yield House(home, engine, vault, keys, records, Intake(vault, keys, records))
    engine.dispose()


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "night.mp4"
    with Mp4Writer(path, 64, 48, Fraction(1, 25)) as writer:
        for i in range(50):
            writer.write(np.full((48, 64, 3), i * 3, np.uint8), i)
    return path


def test_a_recording_is_received_whole(house: House, video: Path) -> None:
    told: list[tuple[str, float, float, str]] = []
    act = ReceiveExhibit(case_id=CASE, path=video, camera="north", origin="PV 12")
    permit = Permit(act, "a", "m", (), NOW, 0, lambda: None)

    def progress(stage: str, done: float, total: float, unit: str) -> None:
        told.append((stage, done, total, unit))

    outcome = house.intake.receive(act, permit, progress)
    exhibit = outcome.value
    assert isinstance(exhibit, Exhibit)
    raw = video.read_bytes()
    assert exhibit.sha256 == hashlib.sha256(raw).hexdigest()
    assert (exhibit.size, exhibit.name, exhibit.received_at) == (len(raw), "night.mp4", NOW)
    assert exhibit.stream.frames_expected == 50
    assert exhibit.stream.duration == 2
    assert (exhibit.stream.container, exhibit.stream.codec) == ("mov", "h264")
    assert house.records.exhibit(exhibit.id) == exhibit
    assert [t for t in told if t[0] == "receive"][-1] == ("receive", len(raw), len(raw), "bytes")
    assert outcome.objects == {exhibit.id: exhibit.sha256}
    assert outcome.counts["exhibits"] == 1
    assert outcome.counts["already_received"] == 0
    assert outcome.counts["cameras"] == 1
    # What lies in the vault is the original, encrypted, and decodes from there.
    key = house.keys.case_key(CASE)
    assert house.vault.read(CASE, f"original/{exhibit.id}", key) == raw
    assert house.files() == [f"{CASE}/index/{exhibit.id}", f"{CASE}/original/{exhibit.id}"]
    assert b"ftyp" not in (house.vault.root / CASE / "original" / exhibit.id).read_bytes()
    index = PacketIndex.from_bytes(house.vault.read(CASE, f"index/{exhibit.id}", key))
    with (
        house.vault.open(CASE, f"original/{exhibit.id}", key) as file,
        Recording.open(cast("BinaryIO", file), index=index) as recording,
    ):
        assert len(list(recording.pictures(0, 50))) == 50
    assert video.read_bytes() == raw


def test_each_camera_of_a_case_is_counted_once(house: House, video: Path, tmp_path: Path) -> None:
    counted = []
    for number, camera in enumerate(("north", "south", "north")):
        path = tmp_path / f"{number}.mp4"
        with Mp4Writer(path, 64, 48, Fraction(1, 25), rate=Fraction(25)) as writer:
            for i in range(12):
                writer.write(np.full((48, 64, 3), 20 * number + i, np.uint8), i)
        act = ReceiveExhibit(case_id=CASE, path=path, camera=camera, origin="PV 12")
        permit = Permit(act, "a", "m", (), NOW, 0, lambda: None)
        counted.append(house.intake.receive(act, permit, no_progress).counts["cameras"])
    assert counted == [1, 1, 0]


def test_the_clock_is_noted_beside_the_recording(house: House, video: Path) -> None:
    exhibit = house.receive(video).value
    assert isinstance(exhibit, Exhibit)
    assert exhibit.clock.recorded_at == NOW
    assert exhibit.clock.offset == Fraction(-7, 2)
    assert exhibit.clock.proof == "a still"


def test_the_stated_time_zone_is_kept(house: House, video: Path) -> None:
    stated = datetime.fromisoformat("2026-03-01T22:00:00+01:00")
    act = ReceiveExhibit(case_id=CASE, path=video, camera="n", origin="o", recorded_at=stated)
    received = house.intake.receive(
        act, Permit(act, "a", "m", (), NOW, 0, lambda: None), no_progress
    )
    assert isinstance(received.value, Exhibit)
    kept = house.records.exhibit(received.value.id)
    for at in (kept.clock.recorded_at, kept.recorder_time(0), kept.real_time(0)):
        assert at is not None
        assert at.isoformat() == stated.isoformat()


def test_the_same_bytes_are_one_exhibit(house: House, video: Path, tmp_path: Path) -> None:
    first = house.receive(video)
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(video.read_bytes())
    files = house.files()
    second = house.receive(copy)
    assert second.value == first.value
    assert second.counts == {
        "exhibits": 0,
        "already_received": 1,
        "cameras": 0,
        "recorded_seconds": 0,
        "bytes": 0,
    }
    assert house.files() == files
    assert len(house.records.exhibits(CASE)) == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"camera": "south"}, "the camera 'north', not 'south'"),
        ({"origin": "seal 9"}, "the origin 'PV 12', not 'seal 9'"),
        ({"clock_offset": Fraction(7, 2)}, "the clock's offset -3.5 s, not +3.5 s"),
        ({"clock_proof": ""}, "the clock's proof 'a still', not ''"),
        ({"recorded_at": None}, "the recorder's time 2026-03-01T22:00:00+00:00, not unstated"),
        (
            {"recorded_at": NOW.astimezone(timezone(timedelta(hours=1)))},
            "not 2026-03-01T23:00:00+01:00",
        ),
    ],
)
def test_the_same_bytes_with_other_facts_are_refused(
    house: House, video: Path, changed: dict[str, Any], said: str
) -> None:
    first = house.receive(video).value
    assert isinstance(first, Exhibit)
    files = house.files()
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        house.receive(video, **changed)
    assert first.id in str(caught.value)
    assert "Nothing was changed" in str(caught.value)
    assert caught.value.remedy
    assert house.files() == files
    assert house.records.exhibits(CASE) == (first,)


@pytest.mark.parametrize("option", ["camera", "origin"])
@pytest.mark.parametrize("blank", ["", " \t"])
def test_camera_and_origin_must_be_stated(
    house: House, video: Path, option: str, blank: str
) -> None:
    with pytest.raises(BadInput, match=f"No {option}") as caught:
        house.receive(video, **cast("Any", {option: blank}))
    assert f"--{option}" in caught.value.remedy
    assert house.untouched()


def test_two_that_receive_the_same_bytes_at_once_keep_one(house: House, video: Path) -> None:
    gate = threading.Barrier(2)
    got: list[object] = []

    def meet() -> None:
        gate.wait(10)

    def receive() -> None:
        # Both have copied before either records.
        got.append(house.receive(video, recheck=meet).value)

    threads = [threading.Thread(target=receive) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 2
    assert got[0] == got[1]
    assert len(house.records.exhibits(CASE)) == 1
    assert len(house.files()) == 2


def test_what_is_not_a_recording_leaves_nothing(house: House, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("not video\n" * 1000)
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nrtsp://camera/1\n")
    for path in ("a.txt", "empty.mp4", "list.m3u8", ".", "absent.mp4"):
        with pytest.raises(UnreadableSource) as caught:
            house.receive(tmp_path / path)
        assert caught.value.remedy
        assert house.untouched()
    with pytest.raises(UnreadableSource):
        house.receive(Path("rtsp://camera/1"))
    assert house.untouched()


def test_a_file_that_changes_while_it_is_read_leaves_nothing(house: House, video: Path) -> None:
    act = ReceiveExhibit(case_id=CASE, path=video, camera="north", origin="PV 12")
    permit = Permit(act, "a", "m", (), NOW, 0, lambda: None)

    def touch(stage: str, done: float, total: float, unit: str) -> None:
        os.utime(video, ns=(1, 1))

    with pytest.raises(UnreadableSource, match="changed while it was read"):
        house.intake.receive(act, permit, touch)
    assert house.untouched()


def test_a_stop_can_be_gone_on_with(house: House, video: Path) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.receive(video, recheck=stop)
    assert house.records.exhibits(CASE) == ()
    assert house.intake.sweep() == 0
    assert house.receive(video).counts["exhibits"] == 1
    assert len(house.files()) == 2


@pytest.mark.parametrize("error", [RuntimeError(), Refused([], entry=1)])
def test_a_stop_leaves_nothing(house: House, video: Path, error: BaseException) -> None:
    def stop() -> None:
        raise error

    with pytest.raises(type(error)):
        house.receive(video, recheck=stop)
    assert house.untouched()
    assert house.receive(video).counts["exhibits"] == 1


@pytest.mark.parametrize("step", ["write", "add_exhibit"])
def test_a_full_disk_leaves_nothing(
    house: House, video: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise Misconfigured("no room", remedy="Free some space.")

    monkeypatch.setattr(house.vault if step == "write" else house.records, step, full)
    with pytest.raises(Misconfigured):
        house.receive(video)
    assert house.untouched()


def test_in_production_nothing_is_decoded_without_a_sandbox(
    house: House, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel without seccomp: refused before a byte is decoded, and nothing is left."""
    monkeypatch.setattr(protection, "offered", lambda: Protection(0, False))
    strict = Intake(house.vault, house.keys, house.records, Sandbox(production=True))
    monkeypatch.setattr(house, "intake", strict)
    with pytest.raises(Misconfigured, match="SCELLE_PRODUCTION") as caught:
        house.receive(video)
    assert "scelle health" in caught.value.remedy
    assert house.untouched()
    # For trials it is let be, and said.
    monkeypatch.setattr(house, "intake", Intake(house.vault, house.keys, house.records, Sandbox()))
    assert house.receive(video).counts["exhibits"] == 1


LARGE = 192 << 20
"""Bytes: enough to be killed in the middle of."""

KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from scelle.model.acts import Permit, ReceiveExhibit, no_progress
from scelle.operations.intake import Intake
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

home, video, when = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
records = Records(open_database(home / "scelle.db"))
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
act = ReceiveExhibit(case_id="c", path=video, camera="n", origin="o")
permit = Permit(act, "a", "m", (), datetime.now(UTC), 0, die if when == "copied" else lambda: None)
if when == "probed":
    records.add_exhibit = die
Intake(Vault(home / "vault"), Keyring(home), records).receive(
    act, permit, die if when == "copying" else no_progress)
"""


@pytest.mark.parametrize(("when", "left"), [("copying", 2), ("copied", 2), ("probed", 3)])
def test_what_a_killed_process_leaves_is_gone_on_with_or_swept(
    house: House, video: Path, monkeypatch: pytest.MonkeyPatch, when: str, left: int
) -> None:
    kept = house.receive(video).value
    assert isinstance(kept, Exhibit)
    files = house.files()
    other = video.with_name("other.mp4")
    with Mp4Writer(other, 64, 48, Fraction(1, 25)) as writer:
        writer.write(np.zeros((48, 64, 3), np.uint8), 0)
    command = [sys.executable, "-c", KILLED, str(house.home), str(other), when]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert len(house.files()) == len(files) + left
    # For a week the same command goes on with it; the index alone is made anew.
    assert house.intake.sweep() == (1 if when == "probed" else 0)
    begun = next(f for f in house.files() if f not in files)
    received = house.receive(other)
    assert received.counts["exhibits"] == 1
    assert isinstance(received.value, Exhibit)
    assert received.value.id in begun
    assert received.value.sha256 == hashlib.sha256(other.read_bytes()).hexdigest()
    assert len(house.files()) == len(files) + 2
    # After that it is swept.
    third = video.with_name("third.mp4")
    third.write_bytes(other.read_bytes() + b"\0\0\0\x08free")
    files = house.files()
    command[4] = str(third)
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    monkeypatch.setattr(house.vault, "age", lambda *_: float("inf"))
    assert house.intake.sweep() == left
    assert house.files() == files
    assert len(house.records.exhibits(CASE)) == 2


def _part_above(folder: Path, size: int) -> Path | None:
    """A file still being written that holds at least so many bytes."""
    for part in folder.rglob("*.part"):
        with suppress(FileNotFoundError):
            if part.stat().st_size >= size:
                return part
    return None


def test_a_large_file_is_gone_on_with_at_the_last_chunk_that_opens(
    house: House, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed anywhere from outside, and the last chunk torn: nothing before it is written twice."""
    sealed = CHUNK + TAG
    with video.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(b"\0\0\0\1free" + (LARGE + 16).to_bytes(8, "big"))
        file.truncate(file.tell() + LARGE)
    command = [sys.executable, "-c", KILLED, str(house.home), str(video), "by the test"]
    process, half = subprocess.Popen(command), LARGE // 3
    try:
        # The receipt beside it is a part for a moment too, gone when it is looked at again.
        while not (part := _part_above(house.vault.root, half)):
            assert process.poll() is None, "it ended before half was written"
            time.sleep(0.001)
    finally:
        process.kill()
        process.wait()
    left = part.read_bytes()
    whole = (len(left) - HEADER) // sealed
    assert half // sealed <= whole < LARGE // CHUNK
    # The disk kept less of the last whole chunk than was written.
    torn = HEADER + whole * sealed - 100
    with part.open("r+b") as file:
        file.seek(torn)
        file.write(bytes(100))
    begun: list[int] = []

    def from_there(source: Any, start: int, *rest: Any) -> None:
        begun.append(start)
        pump(source, start, *rest)

    pump = copying.pump
    monkeypatch.setattr(copying, "pump", from_there)
    received = house.receive(video).value
    assert isinstance(received, Exhibit)
    assert begun == [(whole - 1) * CHUNK]
    with video.open("rb") as plain:
        assert received.sha256 == hashlib.file_digest(plain, "sha256").hexdigest()
    kept = HEADER + (whole - 1) * sealed
    with (house.vault.root / CASE / "original" / received.id).open("rb") as stored:
        assert stored.read(kept) == left[:kept], "another salt: it was begun anew"
    with house.vault.open(CASE, f"original/{received.id}", house.keys.case_key(CASE)) as opened:
        assert hashlib.file_digest(opened, "sha256").hexdigest() == received.sha256
    assert not list(house.vault.root.rglob("*.part"))


def test_the_sweep_spares_what_is_being_received(house: House, video: Path) -> None:
    swept: list[int] = []
    house.receive(video, recheck=lambda: swept.append(house.intake.sweep()))
    assert swept == [0]
    assert len(house.files()) == 2


def film(path: Path, pictures: int = 50, streams: int = 1) -> Path:
    if streams == 1:
        with Mp4Writer(path, 64, 48, Fraction(1, 25)) as writer:
            for i in range(pictures):
                writer.write(np.full((48, 64, 3), i * 3 % 256, np.uint8), i)
        return path
    with av.open(str(path), "w", format="matroska") as out:
        made = [out.add_stream("mpeg4", rate=25) for _ in range(streams)]
        for stream in made:
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(pictures):
            for n, stream in enumerate(made):
                shade = np.full((48, 64, 3), (i * 3 + 100 * n) % 256, np.uint8)
                frame = av.VideoFrame.from_ndarray(shade, format="bgr24")
                frame.pts, frame.time_base = i, Fraction(1, 25)
                out.mux(stream.encode(frame))
        for stream in made:
            out.mux(stream.encode(None))
    return path


def test_each_further_video_stream_is_a_view(house: House, tmp_path: Path) -> None:
    path = film(tmp_path / "two.mkv", streams=2)
    received = house.receive(path)
    first, second = house.records.exhibits(CASE)
    assert received.value == first
    assert (first.view, second.view) == (0, 1)
    assert second.id == f"{first.id}.2"
    assert first.sha256 == second.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert second.name == "two.mkv (view 2)"
    assert FindingKind.VIEWS in {f.kind for f in first.findings}
    key = house.keys.case_key(CASE)
    shades = []
    for each in (first, second):
        index = read_index(house.vault, CASE, each.id, key)
        with open_original(house.vault, CASE, each.id, key, index) as recording:
            picture = next(recording.stills([20]))
            shades.append(int(picture.luma.mean()))
    assert abs(shades[1] - shades[0]) > 50
    # The file is one exhibit still, however often it comes.
    assert house.receive(path).value == first
    assert house.intake.sweep() == 0
    assert len(house.files()) == 3


def test_a_split_recording_is_one_exhibit_with_its_gap(house: House, tmp_path: Path) -> None:
    one = film(tmp_path / "ch1_20260301220000.mp4", 50)
    two = film(tmp_path / "ch1_20260301220005.mp4", 25)
    exhibit = house.receive(one, also=(two,)).value
    assert isinstance(exhibit, Exhibit)
    assert exhibit.stream.frames_expected == 75
    assert exhibit.stream.duration == 6
    digests = [hashlib.sha256(p.read_bytes()).hexdigest() for p in (one, two)]
    assert [p.sha256 for p in exhibit.parts] == digests
    assert [p.start_ms for p in exhibit.parts] == [0, 5000]
    lines = "".join(f"{digest}\n" for digest in digests)
    assert exhibit.sha256 == hashlib.sha256(lines.encode()).hexdigest()
    gaps = [f for f in exhibit.findings if f.kind is FindingKind.GAP]
    assert [(f.start_ms, f.end_ms) for f in gaps] == [(2000, 5000)]
    assert exhibit.size == one.stat().st_size + two.stat().st_size
    key = house.keys.case_key(CASE)
    index = read_index(house.vault, CASE, exhibit.id, key)
    with open_original(house.vault, CASE, exhibit.id, key, index) as recording:
        pictures = recording.pictures(int(index.times[0]), int(index.times[-1]) + 1)
        assert [p.frame for p in pictures] == list(range(75))
    assert house.records.exhibit(exhibit.id) == exhibit
    assert house.receive(one, also=(two,)).counts["already_received"] == 1
    assert house.intake.sweep() == 0
    assert len(house.files()) == 3


def test_a_part_that_is_no_recording_leaves_nothing(house: House, tmp_path: Path) -> None:
    one = film(tmp_path / "a.mp4")
    (tmp_path / "b.mp4").write_bytes(b"nothing")
    with pytest.raises(UnreadableSource):
        house.receive(one, also=(tmp_path / "b.mp4",))
    assert house.untouched()


def test_times_that_cannot_be_true_are_refused_and_a_rate_mends_them(
    house: House, tmp_path: Path
) -> None:
    path = tmp_path / "long.mp4"
    with Mp4Writer(path, 64, 48, Fraction(1, 25)) as writer:
        for i in range(3):
            writer.write(np.full((48, 64, 3), i * 3, np.uint8), i * 25 * 86400 * 200)
    with pytest.raises(UnreadableSource, match="span 600 days") as caught:
        house.receive(path)
    assert "--rate" in caught.value.remedy
    assert house.untouched()
    exhibit = house.receive(path, rate=Fraction(10)).value
    assert isinstance(exhibit, Exhibit)
    # Places are rounded to the unit of time that the file has, 1/25 s.
    assert abs(exhibit.stream.duration - Fraction(3, 10)) < Fraction(1, 25)
