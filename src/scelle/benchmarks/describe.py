"""How true descriptions are, and how often nothing is taken for something.

Streets are generated, recorded as a recorder would, and analysed as in a case; what the
analysis says of each passage is held against the generator's truth.
"""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scelle.benchmarks.installation import AGENT, open_case, register_people
from scelle.benchmarks.recorder import PULSING, Encoder, record
from scelle.bootstrap import open_app
from scelle.model.acts import (
    AnalyseExhibit,
    Progress,
    ReceiveExhibit,
    SearchTracks,
    no_progress,
)
from scelle.model.geometry import Direction
from scelle.model.tracks import Colour, Track
from scelle.scene.conditions import DISTURBANCES, LIGHTS, conditions
from scelle.scene.cutouts import Cutout
from scelle.scene.long import CROWDS, LongStreet
from scelle.scene.truth import Passage
from scelle.settings import Settings
from scelle.vision.detect import MOTION_ALONE
from scelle.vision.groups import pairwise_iou
from scelle.vision.solvers import assigned

UNKNOWN = "unknown"
_SEEN = 0.3
"""Share of a passage's pixels in view from which it counts as visible."""
_MATCH = 0.25
"""Overlap, in the mean over a passage's visible frames, that makes a track its own."""
_BINS = (0.0, 0.2, 0.4, 0.6, 1.01)
_SECTORS = [d for d in Direction if d is not Direction.NONE]


@dataclass(frozen=True)
class Told:
    """What was said of one passage, beside what is true.

    Attributes:
        light: of the scene.
        true, said: main colour of the upper half; ``unknown`` where none was given.
        confidence: of the colour, 0 to 1.
        sectors: how many sectors of 45 degrees the direction is off; 9 where none was given.
        speed: said over true, pixels per second.
        pace: said over true, metres per second; 0 where no scale was learned.
        dwell_s: said less true, seconds.
    """

    light: str
    true: str
    said: str
    confidence: float
    sectors: int
    speed: float
    pace: float
    dwell_s: float


@dataclass(frozen=True)
class Lit:
    """Passages under one light.

    Attributes:
        light: its name.
        passages: how many there were.
        told: those that a track was found for.
        tracks: how many tracks there were.
    """

    light: str
    passages: int
    told: tuple[Told, ...]
    tracks: int

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        coloured = [t for t in self.told if t.true != UNKNOWN]
        said = [t for t in coloured if t.said != UNKNOWN]
        return {
            "light": self.light,
            "passages": self.passages,
            "found": len(self.told),
            "tracks": self.tracks,
            "colour_told": _share(len(said), len(coloured)),
            "colour_right": _share(sum(t.said == t.true for t in said), len(said)),
            "direction_right": _share(sum(t.sectors <= 1 for t in self.told), len(self.told)),
            "speed_ratio": _middle([t.speed for t in self.told]),
            "pace_ratio": _middle([t.pace for t in self.told if t.pace]),
            "dwell_off_s": _middle([abs(t.dwell_s) for t in self.told]),
        }


@dataclass(frozen=True)
class Disturbed:
    """An empty street under one disturbance.

    Attributes:
        hours: how long.
        tracks: what was found in it, all false.
    """

    disturbance: str
    hours: float
    tracks: int

    @property
    def per_hour(self) -> float:
        """False tracks per hour."""
        return self.tracks / self.hours

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "disturbance": self.disturbance,
            "hours": round(self.hours, 3),
            "tracks": self.tracks,
            "per_hour": round(self.per_hour, 2),
        }


@dataclass(frozen=True)
class Described:
    """Everything that was measured."""

    lights: tuple[Lit, ...] = ()
    empty: tuple[Disturbed, ...] = ()

    def confusion(self) -> dict[str, Counter[str]]:
        """How often each true colour was called what, over all lights in which colour is told."""
        found: dict[str, Counter[str]] = {c.value: Counter() for c in Colour}
        for lit in self.lights:
            for told in lit.told:
                if told.true != UNKNOWN:
                    found[told.true][told.said] += 1
        return found

    def calibration(self) -> list[dict[str, object]]:
        """How often a colour was right, by the confidence that it was given with."""
        told = [t for lit in self.lights for t in lit.told]
        told = [t for t in told if UNKNOWN not in (t.true, t.said)]
        rows: list[dict[str, object]] = []
        for low, high in itertools.pairwise(_BINS):
            inside = [t for t in told if low <= t.confidence < high]
            right = sum(t.said == t.true for t in inside)
            rows.append(
                {
                    "confidence": f"{low} to {min(high, 1.0)}",
                    "told": len(inside),
                    "right": _share(right, len(inside)),
                }
            )
        return rows


@dataclass(frozen=True)
class Plan:
    """What is generated.

    Attributes:
        lights, disturbances: names; see :mod:`scelle.scene.conditions`.
        light_s, empty_s: length of each scene, seconds.
        size, fps: of the pictures.
        crowd: of the lit scenes.
        cutouts: filmed figures among the drawn ones.
    """

    lights: tuple[str, ...] = tuple(LIGHTS)
    disturbances: tuple[str, ...] = tuple(DISTURBANCES)
    light_s: float = 240.0
    empty_s: float = 600.0
    seed: int = 1
    size: tuple[int, int] = (640, 360)
    fps: int = 10
    crowd: str = "usual"
    cutouts: tuple[Cutout, ...] = field(default=())


