"""``mandate``: what a magistrate authorises in a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import CaseOption, ExhibitsOption, first_moment, last_moment, moment
from scelle.cli.views import mandate_view, plain, signature_view, table
from scelle.law.sought import described, describes
from scelle.model.acts import ChangeMandate, ConsultCase, GrantMandate
from scelle.model.evidence import Mandate, MandateState, Power
from scelle.model.geometry import Direction
from scelle.model.results import CaseFile
from scelle.model.tracks import Colour, ObjectClass, TrackQuery

group = typer.Typer(no_args_is_help=True, help="Magistrates' authorisations (art. R. 40-40).")


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="mandate")


@command(
    group,
    "grant",
    example="scelle mandate grant --case $CASE --power receive --power analyse "
    "--power consult --valid-to 2026-12-31",
)
def mandate_grant(
    session: Session,
    case_id: CaseOption,
    powers: Annotated[list[Power], typer.Option("--power", help="Repeat for several.")],
    valid_to: Annotated[
        datetime,
        typer.Option(parser=last_moment, metavar="DATE", help="Last day, or the exact time."),
    ],
    valid_from: Annotated[
        datetime | None,
        typer.Option(parser=first_moment, metavar="DATE", help="First day; now by default."),
    ] = None,
    exhibit_ids: ExhibitsOption = None,
    cameras: Annotated[
        list[str] | None, typer.Option("--camera", help="Limit to a camera; repeat for several.")
    ] = None,
    recorded_from: Annotated[
        datetime | None,
        typer.Option(
            parser=moment, metavar="TIME", help="Limit to what was recorded from this time on."
        ),
    ] = None,
    recorded_to: Annotated[
        datetime | None,
        typer.Option(
            parser=moment, metavar="TIME", help="Limit to what was recorded until this time."
        ),
    ] = None,
    document: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="The signed authorisation; it is kept with its hash.",
        ),
    ] = None,
    only_class: Annotated[
        ObjectClass | None, typer.Option(help="Limit what may be searched for to this class.")
    ] = None,
    only_colour: Annotated[
        Colour | None, typer.Option(help="Limit what may be searched for to this colour.")
    ] = None,
    only_direction: Annotated[
        Direction | None, typer.Option(help="Limit what may be searched for to this direction.")
    ] = None,
    deemed: Annotated[
        bool, typer.Option("--deemed", help="Record the authorisation that flagrance supposes.")
    ] = False,
) -> Reply:
    """Authorise acts in a case, as a magistrate; each limit narrows what it covers."""
    sought = TrackQuery(object_class=only_class, colour=only_colour, direction=only_direction)
    act = GrantMandate(
        case_id=case_id,
        exhibit_ids=tuple(exhibit_ids or ()),
        powers=frozenset(powers),
        valid_from=valid_from or datetime.now(UTC),
        valid_to=valid_to,
        cameras=frozenset(cameras or ()),
        recorded_from=recorded_from,
        recorded_to=recorded_to,
        document=document,
        sought=sought if describes(sought) else None,
        deemed=deemed,
    )
    return _told(session.perform(act))


@command(
    group,
    "change",
    example="scelle mandate change --case $CASE --mandate $MANDATE --state suspended",
)
def mandate_change(
    session: Session,
    case_id: CaseOption,
    mandate_id: Annotated[str, typer.Option("--mandate", metavar="ID", help="Which mandate.")],
    state: Annotated[MandateState, typer.Option(help="Its new state.")],
) -> Reply:
    """Object to, suspend, withdraw or restore a mandate, as a magistrate; it takes effect at once.

    A running analysis stops at its next segment.
    """
    return _told(
        session.perform(ChangeMandate(case_id=case_id, mandate_id=mandate_id, state=state))
    )


@command(group, "list", example="scelle mandate list --case $CASE")
def mandate_list(session: Session, case_id: CaseOption = "") -> Reply:
    """List a case's mandates, in any state, and who signed them."""
    read: CaseFile = session.perform(ConsultCase(case_id=session.case(case_id)))
    data = [
        mandate_view(m)
        | {"signatures": [signature_view(s) for s in read.signatures if s.mandate_id == m.id]}
        for m in read.mandates
    ]
    signed = [
        plain(f"Mandate {s.mandate_id}: signed by {s.agent_id} on {s.signed_at:%Y-%m-%d}")
        for s in read.signatures
    ]
    return Reply({"mandates": data}, (mandates_table(read.mandates), *signed))


def mandates_table(mandates: Sequence[Mandate]) -> RenderableType:
    """One line for each mandate, or what to do when there is none."""
    if not mandates:
        return "No mandate: a magistrate grants one with scelle mandate grant."
    now = datetime.now(UTC)
    shown = table("Mandates", "mandate", "state", "permits", "until", "limits", "granted by")
    for m in mandates:
        expired = m.state is MandateState.ACTIVE and now >= m.valid_to
        limits = [
            *([f"{len(m.exhibits)} named exhibit(s), below"] if m.exhibits else []),
            *(f"camera {c}" for c in sorted(m.cameras)),
            *([f"recorded from {m.recorded_from.isoformat()}"] if m.recorded_from else []),
            *([f"recorded until {m.recorded_to.isoformat()}"] if m.recorded_to else []),
            *([described(m.sought)] if m.sought else []),
        ]
        shown.add_row(
            m.id,
            "expired" if expired else m.state.value,
            ", ".join(p.value for p in Power if p in m.powers),
            f"{m.valid_to.astimezone():%Y-%m-%d %H:%M}",
            "; ".join(limits) or "the whole case",
            "deemed" if m.deemed else m.magistrate,
        )
    # Two ids do not fit on one row of eighty columns.
    named = [plain(f"Mandate {m.id}: exhibit {e}") for m in mandates for e in sorted(m.exhibits)]
    return Group(shown, *named)


def _told(mandate: Mandate) -> Reply:
    return Reply({"mandate": mandate_view(mandate)}, (mandates_table([mandate]),))
