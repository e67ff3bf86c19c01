"""Cases, authorisations and exhibits: what the law and the door reason about."""

from __future__ import annotations

import math
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from scelle.model.time import Clock
from scelle.model.tracks import TrackQuery

AROUND_MS = 2000
"""Shown before and after a candidate, or a moment that was kept, milliseconds."""


def new_id() -> str:
    """A fresh unguessable id: 26 lower-case base-32 letters, 130 random bits.

    Always drawn: guessing the id of another case must be as hard as guessing a key.
    """
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(26))


class Role(StrEnum):
    """Who somebody is in the procedure."""

    INVESTIGATOR = "investigator"
    MAGISTRATE = "magistrate"
    REFERENT_MAGISTRATE = "referent-magistrate"
    HEAD_OF_SERVICE = "head-of-service"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Power(StrEnum):
    """What a mandate may permit.  An act needs exactly one power or none."""

    RECEIVE = "receive"
    ANALYSE = "analyse"
    CONSULT = "consult"
    SYNOPSIS = "synopsis"
    EXPORT = "export"
    REVEAL = "reveal"


class FourEyes(StrEnum):
    """What may be made to need a second person."""

    REVEAL = "reveal"
    EXPORT = "export"
    ERASURE = "erasure"


class CaseState(StrEnum):
    """Nothing may be done in a closed case, save erasing it; of an erased one nothing is left."""

    OPEN = "open"
    CLOSED = "closed"
    ERASING = "erasing"
    ERASED = "erased"


class MandateState(StrEnum):
    """Stored states; *expired* is computed from the validity, never stored."""

    ACTIVE = "active"
    OBJECTED = "objected"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Agent:
    """Somebody who may ask for acts.

    Attributes:
        id: short unique name, used to sign in and in the sealed ledger fields.
        roles: at least one.
        service: the service or court.
    """

    id: str
    roles: frozenset[Role]
    service: str


@dataclass(frozen=True)
class Case:
    """One judicial case.

    Attributes:
        id: random, unguessable.
        reference: the procedure's own number, as people write it.
        framework: code in the law's table of frameworks.
        service: the service in charge.
        offence_family: coarse (it is published in counts), one of the law's table.
        opened_at: aware.
        erase_by: the day by which everything must be erased (art. 230-22), counted
            from the first recording, and from the opening until there is one.
        demonstration: made by ``scelle try``; counted apart everywhere.
        four_eyes: acts that need a second person here.
        first_data_at: when the first recording came in.
        closed_at: when it was closed.
    """

    id: str
    reference: str
    framework: str
    service: str
    offence_family: str
    opened_at: datetime
    erase_by: datetime
    state: CaseState = CaseState.OPEN
    demonstration: bool = False
    four_eyes: frozenset[FourEyes] = frozenset()
    first_data_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Mandate:
    """A magistrate's authorisation (art. R. 40-40).

    Attributes:
        powers: what may be done.
        exhibits: ids it is limited to; empty means every exhibit of the case.
        cameras: camera names it is limited to; empty means every camera.
        recorded_from, recorded_to: window of recorded time; ``None`` is open.
        valid_from, valid_to: when it may be used; aware, ``valid_to`` excluded.
        magistrate: agent id of who granted it; empty when deemed granted.
        deemed: deemed granted in flagrance until the prosecutor objects.
        document_sha256: hash of the signed document, hexadecimal; may be empty.
        sought: the only description that may be searched for; ``None`` sets no limit.
    """

    id: str
    case_id: str
    framework: str
    powers: frozenset[Power]
    valid_from: datetime
    valid_to: datetime
    magistrate: str = ""
    deemed: bool = False
    exhibits: frozenset[str] = frozenset()
    cameras: frozenset[str] = frozenset()
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
    document_sha256: str = ""
    state: MandateState = MandateState.ACTIVE
    sought: TrackQuery | None = None

    def __post_init__(self) -> None:
        if self.valid_to <= self.valid_from:
            raise ValueError("a mandate must end after it begins")
        if not self.powers:
            raise ValueError("a mandate must permit at least one power")


