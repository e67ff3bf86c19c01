"""Pages, made on the server in the reader's language."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.ext import Extension
from markupsafe import Markup, escape

from scelle import __version__
from scelle.law.frameworks import FRAMEWORKS
from scelle.law.offences import OFFENCE_FAMILIES
from scelle.law.refusals import refusal
from scelle.model.act_names import ACTS, PHASES, RESULTS
from scelle.model.error_words import french_error
from scelle.model.wording import french
from scelle.reporting.words import month
from scelle.web.dates import day, days_left, decimal, last_day, moment
from scelle.web.messages import LANGUAGES, MESSAGES, Language, choose, translate
from scelle.web.navigation import SEARCHERS, page_for, places
from scelle.web.sessions import Session

#: Templates and what they show besides.
HERE = Path(__file__).parent

#: Style sheets, scripts and the mark, by name.
STATIC = {
    path.relative_to(HERE / "static").as_posix(): path.read_bytes()
    for path in sorted((HERE / "static").rglob("*.*"))
}

#: Stands in their addresses, and changes with any of them: scripts ask for each other by it.
EDITION = hashlib.sha256(
    json.dumps([(n, d.hex()) for n, d in STATIC.items()]).encode()
).hexdigest()[:16]

#: A sentence without parts, which a page always says.
_SENTENCE = re.compile(r'{{ t\("([\w.-]+)"\) }}')


_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def _rule(rule: str, language: Language) -> str:
    return refusal(rule, french=language == "fr")


def _word(code: object, language: Language) -> str:
    """An act, a result or a phase in words; a code that has none is shown as one."""
    words = {**ACTS, **RESULTS, **PHASES}.get(str(code))
    return words[LANGUAGES.index(language)] if words else Markup("<code>{}</code>").format(code)


def _month(text: str, language: Language) -> str:
    """A month such as 2026-03 in words; what is none is told as it is."""
    return month(language, text) if _MONTH.fullmatch(text) else text


def language_of(request: Request) -> Language:
    """What the reader prefers: the page's own language, also where its script asks."""
    asked = request.query_params.get("lang")
    if asked is None:
        with suppress(ValueError):  # no address
            page = urlsplit(request.headers.get("referer", ""))
            asked = parse_qs(page.query).get("lang", [None])[0]
    return choose(asked, request.headers.get("accept-language"))


def told(sentence: object, language: Language) -> str:
    """A sentence of an error in a language; in English where there is no other."""
    return (french_error(str(sentence)) if language == "fr" else None) or str(sentence)


def _told(sentence: object, language: Language) -> Markup:
    """The same, marked with its language for whoever has it read aloud."""
    said = told(sentence, language)
    own = language if said != str(sentence) else "en"
    return Markup('<span lang="{}">{}</span>').format(own, said)


class _Sentences(Extension):
    """Puts sentences in their places once, where a template is compiled, not for each page."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """A template's text with the sentences of its environment's language."""
        language: Language = self.environment.globals["lang"]  # type: ignore[assignment]
        return _SENTENCE.sub(lambda found: escape(translate(language, found[1])), source)


def _pages(language: Language) -> Environment:
    """The templates in one language."""
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        # A template is read once: it comes with the program.
        auto_reload=False,
        autoescape=select_autoescape(default=True),
        extensions=[_Sentences],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals["lang"] = language
    pages.globals["frameworks"] = FRAMEWORKS.codes
    pages.globals["families"] = {
        code: french_name if language == "fr" else english_name
        for code, (french_name, english_name) in OFFENCE_FAMILIES.items()
    }
    pages.globals["static"] = f"/static/{EDITION}"
    pages.filters.update(
        french=french,
        day=day,
        last_day=last_day,
        moment=moment,
        days_left=days_left,
        decimal=decimal,
        month=_month,
        word=_word,
        rule=_rule,
        told=_told,
        page_for=page_for,
    )
    return pages


_PAGES = {language: _pages(language) for language in LANGUAGES}


def render(request: Request, name: str, *, status: int = 200, **values: object) -> Response:
    """A page in the language that the reader prefers."""
    language = language_of(request)
    session: Session | None = getattr(request.state, "session", None)

    def t(key: str, **parts: object) -> str:
        return translate(language, key, **parts)

    def link(to: Language) -> str:
        # A path alone may begin like another host (RFC 3986, 4.2): what changes is told, no more.
        return f"?{request.url.include_query_params(lang=to).query}"

    def words(keys: Sequence[str]) -> Markup:
        """Sentences for a script, as JSON that no text can leave."""
        told = {key: MESSAGES[key][LANGUAGES.index(language)] for key in keys}
        return Markup(json.dumps(told).replace("<", "\\u003c"))  # noqa: S704 - no "<" is left

    text = (
        _PAGES[language]
        .get_template(name)
        .render(
            t=t,
            words=words,
            languages=[(to, link(to)) for to in LANGUAGES],
            version=__version__,
            me=session,
            csrf=session.csrf if session else "",
            places=places(session),
            searches=session is not None and session.has(*SEARCHERS),
            here=request.url.path,
            **values,
        )
    )
    return Response(text, status_code=status, media_type="text/html; charset=utf-8")
