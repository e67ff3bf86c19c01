"""``zone``: what people conceal by hand in a recording."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple

import typer

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import CaseOption, ExhibitsOption, milliseconds, zone
from scelle.cli.views import field_list, iso, length, table
from scelle.model.acts import ChangeZone, ConsultZones, MarkZone
from scelle.model.zones import Keyframe, Zone

group = typer.Typer(no_args_is_help=True, help="Zones of recordings, concealed by hand.")


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="zone")


class Outline(NamedTuple):
    """The outline of a zone, in ten-thousandths of its width and height."""

    corners: tuple[tuple[int, int], ...]


def keyframe(text: str) -> Keyframe:
    """Where a zone is at one time.

    >>> keyframe("1:30@10,12,300,24")
    Keyframe(at_ms=90000, left=10, top=12, width=300, height=24)

    Raises:
        typer.BadParameter: anything else.
    """
    match = re.fullmatch(r"([^@]+)@([^@]+)", text)
    if match is None:
        raise typer.BadParameter(f"{text!r} is not TIME@LEFT,TOP,WIDTH,HEIGHT")
    return Keyframe(milliseconds(match[1]), *zone(match[2]))


def outline(text: str) -> Outline:
    """Corners of a zone, in hundredths of its width and height.

    >>> outline("0,0 100,0 33.25,100").corners
    ((0, 0), (10000, 0), (3325, 10000))

    Raises:
        typer.BadParameter: anything else.
    """
    told = [re.fullmatch(r"(\d{1,3}(?:\.\d\d?)?),(\d{1,3}(?:\.\d\d?)?)", c) for c in text.split()]
    corners = tuple((round(float(m[1]) * 100), round(float(m[2]) * 100)) for m in told if m)
    if len(corners) != len(told) or not told:
        raise typer.BadParameter(f"{text!r} is not X,Y X,Y X,Y, each from 0 to 100")
    return Outline(corners)


_AT = "Where it is at a time, in pixels; repeat for a zone that moves."
_OUTLINE = "Its corners, in hundredths of its width and height; a rectangle otherwise."
_OUTLINE_KEPT = "Its corners, in hundredths of its width and height; as they were otherwise."


@command(
    group,
    "mark",
    example="scelle zone mark --exhibit $EXHIBIT --at 0:10@40,30,80,60 --at 0:14@90,30,80,60",
)
def mark(
    session: Session,
    exhibit_id: Annotated[str, typer.Option("--exhibit", metavar="ID", help="The exhibit.")],
    at: Annotated[
        list[Keyframe],
        typer.Option(parser=keyframe, metavar="TIME@LEFT,TOP,WIDTH,HEIGHT", help=_AT),
    ],
    shape: Annotated[
        Outline | None,
        typer.Option("--outline", parser=outline, metavar="'X,Y X,Y X,Y'", help=_OUTLINE),
    ] = None,
    label: Annotated[str, typer.Option(help="What it conceals, in your words.")] = "",
    case_id: CaseOption = "",
) -> Reply:
    """Conceal a zone in whatever shows it, beside what is concealed anyway.

    With one place it lies there at all times; with several it is concealed from the first
    to the last and goes straight from each to the next.
    """
    act = MarkZone(
        case_id=session.case(case_id, exhibit_id),
        exhibit_ids=(exhibit_id,),
        keyframes=tuple(at),
        label=label,
        outline=shape.corners if shape else (),
    )
    return _told(session.perform(act))


@command(
    group,
    "change",
    example="scelle zone change $ZONE --at 0:10@40,30,80,60 --reason 'it hid the van too'",
)
def change(
    session: Session,
    zone_id: Annotated[str, typer.Argument(metavar="ZONE", help="Its id.")],
    at: Annotated[
        list[Keyframe] | None,
        typer.Option(parser=keyframe, metavar="TIME@LEFT,TOP,WIDTH,HEIGHT", help=_AT),
    ] = None,
    shape: Annotated[
        Outline | None,
        typer.Option("--outline", parser=outline, metavar="'X,Y X,Y X,Y'", help=_OUTLINE_KEPT),
    ] = None,
    case_id: CaseOption = "",
) -> Reply:
    """Move a zone, or without --at conceal it no more; on a mandate to reveal, for a reason."""
    act = ChangeZone(
        case_id=session.case(case_id),
        zone_id=zone_id,
        keyframes=tuple(at or ()),
        outline=shape.corners if shape else None,
    )
    return _told(session.perform(act))


@command(group, "list", example="scelle zone list --case $CASE")
def list_zones(
    session: Session, case_id: CaseOption = "", exhibit_ids: ExhibitsOption = None
) -> Reply:
    """Show the zones that people have marked, as they are now."""
    named = tuple(exhibit_ids or ())
    act = ConsultZones(case_id=session.case(case_id, *named), exhibit_ids=named)
    found: tuple[Zone, ...] = session.perform(act)
    shown = table("Zones", "zone", "exhibit", "from", "to", ">places", "by", "label")
    for z in found:
        span = ("always", "") if len(z.keyframes) == 1 else _span(z)
        shown.add_row(z.zone_id, z.exhibit_id, *span, str(len(z.keyframes)), z.agent_id, z.label)
    return Reply(
        {"zones": [zone_view(z) for z in found]},
        (shown,) if found else ("Nobody has marked a zone in this case.",),
    )


def zone_view(zone: Zone) -> dict[str, object]:
    """A zone as JSON."""
    return {
        "id": zone.zone_id,
        "exhibit_id": zone.exhibit_id,
        "keyframes": [k._asdict() for k in zone.keyframes],
        "outline": zone.outline,
        "label": zone.label,
        "agent_id": zone.agent_id,
        "marked_at": iso(zone.marked_at),
        "entry": zone.entry,
    }


def _span(zone: Zone) -> tuple[str, str]:
    return length(zone.keyframes[0].at_ms / 1000), length(zone.keyframes[-1].at_ms / 1000)


def _told(zone: Zone) -> Reply:
    places = f"at {len(zone.keyframes)} places" if zone.keyframes else "concealed no more"
    shown = {"zone": zone.zone_id, "is": places, "by": zone.agent_id, "label": zone.label}
    return Reply({"zone": zone_view(zone)}, (field_list(shown),))
