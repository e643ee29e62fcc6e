"""MobileStyleGAN's generator in plain PyTorch, arranged so that it is cheap on a CPU.

Source: Belousov, "MobileStyleGAN: A Lightweight Convolutional Neural Network for High-Fidelity Image
Synthesis" (2021, arXiv 2104.04767): section 4.1 (pictures made in the wavelet domain), 4.2 (depthwise
separable modulated convolutions), 4.4 (demodulation folded into the weights). The mapping network is
StyleGAN2's.

The published network draws full pictures only. A smaller one is drawn by the same layers, and its last 1x1
convolution is fitted to full pictures, reduced.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .generator import Graft, StyleLayer
from .mobilestylegan_layers import SLOPE, Affine, Block, Small, Start, ToRGB

FEATURES = (16, 32, 64, 128)  # pixels of the maps that `render_with_features` gives
GRAFTED = (16, 256)  # pixels of the first and the last block whose features take grafts
SQRT2 = math.sqrt(2.0)
STRIPPED = 128  # pixels from which a block is computed strip by strip, on a CPU


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
        small: Sequence[int] = (128, 256),  # longer sides of the smaller, cheaper pictures
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
        """Rows of W+, one per layer."""
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
        """[n, num_ws, w_dim], or [n, w_dim] for all rows -> StyleSpace, one [n, width] per layer."""
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

        The features have the dtype of the convolutions and come after the leaky ReLU. Blocks above
        `resolution` are computed if `sides` asks for them. Where two grafts meet, the later one is seen.
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
        """The last block and the picture, strip by strip: the block's features are never whole in memory."""
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
