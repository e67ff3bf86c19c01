"""From observations to tracklets: which region is which object, look by look.

A constant-velocity Kalman filter on centre and foot point (as SORT: Bewley et
al. 2016) predicts each object; a global assignment (Jonker and Volgenant 1987,
through SciPy) pairs predictions with regions.  Regions are not objects, so two
cases are handled on top:

* a *group*: several predictions lie in one region; the region is divided among
  them, each keeping its own size and moving to where the outline supports it;
* *fragments*: several regions lie in one prediction; they are joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from scelle.model.geometry import iou_matrix
from scelle.vision.groups import covered, divide, inside, pairwise_iou, unions
from scelle.vision.kalman import Axis
from scelle.vision.observations import Observations
from scelle.vision.solvers import assigned
from scelle.vision.tracklet import Boxes, Tracklet, colour_distance, known_colour


@dataclass(frozen=True)
class LinkSettings:
    """Parameters of linking; part of the analysis manifest.

    Attributes:
        min_iou: smallest overlap of prediction and region that may pair.
        reach: distance between centres, in mean sizes, that may pair without overlap.
        first_reach: the same for an object seen once, whose speed is not known yet.
        colour_weight: how much a difference of colour costs, in units of overlap.
        inside: share of a prediction inside a region that makes it a member.
        own_looks: looks with a region of its own that make an object a member of
            groups, and looks fully behind another after which it counts as unseen.
        growth: a region this many times the predicted area hides something else.
        pieces: members whose boxes together are less than this share of their
            region's outline are pieces of one object.
        lost_s: seconds without a region after which an object is gone.
        tentative_s: the same for an object seen fewer than three times.
    """

    min_iou: float = 0.15
    reach: float = 0.9
    first_reach: float = 2.2
    colour_weight: float = 0.7
    inside: float = 0.55
    own_looks: int = 7
    growth: float = 1.7
    pieces: float = 0.8
    lost_s: float = 0.7
    tentative_s: float = 0.4


@dataclass
class _Live:
    """A tracklet being followed, with its filter.

    ``axes`` follow centre x, foot y, width and height.  ``group`` is the region that
    it shared with others at the last look, -1 for none; ``alone`` counts the looks in
    which it had a region of its own, ``hidden`` those since it was last apart from
    another member of its group, ``outgrown`` those since its region became too large.
    """

    tracklet: Tracklet
    axes: tuple[Axis, Axis, Axis, Axis]
    seconds: float
    age: int = 1
    alone: int = 1
    hidden: int = 0
    outgrown: int = 0
    group: int = -1

    @property
    def box(self) -> tuple[float, float, float, float]:
        x, foot, w, h = self.axes
        wide, tall = w.position, h.position
        return x.position - wide / 2, foot.position - tall, wide, tall

    @property
    def size(self) -> float:
        return max(self.axes[3].position, 8.0)

    @property
    def last(self) -> int:
        """Timestamp of the last row."""
        piece = self.tracklet
        return piece.pts[-1] if piece.pts or piece.after is None else piece.after.pts[-1]

    @property
    def settled(self) -> bool:
        return self.age >= 4

    def predict(self, seconds: float) -> None:
        dt = seconds - self.seconds
        self.seconds = seconds
        grows = self.size**2 * max(dt, 0.04) * 8
        x, foot, w, h = self.axes
        # People turn and stop within a second: acceleration of one height per s².
        x.predict(dt, 0.0004 * grows, 0.25 * grows)
        foot.predict(dt, 0.0004 * grows, 0.25 * grows)
        w.predict(dt, 0.0009 * grows)
        h.predict(dt, 0.0009 * grows)
        w.position, h.position = max(w.position, 2.0), max(h.position, 2.0)

    def correct(self, box: Boxes, whole: bool) -> None:
        """Take a place into account; a share of a group says little, and nothing of size."""
        left, top, width, height = box.tolist()
        vague = self.size**2 / (1.0 if whole else 0.3)
        x, foot, w, h = self.axes
        x.correct(left + width / 2, 0.0025 * vague)
        foot.correct(top + height, 0.0036 * vague)
        if whole:
            w.correct(width, 0.01 * vague)
            h.correct(height, 0.01 * vague)


class Linker:
    """Feeds on observations in time order, segment after segment.

    Args:
        time_base: of every ``pts``.
    """

    def __init__(self, time_base: Fraction, settings: LinkSettings | None = None) -> None:
        self.settings = settings or LinkSettings()
        self._time_base = float(time_base)
        self._live: list[_Live] = []
        self._looks = 0
        self._events = 0

    def feed(self, segment: int, seen: Observations) -> Iterator[Tracklet]:
        """Link one segment's observations; yields the tracklets that ended."""
        starts = np.searchsorted(seen.look, np.arange(len(seen.frame) + 1)).tolist()
        for k in range(len(seen.frame)):
            if starts[k] == starts[k + 1] and not self._live:
                self._looks += 1
                continue
            regions = np.arange(starts[k], starts[k + 1])
            if seen.relit[k]:
                regions = regions[:0]
            yield from self._look(segment, seen, k, regions)
            self._looks += 1

    def finish(self) -> Iterator[Tracklet]:
        """The tracklets still being followed at the end of the recording."""
        yield from (live.tracklet for live in self._live if live.tracklet.look)
        self._live = []

    def _look(
        self, segment: int, seen: Observations, k: int, regions: npt.NDArray[np.intp]
    ) -> Iterator[Tracklet]:
        """One look.

        (1) predict, and let go of what was lost for too long;
        (2) pair predictions and regions;
        (3) make leftover predictions members of the regions that hold them;
        (4) join fragments to the objects that they lie in;
        (5) cut the tracklets of groups that fell apart: who left as whom is
            decided later, by clothing, over the whole recording;
        (6) correct the filters, dividing groups;
        (7) start tracklets on leftover regions.
        """
        s = self.settings
        now = float(seen.pts[k]) * self._time_base
        # (1)
        kept = []
        for live in self._live:
            last = live.last * self._time_base
            patience = s.lost_s if live.settled else s.tentative_s
            if now - last > patience:
                # One that just came out of a group may have no row of its own.
                if live.tracklet.look:
                    yield live.tracklet
            else:
                live.predict(now)
                kept.append(live)
        self._live = kept
        boxes = seen.placed[regions].astype(np.float64)
        predicted = np.array([live.box for live in kept]).reshape(-1, 4)
        # (2)
        colour = _appearance(seen, regions)
        cost, allowed = self._costs(kept, predicted, boxes, colour)
        members: dict[int, list[int]] = {r: [] for r in range(len(regions))}
        free = set(range(len(kept)))
        for t, r in _assign(cost, allowed):
            members[r].append(t)
            free.discard(t)
        # (3)
        held = inside(predicted, boxes)
        for t in sorted(free):
            # A piece that never stood alone for long is a fragment, not a member.
            if kept[t].alone < s.own_looks or not len(regions):
                continue
            r = int(held[t].argmax())
            if held[t, r] >= s.inside and members[r]:
                members[r].append(t)
        # (4)
        joined = self._fragments(members, predicted, boxes)
        # (5)
        yield from self._part(kept, members)
        # (6)
        for r, found in members.items():
            if r in joined or not found:
                continue
            ts = self._true_members(found, kept, predicted, float(seen.area[regions[r]]))
            region_box = boxes[r]
            for extra in (e for e, owner in joined.items() if owner == r):
                region_box = unions(region_box[None], boxes[extra])[0]
            whole = len(ts) == 1 and not self._hides(kept[ts[0]], region_box)
            if whole:
                places = [region_box]
            else:
                mask = seen.mask(int(regions[r]))
                outline_box = seen.boxes[regions[r]].astype(np.float64)
                places = divide(region_box, outline_box, mask, predicted[ts])
            behind = covered(places)
            for t, place, under in zip(ts, places, behind, strict=True):
                live = kept[t]
                live.hidden = live.hidden + 1 if under else 0
                live.alone += whole
                if live.hidden > s.own_looks:
                    continue
                live.correct(place, whole)
                live.age += 1
                live.group = r if len(ts) > 1 else -1
                self._append(live.tracklet, seen, k, segment, int(regions[r]), place, whole)
                if whole:
                    live.tracklet.colour += colour[r]
                    _vote(live.tracklet, seen, int(regions[r]))
        # (7)
        for r, ts in members.items():
            if ts or r in joined:
                continue
            tracklet = Tracklet()
            self._append(tracklet, seen, k, segment, int(regions[r]), boxes[r], True)
            tracklet.colour += colour[r]
            _vote(tracklet, seen, int(regions[r]))
            self._live.append(_start(tracklet, boxes[r], now))

    def _part(self, kept: list[_Live], members: dict[int, list[int]]) -> Iterator[Tracklet]:
        """End the tracklets of each group whose members are no longer in one region."""
        where = {t: r for r, ts in members.items() for t in ts}
        groups: dict[int, list[int]] = {}
        for t, live in enumerate(kept):
            if live.group >= 0 and t in where and live.tracklet.pts:
                groups.setdefault(live.group, []).append(t)
        for ts in groups.values():
            if len({where[t] for t in ts}) < 2:
                continue
            self._events += 1
            for t in ts:
                old = kept[t].tracklet
                old.parted = self._events
                kept[t].tracklet = Tracklet(after=old)
                yield old

    def _costs(
        self,
        live: list[_Live],
        predicted: Boxes,
        boxes: Boxes,
        colour: npt.NDArray[np.float64],
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Cost ``(n, m)`` of every pair, and whether it may pair at all."""
        s = self.settings
        overlap = iou_matrix(predicted, boxes)
        if not overlap.size:
            return overlap, overlap > 0
        centre_p = predicted[:, :2] + predicted[:, 2:] / 2
        centre_b = boxes[:, :2] + boxes[:, 2:] / 2
        size = np.sqrt((predicted[:, 2] * predicted[:, 3])[:, None] * (boxes[:, 2] * boxes[:, 3]))
        away = np.linalg.norm(centre_p[:, None] - centre_b[None], axis=2) / np.sqrt(size)
        ratio = (predicted[:, 2] * predicted[:, 3])[:, None] / (boxes[:, 2] * boxes[:, 3])
        known = np.array([known_colour(x.tracklet) for x in live]).reshape(-1, 22)
        unlike = colour_distance(known[:, None], colour)
        cost = 1 - overlap + 0.3 * away + s.colour_weight * unlike
        fresh = np.array([x.age == 1 for x in live])[:, None]
        reach = np.where(fresh, s.first_reach, s.reach)
        # Far jumps need a close likeness.
        alike = np.abs(np.log(ratio)) < np.where(away < s.reach, np.log(2.5), np.log(1.6))
        alike &= (away < s.reach) | (unlike < 0.5)
        return cost, (overlap >= s.min_iou) | ((away < reach) & alike)

    def _true_members(
        self, ts: list[int], kept: list[_Live], predicted: Boxes, outline: float
    ) -> list[int]:
        """Members of a group; its longest known one alone, once the others proved pieces.

        Pieces of one body, parted by a post for a while, are far smaller together
        than the outline that they move on in.

        Args:
            outline: pixels inside the region's outline.
        """
        if len(ts) < 2:
            return ts
        s = self.settings
        small = predicted[ts][:, 2:].prod(1).sum() < s.pieces * outline
        for t in ts:
            kept[t].outgrown = kept[t].outgrown + 1 if small else 0
        if min(kept[t].outgrown for t in ts) <= s.own_looks:
            return ts
        return [max(ts, key=lambda t: (kept[t].alone, -t))]

    def _hides(self, live: _Live, region: Boxes) -> bool:
        """Whether a region is so much larger than the object that it holds another.

        Only for a while: what stays larger has itself come nearer, or into view.
        """
        s, (*_, width, height) = self.settings, live.box
        larger = region[2] * region[3] > s.growth * width * height
        live.outgrown = live.outgrown + 1 if larger and live.alone >= s.own_looks else 0
        return 0 < live.outgrown <= 2 * s.own_looks

    def _fragments(
        self, members: dict[int, list[int]], predicted: Boxes, boxes: Boxes
    ) -> dict[int, int]:
        """Leftover regions that complete a paired one: fragment -> paired region."""
        joined: dict[int, int] = {}
        owners = [r for r, ts in members.items() if len(ts) == 1]
        loose = [r for r, ts in members.items() if not ts]
        if not owners or not loose:
            return joined
        targets = predicted[[members[r][0] for r in owners]]
        held = boxes[owners]
        before = pairwise_iou(held, targets)
        for r in loose:
            after = pairwise_iou(unions(held, boxes[r]), targets)
            better = np.flatnonzero(after > before + 0.02)
            if len(better):
                joined[r] = owners[int(better[0])]
        return joined

    def _append(
        self,
        tracklet: Tracklet,
        seen: Observations,
        k: int,
        segment: int,
        region: int,
        box: Boxes,
        whole: bool,
    ) -> None:
        tracklet.look.append(self._looks)
        tracklet.frame.append(int(seen.frame[k]))
        tracklet.pts.append(int(seen.pts[k]))
        tracklet.boxes.append(box)
        tracklet.source.append((segment, region))
        tracklet.whole.append(whole)


def _appearance(seen: Observations, regions: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    return np.concatenate([seen.upper[regions], seen.lower[regions]], 1).astype(np.float64)


def _vote(tracklet: Tracklet, seen: Observations, region: int) -> None:
    tracklet.votes[seen.object_class[region]] += max(float(seen.score[region]), 1e-6)


def _assign(
    cost: npt.NDArray[np.float64], allowed: npt.NDArray[np.bool_]
) -> Iterable[tuple[int, int]]:
    """Cheapest pairing among the allowed pairs."""
    if not allowed.any():
        return []
    dear = 1e3
    return [(t, r) for t, r in assigned(np.where(allowed, cost, dear)) if allowed[t, r]]


def _start(tracklet: Tracklet, box: Boxes, seconds: float) -> _Live:
    left, top, width, height = box.tolist()
    size = max(height, 8.0)
    # A car may cross several times its own size in a second.
    axes = (
        Axis(left + width / 2, 0.1 * size, 6.0 * size),
        Axis(top + height, 0.1 * size, 4.0 * size),
        Axis(width, 0.2 * size),
        Axis(height, 0.2 * size),
    )
    return _Live(tracklet, axes, seconds)
