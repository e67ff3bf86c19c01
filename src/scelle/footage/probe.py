"""What a recording is, found without decoding all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import BinaryIO

from scelle.errors import UnreadableSource
from scelle.footage.index import PacketIndex
from scelle.footage.recording import Recording
from scelle.model.evidence import Finding, Stream

# One of the first entries must decode; a header alone does not make a recording.
_TRIES = 8


@dataclass(frozen=True)
class Probe:
    """Result of :func:`probe`.

    Attributes:
        stream: what the exhibit's record will say.
        index: every packet.
        findings: what is out of the ordinary, as far as packets tell.
        views: how many video streams the file has.
    """

    stream: Stream
    index: PacketIndex
    findings: tuple[Finding, ...]
    views: int = 1

    def joined(self, index: PacketIndex) -> Probe:
        """The same of a recording in several files, this being the first of them."""
        described = replace(
            self.stream,
            time_base=index.time_base,
            frames_expected=index.frames_expected,
            keyframes=int(index.keyframe.sum()),
            start_pts=int(index.times[0]),
            duration=(index.end_pts - int(index.times[0])) * index.time_base,
        )
        return replace(self, stream=described, index=index)


def probe(file: BinaryIO, *, stream: int = 0, rate: Fraction | None = None) -> Probe:
    """Read all packets, and decode one picture.

    Args:
        file: seekable; read only, not closed.
        stream: which of the file's video streams, from 0.
        rate: pictures a second of an elementary stream; see :meth:`Recording.open`.

    Raises:
        UnreadableSource: no allowed container, no video, or nothing that decodes; says
            the container, the codec and the first packet that fails.
    """
    with Recording.open(file, stream=stream, rate=rate) as recording:
        size = _first_picture(recording)
        index = replace(recording.index, picture_size=size)
        described = Stream(
            container=recording.container,
            codec=recording.codec,
            pixel_format=recording.pixel_format,
            width=size[0],
            height=size[1],
            time_base=index.time_base,
            frames_expected=index.frames_expected,
            keyframes=int(index.keyframe.sum()),
            start_pts=int(index.times[0]),
            duration=(index.end_pts - int(index.times[0])) * index.time_base,
        )
        return Probe(described, index, recording.findings, recording.views)


def _first_picture(recording: Recording) -> tuple[int, int]:
    """Width and height of the first picture that decodes."""
    index = recording.index
    starts = [int(index.times[0]), *(int(p) for p in index.pts[index.entries][:_TRIES])]
    for start in starts:
        later = index.times[index.times > start]
        end = int(later[min(len(later), 25) - 1]) + 1 if len(later) else start + 1
        for picture in recording.pictures(start, end, damaged=True):
            return picture.size
    raise UnreadableSource(
        f"No picture of this {recording.container} file can be decoded ({recording.codec}, "
        f"{recording.pixel_format}); decoding fails from packet {int(index.order.min())} on.",
        remedy="Export the recording again, if possible in the recorder's own format.",
    )
