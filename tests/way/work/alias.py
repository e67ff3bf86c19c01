"""A QuickTime file whose pictures lie in another file."""

from __future__ import annotations

from pathlib import Path


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return (8 + len(body)).to_bytes(4, "big") + name + body


def elsewhere(data: bytes, target: Path) -> bytes:
    """A QuickTime file whose pictures lie in another file beside it ('alis', version 2).

    Layout: QuickTime File Format, *Data References*; the alias record as FFmpeg reads it
    (name of the volume, of the file, levels, then typed items: 2 is the full path).
    """
    path = str(target).encode()
    named = target.name.encode()[:63]
    record = (
        b"\0" * 10 + bytes([4]) + b"disk".ljust(27, b"\0") + b"\0" * 12
        + bytes([len(named)]) + named.ljust(63, b"\0") + b"\0" * 16
        + (1).to_bytes(2, "big") + (1).to_bytes(2, "big") + b"\0" * 16
        + (2).to_bytes(2, "big") + len(path).to_bytes(2, "big") + path + b"\0" * (len(path) % 2)
        + b"\xff\xff\0\0"
    )  # fmt: skip
    reference = box(b"alis", b"\0\0\0\0", record)
    at = data.index(b"url \0\0\0\1") - 4
    grown = bytearray(data[:at] + reference + data[at + 12 :])
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        start = data.index(name) - 4
        size = int.from_bytes(data[start : start + 4], "big") + len(reference) - 12
        grown[start : start + 4] = size.to_bytes(4, "big")
    return bytes(grown)
