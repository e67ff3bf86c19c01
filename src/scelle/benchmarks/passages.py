"""Generated passages: what a fixed camera on a pavement and a road sees over hours."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from scelle.synopsis.occupancy import Occupancy

SIZE = (1280, 720)
"""Width and height of the picture, pixels."""

FPS = Fraction(8)
"""Pictures of each passage per second."""

_EVERY_S = 8.0  # a passage begins every so many seconds, on average
_WALKS, _WAITS, _DRIVES = 0.55, 0.2, 0.25
_TALL = (50, 170)  # pixels, from far to near


def passages(count: int, seed: int) -> list[Occupancy]:
    """Made-up passages across the picture, one box a picture; the same seed, the same ones.

    People are two to three times higher than wide, and some of them wait on their
    way; vehicles are wider than high and faster.  What is nearer is lower in the
    picture, larger, and faster.

    Args:
        count: how many.
        seed: of the random numbers.
    """
    rng = np.random.default_rng(seed)
    starts = np.sort(rng.uniform(0, count * _EVERY_S, count))
    return [_passage(rng, i, float(start)) for i, start in enumerate(starts)]


def _passage(rng: np.random.Generator, number: int, start: float) -> Occupancy:
    width, height = SIZE
    kind = rng.choice(3, p=(_WALKS, _WAITS, _DRIVES))
    tall = rng.uniform(*_TALL)
    wide = tall * (rng.uniform(1.5, 2.5) if kind == 2 else rng.uniform(0.35, 0.5))
    near = (tall - _TALL[0]) / (_TALL[1] - _TALL[0])
    top = height * (0.2 + 0.5 * near) + rng.uniform(-50, 50)
    pace = wide * rng.uniform(0.9, 2.2) + 20  # pixels a second
    x = np.arange(int((width + wide) / pace * FPS)) * (pace / float(FPS)) - wide
    if kind == 1:
        at = int(rng.integers(len(x) // 4, 3 * len(x) // 4))
        stay = np.full(int(rng.uniform(2, 12) * FPS), x[at])
        x = np.concatenate([x[:at], stay, x[at:]])
    if rng.random() < 0.5:
        x = width - wide - x
    y = top + np.cumsum(rng.normal(0, 1, len(x)))
    left, right = np.clip(x, 0, width - 8), np.clip(x + wide, 8, width)
    high, low = np.clip(y, 0, height - 8), np.clip(y + tall, 8, height)
    inside = right - left >= 8
    boxes = np.stack([left, high, right - left, low - high], axis=1)[inside].astype(np.int64)
    pts = round(start * 1000) + np.arange(len(boxes), dtype=np.int64) * round(1000 / FPS)
    return Occupancy(f"made-{number}", Fraction(1, 1000), pts, boxes[:, None])
