"""What befell the camera, from pictures drawn for it; and nothing where nothing did."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, cast

import av
import numpy as np
import numpy.typing as npt
import pytest

from scelle.errors import Damaged
from scelle.footage.findings import of_glimpses, repeated
from scelle.footage.glimpses import Glimpser, Glimpses
from scelle.footage.index import NO_TIME, PacketIndex
from scelle.footage.picture import Picture
from scelle.footage.probe import probe
from scelle.footage.recording import Recording
from scelle.footage.signature import encoders
from scelle.model.evidence import FindingKind

UInt8Array = npt.NDArray[np.uint8]
Make = Callable[..., bytes]

PER_S = 8
BASE = Fraction(1, 1000)
RANDOM = np.random.default_rng(7)


def scene(seed: int) -> UInt8Array:
    """A street of blocks, 96 x 144."""
    blocks = np.random.default_rng(seed).integers(40, 200, (12, 18))
    return np.asarray(np.kron(blocks, np.ones((8, 8))), np.uint8)


def noisy(picture: UInt8Array) -> UInt8Array:
    grain = RANDOM.integers(-3, 4, picture.shape)
    return np.asarray(np.clip(picture.astype(np.int16) + grain, 0, 255), np.uint8)


def index_of(count: int, sizes: list[int] | None = None) -> PacketIndex:
    pts = np.arange(count, dtype=np.int64) * (1000 // PER_S)
    flags = np.zeros(count, np.bool_)
    key = flags.copy()
    key[0] = True
    return PacketIndex(
        BASE,
        int(pts[-1]) + 125,
        pts,
        np.full(count, NO_TIME, np.int64),
        np.array(sizes or [1000] * count, np.int32),
        key,
        flags,
        flags,
        ~flags,
    )


def seen(pictures: Iterable[UInt8Array]) -> tuple[Glimpses, PacketIndex]:
    drawn = list(pictures)
    glimpser = Glimpser(BASE)
    for i, gray in enumerate(drawn):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(gray), format="gray")
        glimpser.look(Picture(i, i * (1000 // PER_S), False, False, frame))
    return Glimpses.from_bytes(glimpser.result().to_bytes()), index_of(len(drawn))


def told(pictures: Iterable[UInt8Array]) -> list[tuple[FindingKind, float, float]]:
    findings = of_glimpses(*seen(pictures))
    return [(f.kind, f.start_ms / 1000, f.end_ms / 1000) for f in findings]


def walker(picture: UInt8Array, i: int) -> UInt8Array:
    """Somebody crosses."""
    drawn = picture.copy()
    at = (i * 3) % 130
    drawn[30:70, at : at + 14] = 20
    return drawn


def test_nothing_is_told_of_an_ordinary_street() -> None:
    assert told(noisy(walker(scene(1), i)) for i in range(40 * PER_S)) == []


def test_nothing_is_told_of_dusk() -> None:
    dimming = np.linspace(1, 0.3, 60 * PER_S)
    assert told(noisy((scene(1) * k).astype(np.uint8)) for k in dimming) == []


def test_nothing_is_told_of_rain_or_of_a_lorry_that_fills_half_the_picture() -> None:
    def rain(i: int) -> UInt8Array:
        drawn = noisy(scene(1))
        for _ in range(60):
            y, x = RANDOM.integers(0, 88), RANDOM.integers(0, 144)
            drawn[y : y + 8, x] = 220
        return drawn

    assert told(rain(i) for i in range(20 * PER_S)) == []

    def lorry(i: int) -> UInt8Array:
        drawn = scene(1).copy()
        left = i * 12 - 80
        drawn[10:90, max(0, left) : max(0, left + 80)] = 230
        return noisy(drawn)

    assert told(lorry(i) for i in range(20 * PER_S)) == []


def test_a_frozen_picture() -> None:
    still = noisy(scene(1))
    pictures = [noisy(scene(1)) for _ in range(80)] + [still] * 80 + [noisy(scene(1))] * 1
    pictures += [noisy(scene(1)) for _ in range(80)]
    ((kind, start, end),) = told(pictures)
    assert kind is FindingKind.FROZEN
    assert (start, end) == (10.0, 19.875)
    assert told([noisy(scene(1)) for _ in range(80)] + [still] * 30) == []


@pytest.mark.parametrize("step", [60, -25])
def test_a_jump_of_brightness(step: int) -> None:
    def at(i: int) -> UInt8Array:
        return noisy(np.clip(scene(1).astype(int) + step * (i >= 100), 0, 255).astype(np.uint8))

    ((kind, start, end),) = told(at(i) for i in range(200))
    assert kind is FindingKind.BRIGHTNESS_JUMP
    assert 11.2 <= start <= 12.5 <= end <= 13.6


def lit(share: float, levels: float) -> UInt8Array:
    """The street under more or less light, from part of the sky."""
    return noisy(np.clip(scene(1) * (1 + share * levels / 120), 0, 255).astype(np.uint8))


@pytest.mark.parametrize("levels", [35, -35])
@pytest.mark.parametrize("seconds", [2, 3, 5])
def test_light_that_changes_over_some_seconds(levels: int, seconds: int) -> None:
    """As when a shutter opens, or an exposure follows slowly."""
    way = np.interp(np.arange(30 * PER_S), (10 * PER_S, (10 + seconds) * PER_S), (0, 1))
    ((kind, start, end),) = told(lit(share, levels) for share in way)
    assert kind is FindingKind.BRIGHTNESS_JUMP
    assert 6 <= start <= 10.5
    assert 9.9 + seconds / 2 <= end <= 10 + seconds + 5


@pytest.mark.parametrize("seconds", [40, 60, 300])
@pytest.mark.parametrize("darkest", [0.5, 0.25])
def test_dusk_and_dawn_are_no_such_change(seconds: int, darkest: float) -> None:
    dimming = np.linspace(1, darkest, seconds * PER_S)
    for light in (dimming, dimming[::-1]):
        assert told(noisy((scene(1) * k).astype(np.uint8)) for k in light) == []


def test_slow_lorries_and_crowds_are_no_such_change() -> None:
    def crowd(i: int) -> UInt8Array:
        drawn = scene(1).copy()
        rng = np.random.default_rng(5)
        for j in range(min(60, i // 4)):
            y, x = rng.integers(0, 70), rng.integers(0, 130)
            drawn[y : y + 24, x : x + 12] = 15 + j
        return noisy(drawn)

    def lorry(i: int) -> UInt8Array:
        drawn = scene(1).copy()
        left = i * 2 - 110
        drawn[2:94, max(0, left) : max(0, left + 110)] = 240
        return noisy(drawn)

    for made in (crowd, lorry):
        found = told(made(i) for i in range(30 * PER_S))
        assert FindingKind.BRIGHTNESS_JUMP not in {kind for kind, *_ in found}


def test_a_real_camera_under_changing_light_and_others_under_none(footage: Path) -> None:
    """The shutter of a shop; then a road, a yard and a room in which nothing of the kind is."""
    kinds = {}
    for name in (
        "dvrscan-brightness-cctv/issue53_brightness_change.avi",
        "bgslibrary-highway/video03.avi",
        "dvrscan-traffic-camera/traffic_camera.mp4",
    ):
        with (
            (footage / name).open("rb") as file,
            Recording.open(cast("BinaryIO", file)) as recording,
        ):
            index = recording.index
            glimpser = Glimpser(index.time_base)
            wanted = np.arange(0, len(index.times), max(1, len(index.times) // 300))
            span = int(index.times[0]), int(index.times[-1]) + 1
            for picture in recording.pictures(*span, wanted=wanted):
                glimpser.look(picture)
        found = of_glimpses(glimpser.result(), index)
        kinds[name.split("/")[0]] = [(f.kind, f.start_ms, f.end_ms) for f in found]
    ((kind, start, end),) = kinds.pop("dvrscan-brightness-cctv")
    assert kind is FindingKind.BRIGHTNESS_JUMP
    assert start < 2800 < 4000 < end
    assert set(map(len, kinds.values())) == {0}


def test_a_covered_camera() -> None:
    def at(i: int) -> UInt8Array:
        dark = np.full((96, 144), 25, np.uint8)
        return noisy(dark) if 100 <= i < 160 else noisy(scene(1))

    kinds = [(k, s, e) for k, s, e in told(at(i) for i in range(400))]
    assert (FindingKind.CAMERA_COVERED, 12.5, 19.875) in kinds
    assert {k for k, *_ in kinds} <= {FindingKind.CAMERA_COVERED}


def test_a_turned_camera() -> None:
    pictures = (noisy(walker(scene(1 if i < 120 else 2), i)) for i in range(240))
    moved = [t for t in told(pictures) if t[0] is FindingKind.CAMERA_MOVED]
    ((_, start, end),) = moved
    assert 13 <= start <= 15 <= end <= 16


def test_pictures_in_which_nothing_is_coded() -> None:
    sizes = [2000, *([25, 900] * 50)]
    (finding,) = repeated(index_of(101, sizes), "h264", (640, 360))
    assert finding.kind is FindingKind.DUPLICATE_FRAMES
    assert "In 50 of 101 pictures" in finding.detail
    assert list(repeated(index_of(101, sizes), "mjpeg", (640, 360))) == []
    assert list(repeated(index_of(101, [2000, *([900] * 100)]), "h264", (640, 360))) == []


def test_software_encoders_are_named(sample: Make) -> None:
    names = encoders(io.BytesIO(sample("libx264", "mp4")))
    assert any(name.startswith("x264 - core") for name in names)
    found = probe(io.BytesIO(sample("mjpeg", "avi", pixel_format="yuvj420p")))
    assert FindingKind.RE_ENCODED in {f.kind for f in found.findings}
    assert encoders(io.BytesIO(bytes(3 << 20))) == []


def test_another_size_is_told() -> None:
    glimpses, index = seen(noisy(scene(1)) for _ in range(24))
    stored = glimpses.stored.copy()
    stored[8:16] = (352, 288)
    changed = Glimpses(**{**vars(glimpses), "stored": stored})
    (finding,) = of_glimpses(changed, index)
    assert finding.kind is FindingKind.RESOLUTION_CHANGE
    assert (finding.start_ms, finding.end_ms) == (1000, 1875)
    assert "352x288" in finding.detail


def test_segments_are_joined_and_empty_ones_too() -> None:
    whole, _ = seen(noisy(scene(1)) for _ in range(24))
    empty = Glimpser(BASE).result()
    joined = Glimpses.joined([empty, whole, empty])
    assert (joined.pts == whole.pts).all()
    assert joined.to_bytes() == whole.to_bytes()
    assert of_glimpses(empty, index_of(3)) == ()


@pytest.mark.parametrize("data", [b"", b"x" * 100])
def test_what_is_no_glimpse_is_found_out(data: bytes) -> None:
    with pytest.raises(Damaged):
        Glimpses.from_bytes(data)


def test_an_hour_takes_little_more_memory_than_a_minute() -> None:
    def taken(seconds: int) -> int:
        small = np.random.default_rng(1).integers(40, 200, (seconds, 32, 48)).astype(np.uint8)
        count = seconds * PER_S
        pts = np.arange(count, dtype=np.int64) * (1000 // PER_S)
        glimpses = Glimpses(
            pts,
            np.full((count, 3), 100, np.float32),
            np.full(count, 9, np.float32),
            np.zeros(count, np.bool_),
            np.zeros((count, 2), np.int64),
            pts[::PER_S],
            small,
        )
        index = index_of(count)
        tracemalloc.start()
        of_glimpses(glimpses, index)
        (_, most) = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert taken(3600) < taken(60) + (16 << 20)
