"""The coverage certificate of one exhibit: what was read, what was not, and who saw what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scelle.model.evidence import Correction, Coverage, Exhibit, Finding, FindingKind


@dataclass(frozen=True)
class Showing:
    """What one person was shown of an exhibit, by one act.

    Attributes:
        agent_id: who.
        act: kind of the act, such as ``view-synopsis``.
        at: when it was granted, aware.
        start_ms, end_ms: span of the recording's own time.
        speed: recorded seconds for each second shown; 0 for stills.
        whole: every picture of the span was shown, not objects cut out of it.
        entry: place of its decision in the ledger.
    """

    agent_id: str
    act: str
    at: datetime
    start_ms: int
    end_ms: int
    speed: float
    whole: bool
    entry: int


@dataclass(frozen=True)
class Untouched:
    """A span that was not decoded or not looked at, and why.

    Attributes:
        reason: ``not-analysed``, ``passed-over``, ``undecodable`` or ``gap``.
        detail: one sentence.
    """

    start_ms: int
    end_ms: int
    reason: str
    detail: str


@dataclass(frozen=True)
class Certificate:
    """Everything that the document states.

    Attributes:
        packets: of the video stream; those that show no picture of their own included.
        made_at: aware.
        agent_id: who had it made.
        untouched: in order of time.
        showings: in order of the ledger.
    """

    exhibit: Exhibit
    coverage: Coverage
    packets: int
    packet_bytes: int
    keyframes: int
    made_at: datetime
    agent_id: str
    untouched: tuple[Untouched, ...]
    showings: tuple[Showing, ...]
    corrections: tuple[Correction, ...]

    @property
    def adds_up(self) -> bool | None:
        """Expected = decoded + skipped + damaged + never read; ``None`` where unknown."""
        c = self.coverage
        if c.frames_expected is None:
            return None
        return c.frames_expected == (
            c.frames_decoded + c.frames_skipped + c.frames_damaged + self.unread
        )

    @property
    def unread(self) -> int:
        """Pictures that nothing has tried to decode; 0 once an analysis reached the end."""
        c = self.coverage
        if c.ended or c.frames_expected is None:
            return 0
        return c.frames_expected - c.frames_decoded - c.frames_skipped - c.frames_damaged


_SPANS = {
    FindingKind.UNDECODABLE: "undecodable",
    FindingKind.GAP: "gap",
    FindingKind.PASSED_OVER: "passed-over",
}


def untouched(
    exhibit: Exhibit, coverage: Coverage, findings: Sequence[Finding]
) -> tuple[Untouched, ...]:
    """Spans that were not decoded or not analysed, with the reason, in order of time."""
    start = round(exhibit.stream.start_pts * exhibit.stream.time_base * 1000)
    end = start + round(exhibit.stream.duration * 1000)
    spans = [
        Untouched(f.start_ms, f.end_ms, _SPANS[f.kind], f.detail)
        for f in findings
        if f.kind in _SPANS
    ]
    if not coverage.ended:
        text = "No analysis of this exhibit has come to its end: nothing is said of what it shows."
        spans.append(Untouched(start, end, "not-analysed", text))
    return tuple(sorted(spans, key=lambda s: (s.start_ms, s.end_ms)))
