"""Storing some packets of a recording in another container, as they are."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import av
from av.error import FFmpegError

from scelle.errors import Damaged
from scelle.footage.encode import Caption, add_captions, caption_packet
from scelle.footage.recording import Recording


def store(
    recording: Recording,
    rows: tuple[int, int],
    container: str,
    captions: Sequence[Caption] = (),
    shift: int = 0,
) -> tuple[io.BytesIO, int]:
    """The packets of some rows of the index in a file of their own, in memory.

    What was written is read again: each packet must have the bytes of the one that it
    was made from.

    Args:
        rows: first row, and the one after the last.
        container: FFmpeg's name of it.
        captions: of a subtitle track, which MP4 alone has here.
        shift: taken from every timestamp.

    Returns:
        the file, and how many packets it holds.

    Raises:
        Damaged: the container would change the packets, or cannot hold them.
    """
    try:
        out, digests = _stored(recording, rows, container, captions, shift)
        again = _packets(out, container)
    except FFmpegError as error:
        raise _unfit(container) from error
    if again != digests:
        raise _unfit(container)
    return out, len(digests)


def _stored(
    recording: Recording,
    rows: tuple[int, int],
    container: str,
    captions: Sequence[Caption],
    shift: int,
) -> tuple[io.BytesIO, list[str]]:
    index, out = recording.index, io.BytesIO()
    digests: list[str] = []
    scale = str(index.time_base.denominator)
    options = {"fflags": "+bitexact"}
    if container == "mp4":
        options |= {"movie_timescale": scale, "video_track_timescale": scale}
    with av.open(out, mode="w", format=container, container_options=options) as target:
        stream = target.add_stream_from_template(recording.stream, opaque=True)
        stream.metadata.clear()
        texts = add_captions(target, index.time_base) if captions else None
        for row, packet in recording.packets(*rows):
            digests.append(hashlib.sha256(memoryview(packet)).hexdigest())
            packet.stream = stream
            if container != "mpegts" and index.shows[row]:
                packet.pts = int(index.pts[row]) - shift
            if shift and packet.dts is not None:
                packet.dts -= shift
            target.mux(packet)
        for caption in captions:
            if texts is not None:
                target.mux(caption_packet(texts, caption))
    return out, digests


def _packets(file: io.BytesIO, container: str) -> list[str]:
    """The SHA-256 of each packet of a file's pictures."""
    file.seek(0)
    with av.open(file, "r", format=container) as written:
        return [
            hashlib.sha256(memoryview(packet)).hexdigest()
            for packet in written.demux(written.streams.video[0])
            if packet.size
        ]


def _unfit(container: str) -> Damaged:
    return Damaged(
        f"The container {container} would not hold the packets as they are.",
        remedy="Hand out the whole recording instead, which is never altered.",
    )
