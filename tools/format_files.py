"""Recipes: small recordings in every format that is tried, made on the spot.

What the video library's own multiplexers can write is written by them.  The rest is put
together here from the known structure of the container:

- Dahua ``.dav``: FFmpeg ``libavformat/dhav.c`` (what a frame's header, extension and
  trailer hold);
- Hikvision: an ``IMKH`` header of 40 bytes before an MPEG program stream (FFmpeg
  ``libavformat/mpeg.c``);
- H.264 in field pairs (PAFF), which no encoder at hand makes: ITU-T H.264, 7.3 (syntax)
  and 7.4 (``field_pic_flag``, ``mb_type`` I_PCM);
- rotation: the matrix of a track header (ISO/IEC 14496-12, 8.3.2).
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import av
import numpy as np
import numpy.typing as npt

# One of the encoders tells all its settings otherwise.
os.environ.setdefault("SVT_LOG", "1")

UInt8Array = npt.NDArray[np.uint8]

COUNT = 40
RATE = 25
SIZE = (64, 48)


@dataclass(frozen=True)
class Recipe:
    """One file.

    Attributes:
        what: for people; one row of the table in the documentation.
        make: gives the bytes.
        pictures: how many there truly are; ``None`` where it must be refused.
        suffix: of the file's name, deliberately wrong for some.
    """

    what: str
    make: Callable[[], bytes]
    pictures: int | None = COUNT
    suffix: str = ".mp4"


def pattern(i: int, size: tuple[int, int] = SIZE) -> UInt8Array:
    """Picture ``i``: a gradient that moves under a bright square."""
    width, height = size
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    picture = np.stack([(x * 3 + i * 5) % 256, (y * 4 + i) % 256, (x + y + 2 * i) % 256], -1)
    at = 4 + (i * 7) % (width - 16)
    picture[8:20, at : at + 12] = 255
    return picture.astype(np.uint8)


@contextmanager
def ordinary_turn() -> Iterator[None]:
    """Leave the process to be scheduled as it was.

    SVT-AV1, run as root, puts whoever opens it at the highest real-time priority and leaves it
    there: every program started afterwards inherits that, and two of them starve a machine.
    """
    policy, turn = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, turn)


def encoded(
    codec: str,
    container: str,
    *,
    streams: int = 1,
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    muxing: dict[str, str] | None = None,
    times: Sequence[int] | None = None,
    size: tuple[int, int] = SIZE,
    aspect: Fraction | None = None,
    count: int = COUNT,
    gop: int = 10,
) -> bytes:
    """A recording by the library's own encoder and multiplexer.

    Args:
        codec: encoder's name.
        container: multiplexer's name.
        streams: how many video streams, each with its own pictures.
        pixel_format: as the encoder names it.
        options: the encoder's.
        muxing: the multiplexer's.
        times: presentation time of each picture in units of 1/25 s.
        size: width and height.
        aspect: of a pixel.
        count: pictures in each stream.
        gop: pictures from one key frame to the next.
    """
    base = Fraction(1, RATE)
    with ordinary_turn(), TemporaryDirectory() as folder:
        path = Path(folder, "file")
        with av.open(str(path), "w", format=container, container_options=muxing or {}) as out:
            made = []
            for _ in range(streams):
                stream = cast(
                    "av.VideoStream", out.add_stream(codec, rate=RATE, options=options or {})
                )
                context = stream.codec_context
                context.width, context.height = size
                context.pix_fmt, context.gop_size = pixel_format, gop
                context.time_base, context.thread_count = base, 1
                if aspect is not None:
                    context.sample_aspect_ratio = aspect
                made.append(stream)
            for i in range(count):
                for number, stream in enumerate(made):
                    frame = av.VideoFrame.from_ndarray(
                        pattern(i + 11 * number, size), format="bgr24"
                    )
                    frame = frame.reformat(format=pixel_format)
                    frame.pts = i if times is None else times[i]
                    frame.time_base = base
                    out.mux(stream.encode(frame))
            for stream in made:
                out.mux(stream.encode(None))
        return path.read_bytes()


def packets(codec: str, options: dict[str, str], raw: str) -> list[tuple[bool, bytes]]:
    """Whether each coded picture is a key frame, and its bytes, in order of decoding."""
    data = encoded(codec, raw, options=options)
    with av.open(io.BytesIO(data), mode="r", format=raw) as file:
        return [(p.is_keyframe, bytes(p)) for p in file.demux(file.streams.video[0]) if p.size]


# -- recorders' own containers ----------------------------------------------------


def dahua(codec: str = "libx264", number: int = 0x8, raw: str = "h264") -> bytes:
    """Dahua ``.dav``: one frame after the other, each with its date by the recorder's clock."""
    start = datetime(2026, 3, 1, 22, 0, 0)  # noqa: DTZ001 - recorders know no zone
    quiet = {"libx264": {"bf": "0"}, "libx265": {"x265-params": "bframes=0:log-level=none"}}
    out = bytearray()
    for i, (key, data) in enumerate(packets(codec, quiet[codec], raw)):
        at = start + timedelta(seconds=i / RATE)
        date = (
            (at.year - 2000) << 26 | at.month << 22 | at.day << 17
            | at.hour << 12 | at.minute << 6 | at.second
        )  # fmt: skip
        width, height = SIZE
        extension = (
            bytes((0x81, 0, number, RATE)) + b"\x82\0\0\0" + struct.pack("<HH", width, height)
        )
        head = struct.pack(
            "<4sBBBBIIIHB",
            b"DHAV", 0xFD if key else 0xFC, 0, 0, 0, i, 0, date,
            at.microsecond // 1000, len(extension),
        )  # fmt: skip
        length = len(head) + 1 + len(extension) + len(data) + 8
        head = head[:12] + struct.pack("<I", length) + head[16:]
        out += head + bytes((sum(head) & 255,)) + extension + data
        out += struct.pack("<4sI", b"dhav", length)
    return bytes(out)


