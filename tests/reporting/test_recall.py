"""The notice that calls a copy back says in words what was handed out."""

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2
import pytest

from scelle.model.copies import Copy, Recall
from scelle.model.evidence import Case
from scelle.operations.copies import LEAVING
from scelle.reporting.recall import recall_notice

AT = datetime(2026, 3, 1, 22, tzinfo=UTC)


@pytest.mark.parametrize(("language", "day"), [("fr", "1er mars 2026"), ("en", "1 March 2026")])
def test_every_kind_of_copy_has_its_words(language: str, day: str) -> None:
    case = Case("c", "PV-2026-000412", "flagrance", "sr", "theft", AT, AT)
    for kind in LEAVING:
        recall = Recall(entry=9, at=AT, agent_id="officer", reason="withdrawn")
        copy = Copy(57, AT, kind, "officer", "Juge R.", "asked", "a.mp4", "ab" * 32, (recall,))
        page = pypdfium2.PdfDocument(recall_notice(case, copy, language))[0]
        text = page.get_textpage().get_text_range()
        assert kind not in text
        for said in ("C-57", "PV-2026-000412", "Juge R.", "a.mp4", "ab" * 32, day):
            assert said in text, said
