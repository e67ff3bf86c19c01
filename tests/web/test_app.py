from __future__ import annotations

import base64
import html
import json
import re
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest

from scelle.errors import BadInput, NotFound, Refused
from scelle.law import remedies
from scelle.ledger.verify import Problem, Report
from scelle.model.acts import (
    ConsultCase,
    ConsultCopies,
    ConsultCoverage,
    ConsultRetention,
    ConsultSearches,
    ListCases,
    Reason,
    SearchTracks,
    ViewPictures,
    ViewSynopsis,
)
from scelle.model.asking import Question
from scelle.model.decisions import SearchRecord
from scelle.model.evidence import Coverage, Finding, FindingKind
from scelle.model.results import CaseFile, Found
from scelle.model.synopsis import Hours
from scelle.model.tracks import Colour, ObjectClass, TrackQuery
from scelle.web.live import _viewing
from scelle.web.review import PER_PAGE


def test_one_view_is_one_search_and_one_viewing_of_exactly_the_listed_pictures(
    get: Any, reading: Any, values: Any
) -> None:
    text = get("/").text
    assert reading.kinds() == [
        "list-cases",
        "consult-case",
        "consult-coverage",
        "search-tracks",
        "view-pictures",
    ]
    assert {agent for agent, _ in reading.asked} == {"reader"}
    assert reading.asked[-1][1].track_ids == tuple(t.id for t in values.tracks)
    picture = base64.b64encode(reading.perform("x", reading.asked[-1][1])[values.tracks[0].id])
    assert text.count(f'src="data:image/jpeg;base64,{picture.decode()}"') == 3


@pytest.mark.parametrize("speed", ["NaN", "Infinity", "-1", "1e10", f"1{'0' * 400}", "1"])
def test_a_viewing_has_a_speed_that_a_certificate_can_tell(speed: str) -> None:
    body = json.loads(f'{{"case": "c", "parts": [], "scenes": [], "speed": {speed}}}')
    if speed == "1":
        assert _viewing(body).speed == 1
        return
    with pytest.raises(BadInput):
        _viewing(body)


def test_a_card_tells_what_when_where_and_which_colours(get: Any) -> None:
    text = get("/").text
    for said in ("person", "0:02.5", "in the recording", "to the left", "swatch red", "75 %"):
        assert said in text
    assert "colour not known" in text
    assert "real time</span>" not in text


def test_how_far_a_real_time_may_be_wrong_stands_beside_it(
    get: Any, reading: Any, values: Any
) -> None:
    at = datetime.fromisoformat("2026-03-01T22:00:00+01:00")
    stated = values.clocked(at, Fraction(-42))
    reading.answers[ConsultCase] = stated.file
    assert get("/").text.count("error not estimated") == 1 + 3
    clock = replace(stated.exhibit.clock, uncertainty=Fraction(5, 4), drift_ppm=Fraction(20))
    exhibit = replace(stated.exhibit, clock=clock)
    reading.answers[ConsultCase] = replace(stated.file, exhibits=(exhibit,))
    text = get("/").text
    assert text.count("right within 1.25 s") == 1 + 3
    assert "drift +20 ppm" in text
    assert "not estimated" not in text
    assert get("/?lang=fr").text.count("juste à 1,25 s près") == 1 + 3


def test_not_found_and_not_analysed_are_never_said_alike(
    get: Any, reading: Any, values: Any
) -> None:
    def told(coverage: Any) -> tuple[str, str]:
        reading.answers[ConsultCoverage] = coverage
        reading.answers[SearchTracks] = Found.of((), 0, 7)
        return get("/?lang=en").text, get("/?lang=fr").text

    found = told((values.coverage,))
    none = told(())
    for one, words in zip(found, ("Nothing moving was found", "Rien de mobile"), strict=True):
        assert words in one
    for one, words in zip(none, ("Nothing has been analysed", "Rien n"), strict=True):
        assert words in one
    assert "Nothing has been analysed" not in found[0]
    assert "Nothing moving was found" not in none[0]


