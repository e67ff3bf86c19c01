"""The bookmarks of a bundle as rows of text."""

from __future__ import annotations

import csv
import io

from scelle.reporting.handed_out import HandedOut

COLUMNS = (
    "exhibit", "start_ms", "end_ms", "recorder_time", "real_time", "uncertainty_s",
    "kept_by", "kept_at", "entry", "note",
)  # fmt: skip

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def as_words(text: str) -> str:
    """A person's words as a cell: a spreadsheet takes those after an apostrophe for no formula."""
    return f"'{text}" if text.startswith(_FORMULAS) else text


def bookmarks_csv(handed: HandedOut) -> str:
    """CSV (RFC 4180), one row each: milliseconds of the recording's own time, ISO 8601 dates.

    ``end_ms`` is empty for a moment; clock times are where nobody stated the clock.
    """
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for b in handed.bookmarks:
        recording = handed.recording_of(b.exhibit_id)
        exhibit = recording.exhibit
        recorder, real = exhibit.recorder_time(b.at_ms), exhibit.real_time(b.at_ms)
        doubt = exhibit.clock.uncertainty
        rows.writerow(
            (
                recording.label,
                b.at_ms,
                "" if b.end_ms is None else b.end_ms,
                "" if recorder is None else recorder.isoformat(),
                "" if real is None else real.isoformat(),
                "" if doubt is None else f"{float(doubt):g}",
                b.agent_id,
                b.kept_at.isoformat(),
                b.entry,
                as_words(b.note),
            )
        )
    return text.getvalue()
