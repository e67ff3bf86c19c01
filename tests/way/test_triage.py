"""Triage says what it passed over, and what was decided on it outlives the whole analysis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.operations.test_intake import film

from scelle.benchmarks.describe import match
from scelle.benchmarks.installation import AGENT, open_case, register_people
from scelle.benchmarks.recorder import record
from scelle.bootstrap import App, open_app
from scelle.errors import Interrupted
from scelle.model.acts import (
    AnalyseExhibit,
    CertifyCoverage,
    ConsultSearches,
    DecideTrack,
    ReceiveExhibit,
    SearchTracks,
)
from scelle.model.certificate import Certificate
from scelle.model.decisions import Judgement
from scelle.model.evidence import FindingKind
from scelle.model.results import Analysis
from scelle.model.tracks import Track
from scelle.scene.long import LongStreet
from scelle.settings import Settings
from scelle.store.tracks import TrackStore

SCENE = LongStreet(5, 130, (320, 180), 8, per_object_s=45.0)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with open_app(Settings(home=tmp_path_factory.mktemp("home"), agent=AGENT)) as opened:
        register_people(opened)
        yield opened


@pytest.fixture(scope="module")
def case_id(app: App, tmp_path_factory: pytest.TempPathFactory) -> str:
    video = tmp_path_factory.mktemp("street") / "street.mp4"
    record(SCENE, video)
    made = open_case(app)
    app.perform(AGENT, ReceiveExhibit(case_id=made, path=video, camera="c", origin="o"))
    return made


def analyse(app: App, case_id: str, *, triage: bool) -> tuple[Analysis, tuple[Track, ...]]:
    act = AnalyseExhibit(case_id=case_id, workers=2, detector="motion", triage=triage)
    (analysis,) = app.perform(AGENT, act)
    found: tuple[Track, ...] = app.perform(AGENT, SearchTracks(case_id=case_id))
    return analysis, found


def certificate(app: App, case_id: str) -> Certificate:
    ((made,), _) = app.perform(AGENT, CertifyCoverage(case_id=case_id))
    assert isinstance(made, Certificate)
    return made


def test_triage_is_honest_and_is_upgraded_without_losing_a_decision(app: App, case_id: str) -> None:
    quick, first = analyse(app, case_id, triage=True)
    c = quick.coverage
    assert c.frames_expected == c.frames_decoded + c.frames_skipped + c.frames_damaged
    assert c.frames_analysed == c.frames_decoded
    assert c.frames_skipped > 0.2 * SCENE.frame_count, "triage decoded nearly everything"
    passed = [f for f in c.findings if f.kind is FindingKind.PASSED_OVER]
    assert passed
    assert c.passed_over_ms == sum(f.end_ms - f.start_ms for f in passed)
    stated = certificate(app, case_id)
    assert stated.adds_up
    assert [u.start_ms for u in stated.untouched if u.reason == "passed-over"] == [
        f.start_ms for f in passed
    ]
    passages = [p for p in SCENE.passages() if (p.visibility >= 0.3).any()]
    assert len(match(passages, first)) == len(passages) > 1
    # Nobody walks where nothing was looked at.
    for track in first:
        assert not any(f.start_ms < track.start_ms < f.end_ms for f in passed)

    for track, word in zip(first, (Judgement.CONFIRMED, Judgement.REJECTED), strict=False):
        app.perform(
            AGENT,
            DecideTrack(case_id=case_id, track_id=track.id, judgement=word, reason="seen"),
        )
    whole, second = analyse(app, case_id, triage=False)
    assert whole.fresh
    assert whole.coverage.passed_over_ms == whole.coverage.frames_skipped == 0
    assert {u.reason for u in certificate(app, case_id).untouched} == set()
    record_of = app.perform(AGENT, ConsultSearches(case_id=case_id))
    now = {t.id: t for t in second}
    before = {t.id: t for t in first}
    assert len(record_of.decisions) == 2
    for decision in record_of.decisions:
        old, new = before[decision.track_id], now[decision.track_id]
        assert new.start_ms <= old.end_ms
        assert new.end_ms >= old.start_ms

    again, third = analyse(app, case_id, triage=True)
    assert not again.fresh, "who has looked at everything need not look at less"
    assert [t.id for t in third] == [t.id for t in second]


def test_what_another_analysis_left_half_done_is_not_taken_for_this_ones(
    app: App, case_id: str, tmp_path: Path
) -> None:
    """Of the same bytes, all of it was looked at in the first case; here, triage was begun."""
    record(SCENE, tmp_path / "street.mp4")
    other = open_case(app)
    receive = ReceiveExhibit(case_id=other, path=tmp_path / "street.mp4", camera="c", origin="o")
    app.perform(AGENT, receive)
    whole, clean = analyse(app, case_id, triage=False)

    def stop(stage: str, done: float, total: float, unit: str) -> None:
        if stage == "tubes":
            raise Interrupted("stopped", remedy="again")

    act = AnalyseExhibit(case_id=other, workers=2, detector="motion", triage=True)
    with pytest.raises(Interrupted):
        app.perform(AGENT, act, stop)
    again, found = analyse(app, other, triage=False)
    assert again.manifest_sha256 == whole.manifest_sha256
    assert again.coverage.passed_over_ms == again.coverage.frames_skipped == 0
    assert [(t.number, t.start_ms, t.end_ms) for t in found] == [
        (t.number, t.start_ms, t.end_ms) for t in clean
    ]


def test_each_view_of_one_file_is_analysed(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes, other pictures: neither stands in the other's way."""
    other = open_case(app)
    path = film(tmp_path / "two.mkv", streams=2)
    app.perform(AGENT, ReceiveExhibit(case_id=other, path=path, camera="c", origin="o"))
    act = AnalyseExhibit(case_id=other, workers=1, detector="motion", triage=True)
    first, second = app.perform(AGENT, act)
    assert second.exhibit_id == f"{first.exhibit_id}.2"
    assert first.manifest_sha256 != second.manifest_sha256
    assert first.coverage.frames_analysed > 0
    assert second.coverage.frames_analysed > 0

    # Stopped between tracks and coverage, it is not finished: what triage covered stays apart.
    whole, keep = replace(act, triage=False), TrackStore.replace

    def stop(store: TrackStore, *told: Any) -> None:
        keep(store, *told)
        raise Interrupted("stopped", remedy="again")

    with monkeypatch.context() as patch:
        patch.setattr(TrackStore, "replace", stop)
        with pytest.raises(Interrupted):
            app.perform(AGENT, whole)
    assert all(each.fresh for each in app.perform(AGENT, whole))
