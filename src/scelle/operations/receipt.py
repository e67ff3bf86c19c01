"""What a sandboxed process does with a recording that has just been received."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
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
    """One original in the vault.

    Attributes:
        name: of the object.
        stream: which of its video streams, from 0.
        rate: pictures a second, where it was stated.
    """

    case_id: str
    name: str
    stream: int = 0
    rate: Fraction | None = None


def examine(task: ExamineTask, link: Link) -> Probe:
    """Probe it; see :func:`scelle.footage.probe.probe`."""
    with LentObjects(link).open(task.case_id, task.name) as file:
        return probe(cast("BinaryIO", file), stream=task.stream, rate=task.rate)
