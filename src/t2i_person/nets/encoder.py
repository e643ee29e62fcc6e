"""The contract of every encoder: pictures and texts as unit vectors of one space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

NEUTRAL = {"ru": "человек", "en": "a person"}  # language -> StyleCLIP's neutral text


class Encoder(Protocol):
    """Pictures, texts and, if it `reads_w`, W of the generator as unit vectors [n, d] of one space."""

    @property
    def language(self) -> str:
        """Of its texts: "ru" or "en"."""
        ...

    @property
    def side(self) -> int:
        """Longer side in pixels of the pictures it was trained on; 0: any small size will do."""
        ...

    @property
    def reads_w(self) -> bool:
        """Whether `encode_w` can be called."""
        ...

    def encode_image(self, images: Tensor) -> Tensor:
        """Pictures [n, 3, h, w] in [-1, 1] -> [n, d]; differentiable."""
        ...

    def encode_with_map(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """As `encode_image`, and a feature map [n, c, h, w] that two pictures can be compared by, or None."""
        ...

    def encode_raw(self, images: Tensor) -> Tensor:
        """As `encode_image`, without its own mean and deviation of pixels, as StyleCLIP's code does."""
        ...

    def encode_text(self, texts: list[str]) -> Tensor:
        """Texts -> [n, d]."""
        ...

    def encode_w(self, w: Tensor) -> Tensor:
        """W [n, w_dim] -> [n, d]: an estimate of the picture's embedding, without drawing the picture."""
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
    """The defaults of an encoder like CLIP, which has no calibration, does not read W, and knows any word.

    The probability that a text is true is a softmax over it and the neutral text, at CLIP's temperature.
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
