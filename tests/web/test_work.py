"""The queue of long work, without pages."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scelle.errors import BadInput, NotFound
from scelle.model.acts import (
    AnalyseExhibit,
    CaseAct,
    ExportClip,
    ExportTracks,
    MakeStill,
    MakeSynopsis,
    Progress,
)
from scelle.model.geometry import Area, Direction
from scelle.model.stills import Still
from scelle.model.synopsis import Hours, Rows, Staging
from scelle.model.tracks import Colour, TrackQuery
from scelle.store.keys import Keyring
from scelle.store.queue import Queue
from scelle.store.vault import Vault
from scelle.web import work as module
from scelle.web.work import Job, Priority, State, Work


class Bench:
    """Work that goes on until it is let go, and keeps who did what in which order."""

    def __init__(self, home: Path) -> None:
        self.order: list[str] = []
        self.go = threading.Event()
        keys = Keyring(home)
        keys.create_case_key("c")
        self.work = Work(self.perform, Queue(Vault(home / "vault"), keys, home))

    def perform(self, agent_id: str, act: Any, progress: Progress) -> str:
        self.order.append(act.exhibit_ids[0])
        if act.exhibit_ids[0] == "bad":
            raise BadInput("It cannot be read.", remedy="Copy it again.")
        if act.exhibit_ids[0] == "broken":
            raise RuntimeError("a bug")
        for step in range(2000):
            progress("observe", step, 2000, "s")
            if self.go.wait(0.005):
                break
        return f"{agent_id}: {act.exhibit_ids[0]}"

    def add(self, name: str, priority: Priority = Priority.NORMAL, agent: str = "officer") -> Job:
        return self.work.add(agent, act(name), name, priority)


def act(name: str) -> AnalyseExhibit:
    return AnalyseExhibit(case_id="c", exhibit_ids=(name,))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.work.close()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_work_is_done_in_turn_and_the_preferred_first(bench: Bench) -> None:
    jobs = [bench.add("a"), bench.add("b"), bench.add("c", Priority.LAST), bench.add("d")]
    until(lambda: jobs[0].state is State.RUNNING)
    bench.work.prefer("officer", jobs[3].id, Priority.FIRST)
    assert [j.name for j in bench.work.of("c", "analyse-exhibit")] == ["a", "d", "b", "c"]
    assert bench.work.of("c", "receive-exhibit") == ()
    assert bench.work.of("other", "analyse-exhibit") == ()
    bench.go.set()
    until(lambda: all(j.state is State.DONE for j in jobs))
    assert bench.order == ["a", "d", "b", "c"]
    assert jobs[0].value == "officer: a"


def test_what_is_paused_stops_and_goes_on_by_asking_again(bench: Bench) -> None:
    first, second = bench.add("a"), bench.add("b")
    until(lambda: first.done > 2)
    bench.work.pause("officer", second.id)
    assert second.state is State.PAUSED
    bench.work.pause("officer", first.id)
    until(lambda: first.state is State.PAUSED)
    assert first.error is None
    bench.work.resume("officer", first.id)
    until(lambda: first.state is State.RUNNING)
    bench.go.set()
    until(lambda: first.state is State.DONE)
    assert (bench.order, second.state) == (["a", "a"], State.PAUSED)


def test_speed_and_time_left_are_those_of_the_stage(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    job = Job("officer", act("a"), "a")
    job.tell("survey", 50, 100, "s")
    assert (job.speed, job.left_s, job.share) == (0.0, None, 0.5)
    now[0] += 5
    job.tell("survey", 70, 100, "s")
    assert (job.speed, job.left_s) == (4.0, 7.5)
    job.tell("observe", 0, 100, "s")
    assert (job.speed, job.left_s, job.share) == (0.0, None, 0.0)


def test_what_fails_says_why_and_the_next_is_done(bench: Bench) -> None:
    bench.go.set()
    jobs = [bench.add("bad"), bench.add("broken"), bench.add("a")]
    until(lambda: all(j.state.over for j in jobs))
    assert [j.state for j in jobs] == [State.FAILED, State.FAILED, State.DONE]
    assert str(jobs[0].error) == "It cannot be read."
    bench.work.resume("officer", jobs[0].id)
    until(lambda: jobs[0].state is State.FAILED and bench.order.count("bad") == 2)


def test_nobody_touches_anothers_work(bench: Bench) -> None:
    job = bench.add("a")
    asked: Callable[[], None]
    for asked in (
        lambda: bench.work.pause("other", job.id),
        lambda: bench.work.resume("other", job.id),
        lambda: bench.work.prefer("other", job.id, Priority.FIRST),
        lambda: bench.work.pause("officer", "none"),
    ):
        with pytest.raises(NotFound):
            asked()


def test_there_is_an_end_to_what_is_queued(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    bench.add("a")
    bench.add("b")
    with pytest.raises(BadInput, match="queued"):
        bench.add("c")


def test_closing_pauses_what_runs(bench: Bench) -> None:
    job = bench.add("a")
    until(lambda: job.done > 0)
    bench.work.close()
    assert job.state is State.PAUSED


def test_the_next_server_goes_on_with_what_is_not_done(bench: Bench, tmp_path: Path) -> None:
    names = ("a", "b", "c", "d", "bad")
    bench.go.set()
    bad = bench.add("bad")
    until(lambda: bad.state is State.FAILED)
    bench.go.clear()
    jobs = {name: bench.add(name) for name in names[:4]}
    until(lambda: jobs["a"].done > 0)
    bench.work.pause("officer", jobs["b"].id)
    bench.work.prefer("officer", jobs["d"].id, Priority.FIRST)
    bench.work.pause("officer", jobs["c"].id)
    bench.work.resume("officer", jobs["c"].id)
    bench.work.close()
    following = Bench(tmp_path)
    assert following.work.take() == 0
    try:
        found = following.work.of("c", "analyse-exhibit")
        assert {j.name for j in found} == set("abcd")
        (rests,) = [j for j in found if j.state is State.PAUSED]
        assert (rests.id, rests.act, rests.agent_id) == (
            jobs["b"].id, jobs["b"].act, jobs["b"].agent_id,
        )  # fmt: skip
        assert rests.asked_at == jobs["b"].asked_at
        following.go.set()
        until(lambda: sum(j.state is State.DONE for j in found) == 3)
        assert following.order.index("d") < following.order.index("c")
        assert sorted(following.order) == ["a", "c", "d"]
    finally:
        following.work.close()
    last = Bench(tmp_path)
    last.work.take()
    assert [j.name for j in last.work.of("c", "analyse-exhibit")] == ["b"]
    last.work.close()


AREA = Area(((0.0, 0.0), (9.0, 0.0), (4.0, 7.5)))
EXPORTS = (
    ExportClip(case_id="c", exhibit_ids=("e",), start_ms=1, end_ms=9, output=Path("clip.mp4"),
               recipient="the prosecutor", kept=True, reason="asked for"),
    ExportTracks(case_id="c", exhibit_ids=("e",), format="mot", output=Path("t.txt"), kept=True),
    MakeStill(case_id="c", still=Still.DWELL, query=TrackQuery(inside=AREA), hours=Hours(9, 99),
              output=Path("dwell.png"), kept=True),
    MakeSynopsis(case_id="c", query=TrackQuery(colour=Colour.RED, direction=Direction.LEFT),
                 staging=Staging(rows=Rows.CLASS, speed=0.5), output=Path("s.mp4"), kept=True),
)  # fmt: skip


@pytest.mark.parametrize("act", EXPORTS, ids=lambda a: a.kind)
def test_an_export_is_kept_as_it_was_asked(act: CaseAct) -> None:
    told = json.loads(json.dumps(Job("officer", act, "name").told()))
    assert Job.of("piece", told).act == act
    told["act"]["unknown"] = 1
    with pytest.raises(ValueError, match="more than this version"):
        Job.of("piece", told)


def test_the_next_server_exports_what_the_last_one_did_not(tmp_path: Path) -> None:
    asked = list[tuple[str, CaseAct]]()
    keys = Keyring(tmp_path)
    keys.create_case_key("c")
    servers = [
        Work(
            lambda agent_id, act, _progress: asked.append((agent_id, act)),
            Queue(Vault(tmp_path / "vault"), keys, tmp_path),
        )
        for _ in range(2)
    ]
    servers[0]._closed = True  # it was killed before their turns came
    for act in EXPORTS:
        servers[0].add("officer", act, "name")
    servers[0].close()
    assert servers[1].take() == 0
    until(lambda: len(asked) == len(EXPORTS))
    servers[1].close()
    assert {agent_id for agent_id, _ in asked} == {"officer"}
    assert {act.kind: act for _, act in asked} == {act.kind: act for act in EXPORTS}


def test_what_another_version_kept_is_counted_and_not_done(bench: Bench, tmp_path: Path) -> None:
    queue = Queue(Vault(tmp_path / "vault"), Keyring(tmp_path), tmp_path)
    queue.keep("c", "one", {"agent": "officer", "kind": "analyse-what"})
    queue.close()
    assert bench.work.take() == 1
    assert bench.work.of("c", "analyse-exhibit") == ()
