"""``witness``: co-sign the heads of other installations' ledgers, for another service."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.views import table
from scelle.errors import BadInput
from scelle.ledger.checkpoint import size_of
from scelle.ledger.witness import Witness

group = typer.Typer(
    no_args_is_help=True,
    help="Co-sign the heads of other installations' ledgers: for an inspectorate, say.",
)

FolderOption = Annotated[
    Path,
    typer.Option(envvar="SCELLE_WITNESS", help="Folder of the witness: its key, what it has seen."),
]


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="witness")


@group.command("init", epilog="Example: scelle witness init inspectorate.example/w1 --folder w1")
def init(
    name: Annotated[str, typer.Argument(help="Its name, which stands before its signatures.")],
    folder: FolderOption,
    as_json: JsonOption = False,
) -> None:
    """Make a witness, with a new key. Never on the machine whose ledger it witnesses."""
    witness = Witness.begin(folder, name)
    told = ("Give this key to the installations, and to whoever checks:", Text(witness.vkey))
    emit(Reply({"name": witness.name, "vkey": witness.vkey}, told), as_json=as_json)


@group.command("show", epilog="Example: scelle witness show --folder w1")
def show(folder: FolderOption, as_json: JsonOption = False) -> None:
    """Show the witness' key and the ledgers that it knows; refusals are evidence."""
    witness = Witness(folder)
    shown = table("", "ledger", ">signed", "when", ">refused", "keys")
    ledgers = []
    for each in witness.known():
        size = size_of(each.note) if each.note else 0
        shown.add_row(each.origin, str(size), each.at, str(each.refused), " ".join(each.vkeys))
        ledgers.append(
            {
                "origin": each.origin,
                "size": size,
                "at": each.at,
                "refused": each.refused,
                "vkeys": list(each.vkeys),
                "head": each.note,
            }
        )
    empty = "It trusts no ledger yet: scelle witness trust KEY."
    told = (Text(witness.vkey), shown if ledgers else empty)
    data = {"name": witness.name, "vkey": witness.vkey, "ledgers": ledgers}
    emit(Reply(data, told), as_json=as_json)


@group.command("trust", epilog="Example: scelle witness trust $VKEY --folder w1")
def trust(
    vkey: Annotated[str, typer.Argument(help="The ledger's key: NAME+ID+KEY.")],
    folder: FolderOption,
    as_json: JsonOption = False,
) -> None:
    """Begin to witness a ledger, or follow it to a new key."""
    origin = Witness(folder).trust(vkey)
    emit(Reply({"origin": origin}, (f"It witnesses {origin}.",)), as_json=as_json)


@group.command("sign", epilog="Example: scelle witness sign request.txt -o answer.txt --folder w1")
def sign(
    request: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The request that was given.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The answer to write.")],
    folder: FolderOption,
    as_json: JsonOption = False,
) -> None:
    """Answer to a request that came as a file, if the head continues the last one signed."""
    witness = Witness(folder)
    try:
        text = request.read_text(encoding="utf-8")
        output.write_text(witness.answer_file(text, datetime.now(UTC)), encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"The request cannot be read, or the answer not written: {error}.",
            remedy="Give the file of `scelle ledger ask-witness`, and a place to write.",
        ) from error
    told = (Text(str(output)), "Give it back.")
    emit(Reply({"answer": str(output), "witness": witness.name}, told), as_json=as_json)


@group.command("serve", epilog="Example: scelle witness serve --folder w1 --port 8700")
def serve(
    folder: FolderOption,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port.")] = 8700,
    as_json: JsonOption = False,
) -> None:
    """Answer over HTTP until Ctrl-C; put a server with TLS before it on a network."""
    # Other commands start sooner without what serves.
    from scelle.web.witness import serve_witness

    witness = Witness(folder)
    err = Console(stderr=True)
    err.print(f"{witness.name} answers at http://{host}:{port}", soft_wrap=True)
    with interruptible():
        serve_witness(witness, host, port)
    emit(Reply({"stopped": True}), as_json=as_json)
