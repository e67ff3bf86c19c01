"""In production, where no sandbox can be in force, nothing is decoded: act by act."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import scelle
from scelle.bootstrap import App, open_app
from scelle.engine import protection, worker
from scelle.engine.protection import Protection
from scelle.errors import Misconfigured
from scelle.model.acts import (
    Act,
    AnalyseExhibit,
    ArrangeSynopsis,
    ConsultCoverage,
    DecideTrack,
    ExportCameras,
    ExportClip,
    Film,
    MakeBundle,
    MakeDossier,
    MakeStill,
    MakeSynopsis,
    NoteTrack,
    PlayExhibit,
    ProposeClock,
    ReceiveExhibit,
    ReplayAnalysis,
    ReplayBundle,
    SearchTracks,
    SetClock,
    ViewPictures,
    ViewStill,
    ViewTubes,
)
from scelle.model.acts.leaving import Span
from scelle.model.decisions import Judgement
from scelle.model.stills import Still
from scelle.model.synopsis import Part
from scelle.settings import Settings

if TYPE_CHECKING:
    from tests.way.conftest import Looked, Office

SOURCES = Path(scelle.__file__).parent


@pytest.fixture(scope="module")
def yard_looked(
    new_office: Callable[[], Office], look_at: Callable[..., Looked], yard_short: Path
) -> Looked:
    """In an installation of its own, since a second exhibit is added to it."""
    office = new_office()
    case_id = office.staff()
    office.authorise(case_id)
    return look_at(office, case_id, yard_short)


Make = Callable[["Looked", Path], Act]


def _receive(yard: Looked, to: Path) -> Act:
    other = to / "other.mp4"
    other.write_bytes(yard.path.read_bytes() + bytes(8))
    return ReceiveExhibit(case_id=yard.case_id, path=other, camera="yard", origin="seal 2")


def _cameras(yard: Looked, to: Path) -> Act:
    """Two exhibits under one clock, side by side."""
    start = datetime(2026, 3, 1, 22, tzinfo=UTC)
    with yard.office.app() as app:
        other = app.perform("finder", _receive(yard, to))
        app.perform("finder", AnalyseExhibit(case_id=yard.case_id, exhibit_ids=(other.id,)))
        ids = (yard.exhibit.id, other.id)
        for i in ids:
            clock = SetClock(case_id=yard.case_id, exhibit_ids=(i,), recorded_at=start)
            app.perform("finder", clock)
    spans = tuple(Span(i, 0, 2000) for i in ids)
    film = Film(start, start + timedelta(seconds=2), spans)
    return ExportCameras(
        case_id=yard.case_id, exhibit_ids=ids, film=film, output=to / "cameras.mp4",
    )  # fmt: skip


def _bundle(yard: Looked, to: Path) -> Act:
    clips = (Span(yard.exhibit.id, 0, 2000),)
    return MakeBundle(
        case_id=yard.case_id, recipient="x", reason="handed over", output=to / "bundle", clips=clips
    )


def _report(yard: Looked, to: Path) -> Act:
    """Of a case in which somebody decided: a candidate's picture is in it."""
    with yard.office.app() as app:
        app.perform(
            "finder",
            DecideTrack(
                case_id=yard.case_id,
                track_id=yard.tracks[0].id,
                judgement=Judgement.REJECTED,
                reason="other clothes",
            ),
        )
    return MakeDossier(case_id=yard.case_id, output=to / "report.pdf")


def _again(yard: Looked, to: Path) -> Act:
    whole = MakeBundle(
        case_id=yard.case_id,
        recipient="x",
        reason="handed over",
        output=to / "whole.zip",
        originals=True,
    )
    with yard.office.app() as app:
        app.perform("finder", whole)
    return ReplayBundle(bundle=to / "whole.zip", reason="to see it again")


def _still(still: Still) -> Make:
    return lambda y, to: MakeStill(case_id=y.case_id, still=still, output=to / "still.png")


def _clip(*, native: bool) -> Make:
    def make(yard: Looked, to: Path) -> Act:
        ids, output = (yard.exhibit.id,), to / "clip.mp4"
        return ExportClip(
            case_id=yard.case_id, exhibit_ids=ids, start_ms=0, end_ms=2000, output=output,
            native=native,
        )  # fmt: skip

    return make


