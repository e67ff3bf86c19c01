"""Where the time of each object is written: beside it, and over no other object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Rect = tuple[int, int, int, int]
"""Left, top, width, height in pixels."""

_GAP = 3
_HIDES = 4.0  # how much worse it is to cover an object than another label


def place_labels(
    objects: Sequence[tuple[str, Rect]],
    sizes: Mapping[str, tuple[int, int]],
    picture: tuple[int, int],
    before: Mapping[str, int],
) -> tuple[dict[str, Rect], dict[str, int]]:
    """Choose a place for each object's label.

    Places above, below, to the right and left of the object are tried, then
    some farther away, the one of the picture before first, so that labels do
    not hop.  The first that covers nothing is taken; if there is none, the one
    that covers least.

    Args:
        objects: track id and box of each object shown, in a stable order.
        sizes: width and height of each track's label.
        picture: width and height.
        before: which place each track's label had in the picture before.

    Returns:
        Rectangle of each label, wholly inside the picture; and which place it is.
    """
    chosen: dict[str, Rect] = {}
    which: dict[str, int] = {}
    boxes = [box for _, box in objects]
    for track, box in objects:
        candidates = [_inside(c, picture) for c in _around(box, sizes[track])]
        first = before.get(track, 0)
        order = [first, *(i for i in range(len(candidates)) if i != first)]
        best, least = first, float("inf")
        for i in order:
            rect = candidates[i]
            covers = sum(_shared(rect, other) for other in boxes) * _HIDES
            covers += sum(_shared(rect, other) for other in chosen.values())
            if covers < least:
                best, least = i, covers
                if covers == 0:
                    break
        chosen[track], which[track] = candidates[best], best
    return chosen, which


def _around(box: Rect, size: tuple[int, int]) -> list[Rect]:
    left, top, width, height = box
    wide, tall = size
    middle, bottom, right = left + (width - wide) // 2, top + height, left + width
    beside = top + min(height // 4, max(0, height - tall))
    places = [
        (middle, top - tall - _GAP),
        (middle, bottom + _GAP),
        (right + _GAP, beside),
        (left - wide - _GAP, beside),
    ]
    for far in (1, 2, 3):
        step = far * (tall + _GAP)
        places += [
            (middle, top - tall - _GAP - step),
            (middle, bottom + _GAP + step),
            (right + _GAP, beside + step),
            (left - wide - _GAP, beside + step),
        ]
    return [(x, y, wide, tall) for x, y in places]


def _inside(rect: Rect, picture: tuple[int, int]) -> Rect:
    left, top, width, height = rect
    x = max(0, min(left, picture[0] - width))
    y = max(0, min(top, picture[1] - height))
    return x, y, width, height


def _shared(a: Rect, b: Rect) -> int:
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    tall = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return wide * tall if wide > 0 and tall > 0 else 0
