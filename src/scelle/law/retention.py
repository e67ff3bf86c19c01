"""How long a case's data may be kept (art. 230-22)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scelle.law.frameworks import FRAMEWORKS, Framework
from scelle.model.decisions import Request, RequestKind, RequestState
from scelle.model.evidence import Case, CaseState
from scelle.model.retention import Trigger


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
    return _years_later(start, framework.retention_years)


def extended(deadline: datetime) -> datetime:
    """The deadline after one extension by a magistrate."""
    return _years_later(deadline, FRAMEWORKS.extension_years)


def why_due(case: Case, requests: Iterable[Request], now: datetime) -> Trigger | None:
    """Why a case must be erased now; ``None`` if it need not be."""
    if any(r.kind is RequestKind.ERASURE and r.state is RequestState.OPEN for r in requests):
        return Trigger.ORDER
    if case.state is CaseState.CLOSED:
        return Trigger.CLOSURE
    if case.state is CaseState.ERASING or now >= case.erase_by:
        return Trigger.DEADLINE
    return None


def to_announce(case: Case, announced: Iterable[int], now: datetime) -> tuple[int, ...]:
    """The thresholds that a deadline has passed and that nobody has announced yet."""
    left = case.erase_by - now
    days = left.total_seconds() / 86400
    return tuple(d for d in FRAMEWORKS.announced_days if days <= d and d not in set(announced))


def _years_later(start: datetime, years: int) -> datetime:
    if start.tzinfo is None:
        raise ValueError("the start of retention needs a time zone")
    year = start.year + years
    try:
        return start.replace(year=year)
    except ValueError:
        return start.replace(year=year, day=28)
