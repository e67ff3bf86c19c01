"""Cases and the magistrate's console, in a real Chromium."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any
from zlib import crc32

import pypdfium2
import pytest
from playwright.sync_api import expect

from scelle.errors import Refused
from scelle.model.acts import (
    AnalyseExhibit,
    ConsultCase,
    ConsultCopies,
    ConsultRetention,
    ReceiveExhibit,
    RecordCommitment,
    SearchTracks,
)
from scelle.model.evidence import MandateState, Power
from scelle.web.activity import activity, running

Office = Any


def state_of(office: Office) -> MandateState:
    read = office.app.perform("judge", ConsultCase(case_id=office.case.id))
    state: MandateState = read.mandates[0].state
    return state


def press(tab: Any, name: str, reason: str = "checked on the spot") -> None:
    form = tab.locator("article.mandate form").last
    form.locator("[name=reason]").fill(reason)
    form.get_by_role("button", name=name).click()
    expect(tab.get_by_role("status")).to_be_visible()


def test_the_list_leads_to_a_case_with_all_that_belongs_to_it(office: Office) -> None:
    with office.tab("officer", language="fr") as tab:
        tab.goto(office.address)
        tab.get_by_role("link", name="Procédures").click()
        expect(tab.locator("tbody tr")).to_have_count(1)
        expect(tab.locator("tbody")).to_contain_text("jours restants")
        tab.locator("tbody th a").click()
        expect(tab.locator("h1")).to_have_text("Procédure PV 12")
        text = tab.locator("main").inner_text()
        for said in ("street.mp4", "gate", "officer", "head", "en vigueur", "rechercher et visio"):
            assert said in text
        # No word on mandates is an investigator's, and no activity of others is shown.
        assert tab.locator("article.mandate form").count() == 0
        assert tab.locator("#activity").count() == 0
        assert tab.locator("summary", has_text="Accorder").count() == 0
        assert tab.get_by_role("link", name="Console").count() == 0


@pytest.fixture
def second(
    office: Office, street: Callable[..., None], tmp_path: Path, request: pytest.FixtureRequest
) -> str:
    """Another recording of the case, which nobody has analysed; its exhibit's id."""
    street(tmp_path / "second.mp4", seed=crc32(request.node.name.encode()))
    act = ReceiveExhibit(
        case_id=office.case.id, path=tmp_path / "second.mp4", camera="gate", origin="seal 8",
        recorded_at=datetime.fromisoformat("2026-03-01T15:00:00+01:00"),
    )  # fmt: skip
    return str(office.app.perform("officer", act).id)


@pytest.mark.parametrize(
    ("name", "button", "state", "rule"),
    [
        ("judge", "Suspend", MandateState.SUSPENDED, "mandate-suspended"),
        ("referent", "Object", MandateState.OBJECTED, "mandate-objected"),
    ],
)
def test_a_magistrates_word_stops_a_video_that_plays_and_an_analysis_that_runs(
    office: Office, second: str, name: str, button: str, state: MandateState, rule: str
) -> None:
    begun, said = Event(), Event()

    def progress(*_: object) -> None:
        # The analysis goes on to its next step only when the magistrate has spoken.
        begun.set()
        assert said.wait(120)

    analyse = AnalyseExhibit(case_id=office.case.id, exhibit_ids=(second,), workers=1)
    with (
        office.tab("officer", checked=False) as watching,
        office.tab(name) as deciding,
        ThreadPoolExecutor(1) as pool,
    ):
        analysis = pool.submit(office.app.perform, "officer", analyse, progress)
        try:
            assert begun.wait(120)
            play(watching, f"{office.address}/?case={office.case.id}")
            deciding.goto(f"{office.address}/console")
            expect(deciding.locator("main")).to_contain_text("analyse")
            press(deciding, button)
            at = time.monotonic()
        finally:
            said.set()
        expect(watching.locator("video")).to_be_hidden(timeout=5000)
        assert time.monotonic() - at < 5
        with pytest.raises(Refused) as stopped:
            analysis.result(timeout=120)
        assert {r.rule for r in stopped.value.reasons} == {rule}
        expect(watching.locator("video ~ [role=alert]")).to_contain_text(f"[{rule}, ")
        assert watching.evaluate("document.querySelector('video').readyState") == 0
        assert state_of(office) is state
        answer = watching.goto(f"{office.address}/?case={office.case.id}")
        assert answer is not None
        assert answer.status == 403
        # What may not be told is not told to be missing.
        watching.goto(f"{office.address}/case/{office.case.id}")
        expect(watching.locator("#exhibits ~ p").first).to_contain_text("not told")
        expect(watching.locator("main")).not_to_contain_text("Not analysed")
    with office.tab("judge") as deciding:
        deciding.goto(f"{office.address}/case/{office.case.id}")
        press(deciding, "Restore")
    assert state_of(office) is MandateState.ACTIVE


