"""Coming in, in a real Chromium: invitation, passkey, password, lock-out, the ends of sessions."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scelle.model.acts import ConsultInstallation, EndSessions, InviteAgent, SetPassword
from scelle.model.evidence import Role
from scelle.model.signing import SignInMethod
from scelle.web.guard import COOKIE
from scelle.web.sessions import Session

Office = Any
WORDS = "four grey geese on a wet roof"


def come_in(tab: Page, office: Office, name: str, words: str) -> None:
    tab.goto(f"{office.address}/sign-in")
    form = tab.locator("form:has(input[name=password])")
    form.locator("[name=name]").fill(name)
    form.locator("[name=password]").fill(words)
    form.locator("button").click()


def authenticator(tab: Page) -> None:
    """A passkey's device, made by the browser itself."""
    devices = tab.context.new_cdp_session(tab)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_from_an_invitation_to_a_passkey_that_signs_in(office: Office) -> None:
    code = office.app.perform("root", InviteAgent(agent_id="officer")).code
    with office.tab(checked=False) as tab:
        authenticator(tab)
        tab.goto(office.address)
        expect(tab).to_have_url(re.compile("/sign-in$"))
        tab.locator("summary").click()
        form = tab.locator("form:has(input[name=code])")
        form.locator("[name=name]").fill("officer")
        form.locator("[name=code]").fill("wrong")
        form.locator("button").click()
        # What was typed stays, where it was typed.
        expect(tab.get_by_role("alert").first).to_contain_text("does not let you in")
        expect(form.locator("[name=name]")).to_have_value("officer")
        form.locator("[name=code]").fill(code)
        form.locator("button").click()
        expect(tab).to_have_url(re.compile("/account"))
        # By invitation one enrols, and does nothing else.
        tab.goto(f"{office.address}/?case={office.case.id}")
        expect(tab).to_have_url(re.compile("/account"))
        tab.get_by_role("button", name="Make a passkey").click()
        expect(tab).to_have_url(re.compile("/sign-in"))
        expect(tab.get_by_role("status")).to_contain_text("Sign in now")
        tab.get_by_role("button", name="Sign in with a passkey").click()
        expect(tab.locator("h1")).to_have_text("Case PV 12")
        assert tab.evaluate("document.cookie") == ""
        tab.get_by_role("button", name="Sign out").click()
        expect(tab).to_have_url(re.compile("/sign-in"))
        tab.goto(f"{office.address}/?case={office.case.id}")
        expect(tab).to_have_url(re.compile("/sign-in"))
    told = [e.sealed["parameters"] for e in office.app.perform("auditor", ConsultInstallation())
            if e.disclosed["act"] == "sign-in" and e.disclosed["phase"] == "decision"]  # fmt: skip
    assert [p["method"] for p in told] == ["invitation", "invitation", "passkey"]
    assert code not in str(told)


def test_a_password_by_keyboard_alone_and_the_end_of_all_sessions(office: Office) -> None:
    office.app.perform("judge", SetPassword(password=WORDS))
    with office.tab() as tab:
        tab.goto(f"{office.address}/sign-in")
        tab.locator("form:has(input[name=password]) [name=name]").focus()
        tab.keyboard.type("judge")
        tab.keyboard.press("Tab")
        tab.keyboard.type(WORDS)
        tab.keyboard.press("Enter")
        expect(tab.locator("h1")).to_have_text("Case PV 12")
        (cookie,) = tab.context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        come_in(tab, office, "judge", WORDS)
        expect(tab.locator("h1")).to_have_text("Case PV 12")
        assert office.page.state.sessions.find(cookie["value"]) is None, "one for each browser"
        office.app.perform("judge", EndSessions(agent_id="judge"))
        tab.goto(office.address)
        expect(tab).to_have_url(re.compile("/sign-in"))


def test_a_password_is_chosen_twice_the_same(office: Office) -> None:
    with office.tab("auditor", language="fr", checked=False) as tab:
        tab.goto(f"{office.address}/account")
        for again, said in (("another", ".notice.bad"), (WORDS, ".notice.good")):
            tab.locator("[name=password]").fill(WORDS)
            tab.locator("[name=again]").fill(again)
            tab.get_by_role("button", name="Enregistrer").click()
            expect(tab.locator(f"{said}:visible")).to_be_visible()
            if again != WORDS:
                expect(tab.locator(said + ":visible")).to_contain_text("pas identiques")


def test_a_session_that_was_left_open_makes_no_lasting_way_in(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scelle.web.sessions.FRESH", timedelta())
    with office.tab("officer") as tab:
        for page in ("account", f"mandate/{office.case.id}/{office.mandate.id}"):
            tab.goto(f"{office.address}/{page}")
            assert tab.locator("[name=password], [data-does=make]").count() == 0
            expect(tab.get_by_role("link", name="Sign in again")).to_be_visible()
            assert office.violations(tab) == []
    own = f"/mandate/{office.case.id}/{office.mandate.id}/enrol"
    for place in ("/account/password", "/account/passkey", own):
        assert office.send("officer", place, password=WORDS, again=WORDS, answer="{}") == 303
    assert office.app.sign_ins.password("officer") == ""
    # Whoever came in by invitation takes as long as they need.
    officer = office.app.sign_ins.person("officer")
    assert Session(officer, SignInMethod.INVITATION).fresh


def test_wrong_passwords_say_so_and_lock_out(office: Office) -> None:
    office.app.perform("referent", SetPassword(password=WORDS))
    with office.tab(checked=False) as tab:
        for _ in range(5):
            come_in(tab, office, "referent", "wrong wrong wrong")
            expect(tab.get_by_role("alert").first).to_contain_text("does not let you in")
        come_in(tab, office, "referent", WORDS)
        expect(tab.get_by_role("alert").first).to_contain_text("Too many wrong passwords")
        sent = {"headers": {"origin": office.address}, "form": {"name": "nobody"}}
        told = [tab.request.post(f"{office.address}/sign-in", **sent).status for _ in range(8)]
        assert set(told) == {403, 429}


@pytest.mark.parametrize("name", ["root", "head"])
def test_whoever_runs_the_machine_or_the_service_sees_no_case(office: Office, name: str) -> None:
    with office.tab(name, checked=False) as tab:
        # They work at the administration, in the language that they chose.
        tab.goto(f"{office.address}/?lang=fr")
        expect(tab).to_have_url(f"{office.address}/administration?lang=fr")
        expect(tab.locator("h1")).not_to_contain_text("PV 12")
        assert tab.locator("nav.places a[href^='/?']").count() == 0
        answer = tab.goto(f"{office.address}/?case={office.case.id}")
        assert answer is not None
        assert "PV 12" not in answer.text()
        assert "data:image" not in answer.text()


def test_a_form_needs_its_session_s_own_token(office: Office) -> None:
    with office.tab("officer", checked=False) as tab:
        tab.goto(f"{office.address}/account")
        for change in ("x", ""):
            answer = tab.request.post(
                f"{office.address}/account/password",
                form={"csrf": change, "password": WORDS, "again": WORDS},
                headers={"origin": office.address},
            )
            assert answer.status == 400
        answer = tab.request.post(f"{office.address}/sign-out", form={"csrf": "x"})
        assert answer.status == 403  # no origin
    assert office.app.sign_ins.password("officer") == ""
    assert COOKIE == "scelle"
    assert office.app.sign_ins.person("officer").roles == {Role.INVESTIGATOR}
