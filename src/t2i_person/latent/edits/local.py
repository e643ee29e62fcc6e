"""Steps along directions in W or StyleSpace, each in its own place where the recipe names one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...nets.regions import EVERYWHERE
from ...packs import Pack
from ..judge import embed_images, probabilities
from ..targets import Target
from . import Edit, LocalDirectionEdit, parts_of
from .grafts import Move, direction_of, render_grafted
from .wdirections import ALPHAS, IN_PLACE

IN_STYLESPACE = (0.5, 1.0, 1.7, 2.6, 4.0)  # alphas tried of a global direction; from 6 on there are no faces
PRICE = 0.3  # log probability that one unit of such an alpha costs


@dataclass
class Moving:
    """A sample that is moved in places of its picture; `directions.Steps`."""

    pack: Pack
    styles: list[Tensor]  # [1, c] per layer
    edits: tuple[Edit, ...]  # in the picture already, in order; those of the steps taken come last
    resolution: int | None
    neutral: str = ""  # what StyleCLIP's global directions are seen against; "": directions in W

    def now(self, wanted: Sequence[Target]) -> Tensor:
        return self._probabilities(wanted)

    def tried(self, target: Target, wanted: Sequence[Target]) -> tuple[list[float], Tensor]:
        place = self._place(target)
        direction = direction_of(self.pack, target, self.neutral)
        tried = IN_STYLESPACE if self.neutral else ALPHAS if place == EVERYWHERE else IN_PLACE
        alphas = [-a if target.negated else a for a in tried]
        many = torch.tensor(alphas, device=self.pack.device)
        move = Move(place, [many[:, None] * step for step in direction])
        return alphas, self._probabilities(wanted, move)

    def take(self, target: Target, alpha: float) -> None:
        name, said, place = target.name, target.text, self._place(target)
        edit = LocalDirectionEdit(name, said, target.category, place, alpha, neutral=self.neutral)
        self.edits = (*self.edits, edit)

    def _place(self, target: Target) -> str:
        return self.pack.recipe.place_of(target.text, target.category)

    def _probabilities(self, wanted: Sequence[Target], move: Move | None = None) -> Tensor:
        parts = parts_of(self.edits)
        image, regions = render_grafted(self.pack, self.styles, parts, self.resolution, move)
        return probabilities(self.pack, embed_images(self.pack, image.clamp(-1, 1)), wanted, regions)