def bench_describe(
    plan: Plan | None = None,
    *,
    workers: int = 2,
    detector: str = MOTION_ALONE,
    progress: Progress = no_progress,
    told: Callable[[Lit | Disturbed], None] = lambda _: None,
) -> Described:
    """Generate, record, analyse and compare.

    Args:
        plan: what is generated; the defaults where absent.
        workers: processes of the analysis.
        detector: ``motion`` for motion alone, ``own``, or the path of an admitted model.
        progress: told what is being done.
        told: what was found in each street, as soon as it was.
    """
    p = plan or Plan()
    lights = []
    for name in p.lights:
        scene = LongStreet(
            p.seed, p.light_s, p.size, p.fps, CROWDS[p.crowd], conditions(name), p.cutouts
        )
        tracks = _analyse(scene, None, workers, detector, progress)
        passages = [q for q in scene.passages() if (q.visibility >= _SEEN).any()]
        said = tuple(
            tell(name, passage, track, p.fps) for passage, track in match(passages, tracks)
        )
        lights.append(Lit(name, len(passages), said, len(tracks)))
        told(lights[-1])
    empty = []
    for name in p.disturbances:
        scene = LongStreet(p.seed, p.empty_s, p.size, p.fps, CROWDS["empty"], conditions(name))
        encoder = PULSING if name == "compression" else None
        tracks = _analyse(scene, encoder, workers, detector, progress)
        empty.append(Disturbed(name, p.empty_s / 3600, len(tracks)))
        told(empty[-1])
    return Described(tuple(lights), tuple(empty))


def _analyse(
    scene: LongStreet,
    encoder: Encoder | None,
    workers: int,
    detector: str,
    progress: Progress,
) -> tuple[Track, ...]:
    with tempfile.TemporaryDirectory(prefix="scelle-bench-") as work:
        video = Path(work) / "street.mp4"
        record(scene, video, encoder, progress)
        with open_app(Settings(home=Path(work) / "home", agent=AGENT)) as app:
            register_people(app)
            case_id = open_case(app)
            app.perform(
                AGENT,
                ReceiveExhibit(case_id=case_id, path=video, camera="bench", origin="bench"),
            )
            app.perform(
                AGENT,
                AnalyseExhibit(case_id=case_id, workers=workers, detector=detector),
                progress,
            )
            found: tuple[Track, ...] = app.perform(AGENT, SearchTracks(case_id=case_id))
    return found


def match(passages: Sequence[Passage], tracks: Sequence[Track]) -> list[tuple[Passage, Track]]:
    """Which track is which passage's: the pairing of the greatest overlap in all."""
    if not passages or not tracks:
        return []
    score = np.zeros((len(passages), len(tracks)))
    for i, passage in enumerate(passages):
        visible = passage.visibility >= _SEEN
        frames, boxes = passage.frames[visible], passage.boxes[visible]
        for j, track in enumerate(tracks):
            both = (frames >= track.frame[0]) & (frames <= track.frame[-1])
            if both.any():
                there = np.stack(
                    [np.interp(frames[both], track.frame, track.boxes[:, c]) for c in range(4)], 1
                )
                score[i, j] = pairwise_iou(there, boxes[both]).sum() / len(frames)
    return [
        (passages[i], tracks[j]) for i, j in assigned(score, dearest=True) if score[i, j] >= _MATCH
    ]


def tell(light: str, passage: Passage, track: Track, fps: int) -> Told:
    """Hold a track's description against the truth of its passage."""
    d = track.description
    said = d.upper[0][0].value if d.upper else UNKNOWN
    seconds = passage.frames / fps
    seen = seconds[passage.visibility >= _SEEN]
    lasts = float(seconds[-1] - seconds[0]) or 1.0
    pace = passage.metres / lasts
    true_speed = _speed(passage.boxes, seconds)
    off = 9
    if d.direction is not Direction.NONE and passage.direction is not Direction.NONE:
        turn = abs(_SECTORS.index(d.direction) - _SECTORS.index(passage.direction))
        off = min(turn, 8 - turn)
    return Told(
        light=light,
        true=passage.upper.value if passage.upper else UNKNOWN,
        said=said,
        confidence=d.colour_confidence,
        sectors=off,
        speed=d.speed / true_speed if true_speed else 0.0,
        pace=d.metres_per_s / pace if pace else 0.0,
        dwell_s=d.dwell_ms / 1000 - float(seen[-1] - seen[0]),
    )


def _speed(boxes: npt.NDArray[np.float32], seconds: npt.NDArray[np.float64]) -> float:
    """Median speed of the centre over half a second, pixels per second."""
    centre = boxes[:, :2] + boxes[:, 2:] / 2
    ahead = np.searchsorted(seconds, seconds + 0.5)
    i = np.flatnonzero(ahead < len(seconds))
    if not len(i):
        return 0.0
    step = np.linalg.norm(centre[ahead[i]] - centre[i], axis=1)
    return float(np.median(step / (seconds[ahead[i]] - seconds[i])))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _middle(values: Sequence[float]) -> float | None:
    return round(float(np.median(values)), 4) if values else None
