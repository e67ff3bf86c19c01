"""The interface for programs, on a real server of loopback: example client, refusals, tokens."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from scelle.model.acts import SetPassword
from scelle.model.signing import SignInMethod
from scelle.web.desk import Desk
from scelle.web.guard import COOKIE
from scelle.web.limits import Limit

Office = Any
ROOT = Path(__file__).parents[2]
KNOWN: dict[str, Callable[[Any], str]] = {
    "case_id": lambda office: office.case.id,
    "track_id": lambda office: f"{office.exhibit.id}-1",
}
WORDS = "four grey geese on a wet roof"


@pytest.fixture(scope="module")
def client(office: Office) -> Iterator[httpx.Client]:
    """Somebody who asks nothing but what the tests give."""
    with httpx.Client(base_url=f"{office.address}/api/v1") as asking:
        yield asking


@pytest.fixture(scope="module")
def token(office: Office) -> Callable[[str], dict[str, str]]:
    """The header of a session of somebody."""

    def begin(name: str) -> dict[str, str]:
        person = office.app.sign_ins.person(name)
        held = office.page.state.sessions.begin(person, SignInMethod.PASSWORD)
        return {"Authorization": f"Bearer {held}"}

    return begin


def run_example(office: Office, folder: Path, name: str, *more: str) -> Any:
    return subprocess.run(
        [
            sys.executable, ROOT / "tools" / "client.py", office.address, name,
            "--reason", "requisition 12", "--output", folder / "clip.mp4", *more,
        ],
        env={"SCELLE_PASSWORD": WORDS}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_example_signs_in_searches_and_takes_a_clip(office: Office, tmp_path: Path) -> None:
    office.app.perform("officer", SetPassword(password=WORDS))
    done = run_example(office, tmp_path, "officer", "--colour", "red", "--case", "PV 12")
    assert done.returncode == 0, done.stderr
    assert "PV 12  open" in done.stdout
    assert "1 tracks; recordings not looked at whole: 0" in done.stdout
    assert b"ftyp" in (tmp_path / "clip.mp4").read_bytes()[:32]
    # What left the door is gone from where it was made.
    assert not list((office.app.settings.home / "exports").glob(".answer-*"))
    wrong = run_example(office, tmp_path, "head", "--colour", "red")
    assert wrong.returncode == 1
    assert wrong.stderr == "Forbidden\n"


def test_every_operation_answers_as_described(
    office: Office, client: httpx.Client, token: Callable[[str], dict[str, str]]
) -> None:
    officer = token("officer")
    told = client.get("/openapi.json").json()
    page = (ROOT / "docs" / "api.md").read_text()
    assert set(re.findall(r"`([A-Z]+ /api/v1/\S+)` \|", page)) == {
        f"{method.upper()} {path}" for path, each in told["paths"].items() for method in each
    }
    assert told["openapi"].startswith("3.1")
    for path, operations in told["paths"].items():
        for method, each in operations.items():
            assert each["summary"]
            assert ("security" in each) == ((method, path) != ("post", "/api/v1/session"))
            problems = [a for code, a in each["responses"].items() if code >= "400"]
            assert problems
            assert all(list(a["content"]) == ["application/problem+json"] for a in problems)
    (case,) = client.get("/cases", headers=officer).json()
    assert (case["id"], case["reference"]) == (office.case.id, "PV 12")
    file = client.get(f"/cases/{office.case.id}", headers=officer).json()
    assert [e["sha256"] for e in file["exhibits"]] == [office.exhibit.sha256]
    found = client.get(f"/cases/{office.case.id}/tracks?colour=red", headers=officer).json()
    (track,) = found["tracks"]
    assert found["found"] == 1
    assert track["real_time"].startswith("2026-03-01T14:00:0")
    assert client.get(f"/cases/{office.case.id}/tracks?colour=green", headers=officer).json() == {
        "found": 0, "page": 1, "per_page": 100, "tracks": [], "unread": [],
    }  # fmt: skip
    own = f"/cases/{office.case.id}/tracks/{track['id']}/note"
    for text in ("a strap", "a strap on the left"):
        written = client.put(own, json={"text": text}, headers=officer)
        assert (written.status_code, written.json()["agent_id"]) == (200, "officer")
    notes = client.get(f"/cases/{office.case.id}/notes", headers=token("judge")).json()
    assert [(n["track_id"], n["text"]) for n in notes] == [(track["id"], "a strap on the left")]
    assert client.put(own, json={"text": "x"}, headers=token("judge")).status_code == 403
    assert client.put(own, json={"text": ""}, headers=officer).json()["text"] == ""
    assert client.get(f"/cases/{office.case.id}/notes", headers=officer).json() == []
    picture = client.get(f"/cases/{office.case.id}/tracks/{track['id']}/picture", headers=officer)
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content[:2] == b"\xff\xd8"
    size, root = office.app.ledger_head()
    assert client.get("/ledger", headers=officer).json() == {"size": size, "root": root}


def test_a_sketched_path_keeps_who_goes_along_it(
    office: Office, client: httpx.Client, token: Callable[[str], dict[str, str]]
) -> None:
    path, officer = f"/cases/{office.case.id}/tracks", token("officer")

    def asked(**more: str) -> httpx.Response:
        return client.get(path, params=more, headers=officer)

    # Somebody walks to the right, the feet at 190 of 240.
    assert asked(path="60,188 160,192 260,190").json()["found"] == 1
    assert asked(path="260,190 160,192 60,188").json()["found"] == 0
    assert asked(path="60,150 260,150").json()["found"] == 0
    assert asked(path="60,150 260,150", within="60").json()["found"] == 1
    for wrong in ({"path": "60,188"}, {"path": "9,9 9,9"}, {"path": "a"}, {"within": "0"}):
        answer = asked(**wrong)
        assert answer.status_code in (400, 422), wrong
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_clip_has_its_digest_and_a_refusal_its_reasons(
    office: Office, client: httpx.Client, token: Callable[[str], dict[str, str]]
) -> None:
    path = f"/cases/{office.case.id}/clips"
    span = {
        "exhibit_id": office.exhibit.id,
        "start_ms": 1000,
        "length_ms": 1000,
        "reason": "seal 7",
    }
    clip = client.post(path, json=span, headers=token("officer"))
    assert clip.status_code == 200
    digest = hashlib.sha256(clip.content).digest()
    assert clip.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest).decode()}:"
    refused = client.post(path, json=span, headers=token("auditor"))
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    (reason, *_) = refused.json()["reasons"]
    assert set(reason) == {"rule", "article", "text", "remedy"}
    wrongs: tuple[Any, ...] = (
        {**span, "length_ms": 0},
        {**span, "start_ms": "1000"},
        {**span, "x": 1},
        [],
    )
    for wrong in wrongs:
        answer = client.post(path, json=wrong, headers=token("officer"))
        assert answer.status_code in (400, 422), wrong
        assert answer.headers["content-type"] == "application/problem+json"
    assert not list((office.app.settings.home / "exports").glob(".answer-*"))


def test_of_a_clip_nothing_lies_in_the_clear_and_it_ends_with_the_right_to_it(
    office: Office,
    client: httpx.Client,
    token: Callable[[str], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left, changes = list[Path](), [""]
    authority = Desk.authority

    def looked_at(desk: Desk, case_id: str) -> str:
        left.extend((office.app.settings.home / "exports").glob(".answer-*"))
        return authority(desk, case_id) + changes.pop(0)

    monkeypatch.setattr(Desk, "authority", looked_at)
    span = {"exhibit_id": office.exhibit.id, "start_ms": 1000, "length_ms": 500, "reason": "x"}
    for changes in (["", ""], ["", "suspended"]):
        with pytest.raises(httpx.RemoteProtocolError) if any(changes) else nullcontext():
            clip = client.post(
                f"/cases/{office.case.id}/clips", json=span, headers=token("officer")
            )
            assert clip.headers["content-disposition"] == 'attachment; filename="clip.mp4"'
        assert (changes, left) == ([], [])


def test_a_token_alone_lets_in_and_only_while_its_session_lasts(
    office: Office, client: httpx.Client, token: Callable[[str], dict[str, str]]
) -> None:
    officer = token("officer")
    held = officer["Authorization"].removeprefix("Bearer ")
    # A browser sends cookies by itself, for whatever page: they say nothing here.
    assert client.get("/cases", headers={"Cookie": f"{COOKIE}={held}"}).status_code == 401
    away = {**officer, "Origin": "http://elsewhere.example"}
    assert client.request("DELETE", "/session", headers=away).status_code == 403
    cross = {**officer, "Sec-Fetch-Site": "cross-site"}
    assert client.get("/cases", headers=cross).status_code == 403
    assert client.request("DELETE", "/session", headers=officer).status_code == 204
    over = client.get("/cases", headers=officer)
    assert (over.status_code, over.headers["www-authenticate"]) == (401, "Bearer")
    assert over.json()["detail"]
    invited = office.app.sign_ins.person("officer")
    enrolling = office.page.state.sessions.begin(invited, SignInMethod.INVITATION)
    header = {"Authorization": f"Bearer {enrolling}"}
    assert client.get("/cases", headers=header).status_code == 401
    assert client.get("/nowhere", headers=token("officer")).json()["status"] == 404
    absent = client.put("/cases", headers=token("officer"))
    assert (absent.status_code, absent.json()["title"]) == (405, "Method Not Allowed")


def test_what_schemathesis_sends_is_answered_as_described(
    office: Office, token: Callable[[str], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Limit, "allows", lambda *_: True)
    schema = schemathesis.openapi.from_url(f"{office.address}/api/v1/openapi.json")
    officer = token("officer")
    asked: Counter[str] = Counter()
    answered: Counter[int] = Counter()

    def check(operation: Any, mode: GenerationMode) -> None:
        @settings(
            max_examples=6, derandomize=True, database=None, deadline=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            # Half of what is well formed is asked of the case that is there.
            if mode is GenerationMode.POSITIVE and asked[operation.label] % 2:
                for name, known in KNOWN.items():
                    if name in (case.path_parameters or {}):
                        case.path_parameters[name] = known(office)
            asked[operation.label] += 1
            answer = case.call(headers=officer)
            answered[answer.status_code] += 1
            case.validate_response(answer)

        one()

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        # Signing out would end what the others need.
        if operation.method != "delete":
            check(operation, GenerationMode.POSITIVE)
            check(operation, GenerationMode.NEGATIVE)
    # Every other operation was asked, and both sorts of answers were held against the description.
    assert len(asked) == 9
    assert {200, 422}.issubset(answered), answered
