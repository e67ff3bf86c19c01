"""The auditor's console in a real Chromium, and what everybody may read without signing in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from scelle.errors import Refused
from scelle.model.acts import SearchTracks

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
        tab.get_by_role("link", name="Parcourir").click()
        expect(tab.locator("tbody tr")).to_have_count(50)
        first = tab.locator("tbody th").first.inner_text()
        with tab.expect_download() as coming:
            tab.get_by_role("button", name=f"Preuve de {first}").click()
        file = json.loads(Path(coming.value.path()).read_text())
        (entry,) = file["entries"]
        assert (file["format"], entry["seq"]) == ("scelle-proof-1", int(first))
        assert file["checkpoint"].startswith("scelle/")
        tab.get_by_role("link", name="Plus anciennes").click()
        last = int(tab.locator("tbody th").first.inner_text())
        assert last == int(first) - 50
    assert not list(office.app.settings.home.glob("exports/proof-*"))


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
        for place in ("/oversight", "/oversight/entries"):
            answer = tab.goto(office.address + place)
            assert answer is not None
            assert answer.status == 403
        assert tab.locator("nav.places a[href^='/oversight']").count() == 0
