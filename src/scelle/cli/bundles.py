"""``bundle`` and ``copies``: evidence handed out, counted, called back, opened elsewhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from scelle.cli.clips import film_of
from scelle.cli.command import Reply, Session, command
from scelle.cli.options import CaseOption, ExhibitsOption, milliseconds, moment
from scelle.cli.replay import STYLE
from scelle.cli.views import exported_line, exported_view, field_list, iso, table
from scelle.errors import BadInput
from scelle.model.acts import ConsultCopies, MakeBundle, RecallCopy, ReplayBundle, Span
from scelle.model.copies import Copy
from scelle.model.results import Exported, Reopened

bundles = typer.Typer(no_args_is_help=True, help="Evidence for one recipient, verifiable alone.")
copies = typer.Typer(no_args_is_help=True, help="Who received what, when and why.")


def register(app: typer.Typer) -> None:
    """Add the groups to the program."""
    app.add_typer(bundles, name="bundle")
    app.add_typer(copies, name="copies")


def span(text: str) -> Span:
    """``EXHIBIT,FROM,TO`` as a span.

    >>> span("e1,0:10,0:12.5")
    Span(exhibit_id='e1', start_ms=10000, end_ms=12500)
    """
    parts = text.split(",")
    if len(parts) != 3:
        raise typer.BadParameter("write it as EXHIBIT,FROM,TO, such as ID,1:30,1:50")
    start, end = milliseconds(parts[1]), milliseconds(parts[2])
    if end <= start:
        raise typer.BadParameter("the span ends before it begins")
    return Span(parts[0], start, end)


@dataclass(frozen=True)
class Pictured:
    """Exhibits, and from when to when they stand in one picture."""

    exhibit_ids: tuple[str, ...]
    start: datetime
    end: datetime


def pictured(text: str) -> Pictured:
    """``EXHIBIT,EXHIBIT,...,FROM,TO``: two to four exhibits, and two real times.

    >>> pictured("e1,e2,2026-03-01T22:00:00Z,2026-03-01T22:01:00Z").exhibit_ids
    ('e1', 'e2')
    """
    *ids, start, end = text.split(",")
    if not 2 <= len(ids) <= 4:
        raise typer.BadParameter("write it as EXHIBIT,EXHIBIT,FROM,TO, with two to four exhibits")
    return Pictured(tuple(ids), moment(start), moment(end))


@command(
    bundles,
    "make",
    example='scelle bundle make --case $CASE --recipient "Judge R." --reason "asked for on '
    '3 March" -o bundle.zip',
)
def make(
    session: Session,
    recipient: Annotated[str, typer.Option(help="Who receives it; printed on every copy.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A new folder, or a name that ends in .zip.")
    ],
    case_id: CaseOption = "",
    exhibit_ids: ExhibitsOption = None,
    clips: Annotated[
        list[Span] | None,
        typer.Option(
            "--clip",
            parser=span,
            metavar="EXHIBIT,FROM,TO",
            help="A span to show, besides those around confirmed candidates; repeat.",
        ),
    ] = None,
    films: Annotated[
        list[Pictured] | None,
        typer.Option(
            "--film",
            parser=pictured,
            metavar="EXHIBIT,EXHIBIT,FROM,TO",
            help="Two to four exhibits in one picture between two real times; repeat.",
        ),
    ] = None,
    originals: Annotated[
        bool,
        typer.Option("--originals", help="With the untouched recordings: nothing is concealed."),
    ] = False,
) -> Reply:
    """Hand a case's evidence to one recipient, complete and verifiable without this software."""
    named = tuple(exhibit_ids or ())
    case_id = session.case(case_id, *named)
    act = MakeBundle(
        case_id=case_id,
        exhibit_ids=named,
        recipient=recipient,
        output=output,
        clips=tuple(clips or ()),
        films=tuple(film_of(session, case_id, f.exhibit_ids, f.start, f.end) for f in films or ()),
        originals=originals,
    )
    made: Exported = session.perform(act)
    said = (
        exported_line(made, "files"),
        f"Check it anywhere: python3 verify.py {output} --vkey '{session.app.vkey}'",
    )
    return Reply({"bundle": exported_view(made), "vkey": session.app.vkey}, said)


