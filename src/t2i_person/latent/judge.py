"""How probable it is that a sample shows what was asked for.

`ByEncoder` draws the picture and embeds it. `ByProbe` estimates the same embedding from W alone, which costs
next to nothing and tells less.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ..errors import PackError
from ..nets.regions import PLACES
from ..packs import Pack
from .targets import Target

SURE = 0.9  # probability from which a target needs no more work


@dataclass(frozen=True)
class Judge(ABC):
    """Latents of samples -> probabilities of targets."""

    pack: Pack

    @abstractmethod
    def embed(self, latents: Sequence[Tensor]) -> Tensor:
        """Unit embeddings [n, d] of n samples."""

    def probabilities(self, latents: Sequence[Tensor], targets: Sequence[Target]) -> Tensor:
        """Probability that each target holds: [n, targets]."""
        return probabilities(self.pack, self.embed(latents), targets)


@dataclass(frozen=True)
class ByEncoder(Judge):
    """Draws StyleSpace [n, c] per layer, and embeds the pictures."""

    resolution: int | None  # pixels: longer side of the pictures; None: whole
    batch: int = 8  # pictures at once

    @torch.no_grad()
    def embed(self, latents: Sequence[Tensor]) -> Tensor:
        """Unit embeddings [n, d] of the pictures."""
        parts = zip(*(style.split(self.batch) for style in latents), strict=True)
        drawn = (self.pack.render(part, self.resolution).clamp(-1, 1) for part in parts)
        return torch.cat([embed_images(self.pack, images) for images in drawn])


class ByProbe(Judge):
    """Reads W: latents are [w] with w [n, w_dim]."""

    @torch.no_grad()
    def embed(self, latents: Sequence[Tensor]) -> Tensor:
        """Unit embeddings [n, d], estimated.

        Raises
        ------
        PackError : the pack's encoder reads pictures only.
        """
        if not self.pack.encoder.reads_w:
            raise PackError(f"The encoder of the pack {self.pack.name} reads no W.")
        (w,) = latents
        return self.pack.encoder.encode_w(w)


@torch.no_grad()
def embed_images(pack: Pack, images: Tensor) -> Tensor:
    """Images [n, 3, h, w] in [-1, 1] -> unit embeddings [n, d], float32."""
    with pack.autocast():
        return normalize(pack.encoder.encode_image(images).float())


@torch.no_grad()
def probabilities(
    pack: Pack,
    embeddings: Tensor,
    targets: Sequence[Target],
    regions: Tensor | None = None,  # [n, 7, s, s] of the same pictures, for what is told from them
) -> Tensor:
    """Probability that each target holds: unit embeddings [n, d] -> [n, targets].

    For a target with others beside it (`Target.also`) it is the lowest of their probabilities. They depend on
    each other, so their product would be too small.
    """
    if not targets:
        return embeddings.new_ones(len(embeddings), 0)
    parts = [(target, *target.also) for target in targets]
    texts = [part.text for some in parts for part in some]
    true = list(pack.score(embeddings, pack.text(texts)).unbind(1))
    for j, text in enumerate(texts):
        if (word := pack.words.get(text)) is not None:
            true[j] = torch.sigmoid(embeddings @ word[:-1] + word[-1])
        place = pack.recipe.told.get(text)
        if place and regions is not None:
            true[j] = PLACES[place].told(regions)
    found, at = [], 0
    for some in parts:
        each = [1 - p if t.negated else p for p, t in zip(true[at : at + len(some)], some, strict=True)]
        found.append(torch.stack(each).amin(0))
        at += len(some)
    return torch.stack(found, 1)


def mean_log_probability(probability: Tensor) -> Tensor:
    """Over the targets: [n, targets] -> [n]; 0 is perfect."""
    if not probability.shape[1]:
        return probability.new_zeros(len(probability))
    return probability.clamp(min=1e-6).log().mean(1)
