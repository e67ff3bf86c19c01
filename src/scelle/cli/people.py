"""``agent`` and ``clearance``: who may ask for anything at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import first_moment, last_moment
from scelle.cli.views import clearance_view, field_list
from scelle.model.acts import GrantClearance, RegisterAgent, WithdrawClearance
from scelle.model.evidence import Agent, Clearance, Role

agents = typer.Typer(no_args_is_help=True, help="People, and who they are in the procedure.")
clearances = typer.Typer(
    no_args_is_help=True, help="Personal authorisations (arts 230-25 and 15-5)."
)


def register(app: typer.Typer) -> None:
    """Add the groups to the program."""
    app.add_typer(agents, name="agent")
    app.add_typer(clearances, name="clearance")


@command(
    agents, "register", example="scelle agent register m.rivet --role investigator --service SR-38"
)
def agent_register(
    session: Session,
    agent_id: Annotated[str, typer.Argument(metavar="AGENT", help="Short unique name.")],
    roles: Annotated[list[Role], typer.Option("--role", help="Repeat for several.")],
    service: Annotated[str, typer.Option(help="The service or court.")],
) -> Reply:
    """Make a person known, with roles; the first one must be an administrator."""
    act = RegisterAgent(agent_id=agent_id, roles=frozenset(roles), service=service)
    agent: Agent = session.perform(act)
    data = {"id": agent.id, "roles": sorted(r.value for r in agent.roles), "service": agent.service}
    return Reply(
        {"agent": data},
        (field_list({"agent": agent.id, "roles": ", ".join(data["roles"]), "service": service}),),
    )


@command(
    clearances,
    "grant",
    example="scelle clearance grant --agent m.rivet --service SR-38 --valid-to 2027-11-30",
)
def clearance_grant(
    session: Session,
    agent_id: Annotated[str, typer.Option("--agent", metavar="AGENT", help="Who is cleared.")],
    service: Annotated[str, typer.Option(help="The service whose cases are covered.")],
    valid_to: Annotated[
        datetime,
        typer.Option(parser=last_moment, metavar="DATE", help="Last day, or the exact time."),
    ],
    valid_from: Annotated[
        datetime | None,
        typer.Option(parser=first_moment, metavar="DATE", help="First day; now by default."),
    ] = None,
    data_types: Annotated[
        list[str] | None, typer.Option("--data-type", help="What it covers; video by default.")
    ] = None,
) -> Reply:
    """Designate an agent for the cases of a service, by the head of service."""
    act = GrantClearance(
        agent_id=agent_id,
        service=service,
        data_types=frozenset(data_types or ["video"]),
        valid_from=valid_from or datetime.now(UTC),
        valid_to=valid_to,
    )
    return _told(session.perform(act))


@command(clearances, "withdraw", example="scelle clearance withdraw 4kq2m7f3xw6b5nczr2a3hdtyue")
def clearance_withdraw(
    session: Session,
    clearance_id: Annotated[str, typer.Argument(metavar="CLEARANCE", help="Its id.")],
) -> Reply:
    """End a clearance at once, by the head of service."""
    return _told(session.perform(WithdrawClearance(clearance_id=clearance_id)))


def _told(clearance: Clearance) -> Reply:
    data = clearance_view(clearance)
    shown = {
        "clearance": clearance.id,
        "agent": clearance.agent_id,
        "service": clearance.service,
        "covers": ", ".join(sorted(clearance.data_types)),
        "valid": f"{data['valid_from']} to {data['valid_to']}",
        "state": "withdrawn" if clearance.withdrawn else "in force",
    }
    return Reply({"clearance": data}, (field_list(shown),))
