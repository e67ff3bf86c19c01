"""What a recording is, found without decoding all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import BinaryIO, cast

import numpy as np
from av.sidedata.sidedata import Type

from scelle.errors import UnreadableSource
from scelle.footage.findings import repeated
from scelle.footage.index import PacketIndex
from scelle.footage.picture import Picture
from scelle.footage.recording import Recording
from scelle.footage.signature import re_encoded
from scelle.model.evidence import Finding, FindingKind, Stream

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
        first = _first_picture(recording)
        size = first.size
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
        findings = (
            *recording.findings,
            *_display(recording, first),
            *repeated(index, recording.codec, size),
            *re_encoded(file),
        )
        return Probe(described, index, findings, recording.views)


def _display(recording: Recording, first: Picture) -> Iterator[Finding]:
    """What the file asks of players, and is not done here: pictures stay as stored."""
    turn = first.raw.rotation % 360
    if turn:
        text = (
            f"The file asks players to turn its pictures by {turn} degrees counter-clockwise; "
            "here they are as stored."
        )
        yield Finding(FindingKind.DISPLAY, 0, 0, text)
    elif not _upright(first):
        text = "The file asks players to mirror or skew its pictures; here they are as stored."
        yield Finding(FindingKind.DISPLAY, 0, 0, text)
    if recording.pixel_shape not in (0, 1):
        shape = recording.pixel_shape
        text = (
            f"Its pixels are not square, {shape.numerator} wide to {shape.denominator} high; "
            "here they are shown square, so that shapes look narrower or wider than they were."
        )
        yield Finding(FindingKind.DISPLAY, 0, 0, text)


def _upright(picture: Picture) -> bool:
    """Whether a display matrix (ISO/IEC 14496-12, 8.3.2), if there is any, only scales."""
    # The library describes it as something else to type checkers.
    told = cast("Mapping[Type, bytes]", picture.raw.side_data)
    if Type.DISPLAYMATRIX not in told:
        return True
    a, b, _, c, d, *_ = np.frombuffer(told[Type.DISPLAYMATRIX], np.int32).tolist()
    return bool(a > 0 and d > 0 and b == c == 0)


def _first_picture(recording: Recording) -> Picture:
    """The first picture that decodes."""
    index = recording.index
    starts = [int(index.times[0]), *(int(p) for p in index.pts[index.entries][:_TRIES])]
    for start in starts:
        later = index.times[index.times > start]
        end = int(later[min(len(later), 25) - 1]) + 1 if len(later) else start + 1
        for picture in recording.pictures(start, end, damaged=True):
            return picture
    raise UnreadableSource(
        f"No picture of this {recording.container} file can be decoded ({recording.codec}, "
        f"{recording.pixel_format}); decoding fails from packet {int(index.order.min())} on.",
        remedy="Export the recording again, if possible in the recorder's own format.",
    )
