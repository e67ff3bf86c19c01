"""One decoded picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import av
import numpy as np
import numpy.typing as npt

UInt8Array = npt.NDArray[np.uint8]

_PLAIN_LUMA = frozenset(
    {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p"}
    | {"yuv411p", "yuvj411p", "yuv410p", "yuv440p", "yuvj440p", "nv12", "nv21", "gray"}
)
_PLAIN_PLANES = frozenset({"yuv420p", "yuvj420p"})


class Colours(NamedTuple):
    """What the numbers of a picture's planes mean, in the codes of ITU-T H.273.

    Attributes:
        span: 1 where they lie in 16 to 235, 2 where in 0 to 255, 0 where nobody says.
        matrix, primaries, transfer: 2 where nobody says.
    """

    span: int = 0
    matrix: int = 2
    primaries: int = 2
    transfer: int = 2


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture; its arrays are views of the decoder's own memory.

    Arrays stay correct for as long as they are held, and hold the decoder's memory meanwhile.
    Formats of more than 8 bits, RGB and palettes are first converted to 8-bit 4:2:0.

    Attributes:
        frame: 0-based index in presentation order among the pictures expected.
        pts: presentation timestamp in the recording's time base.
        keyframe: the packet was a key frame.
        damaged: the decoder had to guess some part of it.
        raw: the decoder's frame, stretched where it came out in another size than the
            recording's first picture.
        stored: width and height as they were stored, where that is another size.
    """

    frame: int
    pts: int
    keyframe: bool
    damaged: bool
    raw: av.VideoFrame
    stored: tuple[int, int] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.raw.width, self.raw.height

    @property
    def luma(self) -> UInt8Array:
        """uint8 ``(height, width)``, brightness as stored; no copy for usual formats."""
        if self.raw.format.name in _PLAIN_LUMA - _PLAIN_PLANES:
            return _plane(self.raw, 0)
        return self._yuv[0]

    def yuv(self) -> tuple[UInt8Array, UInt8Array, UInt8Array]:
        """uint8 planes: Y ``(h, w)``, U and V ``(ceil(h/2), ceil(w/2))``; range as stored."""
        return self._yuv

    @cached_property
    def _yuv(self) -> tuple[UInt8Array, UInt8Array, UInt8Array]:
        raw = self.raw
        if raw.format.name not in _PLAIN_PLANES:
            raw = raw.reformat(format="yuv420p")
        return _plane(raw, 0), _plane(raw, 1), _plane(raw, 2)

    def coded(self) -> tuple[tuple[UInt8Array, UInt8Array, UInt8Array], Colours]:
        """Planes as of :meth:`yuv`, to be encoded again, and what their numbers mean.

        Those of 8-bit 4:2:0 are as stored; others are converted, to 16 to 235.
        """
        raw, name = self.raw, self.raw.format.name
        if name not in _PLAIN_PLANES:
            # RGB has no matrix; that of standard definition is what it is converted with.
            matrix = "ITU601" if self.raw.format.is_rgb else None
            raw = raw.reformat(format="yuv420p", dst_colorspace=matrix, dst_color_range="MPEG")
        span = 2 if name == "yuvj420p" else int(raw.color_range)
        colours = Colours(span, int(raw.colorspace), int(raw.color_primaries), int(raw.color_trc))
        return (_plane(raw, 0), _plane(raw, 1), _plane(raw, 2)), colours

    def bgr(self) -> UInt8Array:
        """uint8 ``(height, width, 3)``, blue, green, red; a copy."""
        return np.asarray(self.raw.to_ndarray(format="bgr24"), np.uint8)


def _plane(raw: av.VideoFrame, number: int) -> UInt8Array:
    plane = raw.planes[number]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, abs(plane.line_size))
    view = rows[:, : plane.width]
    # A negative stride means that the lowest address holds the bottom row.
    return view[::-1] if plane.line_size < 0 else view
