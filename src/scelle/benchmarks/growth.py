"""How time and memory grow with the length of a recording."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scelle.benchmarks.installation import AGENT, open_case, register_people
from scelle.benchmarks.recorder import record
from scelle.benchmarks.speed import decode_plainly, repeat
from scelle.benchmarks.spent import so_far
from scelle.benchmarks.watch import Watch
from scelle.bootstrap import open_app
from scelle.errors import BadInput
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
        decoding_cpu_s: what of the cores it took, seconds.
        analysis_s: wall seconds of receipt and analysis, the start of the installation and
            of workers included.
        analysis_cpu_s: what of the cores they took, seconds.
        peak_bytes: memory of all processes together, at its highest.
        tracks: how many were found.
    """

    hours: float
    frames: int
    decoding_s: float
    decoding_cpu_s: float
    analysis_s: float
    analysis_cpu_s: float
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
    points: Path | None = None,
    progress: Progress = no_progress,
    told: Callable[[Grown], None] = lambda _: None,
) -> list[Grown]:
    """Receive and analyse recordings of ever greater length, each once.

    Args:
        hours: lengths, hours.
        file: the clip that is repeated, without re-encoding; a generated street of ten
            minutes where absent.
        workers: processes of the analysis.
        detector: ``own``, ``motion`` for motion alone, or the path of an admitted model.
        points: where each length is written as soon as it was measured, a line of JSON each;
            what is there already, of the same clip, processes and detector, is not measured
            again.
        progress: told lengths done.
        told: what was measured, length by length.

    Raises:
        UnreadableSource: no video in the file.
        BadInput: ``points`` holds something else.
    """
    under: dict[str, object] = {
        "clip": file.name if file else "generated",
        "workers": workers,
        "detector": detector,
    }
    known = _read(points, under) if points and points.exists() else {}
    grown = []
    with tempfile.TemporaryDirectory(prefix="scelle-bench-") as folder:
        clip = file or Path(folder) / "street.mp4"
        if file is None and not known.keys() >= set(hours):
            record(LongStreet(1, CLIP_S, per_object_s=CROWDS["sparse"]), clip, None, progress)
        for number, length in enumerate(hours):
            one = known.get(length)
            if one is None:
                one = _measure(clip, length, Path(folder), workers, detector)
                if points is not None:
                    with points.open("a") as lines:
                        lines.write(json.dumps({**under, **vars(one)}) + "\n")
            told(one)
            grown.append(one)
            progress("bench growth", number + 1, len(hours), "lengths")
    return grown


def _read(points: Path, under: dict[str, object]) -> dict[float, Grown]:
    """Lengths that were measured under the same conditions, by hours."""
    known = {}
    try:
        for line in points.read_text().splitlines():
            values = json.loads(line)
            if {name: values.pop(name) for name in under} == under:
                known[float(values["hours"])] = Grown(**values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{points} does not hold measured lengths: {error}.",
            remedy="Name another file, or one that does not exist yet.",
        ) from error
    return known


def _measure(clip: Path, hours: float, folder: Path, workers: int, detector: str) -> Grown:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        long, _ = repeat(clip, Path(own), hours * 3600)
        began = so_far()
        _, frames = decode_plainly(long)
        decoding = so_far() - began
        with Watch() as watch:
            began = so_far()
            with open_app(Settings(home=Path(own) / "home", agent=AGENT)) as app:
                register_people(app)
                case_id = open_case(app)
                app.perform(
                    AGENT,
                    ReceiveExhibit(case_id=case_id, path=long, camera="bench", origin="bench"),
                )
                act = AnalyseExhibit(case_id=case_id, workers=workers, detector=detector)
                (found,) = app.perform(AGENT, act)
            analysis = so_far() - began
    return Grown(
        hours,
        frames,
        decoding.wall_s,
        decoding.cpu_s,
        analysis.wall_s,
        watch.cpu_s,
        watch.peak,
        found.tracks,
    )
