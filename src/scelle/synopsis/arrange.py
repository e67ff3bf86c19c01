"""Places tubes in time: many passages at once, each whole, few of them colliding.

The problem is that of non-chronological video synopsis: Pritch, Rav-Acha and
Peleg, "Nonchronological Video Synopsis and Indexing", IEEE TPAMI 30(11), 2008.
Its terms map as follows.  *Activity* is kept entirely: no tube is dropped or
cut here.  *Collision* is a hard limit.  *Temporal consistency* is a preference,
or kept strictly; objects that met keep their distance in time (:mod:`.relations`).
The length is minimised, as greedily as in FGS (Malekpour, Morsali and
Mohammadzade, arXiv 2409.05230), but all start times of a tube are weighed at
once, on packed bits.

The way of it:

(1) tubes are sampled at the synopsis' ticks and packed (:mod:`.packing`);
(2) a length is assumed; the longest and largest first, each item is compared
    with all that is placed, at every start of the assumed length at once:
    first in coarse bins, then the best of them in fine ones;
(3) it goes where least collides, between equals nearest to its chronological
    place; the exact collision is computed, and another place taken if the limit
    would be passed; a place without any collision exists at the end;
(4) a shorter or a longer length is assumed, what ended last gets priority
    ("squeaky wheel" optimisation, Joslin and Clements, JAIR 10, 1999), and the
    whole is tried again; the best is kept;
(5) where items are few, chronological packing is taken instead if it is shorter, and
    what bits leave room for is found by trying (:mod:`.settling`).

A changed filter is answered from the arrangement of all: what stays keeps its place
(:meth:`Arranger.rearrange`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput
from scelle.synopsis.occupancy import Int64Array, Occupancy
from scelle.synopsis.packing import Item, Packed, item, pack
from scelle.synopsis.placing import Before, Placing, Terms
from scelle.synopsis.settling import Settling, few

EFFORT = 2000
"""Placements of an arrangement made once: items times lengths that are tried."""

QUICK = 300
"""The same for one that is shown while somebody waits."""

CHANGED = 80
"""The same for one in which most stay where they are."""

MOST_WORK = 50_000_000_000
"""Words that are compared at most for what stays long: those of each such item, for every start."""

FEW = Fraction(1, 4)
"""Of all tubes: a filter that keeps fewer has them placed anew, as if others had never been."""

_LONG = 2400  # bins, ten minutes: only what stays as long takes work that grows without bound
_HELD = 4  # arrangements of all that are held: density and limits go to and fro
_STAYS = 64  # items that stay take as long as one that is placed
_LENGTHS = 16  # most lengths that are tried
_NOTHING = 1e-3
_COVERED = 0.15  # of the picture, on average, without collision
_SHORTER = 0.9  # of the length assumed before, if everything found a place in it

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Arrangement:
    """When each tube appears in the synopsis.

    Attributes:
        tubes: indices of the tubes shown, as given to the arranger, increasing.
        starts: tick of each one's first picture, in the order of ``tubes``.
        lengths: ticks that each lasts.
        length: ticks of the synopsis.
        fps: ticks per second.
        collision: share of object area that collides, 0 to 1: each object's
            pixels that another's rectangle covers, summed over objects and
            ticks, over all object pixels; objects that keep their distance in
            time hide each other as they were recorded, and do not count.  Where
            three meet, pairs are summed up to the object's own area: never less
            than the truth.
        order: positions in ``tubes``, in order of appearance.
    """

    tubes: tuple[int, ...]
    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    length: int
    fps: Fraction
    collision: float
    order: tuple[int, ...]

    @property
    def duration_s(self) -> Fraction:
        """Exact length in seconds."""
        return self.length / self.fps


class Arranger:
    """Tubes made ready once, to be arranged again whenever a filter changes.

    Args:
        tubes: what may be shown; the order given does not matter beyond ties.
        size: width and height of the picture in pixels.
        fps: pictures of the synopsis per second, positive.
        groups: indices of tubes that keep their distance in time, for instance
            from :func:`.relations.meetings`; no tube lies in two of them.

    Raises:
        BadInput: if ``fps`` is not positive.
        ValueError: if a tube lies outside the picture, or in two groups.
    """

    def __init__(
        self,
        tubes: Sequence[Occupancy],
        *,
        size: tuple[int, int],
        fps: Fraction = Fraction(25),
        groups: Sequence[Sequence[int]] = (),
    ) -> None:
        if fps <= 0:
            raise BadInput(
                "a synopsis shows more than no picture a second",
                remedy="Give a rate such as 10.",
            )
        self._size, self._fps = size, fps
        self._group = np.arange(len(tubes), dtype=np.int64)
        for group in groups:
            if (self._group[list(group)] != np.array(group)).any():
                raise ValueError("a tube lies in two groups")
            self._group[list(group)] = min(group)
        self._packed: Packed | None = pack(tubes, size, fps, groups) if tubes else None
        self._begins = np.array([float(t.start) for t in tubes])
        self._items: dict[tuple[int, ...], Item] = {}
        self._whole: dict[Terms, tuple[Arrangement, Before]] = {}

    def arrange(
        self,
        keep: Sequence[int] | None = None,
        *,
        collision: float = 0.05,
        chronology: float = 0.0,
        density: float = 1.0,
        effort: int = EFFORT,
    ) -> Arrangement:
        """Arrange in as short a time as can be found; the same input, the same answer.

        Args:
            keep: indices of the tubes to show; all by default.
            collision: largest share of object area that may collide, 0 to 1.
            chronology: what order counts against compactness: at 0 it decides
                between equals only; at 1 items appear strictly in their original
                order, tubes that keep their distance as one.
            density: largest share of the picture that objects may cover at any
                time, above 0 to 1; an item too large for it appears alone.
            effort: placements that are tried; each is some tenths of a millisecond.

        Raises:
            BadInput: if a parameter is out of its range, or so much stays for so long that
                it takes more than :data:`MOST_WORK`.
        """
        terms = self._terms(collision, chronology, density)
        shown = self._shown(keep)
        return self._anew(shown, terms, effort)

    def rearrange(
        self,
        keep: Sequence[int] | None = None,
        *,
        collision: float = 0.05,
        chronology: float = 0.0,
        density: float = 1.0,
    ) -> Arrangement:
        """Arrange quickly, from where tubes lie when all are shown.

        What is kept stays at its place in the arrangement of all tubes under the same
        terms, as far as that lies within the length that is hoped for; the rest is moved
        into what became free.  So most of what is seen stays where it is when a filter
        changes, and at most a quarter of all tubes, or so, is placed anew.  Where few are
        kept (:data:`FEW`), or there are few at all (:func:`.settling.few`), all of them are; so
        too in strict order, in which each must wait for the one before, whoever that is now.

        The answer follows from tubes and arguments alone, not from what was asked before:
        the arrangement of all is held for the latest terms, and made if it is not there.

        Args, raised errors: as of :meth:`arrange`.
        """
        terms = self._terms(collision, chronology, density)
        shown = self._shown(keep)
        every = len(self._begins)
        some = len(shown) < every and (len(shown) < FEW * every or chronology >= 1)
        if some or self._packed is None or few(self._packed, range(every)):
            return self._anew(shown, terms, QUICK)
        held = self._whole.get(terms)
        if held is None:
            placing = self._best(range(every), terms, QUICK)
            told = self._told(range(every), placing.starts, placing.collided)
            held = told, placing.before
            # Put there in one step: several people may ask at a time.
            self._whole = {**dict(list(self._whole.items())[1 - _HELD :]), terms: held}
        if len(shown) == every:
            return held[0]
        placing = self._best(shown, terms, CHANGED, held[1])
        return self._told(shown, placing.starts, placing.collided)

    def _terms(self, collision: float, chronology: float, density: float) -> Terms:
        if not (0 <= collision <= 1 and 0 <= chronology <= 1 and 0 < density <= 1):
            raise BadInput(
                "collision and chronology lie between 0 and 1, density above 0 and up to 1",
                remedy="Give a share such as 0.05.",
            )
        budget = density * self._size[0] * self._size[1] if density < 1 else None
        return Terms(collision, chronology, budget)

    def _shown(self, keep: Sequence[int] | None) -> list[int]:
        return sorted(set(keep)) if keep is not None else list(range(len(self._begins)))

    def _best(
        self, shown: Sequence[int], terms: Terms, effort: int, before: Before | None = None
    ) -> Placing:
        packed, items = self._ready(shown)
        begins = np.array([self._begins[i.tubes].min() for i in items])
        return _best(packed, items, begins, terms, effort, before)

    def _anew(self, shown: Sequence[int], terms: Terms, effort: int) -> Arrangement:
        if not shown:
            return Arrangement((), (), (), 0, self._fps, 0.0, ())
        best = self._best(shown, terms, effort)
        packed, items = self._ready(shown)
        if terms.budget is not None or not few(packed, shown):
            return self._told(shown, best.starts, best.collided)
        items.sort(key=lambda i: self._begins[i.tubes].min())
        return self._told(shown, *_settled(packed, items, terms, effort, best))

    def _ready(self, shown: Sequence[int]) -> tuple[Packed, list[Item]]:
        if self._packed is None:
            raise ValueError("there are no such tubes")
        return self._packed, self._chosen(self._packed, shown)

    def _told(self, shown: Sequence[int], starts: Int64Array, collided: int) -> Arrangement:
        packed, _ = self._ready(shown)
        starts = starts[shown] - starts[shown].min()  # where all that was first is gone
        pixels = int(packed.pixels[shown].sum())
        order = np.lexsort((self._begins[shown], starts))
        return Arrangement(
            tuple(shown),
            tuple(starts.tolist()),
            tuple(packed.ticks[shown].tolist()),
            int((starts + packed.ticks[shown]).max()),
            self._fps,
            collided / pixels if pixels else 0.0,
            tuple(order.tolist()),
        )

    def _chosen(self, packed: Packed, shown: Sequence[int]) -> list[Item]:
        members: dict[int, list[int]] = {}
        for tube in shown:
            members.setdefault(int(self._group[tube]), []).append(tube)
        found = []
        for tubes in members.values():
            key = tuple(tubes)
            if key not in self._items:
                self._items[key] = item(packed, tubes)
            found.append(self._items[key])
        return found


def arrange(
    tubes: Sequence[Occupancy],
    *,
    size: tuple[int, int],
    fps: Fraction = Fraction(25),
    groups: Sequence[Sequence[int]] = (),
    collision: float = 0.05,
    chronology: float = 0.0,
    density: float = 1.0,
) -> Arrangement:
    """Arrange tubes once; see :class:`Arranger`."""
    arranger = Arranger(tubes, size=size, fps=fps, groups=groups)
    return arranger.arrange(collision=collision, chronology=chronology, density=density)


def _best(
    packed: Packed,
    items: Sequence[Item],
    begins: FloatArray,
    terms: Terms,
    effort: int,
    before: Before | None = None,
) -> Placing:
    """Steps (2) to (4), with what stays where it was before put first."""
    n = len(items)
    rank = np.empty(n, np.float64)
    rank[np.argsort(begins, kind="stable")] = np.arange(n)
    share = rank / max(1, n - 1)
    bins = np.array([i.bins for i in items])
    pixels = np.array([i.pixels for i in items])
    longest = int(bins.max())
    strict = terms.chronology >= 1
    # The longest first, then the largest: what takes most room is hardest to place later.
    priority = np.argsort(-(bins / longest + 0.3 * pixels / pixels.max()), kind="stable")
    if strict:
        priority = np.argsort(rank)
    assumed = _guess(packed, items, terms)
    if before is not None:
        assumed = round(before.length * sum(i.cells for i in items) / before.cells)
    assumed = max(longest, assumed)
    best: Placing | None = None
    work = 0
    for _ in range(1 if strict else _LENGTHS):
        placing = Placing(packed, items, share, terms, assumed)
        stay = np.zeros(n, np.bool_) if before is None else placing.keep(before)
        for number in priority[~stay[priority]].tolist():
            if items[number].bins > _LONG:
                work += len(items[number].words) * max(assumed, placing.length)
            if work > MOST_WORK:
                if best is not None:
                    return best
                raise BadInput(
                    "So many objects stay for so long that arranging them takes too much time.",
                    remedy="Have long stays played fast or cut, or ask for far fewer objects.",
                )
            placing.place(number)
        if best is None or (placing.ticks, placing.collided) < (best.ticks, best.collided):
            best = placing
        took = n - int(stay.sum()) + -(-n // _STAYS)
        effort -= took
        if best.length == longest or effort < took:
            break  # nothing can be shorter than the longest item
        if placing.length <= assumed:
            assumed = max(longest, round(assumed * _SHORTER))
        else:
            late = placing.ends > assumed
            priority = np.concatenate([priority[late[priority]], priority[~late[priority]]])
            assumed = max(longest, min((assumed + placing.length) // 2, best.length - 1))
    if best is None:
        raise AssertionError("at least one length is tried")
    return best


def _settled(
    packed: Packed, items: Sequence[Item], terms: Terms, effort: int, best: Placing
) -> tuple[Int64Array, int]:
    """Step (5): start tick of every tube that is shown, and object pixels that collide.

    Args:
        items: few, in order of their first pictures.
    """
    settling = Settling(packed, items, best.ticks)
    placed = np.array([best.starts[i.tubes[0]] - i.lag[0] for i in items])
    starts = min(placed, settling.chronological(), key=settling.length)
    if terms.chronology == 0:
        limit = terms.collision * sum(i.pixels for i in items)
        starts = settling.shortened(starts, limit, effort)
    if settling.length(starts) >= settling.length(placed):
        return best.starts, best.collided
    each = best.starts.copy()
    for start, one in zip(starts, items, strict=True):
        each[one.tubes] = start + one.lag
    return each, settling.collided(starts)


def _guess(packed: Packed, items: Sequence[Item], terms: Terms) -> int:
    """A length to begin with, in bins.

    Found by trying: without collision about a seventh of the picture is covered on
    average in what this file yields, and more the more may collide: where nearly all may, the
    longest item alone bounds the length.
    """
    cells = sum(i.cells for i in items)
    covered = _COVERED * (1 + 8 * terms.collision) / max(1 - terms.collision**4, _NOTHING)
    if terms.budget is not None:
        covered = min(covered, terms.budget / (64 * packed.words * packed.cell_area))
    return round(cells / (64 * packed.words * covered))
