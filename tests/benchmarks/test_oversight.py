from __future__ import annotations

from pathlib import Path

import pytest

from scelle.benchmarks.oversight import bench_oversight
from scelle.errors import Misconfigured
from scelle.model.acts import no_progress


def test_a_simulated_year_is_published_and_verified(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    verifier = request.config.rootpath / "tools" / "verify.py"
    kept = tmp_path / "published"
    home = tmp_path / "home"
    measured = bench_oversight(200, 3, 1, kept, home, verifier, no_progress)
    assert measured.holds, measured.told
    assert measured.entries > 100
    assert (kept / "fr" / "rapport.pdf").exists()
    again = bench_oversight(200, 3, 1, None, home, verifier, no_progress)
    assert again.holds, again.told
    assert again.entries > measured.entries, "the home that stayed is published again, not filled"


def test_a_verifier_that_is_not_there_is_said_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="not there"):
        bench_oversight(200, 3, 1, None, None, tmp_path / "none.py", no_progress)
