"""Search by likelihood: many W are scored without drawing, and only the best of them are drawn.

Mapping 16,384 z to W costs less than drawing a few pictures. The encoder estimates the probability of each
target from W alone, and of each thing that is usual unless the text says otherwise. The best W are drawn, and
the encoder scores their images. If none of them fits, the next round adds other z. Common targets take one
round, rare ones a few.
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

POOL = 16_384  # samples scored by W in a round
CHUNK = 2048  # samples scored at once
ROUNDS = 4  # at most
FITS = 0.6  # probability: a sample whose targets all reach it ends the search
# share of the picture that a region needs so that a colour put on it can be seen
ENOUGH: dict[Kind, float] = {"clothes": 0.05, "hat": 0.03, "hair": 0.05}
BATCH = 8  # pictures drawn at once
# log probability: penalty of each unit of `Light.strangeness` above that of most faces
STRANGE, USUAL = 1.0, 4.0
APART = 4.0  # log probability: penalty of a sample at the same W as one taken before


@dataclass(frozen=True)
class Likelihood:
    """The sampler of packs whose encoder can score W."""

    pack: Pack
    truncation_psi: float
    resolution: int  # pixels: longer side of the images that the encoder scores
    candidates: int  # a third of them is drawn in a round

    @torch.no_grad()
    def find(
        self,
        targets: Sequence[Target],
        random: torch.Generator,
        taken: Sequence[Tensor] = (),
        on_round: Callable[[int, int, Tensor], None] | None = None,
    ) -> Tensor:
        """z [n, z_dim] on the CPU, the best first; see `Sampler.find`."""
        pack, goal = self.pack, [*targets, *self._usual()]
        near = torch.cat([self._w(some) for some in taken]) if taken else None
        needed = [j for j, target in enumerate(targets) if target.weight >= 1]  # edits can put on the rest
        drawn = max(self.candidates // 3, 1)  # images in a round
        # z that are not drawn yet, the best first, and their log probabilities by W
        waiting, by_w = torch.empty(0, pack.generator.z_dim), torch.empty(0)
        found, total = waiting, by_w  # z that were drawn, and their log probabilities by W and image
        for done in range(1, ROUNDS + 1):
            z = torch.randn(POOL, pack.generator.z_dim, generator=random)
            scored: list[Tensor] = []
            for some in z.split(CHUNK):
                scored.append(self._score_w(some, goal, near))
                # a first preview: the rest takes seconds
                if on_round is not None and done == len(scored) == 1:
                    on_round(0, ROUNDS, some[scored[0].argmax()])
            waiting, by_w = torch.cat([waiting, z]), torch.cat([by_w, *scored])
            best = by_w.argsort(descending=True, stable=True)[: drawn * (ROUNDS + 1 - done)]
            waiting, by_w = waiting[best], by_w[best]
            probability, room = self._score_images(waiting[:drawn], goal)
            found = torch.cat([found, waiting[:drawn]])
            by_image = self._log_probability(probability, goal) + room.log().sum(1)
            total = torch.cat([total, by_w[:drawn] / 2 + by_image])
            waiting, by_w = waiting[drawn:], by_w[drawn:]
            order = total.argsort(descending=True, stable=True)
            if on_round is not None:
                on_round(done, ROUNDS, found[order[0]])
            if ((probability[:, needed] >= FITS).all(1) & (room >= FITS).all(1)).any():
                break
        return found[order]

    def _usual(self) -> list[Target]:
        """Targets of the recipe's `usual`; a negative weight means that the thing should not be there."""
        weights = self.pack.recipe.usual.items()
        return [Target(text, text, "", weight < 0, weight=abs(weight)) for text, weight in weights]

    def _score_w(self, z: Tensor, goal: Sequence[Target], near: Tensor | None) -> Tensor:
        """Log probability of the goal by W alone, less penalties for odd light and for W close to `near`.

        [n, z_dim] -> [n].
        """
        w, light = self._w(z), self.pack.light
        embeddings = ByProbe(self.pack).embed([w])
        found = self._log_probability(probabilities(self.pack, embeddings, goal), goal)
        if light is not None:
            kinds = [Target(text, text, "skin") for text in light.texts]
            strange = light.strangeness(w, probabilities(self.pack, embeddings, kinds))
            found = found - STRANGE * (strange - USUAL).clamp(min=0).cpu()
        if near is not None:
            away = torch.cdist(w, near).square().mean(1)
            away = away / (w - self.pack.generator.w_mean).square().sum(1)
            found = found - APART * (1 - away).clamp(min=0).cpu()
        return found

    def _score_images(self, z: Tensor, goal: Sequence[Target]) -> tuple[Tensor, Tensor]:
        """Draw z [n, z_dim] and score the images, on the CPU.

        Returns
        -------
        Probability of each target, [n, targets] in [0, 1].
        For each region that an edit may have to colour its area over the area it needs, [n, regions] in
        [0.01, 1].
        """
        pack, generator = self.pack, self.pack.generator
        said = [said_colour(target.text, target.category) for target in goal if target.weight < 1]
        kinds = sorted({kind for kind, _ in filter(None, said)} & ENOUGH.keys())
        found, room = [], []
        for some in z.split(BATCH):
            styles = generator.styles(generator.w_plus(some.to(pack.device), self.truncation_psi))
            images, masks = pack.render_regions(styles, self.resolution)
            found.append(probabilities(pack, embed_images(pack, images.clamp(-1, 1)), goal).cpu())
            if masks is None or not kinds:
                room.append(torch.ones(len(some), 0))
                continue
            shares = [masks[:, REGIONS.index(kind)].mean((1, 2)) / ENOUGH[kind] for kind in kinds]
            room.append(torch.stack(shares, 1).cpu())
        return torch.cat(found), torch.cat(room).clamp(0.01, 1)

    def _w(self, z: Tensor) -> Tensor:
        return self.pack.generator.w(z.to(self.pack.device), self.truncation_psi)

    def _log_probability(self, probability: Tensor, goal: Sequence[Target]) -> Tensor:
        """Weighted sum of log probabilities: [n, targets] -> [n], on the CPU."""
        weights = probability.new_tensor([target.weight for target in goal])
        return (probability.clamp(min=1e-4).log() @ weights).cpu()
