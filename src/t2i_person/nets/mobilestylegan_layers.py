"""The layers of MobileStyleGAN, cheap on a CPU: full pictures, and the means of their squares of pixels.

Source: see `mobilestylegan`.

A style scales the input channels of a layer. A depthwise filter does not mix channels, so the scale can be
applied after it, to the columns of the 1x1 convolution that does. No feature map is multiplied by the style.

A smaller picture is drawn by the same layers: from its size on each value is the mean over the pixels that
one of its pixels covers. The means of filters, noise and 1x1 convolutions are computed once. The mean of a
leaky ReLU is approximated by the leaky ReLU of the mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

SLOPE = 0.2  # of the leaky ReLU
STRIP = 1 << 20  # numbers in a strip: its results fit into the cache that the cores share


class Haar(torch.autograd.Function):
    """Twice the inverse Haar transform: four bands, one after the other in the channels, into one larger map.

    [n, 4c, h, w] -> [n, c, 2h, 2w], channels last. The bands are: low, high along the height, high along the
    width, high along both (section 4.1). As sums and differences; the published network has transposed
    convolutions here.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # type: ignore[override]
        n, c, h, w = x.shape
        low, down, across, both = x.permute(0, 2, 3, 1).view(n, h, w, 4, c // 4).unbind(3)
        out = x.new_empty(n, h, 2, w, 2, c // 4)
        for row, add in enumerate((torch.add, torch.sub)):
            left, right = add(low, down), add(across, both)
            torch.add(left, right, out=out[:, :, row, :, 0])
            torch.sub(left, right, out=out[:, :, row, :, 1])
        return out.view(n, 2 * h, 2 * w, c // 4).permute(0, 3, 1, 2)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Tensor:  # type: ignore[override]
        n, c, h, w = grad.shape
        grad = grad.permute(0, 2, 3, 1).contiguous()
        pixels = grad.view(n, h // 2, 2, w // 2, 2, c)
        out = grad.new_empty(n, h // 2, w // 2, 4, c)
        for band, add in enumerate((torch.add, torch.sub)):
            left, right = (add(pixels[:, :, 0, :, i], pixels[:, :, 1, :, i]) for i in (0, 1))
            torch.add(left, right, out=out[:, :, :, band])
            torch.sub(left, right, out=out[:, :, :, band + 2])
        return out.view(n, h // 2, w // 2, 4 * c).permute(0, 3, 1, 2)


def begun(*shape: int, of: int) -> nn.Parameter:
    """Random weights with the variance 1 / `of`.

    They are evenly spread, for torch.randn on the meta device imports sympy, which takes most of a second.
    """
    most = math.sqrt(3 / of)
    return nn.Parameter(torch.empty(shape).uniform_(-most, most))


class Affine(nn.Module):
    """Row of W+ -> style."""

    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.weight = begun(n_out, n_in, of=n_in)
        self.bias = nn.Parameter(torch.ones(n_out))

    def forward(self, w: Tensor) -> Tensor:
        return F.linear(w, self.weight, self.bias)


class Up(nn.Module):
    """Styled inverse Haar transform: [n, 4c, h, w], [n, 4c] -> [n, c, 2h, 2w]."""

    def __init__(self, n_in: int, w_dim: int):
        super().__init__()
        self.affine = Affine(w_dim, n_in)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scaled = x * (style / 2).to(x.dtype)[:, :, None, None]  # Haar gives twice of it
        return cast(Tensor, Haar.apply(scaled))


class Start(nn.Module):
    """The learned constant and the one full 3x3 convolution: [n, c] style -> [n, c_out, 4, 4]."""

    noise: Tensor

    def __init__(self, n_in: int, n_out: int, w_dim: int, size: tuple[int, int]):
        super().__init__()
        self.const = begun(n_in, *size, of=1)
        self.affine = Affine(w_dim, n_in)
        self.weight = begun(n_out, n_in, 3, 3, of=9 * n_in)
        self.bias = nn.Parameter(torch.zeros(n_out))
        self.register_buffer("noise", torch.zeros(size))

    def forward(self, style: Tensor) -> Tensor:
        x = (self.const * style[:, :, None, None]).contiguous(memory_format=torch.channels_last)
        return F.leaky_relu(F.conv2d(x, self.weight, self.bias, padding=1) + self.noise, SLOPE)


@dataclass(frozen=True)
class Folded:
    """A `Separable` layer with its styles in its weights, in the dtype of the maps."""

    depthwise: Tensor  # [c_in, 1, 3, 3]
    pointwise: Tensor  # [n, c_in, c_out]
    noise: Tensor  # [h, w, 1]
    bias: Tensor  # [c_out]

    def __call__(self, x: Tensor, above: int = 0, below: int = 0, top: int = 0) -> Tensor:
        """[n, c_in, h, w], channels last -> [n, c_out, h, w].

        Of a strip of the map that begins at row `top`, the first `above` and last `below` rows are left out:
        they lack neighbours.
        """
        x = F.conv2d(x, self.depthwise, padding=1, groups=x.shape[1])
        return self.mix(x[:, :, above : x.shape[2] - below], top + above)

    def mix(self, x: Tensor, top: int = 0) -> Tensor:
        """What comes after the depthwise filter, of rows from `top` on."""
        n, c, h, w = x.shape
        # start with noise and bias and add the product to them: one pass over memory less
        out = (self.noise[top : top + h] + self.bias).view(h * w, -1)
        rows = x.permute(0, 2, 3, 1).reshape(n, h * w, c)  # the pixels are rows already
        if n == 1 and not torch.is_grad_enabled():
            out = out.addmm_(rows[0], self.pointwise[0])[None]
        else:
            out = torch.baddbmm(out, rows, self.pointwise)
        return F.leaky_relu(out, SLOPE, inplace=True).view(n, h, w, -1).permute(0, 3, 1, 2)


class Separable(nn.Module):
    """Styled depthwise 3x3, then 1x1, noise, bias and leaky ReLU: [n, c_in, h, w] -> [n, c_out, h, w]."""

    noise: Tensor

    def __init__(self, n_in: int, n_out: int, w_dim: int, size: tuple[int, int]):
        super().__init__()
        self.affine = Affine(w_dim, n_in)
        self.depthwise = begun(n_in, 1, 3, 3, of=9)
        self.pointwise = begun(n_out, n_in, of=n_in)
        self.bias = nn.Parameter(torch.zeros(n_out))
        self.register_buffer("noise", torch.zeros(size))

    def fold(self, style: Tensor, dtype: torch.dtype) -> Folded:
        """The layer for some styles [n, c_in]."""
        return Folded(
            self.depthwise.to(dtype),
            (self.pointwise.t() * style[:, :, None]).to(dtype),
            self.noise[:, :, None].to(dtype),
            self.bias.to(dtype),
        )

    def fold_means(self, style: Tensor, dtype: torch.dtype, factor: int) -> Folded:
        """The layer on a map of the means of blocks of ``factor * factor`` of its pixels."""
        noise = F.avg_pool2d(self.noise[None, None], factor)[0, 0, :, :, None]
        depthwise = _filter_means(self.depthwise, _means(factor), _means(factor))
        folded = self.fold(style, dtype)
        return Folded(depthwise.to(dtype), folded.pointwise, noise.to(dtype), folded.bias)


class Block(nn.Module):
    """One resolution: doubled, then two convolutions."""

    def __init__(self, n_in: int, n_out: int, w_dim: int, size: tuple[int, int]):
        super().__init__()
        self.up = Up(n_in, w_dim)
        self.conv0 = Separable(n_in // 4, n_out, w_dim, size)
        self.conv1 = Separable(n_out, n_out, w_dim, size)

    def forward(self, x: Tensor, styles: Sequence[Tensor]) -> Tensor:
        """Features below and three styles -> features."""
        conv0, conv1 = self.conv0.fold(styles[1], x.dtype), self.conv1.fold(styles[2], x.dtype)
        return conv1(conv0(self.up(x, styles[0])))

    def means(self, x: Tensor, styles: Sequence[Tensor], factor: int) -> Tensor:
        """Means over squares of `factor` pixels of what `forward` gives, from such means of what it reads.

        The means of what is between the filters and the leaky ReLU are exact where `x` is given whole
        (`factor` 2), but the leaky ReLU is taken of the mean.
        """
        x = x * (styles[0] / 2).to(x.dtype)[:, :, None, None]
        conv0 = self.conv0.fold_means(styles[1], x.dtype, factor)
        conv1 = self.conv1.fold_means(styles[2], x.dtype, factor)
        c = x.shape[1] // 4
        if factor > 2:  # the high bands are gone in the mean
            return conv1(conv0(x[:, :c]))
        axes = [(a, b) for b in (_means(2), _ODD) for a in (_means(2), _ODD)]
        depthwise = torch.cat([_filter_means(self.conv0.depthwise, *axis) for axis in axes]).to(x.dtype)
        low, down, across, both = F.conv2d(x, depthwise, padding=1, groups=4 * c).split(c, 1)
        return conv1(conv0.mix(low + down + (across + both)))

    def strips(self, x: Tensor, styles: Sequence[Tensor], size: int = STRIP) -> Iterator[Tensor]:
        """As `forward`, but some rows at a time: `size` numbers of the result, which stay in the cache.

        Each strip begins two rows earlier than it has to give: each 3x3 filter needs one more.
        """
        conv0, conv1 = self.conv0.fold(styles[1], x.dtype), self.conv1.fold(styles[2], x.dtype)
        height, width = self.conv0.noise.shape
        rows = max(2, size // (width * conv1.pointwise.shape[2]) // 2 * 2)
        for first in range(0, height, rows):
            last = min(first + rows, height)
            above, below = min(first, 2), min(height - last, 2)
            part = self.up(x[:, :, (first - above) // 2 : (last + below) // 2], styles[0])
            part = conv0(part, above // 2, below // 2, first - above)
            yield conv1(part, above // 2, below // 2, first - above // 2)


class ToRGB(nn.Module):
    """Styled 1x1 to the four bands of the picture, and the picture: [n, c, h, w] -> [n, 3, 2h, 2w]."""

    def __init__(self, n_in: int, w_dim: int):
        super().__init__()
        self.affine = Affine(w_dim, n_in)
        self.weight = begun(12, n_in, of=n_in)
        self.bias = nn.Parameter(torch.zeros(12))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        n, c, h, w = x.shape
        weight = (self.weight.t() * (style / 2)[:, :, None]).to(x.dtype)
        rows = x.permute(0, 2, 3, 1).reshape(n, h * w, c)
        bands = torch.bmm(rows, weight).float() + self.bias / 2
        return cast(Tensor, Haar.apply(bands.view(n, h, w, 12).permute(0, 3, 1, 2)))


class Small(nn.Module):
    """Styled 1x1 from the means of the last features to a small picture: [n, c, h, w] -> [n, 3, h, w]."""

    def __init__(self, n_in: int):
        super().__init__()
        self.weight = begun(3, n_in, of=n_in)
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        n, c, h, w = x.shape
        weight = (self.weight.t() * style[:, :, None]).to(x.dtype)
        rgb = torch.bmm(x.permute(0, 2, 3, 1).reshape(n, h * w, c), weight).float() + self.bias
        return rgb.view(n, h, w, 3).permute(0, 3, 1, 2).contiguous()


# rows: coarse pixels, columns: fine pixels. What a filter of three fine pixels adds to the mean over two
# pixels, for the high band
_ODD = ((-0.5, 0.0, 0.0), (0.5, 0.0, -0.5), (0.0, 0.0, 0.5))


def _means(factor: int) -> tuple[tuple[float, ...], ...]:
    """The same for the low band, which is constant within its square: mean over `factor` pixels."""
    part = 1 / factor
    return (part, 0.0, 0.0), (1 - part, 1.0, 1 - part), (0.0, 0.0, part)


def _filter_means(
    depthwise: Tensor, down: Sequence[Sequence[float]], across: Sequence[Sequence[float]]
) -> Tensor:
    """3x3 filters of fine pixels -> 3x3 filters of coarse ones that give the mean of what the fine give."""
    rows, columns = depthwise.new_tensor(down), depthwise.new_tensor(across)
    return rows @ depthwise @ columns.t()
