"""A textured place with a few things in it, all of them known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scelle.model.tracks import Colour
from scelle.vision.background import Look
from scelle.vision.colour import NAMES
from scelle.vision.observations import Observations

UInt8Array = npt.NDArray[np.uint8]
Mover = tuple[Callable[[float], tuple[float, float, float, float] | None], Colour]

HEIGHT, WIDTH = 160, 240


def texture(seed: int, height: int, width: int, low: int, high: int) -> UInt8Array:
    """Coarse and fine structure between two levels, uint8 ``(height, width)``."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(low, high, (height // 10 + 2, width // 10 + 2)).astype(np.float32)
    large = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    fine = rng.uniform(-12, 12, (height, width))
    return np.clip(large + fine, low, high).astype(np.uint8)


@pytest.fixture(scope="session")
def empty() -> Look:
    """The scene with nobody in it: luma 60 to 160, weak colours."""
    return Look(
        texture(1, HEIGHT, WIDTH, 60, 160),
        texture(2, HEIGHT // 2, WIDTH // 2, 118, 138),
        texture(3, HEIGHT // 2, WIDTH // 2, 118, 138),
    )


def photograph(
    scene: Look, seed: int, *, noise: float = 2.0, light: float | npt.NDArray[np.float64] = 1.0
) -> Look:
    """The scene under a light (share, of the picture or of each pixel), with sensor noise."""
    rng = np.random.default_rng(seed)
    everywhere = np.broadcast_to(np.asarray(light, np.float64), scene.luma.shape)

    def grains(plane: npt.NDArray[np.float64]) -> UInt8Array:
        return np.clip(np.rint(plane + rng.normal(0, noise, plane.shape)), 0, 255).astype(np.uint8)

    half = everywhere[::2, ::2]
    return Look(
        grains(scene.luma * everywhere),
        grains(128 + (scene.blue - 128.0) * half),
        grains(128 + (scene.red - 128.0) * half),
    )


@pytest.fixture(scope="session")
def shot() -> Callable[..., Look]:
    """Takes pictures of a scene; see :func:`photograph`."""
    return photograph


def place(scene: Look, left: int, top: int, width: int, height: int, *, seed: int = 9) -> Look:
    """A copy of the scene with a textured thing of its own colour standing in it."""
    luma, blue, red = scene.luma.copy(), scene.blue.copy(), scene.red.copy()
    luma[top : top + height, left : left + width] = texture(seed, height, width, 10, 250)
    half = np.s_[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2]
    blue[half], red[half] = 100, 170
    return Look(luma, blue, red)


@pytest.fixture(scope="session")
def put() -> Callable[..., Look]:
    """Puts a thing into a scene; see :func:`place`."""
    return place


def observed(
    movers: Sequence[Mover],
    seconds: Sequence[float],
    *,
    size: tuple[int, int] = (320, 180),
    time_base: Fraction = Fraction(1, 1000),
    relit: Sequence[int] = (),
    spoil: Callable[[int, npt.NDArray[np.intp]], None] | None = None,
) -> Observations:
    """What an ideal motion stage would see of some rectangles.

    Things that touch are one region, as they are for a camera.

    Args:
        movers: where each is at a time (``None``: absent), and its colour; later ones in front.
        seconds: of each look.
        relit: looks in which the light is said to have changed.
        spoil: alters the map of things (-1 for none) of a look.
    """
    width, height = size
    look, boxes, area, upper, lower, masks, sizes = [], [], [], [], [], [], []
    for k, t in enumerate(seconds):
        what = np.full((height, width), -1, np.intp)
        for number, (path, _) in enumerate(movers):
            box = path(t)
            if box is not None:
                x0, y0 = max(0, round(box[0])), max(0, round(box[1]))
                x1, y1 = round(box[0] + box[2]), round(box[1] + box[3])
                what[y0 : max(y1, 0), x0 : max(x1, 0)] = number
        if spoil is not None:
            spoil(k, what)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            (what >= 0).astype(np.uint8), connectivity=8
        )
        for region in range(1, count):
            x, y, w, h = (int(v) for v in stats[region, :4])
            outline = labels[y : y + h, x : x + w] == region
            inside = what[y : y + h, x : x + w]
            look.append(k)
            boxes.append((x, y, w, h))
            area.append(int(outline.sum()))
            half = h // 2
            upper.append(_colours(inside[:half][outline[:half]], movers))
            lower.append(_colours(inside[half:][outline[half:]], movers))
            masks.append(np.packbits(outline))
            sizes.append((h, w))
    n = len(look)
    return Observations(
        frame=3 * np.arange(len(seconds), dtype=np.int64),
        pts=np.array([round(Fraction(t) / time_base) for t in seconds], np.int64),
        relit=np.isin(np.arange(len(seconds)), list(relit)),
        look=np.array(look, np.int32),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        placed=np.array(boxes, np.float32).reshape(-1, 4),
        area=np.array(area, np.float32),
        upper=np.array(upper, np.float32).reshape(-1, 11),
        lower=np.array(lower, np.float32).reshape(-1, 11),
        object_class=np.full(n, 5, np.uint8),
        score=np.zeros(n, np.float32),
        mask_at=np.cumsum([0, *(len(m) for m in masks)], dtype=np.int64),
        masks=np.concatenate([*masks, np.zeros(0, np.uint8)]),
        mask_size=np.array(sizes, np.int32).reshape(-1, 2),
    )


def _colours(numbers: npt.NDArray[np.intp], movers: Sequence[Mover]) -> npt.NDArray[np.float64]:
    counts = np.zeros(11)
    for number in numbers:
        counts[NAMES.index(movers[int(number)][1])] += 1
    return counts


@pytest.fixture(scope="session")
def watch() -> Callable[..., Observations]:
    """Observes rectangles; see :func:`observed`."""
    return observed
