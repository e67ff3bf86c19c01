"""Blending an object into a scene that is not its own, without a halo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from scelle.errors import Damaged
from scelle.model.tracks import Tube

UInt8Array = npt.NDArray[np.uint8]

#: One row of a tube: its picture, uint8 ``(h, w, 3)``, BGR, and its mask, uint8 ``(h, w)``.
Row = tuple[UInt8Array, UInt8Array]
#: Decodes one.
Decode = Callable[[Tube, int], Row]

_SQUARE = np.ones((3, 3), np.uint8)
_FEATHER = 3  # pixels at a box's border where an object becomes transparent
_ENOUGH = 24  # pixels of ground that tell the light
_SAMPLE = 256  # of them are looked at
_GROUND = 0.25  # what is less opaque is ground
_BRIGHTER = 2.0  # a larger factor is not one of light
_SAME = 9  # grey levels: noise and compression; twice as much is an object
_SOLID = 0.9  # what is more opaque belongs to an object's inner part

#: For each difference in grey levels, how far it is one of an object: 0 to 255.
_DIFFERS = np.clip((np.arange(256) - _SAME) * 255 // _SAME, 0, 255).astype(np.uint8)


def decoded(tube: Tube, at: int) -> Row:
    """A :data:`Decode` that decodes where it is called: for tubes that no recording made.

    Raises:
        Damaged: a file cannot be decoded.
    """
    cut = cv2.imdecode(np.frombuffer(tube.pictures[at], np.uint8), cv2.IMREAD_COLOR)
    mask = cv2.imdecode(np.frombuffer(tube.masks[at], np.uint8), cv2.IMREAD_GRAYSCALE)
    if cut is None or mask is None:
        raise Damaged(
            f"A picture or mask of track {tube.track_id} cannot be decoded.",
            remedy="Analyse the exhibit again.",
        )
    return np.asarray(cut, np.uint8), np.asarray(mask, np.uint8)


def fitted(picture: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    """A picture of the width and height wanted, pixels."""
    if picture.shape[1::-1] == size:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def alpha_of(
    mask: UInt8Array, box: npt.NDArray[np.int64], shape: Sequence[int]
) -> npt.NDArray[np.float32]:
    """How opaque an object is: float32 ``(h, w)``, 0 to 1, falling off at the box's border.

    Args:
        mask: uint8, at any size.
        box: left, top, width, height in the whole picture, pixels.
        shape: height and width of the whole picture.
    """
    left, top, width, height = (int(v) for v in box)
    # Full inside the outline, falling off over its rim.
    soft = cv2.max(cv2.GaussianBlur(cv2.dilate(mask, _SQUARE), (5, 5), 0), mask)
    smooth = cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC)
    alpha = np.asarray(smooth, np.float32) * np.float32(1 / 255)
    # Where the picture itself ends, the object does not.
    ends = (left == 0, left + width == shape[1], top == 0, top + height == shape[0])
    across = _ramp(width, feather_first=not ends[0], feather_last=not ends[1])
    down = _ramp(height, feather_first=not ends[2], feather_last=not ends[3])
    return np.asarray(alpha * (across[None] * down[:, None]), np.float32)


@lru_cache(maxsize=1024)
def _ramp(length: int, *, feather_first: bool, feather_last: bool) -> npt.NDArray[np.float32]:
    ramp = np.ones(length, np.float32)
    rise = (np.arange(min(_FEATHER, length), dtype=np.float32) + 1) / (_FEATHER + 1)
    if feather_first:
        ramp[: len(rise)] = rise
    if feather_last:
        ramp[length - len(rise) :] = np.minimum(ramp[length - len(rise) :], rise[::-1])
    return ramp


def light_between(
    cut: UInt8Array, alpha: npt.NDArray[np.float32], scene: UInt8Array
) -> npt.NDArray[np.float32]:
    """By what the ground around an object is brighter in the scene than in its picture.

    Light multiplies: a factor fits the road and the pavement beside it alike.

    Returns:
        float32 ``(3,)``; ones where too little ground is seen to tell.
    """
    ground = np.flatnonzero(alpha < _GROUND)
    if len(ground) < _ENOUGH:
        return np.ones(3, np.float32)
    ground = ground[:: max(1, len(ground) // _SAMPLE)]
    there = cut.reshape(-1, 3)[ground].astype(np.float32)
    here = scene[ground // cut.shape[1], ground % cut.shape[1]].astype(np.float32)
    factor = np.median((here + 1) / (there + 1), axis=0)
    return np.asarray(np.clip(factor, 1 / _BRIGHTER, _BRIGHTER), np.float32)


def blended(
    cut: UInt8Array, alpha: npt.NDArray[np.float32], scene: UInt8Array
) -> tuple[UInt8Array, UInt8Array]:
    """An object as it looks before another scene.

    Args:
        cut: uint8 ``(h, w, 3)``, BGR, its picture.
        alpha: float32 ``(h, w)``, how opaque its outline is.
        scene: uint8 ``(h, w, 3)``, what is behind it.

    Returns:
        uint8 ``(h, w, 3)``, whose opaque parts keep their own light and whose rim has the
        scene's; uint8 ``(h, w)``, how opaque it is, without the ground around it.
    """
    light = light_between(cut, alpha, scene)
    lit = np.asarray(cv2.transform(cut, np.diag(light)), np.uint8)
    alpha = trimmed(alpha, lit, scene)
    colour = cv2.blendLinear(cut, lit, alpha, 1 - alpha)
    return np.asarray(colour, np.uint8), np.asarray(cv2.convertScaleAbs(alpha, alpha=255), np.uint8)


def trimmed(
    alpha: npt.NDArray[np.float32], lit: UInt8Array, scene: UInt8Array
) -> npt.NDArray[np.float32]:
    """Take away the rim of bare ground that a coarse mask carries along.

    Args:
        alpha: float32 ``(h, w)``.
        lit: uint8 ``(h, w, 3)``, the object's picture in the scene's light.
        scene: uint8 ``(h, w, 3)``, what is behind it.

    Returns:
        float32 ``(h, w)``, 0 to 1: as before in the object's inner part, lower
        outside of it where the picture hardly differs from the scene.
    """
    solid = np.where(alpha > _SOLID, np.uint8(255), np.uint8(0))
    rim = max(3, min(15, 2 * (min(solid.shape) // 12) + 1))
    # Half of what is hardly there must not flicker: a soft step over a smoothed difference.
    blue, green, red = cv2.split(cv2.absdiff(lit, scene))
    amount = cv2.blur(cv2.max(cv2.max(blue, green), red), (3, 3))
    differs = cv2.LUT(amount, _DIFFERS)
    inner = cv2.blur(cv2.erode(solid, np.ones((rim, rim), np.uint8)), (3, 3))
    kept = cv2.max(inner, differs)
    lower = cv2.multiply(np.clip(alpha, 0, 1), kept, scale=1 / 255, dtype=cv2.CV_32F)
    return np.asarray(lower, np.float32)
