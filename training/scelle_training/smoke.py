"""Self-test of the recipe on generated pictures: ``python -m scelle_training.smoke``.

(1) Train a few steps in one go. (2) Train the same steps, killed without warning on the
way and started again: every loss after the restart must be the same number. (3) Export,
and compare what the file answers with what the network answers. (4) Load the file in a
process of its own, which must say nothing on standard error. (5) Begin a network from the
file, and compare again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import torch

from scelle_training.export import build, trained
from scelle_training.material import Labelled, Pool
from scelle_training.network import Network, boxes, centres
from scelle_training.start import begin

STEPS, KEPT = 12, 4


def generated(count: int) -> Iterator[tuple[str, Labelled]]:
    """Pictures of plain blocks on a plain ground."""
    for number in range(count):
        rng = np.random.default_rng(number)
        picture = np.full((160, 200, 3), rng.integers(60, 160), np.uint8)
        rows = []
        for _ in range(int(rng.integers(1, 5))):
            w, h = rng.integers(12, 70, 2)
            x, y = rng.integers(0, 200 - w), rng.integers(0, 160 - h)
            kind = int(rng.integers(5))
            colour = [int(v) for v in rng.integers(0, 255, 3)]
            cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), colour, -1)
            rows.append([x, y, x + w, y + h, kind])
        none = np.zeros((0, 5), np.float32)
        yield "generated", Labelled(picture, np.array(rows, np.float32), none)


def _start(pool: Path, run: Path) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "scelle_training.train", str(pool), str(run)]
    line += ["--steps", str(STEPS), "--size", "2", "--keep-every", str(KEPT), "--log-every", "1"]
    return subprocess.Popen(line)


def _losses(run: Path) -> dict[int, tuple[float, float]]:
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return {row["step"]: (row["names"], row["boxes"]) for row in rows}


def _finish(pool: Path, run: Path) -> None:
    if _start(pool, run).wait() != 0:
        sys.exit("the training failed")


def resumed(pool: Path, folder: Path) -> None:
    """Steps 1 and 2."""
    whole, cut = folder / "whole", folder / "cut"
    _finish(pool, whole)
    started = _start(pool, cut)
    log = cut / "log.jsonl"
    until = time.monotonic() + 120
    while not (log.exists() and len(log.read_text().splitlines()) > KEPT + 1):
        if started.poll() is not None or time.monotonic() > until:
            sys.exit("the training ended before it could be killed")
        time.sleep(0.02)
    started.kill()
    started.wait()
    at = torch.load(cut / "checkpoint.pt", weights_only=True)["step"]
    if not 0 < at < STEPS:
        sys.exit(f"killed at the wrong moment: the checkpoint is at step {at}")
    _finish(pool, cut)
    if _losses(whole) != _losses(cut):
        sys.exit("a killed run did not go on as if it had not been")
    print(
        f"killed after a checkpoint at step {at}: the {STEPS - at} losses that follow are the same"
    )


@torch.no_grad()
def same_answers(network: Network, file: Path) -> None:
    """Step 3."""
    rng = np.random.default_rng(1)
    pictures = rng.integers(0, 256, (2, 64, 64, 3), np.uint8)
    logits, edges = network(torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255)
    points, strides = centres(64, 64)
    corners, scores = boxes(edges, points, strides).numpy(), logits.sigmoid().numpy()
    session = ort.InferenceSession(file.read_bytes(), providers=["CPUExecutionProvider"])
    given = {
        "pictures": pictures,
        # Everything passes and nothing is suppressed: the file gives every cell back.
        "threshold": np.array([0.0], np.float32),
        "overlap": np.array([1.0], np.float32),
    }
    (rows,) = session.run(None, given)
    rows = np.asarray(rows)
    if len(rows) != scores.size:
        sys.exit(f"the file gives {len(rows)} boxes, the network {scores.size}")
    for i in range(2):
        for k in range(scores.shape[2]):
            mine = rows[(rows[:, 0] == i) & (rows[:, 5] == k)]
            theirs = np.column_stack([corners[i], scores[i, :, k]])
            apart = np.abs(theirs[:, None] - mine[None][..., [1, 2, 3, 4, 6]]).max(2)
            if apart.min(1).max() > 1e-2 or apart.min(0).max() > 1e-2:
                sys.exit("the file and the network answer differently")
    print(f"the file answers as the network does, {len(rows)} boxes")


def silent(file: Path) -> None:
    """Step 4."""
    code = (
        "import sys, onnxruntime as ort; "
        "ort.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, check=True)
    if done.stderr:
        sys.exit(f"onnxruntime complains: {done.stderr.decode()}")
    print("onnxruntime loads the file without a word")


def begun(file: Path, pool: Path) -> None:
    """Step 5."""
    pictures = np.stack(
        [cv2.resize(Pool(pool)[k].picture, (96, 96), interpolation=cv2.INTER_AREA) for k in (0, 1)]
    )
    network = Network()
    begin(network, file.read_bytes(), torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255)
    print("a network that began from the file:", end=" ")
    same_answers(network.eval(), file)


def main() -> None:
    """Command line."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="scelle-training-") as name:
        folder = Path(name)
        Pool.write(folder / "pool", generated(24))
        resumed(folder / "pool", folder)
        network = trained(folder / "whole")
        file = folder / "detector.onnx"
        file.write_bytes(build(network).SerializeToString())
        same_answers(network, file)
        silent(file)
        begun(file, folder / "pool")


if __name__ == "__main__":
    main()
