"""A search asked in plain words, French or English, and told in them.

The grammar, in which case and accents do not count::

    text   = part { ["," | ";" | "." | "and" ...] part }
    part   = class | ["in"] colour | "not" ["in"] colour | movement | direction
           | size | speed | stay | hours | place in the recording
           | "on" exhibit | ["not"] "near" zone | area | line | path

The words are those of :mod:`.asking_words`.  From left to right the longest part that fits
is taken.  Names of exhibits and zones are those given, in quotes or not.  What fits nowhere
is handed back as it was written, never guessed: neither is a second value for what has one
already, nor anything after a *not* or an *or* that fits nowhere, up to the next comma; where
it is a place that is not known, up to the hours that follow it.  Of a word for a person that
says a sex or an age the person is asked, and the word is handed back: neither is looked for.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from scelle.model.asking_words import NUMBER, PLACE, POINT, TIME, WORDS, Tongue, Words
from scelle.model.geometry import Area, Line, Route
from scelle.model.synopsis import Hours
from scelle.model.tracks import ObjectClass, TrackQuery

_DAY_S = 86_400
_QUOTED = '"(?:[^"]|"")*"|«[^»]*»'
_HOURS = frozenset(("span", "after", "before"))
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_END = re.compile(r"[,;\n]")
_WORD = re.compile(r"[^\s,;.\"«]+|.", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """What a search asks for, as a person chooses it.

    Attributes:
        query: of the description, the movement and the recording's own time.
        hours: time of day, by the recorders' clocks.
        exhibits: their names; empty asks for all.
    """

    query: TrackQuery = field(default_factory=TrackQuery)
    hours: Hours | None = None
    exhibits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """Names that may be used.

    Attributes:
        exhibits: of exhibits and of cameras.
        zones: areas by name.
    """

    exhibits: tuple[str, ...] = ()
    zones: Mapping[str, Area] = field(default_factory=dict)


@dataclass(frozen=True)
class Understood:
    """What was made of a text.

    Attributes:
        left: what was not understood, as it was written, in order.
    """

    question: Question
    left: tuple[str, ...]


def understand(text: str, tongue: Tongue, known: Known | None = None) -> Understood:
    """Turn plain words into filters; any text is accepted.

    >>> found = understand("person in red going left, not near the moon", "en")
    >>> found.question.query.colour, found.question.query.direction, found.left
    (<Colour.RED: 'red'>, <Direction.LEFT: 'left'>, ('not near the moon',))
    >>> understand("voiture pas en bleu entre 14 h et 15 h 30", "fr").question.hours
    Hours(first=50400, last=55800)
    """
    known = known or Known()
    words = WORDS[tongue]
    folded = _fold(text)
    idle, negations, elsewhere, parts = _compiled(tongue)
    parts = (*parts, *_named(words, known))
    found: dict[str, Any] = {}
    exhibits: list[str] = []
    left: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        if folded[at].isspace() or folded[at] in ",;.":
            at += 1
            continue
        fits = [(m.end(), -i) for i, p in enumerate(parts) if (m := p.pattern.match(folded, at))]
        end, rank = max(fits, default=(at, 0))
        values = parts[-rank].read(folded, text, at) if fits else None
        if values is not None and "exhibit" in values:
            exhibits.append(values["exhibit"])
        elif values is not None and all(found.get(k, v) == v for k, v in values.items()):
            found.update(values)
            if parts[-rank].more:
                left.append((at, end))
        elif (passed := idle.match(folded, at)) and not fits:
            end = passed.end()
        else:
            if negations.match(folded, at):
                stop = _END.search(folded, at)
                end = stop.start() if stop else len(text)
                if place := elsewhere.match(folded, at):
                    end = _hours_after(folded, place.end(), end, parts, negations)
            elif not fits:
                word = _WORD.match(folded, at)
                end = word.end() if word else at + 1
            left.append((at, end))
        at = end
    hours = found.pop("hours", None)
    return Understood(
        Question(TrackQuery(**found), hours, tuple(dict.fromkeys(exhibits))),
        tuple(_together(text, left, idle)),
    )


def tell(question: Question, tongue: Tongue, known: Known | None = None) -> str:
    """Filters in plain words, which :func:`understand` reads back as the same filters.

    >>> tell(understand("red car staying for over 1 min", "en").question, "en")
    'car in red, staying at least 60 s'
    """
    known = known or Known()
    words, q = WORDS[tongue], question.query
    named = {area: name for name, area in known.zones.items()}

    def area(value: Area, near: str, drawn: str) -> str:
        if value in named:
            return words.told[near].format(_quote(named[value]))
        return words.told[drawn].format(" ".join(map(_point, value.points)))

    told: list[str] = []
    if q.object_class is not None:
        told.append(words.classes[q.object_class][0])
    if q.colour is not None:
        colour = words.told["colour"].format(words.colours[q.colour][0])
        told = [f"{told[0]} {colour}"] if told else [colour]
    if q.not_colour is not None:
        told.append(words.told["not_colour"].format(words.colours[q.not_colour][0]))
    if q.moving is not None:
        told.append(words.motions[0 if q.moving else 1][0])
    if q.direction is not None:
        told.append(words.directions[q.direction][0])
    for name in ("min_height", "max_height", "min_speed", "max_speed"):
        if getattr(q, name) is not None:
            told.append(words.told[name].format(_amount(Decimal(repr(getattr(q, name))), tongue)))
    for name in ("min_dwell_ms", "max_dwell_ms"):
        if getattr(q, name) is not None:
            told.append(words.told[name].format(_amount(Decimal(getattr(q, name)) / 1000, tongue)))
    if question.hours is not None:
        ends = (_hour(s, tongue) for s in (question.hours.first, question.hours.last))
        told.append(words.told["hours"].format(*ends))
    for name in ("start_ms", "end_ms"):
        if getattr(q, name) is not None:
            told.append(words.told[name].format(_place(getattr(q, name))))
    told += [words.told["exhibit"].format(_quote(name)) for name in question.exhibits]
    if q.inside is not None:
        told.append(area(q.inside, "near", "inside"))
    if q.outside is not None:
        told.append(area(q.outside, "away", "outside"))
    if q.crosses is not None:
        line = words.told["crosses"].format(f"{_point(q.crosses.start)} {_point(q.crosses.end)}")
        told.append(f"{line} {words.told['one_way']}" if q.crosses.one_way else line)
    if q.follows is not None:
        points = " ".join(map(_point, q.follows.points))
        within = _amount(Decimal(repr(float(q.follows.tolerance))), tongue)
        told.append(words.told["follows"].format(points, within))
    return ", ".join(told)


# -- parts ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """Something that may stand in a text.

    Attributes:
        field: which filter it sets.
        value: to what, where the words leave no choice.
        names: what it may name, by folded name.
        more: the words say more than what is asked, and are handed back too.
    """

    pattern: re.Pattern[str]
    field: str
    value: Any = None
    names: Mapping[str, Any] | None = None
    more: bool = False

    def read(self, folded: str, text: str, at: int) -> dict[str, Any] | None:
        """The filter that it sets; ``None`` where its value cannot be."""
        match = self.pattern.match(folded, at)
        if match is None:
            return None
        if self.names is not None:
            name = _unquote(text[slice(*match.span("name"))])
            value = self.names.get(name, self.names.get(_fold(name)))
        elif self.value is not None:
            value = self.value
        else:
            value = _value(self.field, match)
        if value is None:
            return None
        return {"hours" if self.field in _HOURS else self.field: value}


@lru_cache(maxsize=len(WORDS))
def _compiled(
    tongue: Tongue,
) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], tuple[_Part, ...]]:
    """Words without a meaning, negations, *not at a place*, and all parts without a name."""
    words = WORDS[tongue]
    parts = [_Part(_pattern(words.people), "object_class", ObjectClass.PERSON, more=True)]
    for kind, (_, pattern) in words.classes.items():
        parts.append(_Part(_pattern(pattern), "object_class", kind))
    for colour, (_, pattern) in words.colours.items():
        said = f"{words.colour}(?:{pattern})"
        parts.append(_Part(_pattern(said), "colour", colour))
        parts.append(_Part(_pattern(words.not_said + said), "not_colour", colour))
    for direction, (_, pattern) in words.directions.items():
        said = words.read["direction"].replace("{}", pattern)
        parts.append(_Part(_pattern(said), "direction", direction))
    for moving, (_, pattern) in zip((True, False), words.motions, strict=True):
        parts.append(_Part(_pattern(pattern), "moving", moving))
    filled = {
        "{n}": f"(?P<n>{NUMBER})",
        "{t}": f"(?P<t>{TIME})",
        "{u}": f"(?P<u>{TIME})",
        "{p}": f"(?P<p>{PLACE})",
        "{points}": f"(?P<points>{POINT}(?: {POINT}){{2,}})",
        "{line}": f"(?P<line>{POINT} {POINT})",
        "{path}": f"(?P<path>{POINT}(?: {POINT})+)",
    }
    for name, pattern in words.read.items():
        if name == "direction":
            continue
        said = pattern
        for mark, instead in filled.items():
            said = said.replace(mark, instead)
        parts.append(_Part(_pattern(said), name))
    elsewhere = _pattern(words.not_said + words.zone)
    return _pattern(words.idle), _pattern(words.negations), elsewhere, tuple(parts)


def _hours_after(
    folded: str, at: int, end: int, parts: tuple[_Part, ...], negations: re.Pattern[str]
) -> int:
    """Where hours begin after an unknown place; ``end`` where none do, or they are negated too."""
    starts = [
        match.start()
        for part in parts
        if part.field == "hours" or part.field in _HOURS
        for match in part.pattern.finditer(folded, at, end)
        if folded[match.start() - 1].isspace()
    ]
    first = min(starts, default=end)
    return end if any(map(negations.fullmatch, folded[at:first].split())) else first


def _named(words: Words, known: Known) -> Iterator[_Part]:
    """Parts that name an exhibit or a zone."""
    exhibits = {_fold(name): name for name in known.exhibits}
    exhibits |= {name: name for name in known.exhibits}
    zones = {_fold(name): area for name, area in known.zones.items()} | dict(known.zones)
    said = _name(exhibits)
    yield _Part(_pattern(f"{words.exhibit}{said}"), "exhibit", names=exhibits)
    said = f"{words.zone}{_name(zones)}"
    yield _Part(_pattern(said), "inside", names=zones)
    yield _Part(_pattern(f"{words.not_said}{said}"), "outside", names=zones)


def _name(names: Mapping[str, Any]) -> str:
    """Any name in quotes, or one of these without."""
    longest = sorted(filter(None, map(_fold, names)), key=len, reverse=True)
    bare = [re.escape(name).replace(r"\ ", r"\x20") for name in longest]
    return f"(?P<name>{'|'.join([_QUOTED, *bare])})"


def _value(name: str, match: re.Match[str]) -> Any:
    """The value that a part holds; ``None`` where it cannot be."""
    match name:
        case "min_height" | "max_height":
            return _number(match["n"])
        case "min_speed" | "max_speed":
            speed = _number(match["n"])
            return None if speed is None else speed / 3.6 if match["unit"] == "km/h" else speed
        case "min_dwell_ms" | "max_dwell_ms":
            return round(_decimal(match["n"]) * 1000 * _SECONDS[match["unit"][0]])
        case "hours" | "span":
            return _hours(_second(match["t"]), _second(match["u"]))
        case "after":
            return _hours(_second(match["t"]), _DAY_S)
        case "before":
            return _hours(0, _second(match["t"]))
        case "start_ms" | "end_ms":
            hours, minutes, seconds = match["p"].lstrip("-").split(":")
            whole = (int(hours) * 60 + int(minutes)) * 60 + _decimal(seconds)
            return round(whole * 1000) * (-1 if match["p"].startswith("-") else 1)
        case "inside" | "outside":
            points = _points(match["points"])
            return Area(points) if all(map(math.isfinite, sum(points, ()))) else None
        case "crosses":
            start, end = _points(match["line"])
            if start == end or not all(map(math.isfinite, (*start, *end))):
                return None
            return Line(start, end, match["one_way"] is not None)
        case "follows":
            return _path(_points(match["path"]), match["n"])
    raise ValueError(f"no part {name}")


def _path(points: tuple[tuple[float, float], ...], within: str | None) -> Route | None:
    tolerance = None if within is None else _number(within)
    if not all(map(math.isfinite, sum(points, ()))) or len(set(points)) < 2 or tolerance == 0:
        return None
    return Route.drawn(points, tolerance)


def _number(text: str) -> float | None:
    value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _second(text: str) -> int | None:
    """Second of the day; ``None`` where no clock shows it."""
    digits = [int(d) for d in re.findall(r"\d+", text)]
    hour, minute, second = (*digits, 0, 0)[:3]
    if text.endswith("m"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if text.endswith("pm") else 0)
    told = (hour * 60 + minute) * 60 + second
    return told if minute < 60 and second < 60 and told <= _DAY_S else None


def _hours(first: int | None, last: int | None) -> Hours | None:
    return None if first is None or last is None else Hours(first, last)


def _points(text: str) -> tuple[tuple[float, float], ...]:
    pairs = (point.split(",") for point in text.split())
    return tuple((float(x), float(y)) for x, y in pairs)


# -- text ----------------------------------------------------------------------------


def _fold(text: str) -> str:
    """Small letters without accents, character by character: places stay the same."""
    return "".join(map(_fold_one, text))


def _fold_one(char: str) -> str:
    if char in "’‘":
        return "'"
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base if len(base) == 1 else char


def _pattern(said: str) -> re.Pattern[str]:
    """A part as a whole: it ends where a word ends."""
    # Elsewhere than in a class of characters, a space is any white space.
    spaced = re.sub(r"(?<!\[)(?<!-) ", r"\\s+", said).replace(r"\s+?", r"\s*")
    ends = r"(?:(?<!\w)|(?!\w))"
    return re.compile(f"(?:{spaced}){ends}")


def _together(text: str, left: list[tuple[int, int]], idle: re.Pattern[str]) -> Iterator[str]:
    """What was left, neighbours with nothing but idle words between them joined."""
    joined: list[tuple[int, int]] = []
    for start, end in left:
        between = text[joined[-1][1] : start] if joined else ","
        if joined and not idle.sub("", _fold(between)).strip():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return (text[start:end].strip() for start, end in joined)


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _unquote(name: str) -> str:
    if name.startswith('"'):
        return name[1:-1].replace('""', '"')
    return name[1:-1].strip() if name.startswith("«") else name


def _amount(value: Decimal, tongue: Tongue) -> str:
    told = format(value.normalize(), "f")
    return told.replace(".", ",") if tongue == "fr" else told


def _point(point: tuple[float, float]) -> str:
    return ",".join(_amount(Decimal(repr(float(c))), "en") for c in point)


def _hour(second: int, tongue: Tongue) -> str:
    hour, minute, rest = second // 3600, second // 60 % 60, second % 60
    if rest:
        return f"{hour:02}:{minute:02}:{rest:02}"
    if tongue == "en":
        return f"{hour:02}:{minute:02}"
    return f"{hour} h {minute:02}" if minute else f"{hour} h"


def _place(ms: int) -> str:
    whole, rest = divmod(abs(ms), 1000)
    told = f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return ("-" if ms < 0 else "") + told + (f".{rest:03}" if rest else "")
