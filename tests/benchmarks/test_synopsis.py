from __future__ import annotations

from fractions import Fraction
from functools import partial

import pytest

from scelle.benchmarks.greedy import NotFinished, chronological, greedy
from scelle.benchmarks.passages import FPS, SIZE, passages
from scelle.benchmarks.synopsis import Filtered, GivenUp, Row, Scored, bench_synopsis
from scelle.synopsis.metrics import measure


def test_passages_are_the_same_for_the_same_seed_and_lie_in_the_picture() -> None:
    first, again, other = passages(30, 1), passages(30, 1), passages(30, 2)
    assert [t.parts.tolist() for t in first] == [t.parts.tolist() for t in again]
    assert [t.parts.tolist() for t in first] != [t.parts.tolist() for t in other]
    for tube in first:
        corners = tube.hulls()
        assert corners[:, 2].max() <= SIZE[0]
        assert corners[:, 3].max() <= SIZE[1]


def test_chronological_packing_keeps_the_order_and_nothing_collides() -> None:
    tubes = passages(25, 3)
    packed = chronological(tubes, SIZE, FPS)
    assert list(packed.starts) == sorted(packed.starts)
    m = measure(packed, tubes, size=SIZE, source_s=Fraction(200))
    assert (m.collision, m.disorder) == (0, 0)


def test_the_greedy_method_is_shorter_the_more_may_collide() -> None:
    tubes = passages(40, 3)
    loose, strict = (greedy(tubes, SIZE, FPS, allowed) for allowed in (0.1, 0.01))
    assert loose.length < strict.length
    source = Fraction(320)
    m = measure(strict, tubes, size=SIZE, source_s=source)
    assert m.overlap < measure(loose, tubes, size=SIZE, source_s=source).overlap


def test_a_rival_that_takes_too_long_is_given_up_and_said_so() -> None:
    tubes = passages(40, 3)
    for rival in (chronological, partial(greedy, allowed=0.05)):
        with pytest.raises(NotFinished):
            rival(tubes, SIZE, FPS, limit_s=0.001)
    heard: list[Row] = []
    compared = bench_synopsis([], counts=[12], export=False, rival_s=1e-9, told=heard.append)
    assert [type(row) for row in heard] == [Scored] * 3 + [Filtered] + [GivenUp] * 4
    assert {s.method for s in compared.scored} == {"Scelle"}
    assert [(g.method, g.limit) for g in compared.given_up] == [
        ("chronological", 0.0), ("greedy", 0.0), ("greedy", 0.05), ("greedy", 0.1)
    ]  # fmt: skip


def test_at_the_same_overlap_the_own_arrangement_is_shorter() -> None:
    compared = bench_synopsis([], counts=[24], export=False)
    by = {(s.method, s.limit): s for s in compared.scored}
    rival = by["greedy", 0.05]
    own = next(
        s
        for s in compared.scored[compared.scored.index(rival) :]
        if s.method == "Scelle, same overlap"
    )
    assert own.metrics.overlap <= rival.metrics.overlap
    assert own.length_s < rival.length_s
    assert by["Scelle", 0.05].metrics.collision <= 0.05
    assert by["chronological", 0.0].length_s > by["Scelle", 0.0].length_s
    (changed,) = compared.filters
    assert changed.kept == 12
    assert changed.seconds > 0
