"""What people read of a publication: HTML and PDF/A, in English and in French.

No script, nothing from elsewhere.  Each figure stands in a ``data`` element that names
it, so that the verifier can hold the page against what was proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from scelle.model.dates import day_words
from scelle.reporting.content import CHAPTERS, KEY_FIGURES, Content, Edition
from scelle.reporting.period import Period
from scelle.reporting.print import report_pdf
from scelle.reporting.tables import Published, Statement
from scelle.reporting.words import LANGUAGES, Language, month, number, say, value_name

_PDF: Mapping[Language, str] = {"en": "report.pdf", "fr": "rapport.pdf"}


def write_pages(folder: Path, statement: Statement, period: Period, edition: Edition) -> None:
    """Write ``index.html``, and ``en`` and ``fr`` with a page and a PDF each."""
    css = files("scelle.reporting").joinpath("style.css").read_text(encoding="utf-8")
    (folder / "style.css").write_text(css, encoding="utf-8")
    for language in LANGUAGES:
        (folder / language).mkdir()
        page = Page(language, statement, period, edition)
        (folder / language / "index.html").write_text(page.html(), encoding="utf-8")
        (folder / language / _PDF[language]).write_bytes(report_pdf(page))
    (folder / "index.html").write_text(_entrance(period), encoding="utf-8")


class Page(Content):
    """The page in one language."""

    def html(self) -> str:
        """The whole page."""
        return _DOCUMENT.format(
            language=self.language,
            title=escape(self.title()),
            skip=escape(self.say("skip")),
            other=escape(self.say("other")),
            other_language="fr" if self.language == "en" else "en",
            header="".join(self._header()),
            main="".join(self._main()),
        )

    def _header(self) -> Iterator[str]:
        span, edition = self.edition.span, self.edition
        yield f"<h1>{escape(self.title())}</h1>"
        if edition.whole:
            yield f'<p class="whole">{escape(self.say("whole"))}</p>'
        yield f'<p class="lead">{escape(self.say("lead"))}</p><dl class="facts">'
        facts = {
            "installation": edition.origin,
            "version": edition.version,
            "made": day_words(self.language, edition.at),
            "entries": self.say(
                "entries.range",
                first=number(self.language, span.start),
                last=number(self.language, span.stop - 1),
                size=number(self.language, span.size),
            ),
        }
        for key, value in facts.items():
            yield f"<dt>{escape(self.say(key))}</dt><dd>{escape(value)}</dd>"
        yield f"<dt>{escape(self.say('head'))}</dt><dd><code>{escape(self.root())}</code></dd></dl>"

    def _main(self) -> Iterator[str]:
        yield self._section(self.say("key"), self._cards(), anchor="key")
        clean, sentence = self.recognition()
        state = "" if clean else " bad"
        yield self._section(
            self.say("face.title"),
            [
                f'<p class="said{state}">{escape(sentence)}</p>',
                f"<p>{escape(self.say('face.how'))}</p>",
                *self._history(),
            ],
        )
        for chapter in CHAPTERS:
            yield self._section(self.say(f"chapter.{chapter}"), self._chapter(chapter))
        yield self._section(self.say("demonstration"), self._demonstration())
        yield self._section(self.say("record"), [f"<p>{escape(self.gaps())}</p>", *self._record()])
        pairs = (f"<dt>{escape(q)}</dt><dd>{escape(a)}</dd>" for q, a in self.answers())
        yield self._section(self.say("answers"), ['<dl class="answers">', *pairs, "</dl>"])
        yield self._section(self.say("annual"), _paragraphs(self.annual()))
        listed = (f"<li>{escape(sentence)}</li>" for sentence in self.limits())
        yield self._section(self.say("not"), ["<ul>", *listed, "</ul>"])
        if not self.edition.whole:
            yield self._section(self.say("verify"), self._verify())

    def _section(self, heading: str, parts: Iterable[str], *, anchor: str = "") -> str:
        mark = f' id="{anchor}"' if anchor else ""
        return f"<section{mark}><h2>{escape(heading)}</h2>{''.join(parts)}</section>"

    def _cards(self) -> Iterator[str]:
        yield '<div class="cards">'
        for name in KEY_FIGURES:
            cell = self._cell(name, "all", "", self.figures[name].total)
            yield f"<div>{cell}<span>{escape(self.name(name))}</span></div>"
        yield f'</div><p class="note">{escape(self.say("rule"))}</p>'

    def _history(self) -> Iterator[str]:
        rows = self.history()
        if not rows:
            return
        heads = [
            self.say(k) for k in ("head.month", "history.act", "history.checks", "history.failed")
        ]
        yield f"<details><summary>{escape(self.say('history'))}</summary>"
        yield '<div class="wide"><table><thead><tr>'
        yield "".join(f'<th scope="col">{escape(h)}</th>' for h in heads) + "</tr></thead><tbody>"
        for first, *rest in rows:
            cells = "".join(f"<td>{escape(text)}</td>" for text in rest)
            yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
        yield "</tbody></table></div></details>"

    def _chapter(self, chapter: str) -> Iterator[str]:
        yield from _paragraphs(self.remarks(chapter))
        for heading, _, svg in self.charts(chapter):
            yield f'<h3>{escape(heading)}</h3><div class="wide">{svg}</div>'
        yield f"<details><summary>{escape(self.say('tables'))}</summary>"
        for dimension in self.dimensions(chapter):
            figures = [p for p in self.chapter(chapter) if dimension in p.tables]
            yield from self._table(dimension, figures)
        if chapter == "control":
            yield from self._table("rule", [self.figures["rules"]])
        yield "</details>"

    def _table(self, dimension: str, figures: Sequence[Published]) -> Iterator[str]:
        values = list(dict.fromkeys(v for p in figures for v in p.tables[dimension].rows))
        yield '<div class="wide"><table>'
        yield f"<caption>{escape(self.say(f'by.{dimension}').capitalize())}</caption><thead><tr>"
        yield f'<th scope="col">{escape(self.say(f"head.{dimension}"))}</th>'
        for each in figures:
            unit = f" ({self.say('hours')})" if each.figure.unit else ""
            yield f'<th scope="col">{escape(self.name(each.figure.name) + unit)}</th>'
        yield "</tr></thead><tbody>"
        for value in values:
            yield f'<tr><th scope="row">{escape(value_name(self.language, dimension, value))}</th>'
            for each in figures:
                count = each.tables[dimension].rows.get(value)
                yield f"<td>{self._cell(each.figure.name, dimension, value, count)}</td>"
            yield "</tr>"
        if any(None in p.tables[dimension].rows.values() for p in figures):
            yield f'<tr><th scope="row">{escape(self.say("withheld.row"))}</th>'
            for each in figures:
                kept = each.tables[dimension].withheld
                yield f"<td>{self._cell(each.figure.name, dimension, 'withheld', kept)}</td>"
            yield "</tr>"
        yield f'<tr class="sum"><th scope="row">{escape(self.say("total"))}</th>'
        for each in figures:
            yield f"<td>{self._cell(each.figure.name, 'all', '', each.total)}</td>"
        yield "</tr></tbody></table></div>"

    def _demonstration(self) -> Iterator[str]:
        told = [p for p in self.figures.values() if p.demonstration]
        if not told:
            yield f"<p>{escape(self.say('demonstration.none'))}</p>"
            return
        yield f'<table><thead><tr><th scope="col">{escape(self.say("figure"))}</th>'
        yield f'<th scope="col">{escape(self.say("count"))}</th></tr></thead><tbody>'
        for each in told:
            name = each.figure.name
            cell = self._cell(name, "demonstration", "", each.demonstration)
            yield f'<tr><th scope="row">{escape(self.name(name))}</th><td>{cell}</td></tr>'
        yield "</tbody></table>"

    def _record(self) -> Iterator[str]:
        yield f"<details><summary>{escape(self.say('tables'))}</summary>"
        yield from self._table("month", [self.figures["entries"]])
        yield "</details>"

    def _verify(self) -> Iterator[str]:
        yield f"<p>{escape(self.say('verify.how'))}</p>"
        yield f"<pre><code>python3 verify.py . --vkey '{escape(self.edition.vkey)}'</code></pre>"
        yield f"<p>{escape(self.say('verify.key'))} <code>{escape(self.edition.vkey)}</code></p>"
        yield f"<h3>{escape(self.say('files'))}</h3><ul>"
        for path, key in (
            ("../data/figures.json", "file.json"),
            ("../data/figures.csv", "file.csv"),
            (_PDF[self.language], "file.pdf"),
        ):
            name = path.removeprefix("../")
            yield f'<li><a href="{path}">{name}</a>: {escape(self.say(key))}</li>'
        yield "</ul>"

    # -- parts ---------------------------------------------------------------------

    def _cell(self, figure: str, dimension: str, value: str, count: int | None) -> str:
        key = escape(f"{figure}|{dimension}|{value}")
        told = escape(self.told(figure, count))
        text = f'<data value="{"" if count is None else count}" data-cell="{key}">{told}</data>'
        return f'<span class="kept">{text}</span>' if count is None else text


def _paragraphs(sentences: Iterable[str]) -> Iterator[str]:
    return (f"<p>{escape(sentence)}</p>" for sentence in sentences)


def _entrance(period: Period) -> str:
    links = "".join(
        f'<li lang="{language}"><a href="{language}/index.html">'
        + escape(
            say(
                language,
                "title",
                first=month(language, period.first),
                last=month(language, period.last),
            )
        )
        + "</a></li>"
        for language in reversed(LANGUAGES)
    )
    return _ENTRANCE.format(links=links)


_ENTRANCE = """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scelle</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<main><h1>Scelle</h1><section><ul>{links}</ul></section></main>
</body>
</html>
"""

_DOCUMENT = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="../style.css">
</head>
<body>
<a class="skip" href="#key">{skip}</a>
<header>
<a href="../{other_language}/index.html" lang="{other_language}">{other}</a>{header}
</header>
<main>{main}</main>
</body>
</html>
"""
