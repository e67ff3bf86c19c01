"""Tracks as files that other programs read: CSV, MOTChallenge, OGC Moving Features, CVAT."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from scelle.model.evidence import Exhibit
from scelle.model.tracks import Track

Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]

FORMATS: Mapping[str, str] = {"csv": "csv", "mot": "mot.txt", "mf-json": "mf.json", "cvat": "xml"}
"""How each format's files end, by its name."""


@dataclass(frozen=True, eq=False)
class Rows:
    """A track on every picture from its first to its last.

    Attributes:
        frame: int64 ``(n,)``, 0-based, in the decoded stream.
        boxes: float64 ``(n, 4)``, left, top, width, height in native pixels; between two
            pictures that the analysis looked at, interpolated in exact time.
    """

    track: Track
    frame: Int64Array
    boxes: Float64Array


def filled(track: Track, times: Int64Array) -> Rows:
    """A track's rows.

    Args:
        times: int64, timestamp of each picture of the recording, in order.
    """
    frames = np.arange(int(track.frame[0]), int(track.frame[-1]) + 1, dtype=np.int64)
    at = times[frames]
    boxes = [np.interp(at, track.pts, column) for column in track.boxes.T]
    return Rows(track, frames, np.stack(boxes, axis=1).astype(np.float64))


def write(name: str, tracks: Sequence[Track], exhibit: Exhibit, times: Int64Array) -> str:
    """The text of one file.

    Args:
        name: one of :data:`FORMATS`.
        tracks: of the exhibit, by number.
        times: int64, timestamp of each picture of the recording, in order.
    """
    if name == "csv":
        return as_csv(tracks, exhibit)
    if name == "mf-json":
        return as_moving_features(tracks, exhibit)
    rows = [filled(track, times) for track in tracks]
    return as_mot(rows) if name == "mot" else as_cvat(rows, exhibit, len(times))


