"""Correcting what is stated of recordings: clock, camera, origin; the bytes never change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scelle.model.acts import CorrectExhibit, Outcome, Permit, Progress, SetClock
from scelle.model.clocks import clock_set
from scelle.model.evidence import Correction, Exhibit
from scelle.model.time import Clock
from scelle.store.records import Records


class Correct:
    """Handlers of :class:`SetClock` and :class:`CorrectExhibit`.

    What was stated before is kept beside what is stated now, with who changed it and why.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def set_clock(self, act: SetClock, permit: Permit, _progress: Progress) -> Outcome:
        """State the clock of exhibits; the value is the tuple of them as they are now.

        Raises:
            BadInput: references that contradict each other, or an unknown zone.
        """
        before = [self._records.exhibit(i) for i in permit.exhibit_ids]
        after = [replace(e, clock=clock_set(e, act)) for e in before]
        return self._correct(before, after, permit)

    def correct(self, act: CorrectExhibit, permit: Permit, _progress: Progress) -> Outcome:
        """Correct camera and origin; the value is the tuple of exhibits as they are now."""
        before = [self._records.exhibit(i) for i in permit.exhibit_ids]
        after = [
            replace(e, camera=act.camera or e.camera, origin=act.origin or e.origin) for e in before
        ]
        return self._correct(before, after, permit)

    def _correct(self, before: list[Exhibit], after: list[Exhibit], permit: Permit) -> Outcome:
        changed = 0
        for old, new in zip(before, after, strict=True):
            corrections = tuple(_corrections(old, new, permit))
            if corrections:
                self._records.correct_exhibit(new, corrections)
                changed += 1
        counts = {"exhibits": len(after), "changed": changed}
        return Outcome(tuple(after), counts, {e.id: e.sha256 for e in after})


def _corrections(old: Exhibit, new: Exhibit, permit: Permit) -> Iterator[Correction]:
    before, after = stated(old), stated(new)
    for field, said in after.items():
        if said != before[field]:
            yield Correction(
                new.id, permit.at, permit.agent_id, field, before[field], said, permit.act.reason
            )


def stated(exhibit: Exhibit) -> Mapping[str, str]:
    """What is stated of an exhibit, in words, by field."""
    return {"camera": exhibit.camera, "origin": exhibit.origin, **_clock(exhibit.clock)}


def _clock(clock: Clock) -> dict[str, str]:
    at = clock.recorded_at
    within = "" if clock.uncertainty is None else f" within {float(clock.uncertainty):.3f} s"
    return {
        "recorder's time": "unstated" if at is None else at.isoformat(),
        "offset": f"{float(clock.offset):+.3f} s{within}",
        "drift": f"{float(clock.drift_ppm):+.2f} ppm",
        "proof": clock.proof,
        "references": str(len(clock.references)),
        "zone": clock.zone + (", followed by the recorder" if clock.follows else ""),
    }
