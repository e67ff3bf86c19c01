"""Train: ``python -m scelle_training.train POOL RUN``; the same command resumes.

A batch is a function of seed and step, and a checkpoint holds everything else that the
next step depends on, so a run that was killed goes on as if it had not been.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from scelle_training.compose import Composer, batch
from scelle_training.loss import losses
from scelle_training.material import Labelled, Pool
from scelle_training.network import Network, Shape, boxes, centres
from scelle_training.start import begin

WEIGHTS = {
    "hit_uav": 0.6,
    "atl": 0.7,
    "coco_mini": 3.0,
    "manaus": 1.5,
    "capston": 2.0,
    "footage/opendatacam-junction": 0.4,
    "footage/intel-one-by-one-person": 0.8,
}
"""Sources chosen more or less often than their share of the pictures."""


@dataclass(frozen=True)
class Plan:
    """A schedule: everything that decides what a step does.

    Attributes:
        steps: how many.
        size: pictures in a batch.
        sides: picture side and the share of the steps until which it holds.
        rate: learning rate after the warm-up.
        warmup: steps of linear rise.
        decay: share of the steps at the end over which the rate falls to nothing.
        weight_decay: of kernels; norms, scales and biases have none.
        plain: share of the steps at the end with more whole pictures and fewer mosaics.
        average: share that the averaged weights keep of themselves at each step.
        seed: of weights and batches.
    """

    steps: int = 17500
    size: int = 16
    sides: tuple[tuple[int, float], ...] = ((256, 0.75), (320, 1.0))
    rate: float = 2e-3
    warmup: int = 400
    decay: float = 0.35
    weight_decay: float = 0.03
    plain: float = 0.3
    average: float = 0.9995
    seed: int = 20

    def side(self, step: int) -> int:
        """Picture side at a step."""
        return next(side for side, until in self.sides if step < until * self.steps)

    def rate_at(self, step: int) -> float:
        """Warm-up, constant, then a straight line to nothing (as in Hägele et al. 2024)."""
        rise = min(1.0, (step + 1) / self.warmup)
        left = (self.steps - step) / (self.decay * self.steps)
        return self.rate * rise * min(1.0, left)


PLANS = {
    "cpu": Plan(),
    "cuda": Plan(steps=60000, size=64, sides=((288, 0.3), (352, 1.0)), rate=3e-3, warmup=1000),
}
"""A schedule for each device: about an hour and a half of one core; some hours of one GPU."""

FURTHER = {"sides": ((288, 0.6), (320, 1.0)), "rate": 1.2e-3, "decay": 0.5, "seed": 21}
"""What differs when a run begins from an exported file: it has learnt already."""


class Batches(Dataset[list[Labelled]]):
    """Batch of each step, from a given one on."""

    def __init__(self, pool: Path, plan: Plan, start: int) -> None:
        self._folder, self._plan, self._start = pool, plan, start
        self._trainer = os.getpid()
        self._composer: Composer | None = None

    def __len__(self) -> int:
        return self._plan.steps - self._start

    def __getitem__(self, number: int) -> list[Labelled]:
        if self._composer is None:
            threading.Thread(target=_end_with, args=(self._trainer,), daemon=True).start()
            cv2.setNumThreads(1)
            pool = Pool(self._folder)
            weights = np.array([WEIGHTS.get(s, 1.0) for s in pool.sources])
            self._composer = Composer(pool, weights)
        plan, step = self._plan, self._start + number
        plain = step >= (1 - plan.plain) * plan.steps
        return batch(self._composer, plan.size, plan.side(step), plan.seed, step, plain=plain)


def _end_with(trainer: int) -> None:
    """End this process when the one that trains is gone: it may be killed without warning."""
    while True:
        try:
            os.kill(trainer, 0)
        except ProcessLookupError:
            os._exit(1)
        time.sleep(1)


class Run:
    """Network, average, optimiser and the step they are at."""

    def __init__(self, shape: Shape, plan: Plan, device: str) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.device, self.step = plan, device, 0
        self.network = Network(shape).to(device, memory_format=torch.channels_last)
        self.average = Network(shape).to(device, memory_format=torch.channels_last)
        self.average.load_state_dict(self.network.state_dict())
        self._kept = _state(self.average)
        self._followed = _state(self.network)
        decayed = [p for p in self.network.parameters() if p.numel() > p.shape[0]]
        chosen = {id(p) for p in decayed}
        others = [p for p in self.network.parameters() if id(p) not in chosen]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": plan.weight_decay},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=plan.rate,
            betas=(0.9, 0.99),
        )

    def advance(self, items: list[Labelled]) -> tuple[float, float]:
        """One step; says the naming and the placing loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.rate_at(self.step)
        pictures = torch.from_numpy(np.stack([i.picture for i in items])).to(self.device)
        x = pictures.permute(0, 3, 1, 2).float() / 255
        with torch.autocast(self.device, torch.bfloat16):
            logits, edges = self.network(x)
        points, strides = (t.to(self.device) for t in centres(x.shape[2], x.shape[3]))
        corners = boxes(edges.float(), points, strides)
        objects = [torch.from_numpy(i.boxes).to(self.device) for i in items]
        ignored = [torch.from_numpy(i.ignored).to(self.device) for i in items]
        cost = losses(logits.float(), corners, points, strides, objects, ignored)
        self.optimiser.zero_grad(set_to_none=True)
        cost.total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 10.0)
        self.optimiser.step()
        self.step += 1
        self._follow()
        return float(cost.names.detach()), float(cost.boxes.detach())

    @torch.no_grad()
    def _follow(self) -> None:
        """The averaged weights: what is shipped."""
        keep = min(self.plan.average, self.step / (self.step + 100))
        torch._foreach_lerp_(self._kept, self._followed, 1 - keep)

    def begin(self, data: bytes, composer: Composer) -> None:
        """Take the weights of an exported file instead of random ones."""
        items = batch(
            composer, 4 * self.plan.size, self.plan.side(0), self.plan.seed, self.plan.steps
        )
        pictures = torch.from_numpy(np.stack([i.picture for i in items])).to(self.device)
        begin(self.network, data, pictures.permute(0, 3, 1, 2).float() / 255)
        self.average.load_state_dict(self.network.state_dict())

    def save(self, path: Path) -> None:
        """Write a checkpoint, whole or not at all."""
        partial = path.with_suffix(".partial")
        torch.save(
            {
                "step": self.step,
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
            },
            partial,
        )
        partial.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.step = state["step"]
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])


