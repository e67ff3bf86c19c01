"""A world in which everything is granted, to be spoiled one thing at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from scelle.law.facts import Facts
from scelle.law.rules import decide
from scelle.model.acts import Act, Verdict
from scelle.model.evidence import Agent, Case, Clearance, Exhibit, Mandate, Power, Role, Stream
from scelle.model.results import Synopsis
from scelle.model.time import Clock

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class World:
    """Facts about one case, and shorthand to change them."""

    facts: Facts
    now: datetime = NOW

    def having(self, **changes: Any) -> World:
        return dataclasses.replace(self, facts=dataclasses.replace(self.facts, **changes))

    def asked_by(self, *roles: Role, service: str = "brigade-a") -> World:
        return self.having(agent=Agent("agent-1", frozenset(roles), service))

    def with_case(self, **changes: Any) -> World:
        assert self.facts.case
        return self.having(case=dataclasses.replace(self.facts.case, **changes))

    def with_mandate(self, **changes: Any) -> World:
        return self.having(mandates=(dataclasses.replace(self.facts.mandates[0], **changes),))

    def with_clearance(self, **changes: Any) -> World:
        return self.having(clearances=(dataclasses.replace(self.facts.clearances[0], **changes),))

    def decide(self, act: Act) -> Verdict:
        return decide(act, self.facts, self.now)

    def rules(self, act: Act) -> set[str]:
        """Names of the rules that refuse; empty when granted."""
        return {r.rule for r in self.decide(act).reasons}


def exhibit(name: str, camera: str = "north", hour: int | None = 0, hours: int = 1) -> Exhibit:
    recorded = None if hour is None else NOW - 5 * DAY + timedelta(hours=hour)
    stream = Stream(
        "mp4", "h264", "yuv420p", 64, 48, Fraction(1, 25), 25, 1, 0, Fraction(hours * 3600)
    )
    clock = Clock(recorded)
    return Exhibit(
        name, "case-1", "00" * 32, 1, "a.mp4", camera, "seal 1", clock, stream, NOW - 4 * DAY
    )


@pytest.fixture
def make_exhibit() -> Callable[..., Exhibit]:
    return exhibit


@pytest.fixture
def world() -> World:
    case = Case(
        "case-1", "PV 12", "preliminaire", "brigade-a", "theft", NOW - 9 * DAY, NOW + 999 * DAY
    )
    mandate = Mandate(
        "mandate-1",
        "case-1",
        "preliminaire",
        frozenset(Power),
        NOW - DAY,
        NOW + DAY,
        magistrate="judge-1",
    )
    clearance = Clearance(
        "clearance-1",
        "agent-1",
        "brigade-a",
        frozenset({"video"}),
        NOW - DAY,
        NOW + DAY,
        "head-1",
    )
    return World(
        Facts(
            agent=Agent("agent-1", frozenset({Role.INVESTIGATOR}), "brigade-a"),
            any_agent_known=True,
            case=case,
            mandates=(mandate,),
            exhibits=(exhibit("e1"), exhibit("e2", "south", 2)),
            clearances=(clearance,),
            synopsis=Synopsis("s1", "case-1", ("e1",), 1.0, 2.0, 1, 1, 0.0),
        )
    )
