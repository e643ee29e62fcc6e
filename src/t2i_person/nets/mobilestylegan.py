"""MobileStyleGAN's generator in plain PyTorch, arranged so that it is cheap on a CPU.

Source: Belousov, "MobileStyleGAN: A Lightweight Convolutional Neural Network for High-Fidelity Image
Synthesis" (2021, arXiv 2104.04767): section 4.1 (pictures made in the wavelet domain), 4.2 (depthwise
separable modulated convolutions), 4.4 (demodulation folded into the weights). The mapping network is
StyleGAN2's.

A style scales the input channels of a layer. A depthwise filter does not mix channels, so the scale can be
applied after it, to the columns of the 1x1 convolution that does. No feature map is multiplied by the style.

The published network draws full pictures only. A smaller one is drawn by the same layers: from its size on
each value is the mean over the pixels that one of its pixels covers. The means of filters, noise and 1x1
convolutions are computed once. The mean of a leaky ReLU is approximated by the leaky ReLU of the mean, and
the last 1x1 convolution is fitted to full pictures, reduced.

The file is long because drawing full and smaller pictures uses the same layers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from .generator import Graft, StyleLayer

SLOPE = 0.2  # of the leaky ReLU
FEATURES = (16, 32, 64, 128)  # pixels of the maps that `render_with_features` gives
GRAFTED = (16, 256)  # pixels of the first and the last block whose features take grafts
SQRT2 = math.sqrt(2.0)
STRIPPED = 128  # pixels from which a block is computed strip by strip, on a CPU
STRIP = 1 << 20  # numbers of a strip: what it makes stays in the cache that the cores share


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


class Affine(nn.Module):
    """Row of W+ -> style."""

    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in).div_(math.sqrt(n_in)))
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
        self.const = nn.Parameter(torch.randn(n_in, *size))
        self.affine = Affine(w_dim, n_in)
        self.weight = nn.Parameter(torch.randn(n_out, n_in, 3, 3).div_(math.sqrt(9 * n_in)))
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
        # noise and bias first, the product is added to them: one pass fewer
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
        self.depthwise = nn.Parameter(torch.randn(n_in, 1, 3, 3).div_(3))
        self.pointwise = nn.Parameter(torch.randn(n_out, n_in).div_(math.sqrt(n_in)))
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
        self.weight = nn.Parameter(torch.randn(12, n_in).div_(math.sqrt(n_in)))
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
        self.weight = nn.Parameter(torch.randn(3, n_in).div_(math.sqrt(n_in)))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        n, c, h, w = x.shape
        weight = (self.weight.t() * style[:, :, None]).to(x.dtype)
        rgb = torch.bmm(x.permute(0, 2, 3, 1).reshape(n, h * w, c), weight).float() + self.bias
        return rgb.view(n, h, w, 3).permute(0, 3, 1, 2).contiguous()


class MobileStyleGAN(nn.Module):
    """MobileStyleGAN: z -> w -> W+ -> StyleSpace -> picture; a `Generator`.

    Pictures are float32 [n, 3, h, w], RGB, nominal range [-1, 1] (not clamped). The noise is fixed.
    """

    w_mean: Tensor

    def __init__(
        self,
        channels: Sequence[int] = (512, 512, 512, 512, 512, 256, 128, 64),  # of the blocks, lowest first
        *,
        base: tuple[int, int] = (4, 4),  # height, width of the learned constant
        z_dim: int = 512,
        w_dim: int = 512,
        mapping_layers: int = 8,
        small: Sequence[int] = (128, 256),  # longer sides of the pictures to be had for less
    ):
        super().__init__()
        self.base, self.z_dim, self.w_dim, self.small = tuple(base), z_dim, w_dim, tuple(sorted(small))
        sizes = [(base[0] * 2**i, base[1] * 2**i) for i in range(len(channels))]
        wide = [z_dim] + [w_dim] * mapping_layers
        self.mapping = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(wide))
        self.start = Start(channels[0], channels[0], w_dim, sizes[0])
        self.blocks = nn.ModuleList(
            Block(a, b, w_dim, size) for a, b, size in zip(channels, channels[1:], sizes[1:], strict=False)
        )
        self.rgb = ToRGB(channels[-1], w_dim)
        self.heads = nn.ModuleDict()
        self._sizes = {max(size): i for i, size in enumerate(sizes)}  # block of a longer side
        for side in self.small:
            if side not in self._sizes:
                raise ValueError(f"no block of {side} pixels: there are {list(self._sizes)}")
            self.heads[str(side)] = Small(channels[-1])
        self.register_buffer("w_mean", torch.zeros(w_dim))
        self._layers = self._style_layers(channels)

    @staticmethod
    def _style_layers(channels: Sequence[int]) -> tuple[StyleLayer, ...]:
        found = [StyleLayer(channels[0], 0, 0, "conv")]
        for block, (below, own) in enumerate(pairwise(channels), 1):
            for width, role in ((below, "up"), (below // 4, "conv"), (own, "conv")):
                found.append(StyleLayer(width, len(found), block, role))  # type: ignore[arg-type]
        found.append(StyleLayer(channels[-1], len(found), len(channels) - 1, "rgb"))
        return tuple(found)

    @property
    def num_ws(self) -> int:
        """Rows of W+, one a layer."""
        return len(self._layers)

    @property
    def layers(self) -> tuple[StyleLayer, ...]:
        """StyleSpace: the first convolution, (up, convolution, convolution) of each block, ToRGB."""
        return self._layers

    @property
    def resolutions(self) -> tuple[tuple[int, int], ...]:
        """``(height, width)`` of the small pictures, lowest first, and of the whole."""
        scales = [2 ** self._sizes[side] for side in self.small]
        return tuple((self.base[0] * k, self.base[1] * k) for k in (*scales, 2 ** (len(self.blocks) + 1)))

    @property
    def resolution(self) -> tuple[int, int]:
        """``(height, width)`` of the whole picture."""
        return self.resolutions[-1]

    def w(self, z: Tensor, truncation_psi: float = 1.0) -> Tensor:
        """[n, z_dim] standard normal -> [n, w_dim], pulled towards ``w_mean`` by ``1 - truncation_psi``."""
        with torch.autocast(z.device.type, enabled=False):
            x = z.float()
            x = x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)
            for layer in self.mapping:
                x = F.leaky_relu(layer(x), SLOPE) * SQRT2
        return x if truncation_psi == 1 else self.w_mean.lerp(x, truncation_psi)

    def w_plus(self, z: Tensor, truncation_psi: float = 1.0) -> Tensor:
        """[n, z_dim] -> [n, num_ws, w_dim], one ``w`` for all rows."""
        return self.w(z, truncation_psi)[:, None].expand(-1, self.num_ws, -1)

    def styles(self, w_plus: Tensor) -> list[Tensor]:
        """[n, num_ws, w_dim], or [n, w_dim] for all rows -> StyleSpace, one [n, width] a layer."""
        if w_plus.ndim == 2:
            w_plus = w_plus[:, None].expand(-1, self.num_ws, -1)
        with torch.autocast(w_plus.device.type, enabled=False):
            rows = w_plus.float().unbind(1)
            return [affine(row) for affine, row in zip(self._affines(), rows, strict=True)]

    def _affines(self) -> list[Affine]:
        found = [self.start.affine]
        for block in self._stack:
            found += [block.up.affine, block.conv0.affine, block.conv1.affine]
        return [*found, self.rgb.affine]

    @property
    def _stack(self) -> list[Block]:
        return cast("list[Block]", list(self.blocks))

    def render(self, styles: Sequence[Tensor], *, resolution: int | None = None) -> Tensor:
        """StyleSpace -> pictures [n, 3, h, w] whose longer side is `resolution`; None: the whole.

        Raises
        ------
        ValueError : `resolution` is none of `resolutions`.
        """
        return self._render(styles, resolution, (), ())[0]

    def render_with_features(
        self,
        styles: Sequence[Tensor],
        *,
        sides: Sequence[int] = FEATURES,  # pixels of the blocks whose features are wanted, lowest first
        resolution: int | None = None,
        grafts: Sequence[Graft] = (),
    ) -> tuple[Tensor, list[Tensor]]:
        """As `render`, and the features [n, c, side, side] of some blocks, channels last, from the same pass.

        They come in the dtype of the convolutions, after the leaky ReLU. Blocks above `resolution` are
        computed if `sides` ask for them. Of two grafts in one place the later is seen.
        """
        return self._render(styles, resolution, sides, grafts)

    def _render(
        self, styles: Sequence[Tensor], resolution: int | None, sides: Sequence[int], grafts: Sequence[Graft]
    ) -> tuple[Tensor, list[Tensor]]:
        whole = max(self.resolution)
        goal = whole if resolution is None else resolution
        if goal != whole and goal not in self.small:
            raise ValueError(f"no picture of {goal} pixels: this generator has {[*self.small, whole]}")
        if unknown := set(sides) - set(self._sizes):
            raise ValueError(f"no block of {sorted(unknown)} pixels: there are {list(self._sizes)}")
        last = max([self._sizes.get(goal, len(self.blocks)), *(self._sizes[side] for side in sides)])
        x = styles[0]
        dtype = x.dtype
        if torch.is_autocast_enabled(x.device.type):
            dtype = torch.get_autocast_dtype(x.device.type)
        with torch.autocast(x.device.type, enabled=False):
            others = [_Other(self, graft, dtype) for graft in grafts]
            return self._run(styles, goal, sides, last, dtype, others)

    def _run(
        self,
        styles: Sequence[Tensor],
        goal: int,
        sides: Sequence[int],
        last: int,
        dtype: torch.dtype,
        others: Sequence[_Other],
    ) -> tuple[Tensor, list[Tensor]]:
        whole = max(self.resolution)
        picture: Tensor | None = None
        kept: dict[int, Tensor] = {}
        x = self.start(styles[0]).to(dtype)
        for side, i in self._sizes.items():
            if i > last:
                break
            if i:
                own = styles[3 * i - 2 : 3 * i + 1]
                block = self._stack[i - 1]
                if torch.is_grad_enabled() or side < STRIPPED or x.device.type != "cpu":
                    x = block(x, own)
                elif i < last or goal != whole or side in sides:
                    x = _stripped(block, x, own)
                else:
                    return self._last(x, own, styles[-1]), [kept[side] for side in sides]
                for other in others:
                    x = other.onto(x, side, i)
            if side in sides:
                kept[side] = x
            if side == goal:
                picture = self.heads[str(goal)](self.last_means(x, styles, goal), styles[-1])
        if picture is None:
            picture = self.rgb(x, styles[-1]).contiguous()
        return picture, [kept[side] for side in sides]

    def last_means(self, x: Tensor, styles: Sequence[Tensor], side: int) -> Tensor:
        """Features of the block of `side` pixels -> the last block's, each pixel the mean of a square."""
        first = self._sizes[side]
        for i, block in enumerate(self._stack[first:], first):
            x = block.means(x, styles[3 * i + 1 : 3 * i + 4], 2 ** (i - first + 1))
        return x

    def _last(self, x: Tensor, styles: Sequence[Tensor], style: Tensor) -> Tensor:
        """The last block and the picture, without the block's features as a whole."""
        pictures = x.new_empty(len(x), 3, *self.resolution, dtype=torch.float32)
        for i, picture in enumerate(pictures):
            row = 0
            for part in self._stack[-1].strips(x[i : i + 1], [s[i : i + 1] for s in styles]):
                rgb = self.rgb(part, style[i : i + 1])[0]
                picture[:, row : row + rgb.shape[1]] = rgb
                row += rgb.shape[1]
        return pictures

    def forward(self, w_plus: Tensor, **options: Any) -> Tensor:
        """``render(styles(w_plus), **options)``."""
        return self.render(self.styles(w_plus), **options)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> MobileStyleGAN:
        """Build from our own names, every size read off the tensors.

        Raises
        ------
        KeyError, RuntimeError, ValueError : tensors are missing, or do not fit each other.
        """
        count = len({key.split(".")[1] for key in state if key.startswith("blocks.")})
        with torch.device("meta"):
            model = cls(
                [len(state["start.bias"]), *(len(state[f"blocks.{i}.conv1.bias"]) for i in range(count))],
                base=cast("tuple[int, int]", tuple(state["start.const"].shape[1:])),
                z_dim=state["mapping.0.weight"].shape[1],
                w_dim=len(state["w_mean"]),
                mapping_layers=len({key.split(".")[1] for key in state if key.startswith("mapping.")}),
                small=[int(key.split(".")[1]) for key in state if key.startswith("heads.") and "bias" in key],
            )
        model.load_state_dict(dict(state), assign=True)
        return model


