"""From tracklets to tracks, over the whole recording at once.

Each end of a tracklet may go on in the beginning of a later one.  All pairs are
weighed by where both motions meet, by size and by clothing colour, and the
cheapest pairing of the whole recording is taken (as in Huang, Wu, Nevatia,
ECCV 2008).  Ids belong to the exhibit.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from scelle.vision.link import Boxes, Tracklet, colour_distance, known_colour


@dataclass(frozen=True)
class JoinSettings:
    """Parameters of joining; part of the analysis manifest.

    Attributes:
        gap_s: longest absence that is bridged, seconds.
        overlap_s: longest time that two pieces of one object may share.
        reach: distance between prediction and beginning, in sizes.
        reach_per_s: how much further per second of absence.
        colour: largest difference of colour, 0 to 1.
        swap: what it costs that two members of a group left it as each other.
        stay: what it costs that a member left a group as itself.
        parted_colour: weight of clothing when a group fell apart.
        fit_s: seconds of a tracklet from which its motion is taken.
        leaves_s: absence after which what was heading out of the picture is gone.
        break_cost: what it costs to leave an end open.
    """

    gap_s: float = 6.0
    overlap_s: float = 0.3
    reach: float = 0.8
    reach_per_s: float = 0.5
    colour: float = 0.3
    swap: float = 0.3
    stay: float = 0.1
    parted_colour: float = 1.2
    fit_s: float = 1.0
    leaves_s: float = 0.3
    break_cost: float = 1.0


def join(
    tracklets: list[Tracklet],
    time_base: Fraction,
    size: tuple[int, int],
    settings: JoinSettings | None = None,
) -> list[list[Tracklet]]:
    """Chains of tracklets, each one object, in order of first picture.

    Args:
        tracklets: any order.
        time_base: of every ``pts``.
        size: width and height of the picture, native pixels.
        settings: the defaults where absent.
    """
    s = settings or JoinSettings()
    pieces = sorted(tracklets, key=lambda t: (t.pts[0], t.pts[-1], tuple(t.boxes[0])))
    n = len(pieces)
    if n == 0:
        return []
    tb = float(time_base)
    first = np.array([p.pts[0] * tb for p in pieces])
    last = np.array([p.pts[-1] * tb for p in pieces])
    heads = [_motion(p, tb, s.fit_s, at_end=False) for p in pieces]
    tails = [_motion(p, tb, s.fit_s, at_end=True) for p in pieces]
    rows: list[int] = []
    columns: list[int] = []
    costs: list[float] = []
    for i in range(n):
        low = np.searchsorted(first, last[i] - s.overlap_s, side="left")
        high = np.searchsorted(first, last[i] + s.gap_s, side="right")
        for j in range(int(low), int(high)):
            if j == i or last[j] <= last[i] or first[j] <= first[i]:
                continue
            if pieces[i].parted or pieces[j].after is not None:
                cost = _parted_cost(pieces[i], tails[i], pieces[j], heads[j], s)
            else:
                cost = _cost(pieces[i], tails[i], pieces[j], heads[j], first[j] - last[i], size, s)
            if cost is not None:
                rows.append(i)
                columns.append(j)
                costs.append(cost)
    follower = _match(n, rows, columns, costs, s.break_cost)
    led = set(follower.values())
    chains = []
    for i in range(n):
        if i in led:
            continue
        chain = [pieces[i]]
        at = i
        while at in follower:
            at = follower[at]
            chain.append(pieces[at])
        chains.append(chain)
    return chains


@dataclass(frozen=True)
class _Motion:
    position: npt.NDArray[np.float64]
    velocity: npt.NDArray[np.float64]
    size: npt.NDArray[np.float64]


def _motion(piece: Tracklet, tb: float, fit_s: float, *, at_end: bool) -> _Motion:
    """Position, velocity (pixels per second) and size at one end, by least squares."""
    seconds = np.array(piece.pts) * tb
    end = seconds[-1] if at_end else seconds[0]
    near = np.abs(seconds - end) <= fit_s
    boxes = np.array(piece.boxes)[near]
    t = seconds[near] - end
    centre = boxes[:, :2] + boxes[:, 2:] / 2
    size = np.median(boxes[:, 2:], axis=0)
    if len(t) < 3:
        return _Motion(centre[-1 if at_end else 0], np.zeros(2), size)
    design = np.stack([np.ones_like(t), t], 1)
    (position, velocity), *_ = np.linalg.lstsq(design, centre, rcond=None)
    return _Motion(position, velocity, size)


def _cost(
    a: Tracklet,
    tail: _Motion,
    b: Tracklet,
    head: _Motion,
    gap: float,
    picture: tuple[int, int],
    s: JoinSettings,
) -> float | None:
    """What it costs that ``b`` goes on where ``a`` ended; ``None`` if it cannot."""
    size = float(np.sqrt(tail.size.prod() * head.size.prod()) ** 0.5)
    # Somebody hidden may stop: the prediction is damped with the absence.
    held = min(max(gap, 0.0), 1.5)
    forwards = np.linalg.norm(tail.position + tail.velocity * held - head.position)
    backwards = np.linalg.norm(head.position - head.velocity * held - tail.position)
    reached = tail.position + tail.velocity * held
    came_from = head.position - head.velocity * held
    if gap > s.leaves_s and not (_within(reached, picture) and _within(came_from, picture)):
        return None
    away = float(forwards + backwards) / 2
    if gap > 0.5 and max(np.linalg.norm(tail.velocity), np.linalg.norm(head.velocity)) < size:
        # Slow enough to have stood still meanwhile.
        away = min(away, float(np.linalg.norm(head.position - tail.position)))
    limit = s.reach + s.reach_per_s * max(gap, 0.0)
    if away > limit * size:
        return None
    ratio = abs(float(np.log(tail.size.prod() / head.size.prod())))
    if ratio > np.log(3):
        return None
    colour = float(colour_distance(known_colour(a)[None], known_colour(b)[None])[0, 0])
    if colour > s.colour:
        return None
    cost = 0.5 * away / (limit * size) + 0.2 * ratio + 0.5 * colour + 0.08 * max(gap, 0.0)
    return cost if cost < s.break_cost else None


def _within(point: npt.NDArray[np.float64], picture: tuple[int, int]) -> bool:
    return bool((point >= 0).all() and (point <= picture).all())


def _parted_cost(
    a: Tracklet, tail: _Motion, b: Tracklet, head: _Motion, s: JoinSettings
) -> float | None:
    """The same for two pieces around one parting of a group; ``None`` for any others.

    Places inside a group are vague, so clothing decides.
    """
    if not a.parted or b.after is None or b.after.parted != a.parted:
        return None
    colour = float(colour_distance(known_colour(a)[None], b.colour[None])[0, 0])
    if b.after is a:
        return min(s.stay + s.parted_colour * colour, s.break_cost - 0.01)
    size = float(np.sqrt(tail.size.prod() * head.size.prod()) ** 0.5)
    away = min(float(np.linalg.norm(tail.position - head.position)) / size, 2.0)
    cost = s.swap + 0.05 * away + s.parted_colour * colour
    return cost if cost < s.break_cost else None


def _match(
    n: int, rows: list[int], columns: list[int], costs: list[float], break_cost: float
) -> dict[int, int]:
    """Cheapest one-to-one followers, solved apart for each connected component."""
    parent = list(range(2 * n))

    def root(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for i, j in zip(rows, columns, strict=True):
        parent[root(i)] = root(n + j)
    groups: dict[int, list[int]] = {}
    for k, i in enumerate(rows):
        groups.setdefault(root(i), []).append(k)
    follower: dict[int, int] = {}
    for edges in groups.values():
        left = sorted({rows[k] for k in edges})
        right = sorted({columns[k] for k in edges})
        table = np.full((len(left), len(right)), break_cost * 2)
        for k in edges:
            table[left.index(rows[k]), right.index(columns[k])] = costs[k]
        for r, c in zip(*linear_sum_assignment(table), strict=True):
            if table[r, c] < break_cost:
                follower[left[r]] = right[c]
    return follower


def merged_rows(chain: list[Tracklet]) -> tuple[list[tuple[int, int]], Boxes]:
    """Rows of a chain in time order, the earlier piece first where two share a look.

    Returns:
        ``(piece, row)`` pairs, and their boxes ``(n, 4)``.
    """
    rows: list[tuple[int, int]] = []
    boxes: list[Boxes] = []
    last = -1
    for p, piece in enumerate(chain):
        for r, look in enumerate(piece.look):
            if look > last:
                rows.append((p, r))
                boxes.append(piece.boxes[r])
                last = look
    return rows, np.array(boxes)
