from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scelle.errors import PermitMisused
from scelle.law.permits import PermitDesk
from scelle.model.acts import ListCases, Permit


def permit(act: ListCases) -> Permit:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Permit(act, "agent-1", "", (), at, 0, lambda: None)


def test_serves_once() -> None:
    desk, act = PermitDesk(), ListCases()
    issued = desk.issue(permit(act))
    desk.spend(issued, act)
    with pytest.raises(PermitMisused, match="already"):
        desk.spend(issued, act)


def test_serves_its_own_act_alone_and_is_then_spent() -> None:
    desk, act = PermitDesk(), ListCases()
    issued = desk.issue(permit(act))
    with pytest.raises(PermitMisused, match="another act"):
        desk.spend(issued, ListCases())
    with pytest.raises(PermitMisused, match="already"):
        desk.spend(issued, act)


def test_a_forged_permit_serves_nothing() -> None:
    desk, act = PermitDesk(), ListCases()
    desk.issue(permit(act))
    with pytest.raises(PermitMisused, match="not issued"):
        desk.spend(permit(act), act)
