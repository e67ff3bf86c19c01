"""The queue outlives the server: a real process, killed in the middle of an analysis."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from scelle.bootstrap import open_app
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import (
    AnalyseExhibit,
    ChangeMandate,
    ConsultLedger,
    GrantClearance,
    ReceiveExhibit,
    RegisterAgent,
)
from scelle.model.evidence import Exhibit, MandateState, Role
from scelle.settings import Settings
from scelle.web.activity import Done, activity

Staff = Callable[[Path], Any]
Names = dict[str, Exhibit]
LONG_S = 130
"""Seconds of the recording whose analysis is killed: several segments of one picture a second."""


def until(holds: Callable[[], Any]) -> Any:
    end = time.monotonic() + 120
    while not (found := holds()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


class Server:
    """``scelle serve`` in a process of its own, and the pages of one person."""

    def __init__(self, home: Path, agent: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        own = ("--as", agent)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scelle", "serve", "--port", port, "--home", home, *own],
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        assert self.process.stderr is not None
        told = ""
        while not (address := re.search(r"(http://127\.0\.0\.1:\d+)(/sign-in/\S+)", told)):
            line = self.process.stderr.readline()
            assert line, told
            told += line
        self.csrf = ""
        self.client = httpx.Client(base_url=address[1], headers={"Origin": address[1]}, timeout=60)
        until(lambda: self._answers(address[2]))

    def _answers(self, path: str) -> bool:
        try:
            return self.client.get(path).status_code == 303
        except httpx.ConnectError:
            return False

    def page(self, case_id: str, name: str = "queue/analyse") -> str:
        return self.client.get(f"/case/{case_id}/{name}?lang=en").text

    def post(self, case_id: str, path: str, **fields: Any) -> None:
        if not self.csrf:
            found = re.search(r'name="csrf" value="([^"]+)"', self.page(case_id, "analyse"))
            assert found is not None
            self.csrf = found[1]
        sent = {"csrf": self.csrf, "lang": "en", **fields}
        assert self.client.post(f"/case/{case_id}/{path}", data=sent).status_code == 303

    def jobs(self, case_id: str) -> dict[str, tuple[str, str]]:
        """Id and state of each piece of work, by the recording's name."""
        found = re.findall(r'data-job="(\w+)" data-state="(\w+)" data-name="(\S+)"',
                           self.page(case_id))  # fmt: skip
        return {name: (job, state) for job, state, name in found}

    def change(self, case_id: str, name: str, **fields: str) -> None:
        self.post(case_id, f"queue/analyse/{self.jobs(case_id)[name][0]}", **fields)

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.communicate(timeout=30)
        self.client.close()


@contextmanager
def served(home: Path, agent: str) -> Iterator[Server]:
    server = Server(home, agent)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)


def draw(path: Path, pictures: int, seed: int) -> None:
    """Noise in which something red comes and goes, one picture a second."""
    noise = np.random.default_rng(seed).integers(0, 3, (8, 96, 128, 3), np.uint8)
    with Mp4Writer(path, 128, 96, Fraction(1), rate=Fraction(1)) as out:
        for number in range(pictures):
            picture = np.array([70, 130, 110], np.uint8) + noise[number % 8]
            left = 4 * (number % 40) - 20
            if left >= 0:
                picture[40:80, left : left + 16] = (30, 30, 200)
            out.write(picture, number)


def segments(home: Path) -> int:
    """How many segments of unfinished analyses are done."""
    with closing(sqlite3.connect(f"file:{home}/scelle.db?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM tasks").fetchone()[0])


class Killed:
    """An installation whose server was killed: of two analyses one was under way, one rested."""

    def __init__(
        self, home: Path, case_id: str, mandate_id: str, names: dict[str, Exhibit]
    ) -> None:
        self.home, self.case_id, self.mandate_id, self.names = home, case_id, mandate_id, names

    def copied(self, to: Path) -> Killed:
        shutil.copytree(self.home, to)
        return Killed(to, self.case_id, self.mandate_id, self.names)

    def change(self, state: MandateState) -> None:
        with open_app(Settings(home=self.home)) as app:
            act = ChangeMandate(
                case_id=self.case_id, mandate_id=self.mandate_id, state=state, reason="test"
            )
            app.perform("judge", act)

    def analyses(self) -> list[Done]:
        with open_app(Settings(home=self.home)) as app:
            entries = app.perform("judge", ConsultLedger(case_id=self.case_id))
        return [d for d in activity(entries) if d.kind == AnalyseExhibit.kind]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, staff: Staff) -> Killed:
    folder = tmp_path_factory.mktemp("killed")
    names = {}
    with staff(folder) as (app, case, mandate):
        second = RegisterAgent(
            agent_id="second", roles=frozenset({Role.INVESTIGATOR}), service="sr"
        )
        app.perform("root", second)
        now = datetime.now(UTC)
        valid: dict[str, Any] = {"valid_from": now, "valid_to": now + timedelta(days=30)}
        app.perform("head", GrantClearance(agent_id="second", service="sr", **valid))
        for name, pictures in (("long.mp4", LONG_S), ("short.mp4", 20)):
            draw(folder / name, pictures, pictures)
            act = ReceiveExhibit(
                case_id=case.id, path=folder / name, camera="gate", origin="seal 8"
            )
            names[name] = app.perform("officer", act)
    home = folder / "home"
    with served(home, "officer") as server:
        ids = [exhibit.id for exhibit in names.values()]
        asked = {"reason": "the bicycle", "priority": "normal"}
        server.post(case.id, "analyse", exhibit=ids, **asked)
        server.change(case.id, "short.mp4", do="prefer", priority="first")
        server.change(case.id, "short.mp4", do="pause")
        until(lambda: segments(home))
        server.end(signal.SIGKILL)
    assert segments(home) >= 1
    return Killed(home, case.id, mandate.id, names)


def test_what_was_queued_is_there_and_goes_on_once(killed: Killed, tmp_path: Path) -> None:
    own = killed.copied(tmp_path / "home")
    with served(own.home, "officer") as server:
        until(lambda: server.jobs(own.case_id)["long.mp4"][1] == "done")
        # What rested still does, in the turn that it was given.
        assert server.jobs(own.case_id)["short.mp4"][1] == "paused"
        assert '<option value="first" selected>' in server.page(own.case_id)
        server.change(own.case_id, "short.mp4", do="resume")
        until(lambda: server.jobs(own.case_id)["short.mp4"][1] == "done")
        server.end(signal.SIGINT)
    done = own.analyses()
    assert {d.agent_id for d in done} == {"officer"}
    # The act that was killed has no outcome, and each recording was analysed once.
    assert sorted(d.result for d in done) == ["done", "done", "running"]
    assert not list(own.home.glob("vault/*/queue/*"))


def test_a_mandate_that_was_suspended_meanwhile_stops_it_in_words(
    killed: Killed, tmp_path: Path
) -> None:
    own = killed.copied(tmp_path / "home")
    own.change(MandateState.SUSPENDED)
    with served(own.home, "second") as server:
        until(lambda: server.jobs(own.case_id)["long.mp4"][1] == "failed")
        page = server.page(own.case_id)
        assert "mandate suspended" in page
        assert "asked by officer" in page.lower()
        server.end(signal.SIGKILL)
    (last, *_) = own.analyses()
    assert (last.result, last.agent_id) == ("refused", "officer")
