"""Documents for print and for keeping: PDF/A and PDF/UA-1, set by typst.

The same data and date give the same bytes.  Nothing is fetched: fonts are those that
typst carries, and no package is used.  They hold no letters of some scripts, and a
document of this sort may show none that it lacks: see :func:`legible`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Literal

import typst

from scelle.errors import Misconfigured
from scelle.model.dates import day_words
from scelle.reporting.content import CHAPTERS, KEY_FIGURES, Content
from scelle.reporting.words import value_name

_ILLEGIBLE = re.compile(
    "[^\n\x20-\x7e\xa0-\u024f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f"
    "\u0490\u0491\u1e00-\u1eff\u2010-\u2027\u202f-\u203a\u20ac\u2190-\u2193\u2205\u2212\u2264\u2265]"
)


def legible(value: Any) -> Any:
    """Text whose every letter the fonts have: another stands as its number, ``[U+738B]``.

    Args:
        value: what JSON holds; texts anywhere in it are seen to, composed (NFC) first.
    """
    if isinstance(value, str):
        composed = unicodedata.normalize("NFC", value)
        return _ILLEGIBLE.sub(lambda found: f"[U+{ord(found[0]):04X}]", composed)
    if isinstance(value, Mapping):
        return {name: legible(inner) for name, inner in value.items()}
    return [legible(inner) for inner in value] if isinstance(value, list | tuple) else value


def set_pdf(
    template: str,
    data: Mapping[str, Any],
    at: datetime,
    standard: Literal["a-2a", "a-3a"] = "a-2a",
) -> bytes:
    """Set a template of this folder.

    Args:
        template: file name.
        data: what the template reads as JSON.
        at: written in the file; nothing else of it depends on when it is made.
        standard: the third part of PDF/A (ISO 19005-3) may hold attached files.

    Raises:
        Misconfigured: typst refuses it, as when a picture has no words beside it.
    """
    folder = files("scelle.reporting").joinpath("templates")
    source = folder.joinpath("shared.typ").read_bytes() + folder.joinpath(template).read_bytes()
    try:
        return typst.compile(
            source,
            sys_inputs={"data": json.dumps(legible(data), ensure_ascii=False)},
            # Archived for long, with its structure; and accessible (ISO 14289-1).
            pdf_standards=[standard, "ua-1"],
            timestamp=at.astimezone(UTC).replace(microsecond=0),
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        raise Misconfigured(
            f"the document {template} cannot be set: {error}",
            remedy="Reinstall with `./scelle try`; report it if it happens again.",
        ) from error


def report_pdf(page: Content) -> bytes:
    """The report of a period in one language."""
    clean, sentence = page.recognition()
    edition, span = page.edition, page.edition.span
    data = {
        "language": page.language,
        "title": page.title(),
        "whole": page.say("whole") if edition.whole else "",
        "lead": page.say("lead"),
        "facts": [
            [page.say("installation"), edition.origin],
            [page.say("version"), edition.version],
            [page.say("made"), day_words(page.language, edition.at)],
            [
                page.say("entries"),
                page.say("entries.range", first=span.start, last=span.stop - 1, size=span.size),
            ],
            [page.say("head"), page.root()],
        ],
        "key": page.say("key"),
        "cards": [[page.told(n, page.figures[n].total), page.name(n)] for n in KEY_FIGURES],
        "rule": page.say("rule"),
        "face": {
            "title": page.say("face.title"),
            "clean": clean,
            "text": sentence,
            "how": page.say("face.how"),
        },
        "chapters": [
            {
                "title": page.say(f"chapter.{chapter}"),
                "lines": page.remarks(chapter),
                "charts": [
                    {"title": heading, "alt": alt, "svg": svg}
                    for heading, alt, svg in page.charts(chapter)
                ],
                "tables": [_table(page, chapter, d) for d in page.dimensions(chapter)],
            }
            for chapter in CHAPTERS
        ],
        "sections": [
            {"title": page.say("record"), "lines": [page.gaps()]},
            *(
                {"title": q, "lines": [a], "minor": True, "group": page.say("answers")}
                for q, a in page.answers()
            ),
            {"title": page.say("annual"), "lines": page.annual()},
            {"title": page.say("not"), "lines": page.limits()},
            {
                "title": page.say("verify"),
                "lines": [page.say("verify.how"), f"python3 verify.py . --vkey '{edition.vkey}'"],
            },
        ],
    }
    return set_pdf("report.typ", data, edition.at)


def _table(page: Content, chapter: str, dimension: str) -> dict[str, object]:
    figures = [p for p in page.chapter(chapter) if dimension in p.tables]
    values = dict.fromkeys(value for p in figures for value in p.tables[dimension].rows)
    rows = [
        [
            value_name(page.language, dimension, value),
            *(page.told(p.figure.name, p.tables[dimension].rows.get(value)) for p in figures),
        ]
        for value in values
    ]
    if any(None in p.tables[dimension].rows.values() for p in figures):
        kept = [page.told(p.figure.name, p.tables[dimension].withheld) for p in figures]
        rows.append([page.say("withheld.row"), *kept])
    rows.append([page.say("total"), *(page.told(p.figure.name, p.total) for p in figures)])
    heads = [page.name(p.figure.name) for p in figures]
    return {
        "title": page.say(f"by.{dimension}"),
        "heads": [page.say(f"head.{dimension}"), *heads],
        "rows": rows,
    }
