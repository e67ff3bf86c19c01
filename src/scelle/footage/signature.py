"""What wrote a file last: software leaves its name in what it encodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from scelle.model.evidence import Finding, FindingKind

_HEAD, _TAIL = 1 << 20, 1 << 18

# Texts that encoders and editing programs write into streams and headers.  Recorders
# encode in hardware, and write none of them.
_ENCODERS = re.compile(
    rb"x264 - core \d+|x265 \(build \d+|Lavc\d[\d.]+|XviD\d+|DivX\d+|SVT-AV1 Encoder|"
    rb"HandBrake [\d.]+|Adobe Premiere|Adobe Media Encoder|DaVinci Resolve|VLC media player|"
    rb"Shotcut|OBS Studio|Bandicam"
)


def encoders(file: BinaryIO) -> list[str]:
    """Names of software encoders in the first MiB and the last 256 KiB, sorted.

    Args:
        file: seekable; read only, not closed.
    """
    file.seek(0)
    found = set(_ENCODERS.findall(file.read(_HEAD)))
    size = file.seek(0, 2)
    file.seek(max(_HEAD, size - _TAIL))
    found |= set(_ENCODERS.findall(file.read(_TAIL)))
    return sorted(name.decode("ascii") for name in found)


def re_encoded(file: BinaryIO) -> Iterator[Finding]:
    """A finding when software, not a recorder, seems to have encoded the pictures."""
    names = encoders(file)
    if names:
        text = (
            f"The file bears the name of encoding software ({', '.join(names)}): it is probably "
            "not as its recorder wrote it, but was encoded again."
        )
        yield Finding(FindingKind.RE_ENCODED, 0, 0, text)
