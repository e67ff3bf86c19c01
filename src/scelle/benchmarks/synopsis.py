"""How short a synopsis becomes, at what collision, and in what time, beside rivals."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

from scelle.benchmarks.export import Exported, bench_export
from scelle.benchmarks.greedy import NotFinished, chronological, greedy
from scelle.benchmarks.installation import AGENT, open_case, register_people
from scelle.benchmarks.passages import FPS, SIZE, passages
from scelle.benchmarks.sequence import Rows, read_sequence
from scelle.bootstrap import open_app
from scelle.model.acts import (
    AnalyseExhibit,
    Progress,
    ReceiveExhibit,
    SearchTracks,
    no_progress,
)
from scelle.model.tracks import Track
from scelle.settings import Settings
from scelle.store.vault import Vault
from scelle.synopsis.arrange import Arrangement, Arranger
from scelle.synopsis.metrics import Metrics, measure
from scelle.synopsis.occupancy import Occupancy

LIMITS = (0.0, 0.05, 0.1)
"""Collision limits that are tried."""

RIVAL_S = 30.0
"""Processor seconds after which a rival is given up: it takes hours where tubes are many."""

_TRIES = 3  # of each arrangement, for the median of its time
_LONG_S = 5.0  # an arrangement that takes as long is tried once
_HALVINGS = 5  # of the collision limit, to reach a rival's overlap
_KEPT = 2  # of so many tubes, one answers the changed filter


@dataclass(frozen=True)
class Scored:
    """One arrangement of one set of tubes.

    Attributes:
        tubes: name of the set; ``count`` of them, of ``source_s`` seconds.
        method: whose arrangement.
        limit: collision limit that was asked for, 0 to 1.
        metrics: what came of it.
        seconds: processor time of arranging, median.
        frames_per_s: pictures of the source at 25 a second, arranged each second.
        longest_s: no synopsis with whole tubes can be shorter, seconds.
        length_s: length of the synopsis, seconds.
    """

    tubes: str
    count: int
    source_s: float
    method: str
    limit: float
    metrics: Metrics
    seconds: float
    frames_per_s: float
    longest_s: float
    length_s: float

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        flat = {**vars(self), **vars(self.metrics)}
        del flat["metrics"]
        return {k: round(v, 5) if isinstance(v, float) else v for k, v in flat.items()}


@dataclass(frozen=True)
class GivenUp:
    """A rival that had no arrangement of a set after so many processor seconds."""

    tubes: str
    method: str
    limit: float
    seconds: float


@dataclass(frozen=True)
class Filtered:
    """A changed filter: so many tubes are kept, and arranged again in so many seconds.

    Processor time, median.
    """

    tubes: str
    kept: int
    seconds: float


Row = Scored | GivenUp | Filtered
"""What is measured of a set."""


@dataclass(frozen=True)
class Compared:
    """All that was measured.

    Attributes:
        scored: arrangements, set by set.
        given_up: rivals that did not finish.
        filters: for each set, a changed filter.
        stored: for each recording, bytes that its tubes take in the vault for each second
            of each object, encryption included.
        export: a synopsis composed and encoded; ``None`` where it was not asked for.
    """

    scored: tuple[Scored, ...]
    given_up: tuple[GivenUp, ...]
    filters: tuple[Filtered, ...]
    stored: tuple[tuple[str, float], ...]
    export: Exported | None


@dataclass(frozen=True, eq=False)
class _Set:
    name: str
    tubes: Sequence[Occupancy]
    size: tuple[int, int]
    fps: Fraction
    stored: float | None = None

    @property
    def source(self) -> Fraction:
        ends = [int(t.pts[-1]) * t.time_base for t in self.tubes]
        return max(ends) - min(t.start for t in self.tubes)


def bench_synopsis(
    sources: Sequence[Path],
    counts: Sequence[int] = (100, 1000, 10_000),
    *,
    export: bool = True,
    rival_s: float = RIVAL_S,
    progress: Progress = no_progress,
    told: Callable[[Row], None] = lambda row: None,
) -> Compared:
    """Arrange true, found and generated tubes.

    Args:
        sources: folders in MOTChallenge layout, whose true tubes are taken, and
            closed recordings, which are analysed first.
        counts: sizes of the generated sets.
        export: also compose and encode a synopsis.
        rival_s: processor seconds that a rival has for each set and limit.
        progress: told arrangements made.
        told: called with each row as soon as it is measured.

    Raises:
        ScelleError: a source cannot be read.
    """
    rows: list[Row] = []
    stored = []
    for tubes in _sets(sources, counts, progress):
        if tubes.stored is not None:
            stored.append((tubes.name, tubes.stored))
        for row in _rows(tubes, rival_s, progress):
            rows.append(row)
            told(row)
    return Compared(
        tuple(row for row in rows if isinstance(row, Scored)),
        tuple(row for row in rows if isinstance(row, GivenUp)),
        tuple(row for row in rows if isinstance(row, Filtered)),
        tuple(stored),
        bench_export(progress) if export else None,
    )


def _sets(sources: Sequence[Path], counts: Sequence[int], progress: Progress) -> Iterator[_Set]:
    for path in sources:
        yield _true(path, progress) if path.is_dir() else _found(path, progress)
    for count in counts:
        yield _Set(f"{count} generated", passages(count, seed=1), SIZE, FPS)


def _true(folder: Path, progress: Progress) -> _Set:
    with tempfile.TemporaryDirectory(prefix="scelle-bench-") as work:
        sequence = read_sequence(folder, Path(work), progress)
    rows = sequence.truth[sequence.truth.score > 0]
    corners = rows.boxes.copy()
    corners[:, 2:] += corners[:, :2]
    size = (int(np.ceil(corners[:, 2].max())), int(np.ceil(corners[:, 3].max())))
    tubes = [_tube(rows, int(n), size, 1 / sequence.rate) for n in np.unique(rows.number)]
    return _Set(f"{sequence.name}, true tubes", tubes, size, sequence.rate)


def _tube(rows: Rows, number: int, size: tuple[int, int], time_base: Fraction) -> Occupancy:
    own = rows[rows.number == number]
    return Occupancy(f"true-{number}", time_base, own.frame, _whole(own.boxes, size)[:, None])


def _found(file: Path, progress: Progress) -> _Set:
    with (
        tempfile.TemporaryDirectory(prefix="scelle-bench-") as folder,
        open_app(Settings(home=Path(folder) / "home", agent=AGENT)) as app,
    ):
        register_people(app)
        case_id = open_case(app)
        received = ReceiveExhibit(case_id=case_id, path=file, camera="bench", origin="bench")
        exhibit = app.perform(AGENT, received)
        app.perform(AGENT, AnalyseExhibit(case_id=case_id), progress)
        tracks: Sequence[Track] = app.perform(AGENT, SearchTracks(case_id=case_id))
        vault = Vault(app.settings.home / "vault")
        files = [vault.stored(case_id, name) for name in vault.names(case_id, "tube")]
        taken = sum(file.stat().st_size for file in files)
        lasted = sum(float((t.pts[-1] - t.pts[0]) * t.time_base) for t in tracks)
    size = (exhibit.stream.width, exhibit.stream.height)
    tubes = [
        Occupancy(t.id, t.time_base, t.pts, _whole(t.boxes.astype(np.float64), size)[:, None])
        for t in tracks
    ]
    name = f"{file.stem}, tubes found"
    return _Set(name, tubes, size, Fraction(10), taken / max(lasted, 1e-3))


def _whole(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Boxes as whole pixels inside the picture."""
    low = np.clip(np.floor(boxes[:, :2]), 0, np.array(size) - 1)
    high = np.clip(np.ceil(boxes[:, :2] + boxes[:, 2:]), low + 1, np.array(size))
    return np.concatenate([low, high - low], axis=1).astype(np.int64)


