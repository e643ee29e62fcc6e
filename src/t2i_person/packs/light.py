"""How unusual the light on a face is: green, purple, glaring or dim, told from W before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Light:
    """The skin of a face by W, beside what is usual for skin of that kind.

    It is told by k measures: its mean lightness, a and b in OKLab, and the deviation of its lightness.

    A search takes extremes: for dark brows it finds a dim room, for red hair red light. This holds against.
    """

    texts: Sequence[str]  # kinds of skin, for the encoder: their probabilities say what is usual
    skin: Tensor  # [k, w_dim + 1]: the measures from W, the constant last
    usual: Tensor  # [k, texts + 1]: the same from the probabilities of the texts, the constant last
    precision: Tensor  # [k, k]: inverse of the covariance of what is left

    def strangeness(self, w: Tensor, kinds: Tensor) -> Tensor:
        """Squared Mahalanobis distance from what is usual.

        Parameters
        ----------
        w : [n, w_dim].
        kinds : [n, texts], probabilities of `texts`.

        Returns
        -------
        [n]; of random people half are below 3, a tenth above 7, and above 14 faces are coloured by lamps.
        """
        off = affine(w, self.skin) - affine(kinds, self.usual)
        return ((off @ self.precision) * off).sum(1)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor], meta: Mapping[str, Any]) -> Light:
        """Build from tensors of any float type.

        Raises
        ------
        KeyError, ValueError : a tensor or the texts are missing, or their sizes do not fit each other.
        """
        texts = tuple(map(str, meta["texts"]))
        light = cls(texts, *(state[name].float() for name in ("skin", "usual", "precision")))
        k = len(light.skin)
        shapes = (light.skin.dim(), light.usual.shape, light.precision.shape)
        if shapes != (2, (k, len(texts) + 1), (k, k)):
            raise ValueError(f"sizes {shapes} of {k} measures and {len(texts)} texts")
        return light

    def to(self, device: torch.device) -> Light:
        return Light(self.texts, *(x.to(device) for x in (self.skin, self.usual, self.precision)))


def affine(x: Tensor, weights: Tensor) -> Tensor:
    """x [n, d], weights [k, d + 1] with the constant last -> [n, k]."""
    return x @ weights[:, :-1].T + weights[:, -1]
