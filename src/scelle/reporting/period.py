"""The span of whole months that a report is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from scelle.errors import BadInput

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Period:
    """Whole months, both ends included.

    Attributes:
        first, last: as in ``2026-01``.
    """

    first: str
    last: str

    def __post_init__(self) -> None:
        for month in (self.first, self.last):
            if not _MONTH.fullmatch(month):
                raise BadInput(
                    f"{month!r} is not a month", remedy="Write year and month, as in 2026-01."
                )
        if self.last < self.first:
            raise BadInput(
                f"the period ends in {self.last}, before it begins in {self.first}",
                remedy="Give the earlier month with --from and the later with --to.",
            )

    @property
    def months(self) -> tuple[str, ...]:
        """Every month, in order.

        >>> Period("2026-11", "2027-01").months
        ('2026-11', '2026-12', '2027-01')
        """
        first, last = _number(self.first), _number(self.last)
        return tuple(f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(first, last + 1))

    @property
    def numbers(self) -> tuple[int, int]:
        """Both ends as whole numbers, as the ledger's counts hold them.

        >>> Period("2026-11", "2027-01").numbers
        (202611, 202701)
        """
        return int(self.first.replace("-", "")), int(self.last.replace("-", ""))

    def overlaps(self, other: tuple[int, int]) -> bool:
        """Whether a month is in this period and in another."""
        first, last = self.numbers
        return first <= other[1] and other[0] <= last


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def first_place(size: int, month_at: Callable[[int], str], month: str) -> int:
    """The place of the first entry that is not before a month; ``size`` if none is.

    Months of a ledger never go back, so this asks for ``log2(size)`` of them.
    """
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if month_at(middle) < month:
            low = middle + 1
        else:
            high = middle
    return low
