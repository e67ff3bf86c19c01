"""Documents for print and for keeping: PDF/A-2a and PDF/UA-1, set by typst.

The same data and date give the same bytes.  Nothing is fetched: fonts are those that
typst carries, and no package is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import typst

from scelle.errors import Misconfigured
from scelle.reporting.content import CHAPTERS, KEY_FIGURES, Content
from scelle.reporting.words import value_name


def set_pdf(template: str, data: Mapping[str, Any], at: datetime) -> bytes:
    """Set a template of this folder.

    Args:
        template: file name.
        data: what the template reads as JSON.
        at: written in the file; nothing else of it depends on when it is made.

    Raises:
        Misconfigured: typst refuses it, as when a picture has no words beside it.
    """
    folder = files("scelle.reporting").joinpath("templates")
    source = folder.joinpath("shared.typ").read_bytes() + folder.joinpath(template).read_bytes()
    try:
        return typst.compile(
            source,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            # Archived for long, with its structure; and accessible (ISO 14289-1).
            pdf_standards=["a-2a", "ua-1"],
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
            [page.say("made"), edition.at.strftime("%Y-%m-%d")],
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
