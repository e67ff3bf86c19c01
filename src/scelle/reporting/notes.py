"""The notes of a bundle as rows of text."""

from __future__ import annotations

import csv
import io

from scelle.reporting.bookmarks import as_words
from scelle.reporting.handed_out import HandedOut

COLUMNS = ("exhibit", "track", "written_by", "written_at", "entry", "note")


def notes_csv(handed: HandedOut) -> str:
    """CSV (RFC 4180), one row each, ISO 8601 dates; the words are their writer's own."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for n in handed.notes:
        number = n.track_id.rpartition("-")[2]
        rows.writerow(
            (
                handed.label_of(n.exhibit_id),
                number,
                n.agent_id,
                n.written_at.isoformat(),
                n.entry,
                as_words(n.text),
            )
        )
    return text.getvalue()
