"""Which segments of an analysis are done: the state that survives a killed worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, delete, insert, select

from scelle.store import tables
from scelle.store.database import reading

_DONE = "done"


@dataclass(frozen=True)
class Stage:
    """One stage of the analysis of certain bytes under a certain manifest."""

    exhibit_sha256: str
    manifest_sha256: str
    name: str


class TaskBook:
    """Records finished segments.  A segment counts only once its result is written."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = reading(engine)

    def mark_done(self, stage: Stage, segment: int, result_sha256: str) -> None:
        """Record a finished segment; doing so again with the same result changes nothing.

        Raises:
            ValueError: it was done before with another result: the work is not
                repeatable, which must never pass unnoticed.
        """
        t = tables.tasks
        with self._engine.begin() as db:
            earlier = db.execute(
                select(t.c.result_sha256).where(*_of(stage), t.c.segment == segment)
            ).scalar()
            if earlier is None:
                db.execute(
                    insert(t).values(
                        exhibit_sha256=stage.exhibit_sha256,
                        manifest_sha256=stage.manifest_sha256,
                        stage=stage.name,
                        segment=segment,
                        state=_DONE,
                        result_sha256=result_sha256,
                    )
                )
            elif earlier != result_sha256:
                raise ValueError(f"segment {segment} of {stage.name} gave two different results")

    def done(self, stage: Stage) -> Mapping[int, str]:
        """Finished segments and the digests of their results."""
        t = tables.tasks
        with self._reader.connect() as db:
            found = db.execute(
                select(t.c.segment, t.c.result_sha256)
                .where(*_of(stage), t.c.state == _DONE)
                .order_by(t.c.segment)
            )
            return {segment: digest for segment, digest in found}  # noqa: C416

    def forget(self, stage: Stage) -> None:
        """Remove a stage's state, once its result is stored elsewhere or found damaged."""
        with self._engine.begin() as db:
            db.execute(delete(tables.tasks).where(*_of(stage)))


def _of(stage: Stage) -> tuple[ColumnElement[bool], ...]:
    t = tables.tasks
    return (
        t.c.exhibit_sha256 == stage.exhibit_sha256,
        t.c.manifest_sha256 == stage.manifest_sha256,
        t.c.stage == stage.name,
    )
