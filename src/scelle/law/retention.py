"""How long a case's data may be kept (art. 230-22)."""

from __future__ import annotations

from datetime import datetime

from scelle.law.frameworks import Framework


def erase_by(framework: Framework, start: datetime) -> datetime:
    """The moment by which everything must be erased, closure or not.

    Args:
        framework: the case's, which states the number of years.
        start: when the first data came in, aware; the opening until there are any.

    Returns:
        The same moment, ``retention_years`` later; the day before where that
        year has no 29 February.

    Raises:
        ValueError: ``start`` has no time zone.
    """
    if start.tzinfo is None:
        raise ValueError("the start of retention needs a time zone")
    year = start.year + framework.retention_years
    try:
        return start.replace(year=year)
    except ValueError:
        return start.replace(year=year, day=28)
