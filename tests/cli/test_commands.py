"""What each command asks, and what it answers as JSON and to people."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scelle.errors import BadInput, UnreadableSource
from scelle.ledger.entries import Opened
from scelle.ledger.verify import Problem, Report
from scelle.model.acts import (
    AnalyseExhibit,
    ChangeMandate,
    CloseCase,
    ConsultCase,
    ConsultCoverage,
    ConsultLedger,
    ExportClip,
    ExportLedger,
    ExportTracks,
    GrantClearance,
    GrantMandate,
    ListCases,
    MakeSynopsis,
    OpenCase,
    ReceiveExhibit,
    RegisterAgent,
    SearchTracks,
    WithdrawClearance,
)
from scelle.model.evidence import (
    Agent,
    CaseState,
    Clearance,
    Finding,
    FindingKind,
    MandateState,
    Power,
    Role,
)
from scelle.model.geometry import Direction
from scelle.model.results import Analysis, Exported
from scelle.model.signing import Signature
from scelle.model.synopsis import Hours
from scelle.model.tracks import Colour, ObjectClass, TrackQuery
from scelle.operations.segment import LOOKS_PER_S

AT = datetime(2026, 3, 1, 22, tzinfo=UTC)


@pytest.fixture
def installed(opening: Any, values: Any) -> Any:
    """The stand-in, holding one analysed case, where every act is granted."""
    clearance = Clearance(
        "k" * 26, "rivet", "SR", frozenset({"video"}), AT, AT.replace(year=2027), "chief"
    )
    exported = Exported(Path("out"), 7, "cd" * 32)
    analysis = Analysis(values.exhibit.id, values.coverage, 3, 10.0, 0.5, "ef" * 32)
    opening.answers = {
        ListCases: (values.case,),
        OpenCase: values.case,
        CloseCase: replace(values.case, state=CaseState.CLOSED),
        ConsultCase: values.file,
        RegisterAgent: lambda act: Agent(act.agent_id, act.roles, act.service),
        GrantClearance: clearance,
        WithdrawClearance: replace(clearance, withdrawn=True),
        GrantMandate: values.mandate,
        ChangeMandate: replace(values.mandate, state=MandateState.SUSPENDED),
        ReceiveExhibit: values.exhibit,
        AnalyseExhibit: (analysis,),
        ConsultCoverage: (values.coverage,),
        SearchTracks: lambda act: tuple(t for t in values.tracks if act.query.matches(t)),
        MakeSynopsis: lambda act: replace(values.synopsis, path=act.output),
        ExportClip: exported,
        ExportTracks: exported,
        ExportLedger: exported,
        ConsultLedger: [Opened(4, {"act": "search-tracks"}, {"agent": "rivet"})],
    }
    opening.entries = ({"seq": 0, "act": "open-case", "outcome": "granted", "month": "2026-11"},)
    return opening


def asked(installed: Any) -> Any:
    return installed.asked[-1][1]


def searches(installed: Any) -> list[Any]:
    return [act for _, act in installed.asked if isinstance(act, SearchTracks)]


def test_who_asks_is_the_option_then_the_environment(
    installed: Any, scelle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scelle("case", "list", "--as", "rivet")
    monkeypatch.setenv("SCELLE_AGENT", "other")
    scelle("case", "list")
    scelle("case", "list", "--as", "rivet")
    assert [agent for agent, _ in installed.asked] == ["rivet", "other", "rivet"]


def test_in_a_demonstrations_home_its_investigator_asks_by_default(
    installed: Any, scelle: Any
) -> None:
    (installed.settings.home / "demonstration.json").write_text('{"agent": "demo-investigator"}')
    scelle("case", "list")
    scelle("case", "list", "--as", "rivet")
    assert [agent for agent, _ in installed.asked] == ["demo-investigator", "rivet"]


def test_the_reason_is_part_of_the_act(installed: Any, scelle: Any) -> None:
    scelle("coverage", "--case", "x", "--reason", "request of the judge")
    assert asked(installed).reason == "request of the judge"


def test_the_only_open_case_is_meant_when_none_is_named(
    installed: Any, scelle: Any, values: Any
) -> None:
    closed = replace(values.case, id="d" * 26, state=CaseState.CLOSED)
    installed.answers[ListCases] = (closed, values.case)
    assert scelle("coverage").status == 0
    assert asked(installed).case_id == values.case.id


def test_among_several_cases_the_one_that_holds_the_exhibit_is_meant(
    installed: Any, scelle: Any, values: Any
) -> None:
    other = replace(values.case, id="d" * 26)
    installed.answers[ListCases] = (other, values.case)
    installed.answers[ConsultCase] = lambda act: (
        values.file if act.case_id == values.case.id else replace(values.file, exhibits=())
    )
    done = scelle("tracks", "export", "--exhibit", values.exhibit.id, "--format", "mot", "-o", "f")
    assert done.status == 0
    assert asked(installed).case_id == values.case.id
    assert scelle("coverage").status == 2


def test_case_open(installed: Any, scelle: Any, values: Any) -> None:
    done = scelle(
        "case", "open", "--reference", "PV-1", "--framework", "preliminaire", "--service", "SR",
        "--json",
    )  # fmt: skip
    act = asked(installed)
    assert (act.reference, act.framework, act.service) == ("PV-1", "preliminaire", "SR")
    assert not act.demonstration
    assert done.data["case"]["id"] == values.case.id
    assert done.data["case"]["erase_by"] == "2029-03-01T22:00:00+00:00"


def test_case_show_tells_all_of_a_case(installed: Any, scelle: Any, values: Any) -> None:
    data = scelle("case", "show", "--case", values.case.id, "--json").data
    assert [e["id"] for e in data["exhibits"]] == [values.exhibit.id]
    assert [m["powers"] for m in data["mandates"]] == [sorted(p.value for p in Power)]
    shown = scelle("case", "show", "--case", values.case.id).out
    for said in (values.case.id, values.exhibit.id, values.mandate.id, values.synopsis.id):
        assert said in shown


def test_case_close(installed: Any, scelle: Any) -> None:
    assert scelle("case", "close", "--case", "x", "--json").data["case"]["state"] == "closed"
    assert scelle("case", "close").status == 2


def test_agent_register(installed: Any, scelle: Any) -> None:
    line = ("agent", "register", "rivet", "--role", "investigator", "--role", "auditor")
    done = scelle(*line, "--service", "SR", "--json")
    assert done.data == {
        "agent": {"id": "rivet", "roles": ["auditor", "investigator"], "service": "SR"}
    }
    assert asked(installed).roles == {Role.INVESTIGATOR, Role.AUDITOR}


def test_clearance_grant_and_withdraw(installed: Any, scelle: Any) -> None:
    line = ("clearance", "grant", "--agent", "rivet", "--service", "SR")
    done = scelle(*line, "--valid-to", "2027-03-01T00:00:00+01:00", "--json")
    act = asked(installed)
    assert act.data_types == {"video"}
    assert act.valid_to == datetime.fromisoformat("2027-03-01T00:00:00+01:00")
    assert act.valid_from <= datetime.now(UTC)
    identity = done.data["clearance"]["id"]
    assert scelle("clearance", "withdraw", identity, "--json").data["clearance"]["withdrawn"]
    assert asked(installed).clearance_id == identity


def test_mandate_grant_takes_every_limit(installed: Any, scelle: Any, tmp_path: Path) -> None:
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(b"signed")
    done = scelle(
        "mandate", "grant", "--case", "x", "--power", "receive", "--power", "consult",
        "--valid-from", "2026-03-01T00:00:00Z", "--valid-to", "2026-04-01T00:00:00Z",
        "--exhibit", "e1", "--camera", "gate", "--recorded-from", "2026-02-01T00:00:00Z",
        "--recorded-to", "2026-02-02T00:00:00Z", "--document", signed, "--deemed",
    )  # fmt: skip
    assert done.status == 0, done.err
    act = asked(installed)
    assert act.powers == {Power.RECEIVE, Power.CONSULT}
    assert (act.exhibit_ids, act.cameras, act.deemed) == (("e1",), {"gate"}, True)
    assert act.recorded_to == datetime(2026, 2, 2, tzinfo=UTC)
    assert act.document == signed


def test_mandate_change_and_list(installed: Any, scelle: Any, values: Any) -> None:
    line = ("mandate", "change", "--case", "x", "--mandate", "m", "--state", "suspended")
    assert scelle(*line, "--json").data["mandate"]["state"] == "suspended"
    assert asked(installed).state is MandateState.SUSPENDED
    assert values.mandate.id in scelle("mandate", "list", "--case", "x").out
    at = datetime(2026, 3, 2, tzinfo=UTC)
    by = Signature("s", "c", values.mandate.id, "key", "judge", "ab" * 32, "evidence", at)
    installed.answers[ConsultCase] = replace(values.file, signatures=(by,))
    assert "signed by judge on 2026-03-02" in scelle("mandate", "list", "--case", "x").out
    (told,) = json.loads(scelle("mandate", "list", "--case", "x", "--json").out)["mandates"]
    assert [(s["by"], s["digest"]) for s in told["signatures"]] == [("judge", "ab" * 32)]


def test_exhibit_receive_states_the_clock_exactly(installed: Any, scelle: Any) -> None:
    scelle(
        "exhibit", "receive", "night.mp4", "--case", "x", "--camera", "gate", "--origin", "seal 7",
        "--recorded-at", "2026-03-01T22:00:00+01:00", "--clock-offset", "-0:42.1",
        "--clock-proof", "photograph",
    )  # fmt: skip
    act = asked(installed)
    assert act.path == Path("night.mp4")
    assert act.clock_offset == Fraction(-421, 10)
    assert act.recorded_at == datetime.fromisoformat("2026-03-01T22:00:00+01:00")


def test_one_bad_file_does_not_stop_the_others(installed: Any, scelle: Any, values: Any) -> None:
    def receive(act: Any) -> object:
        if act.path.name == "bad.mp4":
            raise UnreadableSource("bad.mp4 holds no video", remedy="Give a recording.")
        return values.exhibit

    installed.answers[ReceiveExhibit] = receive
    line = ("exhibit", "receive", "a.mp4", "bad.mp4", "c.mp4", "--case", "x")
    done = scelle(*line, "--camera", "gate", "--origin", "s", "--json")
    assert done.status == 2
    assert len(done.data["exhibits"]) == 2
    assert done.data["failed"] == [
        {"path": "bad.mp4", "message": "bad.mp4 holds no video", "remedy": "Give a recording."}
    ]


def test_exhibit_list(installed: Any, scelle: Any, values: Any) -> None:
    (exhibit,) = scelle("exhibit", "list", "--json").data["exhibits"]
    assert exhibit["sha256"] == values.exhibit.sha256
    assert exhibit["duration_s"] == 10.0
    assert values.exhibit.id in scelle("exhibit", "list").out


def test_analyse(installed: Any, scelle: Any, values: Any) -> None:
    data = scelle("analyse", "--case", "x", "--exhibit", "e1", "--workers", 3, "--json").data
    assert asked(installed).exhibit_ids == ("e1",)
    assert asked(installed).workers == 3
    (analysis,) = data["analyses"]
    assert analysis["tracks"] == 3
    assert analysis["coverage"]["frames_damaged"] == 10
    assert "20.0x" in scelle("analyse", "--case", "x").out


def test_what_is_damaged_or_missing_is_never_called_complete(
    installed: Any, scelle: Any, values: Any
) -> None:
    half = replace(
        values.coverage, frames_expected=3000, frames_decoded=1467, frames_damaged=1533, findings=()
    )
    for lost in (half, replace(half, frames_decoded=2999, frames_damaged=1)):
        (analysis,) = installed.answers[AnalyseExhibit]
        installed.answers[AnalyseExhibit] = (replace(analysis, coverage=lost),)
        installed.answers[ConsultCoverage] = (lost,)
        text = scelle("coverage", "--case", "x").out
        flat = " ".join(text.split())
        assert f"is not complete: {lost.frames_damaged} of 3000 pictures are damaged" in flat
        assert "Copy the recording again from its source" in flat
        assert " complete" not in flat.replace("is not complete:", "")
        assert "complete" not in scelle("analyse", "--case", "x").out
        assert "Copy the recording again" in " ".join(scelle("search", "--case", "x").out.split())
        (told,) = scelle("coverage", "--case", "x", "--json").data["coverage"]
        assert (told["ended"], told["complete"]) == (True, False)
    whole = replace(half, frames_decoded=3000, frames_damaged=0)
    installed.answers[ConsultCoverage] = (whole,)
    text = scelle("coverage", "--case", "x").out
    assert " complete" in text
    assert "Copy" not in text
    # Of a number that nobody knows, nobody can say that it was reached.
    assert not replace(whole, frames_expected=None).complete
    assert not replace(whole, ended=False).complete


def test_coverage_to_the_end_says_how_often_movement_was_looked_for(
    installed: Any, scelle: Any, values: Any
) -> None:
    assert LOOKS_PER_S == 8, "the sentences say eight"
    assert "at least eight times a second" in scelle("coverage", "--case", "x").out
    installed.answers[ConsultCoverage] = (replace(values.coverage, ended=False),)
    assert "eight times" not in scelle("coverage", "--case", "x").out


@pytest.mark.parametrize(
    "line",
    [
        ("coverage",),
        ("exhibit", "list"),
        ("analyse",),
        ("case", "show"),
        ("case", "list"),
        ("mandate", "list"),
        ("search",),
        ("synopsis", "-o", f"/{'long-folder/' * 9}synopsis.mp4"),
    ],
)
def test_on_a_narrow_terminal_ids_and_paths_stay_whole(
    installed: Any, scelle: Any, values: Any, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]
) -> None:
    clocked = values.clocked(AT)
    mandate = replace(values.mandate, exhibits=frozenset({values.exhibit.id}))
    installed.answers[ConsultCase] = replace(
        clocked.file,
        mandates=(mandate,),
        exhibits=(replace(clocked.exhibit, name="rue Ampere 12, north gate.mp4"),),
    )
    monkeypatch.setenv("COLUMNS", "80")
    case = () if line == ("case", "list") else ("--case", values.case.id)
    shown = scelle(*line, *case).out
    expected = {
        "case": values.case.id,
        "mandate": values.mandate.id,
        "synopsis": line[-1],
    }.get(line[0], values.exhibit.id)
    assert expected in shown
    if line == ("mandate", "list"):
        assert f"exhibit {values.exhibit.id}" in shown
    rows = [row for row in shown.splitlines() if values.exhibit.id[:5] in row]
    if line == ("coverage",):
        assert rows[0].split()[1:] == ["250", "240", "0", "10", "240", "damaged"]
    assert all(values.exhibit.id in row for row in rows), shown


def test_what_was_analysed_before_has_no_speed(installed: Any, scelle: Any) -> None:
    (fresh,) = installed.answers[AnalyseExhibit]
    installed.answers[AnalyseExhibit] = (replace(fresh, wall_s=0.0006, fresh=False),)
    shown = scelle("analyse", "--case", "x").out
    assert "already analysed" in shown
    assert not re.search(r"\d+x", shown)
    assert scelle("analyse", "--case", "x", "--json").data["analyses"][0]["fresh"] is False


def test_coverage_shows_the_sum_and_the_findings(installed: Any, scelle: Any) -> None:
    shown = scelle("coverage", "--case", "x").out
    for said in ("250", "240", "No picture for 1.0 s."):
        assert said in shown
    (read,) = scelle("coverage", "--case", "x", "--json").data["coverage"]
    assert read["frames_expected"] == sum(
        read[f"frames_{name}"] for name in ("decoded", "skipped", "damaged")
    )


def test_search_asks_exactly_what_was_written(installed: Any, scelle: Any) -> None:
    scelle(
        "search", "--case", "x", "--from", "0:01", "--to", "1:00:00", "--class", "car",
        "--colour", "blue", "--not-colour", "red", "--direction", "up", "--moving",
        "--min-height", 10, "--max-height", 90.5, "--min-dwell", "0.1", "--max-dwell", "1:00",
        "--inside", "0,0 9,0 9,9", "--outside", "1,1 2,2 3,1",
    )  # fmt: skip
    query: TrackQuery = searches(installed)[0].query
    assert (query.start_ms, query.end_ms) == (1000, 3_600_000)
    assert query.object_class is ObjectClass.CAR
    assert (query.colour, query.not_colour) == (Colour.BLUE, Colour.RED)
    assert (query.direction, query.moving) == (Direction.UP, True)
    assert (query.min_height, query.max_height) == (10, 90.5)
    assert (query.min_dwell_ms, query.max_dwell_ms) == (100, 60_000)
    assert query.inside is not None
    assert query.inside.points == ((0, 0), (9, 0), (9, 9))
    assert query.outside is not None


@pytest.mark.parametrize(
    "words",
    [
        "red car over 1.5 m/s, not near the door, near the moon",
        "voiture rouge, à plus de 1,5 m/s, pas près de la porte, près de la lune",
    ],
)
def test_search_in_plain_words_says_what_it_did_not_understand(
    installed: Any, scelle: Any, words: str
) -> None:
    zones = ("--zone", "door: 0,0 9,0 9,9", "--zone", "porte: 0,0 9,0 9,9")
    line = ("search", "--case", "x", "--words", words, *zones, "--direction", "up")
    data = scelle(*line, "--json").data
    query: TrackQuery = searches(installed)[0].query
    assert (query.object_class, query.colour) == (ObjectClass.CAR, Colour.RED)
    assert (query.min_speed, query.direction) == (1.5, Direction.UP)
    assert query.outside is not None
    assert query.outside.points == ((0, 0), (9, 0), (9, 9))
    assert data["not_understood"] in (["near the moon"], ["près de la lune"])
    said = scelle(*line).out
    assert "going up, at least 1.5 m/s" in said
    assert "Not understood" in said


def test_words_and_options_may_not_contradict_each_other(installed: Any, scelle: Any) -> None:
    line = ("search", "--case", "x", "--words", "red car", "--colour", "blue")
    assert "two things of colour" in scelle(*line).err


def test_a_time_of_day_in_words_is_asked_of_what_has_a_clock(
    installed: Any, scelle: Any, values: Any
) -> None:
    line = ("search", "--case", "x", "--words", "after 21:00")
    assert scelle(*line, "--json").data["not_searched"] == [values.exhibit.id]
    installed.answers[ConsultCase] = values.clocked(AT, Fraction(0)).file
    scelle(*line)
    assert asked(installed).hours == Hours(75_600, 86_400)


def test_search_without_conditions_asks_for_everything(installed: Any, scelle: Any) -> None:
    data = scelle("search", "--case", "x", "--json").data
    assert asked(installed).query == TrackQuery()
    assert [t["number"] for t in data["tracks"]] == [1, 2, 3]
    first = data["tracks"][0]
    assert (first["start_ms"], first["end_ms"]) == (2500, 2660)
    assert first["real_time"] is None
    assert first["colours"][0] == {"colour": "red", "share": 0.6}
    shown = scelle("search", "--case", "x").out
    assert "in the recording" in shown
    assert "person" in shown


def test_search_by_date_goes_through_the_exhibits_clock(
    installed: Any, scelle: Any, values: Any
) -> None:
    installed.answers[ConsultCase] = values.clocked(AT, Fraction(-42)).file
    # The recorder is 42 s fast, and its first picture is at 2 s of the recording's own time.
    line = ("search", "--case", "x", "--from", "2026-03-01T21:59:20Z")
    data = scelle(*line, "--json").data
    assert asked(installed).query.start_ms == 4000
    assert [t["number"] for t in data["tracks"]] == [2, 3]
    assert data["tracks"][0]["real_time"] == "2026-03-01T21:59:21+00:00"
    assert data["tracks"][0]["recorder_time"] == "2026-03-01T22:00:03+00:00"


def test_search_by_date_names_what_has_no_clock(installed: Any, scelle: Any, values: Any) -> None:
    line = ("search", "--case", "x", "--from", "2026-03-01T21:59:20Z")
    assert scelle(*line, "--json").data == {
        "tracks": [],
        "not_searched": [values.exhibit.id],
        "not_analysed": [],
        "passed_over_ms": {},
        "not_complete": [values.exhibit.id],
        "not_understood": [],
    }
    assert "clock nobody stated" in scelle(*line).out
    assert "search-tracks" not in installed.kinds()


def test_not_found_is_never_told_for_not_analysed(installed: Any, scelle: Any, values: Any) -> None:
    line = ("search", "--case", "x", "--colour", "green")
    whole = replace(values.coverage, frames_decoded=250, frames_damaged=0)
    installed.answers[ConsultCoverage] = (whole,)
    assert "No track answers this." in scelle(*line).out
    installed.answers[ConsultCoverage] = (values.coverage,)
    assert "No track answers this in what was analysed." in scelle(*line).out
    assert scelle(*line, "--json").data["not_analysed"] == []
    installed.answers[ConsultCoverage] = (replace(values.coverage, ended=False),)
    said = scelle(*line).out
    assert "No track answers" not in said
    assert f"Not analysed yet: exhibit {values.exhibit.id}" in said
    assert "run scelle analyse" in said
    assert scelle(*line, "--json").data["not_analysed"] == [values.exhibit.id]


def test_what_triage_passed_over_is_never_told_as_not_found(
    installed: Any, scelle: Any, values: Any
) -> None:
    passed = Finding(FindingKind.PASSED_OVER, 2000, 8000, "Key pictures alone were looked at.")
    installed.answers[ConsultCoverage] = (replace(values.coverage, findings=(passed,)),)
    line = ("search", "--case", "x", "--colour", "green")
    said = scelle(*line).out
    assert "No track answers this." not in said
    assert "No track answers this in what was analysed." in said
    assert f"passed over 0:06.0 of exhibit {values.exhibit.id}" in " ".join(said.split())
    assert scelle(*line, "--json").data["passed_over_ms"] == {values.exhibit.id: 6000}
    assert "triage" in scelle("coverage", "--case", "x").out


def test_coverage_is_asked_for_the_same_exhibits_before_the_search(
    installed: Any, scelle: Any, values: Any
) -> None:
    scelle("search", "--case", "x", "--exhibit", values.exhibit.id)
    assert installed.kinds() == ["consult-case", "consult-coverage", "search-tracks"]
    assert {act.exhibit_ids for _, act in installed.asked[1:]} == {(values.exhibit.id,)}


def test_a_class_that_nothing_could_name_is_told(installed: Any, scelle: Any, values: Any) -> None:
    line = ("search", "--case", "x", "--class", "animal")
    assert "No detector named anything" not in scelle(*line).out
    kinds = [replace(t, object_class=ObjectClass.UNKNOWN) for t in values.tracks]
    installed.answers[SearchTracks] = lambda act: tuple(t for t in kinds if act.query.matches(t))
    assert "No detector named anything" in scelle(*line).out
    assert "No detector" not in scelle("search", "--case", "x", "--class", "unknown").out


# The exhibit is 640 x 360 pixels, and goes from 2 s to 12 s of its own time.
@pytest.mark.parametrize(
    ("conditions", "hint"),
    [
        (("--from", "0:05", "--to", "0:04"), "--to"),
        (("--from", "0:13"), "0:12.0"),
        (("--to", "0:01"), "0:02.0"),
        (("--min-height", 50, "--max-height", 40), "--min-height"),
        (("--min-dwell", 3, "--max-dwell", 2), "--min-dwell"),
        (("--inside", "640,0 700,0 700,90"), "640 x 360"),
        (("--inside", "0,0 9,9"), "three or more corners"),
        (("--outside", "0,361 9,361 9,400"), "640 x 360"),
    ],
)
def test_what_nothing_could_answer_is_refused_with_a_remedy(
    installed: Any, scelle: Any, conditions: tuple[object, ...], hint: str
) -> None:
    done = scelle("search", "--case", "x", *conditions, "--json")
    assert done.status == 2
    assert hint in done.data["error"]["remedy"]
    assert not searches(installed)


def test_a_span_beyond_the_stated_clock_is_refused(
    installed: Any, scelle: Any, values: Any
) -> None:
    installed.answers[ConsultCase] = values.clocked(AT).file
    line = ("search", "--case", "x", "--from")
    assert scelle(*line, "2026-03-01T22:00:10Z").status == 0
    done = scelle(*line, "2026-03-01T22:00:11Z", "--json")
    assert done.status == 2
    assert "2026-03-01T22:00:10+00:00" in done.data["error"]["remedy"]


def test_clip(installed: Any, scelle: Any, tmp_path: Path) -> None:
    line = ("clip", "--case", "x", "--exhibit", "e1", "--from", "1:30", "-o", tmp_path / "c.mp4")
    assert scelle(*line, "--to", "1:50.5", "--json").data["clip"]["rows"] == 7
    act = asked(installed)
    assert (act.start_ms, act.end_ms, act.exhibit_ids) == (90_000, 110_500, ("e1",))
    assert scelle(*line, "--to", "1:30").status == 2


@pytest.mark.parametrize("name", ["c.avi", "c", "c.mp4.txt", "."])
def test_a_clip_is_an_mp4_file(installed: Any, scelle: Any, name: str) -> None:
    line = ("clip", "--case", "x", "--exhibit", "e1", "--from", "1", "--to", "2", "-o", name)
    done = scelle(*line, "--json")
    assert done.status == 2
    assert ".mp4" in done.data["error"]["remedy"]
    assert installed.asked == []


def test_synopsis(installed: Any, scelle: Any, tmp_path: Path) -> None:
    output = tmp_path / "s.mp4"
    line = ("synopsis", "--case", "x", "--colour", "red", "--collision", "0.1", "-o", output)
    data = scelle(*line, "--json").data["synopsis"]
    assert data["path"] == str(output)
    assert (data["tracks_shown"], data["source_s"]) == (3, 10.0)
    act = asked(installed)
    assert act.query == TrackQuery(colour=Colour.RED)
    assert act.staging.collision == 0.1
    assert "30%" in scelle(*line).out


@pytest.mark.parametrize(("empty", "said"), [(True, "exhibit receive"), (False, "Analyse.")])
def test_a_synopsis_of_an_empty_case_says_to_receive_first(
    installed: Any, scelle: Any, values: Any, empty: bool, said: str
) -> None:
    if empty:
        installed.answers[ConsultCase] = replace(values.file, exhibits=())
    installed.answers[MakeSynopsis] = BadInput("No track.", remedy="Analyse.")
    done = scelle("synopsis", "--case", "x", "--json")
    assert done.status == 2
    assert said in done.data["error"]["remedy"]


def test_a_synopsis_of_the_whole_case_says_which_exhibits_are_not_in_it(
    installed: Any, scelle: Any, values: Any
) -> None:
    unread = replace(values.exhibit, id="u" * 26, name="unread.mp4")
    file = replace(values.file, exhibits=(values.exhibit, unread))
    installed.answers[ConsultCase] = file
    line = ("synopsis", "--case", "x")
    assert scelle(*line, "--json").data["synopsis"]["exhibits_absent"] == [unread.id]
    assert f"Not in it: exhibit {unread.id}" in scelle(*line).out.replace("\n", " ")
    named = (*line, "--exhibit", values.exhibit.id)
    assert scelle(*named, "--json").data["synopsis"]["exhibits_absent"] == []
    assert "Not in it" not in scelle(*named).out


def test_tracks_export(installed: Any, scelle: Any) -> None:
    line = ("tracks", "export", "--exhibit", "e1", "--format", "mot", "-o", "t.txt", "--json")
    assert scelle(*line).data["tracks"] == {"path": "out", "rows": 7, "sha256": "cd" * 32}
    assert asked(installed).format == "mot"


def test_ledger_show_asks_nothing_for_public_fields(installed: Any, scelle: Any) -> None:
    data = scelle("ledger", "show", "--json").data
    assert data["entries"][0]["disclosed"]["act"] == "open-case"
    assert data["size"] == 3
    assert installed.asked == []
    assert "open-case" in scelle("ledger", "show").out


def test_ledger_show_of_a_case_is_an_act(installed: Any, scelle: Any) -> None:
    (entry,) = scelle("ledger", "show", "--case", "x", "--json").data["entries"]
    assert entry["sealed"] == {"agent": "rivet"}
    assert installed.kinds() == ["consult-ledger"]
    assert "rivet" in scelle("ledger", "show", "--case", "x").out


def test_ledger_show_last(installed: Any, scelle: Any) -> None:
    installed.entries = tuple({"seq": n} for n in range(5))
    data = scelle("ledger", "show", "--last", 2, "--json").data
    assert [e["seq"] for e in data["entries"]] == [3, 4]


def test_ledger_verify_fails_when_it_does_not_match(installed: Any, scelle: Any) -> None:
    assert scelle("ledger", "verify", "--json").data["ok"] is True
    installed.report = Report(3, b"\2" * 32, (), (Problem("leaf", 1, "Altered."),))
    done = scelle("ledger", "verify", "--json")
    assert done.status == 4
    assert done.data["problems"] == [{"check": "leaf", "seq": 1, "text": "Altered."}]
    assert "entry 1: Altered." in scelle("ledger", "verify").out


def test_ledger_export(installed: Any, scelle: Any) -> None:
    assert scelle("ledger", "export", "-o", "l.jsonl", "--json").data["ledger"]["rows"] == 7
    assert asked(installed).output == Path("l.jsonl")


def test_hostile_names_cannot_break_the_object_or_the_table(
    installed: Any, scelle: Any, values: Any
) -> None:
    name = "[red]\x1b[2J\n{}.mp4"
    hostile = replace(values.exhibit, name=name, camera="[bold]")
    installed.answers[ConsultCase] = replace(values.file, exhibits=(hostile,))
    done = scelle("exhibit", "list", "--json")
    assert json.loads(done.out)["exhibits"][0]["name"] == name
    assert done.out.count("\n") == 1
    shown = scelle("exhibit", "list").out
    assert "\x1b[2J" not in shown
    assert "[bold]" in shown
