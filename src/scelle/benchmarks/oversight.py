"""How long a year's publication and its verification take, on a simulated year."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scelle.benchmarks.year import simulate
from scelle.bootstrap import App
from scelle.bootstrap.generated import fill_ledger
from scelle.bootstrap.stores import open_book
from scelle.errors import Misconfigured
from scelle.model.acts import Progress, PublishUse, RegisterAgent
from scelle.model.evidence import Role
from scelle.settings import Settings
from scelle.store.keys import Keyring

#: The simulated year.
YEAR = 2025


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes:
        entries: in the simulated year.
        write_s, publish_s, verify_s: wall-clock seconds.
        folder_bytes: size of the published folder.
        holds: the verifier found nothing wrong.
        told: what the verifier printed.
    """

    entries: int
    write_s: float
    publish_s: float
    verify_s: float
    folder_bytes: int
    holds: bool
    told: str


def bench_oversight(
    entries: int,
    services: int,
    seed: int,
    keep: Path | None,
    kept_home: Path | None,
    verifier: Path,
    progress: Progress,
) -> Measured:
    """Simulate a year, publish it through the door, and have it verified.

    Args:
        entries: about how many.
        keep: where the published folder stays; ``None`` leaves nothing.
        kept_home: where the filled installation stays.  When it is there already, its year is
            published again and nothing is filled: ``write_s`` is then next to nothing.
        verifier: ``tools/verify.py``.

    Raises:
        Misconfigured: the verifier is not there.
    """
    if not verifier.is_file():
        raise Misconfigured(
            f"the independent verifier {verifier} is not there",
            remedy="Give it with --verifier; it is tools/verify.py of the published sources.",
        )
    with tempfile.TemporaryDirectory() as temporary:
        home, folder = kept_home or Path(temporary) / "home", keep or Path(temporary) / "published"
        started = time.perf_counter()
        filled = home.exists()
        if not filled:
            rows = simulate(entries, YEAR, seed=seed, count=services)
            fill_ledger(home, rows, entries, progress)
        with closing(open_book(home, Keyring(home))) as book:
            written = book.size()
        write_s = time.perf_counter() - started
        agents = () if filled else (("root", Role.ADMINISTRATOR), ("auditor", Role.AUDITOR))
        with App(Settings(home=home)) as app:
            for name, role in agents:
                app.perform(
                    "root", RegisterAgent(agent_id=name, roles=frozenset({role}), service="bench")
                )
            started = time.perf_counter()
            act = PublishUse(first=f"{YEAR}-01", last=f"{YEAR}-12", output=folder)
            app.perform("auditor", act, progress)
            publish_s = time.perf_counter() - started
        started = time.perf_counter()
        checked = subprocess.run(
            [sys.executable, str(verifier), str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        verify_s = time.perf_counter() - started
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Measured(
        written, write_s, publish_s, verify_s, size, checked.returncode == 0, checked.stdout
    )
