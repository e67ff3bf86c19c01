"""Days, moments and decimals as people write them in each language; times in UTC for machines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scelle.web.messages import Language

_MONTHS: dict[Language, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": (
        "janv.", "févr.", "mars", "avr.", "mai", "juin",
        "juil.", "août", "sept.", "oct.", "nov.", "déc.",
    ),
}  # fmt: skip


def day(at: datetime, language: Language) -> str:
    """A day.

    >>> day(datetime(2026, 3, 1, tzinfo=UTC), "fr"), day(datetime(2026, 3, 11, tzinfo=UTC), "en")
    ('1er mars 2026', '11 Mar 2026')
    """
    number = "1er" if at.day == 1 and language == "fr" else str(at.day)
    return f"{number} {_MONTHS[language][at.month - 1]} {at.year}"


def last_day(end: datetime, language: Language) -> str:
    """The last day of a span that ends then, the end itself excluded, in the machine's own zone.

    What ends at midnight ends with the day before, and is so said.
    """
    return day((end - timedelta(microseconds=1)).astimezone(), language)


def moment(at: datetime | str, language: Language) -> str:
    """A day and a time, in the machine's own zone.

    Args:
        at: aware, or ISO 8601 with its zone, as the ledger holds it.
    """
    known = datetime.fromisoformat(at) if isinstance(at, str) else at
    here = known.astimezone()
    joined = " à " if language == "fr" else ", "
    return f"{day(here, language)}{joined}{here:%H:%M:%S}"


def days_left(at: datetime, now: datetime | None = None) -> int:
    """Whole days until then; negative once it has passed.

    >>> days_left(datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 1, 1, tzinfo=UTC))
    1
    """
    return (at - (now or datetime.now(UTC))).days


def decimal(number: str, language: Language) -> str:
    """A number that is formatted already, with the language's decimal sign.

    >>> decimal("5.0", "fr"), decimal("5.0", "en")
    ('5,0', '5.0')
    """
    return number.replace(".", ",") if language == "fr" else number
