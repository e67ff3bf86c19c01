"""Filmed people, cut out of a recording with a still camera, to walk through a drawn street."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle.scene.sprites import Sprite

UInt8Array = npt.NDArray[np.uint8]

_DIFFERENT = 30  # grey levels from the empty scene
_FEWEST = 8  # pictures of one passage
_LEAST = 0.015  # share of the picture that a person covers
_HEIGHT_M = 1.7


@dataclass(frozen=True, eq=False)
class Cutout:
    """One filmed passage.

    Attributes:
        sprites: its pictures in order; they are shown forwards, then backwards.
    """

    sprites: tuple[Sprite, ...]

    def at(self, step: int) -> Sprite:
        """The picture of a step of a walk of any length."""
        n = len(self.sprites)
        turn = step % max(1, 2 * n - 2)
        return self.sprites[turn if turn < n else 2 * n - 2 - turn]


def cut_out(pictures: Iterable[UInt8Array], empty: UInt8Array) -> tuple[Cutout, ...]:
    """Cut the passages out of a recording in which one person passes at a time.

    Args:
        pictures: in order, uint8 ``(h, w, 3)``, BGR.
        empty: the scene without anybody, of the same shape.

    Returns:
        one for each unbroken run of pictures that show one whole person.
    """
    made: list[Cutout] = []
    run: list[Sprite] = []
    for picture in pictures:
        sprite = _person(picture, empty)
        if sprite is not None:
            run.append(sprite)
            continue
        if len(run) >= _FEWEST:
            made.append(Cutout(tuple(run)))
        run = []
    if len(run) >= _FEWEST:
        made.append(Cutout(tuple(run)))
    return tuple(made)


def _person(picture: UInt8Array, empty: UInt8Array) -> Sprite | None:
    """The one whole upright region that differs from the empty scene, if there is one."""
    h, w = picture.shape[:2]
    off = np.asarray(cv2.absdiff(picture, empty), np.uint8).max(2)
    mask = (cv2.GaussianBlur(off, (0, 0), 2) > _DIFFERENT).astype(np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return None
    k = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    x, y, wide, tall, area = (int(v) for v in stats[k])
    whole = x > 1 and y > 1 and x + wide < w - 1 and y + tall < h - 1
    if not whole or area < _LEAST * h * w or tall < 1.4 * wide:
        return None
    alpha = ((labels[y : y + tall, x : x + wide] == k) * 255).astype(np.uint8)
    alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), 1), np.uint8)
    part = picture[y : y + tall, x : x + wide]
    colour = (part.astype(np.uint16) * alpha[..., None] // 255).astype(np.uint8)
    bgra = np.asarray(np.dstack([colour, alpha]), np.uint8)
    return Sprite(bgra, (wide / 2, tall - 1.0), tall / _HEIGHT_M)
