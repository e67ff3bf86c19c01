"""What everybody may read without signing in: what was published, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scelle.benchmarks.year import simulate
from scelle.bootstrap import open_app
from scelle.bootstrap.generated import fill_ledger
from scelle.model.acts import PublishUse, RegisterAgent
from scelle.model.evidence import Role
from scelle.settings import Settings
from scelle.web import create_app


@pytest.fixture
def published(tmp_path: Path, calling: Callable[..., Any]) -> Any:
    """A year's figures, published; read by somebody who has not signed in."""
    home = tmp_path / "home"
    fill_ledger(home, simulate(120, 2025, seed=3, count=2), 1000)
    with open_app(Settings(home=home)) as app:
        for name, role in (("root", Role.ADMINISTRATOR), ("auditor", Role.AUDITOR)):
            roles = frozenset({role})
            app.perform("root", RegisterAgent(agent_id=name, roles=roles, service="sr"))
        output = home / "exports" / "published" / "2025-01_2025-12"
        output.parent.mkdir(parents=True)
        act = PublishUse(first="2025-01", last="2025-12", output=output)
        app.perform("auditor", act)
        yield calling(create_app(app))


def test_everybody_reads_a_publication_and_nothing_else(published: Any) -> None:
    assert "/public/2025-01_2025-12/en/index.html" in published("/public").text
    for path, kind in (
        ("index.html", "text/html"),
        ("fr/index.html", "text/html"),
        ("style.css", "text/css"),
        ("fr/rapport.pdf", "application/pdf"),
        ("data/figures.json", "application/json"),
    ):
        answer = published(f"/public/2025-01_2025-12/{path}")
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].startswith(kind)
        shown = kind in {"text/html", "text/css"}
        assert ("attachment" in answer.headers.get("content-disposition", "")) != shown
    for path in (
        "../scelle.db", "..%2f..%2fscelle.db", "%2e%2e/%2e%2e/scelle.db", ".hidden",
        "fr/../../../../version", "//etc/passwd", "%00", "a" * 500, "",
    ):  # fmt: skip
        answer = published(f"/public/2025-01_2025-12/{path}")
        # Out of the public pages one is asked to sign in.
        assert answer.status_code in {200, 404, 303}
        assert (answer.status_code == 200) == (path == "")
    assert published("/public/2024-01_2024-12/index.html").status_code == 404
    assert published("/oversight").status_code == 303
