"""Places of a portrait that an edit may change alone: some regions, perhaps within a box.

The boxes fit FFHQ's alignment, where eyes and mouths stand in the same places in all pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .regions import REGIONS, SIDE

WHOLE = 0, SIDE
EYES = 40, 78  # rows of glasses, not of earrings
SURE = 0.2, 0.8  # of a region: less counts as nothing, more as all


@dataclass(frozen=True)
class Place:
    """Where an edit is seen: the regions of the person before and after it, a little widened."""

    regions: tuple[str, ...]
    rows: tuple[int, int] = WHOLE  # the first, and the one after the last
    columns: tuple[int, int] = WHOLE
    widened: int = 7  # pixels of 128: side of the square that each pixel grows to
    whole: float = 1.0  # share of the box that the regions fill when they are there for sure

    def told(self, regions: Tensor) -> Tensor:
        """Probability that the regions are in the box: [n, 7, 128, 128] -> [n]."""
        index = [REGIONS.index(name) for name in self.regions]
        return (self._boxed(regions[:, index].sum(1)).mean((1, 2)) / self.whole).clamp(0, 1)

    def mask(self, before: Tensor, after: Tensor) -> Tensor:
        """Regions [n, 7, 128, 128] before and after -> how much is changed, [n, 1, 128, 128]."""
        index = [REGIONS.index(name) for name in self.regions]
        there = torch.maximum(before[:, index].sum(1, keepdim=True), after[:, index].sum(1, keepdim=True))
        low, high = SURE
        boxed = torch.zeros_like(there)
        self._boxed(boxed).copy_(self._boxed(there))
        return smooth(grown(((boxed - low) / (high - low)).clamp(0, 1), self.widened), 5)

    def _boxed(self, mask: Tensor) -> Tensor:
        return mask[..., slice(*self.rows), slice(*self.columns)]


# in the order in which they lie on each other, the lowest first
PLACES = {
    "clothes": Place(("clothes",)),
    "face": Place(("skin", "beard"), widened=5),
    "eyes": Place(("skin",), (52, 70), (28, 100), widened=1),
    "mouth": Place(("skin",), (84, 104), (42, 86), widened=1),
    "beard": Place(("beard",), widened=9),
    "moustache": Place(("beard",), (76, 88), (46, 82), widened=5, whole=0.3),  # the upper lip
    "hair": Place(("hair",)),
    "other": Place(("other",), rows=EYES),  # glasses
    "hat": Place(("hat", "hair")),
}
IN_FACE = ("face", "eyes", "mouth", "beard", "moustache", "other")  # they move with the face that they are in
ON_HAIR = ("hair", "hat")  # a hat with the hair below it


def of(regions: Tensor, name: str) -> Tensor:
    """One of the regions: [n, 7, s, s] -> [n, 1, s, s]."""
    return regions[:, REGIONS.index(name), None]


def grown(mask: Tensor, pixels: int) -> Tensor:
    return F.max_pool2d(mask, pixels, 1, pixels // 2)


def smooth(mask: Tensor, pixels: int) -> Tensor:
    return F.avg_pool2d(mask, pixels, 1, pixels // 2, count_include_pad=False)
