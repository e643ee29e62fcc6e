"""Samplers: they search the prior for samples that fit the targets. The pack's recipe chooses one."""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from ...errors import PackError
from ...packs import Pack
from ..targets import Target
from .crossover import Crossover
from .likelihood import Likelihood

# round from 1, rounds, z [z_dim] of the best so far; round 0 is a first preview, before any round has ended
OnRound = Callable[[int, int, Tensor], None]


class Sampler(Protocol):
    """Searches the latent prior of a generator."""

    def find(
        self,
        targets: Sequence[Target],
        random: torch.Generator,
        taken: Sequence[Tensor] = (),  # z [1, z_dim] found before, from which the results should differ
        on_round: OnRound | None = None,
    ) -> Tensor:
        """z [n, z_dim] on the CPU, the best first."""
        ...


SAMPLERS: dict[str, Callable[[Pack, float, int, int], Sampler]] = {
    "crossover": Crossover,
    "likelihood": Likelihood,
}


def sampler(pack: Pack, truncation_psi: float, resolution: int, candidates: int) -> Sampler:
    """The sampler that the pack's recipe names.

    Raises
    ------
    PackError : there is none of that name.
    """
    if pack.recipe.sampler not in SAMPLERS:
        raise PackError(
            f"The pack {pack.name} asks for the sampler {pack.recipe.sampler!r}: "
            f"there are {', '.join(SAMPLERS)}. Update t2i-person."
        )
    return SAMPLERS[pack.recipe.sampler](pack, truncation_psi, resolution, candidates)
