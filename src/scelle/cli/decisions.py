"""``decide``, ``note``, ``reveal``, ``conceal``, ``searches``, ``approve``: what people decide."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import CaseOption
from scelle.cli.views import field_list, iso, table
from scelle.errors import BadInput
from scelle.model.acts import (
    ApproveAct,
    ConcealTrack,
    ConsultSearches,
    DecideTrack,
    NoteTrack,
    RevealTrack,
)
from scelle.model.decisions import (
    Approval,
    Decision,
    Judgement,
    Note,
    Reveal,
    SearchMade,
    SearchRecord,
    standing,
)

TrackArgument = Annotated[str, typer.Argument(metavar="TRACK", help="Its id, as search prints it.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(
        app,
        "decide",
        example="scelle decide $TRACK --say confirmed --reason 'same red jacket as the witness'",
    )(decide)
    command(app, "note", example="scelle note $TRACK --text 'the strap is on the left side'")(note)
    command(app, "reveal", example="scelle reveal $TRACK --reason 'to show to the victim'")(reveal)
    command(app, "conceal", example="scelle conceal $TRACK")(conceal)
    command(app, "searches", example="scelle searches --case $CASE -o searches.json")(searches)
    command(app, "approve", example="scelle approve --case $CASE --entry 42")(approve)


def decide(
    session: Session,
    track_id: TrackArgument,
    judgement: Annotated[
        Judgement,
        typer.Option("--say", help="What you say of it; undecided takes back what was said."),
    ],
    case_id: CaseOption = "",
    search: Annotated[
        int | None, typer.Option(min=0, help="Ledger entry of the search that put it forward.")
    ] = None,
) -> Reply:
    """Confirm or reject a candidate, in your own name; --reason is required.

    Every decision is kept; a later one takes the place of an earlier one.
    """
    act = DecideTrack(
        case_id=session.case(case_id, _exhibit(track_id)),
        track_id=track_id,
        judgement=judgement,
        search=search,
    )
    decision: Decision = session.perform(act)
    shown = {
        "track": decision.track_id,
        "decision": decision.judgement.value,
        "by": decision.agent_id,
        "reason": decision.reason,
    }
    return Reply({"decision": _decision(decision)}, (field_list(shown),))


def note(
    session: Session,
    track_id: TrackArgument,
    text: Annotated[str, typer.Option("--text", help="The note; an empty one takes yours back.")],
    case_id: CaseOption = "",
) -> Reply:
    """Write a note on a candidate, in your own name and words.

    A later note takes the place of your earlier one; every note is kept.
    """
    act = NoteTrack(case_id=session.case(case_id, _exhibit(track_id)), track_id=track_id, text=text)
    written: Note = session.perform(act)
    shown = {
        "track": written.track_id,
        "note": written.text or "taken back",
        "by": written.agent_id,
    }
    return Reply({"note": _note(written)}, (field_list(shown),))


def reveal(session: Session, track_id: TrackArgument, case_id: CaseOption = "") -> Reply:
    """Lift the concealment of one track, on a mandate that allows it; everybody else stays masked.

    A track that nobody has confirmed needs --reason.
    """
    act = RevealTrack(case_id=session.case(case_id, _exhibit(track_id)), track_id=track_id)
    return _revealed(session.perform(act))


def conceal(session: Session, track_id: TrackArgument, case_id: CaseOption = "") -> Reply:
    """Conceal a track again."""
    act = ConcealTrack(case_id=session.case(case_id, _exhibit(track_id)), track_id=track_id)
    return _revealed(session.perform(act))


def approve(
    session: Session,
    entry: Annotated[
        int, typer.Option(min=0, help="The ledger entry that the other person's refusal named.")
    ],
    case_id: CaseOption = "",
) -> Reply:
    """Second another person's act, once; it is good for a day.

    What is approved is exactly what was asked, with its reason.
    """
    approval: Approval = session.perform(ApproveAct(case_id=session.case(case_id), entry=entry))
    data = {
        "id": approval.id,
        "act": approval.kind,
        "asker": approval.asker,
        "approver": approval.approver,
        "entry": approval.entry,
        "expires_at": iso(approval.expires_at),
    }
    shown = {
        "approved": f"{approval.kind}, asked by {approval.asker} (ledger entry {approval.entry})",
        "by": approval.approver,
        "good until": f"{approval.expires_at.astimezone():%Y-%m-%d %H:%M}",
    }
    return Reply({"approval": data}, (field_list(shown),))


def searches(
    session: Session,
    case_id: CaseOption = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Also write the record to this JSON file."),
    ] = None,
) -> Reply:
    """Show every search of a case, fruitless ones too, every decision and note: for the defence.

    Searches are read from the ledger, where nobody can leave one out.
    """
    record: SearchRecord = session.perform(ConsultSearches(case_id=session.case(case_id)))
    data = {
        "case": record.case_id,
        "searches": [_search(s) for s in record.searches],
        "decisions": [_decision(d) for d in record.decisions],
        "reveals": [_reveal(r) for r in record.reveals],
        "notes": [_note(n) for n in record.notes],
    }
    if output is not None:
        try:
            output.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise BadInput(
                f"{output} cannot be written: {error.strerror}",
                remedy="Choose a file in a folder that exists and where you may write.",
            ) from error
    return Reply(data, tuple(_shown(record)))


def _shown(record: SearchRecord) -> list[RenderableType]:
    if not record.searches:
        return ["Nobody has searched this case yet."]
    made = table("Searches", ">entry", "at", "by", "asked for", ">candidates")
    for s in record.searches:
        asked = ", ".join(f"{k} {v}" for k, v in s.query.items() if k != "colour_share")
        made.add_row(str(s.entry), s.at[:16], s.agent_id, asked or "all", str(s.candidates))
    said = table("Decisions", "track", "decision", "by", "reason", ">search")
    for d in record.decisions:
        search = "" if d.search is None else str(d.search)
        said.add_row(d.track_id, d.judgement.value, d.agent_id, d.reason, search)
    fruitless = sum(1 for s in record.searches if s.candidates == 0)
    closing = (
        f"{len(record.searches)} searches, {fruitless} of them without any candidate. "
        "A candidate is no more until a person has decided."
    )
    noted = table("Notes", "track", "by", "note")
    for n in standing(record.notes):
        noted.add_row(n.track_id, n.agent_id, n.text)
    return [
        made,
        said if record.decisions else "Nobody has decided anything yet.",
        *([noted] if noted.row_count else []),
        closing,
    ]


def _exhibit(track_id: str) -> str:
    return track_id.rpartition("-")[0]


def _search(made: SearchMade) -> dict[str, object]:
    return {**asdict(made), "exhibit_ids": list(made.exhibit_ids), "named": list(made.named)}


def _decision(decision: Decision) -> dict[str, object]:
    told = {**asdict(decision), "judgement": decision.judgement.value}
    return {**told, "decided_at": iso(decision.decided_at)}


def _note(note: Note) -> dict[str, object]:
    return {**asdict(note), "written_at": iso(note.written_at)}


def _reveal(reveal: Reveal) -> dict[str, object]:
    return {**asdict(reveal), "at": iso(reveal.at)}


def _revealed(reveal: Reveal) -> Reply:
    shown = {
        "track": reveal.track_id,
        "shown": "without concealment" if reveal.lifted else "concealed",
        "by": reveal.agent_id,
    }
    return Reply({"reveal": _reveal(reveal)}, (field_list(shown),))
