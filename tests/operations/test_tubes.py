from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from scelle.engine.child import Link
from scelle.operations import tubes
from scelle.operations.segment import object_name
from scelle.operations.tubes import TubesTask, cut_tubes
from scelle.vision.observations import Observations, Pictures


class Lent:
    """Every segment is empty; remembers which were read."""

    def __init__(self) -> None:
        self.read_names: list[str] = []

    def read(self, case_id: str, name: str) -> bytes:
        self.read_names.append(name)
        empty = name.startswith("observe")
        return Observations.none().to_bytes() if empty else Pictures.of([]).to_bytes()

    def write_many(self, case_id: str, objects: dict[str, bytes]) -> None:
        assert not objects


def test_two_segments_are_held_from_batch_to_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    lent = Lent()

    def look_into(number: int, segment: Callable[[int], tuple[Observations, Pictures]]) -> None:
        seen, pictures = segment(number)
        assert len(seen) == 0 == len(pictures.data)

    monkeypatch.setattr(tubes, "LentObjects", lambda link: lent)
    monkeypatch.setattr(tubes, "cut_tube", look_into)
    monkeypatch.setattr(tubes, "_held", {})
    for batch in ((0, 0), (1,), (0,), (2, 0), (1,)):
        task = TubesTask("case", "e", cast("tuple[Any, ...]", batch))
        assert cut_tubes(task, cast("Link", None)) == len(batch)
    expected = [object_name(kind, "e", n) for n in (0, 1, 2, 1) for kind in ("observe", "pictures")]
    assert lent.read_names == expected
