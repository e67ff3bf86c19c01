"""Hostile files through the whole intake: what becomes of each, and of the service."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from scelle.benchmarks.installation import AGENT, open_case, register_people
from scelle.benchmarks.mutations import Hostile, mutate, recordings
from scelle.benchmarks.watch import Watch
from scelle.bootstrap import App, open_app
from scelle.engine.worker import largest
from scelle.errors import BadInput, DecoderFailed, ScelleError
from scelle.footage.part import part_of
from scelle.model.acts import AnalyseExhibit, Progress, ReceiveExhibit, no_progress
from scelle.settings import Settings

LIMIT_S = 180.0
"""Seconds that one file may take from end to end before it counts as a hang."""

_CASE = 25
"""Files in each case."""

PART = 100
"""Files in each service: after so many, the account is kept and another service begins."""

_OLD = 1_600_000_000
"""When the files were last written: what is fresh is watched longer."""


@dataclass
class Account:
    """What became of the files.

    Attributes:
        seed, first: which row of files, and the number of the first one.
        files: how many were tried.
        outcomes: how many ended how: ``refused``, ``analysed`` (received, and analysed to
            the end), ``decoder failed`` (received or not, with a finding or an error).
        by_mutation: the same for each mutation.
        why: how decoders failed.
        damaged_frames: pictures told as damaged in what was analysed.
        failures: what must not be: one line each, with the number of the file.
        slowest_s: the longest that one file took.
        wall_s: all of them.
        peak_bytes: memory of all processes together, looked at every 1.5 s, at its highest.
        largest_bytes: the most that one sandbox had, as the kernel counted.
        protection: what was in force.
    """

    seed: int
    first: int = 0
    files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    by_mutation: dict[str, Counter[str]] = field(default_factory=dict)
    why: Counter[str] = field(default_factory=Counter)
    damaged_frames: int = 0
    failures: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    wall_s: float = 0.0
    peak_bytes: int = 0
    largest_bytes: int = 0
    protection: tuple[str, ...] = ()

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            **vars(self),
            "outcomes": dict(self.outcomes),
            "by_mutation": {name: dict(each) for name, each in self.by_mutation.items()},
            "why": dict(self.why),
            "slowest_s": round(self.slowest_s, 3),
            "wall_s": round(self.wall_s, 1),
            "protection": list(self.protection),
        }

    @classmethod
    def kept(cls, path: Path) -> Account:
        """What :meth:`keep` wrote.

        Raises:
            BadInput: the file is no account.
        """
        try:
            told = json.loads(path.read_text())
            told["outcomes"], told["why"] = Counter(told["outcomes"]), Counter(told["why"])
            told["by_mutation"] = {n: Counter(c) for n, c in told["by_mutation"].items()}
            account = cls(**told | {"protection": tuple(told["protection"])})
            if account.files != account.outcomes.total():
                raise ValueError("its outcomes do not add up")
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadInput(
                f"{path} is no account of hostile files: {error}.",
                remedy="Give a file that does not exist yet, or one that this command wrote.",
            ) from error
        return account

    def keep(self, path: Path) -> None:
        """Write it whole, or not at all."""
        with part_of(path) as part:
            part.write_text(json.dumps(vars(self)))
            part.replace(path)


def bench_hostile(
    files: int,
    *,
    seed: int = 1,
    first: int = 0,
    limit_s: float = LIMIT_S,
    keep: Path | None = None,
    progress: Progress = no_progress,
) -> Account:
    """Receive and analyse mutated files, one after the other, in one service after the other.

    Every file must end in one of the outcomes of :class:`Account`; whatever else happens
    (another error, a hang, a picture that is not accounted for, a file or a process left
    behind) is a failure.

    Args:
        files: how many.
        seed: which row of files.
        first: number of the first one in it.
        limit_s: seconds for one file.
        keep: file in which the account is kept after each part; one that is there already
            is gone on with, and what it holds counts.
        progress: told files done.

    Raises:
        BadInput: what was kept is no account, or one of other files.
    """
    account = Account(seed, first)
    if keep is not None and keep.exists():
        account = Account.kept(keep)
        if (account.seed, account.first) != (seed, first):
            raise BadInput(
                f"{keep} is the account of seed {account.seed} from file {account.first} on.",
                remedy="Give the same seed and first file, or another file to keep it in.",
            )
    while account.files < files:
        _part(account, min(PART, files - account.files), files, limit_s, progress)
        if keep is not None:
            account.keep(keep)
    return account


def _part(account: Account, count: int, files: int, limit_s: float, progress: Progress) -> None:
    """Some files in a service of their own."""
    began, before = time.monotonic(), _children()
    with tempfile.TemporaryDirectory(prefix="scelle-hostile-") as name:
        folder = Path(name)
        whole = recordings(folder)
        home = Settings(home=folder / "home", agent=AGENT)
        with open_app(home) as app, Watch(1.5) as memory:
            account.protection = app.protection.names
            register_people(app)
            case_id = ""
            for done in range(count):
                if done % _CASE == 0:
                    case_id = open_case(app)
                made = mutate(whole, account.first + account.files, account.seed)
                _try(app, case_id, made, folder, account, limit_s)
                progress("hostile", account.files, files, "files")
            left = sorted(p.name for p in folder.iterdir() if p.name != "home")
            if left:
                account.failures.append(f"files left behind: {left}")
            problems = app.verify_ledger().problems
            account.failures += [f"the ledger: {p}" for p in problems]
        account.peak_bytes = max(account.peak_bytes, memory.peak)
        account.largest_bytes = max(account.largest_bytes, largest())
    # The process that sandboxes fork off stays, and nothing else.
    if len(more := _children() - before) > 1:
        account.failures.append(f"processes left behind: {sorted(more)}")
    account.wall_s += time.monotonic() - began


def _children() -> set[int]:
    """Processes that this one started and that are still there (Linux)."""
    found: set[int] = set()
    for task in Path("/proc/self/task").glob("*/children"):
        found |= {int(pid) for pid in task.read_text().split()}
    return found


def _try(
    app: App, case_id: str, hostile: Hostile, folder: Path, account: Account, limit_s: float
) -> None:
    path = folder / f"{hostile.number}.{hostile.kind}"
    path.write_bytes(hostile.data)
    os.utime(path, (_OLD, _OLD))
    vault = app.settings.home / "vault" / case_id
    before = _files(vault)
    began = time.monotonic()
    try:
        outcome = _intake(app, case_id, path, account, hostile)
    except Exception as error:
        outcome = "failure"
        account.failures.append(_line(hostile, f"{type(error).__name__}: {error}"))
    took = time.monotonic() - began
    path.unlink()
    account.files += 1
    account.outcomes[outcome] += 1
    account.by_mutation.setdefault(hostile.mutation, Counter())[outcome] += 1
    account.slowest_s = max(account.slowest_s, took)
    if took > limit_s:
        account.failures.append(_line(hostile, f"took {took:.0f} s"))
    after = _files(vault)
    if outcome == "refused" and after != before:
        account.failures.append(_line(hostile, f"left {sorted(after - before)}"))
    parts = [name for name in after if name.endswith(".part")]
    if parts:
        account.failures.append(_line(hostile, f"left half-written {parts}"))


def _intake(app: App, case_id: str, path: Path, account: Account, hostile: Hostile) -> str:
    try:
        exhibit = app.perform(
            AGENT, ReceiveExhibit(case_id=case_id, path=path, camera="bench", origin="bench")
        )
    except DecoderFailed as error:
        account.why[error.why] += 1
        _require_remedy(error)
        return "decoder failed"
    except BadInput as error:
        _require_remedy(error)
        return "refused"
    (analysis,) = app.perform(
        AGENT, AnalyseExhibit(case_id=case_id, exhibit_ids=(exhibit.id,), workers=2)
    )
    c = analysis.coverage
    account.damaged_frames += c.frames_damaged
    told = c.frames_decoded + c.frames_skipped + c.frames_damaged
    if not c.ended or (c.frames_expected is not None and c.frames_expected != told):
        account.failures.append(_line(hostile, f"{told} pictures told of {c.frames_expected}"))
    failed = [f for f in c.findings if "The decoder" in f.detail]
    account.why.update("in a segment" for _ in failed)
    return "decoder failed" if failed else "analysed"


def _require_remedy(error: ScelleError) -> None:
    if not error.remedy or not str(error):
        raise AssertionError(f"an error without a remedy: {error!r}")


def _files(vault: Path) -> set[str]:
    return {str(p.relative_to(vault)) for p in vault.rglob("*") if p.is_file()}


def _line(hostile: Hostile, what: str) -> str:
    return f"file {hostile.number} ({hostile.kind}, {hostile.mutation}): {what}"
