"""Acts on people: who is known, and who is cleared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from scelle.model.acts.base import Act
from scelle.model.evidence import Role


@dataclass(frozen=True, kw_only=True)
class RegisterAgent(Act):
    """Make a person known, with roles, by an administrator (or the first person)."""

    kind: ClassVar[str] = "register-agent"
    agent_id: str
    roles: frozenset[Role]
    service: str


@dataclass(frozen=True, kw_only=True)
class GrantClearance(Act):
    """The head of service designates an agent (arts 230-25, 15-5)."""

    kind: ClassVar[str] = "grant-clearance"
    agent_id: str
    service: str
    data_types: frozenset[str] = frozenset({"video"})
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, kw_only=True)
class WithdrawClearance(Act):
    """The head of service ends a clearance at once."""

    kind: ClassVar[str] = "withdraw-clearance"
    clearance_id: str