def _rows(tubes: _Set, rival_s: float, progress: Progress) -> Iterator[Row]:
    total = 3 * len(LIMITS) + 2
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(f"bench {tubes.name}", done, total, "arrangements")

    def own(limit: float) -> Arrangement:
        return Arranger(tubes.tubes, size=tubes.size, fps=tubes.fps).arrange(collision=limit)

    for limit in LIMITS:
        yield _score(tubes, "Scelle", limit, partial(own, limit))
        step()
    yield _filtered(tubes)
    step()
    packed = partial(chronological, tubes.tubes, tubes.size, tubes.fps, rival_s)
    yield _rival(tubes, "chronological", 0.0, packed, rival_s)
    step()
    for limit in LIMITS:
        moved = partial(greedy, tubes.tubes, tubes.size, tubes.fps, limit, rival_s)
        rival = _rival(tubes, "greedy", limit, moved, rival_s)
        yield rival
        step()
        if isinstance(rival, Scored):
            yield _equal(tubes, rival, own)
        step()


def _rival(
    tubes: _Set, method: str, limit: float, arranged: Callable[[], Arrangement], rival_s: float
) -> Scored | GivenUp:
    try:
        return _score(tubes, method, limit, arranged, tries=1)
    except NotFinished:
        return GivenUp(tubes.name, method, limit, rival_s)


def _equal(tubes: _Set, rival: Scored, own: Callable[[float], Arrangement]) -> Scored:
    """The own arrangement that overlaps no more than a rival's, found by halving the limit."""
    low, high = 0.0, 1.0
    best = _score(tubes, "Scelle, same overlap", 0.0, partial(own, 0.0), tries=1)
    for _ in range(_HALVINGS):
        limit = (low + high) / 2
        tried = _score(tubes, "Scelle, same overlap", limit, partial(own, limit), tries=1)
        if tried.metrics.overlap <= rival.metrics.overlap:
            low = limit
            if tried.length_s <= best.length_s:
                best = tried
        else:
            high = limit
    return best


def _score(
    tubes: _Set, method: str, limit: float, arranged: Callable[[], Arrangement], tries: int = _TRIES
) -> Scored:
    seconds = []
    for _ in range(tries):
        began = time.process_time()
        arrangement = arranged()
        seconds.append(time.process_time() - began)
        if seconds[-1] > _LONG_S:
            break
    middle = max(statistics.median(seconds), 1e-6)
    source = tubes.source
    return Scored(
        tubes.name,
        len(tubes.tubes),
        float(source),
        method,
        limit,
        measure(arrangement, tubes.tubes, size=tubes.size, source_s=source),
        middle,
        float(source) * 25 / middle,
        float(max(arrangement.lengths) / arrangement.fps),
        float(arrangement.duration_s),
    )


def _filtered(tubes: _Set) -> Filtered:
    arranger = Arranger(tubes.tubes, size=tubes.size, fps=tubes.fps)
    arranger.rearrange()
    keep = range(0, len(tubes.tubes), _KEPT)
    seconds = []
    for _ in range(_TRIES):
        began = time.process_time()
        arranger.rearrange(keep)
        seconds.append(time.process_time() - began)
        if seconds[-1] > _LONG_S:
            break
    return Filtered(tubes.name, len(keep), statistics.median(seconds))
