"""People found by likelihood: tens of thousands of W are read without drawing one, the best are looked at.

Mapping 16,384 z costs less than drawing a few pictures. The encoder's own reading of W says how probable each
target is, and each thing that people usually are or have unless it is said; the best are drawn, and the
encoder's look at their pictures has the last word.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...packs import Pack
from ..judge import ByEncoder, ByProbe, probabilities
from ..targets import Target

POOL = 16_384  # people read
CHUNK = 1024  # at once: what each layer gives stays in the cache
APART = 4.0  # log probability that somebody just like one taken before is held back by, at least


@dataclass(frozen=True)
class Likelihood:
    """The sampler of packs whose encoder reads W."""

    pack: Pack
    truncation_psi: float
    resolution: int  # pixels at which people are looked at
    candidates: int  # a third of them are drawn and looked at

    @torch.no_grad()
    def find(
        self,
        targets: Sequence[Target],
        random: torch.Generator,
        taken: Sequence[Tensor] = (),
        on_round: Callable[[int, int, Tensor], None] | None = None,
    ) -> Tensor:
        """z [n, z_dim] on the CPU, the best first."""
        pack, judge = self.pack, ByProbe(self.pack)
        z = torch.randn(POOL, pack.generator.z_dim, generator=random)
        near = torch.cat([self._w(some) for some in taken]) if taken else None
        read = []
        for some in z.split(CHUNK):
            w = self._w(some)
            worth = self._worth(judge.embed([w]), targets)
            if near is not None:
                away = torch.cdist(w, near).square().mean(1) / (w - pack.generator.w_mean).square().sum(1)
                worth = worth - APART * (1 - away).clamp(min=0)
            read.append(worth.cpu())
        worth = torch.cat(read)
        best = worth.argsort(descending=True, stable=True)[: max(self.candidates // 3, 1)]
        if on_round is not None:
            on_round(1, 2, z[best[0]])
        styles = pack.generator.styles(pack.generator.w_plus(z[best].to(pack.device), self.truncation_psi))
        looked = self._worth(ByEncoder(pack, self.resolution).embed(styles), targets).cpu()
        order = (worth[best] / 2 + looked).argsort(descending=True, stable=True)
        if on_round is not None:
            on_round(2, 2, z[best[order[0]]])
        return z[best[order]]

    def _w(self, z: Tensor) -> Tensor:
        return self.pack.generator.w(z.to(self.pack.device), self.truncation_psi)

    def _worth(self, embeddings: Tensor, targets: Sequence[Target]) -> Tensor:
        """Log probability of the targets and of each usual thing, by weight: [n, d] -> [n]."""
        usual = [
            Target(text, text, "", weight < 0, weight=abs(weight))
            for text, weight in self.pack.recipe.usual.items()
        ]
        goal = [*targets, *usual]
        found = probabilities(self.pack, embeddings, goal).clamp(min=1e-4).log()
        return found @ found.new_tensor([target.weight for target in goal])
