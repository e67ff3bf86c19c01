"""The network: anchor-free, dense re-parameterised convolutions, strides 8, 16 and 32.

Dense 3x3 convolutions rather than depthwise ones: on processors they run close to the
peak of the vector units, forwards and backwards, and depthwise ones do not.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDES = (8, 16, 32)


@dataclass(frozen=True)
class Shape:
    """Channels at strides 2, 4, 8, 16 and 32, blocks at 8, 16 and 32, channels of the neck."""

    widths: tuple[int, int, int, int, int] = (16, 32, 48, 96, 192)
    depths: tuple[int, int, int] = (1, 2, 1)
    neck: int = 48
    classes: int = 5

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        return asdict(self)


class RepConv(nn.Module):
    """A 3x3 convolution whose kernel is composed anew at each step, then batch norm and ReLU.

    The kernel is the sum of a 3x3, a scaled 1x1 and, where shapes allow, a scaled
    identity (Ding et al., RepVGG, CVPR 2021; composed online as in Hu et al., OREPA,
    CVPR 2022): training costs one convolution, and so does inference.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.stride = stride
        self.three = nn.Parameter(torch.empty(outputs, inputs, 3, 3))
        self.one = nn.Parameter(torch.empty(outputs, inputs, 1, 1))
        self.one_scale = nn.Parameter(torch.full((outputs, 1, 1, 1), 0.5))
        nn.init.kaiming_normal_(self.three, nonlinearity="relu")
        nn.init.kaiming_normal_(self.one, nonlinearity="relu")
        self.same = inputs == outputs and stride == 1
        if self.same:
            self.identity_scale = nn.Parameter(torch.full((outputs,), 0.5))
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)

    def kernel(self) -> Tensor:
        """``(outputs, inputs, 3, 3)``."""
        centre = self.one * self.one_scale
        if self.same:
            centre = centre + torch.diag(self.identity_scale)[:, :, None, None]
        return self.three + functional.pad(centre, (1, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """``(n, inputs, h, w)`` to ``(n, outputs, h / stride, w / stride)``."""
        y = functional.conv2d(x, self.kernel(), None, self.stride, 1)
        return functional.relu(self.norm(y), inplace=True)


class Point(nn.Module):
    """1x1 convolution, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 1, bias=False)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)

    def forward(self, x: Tensor) -> Tensor:
        """``(n, inputs, h, w)`` to ``(n, outputs, h, w)``."""
        return functional.relu(self.norm(self.conv(x)), inplace=True)


class Stage(nn.Module):
    """Half the channels go through a chain of blocks; every link of it is kept and mixed.

    The cross-stage partial idea (Wang et al., CSPNet, CVPRW 2020) with each block's
    output gathered.
    """

    def __init__(self, inputs: int, outputs: int, depth: int) -> None:
        super().__init__()
        half = outputs // 2
        self.enter = Point(inputs, outputs)
        self.chain = nn.ModuleList(RepConv(half, half) for _ in range(depth))
        self.leave = Point(outputs + depth * half, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """``(n, inputs, h, w)`` to ``(n, outputs, h, w)``."""
        x = self.enter(x)
        parts = [x]
        link = x[:, x.shape[1] // 2 :]
        for block in self.chain:
            link = block(link)
            parts.append(link)
        return self.leave(torch.cat(parts, 1))


class Surround(nn.Module):
    """Three chained 5x5 maxima beside the input: a wide field at little cost (SPPF)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.enter = Point(channels, half)
        self.leave = Point(half * 4, channels)

    def forward(self, x: Tensor) -> Tensor:
        """``(n, channels, h, w)``, same shape out."""
        parts = [self.enter(x)]
        for _ in range(3):
            parts.append(functional.max_pool2d(parts[-1], 5, 1, 2))
        return self.leave(torch.cat(parts, 1))


class Network(nn.Module):
    """Backbone, path-aggregation neck, one head for each stride."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        self.shape = shape or Shape()
        a, b, c, d, e = self.shape.widths
        n, k = self.shape.neck, self.shape.classes
        self.stem = RepConv(3, a, 2)
        self.down4 = RepConv(a, b, 2)
        self.down8 = RepConv(b, c, 2)
        self.stage8 = Stage(c, c, self.shape.depths[0])
        self.down16 = RepConv(c, d, 2)
        self.stage16 = Stage(d, d, self.shape.depths[1])
        self.down32 = RepConv(d, e, 2)
        self.stage32 = Stage(e, e, self.shape.depths[2])
        self.surround = Surround(e)
        self.lateral32 = Point(e, n)
        self.lateral16 = Point(d, n)
        self.lateral8 = Point(c, n)
        self.top16 = Stage(2 * n, n, 1)
        self.top8 = Stage(2 * n, n, 1)
        self.up16 = RepConv(n, n, 2)
        self.out16 = Stage(2 * n, n, 1)
        self.up32 = RepConv(n, n, 2)
        self.out32 = Stage(2 * n, n, 1)
        # Half of a head's channels name, the other half measure: decoupled at the
        # price of one convolution.
        self.heads = nn.ModuleList(RepConv(n, n) for _ in STRIDES)
        self.names = nn.ModuleList(nn.Conv2d(n // 2, k, 1) for _ in STRIDES)
        self.edges = nn.ModuleList(nn.Conv2d(n // 2, 4, 1) for _ in STRIDES)
        for name, edge in zip(self.names, self.edges, strict=True):
            nn.init.normal_(name.weight, std=0.01)
            nn.init.constant_(name.bias, -math.log(99))  # 1 % prior (Lin et al. 2017)
            nn.init.normal_(edge.weight, std=0.01)
            nn.init.constant_(edge.bias, 2.0)

    def features(self, x: Tensor) -> list[Tensor]:
        """``(n, 3, h, w)``, BGR 0 to 1, sides multiples of 32, to the three levels."""
        c8 = self.stage8(self.down8(self.down4(self.stem(x))))
        c16 = self.stage16(self.down16(c8))
        c32 = self.surround(self.stage32(self.down32(c16)))
        l8, l16, l32 = self.lateral8(c8), self.lateral16(c16), self.lateral32(c32)
        t16 = self.top16(torch.cat([_twice(l32), l16], 1))
        t8 = self.top8(torch.cat([_twice(t16), l8], 1))
        o16 = self.out16(torch.cat([self.up16(t8), t16], 1))
        o32 = self.out32(torch.cat([self.up32(o16), l32], 1))
        return [t8, o16, o32]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Raw answers of every cell, strides 8, 16, 32 in turn, rows first.

        Returns:
            logits ``(n, cells, classes)``; edges ``(n, cells, 4)``: left, top, right,
            bottom distances from the cell's centre, see :func:`boxes`.
        """
        names, edges = [], []
        levels = self.features(x)
        for i, level in enumerate(levels):
            y = self.heads[i](level)
            half = y.shape[1] // 2
            names.append(self.names[i](y[:, :half]).flatten(2))
            edges.append(self.edges[i](y[:, half:]).flatten(2))
        return torch.cat(names, 2).transpose(1, 2), torch.cat(edges, 2).transpose(1, 2)


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2, mode="nearest")


def centres(height: int, width: int) -> tuple[Tensor, Tensor]:
    """Cell centres ``(cells, 2)`` x, y in pixels and strides ``(cells,)`` of a picture."""
    points, strides = [], []
    for stride in STRIDES:
        y, x = torch.meshgrid(
            torch.arange(height // stride), torch.arange(width // stride), indexing="ij"
        )
        points.append((torch.stack([x, y], -1).reshape(-1, 2) + 0.5) * stride)
        strides.append(torch.full((points[-1].shape[0],), float(stride)))
    return torch.cat(points), torch.cat(strides)


def boxes(edges: Tensor, points: Tensor, strides: Tensor) -> Tensor:
    """Corners ``(..., cells, 4)`` x0, y0, x1, y1 in pixels from raw edges.

    A distance may be as low as one stride below nothing: an object smaller than a cell
    need not have a cell's centre inside.
    """
    reach = (functional.softplus(edges) - 1) * strides[:, None]
    return torch.cat([points - reach[..., :2], points + reach[..., 2:]], -1)
