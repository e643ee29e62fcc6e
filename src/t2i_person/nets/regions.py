"""Segmentation of drawn pictures into hair, skin, clothes and so on, from the generator's own features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

REGIONS = ("ground", "skin", "hair", "clothes", "hat", "other", "beard")
SIDE = 128  # pixels of the masks
WHOLE = 0, SIDE
EYES = 40, 78  # rows of glasses, not of earrings
SURE = 0.2, 0.8  # probability of a region: below it counts as 0, above as 1


class RegionHead(nn.Module):
    """Features of some blocks of a generator -> masks of `REGIONS`.

    Each place is classified on its own: the features of every block, enlarged to `SIDE`, go through one
    linear layer and a small perceptron. After DatasetGAN (Zhang et al. 2021,
    https://arxiv.org/abs/2104.06490): the features of a generator separate the parts of its pictures so well
    that a few labelled pictures are enough to train on.

    "skin" is face, ears, neck and shoulders, with eyebrows; "hair" is the hair of the head; "other" is
    glasses and earrings; bystanders are "ground".
    """

    def __init__(self, channels: Sequence[int], hidden: int = 64, inner: int = 32) -> None:
        super().__init__()
        self.first = nn.ModuleList(nn.Conv2d(c, hidden, 1, bias=i == 0) for i, c in enumerate(channels))
        self.second = nn.Conv2d(hidden, inner, 1)
        self.third = nn.Conv2d(inner, len(REGIONS), 1)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Features [n, c, s, s] of the blocks, lowest first -> masks [n, 7, 128, 128], float32, sum 1.

        Raises
        ------
        ValueError : the number of features is not that which the head was made for.
        """
        if len(features) != len(self.first):
            raise ValueError(f"the head reads {len(self.first)} blocks' features, not {len(features)}")
        total: Tensor | None = None
        for x, layer in zip(features, self.first, strict=True):
            y = layer(x.float())
            if y.shape[-1] != SIDE:
                y = functional.interpolate(y, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
            total = y if total is None else total + y
        assert total is not None
        y = functional.leaky_relu(self.second(functional.leaky_relu(total, 0.2)), 0.2)
        return torch.softmax(self.third(y), 1)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> RegionHead:
        """Build from tensors of any float type. The head computes in float32 and is in evaluation mode."""
        count = sum(name.startswith("first.") and name.endswith(".weight") for name in state)
        widths = [state[f"first.{i}.weight"].shape[1] for i in range(count)]
        head = cls(widths, *(state[f"{name}.weight"].shape[0] for name in ("first.0", "second")))
        head.load_state_dict({name: value.float() for name, value in state.items()})
        return head.eval().requires_grad_(False)


@dataclass(frozen=True)
class Place:
    """Where an edit may change the picture: some regions of the person before and after it, within a box.

    The boxes fit FFHQ's alignment, in which eyes and mouth are in the same place in all pictures.
    """

    regions: tuple[str, ...]
    rows: tuple[int, int] = WHOLE  # the first, and the one after the last
    columns: tuple[int, int] = WHOLE
    widened: int = 7  # pixels of 128: side of the square by which the regions are dilated
    whole: float = 1.0  # share of the box from which the regions are there with a probability of 1

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
EVERYWHERE = "all"  # the place of edits of the whole person; it lies below all other places
IN_FACE = ("face", "eyes", "mouth", "beard", "moustache", "other")  # places that turn with the face
ON_HAIR = ("hair", "hat")  # a hat with the hair below it


def of(regions: Tensor, name: str) -> Tensor:
    """One of the regions: [n, 7, s, s] -> [n, 1, s, s]."""
    return regions[:, REGIONS.index(name), None]


def grown(mask: Tensor, pixels: int) -> Tensor:
    return functional.max_pool2d(mask, pixels, 1, pixels // 2)


def smooth(mask: Tensor, pixels: int) -> Tensor:
    return functional.avg_pool2d(mask, pixels, 1, pixels // 2, count_include_pad=False)
