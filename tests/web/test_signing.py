"""Mandates are signed with a passkey, in a real Chromium with a virtual authenticator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from scelle.bootstrap import App, open_app
from scelle.law.statement import mandate_digest
from scelle.model.acts import ChangeMandate, GrantMandate, OpenCase, RegisterAgent
from scelle.model.evidence import Case, Mandate, MandateState, Power, Role
from scelle.model.signing import CredentialKind
from scelle.operations.sign import verify
from scelle.settings import Settings
from scelle.store.signing import SigningStore
from scelle.web import create_app, entrance, sign_in_path
from scelle.web.entrance import Challenges


@dataclass
class Served:
    """An installation whose pages are served in the name of a magistrate."""

    app: App
    case: Case
    mandate: Mandate
    port: int
    token: str

    @property
    def place(self) -> str:
        return f"/mandate/{self.case.id}/{self.mandate.id}"

    def signatures(self) -> tuple[Any, ...]:
        return SigningStore(self.app._engine, self.app._records).signatures(self.mandate.id)


@pytest.fixture
def served(
    tmp_path: Path, serving: Callable[[Any], AbstractContextManager[str]]
) -> Iterator[Served]:
    with open_app(Settings(home=tmp_path / "home")) as app:
        for name, role in (("root", Role.ADMINISTRATOR), ("judge", Role.MAGISTRATE)):
            act = RegisterAgent(agent_id=name, roles=frozenset({role}), service="court")
            app.perform("root", act)
        case = app.perform(
            "judge",
            OpenCase(
                reference="PV 12",
                framework="preliminaire",
                service="SR-1",
                offence_family="theft",
                demonstration=True,
            ),
        )
        now = datetime.now(UTC)
        mandate = app.perform(
            "judge",
            GrantMandate(
                case_id=case.id,
                powers=frozenset({Power.RECEIVE, Power.ANALYSE}),
                valid_from=now,
                valid_to=now + timedelta(days=3),
                cameras=frozenset({"quay"}),
            ),
        )
        page = create_app(app, "judge")
        with serving(page) as address:
            yield Served(app, case, mandate, urlsplit(address).port or 0, sign_in_path(page))


def tab(chromium: Browser, served: Served, language: str, *, verified: bool = True) -> Page:
    """A signed-in tab at the mandate's page, with an authenticator plugged in."""
    context = chromium.new_context(locale=language, viewport={"width": 1100, "height": 1200})
    page: Page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"http://localhost:{served.port}{served.token}")
    page.goto(f"http://localhost:{served.port}{served.place}")
    return page


def test_a_magistrate_signs_with_a_passkey(chromium: Browser, served: Served) -> None:
    page = tab(chromium, served, "fr-FR")
    assert page.locator("h1").inner_text() == "Autorisation dans la procédure PV 12"
    digest = mandate_digest(served.mandate).hex()
    expect(page.get_by_text("Personne ne l'a signée.")).to_be_visible()
    expect(page.get_by_text(digest).first).to_be_visible()
    page.get_by_role("button", name="Créer une clé d'accès").click()
    page.wait_for_url(re.compile("lang=fr"))
    assert served.signatures() == ()
    page.get_by_role("button", name="Signer avec une clé d'accès").click()
    expect(page.get_by_text(f"a signé l'empreinte {digest}.")).to_be_visible()
    expect(page.get_by_text("C'est celle de cette autorisation.")).to_be_visible()
    (kept,) = served.signatures()
    assert (kept.agent_id, kept.digest) == ("judge", digest)
    store = SigningStore(served.app._engine, served.app._records)
    credential = store.credential(kept.credential_id)
    assert credential
    assert credential.kind is CredentialKind.PASSKEY
    # Anybody can check it again, and it is good for this mandate alone.
    verify_anew = {**credential.__dict__, "sign_count": 0}
    verify(type(credential)(**verify_anew), bytes.fromhex(digest), kept.evidence)
    assert served.app.verify_ledger().ok
    # The page of the case tells it too.
    page.get_by_role("link", name="Retour à la procédure").click()
    expect(page.get_by_text("Signée par judge")).to_be_visible()
    page.context.close()


