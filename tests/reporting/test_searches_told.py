"""A search is told whole: whatever it asked for stands in the report and in the bundle's page."""

from __future__ import annotations

import ast
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

import scelle
from scelle.door.values import parameters_of
from scelle.ledger.entries import Opened
from scelle.model.act_names import REASONS, reason_words
from scelle.model.acts import SearchTracks
from scelle.model.certificate import Certificate
from scelle.model.synopsis import Hours
from scelle.model.tracks import Colour, ObjectClass, TrackQuery
from scelle.reporting.dossier import Dossier, dossier_pdf
from scelle.reporting.dossier_words import WORDS
from scelle.reporting.handed_out import HandedOut, HandedRecording, questions, searches
from scelle.reporting.viewer import viewer
from scelle.reporting.words import LANGUAGES, Language

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEAD = "scelle/0123456789abcdef\n70\n" + "R" * 43 + "=\n\n— signature\n"

#: Something that each field asks for beside the query, and how its value is told.
VALUES: dict[str, tuple[Any, str]] = {
    "hours": (Hours(79_200, 86_400), "22:00–24:00"),
    "exhibit_ids": (("elsewhere",), "elsewhere"),
    "first": (24, "24"),
    "most": (12, "12"),
    "activity": (True, ""),
}


@pytest.fixture
def handed(values: Any) -> HandedOut:
    """A case in which everything was asked that a search can ask beside its query."""
    certificate = Certificate(
        exhibit=values.exhibit, coverage=values.coverage, packets=250, packet_bytes=1000,
        keyframes=5, made_at=AT, agent_id="finder", untouched=(), showings=(), corrections=(),
    )  # fmt: skip
    own = HandedRecording("S1", certificate, tuple(values.tracks), None)
    act = SearchTracks(
        case_id=values.case.id,
        reason="review bench",
        query=TrackQuery(object_class=ObjectClass.PERSON),
        **{name: value for name, (value, _) in VALUES.items()},
    )
    return searched(
        HandedOut(
            case=values.case, copy="C-57", recipient="Juge R.", agent_id="finder", reason="closing",
            at=AT, version="0.1.0", vkey="scelle/0123456789abcdef+0+A", head=HEAD,
            recordings=(own,), mandates=(values.mandate,), clearances=(), decisions=(),
            bookmarks=(), entries=(),
        ),
        act,
    )  # fmt: skip


def searched(handed: HandedOut, act: SearchTracks) -> HandedOut:
    """The only search is this one, as the door writes it."""

    def entry(seq: int, phase: str, result: str, **sealed: Any) -> Opened:
        told: dict[str, Any] = {
            "phase": phase,
            "act": act.kind,
            "result": result,
            "counts": {"candidates": 0},
        }
        kept: dict[str, Any] = dict.fromkeys(("decision", "mandate"))
        kept |= {"at": AT.isoformat(), "agent": "finder", "reason": act.reason, "objects": {}}
        return Opened(seq, told, kept | sealed)

    asked = entry(30, "decision", "granted", parameters=parameters_of(act))
    return replace(handed, entries=(asked, entry(31, "outcome", "done", decision=30)))


def bare(text: str) -> str:
    """Without spaces, soft hyphens or what a line's end makes of them."""
    return re.sub(r"\s|\ufffe|\xad", "", text.replace("-\r\n", ""))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_a_search_stands_in_the_report_and_the_bundle(
    handed: HandedOut, language: Language
) -> None:
    # The case is the report's own, and the query's fields are told by another test.
    asked = {f.name for f in fields(SearchTracks)} - {"case_id", "query", "reason"}
    assert asked == VALUES.keys()
    pdf = dossier_pdf(
        Dossier(handed=handed, figures=b'{"size": 70, "entries": {}}', pictures={},
                revealed=frozenset(), left_out=0, rates={}),
        language,
    )  # fmt: skip
    read = pypdfium2.PdfDocument(pdf)
    report = bare("".join(page.get_textpage().get_text_range() for page in read))
    bundle = bare(unescape(viewer(handed)))
    place = LANGUAGES.index(language)
    for name, (_, said) in VALUES.items():
        wanted = bare(f"{WORDS[f'query.{name}'][place]} {said}")
        assert wanted in report, name
        assert wanted in bundle, name
    why = bare(("review bench", "table d'examen")[place])
    assert why in report.replace("\u2019", "'")
    assert why in bundle


def test_what_was_not_asked_is_not_told(handed: HandedOut) -> None:
    own = handed.recordings[0].exhibit.id
    plain, here = SearchTracks(case_id="c"), SearchTracks(case_id="c", exhibit_ids=(own,))
    assert set(searches(searched(handed, plain))[0].query) == {"colour_share"}
    assert searches(searched(handed, here))[0].query["exhibit_ids"] == ["S1"]


def test_a_page_that_asks_again_asks_no_other_question(handed: HandedOut) -> None:
    entries: list[Opened] = []

    def search(agent: str, hour: int, digest: str = "d", **asked: Any) -> None:
        at = (AT.replace(hour=0) + timedelta(hours=hour)).isoformat()
        act = SearchTracks(case_id="c", **asked)
        both: dict[str, Any] = {"mandate": "", "at": at, "agent": agent, "reason": ""}
        told: dict[str, Any] = {"act": act.kind, "counts": {"candidates": 3}}
        sealed: dict[str, Any] = {
            "decision": None,
            "objects": {},
            "parameters": parameters_of(act),
            **both,
        }
        place = len(entries)
        entries.append(Opened(place, {**told, "phase": "decision", "result": "granted"}, sealed))
        done: dict[str, Any] = {"decision": place, "objects": {"all-candidates": digest}, **both}
        entries.append(Opened(place + 1, {**told, "phase": "outcome", "result": "done"}, done))

    red = TrackQuery(colour=Colour.RED)
    for page in range(4):
        search("finder", 1, query=red, first=24 * page, most=24)
    search("finder", 2, activity=True, most=0)
    search("other", 3, query=red)
    search("finder", 4, digest="after another analysis", query=red)
    search("finder", 5, query=TrackQuery(colour=Colour.BLUE))
    search("finder", 6, query=red, most=24)
    search("finder", 25, query=red)
    told = [
        (a.entry, a.agent_id, times)
        for a, times in questions(replace(handed, entries=tuple(entries)))
    ]
    assert told == [
        (0, "finder", 5), (10, "other", 1), (12, "finder", 1), (14, "finder", 1), (18, "finder", 1)
    ]  # fmt: skip
    assert len(searches(replace(handed, entries=tuple(entries)))) == 10


def test_every_reason_that_a_page_states_is_told_in_french() -> None:
    stated = set()
    for path in Path(scelle.__file__).parent.rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_REASON":
                stated.add(ast.literal_eval(node.value))
    assert stated == REASONS.keys()
    assert all(reason_words(r, "fr") != r and reason_words(r, "en") == r for r in stated)
