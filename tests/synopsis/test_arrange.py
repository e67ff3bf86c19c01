from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.benchmarks.greedy import chronological as chronologically
from scelle.benchmarks.passages import SIZE as PASSAGES
from scelle.benchmarks.passages import passages
from scelle.errors import BadInput
from scelle.synopsis import arrange as arrange_module
from scelle.synopsis import settling
from scelle.synopsis.arrange import Arrangement, Arranger, arrange
from scelle.synopsis.metrics import disorder, measure
from scelle.synopsis.occupancy import Occupancy
from scelle.synopsis.placing import Placing

SIZE = (160, 96)
FPS = Fraction(8)


def crossing(
    number: int, start_ms: int, pictures: int, y: int, *, size: int = 16, step: int = 4
) -> Occupancy:
    """A square that moves to the right, eight pictures a second."""
    left = np.clip(np.arange(pictures) * step, 0, SIZE[0] - size)
    parts = np.stack([left, np.full_like(left, y), *(np.full_like(left, size),) * 2], axis=1)
    pts = start_ms + np.arange(pictures, dtype=np.int64) * 125
    return Occupancy(f"x-{number}", Fraction(1, 1000), pts, parts[:, None].astype(np.int64))


@st.composite
def occupancies(draw: st.DrawFn) -> list[Occupancy]:
    tubes = []
    for number in range(draw(st.integers(1, 9))):
        n = draw(st.integers(1, 12))
        gaps = draw(st.lists(st.integers(20, 700), min_size=n, max_size=n))
        parts_each = draw(st.integers(1, 2))
        parts = np.zeros((n, parts_each, 4), np.int64)
        for row in range(n):
            x = draw(st.integers(0, SIZE[0] - 61))
            top = draw(st.integers(0, SIZE[1] - 81))
            for part in range(parts_each):  # one under the other, so they do not overlap
                parts[row, part] = (
                    x,
                    top + 40 * part,
                    draw(st.integers(0, 60)) or 1,
                    draw(st.integers(1, 40)),
                )
        pts = draw(st.integers(0, 60_000)) + np.cumsum(np.array(gaps, np.int64))
        tubes.append(Occupancy(f"x-{number}", Fraction(1, 1000), pts, parts))
    return tubes


def painted(
    arrangement: Arrangement, tubes: Sequence[Occupancy], groups: Sequence[Sequence[int]] = ()
) -> tuple[int, int, set[int]]:
    """Colliding and all object pixels, painted one by one; tubes that were seen whole."""
    group = {i: g[0] for g in groups for i in g}
    colliding = total = 0
    shown: dict[int, set[int]] = {i: set() for i in range(len(tubes))}
    for tick in range(arrangement.length):
        layers: list[tuple[int, np.ndarray]] = []
        for number, start in zip(arrangement.tubes, arrangement.starts, strict=True):
            tube = tubes[number]
            since = Fraction(tick - start) / arrangement.fps
            if since < 0:
                continue
            elapsed = [(int(p) - int(tube.pts[0])) * tube.time_base for p in tube.pts]
            before = [i for i, e in enumerate(elapsed) if e <= since]
            if since >= elapsed[-1] + 1 / arrangement.fps:
                continue
            shown[number].add(before[-1])
            layer = np.zeros((SIZE[1], SIZE[0]), np.bool_)
            for left, top, width, height in tube.parts[before[-1]].tolist():
                layer[top : top + height, left : left + width] = True
            layers.append((group.get(number, number), layer))
        for mine, layer in layers:
            total += int(layer.sum())
            others = [other for theirs, other in layers if theirs != mine]
            if others:
                colliding += int((layer & np.any(others, axis=0)).sum())
    whole = {n for n, seen in shown.items() if {0, len(tubes[n].pts) - 1} <= seen}
    return colliding, total, whole


