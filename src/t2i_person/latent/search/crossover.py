"""Search by crossover: a genetic search in Z for the sample that fits best.

A child takes each coordinate of z from one of two good samples or draws it anew. Its coordinates stay within
the range of standard normal numbers, so each child is an ordinary sample of the generator. A strong edit in W
or StyleSpace, by contrast, can leave what the generator was trained to draw.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...packs import Pack
from ..edits.coordinates import resample_rest
from ..judge import SURE, ByEncoder, mean_log_probability, probabilities
from ..targets import Target

GENERATIONS = 16  # of a search
PARENTS = 8  # the best samples, from which parents are drawn
FRESH = 0.1  # share of a child's coordinates drawn anew if it has two parents
FEW = 0.05  # the same if it has one parent
SHARE = 8  # a search starts from an eighth of the gallery
FAR = 2.5  # a child of one parent has fresh coordinates uniform in [-FAR, FAR]: rare features lie far out


@dataclass(frozen=True)
class Crossover:
    """A search that starts from the gallery, and draws anew what the targets leave open."""

    pack: Pack
    truncation_psi: float
    resolution: int  # pixels: longer side of the images that the encoder scores
    candidates: int  # samples in a generation

    def find(
        self,
        targets: Sequence[Target],
        random: torch.Generator,
        taken: Sequence[Tensor] = (),
        on_round: Callable[[int, int, Tensor], None] | None = None,
    ) -> Tensor:
        """z [n, z_dim] on the CPU, the best first; see `Sampler.find`. `taken` is not used.

        The first ones are variants of the best sample: they keep the coordinates of the targets, the rest is
        drawn anew. There may be none.
        """

        def tell(done: int, best: Tensor) -> None:
            if on_round is not None:
                on_round(done, GENERATIONS, best)

        pack, psi, side = self.pack, self.truncation_psi, self.resolution
        z = begin(pack, self.candidates, targets, random)
        if targets and pack.gallery is not None:  # a first preview: drawing a generation takes seconds
            tell(0, z[0])
        z = search(pack, z, targets, psi, side, random, on_round=tell)
        return torch.cat([resample_rest(pack, z[:1], targets, psi, side, random), z])


@torch.no_grad()
def begin(
    pack: Pack,
    n: int,
    wanted: Sequence[Target],
    random: torch.Generator,
    sure: float = SURE,
) -> Tensor:
    """The first generation, z [n, z_dim] on the CPU; with targets half of it are the best of the gallery.

    Only a random eighth of the gallery is considered, so that two searches seldom end with the same sample.
    If no sample of that eighth has all targets, they are rare, and the whole gallery is considered.
    """
    z = torch.randn(n, pack.generator.z_dim, generator=random)
    if wanted and pack.gallery is not None:
        probability = probabilities(pack, pack.gallery.embeddings, wanted).cpu()
        some = torch.randperm(len(probability), generator=random)[: max(len(probability) // SHARE, 1)]
        asked = some if (probability[some] >= sure).all(1).any() else torch.arange(len(probability))
        best = asked[mean_log_probability(probability[asked]).argsort(descending=True, stable=True)[: n // 2]]
        z[: len(best)] = pack.gallery.z[best]
    return z


@torch.no_grad()
def search(
    pack: Pack,
    z: Tensor,  # [n, z_dim] on the CPU: the first generation
    wanted: Sequence[Target],
    truncation_psi: float,
    resolution: int | None,
    random: torch.Generator,
    rounds: int = GENERATIONS,  # of n children each
    on_round: Callable[[int, Tensor], None] | None = None,  # number from 1, the best so far [z_dim]
    sure: float = SURE,  # a probability that is enough
) -> Tensor:
    """z [n, z_dim] on the CPU, the best first, after at most `rounds` generations; without targets: `z`.

    It ends early when the best sample has all targets with a probability of at least `sure`.
    """

    def fit(z: Tensor) -> tuple[Tensor, Tensor]:
        styles = pack.generator.styles(pack.generator.w_plus(z.to(pack.device), truncation_psi))
        probability = ByEncoder(pack, resolution).probabilities(styles, wanted)
        return mean_log_probability(probability).cpu(), (probability >= sure).all(1).cpu()

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
        # every other child has one parent: late in a search often only one coordinate is wrong
        alone = torch.arange(n)[:, None] % 2 == 1
        fresh = torch.rand(z.shape, generator=random) < torch.where(alone, FEW, FRESH)
        children = torch.where(first | alone, parents[0], parents[1])
        normal = torch.randn(z.shape, generator=random)
        even = (2 * torch.rand(z.shape, generator=random) - 1) * FAR
        children = torch.where(fresh, torch.where(alone, even, normal), children)
        new_score, new_done = fit(children)
        z, score, done = torch.cat([z, children]), torch.cat([score, new_score]), torch.cat([done, new_done])
    return z
