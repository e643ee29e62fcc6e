"""Certain colours: where the person found does not have the colour that was said, it is put there."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from .job import Whole
from .latent.edits import Edit, RecolourEdit
from .latent.judge import DRAWN
from .latent.targets import Target
from .picture.colours import said_colour
from .picture.naming import probability
from .picture.recolour import recolour
from .picture.regions import full_masks

LEAST = 0.004  # share of the picture that a region has, or there is nothing to colour


def colour_edits(whole: Whole, targets: Sequence[Target]) -> list[RecolourEdit]:
    """A recolouring for each colour that was said, that can be put somewhere, and that is not there yet."""
    out: list[RecolourEdit] = []
    if whole.masks is None:
        return out
    for target in targets:
        said = None if target.negated else said_colour(target.text, target.category)
        if said is None:
            continue
        region, colour = said
        mask = full_masks(whole.masks, whole.pixels, names=[region])[region]
        if mask.mean() >= LEAST and probability(colour, whole.pixels, mask, region) < DRAWN:
            out.append(RecolourEdit(target.name, region, colour))
    return out


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