def test_real_time_is_shown_in_the_zone_of_the_stated_clock(
    get: Any, reading: Any, values: Any
) -> None:
    at = datetime.fromisoformat("2026-03-01T22:00:00+01:00")
    reading.answers[ConsultCase] = values.clocked(at, Fraction(-42)).file
    text = get("/").text
    # The first picture is at 2.0 s of the own time, the track at 2.5 s.
    assert "2026-03-01 21:59:18 UTC+01:00" in text
    assert "corrected by -42 s" in text


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("class=car", {2}),
        ("colour=red", {1}),
        ("direction=right", {2}),
        ("motion=standing", {3}),
        ("class=&colour=", {1, 2, 3}),
        ("class=person&colour=blue", set()),
    ],
)
def test_filters_narrow_the_list(get: Any, query: str, numbers: set[int]) -> None:
    text = get(f"/?{query}").text
    assert {n for n in (1, 2, 3) if f"Track {n}<" in text} == numbers


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("colour=rouge", "“rouge” is no value of the filter “colour”"),
        ("lang=fr&colour=rouge", "<code>colour=red</code> rouge"),
        ("class=nonsense", "<code>class=car</code> car"),
        ("motion=x", "motion=standing"),
        ("direction=x", "direction=up-left"),
    ],
)
def test_an_unknown_value_of_a_filter_is_not_all_tracks(
    get: Any, reading: Any, query: str, said: str
) -> None:
    answer = get(f"/?{query}")
    assert answer.status_code == 400
    assert said in answer.text
    assert "search-tracks" not in reading.kinds()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("lang=fr&density=9", "<code>density=0.06</code> clairsemé"),
        ("order=half", "<code>order=1</code> strictly by time"),
        ("collision=7", "<code>collision=0.1</code> at most 10 %"),
        ("rows=x", "<code>rows=camera</code> by camera"),
        ("shortest=9&longest=3", "From 9 to 3: nothing can be both."),
        ("lang=fr&smallest=80&tallest=40.5", "De 80 à 40.5 : rien ne peut être les deux"),
    ],
)
def test_the_live_synopsis_refuses_in_words_what_it_does_not_offer(
    get: Any, reading: Any, query: str, said: str
) -> None:
    answer = get(f"/live?case=c&{query}")
    assert answer.status_code == 400
    assert said in html.unescape(answer.text)
    assert reading.kinds() == []


@pytest.mark.parametrize("path", ["/live", "/review"])
@pytest.mark.parametrize(
    ("language", "none", "unknown"),
    [
        ("en", "No case was chosen.", "Choose a case on the list"),
        ("fr", "Aucune procédure n'a été choisie.", "Choisissez une procédure dans la liste"),
    ],
)
def test_without_a_case_or_of_one_unknown_a_page_leads_back_to_the_cases(
    get: Any, reading: Any, path: str, language: str, none: str, unknown: str
) -> None:
    reason = Reason("no-such-case", "a", "There is no such case.", remedies.find_case())
    reading.answers[ConsultCase] = Refused([reason], entry=1)
    for case, said in (("", none), ("&case=x", unknown)):
        text = html.unescape(get(f"{path}?lang={language}{case}").text)
        assert said in text
        assert "scelle case" not in text
        assert f'<a href="/?lang={language}">' in text


def test_an_unknown_address_is_a_page_in_the_readers_language(get: Any) -> None:
    answer = get("/nowhere", accept_language="fr")
    assert answer.status_code == 404
    assert "Cette page n'existe pas" in html.unescape(answer.text)
    assert '<a href="/?lang=fr">' in answer.text


def test_the_form_keeps_what_was_chosen(get: Any) -> None:
    text = get("/?class=car&lang=fr").text
    assert '<option value="car" selected>voiture</option>' in text


def test_with_several_exhibits_each_card_names_its_own(get: Any, reading: Any, values: Any) -> None:
    whole = replace(values.coverage, frames_decoded=250, frames_damaged=0)
    reading.answers[ConsultCoverage] = (whole,)
    assert get("/").text.count("night.mp4") == 1
    other = replace(values.exhibit, id="f" * 26, name="day.mp4")
    reading.answers[ConsultCase] = replace(values.file, exhibits=(values.exhibit, other))
    text = get("/").text
    assert text.count("night.mp4") == 2 + len(values.tracks)
    assert "<h3>night.mp4</h3>\n<video" in text
    assert text.count("day.mp4") == 2  # its coverage, and that nothing is said of it


