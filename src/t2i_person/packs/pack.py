"""What a pack is: its card, and its networks on one device."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..nets.encoder import NEUTRAL, Encoder
from ..nets.generator import Generator, Graft
from .donors import Donors
from .light import Light
from .recipe import Recipe

AT_ONCE = 4  # pictures drawn with their regions at once on a CPU: more take memory and save no time


@dataclass(frozen=True)
class Statistics:
    """Mean and standard deviation of each StyleSpace channel: one tensor [c] per layer."""

    mean: list[Tensor]
    std: list[Tensor]


@dataclass(frozen=True)
class Gallery:
    """Samples of the prior with the embeddings of their images. A search starts from the best of them."""

    z: Tensor  # [n, z_dim] on the CPU, standard normal
    embeddings: Tensor  # [n, d]: unit image embeddings, rendered with truncation psi 1


@dataclass(frozen=True, eq=False)
class PackInfo:
    """What a pack's card says; nothing heavy is read for it."""

    name: str
    version: str
    license: str
    path: Path
    draws: frozenset[str]  # categories of features
    card: dict[str, Any]  # pack.toml whole: provenance, SHA-256 of each file
    recipe: Recipe

    @property
    def digest(self) -> str:
        """SHA-256 of the files' SHA-256, in hex: two packs with one digest draw the same."""
        files = json.dumps(self.card.get("files", {}), sort_keys=True)
        return hashlib.sha256(files.encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Pack(PackInfo):
    """Weights that belong together, on one device, ready to use."""

    generator: Generator
    encoder: Encoder
    matting: nn.Module
    device: torch.device
    dtype: torch.dtype  # of the convolutions; parameters stay float32
    statistics: Statistics | None = None  # None, and no directions: the recipe takes no such edits
    directions: Tensor | None = None  # [channels, d]: where each channel moves the embedding, unit or zero
    gallery: Gallery | None = None
    regions: nn.Module | None = None  # generator's features -> where hair, skin, clothes and hat are
    donors: Donors | None = None  # samples whose hats, hair and so on can be transplanted
    sliders: Mapping[str, Tensor] = field(default_factory=dict)  # name -> step [w_dim] of one alpha
    # text -> [d + 1]: weights of a linear classifier on the image embedding, the bias last
    words: Mapping[str, Tensor] = field(default_factory=dict)
    light: Light | None = None  # how unusual the light on a face is, by W
    inversion: nn.Module | None = None  # images [n, 3, h, w] in [-1, 1] -> w [n, w_dim] less its mean
    _texts: dict[str, Tensor] = field(default_factory=dict, repr=False)

    def autocast(self) -> AbstractContextManager[Any]:
        """The context in which the networks compute in `dtype`."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.dtype)

    def render(self, styles: Sequence[Tensor], resolution: int | None = None) -> Tensor:
        """StyleSpace [n, c] per layer -> float32 images [n, 3, h, w] in [-1, 1], at `resolution` or whole."""
        with self.autocast():
            image = self.generator.render(styles, resolution=resolution)
        assert isinstance(image, Tensor)
        return image

    def render_regions(
        self, styles: Sequence[Tensor], resolution: int | None = None, grafts: Sequence[Graft] = ()
    ) -> tuple[Tensor, Tensor | None]:
        """As `render`, and masks [n, regions, s, s] in [0, 1] of hair, clothes and so on.

        They are None if the pack has no region network.
        """
        if self.regions is None:
            return self.render(styles, resolution), None
        n = len(styles[0])
        if n > AT_ONCE and self.device.type == "cpu":
            found = []
            for first in range(0, n, AT_ONCE):
                some = slice(first, first + AT_ONCE)
                own = [style[some] for style in styles]
                found.append(self.render_regions(own, resolution, [graft.of(some) for graft in grafts]))
            return torch.cat([image for image, _ in found]), torch.cat([x for _, x in found if x is not None])
        with self.autocast():
            image, features = self.generator.render_with_features(
                styles, resolution=resolution, grafts=grafts
            )
        return image, self.regions(features)

    def side(self, most: int) -> int:
        """The largest skip output of at most so many pixels."""
        sides = [max(size) for size in self.generator.resolutions]
        return max([side for side in sides if side <= most], default=sides[0])

    def text(self, texts: Sequence[str]) -> Tensor:
        """Unit embeddings [n, d] of texts, each encoded once, and alone: batches change the last bits."""
        known = {text: vector for text in texts if (vector := self._texts.get(text)) is not None}
        if new := [text for text in dict.fromkeys(texts) if text not in known]:
            with torch.no_grad():
                known.update((text, self.encoder.encode_text([text])[0].float()) for text in new)
            if len(self._texts) > 10_000:  # else the cache of a long-running service would grow without end
                self._texts.clear()
            self._texts.update(known)
        return torch.stack([known[text] for text in texts])

    def score(self, images: Tensor, texts: Tensor) -> Tensor:
        """Probability that each text is true of each image: unit [n, d], [m, d] -> [n, m] in [0, 1]."""
        return self.encoder.score(images, texts)

    @property
    def neutral(self) -> str:
        """StyleCLIP's neutral text in the encoder's language."""
        return NEUTRAL[self.encoder.language]


def to_pixels(image: Tensor) -> np.ndarray:
    """[3, h, w] in [-1, 1] -> HWC uint8."""
    return ((image.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).cpu().numpy()


def to_image(pixels: np.ndarray, device: torch.device) -> Tensor:
    """HWC uint8 -> [1, 3, h, w] in [-1, 1]; the reverse of `to_pixels`."""
    return torch.tensor(pixels).to(device).permute(2, 0, 1)[None].float() / 127.5 - 1
