"""What the review page of one case shows, read through the door."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from scelle.model.acts import (
    Act,
    ConsultCase,
    ConsultCoverage,
    SearchTracks,
    ViewPictures,
    ViewSynopsis,
)
from scelle.model.asking import Question, tell
from scelle.model.clocks import uncertainty_at
from scelle.model.evidence import Case, Coverage, Exhibit, Mandate
from scelle.model.geometry import Direction
from scelle.model.results import CaseFile, Found, Synopsis
from scelle.model.signing import Signature
from scelle.model.tracks import Colour, ObjectClass, Track
from scelle.web.filters import Filters, Motion
from scelle.web.messages import Language
from scelle.web.navigation import numbers

#: Tracks on one page: what is not listed is not viewed.
PER_PAGE = 48

#: Least share of a colour that is worth telling.
_COLOUR_SHARE = 0.15

_REASON = "review page"

#: Hands an act to the door in the reader's name.
Perform = Callable[[Act], Any]


@dataclass(frozen=True)
class Shown:
    """One track as a card.

    Attributes:
        picture: data URL of a JPEG, heads masked; ``None`` when none is kept.
        colours: those of at least 15 % of the object, largest first.
    """

    track: Track
    exhibit: Exhibit
    picture: str | None
    colours: tuple[Colour, ...]

    @property
    def start(self) -> float:
        """Seconds of the recording's own time at the first picture."""
        return self.track.start_ms / 1000

    @property
    def end(self) -> float:
        """Seconds of the recording's own time at the last picture."""
        return self.track.end_ms / 1000

    @cached_property
    def real_time(self) -> datetime | None:
        """Real time of the first picture, in the zone in which the clock was stated."""
        return self.exhibit.real_time(self.track.start_ms)

    @property
    def recorder_time(self) -> datetime | None:
        """What the recorder's clock showed at the first picture."""
        return self.exhibit.recorder_time(self.track.start_ms)

    @property
    def within(self) -> float | None:
        """Seconds by which the real time may be wrong; ``None`` where nobody estimated it."""
        bound = uncertainty_at(self.exhibit.clock, self.exhibit.elapsed(self.track.start_ms))
        return None if bound is None else float(bound)


@dataclass(frozen=True)
class Review:
    """Everything on the page.

    Attributes:
        found: tracks that answer the filters, on all pages.
        coverage: by exhibit id.
        synopses: of each set of recordings the newest of those that were asked for most: one of
            a few tracks does not stand for one of all.
        shown: those of this page of the list.
        view: unguessable name of this page view, for playing the synopsis.
    """

    case: Case
    mandates: tuple[Mandate, ...]
    signatures: tuple[Signature, ...]
    exhibits: tuple[Exhibit, ...]
    coverage: Mapping[str, Coverage]
    synopses: tuple[Synopsis, ...]
    shown: tuple[Shown, ...]
    found: int
    filters: Filters
    view: str

    classes = tuple(ObjectClass)
    colours = tuple(Colour)
    directions = tuple(d for d in Direction if d is not Direction.NONE)
    motions = tuple(Motion)

    @property
    def pages(self) -> int:
        """How many pages the list has, at least one."""
        return max(1, -(-self.found // PER_PAGE))

    @property
    def numbers(self) -> tuple[int, ...]:
        """The pages of the list that this one leads to."""
        return numbers(self.filters.page, self.pages)

    @property
    def analysed(self) -> bool:
        """Some analysis has begun."""
        return any(c.frames_analysed or c.ended for c in self.coverage.values())

    @property
    def unsaid(self) -> tuple[Exhibit, ...]:
        """Of these nothing, or not everything, was looked at: no answer speaks of all of them."""
        return tuple(e for e in self.exhibits if not wholly_looked_at(self.coverage.get(e.id)))

    @property
    def triaged(self) -> bool:
        """Triage has passed over some of it."""
        return any(c.passed_over_ms for c in self.coverage.values())

    def told(self, question: Question, language: Language) -> str:
        """What a synopsis was to show, in words; empty where it was everything."""
        return tell(question, language)


def covered(perform: Perform, file: CaseFile, reason: str) -> dict[str, Coverage]:
    """What was looked at of each exhibit of a case, by exhibit id; a case without any asks nothing.

    Raises:
        Refused: the door said no.
    """
    if not file.exhibits:
        return {}
    act = ConsultCoverage(case_id=file.case.id, reason=reason)
    return {c.exhibit_id: c for c in perform(act)}


def wholly_looked_at(read: Coverage | None) -> bool:
    """Whether an exhibit was analysed to the end, and every picture of it decoded."""
    return read is not None and read.complete


def read(perform: Perform, case_id: str, filters: Filters) -> Review:
    """Read a case for its page: four acts, one more when it shows pictures.

    Raises:
        Refused: one of them was refused.
    """
    file: CaseFile = perform(ConsultCase(case_id=case_id, reason=_REASON))
    coverage = covered(perform, file, _REASON)
    listed = Found.of((), 0, 0)
    pictures: Mapping[str, bytes] = {}
    if file.exhibits:
        act = SearchTracks(
            case_id=case_id, query=filters.query, first=(filters.page - 1) * PER_PAGE,
            most=PER_PAGE, reason=_REASON,
        )  # fmt: skip
        listed = perform(act)
    if listed:
        ids = tuple(t.id for t in listed)
        pictures = perform(ViewPictures(case_id=case_id, track_ids=ids, reason=_REASON))
    exhibits = {e.id: e for e in file.exhibits}
    return Review(
        case=file.case,
        mandates=file.mandates,
        signatures=file.signatures,
        exhibits=file.exhibits,
        coverage=coverage,
        synopses=_standing(file.synopses),
        shown=tuple(shown(t, exhibits[t.exhibit_id], pictures.get(t.id)) for t in listed),
        found=listed.total,
        filters=filters,
        view=secrets.token_urlsafe(24),
    )


def _standing(synopses: tuple[Synopsis, ...]) -> tuple[Synopsis, ...]:
    """Of each set of recordings and each question the last, those of everything first."""
    standing = {(s.exhibit_ids, s.asked): s for s in synopses}
    return tuple(sorted(standing.values(), key=lambda s: s.asked != Question()))


def viewing(case_id: str, synopsis_id: str) -> ViewSynopsis:
    """The act of playing a synopsis."""
    return ViewSynopsis(case_id=case_id, synopsis_id=synopsis_id, reason=_REASON)


def shown(track: Track, exhibit: Exhibit, picture: bytes | None) -> Shown:
    """A track as a card."""
    url = None
    if picture is not None:
        url = "data:image/jpeg;base64," + base64.b64encode(picture).decode()
    colours = tuple(c for c, share in track.description.colours if share >= _COLOUR_SHARE)
    return Shown(track, exhibit, url, colours)
