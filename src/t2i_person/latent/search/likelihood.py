"""People found by likelihood: tens of thousands of W are read without drawing one, the best are looked at.

Mapping 16,384 z costs less than drawing a few pictures. The encoder's own reading of W says how probable each
target is, and each thing that people usually are or have unless it is said; the best are drawn, and the
encoder's look at their pictures has the last word. Where that word is no, it begins again with other z: what
is common costs one round, what is rare a few.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...nets.regions import REGIONS
from ...packs import Pack
from ...picture.colours import Kind, said_colour
from ..judge import ByProbe, embed_images, probabilities
from ..targets import Target

POOL = 16_384  # people read in a round
CHUNK = 2048  # at once
ROUNDS = 4  # at most
FITS = 0.6  # probability of each target from which nobody better is sought
# share of the picture from which a region is large enough to show a colour that is put on it
ENOUGH: dict[Kind, float] = {"clothes": 0.05, "hat": 0.03, "hair": 0.05}
BATCH = 8  # pictures drawn at once
APART = 4.0  # log probability that somebody just like one taken before is held back by, at least


@dataclass(frozen=True)
class Likelihood:
    """The sampler of packs whose encoder reads W."""

    pack: Pack
    truncation_psi: float
    resolution: int  # pixels at which people are looked at
    candidates: int  # a third of them are drawn and looked at in a round

    @torch.no_grad()
    def find(
        self,
        targets: Sequence[Target],
        random: torch.Generator,
        taken: Sequence[Tensor] = (),
        on_round: Callable[[int, int, Tensor], None] | None = None,
    ) -> Tensor:
        """z [n, z_dim] on the CPU, the best first."""
        pack, goal = self.pack, [*targets, *self._usual()]
        near = torch.cat([self._w(some) for some in taken]) if taken else None
        needed = [j for j, target in enumerate(targets) if target.weight >= 1]  # the others can be put there
        look = max(self.candidates // 3, 1)
        left, hope = torch.empty(0, pack.generator.z_dim), torch.empty(0)  # not looked at yet, the best first
        people, worth = left, hope
        for done in range(1, ROUNDS + 1):
            z = torch.randn(POOL, pack.generator.z_dim, generator=random)
            read = torch.cat([self._read(some, goal, near) for some in z.split(CHUNK)])
            left, hope = torch.cat([left, z]), torch.cat([hope, read])
            best = hope.argsort(descending=True, stable=True)[: look * (ROUNDS + 1 - done)]
            left, hope = left[best], hope[best]
            seen, place = self._look(left[:look], goal)
            people = torch.cat([people, left[:look]])
            worth = torch.cat([worth, hope[:look] / 2 + self._worth(seen, goal) + place.log().sum(1)])
            left, hope = left[look:], hope[look:]
            order = worth.argsort(descending=True, stable=True)
            if on_round is not None:
                on_round(done, ROUNDS, people[order[0]])
            if ((seen[:, needed] >= FITS).all(1) & (place >= FITS).all(1)).any():
                break
        return people[order]

    def _usual(self) -> list[Target]:
        weights = self.pack.recipe.usual.items()
        return [Target(text, text, "", weight < 0, weight=abs(weight)) for text, weight in weights]

    def _read(self, z: Tensor, goal: Sequence[Target], near: Tensor | None) -> Tensor:
        """Log probability of the goal by W alone, less for who is like those in `near`: [n, z_dim] -> [n]."""
        w = self._w(z)
        found = self._worth(probabilities(self.pack, ByProbe(self.pack).embed([w]), goal), goal)
        if near is not None:
            away = torch.cdist(w, near).square().mean(1)
            away = away / (w - self.pack.generator.w_mean).square().sum(1)
            found = found - APART * (1 - away).clamp(min=0).cpu()
        return found

    def _look(self, z: Tensor, goal: Sequence[Target]) -> tuple[Tensor, Tensor]:
        """By the pictures of z [n, z_dim], on the CPU: probability of each target [n, targets], and of each
        region that a colour may have to be put on, how near it is to being large enough [n, regions].
        """
        pack, generator = self.pack, self.pack.generator
        said = [said_colour(target.text, target.category) for target in goal if target.weight < 1]
        kinds = sorted({kind for kind, _ in filter(None, said)})
        seen, place = [], []
        for some in z.split(BATCH):
            styles = generator.styles(generator.w_plus(some.to(pack.device), self.truncation_psi))
            images, masks = pack.render_regions(styles, self.resolution)
            seen.append(probabilities(pack, embed_images(pack, images.clamp(-1, 1)), goal).cpu())
            if masks is None or not kinds:
                place.append(torch.ones(len(some), 0))
                continue
            shares = [masks[:, REGIONS.index(kind)].mean((1, 2)) / ENOUGH[kind] for kind in kinds]
            place.append(torch.stack(shares, 1).cpu())
        return torch.cat(seen), torch.cat(place).clamp(0.01, 1)

    def _w(self, z: Tensor) -> Tensor:
        return self.pack.generator.w(z.to(self.pack.device), self.truncation_psi)

    def _worth(self, probability: Tensor, goal: Sequence[Target]) -> Tensor:
        """Log probability of all together, by weight: [n, targets] -> [n], on the CPU."""
        weights = probability.new_tensor([target.weight for target in goal])
        return (probability.clamp(min=1e-4).log() @ weights).cpu()
