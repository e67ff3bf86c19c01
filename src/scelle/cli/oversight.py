"""``oversight``: figures of a period, for overseers and for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from scelle.cli.command import Reply, Session, command
from scelle.cli.views import exported_view, table
from scelle.model.acts import PublishUse, ReportUse
from scelle.model.results import Exported
from scelle.reporting.tables import Statement
from scelle.reporting.words import number

group = typer.Typer(no_args_is_help=True, help="How this installation was used, and the proof.")

FirstOption = Annotated[
    str, typer.Option("--from", metavar="MONTH", help="The first month, as in 2026-01.")
]
LastOption = Annotated[
    str, typer.Option("--to", metavar="MONTH", help="The last month, itself included.")
]


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="oversight")


@command(group, "report", example="scelle oversight report --from 2026-01 --to 2026-06")
def oversight_report(
    session: Session,
    first: FirstOption,
    last: LastOption,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A folder for the pages; must not exist yet."),
    ] = None,
) -> Reply:
    """Show every figure of some months, small counts included: for overseers alone.

    Months that are not over may be read; what is to be published is made by publish.
    """
    made: Statement = session.perform(ReportUse(first=first, last=last, output=output))
    shown: list[RenderableType] = [Text("Small counts are whole: not for publication.")]
    totals = table(f"{first} to {last}", "figure", ">count", ">demonstration")
    for each in made.figures:
        unit = " (hours)" if each.figure.unit else ""
        counts = [each.total, each.demonstration]
        told = [number("en", each.figure.shown(n)) for n in counts]
        totals.add_row(f"{each.figure.english}{unit}", *told)
    shown.append(totals)
    if output is not None:
        shown.append(Text(str(output)))
    return Reply(
        {
            "first": first,
            "last": last,
            "figures": {
                each.figure.name: {
                    "total": each.total,
                    "demonstration": each.demonstration,
                    "tables": {d: dict(t.rows) for d, t in each.tables.items()},
                }
                for each in made.figures
            },
        },
        tuple(shown),
    )


@command(group, "publish", example="scelle oversight publish use-2025 --from 2025-01 --to 2025-12")
def oversight_publish(
    session: Session,
    folder: Annotated[Path, typer.Argument(help="The folder to make; must not exist yet.")],
    first: FirstOption,
    last: LastOption,
) -> Reply:
    """Publish the figures of months that are over, with the proof and without small counts."""
    made: Exported = session.perform(PublishUse(first=first, last=last, output=folder))
    text = Text.assemble(str(made.path), f"\n  {made.rows} files, manifest SHA-256 {made.sha256}")
    check = f"Check it with: python3 tools/verify.py {made.path}"
    return Reply({"publication": exported_view(made)}, (text, check))
