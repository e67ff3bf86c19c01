"""What triage costs and finds on a quiet street, beside the whole analysis and the truth."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scelle.benchmarks.describe import match
from scelle.benchmarks.installation import AGENT, open_case, register_people
from scelle.benchmarks.oracle import ask, oracle
from scelle.benchmarks.recorder import record
from scelle.benchmarks.sequence import Rows
from scelle.benchmarks.speed import decode_plainly, start_seconds
from scelle.benchmarks.tracking import every_frame
from scelle.bootstrap import App, open_app
from scelle.model.acts import AnalyseExhibit, Progress, ReceiveExhibit, SearchTracks, no_progress
from scelle.model.results import Analysis
from scelle.model.tracks import Track
from scelle.scene.long import LongStreet
from scelle.scene.truth import Passage
from scelle.settings import Settings

VISIBLE = 0.3
"""Share of a passage's pixels in view from which it counts as visible."""


@dataclass(frozen=True)
class Triaged:
    """What was measured on one street.

    Attributes:
        recorded_s: its length, seconds.
        passages: that were visible.
        found, found_whole: by triage, and by the whole analysis.
        tracks, tracks_whole: how many there were.
        hota, hota_whole: in percent, by the public judge; ``None`` if it was not asked.
        decoded, frames: pictures that triage decoded, of all.
        decoding_s, triage_s, whole_s: wall times, medians.
        faster: plain decoding with two threads over triage, wall times, median of the
            rounds; ``low`` and ``high`` its range.
        start_s: what the first sandbox of a program takes; not in the others, since the
            receipt comes before.
    """

    recorded_s: float
    passages: int
    found: int
    found_whole: int
    tracks: int
    tracks_whole: int
    hota: float | None
    hota_whole: float | None
    decoded: int
    frames: int
    decoding_s: float
    triage_s: float
    whole_s: float
    faster: float
    low: float
    high: float
    start_s: float

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        return {k: round(v, 3) if isinstance(v, float) else v for k, v in vars(self).items()}


def bench_triage(
    scene: LongStreet,
    *,
    rounds: int = 3,
    workers: int = 2,
    detector: str = "motion",
    judge: bool = True,
    python: Path | None = None,
    progress: Progress = no_progress,
) -> Triaged:
    """Generate, record, analyse both ways in turn with plain decoding, and compare.

    Args:
        scene: a quiet street.
        rounds: how often each is timed.
        workers: processes of the analysis; decoding uses two threads.
        detector: ``motion`` for motion alone, ``own``, or the path of an admitted model.
        judge: have HOTA told by the public judge.
        python: its interpreter; ``None`` makes an environment for it.
        progress: told what is being done.

    Raises:
        Misconfigured: the judge cannot be had.
    """
    interpreter = oracle(python, progress) if judge else None
    with tempfile.TemporaryDirectory(prefix="scelle-bench-") as folder:
        work = Path(folder)
        video = work / "street.mp4"
        record(scene, video, None, progress)
        start_s = start_seconds()
        times: dict[bool | None, list[float]] = {None: [], True: [], False: []}
        results: dict[bool, tuple[Analysis, tuple[Track, ...]]] = {}
        with open_app(Settings(home=work / "home", agent=AGENT)) as app:
            register_people(app)
            for number in range(rounds):
                seconds, frames = decode_plainly(video)
                times[None].append(seconds)
                for triage in (True, False):
                    taken, results[triage] = _analyse(app, video, workers, detector, triage)
                    times[triage].append(taken)
                progress("bench triage", number + 1, rounds, "rounds")
        passages = [p for p in scene.passages() if (p.visibility >= VISIBLE).any()]
        (quick, some), (_, all_tracks) = results[True], results[False]
        hota: list[float | None] = [None, None]
        if interpreter is not None:
            hota = list(_judged(interpreter, work, passages, (some, all_tracks), frames, progress))
    ratios = [d / t for d, t in zip(times[None], times[True], strict=True)]
    return Triaged(
        recorded_s=scene.duration_s,
        passages=len(passages),
        found=len(match(passages, some)),
        found_whole=len(match(passages, all_tracks)),
        tracks=len(some),
        tracks_whole=len(all_tracks),
        hota=hota[0],
        hota_whole=hota[1],
        decoded=quick.coverage.frames_decoded,
        frames=frames,
        decoding_s=statistics.median(times[None]),
        triage_s=statistics.median(times[True]),
        whole_s=statistics.median(times[False]),
        faster=statistics.median(ratios),
        low=min(ratios),
        high=max(ratios),
        start_s=start_s,
    )


def _analyse(
    app: App, video: Path, workers: int, detector: str, triage: bool
) -> tuple[float, tuple[Analysis, tuple[Track, ...]]]:
    case_id = open_case(app)
    app.perform(AGENT, ReceiveExhibit(case_id=case_id, path=video, camera="bench", origin="bench"))
    act = AnalyseExhibit(case_id=case_id, workers=workers, detector=detector, triage=triage)
    began = time.perf_counter()
    (analysis,) = app.perform(AGENT, act)
    seconds = time.perf_counter() - began
    return seconds, (analysis, app.perform(AGENT, SearchTracks(case_id=case_id)))


def _judged(
    python: Path,
    work: Path,
    passages: Sequence[Passage],
    found: tuple[tuple[Track, ...], ...],
    frames: int,
    progress: Progress,
) -> list[float]:
    """HOTA of each, percent, against the passages where they are visible."""
    seen = [p.visibility >= VISIBLE for p in passages]
    truth = Rows.of(
        np.concatenate([p.frames[s] + 1 for p, s in zip(passages, seen, strict=True)]),
        np.concatenate([np.full(s.sum(), p.number) for p, s in zip(passages, seen, strict=True)]),
        np.concatenate([p.boxes[s] for p, s in zip(passages, seen, strict=True)]),
    )
    truth.write(work / "gt.txt")
    ours = []
    for k, tracks in enumerate(found):
        every_frame(tracks).write(work / f"ours-{k}.txt")
        ours.append({"row": str(k), "tracker": "Scelle", "file": f"ours-{k}.txt"})
    job = {"frames": frames, "truth": "gt.txt", "given": [], "ours": ours}
    result = ask(python, work, job, progress)
    return [float(r["HOTA"]) for r in result["results"]]