def test_it_is_told_in_english_and_nothing_is_signed_when_the_passkey_does_not_know_the_person(
    chromium: Browser, served: Served
) -> None:
    page = tab(chromium, served, "en-GB", verified=False)
    expect(page.get_by_text("Only the cameras quay.")).to_be_visible()
    page.get_by_role("button", name="Sign with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was signed")
    assert served.signatures() == ()
    page.context.close()


def test_at_its_number_the_page_says_where_to_sign(chromium: Browser, served: Served) -> None:
    page = chromium.new_context(locale="en-GB").new_page()
    page.goto(f"http://127.0.0.1:{served.port}{served.token}")
    page.goto(f"http://127.0.0.1:{served.port}{served.place}")
    expect(page.get_by_text(f"http://localhost:{served.port}{served.place}")).to_be_visible()
    assert page.locator("script").count() == 0
    page.context.close()


def post(served: Served, path: str, origin: str | None, **fields: str) -> httpx.Response:
    headers = {"origin": origin} if origin else {}
    address = f"http://localhost:{served.port}"
    with httpx.Client(base_url=address) as client:
        client.get(served.token)
        own = re.search('name="csrf" value="([^"]+)"', client.get(served.place).text)
        assert own
        return client.post(
            f"{served.place}/{path}",
            content=urlencode({"csrf": own[1], **fields}),
            headers={**headers, "content-type": "application/x-www-form-urlencoded"},
        )


def test_forms_of_others_old_ones_and_nonsense_are_refused(served: Served) -> None:
    own = f"http://localhost:{served.port}"
    answer = json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {}})
    for origin in (None, "http://localhost:1", "https://elsewhere.example"):
        assert post(served, "sign", origin, answer=answer).status_code == 403
    assert "session that is over" in post(served, "sign", own, csrf="x", answer=answer).text
    assert "not made for this page" in post(served, "enrol", own, answer=answer).text
    assert "no answer of a passkey" in post(served, "sign", own, answer="nonsense").text
    assert "no answer of a passkey" in post(served, "sign", own).text
    assert "has not enrolled" in post(served, "sign", own, answer=answer).text
    assert "too long" in post(served, "sign", own, answer="x" * 70000).text
    assert served.signatures() == ()


def test_a_challenge_is_good_for_a_while_and_then_forgotten(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[Challenges] = []
    give = Challenges.give

    def giving(challenges: Challenges) -> str:
        held.append(challenges)
        return give(challenges)

    monkeypatch.setattr(Challenges, "give", giving)
    own = f"http://localhost:{served.port}"
    answer = json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {}})
    with httpx.Client(base_url=own) as client:
        client.get(served.token)
        for kept, seconds in ((True, 300), (False, 0)):
            monkeypatch.setattr(entrance, "_ANSWERED", timedelta(seconds=seconds))
            for _ in range(3):
                shown = client.get(served.place).text
            assert len(held[-1]._given) == (3 if kept else 1)
            challenge = held[-1].give()
            csrf = re.search('name="csrf" value="([^"]+)"', shown)
            assert csrf
            sent = client.post(
                f"{served.place}/enrol", headers={"origin": own},
                data={"csrf": csrf[1], "answer": answer, "challenge": challenge},
            )  # fmt: skip
            assert ("not made for this page" in sent.text) is not kept


def test_a_suspended_mandate_says_so_and_another_case_s_is_not_there(served: Served) -> None:
    act = ChangeMandate(
        case_id=served.case.id, mandate_id=served.mandate.id, state=MandateState.SUSPENDED
    )
    served.app.perform("judge", act)
    with httpx.Client(base_url=f"http://localhost:{served.port}") as client:
        client.get(served.token)
        told = client.get(served.place, headers={"accept-language": "en"})
        assert "suspended" in told.text
        assert "script-src 'self'" in told.headers["content-security-policy"]
        other = client.get(f"/mandate/{served.case.id}/nothing")
        assert other.status_code == 404
        assert "There is no mandate" in other.text
