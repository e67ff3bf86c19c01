"""Acts that make something out of recordings, or show what was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from scelle.model.acts.base import CaseAct
from scelle.model.acts.leaving import Film
from scelle.model.evidence import FourEyes, Power
from scelle.model.stills import Still
from scelle.model.synopsis import Hours, Staging
from scelle.model.tracks import TrackQuery


@dataclass(frozen=True, kw_only=True)
class MakeSynopsis(CaseAct):
    """Compose a synopsis of the tracks that answer a query.

    Attributes:
        hours: only who was there at this time of day, on the recorders' clocks.
        staging: how objects are brought together.
        output: where a copy is written; ``None`` keeps it in the vault alone.
        kept: the file waits in the vault for whoever asked (:class:`FetchCopy`), and ``output``
            is its name alone.
    """

    kind: ClassVar[str] = "make-synopsis"
    power: ClassVar[Power | None] = Power.SYNOPSIS
    query: TrackQuery = field(default_factory=TrackQuery)
    hours: Hours | None = None
    staging: Staging = field(default_factory=Staging)
    output: Path | None = None
    kept: bool = False

    @property
    def sort(self) -> FourEyes | None:
        """An export where it is to be fetched."""
        return FourEyes.EXPORT if self.kept else None


@dataclass(frozen=True, kw_only=True)
class MakeStill(CaseAct):
    """Draw a single picture that sums up the tracks that answer a query.

    Attributes:
        still: which.
        hours: only who was there at this time of day, on the recorders' clocks.
        output: the PNG file.
        kept: the file waits in the vault for whoever asked (:class:`FetchCopy`), and ``output``
            is its name alone.
    """

    kind: ClassVar[str] = "make-still"
    power: ClassVar[Power | None] = Power.SYNOPSIS
    still: Still
    query: TrackQuery = field(default_factory=TrackQuery)
    hours: Hours | None = None
    output: Path
    kept: bool = False

    @property
    def sort(self) -> FourEyes | None:
        """An export where it is to be fetched."""
        return FourEyes.EXPORT if self.kept else None


@dataclass(frozen=True, kw_only=True)
class ViewSynopsis(CaseAct):
    """Play a synopsis already composed."""

    kind: ClassVar[str] = "view-synopsis"
    power: ClassVar[Power | None] = Power.CONSULT
    synopsis_id: str


@dataclass(frozen=True, kw_only=True)
class ExportClip(CaseAct):
    """Export a span of one exhibit as a video, heads masked.

    Attributes:
        start_ms, end_ms: span in milliseconds of the recording's own time, the end excluded.
        recipient: who receives it; empty where the asker keeps it.
        native: with the untouched packets around the span, in which nothing is concealed,
            in a file of their own beside it; not with ``kept``.
        kept: the file waits in the vault for whoever asked (:class:`FetchCopy`), and ``output``
            is its name alone.
    """

    kind: ClassVar[str] = "export-clip"
    power: ClassVar[Power | None] = Power.EXPORT
    seconded: ClassVar[FourEyes | None] = FourEyes.EXPORT
    start_ms: int
    end_ms: int
    output: Path
    recipient: str = ""
    native: bool = False
    kept: bool = False


@dataclass(frozen=True, kw_only=True)
class ExportCameras(CaseAct):
    """Export several exhibits in one picture, on real time, heads masked.

    Attributes:
        film: what is shown.
        recipient: who receives it; empty where the asker keeps it.
    """

    kind: ClassVar[str] = "export-cameras"
    power: ClassVar[Power | None] = Power.EXPORT
    seconded: ClassVar[FourEyes | None] = FourEyes.EXPORT
    film: Film
    output: Path
    recipient: str = ""


@dataclass(frozen=True, kw_only=True)
class ExportTracks(CaseAct):
    """Export the tracks of one exhibit as rows of numbers.

    Attributes:
        format: ``mot`` (MOTChallenge rows), ``csv``, ``mf-json`` or ``cvat``.
        recipient: who receives it; empty where the asker keeps it.
        kept: the file waits in the vault for whoever asked (:class:`FetchCopy`), and ``output``
            is its name alone.
    """

    kind: ClassVar[str] = "export-tracks"
    power: ClassVar[Power | None] = Power.EXPORT
    seconded: ClassVar[FourEyes | None] = FourEyes.EXPORT
    format: str
    output: Path
    recipient: str = ""
    kept: bool = False
