"""The person that fits best, without leaving what the generator was trained to draw: a search in Z.

Two good people exchange coordinates. Each coordinate stays among what standard normal numbers give, so every
child is an ordinary sample of the generator; an edit of W or StyleSpace is not, and shows it when pushed far.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...packs import Pack
from ..edits.coordinates import resample_rest
from ..judge import SURE, embed_rendered, mean_log_probability, probabilities
from ..targets import Target

GENERATIONS = 16  # of the search for the person that fits
PARENTS = 8
FRESH, FEW = 0.1, 0.05  # share of a child's coordinates drawn anew: of two parents, of one
ASKED = 8  # so many searches share the gallery
FAR = 2.5  # to which those of one parent are drawn evenly: rare things (hats, dyed hair) lie at the ends


@dataclass(frozen=True)
class Crossover:
    """The search of this file: begun with the gallery, ended with people who share what was said alone."""

    pack: Pack
    truncation_psi: float
    resolution: int  # pixels at which people are looked at
    candidates: int

    def find(
        self,
        targets: Sequence[Target],
        random: torch.Generator,
        taken: Sequence[Tensor] = (),
        on_round: Callable[[int, int, Tensor], None] | None = None,
    ) -> Tensor:
        """z [n, z_dim] on the CPU, the best first. Another eighth of the gallery is begun with each time."""

        def tell(done: int, best: Tensor) -> None:
            if on_round is not None:
                on_round(done, GENERATIONS, best)

        pack, psi, side = self.pack, self.truncation_psi, self.resolution
        z = begin(pack, self.candidates, targets, random)
        z = search(pack, z, targets, psi, side, random, GENERATIONS, tell)
        return torch.cat([resample_rest(pack, z[:1], targets, psi, side, random), z])


@torch.no_grad()
def begin(pack: Pack, n: int, wanted: Sequence[Target], random: torch.Generator) -> Tensor:
    """People [n, z_dim] on the CPU to begin with; with targets half of them are the best of the gallery.

    Another eighth of the gallery is asked each time, so that two searches seldom end with one person; the
    whole of it if nobody there fits, for then the thing is rare.
    """
    z = torch.randn(n, pack.generator.z_dim, generator=random)
    if wanted and pack.gallery is not None:
        chance = probabilities(pack, pack.gallery.embeddings, wanted).cpu()
        some = torch.randperm(len(chance), generator=random)[: max(len(chance) // ASKED, 1)]
        asked = some if (chance[some] >= SURE).all(1).any() else torch.arange(len(chance))
        best = asked[mean_log_probability(chance[asked]).argsort(descending=True, stable=True)[: n // 2]]
        z[: len(best)] = pack.gallery.z[best]
    return z


@torch.no_grad()
def search(
    pack: Pack,
    z: Tensor,  # [n, z_dim] on the CPU: the first people
    wanted: Sequence[Target],
    truncation_psi: float,
    resolution: int | None,
    random: torch.Generator,
    rounds: int = 4,  # of n children each
    on_round: Callable[[int, Tensor], None] | None = None,  # number from 1, the best so far [z_dim]
) -> Tensor:
    """People [n, z_dim] on the CPU, the best first, after some generations; without targets `z` itself."""

    def fit(z: Tensor) -> tuple[Tensor, Tensor]:
        styles = pack.generator.styles(pack.generator.w_plus(z.to(pack.device), truncation_psi))
        chance = probabilities(pack, embed_rendered(pack, styles, resolution), wanted)
        return mean_log_probability(chance).cpu(), (chance >= SURE).all(1).cpu()

    n = len(z)
    score, done = fit(z)
    for generation in range(rounds + 1):
        order = score.argsort(descending=True, stable=True)[:n]
        z, score, done = z[order], score[order], done[order]
        if not wanted or generation == rounds or done[0]:
            return z
        if on_round is not None:
            on_round(generation + 1, z[0])
        parents = z[torch.randint(min(PARENTS, n), (2, n), generator=random)]  # [2, n, z_dim]
        first = torch.rand(z.shape, generator=random) < 0.5
        # every other child has one parent: what is missing late in the search is often one coordinate
        alone = torch.arange(n)[:, None] % 2 == 1
        fresh = torch.rand(z.shape, generator=random) < torch.where(alone, FEW, FRESH)
        children = torch.where(first | alone, parents[0], parents[1])
        normal = torch.randn(z.shape, generator=random)
        even = (2 * torch.rand(z.shape, generator=random) - 1) * FAR
        children = torch.where(fresh, torch.where(alone, even, normal), children)
        new_score, new_done = fit(children)
        z, score, done = torch.cat([z, children]), torch.cat([score, new_score]), torch.cat([done, new_done])
    return z
