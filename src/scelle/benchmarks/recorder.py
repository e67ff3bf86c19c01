"""Records a generated street as a camera's recorder would, and its truth beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from scelle.errors import BadInput
from scelle.footage.recording import Recording
from scelle.footage.source import open_closed
from scelle.model.acts import Progress, no_progress
from scelle.scene.cutouts import Cutout, cut_out
from scelle.scene.long import LongStreet

_SAMPLES = 32


@dataclass(frozen=True)
class Encoder:
    """How a recorder encodes.

    Attributes:
        codec: encoder's name in FFmpeg.
        quality: constant rate factor, 0 to 51; recorders keep little, 26 and more.
        group_s: seconds from key frame to key frame.
        between: bidirectional pictures between two others.
    """

    codec: str = "libx264"
    quality: int = 27
    group_s: float = 2.0
    between: int = 0


PULSING = Encoder(quality=40, group_s=1.0)
"""So little is kept that the whole picture changes at each key frame."""


def record(
    scene: LongStreet,
    video: Path,
    encoder: Encoder | None = None,
    progress: Progress = no_progress,
) -> None:
    """Write a scene's pictures, one at a time.

    Args:
        scene: what is filmed.
        video: a Matroska or MP4 file to write.
        encoder: the usual one where absent.
        progress: told seconds recorded.
    """
    how = encoder or Encoder()
    with av.open(str(video), "w") as container:
        options = {"preset": "veryfast", "crf": str(how.quality), "bf": str(how.between)}
        stream = container.add_stream(how.codec, rate=scene.fps, options=options)
        if not isinstance(stream, VideoStream):
            raise ValueError(f"{how.codec} encodes no pictures")
        stream.width, stream.height, stream.pix_fmt = *scene.size, "yuv420p"
        context = stream.codec_context
        context.gop_size = max(1, round(how.group_s * scene.fps))
        context.thread_count = 1
        stream.time_base = Fraction(1, scene.fps)
        for index, picture in enumerate(scene.frames()):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, scene.fps)
            container.mux(stream.encode(frame))
            if index % scene.fps == 0:
                progress("generate", index / scene.fps, scene.duration_s, "s")
        container.mux(stream.encode(None))


def write_sequence(
    scene: LongStreet,
    folder: Path,
    encoder: Encoder | None = None,
    progress: Progress = no_progress,
) -> int:
    """Write a scene as a sequence in MOTChallenge layout, with its whole truth beside it.

    ``gt/gt.txt`` holds the true boxes, ``truth.jsonl`` one JSON object for each passage:
    class, colours, direction, metres gone, boxes, visibility.  Nothing is held in memory
    but one passage and one picture.

    Returns:
        how many passages there are.
    """
    (folder / "gt").mkdir(parents=True, exist_ok=True)
    record(scene, folder / "recording.mp4", encoder, progress)
    width, height = scene.size
    (folder / "seqinfo.ini").write_text(
        f"[Sequence]\nname={folder.resolve().name}\nframeRate={scene.fps}\n"
        f"seqLength={scene.frame_count}\nimWidth={width}\nimHeight={height}\n"
    )
    passages = 0
    with (folder / "gt" / "gt.txt").open("w") as boxes, (folder / "truth.jsonl").open("w") as whole:
        for p in scene.passages():
            passages += 1
            whole.write(json.dumps(p.to_value(), sort_keys=True) + "\n")
            for frame, (x, y, w, h), seen in zip(
                p.frames.tolist(), p.boxes.tolist(), p.visibility.tolist(), strict=True
            ):
                boxes.write(
                    f"{frame + 1},{p.number},{x:.1f},{y:.1f},{w:.1f},{h:.1f},1,1,{seen:.3f}\n"
                )
    return passages


def filmed_figures(video: Path, progress: Progress = no_progress) -> tuple[Cutout, ...]:
    """Cut the people out of a recording in which one at a time passes a still camera.

    Raises:
        BadInput: nobody passes in it alone.
    """
    with open_closed(video) as closed, Recording.open(closed.file) as recording:
        times = recording.index.times
        start, end = int(times[0]), int(times[-1]) + 1
        marks = np.unique(np.linspace(0, len(times) - 1, _SAMPLES).round().astype(int))
        samples = [p.bgr() for p in recording.pictures(start, end, wanted=marks)]
        empty = np.asarray(np.median(np.stack(samples), axis=0), np.uint8)

        def pictures() -> Iterator[npt.NDArray[np.uint8]]:
            for picture in recording.pictures(start, end):
                progress("cut out", picture.frame + 1, len(times), "pictures")
                yield picture.bgr()

        figures = cut_out(pictures(), empty)
    if not figures:
        raise BadInput(
            f"nobody passes alone in {video.name}",
            remedy="Give a recording of a still camera in which single people pass.",
        )
    return figures
