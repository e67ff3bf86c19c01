"""What chapters of the closing report are made of: blocks of text, facts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from scelle.model.dates import day_words, moment_words
from scelle.model.wording import french
from scelle.reporting.dossier_words import word
from scelle.reporting.words import Language

Block = dict[str, Any]

_BESIDE = ("first", "most", "activity")
"""What a search says of its answer, and not of what it looks for."""
"""One of the kinds that ``templates/dossier.typ`` sets."""


class Blocks:
    """Makes blocks in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def say(self, key: str, **parts: object) -> str:
        """One sentence."""
        return word(self.language, key, **parts)

    def facts(self, facts: Mapping[str, object]) -> Block:
        """Those that there are, each after its name."""
        return {"facts": [[self.say(key), value] for key, value in facts.items() if value != ""]}

    def table(
        self, heads: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[int] = ()
    ) -> Block:
        """A table whose heads are keys; where there is no row, that there is none.

        Args:
            widths: of the columns, in shares; the same by default.
        """
        if not rows:
            return par(self.say("none"))
        table = {"heads": [self.say(h) for h in heads], "rows": rows}
        return {"table": {**table, "widths": widths or [1] * len(heads)}}

    def told(self, sentence: str) -> str:
        """A stored sentence, which is English, in the reader's language where there is one."""
        return (french(sentence) or sentence) if self.language == "fr" else sentence

    def reason(self, reason: str, detail: str) -> str:
        """Why a span was not read."""
        return self.say("unread.not") if reason == "not-analysed" else self.told(detail)

    def day(self, at: date) -> str:
        """A date."""
        return day_words(self.language, at)

    def moment(self, at: datetime) -> str:
        """A moment, to the second, with its zone."""
        return moment_words(self.language, at, seconds=True)

    def until(self, first: datetime, last: datetime) -> str:
        """A validity, to the minute."""
        ends = (moment_words(self.language, at) for at in (first, last))
        return self.say("until", first=next(ends), last=next(ends))

    def query(self, query: Mapping[str, object]) -> str:
        """What a search or a mandate asks for."""
        told = []
        for name, value in query.items():
            if name == "colour_share" and "colour" not in query and "not_colour" not in query:
                continue
            told.append(f"{self.say(f'query.{name}')} {self._value(name, value)}".strip())
        if query.keys() <= {"colour_share", *_BESIDE}:
            told.insert(0, self.say("search.everything"))
        return "; ".join(told)

    def _value(self, name: str, value: object) -> str:
        kinds = {"object_class": "class", "not_colour": "colour"}
        if name in ("object_class", "colour", "not_colour", "direction"):
            return self.say(f"{kinds.get(name, name)}.{value}")
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if name.endswith("_ms") and isinstance(value, int):
            return clock(value)
        if name == "hours" and isinstance(value, Mapping):
            return "–".join(_of_day(value[end]) for end in ("first", "last"))
        if isinstance(value, list) and name == "exhibit_ids":
            return ", ".join(map(str, value))
        return "" if name in ("inside", "outside", "crosses", "follows") else str(value)


def _of_day(second: int) -> str:
    """A second of the day as clocks show it; its seconds only where there are any."""
    minutes, rest = divmod(second, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")


def par(text: str) -> Block:
    """A paragraph."""
    return {"par": text}


def note(text: str) -> Block:
    """A paragraph in a frame."""
    return {"note": text}


def head(text: str, level: int = 2) -> Block:
    """A heading inside a chapter."""
    return {"head": text, "level": level}


def listed(values: Mapping[str, object]) -> str:
    """Names and values, sorted."""
    return ", ".join(f"{name} {value}" for name, value in sorted(values.items()))


def span(start_ms: int, end_ms: int) -> str:
    """A span of a recording's own time."""
    return f"{clock(start_ms)}–{clock(end_ms)}"


def clock(ms: int) -> str:
    """A point of a recording's own time, to a tenth of a second."""
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest // 100}"
