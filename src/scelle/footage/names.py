"""What recorders write in file names: the time at which a file begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

_START = re.compile(
    r"(?<!\d)(?P<y>20\d\d)[-_.]?(?P<mo>\d\d)[-_.]?(?P<d>\d\d)"
    r"[-_.T ]{0,3}(?P<h>\d\d)[-_.:hH]?(?P<mi>\d\d)[-_.:mM]?(?P<s>\d\d)(?!\d)"
)


def start_in_name(name: str) -> datetime | None:
    """The first date and time in a file name, as the recorder's clock showed it; naive.

    >>> start_in_name("NVR_ch1_main_20260301220000_20260301230000.dav")
    datetime.datetime(2026, 3, 1, 22, 0)
    >>> start_in_name("2026-03-01 22h05m07.mp4")
    datetime.datetime(2026, 3, 1, 22, 5, 7)
    >>> start_in_name("night.mp4") is start_in_name("20261332250000.mp4") is None
    True
    """
    for match in _START.finditer(name):
        try:
            return datetime(*(int(part) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            continue
    return None


def seconds_apart(names: Sequence[str]) -> list[Fraction | None]:
    """Seconds from the first file's beginning to each file's, as their names state it.

    ``None`` for every file but the first where one of them states nothing: a line made
    half of stated and half of supposed times would look more certain than it is.
    """
    starts = [start_in_name(name) for name in names]
    known = [start for start in starts if start is not None]
    if len(known) < len(names):
        return [Fraction(0), *[None] * (len(names) - 1)]
    return [Fraction((start - known[0]) // timedelta(seconds=1)) for start in known]