@settings(max_examples=90, deadline=None)
@given(
    occupancies(),
    st.sampled_from([0.0, 0.02, 0.05, 0.3, 1.0]),
    st.sampled_from([0.0, 0.4, 1]),
    st.integers(0, 4),
    st.sets(st.integers(0, 8)),
    st.booleans(),
    st.sampled_from([0, 16]),
)
def test_no_more_collides_than_allowed_and_everything_kept_appears_whole(
    tubes: list[Occupancy],
    limit: float,
    chronology: float,
    met: int,
    left_out: set[int],
    quickly: bool,
    few: int,
) -> None:
    groups = [range(met)] if 2 <= met <= len(tubes) else []
    keep = [i for i in range(len(tubes)) if i not in left_out]

    def arranged() -> Arrangement:
        arranger = Arranger(tubes, size=SIZE, fps=FPS, groups=groups)
        how = arranger.rearrange if quickly else arranger.arrange
        return how(keep, collision=limit, chronology=chronology)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settling, "_FEW", few)
        arrangement = arranged()
        assert arranged() == arrangement
    assert list(arrangement.tubes) == keep
    if not keep:
        assert arrangement.length == 0
        return
    colliding, total, whole = painted(arrangement, tubes, groups)
    assert colliding <= limit * total
    assert colliding <= arrangement.collision * total + 1e-9
    assert arrangement.collision <= limit + 1e-9
    assert whole == set(keep)
    measured = measure(arrangement, tubes, size=SIZE, source_s=Fraction(100), groups=groups)
    assert measured.collision == pytest.approx(colliding / total)
    if chronology == 1 and not groups:
        assert measured.disorder == 0
    kept = [tubes[i] for i in keep]
    # The rival knows one rectangle a picture.
    if few and not groups and all(tube.parts.shape[1] == 1 for tube in kept):
        assert arrangement.length <= chronologically(kept, SIZE, FPS).length
    starts = dict(zip(arrangement.tubes, arrangement.starts, strict=True))
    together = [i for g in groups for i in g if i in starts]
    first = min((tubes[i].start for g in groups for i in g), default=Fraction(0))
    lags = {starts[i] - round((tubes[i].start - first) * FPS) for i in together}
    assert len(lags) <= 1, "those who met keep their distance in time"


@st.composite
def asked(draw: st.DrawFn) -> tuple[list[int], dict[str, float]]:
    """A filter that keeps some of sixty, and terms."""
    left_out = draw(st.sets(st.integers(0, 59)))
    return [i for i in range(60) if i not in left_out], {
        "collision": draw(st.sampled_from([0.0, 0.05])),
        "chronology": draw(st.sampled_from([0.0, 0.0, 0.5])),
        "density": draw(st.sampled_from([1.0, 0.1])),
    }


SIXTY = [crossing(i, 3000 * i, 20 + i % 17, 8 * (i % 10), step=1 + i % 4) for i in range(60)]


@settings(max_examples=8, deadline=None)
@given(st.lists(asked(), min_size=1, max_size=4))
def test_an_arrangement_does_not_depend_on_what_was_asked_before(
    path: list[tuple[list[int], dict[str, float]]],
) -> None:
    used = Arranger(SIXTY, size=SIZE, fps=FPS)
    for keep, terms in path:
        arrangement = used.rearrange(keep, **terms)
    assert arrangement == Arranger(SIXTY, size=SIZE, fps=FPS).rearrange(keep, **terms)


