"""``papers``: the documents that a service must keep, drawn from the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from scelle.cli.command import Reply, Session, command
from scelle.reporting.papers import write_papers


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "papers", example="scelle papers papers-2026")(papers)


def papers(
    session: Session,
    folder: Annotated[Path, typer.Argument(help="The folder to make; must not exist yet.")],
    service: Annotated[str, typer.Option(help="The service that answers for the use.")] = "",
) -> Reply:
    """Draw up the papers of this installation, in French and English, from what it is.

    Impact assessment, register entry, compliance commitment with its technical file, and
    the technical and security note: drafts, which the service completes and signs.
    """
    made = write_papers(folder, session.app.configuration(), service)
    return Reply(
        {"path": str(folder), "files": [path.name for path in made]},
        (*(Text(str(path)) for path in made), "Drafts: complete, check and sign them."),
    )
