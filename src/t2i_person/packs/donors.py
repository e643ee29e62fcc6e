"""Donors: samples of a generator whose hats, hair, clothes or dark glasses are transplanted to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ..nets.regions import REGIONS

SIDE = 32  # pixels of the masks


@dataclass(frozen=True)
class Donors:
    """Made by ``lab faces donors``. A record names a donor by its index."""

    w: Tensor  # [n, w_dim]
    embeddings: Tensor  # [n, d]: unit image embeddings
    masks: Tensor  # [n, 3, 32, 32] in [0, 1]: what is given away, skin, ground
    colour: Tensor  # [n, 3]: mean OKLab of what is given away
    region: Tensor  # [n]: index in `nets.regions.REGIONS` of what is given away
    male: Tensor  # [n] bool

    def __len__(self) -> int:
        return len(self.w)

    def to(self, device: torch.device) -> Donors:
        return Donors(*(value.to(device) for value in vars(self).values()))

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> Donors:
        """Of the tensors of ``donors.safetensors``.

        Raises
        ------
        KeyError, ValueError : tensors are missing, or their sizes differ.
        """
        found = cls(
            state["w"].float(),
            normalize(state["seen"].float(), dim=1),
            state["masks"].float() / 255,
            state["colour"].float(),
            state["region"].long(),
            state["male"].bool(),
        )
        n = len(found.w)
        if {len(value) for value in vars(found).values()} != {n} or found.masks.shape[1:] != (3, SIDE, SIDE):
            raise ValueError("its tensors differ in the number of donors, or the masks in size")
        if n and not 0 <= int(found.region.min()) <= int(found.region.max()) < len(REGIONS):
            raise ValueError(f"it names regions beyond the {len(REGIONS)} that exist")
        return found
