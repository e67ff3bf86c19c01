"""How long an analysis takes beside plain decoding of the same file.

The two are run in turn, round after round, so that a machine whose speed drifts
slows both; what is reported is the ratio of each round's pair of wall times.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from scelle.benchmarks.dvr_scan import scan
from scelle.benchmarks.installation import AGENT, open_case, register_people
from scelle.benchmarks.watch import Watch
from scelle.bootstrap import open_app
from scelle.engine.protection import Rules
from scelle.engine.zygote import Zygote
from scelle.errors import UnreadableSource
from scelle.model.acts import AnalyseExhibit, Progress, ReceiveExhibit, no_progress
from scelle.model.evidence import Exhibit
from scelle.model.results import Analysis
from scelle.settings import Settings
from scelle.vision.detect import MOTION_ALONE

LENGTH_S = 600
"""Shorter recordings are repeated to this length, seconds."""


@dataclass(frozen=True)
class Speed:
    """What was measured on one file.

    Attributes:
        file: its name.
        recorded_s: length that was analysed, seconds.
        repeated: how often the clip was repeated to reach it.
        frames: pictures in it.
        fps: pictures a second of analysis, median.
        realtime: recorded seconds a second of analysis, median.
        ratio_to_decoding: wall time of the analysis over that of plain decoding
            with two threads, median over the rounds.
        low, high: range of that ratio.
        motion_ratio: the same with motion alone, median.
        dvr_scan_s: median wall time of DVR-Scan on the same file; ``None`` if it was not run.
        dvr_scan_ratio: wall time of DVR-Scan over that of the analysis, median; likewise.
        rounds: how many pairs.
        analysis_s, decoding_s: median wall times.
        start_s: what the first sandbox of a program takes, whatever the length; not in the
            others, since the receipt comes before.
        peak_bytes: memory of all processes together, at its highest.
        tracks: how many were found.
    """

    file: str
    recorded_s: float
    repeated: int
    frames: int
    fps: float
    realtime: float
    ratio_to_decoding: float
    low: float
    high: float
    motion_ratio: float
    dvr_scan_s: float | None
    dvr_scan_ratio: float | None
    rounds: int
    analysis_s: float
    decoding_s: float
    start_s: float
    peak_bytes: int
    tracks: int

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in vars(self).items()
        }


def bench_speed(
    files: Sequence[Path],
    *,
    rounds: int = 3,
    workers: int = 2,
    detector: str = "own",
    dvr_scan: Path | None = None,
    progress: Progress = no_progress,
) -> list[Speed]:
    """Measure the analysis of each file against decoding it.

    Nothing is kept: the installation in which it runs is temporary.

    Args:
        files: closed recordings.
        rounds: pairs a file.
        workers: processes of the analysis; decoding uses two threads.
        detector: ``own``, ``motion`` for motion alone, or the path of an admitted model.
        dvr_scan: program of DVR-Scan, which takes its turn; ``None`` leaves it out.
        progress: told rounds done.

    Raises:
        UnreadableSource: no video in a file.
        BadInput: DVR-Scan does not run.
    """
    measured = []
    for file in files:
        with tempfile.TemporaryDirectory(prefix="scelle-bench-") as folder:
            measured.append(
                _measure(file, Path(folder), rounds, workers, detector, dvr_scan, progress)
            )
    return measured


def _measure(
    file: Path,
    folder: Path,
    rounds: int,
    workers: int,
    detector: str,
    dvr_scan: Path | None,
    progress: Progress,
) -> Speed:
    long, repeated = repeat(file, folder)
    start_s = start_seconds()
    decoding: list[float] = []
    motion: list[float] = []
    analysis: list[float] = []
    scans: list[float] = []
    found: Analysis | None = None
    exhibit: Exhibit | None = None
    frames = 0
    with open_app(Settings(home=folder / "home", agent=AGENT)) as app, Watch() as memory:
        register_people(app)
        for number in range(rounds):
            seconds, frames = decode_plainly(long)
            decoding.append(seconds)
            for model, times in ((MOTION_ALONE, motion), (detector, analysis)):
                case_id = open_case(app)
                exhibit = app.perform(
                    AGENT,
                    ReceiveExhibit(case_id=case_id, path=long, camera="bench", origin="bench"),
                )
                began = time.perf_counter()
                (found,) = app.perform(
                    AGENT, AnalyseExhibit(case_id=case_id, workers=workers, detector=model)
                )
                times.append(time.perf_counter() - began)
            if dvr_scan is not None:
                scans.append(scan(dvr_scan, long))
            progress(f"bench {file.name}", number + 1, rounds, "rounds")
    if found is None or exhibit is None:
        raise ValueError("at least one round is needed")
    ratios = [a / d for a, d in zip(analysis, decoding, strict=True)]
    recorded = float(exhibit.stream.duration)
    middle = statistics.median(analysis)
    return Speed(
        file=file.name,
        recorded_s=recorded,
        repeated=repeated,
        frames=frames,
        fps=frames / middle,
        realtime=recorded / middle,
        ratio_to_decoding=statistics.median(ratios),
        low=min(ratios),
        high=max(ratios),
        motion_ratio=statistics.median(m / d for m, d in zip(motion, decoding, strict=True)),
        dvr_scan_s=statistics.median(scans) if scans else None,
        dvr_scan_ratio=(
            statistics.median(s / a for s, a in zip(scans, analysis, strict=True))
            if scans
            else None
        ),
        rounds=rounds,
        analysis_s=middle,
        decoding_s=statistics.median(decoding),
        start_s=start_s,
        peak_bytes=memory.peak,
        tracks=found.tracks,
    )


def repeat(file: Path, folder: Path, length_s: float | None = None) -> tuple[Path, int]:
    """A copy of at least some length, made of the clip's own packets, not re-encoded.

    Args:
        file: the clip.
        folder: where the copy is made.
        length_s: seconds; ten minutes where it is not given.

    Returns:
        the file itself if it is long enough, and how often the clip is in it.

    Raises:
        UnreadableSource: no video in it.
    """
    try:
        with av.open(str(file)) as source:
            video = source.streams.video[0]
            packets = [p for p in source.demux(video) if p.size]
            # What the container says may be missing or wrong: the packets know.
            base = Fraction(video.time_base or 1)
            first = min(p.pts if p.pts is not None else (p.dts or 0) for p in packets)
            last = max(p.pts if p.pts is not None else (p.dts or 0) for p in packets)
            step = max(1, round((last - first) / max(len(packets) - 1, 1)))
            length = last - first + step
            wanted = LENGTH_S if length_s is None else length_s
            times = max(1, -int(-wanted // (length * base)))
            if times == 1:
                return file, 1
            target = folder / f"repeated-{round(wanted)}-{file.stem}.mkv"
            with av.open(str(target), "w") as out:
                stream = out.add_stream_from_template(video)
                for turn in range(times):
                    for row in packets:
                        packet = av.Packet(bytes(row))
                        packet.time_base = base
                        packet.pts = (row.pts if row.pts is not None else row.dts) or 0
                        packet.dts = row.dts if row.dts is not None else packet.pts
                        packet.pts += turn * length - first
                        packet.dts += turn * length - first
                        packet.is_keyframe = row.is_keyframe
                        packet.stream = stream
                        out.mux(packet)
            return target, times
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise UnreadableSource(
            f"{file} holds no video that can be measured: {error}",
            remedy="Give a recording that plays.",
        ) from error


def decode_plainly(file: Path) -> tuple[float, int]:
    """Wall seconds of decoding every picture with two threads, and how many there were."""
    began = time.perf_counter()
    count = 0
    with av.open(str(file)) as source:
        video = source.streams.video[0]
        video.codec_context.thread_count = 2
        video.thread_type = "AUTO"
        for _ in source.decode(video):
            count += 1
    return time.perf_counter() - began, count


def start_seconds() -> float:
    """Seconds until what sandboxes fork off has loaded what they need, and the first is there."""
    began = time.perf_counter()
    with Zygote("scelle.operations.decoding") as fresh:
        born = fresh.bear(Rules())
        seconds = time.perf_counter() - began
        born.close()
    return seconds
