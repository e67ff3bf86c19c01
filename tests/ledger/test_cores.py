from __future__ import annotations

from collections.abc import Iterator

from scelle.ledger import cores


def test_results_come_in_the_order_of_tasks_that_are_taken_few_ahead() -> None:
    taken: list[range] = []

    def tasks() -> Iterator[range]:
        # The first takes longest: whoever waits for what ends first gets another order.
        for length in (5_000_000, *range(1, 100)):
            taken.append(range(length))
            yield taken[-1]

    found = cores.in_order(sum, tasks())
    first = next(found)
    assert len(taken) < 100
    assert [first, *found] == [sum(each) for each in taken]
    assert len(taken) == 100


def test_few_entries_start_no_process() -> None:
    assert not cores.helped(cores.MANY - 1)
