"""What a worker process does with one segment of a recording.

Two stages: *survey* gathers samples of the scene; *observe* looks at the
segment against the background that the samples around it give.  Both run in a sandbox
and reach what was lent to them: the encrypted original, and objects named after it.
"""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scelle.engine.child import Link
from scelle.footage.glimpses import Glimpser
from scelle.footage.index import PacketIndex, looks, segments, unneeded
from scelle.footage.joined import Joined
from scelle.footage.picture import Picture
from scelle.footage.recording import Recording
from scelle.footage.tally import Tally
from scelle.operations.lending import LentObjects, Objects
from scelle.operations.original import open_original, read_index
from scelle.operations.triage import Glance, bordering, glanced, worth_decoding
from scelle.vision.background import Background, Look, working_factor
from scelle.vision.canvas import EmptyScene
from scelle.vision.detect import OnnxDetector
from scelle.vision.far import Far, far_part
from scelle.vision.motion import MotionSettings
from scelle.vision.observations import Observations, Pictures
from scelle.vision.observe import Observer

SEGMENT_S = 60
"""Nominal length of a segment, seconds."""

LOOKS_PER_S = 8
"""Looks at the recording a second, at the least."""

REST_S = Fraction(1, 2)
"""Longest time between kept pictures of an object, seconds."""

WINDOW_S = 150
"""Samples up to this far before and after a segment make its background."""

SAMPLE_S = 2
"""Spacing of samples in a long recording, seconds."""

SAMPLES = 96
"""Samples in a short recording; they lie closer together there."""

FEWEST_KEYFRAMES = 32
"""Key frames in a window that make reading anything else for samples unnecessary."""


@dataclass(frozen=True)
class SegmentTask:
    """One segment of one stage; small and picklable.

    Attributes:
        stage: ``survey`` or ``observe``.
        number: of the segment, from 0.
        model: name of the detector's file, as it was granted; empty for none.
        provider: what runs it, ``cpu`` or ``cuda``.
        decoder: what decodes, ``software`` or ``cuda``.
        triage: decode only what key pictures give reason for.
    """

    stage: str
    number: int
    case_id: str
    exhibit_id: str
    motion: MotionSettings
    model: str = ""
    provider: str = "cpu"
    decoder: str = "software"
    triage: bool = False

    @property
    def name(self) -> str:
        """Object name of the stage's result."""
        return object_name(self.stage, self.exhibit_id, self.number)


