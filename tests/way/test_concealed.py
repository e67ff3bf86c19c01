"""Heads, and the ends of vehicles where plates are, in every picture of the generated scene."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scelle.operations.sight import ObjectPath
from scelle.vision.masking import blank_boxes

if TYPE_CHECKING:
    from tests.way.conftest import Looked

Say = Callable[[Sequence[str]], None]

_SEEN = 0.4  # share of an object that nothing in front of it hides
_FEW = 5  # pictures in which an object may come into sight before it is concealed


def test_heads_and_ends_are_concealed_wherever_the_truth_has_them(
    street: Looked, scene: Path, say: Say
) -> None:
    truth = json.loads(scene.with_suffix(".json").read_text())
    width, height = truth["width"], truth["height"]
    there: dict[int, list[tuple[int, str, list[float]]]] = {}
    for p in truth["passages"]:
        for frame, box, seen in zip(p["frames"], p["boxes"], p["visibility"], strict=True):
            if seen > _SEEN:
                there.setdefault(frame, []).append((p["number"], p["class"], box))
    paths = [ObjectPath(track) for track in street.tracks]
    bare: Counter[tuple[int, str]] = Counter()
    looked = 0
    for frame, objects in there.items():
        pts = round(frame / truth["fps"] / street.tracks[0].time_base)
        picture = np.zeros((height, width, 3), np.uint8)
        for path in paths:
            boxes = path.boxes(pts)
            blank_boxes([picture], boxes, [path.track.object_class] * len(boxes))
        hidden = picture[..., 0] > 0
        for number, what, (left, top, wide, tall) in objects:
            for x, y, w, h in _parts(what, left, top, wide, tall, width):
                part = hidden[int(y) : int(y + h) + 1, max(0, int(x)) : int(x + w) + 1]
                looked += 1
                bare[number, what] += int(part.size > 0 and part.mean() < 0.6)
    say([f"street: of {looked} heads and ends, clear in pictures: {dict(+bare) or 'none'}"])
    assert looked > 1500
    assert {each: n for each, n in bare.items() if n > _FEW} == {}


def _parts(
    what: str, left: float, top: float, wide: float, tall: float, width: int
) -> list[tuple[float, float, float, float]]:
    """The middle of a head; of a vehicle that is wholly in the picture, both lower ends."""
    if what in ("person", "two-wheeler"):
        return [(left + wide / 2 - 0.06 * tall, top, 0.12 * tall, 0.13 * tall)]
    if left <= 1 or left + wide >= width - 1:
        return []
    end, low = 0.12 * wide, (top + 0.5 * tall, 0.4 * tall)
    return [(x, low[0], end, low[1]) for x in (left, left + wide - end)]
