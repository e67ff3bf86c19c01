"""``retention``, ``erasure``, ``request``: how long data are kept, and their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from scelle.bootstrap import open_app
from scelle.cli.command import (
    HomeOption,
    JsonOption,
    Reply,
    Session,
    command,
    emit,
    interruptible,
    settings_for,
)
from scelle.cli.options import CaseOption
from scelle.cli.views import case_view, field_list, iso, table
from scelle.errors import BadInput, Refused
from scelle.ledger import certificate
from scelle.model.acts import (
    AnnounceErasure,
    ConsultRetention,
    EraseCase,
    ExtendRetention,
    MakeRequest,
    SettleRequest,
)
from scelle.model.decisions import Request, RequestKind, RequestState
from scelle.model.evidence import Case, CaseState
from scelle.model.retention import Due, Erased
from scelle.settings import Settings

retention = typer.Typer(no_args_is_help=True, help="How long cases are kept (art. 230-22).")
erasure = typer.Typer(no_args_is_help=True, help="Erasing cases, and what proves it.")
requests = typer.Typer(no_args_is_help=True, help="Orders and requests (arts 230-23, 230-24).")

_FOUND = 1

OutputOption = Annotated[
    Path, typer.Option("--output", "-o", help="Where the certificate is written.")
]
BackupsOption = Annotated[
    list[str] | None,
    typer.Option("--backup", help="What you know of a copy elsewhere, in words; repeat."),
]


def register(app: typer.Typer) -> None:
    """Add the groups to the program."""
    app.add_typer(retention, name="retention")
    app.add_typer(erasure, name="erasure")
    app.add_typer(requests, name="request")


@command(retention, "show", example="scelle retention show")
def retention_show(session: Session) -> Reply:
    """Show by when each case must be erased, nearest first."""
    due: tuple[Due, ...] = session.perform(ConsultRetention())
    return Reply({"cases": [_due(d) for d in due]}, _deadlines(due))


@command(retention, "run", example="scelle retention run --folder certificates")
def retention_run(
    session: Session,
    folder: Annotated[
        Path, typer.Option(file_okay=False, help="Where the certificates are written.")
    ],
    backups: BackupsOption = None,
) -> Reply:
    """Announce deadlines 30, 7 and 1 days before, and erase every case that is due.

    Meant to be run every day, by an administrator. Whatever is not due is left alone.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder", remedy="Make the folder, and run it again.")
    announced: list[dict[str, object]] = []
    erased: list[dict[str, object]] = []
    waiting: list[dict[str, object]] = []
    for due in session.perform(ConsultRetention()):
        ordered = any(r.kind is RequestKind.ERASURE for r in due.requests)
        if due.days >= 0 and due.state is CaseState.OPEN and not ordered:
            for days in _near(due):
                session.perform(AnnounceErasure(case_id=due.case_id, days=days))
                announced.append({"case": due.case_id, "days": days})
            continue
        output = folder / f"erasure-{due.case_id}.json"
        act = EraseCase(case_id=due.case_id, output=output, backups=tuple(backups or ()))
        try:
            done: Erased = session.perform(act)
        except Refused as error:
            waiting.append({"case": due.case_id, "entry": error.entry, "why": str(error)})
            continue
        erased.append(
            {"case": due.case_id, "certificate": str(output), "residue": list(done.residue)}
        )
    shown: list[RenderableType] = [
        f"{len(erased)} cases erased, {len(announced)} deadlines announced."
    ]
    shown += [Text(str(each["certificate"])) for each in erased]
    shown += [
        f"Not erased: case {w['case']} (ledger entry {w['entry']}): {w['why']}" for w in waiting
    ]
    bad = bool(waiting) or any(each["residue"] for each in erased)
    data = {"announced": announced, "erased": erased, "waiting": waiting}
    return Reply(data, tuple(shown), status=_FOUND if bad else 0)


def _near(due: Due) -> list[int]:
    return [days for days in (30, 7, 1) if due.days < days and days not in due.announced]


@command(retention, "extend", example="scelle retention extend --case $CASE --article 706-73")
def retention_extend(
    session: Session,
    case_id: CaseOption,
    article: Annotated[
        str, typer.Option(help="What the case falls under: 706-73, 706-73-1 or 706-74.")
    ],
) -> Reply:
    """Keep a case for two years more, by a magistrate's decision."""
    case: Case = session.perform(ExtendRetention(case_id=case_id, article=article))
    until = f"{case.erase_by.astimezone():%Y-%m-%d}"
    return Reply({"case": case_view(case)}, (field_list({"case": case.id, "kept until": until}),))


@command(erasure, "run", example="scelle erasure run --case $CASE -o certificate.json")
def erasure_run(
    session: Session,
    case_id: CaseOption,
    output: OutputOption,
    backups: BackupsOption = None,
    sequester_to: Annotated[
        str,
        typer.Option(
            metavar="RECIPIENT", help="Hand a copy over first: the age key of who receives it."
        ),
    ] = "",
    sequestered: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The folder of that copy.")
    ] = None,
) -> Reply:
    """Erase a case: closed, past its deadline, ordered, or at a magistrate's own word.

    Its key and everything that lies under it are destroyed. Killed half-way, the same
    command completes. The exit status is 1 when something of the case was still found.
    """
    act = EraseCase(
        case_id=case_id,
        output=output,
        backups=tuple(backups or ()),
        sequester_to=sequester_to,
        sequestered=sequestered,
    )
    done: Erased = session.perform(act)
    verdict = (
        Text("Erased. Nothing of the case was found afterwards.", style="bold green")
        if not done.residue
        else Text("Erased, but something of the case was still found:", style="bold red")
    )
    data = {"case": done.case_id, "certificate": str(output), "residue": list(done.residue)}
    return Reply(
        {"erasure": data},
        (verdict, *done.residue, Text(str(output))),
        status=_FOUND if done.residue else 0,
    )


