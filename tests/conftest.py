"""What several rooms' tests share: real recordings, and a stand-in for the installation."""

from __future__ import annotations

import fcntl
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from private_postgresql import Server, started

from scelle.bootstrap import Steps
from scelle.engine.protection import Protection, offered
from scelle.ledger.verify import Report
from scelle.model.acts import Act, Progress, no_progress
from scelle.model.evidence import (
    Agent,
    Case,
    Coverage,
    Exhibit,
    Finding,
    FindingKind,
    Mandate,
    Power,
    Role,
    Stream,
)
from scelle.model.geometry import Direction
from scelle.model.results import CaseFile, Synopsis
from scelle.model.time import Clock
from scelle.model.tracks import Colour, Description, ObjectClass, Track
from scelle.settings import Settings
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.queue import Queue
from scelle.store.vault import Vault

# How long one example takes says more of the machine than of the code.
settings.register_profile("scelle", deadline=None)
# ./scelle test: one state of the program, one verdict. Who runs pytest tries others each time.
settings.register_profile("same", settings.get_profile("scelle"), derandomize=True, database=None)
settings.load_profile("scelle")

# A shell that starts tests in the background has them ignore Ctrl-C, and so all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server; without its programs the test fails and says what to install."""
    with started() as server:
        yield server


@pytest.fixture(scope="session")
def made_database(server: Server) -> Iterator[str]:
    """The name of a database that has the tables and nothing in them, to be copied."""
    with server.database() as address:
        engine = open_database(address)
        engine.dispose()
        yield str(engine.url.database)


@pytest.fixture
def database(server: Server, made_database: str) -> Iterator[str]:
    """The address of a database of one's own, that has the tables."""
    with server.database(made_database) as address:
        yield address


_TURN = os.sched_getscheduler(0), os.sched_getparam(0)


@pytest.fixture(autouse=True)
def ordinary_turn() -> Iterator[None]:
    """No test hands its successors a real-time priority, as the encoder SVT-AV1 does as root."""
    yield
    os.sched_setscheduler(0, *_TURN)


LONGEST = ("way", "web", "benchmarks", "engine")
"""Rooms of the tests that take longest; begun first, none is alone at work in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: those that are short fill both processes up at the end."""
    order = {room: place for place, room in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.parent.name, len(order)))


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def alone() -> Callable[[Path], AbstractContextManager[None]]:
    """A block that no other test process is in at the same time, by its lock file."""

    @contextmanager
    def held(lock: Path) -> Iterator[None]:
        with lock.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    return held


@pytest.fixture
def own_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No temporary file of anybody else: an erasure searches them all."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


FOOTAGE = Path(__file__).resolve().parents[2] / "shared" / "footage"


@pytest.fixture(scope="session")
def footage() -> Path:
    """Folder of real recordings; absent on a machine that has only the repository."""
    if not FOOTAGE.is_dir():
        pytest.skip(f"no real footage at {FOOTAGE}")
    return FOOTAGE


Answer = object | Exception | Callable[[Act], object]

_AT = datetime(2026, 3, 1, 22, tzinfo=UTC)
_WHOLE = Report(3, b"\1" * 32, ("Each of the 3 entries is in its place.",), ())


class FakePeople:
    """Everybody is an investigator, and nobody has anything to sign in with."""

    def person(self, agent_id: str) -> Agent:
        return Agent(agent_id, frozenset({Role.INVESTIGATOR}), "SR")

    def ended_at(self, agent_id: str) -> None:
        return None

    def anybody(self) -> bool:
        return True

    def owner(self, credential_id: str) -> str:
        return ""


@dataclass
class FakeApp:
    """Answers each act from a table, and keeps what was asked."""

    settings: Settings
    answers: dict[type[Act], Answer] = field(default_factory=dict)
    asked: list[tuple[str, Act]] = field(default_factory=list)
    report: Report = _WHOLE
    entries: tuple[Mapping[str, object], ...] = ()
    rests_on: str = "as it was"
    protection: Protection = field(default_factory=offered)
    sign_ins: FakePeople = field(default_factory=FakePeople)

    @cached_property
    def queue(self) -> Queue:
        home = self.settings.home
        return Queue(Vault(home / "vault"), Keyring(home), home)

    def agent(self) -> str:
        return self.settings.agent or "somebody"

    def perform(self, agent_id: str, act: Act, progress: Progress = no_progress) -> Any:
        self.asked.append((agent_id, act))
        answer = self.answers[type(act)]
        if isinstance(answer, Exception):
            raise answer
        return answer(act) if callable(answer) else answer

    def perform_in_turn(self, agent_id: str, steps: Steps[Any]) -> Any:
        values: list[Any] | None = None
        while True:
            try:
                asked = next(steps) if values is None else steps.send(values)
            except StopIteration as last:
                return last.value
            values = [self.perform(agent_id, act) for act in asked]

    def verify_ledger(
        self, against: Path | None = None, kept: Sequence[Path] = (), witnesses: Sequence[str] = ()
    ) -> Report:
        return self.report

    def authority(self, agent_id: str, case_id: str) -> str:
        return self.rests_on

    def anchor(self) -> tuple[Any, ...]:
        return ()

    def vkeys(self) -> tuple[str, ...]:
        return ("ledger+00000000+AAAA",)

    def ledger_head(self) -> tuple[int, str]:
        return 3, "ab" * 32

    def disclosed_entries(self) -> Iterator[Mapping[str, object]]:
        return iter(self.entries)

    def kinds(self) -> list[str]:
        return [act.kind for _, act in self.asked]


