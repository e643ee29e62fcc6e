"""A small dual encoder: pictures of aligned people and short texts as unit vectors of one space.

CLIP's role (Radford et al. 2021) for one domain. Trained with a sigmoid loss (SigLIP, Zhai et al. 2023), so
that ``sigmoid(scale * dot + bias)`` is the probability that the text is true of the picture.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class _Residual(nn.Module):
    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(n_in, n_out, 3, 2, 1)
        self.norm1 = nn.GroupNorm(8, n_out)
        self.conv = nn.Conv2d(n_out, n_out, 3, 1, 1)
        self.norm2 = nn.GroupNorm(8, n_out)

    def forward(self, x: Tensor) -> Tensor:
        x = F.silu(self.norm1(self.down(x)))
        return x + F.silu(self.norm2(self.conv(x)))


class ImageTower(nn.Module):
    """[n, 3, side, side] in [-1, 1] -> [n, d] (not normalised).

    Faces are aligned, so the last map keeps its places. Normalised features forget plain colour, hence two
    more paths: from the picture reduced to 16x16, and from a soft histogram of the colours in 8x8 places.
    """

    def __init__(self, widths: tuple[int, ...], d: int, side: int = 128, shades: int = 32) -> None:
        super().__init__()
        self.side = side
        self.blocks = nn.Sequential(
            *(_Residual(a, b) for a, b in zip((3, *widths[:-1]), widths, strict=True))
        )
        last = side >> len(widths)
        self.head = nn.Linear(widths[-1] * last * last, d)
        self.colours = nn.Sequential(
            nn.Linear(3 * 16 * 16, 512), nn.SiLU(), nn.Linear(512, 256), nn.SiLU(), nn.Linear(256, d)
        )
        self.palette = nn.Sequential(
            nn.AvgPool2d(2),
            nn.Conv2d(3, shades, 1),
            nn.SiLU(),
            nn.Conv2d(shades, shades, 1),
            nn.SiLU(),
            nn.AdaptiveAvgPool2d(8),
        )
        self.shades = nn.Linear(shades * 8 * 8, d)

    def forward(self, images: Tensor) -> Tensor:
        if images.shape[-2:] != (self.side, self.side):
            images = F.interpolate(images, (self.side, self.side), mode="bilinear", antialias=True)
        small = F.adaptive_avg_pool2d(images, 16).flatten(1)
        shades = self.shades(self.palette(images).flatten(1))
        return self.head(self.blocks(images).flatten(1)) + self.colours(small) + shades


class TextTower(nn.Module):
    """Word vectors [n, l, v] and mask [n, l] (True is a word) -> [n, d] (not normalised)."""

    def __init__(self, v: int, width: int, d: int, layers: int) -> None:
        super().__init__()
        self.words = nn.Linear(v, width)
        self.places = nn.Parameter(torch.randn(16, width) * 0.02)
        block = nn.TransformerEncoderLayer(
            width, 4, 2 * width, 0.0, "gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, d))

    def forward(self, vectors: Tensor, mask: Tensor) -> Tensor:
        x = self.words(vectors) + self.places[: vectors.shape[1]]
        x = self.blocks(x, src_key_padding_mask=~mask) * mask[..., None]
        return self.head(x.sum(1) / mask.sum(1, keepdim=True).clamp(min=1))


class DualEncoder(nn.Module):
    """Both towers and the calibration of their dot product."""

    def __init__(self, widths: tuple[int, ...] = (24, 48, 96, 160, 224), d: int = 128, v: int = 300,
                 width: int = 128, layers: int = 2, side: int = 128) -> None:  # fmt: skip
        super().__init__()
        self.image = ImageTower(widths, d, side)
        self.text = TextTower(v, width, d, layers)
        self.log_scale = nn.Parameter(torch.tensor(2.5))
        self.bias = nn.Parameter(torch.tensor(-4.0))

    def encode_image(self, images: Tensor) -> Tensor:
        return F.normalize(self.image(images).float(), dim=1)

    def encode_text(self, vectors: Tensor, mask: Tensor) -> Tensor:
        return F.normalize(self.text(vectors, mask).float(), dim=1)

    def logits(self, images: Tensor, texts: Tensor) -> Tensor:
        """Unit [n, d], [m, d] -> [n, m]."""
        return self.log_scale.exp() * images @ texts.T + self.bias

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> DualEncoder:
        """Sizes are read off the tensors."""
        try:
            widths = tuple(
                state[f"image.blocks.{i}.down.weight"].shape[0]
                for i in range(sum(".down.weight" in k for k in state))
            )
            d, flat = state["image.head.weight"].shape
            width, v = state["text.words.weight"].shape
            layers = sum(k.endswith("norm1.weight") and k.startswith("text.") for k in state)
            last = round((flat / widths[-1]) ** 0.5)
        except (KeyError, IndexError) as error:
            raise ValueError(f"not a dual encoder: {error} is missing") from error
        net = cls(widths, d, v, width, layers, last << len(widths))
        net.load_state_dict(dict(state))
        return net
