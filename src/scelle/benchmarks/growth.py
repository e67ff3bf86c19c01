"""How time and memory grow with the length of a recording."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scelle.benchmarks.installation import AGENT, open_case, register_people
from scelle.benchmarks.memory import PeakMemory
from scelle.benchmarks.recorder import record
from scelle.benchmarks.speed import decode_plainly, repeat
from scelle.bootstrap import open_app
from scelle.model.acts import AnalyseExhibit, Progress, ReceiveExhibit, no_progress
from scelle.scene.long import CROWDS, LongStreet
from scelle.settings import Settings

CLIP_S = 600.0
"""Length of the generated street that is repeated, seconds."""


@dataclass(frozen=True)
class Grown:
    """What one length took.

    Attributes:
        hours: of the recording.
        frames: pictures in it.
        decoding_s: wall seconds of plain decoding with two threads.
        analysis_s: wall seconds of receipt and analysis, the start of workers included.
        peak_bytes: memory of all processes together, at its highest.
        tracks: how many were found.
    """

    hours: float
    frames: int
    decoding_s: float
    analysis_s: float
    peak_bytes: int
    tracks: int

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        return {k: round(v, 3) if isinstance(v, float) else v for k, v in vars(self).items()}


def bench_growth(
    hours: Sequence[float],
    *,
    file: Path | None = None,
    workers: int = 2,
    detector: str = "own",
    progress: Progress = no_progress,
) -> list[Grown]:
    """Receive and analyse recordings of ever greater length, each once.

    Args:
        hours: lengths, hours.
        file: the clip that is repeated, without re-encoding; a generated street of ten
            minutes where absent.
        workers: processes of the analysis.
        detector: ``own``, ``motion`` for motion alone, or the path of an admitted model.
        progress: told lengths done.

    Raises:
        UnreadableSource: no video in the file.
    """
    grown = []
    with tempfile.TemporaryDirectory(prefix="scelle-bench-") as folder:
        clip = file or Path(folder) / "street.mp4"
        if file is None:
            record(LongStreet(1, CLIP_S, per_object_s=CROWDS["sparse"]), clip, None, progress)
        for number, length in enumerate(hours):
            grown.append(_measure(clip, length, Path(folder), workers, detector))
            progress("bench growth", number + 1, len(hours), "lengths")
    return grown


def _measure(clip: Path, hours: float, folder: Path, workers: int, detector: str) -> Grown:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        long, _ = repeat(clip, Path(own), hours * 3600)
        decoding_s, frames = decode_plainly(long)
        with open_app(Settings(home=Path(own) / "home", agent=AGENT)) as app, PeakMemory() as peak:
            register_people(app)
            case_id = open_case(app)
            began = time.perf_counter()
            app.perform(
                AGENT,
                ReceiveExhibit(case_id=case_id, path=long, camera="bench", origin="bench"),
            )
            act = AnalyseExhibit(case_id=case_id, workers=workers, detector=detector)
            (found,) = app.perform(AGENT, act)
            seconds = time.perf_counter() - began
    return Grown(hours, frames, decoding_s, seconds, peak.peak, found.tracks)
