"""The contract of every generator: its latent spaces, their sizes, and how they become pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from torch import Tensor

Role = Literal["conv", "up", "rgb"]


@dataclass(frozen=True)
class StyleLayer:
    """One layer of StyleSpace (Wu et al., "StyleSpace Analysis", 2021)."""

    width: int  # channels of its style
    row: int  # of W+ that its style is made of
    block: int  # of the generator that reads it, lowest resolution first
    role: Role  # "up" enlarges the features, "rgb" makes the picture of them, "conv" is any other


@dataclass(frozen=True)
class Graft:
    """A part of another picture, put into the features of one that is drawn.

    Features keep their place in the picture, so that a place can be taken over from another picture, with
    that picture's styles (Suzuki et al. 2018, https://arxiv.org/abs/1811.10153; Collins et al. 2020,
    arXiv 2004.14367). The blocks above treat the seam as any other place.
    """

    styles: Sequence[Tensor]  # of the other picture, one [n, width] per layer
    mask: Tensor  # [n, 1, s, s] in [0, 1]: how much is taken of each place

    def of(self, pictures: slice) -> Graft:
        """The same graft for a part of the batch."""
        return Graft([style[pictures] for style in self.styles], self.mask[pictures])


class Generator(Protocol):
    """z -> w -> W+ -> StyleSpace -> picture.

    Pictures are float32 [n, 3, h, w], RGB, nominal range [-1, 1], not clamped.
    """

    w_mean: Tensor  # [w_dim]

    @property
    def z_dim(self) -> int: ...

    @property
    def w_dim(self) -> int: ...

    @property
    def num_ws(self) -> int:
        """Rows of W+."""
        ...

    @property
    def layers(self) -> tuple[StyleLayer, ...]:
        """StyleSpace, in the order of `styles`."""
        ...

    @property
    def resolutions(self) -> tuple[tuple[int, int], ...]:
        """``(height, width)`` of the pictures that `render` can stop at, lowest first; the last is whole."""
        ...

    @property
    def resolution(self) -> tuple[int, int]:
        """``(height, width)`` of the whole picture."""
        ...

    def w(self, z: Tensor, truncation_psi: float = 1.0) -> Tensor:
        """[n, z_dim] standard normal -> [n, w_dim], pulled towards ``w_mean`` by ``1 - truncation_psi``."""
        ...

    def w_plus(self, z: Tensor, truncation_psi: float = 1.0) -> Tensor:
        """[n, z_dim] -> [n, num_ws, w_dim], one ``w`` for all rows."""
        ...

    def styles(self, w_plus: Tensor) -> list[Tensor]:
        """[n, num_ws, w_dim], or [n, w_dim] for all rows -> StyleSpace, one [n, width] per layer."""
        ...

    def render(self, styles: Sequence[Tensor], *, resolution: int | None = None) -> Tensor:
        """StyleSpace -> pictures whose longer side is `resolution`, one of `resolutions`; None: the whole."""
        ...

    def render_with_features(
        self, styles: Sequence[Tensor], *, resolution: int | None = None, grafts: Sequence[Graft] = ()
    ) -> tuple[Tensor, list[Tensor]]:
        """As `render`, and the features [n, c, side, side] of the same pass, from which regions are found."""
        ...