@pytest.fixture
def fake_app(tmp_path: Path) -> FakeApp:
    return FakeApp(Settings(home=tmp_path))


@pytest.fixture
def opening(fake_app: FakeApp, monkeypatch: pytest.MonkeyPatch) -> FakeApp:
    """The commands find the stand-in wherever they open an installation."""

    @contextmanager
    def open_app(settings: Settings) -> Iterator[FakeApp]:
        fake_app.settings = settings
        yield fake_app

    monkeypatch.setattr("scelle.cli.command.open_app", open_app)
    monkeypatch.setenv("SCELLE_HOME", str(fake_app.settings.home))
    return fake_app


@dataclass(frozen=True)
class Values:
    """One consistent case with one analysed exhibit and three tracks."""

    case: Case
    mandate: Mandate
    exhibit: Exhibit
    coverage: Coverage
    tracks: tuple[Track, ...]
    synopsis: Synopsis

    @property
    def file(self) -> CaseFile:
        return CaseFile(self.case, (self.mandate,), (self.exhibit,), (self.synopsis,))

    def clocked(self, at: datetime, offset: Fraction = Fraction(0)) -> Values:
        clock = Clock(recorded_at=at, offset=offset)
        return replace(self, exhibit=replace(self.exhibit, clock=clock))


@pytest.fixture
def values() -> Values:
    case = Case("c" * 26, "PV-1", "preliminaire", "SR", "theft", _AT, _AT.replace(year=2029))
    mandate = Mandate(
        "m" * 26, case.id, case.framework, frozenset(Power), _AT, _AT.replace(year=2126), "judge"
    )
    millisecond = Fraction(1, 1000)
    stream = Stream("mp4", "h264", "yuv420p", 640, 360, millisecond, 250, 5, 2000, Fraction(10))
    exhibit = Exhibit(
        "e" * 26, case.id, "ab" * 32, 1000, "night.mp4", "gate", "seal 7", Clock(), stream, _AT
    )
    gap = Finding(FindingKind.GAP, 3000, 4000, "No picture for 1.0 s.")
    coverage = Coverage(exhibit.id, 250, 240, 0, 10, 240, ended=True, findings=(gap,))
    tracks = (
        _track(exhibit.id, 1, ObjectClass.PERSON, Colour.RED, Direction.LEFT, 2500),
        _track(exhibit.id, 2, ObjectClass.CAR, Colour.BLUE, Direction.UP_RIGHT, 5000),
        _track(exhibit.id, 3, ObjectClass.UNKNOWN, None, Direction.NONE, 7000),
    )
    synopsis = Synopsis("s" * 26, case.id, (exhibit.id,), 3.0, 10.0, 3, 3, 0.01)
    return Values(case, mandate, exhibit, coverage, tracks, synopsis)


def _track(
    exhibit_id: str,
    number: int,
    object_class: ObjectClass,
    colour: Colour | None,
    direction: Direction,
    start_ms: int,
) -> Track:
    n = 5
    shares = ((colour, 0.6), (Colour.GREY, 0.3)) if colour else ()
    return Track(
        id=f"{exhibit_id}-{number}",
        exhibit_id=exhibit_id,
        number=number,
        object_class=object_class,
        confidence=0.75,
        why="motion",
        time_base=Fraction(1, 1000),
        frame=np.arange(n),
        pts=start_ms + 40 * np.arange(n),
        boxes=np.tile(np.array([10, 20, 30, 60], np.float32), (n, 1)),
        observed=np.ones(n, np.bool_),
        description=Description(
            moving=direction is not Direction.NONE,
            colours=shares,
            upper=shares,
            lower=shares,
            width=30,
            height=60,
            direction=direction,
            speed=42,
            dwell_ms=160,
        ),
    )
