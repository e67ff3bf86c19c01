"""Acts on recordings: receiving, analysing, searching, looking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

from scelle.model.acts.base import CaseAct
from scelle.model.evidence import Power
from scelle.model.synopsis import Hours
from scelle.model.tracks import TrackQuery


@dataclass(frozen=True, kw_only=True)
class BeginUpload(CaseAct):
    """Bring a closed recording into the vault's waiting room, from a browser.

    What is stated is that of :class:`ReceiveExhibit`, which follows.

    Attributes:
        name: of the file, without any folder.
        size: bytes, stated before the first of them comes.
        modified_ms: when the file was changed last, milliseconds since 1970.
    """

    kind: ClassVar[str] = "begin-upload"
    power: ClassVar[Power | None] = Power.RECEIVE
    name: str
    size: int
    modified_ms: int
    camera: str
    origin: str
    recorded_at: datetime | None = None
    clock_offset: Fraction = Fraction(0)
    clock_proof: str = ""


@dataclass(frozen=True, kw_only=True)
class ReceiveExhibit(CaseAct):
    """Take a closed recording into the vault.

    Attributes:
        path: a regular file; of an upload, its name alone.
        upload: id of what a browser brought, instead of a file; see :class:`BeginUpload`.
        also: the further files of a recording that its recorder split, in order.
        rate: pictures a second, to count by instead of the file's own times; for
            elementary streams, which have none, and files whose times cannot be true.
        recorded_at: what the recorder's clock showed at the first picture.
        clock_offset: seconds to add to the recorder's clock.
    """

    kind: ClassVar[str] = "receive-exhibit"
    power: ClassVar[Power | None] = Power.RECEIVE
    path: Path
    camera: str
    origin: str
    recorded_at: datetime | None = None
    clock_offset: Fraction = Fraction(0)
    clock_proof: str = ""
    also: tuple[Path, ...] = ()
    rate: Fraction | None = None
    upload: str = ""


@dataclass(frozen=True, kw_only=True)
class AnalyseExhibit(CaseAct):
    """Find and describe the moving objects of exhibits.

    Attributes:
        workers: sandboxed processes; they do not change the result.
        detector: which model names what moves.
        engine: where they run: ``local`` or ``ray``.
        address: of the Ray cluster's head node, ``host:port``.
        provider: what runs the detector: ``cpu`` or ``cuda``.
        decoder: what decodes: ``software`` or ``cuda``.
        triage: look at key pictures, and decode only around what they show; the rest is
            stated as passed over.
    """

    kind: ClassVar[str] = "analyse-exhibit"
    power: ClassVar[Power | None] = Power.ANALYSE
    workers: int = 2
    detector: str = ""
    engine: str = "local"
    address: str = ""
    provider: str = "cpu"
    decoder: str = "software"
    triage: bool = False


@dataclass(frozen=True, kw_only=True)
class SearchTracks(CaseAct):
    """Search the tracks of exhibits; an empty query lists them all.

    Attributes:
        hours: only what was recorded at this time of day, by the recorders' clocks.
        first: place in the order, from 0, of the first track that is handed out.
        most: how many are handed out; all where it is not said.
        activity: tell also when anything moves in each exhibit, whatever is asked.
    """

    kind: ClassVar[str] = "search-tracks"
    power: ClassVar[Power | None] = Power.CONSULT
    query: TrackQuery = field(default_factory=TrackQuery)
    hours: Hours | None = None
    first: int = 0
    most: int | None = None
    activity: bool = False

    @classmethod
    def asked(cls, parameters: Mapping[str, object]) -> dict[str, object]:
        """All that a search asked for, in one line of fields; what asks nothing is left out.

        >>> SearchTracks.asked({"query": {"colour": "red"}, "hours": None, "first": 0, "most": 0})
        {'colour': 'red', 'most': 0}

        Args:
            parameters: of its entry in the ledger, as JSON.
        """
        query = parameters.get("query")
        sought = query if isinstance(query, Mapping) else {}
        beside = {k: v for k, v in parameters.items() if k != "query"}
        asks = {k: v for k, v in beside.items() if v != [] and v != getattr(cls, k, None)}
        return {k: v for k, v in sought.items() if v is not None} | asks

    @classmethod
    def question(cls, parameters: Mapping[str, object]) -> str:
        """What was asked, whatever part of the answer was handed out, as JSON in one order.

        Empty where a page asks by itself when anything moves, and for no track.

        >>> SearchTracks.question({"query": {"colour": "red"}, "first": 24, "most": 24})
        '{"colour": "red"}'

        Args:
            parameters: of its entry in the ledger, as JSON.
        """
        asked = cls.asked(parameters)
        sought = asked.keys() - {
            "first",
            "most",
            "activity",
            "case_id",
            "exhibit_ids",
            "colour_share",
        }
        if parameters.get("activity") and parameters.get("most") == 0 and not sought:
            return ""
        told = {k: v for k, v in asked.items() if k not in {"first", "most", "activity", "case_id"}}
        return json.dumps(told, sort_keys=True)


@dataclass(frozen=True, kw_only=True)
class ViewPictures(CaseAct):
    """See one picture of each of some tracks, heads masked."""

    kind: ClassVar[str] = "view-pictures"
    power: ClassVar[Power | None] = Power.CONSULT
    track_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ConsultCoverage(CaseAct):
    """Read what was and was not decoded and analysed."""

    kind: ClassVar[str] = "consult-coverage"
    power: ClassVar[Power | None] = Power.CONSULT


@dataclass(frozen=True, kw_only=True)
class CertifyCoverage(CaseAct):
    """Make a certificate of what was read of exhibits, what was not, and who was shown what.

    Attributes:
        output: folder for the certificates, as JSON and as a page; ``None`` writes none.
        language: of the page, ``en`` or ``fr``.
    """

    kind: ClassVar[str] = "certify-coverage"
    power: ClassVar[Power | None] = Power.CONSULT
    output: Path | None = None
    language: str = "en"
