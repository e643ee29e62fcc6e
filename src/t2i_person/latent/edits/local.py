"""Steps along directions in W, each in the place that it is about where the recipe names one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...packs import Pack
from ..judge import embed_images, probabilities
from ..targets import Target
from . import Edit, LatentDirectionEdit, LocalDirectionEdit, parts_of
from .directions import apply
from .grafts import Move, render_grafted
from .wdirections import ALPHAS, IN_PLACE, w_direction


@dataclass
class InW:
    """A person who is moved in W; `directions.Steps`."""

    pack: Pack
    styles: list[Tensor]  # [1, c] a layer
    edits: tuple[Edit, ...]  # in the picture already, in order; those of the steps taken come last
    resolution: int | None

    def now(self, wanted: Sequence[Target]) -> Tensor:
        return self._probabilities(wanted, self.styles)

    def tried(self, target: Target, wanted: Sequence[Target]) -> tuple[list[float], Tensor]:
        place = self.pack.recipe.place_of(target.text, target.category)
        direction = w_direction(self.pack, target)
        alphas = [-a if target.negated else a for a in (IN_PLACE if place else ALPHAS)]
        many = torch.tensor(alphas, device=self.pack.device)
        if not place:
            return alphas, self._probabilities(wanted, apply(self.styles, direction, many))
        move = Move(place, [many[:, None] * step for step in direction])
        return alphas, self._probabilities(wanted, self.styles, move)

    def take(self, target: Target, alpha: float) -> None:
        place = self.pack.recipe.place_of(target.text, target.category)
        edit: Edit
        if place:
            edit = LocalDirectionEdit(target.name, target.text, target.category, place, alpha)
        else:
            edit = LatentDirectionEdit(target.name, alpha)
            self.styles = apply(self.styles, w_direction(self.pack, target), alpha)
        self.edits = (*self.edits, edit)

    def _probabilities(
        self, wanted: Sequence[Target], styles: list[Tensor], move: Move | None = None
    ) -> Tensor:
        parts = parts_of(self.edits)
        image, regions = render_grafted(self.pack, styles, parts, self.resolution, move)
        return probabilities(self.pack, embed_images(self.pack, image.clamp(-1, 1)), wanted, regions)
