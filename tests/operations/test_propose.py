"""The burnt-in clock of a received recording, through the sandbox; nothing is changed by it."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scelle.errors import BadInput
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import Permit, ProposeClock, ReceiveExhibit, no_progress
from scelle.model.evidence import Case, Exhibit
from scelle.model.results import ClockProposal
from scelle.operations.intake import Intake
from scelle.operations.propose import Propose
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)


def street() -> Any:
    path = Path(__file__).parents[1] / "footage" / "test_onscreen.py"
    spec = importlib.util.spec_from_file_location("drawn_clock", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_burnt_in_clock_is_proposed_and_not_applied(tmp_path: Path) -> None:
    clock = street()
    video = tmp_path / "night.mp4"
    with Mp4Writer(video, 420, 80, Fraction(1, 8), rate=Fraction(8)) as writer:
        for i in range(8 * 30):
            gray = clock.drawn(Fraction(i, 8) + Fraction(1, 3))
            writer.write(np.repeat(gray[:, :, None], 3, axis=2), i)
    engine = open_database(tmp_path / "scelle.db")
    records, vault, keys = Records(engine), Vault(tmp_path / "vault"), Keyring(tmp_path)
    records.add_case(Case("c", "2026/17", "flagrance", "sru", "theft", NOW, NOW + timedelta(9)))
    receive = ReceiveExhibit(case_id="c", path=video, camera="north", origin="PV 12")
    permit = Permit(receive, "jo", "m", (), NOW, 0, lambda: None)
    exhibit = Intake(vault, keys, records).receive(receive, permit, no_progress).value
    assert isinstance(exhibit, Exhibit)

    def ask(text: str) -> ClockProposal:
        act = ProposeClock(case_id="c", zone=clock.ZONE, at_ms=1000, text=text)
        allowed = Permit(act, "jo", "m", (exhibit.id,), NOW, 0, lambda: None)
        found: Any = Propose(vault, keys, records).propose(act, allowed, no_progress).value
        assert isinstance(found, ClockProposal)
        return found

    marked = clock.START + timedelta(seconds=4 / 3)
    found = ask(marked.strftime(clock.PATTERN))
    true = clock.START + timedelta(seconds=1 / 3)
    assert abs(found.start - true) <= timedelta(seconds=float(found.residual))
    assert found.residual < Fraction(1, 4)
    assert found.agreeing > 25
    assert found.steps == ()
    assert records.exhibit(exhibit.id) == exhibit
    with pytest.raises(BadInput):
        ask("nonsense")
    engine.dispose()
