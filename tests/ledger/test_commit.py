"""Entries of several askers share commits; each is durable when its asker goes on."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from scelle.errors import Misconfigured
from scelle.ledger import beside
from scelle.ledger.book import SCHEDULE, Book
from scelle.ledger.checkpoint import Signer
from scelle.ledger.commit import Group, Queue, Request
from scelle.ledger.entries import Draft
from scelle.model.error_words import french_error

Draw = Callable[..., Draft]


def test_many_askers_share_few_commits(book: Book, draw: Draw) -> None:
    commits: list[int] = []
    commit = book._queue._commit

    def counted(group: Group) -> None:
        commit(group)
        # Those too who came while it was waited for.
        commits.append(len(group.requests))

    book._queue._commit = counted
    places: list[int] = []

    def ask() -> None:
        for _ in range(8):
            place = book.append(draw())
            # On the disk already: another connection reads it.
            assert book.entry(place).seq == place
            places.append(place)

    askers = [threading.Thread(target=ask) for _ in range(12)]
    for each in askers:
        each.start()
    for each in askers:
        each.join(120)
    assert sorted(places) == list(range(96))
    assert sum(commits) == 96
    assert len(commits) < 60
    assert book.check().ok


@contextmanager
def held_by_another(book: Book) -> Iterator[None]:
    """While another program has the turn; the kernel tells open files apart, not programs."""
    with book.path.with_suffix(".lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_who_comes_while_another_program_writes_joins_the_commit(book: Book, draw: Draw) -> None:
    groups: list[Group] = []
    commit = book._queue._commit
    began = threading.Event()

    def watched(group: Group) -> None:
        groups.append(group)
        began.set()
        commit(group)

    book._queue._commit = watched
    askers = [threading.Thread(target=book.append, args=(draw(),)) for _ in range(6)]
    with held_by_another(book):
        askers[0].start()
        assert began.wait(60)
        for each in askers[1:]:
            each.start()
        while len(book._queue._waiting) < 5:
            assert all(each.is_alive() for each in askers)
    for each in askers:
        each.join(60)
    assert [len(group.requests) for group in groups] == [6]
    assert book.size() == 6
    assert book.check().ok


def test_a_program_that_holds_the_turn_for_ever_is_told_of(
    book: Book, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "PATIENCE_S", 0.05)
    with held_by_another(book):
        with pytest.raises(Misconfigured, match="has held the ledger") as told:
            book.append(draw())
        assert french_error(str(told.value))
        assert french_error(told.value.remedy)
    # What was given up is not held once it comes.
    monkeypatch.undo()
    assert book.append_all([draw(), draw()]) == [0, 1]
    assert book.check().ok


def test_a_hand_over_is_joined_by_nobody(book: Book, draw: Draw) -> None:
    successor = Signer(book.origin, b"n" * 32)
    waiting = [Request([draw()], None), Request([draw()], None, successor=successor)]
    queue = Queue(lambda group: None)
    queue._waiting.extend([*waiting, Request([draw()], None)])
    group = Group([], queue._next)
    group.join()
    group.join()
    assert group.requests == waiting[:1]
    group = Group([], queue._next)
    group.join()
    group.join()
    assert group.requests == waiting[1:]


def test_a_bad_draft_fails_its_asker_alone(book: Book, draw: Draw) -> None:
    bad = Draft({"seq": 1}, {}, b"k" * 32)
    good, wrong = Request([draw()] * 2, None), Request([draw(), bad], None)
    book._commit(Group([good, wrong]))
    assert good.places == [0, 1]
    assert wrong.places == []
    assert isinstance(wrong.error, ValueError)
    with pytest.raises(ValueError, match="reserved"):
        book.append_all([draw(), bad])
    assert book.size() == 2
    assert book.check().ok


def test_a_failed_commit_fails_all_that_shared_it_and_the_next_goes_on() -> None:
    failing = threading.Event()
    failing.set()

    def commit(group: Group) -> None:
        if failing.is_set():
            raise OSError("full")
        for each in group.requests:
            each.places = [7]

    queue = Queue(commit)
    with pytest.raises(OSError, match="full"):
        queue.ask(Request([], None))
    failing.clear()
    assert queue.ask(Request([], None)) == [7]


def test_an_asker_who_is_interrupted_while_waiting_writes_nothing() -> None:
    """And hands the lead on, so that nobody waits for ever."""
    began, go_on = threading.Event(), threading.Event()
    written: list[Request] = []

    def commit(group: Group) -> None:
        began.set()
        assert go_on.wait(60)
        written.extend(group.requests)

    queue = Queue(commit)
    first = threading.Thread(target=queue.ask, args=(Request([], None),))
    first.start()
    assert began.wait(60)

    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    gone = Request([], None, woken=Interrupted())
    with pytest.raises(KeyboardInterrupt):
        queue.ask(gone)
    last = threading.Thread(target=queue.ask, args=(Request([], None),))
    last.start()
    go_on.set()
    for each in (first, last):
        each.join(60)
        assert not each.is_alive()
    assert gone not in written
    assert len(written) == 2


def test_heads_are_kept_when_asked_and_on_a_schedule(book: Book, draw: Draw) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    book.append(draw(), now)  # the first of a process
    book.append(draw(), now + SCHEDULE / 2)
    book.append(draw(), now + SCHEDULE / 2, keep=True)
    book.append(draw(), now + SCHEDULE)
    book.append(draw(), now + SCHEDULE * 1.5)
    book.append(draw(), now + SCHEDULE * 1.5 + timedelta(seconds=1))
    assert [size for size, _ in book.checkpoints()] == [0, 1, 3, 5]
    assert book.checkpoint(now) == book.head()
    assert book.last_checkpoint() == (6, book.head())
    assert book.check().ok


def test_the_head_beside_takes_the_place_of_one_as_long_without_a_new_file(
    book: Book, draw: Draw
) -> None:
    files = []
    for _ in range(12):
        book.append(draw())
        assert book.beside.head_path.read_text() == book.head()
        files.append(book.beside.head_path.stat().st_ino)
    # From nine entries to ten it grows.
    assert len(set(files[:9])) == len(set(files[9:])) == 1
    assert files[8] != files[9]


def test_keeping_a_head_goes_through_none_of_those_kept_before(book: Book, draw: Draw) -> None:
    book.append_all([draw()] * 300)
    db, taken = book._connection(), 0

    def count() -> None:
        nonlocal taken
        taken += 1

    def steps() -> int:
        nonlocal taken
        taken = 0
        db.set_progress_handler(count, 1)
        book.append(draw(), keep=True)
        db.set_progress_handler(None, 0)
        return taken

    before = steps()
    db.execute("DROP TRIGGER heads_no_replace")
    db.executemany("INSERT INTO heads VALUES (-?1, ?1, '')", [(n,) for n in range(1, 300)])
    assert steps() < before + 100
