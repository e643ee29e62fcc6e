"""A small dual encoder: pictures of aligned people and short texts as unit vectors of one space.

CLIP's role (Radford et al. 2021) for one domain. Trained with a sigmoid loss (SigLIP, Zhai et al. 2023), so
that ``sigmoid(scale * dot + bias)`` is the probability that the text is true of the picture. It may have a
third tower, which reads a generator's latent W instead of the picture, thousands a second.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .efficientnet import EfficientNet, sizes

MIDDLE = 112  # channels of the backbone's last map at a sixteenth of the picture's side


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

    Faces are aligned, so the last map is not pooled: each of its places means a part of the face. Group
    normalisation loses plain colour, hence two more paths: the picture reduced to 16x16, and a soft histogram
    of the colours in each of 8x8 places.
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


class PhotoTower(nn.Module):
    """[n, 3, side, side] in [-1, 1] -> [n, d] (not normalised), on a backbone trained on photographs.

    Faces are aligned, so neither its last map nor the finer one below, reduced to `places` channels, is
    pooled. Plain colour comes from the picture reduced to 16x16, as in `ImageTower`.
    """

    def __init__(self, net: EfficientNet, d: int, side: int = 192, places: int = 24, thin: int = 64) -> None:
        super().__init__()
        if side % 32:
            raise ValueError(f"the side is a multiple of 32, not {side}")
        self.net, self.side = net, side
        widths = [block.project.out_channels for block in net.inner]
        # blocks up to the map that is fine enough for eyes and collars
        self.middle = len(widths) - widths[::-1].index(MIDDLE)
        self.places = nn.Conv2d(MIDDLE, places, 1)
        self.thin = nn.Conv2d(net.head.out_channels, thin, 1)
        self.near = nn.Linear(places * (side // 16) ** 2, d)
        self.far = nn.Linear(thin * (side // 32) ** 2, d)
        self.head = nn.Linear(net.head.out_channels, d)
        self.colours = nn.Sequential(nn.Linear(3 * 16 * 16, 256), nn.SiLU(), nn.Linear(256, d))

    def forward(self, images: Tensor) -> Tensor:
        return self.read_with_map(images)[0]

    def read_with_map(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """What `forward` gives, and the backbone's map that keeps places, [n, 112, side / 16, side / 16]."""
        if images.shape[-2:] != (self.side, self.side):
            images = F.interpolate(images, (self.side, self.side), mode="bilinear", antialias=True)
        middle = self.net.lower(images, self.middle)
        last = self.net.upper(middle, self.middle)
        small = F.adaptive_avg_pool2d(images, 16).flatten(1)
        near = self.near(F.silu(self.places(middle)).flatten(1))
        far = self.far(F.silu(self.thin(last)).flatten(1))
        return near + far + self.head(last.mean((2, 3))) + self.colours(small), middle

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> PhotoTower:
        """Sizes are read off the tensors; KeyError where one is missing."""
        inner = {key[4:]: value for key, value in state.items() if key.startswith("net.")}
        thin, (d, flat) = len(state["thin.weight"]), state["far.weight"].shape
        side = 32 * round((flat / thin) ** 0.5)
        net = cls(
            EfficientNet(sizes(inner), len(inner["head.weight"])), d, side, len(state["places.weight"]), thin
        )
        net.load_state_dict(dict(state))
        return net


class LatentTower(nn.Module):
    """w [n, w_dim], as drawn -> [n, d] (not normalised): a linear map beside a small network."""

    mean: Tensor
    scale: Tensor

    def __init__(self, w_dim: int, d: int, width: int = 512) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(w_dim))
        self.register_buffer("scale", torch.ones(()))
        self.straight = nn.Linear(w_dim, d)
        self.bent = nn.Sequential(
            nn.Linear(w_dim, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, d)
        )

    def forward(self, w: Tensor) -> Tensor:
        x = (w - self.mean) / self.scale
        return self.straight(x) + self.bent(x)


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
    """The towers and the calibration of their dot product.

    By default its pictures are read by an `ImageTower` of these `widths`; `image` is another tower, with the
    attribute `side`. With `w_dim` there is a tower for W of `w_width`.
    """

    def __init__(self, widths: tuple[int, ...] = (24, 48, 96, 160, 224), d: int = 128, v: int = 300,
                 width: int = 128, layers: int = 2, side: int = 128, *,
                 image: ImageTower | PhotoTower | None = None,
                 w_dim: int = 0, w_width: int = 512) -> None:  # fmt: skip
        super().__init__()
        self.image = ImageTower(widths, d, side) if image is None else image
        self.text = TextTower(v, width, d, layers)
        self.latent = LatentTower(w_dim, d, w_width) if w_dim else None
        self.log_scale = nn.Parameter(torch.tensor(2.5))
        self.bias = nn.Parameter(torch.tensor(-4.0))

    def encode_image(self, images: Tensor) -> Tensor:
        return F.normalize(self.image(images).float(), dim=1)

    def encode_w(self, w: Tensor) -> Tensor:
        """[n, w_dim] -> unit [n, d]; ValueError when there is no tower for W."""
        if self.latent is None:
            raise ValueError("this encoder does not read W")
        return F.normalize(self.latent(w.float()).float(), dim=1)

    def encode_text(self, vectors: Tensor, mask: Tensor) -> Tensor:
        return F.normalize(self.text(vectors, mask).float(), dim=1)

    def logits(self, images: Tensor, texts: Tensor) -> Tensor:
        """Unit [n, d], [m, d] -> [n, m]."""
        return self.log_scale.exp() * images @ texts.T + self.bias

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> DualEncoder:
        """Which towers there are, and their sizes, are read off the tensors."""
        try:
            image = _image_tower({key[6:]: value for key, value in state.items() if key.startswith("image.")})
            width, v = state["text.words.weight"].shape
            d = len(state["text.head.1.weight"])
            layers = sum(k.endswith("norm1.weight") and k.startswith("text.") for k in state)
            latent = state.get("latent.bent.0.weight", torch.empty(0, 0))
        except (KeyError, IndexError) as error:
            raise ValueError(f"not a dual encoder: {error} is missing") from error
        net = cls(
            d=d, v=v, width=width, layers=layers, image=image, w_dim=latent.shape[1], w_width=len(latent)
        )
        net.load_state_dict(dict(state))
        return net


def _image_tower(state: Mapping[str, Tensor]) -> ImageTower | PhotoTower:
    if "places.weight" in state:
        return PhotoTower.from_state_dict(state)
    widths = tuple(
        state[f"blocks.{i}.down.weight"].shape[0] for i in range(sum(".down.weight" in k for k in state))
    )
    d, flat = state["head.weight"].shape
    last = round((flat / widths[-1]) ** 0.5)
    return ImageTower(widths, d, last << len(widths))
