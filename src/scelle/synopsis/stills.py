"""Draws single pictures that sum up what tracks did, each with its scale and legend."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from scelle.synopsis.lettering import banner, draw_text, label_size, text_width

Float32Array = npt.NDArray[np.float32]
UInt8Array = npt.NDArray[np.uint8]
Rows = tuple[tuple[str, str], ...]

_PAPER = (244, 246, 247)  # BGR, almost white
_INK = (38, 34, 30)
_TILE = (168, 210)  # pixels of a storyboard's picture, without its text
_GAP = 10
_HEAT = cv2.COLORMAP_INFERNO
_TIME = cv2.COLORMAP_VIRIDIS
_STEPS = 5  # numbers beside a scale
_COVERS = 0.72  # opacity of the hottest place


def storyboard(pictures: Sequence[tuple[UInt8Array, str]], columns: int, rows: Rows) -> UInt8Array:
    """One picture of each object, in the order given, text below.

    Args:
        pictures: uint8 ``(h, w, 3)``, BGR, and what is written below, at least one.
        columns: pictures beside each other, at least one.
        rows: for the strip above.

    Returns:
        uint8 ``(height, width, 3)``.
    """
    wide, tall = _TILE
    size = 13
    pitch = tall + 2 * size + _GAP
    lines = -(-len(pictures) // columns)
    columns = min(columns, len(pictures))
    width = max(columns * (wide + _GAP) + _GAP, 4 * (wide + _GAP) + _GAP)
    sheet = np.full((lines * pitch + _GAP, width, 3), _PAPER, np.uint8)
    for number, (picture, text) in enumerate(pictures):
        left = _GAP + (number % columns) * (wide + _GAP)
        top = _GAP + (number // columns) * pitch
        small = tile(picture)
        x, y = left + (wide - small.shape[1]) // 2, top + tall - small.shape[0]
        sheet[y : y + small.shape[0], x : x + small.shape[1]] = small
        fitting = size
        while fitting > 7 and text_width(text, fitting) > wide:
            fitting -= 1
        _write(
            sheet,
            text,
            left + (wide - text_width(text, fitting)) // 2,
            top + tall + size + 4,
            fitting,
        )
    return np.concatenate([banner(width, 720, rows), sheet])


def tile(picture: UInt8Array) -> UInt8Array:
    """A picture as large as it is in a storyboard: uint8 ``(h, w, 3)``; of a tile, itself."""
    wide, tall = _TILE
    scale = min(wide / picture.shape[1], tall / picture.shape[0])
    shown = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, shown, interpolation=method), np.uint8)


def paths(
    scene: UInt8Array,
    ways: Sequence[tuple[npt.NDArray[np.float64], float]],
    ends: tuple[str, str],
    rows: Rows,
) -> UInt8Array:
    """The way of each object on the empty scene, an arrow at its end, coloured by time.

    Args:
        scene: uint8 ``(height, width, 3)``, BGR.
        ways: float64 ``(n, 2)``, foot points in pixels, and when: 0 first to 1 last.
        ends: what the two ends of the time scale are called.
        rows: for the strip above.
    """
    picture = (scene.astype(np.float32) * 0.6).astype(np.uint8)
    thick = max(1, scene.shape[0] // 400)
    for points, when in ways:
        colour = tuple(int(v) for v in _colours(_TIME, np.array([when]))[0])
        fine = np.rint(points * 8).astype(np.int32)[:, None]
        cv2.polylines(picture, [fine], False, colour, thick, cv2.LINE_AA, 3)
        _arrow(picture, points, colour, thick)
    return _framed(picture, _TIME, ends, "", rows)


def _arrow(
    picture: UInt8Array,
    points: npt.NDArray[np.float64],
    colour: tuple[int, ...],
    thick: int,
) -> None:
    """The head of an arrow at the end of a way, where it goes anywhere."""
    way = points[-1] - points[max(0, len(points) - 6)]
    length = float(np.hypot(*way))
    if length < 2 * thick:
        return
    along = way / length * 8 * thick
    across = np.array([-along[1], along[0]]) * 0.5
    head = np.stack([points[-1], points[-1] - along + across, points[-1] - along - across])
    fine = np.rint(head * 8).astype(np.int32)
    cv2.fillConvexPoly(picture, fine, colour, cv2.LINE_AA, 3)


def heat_map(scene: UInt8Array, amount: Float32Array, unit: str, rows: Rows) -> UInt8Array:
    """An amount over the empty scene, with its scale.

    Args:
        scene: uint8 ``(height, width, 3)``, BGR.
        amount: float32 ``(r, c)``, not negative, over the whole picture.
        unit: what it counts, for the scale.
        rows: for the strip above.
    """
    height, width = scene.shape[:2]
    top = float(amount.max())
    share = cv2.resize(amount / top if top > 0 else amount, (width, height))
    share = np.clip(cv2.GaussianBlur(share, (0, 0), width / 400), 0, 1)
    # Square root: a single passage must be seen beside the busiest place.
    shown = np.sqrt(share)
    grey = cv2.cvtColor(cv2.cvtColor(scene, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    colours = cv2.applyColorMap(np.rint(shown * 255).astype(np.uint8), _HEAT)
    opacity = (_COVERS * np.minimum(1, shown * 2))[..., None]
    picture = grey * 0.6 * (1 - opacity) + colours * opacity
    steps = tuple(_number(top * (i / (_STEPS - 1)) ** 2) for i in range(_STEPS))
    return _framed(np.rint(picture).astype(np.uint8), _HEAT, steps, unit, rows)


def _framed(
    picture: UInt8Array, colours: int, steps: Sequence[str], unit: str, rows: Rows
) -> UInt8Array:
    """A picture with a strip above and a scale below."""
    height, width = picture.shape[:2]
    size = label_size(height)
    below = np.full((4 * size, width, 3), _PAPER, np.uint8)
    ramp = _colours(colours, np.linspace(0, 1, width - 4 * size))
    below[size // 2 : size // 2 + size, 2 * size : width - 2 * size] = ramp[None]
    for i, text in enumerate(steps):
        at = 2 * size + round(i / (len(steps) - 1) * (width - 4 * size))
        left = min(max(size // 2, at - text_width(text, size) // 2), width - text_width(text, size))
        _write(below, text, left, 3 * size, size)
    if unit:
        _write(below, unit, (width - text_width(unit, size)) // 2, 4 * size - size // 4, size - 2)
    return np.concatenate([banner(width, height, rows), picture, below])


def _colours(table: int, share: npt.NDArray[np.float64]) -> UInt8Array:
    levels = np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)[None]
    return np.asarray(cv2.applyColorMap(levels, table)[0], np.uint8)


def _write(sheet: UInt8Array, text: str, left: int, baseline: int, size: int) -> None:
    """Dark letters on paper."""
    draw_text(sheet, text, left, baseline, size, _INK)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"
