"""Zones that people conceal by hand, beside what the machine conceals."""

from __future__ import annotations

from collections.abc import Sequence

from scelle.errors import BadInput, NotFound
from scelle.model.acts import ChangeZone, ConsultZones, MarkZone, Outcome, Permit, Progress
from scelle.model.evidence import Exhibit, new_id
from scelle.model.zones import WHOLE, Keyframe, Zone
from scelle.store.control import Control
from scelle.store.records import Records

MOST_KEYFRAMES = 500
MOST_CORNERS = 100


class Zones:
    """Handlers of :class:`MarkZone`, :class:`ChangeZone` and :class:`ConsultZones`.

    Args:
        records: knows the exhibits.
        control: keeps the zones.
    """

    def __init__(self, records: Records, control: Control) -> None:
        self._records, self._control = records, control

    def mark(self, act: MarkZone, permit: Permit, progress: Progress) -> Outcome:
        """Conceal a zone from now on; the value is the :class:`Zone`.

        Raises:
            BadInput: not exactly one exhibit, no keyframe, keyframes that are not in
                order, not in the recording or not in the picture, or no such outline.
        """
        if len(permit.exhibit_ids) != 1 or not act.keyframes:
            raise BadInput(
                "A zone is marked in one exhibit, at one place at least.",
                remedy="Name the exhibit with --exhibit, and a place with --at.",
            )
        exhibit = self._records.exhibit(permit.exhibit_ids[0])
        zone_id = new_id()
        return self._say(act, permit, exhibit, zone_id, act.label, act.outline)

    def change(self, act: ChangeZone, permit: Permit, progress: Progress) -> Outcome:
        """Move a zone, or take it away; the value is the :class:`Zone` as it is then.

        Raises:
            NotFound: no such zone in what the permit covers, or it was taken away.
            BadInput: as :meth:`mark`.
        """
        for zone in self._control.zones(act.case_id):
            if zone.zone_id == act.zone_id and zone.exhibit_id in permit.exhibit_ids:
                exhibit = self._records.exhibit(zone.exhibit_id)
                outline = zone.outline if act.outline is None else act.outline
                return self._say(act, permit, exhibit, zone.zone_id, zone.label, outline)
        raise NotFound(
            f"There is no zone {act.zone_id} in this case.",
            remedy="List them with `scelle zone list`.",
        )

    def consult(self, act: ConsultZones, permit: Permit, progress: Progress) -> Outcome:
        """The zones of the exhibits covered; the value is a tuple of :class:`Zone`."""
        zones = [z for z in self._control.zones(act.case_id) if z.exhibit_id in permit.exhibit_ids]
        return Outcome(tuple(zones), {"zones": len(zones)}, {z.zone_id: z.id for z in zones})

    def _say(
        self,
        act: MarkZone | ChangeZone,
        permit: Permit,
        exhibit: Exhibit,
        zone_id: str,
        label: str,
        outline: tuple[tuple[int, int], ...],
    ) -> Outcome:
        _require_possible(act.keyframes, exhibit)
        _require_outline(outline)
        zone = Zone(
            id=new_id(),
            zone_id=zone_id,
            case_id=act.case_id,
            exhibit_id=exhibit.id,
            keyframes=act.keyframes,
            label=label,
            agent_id=permit.agent_id,
            marked_at=permit.at,
            entry=permit.entry,
            outline=outline,
        )
        self._control.add_zone(zone)
        return Outcome(zone, {"zones" if zone.keyframes else "removed": 1}, {zone_id: zone.id})


def _require_possible(keyframes: Sequence[Keyframe], exhibit: Exhibit) -> None:
    times = [k.at_ms for k in keyframes]
    first, last = exhibit.span_ms
    if len(times) > MOST_KEYFRAMES or times != sorted(set(times)):
        raise BadInput(
            f"A zone has at most {MOST_KEYFRAMES} places, each later than the one before.",
            remedy="Put them in order of time, or mark two zones.",
        )
    wide, tall = exhibit.stream.width, exhibit.stream.height
    for k in keyframes:
        seen = k.left < wide and k.top < tall and k.left + k.width > 0 and k.top + k.height > 0
        sized = 0 < k.width <= 2 * wide and 0 < k.height <= 2 * tall
        if not (seen and sized and first <= k.at_ms <= last):
            raise BadInput(
                f"{exhibit.name} has no such place: {tuple(k)}.",
                remedy=f"Its picture is {wide} by {tall} pixels, and it lasts from {first} "
                f"to {last} milliseconds.",
            )


def _require_outline(outline: Sequence[tuple[int, int]]) -> None:
    inside = all(0 <= side <= WHOLE for corner in outline for side in corner)
    if outline and not (3 <= len(outline) <= MOST_CORNERS and inside):
        raise BadInput(
            f"An outline has 3 to {MOST_CORNERS} corners, in the zone's rectangle.",
            remedy="Draw it again with fewer corners, or mark a rectangle.",
        )