def test_only_one_page_of_pictures_is_viewed(
    get: Any, reading: Any, values: Any, answering: Any
) -> None:
    many = tuple(
        replace(values.tracks[0], number=n, id=f"{values.exhibit.id}-{n}") for n in range(1, 60)
    )
    reading.answers[SearchTracks] = lambda act: answering(act, many)
    second = get("/?page=2").text
    assert len(reading.asked[-1][1].track_ids) == len(many) - PER_PAGE
    assert 'aria-current="page" aria-label="Page 2"' in second


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("no exhibit", '/receive?lang=en">Receive recordings</a>'),
        ("no coverage", '/analyse?lang=en">Analyse</a>'),
        ("nothing found", "not proof that nothing"),
        ("no synopsis", "scelle synopsis"),
        ("partial", "nothing can be said of the rest"),
    ],
)
def test_an_empty_page_says_what_to_do_and_claims_nothing(
    get: Any, reading: Any, values: Any, change: str, said: str
) -> None:
    if change == "no exhibit":
        reading.answers[ConsultCase] = CaseFile(values.case, (), (), ())
    elif change == "no coverage":
        reading.answers[ConsultCoverage] = ()
        reading.answers[SearchTracks] = Found.of((), 0, 7)
    elif change == "nothing found":
        reading.answers[SearchTracks] = Found.of((), 0, 7)
    elif change == "no synopsis":
        reading.answers[ConsultCase] = replace(values.file, synopses=())
    else:
        reading.answers[ConsultCoverage] = (replace(values.coverage, ended=False),)
    assert said in get("/").text


@pytest.mark.parametrize("path", ["/?", "/review?", "/live?", "/case/CASE?"])
@pytest.mark.parametrize(("language", "link"), [("en", "Receive"), ("fr", "Recevoir")])
def test_an_empty_case_leads_an_investigator_to_the_page_that_receives(
    get: Any, reading: Any, values: Any, path: str, language: str, link: str
) -> None:
    reading.answers[ConsultCase] = CaseFile(values.case, (), (), ())
    reading.answers[ConsultCoverage] = ()
    reading.answers[ConsultRetention] = ()
    reading.answers[SearchTracks] = Found.of((), 0, 7)
    address = path.replace("CASE", values.case.id)
    text = get(f"{address}case={values.case.id}&lang={language}").text
    empty = re.findall(r'class="empty"[^<]*<a href="/case/\w+/receive\?lang=(\w+)">(\w+)', text)
    assert empty == [(language, link)]
    assert "exhibit receive" not in text
    assert "/replay" not in text


def test_not_analysed_is_never_told_as_nothing_found(get: Any, reading: Any) -> None:
    reading.answers[ConsultCoverage] = ()
    reading.answers[SearchTracks] = Found.of((), 0, 7)
    assert "Nothing moving was found" not in get("/").text


@pytest.mark.parametrize("path", ["/?", "/?class=car&", "/?colour=green&", "/live?"])
def test_an_exhibit_that_was_not_wholly_looked_at_is_named_beside_every_answer(
    get: Any, reading: Any, values: Any, path: str
) -> None:
    """Whether or not something answers: the others' tracks say nothing of this one."""
    address = f"{path}case={values.case.id}&lang="
    whole = replace(values.coverage, frames_decoded=250, frames_damaged=0)
    reading.answers[ConsultCoverage] = (whole,)
    for language, words in (("en", "Not analysed, or not wholly"), ("fr", "ou pas en entier")):
        assert words not in get(address + language).text
        passed = Finding(FindingKind.PASSED_OVER, 2000, 8000, "Key pictures alone.")
        other = replace(values.exhibit, id="f" * 26, name="other.mp4")
        reading.answers[ConsultCase] = replace(values.file, exhibits=(values.exhibit, other))
        for read in (
            (),
            (Coverage(other.id, 250, 100, 0, 0, 100, ended=False),),
            (replace(values.coverage, exhibit_id=other.id),),
            (
                replace(
                    whole,
                    exhibit_id=other.id,
                    frames_decoded=50,
                    frames_skipped=200,
                    findings=(passed,),
                ),
            ),
        ):
            reading.answers[ConsultCoverage] = (whole, *read)
            assert re.search(f"{words}.*: other.mp4\\.", get(address + language).text)
        reading.answers[ConsultCoverage] = (whole,)
        reading.answers[ConsultCase] = values.file


def test_coverage_adds_up_on_the_page(get: Any) -> None:
    text = get("/").text
    assert "250 frames expected = 240 decoded + 0 left out on purpose + 10 damaged" in text
    assert "No picture for 1.0 s." in text
    assert "Damaged or missing: 10 of 250 frames" in text
    assert "Copy the recording again from its source" in text
    assert "Images endommagées ou manquantes : 10 sur 250" in get("/?lang=fr").text
    assert "Analysed to the end" not in text
    assert "at least eight times a second" in text
    assert "au moins huit fois par seconde" in get("/?lang=fr").text


def test_an_unknown_expectation_is_said(get: Any, reading: Any, values: Any) -> None:
    reading.answers[ConsultCoverage] = (replace(values.coverage, frames_expected=None),)
    assert "How many frames to expect is not known" in get("/").text


