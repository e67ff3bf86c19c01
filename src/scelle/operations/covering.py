"""What an analysis decoded and looked at, and what it did not: the sum, and the findings."""

from __future__ import annotations

from collections.abc import Iterator

from scelle.footage.index import PacketIndex
from scelle.model.evidence import Coverage, Exhibit, Finding, FindingKind
from scelle.operations.segment import SegmentDone


def covered(
    exhibit: Exhibit, index: PacketIndex, parts: list[SegmentDone], seen: tuple[Finding, ...]
) -> Coverage:
    """The coverage of a finished analysis.

    Args:
        exhibit: with the findings of its receipt.
        index: of its packets.
        parts: one for each segment, in order.
        seen: findings about the camera, from what every look left.
    """
    damaged = [f for p in parts if not p.failure for f in p.damaged_frames]
    return Coverage(
        exhibit_id=exhibit.id,
        frames_expected=exhibit.stream.frames_expected,
        frames_decoded=sum(p.decoded for p in parts),
        frames_skipped=sum(p.skipped for p in parts),
        frames_damaged=sum(p.damaged for p in parts),
        frames_concealed=sum(p.concealed for p in parts),
        frames_analysed=sum(p.analysed for p in parts),
        ended=True,
        findings=(
            *exhibit.findings,
            *_damage(damaged, index),
            *_failures(parts, index),
            *_passed_over(parts, index),
            *seen,
        ),
    )


def _failures(parts: list[SegmentDone], index: PacketIndex) -> Iterator[Finding]:
    """One finding for each segment on which the decoder failed."""
    for part in parts:
        if part.failure:
            first, last = part.damaged_frames[0], part.damaged_frames[-1]
            yield Finding(
                FindingKind.UNDECODABLE,
                index.milliseconds(int(index.times[first])),
                index.milliseconds(int(index.times[last])),
                f"None of {part.damaged} pictures could be looked at. {part.failure}",
            )


def _passed_over(parts: list[SegmentDone], index: PacketIndex) -> Iterator[Finding]:
    """One finding for each span that triage passed over, whole across segments."""
    spans: list[list[int]] = []
    for a, b, left, expected in (span for part in parts for span in part.passed):
        if spans and spans[-1][1] == a:
            spans[-1] = [spans[-1][0], b, spans[-1][2] + left, spans[-1][3] + expected]
        else:
            spans.append([a, b, left, expected])
    for a, b, left, expected in spans:
        yield Finding(
            FindingKind.PASSED_OVER,
            index.milliseconds(a),
            index.milliseconds(b),
            f"Triage left out {left} of {expected} pictures here: key pictures alone were "
            "looked at, and showed nothing.",
        )


def _damage(frames: list[int], index: PacketIndex) -> Iterator[Finding]:
    """One finding for each run of damaged pictures."""
    start = 0
    for i, frame in enumerate(frames):
        last = i + 1 == len(frames) or frames[i + 1] != frame + 1
        if last:
            first = frames[start]
            yield Finding(
                FindingKind.UNDECODABLE,
                index.milliseconds(int(index.times[first])),
                index.milliseconds(int(index.times[frame])),
                f"{frame - first + 1} pictures could not be decoded whole.",
            )
            start = i + 1
