"""What people decide: confirm, reject, reveal, approve.  The machine concludes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from scelle.errors import BadInput, NotFound
from scelle.law.frameworks import FRAMEWORKS
from scelle.law.sought import described
from scelle.ledger.asked import asked_of
from scelle.ledger.entries import Entry, Opened, Value, open_sealed, open_with
from scelle.model.acts import (
    ApproveAct,
    ConcealTrack,
    ConsultSearches,
    DecideTrack,
    NoteTrack,
    Outcome,
    Permit,
    Progress,
    RevealTrack,
    SearchTracks,
)
from scelle.model.decisions import (
    Approval,
    Decision,
    Judgement,
    Note,
    Reveal,
    SearchMade,
    SearchRecord,
    standing,
)
from scelle.model.evidence import new_id
from scelle.model.tracks import Track
from scelle.operations.bookmark import plain_note
from scelle.operations.oversee import LedgerReader
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.tracks import TrackStore

_COUNTED = {
    Judgement.CONFIRMED: "confirmed",
    Judgement.REJECTED: "rejected",
    Judgement.UNDECIDED: "undone",
}


class EntryReader(LedgerReader, Protocol):
    """The ledger, for reading alone, entry by entry too."""

    def entry(self, seq: int) -> Entry:
        """One entry."""
        ...


class Decide:
    """Handlers of the acts by which people decide about candidates."""

    def __init__(
        self, control: Control, tracks: TrackStore, keys: Keyring, ledger: EntryReader
    ) -> None:
        self._control = control
        self._tracks = tracks
        self._keys = keys
        self._ledger = ledger

    def decide(self, act: DecideTrack, permit: Permit, progress: Progress) -> Outcome:
        """Keep one person's word; the value is the :class:`Decision`.

        Raises:
            NotFound: no such track, or the entry named is no search of this case.
            BadInput: the mandate is limited to another description.
        """
        track = self._track(act.track_id, permit)
        if act.search is not None and not self._searched(act.case_id, act.search):
            raise NotFound(
                f"Ledger entry {act.search} is no search of this case.",
                remedy="Run `scelle searches` to see the searches and their entries.",
            )
        decision = Decision(
            id=new_id(),
            case_id=act.case_id,
            exhibit_id=track.exhibit_id,
            track_id=track.id,
            judgement=act.judgement,
            reason=act.reason,
            agent_id=permit.agent_id,
            decided_at=permit.at,
            entry=permit.entry,
            search=act.search,
        )
        self._control.add_decision(decision)
        return Outcome(decision, {_COUNTED[act.judgement]: 1}, {track.id: decision.id})

    def note(self, act: NoteTrack, permit: Permit, progress: Progress) -> Outcome:
        """Keep one person's remark on a track; the value is the :class:`Note`.

        Raises:
            NotFound: no such track.
            BadInput: the mandate is limited to another description; the text has more than
                :data:`~scelle.operations.bookmark.LONGEST_NOTE` characters, or something
                that is no text; or there is nothing to take back.
        """
        track = self._track(act.track_id, permit)
        text = plain_note(act.text)
        mine = [n for n in standing(self._control.notes(act.case_id)) if n.track_id == track.id]
        if not text and permit.agent_id not in {n.agent_id for n in mine}:
            raise BadInput(
                f"You have no note on {track.id} to take back.", remedy="Write the note's text."
            )
        note = Note(
            id=new_id(),
            case_id=act.case_id,
            exhibit_id=track.exhibit_id,
            track_id=track.id,
            text=text,
            agent_id=permit.agent_id,
            written_at=permit.at,
            entry=permit.entry,
        )
        self._control.add_note(note)
        return Outcome(note, {"notes" if text else "undone": 1}, {track.id: note.id})

    def reveal(self, act: RevealTrack, permit: Permit, progress: Progress) -> Outcome:
        """Lift the concealment of one track; the value is the :class:`Reveal`.

        Raises:
            NotFound: no such track.
            BadInput: the mandate is limited to another description.
        """
        return self._show(self._track(act.track_id, permit), act, permit, lifted=True)

    def conceal(self, act: ConcealTrack, permit: Permit, progress: Progress) -> Outcome:
        """Conceal a track again; the value is the :class:`Reveal` that says so.

        Raises:
            NotFound: no such track.
        """
        return self._show(self._track(act.track_id, permit), act, permit, lifted=False)

    def searches(self, act: ConsultSearches, permit: Permit, progress: Progress) -> Outcome:
        """Every search, decision and note of a case; the value is a :class:`SearchRecord`.

        Searches are read from the ledger, where nobody can leave one out.
        """
        searches: tuple[SearchMade, ...] = ()
        if not act.decisions_only:
            searches = tuple(self._searches(act.case_id).values())
        record = SearchRecord(
            act.case_id,
            searches,
            self._control.decisions(act.case_id),
            self._control.reveals(act.case_id),
            self._control.notes(act.case_id),
        )
        fruitless = sum(1 for s in searches if s.candidates == 0)
        return Outcome(record, {"searches": len(searches), "fruitless": fruitless})

    def approve(self, act: ApproveAct, permit: Permit, progress: Progress) -> Outcome:
        """Second what the ledger says that another person asked; the value is the approval."""
        keys = self._keys.sealing_key(act.case_id), self._keys.sealing_key(None)
        opened = open_with(self._ledger.entry(act.entry), keys)
        approval = Approval(
            id=new_id(),
            case_id=act.case_id,
            act_sha256=asked_of(opened),
            kind=str(opened.disclosed["act"]),
            asker=str(opened.sealed["agent"]),
            approver=permit.agent_id,
            entry=act.entry,
            approved_at=permit.at,
            expires_at=permit.at + timedelta(hours=FRAMEWORKS.approval_hours),
        )
        self._control.add_approval(approval)
        return Outcome(approval, {"approvals": 1}, {approval.id: approval.act_sha256})

    def _track(self, track_id: str, permit: Permit) -> Track:
        found = self._tracks.get([track_id])
        if not found or found[0].exhibit_id not in permit.exhibit_ids:
            raise NotFound(
                f"There is no track {track_id} in this case.",
                remedy="List the tracks with `scelle search` and use their ids.",
            )
        require_sought(found[0], permit)
        return found[0]

    def _show(
        self, track: Track, act: RevealTrack | ConcealTrack, permit: Permit, *, lifted: bool
    ) -> Outcome:
        reveal = Reveal(
            id=new_id(),
            case_id=act.case_id,
            track_id=track.id,
            lifted=lifted,
            reason=act.reason,
            agent_id=permit.agent_id,
            at=permit.at,
            mandate_id=permit.mandate_id if lifted else "",
        )
        self._control.add_reveal(reveal)
        return Outcome(reveal, {"reveals" if lifted else "concealed": 1}, {track.id: reveal.id})

    def _searched(self, case_id: str, place: int) -> bool:
        """Whether the decision at a place let a search be done; its outcome is not far behind."""
        key = self._keys.sealing_key(case_id)
        for entry in self._ledger.sealed_under(key, place + 1):
            if entry.value("act") == SearchTracks.kind and entry.value("phase") == "outcome":
                opened = open_sealed(entry, key)
                if opened.sealed["decision"] == place:
                    return opened.disclosed["result"] == "done"
        return False

    def _searches(self, case_id: str) -> dict[int, SearchMade]:
        """Searches that were done, by the entry of their decision."""
        key = self._keys.sealing_key(case_id)
        asked: dict[int, Opened] = {}
        made: dict[int, SearchMade] = {}
        for entry in self._ledger.sealed_under(key):
            if entry.value("act") != SearchTracks.kind:
                continue
            opened = open_sealed(entry, key)
            if opened.disclosed["result"] == "granted":
                asked[opened.seq] = opened
            decision = opened.sealed["decision"]
            if opened.disclosed["result"] == "done" and isinstance(decision, int):
                made[decision] = _search(asked[decision], opened)
        return made


def require_sought(track: Track, permit: Permit) -> None:
    """Refuse a track that the mandate's description does not cover.

    Raises:
        BadInput: it is not what the mandate is limited to.
    """
    if permit.sought is not None and not permit.sought.matches(track):
        raise BadInput(
            f"Track {track.id} is not what the mandate is limited to: {described(permit.sought)}.",
            remedy="Ask a magistrate for a mandate that covers it.",
        )


def _search(asked: Opened, done: Opened) -> SearchMade:
    parameters, objects = _object(asked.sealed["parameters"]), _object(done.sealed["objects"])
    counts = _object(done.disclosed["counts"])
    digest = str(objects.pop("all-candidates", ""))
    candidates = counts.get("candidates", 0)
    return SearchMade(
        entry=asked.seq,
        at=str(asked.sealed["at"]),
        agent_id=str(asked.sealed["agent"]),
        reason=str(asked.sealed["reason"]),
        exhibit_ids=tuple(_object(asked.sealed["objects"])),
        query=SearchTracks.asked(parameters),
        candidates=candidates if isinstance(candidates, int) else 0,
        digest=digest,
        named=tuple(objects),
    )


def _object(value: Value) -> dict[str, Value]:
    return dict(value) if isinstance(value, dict) else {}
