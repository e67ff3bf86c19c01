"""What rules share: who oversees, and how a verdict is made of reasons."""

from __future__ import annotations

from collections.abc import Sequence

from scelle.model.acts import Reason, Verdict
from scelle.model.evidence import Role
from scelle.model.tracks import TrackQuery

MAGISTRATES = (Role.MAGISTRATE, Role.REFERENT_MAGISTRATE)
OVERSEERS = (*MAGISTRATES, Role.AUDITOR)


def answer(
    reasons: Sequence[Reason],
    mandate_id: str = "",
    exhibit_ids: tuple[str, ...] = (),
    sought: TrackQuery | None = None,
) -> Verdict:
    """A grant if there is no reason against it."""
    if reasons:
        return refuse(reasons)
    return Verdict(granted=True, mandate_id=mandate_id, exhibit_ids=exhibit_ids, sought=sought)


def refuse(reasons: Sequence[Reason]) -> Verdict:
    """A refusal, each reason once."""
    return Verdict(granted=False, reasons=tuple(dict.fromkeys(reasons)))
