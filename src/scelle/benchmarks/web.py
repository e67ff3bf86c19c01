"""How quick the pages are while many people review: a closed loop over one server.

Each reviewer asks for something, waits for the whole answer, thinks for a time drawn from
an exponential distribution, and goes on.  What is asked and how often is in :data:`MIX`.
The server runs in a process of its own, the reviewers are threads of this one; both are
on the loopback interface and share the machine's processors.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from scelle.benchmarks.watch import Watch
from scelle.benchmarks.web_home import RATE, RECORDED_S, Filled, fill
from scelle.bootstrap.stores import open_tables
from scelle.errors import Misconfigured
from scelle.model.acts import Progress
from scelle.model.geometry import Direction
from scelle.model.tracks import Colour, ObjectClass, TrackQuery
from scelle.store.keys import Keyring
from scelle.store.tracks import TrackStore
from scelle.web.guard import COOKIE

GOALS = {"page": 200.0, "search": 300.0, "frame": 150.0, "video": 1000.0}
"""Milliseconds within which 95 of 100 answers are to be there."""

MIX = {"page": 0.3, "search": 0.4, "frame": 0.2, "video": 0.1}
"""How often each is asked for: the bench of a case is opened, with its time line; something
is searched for; one exact picture is shown; two seconds of video are played."""

_ALONE = 20
_LONGEST_THOUGHT = 4
_SPAN_MS = 2000
_ERRORS = 5


@dataclass(frozen=True)
class Timed:
    """Answers of one kind, in milliseconds.

    Attributes:
        count: how many, in the measured time.
        median, p95, most: with everybody reviewing.
        alone: median with one reviewer.
    """

    count: int
    median: float
    p95: float
    most: float
    alone: float


@dataclass(frozen=True)
class WebMeasured:
    """What was measured.

    Attributes:
        tracks, cases, reviewers: how many.
        think_s: mean time that a reviewer thinks.
        seconds: of measuring.
        filled_s: what filling the installation took.
        kinds: by kind of request; ``line`` is the time line of each page.
        wrong: answers that were not what was asked for.
        told: what the first of them said.
        pictures: on a page of results, on average.
        whole_ms: one question over all tracks, at the store, median of ten questions.
        memory, memory_before: of the server and its decoders, bytes: the most while
            everybody reviewed, and after one reviewer.
    """

    tracks: int
    cases: int
    reviewers: int
    think_s: float
    seconds: float
    filled_s: float
    kinds: Mapping[str, Timed]
    wrong: int
    told: tuple[str, ...]
    pictures: float
    whole_ms: float
    memory: int
    memory_before: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return sum(t.count for t in self.kinds.values()) / self.seconds


def bench_web(
    folder: Path,
    *,
    tracks: int,
    cases: int,
    reviewers: int,
    think_s: float,
    seconds: float,
    readers: int,
    progress: Progress,
    database: str = "",
) -> WebMeasured:
    """Fill an installation, serve it, and review.

    Args:
        folder: of the installation; one that was filled before is used again.
        tracks, cases: in all.
        reviewers: at the same time.
        think_s: mean, seconds; no thought is longer than four times that.
        seconds: of measuring, after as much of a think time has passed.
        readers: processes of the server that answer what the review bench reads.
        database: address of a PostgreSQL database; empty for a file.
    """
    began = time.monotonic()
    filled = fill(folder, tracks, cases, reviewers, progress, database)
    filled_s = time.monotonic() - began
    whole = _whole(folder / "home", database, filled)
    with _served(folder / "home", database, reviewers, readers) as (process, port, sessions):
        log = Log()
        one = Reviewer(filled, 0, port, sessions[0], log)
        for kind in (*MIX, *MIX) * max(
            1, readers
        ):  # what is loaded when it is first needed is loaded now
            one.ask(kind)
        log.clear()
        for number in range(_ALONE):
            for kind in MIX:
                one.ask(kind)
            progress("bench alone", number + 1, _ALONE, "rounds")
        one.close()
        alone = log.clear()
        with Watch(root=process.pid) as memory:
            time.sleep(1)
        before = memory.peak
        with Watch(1.0, process.pid) as memory:
            _review(filled, port, sessions, log, think_s, seconds, progress)
    kinds = {kind: _timed(times, alone.get(kind, [])) for kind, times in log.times.items()}
    pictures = float(np.mean(log.pictures)) if log.pictures else 0.0
    return WebMeasured(
        tracks, cases, reviewers, think_s, seconds, filled_s, kinds, log.wrong,
        tuple(log.told), pictures, whole, memory.peak, before,
    )  # fmt: skip


def _timed(times: Sequence[float], alone: Sequence[float]) -> Timed:
    median, p95, most = (float(np.percentile(times, q)) for q in (50, 95, 100))
    return Timed(len(times), median, p95, most, float(np.median(alone)))


class Log:
    """Takes down what was measured; safe between threads.

    Attributes:
        times: milliseconds of each kind.
        pictures: on each page of results.
        wrong: how many answers were not what was asked for.
        told: what the first of them said.
    """

    def __init__(self) -> None:
        self._one = threading.Lock()
        self.times: dict[str, list[float]] = {}
        self.pictures: list[int] = []
        self.wrong = 0
        self.told: list[str] = []

    def add(self, kind: str, ms: float, *, right: bool, what: str, pictures: int | None) -> None:
        """One answer."""
        with self._one:
            self.times.setdefault(kind, []).append(ms)
            if pictures is not None:
                self.pictures.append(pictures)
            if not right:
                self.wrong += 1
                if len(self.told) < _ERRORS:
                    self.told.append(what)

    def clear(self) -> dict[str, list[float]]:
        """Begin anew; gives the times until now."""
        with self._one:
            before, self.times, self.pictures = self.times, {}, []
        return before


class Reviewer:
    """One person's browser.

    Args:
        filled: what there is to review.
        number: of the person; decides the case and everything that is drawn.
    """

    def __init__(self, filled: Filled, number: int, port: int, session: str, log: Log) -> None:
        self._draw = random.Random(number)  # noqa: S311
        every = list(filled.cases.items())
        self._case, self._exhibits = every[number % len(every)]
        self._session, self._log = session, log
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, kind: str = "") -> None:
        """Ask for one thing, drawn from :data:`MIX` unless it is given."""
        draw = self._draw
        kind = kind or draw.choices(list(MIX), list(MIX.values()))[0]
        if kind == "page":
            self._get(kind, "/review", {"case": self._case})
            self._get("line", "/review/line", {"case": self._case})
        elif kind == "search":
            self._get(kind, "/review", {"case": self._case, **question(draw)})
        else:
            start = draw.randrange(0, (RECORDED_S - 3) * 1000)
            length = round(1000 / RATE) if kind == "frame" else _SPAN_MS
            span = {"start": str(start), "stop": str(start + length)}
            named = {"case": self._case, "exhibit": draw.choice(self._exhibits)}
            self._get(kind, "/review/play", named | span)

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()

    def think(self, mean_s: float) -> float:
        """Seconds until the next thing is asked for."""
        return min(self._draw.expovariate(1 / mean_s), _LONGEST_THOUGHT * mean_s)

    def _get(self, kind: str, path: str, fields: Mapping[str, str]) -> None:
        place = f"{path}?{urlencode(fields)}"
        began = time.perf_counter()
        try:
            self._line.request("GET", place, headers={"Cookie": f"{COOKIE}={self._session}"})
            answer = self._line.getresponse()
            body, status = answer.read(), answer.status
        except (OSError, http.client.HTTPException) as error:
            self._line.close()
            body, status = str(error).encode(), 0
        ms = 1000 * (time.perf_counter() - began)
        pictures = body.count(b"data:image/jpeg") if path == "/review" else None
        what = f"{status} {place}: {body[:200]!r}"
        self._log.add(kind, ms, right=status == 200, what=what, pictures=pictures)


def question(draw: random.Random) -> dict[str, str]:
    """What somebody looks for: one to three of class, colour, direction, length."""
    every = {
        "class": draw.choice(("person", "car", "two-wheeler")),
        "colour": draw.choice(tuple(Colour)).value,
        "direction": draw.choice(("left", "right", "up", "down")),
        "shortest": str(draw.randrange(2, 30)),
    }
    return {name: every[name] for name in draw.sample(list(every), draw.randint(1, 3))}


def _review(
    filled: Filled,
    port: int,
    sessions: Sequence[str],
    log: Log,
    think_s: float,
    seconds: float,
    progress: Progress,
) -> None:
    """Everybody at once; what is asked in the first think time is not counted."""
    over = threading.Event()

    def work(number: int) -> None:
        person = Reviewer(filled, number, port, sessions[number], log)
        while not over.wait(person.think(think_s)):
            person.ask()
            # The server lets go of a connection that is idle for seconds.
            person.close()

    people = [threading.Thread(target=work, args=(n,)) for n in range(len(sessions))]
    for person in people:
        person.start()
    try:
        _wait(think_s, "bench warming up", progress)
        log.clear()
        _wait(seconds, "bench reviewing", progress)
    finally:
        over.set()
        for person in people:
            person.join()


def _wait(seconds: float, stage: str, progress: Progress) -> None:
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        progress(stage, passed, seconds, "seconds")
        time.sleep(min(0.5, seconds - passed))
    progress(stage, seconds, seconds, "seconds")


def _whole(home: Path, database: str, filled: Filled) -> float:
    """One question over all tracks of the installation: milliseconds."""
    engine = open_tables(home, Keyring(home), database)
    store, draw, times = TrackStore(engine), random.Random(0), list[float]()  # noqa: S311
    every = [exhibit for exhibits in filled.cases.values() for exhibit in exhibits]
    for _ in range(10):
        query = TrackQuery(
            object_class=draw.choice((ObjectClass.PERSON, ObjectClass.CAR)),
            colour=draw.choice(tuple(Colour)),
            direction=draw.choice((Direction.LEFT, Direction.RIGHT)),
            min_dwell_ms=draw.randrange(2, 30) * 1000,
        )
        began = time.perf_counter()
        store.find(every, query)
        times.append(1000 * (time.perf_counter() - began))
    engine.dispose()
    return float(np.median(times))


@contextmanager
def _served(
    home: Path, database: str, reviewers: int, readers: int
) -> Iterator[tuple[subprocess.Popen[str], int, list[str]]]:
    """The server's process, its port, and a session for each reviewer.

    Raises:
        Misconfigured: it did not start.
    """
    told = [str(home), str(reviewers), str(readers)]
    program = [sys.executable, "-m", "scelle.benchmarks.web_server", *told]
    with subprocess.Popen(
        program,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "SCELLE_DATABASE": database},
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise Misconfigured(
                    "The server did not start.", remedy="Read what it said above this line."
                )
            known = json.loads(line)
            yield process, known["port"], known["sessions"]
        finally:
            if process.stdin:
                process.stdin.close()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
