"""``attest`` and ``record-commitment``: what this installation is, and since when it may serve."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

import scelle
from scelle.cli.command import JsonOption, Reply, Session, command, emit, interruptible
from scelle.cli.views import table
from scelle.model.acts import Attest, RecordCommitment
from scelle.reporting.attestation import Attestation, counted, verify

group = typer.Typer(help="What this installation can and cannot do, signed.")

_FOUND = 1


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    command(
        app,
        "record-commitment",
        example="scelle record-commitment --sent-on 2026-11-24 --document-sha256 $SHA256",
    )(record_commitment)
    command(group, "", example="scelle attest -o attestation")(attest)
    app.add_typer(group, name="attest")


def attest(
    session: Session,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="A folder that does not exist yet; attestation-DATE by default."
        ),
    ] = None,
) -> Reply:
    """Look at what this installation can and cannot do, and write a signed statement of it.

    The exit status is 1 when something that must not be there was found.
    """
    folder = output or Path(f"attestation-{datetime.now(UTC):%Y-%m-%d}")
    made: Attestation = session.perform(Attest(output=folder))
    shown = table("Looked for, and must not be there", "check", "looked at", "found")
    for check in made.checks:
        found = Text(", ".join(check.found), style="bold red") if check.found else "nothing"
        shown.add_row(check.name, counted(check.looked_at), found)
    verdict = (
        Text("Something was found that must not be there.", style="bold red")
        if made.failed
        else Text("Nothing that must not be there was found.", style="bold green")
    )
    return Reply(
        {
            "path": str(folder),
            "ok": not made.failed,
            "checks": [
                {"name": c.name, "looked_at": dict(c.looked_at), "found": list(c.found)}
                for c in made.checks
            ],
        },
        (shown, verdict, Text(str(folder))),
        status=_FOUND if made.failed else 0,
    )


@group.command("verify", epilog="Example: scelle attest verify attestation/attestation.json --here")
def attest_verify(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The file attestation.json.")
    ],
    vkey: Annotated[
        str, typer.Option(help="The installation's key, as it was published elsewhere.")
    ] = "",
    here: Annotated[
        bool, typer.Option("--here", help="It must be about the very sources of this program.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check an attestation: its signature, its checks, and the files beside it.

    Needs no installation; the exit status is 1 when something does not hold.
    """
    with interruptible():
        verdict = verify(file, vkey, Path(scelle.__file__).parent if here else None)
    problems = [Text(problem, style="bold red") for problem in verdict.problems]
    remark = "" if vkey else "The key is the file's own word: compare it with the published one."
    reply = Reply(
        {
            "ok": not verdict.problems,
            "holds": list(verdict.holds),
            "problems": list(verdict.problems),
        },
        (*verdict.holds, *problems, *([remark] if remark else [])),
        status=_FOUND if verdict.problems else 0,
    )
    emit(reply, as_json=as_json)


def record_commitment(
    session: Session,
    sent_on: Annotated[str, typer.Option(metavar="DATE", help="The day on which it was sent.")],
    document_sha256: Annotated[str, typer.Option(help="SHA-256 of what was sent.")] = "",
) -> Reply:
    """Record that the compliance commitment was sent; real cases may be opened from then on."""
    day: str = session.perform(RecordCommitment(sent_on=sent_on, document_sha256=document_sha256))
    return Reply(
        {"sent_on": day, "production": True},
        (f"The commitment is recorded as sent on {day}: real cases can be opened.",),
    )
