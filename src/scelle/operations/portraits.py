"""One picture of each track, for lists of them: the one that says most, masked."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Tube
from scelle.model.zones import Zone
from scelle.operations.pictures import Pictures, UInt8Array
from scelle.store.vault import Version
from scelle.vision.masking import conceal_object

HELD = 64 << 20
"""Bytes of portraits that are held together, at most."""


class Wanted(NamedTuple):
    """A portrait, by everything that it depends on.

    Attributes:
        version: of the stored tube.
        zones: that people have marked in the recording.
        turned: whether the recording is, so that objects are concealed whole.
        manifest: of the recording's analysis, which found everybody who is in the picture.
        revealed: those of the recording whose concealment is lifted.
    """

    case_id: str
    exhibit_id: str
    track_id: str
    version: Version
    concealed: bool
    zones: tuple[Zone, ...]
    turned: bool
    manifest: str | None
    revealed: frozenset[str]


class Portraits:
    """The portraits made last; safe between threads.

    Who may see one is decided elsewhere, each time.
    """

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._held: OrderedDict[Wanted, bytes] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes of all that are held."""
        return self._size

    @property
    def cases(self) -> frozenset[str]:
        """Whose they are."""
        with self._one:
            return frozenset(wanted.case_id for wanted in self._held)

    def get(self, wanted: Wanted) -> bytes | None:
        """One of them, if it is held."""
        with self._one:
            if wanted in self._held:
                self._held.move_to_end(wanted)
            return self._held.get(wanted)

    def put(self, made: Mapping[Wanted, bytes]) -> None:
        """Hold some; those asked for longest ago give way."""
        with self._one:
            for wanted, picture in made.items():
                self._drop(wanted)
                self._held[wanted] = picture
                self._size += len(picture)
            while self._size > HELD:
                self._drop(next(iter(self._held)))

    def forget(self, case_id: str) -> None:
        """Hold nothing of a case."""
        with self._one:
            for wanted in [w for w in self._held if w.case_id == case_id]:
                self._drop(wanted)

    def _drop(self, wanted: Wanted) -> None:
        self._size -= len(self._held.pop(wanted, b""))


def portraits(
    tubes: Sequence[Tube], pictures: Pictures, revealed: Container[str]
) -> dict[str, bytes]:
    """As :func:`portrait`, of several tracks by id; a recording's are decoded at once."""
    made: dict[str, bytes] = {}
    for exhibit_id in dict.fromkeys(t.exhibit_id for t in tubes):
        own = [t for t in tubes if t.exhibit_id == exhibit_id]
        shown = pictures.several([(t, telling(t.boxes)[0]) for t in own])
        for tube, picture in zip(own, shown, strict=True):
            made[tube.track_id] = _handed_out(
                tube, picture, concealed=tube.track_id not in revealed
            )
    return {t.track_id: made[t.track_id] for t in tubes}


def portrait(tube: Tube, pictures: Pictures, *, concealed: bool) -> bytes:
    """The middle one among the larger pictures of a tube, JPEG; masked unless it is revealed."""
    return _handed_out(tube, pictures.picture(tube, telling(tube.boxes)[0]), concealed=concealed)


def telling(boxes: npt.NDArray[np.int64]) -> tuple[int]:
    """Which picture of a tube says most: the only one that is to be read.

    Args:
        boxes: int64 ``(n, 4)``, of all of them.
    """
    area = boxes[:, 2] * boxes[:, 3]
    large = np.flatnonzero(area >= np.percentile(area, 70))
    return (int(large[len(large) // 2]),)


def _handed_out(tube: Tube, picture: UInt8Array, *, concealed: bool) -> bytes:
    shown = conceal_object(picture, tube.upright, tube.pixel) if concealed else picture
    _, data = cv2.imencode(".jpg", shown, (cv2.IMWRITE_JPEG_QUALITY, 85))
    return bytes(data.tobytes())
