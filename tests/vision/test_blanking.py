"""Whoever averages over many pictures learns nothing of what was blanked before it left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import ObjectClass
from scelle.vision.masking import Planes, blank_boxes

UInt8Array = npt.NDArray[np.uint8]
Hide = Callable[[Planes, npt.ArrayLike, Sequence[ObjectClass]], None]

SIDE, TALL = 60, 200  # of the person's box
PICTURES = 24


def averaged(digit: int, hide: Hide, seed: int) -> npt.NDArray[np.float64]:
    """The head of somebody with a digit on it, aligned on the truth and averaged."""
    rng = np.random.default_rng(seed)
    total = np.zeros((40, 40, 3))
    for _ in range(PICTURES):
        left, top = (int(v) for v in rng.integers(40, 80, 2))
        picture = np.full((360, 240, 3), 90, np.uint8)
        at = (left + 14, top + 36)
        cv2.putText(picture, str(digit), at, cv2.FONT_HERSHEY_SIMPLEX, 1.4, (240, 240, 240), 3)
        # The box trembles, as real ones do: that is what gives detail away.
        shake = rng.normal(0, 2, 2)
        box = (left + shake[0], top + shake[1], SIDE, TALL)
        hide([picture], [box], [ObjectClass.PERSON])
        total += picture[top + 4 : top + 44, left + 10 : left + 50]
    return total / PICTURES


def share_read(hide: Hide) -> float:
    """Of ten digits, seen five times each, how many the nearest template names rightly."""
    templates = [averaged(d, hide, 1000 + d) for d in range(10)]
    right = 0
    for digit in range(10):
        for time in range(5):
            seen = averaged(digit, hide, 10 * digit + time)
            guess = int(np.argmin([np.square(seen - t).sum() for t in templates]))
            right += guess == digit
    return right / 50


def plain(planes: Planes, boxes: npt.ArrayLike, classes: Sequence[ObjectClass]) -> None:
    """Conceal nothing."""


def test_averaging_reads_digits_where_nothing_is_hidden_and_none_where_it_was_blanked() -> None:
    assert share_read(plain) > 0.95
    assert share_read(blank_boxes) <= 0.1  # chance


def test_a_blanked_zone_is_the_same_whatever_was_there() -> None:
    rng = np.random.default_rng(2)
    boxes, kinds = [(30.5, 20.2, 40.0, 120.0)], [ObjectClass.PERSON]
    one, other = (rng.integers(0, 256, (200, 160, 3)).astype(np.uint8) for _ in range(2))
    for picture in (one, other):
        blank_boxes([picture], boxes, kinds)
    head = (slice(20, 45), slice(32, 68))
    assert (one[head] == other[head]).all()
    assert len(np.unique(one[head])) == 1
