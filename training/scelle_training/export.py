"""From a trained network to one ONNX file: ``python -m scelle_training.export RUN FILE``.

Kernels are composed, norms folded; boxes are decoded and suppressed inside the graph.

The graph is written node by node, so that what the file holds is what is read here.

Input ``pictures``: uint8 ``(n, h, w, 3)`` BGR, sides multiples of 32.
Output ``found``: float32 ``(k, 7)``: picture number, x0, y0, x1, y1 in pixels, class
number, score; best first within each class of each picture.
Inputs ``threshold`` and ``overlap``: float32 ``(1,)``: smallest score given back, and
intersection over union above which the weaker of two boxes of one class is dropped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from scelle_training.classes import CLASSES, check
from scelle_training.network import STRIDES, Network, Point, RepConv, Shape, Stage, Surround

OPSET = 17
MOST = 100
"""Boxes kept for a class of a picture."""


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._count = 0

    def constant(self, value: npt.ArrayLike, dtype: npt.DTypeLike) -> str:
        self._count += 1
        name = f"c{self._count}"
        self.weights.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def add(self, operator: str, *inputs: str, out: str = "", **attributes: object) -> str:
        self._count += 1
        name = out or f"t{self._count}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def conv(
        self, x: str, kernel: torch.Tensor, bias: torch.Tensor, *, stride: int = 1, relu: bool
    ) -> str:
        side = kernel.shape[-1]
        y = self.add(
            "Conv",
            x,
            self.constant(kernel.numpy(), np.float32),
            self.constant(bias.numpy(), np.float32),
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[side // 2] * 4,
        )
        return self.add("Relu", y) if relu else y

    def rep(self, x: str, block: RepConv, gain: float = 1.0) -> str:
        kernel, bias = _folded(block.kernel() * gain, block.norm, gain)
        return self.conv(x, kernel, bias, stride=block.stride, relu=True)

    def point(self, x: str, block: Point) -> str:
        kernel, bias = _folded(block.conv.weight, block.norm, 1.0)
        return self.conv(x, kernel, bias, relu=True)

    def stage(self, x: str, block: Stage) -> str:
        x = self.point(x, block.enter)
        half = block.leave.conv.out_channels // 2
        link = self.part(x, half, 2 * half)
        parts = [x]
        for step in block.chain:
            assert isinstance(step, RepConv)
            link = self.rep(link, step)
            parts.append(link)
        return self.point(self.add("Concat", *parts, axis=1), block.leave)

    def surround(self, x: str, block: Surround) -> str:
        parts = [self.point(x, block.enter)]
        for _ in range(3):
            parts.append(
                self.add("MaxPool", parts[-1], kernel_shape=[5, 5], strides=[1, 1], pads=[2] * 4)
            )
        return self.point(self.add("Concat", *parts, axis=1), block.leave)

    def part(self, x: str, start: int, end: int, axis: int = 1) -> str:
        ends = [self.constant([v], np.int64) for v in (start, end, axis)]
        return self.add("Slice", x, *ends)

    def twice(self, x: str) -> str:
        scales = self.constant([1, 1, 2, 2], np.float32)
        return self.add(
            "Resize",
            x,
            "",
            scales,
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )


def _folded(
    kernel: torch.Tensor, norm: nn.BatchNorm2d, gain: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Kernel and bias of one convolution that equals convolution and batch norm."""
    assert norm.running_var is not None
    assert norm.running_mean is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return kernel * scale[:, None, None, None], norm.bias - norm.running_mean * scale


