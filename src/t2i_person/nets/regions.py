"""What each place of a drawn person is, told from the generator's own features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

REGIONS = ("ground", "skin", "hair", "clothes", "hat", "other", "beard")
SIDE = 128  # pixels of the masks


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
        ValueError : as many features as the head was made for are not given.
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
        """The head whose tensors these are, of any float type; computes in float32, in evaluation mode."""
        count = sum(name.startswith("first.") and name.endswith(".weight") for name in state)
        widths = [state[f"first.{i}.weight"].shape[1] for i in range(count)]
        head = cls(widths, *(state[f"{name}.weight"].shape[0] for name in ("first.0", "second")))
        head.load_state_dict({name: value.float() for name, value in state.items()})
        return head.eval().requires_grad_(False)
