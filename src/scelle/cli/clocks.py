"""``clock``: how recorders' times map to real time, and recordings on one line of real time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import (
    CaseOption,
    NamedOption,
    milliseconds,
    moment,
    reference,
    seconds,
    zone,
)
from scelle.cli.views import iso, plain, table
from scelle.model.acts import ConsultCase, ProposeClock, SetClock
from scelle.model.clocks import interval, uncertainty_at
from scelle.model.evidence import Exhibit
from scelle.model.results import CaseFile, ClockProposal
from scelle.model.time import Reference

group = typer.Typer(no_args_is_help=True, help="Recorders' clocks and real time.")

_WIDTH = 60


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="clock")


@command(
    group,
    "set",
    example="scelle clock set --exhibit $EXHIBIT --zone Europe/Paris --reference "
    "'2026-03-02T10:00:00+01:00 2026-03-02T10:00:42+01:00 1 photograph of both clocks'",
)
def clock_set(
    session: Session,
    exhibit_ids: NamedOption = None,
    case_id: CaseOption = "",
    recorded_at: Annotated[
        datetime | None,
        typer.Option(
            parser=moment, metavar="TIME", help="What the recorder showed at the first picture."
        ),
    ] = None,
    references: Annotated[
        list[Reference] | None,
        typer.Option(
            "--reference",
            parser=reference,
            metavar="'REAL RECORDER WITHIN PROOF'",
            help="A moment at which both times are known, to within so many seconds; repeat "
            "for the drift. @PLACE after WITHIN names the picture that shows it.",
        ),
    ] = None,
    offset: Annotated[
        Fraction | None,
        typer.Option(
            parser=seconds, metavar="SECONDS", help="The offset stated outright: -0:42 if fast."
        ),
    ] = None,
    within: Annotated[
        Fraction | None,
        typer.Option(parser=seconds, metavar="SECONDS", help="Uncertainty of that offset."),
    ] = None,
    proof: Annotated[str, typer.Option(help="What that offset rests on, in words.")] = "",
    real_zone: Annotated[
        str | None,
        typer.Option("--zone", metavar="ZONE", help="Zone of real times, such as Europe/Paris."),
    ] = None,
    follows: Annotated[
        bool | None,
        typer.Option(
            "--follows/--fixed", help="The recorder's display changes with summer time, or not."
        ),
    ] = None,
) -> Reply:
    """State how a recorder's time maps to real time; what was stated before is kept.

    The recordings are never altered. Several exhibits of one recorder may be named.
    """
    named = tuple(exhibit_ids or ())
    act = SetClock(
        case_id=session.case(case_id, *named),
        exhibit_ids=named,
        recorded_at=recorded_at,
        references=tuple(references or ()),
        offset=offset,
        uncertainty=within,
        proof=proof,
        zone=real_zone,
        follows=follows,
    )
    changed: tuple[Exhibit, ...] = session.perform(act)
    return Reply({"clocks": [clock_view(e) for e in changed]}, (clocks_table(changed),))


@command(group, "show", example="scelle clock show --case $CASE")
def clock_show(session: Session, case_id: CaseOption = "") -> Reply:
    """Show every exhibit's clock, and all of them on one line of real time."""
    read: CaseFile = session.perform(ConsultCase(case_id=session.case(case_id)))
    if not read.exhibits:
        return Reply(
            {"clocks": []}, ("No exhibit: receive recordings with scelle exhibit receive.",)
        )
    shown: list[RenderableType] = [clocks_table(read.exhibits)]
    line = real_line(read.exhibits)
    if line is not None:
        shown.append(line)
    return Reply({"clocks": [clock_view(e) for e in read.exhibits]}, tuple(shown))


@command(
    group,
    "propose",
    example="scelle clock propose --exhibit $EXHIBIT --zone 24,16,380,32 --at 0:05 "
    "--shows '2026-03-01 22:00:05'",
)
def clock_propose(
    session: Session,
    area: Annotated[
        Any,
        typer.Option(
            "--zone",
            parser=zone,
            metavar="LEFT,TOP,WIDTH,HEIGHT",
            help="Where the clock stands, from the first character to the last, pixels.",
        ),
    ],
    shows: Annotated[str, typer.Option(help="What it shows there, every character.")],
    at: Annotated[
        int, typer.Option(parser=milliseconds, metavar="PLACE", help="The marked picture.")
    ] = 0,
    pattern: Annotated[
        str, typer.Option(help="How the clock reads, as in strptime.")
    ] = "%Y-%m-%d %H:%M:%S",
    exhibit_ids: NamedOption = None,
    case_id: CaseOption = "",
) -> Reply:
    """Read the clock burnt into the pictures and propose it; nothing is changed.

    The clock is marked once; the figures that the mark does not show are learnt from the
    seconds that follow.
    """
    named = tuple(exhibit_ids or ())
    act = ProposeClock(
        case_id=session.case(case_id, *named),
        exhibit_ids=named,
        zone=area,
        at_ms=at,
        text=shows,
        pattern=pattern,
    )
    found: ClockProposal = session.perform(act)
    return Reply(proposal_view(found), tuple(proposal_shown(found)))


