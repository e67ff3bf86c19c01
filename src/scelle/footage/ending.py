"""Whether a file states itself that it is whole: read from the lengths in its container.

A recorder writes such a length, or an index, when it closes the file.  Nothing is decoded:
a few bytes are read at places that the file's own lengths name, and at most so many places.
"""

from __future__ import annotations

from typing import BinaryIO

_MOST = 4096
"""Boxes or chunks at the top level that are looked at."""

_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


def ends_itself(file: BinaryIO, size: int) -> bool:
    """Whether the container says that the file ends where it ends.

    Known of ISO media files (an index, and boxes that fill the file; if it is fragmented,
    an index of the fragments too: ISO/IEC 14496-12, 4.2 and 8.8.9), of Matroska (segments
    of known size: RFC 8794, 6.2) and of RIFF (Microsoft, *Multimedia Programming Interface
    and Data Specifications 1.0*).  Streams that may go on anywhere, such as MPEG-TS, say
    nothing of the kind.

    Args:
        file: seekable; its position is not kept.
        size: of the file, bytes.
    """
    file.seek(0)
    head = file.read(12)
    if head[:4] == b"RIFF":
        return _riff(file, size)
    if head[:4] == _EBML:
        return _matroska(file, size)
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide") and _boxes(
        file, size
    )


def _boxes(file: BinaryIO, size: int) -> bool:
    at, names = 0, set()
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(16)
        length, least = int.from_bytes(head[:4], "big"), 8
        if length == 1:
            length, least = int.from_bytes(head[8:16], "big"), 16
        if length < least:
            return False  # 0 stands for "to the end", wherever that will be
        names.add(head[4:8])
        at += length
        if at >= size:
            fragmented = b"moof" in names
            return at == size and b"moov" in names and (not fragmented or b"mfra" in names)
    return False


def _riff(file: BinaryIO, size: int) -> bool:
    at = 0
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(8)
        if head[:4] != b"RIFF":
            return False
        length = int.from_bytes(head[4:8], "little")
        at += 8 + length + length % 2
        if at >= size:
            return at == size and length > 4
    return False


def _matroska(file: BinaryIO, size: int) -> bool:
    at = 0
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(12)
        name = head[:4]
        if name not in (_EBML, _SEGMENT):
            return False
        width = 9 - head[4].bit_length() if len(head) > 4 and head[4] else 0
        if not width or len(head) < 4 + width:
            return False
        most = 1 << 7 * width
        length = int.from_bytes(head[4 : 4 + width], "big") & (most - 1)
        if length == most - 1:
            return False  # unknown, as while it is being written
        at += 4 + width + length
        if at >= size:
            return at == size and name == _SEGMENT
    return False