@pytest.fixture
def placed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What is placed one by one, where a single length is tried."""
    for effort in ("QUICK", "CHANGED"):
        monkeypatch.setattr(arrange_module, effort, 0)
    numbers: list[int] = []
    place = Placing.place

    def counted(placing: Placing, number: int) -> None:
        numbers.append(number)
        place(placing, number)

    monkeypatch.setattr(Placing, "place", counted)
    return numbers


def test_what_stays_keeps_its_place_and_little_is_placed_anew(placed: list[int]) -> None:
    arranger = Arranger(SIXTY, size=SIZE, fps=FPS)
    every = arranger.rearrange()
    for left_out in (3, 2):  # every third, every second
        placed.clear()
        keep = [i for i in range(60) if i % left_out]
        some = arranger.rearrange(keep)
        before = dict(zip(every.tubes, every.starts, strict=True))
        moved = [i for i, at in zip(some.tubes, some.starts, strict=True) if at != before[i]]
        assert len(moved) <= len(placed) <= 60 / 4 + 5
        assert some.length <= 1.15 * arranger.arrange(keep, effort=0).length
    placed.clear()
    assert arranger.rearrange() == every
    assert not placed


def test_terms_that_come_back_are_not_arranged_anew(placed: list[int]) -> None:
    arranger = Arranger(SIXTY, size=SIZE, fps=FPS)
    first = arranger.rearrange()
    for density in (0.5, 0.3, 0.2):
        arranger.rearrange(density=density)
    placed.clear()
    assert arranger.rearrange() == first
    assert not placed
    arranger.rearrange(density=0.1)
    placed.clear()
    assert arranger.rearrange() == first
    assert len(placed) == 60, "no more than four are held"


@pytest.mark.parametrize("chronology", [0.4, 0.8])
def test_where_order_counts_what_stays_keeps_its_place_too(
    placed: list[int], chronology: float
) -> None:
    arranger = Arranger(SIXTY, size=SIZE, fps=FPS)
    arranger.rearrange(chronology=chronology)
    placed.clear()
    keep = list(range(0, 60, 2))
    some = arranger.rearrange(keep, chronology=chronology)
    assert len(placed) <= 60 / 4 + 5
    anew = arranger.arrange(keep, chronology=chronology, effort=0)
    assert some.length <= 1.15 * anew.length
    begins = [SIXTY[i].start for i in keep]
    assert disorder(begins, some.starts) <= disorder(begins, anew.starts) + 0.1


def test_strict_order_holds_where_others_are_gone() -> None:
    arranger = Arranger(SIXTY, size=SIZE, fps=FPS)
    keep = list(range(0, 60, 2))
    some = arranger.rearrange(keep, chronology=1)
    assert disorder([SIXTY[i].start for i in keep], some.starts) == 0
    assert some.length == arranger.arrange(keep, chronology=1).length


def test_one_that_is_left_out_moves_few_where_as_much_collides_as_may(placed: list[int]) -> None:
    arranger = Arranger(passages(60, seed=1), size=PASSAGES, fps=FPS)
    assert arranger.rearrange(collision=0.01).collision > 0.0095
    for gone in range(0, 60, 10):
        placed.clear()
        some = arranger.rearrange([i for i in range(60) if i != gone], collision=0.01)
        assert some.collision <= 0.01
        assert len(placed) <= 5


def test_what_is_left_begins_at_once_if_all_that_came_first_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arrange_module, "QUICK", 0)
    monkeypatch.setattr(settling, "_FEW", 0)
    lengths = ((60, 2), (40, 60), (30, 2))
    tubes = [crossing(i, 9000 * i, n, 0, size=side, step=0) for i, (n, side) in enumerate(lengths)]
    arranger = Arranger(tubes, size=SIZE, fps=FPS)
    assert arranger.rearrange(collision=0).starts == (0, 60, 100)
    alone = arranger.rearrange([1], collision=0)
    assert (alone.starts, alone.length) == ((0,), 40)


def test_what_stays_collides_no_more_than_allowed_where_others_are_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settling, "_FEW", 0)
    tubes = [
        crossing(0, 0, 40, 0, size=80, step=0),
        *(crossing(i, 9000 * i, 40, 84, size=12, step=0) for i in (1, 2)),
    ]
    arranger = Arranger(tubes, size=SIZE, fps=FPS)
    assert arranger.rearrange().starts == (0, 0, 0), "beside the large one it hardly counts"
    assert arranger.rearrange([1, 2]).collision <= 0.05
    assert len(set(arranger.rearrange([1, 2]).starts)) == 2
    assert arranger.rearrange([0, 1]).starts == (0, 0)


def test_a_tube_lies_in_one_group_only() -> None:
    tubes = [crossing(i, 0, 4, 24 * i) for i in range(3)]
    with pytest.raises(ValueError, match="two groups"):
        Arranger(tubes, size=SIZE, groups=[(0, 1), (1, 2)])
    with pytest.raises(BadInput):
        Arranger(tubes, size=SIZE, fps=Fraction(0))


def test_objects_on_different_paths_play_at_the_same_time() -> None:
    tubes = [crossing(i, 20_000 * i, 40, 24 * i) for i in range(4)]
    arrangement = arrange(tubes, size=SIZE, fps=FPS, collision=0)
    assert arrangement.length == max(arrangement.lengths)
    assert set(arrangement.starts) == {0}


def test_objects_on_one_path_follow_each_other_closely() -> None:
    tubes = [crossing(i, 20_000 * i, 40, 24) for i in range(4)]
    arrangement = arrange(tubes, size=SIZE, fps=FPS, collision=0)
    # Each is 16 pixels wide and moves 4 a tick: the next may follow after a few ticks.
    assert arrangement.length <= 40 + 3 * 12
    assert painted(arrangement, tubes)[0] == 0
    assert list(arrangement.order) == [0, 1, 2, 3], "between equals, the original order"


def test_few_are_arranged_to_the_pixel_and_to_the_picture() -> None:
    # Cells are three pixels wide, and starts that are looked at first two pictures apart.
    beside = [crossing(0, 0, 40, 0, step=0), crossing(1, 20_000, 40, 16, step=0)]
    after = [crossing(i, 20_000 * i, n, 0, step=0) for i, n in enumerate((3, 5, 7))]
    arranged = (arrange(tubes, size=SIZE, fps=FPS, collision=0) for tubes in (beside, after))
    assert [a.length for a in arranged] == [40, 15]
    order = arrange(after, size=SIZE, fps=FPS, collision=0, chronology=1)
    assert order.starts == (0, 3, 8)


def test_a_looser_limit_is_used_to_shorten() -> None:
    # Ten stand at the same place: only collision can shorten.
    tubes = [crossing(i, 20_000 * i, 40, 24, step=0) for i in range(10)]
    strict, loose, free = (
        arrange(tubes, size=SIZE, fps=FPS, collision=c).length for c in (0, 0.3, 1)
    )
    assert strict >= 10 * 40
    assert loose < strict
    assert free == 40


def test_strict_chronology_keeps_the_original_order() -> None:
    rng = np.random.default_rng(5)
    tubes = [
        crossing(i, int(rng.integers(0, 90_000)), int(rng.integers(8, 50)), 24 * (i % 3))
        for i in range(20)
    ]
    arrangement = arrange(tubes, size=SIZE, fps=FPS, chronology=1)
    begins = [tubes[i].start for i in arrangement.order]
    assert begins == sorted(begins)
    assert disorder([t.start for t in tubes], arrangement.starts) == 0


def test_density_bounds_what_is_covered_at_any_time() -> None:
    tubes = [crossing(i, 1000 * i, 40, 24 * (i % 4)) for i in range(12)]
    full = arrange(tubes, size=SIZE, fps=FPS)
    sparse = arrange(tubes, size=SIZE, fps=FPS, density=0.06)
    cap = 0.06 * SIZE[0] * SIZE[1]
    for tick in range(sparse.length):
        here = [s for s, n in zip(sparse.starts, sparse.lengths, strict=True) if s <= tick < s + n]
        assert len(here) <= 1 or len(here) * 16 * 16 <= cap
    assert sparse.length > full.length


def test_what_stays_for_hours_is_placed_in_little_memory() -> None:
    """Two that stay as long as this share more starts and moments than fit into memory."""
    whole, second = (
        Occupancy(f"x-{n}", Fraction(1), np.arange(6000) + n, np.tile(box, (6000, 1, 1)))
        for n, box in enumerate(([0, 0, 16, 16], [80, 48, 16, 16]))
    )
    arranger = Arranger([whole, second], size=SIZE, fps=Fraction(1))
    tracemalloc.start()
    try:
        sparse = arranger.arrange(density=0.01)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sparse.length == 12_000, "one after the other"
    assert arranger.arrange().length == 6000
    assert most < 100 << 20


def test_what_stays_for_a_day_takes_as_many_bins_as_an_hour_and_too_many_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that stays for 24 hours, and one that passes meanwhile."""
    box = np.array([[[0, 64, 16, 16]]])
    day = Occupancy("day", Fraction(1), np.array([0, 86_400]), np.repeat(box, 2, axis=0))
    arranger = Arranger([day, crossing(0, 40, 4, 0)], size=SIZE, fps=Fraction(4))
    tracemalloc.start()
    try:
        both = arranger.arrange()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0 < both.length - 4 * 86_400 <= 24, "no more than a bin longer"
    assert most < 150 << 20
    monkeypatch.setattr(arrange_module, "MOST_WORK", 1000)
    with pytest.raises(BadInput, match="stay for so long"):
        arranger.arrange()
    assert arranger.arrange([1]).length == 3, "what passes is never refused"


