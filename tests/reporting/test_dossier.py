"""The closing report: what it says, in a file that can be kept, read aloud and checked."""

from __future__ import annotations

import io
import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from string import Formatter
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader

import scelle.reporting
from scelle.ledger.entries import Opened
from scelle.model.bookmarks import Bookmark
from scelle.model.certificate import Certificate, Showing, untouched
from scelle.model.decisions import Decision, Judgement, Note
from scelle.model.evidence import Clearance, MandateState, Power
from scelle.model.geometry import Direction
from scelle.model.time import Clock, Reference
from scelle.model.tracks import Colour, Manifest, ObjectClass, TrackQuery
from scelle.reporting import dossier_map
from scelle.reporting.dossier import Dossier, dossier_pdf
from scelle.reporting.dossier_blocks import Blocks
from scelle.reporting.dossier_words import WORDS
from scelle.reporting.handed_out import HandedOut, HandedRecording
from scelle.reporting.print import legible, set_pdf
from scelle.reporting.rates import SLICES, detector_rates, tracking_rates
from scelle.reporting.words import LANGUAGES, Language
from scelle.vision.catalogue import OWN, own_model

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEAD = "scelle/0123456789abcdef\n70\n" + "R" * 43 + "=\n\n— signature\n"


def entry(seq: int, act: str, result: str, **sealed: Any) -> Opened:
    phase = "decision" if result in ("granted", "refused") else "outcome"
    counts = sealed.pop("counts", {})
    told = {"phase": phase, "act": act, "result": result, "counts": counts}
    kept = {"at": AT.isoformat(), "agent": "finder", "reason": "", "decision": None, **sealed}
    return Opened(seq, told, kept)


def handed_out(values: Any, candidates: int = 2, **case: Any) -> HandedOut:
    """A case whose first candidates were confirmed and rejected in turn."""
    exhibit = replace(
        values.exhibit,
        clock=Clock(
            AT,
            Fraction(83),
            uncertainty=Fraction(2),
            proof="photograph of both clocks",
            references=(Reference(AT, AT + timedelta(seconds=83), Fraction(2), "photograph"),),
        ),
    )
    tracks = tuple(
        replace(values.tracks[i % 3], id=f"{exhibit.id}-{i + 1}", number=i + 1)
        for i in range(candidates + 1)
    )
    certificate = Certificate(
        exhibit=exhibit,
        coverage=values.coverage,
        packets=250,
        packet_bytes=1000,
        keyframes=5,
        made_at=AT,
        agent_id="finder",
        untouched=untouched(exhibit, values.coverage, values.coverage.findings),
        showings=(Showing("finder", "play-exhibit", AT, 2000, 9000, 1.0, True, 12),),
        corrections=(),
    )
    manifest = Manifest(
        exhibit.sha256,
        "exhaustive",
        {"av": "18.1"},
        {"motion": {"hole": 0.06}},
        {"own": OWN.sha256},
    )
    decisions = tuple(
        Decision(
            str(i), values.case.id, exhibit.id, tracks[i].id,
            (Judgement.CONFIRMED, Judgement.REJECTED)[i % 2],
            f"reason number {i}", "finder", AT, 20 + i, 30,
        )
        for i in range(candidates)
    )  # fmt: skip
    query = {"colour": "pink", "not_colour": None, "colour_share": 0.15}
    return HandedOut(
        case=replace(values.case, **case),
        copy="C-57",
        recipient="Juge R.",
        agent_id="finder",
        reason="closing",
        at=AT,
        version="0.1.0",
        vkey="scelle/0123456789abcdef+0+A",
        head=HEAD,
        recordings=(HandedRecording("S1", certificate, tracks, manifest, "cd" * 32, "ef" * 32),),
        mandates=(values.mandate,),
        clearances=(
            Clearance("k", "finder", "SR", frozenset({"video"}), AT, AT + timedelta(9), "head"),
        ),
        decisions=decisions,
        bookmarks=(
            Bookmark("b", values.case.id, exhibit.id, 3000, None, "the red bag", "finder", AT, 41),
            Bookmark("d", values.case.id, exhibit.id, 5000, 6500, "", "judge", AT, 42),
        ),
        notes=(Note("n", values.case.id, exhibit.id, tracks[0].id, "a\nstrap", "finder", AT, 43),),
        entries=(
            entry(30, "search-tracks", "granted", parameters={"query": query}),
            entry(31, "search-tracks", "done", decision=30, counts={"candidates": 0}, objects={}),
        ),
    )