@erasure.command("verify", epilog="Example: scelle erasure verify certificate.json --vkey $VKEY")
def erasure_verify(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="CERTIFICATE", exists=True, dir_okay=False, help="As erasure run wrote it."
        ),
    ],
    vkey: Annotated[
        str,
        typer.Option(help="The installation's verifier key; that of --home by default."),
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a certificate of erasure, without any of the data.

    With the key it needs no installation.  The exit status is 1 when the certificate tells
    of a residue.
    """
    # A byte that is no text is not what was signed: that is told like any other alteration.
    text = path.read_bytes().decode("utf-8", "replace")
    with interruptible():
        checked = certificate.check(text, vkey or _own_key(settings_for(home)))
    body = checked.body
    verdict = (
        Text("The certificate is what was signed.", style="bold green")
        if checked.clean
        else Text("The certificate is what was signed, and tells of a residue.", style="bold red")
    )
    shown = {
        "case": str(body["case"]),
        "erased": str(body["completed_at"]),
        "because of": str(body["trigger"]),
        "by": str(body["asked_by"]),
        "recordings": str(len(_list(body["exhibits"]))),
        "objects": str(len(_list(body["objects"]))),
        "copies handed out": str(len(_list(body["copies_handed_out"]))),
        "backups declared": "; ".join(map(str, _list(body["backups"]))) or "none",
        "sequestered": "no" if body["sequestered"] is None else "one copy",
        "signed by": checked.key,
    }
    reply = Reply(
        {"ok": True, "clean": checked.clean, "key": checked.key, "body": dict(body)},
        (verdict, field_list(shown)),
        status=0 if checked.clean else _FOUND,
    )
    emit(reply, as_json=as_json)


def _own_key(settings: Settings) -> str:
    """The verifier key of the installation at hand.

    Raises:
        BadInput: there is none.
    """
    if not settings.home.exists():
        raise BadInput(
            "a certificate is checked with its installation's key, and no installation is here",
            remedy="Give the key with --vkey, as the installation published it.",
        )
    with open_app(settings) as app:
        return app.vkey


@command(requests, "make", example="scelle request make --case $CASE --kind erasure --text TEXT")
def request_make(
    session: Session,
    case_id: CaseOption,
    kind: Annotated[RequestKind, typer.Option(help="What is asked of the data.")],
    text: Annotated[str, typer.Option(help="What is asked, in words; sealed.")],
) -> Reply:
    """Order an erasure, or ask that data be rectified or completed."""
    request: Request = session.perform(MakeRequest(case_id=case_id, request=kind, text=text))
    return Reply({"request": _request(request)}, (_requests([request]),))


@command(requests, "list", example="scelle request list --case $CASE")
def request_list(session: Session, case_id: CaseOption = "") -> Reply:
    """List what is asked and not settled yet."""
    due: tuple[Due, ...] = session.perform(ConsultRetention())
    pending = [r for d in due for r in d.requests if case_id in ("", d.case_id)]
    shown = _requests(pending) if pending else "Nothing is asked that is not settled."
    return Reply({"requests": [_request(r) for r in pending]}, (shown,))


@command(
    requests,
    "settle",
    example="scelle request settle $REQUEST --case $CASE --state done --answer 'camera corrected'",
)
def request_settle(
    session: Session,
    request_id: Annotated[str, typer.Argument(metavar="REQUEST", help="Its id.")],
    case_id: CaseOption,
    state: Annotated[RequestState, typer.Option(help="What became of it: done or declined.")],
    answer: Annotated[str, typer.Option(help="What was done, in words; sealed.")],
) -> Reply:
    """Say what became of a request."""
    act = SettleRequest(case_id=case_id, request_id=request_id, state=state, answer=answer)
    request: Request = session.perform(act)
    return Reply({"request": _request(request)}, (_requests([request]),))


def _deadlines(due: Sequence[Due]) -> tuple[RenderableType, ...]:
    if not due:
        return ("No case is kept.",)
    shown = table("", "case", "service", "state", "erase by", ">days", "asked")
    for d in due:
        days = str(d.days) if d.days >= 0 else f"{-d.days} overdue"
        shown.add_row(
            d.case_id,
            d.service,
            d.state.value,
            f"{d.erase_by.astimezone():%Y-%m-%d}",
            days,
            ", ".join(r.kind.value for r in d.requests),
        )
    return (shown,)


def _due(due: Due) -> dict[str, object]:
    return {
        "case": due.case_id,
        "service": due.service,
        "state": due.state.value,
        "erase_by": iso(due.erase_by),
        "days": due.days,
        "announced": list(due.announced),
        "requests": [_request(r) for r in due.requests],
    }


def _request(request: Request) -> dict[str, object]:
    told = {**asdict(request), "kind": request.kind.value, "state": request.state.value}
    times = {name: iso(getattr(request, name)) for name in ("asked_at", "until", "settled_at")}
    return told | times


def _requests(pending: Sequence[Request]) -> RenderableType:
    shown = table("", "request", "kind", "state", "asked by", "text", "answer")
    for r in pending:
        shown.add_row(r.id, r.kind.value, r.state.value, r.asked_by, r.text, r.answer)
    return shown


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
