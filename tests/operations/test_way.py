from __future__ import annotations

import threading
import time

from scelle.operations.way import Way


def test_long_work_goes_on_when_the_short_one_is_done() -> None:
    way, passed = Way(), threading.Event()

    def cut() -> None:
        way.give(time.monotonic() + 20)
        passed.set()

    with way.first():
        thread = threading.Thread(target=cut)
        thread.start()
        assert not passed.wait(0.1)
    assert passed.wait(5)
    thread.join(5)


def test_it_waits_for_no_more_than_its_patience_nor_where_nothing_is_done() -> None:
    way = Way()
    began = time.monotonic()
    with way.first(), way.first():
        way.give(began + 0.05)
        way.give(began + 0.05)
    way.give(began + 60)
    assert 0.05 <= time.monotonic() - began < 20
