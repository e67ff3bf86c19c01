from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def test_figures_are_read_by_overseers_and_months_not_over_are_not_published(
    scelle: Any, tmp_path: Path
) -> None:
    home = ("--home", tmp_path / "home")
    for name, role in (("root", "administrator"), ("auditor", "auditor")):
        words = ("agent", "register", name, "--role", role, "--service", "sr", "--as", "root")
        assert scelle(*words, *home).status == 0
    month = f"{datetime.now(UTC):%Y-%m}"
    span = ("--from", month, "--to", month, *home, "--json")
    assert scelle("oversight", "report", *span, "--as", "root").status == 3
    folder = tmp_path / "report"
    done = scelle("oversight", "report", "--output", folder, *span, "--as", "auditor")
    assert done.status == 0
    # Both registrations, decided and done, the installation, the refusal, and this decision.
    assert done.data["figures"]["entries"]["total"] >= 7
    assert done.data["figures"]["refusals"]["total"] == 1
    assert (folder / "fr" / "rapport.pdf").exists()
    assert not (folder / "proof").exists()
    use = tmp_path / "use"
    assert scelle("oversight", "publish", use, *span, "--as", "auditor").status == 3
    assert not use.exists()
    wrong = ("--from", "x", "--to", "y", *home, "--as", "auditor")
    assert scelle("oversight", "report", *wrong).status == 2
