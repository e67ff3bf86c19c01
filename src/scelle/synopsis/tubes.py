"""Tubes as bytes: compact, canonical, the same on any machine."""

from __future__ import annotations

import io
import json
from fractions import Fraction

import numpy as np

from scelle.errors import Damaged
from scelle.model.tracks import ObjectClass, Tube
from scelle.synopsis.occupancy import Occupancy

_MAGIC = b"scelle-tube 1\n"
_HEAD = 4096  # bytes that hold the head of most tubes


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
    try:
        if not data.startswith(_MAGIC):
            raise ValueError("not a tube")
        stop = data.index(b"\n", len(_MAGIC))
        head = json.loads(data[len(_MAGIC) : stop])
        n, at = int(head["rows"]), stop + 1
        pts = np.frombuffer(data, "<i8", n, at).astype(np.int64)
        boxes = np.frombuffer(data, "<i4", 4 * n, at + 8 * n).astype(np.int64).reshape(n, 4)
        sizes = np.frombuffer(data, "<u4", 2 * n, at + 24 * n).astype(np.int64)
        ends = at + 32 * n + np.cumsum(sizes)
        if ends[-1] != len(data):
            raise ValueError("wrong length")
        if (np.diff(pts) <= 0).any() or (boxes < 0).any() or (boxes[:, 2:] == 0).any():
            raise ValueError("times must increase and boxes have positive sides")
        files = [data[e - s : e] for e, s in zip(ends.tolist(), sizes.tolist(), strict=True)]
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
        raise Damaged(
            f"A stored tube cannot be read: {error}.", remedy="Analyse the exhibit again."
        ) from error


def occupancy_from(file: io.BufferedReader, shift: int = 0) -> Occupancy:
    """When and where a stored tube plays, without reading its pictures.

    Args:
        file: of :func:`to_bytes`, at its beginning.
        shift: added to its timestamps.

    Raises:
        Damaged: not the bytes of a tube.
    """
    try:
        data = file.read(_HEAD)
        if not data.startswith(_MAGIC):
            raise ValueError("not a tube")
        stop = data.index(b"\n", len(_MAGIC))
        head = json.loads(data[len(_MAGIC) : stop])
        n, at = int(head["rows"]), stop + 1
        if at + 24 * n > len(data):
            data += file.read(at + 24 * n - len(data))
        pts = np.frombuffer(data, "<i8", n, at).astype(np.int64)
        boxes = np.frombuffer(data, "<i4", 4 * n, at + 8 * n).astype(np.int64).reshape(n, 1, 4)
        return Occupancy(head["track"], Fraction(*head["time_base"]), pts + shift, boxes)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise Damaged(
            f"A stored tube cannot be read: {error}.", remedy="Analyse the exhibit again."
        ) from error
