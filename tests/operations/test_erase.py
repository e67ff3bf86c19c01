"""A case is erased: nothing of it is found, and a certificate says so."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest

from scelle.errors import BadInput, Damaged, LedgerDamaged, NotFound
from scelle.ledger import certificate
from scelle.ledger.entries import open_sealed
from scelle.model.acts import (
    ApproveAct,
    CloseCase,
    ConsultCase,
    ConsultLedger,
    ConsultRetention,
    DecideTrack,
    EraseCase,
    ExportTracks,
    MakeRequest,
    NoteTrack,
    Outcome,
    SearchTracks,
)
from scelle.model.decisions import Judgement, RequestKind
from scelle.model.evidence import CaseState, FourEyes
from scelle.operations import erase as module
from scelle.operations.residue import scan
from scelle.store.erasure import KEPT, ErasureStore
from scelle.store.tables import metadata

Staffed = Any

#: Tables that hold nothing of a case.
OF_NO_CASE = {
    "agents",
    "bars",
    "clearances",
    "credentials",
    "invitations",
    "passwords",
    "sign_ins",
}


def erase(staffed: Staffed, agent: str = "judge", **more: Any) -> Any:
    output = more.pop("output", staffed.folder.parent / "certificate.json")
    return staffed.do(agent, EraseCase(case_id=staffed.case.id, output=output, **more))


def work(staffed: Staffed) -> None:
    """What people leave: a search, a decision with its words, a copy outside, one kept here."""
    case_id, exhibits = staffed.case.id, (staffed.exhibit.id,)
    staffed.do("officer", SearchTracks(case_id=case_id, reason="a very telling reason"))
    staffed.do(
        "officer",
        DecideTrack(
            case_id=case_id,
            track_id=staffed.tracks[0].id,
            judgement=Judgement.CONFIRMED,
            reason="jacket-of-the-witness",
        ),
    )
    noted = staffed.tracks[1].id
    staffed.do("officer", NoteTrack(case_id=case_id, track_id=noted, text="strap-on-the-left"))
    exports = staffed.folder / "exports"
    exports.mkdir(exist_ok=True)
    for name, kind in ((staffed.folder.parent / "out.txt", "mot"), (exports / "kept.txt", "mot")):
        # The exhibit's file is no video: what an export would have written is put there.
        act = ExportTracks(case_id=case_id, exhibit_ids=exhibits, format=kind, output=name)
        staffed.do("officer", act)


@pytest.fixture
def worked(staffed: Staffed, own_temporary: None, monkeypatch: pytest.MonkeyPatch) -> Staffed:
    handlers = staffed.app._door._handlers

    def export(act: ExportTracks, permit: Any, progress: Any) -> Any:
        act.output.write_text(f"rows of {staffed.exhibit.id}")
        digest = "cd" * 32
        return Outcome(None, {"rows": 1}, {act.output.name: digest})

    monkeypatch.setitem(handlers, ExportTracks, export)
    work(staffed)
    return staffed


def test_nothing_is_left_but_a_certificate(worked: Staffed) -> None:
    case, key = worked.case, worked.key()
    tokens = [case.reference, worked.exhibit.id, worked.exhibit.name, "jacket-of-the-witness"]
    tokens.append("strap-on-the-left")
    assert {token for _, token in scan([worked.folder], tokens)} == set(tokens)
    # What a process that was killed while it made a copy has left, with no text in it.
    killed = worked.folder / "exports" / ".answer-killed" / "clip.mp4"
    killed.parent.mkdir()
    killed.write_bytes(b"pictures")
    done = erase(worked, backups=("weekly tape, destroyed after 30 days",))
    assert done.residue == ()
    assert list(scan([worked.folder], tokens)) == []
    assert not (worked.folder / "vault" / case.id).exists()
    assert not (worked.folder / "exports" / "kept.txt").exists()
    assert not killed.exists()
    with pytest.raises(NotFound):
        worked.app._keys.case_key(case.id)
    # The certificate needs none of the data.
    text = (worked.folder.parent / "certificate.json").read_text()
    checked = certificate.check(text, worked.app.vkey)
    body: Any = checked.body
    assert checked.clean
    assert (body["trigger"], body["asked_by"], body["case"]) == ("order", "judge", case.id)
    assert body["exhibits"] == [{"sha256": worked.exhibit.sha256, "size": 9}]
    assert sorted(o["kind"] for o in body["objects"]) == ["original", "tube", "tube", "tube"]
    assert body["rows"]["tracks"] == 3
    assert body["rows"]["notes"] == 1
    assert body["rows"]["decisions"] == 2  # one of them planted
    assert [c["sha256"] for c in body["copies_handed_out"]] == ["cd" * 32] * 2
    assert body["backups"] == ["weekly tape, destroyed after 30 days"]
    assert body["residue"]["planted"] == body["residue"]["found_before"] == 3
    assert body["residue"]["found"] == []
    assert worked.exhibit.id not in text
    assert case.reference not in text
    # The ledger is whole, and its sealed fields are lost.
    assert worked.app.verify_ledger().ok
    (entry,) = list(worked.app._book.sealed_under(worked.app._keys.sealing_key(None)))[-1:]
    assert entry.value("act") == "erase-case"
    sealed = [e for e in worked.app._book.entries() if e.value("act") == "search-tracks"]
    with pytest.raises(LedgerDamaged):
        open_sealed(sealed[0], worked.app._keys.sealing_key(case.id))
    assert open_sealed(sealed[0], _sealing(key)).sealed["reason"] == "a very telling reason"
    counts = worked.counts("erase-case")[0]
    assert (counts["erasures"], counts["by_order"], counts["residues"]) == (1, 1, 0)


def _sealing(key: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, None, b"scelle ledger sealing key v1").derive(key)


def test_of_an_erased_case_nothing_can_be_asked_but_that_it_was(worked: Staffed) -> None:
    erase(worked)
    case_id = worked.case.id
    file = worked.do("auditor", ConsultCase(case_id=case_id))
    assert file.case.state is CaseState.ERASED
    assert (file.case.reference, file.exhibits, file.mandates) == ("", (), ())
    assert file.case.offence_family == "robbery"
    assert worked.do("auditor", ConsultLedger(case_id=case_id)) != ()
    assert worked.do("admin", ConsultRetention()) == ()
    assert "case-erased" in worked.rules("officer", SearchTracks(case_id=case_id))
    output = worked.folder.parent / "again.json"
    assert "case-erased" in worked.rules("judge", EraseCase(case_id=case_id, output=output))


STEPS = ["_prove_search", "_body", "_forget_plan"]
PLACES = ["destroy_case_key", "destroy", "erase", "scrub", "keep_certificate"]


class Killed(BaseException):
    """Stands for the power cut."""


@pytest.mark.parametrize("before", [*STEPS, *PLACES])
def test_killed_anywhere_it_goes_on_and_completes(
    worked: Staffed, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    wrapped = worked.app._door._handlers[EraseCase]
    handler = inspect.getclosurevars(wrapped).nonlocals["erase"].__self__
    owner = {
        "destroy_case_key": handler._keys,
        "destroy": handler._vault,
    }.get(before, handler._store if before in PLACES else handler)
    real = getattr(owner, before)

    def cut(*_: Any, **__: Any) -> Any:
        raise Killed

    monkeypatch.setattr(owner, before, cut)
    with pytest.raises(Killed):
        erase(worked)
    monkeypatch.setattr(owner, before, real)
    if before == "_forget_plan":
        # It was done: the next start removes what was planned.
        worked.app.close()
        worked.open(worked.folder)
        assert not list((worked.folder / "erasing").iterdir())
        return
    # Meanwhile nothing else can be done in the case.
    assert "case-erased" in worked.rules("officer", SearchTracks(case_id=worked.case.id))
    done = erase(worked, agent="admin")
    assert done.residue == ()
    checked = certificate.check(done.certificate, worked.app.vkey)
    body: Any = checked.body
    assert body["rows"]["tracks"] == 3
    assert len(body["objects"]) == 4
    assert body["asked_by"] == "judge"
    assert not list((worked.folder / "erasing").iterdir())
    assert worked.app.verify_ledger().ok


def test_what_is_left_behind_is_found_and_told(
    worked: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that forgets to remove rows, and a log that somebody keeps: both are found."""
    monkeypatch.setattr(ErasureStore, "erase", lambda self, case_id: {})
    (worked.folder / "server.log").write_text(f"looked at {worked.exhibit.id}\n")
    done = erase(worked)
    assert any("scelle.db" in each for each in done.residue)
    assert any("server.log" in each for each in done.residue)
    checked = certificate.check(done.certificate, worked.app.vkey)
    assert not checked.clean
    assert worked.counts("erase-case")[0]["residues"] == len(done.residue)


