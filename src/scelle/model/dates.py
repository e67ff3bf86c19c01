"""Days and moments as people write them, in English and French."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Literal

Language = Literal["en", "fr"]

MONTHS: Mapping[Language, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August",
        "September", "October", "November", "December",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
        "septembre", "octobre", "novembre", "décembre",
    ),
}  # fmt: skip


def day_words(language: Language, at: date) -> str:
    """A day as people write it.

    >>> day_words("fr", date(2026, 12, 1)), day_words("en", date(2026, 11, 30))
    ('1er décembre 2026', '30 November 2026')
    """
    number = "1er" if at.day == 1 and language == "fr" else str(at.day)
    return f"{number} {MONTHS[language][at.month - 1]} {at.year}"


def moment_words(language: Language, at: datetime, *, seconds: bool = False) -> str:
    """A moment as people write it, with its zone; whole seconds where they are asked for.

    >>> at = datetime(2026, 11, 30, 14, 5, 9, tzinfo=timezone.utc)
    >>> moment_words("fr", at)
    '30 novembre 2026 à 14 h 05 (UTC)'
    >>> moment_words("en", at.astimezone(timezone(timedelta(hours=1))), seconds=True)
    '30 November 2026 at 15:05:09 (UTC+01:00)'
    """
    if language == "fr":
        clock = f"à {at:%H} h {at:%M}" + (f" min {at:%S} s" if seconds else "")
    else:
        clock = f"at {at:%H:%M:%S}" if seconds else f"at {at:%H:%M}"
    shift = at.utcoffset() or timedelta()
    zone = str(timezone(shift)) if shift else "UTC"
    return f"{day_words(language, at)} {clock} ({zone})"