@dataclass(frozen=True)
class Clearance:
    """An agent's personal authorisation (arts 230-25 and 15-5).

    Attributes:
        data_types: what it covers; ``video`` for this software.
        granted_by: agent id of the head of service.
    """

    id: str
    agent_id: str
    service: str
    data_types: frozenset[str]
    valid_from: datetime
    valid_to: datetime
    granted_by: str
    withdrawn: bool = False


class FindingKind(StrEnum):
    """What can be said about a recording that is not about its content."""

    UNDECODABLE = "undecodable"
    CONCEALED = "concealed"
    TIMESTAMP_MISSING = "timestamp-missing"
    TIMESTAMP_BACKWARD = "timestamp-backward"
    GAP = "gap"
    EXPECTATION_UNKNOWN = "expectation-unknown"
    BRIGHTNESS_JUMP = "brightness-jump"
    RESOLUTION_CHANGE = "resolution-change"
    FROZEN = "frozen"
    DUPLICATE_FRAMES = "duplicate-frames"
    CAMERA_MOVED = "camera-moved"
    CAMERA_COVERED = "camera-covered"
    RE_ENCODED = "re-encoded"
    SEAM = "seam"
    VIEWS = "views"
    RECORDER_TIME = "recorder-time"
    DISPLAY = "display"
    PASSED_OVER = "passed-over"


ASKS_PLAYERS = "The file asks players to "
"""How a finding begins that pictures are not upright as they are stored (:mod:`.probe`)."""

_PIXELS = re.compile(r"Its pixels are not square, (\d+) wide to (\d+) high;")


@dataclass(frozen=True)
class Finding:
    """A stored fact about an exhibit.

    Attributes:
        start_ms, end_ms: span in milliseconds of the recording's own time.
        detail: one sentence.
    """

    kind: FindingKind
    start_ms: int
    end_ms: int
    detail: str


@dataclass(frozen=True)
class Stream:
    """The video stream of an exhibit, as it was probed.

    Attributes:
        width, height: native pixels, as stored (no rotation applied).
        frames_expected: packets that should each give one picture; ``None``
            when the container does not let us know, and a finding says why.
        start_pts: timestamp of the first picture.
        duration: seconds from the first picture to the end of the last.
    """

    container: str
    codec: str
    pixel_format: str
    width: int
    height: int
    time_base: Fraction
    frames_expected: int | None
    keyframes: int
    start_pts: int
    duration: Fraction


@dataclass(frozen=True)
class PartFile:
    """One file of a recording that the recorder split.

    Attributes:
        sha256: of the file, hexadecimal.
        size: bytes.
        start_ms: where it begins, milliseconds of the joined recording's own time.
    """

    name: str
    sha256: str
    size: int
    start_ms: int


