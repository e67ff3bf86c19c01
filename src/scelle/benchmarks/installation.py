"""A temporary installation in which something is measured, and forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scelle.bootstrap import App
from scelle.model.acts import Act, GrantClearance, GrantMandate, OpenCase, RegisterAgent
from scelle.model.evidence import Case, Power, Role

AGENT = "benchmark"
"""Who asks in a measurement."""


def register_people(app: App) -> None:
    """The people without whom nothing may be done, as in any installation."""
    now = datetime.now(UTC)
    until = now + timedelta(days=1)
    roles = frozenset({Role.ADMINISTRATOR, Role.HEAD_OF_SERVICE})
    people: list[tuple[str, Act]] = [
        ("head", RegisterAgent(agent_id="head", roles=roles, service="bench")),
        (
            "head",
            RegisterAgent(
                agent_id="magistrate", roles=frozenset({Role.MAGISTRATE}), service="bench"
            ),
        ),
        (
            "head",
            RegisterAgent(agent_id=AGENT, roles=frozenset({Role.INVESTIGATOR}), service="bench"),
        ),
        (
            "head",
            GrantClearance(agent_id=AGENT, service="bench", valid_from=now, valid_to=until),
        ),
    ]
    for agent_id, act in people:
        app.perform(agent_id, act)


def open_case(app: App) -> str:
    """A case of its own for each measurement, since a finished analysis is not done again."""
    now = datetime.now(UTC)
    case: Case = app.perform(
        AGENT,
        OpenCase(reference="bench", framework="preliminaire", service="bench", demonstration=True),
    )
    app.perform(
        "magistrate",
        GrantMandate(
            case_id=case.id,
            powers=frozenset({Power.RECEIVE, Power.ANALYSE, Power.CONSULT, Power.EXPORT}),
            valid_from=now,
            valid_to=now + timedelta(days=1),
        ),
    )
    return case.id
