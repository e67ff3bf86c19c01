"""Acts by which copies leave the system, and by which they are called back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from scelle.model.acts.base import Act, CaseAct
from scelle.model.evidence import FourEyes, Power


@dataclass(frozen=True)
class Span:
    """A part of one exhibit.

    Attributes:
        start_ms, end_ms: milliseconds of the recording's own time, the end excluded.
    """

    exhibit_id: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Film:
    """Several exhibits in one picture, on real time.

    Attributes:
        start, end: of the film, real time, aware; the end excluded.
        spans: of each exhibit in the order in which they stand, what may be shown of it:
            milliseconds of its own time, as its clock maps the film's.
    """

    start: datetime
    end: datetime
    spans: tuple[Span, ...]


@dataclass(frozen=True, kw_only=True)
class MakeBundle(CaseAct):
    """Hand a case's evidence to one recipient, complete and verifiable without this software.

    Attributes:
        recipient: who receives it, as it will be printed on every copy.
        output: a folder that does not exist yet, or a name that ends in ``.zip``.
        clips: spans to show, besides one around each confirmed candidate.
        films: of several cameras in one picture.
        originals: with the untouched recordings, in which nothing is concealed.
    """

    kind: ClassVar[str] = "make-bundle"
    power: ClassVar[Power | None] = Power.EXPORT
    seconded: ClassVar[FourEyes | None] = FourEyes.EXPORT
    recipient: str
    output: Path
    clips: tuple[Span, ...] = ()
    films: tuple[Film, ...] = ()
    originals: bool = False


@dataclass(frozen=True, kw_only=True)
class MakeDossier(CaseAct):
    """Draw up the closing report of a case (art. R. 40-40).

    Attributes:
        output: a PDF file; ``None`` hands the bytes to whoever asks, as to a browser.
        language: ``en`` or ``fr``.
        recipient: who receives it; empty where the asker keeps it.
    """

    kind: ClassVar[str] = "make-dossier"
    power: ClassVar[Power | None] = Power.EXPORT
    seconded: ClassVar[FourEyes | None] = FourEyes.EXPORT
    output: Path | None = None
    language: str = "fr"
    recipient: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsultCopies(CaseAct):
    """Read who received what of a case, when and why."""

    kind: ClassVar[str] = "consult-copies"
    power: ClassVar[Power | None] = Power.CONSULT


@dataclass(frozen=True, kw_only=True)
class FetchCopy(CaseAct):
    """Take a copy out of the vault, where it waits for whoever exported it.

    Attributes:
        copy: ledger entry by which it left.
        claim: not the copy itself but the manifest definition (C2PA) beside it, which shows
            nothing and names nobody.
    """

    kind: ClassVar[str] = "fetch-copy"
    power: ClassVar[Power | None] = Power.EXPORT
    copy: int
    claim: bool = False


@dataclass(frozen=True, kw_only=True)
class RecallCopy(CaseAct):
    """Call one copy back: a notice to its recipient, and an entry that it was called back.

    Attributes:
        copy: ledger entry by which it left.
        output: the notice, a PDF file.
        language: of the notice, ``en`` or ``fr``.
    """

    kind: ClassVar[str] = "recall-copy"
    power: ClassVar[Power | None] = Power.EXPORT
    copy: int
    output: Path
    language: str = "fr"


@dataclass(frozen=True, kw_only=True)
class ReplayBundle(Act):
    """Analyse the untouched recordings of a bundle again, aside, and compare.

    Attributes:
        bundle: a folder or ZIP file that another installation handed out.
        workers: sandboxed processes; they do not change the result.
        detector: the model's file, if the analysis used one of its own.
    """

    kind: ClassVar[str] = "replay-bundle"
    bundle: Path
    workers: int = 2
    detector: str = ""
