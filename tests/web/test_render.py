"""Sentences are put in their places where a template is compiled, not for each page."""

import re

import pytest
from markupsafe import escape

from scelle.web.messages import LANGUAGES, Language, translate
from scelle.web.render import _PAGES, _SENTENCE, HERE

TEMPLATES = sorted(path.name for path in (HERE / "templates").glob("*.html"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_sentence_of_a_template_stands_in_its_language(name: str, language: Language) -> None:
    pages = _PAGES[language]
    assert pages.loader is not None
    source = pages.loader.get_source(pages, name)[0]
    put = pages.preprocess(source, name)
    assert not _SENTENCE.search(put)
    said = [str(escape(translate(language, key))) for key in _SENTENCE.findall(source)]
    between = _SENTENCE.split(source)[::2]
    assert put == "".join(a + b for a, b in zip(between, [*said, ""], strict=True))
    pages.get_template(name)


def test_no_sentence_is_read_as_a_template() -> None:
    """Nor does it change how the whitespace around it is taken."""
    used = {
        k for name in TEMPLATES for k in _SENTENCE.findall((HERE / "templates" / name).read_text())
    }
    assert len(used) > 300
    for key in used:
        for language in LANGUAGES:
            told = translate(language, key)
            assert not re.search(r"{{|}}|{%|{#|\n", told)
            assert told == told.strip() != ""
