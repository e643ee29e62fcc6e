"""What every encoder is to the rest of the program: pictures and texts as unit vectors of one space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

NEUTRAL = {"ru": "человек", "en": "a person"}  # language -> the text of nobody in particular


class Encoder(Protocol):
    """Pictures, texts and, where it can, W of the pack's generator as unit vectors [n, d] of one space."""

    @property
    def language(self) -> str:
        """Of its texts: "ru" or "en"."""
        ...

    @property
    def side(self) -> int:
        """Pixels of the pictures it was made for; 0: small ones are enough."""
        ...

    @property
    def reads_w(self) -> bool:
        """Whether `encode_w` can be called."""
        ...

    def encode_image(self, images: Tensor) -> Tensor:
        """Pictures [n, 3, h, w] in [-1, 1] -> [n, d]; differentiable."""
        ...

    def encode_with_map(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """As `encode_image`, and a map [n, c, h, w] of what is where, if it has one worth comparing."""
        ...

    def encode_raw(self, images: Tensor) -> Tensor:
        """As `encode_image`, without its own mean and deviation of pixels, as StyleCLIP's code does."""
        ...

    def encode_text(self, texts: list[str]) -> Tensor:
        """Texts -> [n, d]."""
        ...

    def encode_w(self, w: Tensor) -> Tensor:
        """W [n, w_dim] -> [n, d]: what the picture of it will show, told without drawing it."""
        ...

    def score(self, embeddings: Tensor, texts: Tensor) -> Tensor:
        """Unit [n, d], [m, d] -> probability [n, m] that each text is true of each picture."""
        ...

    def unknown(self, text: str) -> list[str]:
        """Words of a text that it does not know."""
        ...


if TYPE_CHECKING:
    _Base = Encoder
else:
    _Base = object


class CommonEncoder(_Base):
    """What an encoder like CLIP has of the contract: no calibration, no W, no list of words.

    The probability that a text is true is the text held against nobody in particular: softmax over the two at
    CLIP's temperature.
    """

    language = "en"
    side = 0
    reads_w = False
    _neutral: Tensor | None = None

    def encode_with_map(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        return self.encode_image(images), None

    def encode_raw(self, images: Tensor) -> Tensor:
        return self.encode_image(images)

    def encode_w(self, w: Tensor) -> Tensor:
        raise ValueError("this encoder reads pictures and texts only, no W")

    def score(self, embeddings: Tensor, texts: Tensor) -> Tensor:
        if self._neutral is None:
            with torch.no_grad():
                self._neutral = self.encode_text([NEUTRAL[self.language]]).float()
        return torch.sigmoid(100 * embeddings @ (texts - self._neutral).T)

    def unknown(self, text: str) -> list[str]:
        return []