def as_csv(tracks: Sequence[Track], exhibit: Exhibit) -> str:
    """One line for each picture that the analysis looked at (RFC 4180), with both clocks."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(
        ["track", "class", "confidence", "frame", "pts", "time_base", "ms", "recorder_time",
         "real_time", "left", "top", "width", "height", "observed"]
    )  # fmt: skip
    for t in tracks:
        for frame, pts, box, seen in zip(t.frame, t.pts, t.boxes, t.observed, strict=True):
            ms = round(int(pts) * t.time_base * 1000)
            out.writerow(
                [t.number, t.object_class.value, f"{t.confidence:.4f}", int(frame), int(pts),
                 str(t.time_base), ms, _iso(exhibit.recorder_time(ms)),
                 _iso(exhibit.real_time(ms)), *(f"{float(v):.2f}" for v in box), int(seen)]
            )  # fmt: skip
    return text.getvalue()


def as_mot(rows: Sequence[Rows]) -> str:
    """MOTChallenge: 1-based frame, number, box, confidence, three times -1; by frame.

    Source: Dendorfer et al., *MOTChallenge: A Benchmark for Single-Camera Multiple Target
    Tracking*, IJCV 2021, section on the data format.
    """
    lines = sorted(
        (int(frame) + 1, r.track.number, *(float(v) for v in box), float(r.track.confidence))
        for r in rows
        for frame, box in zip(r.frame, r.boxes, strict=True)
    )
    return "".join(
        f"{f},{i},{x:.2f},{y:.2f},{w:.2f},{h:.2f},{c:.4f},-1,-1,-1\n"
        for f, i, x, y, w, h, c in lines
    )


def as_moving_features(tracks: Sequence[Track], exhibit: Exhibit) -> str:
    """OGC Moving Features Encoding Extension: JSON (OGC 19-045r3), trajectory of the foot point.

    Coordinates are pixels of the picture, not places on the earth: the coordinate
    reference system says so.  Times are real times where the clock is stated, else
    milliseconds since the recording's own zero, which the standard admits as instants.
    """
    features = []
    for t in tracks:
        ms = [round(int(p) * t.time_base * 1000) for p in t.pts]
        real = [exhibit.real_time(at) for at in ms]
        whens: list[object] = [r.isoformat() for r in real if r is not None] or list(ms)
        feet = t.boxes.astype(np.float64)[:, :2] + t.boxes[:, 2:] * np.array([0.5, 1.0])
        features.append(
            {
                "type": "Feature",
                "id": t.id,
                "properties": {"number": t.number, "class": t.object_class.value},
                "temporalGeometry": {
                    "type": "MovingPoint",
                    "datetimes": whens,
                    "coordinates": [[round(x, 2), round(y, 2)] for x, y in feet.tolist()],
                    "interpolation": "Linear",
                },
                "temporalProperties": [
                    {
                        "datetimes": whens,
                        "width": {"type": "Measure", "form": "PIXEL", "interpolation": "Linear",
                                  "values": [round(float(v), 2) for v in t.boxes[:, 2]]},
                        "height": {"type": "Measure", "form": "PIXEL", "interpolation": "Linear",
                                   "values": [round(float(v), 2) for v in t.boxes[:, 3]]},
                    }
                ],
            }
        )  # fmt: skip
    plane = {
        "type": "Name",
        "properties": {"name": f"urn:scelle:pixels:{exhibit.stream.width}x{exhibit.stream.height}"},
    }
    clock = "urn:scelle:real-time" if exhibit.clock.recorded_at else "urn:scelle:milliseconds"
    whole = {
        "type": "FeatureCollection",
        "crs": plane,
        "trs": {"type": "Name", "properties": {"name": clock}},
        "features": features,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def as_cvat(rows: Sequence[Rows], exhibit: Exhibit, frames: int) -> str:
    """CVAT for video 1.1: one track each, a box on every picture, gone on the next."""
    root = ElementTree.Element("annotations")
    ElementTree.SubElement(root, "version").text = "1.1"
    task = ElementTree.SubElement(ElementTree.SubElement(root, "meta"), "task")
    for tag, value in _task(exhibit, frames):
        ElementTree.SubElement(task, tag).text = value
    labels = ElementTree.SubElement(task, "labels")
    for kind in sorted({r.track.object_class.value for r in rows}):
        name = ElementTree.SubElement(ElementTree.SubElement(labels, "label"), "name")
        name.text = kind
    size = ElementTree.SubElement(task, "original_size")
    ElementTree.SubElement(size, "width").text = str(exhibit.stream.width)
    ElementTree.SubElement(size, "height").text = str(exhibit.stream.height)
    for r in rows:
        track = ElementTree.SubElement(
            root, "track", id=str(r.track.number), label=r.track.object_class.value
        )
        looked = {int(f) for f in r.track.frame}
        for frame, box in zip(r.frame.tolist(), r.boxes.tolist(), strict=True):
            _box(track, frame, box, keyframe=frame in looked, outside=False)
        if r.frame[-1] + 1 < frames:
            _box(track, int(r.frame[-1]) + 1, r.boxes[-1].tolist(), keyframe=True, outside=True)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _task(exhibit: Exhibit, frames: int) -> Iterator[tuple[str, str]]:
    yield "name", exhibit.name
    yield "size", str(frames)
    yield "mode", "interpolation"
    yield "start_frame", "0"
    yield "stop_frame", str(frames - 1)


def _box(
    track: ElementTree.Element, frame: int, box: Sequence[float], *, keyframe: bool, outside: bool
) -> None:
    left, top, width, height = box
    ElementTree.SubElement(
        track,
        "box",
        frame=str(frame),
        xtl=f"{left:.2f}",
        ytl=f"{top:.2f}",
        xbr=f"{left + width:.2f}",
        ybr=f"{top + height:.2f}",
        outside=str(int(outside)),
        occluded="0",
        keyframe=str(int(keyframe)),
    )


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
