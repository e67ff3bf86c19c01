"""Boxes, areas and directions in the picture.

Coordinates are native pixels, x to the right, y downwards, origin at the top
left corner of the top left pixel.  A box is ``(left, top, width, height)``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """An axis-aligned rectangle with positive sides.

    >>> Box(0, 0, 2, 2).iou(Box(1, 0, 2, 2))
    0.3333333333333333
    """

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        if not (self.width > 0 and self.height > 0):
            raise ValueError(f"a box needs positive sides, not {self.width} x {self.height}")

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        w = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        h = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        if w <= 0 or h <= 0:
            return 0.0
        overlap = w * h
        return min(1.0, overlap / (self.area + other.area - overlap))


def iou_matrix(a: npt.ArrayLike, b: npt.ArrayLike) -> FloatArray:
    """Intersection over union of every pair.

    Args:
        a: shape ``(n, 4)``, rows ``left, top, width, height``.
        b: shape ``(m, 4)``, likewise.

    Returns:
        float64 of shape ``(n, m)``, each 0 to 1; a pair of empty boxes gives 0.
    """
    first = np.asarray(a, np.float64).reshape(-1, 4)
    second = np.asarray(b, np.float64).reshape(-1, 4)
    overlap = overlaps(first, second)
    union = np.add.outer(first[:, 2] * first[:, 3], second[:, 2] * second[:, 3]) - overlap
    ratio: FloatArray = np.zeros_like(overlap)
    np.divide(overlap, union, out=ratio, where=union > 0)
    return ratio


def overlaps(a: FloatArray, b: FloatArray) -> FloatArray:
    """Area that every pair shares, float64 ``(n, m)``.

    Args:
        a: float64 ``(n, 4)``, rows ``left, top, width, height``.
        b: float64 ``(m, 4)``, likewise.
    """
    # Axis by axis, so that loops run over the pairs and not over two coordinates.
    sides = []
    for k in (0, 1):
        side = np.minimum.outer(a[:, k] + a[:, k + 2], b[:, k] + b[:, k + 2])
        side -= np.maximum.outer(a[:, k], b[:, k])
        sides.append(np.maximum(side, 0, out=side))
    sides[0] *= sides[1]
    return np.asarray(sides[0])


@dataclass(frozen=True)
class Area:
    """A polygon drawn on the picture.

    Attributes:
        points: at least three ``(x, y)`` corners in native pixels.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if len(self.points) < 3:
            raise ValueError("an area needs at least three corners")

    def contains(self, points: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Which points lie inside (even-odd rule).

        Args:
            points: shape ``(n, 2)``.

        Returns:
            bool of shape ``(n,)``.
        """
        p = np.asarray(points, np.float64).reshape(-1, 2)
        inside = np.zeros(len(p), np.bool_)
        corners = self.points
        for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
            crosses = (y0 > p[:, 1]) != (y1 > p[:, 1])
            if y0 != y1:
                at = x0 + (p[:, 1] - y0) * (x1 - x0) / (y1 - y0)
                inside ^= crosses & (p[:, 0] < at)
        return inside


@dataclass(frozen=True)
class Line:
    """A line drawn on the picture, over which things pass.

    Attributes:
        start, end: ``(x, y)`` in native pixels.
        one_way: only passing from the left of the way from ``start`` to ``end`` to its
            right counts, as seen on the picture; to ask the other way, swap the ends.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    one_way: bool = False

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("a line needs two different ends")

    def crossed(self, path: npt.ArrayLike) -> bool:
        """Whether a path passes over the line.

        Args:
            path: shape ``(n, 2)``, points in order of time.

        >>> Line((0, 5), (10, 5), one_way=True).crossed([(5, 0), (5, 9)])
        True
        >>> Line((10, 5), (0, 5), one_way=True).crossed([(5, 0), (5, 9)])
        False
        """
        p = np.asarray(path, np.float64).reshape(-1, 2)
        a, b = np.array(self.start, np.float64), np.array(self.end, np.float64)
        side = _turn(b - a, p - a)
        before, after = p[:-1], p[1:]
        over = (side[:-1] < 0) & (side[1:] >= 0)
        if not self.one_way:
            over |= (side[:-1] >= 0) & (side[1:] < 0)
        step = after - before
        between = _turn(step, a - before) * _turn(step, b - before) <= 0
        return bool((over & between).any())


@dataclass(frozen=True)
class Route:
    """A way drawn on the picture, that things may have gone.

    Attributes:
        points: at least two ``(x, y)`` in native pixels, in the order in which it is gone.
        tolerance: how far off a thing may be, native pixels, above 0.
    """

    points: tuple[tuple[float, float], ...]
    tolerance: float

    def __post_init__(self) -> None:
        if len(self.points) < 2 or self.length == 0:
            raise ValueError("a path needs two different points")
        if not self.tolerance > 0:
            raise ValueError(f"a path needs a tolerance above 0, not {self.tolerance}")

    @classmethod
    def drawn(
        cls, points: tuple[tuple[float, float], ...], tolerance: float | None = None
    ) -> Route:
        """A path with the usual tolerance, a tenth of its length in whole pixels, at least one."""
        usual = max(1, round(_length(points) / 10))
        return cls(points, usual if tolerance is None else tolerance)

    @property
    def length(self) -> float:
        """Native pixels."""
        return _length(self.points)

    def followed(self, way: npt.ArrayLike) -> bool:
        """Whether some part of a way goes along the whole path, in its direction.

        The measure is the discrete Fréchet distance (Eiter and Mannila, *Computing discrete
        Fréchet distance*, 1994), the shortest leash between two that go along the path and the
        way, neither ever back; the way may begin before it and go on after it, and how long
        anybody stands still does not count.  Points are put between those given, a quarter of
        the tolerance apart, so that it is off by no more than that from the distance of the
        lines themselves; never nearer than a quarter of a pixel, which tells nothing more.

        Args:
            way: shape ``(n, 2)``, points in order of time, native pixels.

        >>> Route(((0, 0), (10, 0)), 2).followed([(-5, 1), (5, 1), (15, 1)])
        True
        >>> Route(((10, 0), (0, 0)), 2).followed([(-5, 1), (5, 1), (15, 1)])
        False
        """
        given, went = (np.asarray(p, np.float64).reshape(-1, 2) for p in (self.points, way))
        # Whatever is drawn far from the way needs no points between.
        beyond = np.maximum(went.min(axis=0) - given, given - went.max(axis=0))
        if beyond.max() > self.tolerance:
            return False
        step = max(self.tolerance, 1) / 4
        drawn, gone = _dense(given, step), _dense(went, step)
        reached = np.ones(len(gone), np.bool_)  # with the first point, anybody may begin
        for point in drawn:
            near = np.hypot(*(gone - point).T) <= self.tolerance
            # From the point before, at the same place of the way or the one before ...
            start = near & (reached | np.append(False, reached[:-1]))
            # ... and on along the way, as long as it stays near.
            place = np.arange(len(gone))
            begun = np.maximum.accumulate(np.where(start, place, -1))
            left = np.maximum.accumulate(np.where(near, -1, place))
            reached = near & (begun > left)
            if not reached.any():
                return False
        return True


def _length(points: npt.ArrayLike) -> float:
    p = np.asarray(points, np.float64).reshape(-1, 2)
    return float(np.hypot(*np.diff(p, axis=0).T).sum())


def _dense(points: npt.ArrayLike, step: float) -> FloatArray:
    """Points along a way, at most a step apart, those given among them; float64 ``(m, 2)``."""
    p = np.asarray(points, np.float64).reshape(-1, 2)
    parts = np.maximum(1, np.ceil(np.hypot(*np.diff(p, axis=0).T) / step)).astype(int)
    at = np.append(0, np.cumsum(parts))
    places = np.arange(at[-1] + 1)
    return np.stack([np.interp(places, at, c) for c in p.T], axis=1)


def _turn(along: FloatArray, to: FloatArray) -> FloatArray:
    """Above 0 where ``to`` lies to the right of ``along`` on the picture, whose y goes down."""
    turn: FloatArray = along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]
    return turn


