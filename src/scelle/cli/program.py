"""The program: its groups of commands, and how it ends.

Exit status: 0 done, 1 a check found something wrong, 2 bad input, 3 refused,
4 damaged, 5 the machine or a setting does not allow it, 130 interrupted.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text
from typer.exceptions import TyperException
from typer.rich_utils import rich_format_error

from scelle import __version__
from scelle.cli import (
    attempt,
    attesting,
    benches,
    bookmarks,
    bundles,
    cases,
    clips,
    clocks,
    decisions,
    dossiers,
    exhibits,
    health,
    ledger,
    mandates,
    oversight,
    papers,
    people,
    replay,
    retention,
    serve,
    signing,
    stills,
    synopses,
    tracks,
    witness,
    zones,
)
from scelle.cli.views import plain
from scelle.errors import BadInput, Damaged, Interrupted, Misconfigured, Refused, ScelleError

STATUS: dict[type[ScelleError], int] = {
    BadInput: 2,
    Refused: 3,
    Damaged: 4,
    Misconfigured: 5,
    Interrupted: 130,
}

app = typer.Typer(
    help="Finds the sequences that matter in recorded video, under control, provably.",
    epilog="Example: scelle try recording.mp4",
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (
    health,
    attempt,
    cases,
    people,
    mandates,
    exhibits,
    clocks,
    tracks,
    clips,
    stills,
    synopses,
    ledger,
    witness,
    attesting,
    oversight,
    papers,
    benches,
    serve,
    decisions,
    retention,
    replay,
    signing,
    bundles,
    dossiers,
    bookmarks,
    zones,
):
    room.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scelle {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Finds the sequences that matter in recorded video, under control, provably."""


def status_of(error: ScelleError) -> int:
    """The exit status that tells this error."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 1)


def describe(error: ScelleError) -> dict[str, object]:
    """An error as the JSON object of ``--json``."""
    told: dict[str, object] = {
        "type": type(error).__name__,
        "message": str(error),
        "remedy": error.remedy,
    }
    if isinstance(error, Refused):
        told["entry"] = error.entry
        told["reasons"] = [
            {"rule": r.rule, "article": r.article, "text": r.text, "remedy": r.remedy}
            for r in error.reasons
        ]
    return {"error": told}


def _program() -> str:
    """How the program was started: ``./scelle`` says so itself."""
    return os.environ.get("SCELLE_PROGRAM", "scelle")


def _remedy(text: str) -> Text:
    """A remedy whose commands can be typed as they stand."""
    typed = re.sub(r"(?<![\w./-])scelle (?=[a-z])", lambda _: f"{_program()} ", text)
    return Text.assemble(("  to do: ", "green"), plain(typed))


def _show(error: ScelleError, console: Console) -> None:
    title = "refused" if isinstance(error, Refused) else "error"
    if isinstance(error, Refused):
        for reason in error.reasons:
            where = f" [{reason.rule}, {reason.article}]"
            console.print(
                Text.assemble((f"{title}: ", "bold red"), plain(reason.text), (where, "dim")),
                soft_wrap=True,
            )
            if reason.remedy:
                console.print(_remedy(reason.remedy), soft_wrap=True)
        console.print(Text(f"  recorded as ledger entry {error.entry}", "dim"), soft_wrap=True)
        return
    console.print(Text.assemble((f"{title}: ", "bold red"), plain(str(error))), soft_wrap=True)
    if error.remedy:
        console.print(_remedy(error.remedy), soft_wrap=True)


@cache
def _command() -> Any:
    """All commands; a process that runs several lines puts them together once."""
    return typer.main.get_command(app)


def run(arguments: Sequence[str]) -> int:
    """Run one command line.

    Args:
        arguments: what follows the program's name.

    Returns:
        The exit status.
    """
    as_json = "--json" in arguments
    name = _program()
    try:
        status = _command()(list(arguments), prog_name=name, standalone_mode=False)
    except ScelleError as error:
        if as_json:
            typer.echo(json.dumps(describe(error)))
        _show(error, Console(stderr=True))
        return status_of(error)
    except TyperException as error:
        if as_json:
            told = {"type": "Usage", "message": error.format_message(), "remedy": f"See {name} -h."}
            typer.echo(json.dumps({"error": told}))
        rich_format_error(error)  # type: ignore[arg-type]
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has read enough; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status if isinstance(status, int) else 0


def main() -> NoReturn:
    """Entry point of the ``scelle`` program."""
    sys.exit(run(sys.argv[1:]))
