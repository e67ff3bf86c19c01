"""Pictures of a recording, decoded in a sandbox and handed out raw.

Raw pixels do no harm: whoever conceals, draws on or encodes them may do so outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from scelle.engine.child import Link
from scelle.engine.protection import MEBIBYTE
from scelle.engine.worker import Answer
from scelle.errors import Damaged
from scelle.footage.index import Int64Array, PacketIndex
from scelle.footage.picture import Colours
from scelle.model.evidence import Exhibit
from scelle.operations.lending import Lending, LentObjects
from scelle.operations.original import open_original, read_index
from scelle.operations.sandbox import Sandbox, decoding_limits
from scelle.store.vault import Vault

UInt8Array = npt.NDArray[np.uint8]
See = Callable[[int, int, tuple[UInt8Array, ...], Colours], None]
"""Told the frame index, the timestamp, the picture's planes, uint8 and free to be altered, and
what their numbers mean."""

_CODES = 32  # more than H.273 has


@dataclass(frozen=True, eq=False)
class ShowTask:
    """Some pictures of one exhibit.

    Attributes:
        start_pts, end_pts: a span that begins where decoding may begin.
        wanted: int64, increasing frame indexes within it.
        coded: as Y, U and V, to be encoded again; else as blue, green and red.
    """

    case_id: str
    exhibit_id: str
    start_pts: int
    end_pts: int
    wanted: Int64Array
    coded: bool


def show(task: ShowTask, link: Link) -> int:
    """In the sandbox: hand out the wanted pictures, also those with damage, in order.

    Returns:
        how many there were.
    """
    vault, number = LentObjects(link), 0
    index = read_index(vault, task.case_id, task.exhibit_id, b"")
    with open_original(vault, task.case_id, task.exhibit_id, b"", index) as recording:
        for picture in recording.pictures(
            task.start_pts, task.end_pts, wanted=task.wanted, damaged=True
        ):
            planes, colours = picture.coded() if task.coded else ((picture.bgr(),), Colours())
            link.tell("picture", picture.frame, picture.pts, planes, tuple(colours))
            number += 1
    return number


def each_picture(
    sandbox: Sandbox,
    vault: Vault,
    exhibit: Exhibit,
    key: bytes,
    index: PacketIndex,
    wanted: Int64Array,
    see: See,
    *,
    coded: bool = False,
) -> int:
    """Have pictures decoded in a sandbox, and see each as it comes.

    Args:
        sandbox: starts it.
        vault: holds the original.
        exhibit: whose pictures.
        key: the case's; it stays here.
        index: the exhibit's own.
        wanted: int64, increasing frame indexes; at least one.
        see: what it raises ends the decoding.
        coded: Y, U and V as they were stored, to be encoded again, instead of blue, green
            and red.

    Returns:
        how many were seen; one that cannot be decoded is absent.

    Raises:
        DecoderFailed: the decoder crashed, or reached a limit.
        Damaged: what came out is not what was asked for.
    """
    first, last = int(index.times[wanted[0]]), int(index.times[wanted[-1]]) + 1
    entry = index.entry_before(first)
    start = int(index.pts[entry]) if entry else int(index.times[0])
    task = ShowTask(exhibit.case_id, exhibit.id, start, last, wanted, coded)
    height, width = exhibit.stream.height, exhibit.stream.width
    half = (-(-height // 2), -(-width // 2))
    shapes = ((height, width), half, half) if coded else ((height, width, 3),)
    lending = _Seen(vault, exhibit, key, index, wanted, shapes, see)
    seconds = float((last - start) * index.time_base)
    size = len(wanted) * (3 * height * width + 4096) + MEBIBYTE
    limits = replace(decoding_limits(seconds), output=size)
    sandbox.call(show, task, serve=lending, limits=limits)
    return lending.seen


class _Seen:
    """Lends the original, and takes the pictures in."""

    def __init__(
        self,
        vault: Vault,
        exhibit: Exhibit,
        key: bytes,
        index: PacketIndex,
        wanted: Int64Array,
        shapes: tuple[tuple[int, ...], ...],
        see: See,
    ) -> None:
        reads = frozenset(("original", "index"))
        self._lending = Lending(vault, exhibit.case_id, key, exhibit.id, reads)
        self._times = {int(frame): int(index.times[frame]) for frame in wanted}
        self._shapes, self._see, self._last = shapes, see, -1
        self.seen = 0

    def __call__(self, name: str, arguments: Sequence[Any]) -> Answer:
        """See :data:`scelle.engine.worker.Serve`."""
        if name != "picture":
            return self._lending(name, arguments)
        match tuple(arguments):
            case (int(frame), int(pts), (*planes,), (int(), int(), int(), int()) as colours) if (
                frame > self._last
                and self._times.get(frame) == pts
                and all(isinstance(p, np.ndarray) and p.dtype == np.uint8 for p in planes)
                and tuple(p.shape for p in planes) == self._shapes
                and all(0 <= c < _CODES for c in colours)
            ):
                self._last, self.seen = frame, self.seen + 1
                self._see(frame, pts, tuple(planes), Colours(*colours))
                return Answer()
        raise Damaged(
            "A sandboxed process handed out a picture that was not asked for.",
            remedy="Treat the recording as hostile, and report it.",
        )
