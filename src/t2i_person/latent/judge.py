"""How probable it is that a person shows what was asked for.

Two judges give embeddings in the pack's one space: `ByEncoder` draws the picture and looks at it, `ByProbe`
reads W alone, which costs next to nothing and sees less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ..errors import PackError
from ..nets.regions import PLACES
from ..packs import Pack
from .targets import Target

SURE = 0.9  # probability from which a target needs no more work


class Judge(Protocol):
    """Latents -> unit embeddings [n, d], to be held against targets by `probabilities`."""

    def embed(self, latents: Sequence[Tensor]) -> Tensor: ...


@dataclass(frozen=True)
class ByEncoder:
    """Draws StyleSpace [n, c] a layer at a resolution (None: whole), `batch` at once, and looks."""

    pack: Pack
    resolution: int | None
    batch: int = 8

    def embed(self, latents: Sequence[Tensor]) -> Tensor:
        parts = zip(*(style.split(self.batch) for style in latents), strict=True)
        drawn = (self.pack.render(part, self.resolution).clamp(-1, 1) for part in parts)
        return torch.cat([embed_images(self.pack, images) for images in drawn])


@dataclass(frozen=True)
class ByProbe:
    """Reads W: latents are [w] with w [n, w_dim].

    Raises
    ------
    PackError : the pack's encoder reads pictures only.
    """

    pack: Pack

    @torch.no_grad()
    def embed(self, latents: Sequence[Tensor]) -> Tensor:
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
def embed_rendered(pack: Pack, styles: Sequence[Tensor], resolution: int | None, batch: int = 8) -> Tensor:
    """Unit embeddings [n, d] of the pictures that StyleSpace [n, c] a layer gives."""
    return ByEncoder(pack, resolution, batch).embed(styles)


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
