"""What was seen in a span of a recording, before anybody says which object is which."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Observations:
    """Regions that moved, as arrays; L looks, N regions, in time order.

    A region in which a detector saw several objects counts as several.

    Attributes:
        frame: int64 ``(L,)``, 0-based index in the decoded stream of each look.
        pts: int64 ``(L,)``, presentation timestamp of each look.
        relit: bool ``(L,)``, the whole picture's light had changed.
        look: int32 ``(N,)``, which look each region belongs to, not decreasing.
        boxes: float32 ``(N, 4)``, left, top, width, height of the outline in native pixels.
        placed: float32 ``(N, 4)``, where the object itself is, by the columns that it fills,
            and by the detector where that saw it.
        area: float32 ``(N,)``, native pixels inside the outline.
        upper, lower: float32 ``(N, 11)``, pixels of each colour term in the
            upper and lower half; zero where colour is unknown.
        object_class: uint8 ``(N,)``, index in :class:`scelle.model.tracks.ObjectClass`.
        score: float32 ``(N,)``, the detector's confidence, 0 where none looked.
        mask_at: int64 ``(N + 1,)``, where each region's outline starts in ``masks``.
        masks: uint8, packed bits of each region's outline at working size, rows
            of ``mask_size``.
        mask_size: int32 ``(N, 2)``, height and width of each outline.
    """

    frame: npt.NDArray[np.int64]
    pts: npt.NDArray[np.int64]
    relit: npt.NDArray[np.bool_]
    look: npt.NDArray[np.int32]
    boxes: npt.NDArray[np.float32]
    placed: npt.NDArray[np.float32]
    area: npt.NDArray[np.float32]
    upper: npt.NDArray[np.float32]
    lower: npt.NDArray[np.float32]
    object_class: npt.NDArray[np.uint8]
    score: npt.NDArray[np.float32]
    mask_at: npt.NDArray[np.int64]
    masks: npt.NDArray[np.uint8]
    mask_size: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.look)

    @classmethod
    def none(cls) -> Observations:
        """Of a span in which nobody could look."""
        shapes = {
            "boxes": (0, 4),
            "placed": (0, 4),
            "upper": (0, 11),
            "lower": (0, 11),
            "mask_size": (0, 2),
        }
        dtypes: dict[str, npt.DTypeLike] = {
            **dict.fromkeys(("frame", "pts", "mask_at"), np.int64),
            **dict.fromkeys(("boxes", "placed", "area", "upper", "lower", "score"), np.float32),
            **dict.fromkeys(("look", "mask_size"), np.int32),
            **dict.fromkeys(("object_class", "masks"), np.uint8),
            "relit": np.bool_,
        }
        arrays = {n: np.zeros(shapes.get(n, (int(n == "mask_at"),)), t) for n, t in dtypes.items()}
        return cls(**arrays)

    def mask(self, i: int) -> npt.NDArray[np.bool_]:
        """Outline of region ``i``, bool, at working size."""
        h, w = (int(v) for v in self.mask_size[i])
        bits = np.unpackbits(self.masks[self.mask_at[i] : self.mask_at[i + 1]], count=h * w)
        return bits.reshape(h, w).astype(np.bool_)

    def to_bytes(self) -> bytes:
        """Canonical bytes: the same observations give the same bytes."""
        buffer = io.BytesIO()
        np.savez(buffer, **{f.name: getattr(self, f.name) for f in fields(self)})
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Observations:
        """Inverse of :meth:`to_bytes`."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return cls(**{f.name: arrays[f.name] for f in fields(cls)})


@dataclass(frozen=True, eq=False)
class Pictures:
    """The pictures of the regions of a span, one JPEG each or none; kept apart from the
    numbers, since linking needs the numbers of a whole recording at once.

    Attributes:
        at: int64 ``(N + 1,)``, where each picture starts in ``data``; one that was
            not kept takes no bytes.
        data: uint8, the JPEG files one after the other.
    """

    at: npt.NDArray[np.int64]
    data: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, pictures: Sequence[bytes]) -> Pictures:
        """Pack JPEG files."""
        at = np.cumsum([0, *(len(p) for p in pictures)], dtype=np.int64)
        return cls(at, np.frombuffer(b"".join(pictures), np.uint8))

    def __getitem__(self, i: int) -> bytes:
        """Picture of region ``i``; empty if it was not kept."""
        return self.data[self.at[i] : self.at[i + 1]].tobytes()

    def to_bytes(self) -> bytes:
        """Canonical bytes."""
        buffer = io.BytesIO()
        np.savez(buffer, at=self.at, data=self.data)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Pictures:
        """Inverse of :meth:`to_bytes`."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return cls(arrays["at"], arrays["data"])
