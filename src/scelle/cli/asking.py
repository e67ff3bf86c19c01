"""A search in plain words on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace

import typer

from scelle.cli.options import area
from scelle.errors import BadInput
from scelle.model.asking import Known, Question, Understood, tell, understand
from scelle.model.asking_words import WORDS
from scelle.model.evidence import Exhibit
from scelle.model.geometry import Area
from scelle.model.tracks import TrackQuery


def zone(text: str) -> tuple[str, Area]:
    """A named area: ``door: 10,20 300,20 300,200``.

    Raises:
        typer.BadParameter: no name.
        BadInput: no area.
    """
    name, colon, points = text.partition(":")
    if not colon or not name.strip():
        raise typer.BadParameter(f"{text!r} is not NAME: X,Y X,Y X,Y")
    return name.strip(), area(points)


def asked(
    words: str, query: TrackQuery, exhibits: Iterable[Exhibit], zones: Mapping[str, Area]
) -> Understood:
    """Filters of a text, in the language of which most is understood, beside those of options.

    Raises:
        BadInput: the words and an option ask different things.
    """
    names = [name for e in exhibits for name in (e.name, e.camera)]
    known = Known(tuple(dict.fromkeys(names)), zones)
    found = [understand(words, tongue, known) for tongue in WORDS]
    best = min(found, key=lambda each: sum(map(len, each.left)))
    own = best.question.query
    standing = TrackQuery()
    for field in fields(TrackQuery):
        given, said = getattr(query, field.name), getattr(own, field.name)
        if given == getattr(standing, field.name):
            continue
        if said not in (given, getattr(standing, field.name)):
            raise BadInput(
                f"the words and an option ask two things of {field.name.replace('_', ' ')}",
                remedy="Say it once, in the words or as an option.",
            )
        own = replace(own, **{field.name: given})
    return replace(best, question=replace(best.question, query=own))


def named(question: Question, exhibits: Sequence[Exhibit]) -> list[Exhibit]:
    """The exhibits that a question names, by their own name or their camera's."""
    if not question.exhibits:
        return list(exhibits)
    return [e for e in exhibits if {e.name, e.camera} & set(question.exhibits)]


def remarks(found: Understood, zones: Mapping[str, Area]) -> list[str]:
    """What was made of the words."""
    said = [f"Understood: {tell(found.question, 'en', Known((), zones)) or 'nothing'}."]
    said += [
        f"Not understood or never looked for (as sex and age are), and not asked: {part!r}."
        for part in found.left
    ]
    return said
