"""``bench hostile-web``: hostile requests to the web application."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console, RenderableType

from scelle.benchmarks.hostile_web import Account, bench_hostile_web
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.progress import Bars
from scelle.cli.views import table


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    group.command("hostile-web", epilog="Example: scelle bench hostile-web --requests 10000")(
        hostile_web
    )


def hostile_web(
    requests: Annotated[int, typer.Option(min=1, help="How many requests.")] = 10000,
    seed: Annotated[int, typer.Option(help="Which ones: the same seed gives the same.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Ask the web application what it must not answer, and account for each answer.

    Every route is asked in memory by every role, with ids of a case that is not theirs,
    paths that climb, and bodies that are malformed or too long. Exit status 1 if an answer
    tells a stranger of the case, fails, or tells of the machine; or if the planted faults
    are not found.
    """
    with interruptible(), Bars(Console(stderr=True)) as progress:
        account = bench_hostile_web(requests, seed, progress)
    data = {
        "requests": account.requests,
        "answers": {name: dict(each) for name, each in account.answers.items()},
        "faults": account.faults,
        "planted": account.planted,
    }
    emit(Reply(data, tuple(shown(account)), status=0 if account.holds else 1), as_json=as_json)


def shown(account: Account) -> list[RenderableType]:
    """One row for each role, what must not be, and what became of the control."""
    codes = sorted({code for each in account.answers.values() for code in each})
    rows = table("Hostile requests", "asked by", *(f">{code}" for code in codes), ">all")
    for name, each in account.answers.items():
        rows.add_row(name, *(str(each[code]) for code in codes), str(each.total()))
    found = ", ".join(f"{sort} {count}" for sort, count in account.planted.items())
    faults = [f"{sort}: {told}" for sort, each in account.faults.items() for told in each]
    return [
        rows,
        f"{account.requests} requests, {len(faults)} faults; planted, and found: {found}.",
        *faults,
    ]
