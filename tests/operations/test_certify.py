"""The coverage certificate states what was read, what was not, and who was shown what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scelle.door.values import parameters_of
from scelle.errors import BadInput
from scelle.footage.certificate import page
from scelle.footage.encode import Mp4Writer
from scelle.ledger import merkle
from scelle.ledger.entries import Draft, Entry, seal
from scelle.model.acts import (
    CaseAct,
    CertifyCoverage,
    ExportCameras,
    Film,
    MakeBundle,
    MakeDossier,
    Permit,
    ReceiveExhibit,
    Span,
    no_progress,
)
from scelle.model.certificate import Certificate, Showing
from scelle.model.evidence import Case, Correction, Coverage, Exhibit, Finding, FindingKind
from scelle.model.results import Synopsis
from scelle.model.time import Clock
from scelle.operations.certify import Certify
from scelle.operations.intake import Intake
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)


class Ledger:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, key: bytes, disclosed: dict[str, Any], sealed: dict[str, Any]) -> int:
        self.entries.append(seal(Draft(disclosed, sealed, key), len(self.entries)))
        return len(self.entries) - 1

    def act(
        self,
        key: bytes,
        kind: str,
        agent: str,
        exhibit: str,
        counts: dict[str, int] | None = None,
        **asked: Any,
    ) -> None:
        decision = self.add(
            key,
            {"phase": "decision", "act": kind, "result": "granted"},
            {"agent": agent, "at": NOW.isoformat(), "objects": {exhibit: ""},
             "parameters": asked, "decision": None},
        )  # fmt: skip
        self.add(
            key,
            {"phase": "outcome", "act": kind, "result": "done", "counts": counts or {}},
            {"agent": agent, "at": NOW.isoformat(), "objects": {}, "parameters": {},
             "decision": decision},
        )  # fmt: skip

    def sealed_under(self, key: bytes, start: int = 0) -> Iterator[Entry]:
        return iter(self.entries[start:])

    def root(self, size: int) -> bytes:
        return merkle.root_of(merkle.leaf_hash(e.leaf) for e in self.entries[:size])


class Office:
    def __init__(self, folder: Path) -> None:
        self.engine = open_database(folder / "scelle.db")
        self.records = Records(self.engine)
        self.vault, self.keys = Vault(folder / "vault"), Keyring(folder)
        self.ledger = Ledger()
        until = NOW + timedelta(days=9)
        self.records.add_case(Case("c", "2026/17", "flagrance", "sru", "theft", NOW, until))
        video = folder / "night.mp4"
        with Mp4Writer(video, 64, 48, Fraction(1, 25)) as writer:
            for i in range(250):
                writer.write(np.full((48, 64, 3), i, np.uint8), i)
        act = ReceiveExhibit(case_id="c", path=video, camera="<north>", origin="PV 12")
        permit = Permit(act, "jo", "m", (), NOW, 0, lambda: None)
        received = Intake(self.vault, self.keys, self.records).receive(act, permit, no_progress)
        assert isinstance(received.value, Exhibit)
        self.exhibit = received.value

    def certify(self, **asked: Any) -> tuple[Certificate, Sequence[Any]]:
        act = CertifyCoverage(case_id="c", **asked)
        permit = Permit(act, "jo", "m", (self.exhibit.id,), NOW, 9, lambda: None)
        certify = Certify(self.vault, self.keys, self.records, self.ledger)
        value: Any = certify.certify(act, permit, no_progress).value
        ((certificate,), written) = value
        return certificate, written


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.engine.dispose()


def analysed(office: Office) -> Coverage:
    gap = Finding(FindingKind.UNDECODABLE, 4000, 5000, "3 pictures could not be decoded whole.")
    coverage = Coverage(
        office.exhibit.id, 250, 200, 47, 3, 80, True, (*office.exhibit.findings, gap), 2
    )
    office.records.put_coverage(coverage)
    return coverage


def test_what_was_not_analysed_is_said_to_be(office: Office) -> None:
    certificate, written = office.certify()
    assert not written
    assert certificate.adds_up is True
    assert certificate.unread == certificate.coverage.frames_expected == 250
    (span,) = certificate.untouched
    assert (span.reason, span.start_ms, span.end_ms) == ("not-analysed", 0, 10_000)


def test_the_sum_is_checked(office: Office) -> None:
    coverage = analysed(office)
    certificate, _ = office.certify()
    assert (certificate.adds_up, certificate.unread, certificate.packets) == (True, 0, 250)
    assert [s.reason for s in certificate.untouched] == ["undecodable"]
    for wrong in (1, -1):
        bad = replace(coverage, frames_decoded=coverage.frames_decoded + wrong)
        assert replace(certificate, coverage=bad).adds_up is False
    assert replace(certificate, coverage=replace(coverage, frames_expected=None)).adds_up is None


def test_who_was_shown_what_and_how_fast(office: Office) -> None:
    key, own = office.keys.sealing_key("c"), office.exhibit.id
    synopsis = Synopsis("s", "c", (own,), 2.0, 10.0, 3, 3, 0.0)
    office.records.add_synopsis(synopsis)
    office.ledger.act(key, "view-synopsis", "jo", own, synopsis_id="s")
    office.ledger.act(key, "export-clip", "al", own, start_ms=1000, end_ms=3000)
    office.ledger.act(key, "view-pictures", "jo", own, track_ids=[])
    spans = tuple(Span(e, n, 4000) for n, e in enumerate(("o", own)))
    film, output = Film(NOW, NOW + timedelta(seconds=4), spans), Path("x")
    cameras = ExportCameras(case_id="c", film=film, output=output)

    def left(act: CaseAct, **counts: int) -> None:
        asked: dict[str, Any] = parameters_of(act)
        office.ledger.act(key, act.kind, "al", own, counts, **asked)

    left(cameras)
    for confirmed in (0, 1):
        left(MakeDossier(case_id="c"), confirmed=confirmed, rejected=0)
    for originals in (False, True):
        bundle = MakeBundle(
            case_id="c", recipient="R", clips=(Span(own, 6000, 7000), Span("o", 0, 9)),
            films=(film,), originals=originals, output=output,
        )  # fmt: skip
        left(bundle, clips=1, stills=0)
    office.ledger.act(key, "search-tracks", "jo", own)
    office.ledger.act(key, "view-pictures", "jo", "another")
    # Granted, and then failed: nothing was shown.
    office.ledger.add(
        key,
        {"phase": "decision", "act": "export-clip", "result": "granted"},
        {"agent": "al", "at": NOW.isoformat(), "objects": {own: ""}, "parameters": {},
         "decision": None},
    )  # fmt: skip
    certificate, _ = office.certify()
    assert [
        (s.agent_id, s.act, s.start_ms, s.end_ms, s.speed, s.whole) for s in certificate.showings
    ] == [
        ("jo", "view-synopsis", 0, 10_000, 5.0, False),
        ("al", "export-clip", 1000, 3000, 1.0, True),
        ("jo", "view-pictures", 0, 10_000, 0.0, False),
        ("al", "export-cameras", 1, 4000, 1.0, True),
        ("al", "make-dossier", 0, 10_000, 0.0, False),
        ("al", "make-bundle", 6000, 7000, 1.0, True),
        ("al", "make-bundle", 1, 4000, 1.0, True),
        ("al", "make-bundle", 0, 10_000, 0.0, False),
        ("al", "make-bundle", 6000, 7000, 1.0, True),
        ("al", "make-bundle", 1, 4000, 1.0, True),
        ("al", "make-bundle", 0, 10_000, 1.0, True),
    ]


class Text(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_is_written_for_people_and_for_machines(
    office: Office, tmp_path: Path, language: str
) -> None:
    analysed(office)
    key, own = office.keys.sealing_key("c"), office.exhibit.id
    office.ledger.act(key, "export-clip", "al", own, start_ms=1000, end_ms=3000)
    office.records.correct_exhibit(
        replace(office.records.exhibit(own), clock=Clock()),
        [Correction(own, NOW, "jo", "camera", "south", "<north>", "a slip")],
    )
    _, written = office.certify(output=tmp_path / "out", language=language)
    assert [w.path.suffix for w in written] == [".json", ".html"]
    told = json.loads(written[0].path.read_text())
    assert told["sha256"] == office.exhibit.sha256
    assert (told["frames_expected"], told["frames_concealed"], told["adds_up"]) == (250, 2, True)
    page = Text(written[1].path.read_text())
    text = " ".join(page.said)
    assert "<north>" in text
    unknown = {"en": "stated the recorder's time", "fr": "l'heure de l'enregistreur"}
    assert unknown[language] in text
    assert "script" not in page.tags
    assert "svg" in page.tags
    assert "1.0 " in text
    said = {
        "en": (
            "Coverage certificate",
            "3 pictures could not be decoded whole.",
            "Damaged or missing: 3 of 250 pictures",
            "Copy the recording again",
        ),
        "fr": (
            "Certificat de couverture",
            "3 images n'ont pas pu être décodées",
            "endommagées ou manquantes : 3 sur 250",
            "Copiez à nouveau",
        ),
    }
    assert (told["ended"], told["complete"]) == (True, False)
    for sentence in said[language]:
        assert sentence in text


def test_what_one_person_saw_again_and_again_is_one_line_with_every_entry(
    office: Office,
) -> None:
    certificate, _ = office.certify()
    shown = Showing("jo", "view-tubes", NOW, 0, 2000, 1.0, False, 4)
    later = [
        replace(shown, at=NOW + timedelta(minutes=4), start_ms=1000, end_ms=3000, entry=6),
        replace(shown, agent_id="al", entry=7),
        replace(shown, at=NOW + timedelta(minutes=8), start_ms=5000, end_ms=6000, entry=9),
        replace(shown, at=NOW + timedelta(minutes=14), entry=12),
    ]
    correction = Correction(office.exhibit.id, NOW, "jo", "camera", "south", "north", "a slip")
    told = page(replace(certificate, showings=(shown, *later), corrections=(correction,)), "en")
    before, _, table = told.partition("Who was shown what")
    assert "stated otherwise" in before
    rows = re.findall(r"<tr><td>(jo|al)</td><td>([^<]+)</td>", table)
    assert rows == [
        ("jo", "view-tubes × 3, 4, 6, 9"), ("al", "view-tubes, 7"), ("jo", "view-tubes, 12"),
    ]  # fmt: skip
    assert "0:00:00.0–0:00:03.0; 0:00:05.0–0:00:06.0" in table


def test_a_folder_that_cannot_be_written_is_said(office: Office, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot be written"):
        office.certify(output=tmp_path / "file")
