"""Who was shown what of recordings, as the ledger tells it."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from scelle.ledger.entries import Entry, Opened
from scelle.model.acts import FetchCopy, MakeBundle, MakeDossier, MakeSynopsis, ViewSynopsis
from scelle.model.certificate import Showing
from scelle.model.results import Synopsis
from scelle.operations.clipping import THINNED
from scelle.operations.told import Entries, ReadOn
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

_SHOWS = ("view-", "play-", "export-clip", "export-cameras", "make-still", "reveal-")
"""Beginnings of the kinds of acts by which somebody is shown a recording.

A synopsis shows it once it is viewed, or written to a file; a copy that waits once it is fetched.
"""

_WHOLE = ("export-clip", "export-cameras", "play-")
"""Those of them that show every picture of their span."""

_GATHERED = {
    MakeBundle.kind: ("clips", "stills"),
    MakeDossier.kind: ("confirmed", "rejected"),
}
"""Acts that show candidates beside what is asked for, if they count any of these."""


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
        done: by exhibit, in the order of the ledger.
        granted: by the place of a decision whose outcome was not read yet.
        copies: by the place of the decision that let them leave, copies that were kept.
    """

    records: Records
    case_id: str
    done: dict[str, list[Showing]] = field(default_factory=dict)
    granted: dict[int, _Granted] = field(default_factory=dict)
    copies: dict[int, list[tuple[str, Showing]]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Showings, and one for the case itself."""
        done, copies = self.done.values(), self.copies.values()
        granted = sum(len(g.showings) for g in self.granted.values())
        return 1 + sum(map(len, done)) + sum(map(len, copies)) + granted

    def concerns(self, entry: Entry) -> bool:
        """Whether it is of an act that shows something."""
        own = (MakeSynopsis.kind, FetchCopy.kind)
        return str(entry.value("act")).startswith((*_SHOWS, *_GATHERED, *own))

    def take(self, entry: Opened) -> None:
        """A decision, or what became of one."""
        if entry.disclosed["phase"] == "decision":
            granted = self._granted(entry)
            if granted.showings:
                self.granted[entry.seq] = granted
        decision = entry.sealed["decision"]
        if isinstance(decision, int) and entry.disclosed["phase"] == "outcome":
            ended = self.granted.pop(decision, None)
            if ended is not None and entry.disclosed["result"] == "done":
                self._done(decision, ended, entry)

    def kept(self) -> object:
        """Lists of showings; what :func:`_told` reads."""
        return {
            "done": {exhibit_id: list(map(_flat, each)) for exhibit_id, each in self.done.items()},
            "granted": [[seq, g.kept, _pairs(g.showings)] for seq, g in self.granted.items()],
            "copies": [[seq, _pairs(each)] for seq, each in self.copies.items()],
        }

    def _done(self, decision: int, ended: _Granted, outcome: Opened) -> None:
        """Take note of what an act has shown, or keeps to be fetched."""
        showings = ended.showings
        if outcome.disclosed["act"] == MakeSynopsis.kind:
            objects = outcome.sealed["objects"]
            names = objects if isinstance(objects, Mapping) else {}
            made = next((s for s in self.records.synopses(self.case_id) if s.id in names), None)
            speed = _pace(made) if made else 0.0
            showings = [(exhibit_id, replace(s, speed=speed)) for exhibit_id, s in showings]
        counted, counts = (
            _GATHERED.get(str(outcome.disclosed["act"])),
            outcome.disclosed.get("counts"),
        )
        if counted and isinstance(counts, Mapping) and not any(counts.get(n) for n in counted):
            showings = [(exhibit_id, s) for exhibit_id, s in showings if s.whole]
        if ended.kept:
            self.copies[decision] = showings
            return
        for exhibit_id, showing in showings:
            insort(self.done.setdefault(exhibit_id, []), showing, key=attrgetter("entry"))

    def _granted(self, entry: Opened) -> _Granted:
        kind, told = str(entry.disclosed["act"]), entry.sealed
        asked = told["parameters"] if isinstance(told["parameters"], Mapping) else {}
        if kind != FetchCopy.kind:
            return _Granted(list(self._showings(entry)), asked.get("kept") is True)
        # A manifest definition shows nothing.
        copy = asked.get("copy") if asked.get("claim") is not True else None
        who, at = str(told["agent"]), _at(entry)
        shown = [
            (exhibit_id, replace(s, agent_id=who, act=kind, at=at, entry=entry.seq))
            for exhibit_id, s in (self.copies.get(copy, ()) if isinstance(copy, int) else ())
        ]
        return _Granted(shown, kept=False)

    def _showings(self, entry: Opened) -> Iterator[tuple[str, Showing]]:
        """What a decision let somebody be shown, by exhibit."""
        kind, told = str(entry.disclosed["act"]), entry.sealed
        objects, asked = told["objects"], told["parameters"]
        if (
            not isinstance(objects, Mapping)
            or not isinstance(asked, Mapping)
            or not (
                kind.startswith((*_SHOWS, *_GATHERED))
                or (kind == MakeSynopsis.kind and asked.get("output"))
            )
        ):
            return
        exhibits = {e.id: e for e in self.records.exhibits(self.case_id)}
        for exhibit in (exhibits[i] for i in objects if i in exhibits):
            start = round(exhibit.stream.start_pts * exhibit.stream.time_base * 1000)
            end = start + round(exhibit.stream.duration * 1000)
            for first, last, speed, whole in self._shown(kind, asked, exhibit.id, (start, end)):
                yield (
                    exhibit.id,
                    Showing(
                        agent_id=str(told["agent"]),
                        act=kind,
                        at=_at(entry),
                        start_ms=first,
                        end_ms=last,
                        speed=speed,
                        whole=whole,
                        entry=entry.seq,
                    ),
                )

    def _shown(
        self, kind: str, asked: Mapping[str, object], exhibit_id: str, every: tuple[int, int]
    ) -> Iterator[tuple[int, int, float, bool]]:
        """Spans of an exhibit, how fast, and whether every picture of them."""
        spans = _spans(asked, exhibit_id)
        if kind in _GATHERED:
            originals = asked.get("originals") is True
            yield from ((*span, 1.0, True) for span in spans)
            yield (*every, float(originals), originals)
            return
        speed = self._speed(kind, asked)
        whole = kind.startswith(_WHOLE) and speed < THINNED
        yield from ((*span, speed, whole) for span in spans or [every])

    def _speed(self, kind: str, asked: Mapping[str, object]) -> float:
        """Recorded seconds for each second shown."""
        speed = asked.get("speed")
        if isinstance(speed, int | float | str):
            try:
                return float(speed)
            except ValueError:
                return 0.0
        if kind == ViewSynopsis.kind:
            return _pace(self.records.synopsis(str(asked.get("synopsis_id"))))
        return 1.0 if kind.startswith(_WHOLE) else 0.0


class Seen:
    """Reads it, and holds it for the next reader; safe between threads.

    Args:
        vault: keeps what was read.
        keys: opens the entries of a case.
        records: knows its exhibits and synopses.
        ledger: has the entries.
    """

    def __init__(self, vault: Vault, keys: Keyring, records: Records, ledger: Entries) -> None:
        self._told = ReadOn(
            "showings", vault, keys, ledger, lambda case_id, kept: _told(records, case_id, kept)
        )

    @property
    def size(self) -> int:
        """How many showings are held, and one for each case."""
        return self._told.size

    def of(self, case_id: str, *, anew: bool = False) -> Mapping[str, Sequence[Showing]]:
        """What was shown of each exhibit of a case, in the order of the ledger.

        Args:
            anew: read every entry, whatever was read before.

        Raises:
            NotFound: the case was erased.
        """
        with self._told.of(case_id, anew=anew) as told:
            return {exhibit_id: tuple(each) for exhibit_id, each in told.done.items()}

    def forget(self, case_id: str) -> None:
        """Hold nothing of a case."""
        self._told.forget(case_id)


def _told(records: Records, case_id: str, kept: Any) -> _Told:
    """What was kept, or nothing yet."""
    told = _Told(records, case_id)
    if kept is not None:
        told.done = {i: list(map(_showing, each)) for i, each in kept["done"].items()}
        told.granted = {
            seq: _Granted(_unpaired(pairs), kept=waits) for seq, waits, pairs in kept["granted"]
        }
        told.copies = {seq: _unpaired(pairs) for seq, pairs in kept["copies"]}
    return told


def _flat(s: Showing) -> list[object]:
    return [s.agent_id, s.act, s.at.isoformat(), s.start_ms, s.end_ms, s.speed, s.whole, s.entry]


def _showing(flat: list[Any]) -> Showing:
    agent_id, act, at, *rest = flat
    return Showing(agent_id, act, datetime.fromisoformat(at), *rest)


def _pairs(showings: Sequence[tuple[str, Showing]]) -> list[list[object]]:
    return [[exhibit_id, *_flat(s)] for exhibit_id, s in showings]


def _unpaired(pairs: list[list[Any]]) -> list[tuple[str, Showing]]:
    return [(exhibit_id, _showing(flat)) for exhibit_id, *flat in pairs]


def _pace(synopsis: Synopsis) -> float:
    return synopsis.source_s / max(synopsis.duration_s, 1e-3)


def _at(entry: Opened) -> datetime:
    return datetime.fromisoformat(str(entry.sealed["at"]))


def _spans(asked: Mapping[str, object], exhibit_id: str) -> list[tuple[int, int]]:
    """The spans that were asked for of one exhibit, by themselves, as clips or in films."""
    films = [asked.get("film"), *_list(asked.get("films"))]
    told = [asked, *_list(asked.get("clips"))]
    told += [each for film in films if isinstance(film, Mapping) for each in _list(film["spans"])]
    return [
        (first, last)
        for each in told
        if isinstance(each, Mapping)
        and each.get("exhibit_id", exhibit_id) == exhibit_id
        and isinstance(first := each.get("start_ms"), int)
        and isinstance(last := each.get("end_ms"), int)
    ]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
