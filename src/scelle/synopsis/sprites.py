"""Pictures of objects for a player that draws the synopsis itself, packed into few files.

A *part* is some neighbouring pictures of one tube; the first is one picture, so that
all of a moment is soon seen, and the second is small, so that playing can begin while
the rest is on its way.  Many parts lie in one *atlas*: a
JPEG of the objects and, at half its size, a PNG that says how opaque they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Tube
from scelle.synopsis.blend import Row, alpha_of, blended, fitted
from scelle.synopsis.compose import Conceal

UInt8Array = npt.NDArray[np.uint8]

MAGIC = b"scelle-sprites 1\n"

_BEGINS = (0, 1, 6)  # with which picture a tube's first parts begin
_LENGTH = 24  # pictures of each part from the last of these on
_ACROSS, _DOWN = 1024, 1024  # pixels of an atlas; more where one picture is larger
_GAP = 2
_QUALITY = 82


def bounds(pictures: int) -> list[int]:
    """Where the parts of a tube begin, and its number of pictures last.

    >>> bounds(5), bounds(31)
    ([0, 1, 5], [0, 1, 6, 30, 31])
    """
    begins = [*_BEGINS[:-1], *range(_BEGINS[-1], pictures, _LENGTH)]
    return [*(first for first in begins if first < pictures), pictures]


def most(number: int) -> int:
    """How many pictures a part of any tube has, at most.

    >>> [most(number) for number in range(4)]
    [1, 5, 24, 24]
    """
    return _BEGINS[number + 1] - _BEGINS[number] if number + 1 < len(_BEGINS) else _LENGTH


@dataclass(frozen=True, eq=False)
class Sprite:
    """One object in one picture.

    Attributes:
        colour: uint8 ``(h, w, 3)``, BGR, concealed already.
        alpha: uint8 ``(h, w)``, 0 transparent to 255 opaque.
    """

    colour: UInt8Array
    alpha: UInt8Array


@dataclass(frozen=True, eq=False)
class Strip:
    """The sprites of one part, and what is told of each.

    Attributes:
        track_id: whose.
        number: which part.
        first: index of its first picture in the tube.
        rows: one a sprite: whole numbers, told to the player as they are.
    """

    track_id: str
    number: int
    first: int
    sprites: Sequence[Sprite]
    rows: Sequence[Sequence[int]]


def sprite(
    tube: Tube, at: int, row: Row, scene: UInt8Array, scale: float, conceal: Conceal
) -> Sprite:
    """Cut one picture of a tube out of its own scene.

    Args:
        tube: revealed or not.
        at: which picture.
        row: that picture and its mask, decoded.
        scene: uint8 ``(height, width, 3)``, the empty scene of its own time, native size.
        scale: of what is made, above 0 to 1.
        conceal: applied at native size unless the tube is revealed.
    """
    left, top, width, height = (int(v) for v in tube.boxes[at])
    cut, mask = row
    cut = fitted(cut, (width, height))
    if not tube.revealed:
        cut = conceal(cut, tube.upright, tube.pixel)
    alpha = alpha_of(mask, tube.boxes[at], scene.shape[:2])
    behind = scene[top : top + height, left : left + width]
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        cut, behind = (
            np.asarray(cv2.resize(p, size, interpolation=cv2.INTER_AREA), np.uint8)
            for p in (cut, behind)
        )
        alpha = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.float32)
    return Sprite(*blended(cut, alpha, behind))


def pack(strips: Sequence[Strip], scenes: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Strips and scenes as one file: the same input gives the same bytes.

    A line that names the format; a line of JSON; then, without gaps, the files that
    it tells of: each scene, then of each atlas its JPEG and its PNG.  ``parts`` hold
    ``[track, number, first, rows]``; each row what was told of it, then its atlas,
    left, top, width and height there.

    Args:
        strips: at least none.
        scenes: names and JPEG files.
    """
    flat = [(s, row, one) for s in strips for row, one in zip(s.rows, s.sprites, strict=True)]
    places, sizes = _places([one.alpha.shape for _, _, one in flat])
    colours = [np.zeros((h, w, 3), np.uint8) for w, h in sizes]
    alphas = [np.zeros((h, w), np.uint8) for w, h in sizes]
    told: dict[tuple[str, int], list[list[int]]] = {(s.track_id, s.number): [] for s in strips}
    for (strip, row, one), (atlas, x, y) in zip(flat, places, strict=True):
        height, width = one.alpha.shape
        colours[atlas][y : y + height, x : x + width] = one.colour
        alphas[atlas][y : y + height, x : x + width] = one.alpha
        told[strip.track_id, strip.number].append([*row, atlas, x, y, width, height])
    files = [data for _, data in scenes]
    for colour, alpha in zip(colours, alphas, strict=True):
        files += [_jpeg(colour), _opacity(alpha)]
    head = {
        "scenes": [[name, len(data)] for name, data in scenes],
        "atlases": [
            [w, h, len(files[len(scenes) + 2 * i]), len(files[len(scenes) + 2 * i + 1])]
            for i, (w, h) in enumerate(sizes)
        ],
        "parts": [[s.track_id, s.number, s.first, told[s.track_id, s.number]] for s in strips],
    }
    line = json.dumps(head, separators=(",", ":")).encode()
    return b"".join((MAGIC, line, b"\n", *files))


def small_scene(picture: UInt8Array, scale: float) -> bytes:
    """An empty scene as a JPEG file.

    Args:
        picture: uint8 ``(height, width, 3)``, BGR.
        scale: of what is made, above 0 to 1.
    """
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    return _jpeg(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))


def _places(
    shapes: Sequence[tuple[int, ...]],
) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    """Atlas, left and top of each picture; width and height of each atlas, both even.

    Shelves of like heights, the highest first; everything lies on even pixels.
    """
    order = sorted(range(len(shapes)), key=lambda i: (-shapes[i][0], -shapes[i][1], i))
    places = [(0, 0, 0)] * len(shapes)
    sizes: list[tuple[int, int]] = []
    x = y = shelf = wide = 0
    for i in order:
        height, width = (n + n % 2 + _GAP for n in shapes[i])
        if sizes and x + width > max(_ACROSS, wide):
            x, y = 0, y + shelf
            shelf = height
        if not sizes or y + height > _DOWN:
            sizes.append((0, 0))
            x = y = wide = 0
            shelf = height
        places[i] = (len(sizes) - 1, x, y)
        wide = max(wide, x + width)
        sizes[-1] = wide, max(sizes[-1][1], y + shelf)
        x += width
    return places, sizes


def _jpeg(picture: UInt8Array) -> bytes:
    settings = (cv2.IMWRITE_JPEG_QUALITY, _QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1)
    _, data = cv2.imencode(".jpg", picture, settings)
    return bytes(data.tobytes())


def _opacity(alpha: UInt8Array) -> bytes:
    """Half the size, black, opaque where the object is."""
    height, width = alpha.shape
    small = cv2.resize(alpha, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    whole = np.zeros((height // 2, width // 2, 4), np.uint8)
    whole[..., 3] = small
    _, data = cv2.imencode(".png", whole, (cv2.IMWRITE_PNG_COMPRESSION, 2))
    return bytes(data.tobytes())
