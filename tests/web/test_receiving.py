"""Receiving and analysing recordings, in a real Chromium."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from scelle.errors import Refused
from scelle.model.acts import BeginUpload, ChangeMandate, ConsultCase
from scelle.model.evidence import MandateState
from scelle.operations import uploads

Office = Any


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, street: Any) -> Path:
    """A recording that was closed an hour ago, in a folder of its own."""
    path = tmp_path_factory.mktemp("from") / "night.mp4"
    street(path)
    # Other bytes than those of the office's own recording: a free box at the end.
    path.write_bytes(path.read_bytes() + b"\0\0\0\x0cfree1234")
    os.utime(path, (time.time() - 3600,) * 2)
    return path


def exhibits(office: Office) -> tuple[Any, ...]:
    read = office.app.perform("officer", ConsultCase(case_id=office.case.id))
    found: tuple[Any, ...] = read.exhibits
    return found


def objects(office: Office) -> list[str]:
    folder = office.app.settings.home / "vault" / office.case.id / "upload"
    return sorted(p.name for p in folder.glob("*")) if folder.is_dir() else []


def state(tab: Any, camera: str = "yard", origin: str = "seal 8") -> None:
    tab.locator("#camera").fill(camera)
    tab.locator("#origin").fill(origin)


def test_a_digest_of_parts_is_that_of_hashlib(office: Office) -> None:
    parts = [b"", b"a", b"abc" * 18, b"x" * 55, b"y" * 64, bytes(range(256)) * 33, b"z" * 63]
    with office.tab("officer") as tab:
        tab.goto(f"{office.address}/case/{office.case.id}/receive")
        told = tab.evaluate(
            """async (parts) => {
              const { Sha256 } = await import("/static/receive/hash.js");
              return parts.map((_, n) => {
                const hash = new Sha256();
                for (const part of parts.slice(0, n + 1)) hash.update(Uint8Array.from(part));
                return hash.digest();
              });
            }""",
            [list(p) for p in parts],
        )
    assert told == [hashlib.sha256(b"".join(parts[: n + 1])).hexdigest() for n in range(len(parts))]


def test_a_recording_is_received_by_keyboard_and_recognised_again(
    office: Office, night: Path
) -> None:
    before = {e.id for e in exhibits(office)}
    with office.tab("officer", language="fr", timezone_id="Europe/Paris") as tab:
        tab.goto(f"{office.address}/case/{office.case.id}")
        tab.get_by_role("link", name="Recevoir des enregistrements").press("Enter")
        tab.wait_for_url("**/receive*")
        tab.locator("#some").set_input_files([night])
        go = tab.get_by_role("button", name="Recevoir", exact=True)
        # Nothing is sent until what must be stated is, and the first gap has the focus.
        go.press("Enter")
        expect(tab.locator("#wrong-camera")).to_have_text("Ceci doit être déclaré.")
        expect(tab.locator("#camera")).to_be_focused()
        tab.keyboard.type("cour")
        expect(tab.locator("#wrong-camera")).to_be_hidden()
        tab.locator("#origin").fill("scellé 8")
        # The offset is the stated day's, not today's, until somebody states another.
        for month, offset in (("07", "+02:00"), ("03", "+01:00")):
            tab.locator("#recorded_at").fill(f"2026-{month}-01T14:00:00")
            expect(tab.locator("#zone")).to_have_value(offset)
        tab.locator("#zone").fill("1")
        tab.locator("#recorded_at").fill("2026-03-01T14:00:00")
        expect(tab.locator("#wrong-zone")).to_be_visible()
        tab.locator("#zone").fill("+01:00")
        tab.locator("#clock_offset").fill("-1,5")
        go.press("Enter")
        expect(tab.locator("#files li")).to_contain_text("Il est arrivé")
        sha256 = hashlib.sha256(night.read_bytes()).hexdigest()
        expect(tab.locator("#files code")).to_have_text(sha256)
        expect(tab.locator("#work .job")).to_contain_text("Reçu.", timeout=20_000)
        expect(tab.locator("#work .job")).to_contain_text(sha256)
        expect(tab.locator("#work-said")).to_contain_text("night.mp4 : terminé")
        assert tab.title().startswith("night.mp4 : terminé")
        (made,) = [e for e in exhibits(office) if e.id not in before]
        assert (made.camera, made.origin, made.sha256) == ("cour", "scellé 8", sha256)
        assert made.clock.recorded_at.isoformat() == "2026-03-01T14:00:00+01:00"
        assert float(made.clock.offset) == -1.5
        assert objects(office) == []
        tab.locator("#some").set_input_files([night])
        go.click()
        expect(tab.locator("#work .job")).to_have_count(2)
        expect(tab.locator("#work")).to_contain_text("c'est le même scellé", timeout=20_000)
        # Nobody has analysed it, so no picture of it is shown; what its clock showed can be stated.
        tab.get_by_role("link", name="Déclarer son horloge").first.click()
        expect(tab.locator("main")).to_contain_text("une fois qu'il est analysé")
        first = tab.locator("form:has([name=recorded_at])")
        first.locator("[name=recorded_at]").fill("2026-07-01T14:00:00")
        first.locator("[name=reason]").fill("erreur de saisie")
        first.get_by_role("button").click()
        assert tab.url.count("done=") == 0, "an offset must be stated"
        first.locator("[name=zone]").fill("+02:00")
        first.get_by_role("button").click()
        expect(tab.get_by_role("status")).to_be_visible()
    assert len(exhibits(office)) == len(before) + 1
    (made,) = [e for e in exhibits(office) if e.id not in before]
    assert made.clock.recorded_at.isoformat() == "2026-07-01T14:00:00+02:00"
    assert objects(office) == []


def test_a_killed_upload_goes_on_at_the_last_chunk(
    office: Office, night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "CHUNK", 2048)
    path = night.with_name("killed.mp4")
    path.write_bytes(night.read_bytes() + b"\0\0\0\x0cfree5678")
    os.utime(path, (time.time() - 3600,) * 2)
    chunks = -(-path.stat().st_size // 2048)
    assert chunks > 4
    place = f"{office.address}/case/{office.case.id}/receive"
    gone: list[None] = []
    with office.tab("officer", checked=False) as tab:
        tab.goto(place)
        # The browser is gone after the third chunk.
        tab.route("**/receive/*/3", lambda route: gone.append(route.abort()))
        tab.locator("#some").set_input_files([path])
        state(tab)
        tab.locator("#go").click()
        expect(tab.locator("#files li")).to_contain_text("did not arrive")
        # Another press tries again what has not arrived, without choosing it anew.
        tab.locator("#go").click()
        until = time.monotonic() + 20
        while len(gone) < 2:
            assert time.monotonic() < until
            tab.wait_for_timeout(50)
        expect(tab.locator("#files li")).to_contain_text("did not arrive")
    assert len(objects(office)) == 4
    sent: list[str] = []
    with office.tab("officer") as tab:
        tab.on("request", lambda r: sent.append(r.url) if r.method == "PUT" else None)
        tab.goto(place)
        tab.locator("#some").set_input_files([path])
        state(tab)
        tab.locator("#go").click()
        expect(tab.locator("#work")).to_contain_text("killed.mp4")
        expect(tab.locator("[data-name='killed.mp4']")).to_contain_text("Received", timeout=20_000)
    assert [int(url.rpartition("/")[2]) for url in sent] == list(range(3, chunks))
    assert objects(office) == []


def test_a_file_that_changes_is_not_received(
    office: Office, night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "CHUNK", 2048)
    path = night.with_name("growing.mp4")
    path.write_bytes(night.read_bytes() + b"\0\0\0\x0cfreegrow")
    before = len(exhibits(office))
    with office.tab("officer", checked=False) as tab:
        tab.goto(f"{office.address}/case/{office.case.id}/receive")

        def grow(route: Any) -> None:
            with path.open("ab") as file:
                file.write(b"more")
            route.continue_()

        tab.route("**/receive/*/1", grow)
        tab.locator("#some").set_input_files([path])
        state(tab)
        tab.locator("#go").click()
        expect(tab.locator("#files li")).to_contain_text("It changed while it was read")
    assert len(exhibits(office)) == before


def test_what_is_no_video_says_so_in_words(office: Office, night: Path) -> None:
    path, before = night.with_name("notes.mp4"), objects(office)
    path.write_bytes(b"this is no recording " * 99)
    os.utime(path, (time.time() - 3600,) * 2)
    with office.tab("officer") as tab:
        tab.goto(f"{office.address}/case/{office.case.id}/receive")
        tab.locator("#some").set_input_files([path])
        state(tab)
        tab.locator("#go").click()
        job = tab.locator("[data-name='notes.mp4']")
        expect(job).to_contain_text("failed", timeout=20_000)
        expect(job.locator(".notice.bad")).to_contain_text("not a video container")
    assert objects(office) == before


def test_an_empty_file_says_so_and_is_not_to_be_sent_again(office: Office, night: Path) -> None:
    path = night.with_name("nothing.mp4")
    path.write_bytes(b"")
    # The refusal of the upload is logged in the browser's console.
    with office.tab("officer", language="fr", checked=False) as tab:
        tab.goto(f"{office.address}/case/{office.case.id}/receive")
        tab.locator("#some").set_input_files([path])
        state(tab)
        tab.locator("#go").click()
        files = tab.locator("#files")
        expect(files).to_contain_text("Ce fichier est vide")
        expect(files).to_contain_text("Choisissez un autre fichier")
        expect(files).not_to_contain_text("à nouveau")


def test_a_suspended_mandate_stops_an_upload(office: Office, night: Path) -> None:
    change = {"case_id": office.case.id, "mandate_id": office.mandate.id, "reason": "test"}
    stated = {"camera": "c", "origin": "o", "case_id": office.case.id, "modified_ms": 0}
    upload = office.app.perform("officer", BeginUpload(name="a.mp4", size=3, **stated))
    try:
        office.app.perform("judge", ChangeMandate(state=MandateState.SUSPENDED, **change))
        with pytest.raises(Refused):
            upload.put(0, hashlib.sha256(b"abc").hexdigest(), b"abc")
        with office.tab("officer", checked=False) as tab:
            tab.goto(f"{office.address}/case/{office.case.id}/receive")
            tab.locator("#some").set_input_files([night])
            state(tab)
            tab.locator("#go").click()
            expect(tab.locator("#files [data-part=why]")).to_contain_text("suspended")
    finally:
        office.app.perform("judge", ChangeMandate(state=MandateState.ACTIVE, **change))


@pytest.mark.parametrize(
    ("name", "reads"),
    [("judge", True), ("referent", True), ("auditor", True), ("head", False), ("root", False)],
)
def test_nobody_but_investigators_brings_or_analyses(
    office: Office, name: str, reads: bool
) -> None:
    place = f"{office.address}/case/{office.case.id}"
    with office.tab(name, checked=False) as tab:
        for page in ("receive", "analyse"):
            answer = tab.goto(f"{place}/{page}")
            assert answer is not None
            assert answer.status == (200 if reads else 403)
            assert tab.locator("#stated, form.stack").count() == 0
        sent = tab.request.post(
            f"{place}/receive/begin",
            data={"name": "a.mp4", "size": 3, "modified_ms": 0, "camera": "c", "origin": "o",
                  "recorded_at": "", "clock_offset": "", "clock_proof": ""},
            headers={"origin": office.address, "sec-fetch-site": "same-origin"},
        ).status  # fmt: skip
        assert sent == 403


def test_a_reference_point_is_seen_in_a_picture_and_bounds_the_clock(office: Office) -> None:
    with office.tab("officer") as tab:
        tab.goto(f"{office.address}/case/{office.case.id}")
        tab.get_by_role("link", name="Clock", exact=True).first.click()
        tab.locator("[name=at]").fill("99")
        tab.get_by_role("button", name="Show").click()
        expect(tab.locator("[role=alert]").first).to_contain_text("ends before that second")
        tab.locator("[name=at]").fill("2")
        tab.get_by_role("button", name="Show").click()
        until = time.monotonic() + 20
        while tab.evaluate("document.querySelector('video').readyState") < 2:
            assert time.monotonic() < until
            tab.wait_for_timeout(50)
        tab.locator("[name=real]").fill("2026-03-01T14:00:05")
        tab.locator("[name=recorder]").fill("2026-03-01T14:00:02")
        tab.locator("[name=within]").fill("0,5")
        for zone in ("real_zone", "recorder_zone"):
            tab.locator(f"[name={zone}]").fill("+01:00")
        tab.locator("[name=proof]").fill("speaking clock beside the screen")
        point = tab.locator("form:has([name=real])")
        point.locator("[name=reason]").fill("the clock was photographed")
        point.get_by_role("button", name="State it").click()
        expect(tab.get_by_role("status")).to_be_visible()
        expect(tab.locator("tbody tr")).to_contain_text("speaking clock")
        expect(tab.locator("tbody a")).to_have_text("0:02.0")
    (exhibit,) = [e for e in exhibits(office) if e.id == office.exhibit.id]
    assert (exhibit.clock.references[0].still_ms, float(exhibit.clock.offset)) == (2000, 3.0)
    with office.tab("auditor", checked=False) as tab:
        tab.goto(f"{office.address}/case/{office.case.id}/clock/{office.exhibit.id}?at=2")
        assert tab.locator("video, form.stack").count() == 0
