"""A little of every picture looked at: enough to tell what befell the camera, not the scene."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt

from scelle.errors import Damaged
from scelle.footage.picture import Picture

UInt8Array = npt.NDArray[np.uint8]
Int64Array = npt.NDArray[np.int64]
Float32Array = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

GRID = (32, 48)
"""Rows and columns of a small picture."""

_EACH_S = Fraction(1)
_QUARTERS = [GRID[0] * GRID[1] * quarter for quarter in (1, 2, 3)]
_LOOKS = ("pts", "levels", "detail", "same", "stored")
_SMALL = ("small_pts", "small")

_Row = tuple[int, tuple[int, int, int], float, bool, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Glimpses:
    """What is kept of ``n`` looks, and of one small picture a second, ``m`` in all.

    Attributes:
        pts: int64 ``(n,)``, increasing.
        levels: float32 ``(n, 3)``, lower quartile, median and upper quartile of
            brightness, 0 to 255.
        detail: float32 ``(n,)``, mean difference between neighbouring samples.
        same: bool ``(n,)``, not one sample differs from the look before.
        stored: int64 ``(n, 2)``, width and height where the picture was stored in another
            size than the first, else zeros.
        small_pts: int64 ``(m,)``.
        small: uint8 ``(m, 32, 48)``, brightness.
    """

    pts: Int64Array
    levels: Float32Array
    detail: Float32Array
    same: BoolArray
    stored: Int64Array
    small_pts: Int64Array
    small: UInt8Array

    def to_bytes(self) -> bytes:
        """As a NumPy archive; the same glimpses always give the same bytes."""
        buffer = io.BytesIO()
        np.savez(buffer, **vars(self))
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Glimpses:
        """Inverse of :meth:`to_bytes`.

        Raises:
            Damaged: these are not glimpses.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                kinds = {
                    "pts": (np.int64, ()), "levels": (np.float32, (3,)),
                    "detail": (np.float32, ()), "same": (np.bool_, ()),
                    "stored": (np.int64, (2,)), "small_pts": (np.int64, ()),
                    "small": (np.uint8, GRID),
                }  # fmt: skip
                found = {name: arrays[name] for name in kinds}
                for name, (dtype, shape) in kinds.items():
                    if found[name].dtype != dtype or found[name].shape[1:] != shape:
                        raise ValueError(f"{name} is of another kind")
                for names in (
                    ("pts", "levels", "detail", "same", "stored"),
                    ("small_pts", "small"),
                ):
                    if len({len(found[name]) for name in names}) != 1:
                        raise ValueError("columns of different lengths")
                return cls(**found)
        except (ValueError, KeyError, OSError, EOFError) as error:
            raise Damaged(
                f"What was seen of a segment cannot be read: {error}.",
                remedy="Run the same analysis again.",
            ) from error

    @classmethod
    def joined(cls, parts: Sequence[Glimpses]) -> Glimpses:
        """Those of one segment after the other; at least one."""
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in vars(parts[0])))


class Glimpser:
    """Gathers glimpses of one segment.

    Args:
        time_base: seconds per timestamp unit.
    """

    def __init__(self, time_base: Fraction) -> None:
        self._step = max(1, int(_EACH_S / time_base))
        self._rows: list[_Row] = []
        self._shape: tuple[int, ...] = ()
        self._rows_at = self._columns_at = np.zeros(0, np.intp)
        self._small: list[tuple[int, UInt8Array]] = []
        self._before: UInt8Array | None = None

    def look(self, picture: Picture) -> None:
        """Take a glimpse; pictures come in order of time."""
        luma = picture.luma
        if luma.shape != self._shape:
            self._shape = luma.shape
            self._rows_at, self._columns_at = (
                np.linspace(0, length - 1, 2 * cells).astype(np.intp)
                for length, cells in zip(luma.shape, GRID, strict=True)
            )
        samples = luma.take(self._rows_at, axis=0).take(self._columns_at, axis=1)
        below = np.bincount(samples.ravel(), minlength=256).cumsum()
        low, middle, high = np.searchsorted(below, _QUARTERS, side="right").tolist()
        down = cv2.norm(samples[1:], samples[:-1], cv2.NORM_L1) / samples[1:].size
        across = cv2.norm(samples[:, 1:], samples[:, :-1], cv2.NORM_L1) / samples[:, 1:].size
        detail = down + across
        same = self._before is not None and bool(np.array_equal(samples, self._before))
        self._rows.append(
            (picture.pts, (low, middle, high), detail, same, picture.stored or (0, 0))
        )
        self._before = samples
        if not self._small or picture.pts - self._small[-1][0] >= self._step:
            cells = samples.reshape(GRID[0], 2, GRID[1], 2).mean(axis=(1, 3))
            self._small.append((picture.pts, cells.astype(np.uint8)))

    def result(self) -> Glimpses:
        """All of them."""
        pts, levels, detail, same, stored = list(zip(*self._rows, strict=True)) or [()] * 5
        small_pts, small = list(zip(*self._small, strict=True)) or [()] * 2
        return Glimpses(
            np.array(pts, np.int64),
            np.array(levels, np.float32).reshape(-1, 3),
            np.array(detail, np.float32),
            np.array(same, np.bool_),
            np.array(stored, np.int64).reshape(-1, 2),
            np.array(small_pts, np.int64),
            np.array(small, np.uint8).reshape(-1, *GRID),
        )
