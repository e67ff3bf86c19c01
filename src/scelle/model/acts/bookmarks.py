"""Acts by which people keep places of recordings to find them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scelle.model.acts.base import CaseAct
from scelle.model.evidence import Power


@dataclass(frozen=True, kw_only=True)
class KeepBookmark(CaseAct):
    """Keep a moment or a span of one exhibit, with a note.

    Attributes:
        at_ms: milliseconds of the recording's own time.
        end_ms: where a span ends, excluded; ``None`` for a moment.
        note: in the asker's words.
    """

    kind: ClassVar[str] = "keep-bookmark"
    power: ClassVar[Power | None] = Power.CONSULT
    at_ms: int
    end_ms: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RemoveBookmark(CaseAct):
    """Take a bookmark away; that it was kept, and by whom, stays known."""

    kind: ClassVar[str] = "remove-bookmark"
    power: ClassVar[Power | None] = Power.CONSULT
    bookmark_id: str


@dataclass(frozen=True, kw_only=True)
class ConsultBookmarks(CaseAct):
    """Read the bookmarks of a case.

    Attributes:
        removed: those that were taken away too.
    """

    kind: ClassVar[str] = "consult-bookmarks"
    power: ClassVar[Power | None] = Power.CONSULT
    removed: bool = False
