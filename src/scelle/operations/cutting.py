"""Cutting packets out of a recording without decoding them, in a sandbox."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scelle.engine.child import Link
from scelle.engine.protection import MEBIBYTE
from scelle.engine.worker import Answer
from scelle.errors import BadInput, Misconfigured
from scelle.footage.encode import Caption
from scelle.footage.extract import store
from scelle.footage.index import PacketIndex
from scelle.footage.part import part_of
from scelle.footage.recording import Recording
from scelle.model.evidence import Exhibit
from scelle.operations.lending import Lending, LentObjects
from scelle.operations.original import open_original, read_index
from scelle.operations.sandbox import Sandbox, reading_limits
from scelle.store.vault import Vault

#: Container of the extract, and how its file ends, by the container of the recording.
KINDS = {
    "mov": ("mp4", ".mp4"),
    "matroska": ("matroska", ".mkv"),
    "mpegts": ("mpegts", ".ts"),
    "avi": ("avi", ".avi"),
}
#: Holds every coding; few players open it.
OTHER = ("nut", ".nut")

MOST = 1024 * MEBIBYTE
"""Bytes of packets that one extract may hold: they pass through a sandbox's memory."""

_BLOCK = 4 * MEBIBYTE


@dataclass(frozen=True, eq=False)
class CutTask:
    """Which packets of one exhibit, and into what.

    Attributes:
        first, stop: rows of the packet index.
        container: FFmpeg's name of the container to write.
        captions: of a subtitle track.
        shift: taken from every timestamp.
    """

    case_id: str
    exhibit_id: str
    first: int
    stop: int
    container: str
    captions: tuple[Caption, ...] = ()
    shift: int = 0


def cut(task: CutTask, link: Link) -> int:
    """In the sandbox: store packets as they are in another container, and hand it out.

    Returns:
        how many packets there are.

    Raises:
        BadInput: a recording in several files.
        Damaged: the container would change the packets.
    """
    vault = LentObjects(link)
    index = read_index(vault, task.case_id, task.exhibit_id, b"")
    with open_original(vault, task.case_id, task.exhibit_id, b"", index) as recording:
        if not isinstance(recording, Recording):
            raise BadInput("A recording in several files is not cut.", remedy="Cut its files.")
        rows = (task.first, task.stop)
        out, number = store(recording, rows, task.container, task.captions, task.shift)
    view = out.getbuffer()
    for at in range(0, len(view), _BLOCK):
        link.tell("block", bytes(view[at : at + _BLOCK]))
    return number


def write_cut(
    sandbox: Sandbox,
    vault: Vault,
    exhibit: Exhibit,
    key: bytes,
    index: PacketIndex,
    rows: tuple[int, int],
    target: Path,
    container: str,
    captions: Sequence[Caption] = (),
    shift: int = 0,
) -> int:
    """Write packets of an exhibit to a file, whole or not at all.

    Args:
        rows: first row, and the one after the last.
        captions: of a subtitle track, which MP4 alone has here.
        shift: taken from every timestamp.

    Returns:
        how many packets.

    Raises:
        BadInput: too many bytes, or a recording in several files.
        Damaged: the container would change the packets.
        Misconfigured: the file cannot be written.
    """
    size = int(index.size[rows[0] : rows[1]].astype("int64").sum())
    if size > MOST:
        raise BadInput(
            f"An extract of {size // MEBIBYTE} MiB is too large: {MOST // MEBIBYTE} at most.",
            remedy="Ask for a shorter span.",
        )
    task = CutTask(exhibit.case_id, exhibit.id, *rows, container, tuple(captions), shift)
    limits = replace(reading_limits(exhibit.size), output=size + size // 4 + 16 * MEBIBYTE)
    try:
        with part_of(target) as part, part.open("wb") as file:
            lending = Lending(
                vault, exhibit.case_id, key, exhibit.id, frozenset(("original", "index"))
            )

            def serve(name: str, arguments: Sequence[Any]) -> Answer:
                match name, tuple(arguments):
                    case "block", (bytes(data),):
                        file.write(data)
                        return Answer()
                return lending(name, arguments)

            number = int(sandbox.call(cut, task, serve=serve, limits=limits))
            file.flush()
            os.fsync(file.fileno())
            part.replace(target)
    except OSError as error:
        raise Misconfigured(
            f"{target} cannot be written: {error.strerror}.",
            remedy="Free some space or choose another place; nothing half-written was kept.",
        ) from error
    return number


def native_kind(exhibit: Exhibit) -> tuple[str, str]:
    """The container that holds this recording's packets, and how its file ends."""
    return KINDS.get(exhibit.stream.container, OTHER)


def around(index: PacketIndex, first_pts: int, last_pts: int) -> tuple[int, int]:
    """Rows from where decoding may begin before a span to where it may begin after it."""
    start = index.entry_before(first_pts)
    later = [int(row) for row in index.entries if int(index.pts[row]) > last_pts]
    return start, later[0] if later else len(index.pts)


def clean_cut(index: PacketIndex, first_pts: int, last_pts: int) -> bool:
    """Whether the pictures of a span are exactly those of whole groups of pictures.

    Packets that show nothing are none of theirs: of pictures that the recording's own edit list
    removes nobody knows what is to be concealed.
    """
    first, stop = around(index, first_pts, last_pts)
    if not index.shows[first:stop].all():
        return False
    shown = index.pts[first:stop]
    return bool(len(shown)) and shown.min() == first_pts and shown.max() == last_pts
