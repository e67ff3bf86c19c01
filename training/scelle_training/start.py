"""Begin from the weights of an exported file instead of from nothing.

A file holds one composed kernel for each convolution, its norm folded in. The inverse is
not unique; this one puts the whole kernel in the 3x3 branch and measures on pictures what
the norm in front of it must have seen, so that the network answers as the file does and
every layer learns at the pace of a fresh one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from scelle_training.network import Network, Point, RepConv, Stage


def _stage(block: Stage) -> Iterator[nn.Module]:
    yield block.enter
    yield from block.chain
    yield block.leave


def convolutions(n: Network) -> list[nn.Module]:
    """The convolutions in the order in which :mod:`scelle_training.export` writes them."""
    made: list[nn.Module] = [n.stem, n.down4, n.down8, *_stage(n.stage8)]
    made += [n.down16, *_stage(n.stage16), n.down32, *_stage(n.stage32)]
    made += [n.surround.enter, n.surround.leave, n.lateral8, n.lateral16, n.lateral32]
    made += [*_stage(n.top16), *_stage(n.top8), n.up16, *_stage(n.out16), n.up32, *_stage(n.out32)]
    for parts in zip(n.heads, n.names, n.edges, strict=True):
        made += parts
    return made


def _constants(model: onnx.ModelProto) -> dict[str, npt.NDArray[np.float64]]:
    """Every weight by name; 8-bit ones as the numbers that they stand for."""
    held = {w.name: numpy_helper.to_array(w) for w in model.graph.initializer}
    values = {k: v.astype(np.float64) for k, v in held.items()}
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in held:
            stored, scale, zero = (held[name] for name in node.input)
            shape = [-1] + [1] * (stored.ndim - 1) if scale.ndim else []
            whole = stored.astype(np.float64) - zero.astype(np.float64).reshape(shape)
            values[node.output[0]] = whole * scale.reshape(shape)
    return values


@torch.no_grad()
def begin(network: Network, data: bytes, pictures: Tensor) -> None:
    """Give a network the weights of an exported file of the same shape.

    Args:
        network: changed in place.
        data: bytes of a file of :mod:`scelle_training.export` or of the 8-bit one made of it.
        pictures: float32 ``(n, 3, h, w)``, BGR 0 to 1: what the norms are measured on.

    Raises:
        ValueError: the file is of another shape.
    """
    model = onnx.load_from_string(data)
    values = _constants(model)
    # Quantising sorts nodes anew but keeps the numbers that they had.
    nodes = sorted(
        (node for node in model.graph.node if node.op_type == "Conv"),
        key=lambda node: int(node.name.removeprefix("node") or 0),
    )
    modules = convolutions(network)
    if len(nodes) != len(modules):
        raise ValueError(f"the file has {len(nodes)} convolutions, the network {len(modules)}")
    for node, module in zip(nodes, modules, strict=True):
        kernel = torch.from_numpy(values[node.input[1]]).float()
        bias = torch.from_numpy(values[node.input[2]]).float()
        if module is network.stem:
            kernel = kernel * 255  # pictures are 0 to 255 in the file
        _put(module, kernel, bias)
    _measure(network, pictures)


def _put(module: nn.Module, kernel: Tensor, bias: Tensor) -> None:
    """Kernel at the size of a fresh one, the rest of it and the bias in an idle norm."""
    if isinstance(module, nn.Conv2d):
        target: Tensor = module.weight
    else:
        target = module.three if isinstance(module, RepConv) else module.conv.weight
    if target.shape != kernel.shape:
        raise ValueError(f"a kernel of {tuple(kernel.shape)} where {tuple(target.shape)} is due")
    if isinstance(module, nn.Conv2d):
        module.weight.copy_(kernel)
        assert module.bias is not None
        module.bias.copy_(bias)
        return
    assert isinstance(module, RepConv | Point)
    fresh = (2.0 / kernel[0].numel()) ** 0.5
    size = (kernel.square().mean((1, 2, 3)).sqrt() / fresh).clamp(min=1e-4)
    target.copy_(kernel / size[:, None, None, None])
    if isinstance(module, RepConv):
        module.one_scale.zero_()
        if module.same:
            module.identity_scale.zero_()
    norm = module.norm
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    norm.weight.copy_(size)
    norm.bias.copy_(bias)


def _measure(network: Network, pictures: Tensor) -> None:
    """Give every norm the mean and variance that it meets, answers unchanged."""
    met: list[tuple[nn.BatchNorm2d, Tensor, Tensor]] = []

    def look(norm: nn.Module, given: tuple[Tensor, ...], _: Tensor) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        met.append((norm, given[0].mean((0, 2, 3)), given[0].var((0, 2, 3), correction=0)))

    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    hooks = [norm.register_forward_hook(look) for norm in norms]
    network.eval()
    network(pictures)
    for hook in hooks:
        hook.remove()
    for norm, mean, variance in met:
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.bias.add_(norm.weight * mean)
        norm.weight.mul_(torch.sqrt(variance + norm.eps))
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
    network.train()
