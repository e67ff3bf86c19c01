"""Tubes as bytes: compact, canonical, the same on any machine."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import numpy as np

from scelle.errors import Damaged
from scelle.model.tracks import ObjectClass, Tube
from scelle.synopsis.occupancy import Int64Array, Occupancy

_MAGIC = b"scelle-tube 1\n"
_HEAD = 4096  # bytes, more than any head has

Wanted = Callable[[Int64Array], Iterable[int]]
"""Which pictures of a tube, by index, given its boxes: int64 ``(n, 4)``."""


def to_bytes(tube: Tube) -> bytes:
    """Canonical bytes of a tube: equal tubes give equal bytes.

    A line that names the format; a line of JSON, keys sorted; then, without
    gaps, times (little-endian int64), boxes (little-endian int32, row by row),
    sizes of pictures and of masks (little-endian uint32), pictures, masks.
    """
    head = {
        "class": tube.object_class.value,
        "exhibit": tube.exhibit_id,
        "rows": len(tube.pts),
        "time_base": [tube.time_base.numerator, tube.time_base.denominator],
        "track": tube.track_id,
    }
    sizes = np.array([[len(b) for b in part] for part in (tube.pictures, tube.masks)])
    return b"".join(
        (
            _MAGIC,
            json.dumps(head, sort_keys=True, separators=(",", ":")).encode(),
            b"\n",
            tube.pts.astype("<i8").tobytes(),
            tube.boxes.astype("<i4").tobytes(),
            sizes.astype("<u4").tobytes(),
            *tube.pictures,
            *tube.masks,
        )
    )


def from_bytes(data: bytes) -> Tube:
    """Inverse of :func:`to_bytes`.

    Raises:
        Damaged: not the bytes of a tube.
    """
    return tube_from(io.BytesIO(data))


def tube_from(file: io.BufferedIOBase, wanted: Wanted | None = None) -> Tube:
    """A stored tube, of which no more is read than is wanted.

    Args:
        file: of :func:`to_bytes`, at its beginning; seekable.
        wanted: which pictures, and their masks, are read; the others are empty.  All by default.

    Raises:
        Damaged: not the bytes of a tube.
    """
    try:
        head, data = _beginning(file, 32)
        n = int(head["rows"])
        pts, boxes = _times(n, data), _boxes(n, data)
        sizes = np.frombuffer(data, "<u4", 2 * n, 24 * n).astype(np.int64)
        ends = file.tell() + np.cumsum(sizes)
        if ends[-1] != file.seek(0, io.SEEK_END):
            raise ValueError("wrong length")
        if (np.diff(pts) <= 0).any() or (boxes < 0).any() or (boxes[:, 2:] == 0).any():
            raise ValueError("times must increase and boxes have positive sides")
        chosen = sorted(set(range(n) if wanted is None else wanted(boxes)))
        files = [b""] * (2 * n)
        for at in [*chosen, *(n + i for i in chosen)]:
            file.seek(int(ends[at] - sizes[at]))
            files[at] = file.read(int(sizes[at]))
        return Tube(
            head["track"],
            head["exhibit"],
            Fraction(*head["time_base"]),
            pts,
            boxes,
            tuple(files[:n]),
            tuple(files[n:]),
            ObjectClass(head["class"]),
        )
    except (ValueError, KeyError, TypeError, IndexError, ArithmeticError) as error:
        raise _damaged(error) from error


def occupancy_from(file: io.BufferedIOBase, shift: int = 0) -> Occupancy:
    """When and where a stored tube plays, without reading its pictures.

    Args:
        file: of :func:`to_bytes`, at its beginning; seekable.
        shift: added to its timestamps.

    Raises:
        Damaged: not the bytes of a tube.
    """
    try:
        head, data = _beginning(file, 24)
        n = int(head["rows"])
        parts = _boxes(n, data).reshape(n, 1, 4)
        return Occupancy(
            head["track"], Fraction(*head["time_base"]), _times(n, data) + shift, parts
        )
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise _damaged(error) from error


def _beginning(file: io.BufferedIOBase, each: int) -> tuple[dict[str, Any], bytes]:
    """The head, and so many bytes for each row that follow it; the file stands after them."""
    data = file.read(_HEAD)
    if not data.startswith(_MAGIC):
        raise ValueError("not a tube")
    stop = data.index(b"\n", len(_MAGIC)) + 1
    head = json.loads(data[len(_MAGIC) : stop])
    size = each * int(head["rows"])
    if not 0 < size <= file.seek(0, io.SEEK_END) - stop:
        raise ValueError("wrong length")
    file.seek(stop)
    return head, file.read(size)


def _times(n: int, data: bytes) -> Int64Array:
    return np.frombuffer(data, "<i8", n).astype(np.int64)


def _boxes(n: int, data: bytes) -> Int64Array:
    return np.frombuffer(data, "<i4", 4 * n, 8 * n).astype(np.int64).reshape(n, 4)


def _damaged(error: Exception) -> Damaged:
    return Damaged(f"A stored tube cannot be read: {error}.", remedy="Analyse the exhibit again.")
