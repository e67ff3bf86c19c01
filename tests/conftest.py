"""What several rooms' tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

FOOTAGE = Path(__file__).resolve().parents[2] / "shared" / "footage"


@pytest.fixture(scope="session")
def footage() -> Path:
    """Folder of real recordings; absent on a machine that has only the repository."""
    if not FOOTAGE.is_dir():
        pytest.skip(f"no real footage at {FOOTAGE}")
    return FOOTAGE
