"""Which cell answers for which object, and what wrong answers cost."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

TOPK = 10
ALIGN_SCORE, ALIGN_OVERLAP = 0.5, 6.0
"""Exponents of the alignment metric (Feng et al., TOOD, ICCV 2021, as tuned in YOLOv8)."""
BOX_WEIGHT = 5.0


@dataclass(frozen=True)
class Losses:
    """Naming and placing losses, both already weighted; their sum is minimised."""

    names: Tensor
    boxes: Tensor

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        return self.names + self.boxes


def overlap(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and generalised IoU (Rezatofighi et al., CVPR 2019) of corners ``(..., 4)``."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    both = (high - low).clamp(min=0).prod(-1)
    area_a = (a[..., 2:] - a[..., :2]).clamp(min=0).prod(-1)
    area_b = (b[..., 2:] - b[..., :2]).clamp(min=0).prod(-1)
    union = area_a + area_b - both + 1e-6
    iou = both / union
    low, high = torch.minimum(a[..., :2], b[..., :2]), torch.maximum(a[..., 2:], b[..., 2:])
    hull = (high - low).clamp(min=0).prod(-1) + 1e-6
    return iou, iou - (hull - union) / hull


@torch.no_grad()
def assign(
    scores: Tensor, corners: Tensor, points: Tensor, strides: Tensor, objects: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Task-aligned assignment of one picture's cells.

    (1) A cell may answer for an object if its centre lies inside, objects being taken
    as at least one and a half cells wide; (2) of those the best by score and overlap
    are taken; (3) a cell wanted twice answers for the object it overlaps most.

    Args:
        scores: ``(cells, classes)`` 0 to 1.
        corners: ``(cells, 4)`` predicted.
        points, strides: of the cells.
        objects: ``(n, 5)`` corners and class; n at least 1.

    Returns:
        cells that answer ``(k,)``, their objects ``(k,)``, and what their score should
        be ``(k,)``: the overlap, rescaled so that an object's best cell gets its best.
    """
    kind = objects[:, 4].long()
    middle = (objects[:, :2] + objects[:, 2:4]) / 2
    half = (objects[:, 2:4] - objects[:, :2]) / 2
    reach = torch.maximum(half[:, None], 0.75 * strides[None, :, None])
    inside = ((points[None] - middle[:, None]).abs() < reach).all(-1)
    iou, _ = overlap(objects[:, None, :4], corners[None])
    metric = scores[:, kind].T.pow(ALIGN_SCORE) * iou.pow(ALIGN_OVERLAP) * inside
    # Before anything is learnt every metric is near nothing: the nearest centres decide.
    near = -(points[None] - middle[:, None]).square().sum(-1) / half.prod(-1, keepdim=True).clamp(
        16
    )
    rank = metric + 1e-9 * torch.sigmoid(near) + inside.float() * 1e-12
    best = rank.masked_fill(~inside, -1.0).topk(min(TOPK, rank.shape[1]), 1).indices
    taken = torch.zeros_like(inside).scatter_(1, best, True) & inside
    wanted = torch.where(taken, iou + 1e-6, torch.zeros_like(iou))
    value, owner = wanted.max(0)
    cells = torch.nonzero(value > 0)[:, 0]
    owner = owner[cells]
    own_metric, own_iou = metric[owner, cells], iou[owner, cells]
    top = torch.zeros(len(objects)).scatter_reduce_(0, owner, own_metric, "amax")
    reached = torch.zeros(len(objects)).scatter_reduce_(0, owner, own_iou, "amax")
    target = own_metric / (top[owner] + 1e-12) * reached[owner]
    return cells, owner, target


def losses(
    logits: Tensor,
    corners: Tensor,
    points: Tensor,
    strides: Tensor,
    objects: list[Tensor],
    ignored: list[Tensor],
) -> Losses:
    """Loss of a batch.

    Args:
        logits: ``(n, cells, classes)``.
        corners: ``(n, cells, 4)`` pixels.
        points, strides: of the cells.
        objects, ignored: for each picture ``(m, 5)`` corners and class. A cell in an
            ignored place costs nothing for that class unless it answers for an object.
    """
    scores = logits.detach().sigmoid()
    target = torch.zeros_like(logits)
    counted = torch.ones_like(logits)
    placed: list[Tensor] = []
    weights: list[Tensor] = []
    for i in range(len(objects)):
        for kind in ignored[i][:, 4].unique():
            places = ignored[i][ignored[i][:, 4] == kind]
            low = (points[None] >= places[:, None, :2]).all(-1)
            high = (points[None] <= places[:, None, 2:4]).all(-1)
            counted[i, (low & high).any(0), int(kind)] = 0
        if len(objects[i]) == 0:
            continue
        cells, owner, wanted = assign(scores[i], corners[i].detach(), points, strides, objects[i])
        kinds = objects[i][owner, 4].long()
        target[i, cells, kinds] = wanted
        counted[i, cells, kinds] = 1
        _, giou = overlap(corners[i, cells], objects[i][owner, :4])
        placed.append(1 - giou)
        weights.append(wanted)
    cost = functional.binary_cross_entropy_with_logits(logits, target, reduction="none") * counted
    total = target.sum().clamp(min=1.0)
    if not placed:
        return Losses(cost.sum() / total, logits.new_zeros(()))
    # A floor keeps objects in play whose overlap is still nothing.
    weight = torch.cat(weights).clamp(min=0.05)
    box = (torch.cat(placed) * weight).sum() / weight.sum().clamp(min=1.0)
    return Losses(cost.sum() / total, BOX_WEIGHT * box)
