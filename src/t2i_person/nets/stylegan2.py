"""StyleGAN2's generator in plain PyTorch, arranged so that it is cheap on a CPU.

Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), sections 2.2
(modulation and demodulation) and 4.1 (skip generator); the mapping network and the truncation trick are
those of Karras et al., "A Style-Based Generator Architecture for GANs" (2019); StyleSpace is that of Wu
et al., "StyleSpace Analysis" (2021).

The convolution itself is in ``modulated.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, cast, overload

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .generator import StyleLayer
from .modulated import ModulatedConvolution
from .stylegan2_config import GeneratorConfig
from .stylegan2_layouts import to_own

SQRT2 = math.sqrt(2.0)

Noise = Literal["const", "none"] | Sequence[Tensor]


def normal(*shape: int, over: float = 1.0) -> Tensor:
    """Random weights, normally distributed, divided by `over`; on the meta device nothing is drawn.

    There randn and a division import sympy, which takes half a second.
    """
    made = torch.empty(shape)
    return made if made.is_meta else made.normal_().div_(over)


class Linear(nn.Module):
    """Fully connected layer with equalised learning rate (Karras et al. 2018, section 4.1)."""

    def __init__(self, n_in: int, n_out: int, bias: float = 0.0, lr_mult: float = 1.0, gain: float = 1.0):
        super().__init__()
        self.weight = nn.Parameter(normal(n_out, n_in, over=lr_mult))
        self.bias = nn.Parameter(torch.full((n_out,), bias / lr_mult))
        self.alpha = gain * lr_mult / math.sqrt(n_in)
        self.beta = gain * lr_mult

    def forward(self, x: Tensor) -> Tensor:
        return torch.addmm(self.bias, x, self.weight.t(), beta=self.beta, alpha=self.alpha)


class StyledConv(nn.Module):
    """3x3 convolution with weight demodulation, noise, bias and leaky ReLU; ``up`` doubles the size
    first."""

    noise: Tensor
    fir: Tensor

    def __init__(self, n_in: int, n_out: int, w_dim: int, size: tuple[int, int], up: bool):
        super().__init__()
        self.weight = nn.Parameter(normal(n_out, n_in, 3, 3))
        self.bias = nn.Parameter(torch.zeros(n_out))
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.affine = Linear(w_dim, n_in, bias=1.0)
        self.register_buffer("noise", normal(*size))
        self._kept: tuple[Any, tuple[Tensor, Tensor]] | None = None
        self.up = up
        self.gain = 1 / math.sqrt(n_in * 9)
        if up:
            # [1, 3, 3, 1] / 8 with gain 2 on each axis; never on "meta", as no state dict fills it
            taps = torch.tensor([0.25, 0.75, 0.75, 0.25], device="cpu")
            self.register_buffer("fir", torch.outer(taps, taps), persistent=False)

    def forward(self, x: Tensor, style: Tensor, noise: Tensor | None) -> Tensor:
        """[n, c_in, h, w], [n, c_in], broadcastable to [n, 1, h', w'] -> [n, c_out, h', w']."""
        style = style * self.gain  # equalised learning rate, on the small tensor
        dtype = x.dtype
        if torch.is_autocast_enabled(x.device.type):
            dtype = torch.get_autocast_dtype(x.device.type)
        weight, energy = self._prepared(dtype)
        with torch.autocast(x.device.type, enabled=False):
            # leaky_relu(a) * sqrt(2) == leaky_relu(a * sqrt(2)), so the gain rides on the small factors
            demod = torch.rsqrt(style.float().square() @ energy.t() + 1e-8) * SQRT2  # [n, c_out]
            return ModulatedConvolution.apply(
                x.to(dtype),
                style.float(),
                weight,
                demod,
                self.bias * SQRT2,
                self.noise_strength * SQRT2,
                noise,
                self.fir.to(dtype) if self.up else None,
            )

    def _prepared(self, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """The weight in `dtype`, and its energy [c_out, c_in]; kept while the weight is frozen and the
        same.
        """
        weight = self.weight
        if weight.requires_grad or weight.is_inference():
            return weight.to(dtype), weight.float().square().sum((2, 3))
        key = (weight.data_ptr(), weight._version, weight.device, dtype)
        if self._kept is None or self._kept[0] != key:
            self._kept = key, (weight.to(dtype), weight.float().square().sum((2, 3)))
        return self._kept[1]


class ToRGB(nn.Module):
    """Modulated 1x1 convolution to three channels, without demodulation."""

    def __init__(self, n_in: int, w_dim: int):
        super().__init__()
        self.weight = nn.Parameter(normal(3, n_in))
        self.bias = nn.Parameter(torch.zeros(3))
        self.affine = Linear(w_dim, n_in, bias=1.0)
        self.gain = 1 / math.sqrt(n_in)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """[n, c, h, w], [n, c] -> [n, 3, h, w] in float32."""
        n, c, h, w = x.shape
        weight = (self.weight * (style * self.gain)[:, None, :]).to(x.dtype)  # [n, 3, c]
        if x.is_contiguous():
            rgb = torch.bmm(weight, x.flatten(2)).view(n, 3, h, w)
        else:  # channels last: the pixels are rows already
            rgb = torch.bmm(x.permute(0, 2, 3, 1).reshape(n, h * w, c), weight.transpose(1, 2))
            rgb = rgb.view(n, h, w, 3).permute(0, 3, 1, 2)
        return rgb.float() + self.bias.float()[None, :, None, None]


def upsample(image: Tensor) -> Tensor:
    """Double an image by the FIR [1, 3, 3, 1], zero outside: bilinear but for the border.

    [n, 3, h, w] -> [n, 3, 2h, 2w].
    """
    image = F.interpolate(F.pad(image, (1, 1, 1, 1)), scale_factor=2, mode="bilinear", align_corners=False)
    return image[:, :, 2:-2, 2:-2]


class Block(nn.Module):
    """One resolution: (upsampling conv,) conv, torgb. The lowest block has no upsampling conv."""

    def __init__(self, n_in: int, n_out: int, w_dim: int, size: tuple[int, int]):
        super().__init__()
        self.conv0 = StyledConv(n_in, n_out, w_dim, size, up=True) if n_in else None
        self.conv1 = StyledConv(n_out, n_out, w_dim, size, up=False)
        self.rgb = ToRGB(n_out, w_dim)

    @property
    def convs(self) -> list[StyledConv]:
        return [conv for conv in (self.conv0, self.conv1) if conv is not None]

    def forward(
        self, x: Tensor, image: Tensor | None, styles: Sequence[Tensor], noises: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor]:
        """Features and RGB of the block below -> of this one; a style per layer, a noise per convolution."""
        for conv, style, noise in zip(self.convs, styles, noises, strict=False):
            x = conv(x, style, noise)
        rgb = self.rgb(x, styles[-1])
        return x, rgb if image is None else upsample(image) + rgb


class Synthesis(nn.Module):
    """Learned constant and blocks; takes StyleSpace vectors, never W."""

    def __init__(self, config: GeneratorConfig):
        super().__init__()
        self.const = nn.Parameter(normal(config.channels[0], *config.base))
        below = (0, *config.channels[:-1])
        sizes = zip(below, config.channels, config.resolutions, strict=True)
        self.blocks = nn.ModuleList(Block(n_in, n_out, config.w_dim, size) for n_in, n_out, size in sizes)

    @property
    def stack(self) -> list[Block]:
        """The blocks, lowest first."""
        return cast("list[Block]", list(self.blocks))

    def start(self, n: int) -> Tensor:
        """The constant for a batch: [n, channels[0], *base], channels last where that is fast."""
        layout = torch.contiguous_format if self.const.device.type == "mps" else torch.channels_last
        return self.const[None].expand(n, -1, -1, -1).contiguous(memory_format=layout)

    def block(
        self,
        i: int,
        x: Tensor,  # [n, channels[i-1], h, w]: features of block i-1, whole or a crop; start(n) when i is 0
        image: Tensor | None,  # [n, 3, h, w]: RGB accumulated below, or None for this block's own share
        styles: Sequence[Tensor],  # of the whole network, as Generator.styles gives them
        noise: Noise | tuple[int, int] = "const",
    ) -> tuple[Tensor, Tensor]:
        """Run one block alone: ``(features, image)``, each twice as large as given.

        ``noise``: "const" (whole images only), "none", one tensor for each conv of the whole network, or
        ``(top, left)``: the place of the crop in this block's *input*, in pixels, to cut the fixed noise to
        it. A crop's convolutions see zeros past its edge: ``m`` wrong pixels at an inner edge become ``2
        * m + 3``.
        """
        block = self.stack[i]
        first = max(3 * i - 1, 0)
        wanted = styles[first : first + len(block.convs) + 1]
        return block(x, image, wanted, self._noises(i, x, noise))

    def _noises(self, i: int, x: Tensor, noise: Noise | tuple[int, int]) -> list[Tensor | None]:
        convs = self.stack[i].convs
        if isinstance(noise, str):
            if noise not in ("const", "none"):
                raise ValueError(f'noise is "const", "none", a list of tensors or (top, left), not {noise!r}')
            return [conv.noise if noise == "const" else None for conv in convs]
        if isinstance(noise, tuple) and isinstance(noise[0], int):
            scale = 2 if i else 1
            top, left, h, w = (scale * v for v in (*noise, *x.shape[2:]))
            return [conv.noise[top : top + h, left : left + w] for conv in convs]
        first = max(2 * i - 1, 0)
        return [*cast("Sequence[Tensor]", noise)[first : first + len(convs)]]

    def forward(
        self, styles: Sequence[Tensor], last: int | None = None, noise: Noise = "const"
    ) -> tuple[Tensor, list[Tensor]]:
        """Blocks 0 to ``last`` (all by default) -> the last features and the skip output of each block."""
        x, image, images = self.start(len(styles[0])), None, []
        for i in range(len(self.blocks) if last is None else last + 1):
            x, image = self.block(i, x, image, styles, noise)
            images.append(image)
        return x, images


class Generator(nn.Module):
    """StyleGAN2: z -> w -> W+ -> StyleSpace -> image.

    Images are float32 [n, 3, h, w], RGB, nominal range [-1, 1] (not clamped).
    """

    w_mean: Tensor

    def __init__(self, config: GeneratorConfig | None = None):
        super().__init__()
        self.config = config = config or GeneratorConfig()
        dims = [config.z_dim] + [config.w_dim] * config.mapping_layers
        self.mapping = nn.ModuleList(Linear(a, b, lr_mult=0.01, gain=SQRT2) for a, b in pairwise(dims))
        self.synthesis = Synthesis(config)
        self.register_buffer("w_mean", torch.zeros(config.w_dim))

    @property
    def z_dim(self) -> int:
        return self.config.z_dim

    @property
    def w_dim(self) -> int:
        return self.config.w_dim

    @property
    def num_ws(self) -> int:
        return self.config.num_ws

    @property
    def layers(self) -> tuple[StyleLayer, ...]:
        """Conv, torgb of the lowest block, then (upsampling conv, conv, torgb) of each block: 26 at 1024."""
        found, row = [], 0
        for i, block in enumerate(self.synthesis.stack):
            for conv in block.convs:
                found.append(StyleLayer(conv.weight.shape[1], row, i, "up" if conv.up else "conv"))
                row += 1
            found.append(StyleLayer(block.rgb.weight.shape[1], row, i, "rgb"))
        return tuple(found)

    @property
    def resolutions(self) -> tuple[tuple[int, int], ...]:
        """``(height, width)`` of each skip output, lowest first."""
        return self.config.resolutions

    @property
    def resolution(self) -> tuple[int, int]:
        """``(height, width)`` of the image."""
        return self.config.resolutions[-1]

    def w(self, z: Tensor, truncation_psi: float = 1.0) -> Tensor:
        """[n, z_dim] standard normal -> [n, w_dim], pulled towards ``w_mean`` by ``1 - truncation_psi``."""
        with torch.autocast(z.device.type, enabled=False):
            x = z.float()
            x = x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)
            for layer in self.mapping:
                x = F.leaky_relu(layer(x), 0.2)
        return x if truncation_psi == 1 else self.w_mean.lerp(x, truncation_psi)

    def w_plus(self, z: Tensor, truncation_psi: float = 1.0) -> Tensor:
        """[n, z_dim] -> [n, num_ws, w_dim], one ``w`` for all layers."""
        return self.w(z, truncation_psi)[:, None].expand(-1, self.num_ws, -1)

    def styles(self, w_plus: Tensor) -> list[Tensor]:
        """[n, num_ws, w_dim] (or [n, w_dim], the same for all) -> StyleSpace, one [n, c_in] per layer.

        Order as in Wu et al. 2021, see `layers`. A torgb reads the row of W+ that the next block's first conv
        reads.
        """
        if w_plus.ndim == 2:
            w_plus = w_plus[:, None].expand(-1, self.num_ws, -1)
        styles, row = [], 0
        with torch.autocast(w_plus.device.type, enabled=False):
            rows = w_plus.float().unbind(1)
            for block in self.synthesis.stack:
                for conv in block.convs:
                    styles.append(conv.affine(rows[row]))
                    row += 1
                styles.append(block.rgb.affine(rows[row]))
        return styles

    @overload
    def render(
        self,
        styles: Sequence[Tensor],
        *,
        resolution: int | None = ...,
        noise: Noise = ...,
        layers: Literal[False] = ...,
    ) -> Tensor: ...

    @overload
    def render(
        self,
        styles: Sequence[Tensor],
        *,
        resolution: int | None = ...,
        noise: Noise = ...,
        layers: Literal[True],
    ) -> list[Tensor]: ...

    def render(
        self,
        styles: Sequence[Tensor],
        *,
        resolution: int | None = None,  # longer side of the skip output, in pixels; None: of the image
        noise: Noise = "const",  # fixed buffers, nothing, or a tensor a conv, broadcastable to [n, 1, h, w]
        layers: bool = False,  # all skip outputs instead of the last one
    ) -> Tensor | list[Tensor]:
        """StyleSpace vectors -> image [n, 3, h, w]; with ``layers`` all skip outputs, lowest first."""
        _, images = self.synthesis(styles, self.block_of(resolution), noise)
        return images if layers else images[-1]

    def forward(self, w_plus: Tensor, **options: Any) -> Tensor | list[Tensor]:
        """``render(styles(w_plus), **options)``."""
        return self.render(self.styles(w_plus), **options)

    def block_of(self, resolution: int | None) -> int:
        """Index of the block whose longer side is ``resolution``; the last one for ``None``."""
        sides = [max(size) for size in self.resolutions]
        if resolution is not None and resolution not in sides:
            raise ValueError(f"no block of resolution {resolution}: this generator has {sides}")
        return len(sides) - 1 if resolution is None else sides.index(resolution)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor], *, latent_avg: Tensor | None = None) -> Generator:
        """Build from our own, rosinality's or NVIDIA's names; every size is read off the tensors.

        ``latent_avg`` ([w_dim]) is the mean of W where the file keeps it apart, as rosinality's checkpoints
        do.
        """
        config, own = to_own(state, latent_avg, cls)
        with torch.device("meta"):
            model = cls(config)
        model.load_state_dict(own, assign=True)
        return model
