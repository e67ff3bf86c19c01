"""``ledger``: read it, verify it, take it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from scelle.cli import ledger_outside as outside
from scelle.cli.command import Reply, Session, command
from scelle.cli.views import exported_line, exported_view, field_list, table
from scelle.model.acts import (
    AcceptState,
    AcceptTime,
    ConsultInstallation,
    ConsultLedger,
    ExportLedger,
)
from scelle.model.results import Exported

group = typer.Typer(no_args_is_help=True, help="The tamper-evident record of every act.")

#: Sealed fields that people read in the table; the JSON object holds them all.
_SEALED = ("at", "agent", "reason", "error")

_DAMAGED = 4


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    outside.add_to(group)
    app.add_typer(group, name="ledger")


@command(group, "show", example="scelle ledger show --last 20")
def ledger_show(
    session: Session,
    case_id: Annotated[
        str,
        typer.Option(
            "--case", metavar="ID", help="Only this case's entries, with their sealed fields."
        ),
    ] = "",
    installation: Annotated[
        bool,
        typer.Option(
            "--installation",
            help="Only what belongs to no case (people, clearances), with its sealed fields.",
        ),
    ] = False,
    last: Annotated[int, typer.Option(min=0, help="Only the last ones; 0 for all.")] = 0,
) -> Reply:
    """Show the entries: their public fields, or all those of one case.

    Reading the sealed fields of a case is an act of oversight, and itself an entry.
    """
    if case_id or installation:
        act = ConsultLedger(case_id=case_id) if case_id else ConsultInstallation()
        opened = session.perform(act)
        entries = [
            {"seq": e.seq, "disclosed": dict(e.disclosed), "sealed": dict(e.sealed)} for e in opened
        ]
    else:
        entries = [
            {"seq": fields["seq"], "disclosed": dict(fields)}
            for fields in session.app.disclosed_entries()
        ]
    entries = list(islice(entries, max(0, len(entries) - last), None)) if last else entries
    size, root = session.app.ledger_head()
    return Reply(
        {"size": size, "root": root, "entries": entries},
        (_entries_table(entries), f"{size} entries, head {root}"),
    )


def _entries_table(entries: Iterable[Mapping[str, Any]]) -> Table:
    shown = table("", ">entry", "month", "what", "act", "service", "more")
    for entry in entries:
        fields = {**entry["disclosed"], **entry.get("sealed", {})}
        more = [*fields.get("rules", []), *_pairs(fields.get("counts", {}))]
        more += _pairs({name: fields[name] for name in _SEALED if fields.get(name)})
        what = f"{fields.get('phase', '')} {fields.get('result', '')}".strip()
        mark = ", demonstration" if fields.get("demonstration") else ""
        shown.add_row(
            str(entry["seq"]),
            str(fields.get("month", "")),
            what,
            str(fields.get("act", "")),
            f"{fields.get('service') or ''}{mark}",
            ", ".join(more),
        )
    return shown


def _pairs(fields: Mapping[str, object]) -> list[str]:
    return [f"{name} {value}" for name, value in fields.items()]


@command(group, "verify", example="scelle ledger verify --against head-of-last-month.txt")
def ledger_verify(
    session: Session,
    against: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A signed head kept from before: it must be a prefix."
        ),
    ] = None,
    head: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True, dir_okay=False, help="More such heads, or a witness' answer; repeat."
        ),
    ] = None,
    witness: Annotated[
        list[str] | None,
        typer.Option(metavar="VKEY", help="Key of a witness that must have co-signed; repeat."),
    ] = None,
) -> Reply:
    """Hold the ledger against its signed head; the exit status is 4 when it does not match.

    An intact ledger proves what this software did, not that nobody used another.
    """
    report = session.app.verify_ledger(against, head or (), witness or ())
    verdict = (
        Text("The ledger matches its signed head.", style="bold green")
        if report.ok
        else Text("The ledger does not match.", style="bold red")
    )
    problems = [
        Text(f"entry {p.seq}: {p.text}" if p.seq is not None else p.text, style="red")
        for p in report.problems
    ]
    seen = [outside.seen_line(each, report.size) for each in report.witnessed]
    keys = ["The ledger's keys, to give to others, the last one signs now:", *session.app.vkeys()]
    return Reply(
        {
            "ok": report.ok,
            "size": report.size,
            "root": report.root.hex(),
            "holds": list(report.holds),
            "problems": [{"check": p.check, "seq": p.seq, "text": p.text} for p in report.problems],
            "witnessed": [{"name": w.name, "size": w.size, "at": w.at} for w in report.witnessed],
            "vkeys": list(session.app.vkeys()),
        },
        (verdict, *report.holds, *seen, *problems, *map(Text, keys)),
        status=0 if report.ok else _DAMAGED,
    )


@command(
    group, "accept", example="scelle ledger accept agent:m.rivet --reason 'restored from a backup'"
)
def ledger_accept(
    session: Session,
    subject: Annotated[
        str,
        typer.Argument(metavar="SUBJECT", help="As the refusal named it: agent:NAME, case:ID."),
    ],
) -> Reply:
    """Take what the database says of somebody or something as true, by an overseer.

    For a database put back from a backup; --reason is required. It is an entry like any other.
    """
    accepted: str = session.perform(AcceptState(subject=subject))
    return Reply({"accepted": accepted}, (field_list({"accepted": accepted}),))


@command(
    group, "accept-time", example="scelle ledger accept-time --reason 'the clock ran a year ahead'"
)
def ledger_accept_time(session: Session) -> Reply:
    """Take the machine's clock as right although an entry is later, by an overseer.

    For a clock that ran ahead and was set right; --reason is required. It is an entry like
    any other.
    """
    at: datetime = session.perform(AcceptTime())
    return Reply({"time": at.isoformat()}, (field_list({"time from now on": at.isoformat()}),))


@command(group, "export", example="scelle ledger export -o ledger.jsonl")
def ledger_export(
    session: Session,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; a folder for tiles.")
    ],
    tiles: Annotated[
        bool, typer.Option("--tiles", help="As C2SP tiles, for any web server.")
    ] = False,
    entry: Annotated[
        list[int] | None, typer.Option(min=0, help="Only this entry, with its proof; repeat.")
    ] = None,
) -> Reply:
    """Export the public fields of the ledger with its signed head; nothing sealed."""
    act = ExportLedger(output=output, tiles=tiles, entries=tuple(entry or ()))
    exported: Exported = session.perform(act)
    return Reply({"ledger": exported_view(exported)}, (exported_line(exported, "entries"),))