@pytest.mark.parametrize("before", [0, (1 << 20) - 5, (1 << 20) - 1, 1 << 20, 3 << 20])
def test_a_text_is_found_wherever_it_lies_in_a_large_file(before: int, tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(b"\0" * before + b"sought-text" + b"\0" * 100)
    assert list(scan([tmp_path], ["sought-text", "an-absent-text"])) == [(file, "sought-text")]


def test_free_pages_and_journal_are_searched_too(
    worked: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without rewriting the database, what was deleted still lies in its journal."""
    monkeypatch.setattr(ErasureStore, "scrub", lambda self: None)
    assert any("scelle.db" in each for each in erase(worked).residue)


def test_a_search_that_finds_nothing_planted_proves_nothing(
    worked: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "scan", lambda *_: iter(()))
    with pytest.raises(Damaged, match="planted"):
        erase(worked)
    assert worked.key()


def test_who_may_erase_and_when(worked: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    output = worked.folder.parent / "c.json"
    act = EraseCase(case_id=worked.case.id, output=output)
    for agent in ("officer", "head", "auditor"):
        assert "role" in worked.rules(agent, act)
    assert worked.rules("admin", act) == {"not-due"}
    worked.do(
        "referent",
        MakeRequest(case_id=worked.case.id, request=RequestKind.ERASURE, text="art. 230-24"),
    )
    assert certificate.check(worked.do("admin", act).certificate).body["trigger"] == "order"


@pytest.mark.parametrize("trigger", ["closure", "deadline"])
def test_a_case_that_is_due_is_erased_by_the_administrator(
    worked: Staffed, monkeypatch: pytest.MonkeyPatch, trigger: str
) -> None:
    if trigger == "closure":
        worked.do("officer", CloseCase(case_id=worked.case.id))
    else:
        now = datetime.now(UTC) + timedelta(days=3 * 366)
        monkeypatch.setattr(worked.app._door, "_now", lambda: now)
    body: Any = certificate.check(erase(worked, agent="admin").certificate).body
    assert body["trigger"] == trigger


def test_a_sequestered_copy_opens_for_its_recipient_alone(worked: Staffed, tmp_path: Path) -> None:
    recipient = pyrage.x25519.Identity.generate()
    folder = tmp_path / "sequestered"
    case_key = worked.key()
    with pytest.raises(BadInput, match="recipient"):
        erase(worked, sequester_to="age1nobody", sequestered=folder)
    done = erase(worked, sequester_to=str(recipient.to_public()), sequestered=folder)
    assert done.residue == ()
    assert pyrage.decrypt((folder / "key.age").read_bytes(), [recipient]) == case_key
    rows = json.loads(pyrage.decrypt((folder / "records.age").read_bytes(), [recipient]))
    assert rows["cases"][0]["reference"] == worked.case.reference
    assert len(rows["tracks"]) == 3
    kept = sorted(p.name for p in (folder / "objects" / "tube").iterdir())
    assert kept == [t.id for t in worked.tracks]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt((folder / "key.age").read_bytes(), [pyrage.x25519.Identity.generate()])
    body: Any = certificate.check(done.certificate).body
    assert body["sequestered"]["recipient"] == str(recipient.to_public())
    assert len(body["sequestered"]["files"]) == len([p for p in folder.rglob("*") if p.is_file()])
    # And one half-asked for is refused.
    worked.case = worked.seconded()
    act = EraseCase(case_id=worked.case.id, output=tmp_path / "x", sequester_to="age1x")
    assert worked.rules("judge", act) == {"sequester"}


def test_erasing_with_four_eyes(worked: Staffed, tmp_path: Path) -> None:
    worked.seconded(FourEyes.ERASURE)
    act = EraseCase(case_id=worked.case.id, output=tmp_path / "c.json", reason="ordered")
    assert worked.rules("judge", act) == {"four-eyes"}
    worked.do("officer", ApproveAct(case_id=worked.case.id, entry=worked.refusal))
    assert worked.do("judge", act).residue == ()
    assert worked.app.verify_ledger().ok


def test_another_case_stays_whole(worked: Staffed) -> None:
    first, tracks = worked.case, worked.tracks
    worked.seconded()
    other = worked.case
    worked.case = first
    erase(worked)
    worked.case = other
    assert len(worked.do("officer", SearchTracks(case_id=other.id))) == 3
    assert worked.vault().read(other.id, f"tube/{worked.tracks[0].id}", worked.key())
    assert tracks != worked.tracks


def test_certificates_are_bound_to_their_words_and_key(worked: Staffed) -> None:
    text = erase(worked).certificate
    with pytest.raises(Damaged, match="signed"):
        certificate.check(text.replace('"trigger":"order"', '"trigger":"other"'))
    with pytest.raises(Damaged, match="another"):
        certificate.check(text, "scelle/other+00000000+AAAA")
    for wrong in ("", "{}", text.replace("scelle-erasure-1", "scelle-erasure-2"), text + text):
        with pytest.raises(BadInput):
            certificate.check(wrong)


@pytest.mark.parametrize("altered", [False, True])
def test_the_independent_verifier_checks_a_certificate(worked: Staffed, altered: bool) -> None:
    erase(worked)
    path = worked.folder.parent / "certificate.json"
    if altered:
        path.write_text(path.read_text().replace('"service":"sr"', '"service":"sx"'))
    program = Path(__file__).resolve().parents[2] / "tools" / "verify.py"
    ran = subprocess.run(
        [sys.executable, "-I", program, path, "--vkey", worked.app.vkey],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == int(altered), ran.stdout
    assert ("is what scelle/" in ran.stdout) != altered
    assert ("signature does not hold" in ran.stdout) == altered


def test_every_table_is_known_to_the_erasure() -> None:
    """A table that comes later says by its columns whose it is, or is named here."""
    columns = {"case_id", "exhibit_id", "mandate_id", "exhibit_sha256"}
    for table in metadata.sorted_tables:
        known = not columns.isdisjoint(table.c.keys())
        assert known != (table.name in {*OF_NO_CASE, "cases"}), table.name
    assert set(metadata.tables) >= KEPT
