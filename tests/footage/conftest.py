"""Small recordings, encoded on the spot from a moving pattern."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import av
import numpy as np
import numpy.typing as npt
import pytest

Make = Callable[..., bytes]

TIME_BASE = Fraction(1, 12800)


def pattern(i: int, width: int = 64, height: int = 48) -> npt.NDArray[np.uint8]:
    """Picture ``i``: a gradient that moves, and a bright square that says which it is."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    picture = np.stack([(x * 3 + i * 5) % 256, (y * 4 + i) % 256, (x + y + 2 * i) % 256], -1)
    at = 4 + (i * 7) % (width - 16)
    picture[8:20, at : at + 12] = 255
    return picture.astype(np.uint8)


def make(
    codec: str = "libx264",
    container: str = "mp4",
    *,
    pictures: int = 60,
    times: Sequence[int] | None = None,
    time_base: Fraction = TIME_BASE,
    pixel_format: str = "yuv420p",
    gop: int = 12,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> bytes:
    """A recording of ``pictures`` pictures, by default at 25 a second."""
    # Some old codecs know no finer time than their own rate.
    if codec in ("mpeg2video", "mpeg4", "mjpeg"):
        time_base = Fraction(1, 25)
    with TemporaryDirectory() as folder:
        path = Path(folder, "recording")
        with av.open(
            str(path), "w", format=container, container_options=container_options or {}
        ) as file:
            stream = cast("av.VideoStream", file.add_stream(codec, rate=25, options=options or {}))
            context = stream.codec_context
            context.width, context.height, context.pix_fmt = 64, 48, pixel_format
            context.gop_size, context.time_base, context.thread_count = gop, time_base, 1
            for i in range(pictures):
                frame = av.VideoFrame.from_ndarray(pattern(i), format="bgr24")
                frame = frame.reformat(format=pixel_format)
                frame.pts = times[i] if times is not None else round(i / 25 / time_base)
                frame.time_base = time_base
                file.mux(stream.encode(frame))
            file.mux(stream.encode(None))
        return path.read_bytes()


@pytest.fixture(scope="session")
def sample() -> Make:
    """Encodes a small recording; see :func:`make`."""
    return make


@pytest.fixture(scope="session")
def drawn() -> Callable[[int], npt.NDArray[np.uint8]]:
    """The picture that was encoded at a place; see :func:`pattern`."""
    return pattern
