"""Which cells of a published table are withheld.

The rule: a cell that counts fewer than :data:`SMALL` and is not 0 is withheld.  The
total is published, so other cells of the table are withheld beside it until what is
left over does not give it back (complementary suppression: Cox 1980; Fischetti and
Salazar 2001).  These others are drawn by chance.  Whoever takes the smallest, or any
others by a known rule, tells a reader of that rule more than the figures say (Minami
and Abe 2019, *Algorithmic Matching Attacks on Optimally Suppressed Tabular Data*).

What a reader who knows this whole file cannot exclude, of any cell withheld among
others: each of 1, 2, 3 and 4.  The tests try every table.
"""

from __future__ import annotations

import hmac
import random
from collections.abc import Mapping
from dataclasses import dataclass

#: Cells that count fewer are withheld, 0 apart.
SMALL = 5


@dataclass(frozen=True)
class Table:
    """A figure broken down by one dimension, as it is published.

    Attributes:
        rows: value to count; ``None`` where it is withheld.
        withheld: sum of the cells withheld.
    """

    rows: Mapping[str, int | None]
    withheld: int


def chance(key: bytes, *names: str) -> random.Random:
    """The draw for one table: secret, and the same whenever that table is published.

    Were it drawn anew, two publications of one table would give back what each withholds.
    """
    return random.Random(hmac.digest(key, "\n".join(names).encode(), "sha256"))  # noqa: S311


def protect(
    counts: Mapping[str, int], draw: random.Random, forced: frozenset[str] = frozenset()
) -> frozenset[str]:
    """The values whose cells are withheld.

    Args:
        counts: by value, all of them; their sum is published.
        draw: gives the others to withhold.
        forced: values withheld in any case: those of the figure that counts what an
            amount comes from.

    Steps:
        (0) a table of one row says no more than its total: nothing is withheld
        (1) cells of 1 to 4 are withheld, and those forced
        (2) other cells that are not 0 are drawn, one after the other, until at least
            two are withheld and their sum leaves each any value from 1 to 5
        (3) where there are not enough, the whole table is withheld
    """
    # (0)
    if len(counts) < 2:
        return frozenset()
    # (1)
    withheld = [v for v, count in counts.items() if 0 < count < SMALL or v in forced]
    if not withheld:
        return frozenset()
    others = [v for v, count in counts.items() if count >= SMALL and v not in forced]
    draw.shuffle(others)
    # (2)
    while not enough(len(withheld), sum(counts[value] for value in withheld)):
        # (3)
        if not others:
            return frozenset(counts)
        withheld.append(others.pop())
    return frozenset(withheld)


def enough(cells: int, total: int) -> bool:
    """Whether cells of at least 1 that add up to ``total`` may each be anything from 1 to 5."""
    return cells >= 2 and total >= cells + SMALL - 1


def publish(counts: Mapping[str, int], withheld: frozenset[str]) -> Table:
    """The table with some cells withheld."""
    rows = {value: None if value in withheld else count for value, count in counts.items()}
    return Table(rows, sum(counts[value] for value in withheld))
