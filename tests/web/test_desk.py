from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, cast

from scelle.bootstrap import App
from scelle.model.acts import Act, ArrangeSynopsis, ListCases, ViewTubes
from scelle.web.desk import Desk


class Slow:
    """An installation in which a kind of act is done only when it is let go."""

    def __init__(self, kind: type[Act]) -> None:
        self.kind = kind
        self.begun, self.go = threading.Event(), threading.Event()
        self.done: list[str] = []

    def perform(self, agent_id: str, act: Act) -> None:
        if isinstance(act, self.kind):
            self.begun.set()
            assert self.go.wait(20)
        self.done.append(f"{agent_id} {act.kind}")


def beside(slow: Slow, long: Act, others: Callable[[Desk], Any]) -> list[str]:
    """What is done, in order, where others are asked while an act is under way."""
    desk = Desk(cast("App", slow))
    threads = [threading.Thread(target=desk.perform_as, args=("a", long))]
    threads[0].start()
    assert slow.begun.wait(20)
    threads.append(threading.Thread(target=others, args=(desk,)))
    threads[1].start()
    threads[1].join(0.2)
    slow.go.set()
    for thread in threads:
        thread.join(20)
    return slow.done


CUT = ViewTubes(case_id="c")
ARRANGE = ArrangeSynopsis(case_id="c")


def test_what_somebody_does_does_not_wait_for_pictures_being_cut() -> None:
    done = beside(Slow(ViewTubes), CUT, lambda desk: desk.perform_as("a", ARRANGE))
    assert done == [f"a {ARRANGE.kind}", f"a {CUT.kind}"]


def test_all_else_is_done_one_after_the_other_and_people_do_not_wait() -> None:
    cases = ListCases()
    done = beside(Slow(ArrangeSynopsis), ARRANGE, lambda desk: desk.perform_as("a", cases))
    assert done == [f"a {ARRANGE.kind}", f"a {cases.kind}"]
    done = beside(Slow(ArrangeSynopsis), ARRANGE, lambda desk: desk.perform_as("b", cases))
    assert done == [f"b {cases.kind}", f"a {ARRANGE.kind}"]