@pytest.mark.parametrize("page", [
    "/?case={0}", "/case/{0}", "/review?case={0}", "/live?case={0}", "/case/{0}/analyse",
    "/case/{0}/replay", "/case/{0}/receive", "/case/{0}/export", "/case/{0}/clock/{1}",
])  # fmt: skip
def test_a_demonstration_is_marked(get: Any, reading: Any, values: Any, page: str) -> None:
    reading.answers[ConsultSearches] = SearchRecord(values.case.id, (), (), ())
    reading.answers[ConsultRetention] = reading.answers[ConsultCopies] = ()
    path = page.format(values.case.id, values.exhibit.id)
    assert 'class="banner"' not in get(path).text
    demonstration = replace(values.case, demonstration=True)
    reading.answers[ConsultCase] = replace(values.file, case=demonstration)
    assert "Nothing here is evidence" in get(path).text


def test_the_tour_opens_by_itself_in_a_demonstration_alone(
    get: Any, reading: Any, values: Any
) -> None:
    reading.answers[ConsultSearches] = SearchRecord(values.case.id, (), (), ())
    bench = f"/review?case={values.case.id}"
    assert '<dialog id="tour" aria-labelledby="tour-title">' in get(bench).text
    demonstration = replace(values.case, demonstration=True)
    reading.answers[ConsultCase] = replace(values.file, case=demonstration)
    assert '<dialog id="tour" aria-labelledby="tour-title" data-first="1">' in get(bench).text


@pytest.mark.parametrize("refused", [ListCases, ConsultCase, SearchTracks, ViewPictures])
def test_a_refusal_shows_every_reason_and_remedy(get: Any, reading: Any, refused: Any) -> None:
    reasons = [
        Reason("no-mandate", "art. R. 40-40", "No mandate covers this.", "Have one granted <now>."),
        Reason("no-clearance", "art. 230-25", "No clearance.", ""),
    ]
    reading.answers[refused] = Refused(reasons, entry=17)
    answer = get("/")
    assert answer.status_code == 403
    for said in (
        "No mandate covers this.",
        "no-mandate",
        "R. 40-40",
        "&lt;now&gt;",
        "No clearance.",
        "entry 17",
    ):
        assert said in answer.text
    assert "data:image" not in answer.text


@pytest.mark.parametrize(
    ("remedy", "led"),
    [
        (remedies.restore("c" * 26, "m" * 26), True),
        (remedies.grant("c" * 26), True),
        (remedies.order_erasure("c" * 26), True),
        (remedies.second("c" * 26), False),
    ],
)
def test_a_remedy_that_a_page_has_leads_to_it(
    get: Any, reading: Any, remedy: str, led: bool
) -> None:
    reading.answers[ConsultCase] = Refused([Reason("r", "a", "No.", remedy)], entry=17)
    link = f'<a href="/case/{"c" * 26}?lang=fr">Page de la procédure</a>'
    assert (link in get("/?lang=fr").text) is led


def test_what_does_not_exist_is_a_404(get: Any, reading: Any) -> None:
    reading.answers[ConsultCase] = NotFound("no case zz", remedy="Run scelle case list.")
    answer = get("/?case=zz")
    assert answer.status_code == 404
    assert "scelle case list" in answer.text


def test_text_from_outside_is_escaped(get: Any, reading: Any, values: Any) -> None:
    hostile = replace(values.exhibit, name="<script>alert(1)</script>.mp4")
    reading.answers[ConsultCase] = replace(values.file, exhibits=(hostile,))
    text = get("/").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_several_cases_are_listed_without_opening_any(get: Any, reading: Any, values: Any) -> None:
    other = replace(values.case, id="d" * 26, reference="PV-2")
    reading.answers[ListCases] = (values.case, other)
    text = get("/").text
    assert "PV-1" in text
    assert f"/?case={other.id}&amp;lang=en" in text
    assert f"/case/{other.id}?lang=en" in text
    assert reading.kinds() == ["list-cases"]


def test_playing_in_parts_is_one_act(get: Any, reading: Any, values: Any) -> None:
    path = f"/synopsis/{values.case.id}/{values.synopsis.id}/view-1"
    first, second = get(path, range="bytes=0-99"), get(path, range="bytes=100-")
    assert (first.status_code, second.status_code) == (206, 206)
    assert first.content + second.content == reading.answers[ViewSynopsis]
    assert reading.kinds() == ["view-synopsis"]
    get(path.replace("view-1", "view-2"))
    assert reading.kinds() == ["view-synopsis"] * 2


