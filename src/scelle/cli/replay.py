"""``replay``: an auditor has an analysis done again, and both results compared."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import CaseOption
from scelle.cli.views import field_list
from scelle.model.acts import ReplayAnalysis
from scelle.model.results import Replay

STYLE = {"identical": "bold green", "within tolerance": "bold yellow", "different": "bold red"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "replay", example="scelle replay --case $CASE --exhibit $EXHIBIT")(replay)


def replay(
    session: Session,
    exhibit_ids: Annotated[
        list[str], typer.Option("--exhibit", metavar="ID", help="An exhibit; repeat for several.")
    ],
    case_id: CaseOption = "",
    workers: Annotated[int, typer.Option(min=1, help="Processes that analyse.")] = 2,
    detector: Annotated[
        str, typer.Option(metavar="FILE", help="The model's file, if the analysis used one.")
    ] = "",
) -> Reply:
    """Analyse exhibits again, aside, and compare with the result that is kept.

    Nothing is shown of the recordings and nothing is replaced. The exit status is 1 when a
    result differs beyond the stated tolerance.
    """
    act = ReplayAnalysis(
        case_id=session.case(case_id, *exhibit_ids),
        exhibit_ids=tuple(exhibit_ids),
        workers=workers,
        detector=detector,
    )
    told: tuple[Replay, ...] = session.perform(act)
    shown: list[RenderableType] = []
    for r in told:
        shown.append(Text(f"Exhibit {r.exhibit_id}: {r.verdict}.", style=STYLE[r.verdict]))
        shown.append(
            field_list(
                {
                    "tracks": f"{r.tracks} kept, {r.tracks_now} now, {r.matched} alike",
                    "decided otherwise": "; ".join(r.differences) or "nothing",
                    "tolerance": r.tolerance,
                    "digest kept": r.tracks_sha256,
                    "digest now": r.tracks_sha256_now,
                }
            )
        )
    data = {"replays": [{**asdict(r), "differences": list(r.differences)} for r in told]}
    different = any(r.verdict == "different" for r in told)
    return Reply(data, tuple(shown), status=1 if different else 0)
