"""Places in a recording that a person wants to find again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Bookmark:
    """A moment or a span of one exhibit, kept by a person; taken away, it is still known.

    Attributes:
        at_ms: milliseconds of the recording's own time.
        end_ms: where a span ends, excluded; ``None`` for a moment.
        note: the person's own words; may be empty.
        agent_id: who kept it.
        entry: ledger entry of the act.
        removed_by: who took it away; empty while it is kept.
    """

    id: str
    case_id: str
    exhibit_id: str
    at_ms: int
    end_ms: int | None
    note: str
    agent_id: str
    kept_at: datetime
    entry: int
    removed_by: str = ""
    removed_at: datetime | None = None
