"""What people decide about tracks, and what they ask of each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Judgement(StrEnum):
    """What a named person says of a candidate.  The software says nothing."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Decision:
    """One person's word on one track; the last of a track holds, all are kept.

    Attributes:
        judgement: ``UNDECIDED`` takes back what was said before.
        search: ledger entry of the search that put the track forward; ``None`` where
            nobody stated it.
        entry: ledger entry of the act.
    """

    id: str
    case_id: str
    exhibit_id: str
    track_id: str
    judgement: Judgement
    reason: str
    agent_id: str
    decided_at: datetime
    entry: int
    search: int | None = None


@dataclass(frozen=True)
class Note:
    """One person's remark on one track; their last on it holds, all are kept.

    Attributes:
        text: in the person's own words; empty takes back what they wrote before.
        entry: ledger entry of the act.
    """

    id: str
    case_id: str
    exhibit_id: str
    track_id: str
    text: str
    agent_id: str
    written_at: datetime
    entry: int


def standing(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Each person's last note on each track, those taken back left out.

    Args:
        notes: of one case, oldest first.

    Returns:
        Oldest first.
    """
    last = {(n.track_id, n.agent_id): n for n in notes}
    return tuple(sorted((n for n in last.values() if n.text), key=lambda n: n.entry))


@dataclass(frozen=True)
class Reveal:
    """One track shown without concealment, or concealed again; the last of a track holds.

    Attributes:
        lifted: the concealment is lifted from then on.
        mandate_id: whose right to reveal it rests on; empty when it conceals.
    """

    id: str
    case_id: str
    track_id: str
    lifted: bool
    reason: str
    agent_id: str
    at: datetime
    mandate_id: str


@dataclass(frozen=True)
class Approval:
    """A second named person's word on one act of another, good once.

    Attributes:
        act_sha256: digest of who asked, for what, why (:mod:`scelle.ledger.asked`).
        entry: ledger entry of the refusal that asked for it.
        used_entry: ledger entry of the grant that used it up; ``None`` until then.
    """

    id: str
    case_id: str
    act_sha256: str
    kind: str
    asker: str
    approver: str
    entry: int
    approved_at: datetime
    expires_at: datetime
    used_entry: int | None = None


class RequestKind(StrEnum):
    """What may be asked of a case's data (arts 230-22 to 230-24)."""

    RECTIFICATION = "rectification"
    COMPLETION = "completion"
    ERASURE = "erasure"
    EXTENSION = "extension"


class RequestState(StrEnum):
    """How far a request has come."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


@dataclass(frozen=True)
class Request:
    """An order or a request about a case's data, kept until it is settled and after.

    Attributes:
        text: what is asked, in words.
        article: what it rests on, where that decides something (an extension).
        until: the new deadline of an extension.
        answer: what was done, in words; empty while it is open.
    """

    id: str
    case_id: str
    kind: RequestKind
    text: str
    asked_by: str
    asked_at: datetime
    article: str = ""
    until: datetime | None = None
    state: RequestState = RequestState.OPEN
    settled_by: str = ""
    settled_at: datetime | None = None
    answer: str = ""


@dataclass(frozen=True)
class SearchMade:
    """One search as the ledger holds it, fruitless ones too.

    Attributes:
        query: what was asked, as in the ledger.
        candidates: how many tracks answered.
        digest: SHA-256 over the ids of all of them, one a line.
        named: the first hundred ids.
    """

    entry: int
    at: str
    agent_id: str
    reason: str
    exhibit_ids: tuple[str, ...]
    query: dict[str, object]
    candidates: int
    digest: str
    named: tuple[str, ...]


@dataclass(frozen=True)
class SearchRecord:
    """Every search of a case and every word on a candidate: what the defence may ask for.

    Attributes:
        notes: every one that was written, those taken back or replaced too.
    """

    case_id: str
    searches: tuple[SearchMade, ...]
    decisions: tuple[Decision, ...]
    reveals: tuple[Reveal, ...]
    notes: tuple[Note, ...] = ()
