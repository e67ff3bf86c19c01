"""``bench hostile``: mutated files through the whole intake."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from scelle.benchmarks.hostile import LIMIT_S, Account, bench_hostile
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.progress import Bars
from scelle.cli.views import table

_OUTCOMES = ("refused", "analysed", "decoder failed", "failure")


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    group.command("hostile", epilog="Example: scelle bench hostile --files 2000")(hostile)


def hostile(
    files: Annotated[int, typer.Option(min=1, help="How many files.")] = 2000,
    seed: Annotated[int, typer.Option(help="Which files: the same seed gives the same.")] = 1,
    first: Annotated[int, typer.Option(min=0, help="Number of the first one.")] = 0,
    limit: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="Longer for one file is a hang.")
    ] = LIMIT_S,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the account there; a killed run goes on from it."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Receive and analyse files that were made to do harm, and account for each.

    Small recordings in nine containers and codings are altered in a dozen ways. Nothing
    is kept, and no case is touched. Exit status 1 if a file did anything else than being
    refused, analysed or told of as one on which the decoder failed.
    """
    with interruptible(), Bars(Console(stderr=True)) as progress:
        account = bench_hostile(
            files, seed=seed, first=first, limit_s=limit, keep=keep, progress=progress
        )
    reply = Reply(account.view(), tuple(shown(account)), status=1 if account.failures else 0)
    emit(reply, as_json=as_json)


def shown(account: Account) -> list[RenderableType]:
    """One row for each mutation, the sum, and what must not be."""
    rows = table("Hostile files", "what was done", *(f">{name}" for name in _OUTCOMES))
    for mutation, each in account.by_mutation.items():
        rows.add_row(mutation, *(str(each[name]) for name in _OUTCOMES))
    rows.add_section()
    rows.add_row(f"all {account.files}", *(str(account.outcomes[name]) for name in _OUTCOMES))
    why = ", ".join(f"{name} {count}" for name, count in sorted(account.why.items())) or "none"
    return [
        rows,
        f"Decoder failures: {why}. Damaged pictures told: {account.damaged_frames}.",
        f"Slowest file {account.slowest_s:.1f} s; all {account.wall_s:.0f} s; peak memory "
        f"{account.peak_bytes / 2**20:.0f} MiB, of one sandbox "
        f"{account.largest_bytes / 2**20:.0f} MiB; in force: {', '.join(account.protection)}.",
        *account.failures,
    ]
