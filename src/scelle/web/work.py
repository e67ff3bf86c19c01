"""Long work that people ask for in the browser: queued, and done one after the other.

Receiving and analysing each have a lane of their own, with one thread.  Nothing is granted
by standing here: when its turn comes, a piece of work is an act like any other, which the door
decides in the name of whoever asked.  Pausing ends the act (outcome ``interrupted``), going on
asks again; what was done by then is kept in the vault.

Analyses, replays and exports that wait, run or rest are kept (:mod:`scelle.store.queue`): when
the server was stopped or killed, the next one takes them over, and the door decides anew, in
the name of whoever asked.  A receipt is not: its file waits in the vault to be chosen again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, cast

from pydantic import TypeAdapter

from scelle.errors import BadInput, Interrupted, NotFound, ScelleError
from scelle.model.acts import (
    AnalyseExhibit,
    CaseAct,
    ExportClip,
    ExportTracks,
    MakeStill,
    MakeSynopsis,
    Progress,
    ReplayAnalysis,
)
from scelle.model.evidence import new_id
from scelle.store.queue import Queue

#: Pieces of work that wait or run at the same time, of everybody together.
MOST = 1000
#: How many that are over are still told.
_TOLD = 200

#: Acts that are kept.
_KEPT: Mapping[str, type[CaseAct]] = {
    act.kind: act
    for act in (AnalyseExhibit, ReplayAnalysis, ExportClip, ExportTracks, MakeStill, MakeSynopsis)
}


@cache
def _form(kind: str) -> TypeAdapter[CaseAct]:
    """Writes acts of a kind as JSON, and reads them back.

    Raises:
        KeyError: it is not kept.
    """
    return TypeAdapter(_KEPT[kind])


class State(StrEnum):
    """Where a piece of work stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        """Nothing more comes of it."""
        return self in (State.DONE, State.FAILED)


class Priority(StrEnum):
    """Whose turn is next."""

    FIRST = "first"
    NORMAL = "normal"
    LAST = "last"


_ORDER = tuple(Priority)


@dataclass
class Job:
    """One piece of work.

    Attributes:
        agent_id: who asked, and in whose name it is done.
        name: of the recording.
        stage, done, total, unit: as the act tells of its progress.
        value: what the act gave.
        error: why it failed.
        asked_at: when it was queued.
    """

    agent_id: str
    act: CaseAct
    name: str
    priority: Priority = Priority.NORMAL
    id: str = field(default_factory=new_id)
    state: State = State.WAITING
    stage: str = ""
    done: float = 0.0
    total: float = 0.0
    unit: str = ""
    value: Any = None
    error: Exception | None = None
    stop: bool = False
    asked_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _first: tuple[str, float, float] = ("", 0.0, 0.0)

    @property
    def kind(self) -> str:
        """Of its act."""
        return self.act.kind

    @property
    def fresh(self) -> bool:
        """A receipt took in something new, and not bytes that were there before."""
        return bool(self.value.received_at >= self.asked_at)

    @property
    def share(self) -> float:
        """How much of this stage is done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def speed(self) -> float:
        """Units of this stage a second; 0 while that is not known."""
        _, at, done = self._first
        passed = time.monotonic() - at
        return (self.done - done) / passed if passed > 1 and self.done > done else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds until this stage is over, as fast as until now; ``None`` if not known."""
        speed = self.speed
        return (self.total - self.done) / speed if speed else None

    def told(self) -> Mapping[str, Any]:
        """What is kept of it."""
        resting = self.state is State.PAUSED or (self.state is State.RUNNING and self.stop)
        return {
            "agent": self.agent_id,
            "kind": self.kind,
            "act": _form(self.kind).dump_python(self.act, mode="json"),
            "name": self.name,
            "priority": self.priority.value,
            "paused": resting,
            "asked_at": self.asked_at.isoformat(),
        }

    @classmethod
    def of(cls, piece: str, told: Mapping[str, Any]) -> Job:
        """A piece of work as it was kept.

        Raises:
            KeyError, ValueError, ScelleError: it does not say what this version would keep of it.
        """
        form = _form(told["kind"])
        act = form.validate_python(told["act"])
        if form.dump_python(act, mode="json") != told["act"]:
            raise ValueError("it says more than this version knows of")
        return cls(
            told["agent"],
            act,
            told["name"],
            Priority(told["priority"]),
            piece,
            State.PAUSED if told["paused"] else State.WAITING,
            asked_at=datetime.fromisoformat(told["asked_at"]),
        )

    def tell(self, stage: str, done: float, total: float, unit: str) -> None:
        """Take note of progress.

        Raises:
            Interrupted: it was paused.
        """
        if stage != self._first[0]:
            self._first = (stage, time.monotonic(), done)
        self.stage, self.done, self.total, self.unit = stage, done, total, unit
        if self.stop:
            raise Interrupted("Paused.", remedy="Let it go on: what is done is kept.")