@torch.no_grad()
def build(network: Network, metadata: Mapping[str, str] | None = None) -> onnx.ModelProto:
    """The whole model; ``network`` is read on the CPU in float32 and left alone.

    Args:
        network: trained.
        metadata: goes into the file, in sorted order, so that equal weights give equal bytes.
    """
    g, n = _Graph(), network
    x = g.add("Cast", "pictures", to=TensorProto.FLOAT)
    x = g.add("Transpose", x, perm=[0, 3, 1, 2])
    x = g.rep(x, n.stem, gain=1 / 255)
    c8 = g.stage(g.rep(g.rep(x, n.down4), n.down8), n.stage8)
    c16 = g.stage(g.rep(c8, n.down16), n.stage16)
    c32 = g.surround(g.stage(g.rep(c16, n.down32), n.stage32), n.surround)
    l8, l16, l32 = g.point(c8, n.lateral8), g.point(c16, n.lateral16), g.point(c32, n.lateral32)
    t16 = g.stage(g.add("Concat", g.twice(l32), l16, axis=1), n.top16)
    t8 = g.stage(g.add("Concat", g.twice(t16), l8, axis=1), n.top8)
    o16 = g.stage(g.add("Concat", g.rep(t8, n.up16), t16, axis=1), n.out16)
    o32 = g.stage(g.add("Concat", g.rep(o16, n.up32), l32, axis=1), n.out32)
    logits, corners = [], []
    for i, level in enumerate((t8, o16, o32)):
        names, boxes = _head(g, n, i, level)
        logits.append(names)
        corners.append(boxes)
    scores = g.add("Sigmoid", g.add("Concat", *logits, axis=2))
    boxes = g.add("Transpose", g.add("Concat", *corners, axis=2), perm=[0, 2, 1])
    most = g.constant([MOST], np.int64)
    kept = g.add(
        "NonMaxSuppression", boxes, scores, most, "overlap", "threshold", center_point_box=0
    )
    _gathered(g, kept, boxes, scores)
    found = helper.make_tensor_value_info("found", TensorProto.FLOAT, ["k", 7])
    inputs = [
        helper.make_tensor_value_info("pictures", TensorProto.UINT8, ["n", "h", "w", 3]),
        helper.make_tensor_value_info("threshold", TensorProto.FLOAT, [1]),
        helper.make_tensor_value_info("overlap", TensorProto.FLOAT, [1]),
    ]
    graph = helper.make_graph(g.nodes, "scelle", inputs, [found], g.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 8
    model.producer_name = "scelle"
    helper.set_model_props(model, dict(sorted((metadata or {}).items())))
    onnx.checker.check_model(model, full_check=True)
    return model


def _head(g: _Graph, n: Network, i: int, level: str) -> tuple[str, str]:
    """Class logits ``(n, classes, cells)`` and corners ``(n, 4, cells)`` of a level."""
    head, name, edge = n.heads[i], n.names[i], n.edges[i]
    assert isinstance(head, RepConv)
    assert isinstance(name, nn.Conv2d)
    assert isinstance(edge, nn.Conv2d)
    assert name.bias is not None
    assert edge.bias is not None
    y = g.rep(level, head)
    half = n.shape.neck // 2
    logits = g.conv(g.part(y, 0, half), name.weight, name.bias, relu=False)
    raw = g.conv(g.part(y, half, 2 * half), edge.weight, edge.bias, relu=False)
    one = g.constant(1.0, np.float32)
    reach = g.add("Sub", g.add("Softplus", raw), one)
    # Cell numbers from the level's own size: any picture whose sides divide by 32.
    size = g.add("Shape", reach)
    across = []
    for axis in (3, 2):
        length = g.add("Gather", size, g.constant(axis, np.int64), axis=0)
        length = g.add("Cast", length, to=TensorProto.FLOAT)
        line = g.add("Range", g.constant(0.5, np.float32), length, one)
        shape = [1, 1, 1, -1] if axis == 3 else [1, 1, -1, 1]
        across.append(g.add("Reshape", line, g.constant(shape, np.int64)))
    low_x = g.add("Sub", across[0], g.part(reach, 0, 1))
    low_y = g.add("Sub", across[1], g.part(reach, 1, 2))
    high_x = g.add("Add", across[0], g.part(reach, 2, 3))
    high_y = g.add("Add", across[1], g.part(reach, 3, 4))
    corners = g.add("Concat", low_x, low_y, high_x, high_y, axis=1)
    corners = g.add("Mul", corners, g.constant(STRIDES[i], np.float32))
    flat = g.constant([0, 0, -1], np.int64)
    return g.add("Reshape", logits, flat), g.add("Reshape", corners, flat)


def _gathered(g: _Graph, kept: str, boxes: str, scores: str) -> None:
    """``found`` out of NMS's rows of picture, class, cell."""
    picture, name, cell = (g.part(kept, i, i + 1) for i in range(3))
    corner = g.add("GatherND", boxes, g.add("Concat", picture, cell, axis=1))
    score = g.add("GatherND", scores, kept)
    score = g.add("Reshape", score, g.constant([-1, 1], np.int64))
    number = g.add("Cast", picture, to=TensorProto.FLOAT)
    label = g.add("Cast", name, to=TensorProto.FLOAT)
    g.add("Concat", number, corner, label, score, out="found", axis=1)


def trained(run: Path) -> Network:
    """The averaged weights of a run, ready to answer.

    Raises:
        FileNotFoundError: the run has no checkpoint yet.
    """
    given = json.loads((run / "plan.json").read_text())["shape"]
    shape = Shape(**{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()})
    network = Network(shape)
    state = torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)
    network.load_state_dict(state["average"])
    return network.eval()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("file", type=Path, help="what to write")
    given = parser.parse_args()
    check(CLASSES)
    plan = json.loads((given.run / "plan.json").read_text())["plan"]
    step = torch.load(given.run / "checkpoint.pt", map_location="cpu", weights_only=True)["step"]
    metadata = {"labels": ",".join(CLASSES), "seed": str(plan["seed"]), "step": str(step)}
    data = build(trained(given.run), metadata).SerializeToString()
    given.file.parent.mkdir(parents=True, exist_ok=True)
    given.file.write_bytes(data)
    print(f"{hashlib.sha256(data).hexdigest()}  {given.file}  {len(data) / 2**20:.2f} MiB")


if __name__ == "__main__":
    main()
