"""Answers to searches: decided by the database's index, and held ready."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Any, Self, TypeAlias

import numpy as np
from sqlalchemy import ColumnElement, Select, select

from scelle.model.geometry import Direction
from scelle.model.tracks import Int64Array, Track, TrackQuery
from scelle.store import tables

Holds: TypeAlias = Callable[[Any, Any], Any]
Condition: TypeAlias = tuple[str, Holds, Any]
"""A column, and what holds between it and a value; of the database's column, or of an array."""

_HELD = 4_000_000
"""Numbers of tracks that answers hold together, at most: 32 MB."""

_EDGE = 1.0
"""Native pixels by which what was drawn reaches beyond its corners: more than rounding does."""


@dataclass(frozen=True, eq=False)
class Answer:
    """Which tracks answer a query, in order.

    Attributes:
        parts: exhibit id, and int64 ``(n,)``, the numbers of its tracks.
        sha256: of the tracks' ids, one a line; hexadecimal.
    """

    parts: tuple[tuple[str, Int64Array], ...]
    sha256: str

    @classmethod
    def of(cls, parts: Sequence[tuple[str, Int64Array]]) -> Self:
        """The answer of these parts."""
        lines = (
            f"{exhibit_id}-" + f"\n{exhibit_id}-".join(map(str, numbers.tolist()))
            for exhibit_id, numbers in parts
            if len(numbers)
        )
        return cls(tuple(parts), hashlib.sha256("\n".join(lines).encode()).hexdigest())

    @property
    def count(self) -> int:
        """How many answer."""
        return sum(len(numbers) for _, numbers in self.parts)

    def ids(self, first: int, most: int | None) -> list[str]:
        """Ids of those from a place in the order on, so many at most."""
        found: list[str] = []
        for exhibit_id, numbers in self.parts:
            stop = None if most is None else first + most - len(found)
            found += [f"{exhibit_id}-{number}" for number in numbers[first:stop]]
            first = max(0, first - len(numbers))
        return found


class Answers:
    """The answers given last; safe between threads."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._held: OrderedDict[Hashable, Answer] = OrderedDict()
        self._numbers = 0

    def get(self, key: Hashable) -> Answer | None:
        """One of them, if it is held."""
        with self._one:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: Hashable, answer: Answer) -> None:
        """Hold one; those asked for longest ago give way."""
        with self._one:
            before = self._held.pop(key, None)
            self._numbers += _size(answer) - (0 if before is None else _size(before))
            self._held[key] = answer
            while self._numbers > _HELD and self._held:
                self._numbers -= _size(self._held.popitem(last=False)[1])

    def clear(self) -> None:
        """Hold none."""
        with self._one:
            self._held.clear()
            self._numbers = 0


def answering(exhibit_id: str, query: TrackQuery, *columns: ColumnElement[Any]) -> Select[Any]:
    """Columns of an exhibit's tracks that answer a query, in the order of answers.

    What was drawn on the picture is decided as far as a rectangle around each path can.
    """
    c = tables.tracks.c
    of = (
        c.exhibit_id == exhibit_id,
        *(holds(c[name], value) for name, holds, value in conditions(query)),
    )
    return select(*columns).where(*of).order_by(c.start_ms, c.number)


def reach(track: Track) -> tuple[float, float, float, float]:
    """The rectangle around a track's path: left, top, right, bottom, native pixels."""
    feet = track.feet
    left, top = (float(side) for side in feet.min(axis=0))
    right, bottom = (float(side) for side in feet.max(axis=0))
    return left, top, right, bottom


def joined(times: Int64Array) -> tuple[tuple[int, int], ...]:
    """Spans that overlap, put together.

    Args:
        times: int64 ``(n, 2)``, first and last of each, in order of the first.

    >>> joined(np.array([[0, 5], [3, 9], [12, 13]]))
    ((0, 9), (12, 13))
    """
    if not len(times):
        return ()
    until = np.maximum.accumulate(times[:, 1])
    apart = np.flatnonzero(times[1:, 0] > until[:-1])
    starts = times[np.concatenate([[0], apart + 1]), 0]
    ends = until[np.concatenate([apart, [len(times) - 1]])]
    return tuple(zip(starts.tolist(), ends.tolist(), strict=True))


def _size(answer: Answer) -> int:
    # One that found nothing takes its place too.
    return answer.count + 100


def conditions(query: TrackQuery) -> list[Condition]:
    """What is decided on columns alone: everything, but for what was drawn."""
    asked: list[Condition] = []

    def ask(name: str, holds: Holds, value: Any) -> None:
        if value is not None:
            asked.append((name, holds, value))

    ask("end_ms", ge, query.start_ms)
    ask("start_ms", le, query.end_ms)
    if query.object_class is not None:
        ask("object_class", among, (query.object_class.value,))
    ask("moving", eq, query.moving)
    if query.direction is not None:
        accepted = tuple(d.value for d in Direction if query.direction.includes(d))
        ask("direction", among, accepted)
    ask("height", ge, query.min_height)
    ask("height", le, query.max_height)
    ask("dwell_ms", ge, query.min_dwell_ms)
    ask("dwell_ms", le, query.max_dwell_ms)
    if query.min_speed is not None or query.max_speed is not None:
        ask("metres_per_s", gt, 0.0)
    ask("metres_per_s", ge, query.min_speed)
    ask("metres_per_s", le, query.max_speed)
    if query.colour is not None:
        ask(tables.SHARES[query.colour], ge, query.colour_share)
    if query.not_colour is not None:
        ask(tables.SHARES[query.not_colour], lt, query.colour_share)
    for corners in _drawn(query):
        xs, ys = zip(*corners, strict=True)
        ask("reach_left", le, max(xs) + _EDGE)
        ask("reach_right", ge, min(xs) - _EDGE)
        ask("reach_top", le, max(ys) + _EDGE)
        ask("reach_bottom", ge, min(ys) - _EDGE)
    return asked


def among(column: Any, values: Sequence[Any]) -> Any:
    """Whether a column's value is one of these; of the database, or of an array."""
    if isinstance(column, ColumnElement):
        return column.in_(values)
    # Words are told from each other sooner than they are sorted.
    return np.logical_or.reduce([column == value for value in values])


def _drawn(query: TrackQuery) -> list[Sequence[tuple[float, float]]]:
    """Corners of what a path must meet; that which it must not can be told by no rectangle."""
    drawn: list[Sequence[tuple[float, float]]] = []
    if query.inside is not None:
        drawn.append(query.inside.points)
    if query.crosses is not None:
        drawn.append((query.crosses.start, query.crosses.end))
    if query.follows is not None:
        off = query.follows.tolerance
        drawn.append([(x + d, y + d) for x, y in query.follows.points for d in (-off, off)])
    return drawn