def told(handed: HandedOut, picture: bytes = b"") -> Dossier:
    figures = json.dumps(
        {
            "format": "scelle-bundle-figures-1",
            "size": 70,
            "entries": {"decision search-tracks granted": 1},
        }
    )
    return Dossier(
        handed=handed,
        figures=figures.encode(),
        pictures={d.track_id: picture for d in handed.decisions} if picture else {},
        revealed=frozenset(),
        left_out=2,
        rates={"Scelle detector": detector_rates(OWN.sha256, [own_model().parent]), "other": ()},
    )


@pytest.fixture(scope="session")
def picture() -> bytes:
    noise = np.random.default_rng(3).integers(0, 255, (60, 30, 3), np.uint8)
    return bytes(cv2.imencode(".jpg", noise)[1].tobytes())


def text_of(pdf: bytes) -> str:
    read = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in read)
    # A word that is broken over a line is joined again.
    return re.sub(r"\s+", " ", text.replace("\ufffe", "").replace("-\r\n", ""))


def reader(pdf: bytes) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(pdf))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_asked_of_the_report_is_in_it(
    values: Any, picture: bytes, language: Language
) -> None:
    said = text_of(dossier_pdf(told(handed_out(values), picture), language))
    exhibit = values.exhibit
    for fact in (
        exhibit.sha256, "photograph of both clocks", "± 2 s", "+83 s", "cd" * 32, OWN.sha256[:12],
        "reason number 0", "reason number 1", "Juge R.", "C-57", "av 18.1", "hole 0.06", "finder",
        "mot15-PETS09-S2L1", "51.9", "69.2 %", "the red bag", "0:00:03.0", "0:00:05.0–",
    ):  # fmt: skip
        assert fact in said, fact
    heads = ("title", "case", "exhibits", "clocks", "map", "methods", "rates", "searches")
    more = (
        "bookmarks",
        "notes",
        "notes.lead",
        "confirmed",
        "rejected",
        "viewed",
        "unread",
        "figures",
        "own",
        "record",
        "own.mark",
    )
    place = LANGUAGES.index(language)
    for key in (*heads, *more):
        assert WORDS[key][place] in said, key
    assert {"en": "“a strap”", "fr": "« a strap »"}[language] in said.replace("\xa0", " ")
    assert {"en": "colour pink", "fr": "couleur rose"}[language] in said
    # Acts, what became of them, and moments: in words, of one language.
    viewed = {"en": "play a recording", "fr": "lire un enregistrement"}
    counted = {"en": "ledger: search, asked: granted", "fr": "rechercher, demande : accordé"}
    real = {"en": "2 March 2026 at 09:01:24 (UTC), ± 2 s",
            "fr": "2 mars 2026 à 09 h 01 min 24 s (UTC), ± 2 s"}  # fmt: skip
    for each in (viewed, counted, real):
        assert each[language] in said
    assert not re.search(r"\d{4}-\d\d-\d\d", said)
    assert {"en": "No picture for 1.0 s", "fr": "Aucune image pendant 1.0 s"}[language] in said


