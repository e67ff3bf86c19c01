"""Zones on the review bench: read, marked, moved and taken away, each an act of the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from scelle.errors import BadInput
from scelle.model.acts import ChangeZone, ConsultZones, MarkZone
from scelle.model.zones import Keyframe, Zone
from scelle.web.desk import Desk
from scelle.web.forms import WORDS, bounded, read_json

PATH = "/review/zones"

#: Sentences that the script says.
SPOKEN = (
    "bench.zones.number", "bench.zones.always", "bench.zones.span", "bench.zones.away",
    "bench.zones.change", "bench.zones.change.of", "bench.zones.remove",
    "bench.zones.remove.of", "bench.zones.draw.rectangle", "bench.zones.draw.area",
    "bench.zones.why.change", "bench.zones.why.remove", "bench.zones.marked",
    "bench.zones.changed", "bench.zones.removed", "bench.zones.shape",
)  # fmt: skip

_REASON = "review bench"
_MOST = 10**9


def add_zoning(page: FastAPI, desk: Desk) -> None:
    """Add the zones to the review bench.

    Args:
        page: to which they are added.
        desk: hands acts to the door.
    """

    @page.get(PATH)
    def zones(case: str = "", exhibit: str = "") -> Response:
        """Those of one exhibit, as they are now."""
        act = ConsultZones(case_id=case, exhibit_ids=(exhibit,), reason=_REASON)
        found: Sequence[Zone] = desk.perform(act)
        return JSONResponse([_told(zone) for zone in found])

    @page.post(PATH)
    async def change(request: Request) -> Response:
        """Mark one; or move one or take it away, for a reason."""
        act = _act(await read_json(request))
        zone: Zone = await run_in_threadpool(desk.perform, act)
        return JSONResponse(_told(zone))


def _act(body: Mapping[str, Any]) -> MarkZone | ChangeZone:
    match body:
        case {
            "case": str(case_id),
            "exhibit": str(exhibit_id),
            "frames": list(frames),
            "outline": list(outline),
            "label": str(label),
        }:
            return MarkZone(
                case_id=case_id,
                exhibit_ids=(exhibit_id,),
                keyframes=_keyframes(frames),
                outline=_outline(outline),
                label=bounded(label, 1000),
                reason=_REASON,
            )
        case {
            "case": str(case_id),
            "zone": str(zone_id),
            "frames": list(frames),
            "outline": list(outline),
            "reason": str(reason),
        }:
            return ChangeZone(
                case_id=case_id,
                zone_id=zone_id,
                keyframes=_keyframes(frames),
                outline=_outline(outline),
                reason=bounded(reason, WORDS),
            )
    raise _unread()


def _keyframes(frames: list[object]) -> tuple[Keyframe, ...]:
    return tuple(Keyframe(*_whole(frame, 5)) for frame in frames)


def _outline(corners: list[object]) -> tuple[tuple[int, int], ...]:
    return tuple((x, y) for x, y in (_whole(corner, 2) for corner in corners))


def _whole(told: object, count: int) -> list[int]:
    """Some whole numbers of any sensible size."""
    if isinstance(told, list) and len(told) == count:
        numbers = [n for n in told if type(n) is int and abs(n) <= _MOST]
        if len(numbers) == count:
            return numbers
    raise _unread()


def _unread() -> BadInput:
    return BadInput("The zone cannot be read.", remedy="Load the page again.")


def _told(zone: Zone) -> dict[str, Any]:
    return {
        "id": zone.zone_id,
        "frames": zone.keyframes,
        "outline": zone.outline,
        "label": zone.label,
        "by": zone.agent_id,
    }
