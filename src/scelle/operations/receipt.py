"""What a sandboxed process does with a recording that has just been received."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, cast

from scelle.engine.child import Link
from scelle.footage.index import IndexPart, PacketIndex
from scelle.footage.probe import Probe, probe
from scelle.model.evidence import Finding, FindingKind, Stream
from scelle.operations.lending import LentObjects

TYPES: tuple[type, ...] = (Probe, PacketIndex, IndexPart, Stream, Finding, FindingKind)
"""What its result is made of."""


@dataclass(frozen=True)
class ExamineTask:
    """One original in the vault."""

    case_id: str
    exhibit_id: str


def examine(task: ExamineTask, link: Link) -> Probe:
    """Probe it; see :func:`scelle.footage.probe.probe`."""
    with LentObjects(link).open(task.case_id, f"original/{task.exhibit_id}") as file:
        return probe(cast("BinaryIO", file))
