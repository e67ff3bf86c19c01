"""The viewer of a bundle: what was not analysed is never shown as what held nothing."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from scelle.model.bookmarks import Bookmark
from scelle.model.certificate import Certificate
from scelle.model.dates import moment_words
from scelle.model.decisions import Note
from scelle.model.evidence import Coverage, Finding, FindingKind
from scelle.reporting.bookmarks import bookmarks_csv
from scelle.reporting.handed_out import Filmed, HandedOut, HandedRecording
from scelle.reporting.notes import notes_csv
from scelle.reporting.viewer import viewer
from scelle.reporting.words import LANGUAGES

AT = datetime(2026, 3, 1, tzinfo=UTC)
PASSED = Finding(FindingKind.PASSED_OVER, 2000, 8000, "Key pictures alone were looked at.")

SAID = {
    "not analysed": "nothing is said of what the recording shows",
    "in part": "nothing is said of the rest",
    "triage": "what is not found there may be there",
    "nothing found": "that is not proof that nothing was there",
    "damaged": "Not complete: pictures damaged or missing",
    "found": "Tracks over time",
}
FRENCH = {
    "not analysed": "rien n'est dit de ce que montre l'enregistrement",
    "in part": "rien n'est dit du reste",
    "triage": "ce qui n'y est pas trouvé peut y être",
    "nothing found": "cela ne prouve pas qu'il n'y avait rien",
    "damaged": "Incomplet : images endommagées ou manquantes",
    "found": "Pistes dans le temps",
}


@pytest.mark.parametrize("state", SAID)
def test_each_state_of_a_recording_is_said_in_its_own_words(values: Any, state: str) -> None:
    whole = replace(values.coverage, frames_decoded=250, frames_damaged=0)
    coverage = {
        "not analysed": Coverage(values.exhibit.id, 250, 0, 0, 0, 0, ended=False),
        "in part": replace(whole, ended=False),
        "damaged": values.coverage,
        "triage": replace(whole, findings=(PASSED,)),
    }.get(state, whole)
    certificate = Certificate(values.exhibit, coverage, 250, 1, 1, AT, "finder", (), (), ())
    tracks = values.tracks if state in {"found", "damaged"} else ()
    sealed = "" if state == "not analysed" else "ab" * 32
    recording = HandedRecording("S1", certificate, tracks, None, sealed)
    handed = HandedOut(
        values.case, "C-1", "the court", "finder", "asked", AT, "1", "key", "origin\n",
        (recording,), (values.mandate,), (), (), (), (), (), (),
    )  # fmt: skip
    page = viewer(handed)
    told = html.unescape(page).split("S1 · night.mp4")[1].split("<h2>")[0]
    for words in (SAID, FRENCH):
        seen = {name for name, said in words.items() if said in told}
        map_too = {"found"} if state != "not analysed" else set()
        assert seen == {state} | map_too, told
    assert ("<svg" in told) == (state != "not analysed")


def test_findings_are_told_in_both_languages_and_each_chapter_is_a_step_away(values: Any) -> None:
    gap = Finding(FindingKind.GAP, 1000, 2500, "No picture for 1.500 s.")
    exhibit = replace(values.exhibit, findings=(gap,))
    certificate = Certificate(exhibit, values.coverage, 250, 1, 1, AT, "finder", (), (), ())
    handed = HandedOut(
        values.case, "C-1", "the court", "finder", "asked", AT, "1", "key", "origin\n",
        (HandedRecording("S1", certificate, (), None),), (values.mandate,), (), (), (), (), (),
        (),
    )  # fmt: skip
    page = html.unescape(viewer(handed))
    assert '<span lang="fr">Aucune image pendant 1.500 s.</span>' in page
    assert '<span lang="en">No picture for 1.500 s.</span>' in page
    assert "gap" not in page.split("<main>")[1].split("(1)</summary>")[1].split("</ul>")[0]
    links = re.findall(r'<a href="#(\w+)">', page)
    assert len(links) == page.count("<section")
    assert links == re.findall(r'<section id="(\w+)">', page)


def test_bookmarks_notes_and_films_are_listed_in_both_languages(values: Any) -> None:
    clocked = values.clocked(AT)
    exhibit = clocked.exhibit
    certificate = Certificate(exhibit, values.coverage, 250, 1, 1, AT, "finder", (), (), ())
    recording = HandedRecording("S1", certificate, (), None)
    note = 'the red <b>bag</b>, "left"'
    mark = Bookmark("b", values.case.id, exhibit.id, 3000, None, note, "judge", AT, 41)
    film = Filmed("clips/S1-S2-x.mp4", ("S1", "S2"), AT, AT.replace(minute=1), 0, 2)
    handed = HandedOut(
        values.case, "C-1", "the court", "finder", "asked", AT, "1", "key", "origin\n",
        (recording,), (values.mandate,), (), (), (mark,), (), films=(film,),
        notes=(Note("n", values.case.id, exhibit.id, f"{exhibit.id}-4", note, "judge", AT, 44),),
    )  # fmt: skip
    page = viewer(handed)
    assert "<b>bag</b>" not in page
    told = html.unescape(page)
    assert note in told
    assert told.count("clips/S1-S2-x.mp4") == 3
    when = exhibit.real_time(3000)
    assert when is not None
    for language in LANGUAGES:
        assert moment_words(language, when, seconds=True) in told
    assert not re.search(r"\d{4}-\d\d-\d\d", told)
    assert f"« {note} »" in told
    (row,) = csv.DictReader(io.StringIO(notes_csv(handed)))
    assert (row["exhibit"], row["track"], row["entry"]) == ("S1", "4", "44")
    assert (row["note"], row["written_by"]) == (note, "judge")
    (row,) = csv.DictReader(io.StringIO(bookmarks_csv(handed)))
    assert (row["exhibit"], row["start_ms"], row["end_ms"]) == ("S1", "3000", "")
    assert (row["note"], row["kept_by"], row["entry"]) == (note, "judge", "41")
    assert datetime.fromisoformat(row["real_time"]) == when
    formula = "=HYPERLINK(A1)"
    marked, said = replace(mark, note=formula), replace(handed.notes[0], text=formula)
    handed = replace(handed, bookmarks=(marked,), notes=(said,))
    for rows in (notes_csv(handed), bookmarks_csv(handed)):
        (row,) = csv.DictReader(io.StringIO(rows))
        assert row["note"] == f"'{formula}"
