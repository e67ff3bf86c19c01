from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from scelle.engine.ahead import ahead, behind


def test_items_come_in_order_and_few_are_made_ahead() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for i in range(20):
            made.append(i)
            yield i

    taken = []
    for item in ahead(items(), depth=3):
        taken.append(item)
        assert len(made) <= len(taken) + 3
    assert taken == made == list(range(20))


def test_what_goes_wrong_is_raised_where_the_item_would_have_come() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("damaged")

    each = ahead(items())
    assert next(each) == 1
    with pytest.raises(ValueError, match="damaged"):
        next(each)


def test_a_reader_that_stops_leaves_no_thread() -> None:
    before = threading.active_count()
    each = ahead(iter(range(100)))
    assert next(each) == 0
    each.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before


def test_what_is_handed_over_is_done_in_order_and_all_of_it() -> None:
    done: list[int] = []
    with behind(2) as then:
        for number in range(50):
            then(lambda n=number: done.append(n))  # type: ignore[misc]
            assert len(done) >= number - 2
    assert done == list(range(50))


def test_what_goes_wrong_behind_is_raised_and_nothing_is_done_after_it() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 3:
            raise ValueError("full")
        done.append(number)

    def hand_over() -> None:
        with behind(2) as then:
            for number in range(50):
                then(lambda n=number: work(n))  # type: ignore[misc]

    before = threading.active_count()
    with pytest.raises(ValueError, match="full"):
        hand_over()
    assert done == [0, 1, 2]
    assert threading.active_count() == before
