"""Writing on pictures: small plates and a banner, accents included.

The letters are those of OpenCV 5's built-in scalable font (``cv2.FontFace``):
no font file of the machine decides what a synopsis looks like.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

UInt8Array = npt.NDArray[np.uint8]

_WHITE = (255, 255, 255)
_WEIGHT = 560
_PLATE = (38, 34, 30)  # BGR, near black: white on it has a contrast above 14 to 1
_STRENGTH = 0.82


def text_width(text: str, size: int) -> int:
    """Pixels that a line of text is wide."""
    box = cv2.getTextSize((0, 0), text, (0, 0), _font(), size, _WEIGHT)
    return int(box[0]) + int(box[2])


def draw_text(
    picture: UInt8Array,
    text: str,
    left: int,
    baseline: int,
    size: int,
    colour: tuple[int, int, int] = _WHITE,
) -> None:
    """Letters of ``size`` pixels, starting at ``left`` on ``baseline``; BGR, white by default."""
    cv2.putText(picture, text, (left, baseline), colour, _font(), size, _WEIGHT)


@lru_cache(maxsize=512)
def plate(text: str, size: int) -> UInt8Array:
    """A line of text on a dark plate with round corners, ready to be blended.

    Returns:
        uint8 ``(h, w, 4)``, BGR already multiplied by alpha, and alpha.
    """
    pad = max(3, size // 3)
    width, height = text_width(text, size) + 2 * pad, round(size * 1.1) + pad
    fine = 4
    shape = np.zeros((height * fine, width * fine), np.uint8)
    radius = pad * fine
    inner = (shape.shape[1] - radius - 1, shape.shape[0] - radius - 1)
    for x in (radius, inner[0]):
        for y in (radius, inner[1]):
            cv2.circle(shape, (x, y), radius, 255, -1)
    shape[radius : inner[1] + 1] = 255
    shape[:, radius : inner[0] + 1] = 255
    alpha = cv2.resize(shape, (width, height), interpolation=cv2.INTER_AREA) * (_STRENGTH / 255)
    # Letters are drawn white on black to learn how much of each pixel they cover.
    letters = np.zeros((height, width, 3), np.uint8)
    draw_text(letters, text, pad, round((height + size * 0.72) / 2), size)
    ink = letters[..., 1].astype(np.float32) / 255
    covered = np.maximum(alpha, ink)
    colour = np.array(_PLATE, np.float32) * (covered * (1 - ink))[..., None]
    bgra = np.dstack([colour + 255 * ink[..., None], covered * 255])
    done: UInt8Array = np.rint(bgra).astype(np.uint8)
    done.flags.writeable = False  # it is shared
    return done


def stamp(picture: UInt8Array, bgra: UInt8Array, left: int, top: int) -> None:
    """Blend a premultiplied picture that lies wholly inside another."""
    height, width = bgra.shape[:2]
    part = picture[top : top + height, left : left + width]
    through = cv2.cvtColor(255 - bgra[..., 3], cv2.COLOR_GRAY2BGR)
    cv2.add(
        cv2.multiply(part, through, scale=1 / 255), cv2.cvtColor(bgra, cv2.COLOR_BGRA2BGR), part
    )


def banner(width: int, height: int, rows: tuple[tuple[str, str], ...]) -> UInt8Array:
    """A strip to lay above a picture: one text to the left and one to the right in each row.

    Args:
        width: of the picture below.
        height: of the picture below: larger pictures get larger letters.
        rows: texts; letters shrink where a row would not fit.

    Returns:
        uint8 ``(h, width, 3)``, ``h`` even.
    """
    size = label_size(height)
    pitch = round(size * 1.5)
    margin = size // 2
    strip = np.full((2 * ((pitch * len(rows) + margin + 1) // 2), width, 3), _PLATE, np.uint8)
    for row, (left, right) in enumerate(rows):
        fitting = size
        gap = 2 * margin if left and right else 0
        while fitting > 6 and (
            text_width(left, fitting) + text_width(right, fitting) + gap > width - 2 * margin
        ):
            fitting -= 1
        baseline = margin // 2 + row * pitch + round((pitch + fitting * 0.72) / 2)
        draw_text(strip, left, margin, baseline, fitting)
        draw_text(strip, right, width - margin - text_width(right, fitting), baseline, fitting)
    return strip


def label_size(height: int) -> int:
    """Pixels of the letters on a picture of some height."""
    return max(11, round(height / 48))


@lru_cache(maxsize=1)
def _font() -> cv2.FontFace:
    return cv2.FontFace("sans")
