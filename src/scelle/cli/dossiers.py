"""``dossier``: the closing report of a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import ExhibitsOption
from scelle.model.acts import MakeDossier
from scelle.model.results import Printed


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "dossier", example="scelle dossier $CASE -o report.pdf --language fr")(dossier)


def dossier(
    session: Session,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The PDF file to make; must not exist yet.")
    ],
    case_id: Annotated[
        str, typer.Argument(metavar="[CASE]", help="The only open one that you may see by default.")
    ] = "",
    language: Annotated[str, typer.Option(help="Of the report: fr or en.")] = "fr",
    recipient: Annotated[str, typer.Option(help="Who receives it; printed on it.")] = "",
    exhibit_ids: ExhibitsOption = None,
) -> Reply:
    """Draw up the closing report of a case (art. R. 40-40), a PDF file to keep and to sign.

    Facts come from the ledger and the coverage. Interpretation is left to the investigator.
    """
    named = tuple(exhibit_ids or ())
    act = MakeDossier(
        case_id=session.case(case_id, *named),
        exhibit_ids=named,
        output=output,
        language=language,
        recipient=recipient,
    )
    made: Printed = session.perform(act)
    signed = "signed with the configured certificate" if made.signed else "not signed"
    return Reply(
        {"dossier": {"path": str(output), "sha256": made.sha256, "signed": made.signed}},
        (Text(str(output)), f"{len(made.data)} bytes, {signed}, SHA-256 {made.sha256}"),
    )