@dataclass(frozen=True)
class Exhibit:
    """One received recording.

    Attributes:
        sha256: of the original file, hexadecimal; of a recording in several files, of
            their own digests, one hexadecimal line each, as
            ``sha256sum FILE... | cut -c -64 | sha256sum`` prints it.
        size: bytes of the original file.
        origin: requisition or seal reference (art. 230-21).
        name: the original's file name, without its folder.
        view: which video stream of the file, from 0; the views after the first are
            exhibits of their own (:func:`original_of`).
        parts: the files of a recording that the recorder split, in order; else empty.
    """

    id: str
    case_id: str
    sha256: str
    size: int
    name: str
    camera: str
    origin: str
    clock: Clock
    stream: Stream
    received_at: datetime
    findings: tuple[Finding, ...] = field(default=())
    view: int = 0
    parts: tuple[PartFile, ...] = ()

    def recorder_time(self, at_ms: int) -> datetime | None:
        """What the recorder's clock showed at a point of the recording's own time."""
        return self.clock.recorder_time(self.elapsed(at_ms))

    def real_time(self, at_ms: int) -> datetime | None:
        """Real time at a point of the recording's own time, as the clock maps it.

        In the time zone in which the recorder's time was stated; ``None`` when
        nobody has stated it.
        """
        return self.clock.real_time(self.elapsed(at_ms))

    def position_ms(self, real_time: datetime) -> int | None:
        """The recording's own time at a real time: the inverse of :meth:`real_time`."""
        elapsed = self.clock.elapsed(real_time)
        return None if elapsed is None else round((elapsed + self._first) * 1000)

    @property
    def turned(self) -> bool:
        """Whether players show some of it turned or mirrored, so that what is stored, and shown
        here, need not have its heads above.
        """
        return any(
            f.kind is FindingKind.DISPLAY and f.detail.startswith(ASKS_PLAYERS)
            for f in self.findings
        )

    @property
    def pixel_shape(self) -> Fraction:
        """Width over height of one pixel, as the file says: pictures are shown as stored, and
        shapes in them are narrower or wider than they were.
        """
        for f in self.findings:
            told = _PIXELS.match(f.detail) if f.kind is FindingKind.DISPLAY else None
            if told:
                return Fraction(int(told[1]), int(told[2]))
        return Fraction(1)

    @property
    def span_ms(self) -> tuple[int, int]:
        """First and last whole millisecond of the recording's own time."""
        last = self._first + self.stream.duration
        return math.ceil(self._first * 1000), math.floor(last * 1000)

    def around(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        """A span with :data:`AROUND_MS` before and after it, within the recording."""
        first, last = self.span_ms
        return max(first, start_ms - AROUND_MS), min(last, end_ms + AROUND_MS)

    @property
    def _first(self) -> Fraction:
        # The own time line need not begin at zero; the clock begins at the first picture.
        return self.stream.start_pts * self.stream.time_base

    def elapsed(self, at_ms: int) -> Fraction:
        """Seconds since the first picture at a point of the recording's own time."""
        return Fraction(at_ms, 1000) - self._first


def view_id(exhibit_id: str, view: int) -> str:
    """Id of a file's view: that of the exhibit for the first, ``<id>.2`` for the second.

    >>> view_id("abc", 0), view_id("abc", 1)
    ('abc', 'abc.2')
    """
    return exhibit_id if view == 0 else f"{exhibit_id}.{view + 1}"


def original_of(exhibit_id: str) -> str:
    """Id of the exhibit under which the file's bytes lie; all its views share them.

    >>> original_of("abc.2"), original_of("abc")
    ('abc', 'abc')
    """
    return exhibit_id.partition(".")[0]


@dataclass(frozen=True)
class Correction:
    """What was stated of an exhibit, and was stated otherwise later.

    Attributes:
        agent_id: who corrected it.
        field: what was corrected, such as ``camera`` or ``clock offset``.
        before, after: in words.
        reason: why.
    """

    exhibit_id: str
    at: datetime
    agent_id: str
    field: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class Coverage:
    """What was and was not read and looked at in one exhibit.

    ``frames_expected == frames_decoded + frames_skipped + frames_damaged``, or
    the expectation is ``None`` and a finding says why.

    Attributes:
        frames_skipped: left out on purpose by the analysis mode.
        frames_concealed: of the damaged, those that the decoder guessed in part.
        frames_analysed: decoded pictures in which movement was looked for.
        frames_damaged: not decoded whole, or announced by the file and not in it.
        ended: the analysis has reached the end of the recording, whatever was lost before it.
    """

    exhibit_id: str
    frames_expected: int | None
    frames_decoded: int
    frames_skipped: int
    frames_damaged: int
    frames_analysed: int
    ended: bool
    findings: tuple[Finding, ...] = ()
    frames_concealed: int = 0

    @property
    def complete(self) -> bool:
        """Looked at to its end, nothing of it lost or passed over; of an unknown number of
        pictures nobody can say so.

        Pictures that the exhaustive mode leaves out between its looks, at least eight a second,
        are part of that.
        """
        lost = self.frames_damaged or self.passed_over_ms
        return self.ended and self.frames_expected is not None and not lost

    @property
    def passed_over_ms(self) -> int:
        """Milliseconds that triage passed over; nothing is said of them."""
        passed = (f for f in self.findings if f.kind is FindingKind.PASSED_OVER)
        return sum(f.end_ms - f.start_ms for f in passed)
