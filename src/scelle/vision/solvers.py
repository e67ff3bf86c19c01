"""Assignment, connected components and neighbours, as SciPy solves them.

It is loaded when something is first solved: that takes longer than most commands, which follow
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def assigned(table: npt.NDArray[np.float64], *, dearest: bool = False) -> Iterator[tuple[int, int]]:
    """One-to-one pairs of row and column, the cheapest in all, or the ``dearest``."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(table, maximize=dearest)
    return zip(rows.tolist(), columns.tolist(), strict=True)


def followers(
    rows: Sequence[int], columns: Sequence[int], costs: Sequence[float], limit: float
) -> dict[int, int]:
    """Cheapest one-to-one followers, solved apart for each connected component: one table of all
    would grow with the square of a recording's length.

    Args:
        rows, columns, costs: of each pair that may be, once; costs below ``limit``.
        limit: what it costs that one has none.
    """
    if not len(rows):
        return {}
    first, second, cost = np.asarray(rows), np.asarray(columns), np.asarray(costs)
    n = int(first.max()) + 1
    part = components(first, second + n, n + int(second.max()) + 1)[first]
    order = np.argsort(part, kind="stable")
    found: dict[int, int] = {}
    for edges in np.split(order, np.flatnonzero(np.diff(part[order])) + 1):
        left, at_left = np.unique(first[edges], return_inverse=True)
        right, at_right = np.unique(second[edges], return_inverse=True)
        table = np.full((len(left), len(right)), 2 * limit)
        table[at_left, at_right] = cost[edges]
        found |= {int(left[r]): int(right[c]) for r, c in assigned(table) if table[r, c] < limit}
    return found


def components(a: Ints, b: Ints, n: int) -> Ints:
    """Int64 ``(n,)``: which connected component each of ``n`` nodes lies in.

    Args:
        a, b: int64 ``(edges,)``, the two ends of each edge, 0 to ``n - 1``.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def neighbours(points: npt.NDArray[Any], places: npt.NDArray[Any], reach: npt.NDArray[Any]) -> Ints:
    """Int64 ``(n,)``: how many points lie within reach of each place.

    Args:
        points: ``(points, 2)``.
        places: ``(n, 2)``.
        reach: ``(n,)``, in the same unit.
    """
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(points).query_ball_point(places, reach, return_length=True), np.int64)
