"""``case``: open, list, show and close judicial cases."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from scelle.cli.command import Reply, Session, command
from scelle.cli.exhibits import exhibits_table
from scelle.cli.mandates import mandates_table
from scelle.cli.options import CaseOption
from scelle.cli.views import (
    asked_of,
    case_view,
    exhibit_view,
    field_list,
    length,
    mandate_view,
    synopsis_view,
    table,
)
from scelle.law.offences import OFFENCE_FAMILIES, UNSPECIFIED
from scelle.model.acts import CloseCase, ConsultCase, ListCases, OpenCase
from scelle.model.evidence import Case, FourEyes
from scelle.model.results import CaseFile

group = typer.Typer(no_args_is_help=True, help="Judicial cases.")


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="case")


@command(
    group,
    "open",
    example="scelle case open --reference PV-2026-0412 --framework preliminaire --service SR-38",
)
def case_open(
    session: Session,
    reference: Annotated[str, typer.Option(help="The procedure's own number.")],
    framework: Annotated[
        str,
        typer.Option(
            help="flagrance, preliminaire, commission-rogatoire, article-74 or article-74-1."
        ),
    ],
    service: Annotated[str, typer.Option(help="The service in charge.")],
    offence_family: Annotated[
        str,
        typer.Option(help=f"Coarse, since it is counted publicly: {', '.join(OFFENCE_FAMILIES)}."),
    ] = UNSPECIFIED,
    four_eyes: Annotated[
        list[FourEyes] | None,
        typer.Option("--four-eyes", help="Needs a second person in this case; repeat for several."),
    ] = None,
    demonstration: Annotated[
        bool,
        typer.Option("--demonstration", help="Nothing real: marked as such and counted apart."),
    ] = False,
) -> Reply:
    """Open a case in one of the legal frameworks (art. 230-20)."""
    case: Case = session.perform(
        OpenCase(
            reference=reference,
            framework=framework,
            service=service,
            offence_family=offence_family,
            four_eyes=frozenset(four_eyes or ()),
            demonstration=demonstration,
        )
    )
    return Reply({"case": case_view(case)}, (_case_fields(case),))


@command(group, "list", example="scelle case list")
def case_list(session: Session) -> Reply:
    """List the cases that you may see."""
    cases: tuple[Case, ...] = session.perform(ListCases())
    shown = table("", "case", "reference", "framework", "service", "state", "erase by")
    for case in cases:
        mark = f"{case.state.value}, demonstration" if case.demonstration else case.state.value
        shown.add_row(
            case.id,
            case.reference,
            case.framework,
            case.service,
            mark,
            f"{case.erase_by.astimezone():%Y-%m-%d}",
        )
    nothing = "No case that you may see. Open one with scelle case open."
    return Reply({"cases": [case_view(c) for c in cases]}, (shown if cases else nothing,))


@command(group, "show", example="scelle case show --case $CASE")
def case_show(session: Session, case_id: CaseOption = "") -> Reply:
    """Show a case's state, mandates, exhibits and synopses."""
    read: CaseFile = session.perform(ConsultCase(case_id=session.case(case_id)))
    synopses = table("Synopses", "synopsis", ">length", ">of", ">tracks", "asked for")
    for synopsis in read.synopses:
        synopses.add_row(
            synopsis.id,
            length(synopsis.duration_s),
            length(synopsis.source_s),
            str(synopsis.tracks_shown),
            asked_of(synopsis),
        )
    return Reply(
        {
            "case": case_view(read.case),
            "mandates": [mandate_view(m) for m in read.mandates],
            "exhibits": [exhibit_view(e) for e in read.exhibits],
            "synopses": [synopsis_view(s) for s in read.synopses],
        },
        (
            _case_fields(read.case),
            mandates_table(read.mandates),
            exhibits_table(read.exhibits),
            synopses if read.synopses else "No synopsis yet.",
        ),
    )


@command(group, "close", example="scelle case close --case $CASE")
def case_close(session: Session, case_id: CaseOption) -> Reply:
    """Close a case: from then on every act inside it is refused."""
    case: Case = session.perform(CloseCase(case_id=case_id))
    return Reply({"case": case_view(case)}, (_case_fields(case),))


def _case_fields(case: Case) -> Table:
    return field_list(
        {
            "case": case.id,
            "reference": case.reference,
            "framework": case.framework,
            "service": case.service,
            "state": case.state.value + (" (demonstration)" if case.demonstration else ""),
            "opened": f"{case.opened_at.astimezone():%Y-%m-%d %H:%M %Z}",
            "erase by": f"{case.erase_by.astimezone():%Y-%m-%d}",
        }
    )
