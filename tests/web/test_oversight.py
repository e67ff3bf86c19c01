"""The auditor's console in a real Chromium, and what everybody may read without signing in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from scelle.errors import Refused
from scelle.model.acts import ConsultInstallation, ExportLedger, SearchTracks

Office = Any


def test_an_auditor_sees_refusals_and_takes_a_proof(office: Office) -> None:
    with pytest.raises(Refused):
        office.app.perform("head", SearchTracks(case_id=office.case.id))
    with office.tab("auditor", language="fr") as tab:
        tab.goto(office.address)
        expect(tab.locator("h1")).to_have_text("Contrôle")
        row = tab.locator("#refused ~ div tbody tr").first
        expect(row).to_contain_text("head")
        expect(row).to_contain_text("rechercher")
        row.locator("td").last.get_by_role("link").click()
        expect(tab.locator("#verdict")).to_have_class(re.compile("good"))
        missing = tab.request.get(f"{office.address}/oversight/entries/99999?lang=fr")
        assert (missing.status, "pas une telle inscription" in missing.text()) == (404, True)
        tab.goto(f"{office.address}/oversight?lang=fr")
        tab.get_by_role("link", name="Parcourir").click()
        expect(tab.locator("tbody tr")).to_have_count(50)
        first = tab.locator("tbody th").first.inner_text()
        tab.get_by_role("link", name=f"Preuve de {first}").click()
        with tab.expect_download() as coming:
            tab.get_by_role("button", name="Télécharger la preuve").click()
        file = json.loads(Path(coming.value.path()).read_text())
        (entry,) = file["entries"]
        assert (file["format"], entry["seq"]) == ("scelle-proof-1", int(first))
        assert file["checkpoint"].startswith("scelle/")
        tab.get_by_role("link", name="Inscriptions du registre").click()
        tab.get_by_role("link", name="Plus anciennes").click()
        last = int(tab.locator("tbody th").first.inner_text())
        # The page of the proof and the download are entries too.
        assert last > int(first) - 50
    assert not list(office.app.settings.home.glob("exports/proof-*"))


def states(tab: Any) -> list[str]:
    """What each check of the page came to, once it has ended."""
    expect(tab.locator("#verdict")).to_have_class(re.compile("good|bad"))
    return [str(each.get_attribute("data-state")) for each in tab.locator("#checks li").all()]


def test_the_browser_itself_checks_an_entry_and_that_the_ledger_grew(office: Office) -> None:
    with office.tab("auditor") as tab:
        tab.goto(f"{office.address}/oversight/entries/3")
        assert states(tab) == ["holds", "holds", "holds", "open"]
        told = tab.locator("#checks").inner_text()
        assert office.app.vkey in told
        assert "states: compare it" in told
        expect(tab.locator("#values")).to_contain_text("month")
        # The head is kept, and the ledger has grown when it is checked again.
        tab.get_by_role("button", name="Keep the present head").click()
        noted = tab.locator("#head").input_value()
        office.app.perform("auditor", ConsultInstallation())
        tab.goto(f"{office.address}/oversight/entries/0")
        assert states(tab) == ["holds"] * 5
        assert tab.locator("#head").input_value().strip() == noted.strip()
        expect(tab.locator("#verdict")).to_have_text("Everything holds.")
        tab.locator("#key").fill(office.app.vkey)
        tab.get_by_role("button", name="Check again").click()
        expect(tab.locator("#checks li")).to_have_count(5)
        assert "the key that you gave" in tab.locator("#checks").inner_text()


@pytest.mark.parametrize("what", ["value", "leaf", "path", "head", "signature", "seq", "growth"])
def test_an_answer_that_was_tampered_with_is_shown_as_failing(office: Office, what: str) -> None:
    head = office.app.checkpoint()[0]

    def flipped(text: str) -> str:
        return ("B" if text[0] == "A" else "A") + text[1:]

    def tamper(route: Any) -> None:
        answer = route.fetch()
        file = json.loads(answer.text())
        if "entries" in file:
            (one,) = file["entries"]
            note = file["checkpoint"].split("\n")
            if what == "value":
                one["disclosed"]["month"][1] = "1999-01"
            elif what == "leaf":
                one["leaf"][0][1] = flipped(one["leaf"][0][1])
            elif what == "path":
                one["proof"][0] = flipped(one["proof"][0])
            elif what == "head":
                note[2] = flipped(note[2])
            elif what == "signature":
                name, _, data = note[4].rpartition(" ")
                note[4] = f"{name} {data[:20]}{flipped(data[20:])}"
            elif what == "seq":
                file = json.loads(office_file(office, 4))
                note = file["checkpoint"].split("\n")
            file["checkpoint"] = "\n".join(note)
        elif what == "growth":
            file["proof"][0] = flipped(file["proof"][0])
        route.fulfill(response=answer, body=json.dumps(file))

    with office.tab("auditor", language="fr") as tab:
        tab.goto(f"{office.address}/oversight/entries/3")
        states(tab)
        tab.locator("#head").fill(head)
        tab.get_by_role("button", name="Vérifier à nouveau").click()
        expect(tab.locator("#checks li")).to_have_count(5)
        assert states(tab) == ["holds"] * 5
        tab.route("**/oversight/*/*", tamper)
        tab.route("**/oversight/*/*/*", tamper)
        tab.get_by_role("button", name="Vérifier à nouveau").click()
        expect(tab.locator("#verdict")).to_have_class("notice bad")
        assert "fails" in states(tab)
        expect(tab.get_by_role("button", name="Garder la tête")).to_be_disabled()


def test_a_check_that_ends_after_a_later_one_changes_nothing(office: Office) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    with office.tab("auditor") as tab:
        tab.goto(f"{office.address}/oversight/entries/3")
        good = states(tab)
        proof = "**/oversight/proof/3"
        tab.route(proof, hold)
        tab.get_by_role("button", name="Check again").click()
        expect(tab.locator("#checks li")).to_have_count(0)
        tab.get_by_role("button", name="Check again").click()
        assert states(tab) == good
        with tab.expect_response(proof):
            held[0].fulfill(status=200, body=office_file(office, 4))
        # The script has read the late answer once a later task of the page has run.
        tab.evaluate("() => new Promise((done) => setTimeout(done, 100))")
        assert states(tab) == good
        expect(tab.locator("#verdict")).to_have_class("notice good")


def office_file(office: Office, seq: int) -> str:
    """The proof of another entry."""
    output = office.app.settings.home / "exports" / "other.json"
    office.app.perform("auditor", ExportLedger(output=output, entries=(seq,)))
    told: str = output.read_text()
    output.unlink()
    return told


def test_without_ed25519_the_page_says_what_it_did_not_check(office: Office) -> None:
    with office.tab("auditor") as tab:
        tab.add_init_script(
            """crypto.subtle.importKey = () =>
                 Promise.reject(new DOMException("", "NotSupportedError"));"""
        )
        tab.goto(f"{office.address}/oversight/entries/3")
        assert states(tab) == ["holds", "holds", "open", "open"]
        expect(tab.locator("#checks")).to_contain_text("no Ed25519")
        tab.locator("#head").fill("no head")
        tab.get_by_role("button", name="Check again").click()
        expect(tab.locator("#verdict")).to_have_class("notice bad")


def test_an_attestation_is_made_in_the_browser(office: Office) -> None:
    with office.tab("auditor") as tab:
        tab.goto(f"{office.address}/oversight")
        # Every source and package is looked at.
        tab.get_by_role("button", name="Attest now").click(timeout=120_000)
        expect(tab.locator("#tracks")).to_contain_text("checks")
        folder = Path(tab.locator("main code").inner_text())
    assert (folder / "attestation.json").is_file()


@pytest.mark.parametrize("name", ["officer", "head", "root"])
def test_only_overseers_oversee(office: Office, name: str) -> None:
    with office.tab(name, checked=False) as tab:
        for place in ("/oversight", "/oversight/entries", "/oversight/entries/3"):
            answer = tab.goto(office.address + place)
            assert answer is not None
            assert answer.status == 403
        assert tab.locator("nav.places a[href^='/oversight']").count() == 0