def test_parameters_out_of_range_are_refused() -> None:
    with pytest.raises(BadInput):
        arrange([crossing(0, 0, 4, 0)], size=SIZE, collision=1.5)
    with pytest.raises(BadInput):
        arrange([crossing(0, 0, 4, 0)], size=SIZE, density=0)
    with pytest.raises(ValueError, match="outside"):
        arrange([crossing(0, 0, 40, 0)], size=(50, 50))


def test_nothing_gives_an_empty_synopsis() -> None:
    assert arrange([], size=SIZE).length == 0


def test_where_most_may_collide_what_is_covered_already_is_covered_again() -> None:
    arranger = Arranger(passages(1000, seed=1), size=PASSAGES, fps=FPS)
    arrangement = arranger.arrange(collision=0.875, effort=1000)
    assert arrangement.collision <= 0.875
    assert arrangement.duration_s < 75  # 84 where others are taken to collide once more


def test_a_thousand_tubes_are_arranged_within_seconds() -> None:
    rng = np.random.default_rng(2)
    tubes = [
        crossing(i, int(rng.integers(0, 9_000_000)), 60, int(rng.integers(0, 80)), step=2)
        for i in range(1000)
    ]
    arrangement = arrange(tubes, size=SIZE, fps=FPS)
    assert arrangement.collision <= 0.05
    assert arrangement.duration_s < 9000 / 4
