"""The queue of analyses, in a real Chromium."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from scelle.model.acts import AnalyseExhibit, ChangeMandate, ConsultLedger, ReceiveExhibit
from scelle.model.evidence import MandateState
from scelle.web.activity import activity

Office = Any


@pytest.fixture(scope="module", autouse=True)
def night(office: Office, tmp_path_factory: pytest.TempPathFactory, street: Any) -> None:
    """A recording that is not analysed yet."""
    path = tmp_path_factory.mktemp("from") / "night.mp4"
    street(path)
    path.write_bytes(path.read_bytes() + b"\0\0\0\x0cfree1234")
    act = ReceiveExhibit(case_id=office.case.id, path=path, camera="gate", origin="seal 8")
    office.app.perform("officer", act)


def slow(office: Office, monkeypatch: Any) -> list[bool]:
    """Analyses take their time until told to go on, and keep telling how far they are."""
    go: list[bool] = []
    perform = office.page.state.work._perform

    def held(agent_id: str, act: Any, progress: Any) -> Any:
        def told(stage: str, done: float, total: float, unit: str) -> None:
            progress(stage, done, total, unit)
            until = time.monotonic() + 20
            while stage == "observe" and not go and time.monotonic() < until:
                time.sleep(0.02)
                progress(stage, done, total, unit)

        return perform(agent_id, act, told)

    monkeypatch.setattr(office.page.state.work, "_perform", held)
    return go


def ask(tab: Any, office: Office, button: str = "Put into the queue") -> Any:
    tab.goto(f"{office.address}/case/{office.case.id}/analyse")
    for box in tab.locator("[name=exhibit]").all():
        box.set_checked(box.get_attribute("value") != office.exhibit.id)
    tab.locator("[name=triage]").check()
    tab.locator("form.stack [name=reason]").fill("looked for the bicycle")
    tab.get_by_role("button", name=button).press("Enter")
    return tab.locator("#work .job").first


def results(office: Office) -> list[str]:
    entries = office.app.perform("judge", ConsultLedger(case_id=office.case.id))
    return [d.result for d in activity(entries) if d.kind == AnalyseExhibit.kind]


def test_an_analysis_is_paused_goes_on_and_says_that_it_is_done(
    office: Office, monkeypatch: Any
) -> None:
    go = slow(office, monkeypatch)
    jobs = office.page.state.work.of
    with office.tab("officer", permissions=["notifications"]) as tab:
        tab.add_init_script(
            "window.told = []; const Own = Notification;"
            "window.Notification = class { constructor(words) { told.push(words); } "
            "static get permission() { return Own.permission; } "
            "static requestPermission() { return Own.requestPermission(); } };"
        )
        job = ask(tab, office)
        expect(job.locator(".pill")).to_have_text("under way")
        expect(job).to_contain_text("step 2 of 3", timeout=20_000)
        tab.get_by_role("button", name="Notify me").click()
        expect(tab.get_by_role("button", name="Notify me")).to_have_attribute(
            "aria-pressed", "true"
        )
        tab.get_by_role("button", name="Pause night.mp4").press("Enter")
        expect(job.locator(".pill")).to_have_text("paused", timeout=20_000)
        assert results(office)[0] == "interrupted"
        job.locator("select").select_option("first")
        tab.get_by_role("button", name="Change the turn").click()
        (queued,) = [j for j in jobs(office.case.id, AnalyseExhibit.kind) if not j.state.over]
        assert queued.priority.value == "first"
        go.append(True)
        tab.get_by_role("button", name="Go on with night.mp4").press("Enter")
        expect(tab.locator("#work .job .pill")).to_have_text("done", timeout=30_000)
        expect(tab.locator("#work .job")).to_contain_text("candidates")
        assert tab.title().startswith("night.mp4: done")
        # Though the buttons have loaded the page anew since it was asked for.
        assert tab.evaluate("told") == [tab.locator("#work-said").inner_text()]
    assert results(office)[0] == "done"


def test_a_suspended_mandate_stops_an_analysis_and_is_told_in_words(
    office: Office, monkeypatch: Any
) -> None:
    change = {"case_id": office.case.id, "mandate_id": office.mandate.id, "reason": "test"}
    office.app.perform("judge", ChangeMandate(state=MandateState.SUSPENDED, **change))
    try:
        with office.tab("officer") as tab:
            job = ask(tab, office)
            expect(job.locator(".pill")).to_have_text("failed", timeout=20_000)
            expect(job.locator(".reasons")).to_contain_text("mandate suspended")
    finally:
        office.app.perform("judge", ChangeMandate(state=MandateState.ACTIVE, **change))


def test_an_auditor_replays_an_analysis_and_reads_how_it_compares(office: Office) -> None:
    with office.tab("auditor", language="fr") as tab:
        tab.goto(f"{office.address}/oversight")
        tab.get_by_role("link", name="Rejouer, procédure PV 12").click()
        expect(tab.locator("#work")).to_contain_text("Rien n'a été rejoué")
        tab.locator(f"[value='{office.exhibit.id}']").check()
        tab.locator("[name=reason]").fill("contrôle annuel")
        tab.get_by_role("button", name="Rejouer").press("Enter")
        job = tab.locator("#work .job").first
        expect(job).to_have_attribute("data-state", "done", timeout=60_000)
        expect(job).to_contain_text("Le même résultat, au dernier chiffre près.")
        expect(job).to_contain_text("est inchangé")
        expect(tab.locator("#work-said")).to_contain_text(office.exhibit.name)
    with office.tab("officer") as tab:
        tab.goto(f"{office.address}/case/{office.case.id}/replay")
        expect(tab.locator("main")).to_contain_text("Auditors and magistrates replay")
        assert tab.locator("form.stack").count() == 0