def proposal_view(found: ClockProposal) -> dict[str, object]:
    """A proposal; the start states no zone."""
    return {
        "exhibit": found.exhibit_id,
        "start": found.start.isoformat(),
        "residual_s": float(found.residual),
        "agreeing": found.agreeing,
        "disagreeing": found.disagreeing,
        "steps": [{"at_s": float(at), "by_s": float(by)} for at, by in found.steps],
    }


def proposal_shown(found: ClockProposal) -> Iterator[RenderableType]:
    """What was read, and the command by which a person agrees to it."""
    yield (
        f"At the first picture the recorder's clock showed {found.start:%Y-%m-%d %H:%M:%S.%f}, "
        f"give or take {float(found.residual):.3f} s: {found.agreeing} readings agree, "
        f"{found.disagreeing} do not."
    )
    for at, by in found.steps:
        yield f"After {float(at):.0f} s the clock jumps by {float(by):+.0f} s."
    yield "Nothing was changed. If you agree, with the recorder's own offset from UTC:"
    proof = f"burnt-in clock, {found.agreeing} readings within {float(found.residual):.3f} s"
    yield Text(
        f"scelle clock set --exhibit {found.exhibit_id} "
        f"--recorded-at {found.start.isoformat()}+01:00 --proof '{proof}'"
    )


def clock_view(exhibit: Exhibit) -> dict[str, object]:
    """An exhibit's clock; exact numbers are fractions written as text."""
    clock, length = exhibit.clock, exhibit.stream.duration
    start, end = interval(clock, Fraction(0)), interval(clock, length)
    return {
        "exhibit": exhibit.id,
        "recorded_at": iso(clock.recorded_at),
        "offset_s": str(clock.offset),
        "drift_ppm": str(clock.drift_ppm),
        "uncertainty_s": None if clock.uncertainty is None else float(clock.uncertainty),
        "zone": clock.zone,
        "follows": clock.follows,
        "proof": clock.proof,
        "references": [
            {
                "real": iso(r.real),
                "recorder": iso(r.recorder),
                "uncertainty_s": float(r.uncertainty),
                "still_ms": r.still_ms,
                "proof": r.proof,
            }
            for r in clock.references
        ],
        "start": None if start is None else [iso(t) for t in start],
        "end": None if end is None else [iso(t) for t in end],
    }


def clocks_table(exhibits: Sequence[Exhibit]) -> RenderableType:
    """One line for each exhibit: where it begins and ends in real time, and how certainly."""
    shown = table(
        "Clocks", "exhibit", "first picture, real time", ">+/- s", ">offset s", ">ppm", ">points",
    )  # fmt: skip
    for e in exhibits:
        real = e.clock.real_time(Fraction(0))
        within = uncertainty_at(e.clock, Fraction(0))
        shown.add_row(
            e.id,
            "not stated" if real is None else f"{real:%Y-%m-%d %H:%M:%S %Z}",
            "not known" if within is None else f"{float(within):.2f}",
            f"{float(e.clock.offset):+.2f}",
            f"{float(e.clock.drift_ppm):+.1f}",
            str(len(e.clock.references)),
        )
    return shown


def real_line(exhibits: Sequence[Exhibit]) -> Text | None:
    """Recordings as bars over one line of real time; uncertain ends are drawn lighter."""
    spans = []
    for e in exhibits:
        first, last = interval(e.clock, Fraction(0)), interval(e.clock, e.stream.duration)
        if first is not None and last is not None:
            spans.append((e, first, last))
    if not spans:
        return None
    begin = min(first[0] for _, first, _ in spans)
    end = max(last[1] for *_, last in spans)
    whole = max(end - begin, timedelta(microseconds=1))

    def place(at: datetime) -> int:
        return min(_WIDTH - 1, int((at - begin) / whole * _WIDTH))

    text = Text("One line of real time\n", style="bold")
    left, right = f"{begin:%Y-%m-%d %H:%M:%S %Z}", f"{end:%Y-%m-%d %H:%M:%S %Z}"
    text.append(f"{left}{right:>{max(_WIDTH - len(left), len(right) + 1)}}\n", style="dim")
    for e, first, last in spans:
        certain = range(place(first[1]), place(last[0]) + 1)
        possible = range(place(first[0]), place(last[1]) + 1)
        for column in range(_WIDTH):
            mark = "█" if column in certain else "░" if column in possible else " "
            text.append(mark, style="green" if mark == "█" else "yellow")
        text.append("  ").append_text(plain(f"{e.camera} · {e.name}")).append("\n")
    return text
