"""``try``: the whole way on one recording, in a demonstration case."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path
from rich.console import Console, RenderableType
from rich.text import Text

from scelle.bootstrap import open_app
from scelle.bootstrap.generated import generate_scene
from scelle.cli.command import (
    HomeOption,
    JsonOption,
    Reply,
    Session,
    emit,
    interruptible,
    settings_for,
)
from scelle.cli.demonstration import INVESTIGATOR, Demonstration, prepare
from scelle.cli.exhibits import analyses_table, coverage_shown
from scelle.cli.progress import Bars
from scelle.cli.serve import serve_until_stopped
from scelle.cli.synopses import synopsis_shown
from scelle.cli.views import tracks_tables
from scelle.model.acts import AnalyseExhibit, MakeSynopsis, SearchTracks
from scelle.model.evidence import Exhibit
from scelle.model.results import Analysis, Synopsis
from scelle.model.tracks import Track
from scelle.store.home import EXPORTS

_SHOWN = 12


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("try", epilog="Example: scelle try recording.mp4")(try_)


def try_(
    videos: Annotated[
        list[Path] | None,
        typer.Argument(metavar="VIDEO", help="Closed recordings; without any, a street scene."),
    ] = None,
    home: HomeOption = None,
    headless: Annotated[bool, typer.Option("--headless", help="Open no page.")] = False,
    seed: Annotated[int, typer.Option(help="Which generated scene, without a recording.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Try Scelle on recordings: receive, analyse, look, in a demonstration case.

    Everything is marked as a demonstration and counted apart. Run again on the
    same recordings, it goes on where it stopped. Without a recording it generates
    a two-minute street scene with moving figures and vehicles.
    """
    settings = settings_for(home or user_data_path("scelle") / "demonstration", INVESTIGATOR)
    started = time.monotonic()
    with interruptible(), ExitStack() as stack:
        app = stack.enter_context(open_app(settings))
        err = Console(stderr=True)
        session = Session(app, INVESTIGATOR, "demonstration", as_json, err)
        paths = videos or [_scene(settings.home, seed, err)]
        err.print("A demonstration case is made ready, or opened again.")
        demonstration = prepare(session)
        exhibits = [demonstration.receive(path) for path in dict.fromkeys(paths)]
        exhibits = list({e.id: e for e in exhibits}.values())
        reply = _look(demonstration, exhibits, started)
        if headless:
            reply = replace(reply, show=(*reply.show, "Without --headless, its pages open."))
        emit(reply, as_json=as_json)
        if not headless:
            serve_until_stopped(session, public=True)


def _scene(home: Path, seed: int, err: Console) -> Path:
    """The generated scene; made once for each seed."""
    path = home / f"street-{seed}.mp4"
    if not path.exists():
        err.print("No recording was given: generating a two-minute street scene of moving figures.")
        with Bars(err) as progress:
            generate_scene(path, seed, progress)
    return path


def _look(demonstration: Demonstration, exhibits: Sequence[Exhibit], started: float) -> Reply:
    session, case_id = demonstration.session, demonstration.case_id
    ids = tuple(e.id for e in exhibits)
    analyses: tuple[Analysis, ...] = session.perform(
        AnalyseExhibit(case_id=case_id, exhibit_ids=ids, workers=session.app.settings.workers)
    )
    tracks: tuple[Track, ...] = session.perform(SearchTracks(case_id=case_id, exhibit_ids=ids))
    # One a recording, since one camera's people on another's street would be false;
    # nothing found is an answer too: then there is nothing to compose.
    moving = {t.exhibit_id for t in tracks}
    synopses = {e.id: _synopsis(session, case_id, e.id) for e in exhibits if e.id in moving}
    size, root = session.app.ledger_head()
    by_id = {a.exhibit_id: a for a in analyses}
    data: dict[str, object] = {
        "case": case_id,
        "exhibits": [_exhibit_figures(e, by_id[e.id]) for e in exhibits],
        "synopsis": _synopsis_figures(exhibits[0], synopses.get(exhibits[0].id)),
        "ledger": {"size": size, "root": root},
        "wall_s": round(time.monotonic() - started, 3),
    }
    if len(exhibits) > 1:
        data["synopses"] = [_synopsis_figures(e, synopses.get(e.id)) for e in exhibits]
    received = {e.id: e for e in exhibits}
    show: list[RenderableType] = [
        Text("Demonstration: nothing here is evidence.", style="bold yellow"),
        analyses_table(analyses),
        *coverage_shown([a.coverage for a in analyses]),
    ]
    # One more takes no more room than saying so.
    shown = tracks if len(tracks) == _SHOWN + 1 else tracks[:_SHOWN]
    show += tracks_tables(shown, received)
    if len(tracks) > len(shown):
        show.append(f"... and {len(tracks) - len(shown)} more: scelle search lists them all.")
    for made in synopses.values():
        show += synopsis_shown(made)
    if not synopses:
        show.append("Nothing moving was found in what was analysed, so there is no synopsis.")
    show.append(f"Ledger: {size} entries, head {root}")
    return Reply(data, tuple(show))


def _synopsis(session: Session, case_id: str, exhibit_id: str) -> Synopsis:
    folder = session.app.settings.home / EXPORTS
    folder.mkdir(mode=0o700, exist_ok=True)
    output = folder / f"synopsis-{exhibit_id[:8]}.mp4"
    made = session.perform(MakeSynopsis(case_id=case_id, exhibit_ids=(exhibit_id,), output=output))
    assert isinstance(made, Synopsis)  # noqa: S101 - what this act gives
    return made


def _synopsis_figures(exhibit: Exhibit, synopsis: Synopsis | None) -> dict[str, object]:
    return {
        "path": str(synopsis.path) if synopsis else None,
        "duration_s": round(synopsis.duration_s, 3) if synopsis else 0.0,
        "source_s": round(float(exhibit.stream.duration), 3),
        "tracks_shown": synopsis.tracks_shown if synopsis else 0,
    }


def _exhibit_figures(exhibit: Exhibit, analysis: Analysis) -> dict[str, object]:
    coverage = analysis.coverage
    return {
        "id": exhibit.id,
        "sha256": exhibit.sha256,
        "duration_s": round(float(exhibit.stream.duration), 6),
        "frames_expected": coverage.frames_expected,
        "frames_decoded": coverage.frames_decoded,
        "frames_skipped": coverage.frames_skipped,
        "frames_damaged": coverage.frames_damaged,
        "frames_analysed": coverage.frames_analysed,
        "tracks": analysis.tracks,
    }