@command(
    bundles,
    "open",
    example='scelle bundle open bundle.zip --reason "second opinion"',
)
def open_bundle(
    session: Session,
    bundle: Annotated[
        Path, typer.Argument(exists=True, help="What another installation handed out.")
    ],
    workers: Annotated[int, typer.Option(min=1, help="Processes that analyse.")] = 2,
    detector: Annotated[
        str, typer.Option(metavar="FILE", help="The model's file, if the analysis used one.")
    ] = "",
) -> Reply:
    """Open a bundle, read only: compare its files, and do its analyses again, aside.

    The exit status is 1 when a result differs beyond the stated tolerance. Recordings can be
    analysed again where the bundle holds them whole (--originals).
    """
    act = ReplayBundle(bundle=bundle, workers=workers, detector=detector)
    told: Reopened = session.perform(act)
    shown: list[RenderableType] = [
        f"Each of the {len(told.files)} files is the one that the manifest names; "
        "python3 verify.py checks its signature and the ledger's proofs."
    ]
    for r in told.replays:
        shown.append(Text(f"{r.exhibit_id}: {r.verdict}.", style=STYLE[r.verdict]))
        shown.append(
            field_list(
                {
                    "tracks": f"{r.tracks} in the bundle, {r.tracks_now} now, {r.matched} alike",
                    "decided otherwise": "; ".join(r.differences) or "nothing",
                    "tolerance": r.tolerance,
                }
            )
        )
    shown += [
        f"{label}: the bundle does not hold the recording, so nothing was analysed again."
        for label in told.without
    ]
    data = {
        "files": dict(told.files),
        "replays": [{**asdict(r), "differences": list(r.differences)} for r in told.replays],
        "without": list(told.without),
    }
    different = any(r.verdict == "different" for r in told.replays)
    return Reply(data, tuple(shown), status=1 if different else 0)


@command(copies, "list", example="scelle copies list --case $CASE")
def list_copies(session: Session, case_id: CaseOption = "") -> Reply:
    """Show every copy that left: who received what, when and why, and what was called back."""
    found: tuple[Copy, ...] = session.perform(ConsultCopies(case_id=session.case(case_id)))
    shown = table("Copies that left", "copy", "when", "what", "file", "recipient", "by", "reason")
    for c in found:
        recalled = f"{c.reference} called back" if c.recalls else c.reference
        shown.add_row(
            recalled, f"{c.at:%Y-%m-%d %H:%M}", c.act, c.name, c.recipient or f"({c.agent_id})",
            c.agent_id, c.reason,
        )  # fmt: skip
    return Reply(
        {"copies": [copy_view(c) for c in found]},
        (shown,) if found else ("Nothing has left this case.",),
    )


def copy_view(copy: Copy) -> dict[str, object]:
    """A copy as JSON."""
    return {
        "reference": copy.reference,
        "entry": copy.entry,
        "at": iso(copy.at),
        "act": copy.act,
        "agent": copy.agent_id,
        "recipient": copy.recipient,
        "reason": copy.reason,
        "name": copy.name,
        "sha256": copy.sha256,
        "recalls": [
            {"entry": r.entry, "at": iso(r.at), "agent": r.agent_id, "reason": r.reason}
            for r in copy.recalls
        ],
    }


@command(
    copies,
    "recall",
    example='scelle copies recall C-57 --case $CASE --reason "mandate withdrawn" -o recall.pdf',
)
def recall(
    session: Session,
    reference: Annotated[str, typer.Argument(metavar="COPY", help="Its reference, such as C-57.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The notice, a PDF file.")],
    case_id: CaseOption = "",
    language: Annotated[str, typer.Option(help="Of the notice: fr or en.")] = "fr",
) -> Reply:
    """Call a copy back: write the notice to its recipient, and that it was called back."""
    number = reference.upper().removeprefix("C-")
    if not number.isdecimal():
        raise BadInput(
            f"{reference!r} is no reference of a copy",
            remedy="Give it as scelle copies list shows it, such as C-57.",
        )
    if language not in ("fr", "en"):
        raise BadInput(f"there is no language {language!r}", remedy="Use fr or en.")
    act = RecallCopy(
        case_id=session.case(case_id), copy=int(number), output=output, language=language
    )
    made: Exported = session.perform(act)
    return Reply({"notice": exported_view(made)}, (exported_line(made, "notice"),))
