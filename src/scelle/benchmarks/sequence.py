"""A tracking sequence in the layout of MOTChallenge (Leal-Taixé et al. 2015; Milan et al. 2016)."""

from __future__ import annotations

import configparser
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import Progress, no_progress

VIDEOS = frozenset({".mp4", ".mkv", ".avi", ".mov", ".webm", ".ts", ".mpg"})
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp"})

ALMOST_LOSSLESS = 8
"""Constant quality at which a sequence of pictures is encoded: H.264 4:2:0, differences
below a grey level or two; what decoding gives is what every row of the comparison sees."""

_WHOLE = 10
"""Columns of a row in the layout of 2015, whose last three are a place on the ground; from
2016 on there are nine, and the last two are class and visibility."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Boxes of a sequence, in order of frame.

    Attributes:
        frame: int64 ``(n,)``, 1-based.
        number: int64 ``(n,)``, whose box it is; -1 where nobody says.
        boxes: float64 ``(n, 4)``, left, top, width, height in pixels.
        score: float64 ``(n,)``; in a truth, 0 for what is not to be judged.
        kind: int64 ``(n,)``, the class in MOTChallenge's numbers, 1 for a pedestrian.
    """

    frame: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float64]
    score: npt.NDArray[np.float64]
    kind: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, chosen: npt.NDArray[np.bool_]) -> Rows:
        return Rows(*(column[chosen] for column in vars(self).values()))

    @classmethod
    def of(
        cls,
        frame: npt.ArrayLike,
        number: npt.ArrayLike,
        boxes: npt.ArrayLike,
        score: npt.ArrayLike | None = None,
    ) -> Rows:
        """Rows in order of frame; certain and of the one class that is judged."""
        at = np.asarray(frame, np.int64)
        order = np.argsort(at, kind="stable")
        sure = np.ones(len(at)) if score is None else np.asarray(score, np.float64)
        return cls(
            at[order],
            np.asarray(number, np.int64)[order],
            np.asarray(boxes, np.float64).reshape(-1, 4)[order],
            sure[order],
            np.ones(len(at), np.int64),
        )

    @classmethod
    def read(cls, file: Path, *, truth: bool = False) -> Rows:
        """Read ``gt.txt`` or ``det.txt``.

        Raises:
            BadInput: the file is missing, or a row in it is not one of numbers.
        """
        try:
            lines = [line for line in file.read_text().splitlines() if line.strip()]
            if truth and not lines:
                raise ValueError("it is empty")
            table = np.array([line.split(",")[:_WHOLE] for line in lines], np.float64)
        except (OSError, ValueError) as error:
            raise BadInput(
                f"{file} cannot be read as rows of numbers: {error}",
                remedy="Rows are frame, id, left, top, width, height, score, with commas.",
            ) from error
        table = table.reshape(len(lines), -1 if lines else 7)
        if table.shape[1] < 6:
            raise BadInput(
                f"{file} has {table.shape[1]} columns",
                remedy="Rows are frame, id, left, top, width, height, score, with commas.",
            )
        table = table[np.argsort(table[:, 0], kind="stable")]
        n, columns = table.shape
        named = truth and 8 <= columns < _WHOLE
        return cls(
            table[:, 0].astype(np.int64),
            table[:, 1].astype(np.int64),
            table[:, 2:6],
            table[:, 6] if columns > 6 else np.ones(n),
            table[:, 7].astype(np.int64) if named else np.ones(n, np.int64),
        )

    def write(self, file: Path) -> None:
        """Write as rows of nine columns, the last for visibility, unknown."""
        rows = zip(
            self.frame.tolist(),
            self.number.tolist(),
            self.boxes.tolist(),
            self.score.tolist(),
            self.kind.tolist(),
            strict=True,
        )
        lines = (
            f"{f},{i},{b[0]:.3f},{b[1]:.3f},{b[2]:.3f},{b[3]:.3f},{s:.6f},{k},1"
            for f, i, b, s, k in rows
        )
        file.write_text("".join(line + "\n" for line in lines))


