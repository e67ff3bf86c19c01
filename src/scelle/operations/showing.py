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
from scelle.model.evidence import Exhibit
from scelle.operations.lending import Lending, LentObjects
from scelle.operations.original import open_original, read_index
from scelle.operations.sandbox import Sandbox, decoding_limits
from scelle.store.vault import Vault

UInt8Array = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class ShowTask:
    """Some pictures of one exhibit.

    Attributes:
        start_pts, end_pts: a span that begins where decoding may begin.
        wanted: int64, increasing frame indexes within it.
    """

    case_id: str
    exhibit_id: str
    start_pts: int
    end_pts: int
    wanted: Int64Array


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
            link.tell("picture", picture.frame, picture.pts, picture.bgr())
            number += 1
    return number


def each_picture(
    sandbox: Sandbox,
    vault: Vault,
    exhibit: Exhibit,
    key: bytes,
    index: PacketIndex,
    wanted: Int64Array,
    see: Callable[[int, int, UInt8Array], None],
) -> int:
    """Have pictures decoded in a sandbox, and see each as it comes.

    Args:
        sandbox: starts it.
        vault: holds the original.
        exhibit: whose pictures.
        key: the case's; it stays here.
        index: the exhibit's own.
        wanted: int64, increasing frame indexes; at least one.
        see: told the frame index, the timestamp, and the picture, uint8
            ``(height, width, 3)`` blue, green, red; what it raises ends the decoding.

    Returns:
        how many were seen; one that cannot be decoded is absent.

    Raises:
        DecoderFailed: the decoder crashed, or reached a limit.
        Damaged: what came out is not what was asked for.
    """
    first, last = int(index.times[wanted[0]]), int(index.times[wanted[-1]]) + 1
    entry = index.entry_before(first)
    start = int(index.pts[entry]) if entry else int(index.times[0])
    task = ShowTask(exhibit.case_id, exhibit.id, start, last, wanted)
    shape = (exhibit.stream.height, exhibit.stream.width, 3)
    lending = _Seen(vault, exhibit, key, index, wanted, shape, see)
    seconds = float((last - start) * index.time_base)
    size = len(wanted) * (int(np.prod(shape)) + 4096) + MEBIBYTE
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
        shape: tuple[int, int, int],
        see: Callable[[int, int, UInt8Array], None],
    ) -> None:
        reads = frozenset(("original", "index"))
        self._lending = Lending(vault, exhibit.case_id, key, exhibit.id, reads)
        self._times = {int(frame): int(index.times[frame]) for frame in wanted}
        self._shape, self._see, self._last = shape, see, -1
        self.seen = 0

    def __call__(self, name: str, arguments: Sequence[Any]) -> Answer:
        """See :data:`scelle.engine.worker.Serve`."""
        if name != "picture":
            return self._lending(name, arguments)
        match tuple(arguments):
            case (int(frame), int(pts), np.ndarray() as pixels) if (
                frame > self._last
                and self._times.get(frame) == pts
                and pixels.shape == self._shape
                and pixels.dtype == np.uint8
            ):
                self._last, self.seen = frame, self.seen + 1
                self._see(frame, pts, pixels)
                return Answer()
        raise Damaged(
            "A sandboxed process handed out a picture that was not asked for.",
            remedy="Treat the recording as hostile, and report it.",
        )