@dataclass(frozen=True)
class SegmentDone:
    """What a stage did.

    Attributes:
        sha256: digest of everything that the stage wrote; the same for every run.
        expected, decoded, skipped, damaged: pictures of the segment; zero for a survey.
        analysed: pictures looked at.
        damaged_frames: frame indexes of the damaged ones.
        concealed: of the damaged, those that the decoder guessed in part.
        failure: why nothing of it could be decoded, a sentence; empty if something could.
        passed: spans that triage passed over: start and end in ``pts``, pictures left out
            and pictures expected.
    """

    sha256: str
    expected: int = 0
    decoded: int = 0
    skipped: int = 0
    damaged: int = 0
    analysed: int = 0
    damaged_frames: tuple[int, ...] = ()
    failure: str = ""
    concealed: int = 0
    passed: tuple[tuple[int, int, int, int], ...] = ()

    def to_bytes(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> SegmentDone:
        """Inverse of :meth:`to_bytes`."""
        values = json.loads(data)
        passed = tuple((a, b, left, of) for a, b, left, of in values.get("passed", ()))
        damaged = tuple(values["damaged_frames"])
        return cls(**{**values, "damaged_frames": damaged, "passed": passed})


Written = tuple[SegmentDone, dict[str, bytes]]
"""What was done, and the objects that hold it, by name."""


def object_name(kind: str, exhibit_id: str, number: int) -> str:
    """Vault name of the ``number``-th object of a kind."""
    return f"{kind}/{exhibit_id}-{number:09d}"


def background_name(exhibit_id: str, start_ms: int) -> str:
    """Vault name of the empty scene that begins at a time of the recording's own.

    >>> background_name("e", 60_000), background_name("e", -60_000)
    ('background/e-000000060000', 'background/e-m00000060000')
    """
    return f"background/{exhibit_id}-" + f"{start_ms:012d}".replace("-", "m")


def background_start(name: str) -> tuple[str, int]:
    """Exhibit and time of an empty scene; inverse of :func:`background_name`.

    >>> background_start("background/e-m00000060000")
    ('e', -60000)
    """
    exhibit_id, _, start = name.removeprefix("background/").rpartition("-")
    return exhibit_id, int(start.replace("m", "-"))


def work(task: SegmentTask, link: Link) -> SegmentDone:
    """Do one task; idempotent."""
    cv2.setNumThreads(1)
    return {"survey": _survey, "observe": _observe}[task.stage](task, LentObjects(link))


_indexes: dict[str, PacketIndex] = {}
"""Of the one exhibit that this process works on."""


def _index(vault: Objects, case_id: str, exhibit_id: str) -> PacketIndex:
    if exhibit_id not in _indexes:
        _indexes.clear()
        _indexes[exhibit_id] = read_index(vault, case_id, exhibit_id, b"")
    return _indexes[exhibit_id]


# Worked out over the whole of it, once and not for each segment.
_spans = lru_cache(maxsize=1)(segments)
_looks = lru_cache(maxsize=1)(looks)


def _survey(task: SegmentTask, vault: LentObjects) -> SegmentDone:
    """Keep the segment's share of the recording's samples, at working size."""
    index = _index(vault, task.case_id, task.exhibit_id)
    start, end, _ = _spans(index, SEGMENT_S)[task.number]
    ranks, keyframes = sample_ranks(index)
    low, high = np.searchsorted(index.times, [start, end])
    ranks = ranks[(ranks >= low) & (ranks < high)]
    with _open(task, vault, index) as recording:
        factor = working_factor(recording.height)
        pictures = (
            recording.keyframes(ranks.tolist())
            if keyframes
            else recording.pictures(start, end, skip=unneeded(index, ranks), wanted=ranks)
        )
        samples = [Glance(p.frame, not p.damaged, Look.of(*p.yuv(), factor)) for p in pictures]
    data = _pack(samples)
    vault.write(task.case_id, task.name, b"", data)
    return SegmentDone(hashlib.sha256(data).hexdigest())


def sample_ranks(index: PacketIndex) -> tuple[npt.NDArray[np.int64], bool]:
    """Which pictures of a recording sample its scene.

    Key frames alone where they lie close enough, since they decode on their own.

    Returns:
        increasing frame indexes, and whether they are all key frames.
    """
    times = index.times
    duration = Fraction(int(index.end_pts - times[0])) * index.time_base
    spacing = min(Fraction(SAMPLE_S), duration / SAMPLES)
    step = max(1, int(spacing / index.time_base))
    keys = np.sort(index.rank[index.keyframe & index.shows])
    window = min(duration, Fraction(2 * WINDOW_S + SEGMENT_S))
    enough = len(keys) * window >= FEWEST_KEYFRAMES * duration
    pool = keys if enough else np.arange(len(times))
    marks = np.arange(int(times[0]), int(times[-1]) + 1, step)
    at = np.clip(np.searchsorted(times[pool], marks), 0, len(pool) - 1)
    return np.unique(pool[at]).astype(np.int64), bool(enough)


def _observe(task: SegmentTask, vault: LentObjects) -> SegmentDone:
    """Look at the segment; keep observations, pictures and the empty scene."""
    index = _index(vault, task.case_id, task.exhibit_id)
    spans = _spans(index, SEGMENT_S)
    start, end, _ = spans[task.number]
    chosen = _looks(index, LOOKS_PER_S)
    low, high = np.searchsorted(index.times, [start, end])
    ranks = chosen.ranks[(chosen.ranks >= low) & (chosen.ranks < high)]
    samples = _samples_around(task, vault, index, spans)
    if not samples:
        done, objects = undecodable(task, index, "No picture near it could be decoded whole.")
        for object_id, data in objects.items():
            vault.write(task.case_id, object_id, b"", data)
        return done
    scenes = [g.look for g in samples]
    background = Background.estimate(scenes)
    shown: tuple[tuple[int, int], ...] = ((start, end),)
    # Where key pictures are too rare, all the rest was decoded for the samples anyway.
    if task.triage and sample_ranks(index)[1]:
        near = bordering(samples, int(low), int(high))
        at = index.times[[g.frame for g in near]]
        shows = glanced(near, background, task.motion)
        shown = worth_decoding(index, start, end, at, shows)
    detector = _detector(task, vault)
    with _open(task, vault, index) as recording:
        factor = working_factor(recording.height)
        rest = int(REST_S / index.time_base)
        observer = Observer(background, factor, rest, task.motion, detector)
        part = far_part(scenes, background, factor, task.motion)
        far = Far(part, factor, task.motion) if part else None
        scene = EmptyScene(background.look, factor, step=int(2 / index.time_base))
        glimpser = Glimpser(index.time_base)
        tally = Tally()
        analysed = 0
        picture: Picture
        for first, last in shown:
            pictures = recording.pictures(first, last, skip=chosen.skip, wanted=ranks)
            for picture in pictures:
                motion = observer.look(picture)
                if far is not None:
                    far.look(picture)
                if scene.due(picture.pts):
                    scene.look(picture.yuv(), picture.pts, motion.mask)
                glimpser.look(picture)
                analysed += 1
            tally.add(pictures.tally)
    passed, glances = _passed(index, (start, end), shown, samples)
    tally.expected += sum(of for *_, of in passed)
    tally.skipped += sum(left for _, _, left, _ in passed)
    tally.decoded += glances
    analysed += glances
    observations, crops = observer.result()
    if far is not None:
        observations, crops = far.added(observations, crops)
    name = task.exhibit_id
    written = {
        object_name("pictures", name, task.number): crops.to_bytes(),
        object_name("glimpses", name, task.number): glimpser.result().to_bytes(),
        background_name(name, index.milliseconds(start)): scene.jpeg(),
        task.name: observations.to_bytes(),
    }
    digest = hashlib.sha256()
    for data in written.values():
        digest.update(hashlib.sha256(data).digest())
    vault.write_many(task.case_id, written)
    done = SegmentDone(
        digest.hexdigest(),
        tally.expected,
        tally.decoded,
        tally.skipped,
        tally.damaged,
        analysed,
        tuple(tally.damaged_frames),
        concealed=tally.concealed,
        passed=passed,
    )
    # Last: where there is a tally, everything it counts is there too.
    vault.write(task.case_id, object_name("tally", name, task.number), b"", done.to_bytes())
    return done


def _passed(
    index: PacketIndex,
    segment: tuple[int, int],
    shown: tuple[tuple[int, int], ...],
    samples: list[Glance],
) -> tuple[tuple[tuple[int, int, int, int], ...], int]:
    """What lies between the spans that were decoded whole, and how many glances fell there."""
    edges = [segment[0], *(t for span in shown for t in span), segment[1]]
    frames = np.array([g.frame for g in samples], np.int64)
    passed, glances = [], 0
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        low, high = (int(v) for v in np.searchsorted(index.times, [a, b]))
        here = int(((frames >= low) & (frames < high)).sum())
        if high > low:
            passed.append((a, b, high - low - here, high - low))
            glances += here
    return tuple(passed), glances


def _open(
    task: SegmentTask, vault: Objects, index: PacketIndex
) -> AbstractContextManager[Recording | Joined]:
    return open_original(
        vault,
        task.case_id,
        task.exhibit_id,
        b"",
        index,
        skip_loop_filter=True,
        decoder=task.decoder,
    )


_surveyed: dict[tuple[str, int], list[Glance]] = {}
"""Samples around what was observed last, by exhibit and segment: the next needs most of them.
A process ends before any of them changes."""

_detectors: dict[tuple[str, str], OnnxDetector] = {}
"""The one that this process runs, by its model's name and by what runs it."""


def _detector(task: SegmentTask, vault: LentObjects) -> OnnxDetector | None:
    if not task.model:
        return None
    key = task.model, task.provider
    if key not in _detectors:
        _detectors.clear()
        data = vault.file(task.model)
        _detectors[key] = OnnxDetector(Path(task.model), data, provider=task.provider)
    return _detectors[key]


def undecodable(task: SegmentTask, index: PacketIndex, why: str) -> Written:
    """What stands for a segment that could not be decoded: nothing seen, all damaged.

    Returns:
        what was done, and the objects that say so.
    """
    if task.stage == "survey":
        data = _pack([])
        done = SegmentDone(hashlib.sha256(data).hexdigest(), failure=why)
        return done, {task.name: data}
    start, end, expected = segments(index, SEGMENT_S)[task.number]
    low, high = np.searchsorted(index.times, [start, end])
    objects = {
        object_name("pictures", task.exhibit_id, task.number): Pictures.of([]).to_bytes(),
        object_name("glimpses", task.exhibit_id, task.number): (
            Glimpser(index.time_base).result().to_bytes()
        ),
        task.name: Observations.none().to_bytes(),
    }
    digest = hashlib.sha256()
    for data in objects.values():
        digest.update(hashlib.sha256(data).digest())
    done = SegmentDone(
        digest.hexdigest(),
        expected,
        damaged=expected,
        damaged_frames=tuple(range(int(low), int(high))),
        failure=why,
    )
    tally = object_name("tally", task.exhibit_id, task.number)
    return done, {**objects, tally: done.to_bytes()}


def _samples_around(
    task: SegmentTask,
    vault: Objects,
    index: PacketIndex,
    spans: tuple[tuple[int, int, int], ...],
) -> list[Glance]:
    """Samples of the segments that lie within the window, in time order."""
    start, end, _ = spans[task.number]
    reach = int(WINDOW_S / index.time_base)
    around = [
        (task.exhibit_id, number)
        for number, (a, b, _) in enumerate(spans)
        if b > start - reach and a < end + reach
    ]
    for key in _surveyed.keys() - around:
        del _surveyed[key]
    for key in around:
        if key not in _surveyed:
            name = object_name("survey", *key)
            _surveyed[key] = _unpack(vault.read(task.case_id, name, b""))
    return [glance for key in around for glance in _surveyed[key]]


def _pack(samples: list[Glance]) -> bytes:
    buffer = io.BytesIO()
    # One array of each kind: reading the head of one takes longer than reading a small one.
    np.savez(
        buffer,
        frames=np.array([g.frame for g in samples], np.int64),
        whole=np.array([g.whole for g in samples], np.bool_),
        luma=np.array([g.look.luma for g in samples], np.uint8),
        blue=np.array([g.look.blue for g in samples], np.uint8),
        red=np.array([g.look.red for g in samples], np.uint8),
    )
    return buffer.getvalue()


def _unpack(data: bytes) -> list[Glance]:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        reduced = map(Look, arrays["luma"], arrays["blue"], arrays["red"])
        kept = zip(arrays["frames"].tolist(), arrays["whole"].tolist(), reduced, strict=True)
        return [Glance(*glance) for glance in kept]
