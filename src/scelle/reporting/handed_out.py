"""What a bundle holds, gathered: every document in it is made from this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from scelle.ledger.entries import Opened
from scelle.model.acts import SearchTracks
from scelle.model.bookmarks import Bookmark
from scelle.model.certificate import Certificate
from scelle.model.decisions import Decision, Judgement, Note
from scelle.model.evidence import Case, Clearance, Exhibit, Mandate
from scelle.model.tracks import Manifest, Track


@dataclass(frozen=True)
class Shown:
    """A clip or a still in the bundle.

    Attributes:
        path: in the bundle.
        label: of its exhibit.
        start_ms, end_ms: of the recording's own time; equal for a still.
        track: number of the track that it was made for; 0 for a span that was asked.
        copied: a clip whose packets are the recording's own.
        missing: pictures of the span that could not be decoded.
        revealed: nothing is concealed of the track that it was made for.
    """

    path: str
    label: str
    start_ms: int
    end_ms: int
    track: int = 0
    copied: bool = False
    missing: int = 0
    revealed: bool = False


@dataclass(frozen=True)
class Filmed:
    """A film of several cameras in the bundle.

    Attributes:
        path: in the bundle.
        labels: of its exhibits, in the order in which they stand.
        start, end: real time, the end excluded.
        missing: that a camera's picture could not be decoded, moments of the film.
        revealed: tracks whose heads and plates are not concealed.
    """

    path: str
    labels: tuple[str, ...]
    start: datetime
    end: datetime
    missing: int
    revealed: int


@dataclass(frozen=True, eq=False)
class HandedRecording:
    """One exhibit in the bundle.

    Attributes:
        label: how it is called in the bundle: ``S1``, ``S2`` ... in order of receipt.
        certificate: what was read of it, and who was shown what.
        tracks: what was found; those alone that the mandate covers.
        manifest: what decided its analysis; ``None`` where it was not analysed.
        tracks_sha256: digest over the tracks' canonical bytes.
        original: path of the untouched recording in the bundle, one for each file.
    """

    label: str
    certificate: Certificate
    tracks: tuple[Track, ...]
    manifest: Manifest | None
    manifest_sha256: str = ""
    tracks_sha256: str = ""
    original: tuple[str, ...] = ()

    @property
    def exhibit(self) -> Exhibit:
        """The exhibit."""
        return self.certificate.exhibit


@dataclass(frozen=True, eq=False)
class HandedOut:
    """Everything that the documents of one bundle say.

    Attributes:
        copy: reference of this copy, such as ``C-57``.
        agent_id: who made it; ``reason``, why.
        mandates, clearances: of the case, and of whoever acted in it.
        decisions: the last word on each track, oldest first.
        bookmarks: those that are kept, by exhibit and place.
        entries: of the case, with their sealed fields, in order.
        notes: that stand on its tracks, oldest first.
        head: the signed head, and ``vkey``, the key that signs it.
    """

    case: Case
    copy: str
    recipient: str
    agent_id: str
    reason: str
    at: datetime
    version: str
    vkey: str
    head: str
    recordings: tuple[HandedRecording, ...]
    mandates: tuple[Mandate, ...]
    clearances: tuple[Clearance, ...]
    decisions: tuple[Decision, ...]
    bookmarks: tuple[Bookmark, ...]
    entries: tuple[Opened, ...]
    shown: tuple[Shown, ...] = ()
    films: tuple[Filmed, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def origin(self) -> str:
        """Of the ledger."""
        return self.head.split("\n", 1)[0]

    def recording_of(self, exhibit_id: str) -> HandedRecording:
        """One that is in the bundle.

        Raises:
            StopIteration: it is not.
        """
        return next(r for r in self.recordings if r.exhibit.id == exhibit_id)

    def label_of(self, exhibit_id: str) -> str:
        """An exhibit's label; empty for one that is not in the bundle."""
        return next((r.label for r in self.recordings if r.exhibit.id == exhibit_id), "")

    def judged(self, judgement: Judgement) -> tuple[Decision, ...]:
        """The tracks on which that is the last word."""
        return tuple(d for d in self.decisions if d.judgement is judgement)

    def picture_of(self, track_id: str) -> str:
        """Path of a track's still; empty where there is none."""
        exhibit_id, _, number = track_id.rpartition("-")
        label = self.label_of(exhibit_id)
        stills = (s.path for s in self.shown if s.path.startswith("stills/"))
        wanted = f"stills/{label}-{number}.jpg"
        return wanted if label and wanted in stills else ""


@dataclass(frozen=True)
class Asked:
    """A search that was made, fruitless ones too.

    Attributes:
        entry: of its decision.
        query: all that was asked; absent fields ask nothing.  Exhibits by their labels.
        answers: how many tracks answered.
        question: what was asked, whatever part of the answer was shown; empty where a page
            asked by itself (:meth:`SearchTracks.question`).
        digest: of all that answered.
    """

    entry: int
    at: datetime
    agent_id: str
    reason: str
    query: Mapping[str, object]
    answers: int
    question: str
    digest: str


def questions(handed: HandedOut) -> tuple[tuple[Asked, int], ...]:
    """Every question, as it was first asked, with how many times it was answered; in order.

    One that a person asks again on the same day (UTC), and that has the same answer, is the
    same: a page that is loaded again, turned or come back to asks again.
    """
    asked: dict[tuple[object, ...], list[Asked]] = {}
    for each in searches(handed):
        if each.question:
            day = each.at.astimezone(UTC).date()
            key = (each.agent_id, day, each.question, each.digest)
            asked.setdefault(key, []).append(each)
    return tuple((same[0], len(same)) for same in asked.values())


def searches(handed: HandedOut) -> tuple[Asked, ...]:
    """Every answer that was given to a search of a case, in order."""
    decided = {e.seq: e for e in handed.entries if e.disclosed["act"] == "search-tracks"}
    found = []
    for done in decided.values():
        decision = done.sealed["decision"]
        if done.disclosed["result"] != "done" or not isinstance(decision, int):
            continue
        told, counts = decided[decision].sealed, done.disclosed["counts"]
        parameters = told["parameters"]
        known = parameters if isinstance(parameters, dict) else {}
        query, objects = SearchTracks.asked(known), done.sealed["objects"]
        ids = query.get("exhibit_ids")
        if isinstance(ids, list):
            query["exhibit_ids"] = [handed.label_of(str(i)) or str(i) for i in ids]
        answers = counts.get("candidates", 0) if isinstance(counts, dict) else 0
        found.append(
            Asked(
                decision,
                datetime.fromisoformat(str(told["at"])),
                str(told["agent"]),
                str(told["reason"]),
                query,
                answers if isinstance(answers, int) else 0,
                SearchTracks.question(known),
                str(objects.get("all-candidates", "")) if isinstance(objects, dict) else "",
            )
        )
    return tuple(found)


def last_words(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The last decision on each track, in order of time, those taken back left out."""
    last: Mapping[str, Decision] = {d.track_id: d for d in decisions}
    kept = (d for d in last.values() if d.judgement is not Judgement.UNDECIDED)
    return tuple(sorted(kept, key=lambda d: d.entry))


def counted(entries: Sequence[Opened]) -> dict[str, int]:
    """How many entries there are of each sort, ``<phase> <act> <result>``."""
    found: dict[str, int] = {}
    for entry in entries:
        told = entry.disclosed
        name = f"{told['phase']} {told['act']} {told['result']}"
        found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items()))