# what a filter of three pixels sees of the mean over two, of the high band: coarse pixel by fine pixel
_ODD = ((-0.5, 0.0, 0.0), (0.5, 0.0, -0.5), (0.0, 0.0, 0.5))


def _means(factor: int) -> tuple[tuple[float, ...], ...]:
    """The same for the low band, which is the same all over its square: mean over `factor` pixels."""
    part = 1 / factor
    return (part, 0.0, 0.0), (1 - part, 1.0, 1 - part), (0.0, 0.0, part)


def _filter_means(
    depthwise: Tensor, down: Sequence[Sequence[float]], across: Sequence[Sequence[float]]
) -> Tensor:
    """3x3 filters of fine pixels -> 3x3 filters of coarse ones that give the mean of what the fine give."""
    rows, columns = depthwise.new_tensor(down), depthwise.new_tensor(across)
    return rows @ depthwise @ columns.t()


class _Other:
    """The other picture of a graft, computed block by block beside the one that takes it."""

    def __init__(self, net: MobileStyleGAN, graft: Graft, dtype: torch.dtype) -> None:
        self.net, self.graft = net, graft
        self.x = net.start(graft.styles[0]).to(dtype)

    def onto(self, x: Tensor, side: int, i: int) -> Tensor:
        """Features of the block `i` of `side` pixels -> the same with the graft."""
        first, last = GRAFTED
        if side > last:
            return x
        block, own = self.net._stack[i - 1], self.graft.styles[3 * i - 2 : 3 * i + 1]
        strips = side >= STRIPPED and x.device.type == "cpu" and not torch.is_grad_enabled()
        self.x = _stripped(block, self.x, own) if strips else block(self.x, own)
        if side < first:
            return x
        mode = "area" if side <= self.graft.mask.shape[-1] else "bilinear"
        return x.lerp(self.x, F.interpolate(self.graft.mask, (side, side), mode=mode).to(x.dtype))


def _stripped(block: Block, x: Tensor, styles: Sequence[Tensor]) -> Tensor:
    """``block(x, styles)`` by strips, one picture after the other."""
    height, width = block.conv1.noise.shape
    out = x.new_empty(len(x), height, width, len(block.conv1.bias)).permute(0, 3, 1, 2)
    for i in range(len(x)):
        row = 0
        for part in block.strips(x[i : i + 1], [s[i : i + 1] for s in styles]):
            out[i, :, row : row + part.shape[2]] = part[0]
            row += part.shape[2]
    return out