def hikvision(codec: str = "libx264") -> bytes:
    """Hikvision: an ``IMKH`` header, then a program stream."""
    head = b"IMKH" + bytes((1, 1, 0, 0, 2, 0, 1, 0)) + bytes(28)
    options = {"bf": "0"} if codec == "libx264" else {"x265-params": "log-level=none:bframes=0"}
    return head + encoded(codec, "mpeg", options=options)


# -- what no encoder at hand makes ------------------------------------------------


class _Bits:
    def __init__(self) -> None:
        self.text: list[str] = []

    def u(self, bits: int, value: int) -> None:
        self.text.append(f"{value:0{bits}b}")

    def ue(self, value: int) -> None:
        code = f"{value + 1:b}"
        self.text.append("0" * (len(code) - 1) + code)

    def align(self) -> None:
        self.text.append("0" * (-sum(map(len, self.text)) % 8))

    def raw(self, data: bytes) -> None:
        self.text.append("".join(f"{byte:08b}" for byte in data))

    def unit(self, head: int) -> bytes:
        """As a NAL unit with its start code, emulation prevented (7.4.1)."""
        self.text.append("1")
        self.align()
        whole = "".join(self.text)
        payload = int(whole, 2).to_bytes(len(whole) // 8, "big")
        out, zeros = bytearray(), 0
        for byte in payload:
            if zeros >= 2 and byte <= 3:
                out.append(3)
                zeros = 0
            out.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return b"\0\0\0\1" + bytes((head,)) + bytes(out)


def field_pairs(count: int = COUNT) -> bytes:
    """H.264 whose every picture is two fields, each coded by itself, all blocks I_PCM."""
    width, height = 32, 64
    sps = _Bits()
    sps.u(8, 77)
    sps.u(8, 0)
    sps.u(8, 30)
    for value in (0, 4, 2, 1):  # set 0; 8 bits of frame_num; order type 2; 1 reference
        sps.ue(value)
    sps.u(1, 0)
    sps.ue(width // 16 - 1)
    sps.ue(height // 32 - 1)
    for bit in (0, 0, 1, 0, 0):  # fields allowed, not MBAFF, direct 8x8, no cropping, no VUI
        sps.u(1, bit)
    pps = _Bits()
    pps.ue(0)
    pps.ue(0)
    for bit in (0, 0):
        pps.u(1, bit)
    for value in (0, 0, 0):
        pps.ue(value)
    pps.u(1, 0)
    pps.u(2, 0)
    for value in (0, 0, 0):
        pps.ue(value)
    for bit in (0, 0, 0):
        pps.u(1, bit)
    out = sps.unit(0x67) + pps.unit(0x68)
    for i in range(count):
        key = i % 10 == 0
        gray = pattern(i, (width, height)).mean(axis=2).astype(np.uint8)
        for bottom in (0, 1):
            idr = key and not bottom
            slice_ = _Bits()
            slice_.ue(0)
            slice_.ue(7)
            slice_.ue(0)
            slice_.u(8, i % 10)
            slice_.u(1, 1)
            slice_.u(1, bottom)
            if idr:
                slice_.ue(0)
                slice_.u(2, 0)
            else:
                slice_.u(1, 0)
            slice_.ue(0)
            field = gray[bottom::2]
            for y in range(0, height // 2, 16):
                for x in range(0, width, 16):
                    slice_.ue(25)
                    slice_.align()
                    slice_.raw(field[y : y + 16, x : x + 16].tobytes() + bytes((128,)) * 128)
            out += slice_.unit(0x65 if idr else 0x61)
    return out


def rotated() -> bytes:
    """An MP4 whose track header asks for a quarter turn."""
    data = bytearray(encoded("libx264", "mp4"))
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 48 << 16, 0, 1 << 30)
    return bytes(data)


def cut_short(data: bytes, share: float) -> bytes:
    """The first part of a file."""
    return data[: int(len(data) * share)]


def wrapped() -> bytes:
    """An MPEG transport stream whose 33-bit clock passes its end (ISO/IEC 13818-1, 2.4.3.7)."""
    start = (2**33 - 90000 * COUNT // 2 // RATE) / 90000
    return encoded("libx264", "mpegts", muxing={"output_ts_offset": f"{start:.6f}"})


def uneven() -> list[int]:
    """Variable frame rate: one to four places between pictures."""
    return [int(t) for t in np.cumsum([0, *(1 + i * i % 4 for i in range(COUNT - 1))])]


_B = {"bf": "2", "b_strategy": "0"}
_OPEN = {"x264-params": "bframes=3:open-gop=1:scenecut=0:keyint=10:min-keyint=10"}
_H265 = {"x265-params": "log-level=none:bframes=2:keyint=10"}
_AV1 = {"svtav1-params": "keyint=10"}

RECIPES: tuple[Recipe, ...] = (
    Recipe("MP4, H.264 with B pictures", lambda: encoded("libx264", "mp4", options=_B)),
    Recipe("MP4, H.264, open groups", lambda: encoded("libx264", "mp4", options=_OPEN)),
    Recipe("MOV, H.264", lambda: encoded("libx264", "mov"), suffix=".avi"),
    Recipe(
        "fragmented MP4, H.264",
        lambda: encoded("libx264", "mp4", muxing={"movflags": "frag_keyframe+empty_moov"}),
    ),
    Recipe("MP4, variable frame rate", lambda: encoded("libx264", "mp4", times=uneven())),
    Recipe("MP4, rotated by its matrix", rotated),
    Recipe(
        "MP4, pixels not square",
        lambda: encoded("libx264", "mp4", aspect=Fraction(16, 11)),
    ),
    Recipe("MP4, H.264 10-bit", lambda: encoded("libx264", "mp4", pixel_format="yuv420p10le")),
    Recipe("MP4, HEVC", lambda: encoded("libx265", "mp4", options=_H265)),
    Recipe(
        "MP4, HEVC 10-bit",
        lambda: encoded("libx265", "mp4", options=_H265, pixel_format="yuv420p10le"),
    ),
    Recipe("MP4, AV1", lambda: encoded("libsvtav1", "mp4", options=_AV1)),
    Recipe("MKV, H.264", lambda: encoded("libx264", "matroska", options=_B), suffix=".txt"),
    Recipe("MKV, two video streams", lambda: encoded("libx264", "matroska", streams=2)),
    Recipe("MKV, VP9", lambda: encoded("libvpx-vp9", "matroska")),
    Recipe("WebM, VP8", lambda: encoded("libvpx", "webm")),
    Recipe("IVF, AV1", lambda: encoded("libsvtav1", "ivf", options=_AV1)),
    Recipe("AVI, H.264", lambda: encoded("libx264", "avi", options=_B)),
    Recipe("AVI, MPEG-4 ASP with B pictures", lambda: encoded("mpeg4", "avi", options=_B)),
    Recipe("AVI, MJPEG", lambda: encoded("mjpeg", "avi", pixel_format="yuvj420p")),
    Recipe("ASF, WMV2", lambda: encoded("wmv2", "asf")),
    Recipe("FLV, H.264", lambda: encoded("libx264", "flv")),
    Recipe("MXF, MPEG-2", lambda: encoded("mpeg2video", "mxf", size=(720, 576))),
    Recipe("NUT, MPEG-4", lambda: encoded("mpeg4", "nut")),
    Recipe("MPEG-TS, H.264", lambda: encoded("libx264", "mpegts", options=_B)),
    Recipe("MPEG-TS, HEVC", lambda: encoded("libx265", "mpegts", options=_H265)),
    Recipe("MPEG-TS, MPEG-2", lambda: encoded("mpeg2video", "mpegts", options={"bf": "2"})),
    Recipe("MPEG-TS, two video streams", lambda: encoded("libx264", "mpegts", streams=2)),
    Recipe(
        "MPEG-TS, H.264 interlaced (MBAFF)",
        lambda: encoded("libx264", "mpegts", options={"x264-params": "interlaced=1:bframes=2"}),
    ),
    Recipe("MPEG-TS, clock wraps at 33 bits", wrapped),
    Recipe(
        "MPEG-TS, two recordings in one: times step back",
        lambda: encoded("libx264", "mpegts") + encoded("libx264", "mpegts"),
        2 * COUNT,
    ),
    Recipe(
        "MPEG-TS, the size changes midway",
        lambda: encoded("libx264", "mpegts") + encoded("libx264", "mpegts", size=(96, 64)),
        2 * COUNT,
    ),
    Recipe("MPEG-PS, MPEG-2", lambda: encoded("mpeg2video", "mpeg", options={"bf": "2"})),
    Recipe("Dahua .dav, H.264", dahua, suffix=".dav"),
    Recipe("Dahua .dav, HEVC", lambda: dahua("libx265", 0xC, "hevc"), suffix=".dav"),
    Recipe("Hikvision, H.264", hikvision),
    Recipe("Hikvision, HEVC", lambda: hikvision("libx265")),
    Recipe("raw H.264", lambda: encoded("libx264", "h264", options=_B), suffix=".264"),
    Recipe("raw H.264, field pairs (PAFF)", field_pairs, suffix=".264"),
    Recipe("raw HEVC", lambda: encoded("libx265", "hevc", options=_H265), suffix=".265"),
    Recipe("raw MPEG-4", lambda: encoded("mpeg4", "m4v"), suffix=".m4v"),
    Recipe("raw MPEG-2", lambda: encoded("mpeg2video", "mpeg2video", options={"bf": "2"})),
    Recipe(
        "raw MJPEG", lambda: encoded("mjpeg", "mjpeg", pixel_format="yuvj420p"), suffix=".mjpg"
    ),
    Recipe(
        "MP4 cut short, index at its beginning",
        lambda: cut_short(
            encoded("libx264", "mp4", muxing={"movflags": "faststart"}, gop=5), 0.6
        ),
    ),
    Recipe("MP4 without its index", lambda: cut_short(encoded("libx264", "mp4"), 0.8), None),
    Recipe("a playlist", lambda: b"#EXTM3U\n#EXTINF:1,\nnight.ts\n", None),
    Recipe("a ZIP archive", lambda: b"PK\x03\x04" + bytes(200), None),
    Recipe("a self-playing program", lambda: b"MZ" + bytes(2000), None, suffix=".exe"),
    Recipe("zeros", lambda: bytes(100_000), None, suffix=".dav"),
    Recipe("sound alone", lambda: _sound(), None),
)  # fmt: skip
"""Every format that is tried, in the order of the table."""


def _sound() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "file")
        with av.open(str(path), "w", format="matroska") as out:
            stream = out.add_stream("pcm_s16le", rate=8000)
            frame = av.AudioFrame.from_ndarray(
                np.zeros((1, 800), np.int16), format="s16", layout="mono"
            )
            frame.rate = 8000
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return path.read_bytes()
