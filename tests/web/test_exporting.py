"""Copies are exported on the pages, fetched by who exported them, and listed with their hash."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import pytest
from playwright.sync_api import expect

from scelle.bootstrap import open_app
from scelle.errors import BadInput, NotFound, Refused
from scelle.model.acts import (
    ChangeMandate,
    ChangeZone,
    ConsultCopies,
    ConsultLedger,
    ExportClip,
    FetchCopy,
    GrantClearance,
    MakeStill,
    MakeSynopsis,
    MarkZone,
    RecallCopy,
    RegisterAgent,
)
from scelle.model.copies import Copy, Waiting
from scelle.model.evidence import MandateState, Role
from scelle.model.stills import Still
from scelle.model.synopsis import Hours
from scelle.model.zones import Keyframe
from scelle.operations.keeping import WAITS_S
from scelle.store.keys import Keyring
from scelle.store.vault import Vault
from scelle.web.desk import Desk
from scelle.web.exporting import _blocks, _taken
from scelle.web.sessions import ASKER

Office = Any


def clip(office: Office, **more: Any) -> ExportClip:
    asked: dict[str, Any] = {
        "start_ms": 1000,
        "end_ms": 2000,
        "output": Path("clip.mp4"),
        "kept": True,
    } | more
    return ExportClip(case_id=office.case.id, exhibit_ids=(office.exhibit.id,), **asked)


def exported(office: Office, **more: Any) -> Waiting:
    made: Waiting = office.app.perform("officer", clip(office, reason="for the file", **more))
    return made


def fetching(office: Office, entry: int) -> FetchCopy:
    return FetchCopy(case_id=office.case.id, exhibit_ids=(office.exhibit.id,), copy=entry)


def fetch(office: Office, entry: int, agent: str = "officer") -> bytes:
    with office.app.perform(agent, fetching(office, entry)).file as file:
        return bytes(file.read())


def downloading(office: Office, entry: int) -> Iterator[bytes]:
    """Blocks of a download that has begun."""
    desk = Desk(office.app)
    ASKER.set("officer")
    return _blocks(desk, fetching(office, entry), *_taken(desk, fetching(office, entry)))


def recall(office: Office, entry: int) -> None:
    notice = office.app.settings.home / "exports" / f"recall-{entry}.pdf"
    told = {"case_id": office.case.id, "copy": entry, "reason": "withdrawn"}
    office.app.perform("judge", RecallCopy(output=notice, **told))


def refusals(office: Office) -> int:
    """How many are counted in the case."""
    entries = office.app.perform("auditor", ConsultLedger(case_id=office.case.id))
    return sum(e.disclosed["result"] == "refused" for e in entries)


@contextmanager
def suspended(office: Office) -> Iterator[None]:
    told = {"case_id": office.case.id, "mandate_id": office.mandate.id, "reason": "test"}
    office.app.perform("judge", ChangeMandate(state=MandateState.SUSPENDED, **told))
    try:
        yield
    finally:
        office.app.perform("judge", ChangeMandate(state=MandateState.ACTIVE, **told))


def copies(office: Office) -> dict[int, Copy]:
    return {c.entry: c for c in office.app.perform("judge", ConsultCopies(case_id=office.case.id))}


def test_a_copy_waits_sealed_and_whoever_exported_it_alone_takes_it_out(office: Office) -> None:
    made = exported(office, recipient="the prosecutor")
    home = office.app.settings.home
    left = [*home.glob("exports/.answer-*"), *home.rglob("*.mp4")]
    assert left == []
    sealed = home / "vault" / office.case.id / "copy" / str(made.entry)
    assert b"ftyp" not in sealed.read_bytes()
    data = fetch(office, made.entry)
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (made.sha256, made.size)
    told = copies(office)[made.entry]
    assert (told.name, told.sha256, told.waits) == ("clip.mp4", made.sha256, True)
    assert (told.recipient, told.exhibit_ids) == ("the prosecutor", (office.exhibit.id,))
    for agent in ("judge", "auditor", "root"):
        with pytest.raises(Refused):
            fetch(office, made.entry, agent)
    roles, now = frozenset({Role.INVESTIGATOR}), datetime.now(UTC)
    office.app.perform("root", RegisterAgent(agent_id="deputy", roles=roles, service="sr"))
    cleared = GrantClearance(
        agent_id="deputy", service="sr", valid_from=now, valid_to=now + timedelta(days=1)
    )
    office.app.perform("head", cleared)
    for agent, entry in (("deputy", made.entry), ("officer", made.entry + 1)):
        with pytest.raises(NotFound):
            fetch(office, entry, agent)


def test_what_the_law_no_longer_grants_is_not_handed_out_though_it_was_made(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = exported(office)
    with suspended(office), pytest.raises(Refused, match="suspended"):
        fetch(office, made.entry)
    assert fetch(office, made.entry)
    going_on, under_way = downloading(office, made.entry), downloading(office, made.entry)
    monkeypatch.setattr("scelle.web.exporting._BLOCK", 1000)
    assert len(next(going_on)) == len(next(under_way)) == 1000
    with suspended(office), pytest.raises(Refused, match="suspended"):
        next(under_way)
    # It was asked for again, and granted: what was suspended is in force.
    assert sum(map(len, going_on)) == made.size - 1000
    under_way = downloading(office, made.entry)
    assert made.waits()
    recall(office, made.entry)
    assert not made.waits()
    with pytest.raises(NotFound, match="called back or erased"):
        next(under_way)
    with pytest.raises(BadInput, match="called back"):
        fetch(office, made.entry)
    home = office.app.settings.home
    assert not (home / "vault" / office.case.id / "copy" / str(made.entry)).exists()
    # Whoever has the case's key can alter what was kept of the ledger: nothing is granted by it.
    vault, key = Vault(home / "vault"), Keyring(home).case_key(office.case.id)
    kept = json.loads(vault.read(office.case.id, "told/copies", key))
    kept["told"] = [e for e in kept["told"] if e[1]["act"] != RecallCopy.kind]
    vault.write(office.case.id, "told/copies", key, json.dumps(kept).encode())
    true = copies(office)
    with open_app(office.app.settings) as begun:
        other = replace(office, app=begun)
        assert not copies(other)[made.entry].recalls
        with pytest.raises(BadInput, match="called back"):
            fetch(other, made.entry)
        assert copies(other) == true
        assert true[made.entry].recalls


def test_a_copy_that_shows_what_was_concealed_since_is_not_handed_out(office: Office) -> None:
    made = exported(office)
    which = {"case_id": office.case.id, "exhibit_ids": (office.exhibit.id,), "reason": "a window"}
    at = office.exhibit.span_ms[0]
    zone = office.app.perform("officer", MarkZone(keyframes=(Keyframe(at, 0, 0, 9, 9),), **which))
    with pytest.raises(BadInput, match="concealed or moved after"):
        fetch(office, made.entry)
    assert fetch(office, exported(office).entry)
    office.app.perform("officer", ChangeZone(zone_id=zone.zone_id, keyframes=(), **which))


def test_a_copy_that_nobody_fetched_in_a_week_is_removed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = exported(office)
    monkeypatch.setattr("scelle.operations.keeping.WAITS_S", 0)
    exported(office)
    monkeypatch.setattr("scelle.operations.keeping.WAITS_S", WAITS_S)
    told = copies(office)[old.entry]
    assert (told.waits, told.sha256) == (False, old.sha256)
    with pytest.raises(NotFound):
        fetch(office, old.entry)


@pytest.mark.parametrize("more", [{"output": Path("/x/clip.mp4")}, {"native": True}])
def test_a_copy_that_waits_is_one_file_with_a_plain_name(
    office: Office, more: dict[str, Any]
) -> None:
    with pytest.raises(BadInput, match="plain name"):
        exported(office, **more)


def test_a_synopsis_and_a_still_keep_to_their_hours_on_the_recorders_clock(
    office: Office,
) -> None:
    case, whole = {"case_id": office.case.id}, Hours(0, 86_400)
    noon = Hours(12 * 3600, 13 * 3600)
    for make in (
        lambda hours: MakeSynopsis(**case, hours=hours, output=Path("s.mp4"), kept=True),
        lambda hours: MakeStill(
            **case, still=Still.ACTIVITY, hours=hours, output=Path("a.png"), kept=True
        ),
    ):
        assert office.app.perform("officer", make(whole)).size > 1000
        with pytest.raises(BadInput, match="at that time of day"):
            office.app.perform("officer", make(noon))


def test_a_marked_span_leaves_by_keyboard_alone_and_is_listed_on_the_cases_page(
    office: Office, tmp_path: Path
) -> None:
    with office.tab("officer") as tab:
        tab.goto(f"{office.address}/review?case={office.case.id}&t=0")
        tab.locator("body[data-ready='1']").wait_for()
        tab.keyboard.press("e")
        expect(tab.locator("#said")).to_contain_text("Mark a span with I and O")
        for key in ("Home", "i", "Shift+ArrowRight", "Shift+ArrowRight", "o", "e"):
            tab.keyboard.press(key)
            if key.startswith("Shift"):
                tab.wait_for_function("() => bench.player.at > 0")
        tab.wait_for_url("**/export?*")
        expect(tab.get_by_role("heading", level=1)).to_contain_text("Exports")
        expect(tab.locator("form.stack .figures")).to_contain_text("0:00.0–0:0")
        assert office.violations(tab) == []
        tab.locator("[name=after]").fill("1,5")
        tab.locator("[name=recipient]").fill("the prosecutor")
        tab.locator("[name=reason]").fill("asked for by telephone")
        tab.keyboard.press("Enter")
        job = tab.locator("#work .job").first
        expect(job).to_have_attribute("data-state", "done", timeout=30_000)
        assert office.violations(tab) == []
        with tab.expect_download() as told:
            job.get_by_role("link", name=re.compile("Download C-")).press("Enter")
        path = tmp_path / "clip.mp4"
        told.value.save_as(path)
        assert re.fullmatch(r"C-\d+-clip\.mp4", told.value.suggested_filename)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        expect(job).to_contain_text(digest)
        recall(office, int(told.value.suggested_filename.split("-")[1]))
        tab.reload()
        expect(job).to_contain_text("It no longer waits")
        expect(job.get_by_role("link")).to_have_count(0)
        with av.open(str(path)) as film:
            assert 2 < float(film.duration or 0) / av.time_base < 5
        tab.goto(f"{office.address}/case/{office.case.id}")
        row = tab.locator("#copies ~ .wide tbody tr", has_text=digest)
        for text in ("officer", "the prosecutor", "asked for by telephone", "clip.mp4"):
            expect(row).to_contain_text(text)
    with office.tab("judge", language="fr") as tab:
        tab.goto(f"{office.address}/case/{office.case.id}")
        expect(tab.locator("#copies ~ .wide")).to_contain_text(digest)
        assert tab.locator("#copies ~ .wide a").count() == 0


def test_the_live_synopsis_leaves_as_it_is_arranged(office: Office, tmp_path: Path) -> None:
    with office.tab("officer", language="fr") as tab:
        tab.goto(f"{office.address}/live?case={office.case.id}&colour=red&from=14:00&to=15:00")
        tab.locator("#canvas").wait_for()
        tab.wait_for_function("() => player.view !== null")
        tab.locator("#choices [name=density]").select_option("0.5")
        tab.locator("#canvas").focus()
        tab.keyboard.press("e")
        tab.wait_for_url("**/export?*")
        expect(tab.locator("main")).to_contain_text("rouge")
        assert office.violations(tab) == []
        tab.locator("[name=reason]").fill("pour la procédure")
        tab.get_by_role("button", name="Exporter").press("Enter")
        job = tab.locator("#work .job").first
        expect(job).to_have_attribute("data-state", "done", timeout=60_000)
        with tab.expect_download() as told:
            job.get_by_role("link", name=re.compile("Télécharger C-")).click()
        told.value.save_as(tmp_path / "synopsis.mp4")
        with tab.expect_download() as told:
            job.get_by_role("link", name=re.compile("C2PA.* C-")).click()
        assert told.value.suggested_filename.endswith("-synopsis.mp4.c2pa.json")
        claim = json.loads(Path(told.value.path()).read_text())
        unsigned = hashlib.sha256((tmp_path / "synopsis.mp4").read_bytes()).hexdigest()
        assert unsigned in json.dumps(claim), "it is of this very file"
        left = [
            e["counts"] for e in office.app.disclosed_entries()
            if (e["act"], e.get("phase")) == ("fetch-copy", "outcome")
        ]  # fmt: skip
        assert left[-2:] == [{"copies": 1}, {"copies": 0}], "the definition shows nothing"
        with av.open(str(tmp_path / "synopsis.mp4")) as film:
            assert film.streams.video[0].frames > 5
        (made,) = [c for c in copies(office).values() if c.reason == "pour la procédure"]
        assert (made.act, made.name) == ("make-synopsis", "synopsis.mp4")
        tab.go_back()
        tab.locator("[name=kind]").select_option("storyboard")
        tab.locator("[name=reason]").fill("la planche")
        tab.get_by_role("button", name="Exporter").click()
        expect(tab.locator("#work .job").first).to_contain_text("storyboard.png")
        expect(tab.locator("#work")).not_to_contain_text("en cours", timeout=30_000)
        with tab.expect_download() as told:
            tab.get_by_role("link", name=re.compile("Télécharger C-.*storyboard.png")).first.click()
        told.value.save_as(tmp_path / "storyboard.png")
        assert (tmp_path / "storyboard.png").read_bytes().startswith(b"\x89PNG")


def test_whose_role_or_mandate_does_not_allow_it_is_told_and_gets_nothing(office: Office) -> None:
    made = exported(office)
    span = f"of=clip&exhibit={office.exhibit.id}&first=0&last=1000&around=2"
    for person in ("judge", "auditor"):
        with office.tab(person) as tab:
            tab.goto(f"{office.address}/case/{office.case.id}/export?{span}")
            expect(tab.locator("main")).to_contain_text("Investigators export")
            assert tab.locator("form.stack").count() == 0
            answer = tab.request.get(f"{office.address}/case/{office.case.id}/copy/{made.entry}")
            assert answer.status == 403
    with suspended(office), office.tab("officer", checked=False) as tab:
        refused = refusals(office)
        for place in ("", "/analyse", f"/export?{span}"):
            answer = tab.goto(f"{office.address}/case/{office.case.id}{place}")
            assert answer.status == 200
        expect(tab.locator("main")).to_contain_text("not shown to you now")
        assert refusals(office) == refused, "counted though nobody asked"
        tab.locator("[name=reason]").fill("anyway")
        tab.get_by_role("button", name="Export").click()
        job = tab.locator("#work .job").first
        expect(job).to_have_attribute("data-state", "failed", timeout=20_000)
        expect(job.locator(".reasons")).to_contain_text("suspended")
        answer = tab.request.get(f"{office.address}/case/{office.case.id}/copy/{made.entry}")
        assert answer.status == 403
    with office.tab("officer", checked=False) as tab:
        for place in ("export?of=clip&exhibit=x&first=0&last=1", "copy/nothing", "copy/999999"):
            answer = tab.request.get(f"{office.address}/case/{office.case.id}/{place}")
            assert answer.status == 404
        tab.goto(f"{office.address}/case/{office.case.id}/export?{span}")
        tab.locator("[name=before]").fill("many")
        tab.locator("[name=reason]").fill("x")
        tab.get_by_role("button", name="Export").click()
        expect(tab.locator("main")).to_contain_text("Seconds cannot be read.")
