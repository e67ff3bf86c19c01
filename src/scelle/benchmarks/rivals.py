"""Runs public trackers and public metrics, in an environment of their own.

Started as a program, ``PYTHON rivals.py FOLDER``, by an interpreter that has the
package ``trackers`` (Apache-2.0): it draws in a graphical OpenCV that must not lie
beside ours.  It imports nothing of Scelle.  ``FOLDER/job.json`` says what to do::

    {"frames": 795,
     "truth": "gt.txt",
     "given": [{"row": "det", "file": "det.txt", "looks": [1, 2, ...], "rate": 7.0}],
     "ours": [{"row": "det", "file": "ours-det.txt"}]}

and ``FOLDER/result.json`` answers: versions, and one object for each row and tracker.
A rival runs with its own defaults: with every box certain, with the scores as given, and
with scores scaled so that nineteen of twenty lie in 0..1, since it cannot be known what a
detector's scores mean; and each of these told the true rate and the usual one.  The best
by HOTA is kept.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

_NAMES = {
    "SORT": "SORTTracker",
    "ByteTrack": "ByteTrackTracker",
    "OC-SORT": "OCSORTTracker",
    "C-BIoU": "CBIoUTracker",
}

_USUAL_RATE = 30.0
"""Pictures a second for which the rivals' defaults were chosen."""

Rows = Any


def main(folder: Path) -> None:
    """Do the job in a folder."""
    job = json.loads((folder / "job.json").read_text())
    truth = folder / job["truth"]
    results = []
    for ours in job["ours"]:
        results.append({"row": ours["row"], "tracker": ours["tracker"], "score": ""})
        results[-1].update(_judge(truth, folder / ours["file"]))
    for given in job["given"]:
        for name in _NAMES:
            print(f"{given['row']}\t{name}", flush=True)  # noqa: T201 - read by the caller
            results.append(_best(truth, folder, given, name, job["frames"]))
    answer = {"versions": {n: version(n) for n in ("trackers", "numpy")}, "results": results}
    (folder / "result.json").write_text(json.dumps(answer))


def _best(truth: Path, folder: Path, given: Any, name: str, frames: int) -> dict[str, object]:
    boxes = np.loadtxt(folder / given["file"], delimiter=",", ndmin=2).reshape(-1, 9)
    scores = boxes[:, 6]
    treatments = {"certain": np.ones(len(scores))}
    if len(scores) and np.ptp(scores) > 0:
        treatments["as given"] = scores
        treatments["scaled"] = np.clip(scores / max(np.percentile(scores, 95), 1e-9), 0, 1)
    made = []
    for treatment, chosen in treatments.items():
        for rate in (given["rate"], _USUAL_RATE):
            tracked, seconds = _track(name, boxes, chosen, given["looks"], rate)
            target = folder / "rival.txt"
            _write(target, _fill(tracked, given["looks"], frames))
            made.append({"row": given["row"], "tracker": name, "score": treatment})
            made[-1].update(_judge(truth, target))
            made[-1]["looks_per_s"] = len(given["looks"]) / seconds
    return max(made, key=lambda m: float(m["HOTA"]))


def _track(
    name: str, boxes: Rows, scores: Rows, looks: list[int], rate: float
) -> tuple[Rows, float]:
    """Rows of frame, id, left, top, width, height; and the seconds that it took."""
    import supervision as sv
    import trackers

    tracker = getattr(trackers, _NAMES[name])(frame_rate=rate)
    starts = np.searchsorted(boxes[:, 0], [*looks, looks[-1] + 1])
    rows = []
    began = time.perf_counter()
    for k, look in enumerate(looks):
        part = boxes[starts[k] : starts[k + 1]]
        corners = np.concatenate([part[:, 2:4], part[:, 2:4] + part[:, 4:6]], 1)
        seen = sv.Detections(
            xyxy=corners.astype(np.float32).reshape(-1, 4),
            confidence=scores[starts[k] : starts[k + 1]].astype(np.float32),
            class_id=np.zeros(len(part), int),
        )
        found = tracker.update(seen)
        if found.tracker_id is None:
            continue
        for corner, number in zip(found.xyxy, found.tracker_id, strict=True):
            if number >= 0:
                rows.append((look, int(number), *corner[:2], *(corner[2:] - corner[:2])))
    return np.array(rows, float).reshape(-1, 6), time.perf_counter() - began


def _fill(tracked: Rows, looks: list[int], frames: int) -> Rows:
    """Boxes of the frames between two looks, where one id is in both, on the straight line."""
    if len(looks) >= frames:
        return tracked
    place = {look: k for k, look in enumerate(looks)}
    rows = [tracked]
    for number in np.unique(tracked[:, 1]):
        own = tracked[tracked[:, 1] == number]
        for a, b in itertools.pairwise(own):
            if place[int(b[0])] - place[int(a[0])] == 1 and b[0] - a[0] > 1:
                at = np.arange(a[0] + 1, b[0])[:, None]
                rows.append(a + (b - a) * (at - a[0]) / (b[0] - a[0]))
    filled = np.concatenate(rows)
    return filled[np.argsort(filled[:, 0], kind="stable")]


def _write(file: Path, rows: Rows) -> None:
    lines = [
        f"{int(r[0])},{int(r[1])},{r[2]:.3f},{r[3]:.3f},{r[4]:.3f},{r[5]:.3f},1,-1,-1,-1"
        for r in rows
    ]
    file.write_text("".join(line + "\n" for line in lines))


def _judge(truth: Path, tracks: Path) -> dict[str, float]:
    """HOTA, DetA, AssA, IDF1, MOTA in percent, and identity switches."""
    from trackers.eval import evaluate_mot_sequence

    if not tracks.read_text().strip():
        names = ("HOTA", "DetA", "AssA", "IDF1", "MOTA", "IDSW", "tracks")
        return dict.fromkeys(names, 0.0)
    result = evaluate_mot_sequence(truth, tracks, metrics=["CLEAR", "HOTA", "Identity"])
    ids = {line.split(",", 2)[1] for line in tracks.read_text().splitlines()}
    return {
        "HOTA": 100 * float(result.HOTA.HOTA),
        "DetA": 100 * float(result.HOTA.DetA),
        "AssA": 100 * float(result.HOTA.AssA),
        "IDF1": 100 * float(result.Identity.IDF1),
        "MOTA": 100 * float(result.CLEAR.MOTA),
        "IDSW": float(result.CLEAR.IDSW),
        "tracks": float(len(ids)),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
