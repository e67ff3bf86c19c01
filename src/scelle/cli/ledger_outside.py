"""``ledger``: its heads, shown to witnesses and timestamp authorities; its key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from scelle.cli.command import Reply, Session, command
from scelle.cli.views import table
from scelle.errors import BadInput
from scelle.ledger.anchoring import Shown
from scelle.ledger.verify import Witnessed
from scelle.model.acts import NameWitness, RotateKey

_COLOURS = {"signed": "green", "refused": "bold red", "silent": "yellow"}


def add_to(group: typer.Typer) -> None:
    """Add the commands to their group."""
    command(group, "checkpoint", example="scelle ledger checkpoint -o head.txt")(checkpoint)
    command(group, "witnesses", example="scelle ledger witnesses")(witnesses)
    command(
        group,
        "name-witness",
        example="scelle ledger name-witness $VKEY --url https://witness.example/scelle",
    )(name_witness)
    command(
        group, "ask-witness", example="scelle ledger ask-witness witness.example/w -o request.txt"
    )(ask_witness)
    command(group, "cosign", example="scelle ledger cosign answer.txt")(cosign)
    command(group, "rotate-key", example="scelle ledger rotate-key")(rotate_key)


def seen_line(seen: Witnessed, size: int) -> Text:
    """How far a witness has seen, in one line."""
    if not seen.size:
        return Text(f"{seen.name} has witnessed nothing yet.", style="yellow")
    when = f"{datetime.fromtimestamp(seen.at, UTC):%Y-%m-%d %H:%M} UTC"
    text = f"{seen.name} signed the first {seen.size} entries on {when}; {size - seen.size} since."
    return Text(text, style="dim")


def checkpoint(
    session: Session,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the head there too, to keep elsewhere."),
    ] = None,
) -> Reply:
    """Keep the signed head, show it to every witness, have it timestamped.

    Run it from a timer, and keep the head on another machine. The exit status is 1 when
    a witness refuses: then find out why at once.
    """
    note, shown = session.app.checkpoint()
    if output is not None:
        _write(output, note)
    told = [Text(each.text, style=_COLOURS[each.status]) for each in shown]
    refused = any(each.status == "refused" for each in shown)
    return Reply(
        {"head": note, "shown": _views(shown)},
        (Text(note.rstrip("\n")), *told),
        status=int(refused),
    )


def witnesses(session: Session) -> Reply:
    """List those who co-sign the ledger's heads, and how far each has signed."""
    named = session.app.witnesses()
    size, _ = session.app.ledger_head()
    shown = table("", "witness", ">signed", ">since", "asked at", "key")
    for each in named:
        since = str(size - each.size)
        shown.add_row(each.key.name, str(each.size), since, each.url or "by file", each.vkey)
    empty = "No witness is named: scelle ledger name-witness KEY. Without one, a ledger cut short "
    empty += "by whoever holds its key is found only by heads kept elsewhere."
    return Reply(
        {
            "size": size,
            "witnesses": [
                {"name": w.key.name, "vkey": w.vkey, "url": w.url, "size": w.size} for w in named
            ],
        },
        (shown,) if named else (empty,),
    )


def name_witness(
    session: Session,
    vkey: Annotated[str, typer.Argument(help="The witness' key: NAME+ID+KEY.")],
    url: Annotated[str, typer.Option(help="Where it is asked; without, files are exchanged.")] = "",
) -> Reply:
    """Name a witness, for ever: an entry of the ledger says so."""
    name: str = session.perform(NameWitness(vkey=vkey, url=url))
    return Reply({"witness": name}, (f"{name} co-signs the ledger's heads from now on.",))


def ask_witness(
    session: Session,
    name: Annotated[str, typer.Argument(help="The witness' name.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The request to write.")],
    seen: Annotated[
        int | None, typer.Option(min=0, help="The size that it signed last, where it says so.")
    ] = None,
) -> Reply:
    """Write the request to a witness that gets files instead of being asked.

    Give it the file; it answers with `scelle witness sign`, and `scelle ledger cosign`
    takes the answer.
    """
    _write(output, session.app.witness_request(name, seen))
    return Reply({"request": str(output)}, (Text(f"{output}"), "Give it to the witness."))


def cosign(
    session: Session,
    answer: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="What the witness gave back.")
    ],
) -> Reply:
    """Keep the co-signature that a witness gave back as a file."""
    names = session.app.add_cosignatures(answer)
    told = f"Co-signed by {', '.join(names)}." if names else "Nothing new was in it."
    return Reply({"witnesses": list(names)}, (told,))


def rotate_key(session: Session) -> Reply:
    """Exchange the key that signs the ledger; the old one hands over and is destroyed.

    Give the new key to the witnesses: they trust it with `scelle witness trust`.
    """
    entry: int = session.perform(RotateKey())
    vkey = session.app.vkeys()[-1]
    told = (f"Entry {entry} hands over to the new key; both keys signed it.", Text(vkey))
    return Reply({"entry": entry, "vkey": vkey}, told)


def _views(shown: Sequence[Shown]) -> list[dict[str, object]]:
    return [{"who": s.who, "size": s.size, "status": s.status, "text": s.text} for s in shown]


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written: {error.strerror}.",
            remedy="Choose a file in a folder that exists and where you may write.",
        ) from error
