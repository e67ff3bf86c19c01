"""Who was shown what of recordings: read from the ledger once, and held for the next reader.

The ledger only grows, so a later reading goes on where the last one ended.
"""

from __future__ import annotations

import threading
from bisect import insort
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple, Protocol

from scelle.ledger.entries import Entry, Opened, open_sealed
from scelle.model.acts import FetchCopy, MakeSynopsis, ViewSynopsis
from scelle.model.certificate import Showing
from scelle.model.evidence import Exhibit
from scelle.model.results import Synopsis
from scelle.operations.clipping import THINNED
from scelle.store.keys import Keyring
from scelle.store.records import Records

HELD = 200_000
"""Showings of all cases that are held together, at most."""

_SHOWS = ("view-", "play-", "export-clip", "export-cameras", "make-still", "reveal-")
"""Beginnings of the kinds of acts by which somebody is shown a recording.

A synopsis shows it once it is viewed, or written to a file; a copy that waits once it is fetched.
"""

_WHOLE = ("export-clip", "export-cameras", "play-")
"""Those of them that show every picture of their span."""


class Entries(Protocol):
    """The ledger, for reading alone."""

    def sealed_under(self, key: bytes, start: int = 0) -> Iterator[Entry]:
        """Entries from a place on whose sealed fields a key opens, in order."""
        ...


class _Granted(NamedTuple):
    """What a decision lets somebody be shown.

    Attributes:
        showings: with the exhibit of each.
        kept: only once the copy is fetched, which waits.
    """

    showings: list[tuple[str, Showing]]
    kept: bool


@dataclass
class _Told:
    """What was read of one case.

    Attributes:
        next: place of the first entry that was not read.
        done: by exhibit, in the order of the ledger.
        granted: by the place of a decision whose outcome was not read yet.
        copies: by the place of the decision that let them leave, copies that were kept.
    """

    next: int = 0
    done: dict[str, list[Showing]] = field(default_factory=dict)
    granted: dict[int, _Granted] = field(default_factory=dict)
    copies: dict[int, list[tuple[str, Showing]]] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def size(self) -> int:
        """Showings, and one for the case itself."""
        done, copies = self.done.values(), self.copies.values()
        granted = sum(len(g.showings) for g in self.granted.values())
        return 1 + sum(map(len, done)) + sum(map(len, copies)) + granted


