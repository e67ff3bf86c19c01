"""Writing H.264 in MP4 that any browser plays: the same pictures give the same bytes."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
import numpy.typing as npt
from av.container import OutputContainer
from av.packet import Packet
from av.subtitles.stream import SubtitleStream
from av.video.plane import VideoPlane
from av.video.stream import VideoStream

from scelle.errors import Misconfigured
from scelle.footage.part import part_of
from scelle.footage.picture import Colours

_HEADER = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, \
Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, \
Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True)
class Caption:
    """One line of a subtitle track.

    Attributes:
        start, end: timestamps, in the time base of the pictures.
    """

    start: int
    end: int
    text: str


def add_captions(container: OutputContainer, time_base: Fraction) -> SubtitleStream:
    """Add a subtitle track (3GPP timed text, TS 26.245) to an MP4 file."""
    stream = container.add_stream("mov_text")
    # The encoder, which is not used, asks for a style before it lets the file begin.
    stream.codec_context.subtitle_header = _HEADER
    stream.time_base = time_base
    return stream


def caption_packet(stream: SubtitleStream, caption: Caption) -> Packet[Any]:
    """One caption as it is stored: its length in two bytes, then UTF-8."""
    text = caption.text.encode()
    packet: Packet[Any] = Packet(len(text).to_bytes(2, "big") + text)
    packet.stream = stream
    if stream.time_base is not None:
        packet.time_base = stream.time_base
    packet.pts = packet.dts = caption.start
    packet.duration = max(1, caption.end - caption.start)
    return packet


class Mp4Writer:
    """Writes one MP4 file; it appears once the writer is left without an error.

    H.264 8-bit 4:2:0 (libx264, one thread, no B pictures, no dates in the file), the index
    before the pictures, a key frame at least every second.  An odd width or height is
    extended by one column or row, as 4:2:0 requires.  Timestamps are stored exactly.

    Args:
        path: where the file appears; its folder exists.
        width: of the pictures, pixels.
        height: of the pictures, pixels.
        time_base: seconds per timestamp unit; ``1 / fps`` for a constant rate.
        rate: pictures per second, nominal; only decides how many lie between key frames.
        crf: constant quality, 0 (lossless) to 51.
        in_place: write straight to ``path``, such as a memory file under
            ``/proc/self/fd``; whoever made it removes it after an error.
        captions: for a subtitle track; none leaves it out.
        preset: of libx264.
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        time_base: Fraction,
        *,
        rate: Fraction = Fraction(25),
        crf: int = 21,
        preset: str = "veryfast",
        in_place: bool = False,
        captions: Sequence[Caption] = (),
    ) -> None:
        self._path = path
        self._captions = deque(captions)
        self._in_place = in_place
        self._part = path
        self._beside = ExitStack()
        self._time_base = time_base
        self._shape = (height, width, 3)
        self._even = (height + height % 2, width + width % 2)
        self._stream: VideoStream | None = None
        self._texts: SubtitleStream | None = None
        self._group = max(1, round(rate))
        self._crf, self._preset = crf, preset
        self._last: int | None = None
        self._spacing = max(1, round(1 / (rate * time_base)))
        self._container: OutputContainer | None = None

    def __enter__(self) -> Self:
        scale = str(self._time_base.denominator)
        with ExitStack() as opening, self._refused():
            if not self._in_place:
                self._part = opening.enter_context(part_of(self._path))
            self._container = av.open(
                str(self._part),
                mode="w",
                format="mp4",
                container_options={
                    "movflags": "+faststart",
                    "fflags": "+bitexact",
                    # In milliseconds, the default, an edit list would round the first time.
                    "movie_timescale": scale,
                    "video_track_timescale": scale,
                },
            )
            self._beside = opening.pop_all()
        return self

    def _begin(self, container: OutputContainer, colours: Colours) -> VideoStream:
        """Add the streams: what the colours mean is known with the first picture."""
        stream = container.add_stream(
            "libx264",
            rate=self._group,
            options={
                "preset": self._preset,
                "crf": str(self._crf),
                "threads": "1",
                "bf": "0",
                "flags": "+bitexact",
            },
        )
        context = stream.codec_context
        context.height, context.width = self._even
        context.pix_fmt = "yuv420p"
        context.gop_size = self._group
        context.time_base = stream.time_base = self._time_base
        context.color_range, context.colorspace = colours.span, colours.matrix
        context.color_primaries, context.color_trc = colours.primaries, colours.transfer
        if self._captions:
            self._texts = add_captions(container, self._time_base)
        return stream

    def write(self, picture: npt.NDArray[np.uint8], pts: int) -> None:
        """Append one picture.

        Args:
            picture: uint8 ``(height, width, 3)``, blue, green, red.
            pts: above the one before.

        Raises:
            ValueError: another shape, or a time that does not increase.
            Misconfigured: the file cannot be written, such as on a full disk.
        """
        if picture.shape != self._shape:
            raise ValueError(f"a picture of {picture.shape}, not {self._shape}")
        height, width, _ = self._shape
        if height % 2 or width % 2:
            picture = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), "edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
        self._append(frame, pts, Colours())

    def write_planes(
        self, pieces: Sequence[Sequence[npt.NDArray[np.uint8]]], pts: int, colours: Colours
    ) -> None:
        """Append one picture as it is stored, without any conversion of colours.

        Args:
            pieces: one below the other, as wide as the picture, each of an even height save
                the last: Y ``(h, w)``, U and V ``(ceil(h/2), ceil(w/2))``, uint8.
            pts: above the one before.
            colours: the same for every picture.

        Raises:
            ValueError: another shape, or a time that does not increase.
            Misconfigured: the file cannot be written, such as on a full disk.
        """
        shapes = [piece[0].shape for piece in pieces]
        if (sum(s[0] for s in shapes), shapes[0][1], 3) != self._shape:
            raise ValueError(f"pieces of {shapes}, not {self._shape}")
        frame = av.VideoFrame(self._even[1], self._even[0], "yuv420p")
        for number, plane in enumerate(frame.planes):
            _fill(plane, [piece[number] for piece in pieces])
        self._append(frame, pts, colours)

    def _append(self, frame: av.VideoFrame, pts: int, colours: Colours) -> None:
        if self._last is not None and pts <= self._last:
            raise ValueError(f"times must increase: {pts} after {self._last}")
        if self._container is None:
            raise ValueError("a writer is used as a context manager")
        if self._last is not None:
            self._spacing = pts - self._last
        self._last = pts
        frame.pts, frame.time_base = pts, self._time_base
        with self._refused():
            if self._stream is None:
                self._stream = self._begin(self._container, colours)
            self._mux(self._container, self._stream.encode(frame))
            self._caption(pts)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._container is None:
            return
        try:
            with self._refused():
                if error is None and self._stream is not None:
                    self._mux(self._container, self._stream.encode(None))
                    self._caption(None)
                self._container.close()
                if error is None:
                    if self._last is None:
                        raise ValueError("a video needs at least one picture")
                    if not self._in_place:
                        self._part.replace(self._path)
        finally:
            self._beside.close()

    def _caption(self, until: int | None) -> None:
        """Write the captions that have begun; all of them at the end."""
        while self._captions and (until is None or self._captions[0].start <= until):
            if self._container is not None and self._texts is not None:
                self._container.mux(caption_packet(self._texts, self._captions.popleft()))

    def _mux(self, container: OutputContainer, packets: Iterable[Packet[VideoStream]]) -> None:
        for packet in packets:
            # Only the last picture's matters: with none, readers would leave it out.
            packet.duration = self._spacing
            container.mux(packet)

    @contextmanager
    def _refused(self) -> Iterator[None]:
        """Say plainly that the file cannot be written."""
        try:
            yield
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            raise Misconfigured(
                f"{self._path} cannot be written: "
                f"{'there is no room left on the disk' if full else error.strerror}.",
                remedy="Free some space or choose another place; nothing half-written was kept.",
            ) from error


def planes_of(picture: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.uint8], ...]:
    """Y, U and V, 4:2:0 from 16 to 235, of a picture.

    Args:
        picture: uint8 ``(h, w, 3)``, blue, green, red; ``h`` even.
    """
    height, width = picture.shape[:2]
    wide = np.pad(picture, ((0, 0), (0, width % 2), (0, 0)), "edge")
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(wide), format="bgr24")
    flat = np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)
    half, quarter = (height // 2, wide.shape[1] // 2), height * wide.shape[1] // 4
    chroma = flat[height:].reshape(-1)
    return (
        flat[:height, :width],
        chroma[:quarter].reshape(half),
        chroma[quarter:].reshape(half),
    )


def _fill(plane: VideoPlane, pieces: Sequence[npt.NDArray[np.uint8]]) -> None:
    """Lay arrays one below the other into a plane, whose last row and column may go on."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    top = 0
    for piece in pieces:
        rows[top : top + len(piece), : piece.shape[1]] = piece
        rows[top : top + len(piece), piece.shape[1] : plane.width] = piece[:, -1:]
        top += len(piece)
    rows[top:, : plane.width] = rows[top - 1, : plane.width]
