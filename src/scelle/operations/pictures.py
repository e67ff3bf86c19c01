"""Kept pictures are decoded in sandboxes too: it was a recording's own sandbox that made them.

The vault proves that they are the files which that sandbox handed over; it cannot prove
that a hostile recording had no hand in them.

Whoever shows a kept picture has it from here, so here the zones are blanked that people
have marked, and whoever else is in it is concealed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from scelle.engine.protection import MEBIBYTE
from scelle.engine.worker import Limits, Worker
from scelle.errors import Damaged
from scelle.model.tracks import Tube
from scelle.model.zones import Zone
from scelle.operations.blanking import blank_row, blank_ways
from scelle.operations.sandbox import Sandbox
from scelle.synopsis.blend import Row

UInt8Array = npt.NDArray[np.uint8]

_TUBES, _ROWS, _PIXELS = 32, 24, 1 << 19
"""Tubes of which rows lie ready; rows of each at most; pixels that are decoded at once."""

_LIMITS = Limits(cpu_s=60, wall_s=300, output=512 * MEBIBYTE)


ConcealsOthers = Callable[[Sequence[tuple[Tube, int, UInt8Array]]], None]
"""See :meth:`scelle.operations.others.Others.conceal`."""


@dataclass(frozen=True)
class Files:
    """Picture files of one recording.

    Attributes:
        what: whose they are, for an error.
        colour: files to be read in colour.
        grey: files to be read as brightness alone.
    """

    what: str
    colour: tuple[bytes, ...] = ()
    grey: tuple[bytes, ...] = ()


def decode(files: Files) -> list[UInt8Array]:
    """In the sandbox: uint8 ``(h, w, 3)``, BGR, of each in colour, then ``(h, w)`` of each grey.

    Raises:
        Damaged: one is no picture.
    """
    modes = [(f, cv2.IMREAD_COLOR) for f in files.colour]
    modes += [(f, cv2.IMREAD_GRAYSCALE) for f in files.grey]
    return [_decoded(data, mode, files.what) for data, mode in modes]


def _decoded(data: bytes, mode: int, what: str) -> UInt8Array:
    # OpenCV asserts that a file is not empty.
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), mode) if data else None
    if picture is None:
        raise Damaged(f"{what} cannot be decoded.", remedy="Analyse the exhibit again.")
    return np.asarray(picture, np.uint8)


class Pictures:
    """Decodes kept pictures, each recording's in a sandbox of its own; use as a context manager.

    Args:
        sandbox: starts them.
        zones: that people have marked in the recordings.
        others: conceals whoever else is in an object's pictures.
    """

    def __init__(self, sandbox: Sandbox, zones: Sequence[Zone], others: ConcealsOthers) -> None:
        self._sandbox, self._zones, self._others = sandbox, zones, others
        self._workers: dict[str, Worker] = {}
        self._ahead: OrderedDict[str, dict[int, Row]] = OrderedDict()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def row(self, tube: Tube, at: int) -> Row:
        """One picture of a tube and its mask; see :data:`scelle.synopsis.blend.Decode`.

        Those that follow are decoded with it: asking a sandbox takes longer than decoding.

        Raises:
            Damaged: one cannot be decoded.
            DecoderFailed: the decoder crashed, or reached a limit.
            Misconfigured: in production, no complete sandbox.
        """
        rows = self._ahead.get(tube.track_id, {})
        if at not in rows:
            ahead = [(tube, i) for i in range(at, min(at + _ROWS, len(tube.pts)))]
            rows = dict(enumerate(self._rows(ahead[: _fitting(ahead)]), at))
            self._ahead[tube.track_id] = rows
        self._ahead.move_to_end(tube.track_id)
        if len(self._ahead) > _TUBES:
            self._ahead.popitem(last=False)
        return rows[at]

    def rows(self, wanted: Sequence[tuple[Tube, int]]) -> Iterator[Row]:
        """Pictures of tubes and their masks, in order; raises the same as :meth:`row`.

        Many are decoded at once, of whichever tubes.
        """
        at = 0
        while at < len(wanted):
            several = _fitting(wanted[at:])
            yield from self._rows(wanted[at : at + several])
            at += several

    def picture(self, tube: Tube, at: int) -> UInt8Array:
        """One picture of a tube without its mask: uint8 ``(h, w, 3)``, BGR; raises the same."""
        return self.several([(tube, at)])[0]

    def several(self, wanted: Sequence[tuple[Tube, int]]) -> Sequence[UInt8Array]:
        """One picture each of tubes of one exhibit, as :meth:`picture`, at once."""
        named = ", ".join(tube.track_id for tube, _ in wanted)
        files = Files(f"A picture of {named}", tuple(tube.pictures[at] for tube, at in wanted))
        exhibit_id = wanted[0][0].exhibit_id
        shown = self._decode(exhibit_id, files)
        for (tube, at), picture in zip(wanted, shown, strict=True):
            blank_row(tube, at, self._zones_of(exhibit_id), picture)
        self._others([(*each, p) for each, p in zip(wanted, shown, strict=True)])
        return shown

    def scene(self, exhibit_id: str, data: bytes) -> UInt8Array:
        """An empty scene at native size: uint8 ``(h, w, 3)``, BGR; raises the same."""
        picture = self._decode(exhibit_id, Files(f"A background of {exhibit_id}", (data,)))[0]
        blank_ways(picture, self._zones_of(exhibit_id))
        return picture

    def _rows(self, wanted: Sequence[tuple[Tube, int]]) -> list[Row]:
        """Rows of one exhibit."""
        exhibit_id = wanted[0][0].exhibit_id
        named = ", ".join(dict.fromkeys(tube.track_id for tube, _ in wanted))
        files = Files(
            f"A picture or mask of {named}",
            tuple(tube.pictures[at] for tube, at in wanted),
            tuple(tube.masks[at] for tube, at in wanted),
        )
        shown = self._decode(exhibit_id, files)
        rows = list(zip(shown[: len(wanted)], shown[len(wanted) :], strict=True))
        zones = self._zones_of(exhibit_id)
        for (tube, at), (picture, mask) in zip(wanted, rows, strict=True):
            blank_row(tube, at, zones, picture, mask)
        self._others([(*each, r[0]) for each, r in zip(wanted, rows, strict=True)])
        return rows

    def _zones_of(self, exhibit_id: str) -> list[Zone]:
        return [z for z in self._zones if z.exhibit_id == exhibit_id]

    def _decode(self, exhibit_id: str, files: Files) -> Sequence[UInt8Array]:
        if exhibit_id not in self._workers:
            self._workers[exhibit_id] = self._open.enter_context(self._sandbox.worker())
        shown = self._workers[exhibit_id].call(decode, files, limits=_LIMITS)
        dimensions = [3] * len(files.colour) + [2] * len(files.grey)
        if not (isinstance(shown, list) and [_dimensions(each) for each in shown] == dimensions):
            raise Damaged(
                "A sandboxed process handed out something that is no picture.",
                remedy="Treat the recording as hostile, and report it.",
            )
        return shown


def _fitting(wanted: Sequence[tuple[Tube, int]]) -> int:
    """How many of the first are decoded at once: of one exhibit, and not too many pixels."""
    pixels = 0
    for number, (tube, at) in enumerate(wanted):
        pixels += int(tube.boxes[at, 2] * tube.boxes[at, 3])
        if number and (tube.exhibit_id != wanted[0][0].exhibit_id or pixels > _PIXELS):
            return number
    return len(wanted)


def _dimensions(picture: object) -> int:
    """2 for brightness, 3 for colour, 0 for what is no picture."""
    match picture:
        case np.ndarray(dtype=np.uint8, ndim=2, size=size) if size:
            return 2
        case np.ndarray(dtype=np.uint8, ndim=3, size=size) if size and picture.shape[2] == 3:
            return 3
    return 0