def play(tab: Any, address: str) -> None:
    """Play the synopsis, slowly, so that it would still be playing long after."""
    tab.goto(address)
    tab.evaluate(
        "(v => { v.loop = true; v.playbackRate = 0.25; void v.play(); })"
        "(document.querySelector('video'))"
    )
    until = time.monotonic() + 15
    while not tab.evaluate("document.querySelector('video').currentTime > 0.1"):
        assert time.monotonic() < until
        tab.wait_for_timeout(50)


def test_a_referent_stops_but_does_not_restore_or_grant(office: Office) -> None:
    with office.tab("referent") as tab:
        tab.goto(f"{office.address}/console")
        press(tab, "Object")
        assert state_of(office) is MandateState.OBJECTED
        assert tab.get_by_role("button", name="Restore").count() == 0
        tab.goto(f"{office.address}/case/{office.case.id}")
        assert tab.locator("summary", has_text="Grant").count() == 0
    with office.tab("judge") as tab:
        tab.goto(f"{office.address}/console")
        press(tab, "Restore")


def test_all_that_a_magistrate_may_open_stands_in_one_line_at_1280_pixels(office: Office) -> None:
    with office.tab("judge", checked=False) as tab:
        for language in ("en", "fr"):
            tab.goto(f"{office.address}/console?lang={language}")
            parts = tab.locator(".top .name, .top a, .top form").evaluate_all(
                "all => all.map(e => e.getBoundingClientRect()).map(r => (r.top + r.bottom) / 2)"
            )
            assert len(parts) >= 9
            assert max(parts) - min(parts) < 8, f"{language}: {parts}"
            wide = "document.documentElement.scrollWidth"
            assert tab.evaluate(wide) <= 1280
            tall = tab.locator(".places a").evaluate_all("all => all.map(e => e.offsetHeight)")
            assert max(tall) == min(tall) < 45, "a name is broken"


def test_a_magistrate_grants_what_is_ticked_and_no_more(office: Office) -> None:
    with office.tab("judge", checked=False) as tab:
        # As the console leads to it.  A form that is refused is a link away.
        tab.goto(f"{office.address}/case/{office.case.id}?lang=en#grant")
        form = tab.locator("form:has([name=days])")
        form.locator("[name=reason]").fill("nothing is ticked")
        form.get_by_role("button").click()
        expect(tab.locator("main")).to_contain_text("would permit nothing")
        tab.get_by_role("link", name="Back to the form").click()
        tab.locator("summary", has_text="Grant").click()
        form.locator("[value=consult]").check()
        form.locator("[name=days]").fill("3")
        form.locator("[name=cameras]").fill("gate, yard")
        form.locator("[name=reason]").fill("asked for by the officer")
        form.get_by_role("button").click()
        expect(tab.get_by_role("status")).to_be_visible()
    read = office.app.perform("judge", ConsultCase(case_id=office.case.id))
    granted = read.mandates[-1]
    assert granted.powers == {Power.CONSULT}
    assert granted.cameras == {"gate", "yard"}
    assert (granted.valid_to - granted.valid_from).days == 3
    assert granted.magistrate == "judge"
    for many in ("0", "367", "9" * 5000):
        assert office.send("judge", f"/case/{office.case.id}/mandate", days=many, reason="x") == 400


def test_an_order_is_kept_until_it_is_declined(office: Office) -> None:
    def kept() -> int:
        (due,) = office.app.perform("judge", ConsultRetention())
        return len(due.requests)

    with office.tab("judge") as tab:
        tab.goto(f"{office.address}/case/{office.case.id}")
        tab.locator("summary", has_text="Order").click()
        tab.locator("[name=text]").fill("The recording concerns somebody else.")
        # Nothing is ordered that nobody chose.
        tab.get_by_role("button", name="Send").click()
        assert tab.evaluate("document.querySelector('select:invalid')?.name") == "kind"
        tab.locator("[name=kind]").select_option("erasure")
        tab.get_by_role("button", name="Send").click()
        expect(tab.locator("#requests ~ article")).to_contain_text("somebody else")
        assert kept() == 1
        with office.tab("officer") as other:
            other.goto(f"{office.address}/case/{office.case.id}")
            told = other.locator("#requests ~ article")
            expect(told).to_contain_text("scelle erasure run")
            assert told.locator("form").count() == 0, "only a magistrate declines"
        tab.locator("[name=answer]").fill("Taken back.")
        tab.get_by_role("button", name="Declined").click()
        expect(tab.get_by_role("status")).to_be_visible()
    assert kept() == 0


