"""Administration in a real Chromium: how the installation is, who is cleared, and no footage."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from scelle.errors import Refused
from scelle.model.acts import InspectInstallation, RegisterAgent, SearchTracks
from scelle.model.evidence import Role

Office = Any


def test_an_administrator_sees_the_installation_and_nothing_of_a_case(office: Office) -> None:
    with office.tab("root", language="fr", checked=False) as tab:
        tab.goto(office.address)
        tab.get_by_role("link", name="Administration").click()
        text = tab.locator("main").inner_text()
        for said in ("scelle.db", office.app.vkey, "Scelle detector", "officer", "enquêteur"):
            assert said in text
        # Kinds of objects and settings in words.
        for said in ("personne", "véhicule", "processus d'une analyse", "ce qui décode"):
            assert said in text
        assert "large-vehicle" not in text
        assert "False" not in text
        # No name of a case, exhibit or camera stands on it, nor a clearance.
        for hidden in (office.case.id, office.exhibit.id, "PV 12", "gate", "street.mp4"):
            assert hidden not in tab.content()
        assert tab.locator("form[action*=clearance], img:not([src*=mark]), video").count() == 0
        case, exhibit = office.case.id, office.exhibit.id
        for place in (
            f"/?case={case}", f"/case/{case}", f"/live?case={case}", f"/case/{case}/receive",
            f"/case/{case}/analyse", f"/case/{case}/queue/analyse", f"/case/{case}/clock/{exhibit}",
            f"/live/begin?case={case}", f"/live/arrange?case={case}",
            f"/certificate?case={case}&exhibit={exhibit}",
            f"/live/play?case={case}&exhibit={exhibit}&start=0&stop=1000", "/oversight",
        ):  # fmt: skip
            # One who reads no case is led away from where cases are searched.
            answer = tab.request.get(office.address + place, max_redirects=0)
            assert answer.status == 403, place
            assert b"PV 12" not in answer.body(), place


def test_a_head_of_service_clears_and_withdraws_with_a_reason(office: Office) -> None:
    roles = frozenset({Role.INVESTIGATOR})
    office.app.perform("root", RegisterAgent(agent_id="second", roles=roles, service="sr"))
    with pytest.raises(Refused, match="no-clearance"):
        office.app.perform("second", SearchTracks(case_id=office.case.id))
    with office.tab("head") as tab:
        tab.goto(f"{office.address}/administration")
        tab.locator("summary").press("Enter")
        tab.locator("[name=agent]").select_option("second")
        tab.locator("[name=days]").fill("30")
        tab.locator("form.stack [name=reason]").fill("joins the case")
        tab.get_by_role("button", name="Grant the clearance").press("Enter")
        expect(tab.get_by_role("status")).to_be_visible()
        office.app.perform("second", SearchTracks(case_id=office.case.id))
        row = tab.locator("tr", has_text="second").first
        expect(row).to_contain_text("in force")
        row.get_by_role("textbox").fill("left the service")
        tab.get_by_role("button", name="Withdraw the clearance of second").press("Enter")
        expect(tab.locator("tr", has_text="second").first).to_contain_text("withdrawn")
    for many in ("0", "0000010970", "000000001" + "9" * 20, "9" * 5000):
        told = {"agent": "second", "days": many, "reason": "x"}
        assert office.send("head", "/administration/clearance", **told) == 400
    with pytest.raises(Refused, match="clearance-withdrawn"):
        office.app.perform("second", SearchTracks(case_id=office.case.id))


@pytest.mark.parametrize("name", ["officer", "judge", "referent", "auditor"])
def test_nobody_else_administers(office: Office, name: str) -> None:
    with pytest.raises(Refused, match="role"):
        office.app.perform(name, InspectInstallation())
    with office.tab(name, checked=False) as tab:
        answer = tab.goto(f"{office.address}/administration")
        assert answer is not None
        assert answer.status == 403
        page = tab.request.get(f"{office.address}/account").text()
        token = re.search('name="csrf" value="([^"]+)"', page)
        assert token is not None
        sent = tab.request.post(
            f"{office.address}/administration/clearance",
            form={"csrf": token[1], "agent": "officer", "days": "9", "reason": "mine"},
            headers={"origin": office.address},
        )
        assert sent.status == 403
