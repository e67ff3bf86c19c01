"""Storing some packets of a recording in another container, as they are."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import av
from av.error import FFmpegError
from av.video.stream import VideoStream

from scelle.errors import Damaged
from scelle.footage.encode import Caption, add_captions, caption_packet
from scelle.footage.recording import Recording

_BUFFER = 1 << 18
"""Bytes that the library reads or writes at a time: each time costs a call of this language."""


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
        out, number, digest = _stored(recording, rows, container, captions, shift)
        again = _read_again(out, container)
    except FFmpegError as error:
        raise _unfit(container) from error
    if again != (number, digest):
        raise _unfit(container)
    return out, number


def _stored(
    recording: Recording,
    rows: tuple[int, int],
    container: str,
    captions: Sequence[Caption],
    shift: int,
) -> tuple[io.BytesIO, int, bytes]:
    index, out = recording.index, io.BytesIO()
    seen, number = hashlib.sha256(), 0
    scale = str(index.time_base.denominator)
    options = {"fflags": "+bitexact"}
    if container == "mp4":
        options |= {"movie_timescale": scale, "video_track_timescale": scale}
    with av.open(
        out, mode="w", format=container, container_options=options, buffer_size=_BUFFER
    ) as target:
        stream = target.add_stream_from_template(recording.stream, opaque=True)
        stream.metadata.clear()
        texts = add_captions(target, index.time_base) if captions else None
        for row, packet in recording.packets(*rows):
            _see(seen, packet)
            number += 1
            packet.stream = stream
            if container != "mpegts" and index.shows[row]:
                packet.pts = int(index.pts[row]) - shift
            if shift and packet.dts is not None:
                packet.dts -= shift
            target.mux(packet)
        for caption in captions:
            if texts is not None:
                target.mux(caption_packet(texts, caption))
    return out, number, seen.digest()


def _read_again(file: io.BytesIO, container: str) -> tuple[int, bytes]:
    """How many packets of pictures a file has, and the SHA-256 of their lengths and bytes."""
    file.seek(0)
    seen, number = hashlib.sha256(), 0
    with av.open(file, "r", format=container, buffer_size=_BUFFER) as written:
        for packet in written.demux(written.streams.video[0]):
            if packet.size:
                _see(seen, packet)
                number += 1
    return number, seen.digest()


def _see(seen: hashlib._Hash, packet: av.Packet[VideoStream]) -> None:
    seen.update(packet.size.to_bytes(8, "big"))
    seen.update(memoryview(packet))


def _unfit(container: str) -> Damaged:
    return Damaged(
        f"The container {container} would not hold the packets as they are.",
        remedy="Hand out the whole recording instead, which is never altered.",
    )