def test_a_synopsis_of_a_few_tracks_does_not_stand_for_one_of_all(
    get: Any, reading: Any, values: Any
) -> None:
    red = Question(TrackQuery(colour=Colour.RED), Hours(22 * 3600, 23 * 3600))
    few, every, again = (
        replace(values.synopsis, id=letter * 26, asked=asked)
        for letter, asked in (("f", red), ("e", Question()), ("a", Question()))
    )
    reading.answers[ConsultCase] = replace(
        values.file, synopses=(values.synopsis, few, every, again)
    )
    for language, *told in (
        ("en", "everything that was found", "was not kept", "show: in red, between 22:00 and"),
        ("fr", "tout ce qui a été trouvé", "n'a pas été conservé", "montrer : en rouge, entre"),
    ):
        text = html.unescape(get(f"/?lang={language}").text)
        assert f"/{every.id}/" not in text
        at = [text.index(f"/{s.id}/") for s in (again, values.synopsis, few)]
        assert at == sorted(at)
        for place, said in zip(at, told, strict=True):
            assert text.index(said) > place


def test_a_change_of_what_the_right_rests_on_ends_the_lease_at_once(
    get: Any, reading: Any, values: Any
) -> None:
    path = f"/synopsis/{values.case.id}/{values.synopsis.id}/one"
    assert get(path, range="bytes=0-9").status_code == 206
    reading.answers[ViewSynopsis] = Refused([Reason("r", "a", "Suspended.", "Ask.")], entry=1)
    assert get(path, range="bytes=10-19").status_code == 206
    reading.rests_on = "a mandate suspended"
    assert get(path, range="bytes=20-29").status_code == 403


def test_a_refused_playing_gives_no_byte(get: Any, reading: Any, values: Any) -> None:
    reading.answers[ViewSynopsis] = Refused([Reason("r", "a", "Withdrawn.", "Ask.")], entry=1)
    answer = get(f"/synopsis/{values.case.id}/{values.synopsis.id}/v")
    assert answer.status_code == 403
    assert "Withdrawn." in answer.text


def test_each_view_has_its_own_name_for_playing(get: Any) -> None:
    one, two = (get("/").text.split("<video")[1].split("src=")[1].split('"')[1] for _ in range(2))
    assert one != two
    assert len(one.rpartition("/")[2]) >= 32


def test_the_ledger_page_tells_what_holds_and_what_does_not(get: Any, reading: Any) -> None:
    assert "matches its signed head" in get("/ledger").text
    problem = Problem("leaf", 5, "The leaf was altered.")
    reading.report = Report(9, b"\2" * 32, (), (problem,))
    text = get("/ledger").text
    assert "does not match: 1 problems" in text
    assert "entry 5" in text
    assert "The leaf was altered." in text


@pytest.mark.parametrize("path", ["/static/app.py", "/static/..%2fapp.py", "/static/none.css"])
def test_only_the_style_sheet_and_the_mark_are_served(get: Any, path: str) -> None:
    assert get(path).status_code == 404


def test_what_pages_are_made_with_is_fetched_once_in_each_edition(get: Any) -> None:
    (sheet,) = re.findall(r'href="(/static/[0-9a-f]{16}/style.css)"', get("/").text)
    assert get(sheet).headers["cache-control"] == "public, max-age=31536000, immutable"
    # Of a page that was loaded before an upgrade, or without an edition: asked for each time.
    for other in (f"/static/{16 * '0'}/style.css", "/static/style.css"):
        assert get(other).headers["cache-control"] == "no-cache"
        assert get(other).content == get(sheet).content
    assert get(sheet.replace("style", "none")).status_code == 404


def test_every_class_and_colour_can_be_chosen(get: Any) -> None:
    text = get("/").text
    for value in [*ObjectClass, *Colour]:
        assert f'<option value="{value.value}">' in text


def test_french_is_answered_in_french(get: Any) -> None:
    text = get("/", accept_language="fr").text
    assert '<html lang="fr">' in text
    assert "Pistes" in text


def test_findings_are_told_in_the_readers_language(get: Any) -> None:
    assert "Aucune image pendant 1.0 s." in html.unescape(get("/?lang=fr").text)
    assert "No picture for 1.0 s." in get("/?lang=en").text


@pytest.mark.parametrize(("language", "said"), [("en", "+1.5 s"), ("fr", "+1,5 s")])
def test_decimals_are_written_as_the_language_does(
    get: Any, reading: Any, values: Any, language: str, said: str
) -> None:
    at = datetime.fromisoformat("2026-03-01T14:00:00+01:00")
    clock = replace(values.exhibit.clock, recorded_at=at, offset=Fraction(3, 2))
    exhibit = replace(values.exhibit, clock=clock)
    reading.answers[ConsultCase] = replace(values.file, exhibits=(exhibit,))
    assert said in get(f"/?lang={language}").text