def _state(network: Network) -> list[Tensor]:
    """Weights and the norms' running figures; they stay the same tensors while training."""
    return [t for t in network.state_dict().values() if t.is_floating_point()]


def train(
    pool: Path,
    folder: Path,
    shape: Shape,
    plan: Plan,
    *,
    device: str = "cpu",
    start: Path | None = None,
    keep_every: int = 500,
    log_every: int = 100,
) -> None:
    """Train to the end of the plan, from the checkpoint in ``folder`` if there is one.

    Args:
        pool: what :mod:`scelle_training.prepare` wrote.
        folder: for ``checkpoint.pt``, ``plan.json`` and ``log.jsonl``, made if absent.
        device: ``cpu`` or ``cuda``.
        start: exported file to begin from; without it, from random weights.
        keep_every, log_every: steps between checkpoints and between lines of the log.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(shape, plan, device)
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        run.load(checkpoint)
    elif start is not None:
        run.begin(start.read_bytes(), Composer(Pool(pool)))
    begun = hashlib.sha256(start.read_bytes()).hexdigest() if start else None
    (folder / "plan.json").write_text(
        json.dumps({"plan": asdict(plan), "shape": shape.view(), "start": begun}, indent=1)
    )
    loader = DataLoader(
        Batches(pool, plan, run.step),
        batch_size=None,
        num_workers=1,
        prefetch_factor=8,
        # An interpreter of its own: the threads of this one are not copied.
        multiprocessing_context="forkserver",
    )
    history: list[tuple[float, float]] = []
    began = time.monotonic()
    with (folder / "log.jsonl").open("a") as log:
        for items in loader:
            history.append(run.advance(items))
            if run.step % log_every == 0:
                names, places = np.mean(history[-log_every:], 0)
                pace = (time.monotonic() - began) / len(history)
                row = {"step": run.step, "names": names, "boxes": places, "s_per_step": pace}
                log.write(json.dumps({k: float(v) for k, v in row.items()}) + "\n")
                log.flush()
            if run.step % keep_every == 0:
                run.save(checkpoint)
    run.save(checkpoint)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pool", type=Path, help="folder that prepare wrote")
    parser.add_argument("run", type=Path, help="folder of checkpoints and log")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--start", type=Path, help="exported file to begin from")
    parser.add_argument("--steps", type=int, help="instead of the device's schedule")
    parser.add_argument("--size", type=int, help="pictures in a batch")
    parser.add_argument("--threads", type=int, default=1, help="of the processor")
    parser.add_argument("--keep-every", type=int, default=500, help="steps between checkpoints")
    parser.add_argument("--log-every", type=int, default=100, help="steps between lines of the log")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    plan = PLANS[given.device]
    if given.start:
        plan = replace(plan, **FURTHER)
    changed = {k: v for k in ("steps", "size") if (v := getattr(given, k)) is not None}
    train(
        given.pool,
        given.run,
        Shape(),
        replace(plan, **changed),
        device=given.device,
        start=given.start,
        keep_every=given.keep_every,
        log_every=given.log_every,
    )


if __name__ == "__main__":
    main()
