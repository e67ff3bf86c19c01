"""Opening a container from a file object: nothing else is opened, whatever it says."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import BinaryIO

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.error import PermissionError as NotPermitted
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from scelle.errors import UnreadableSource
from scelle.footage.hardware import SOFTWARE, accelerator

# Containers that hold their own pictures.  Playlists, concatenations, image
# sequences and anything that names another file are absent on purpose.
FORMATS = (
    *("mov", "matroska", "avi", "mpegts", "mpeg", "asf", "flv", "mxf", "ogg", "dhav", "nut"),
    *("h264", "hevc", "mpegvideo", "m4v", "mjpeg", "ivf", "obu", "vc1"),
)


def open_stream(
    file: BinaryIO, number: int, decoder: str = SOFTWARE
) -> tuple[InputContainer, int, VideoStream]:
    """Open a container and choose one of its video streams.

    Args:
        file: seekable; read only, never closed here.
        number: which of the video streams, covers left aside, from 0.
        decoder: see :func:`scelle.footage.hardware.accelerator`.

    Returns:
        the container, how many video streams it has, and the one chosen.

    Raises:
        UnreadableSource: no container in the allowed list, no such video stream in it, or
            one in an unknown coding.
    """
    file.seek(0)
    try:
        container = av.open(
            file,
            mode="r",
            container_options={
                "format_whitelist": ",".join(_demuxers()),
                "protocol_whitelist": "",
            },
            metadata_errors="replace",
            io_open=_refuse,
            hwaccel=accelerator(decoder),
        )
    except (FFmpegError, OSError) as error:
        # The file's own errors too: a header may name a place that no file can have.
        raise _unopened(file, error) from error
    pictures = [s for s in container.streams.video if not _cover(s)]
    name = container.format.name
    if not pictures:
        container.close()
        raise UnreadableSource(
            f"There is no video stream in this {name} file.",
            remedy="Give the file that holds the pictures.",
        )
    if number >= len(pictures):
        container.close()
        raise UnreadableSource(
            f"This {name} file has {len(pictures)} video streams, not {number + 1}.",
            remedy="Give the whole original; this copy lacks one of its views.",
        )
    stream = pictures[number]
    context: VideoCodecContext | None = stream.codec_context
    if context is None:
        container.close()
        raise UnreadableSource(
            f"The pictures of this {name} file are in a coding that is not known here.",
            remedy="Export the recording again in a common coding, such as H.264.",
        )
    return container, len(pictures), stream


_LOOKS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"MZ", "a Windows program", "A self-playing export hides the recording: export it again "
     "as a plain file, in the recorder's own format or as MP4."),
    (0, b"PK\x03\x04", "a ZIP archive", "Unpack it and give the recordings in it."),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and give the recordings in it."),
    (0, b"Rar!", "a RAR archive", "Unpack it and give the recordings in it."),
    (0, b"\x1f\x8b", "a gzip archive", "Unpack it and give the recording in it."),
    (257, b"ustar", "a tar archive", "Unpack it and give the recordings in it."),
    (0, b"\xff\xd8\xff", "a JPEG picture", "Stills are not received; give the recording."),
    (0, b"\x89PNG", "a PNG picture", "Stills are not received; give the recording."),
    (0, b"%PDF", "a PDF document", "Give the recording itself."),
    (0, b"EVF\x09", "an EnCase disk image", "Take the recordings out of the image first."),
    (3, b"NTFS", "a disk image", "Take the recordings out of the image first."),
    (1080, b"\x53\xef", "a disk image", "Take the recordings out of the image first."),
    (0, b"#EXTM3U", "a playlist", "Give the recordings that it names, one by one."),
)  # fmt: skip
"""Offset, bytes, what it is, what would help; signatures as file(1) knows them."""


def _unopened(file: BinaryIO, error: FFmpegError | OSError) -> UnreadableSource:
    """What the first bytes look like, and what would help."""
    file.seek(0)
    head = file.read(2048)
    for at, mark, what, remedy in _LOOKS:
        if head[at : at + len(mark)] == mark:
            return UnreadableSource(f"This is {what}, not a recording.", remedy=remedy)
    if head[4:8] == b"ftyp":
        return UnreadableSource(
            "This MP4 file has no index (moov) that can be read: it was cut off before it was "
            "finished, or its end is missing.",
            remedy="Copy the recording again from its medium; if the recorder itself lost power, "
            "have it repaired with a sound recording of the same recorder as its model.",
        )
    where = f"its first bytes are {head[:8].hex(' ')}"
    if not any(head):
        where = "it begins with zeros: what was there is gone, or was never written"
    return UnreadableSource(
        f"This is not a video container that can be read: {where} ({error.strerror or error}).",
        remedy="Give the original recording, as exported by the recorder; if its own player "
        "alone can read it, export it there as MP4, MKV or AVI.",
    )


def _demuxers() -> Sequence[str]:
    """Full names of the allowed demultiplexers, as the library registers them."""
    return [name for name in av.formats_available if name in FORMATS] + [
        "mov,mp4,m4a,3gp,3g2,mj2",
        "matroska,webm",
    ]


def _refuse(url: str, flags: int, options: object) -> None:
    # The library's own error: told like any other that reading meets.
    raise NotPermitted(errno.EPERM, "a recording may not open another file", url)


def _cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & type(stream.disposition).attached_pic)