def test_the_draft_has_the_form_of_a_record_and_leaves_findings_to_the_officer(
    values: Any,
) -> None:
    said = text_of(dossier_pdf(told(handed_out(values)), "fr"))
    for form in ("L'an deux mille", "Nous, ...", "Vu les articles 230-20", "Dont procès-verbal"):
        assert form.replace("'", "’") in said.replace("'", "’"), form
    assert "Recherches effectuées : 1, dont infructueuses : 1" in said
    assert "PROJET" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_is_pdf_a_3_and_pdf_ua_with_its_fonts_tags_and_figures(
    values: Any, picture: bytes, language: Language
) -> None:
    dossier = told(handed_out(values), picture)
    pdf = dossier_pdf(dossier, language)
    root = reader(pdf).root
    xmp = root["/Metadata"].data.decode()
    assert re.search(r"pdfaid:part>3<.*pdfaid:conformance>A<", xmp, re.DOTALL)
    assert "pdfuaid:part>1<" in xmp
    assert str(root["/Lang"]) == language
    assert root["/MarkInfo"]["/Marked"]
    kinds = {str(e["/S"]) for e in elements(root["/StructTreeRoot"])}
    assert {"/H1", "/H2", "/Table", "/TH", "/Figure", "/P"} <= kinds
    figures = [e for e in elements(root["/StructTreeRoot"]) if str(e["/S"]) == "/Figure"]
    assert figures
    assert all(str(e["/Alt"]).strip() for e in figures)
    each = [page["/Resources"]["/Font"] for page in pages(pdf) if "/Font" in page["/Resources"]]
    fonts = [named[name] for named in each for name in named]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
        assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"])
    attached = pypdfium2.PdfDocument(pdf).get_attachment(0)
    assert attached.get_name() == "figures.json"
    assert bytes(attached.get_data()) == dossier.figures
    assert str(root["/AF"][0]["/AFRelationship"]) == "/Data"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_an_archive_or_a_screen_reader_needs_lacks(
    values: Any, picture: bytes, language: Language
) -> None:
    """Rules of ISO 19005-3 (PDF/A-3) and ISO 14289-1 (PDF/UA-1) that can be read off the file."""
    pdf = dossier_pdf(told(handed_out(values), picture), language)
    read = reader(pdf)
    root, xmp = read.root, read.root["/Metadata"].data.decode()
    assert pdf.startswith(b"%PDF-1.7\n%\x80")
    assert b"/Encrypt" not in pdf
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root)
    assert "/JavaScript" not in root["/Names"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    title = re.search(r"<dc:title><rdf:Alt><rdf:li xml:lang=\"[^\"]+\">([^<]+)<", xmp)
    assert title is not None
    assert values.case.reference in title[1]
    assert f"<dc:language><rdf:Bag><rdf:li>{language}<" in xmp
    assert len(root["/OutputIntents"]) == len(root["/AF"]) == 1
    intent, attached = root["/OutputIntents"][0], root["/AF"][0]
    assert str(intent["/S"]) == "/GTS_PDFA1"
    profile = intent["/DestOutputProfile"]
    assert (profile["/N"], profile.data[36:40]) == (3, b"acsp")  # ICC.1, 7.2.11
    assert str(attached["/EF"]["/F"]["/Subtype"]) == "/application/json"
    assert attached["/EF"]["/F"]["/Params"]["/ModDate"]
    assert str(attached["/UF"]) == str(attached["/F"]) == "figures.json"
    assert str(attached["/Desc"]).strip()
    assert untagged(b"/P <</MCID 0>> BDC (a) Tj EMC (b) Tj") == ["Tj"]
    for page in pages(pdf):
        assert str(page["/Tabs"]) == "/S"
        assert "/StructParents" in page
        assert untagged(page["/Contents"].data) == []
        for name in page["/Resources"].get("/Font", {}):
            assert page["/Resources"]["/Font"][name]["/ToUnicode"].data
        for each in page.get("/Annots", []):
            assert "/StructParent" in each.get_object()
    found = elements(root["/StructTreeRoot"])
    levels = [int(str(e["/S"])[2:]) for e in found if re.fullmatch(r"/H\d", str(e["/S"]))]
    assert levels[0] == 1
    assert max(b - a for a, b in pairwise(levels)) <= 1
    for head in (e for e in found if str(e["/S"]) == "/TH"):
        assert "Scope" in str(head["/A"])


def untagged(content: bytes) -> list[str]:
    """Operators that paint outside of anything that is tagged, or marked as decoration."""
    bare = re.sub(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>", b"", content, flags=re.DOTALL)
    depth, found = 0, []
    for operator in re.findall(rb"(?<![\w/])(BDC|BMC|EMC|Tj|TJ|Do|sh|[fFbBsS]\*?)(?!\w)", bare):
        depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
        if depth == 0 and operator not in {b"EMC"}:
            found.append(operator.decode())
    return found


def elements(node: Any) -> list[Any]:
    below = node.get("/K", [])
    found = []
    for each in below if isinstance(below, list) else [below]:
        inner = each.get_object() if hasattr(each, "get_object") else each
        if hasattr(inner, "get") and "/S" in inner:
            found += [inner, *elements(inner)]
    return found


def pages(pdf: bytes) -> list[Any]:
    read, found = reader(pdf), []
    for number in range(int(read.root["/Pages"]["/Count"])):
        found.append(read.find_page_for_modification(number)[0].get_object())  # type: ignore[no-untyped-call]
    return found


def test_the_same_facts_give_the_same_bytes(values: Any) -> None:
    dossier = told(handed_out(values))
    assert dossier_pdf(dossier, "fr") == dossier_pdf(dossier, "fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_case_says_that_there_is_nothing(values: Any, language: Language) -> None:
    handed = replace(
        handed_out(values, 0), recordings=(), mandates=(), clearances=(), bookmarks=(), entries=()
    )
    said = text_of(dossier_pdf(told(handed), language))
    assert said.count(WORDS["none"][LANGUAGES.index(language)]) >= 9


def test_a_case_with_two_hundred_candidates_shows_every_one(values: Any, picture: bytes) -> None:
    pdf = dossier_pdf(told(handed_out(values, 200), picture), "fr")
    said = text_of(pdf)
    assert all(f"reason number {i} " in said for i in range(200))
    pictures = sum(str(e["/S"]) == "/Figure" for e in elements(reader(pdf).root["/StructTreeRoot"]))
    assert pictures == 201  # and the map


def test_names_in_any_script_are_told(values: Any) -> None:
    names = "Łódź Ξένια Жуков 王芳 علي नेहा"
    handed = handed_out(values, reference=names)
    handed = replace(
        handed, recipient="王芳", mandates=(replace(values.mandate, magistrate=names),)
    )
    said = text_of(dossier_pdf(told(handed), "fr"))
    assert "Łódź Ξένια Жуков [U+738B][U+82B3]" in said
    assert "Unicode" in said


@settings(max_examples=12)
@given(st.text(max_size=60))
def test_any_text_can_be_set(text: str) -> None:
    data = {"language": "en", "title": f"t {text}", "lead": text, "facts": [[text, text]],
            "sections": [{"title": f"s {text}", "lines": [text]}], "sign": text}  # fmt: skip
    assert set_pdf("paper.typ", data, AT).startswith(b"%PDF-")


def test_every_letter_that_is_kept_has_a_shape() -> None:
    kept = "".join(c for c in map(chr, range(0x20, 0x2700)) if legible(c) == c)
    assert len(kept) > 800
    data = {"language": "en", "title": "t", "lead": " ".join(kept), "facts": [], "sections": [],
            "sign": ""}  # fmt: skip
    assert set_pdf("paper.typ", data, AT).startswith(b"%PDF-")
    assert legible({"a": ["e\u0301", "\x00", 3]}) == {"a": ["é", "[U+0000]", 3]}


@pytest.mark.parametrize("state", MandateState)
def test_each_state_of_a_mandate_and_each_limit_is_told(values: Any, state: MandateState) -> None:
    sought = TrackQuery(
        colour=Colour.RED, object_class=ObjectClass.CAR, direction=Direction.LEFT, moving=True
    )
    mandate = replace(
        values.mandate, state=state, cameras=frozenset({"gate"}), sought=sought,
        powers=frozenset(Power), recorded_from=AT, deemed=True,
    )  # fmt: skip
    said = text_of(dossier_pdf(told(replace(handed_out(values), mandates=(mandate,))), "en"))
    assert WORDS[f"mandate.{state.value}"][0] in said
    assert "gate; 2 March 2026 at 09:00:00 (UTC) → …" in said
    assert "class car; colour red; share of the colour 0.15; direction left; moving yes" in said
    assert "deemed granted" in said


def test_the_map_leaves_gaps_white_and_marks_confirmed_passages(values: Any) -> None:
    handed = handed_out(values)
    ((heading, alt, svg),) = dossier_map.maps(handed, "en")
    assert heading == "On real time"
    assert "spans not read: 1; confirmed passages: 1" in alt
    bars = [
        (float(x), float(w), look)
        for x, w, look in re.findall(
            r'<rect x="([\d.]+)" y="\d+" width="([\d.]+)".*?"(.+?)"/>', svg
        )
    ]
    (whole, gap, seen) = bars
    # Ten seconds from 2 s on: the gap is from 3 s to 4 s, the passage at 2.5 s.
    assert gap[0] == pytest.approx(whole[0] + whole[1] * 0.1, abs=0.5)
    assert gap[1] == pytest.approx(whole[1] * 0.1, abs=0.5)
    assert seen[0] == pytest.approx(whole[0] + whole[1] * 0.05, abs=0.5)


def test_an_exhibit_without_a_clock_has_a_line_of_its_own(values: Any) -> None:
    handed = handed_out(values)
    (one,) = handed.recordings
    bare = replace(one.certificate, exhibit=values.exhibit)
    both = replace(handed, recordings=(one, replace(one, label="S2", certificate=bare)))
    headings = [heading for heading, _, _ in dossier_map.maps(both, "en")]
    assert headings == ["On real time", WORDS["map.own"][0]]
    many = replace(handed, recordings=(one,) * 60)
    assert len(list(dossier_map.maps(many, "en"))) == 3


def test_the_rates_are_those_of_the_card_and_of_the_page_of_benchmarks() -> None:
    rates = detector_rates(OWN.sha256, [own_model().parent])
    card = json.loads(own_model().with_suffix(".cdx.json").read_text())["components"][0]
    metrics = card["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    by = {(m["slice"], m["type"]): float(m["value"]) for m in metrics}
    assert {r.slice for r in rates} == set(SLICES)
    for r in rates:
        assert r.missed == 1 - by[f"pictures, {r.slice}, {r.label}, all", "recall"]
        assert r.wrong == 1 - by[f"pictures, {r.slice}, {r.label}, all", "precision"]
    assert detector_rates("00" * 32, [own_model().parent]) == ()
    page = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text()
    measured = tracking_rates()
    assert f"bench tracking {measured['recording']}" in page
    for row, given_ in zip(
        measured["rows"], ("motion and the detector", "motion alone"), strict=True
    ):
        cells = [f"**{row['HOTA']}**", *(f"{row[n]}" for n in ("DetA", "AssA", "IDF1", "MOTA"))]
        line = f"| the recording, {given_} | **Scelle** | {' | '.join(cells)} | {row['switches']} |"
        assert line in page
        assert row["commit"] in page


def test_both_languages_have_every_sentence_and_every_sentence_is_used() -> None:
    for key, texts in WORDS.items():
        english, french = (
            sorted(n for _, n, _, _ in Formatter().parse(t) if n is not None) for t in texts
        )
        assert english == french, key
        assert all(text.strip() for text in texts), key
    room = Path(scelle.reporting.__file__).parent
    names = [p for p in room.glob("dossier*.py") if p.name != "dossier_words.py"]
    sources = "\n".join(p.read_text() for p in names)
    heads = "power class colour direction query slice given mandate figures methods.mode unread"
    built = tuple(f"{head}." for head in f"{heads} candidate".split())
    unused = [
        k
        for k in WORDS
        if not re.search(f"[\"']{re.escape(k)}[\"']", sources) and not k.startswith(built)
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_a_search_may_ask_for_is_told(language: Language) -> None:
    named = {"object_class": "person", "colour": "red", "not_colour": "red", "direction": "left"}
    drawn = {"inside", "outside", "crosses", "follows"}
    for field in fields(TrackQuery):
        name = field.name
        value: Any = named.get(name, [[0, 0], [9, 9]] if name in drawn else 1)
        colour = {"colour": "red"} if name == "colour_share" else {}
        said = Blocks(language).query({name: value, **colour})
        assert WORDS[f"query.{name}"][LANGUAGES.index(language)] in said
        # Of what was drawn the corners stand in the ledger, and would say nothing here.
        assert "[" not in said
