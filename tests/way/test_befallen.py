"""Recordings to which something befell, made of a real one by a recipe: what is told of them.

The pictures are those of a real camera on an empty room, with its grain and its compression:
whatever is found to move in them was invented.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scelle.footage.encode import Mp4Writer
from scelle.model.evidence import FindingKind

if TYPE_CHECKING:
    from tests.way.conftest import Looking

UInt8Array = npt.NDArray[np.uint8]
Pictures = Sequence[UInt8Array]

PER_S = 10
WIDTH, HEIGHT = 384, 216  # half of the real ones
EMPTY = range(10, 59)
"""Pictures of the real recording in which nobody is, and nothing stirs."""

BEFALLEN = (
    FindingKind.FROZEN,
    FindingKind.CAMERA_COVERED,
    FindingKind.CAMERA_MOVED,
    FindingKind.RESOLUTION_CHANGE,
    FindingKind.DUPLICATE_FRAMES,
    FindingKind.BRIGHTNESS_JUMP,
)


@pytest.fixture(scope="module")
def room(footage: Path) -> Pictures:
    """Sixteen seconds of the empty room: its pictures forth and back."""
    path = footage / "intel-one-by-one-person" / "one-by-one-person-detection.mp4"
    seen = []
    with av.open(str(path)) as real:
        for number, frame in enumerate(real.decode(video=0)):
            if number >= EMPTY.stop:
                break
            if number in EMPTY:
                whole = frame.to_ndarray(format="bgr24")
                small = cv2.resize(whole, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
                seen.append(np.asarray(small, np.uint8))
    there_and_back = [*seen, *reversed(seen[1:-1])]
    return [there_and_back[i % len(there_and_back)] for i in range(16 * PER_S)]


def written(path: Path, pictures: Pictures, per_s: int = PER_S) -> None:
    with Mp4Writer(path, WIDTH, HEIGHT, Fraction(1, per_s), rate=Fraction(per_s)) as out:
        for i, picture in enumerate(pictures):
            out.write(picture, i)


def coded(pictures: Pictures, first: int, scale: int, **options: str) -> bytes:
    """An MPEG transport stream whose first picture has the time of a number, made smaller."""
    made = io.BytesIO()
    width, height = WIDTH // scale, HEIGHT // scale
    with av.open(made, "w", format="mpegts", options={"mpegts_copyts": "1"}) as out:
        stream = out.add_stream("libx264", rate=PER_S, options={"bf": "0"} | options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for i, picture in enumerate(pictures, first):
            small = np.asarray(cv2.resize(picture, (width, height)), np.uint8)
            frame = av.VideoFrame.from_ndarray(small, format="bgr24")
            frame.pts, frame.time_base = i, Fraction(1, PER_S)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return made.getvalue()


def untouched(room: Pictures, path: Path) -> None:
    written(path, room)


def frozen(room: Pictures, path: Path) -> None:
    """One picture stands for seven seconds, and the coder neither begins nor refines it anew."""
    pictures = [*room[:50], *[room[50]] * 70, *room[50:90]]
    path.write_bytes(coded(pictures, 0, 1, g="250", sc_threshold="0", qp="24"))


def covered(room: Pictures, path: Path) -> None:
    """Something dark before the lens for five seconds; the sensor's grain remains."""

    def dark(picture: UInt8Array) -> UInt8Array:
        flat = cv2.GaussianBlur(picture, (0, 0), 30).astype(np.float32)
        grain = picture.astype(np.float32) - cv2.GaussianBlur(picture, (0, 0), 2)
        return np.asarray(np.clip(flat * 0.1 + grain * 0.2, 0, 255), np.uint8)

    written(path, [dark(p) if 50 <= i < 100 else p for i, p in enumerate(room)])


def moved(room: Pictures, path: Path) -> None:
    """From the eighth second on the camera looks elsewhere: the picture is shifted."""
    written(path, [np.roll(p, WIDTH // 3, 1) if i >= 80 else p for i, p in enumerate(room)])


def resized(room: Pictures, path: Path) -> None:
    """Two encodings one after the other, the second of half the width and height."""
    path.write_bytes(coded(room[:80], 0, 1) + coded(room[80:], 80, 2))


def doubled(room: Pictures, path: Path) -> None:
    """Every picture twice, to fill a rate of twenty a second."""
    written(path, [p for p in room for _ in range(2)], 2 * PER_S)


Recipe = Callable[[Pictures, Path], None]

RECIPES: dict[str, tuple[Recipe, dict[FindingKind, tuple[float, float]]]] = {
    # what is to be told, with its span in seconds
    "untouched": (untouched, {}),
    "frozen": (frozen, {FindingKind.FROZEN: (5.0, 12.0)}),
    "covered": (covered, {FindingKind.CAMERA_COVERED: (5.0, 10.0)}),
    "moved": (moved, {FindingKind.CAMERA_MOVED: (8.0, 8.0)}),
    "resized": (resized, {FindingKind.RESOLUTION_CHANGE: (8.0, 15.9)}),
    "doubled": (doubled, {FindingKind.DUPLICATE_FRAMES: (0.0, 16.0)}),
}


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_befell_a_real_camera_is_told_and_no_track_is_invented(
    room: Pictures, look_once: Looking, tmp_path: Path, recipe: str
) -> None:
    make, expected = RECIPES[recipe]
    path = tmp_path / f"{recipe}.video"
    make(room, path)
    looked = look_once(path)
    start = float(looked.exhibit.stream.start_pts * looked.exhibit.stream.time_base)
    told = {
        f.kind: (f.start_ms / 1000 - start, f.end_ms / 1000 - start)
        for f in (*looked.exhibit.findings, *looked.analysis.coverage.findings)
        if f.kind in BEFALLEN
    }
    # Where hardly anything stirs, little is coded: that is told too, and true.
    little = {FindingKind.DUPLICATE_FRAMES} if recipe in ("frozen", "covered", "resized") else set()
    assert told.keys() - little == expected.keys()
    for kind, span in expected.items():
        assert told[kind] == pytest.approx(span, abs=1.0)
    assert looked.tracks == ()