@dataclass(frozen=True, eq=False)
class Sequence:
    """One sequence, its pictures as a recording.

    Attributes:
        name: its folder's name, or what ``seqinfo.ini`` says.
        video: the recording that is analysed, of ``frames`` pictures.
        frames: how many pictures it has.
        rate: pictures per second.
        encoded: the recording was encoded here from single pictures.
        truth: ``gt/gt.txt``.
        detections: ``det/det.txt``; ``None`` where there is none.
    """

    name: str
    video: Path
    frames: int
    rate: Fraction
    encoded: bool
    truth: Rows
    detections: Rows | None


def read_sequence(folder: Path, work: Path, progress: Progress = no_progress) -> Sequence:
    """Read a sequence; its pictures are encoded to a recording where there is none.

    Args:
        folder: holds ``gt/gt.txt``, perhaps ``det/det.txt`` and ``seqinfo.ini``, and
            either a recording or the pictures ``img1/*``.
        work: where a recording is encoded to.
        progress: told pictures encoded.

    Raises:
        BadInput: something of that is missing.
    """
    info = configparser.ConfigParser()
    info.read(folder / "seqinfo.ini")
    told = dict(info.items("Sequence")) if info.has_section("Sequence") else {}
    name = str(told.get("name", folder.resolve().name))
    truth = Rows.read(folder / "gt" / "gt.txt", truth=True)
    file = folder / "det" / "det.txt"
    detections = Rows.read(file) if file.exists() else None
    video = _recording(folder, str(told.get("imdir", "img1")))
    if video is None:
        pictures = _pictures(folder, str(told.get("imdir", "img1")))
        rate = Fraction(str(told.get("framerate", 25))).limit_denominator(1001)
        video = work / f"{name}.mp4"
        encode_pictures(pictures, video, rate, progress)
        return Sequence(name, video, len(pictures), rate, True, truth, detections)
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        frames = sum(1 for p in container.demux(stream) if p.size)
        rate = Fraction(stream.average_rate or 25)
    return Sequence(name, video, frames, rate, False, truth, detections)


def encode_pictures(
    pictures: list[Path], video: Path, rate: Fraction, progress: Progress = no_progress
) -> None:
    """Encode single pictures, all of one size, as an almost lossless recording.

    Raises:
        BadInput: one of them cannot be read, or has another size.
    """
    first = _read(pictures[0])
    height, width = first.shape[:2]
    with Mp4Writer(video, width, height, 1 / rate, rate=rate, crf=ALMOST_LOSSLESS) as writer:
        for k, path in enumerate(pictures):
            picture = _read(path)
            if picture.shape != first.shape:
                raise BadInput(
                    f"{path} has another size than {pictures[0].name}",
                    remedy="All pictures of a sequence have one size.",
                )
            writer.write(picture, k)
            progress("encode", k + 1, len(pictures), "pictures")


def _recording(folder: Path, pictures: str) -> Path | None:
    """The one recording in a folder, unless it holds the single pictures themselves."""
    if (folder / pictures).is_dir():
        return None
    videos = sorted(p for p in folder.iterdir() if p.suffix.lower() in VIDEOS)
    if len(videos) > 1:
        raise BadInput(
            f"{folder} holds {len(videos)} recordings", remedy="Leave one recording in it."
        )
    return videos[0] if videos else None


def _pictures(folder: Path, name: str) -> list[Path]:
    inside = folder / name
    found = sorted(inside.iterdir()) if inside.is_dir() else []
    pictures = [p for p in found if p.suffix.lower() in PICTURES]
    if not pictures:
        raise BadInput(
            f"{folder} holds neither a recording nor pictures in {name}",
            remedy="Give a folder with img1/*.jpg or one video, and gt/gt.txt.",
        )
    return pictures


def _read(path: Path) -> npt.NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise BadInput(f"{path} is not a picture", remedy="Give JPEG or PNG files.")
    return np.asarray(picture, np.uint8)