@pytest.mark.parametrize("name", ["officer", "auditor", "head", "root"])
def test_only_magistrates_stop_a_mandate(office: Office, name: str) -> None:
    with office.tab(name, checked=False) as tab:
        tab.goto(f"{office.address}/ledger")
        # Back leads to where that role works.
        back = {"officer": "/?", "head": "/administration?", "root": "/administration?"}
        link = tab.locator("main a").last.get_attribute("href") or ""
        assert link.startswith(back.get(name, "/cases?"))
        answer = tab.request.get(f"{office.address}/account")
        token = re.search('name="csrf" value="([^"]+)"', answer.text())
        assert token is not None
        sent = tab.request.post(
            f"{office.address}/case/{office.case.id}/mandate/{office.mandate.id}",
            form={"csrf": token[1], "state": "suspended", "reason": "mine"},
            headers={"origin": office.address},
        )
        assert sent.status == 403
        assert "role" in sent.text()
    assert state_of(office) is MandateState.ACTIVE


def test_what_is_under_way_has_no_outcome_yet() -> None:
    class One:
        def __init__(self, seq: int, disclosed: Any, **sealed: Any) -> None:
            self.seq, self.disclosed, self.sealed = seq, disclosed, sealed

    def decision(seq: int, result: str, mandate: str) -> One:
        told = {"phase": "decision", "act": SearchTracks.kind, "result": result, "rules": []}
        return One(seq, told, at="2026-03-01T10:00:00+00:00", agent="officer", reason="",
                   mandate=mandate, decision=None)  # fmt: skip

    end = One(3, {"phase": "outcome", "result": "done"}, decision=0)
    entries = [decision(0, "granted", "m"), decision(1, "granted", "m"),
               decision(2, "refused", ""), end, decision(4, "granted", "x")]  # fmt: skip
    done = activity(entries)
    assert [(d.entry, d.result) for d in done] == [
        (4, "running"), (2, "refused"), (1, "running"), (0, "done")
    ]  # fmt: skip
    assert [d.entry for d in running(done, {"m"})] == [1]


@pytest.mark.parametrize(("who", "language"), [("officer", "fr"), ("judge", "en")])
def test_the_closing_report_is_drawn_up_from_the_list_of_papers(
    office: Office, who: str, language: str, tmp_path: Path
) -> None:
    with office.tab(who, language=language) as tab:
        tab.goto(f"{office.address}/case/{office.case.id}?lang={language}")
        link = {"fr": "Rapport de fin d'opérations", "en": "Closing report"}[language]
        tab.get_by_role("link", name=link).press("Enter")
        button = {"fr": "L'établir en français", "en": "Draw it up in English"}[language]
        with tab.expect_download() as coming:
            tab.get_by_role("button", name=button).press("Enter")
        coming.value.save_as(tmp_path / "report.pdf")
        assert coming.value.suggested_filename == f"dossier.{language}.pdf"
    read = pypdfium2.PdfDocument(tmp_path / "report.pdf")
    assert link in read[0].get_textpage().get_text_range()
    copies = office.app.perform("judge", ConsultCopies(case_id=office.case.id))
    assert (copies[-1].agent_id, copies[-1].name) == (who, f"dossier.{language}.pdf")


def test_an_auditor_is_offered_no_report(office: Office) -> None:
    with office.tab("auditor") as tab:
        tab.goto(f"{office.address}/case/{office.case.id}")
        assert tab.locator("#papers").count() == 1
        assert tab.locator("form[action$=dossier]").count() == 0


def test_a_case_is_opened_where_cases_are_listed(office: Office) -> None:
    def ask(tab: Any) -> None:
        tab.locator("summary", has_text="Ouvrir une procédure").click()
        tab.locator("[name=reference]").fill("PV 13")
        tab.locator("[name=framework]").select_option("flagrance")
        tab.locator("[name=family]").select_option("theft")
        expect(tab.locator("[name=service]")).to_have_value("sr")
        tab.get_by_role("button", name="Ouvrir").press("Enter")

    with office.tab("officer", language="fr", checked=False) as tab:
        tab.goto(f"{office.address}/cases")
        ask(tab)
        expect(tab.locator("main")).to_contain_text("l'envoi de l'engagement de conformité")
        office.app.perform("root", RecordCommitment(sent_on="2026-01-05"))
        tab.get_by_role("link", name="Retour au formulaire").click()
        ask(tab)
        expect(tab.locator("h1")).to_have_text("Procédure PV 13")
        expect(tab.locator("main")).to_contain_text("Un magistrat en accorde une")
    with office.tab("auditor") as tab:
        tab.goto(f"{office.address}/cases")
        assert tab.locator("summary").count() == 0
