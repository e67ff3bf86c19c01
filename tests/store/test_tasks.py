import pytest
from sqlalchemy import Engine

from scelle.store.tasks import Stage, TaskBook

STAGE = Stage("11" * 32, "22" * 32, "observe")


def test_finished_segments_are_remembered_by_stage(engine: Engine) -> None:
    book = TaskBook(engine)
    book.mark_done(STAGE, 3, "d3")
    book.mark_done(STAGE, 0, "d0")
    book.mark_done(STAGE, 3, "d3")
    others = [
        Stage("33" * 32, STAGE.manifest_sha256, STAGE.name),
        Stage(STAGE.exhibit_sha256, "33" * 32, STAGE.name),
        Stage(STAGE.exhibit_sha256, STAGE.manifest_sha256, "link"),
    ]
    assert TaskBook(engine).done(STAGE) == {0: "d0", 3: "d3"}
    assert [dict(book.done(other)) for other in others] == [{}, {}, {}]
    book.mark_done(others[0], 3, "other")
    book.forget(STAGE)
    assert (book.done(STAGE), book.done(others[0])) == ({}, {3: "other"})


def test_a_segment_that_gives_another_result_is_never_accepted(engine: Engine) -> None:
    book = TaskBook(engine)
    book.mark_done(STAGE, 1, "one")
    with pytest.raises(ValueError, match="two different results"):
        book.mark_done(STAGE, 1, "two")
    assert book.done(STAGE) == {1: "one"}
