"""How fast clips leave: concealed and encoded again, and copied packet by packet.

A generated street is received, analysed by movement alone and exported whole through the
door, heads and plates concealed.  The copy is of the same street as a recorder stores it, in
more bytes for each picture and over and over until it is long enough, in a case where nothing is
to be concealed; beside a plain copy of that file, in turn.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from scelle.benchmarks.installation import AGENT, open_case, register_people
from scelle.benchmarks.intake import copy_plainly
from scelle.bootstrap import App, open_app
from scelle.errors import Damaged
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import (
    AnalyseExhibit,
    ExportClip,
    Progress,
    ReceiveExhibit,
    SearchTracks,
    no_progress,
)
from scelle.model.evidence import Exhibit
from scelle.model.results import Exported
from scelle.scene.street import Street
from scelle.settings import Settings
from scelle.store.database import open_database
from scelle.store.tracks import TrackStore

SIZES = ((1280, 720), (1920, 1080))
_RATE = 25
_STORED = 16  # constant quality of what is copied: some megabits a second


@dataclass(frozen=True)
class ClipSpeed:
    """What was measured at one size; medians over the rounds.

    Attributes:
        width, height: of the pictures.
        length_s: of the recording, seconds.
        size: of the file that is copied, bytes.
        tracks: what was concealed.
        realtime: seconds of clip a second, concealed and encoded again.
        copied: megabytes (10**6) a second of the stream copy.
        plain: of a plain copy of the file, flushed to the disk.
    """

    width: int
    height: int
    length_s: float
    size: int
    tracks: int
    realtime: float
    copied: float
    plain: float


def bench_clips(
    seconds: int = 30,
    *,
    rounds: int = 3,
    copied: int = 300,
    folder: Path | None = None,
    progress: Progress = no_progress,
) -> tuple[ClipSpeed, ...]:
    """Measure at 1280 x 720 and at 1920 x 1080.

    Args:
        seconds: of the recording.
        rounds: how often each is run.
        copied: megabytes (10**6) of the recording that is copied, about.
        folder: on the disk to be measured; that of temporary files by default.
        progress: told what was done.

    Raises:
        Damaged: a clip was made otherwise than is to be measured.
    """
    measured = []
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="scelle-bench-", dir=folder) as made:
            measured.append(_measure(Path(made), size, seconds, rounds, copied, progress))
    return tuple(measured)


def _measure(
    place: Path,
    size: tuple[int, int],
    seconds: int,
    rounds: int,
    megabytes: int,
    progress: Progress,
) -> ClipSpeed:
    film, stored, long = (place / f"{name}.mp4" for name in ("street", "stored", "long"))
    street = Street(1, duration_s=seconds, size=size, fps=_RATE)
    writing = (*size, Fraction(1, _RATE))
    with (
        Mp4Writer(film, *writing, rate=Fraction(_RATE)) as out,
        Mp4Writer(stored, *writing, rate=Fraction(_RATE), crf=_STORED) as dense,
    ):
        for number, picture in enumerate(street.frames()):
            out.write(picture, number)
            dense.write(picture, number)
            progress("generate", number + 1, street.frame_count, "pictures")
    repeat(stored, long, max(1, round(megabytes * 1e6 / stored.stat().st_size)))
    size_mb = long.stat().st_size / 1e6
    with open_app(Settings(home=place / "home", agent=AGENT)) as app:
        register_people(app)
        shown, bare = _receive(app, film), _receive(app, long)
        app.perform(
            AGENT,
            AnalyseExhibit(case_id=shown.case_id, exhibit_ids=(shown.id,), detector="motion"),
            progress,
        )
        engine = open_database(place / "home" / "scelle.db")
        TrackStore(engine).replace(bare.id, [], "00" * 32)
        engine.dispose()
        found = app.perform(AGENT, SearchTracks(case_id=shown.case_id))
        length = float(shown.stream.duration)
        figures = []
        for number in range(rounds):
            encoded = _timed(lambda: _export(app, shown, place / "encoded.mp4", "again"))
            copied = _timed(lambda: _export(app, bare, place / "copied.mp4", "copy"))
            plain = _timed(lambda: copy_plainly(long, place / "plain.mp4"))
            for name in ("encoded", "copied", "plain"):
                (place / f"{name}.mp4").unlink()
            figures.append((length / encoded, size_mb / copied, size_mb / plain))
            progress("bench export", number + 1, rounds, "rounds")
    return ClipSpeed(
        *size,
        length,
        long.stat().st_size,
        len(found),
        *(statistics.median(each) for each in zip(*figures, strict=True)),
    )


def repeat(film: Path, target: Path, times: int) -> None:
    """The packets of a video in MP4 again and again, one after the other, as they are."""
    scale = {"video_track_timescale": str(_RATE)}
    with av.open(str(film)) as source:
        stream = source.streams.video[0]
        packets = [p for p in source.demux(stream) if p.size]
        with av.open(str(target), "w", format="mp4", container_options=scale) as out:
            copy = out.add_stream_from_template(stream)
            for number in range(times * len(packets)):
                packet = av.Packet(bytes(packets[number % len(packets)]))
                packet.stream, packet.time_base = copy, Fraction(1, _RATE)
                packet.pts = packet.dts = number
                packet.duration = 1
                packet.is_keyframe = packets[number % len(packets)].is_keyframe
                out.mux(packet)


def _receive(app: App, film: Path) -> Exhibit:
    # Long past: a fresh file is watched for a while before it is received.
    os.utime(film, (1_000_000_000, 1_000_000_000))
    act = ReceiveExhibit(case_id=open_case(app), path=film, camera="bench", origin="bench")
    received: Exhibit = app.perform(AGENT, act)
    return received


def _export(app: App, exhibit: Exhibit, output: Path, how: str) -> None:
    """The whole recording as a clip, made in the way that is measured."""
    end = round(exhibit.stream.duration * 1000)
    act = ExportClip(
        case_id=exhibit.case_id, exhibit_ids=(exhibit.id,), start_ms=0, end_ms=end, output=output
    )
    made: Exported = app.perform(AGENT, act)
    if how not in made.how:
        raise Damaged(
            f"The clip was made otherwise: {made.how}.",
            remedy="Give more --seconds, so that something moves in the recording.",
        )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
