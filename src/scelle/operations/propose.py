"""Proposing a clock from the one that the recorder burnt into its pictures; nothing is applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import numpy as np

from scelle.engine.child import Link
from scelle.errors import BadInput, Damaged
from scelle.footage.index import PacketIndex
from scelle.footage.onscreen import Reading, agree, layout, learn, read
from scelle.model.acts import Outcome, Permit, Progress, ProposeClock
from scelle.model.results import ClockProposal
from scelle.operations.lending import Lending, LentObjects
from scelle.operations.original import open_original, read_index
from scelle.operations.sandbox import Sandbox, decoding_limits
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

_LEARN_S = 13
_LEARN_PER_S = 10
_SAMPLES = 60
"""Pictures read over the whole recording."""


@dataclass(frozen=True)
class ReadClockTask:
    """What a sandboxed process needs to read a burnt-in clock."""

    case_id: str
    exhibit_id: str
    zone: tuple[int, ...]
    at_ms: int
    text: str
    pattern: str


def read_clock(task: ReadClockTask, link: Link) -> tuple[tuple[Fraction, str], ...]:
    """Seconds since the first picture, and what the clock shows there in ISO 8601.

    Raises:
        BadInput: the mark does not fit, or its figures cannot be learnt.
    """
    vault = LentObjects(link)
    index = read_index(vault, task.case_id, task.exhibit_id, b"")
    left, top, width, height = task.zone
    where = layout((left, top, width, height), task.text, task.pattern)
    base = index.time_base
    marked = int(np.searchsorted(index.times, int(Fraction(task.at_ms, 1000) / base)))
    marked = min(marked, len(index.times) - 1)
    with open_original(vault, task.case_id, task.exhibit_id, b"", index) as recording:
        near = _spread(index, marked)
        pictures = [
            ((p.pts - int(index.times[marked])) * base, p.luma.copy())
            for p in recording.stills(near)
        ]
        figures = learn(pictures, where, task.text)
        found = []
        # Those near the mark too: key frames may all lie at one fraction of a second.
        for picture in recording.stills(sorted({*near, *_everywhere(index)})):
            shown = read(picture.luma, where, figures, task.text)
            if shown is not None:
                at = (picture.pts - int(index.times[0])) * base
                found.append((at, shown.isoformat()))
    return tuple(found)


def _spread(index: PacketIndex, marked: int) -> list[int]:
    """The marked picture and those of the seconds that follow, ten a second at the most."""
    start, step = int(index.times[marked]), max(1, int(1 / (_LEARN_PER_S * index.time_base)))
    marks = np.arange(start, start + int(_LEARN_S / index.time_base), step)
    ranks = np.searchsorted(index.times, marks)
    return [int(rank) for rank in np.unique(ranks[ranks < len(index.times)])]


def _everywhere(index: PacketIndex) -> list[int]:
    """Pictures over the whole recording: key frames where there are enough."""
    keys = np.sort(index.rank[index.keyframe & index.shows])
    pool = keys if len(keys) >= _SAMPLES // 2 else np.arange(len(index.times))
    chosen = np.linspace(0, len(pool) - 1, min(_SAMPLES, len(pool))).round().astype(np.intp)
    return [int(rank) for rank in np.unique(pool[chosen])]


class Propose:
    """Handler of :class:`ProposeClock`."""

    def __init__(
        self, vault: Vault, keys: Keyring, records: Records, sandbox: Sandbox | None = None
    ) -> None:
        self._vault = vault
        self._keys = keys
        self._records = records
        self._sandbox = sandbox or Sandbox()

    def propose(self, act: ProposeClock, permit: Permit, _progress: Progress) -> Outcome:
        """Read the burnt-in clock; the value is a :class:`ClockProposal`.

        The exhibit's clock stays as it is: only ``SetClock``, an act of a named person,
        changes it.

        Raises:
            BadInput: not exactly one exhibit, a mark that does not fit, or readings that
                do not agree.
        """
        if len(permit.exhibit_ids) != 1:
            raise BadInput(
                f"A clock is read in one exhibit, not in {len(permit.exhibit_ids)}.",
                remedy="Name the exhibit with --exhibit.",
            )
        exhibit = self._records.exhibit(permit.exhibit_ids[0])
        layout(act.zone, act.text, act.pattern)
        serve = Lending(
            self._vault,
            exhibit.case_id,
            self._keys.case_key(exhibit.case_id),
            exhibit.id,
            reads=frozenset(("original", "index")),
        )
        found = self._sandbox.call(
            read_clock,
            ReadClockTask(exhibit.case_id, exhibit.id, act.zone, act.at_ms, act.text, act.pattern),
            serve=serve,
            limits=decoding_limits(min(float(exhibit.stream.duration), 600.0)),
        )
        try:
            readings = [Reading(at, datetime.fromisoformat(shown)) for at, shown in found]
        except (TypeError, ValueError) as error:
            raise Damaged(
                "A sandboxed process answered with something that is no answer.",
                remedy="Treat the recording as hostile, and report it.",
            ) from error
        clock = agree(readings)
        proposal = ClockProposal(
            exhibit.id,
            clock.start,
            clock.residual,
            clock.agreeing,
            clock.disagreeing,
            clock.steps,
        )
        counts = {"exhibits": 1, "pictures": len(readings)}
        return Outcome(proposal, counts, {exhibit.id: exhibit.sha256})
