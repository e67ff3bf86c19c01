"""Packets cut out of real recordings are those that were in them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from scelle.errors import BadInput
from scelle.footage.index import PacketIndex
from scelle.footage.recording import Recording
from scelle.model.acts import ExportClip, Permit, ReceiveExhibit, no_progress
from scelle.model.evidence import Case, Exhibit
from scelle.operations import cutting
from scelle.operations.cutting import clean_cut
from scelle.operations.intake import Intake
from scelle.operations.original import read_index
from scelle.operations.produce_clip import Produce
from scelle.store.control import Control
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.vision.masking import conceal_boxes

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)


@dataclass
class Desk:
    """One real recording, analysed as if nothing had moved in it."""

    produce: Produce
    exhibit: Exhibit
    vault: Vault
    key: bytes
    path: Path

    def clip(self, start_ms: int, end_ms: int, output: Path, *, native: bool = False) -> object:
        act = ExportClip(
            case_id="c", start_ms=start_ms, end_ms=end_ms, output=output, native=native,
            recipient="Juge R.",
        )  # fmt: skip
        permit = Permit(act, "a", "m", (self.exhibit.id,), NOW, 57, lambda: None)
        return self.produce.clip(act, permit, no_progress)


@pytest.fixture
def desk(footage: Path, tmp_path: Path) -> Iterator[Callable[[str], Desk]]:
    engine = open_database(tmp_path / "home" / "scelle.db")
    vault, keys = Vault(tmp_path / "home" / "vault"), Keyring(tmp_path / "home")
    records, tracks = Records(engine), TrackStore(engine)
    records.add_case(Case("c", "PV-7", "flagrance", "s", "o", NOW, NOW + timedelta(days=9)))

    def received(name: str) -> Desk:
        path = footage / name
        act = ReceiveExhibit(case_id="c", path=path, camera="n", origin="o", recorded_at=NOW)
        permit = Permit(act, "a", "m", (), NOW, 0, lambda: None)
        exhibit = Intake(vault, keys, records).receive(act, permit, no_progress).value
        assert isinstance(exhibit, Exhibit)
        tracks.replace(exhibit.id, [], "m")
        control = Control(engine, records)
        produce = Produce(vault, keys, records, tracks, control, conceal_boxes)
        return Desk(produce, exhibit, vault, keys.case_key("c"), path)

    yield received
    engine.dispose()


def packets(path: Path) -> list[str]:
    with av.open(str(path)) as file:
        return [
            hashlib.sha256(memoryview(p)).hexdigest()
            for p in file.demux(file.streams.video[0])
            if p.size
        ]


def pictures(path: Path, rows: int = 0) -> list[npt.NDArray[np.uint8]]:
    """The last ``rows`` rows of each picture; all of them for 0."""
    with path.open("rb") as file, Recording.open(file) as recording:
        return [p.bgr()[-rows:] for p in recording.pictures(0, 1 << 60)]


INTEL = "intel-one-by-one-person/one-by-one-person-detection.mp4"


def test_a_span_of_whole_groups_is_copied_without_a_loss(
    desk: Callable[[str], Desk], tmp_path: Path
) -> None:
    own = desk(INTEL)
    done = own.clip(1000, 3000, tmp_path / "copy.mp4")
    assert done.value.how == "stream copy"  # type: ignore[attr-defined]
    assert done.counts["copied"] == 1  # type: ignore[attr-defined]
    every = packets(own.path)
    assert packets(tmp_path / "copy.mp4") == every[10:30]
    shown, original = pictures(tmp_path / "copy.mp4"), pictures(own.path)[10:30]
    assert len(shown) == 20
    for a, b in zip(shown, original, strict=True):
        assert np.array_equal(a, b)
    with av.open(str(tmp_path / "copy.mp4")) as file:
        texts = [bytes(p)[2:].decode() for p in file.demux(file.streams.subtitles[0]) if p.size]
        assert set(file.metadata) <= {"major_brand", "minor_version", "compatible_brands"}
        assert not file.streams.audio
    said = [t for t in texts if t]
    assert "PV-7" in said[0]
    assert "C-57 Juge R." in said[0]
    assert "2026-03-01 22:00:01" in said[0]


def test_pictures_that_the_edit_list_removes_are_not_copied() -> None:
    times = np.arange(-200, 600, 40, dtype=np.int64)
    no = np.zeros(20, np.bool_)
    key = times % 400 == 200
    for removed in (0, 5):
        shows = np.arange(20) >= removed
        base = Fraction(1, 1000)
        index = PacketIndex(base, 600, times, times, np.ones(20, np.int32), key, no, no, shows)
        first = int(index.times[0])
        assert clean_cut(index, first, 160) == (removed == 0)
        assert clean_cut(index, 200, 560)


def test_any_other_span_is_encoded_again_and_says_so(
    desk: Callable[[str], Desk], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = desk(INTEL)
    done = own.clip(1100, 2000, tmp_path / "clip.mp4", native=True)
    assert done.value.how == "encoded again"  # type: ignore[attr-defined]
    height = own.exhibit.stream.height
    shown, original = pictures(tmp_path / "clip.mp4", height), pictures(own.path)[11:20]
    assert len(shown) == 9
    ratios = []
    for a, b in zip(shown, original, strict=True):
        mse = float(np.mean((a.astype(np.float64) - b) ** 2))
        ratios.append(10 * np.log10(255**2 / mse))
    with capsys.disabled():
        print(f"\nclip encoded again: PSNR {min(ratios):.1f} to {max(ratios):.1f} dB")
    assert min(ratios) > 35
    # From the key frame before to the one after, beside it.
    assert packets(tmp_path / "clip.native.mp4") == packets(own.path)[10:20]
    objects = done.objects  # type: ignore[attr-defined]
    digest = hashlib.sha256((tmp_path / "clip.native.mp4").read_bytes()).hexdigest()
    assert objects["clip.native.mp4"] == digest


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("dvrscan-traffic-camera/traffic_camera.mp4", ".mp4"),
        ("dvrscan-brightness-cctv/issue53_brightness_change.avi", ".avi"),
    ],
)
def test_the_native_extract_holds_the_packets_of_other_recordings_too(
    desk: Callable[[str], Desk], tmp_path: Path, name: str, ending: str
) -> None:
    own = desk(name)
    index = read_index(own.vault, "c", own.exhibit.id, own.key)
    first = index.milliseconds(int(index.times[5]))
    own.clip(first, first + 200, tmp_path / "clip.mp4", native=True)
    extract = packets(tmp_path / f"clip.native{ending}")
    first_row, stop = cutting.around(index, int(index.times[5]), int(index.times[5]))
    assert extract[: stop - first_row] == packets(own.path)[first_row : first_row + len(extract)]
    assert len(extract) >= stop - first_row


def test_an_extract_that_is_too_large_is_said(
    desk: Callable[[str], Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = desk(INTEL)
    monkeypatch.setattr(cutting, "MOST", 1000)
    with pytest.raises(BadInput, match="too large"):
        own.clip(1100, 2000, tmp_path / "clip.mp4", native=True)
