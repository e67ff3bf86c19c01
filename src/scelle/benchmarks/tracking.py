"""How well objects are followed, beside public trackers on the same input, by a public judge.

Three rows:

* *motion*: the recording alone.  Ours is the whole analysis, as a case would have it;
  the rivals are fed with our motion's boxes, and once more with plain MOG2 blobs;
* *det*: the boxes of ``det/det.txt``, for everybody;
* *gt*: the true boxes without their numbers, for everybody: association alone.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence as Ordered
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scelle.benchmarks.installation import AGENT, open_case, register_people
from scelle.benchmarks.observing import Observed, observe_file
from scelle.benchmarks.oracle import ask, oracle
from scelle.benchmarks.sequence import Rows, Sequence, read_sequence
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
from scelle.vision.given import track_boxes

OURS = "Scelle"
_ROUNDS = 5


@dataclass(frozen=True)
class Scored:
    """One tracker on one row of one sequence.

    Attributes:
        row: ``motion``, ``det`` or ``gt``.
        given: what the tracker was given: ``pictures``, ``our boxes``, ``MOG2``,
            ``det.txt`` or ``true boxes``.
        score: how a rival took the boxes' scores: ``certain`` or ``scaled``.
        hota, det_a, ass_a, idf1, mota: percent.
        switches: of identity.
        tracks: how many.
        fps: frames a second of association alone; 0 where it was not measured.
    """

    sequence: str
    row: str
    given: str
    tracker: str
    score: str
    hota: float
    det_a: float
    ass_a: float
    idf1: float
    mota: float
    switches: int
    tracks: int
    fps: float

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        return {k: round(v, 2) if isinstance(v, float) else v for k, v in vars(self).items()}


@dataclass(frozen=True)
class Compared:
    """What was measured.

    Attributes:
        scored: in order of sequence and row, ours first.
        judge: name and version of the public judge.
        encoded: sequences whose pictures were first encoded.
    """

    scored: tuple[Scored, ...]
    judge: str
    encoded: tuple[str, ...]


def bench_tracking(
    folders: Ordered[Path],
    *,
    python: Path | None = None,
    detector: str = "motion",
    workers: int = 2,
    progress: Progress = no_progress,
) -> Compared:
    """Track each sequence in every way, and have all judged.

    Args:
        folders: sequences in MOTChallenge layout.
        python: interpreter of the judge; ``None`` makes an environment for it.
        detector: for the row *motion*: ``motion`` for motion alone, ``own``, or a path.
        workers: processes of the analysis.
        progress: told what is being done.

    Raises:
        BadInput: a folder is not such a sequence.
        Misconfigured: the judge cannot be had.
    """
    judge = oracle(python, progress)
    scored: list[Scored] = []
    encoded: list[str] = []
    version = ""
    for folder in folders:
        with tempfile.TemporaryDirectory(prefix="scelle-bench-") as work:
            sequence = read_sequence(folder, Path(work), progress)
            if sequence.encoded:
                encoded.append(sequence.name)
            made, version = _sequence(sequence, Path(work), judge, detector, workers, progress)
            scored += made
    return Compared(tuple(scored), version, tuple(encoded))


def _sequence(
    sequence: Sequence, work: Path, judge: Path, detector: str, workers: int, progress: Progress
) -> tuple[list[Scored], str]:
    observed = observe_file(sequence.video, progress)
    sequence.truth.write(work / "gt.txt")
    tracks = _analyse(sequence, work, detector, workers, progress)
    every_frame(tracks).write(work / "ours-motion.txt")
    ours = [{"row": "pictures", "tracker": OURS, "file": "ours-motion.txt"}]
    rate = float(sequence.rate)
    seconds = observed.seen.pts * float(observed.time_base)
    look_rate = (len(seconds) - 1) / (seconds[-1] - seconds[0]) if len(seconds) > 1 else rate
    seen = observed.seen
    blobs = observed.blobs
    frames = list(range(1, sequence.frames + 1))
    given = [
        ("our boxes", Rows.of(seen.frame[seen.look] + 1, -np.ones(len(seen)), seen.placed),
         (seen.frame + 1).tolist(), look_rate),
        ("MOG2", Rows.of(blobs[:, 0] + 1, -np.ones(len(blobs)), blobs[:, 1:]), frames, rate),
    ]  # fmt: skip
    if sequence.detections is not None:
        given.append(("det.txt", sequence.detections, frames, rate))
    given.append(("true boxes", _judged(sequence.truth), frames, rate))
    speeds: dict[str, float] = {}
    jobs = []
    for k, (name, rows, looks, per_s) in enumerate(given):
        rows.write(work / f"given-{k}.txt")
        jobs.append({"row": name, "file": f"given-{k}.txt", "looks": looks, "rate": per_s})
        if name in ("det.txt", "true boxes"):
            tracked, speeds[name] = _track(rows, sequence, observed)
            tracked.write(work / f"ours-{k}.txt")
            ours.append({"row": name, "tracker": OURS, "file": f"ours-{k}.txt"})
    job = {"frames": sequence.frames, "truth": "gt.txt", "given": jobs, "ours": ours}
    result = ask(judge, work, job, progress)
    scored = []
    for r in result["results"]:
        name = r["row"]
        row = {"det.txt": "det", "true boxes": "gt"}.get(name, "motion")
        looks = next((len(g[2]) for g in given if g[0] == name), sequence.frames)
        mine = r["tracker"] == OURS
        per_look = speeds.get(name, 0.0) if mine else r["looks_per_s"]
        scored.append(
            Scored(
                sequence=sequence.name,
                row=row,
                given=name,
                tracker=r["tracker"],
                score=r["score"],
                hota=r["HOTA"],
                det_a=r["DetA"],
                ass_a=r["AssA"],
                idf1=r["IDF1"],
                mota=r["MOTA"],
                switches=int(r["IDSW"]),
                tracks=int(r["tracks"]),
                fps=per_look * sequence.frames / max(looks, 1),
            )
        )
    order = ["motion", "det", "gt"]
    scored.sort(key=lambda s: (order.index(s.row), s.tracker != OURS, s.given))
    versions = result["versions"]
    return scored, f"trackers {versions['trackers']}"


def _judged(truth: Rows) -> Rows:
    """The true boxes that are judged, without their numbers."""
    kept = truth[(truth.score > 0) & (truth.kind == 1)]
    return Rows.of(kept.frame, -np.ones(len(kept)), kept.boxes)


def _track(rows: Rows, sequence: Sequence, observed: Observed) -> tuple[Rows, float]:
    """Our tracks from given boxes, and frames a second of the association, median."""
    seconds = np.arange(sequence.frames) / float(sequence.rate)
    inside = rows[(rows.frame >= 1) & (rows.frame <= sequence.frames)]
    walls = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        tracks = track_boxes(
            seconds, inside.frame - 1, inside.boxes, inside.score, picture=observed.size
        )
        walls.append(time.perf_counter() - began)
    made = Rows.of(tracks.look + 1, tracks.number, tracks.boxes)
    return made, sequence.frames / statistics.median(walls)


def _analyse(
    sequence: Sequence, work: Path, detector: str, workers: int, progress: Progress
) -> tuple[Track, ...]:
    """The whole analysis of the recording, as in a case."""
    with open_app(Settings(home=work / "home", agent=AGENT)) as app:
        register_people(app)
        case_id = open_case(app)
        app.perform(
            AGENT,
            ReceiveExhibit(case_id=case_id, path=sequence.video, camera="bench", origin="bench"),
            progress,
        )
        app.perform(
            AGENT, AnalyseExhibit(case_id=case_id, workers=workers, detector=detector), progress
        )
        found: tuple[Track, ...] = app.perform(AGENT, SearchTracks(case_id=case_id))
    return found


def every_frame(tracks: Ordered[Track]) -> Rows:
    """Tracks at every frame of the recording: between two looks, on the straight line."""
    frame: list[npt.NDArray[np.int64]] = []
    number: list[npt.NDArray[np.int64]] = []
    boxes: list[npt.NDArray[np.float64]] = []
    for track in tracks:
        at = np.arange(int(track.frame[0]), int(track.frame[-1]) + 1)
        columns = [np.interp(at, track.frame, track.boxes[:, c]) for c in range(4)]
        frame.append(at + 1)
        number.append(np.full(len(at), track.number))
        boxes.append(np.stack(columns, 1))
    if not frame:
        return Rows.of([], [], np.zeros((0, 4)))
    return Rows.of(np.concatenate(frame), np.concatenate(number), np.concatenate(boxes))
