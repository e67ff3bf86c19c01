"""What was read is held while nothing is changed, and never longer, whoever changes it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

from scelle.model.acts import SearchTracks
from scelle.model.evidence import Agent, Case, Exhibit, Role
from scelle.store import held
from scelle.store.held import Held
from scelle.store.records import Records

COUNTED = "SELECT COUNT(*) FROM agents"


@pytest.fixture
def asked(engine: Engine) -> Iterator[list[str]]:
    """Every question that the database is asked."""
    told: list[str] = []

    def hear(_c: object, _u: object, statement: str, *_: object) -> None:
        told.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    yield told
    event.remove(engine, "before_cursor_execute", hear)


def agents(db: Connection) -> int:
    return int(db.execute(text(COUNTED)).scalar_one())


def behind(engine: Engine, number: int) -> None:
    """A row that another process adds, or somebody by hand."""
    row = {"id": f"agent {number}"}
    with create_engine(engine.url, poolclass=NullPool).begin() as db:
        db.execute(text("INSERT INTO agents (id, roles, service) VALUES (:id, '[]', 'sru')"), row)


def test_an_act_that_was_weighed_is_weighed_again_without_a_question(
    records: Records, case: Case, exhibit: Callable[[str], Exhibit], asked: list[str]
) -> None:
    exhibit("e")
    act = SearchTracks(case_id=case.id)
    first = records.facts("jo", act)
    asked.clear()
    assert records.facts("jo", act) == first
    assert records.exhibits(case.id) == first.exhibits
    assert not [q for q in asked if not q.startswith("BEGIN")]
    records.put_agent(Agent("jo", frozenset({Role.INVESTIGATOR}), "sru"))
    assert records.facts("jo", act).agent is not None
    records.replace_case(replace(case, service="other"))
    changed = records.facts("jo", act)
    assert changed.case is not None
    assert changed.case.service == "other"
    assert changed.states != first.states


def test_a_change_by_another_process_is_seen_at_once(engine: Engine) -> None:
    own = Held(engine)
    for number in range(4):
        assert own.one("agents", agents) == number
        behind(engine, number)


def test_many_who_ask_at_once_each_see_what_was_changed_before(engine: Engine) -> None:
    own, changing = Held(engine), threading.Lock()
    changed, wrong = [0], list[tuple[int, int]]()

    def change_and_ask(times: int) -> None:
        for _ in range(times):
            with changing:
                behind(engine, changed[0])
                changed[0] += 1
                least = changed[0]
            if (told := own.one("agents", agents)) < least:
                wrong.append((told, least))

    people = [threading.Thread(target=change_and_ask, args=(25,)) for _ in range(6)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    assert not wrong
    assert own.one("agents", agents) == 150


def test_those_who_wait_share_an_answer(engine: Engine) -> None:
    own = Held(engine)
    assert own.one("agents", agents) == 0
    asked, people = own._put, [threading.Thread(target=own._now) for _ in range(8)]
    with own._asking:
        for each in people:
            each.start()
        time.sleep(0.05)  # until all of them wait
    for each in people:
        each.join()
    assert own._put == own._answered == asked + 1


def test_what_is_read_together_is_of_one_moment(engine: Engine) -> None:
    own, changes = Held(engine), iter(range(2))

    def ask(read: held.Read) -> tuple[int, int]:
        before = read("before", agents)
        # Somebody changes it in the midst of the first two tries.
        for number in changes:
            behind(engine, number)
            break
        return before, read("after", agents)

    assert own.several(ask) == (2, 2)
    # Never quiet: one transaction sees one moment all the same.
    changes = iter(range(2, 99))
    assert len(set(own.several(ask))) == 1


def test_so_many_readings_are_held_and_no_more(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "MOST", 3)
    own, read = Held(engine), list[int]()

    def reading(number: int) -> int:
        def of(_: Connection) -> int:
            read.append(number)
            return number

        return own.one(number, of)

    for number in (0, 1, 2, 3, 1, 2, 3):
        assert reading(number) == number
    assert (read, len(own._readings)) == ([0, 1, 2, 3], 3)
    reading(0)
    assert read[-1] == 0
    own.close()
    assert not own._readings
    assert reading(0) == 0