class Direction(StrEnum):
    """Where an object goes in the picture, in eight sectors of 45 degrees."""

    RIGHT = "right"
    DOWN_RIGHT = "down-right"
    DOWN = "down"
    DOWN_LEFT = "down-left"
    LEFT = "left"
    UP_LEFT = "up-left"
    UP = "up"
    UP_RIGHT = "up-right"
    NONE = "none"

    @classmethod
    def of(cls, dx: float, dy: float, *, still: float) -> Direction:
        """The sector of a displacement; ``NONE`` when it is shorter than ``still`` pixels.

        >>> Direction.of(10, 1, still=3)
        <Direction.RIGHT: 'right'>
        >>> Direction.of(0, -10, still=3)
        <Direction.UP: 'up'>
        """
        if math.hypot(dx, dy) < still:
            return cls.NONE
        return _SECTORS[round(math.atan2(dy, dx) / (math.pi / 4)) % 8]

    def includes(self, other: Direction) -> bool:
        """Whether a search for this direction accepts an object going ``other``.

        A main direction accepts its two neighbours: a search for *left* finds
        what goes up-left.
        """
        if Direction.NONE in (self, other):
            return self == other
        if "-" in self.value:
            return self == other
        return self.value in other.value.split("-")


class Edge(StrEnum):
    """Where an object comes into the picture or goes out of it."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"
    INSIDE = "inside"

    @classmethod
    def of(cls, box: Sequence[float], size: tuple[int, int], reach: float) -> Edge:
        """The edge of the picture that a box is nearest to; ``INSIDE`` when none is near.

        Args:
            box: left, top, width, height, pixels.
            size: width and height of the picture.
            reach: furthest distance from an edge, in the box's own width or height.

        >>> Edge.of((2, 40, 20, 50), (640, 360), 0.5)
        <Edge.LEFT: 'left'>
        >>> Edge.of((300, 100, 20, 50), (640, 360), 0.5)
        <Edge.INSIDE: 'inside'>
        """
        left, top, width, height = box
        away = {
            cls.LEFT: left / width,
            cls.RIGHT: (size[0] - left - width) / width,
            cls.TOP: top / height,
            cls.BOTTOM: (size[1] - top - height) / height,
        }
        nearest = min(away, key=lambda edge: away[edge])
        return nearest if away[nearest] <= reach else cls.INSIDE


_SECTORS: Sequence[Direction] = (
    Direction.RIGHT,
    Direction.DOWN_RIGHT,
    Direction.DOWN,
    Direction.DOWN_LEFT,
    Direction.LEFT,
    Direction.UP_LEFT,
    Direction.UP,
    Direction.UP_RIGHT,
)