class Work:
    """The queue.

    Args:
        perform: hands an act to the door: ``(agent id, act, progress)``.
        queue: where it is kept.
    """

    def __init__(self, perform: Callable[[str, CaseAct, Progress], Any], queue: Queue) -> None:
        self._perform, self._queue = perform, queue
        self._turn = threading.Condition()
        self._jobs: list[Job] = []
        self._lanes: dict[str, threading.Thread] = {}
        self._closed = False

    def add(
        self, agent_id: str, act: CaseAct, name: str, priority: Priority = Priority.NORMAL
    ) -> Job:
        """Queue an act.

        Raises:
            BadInput: too much is queued already.
        """
        with self._turn:
            if sum(not job.state.over for job in self._jobs) >= MOST:
                raise BadInput(
                    f"{MOST} pieces of work are queued already.", remedy="Wait for some to end."
                )
            over = [job for job in self._jobs if job.state.over]
            for job in over[: max(0, len(over) - _TOLD)]:
                self._jobs.remove(job)
            job = Job(agent_id, act, name, priority)
            self._keep(job)
            self._begin(job)
        return job

    def take(self) -> int:
        """Go on with what a server that is gone has left; in the order in which it was asked.

        Returns:
            How many pieces cannot be read, and are not gone on with.
        """
        taken, jobs = self._queue.take(), list[Job]()
        for piece, told in taken.pieces.items():
            # Another version of the program may have kept other fields.
            with suppress(KeyError, TypeError, ValueError, ScelleError):
                jobs.append(Job.of(piece, told))
        with self._turn:
            for job in sorted(jobs, key=lambda j: j.asked_at):
                self._begin(job)
        return taken.lost + len(taken.pieces) - len(jobs)

    def _begin(self, job: Job) -> None:
        self._jobs.append(job)
        if job.kind not in self._lanes and not self._closed:
            lane = threading.Thread(target=self._work, args=(job.kind,), daemon=True)
            self._lanes[job.kind] = lane
            lane.start()
        self._turn.notify_all()

    def _keep(self, job: Job) -> None:
        if job.kind in _KEPT:
            self._queue.keep(job.act.case_id, job.id, job.told())

    def of(self, case_id: str, *kinds: str) -> tuple[Job, ...]:
        """Work of some kinds in one case, in the order of turns; what is over, the last first."""
        with self._turn:
            mine = [j for j in self._jobs if j.act.case_id == case_id and j.kind in kinds]
        over = [j for j in mine if j.state.over]
        return (*sorted((j for j in mine if not j.state.over), key=_turn), *reversed(over))

    def pause(self, agent_id: str, job_id: str) -> None:
        """Let it rest; what runs stops at its next sign of progress.

        Raises:
            NotFound: there is no such work of that person.
        """
        with self._turn:
            job = self._own(agent_id, job_id)
            if job.state is State.WAITING:
                job.state = State.PAUSED
            elif job.state is State.RUNNING:
                job.stop = True
            if not job.state.over:
                self._keep(job)

    def resume(self, agent_id: str, job_id: str) -> None:
        """Let it wait for its turn again.

        Raises:
            NotFound: there is no such work of that person.
        """
        with self._turn:
            job = self._own(agent_id, job_id)
            if job.state in (State.PAUSED, State.FAILED):
                job.state, job.error = State.WAITING, None
                self._keep(job)
                self._turn.notify_all()

    def prefer(self, agent_id: str, job_id: str, priority: Priority) -> None:
        """Change when its turn comes; what runs goes on.

        Raises:
            NotFound: there is no such work of that person.
        """
        with self._turn:
            job = self._own(agent_id, job_id)
            job.priority = priority
            if not job.state.over:
                self._keep(job)

    def close(self) -> None:
        """Stop all that runs, and wait until it has; what is not done is kept as it was."""
        with self._turn:
            self._closed = True
            for job in self._jobs:
                job.stop = job.stop or job.state is State.RUNNING
            self._turn.notify_all()
        for lane in self._lanes.values():
            lane.join()
        self._queue.close()

    def _own(self, agent_id: str, job_id: str) -> Job:
        for job in self._jobs:
            if job.id == job_id and job.agent_id == agent_id:
                return job
        raise NotFound("You have no such work.", remedy="Load the page again.")

    def _next(self, kind: str) -> Job | None:
        with self._turn:
            while True:
                waiting = [j for j in self._jobs if j.kind == kind and j.state is State.WAITING]
                if self._closed:
                    return None
                if waiting:
                    job = min(waiting, key=_turn)
                    job.state, job.stop = State.RUNNING, False
                    job.stage, job.done, job.total, job._first = "", 0.0, 0.0, ("", 0.0, 0.0)
                    return job
                self._turn.wait()

    def _work(self, kind: str) -> None:
        while (job := self._next(kind)) is not None:
            state, error = State.DONE, cast("Exception | None", None)
            try:
                job.value = self._perform(job.agent_id, job.act, job.tell)
            except Interrupted as stopped:
                state, error = (State.PAUSED, None) if job.stop else (State.FAILED, stopped)
            except ScelleError as failed:
                state, error = State.FAILED, failed
            except Exception as broken:
                state, error = State.FAILED, broken
            with self._turn:
                job.state, job.error, job.stop = state, error, False
                # What fails while the server stops is tried again by the next.
                if state is State.DONE or (state is State.FAILED and not self._closed):
                    self._queue.forget(job.act.case_id, job.id)


def _turn(job: Job) -> tuple[int, int]:
    return (job.state is not State.RUNNING, _ORDER.index(job.priority))