DECODING: dict[str, tuple[str, Make]] = {
    # what is done: (the module that has something decoded for it, the act)
    "receive": ("intake", _receive),
    "analyse": (
        "analyse",
        lambda y, _: AnalyseExhibit(case_id=y.case_id, exhibit_ids=(y.exhibit.id,)),
    ),
    "replay an analysis": (
        "analyse",
        lambda y, _: ReplayAnalysis(case_id=y.case_id, exhibit_ids=(y.exhibit.id,)),
    ),
    "replay a bundle": ("intake", _again),
    "read a clock": (
        "propose",
        lambda y, _: ProposeClock(
            case_id=y.case_id,
            exhibit_ids=(y.exhibit.id,),
            zone=(0, 0, 190, 20),
            at_ms=0,
            text="2026-01-01 10:00:00",
        ),
    ),
    "look at tracks": (
        "consult",
        lambda y, _: ViewPictures(case_id=y.case_id, track_ids=(y.tracks[0].id,)),
    ),
    "draw a storyboard": ("produce_stills", _still(Still.STORYBOARD)),
    "draw paths": ("produce_stills", _still(Still.PATHS)),
    "draw activity": ("produce_stills", _still(Still.ACTIVITY)),
    "draw dwelling": ("produce_stills", _still(Still.DWELL)),
    "look at a storyboard": (
        "produce_stills",
        lambda y, _: ViewStill(case_id=y.case_id, still=Still.STORYBOARD),
    ),
    "draw changes": ("produce_stills", _still(Still.CHANGE)),
    "compose a synopsis": ("produce_synopsis", lambda y, _: MakeSynopsis(case_id=y.case_id)),
    "shape a synopsis": (
        "live",
        lambda y, _: ViewTubes(case_id=y.case_id, parts=(Part(y.tracks[0].id, 0),)),
    ),
    "play": (
        "clipping",
        lambda y, _: PlayExhibit(
            case_id=y.case_id, exhibit_ids=(y.exhibit.id,), start_ms=0, end_ms=2000
        ),
    ),
    "export a clip": ("clipping", _clip(native=False)),
    "export an untouched extract": ("cutting", _clip(native=True)),
    "export several cameras": ("cameras", _cameras),
    "hand over": ("bundle", _bundle),
    "report": ("dossier", _report),
}


@pytest.fixture
def bare(yard_looked: Looked, monkeypatch: pytest.MonkeyPatch) -> Callable[[], App]:
    """The installation in production on a kernel without seccomp; a decoder would fail the test."""

    def born(*_: object) -> None:
        raise AssertionError("a decoding process was started")

    def opened() -> App:
        monkeypatch.setattr(protection, "offered", lambda: Protection(3, False))
        monkeypatch.setattr(worker, "zygote_of", born)
        return open_app(Settings(home=yard_looked.office.home, production=True))

    return opened


@pytest.mark.parametrize("what", DECODING)
def test_it_is_refused(
    yard_looked: Looked, tmp_path: Path, bare: Callable[[], App], what: str
) -> None:
    act = DECODING[what][1](yard_looked, tmp_path)
    before, held = sorted(tmp_path.iterdir()), sorted(yard_looked.office.objects())
    with bare() as app, pytest.raises(Misconfigured, match="SCELLE_PRODUCTION") as caught:
        app.perform("auditor" if isinstance(act, ReplayAnalysis) else "finder", act)
    assert "scelle health" in caught.value.remedy
    assert sorted(tmp_path.iterdir()) == before
    assert sorted(yard_looked.office.objects()) == held
    assert yard_looked.office.entries()[-1]["result"] == "failed"


def test_a_still_of_a_bundle_is_refused(
    yard_looked: Looked, tmp_path: Path, bare: Callable[[], App]
) -> None:
    """Without a clip: a rejected candidate is in a bundle as its picture alone."""
    with yard_looked.office.app() as app:
        app.perform(
            "finder",
            DecideTrack(
                case_id=yard_looked.case_id,
                track_id=yard_looked.tracks[0].id,
                judgement=Judgement.REJECTED,
                reason="other clothes",
            ),
        )
    act = MakeBundle(
        case_id=yard_looked.case_id, recipient="x", reason="handed over", output=tmp_path / "bundle"
    )
    with bare() as app, pytest.raises(Misconfigured, match="SCELLE_PRODUCTION"):
        app.perform("finder", act)


def test_what_decodes_nothing_is_done(yard_looked: Looked, bare: Callable[[], App]) -> None:
    case_id, ids = yard_looked.case_id, (yard_looked.exhibit.id,)
    with bare() as app:
        assert app.perform("finder", SearchTracks(case_id=case_id))
        assert app.perform("finder", ConsultCoverage(case_id=case_id))
        written = NoteTrack(case_id=case_id, track_id=yard_looked.tracks[0].id, text="seen")
        assert app.perform("finder", written).text == "seen"
        assert app.perform("finder", ArrangeSynopsis(case_id=case_id, exhibit_ids=ids)).shown


def test_every_module_that_has_something_decoded_is_tried() -> None:
    starts = r"Pictures|each_picture|.*sandbox\.(call|worker|engine)"
    found = set()
    for path in sorted(SOURCES.glob("operations/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and re.fullmatch(starts, ast.unparse(node.func)):
                found.add(path.stem)
    assert found - {"pictures", "showing"} == {module for module, _ in DECODING.values()}