class Seen:
    """Reads and holds; safe between threads.

    Args:
        keys: opens the entries of a case.
        records: knows its exhibits and synopses.
        ledger: has the entries.
    """

    def __init__(self, keys: Keyring, records: Records, ledger: Entries) -> None:
        self._keys, self._records, self._ledger = keys, records, ledger
        self._one = threading.Lock()
        self._held: OrderedDict[str, _Told] = OrderedDict()

    @property
    def size(self) -> int:
        """How many showings are held."""
        with self._one:
            return sum(told.size for told in self._held.values())

    def of(self, case_id: str) -> Mapping[str, Sequence[Showing]]:
        """What was shown of each exhibit of a case, in the order of the ledger.

        Raises:
            NotFound: the case was erased.
        """
        with self._one:
            told = self._held.setdefault(case_id, _Told())
            self._held.move_to_end(case_id)
        try:
            # After it is held: an erasure lets go of what is, and leaves no key for the rest.
            self._keys.case_key(case_id)
            with told.turn:
                self._read_on(case_id, told)
                found = {exhibit_id: tuple(each) for exhibit_id, each in told.done.items()}
        except BaseException:
            self.forget(case_id)
            raise
        self._bound()
        return found

    def forget(self, case_id: str) -> None:
        """Hold nothing of a case."""
        with self._one:
            self._held.pop(case_id, None)

    def _bound(self) -> None:
        with self._one:
            size = sum(told.size for told in self._held.values())
            while size > HELD and self._held:
                size -= self._held.popitem(last=False)[1].size

    def _read_on(self, case_id: str, told: _Told) -> None:
        key = self._keys.sealing_key(case_id)
        exhibits = {e.id: e for e in self._records.exhibits(case_id)}
        for entry in self._ledger.sealed_under(key, told.next):
            opened = open_sealed(entry, key)
            if opened.disclosed["phase"] == "decision":
                granted = self._granted(opened, exhibits, told.copies)
                if granted.showings:
                    told.granted[opened.seq] = granted
            decision = opened.sealed["decision"]
            if isinstance(decision, int) and opened.disclosed["phase"] == "outcome":
                ended = told.granted.pop(decision, None)
                if ended is not None and opened.disclosed["result"] == "done":
                    self._done(told, decision, ended, opened)
            told.next = opened.seq + 1

    def _done(self, told: _Told, decision: int, ended: _Granted, outcome: Opened) -> None:
        """Take note of what an act has shown, or keeps to be fetched."""
        showings = ended.showings
        if outcome.disclosed["act"] == MakeSynopsis.kind:
            objects, case_id = outcome.sealed["objects"], str(outcome.sealed["case"])
            names = objects if isinstance(objects, Mapping) else {}
            made = next((s for s in self._records.synopses(case_id) if s.id in names), None)
            speed = _pace(made) if made else 0.0
            showings = [(exhibit_id, replace(s, speed=speed)) for exhibit_id, s in showings]
        if ended.kept:
            told.copies[decision] = showings
            return
        for exhibit_id, showing in showings:
            insort(told.done.setdefault(exhibit_id, []), showing, key=attrgetter("entry"))

    def _granted(
        self,
        entry: Opened,
        exhibits: Mapping[str, Exhibit],
        copies: Mapping[int, list[tuple[str, Showing]]],
    ) -> _Granted:
        kind, told = str(entry.disclosed["act"]), entry.sealed
        asked = told["parameters"] if isinstance(told["parameters"], Mapping) else {}
        if kind != FetchCopy.kind:
            return _Granted(list(self._showings(entry, exhibits)), asked.get("kept") is True)
        # A manifest definition shows nothing.
        copy = asked.get("copy") if asked.get("claim") is not True else None
        who, at = str(told["agent"]), _at(entry)
        shown = [
            (exhibit_id, replace(s, agent_id=who, act=kind, at=at, entry=entry.seq))
            for exhibit_id, s in (copies.get(copy, ()) if isinstance(copy, int) else ())
        ]
        return _Granted(shown, kept=False)

    def _showings(
        self, entry: Opened, exhibits: Mapping[str, Exhibit]
    ) -> Iterator[tuple[str, Showing]]:
        """What a decision let somebody be shown, by exhibit."""
        kind, told = str(entry.disclosed["act"]), entry.sealed
        objects, asked = told["objects"], told["parameters"]
        if (
            not isinstance(objects, Mapping)
            or not isinstance(asked, Mapping)
            or not (kind.startswith(_SHOWS) or (kind == MakeSynopsis.kind and asked.get("output")))
        ):
            return
        for exhibit in (exhibits[i] for i in objects if i in exhibits):
            start = round(exhibit.stream.start_pts * exhibit.stream.time_base * 1000)
            end = start + round(exhibit.stream.duration * 1000)
            first, last = _span(asked, exhibit)
            speed = self._speed(kind, asked)
            yield (
                exhibit.id,
                Showing(
                    agent_id=str(told["agent"]),
                    act=kind,
                    at=_at(entry),
                    start_ms=first if isinstance(first, int) else start,
                    end_ms=last if isinstance(last, int) else end,
                    speed=speed,
                    whole=kind.startswith(_WHOLE) and speed < THINNED,
                    entry=entry.seq,
                ),
            )

    def _speed(self, kind: str, asked: Mapping[str, object]) -> float:
        """Recorded seconds for each second shown."""
        speed = asked.get("speed")
        if isinstance(speed, int | float | str):
            try:
                return float(speed)
            except ValueError:
                return 0.0
        if kind == ViewSynopsis.kind:
            return _pace(self._records.synopsis(str(asked.get("synopsis_id"))))
        return 1.0 if kind.startswith(_WHOLE) else 0.0


def _pace(synopsis: Synopsis) -> float:
    return synopsis.source_s / max(synopsis.duration_s, 1e-3)


def _at(entry: Opened) -> datetime:
    return datetime.fromisoformat(str(entry.sealed["at"]))


def _span(asked: Mapping[str, object], exhibit: Exhibit) -> tuple[object, object]:
    """The span that was asked for of one exhibit, where one was."""
    spans = asked.get("spans")
    for each in spans if isinstance(spans, list) else [asked]:
        if isinstance(each, Mapping) and each.get("exhibit_id", exhibit.id) == exhibit.id:
            return each.get("start_ms"), each.get("end_ms")
    return None, None
