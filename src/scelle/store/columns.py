"""What tracks are searched by, column after column, stored beside the analysis that found them.

A search decides on every track of an exhibit.  Walking along an index does so at some millions
of steps a second, and a column of numbers, read at once, in a fraction of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, bindparam, select

from scelle.model.tracks import BoolArray, Int64Array, TrackQuery
from scelle.store import tables
from scelle.store.answers import Condition, among, conditions

_TYPES = {
    **dict.fromkeys(("number", "start_ms", "end_ms", "dwell_ms"), "<i8"),
    **dict.fromkeys(("height", "metres_per_s", *tables.SHARES.values()), "<f8"),
    **dict.fromkeys(("object_class", "direction"), "|S16"),
    "moving": "|b1",
}
"""How each is stored: every number as it is."""

_COLUMN = tables.track_columns.c
# Made once: making a statement takes longer than the database does.
_STORED = select(_COLUMN.name, _COLUMN.data).where(
    _COLUMN.exhibit_id == bindparam("exhibit"), _COLUMN.name.in_(bindparam("names", expanding=True))
)


def packed(rows: Iterable[Mapping[Any, Any]]) -> dict[str, bytes]:
    """Columns of an exhibit's tracks, in the order of answers.

    Args:
        rows: of the table of tracks, in any order.
    """
    ordered = sorted(rows, key=lambda row: (row["start_ms"], row["number"]))
    return {
        name: np.array([row[name] for row in ordered], kind).tobytes()
        for name, kind in _TYPES.items()
    }


def numbers(db: Connection, exhibit_id: str, queries: Sequence[TrackQuery]) -> list[Int64Array]:
    """Numbers of an exhibit's tracks that answer each of some queries, in order.

    Args:
        queries: ask for nothing that is drawn.

    Returns:
        int64 ``(n,)`` for each.
    """
    asked = [conditions(query) for query in queries]
    names = {"number"}.union(name for each in asked for name, _, _ in each)
    rows = db.execute(_STORED, {"exhibit": exhibit_id, "names": sorted(names)})
    stored = {name: np.frombuffer(data, _TYPES[name]) for name, data in rows}
    if not stored:
        return [np.zeros(0, np.int64)] * len(queries)
    return [stored["number"][_answers(stored, each)] for each in asked]


def _answers(stored: Mapping[str, npt.NDArray[Any]], asked: Sequence[Condition]) -> BoolArray:
    answers = np.ones(len(stored["number"]), np.bool_)
    for name, holds, value in asked:
        told = [word.encode() for word in value] if holds is among else value
        answers &= holds(stored[name], told)
    return answers
