"""Certain colours: where the person found does not have the colour that was said, it is put there."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from .job import Whole
from .latent.edits import Edit, RecolourEdit
from .latent.judge import DRAWN
from .latent.targets import Target
from .picture.colours import Kind, said_colour
from .picture.naming import probability
from .picture.recolour import recolour
from .picture.regions import full_masks

# share of the picture that a region has, or there is nothing to colour: stubble is no hair
LEAST: dict[Kind, float] = {"clothes": 0.01, "hat": 0.01, "hair": 0.03}


def colour_edits(whole: Whole, targets: Sequence[Target]) -> list[RecolourEdit]:
    """A recolouring for each colour that was said, that can be put somewhere, and that is not there yet."""
    out = []
    for target in targets:
        if said := _said(target):
            found = _probability(whole.pixels, whole.masks, *said)
            if found is not None and found < DRAWN:
                out.append(RecolourEdit(target.name, *said))
    return out


def colour_probabilities(
    pixels: np.ndarray, masks: Tensor | None, targets: Sequence[Target]
) -> list[float | None]:
    """How probably people call the region of each target by the colour that was said; 0 where there is no
    such region, None for a target that says no colour, and for all without masks.

    The encoder judges the colours of garments badly; under a mask they can be measured.
    """
    if masks is None:
        return [None] * len(targets)
    told = [_said(target) for target in targets]
    return [(_probability(pixels, masks, *said) or 0.0) if said else None for said in told]


def _said(target: Target) -> tuple[Kind, str] | None:
    """Region and colour of a target that wants one."""
    return None if target.negated else said_colour(target.text, target.category)


def _probability(pixels: np.ndarray, masks: Tensor | None, region: Kind, colour: str) -> float | None:
    """How probably people call a region so; None where there is too little of it, or no masks."""
    if masks is None:
        return None
    mask = full_masks(masks, pixels, names=[region])[region]
    return probability(colour, pixels, mask, region) if mask.mean() >= LEAST[region] else None


def recoloured(
    pixels: np.ndarray, masks: Tensor | None, edits: Sequence[Edit], share: float = 1
) -> np.ndarray:
    """The picture with the recolourings among the edits, each at `share` of its strength.

    Of two for one region the later holds. HWC uint8 RGB -> the same; the array itself if nothing is to do.
    """
    wanted = {edit.region: edit for edit in edits if isinstance(edit, RecolourEdit)}
    wanted = {region: edit for region, edit in wanted.items() if edit.strength * share > 0}
    if masks is None or not wanted:
        return pixels
    regions = full_masks(masks, pixels, names=list(wanted))
    for region, edit in wanted.items():
        pixels = recolour(pixels, regions[region], edit.colour, min(edit.strength * share, 1), region)
    return pixels
