"""Hostile files: small recordings in several containers, altered by a recipe.

The same seed gives the same files.  Nothing is kept of them but the seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.video.stream import VideoStream

WIDTH, HEIGHT, FPS, SECONDS = 160, 96, 10, 4

# Container, coding, and what the file is called.
KINDS = (
    ("mp4", "libx264", "h264.mp4"),
    ("mov", "mjpeg", "mjpeg.mov"),
    ("matroska", "libx264", "h264.mkv"),
    ("matroska", "libx265", "hevc.mkv"),
    ("avi", "mpeg4", "mpeg4.avi"),
    ("mpegts", "libx264", "h264.ts"),
    ("mpeg", "mpeg2video", "mpeg2.mpg"),
    ("flv", "libx264", "h264.flv"),
    ("h264", "libx264", "bare.h264"),
)

_ORDERS: tuple[Literal["big", "little"], ...] = ("big", "little")
_NUMBERS = (0, 1, 0x7F, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


@dataclass(frozen=True)
class Hostile:
    """One altered file.

    Attributes:
        number: its place in the recipe.
        kind: name of the recording that was altered.
        mutation: what was done to it.
        data: its bytes.
    """

    number: int
    kind: str
    mutation: str
    data: bytes


def recordings(folder: Path) -> dict[str, bytes]:
    """One good recording of each kind, four seconds of boxes that move.

    Args:
        folder: for the files, which are removed again.
    """
    found = {}
    for container, codec, name in KINDS:
        path = folder / name
        _write(path, container, codec)
        found[name] = path.read_bytes()
        path.unlink()
    return found


def mutate(whole: dict[str, bytes], number: int, seed: int) -> Hostile:
    """The file of one number.

    Args:
        whole: of :func:`recordings`.
        number: from 0; kinds and mutations take turns.
        seed: which row of files.
    """
    # Not for secrets: the recipe must give the same files anywhere.
    rng = random.Random(f"{seed}/{number}")  # noqa: S311
    names, mutations = list(whole), list(MUTATIONS)
    kind = names[number % len(names)]
    mutation = mutations[number // len(names) % len(mutations)]
    other = whole[rng.choice(names)]
    data = MUTATIONS[mutation](bytearray(whole[kind]), rng, other)
    return Hostile(number, kind, mutation, bytes(data))


def _write(path: Path, container: str, codec: str) -> None:
    rng = np.random.default_rng(7)
    ground = rng.integers(90, 120, (HEIGHT, WIDTH, 3), np.uint8)
    with av.open(str(path), "w", format=container) as out:
        rate = 25 if codec == "mpeg2video" else FPS
        options = {"threads": "1"}
        if codec == "libx265":
            options["x265-params"] = "log-level=none:pools=none:frame-threads=1"
        stream = out.add_stream(codec, rate=rate, options=options)
        assert isinstance(stream, VideoStream)  # noqa: S101 - what these codings give
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = 10
        for n in range(rate * SECONDS):
            picture = ground.copy()
            at = int(n / rate * 35)
            picture[30:70, at : at + 20] = (40, 60, 220)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = n, Fraction(1, rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


# -- what is done to a file ------------------------------------------------------------

Mutation = Callable[[bytearray, random.Random, bytes], bytearray]


def _bits(data: bytearray, rng: random.Random, _other: bytes) -> bytearray:
    for _ in range(rng.choice((1, 4, 16, 64))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _head(data: bytearray, rng: random.Random, _other: bytes) -> bytearray:
    for _ in range(rng.choice((1, 3, 9))):
        data[rng.randrange(min(len(data), 1500))] = rng.randrange(256)
    return data


def _numbers(data: bytearray, rng: random.Random, _other: bytes) -> bytearray:
    for _ in range(rng.choice((1, 2, 5))):
        size, order = rng.choice((1, 2, 4)), rng.choice(_ORDERS)
        at = rng.randrange(min(len(data), 4000) - 4)
        value = rng.choice(_NUMBERS) & ((1 << 8 * size) - 1)
        data[at : at + size] = value.to_bytes(size, order)
    return data


def _names(data: bytearray, rng: random.Random, _other: bytes) -> bytearray:
    """Numbers beside the names of boxes, and the names themselves."""
    marks = (
        b"moov mvhd tkhd stsd stts stsz stco avc1 avcC elst mdhd dref idx1 strh avih movi".split()
    )
    there = [data.index(m) for m in marks if m in data] or [rng.randrange(len(data) - 40)]
    at = max(0, rng.choice(there) + rng.choice((-4, 0, 4, 8, 12, 16, 20, 24)))
    data[at : at + 4] = rng.choice(_NUMBERS).to_bytes(4, "big")
    return data


def _cut(data: bytearray, rng: random.Random, _other: bytes) -> bytearray:
    return data[: rng.randrange(1, len(data))]


def _hole(data: bytearray, rng: random.Random, _other: bytes) -> bytearray:
    at = rng.randrange(len(data))
    del data[at : at + rng.choice((1, 7, 188, 1000, 4096))]
    return data or bytearray(b"\0")


def _blank(data: bytearray, rng: random.Random, _other: bytes) -> bytearray:
    at, size = rng.randrange(len(data)), rng.choice((4, 64, 512, 4096))
    fill = rng.choice((0x00, 0xFF, 0x47))
    end = min(len(data), at + size)
    data[at:end] = bytes([fill]) * (end - at)
    return data


def _repeat(data: bytearray, rng: random.Random, _other: bytes) -> bytearray:
    at = rng.randrange(len(data))
    block = data[at : at + rng.choice((8, 188, 1000, 8000))]
    data[at:at] = block * rng.choice((1, 2, 40))
    return data


def _splice(data: bytearray, rng: random.Random, other: bytes) -> bytearray:
    return data[: rng.randrange(1, len(data))] + other[rng.randrange(len(other)) :]


def _noise(data: bytearray, rng: random.Random, _other: bytes) -> bytearray:
    at = rng.randrange(len(data))
    data[at : at + 2000] = rng.randbytes(min(2000, len(data) - at))
    return data


def _giant(data: bytearray, rng: random.Random, _other: bytes) -> bytearray:
    """Wherever the picture's size is stated in bytes of its own, a giant one."""
    side = rng.choice((16384, 32767, 65535))
    for old in (WIDTH, HEIGHT):
        for order in _ORDERS:
            for size in (2, 4):
                if side < 1 << 8 * size:
                    name = old.to_bytes(size, order)
                    data = data.replace(name, side.to_bytes(size, order), 2)
    return data


def _long(data: bytearray, rng: random.Random, _other: bytes) -> bytearray:
    """Wherever the number of pictures is stated, billions."""
    for rate in (FPS, 25):
        for order in _ORDERS:
            data = data.replace((rate * SECONDS).to_bytes(4, order), b"\x7f\xff\xff\xf0", 4)
    return data


MUTATIONS: dict[str, Mutation] = {
    "bits turned": _bits,
    "bytes of the head": _head,
    "extreme numbers": _numbers,
    "numbers beside names": _names,
    "cut short": _cut,
    "a hole": _hole,
    "blanked": _blank,
    "repeated": _repeat,
    "two spliced": _splice,
    "noise": _noise,
    "giant pictures": _giant,
    "billions of pictures": _long,
}
"""What may be done to a file."""
