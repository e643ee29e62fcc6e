"""Recolouring: a region that does not have the colour that was said gets it."""

from collections.abc import Sequence

import numpy as np

from ..latent.edits import Edit, RecolourEdit
from ..latent.edits.transplants import EDGE
from ..latent.targets import Target
from ..picture.colours import Kind, grown, said_colour
from ..picture.naming import probability
from ..picture.recolour import recolour
from .pictures import Picture

# share of the picture that a region needs to be coloured: stubble is too little hair
LEAST: dict[Kind, float] = {"clothes": 0.01, "hat": 0.01, "hair": 0.03, "eyes": 0.0003}
SURELY = 0.75  # probability of a measured colour below which it is painted, even if it would count as drawn


def colour_edits(whole: Picture, targets: Sequence[Target], judged: Sequence[float]) -> list[RecolourEdit]:
    """A recolouring for each colour that was said, if its region exists and does not have the colour yet.

    `judged`: probability of each target by the encoder, which judges natural hair colours well.
    """
    out = []
    for target, by_encoder in zip(targets, judged, strict=True):
        if said := _said(target):
            found = _probability(whole, whole.pixels, *said)
            if found is not None and (
                by_encoder < target.called if grown(*said) else found < max(target.called, SURELY)
            ):
                out.append(RecolourEdit(target.name, *said))
    return out


def colour_probabilities(
    whole: Picture, pixels: np.ndarray, targets: Sequence[Target], edits: Sequence[Edit]
) -> list[float | None]:
    """For each target, the probability that people call its region by the colour that was said.

    `pixels` is the person's picture, or that picture recoloured by the `edits`. The probability is 0 if there
    is no such region, or only scraps of it. It is None for a target without a colour, for a natural hair
    colour that was not put there, and for all targets if the pack has no masks. The encoder judges the
    colours of garments badly, but under a mask they can be measured.
    """
    if whole.regions is None:
        return [None] * len(targets)
    put = {edit.region for edit in edits if isinstance(edit, RecolourEdit)}
    out: list[float | None] = []
    for target in targets:
        said = _said(target)
        measured = said is not None and (said[0] in put or not grown(*said))
        if not (said and measured):
            out.append(None)
        elif said[0] == "clothes" and _scraps(whole):
            out.append(0.0)
        else:
            out.append(_probability(whole, pixels, *said) or 0.0)
    return out


def _scraps(whole: Picture) -> bool:
    """Whether the clothes are too little of the picture's lower edge to be seen as a garment."""
    mask = whole.mask("clothes")
    return mask is not None and bool(mask[-max(1, len(mask) // 50) :].mean() < EDGE)


def _said(target: Target) -> tuple[Kind, str] | None:
    """Region and colour of a target that wants one."""
    return None if target.negated else said_colour(target.text, target.category)


def _probability(whole: Picture, pixels: np.ndarray, region: Kind, name: str) -> float | None:
    """How probably people call a region so; None where there is too little of it, or no mask."""
    mask = whole.mask(region)
    if mask is None or mask.mean() < LEAST[region]:
        return None
    return probability(name, pixels, mask, region)


def recoloured(whole: Picture, edits: Sequence[Edit], share: float = 1) -> np.ndarray:
    """The picture with the recolourings among the edits, each at `share` of its strength.

    Of two for one region the later holds. HWC uint8 RGB; the picture's own array if nothing is to do.
    """
    pixels = whole.pixels
    wanted = {edit.region: edit for edit in edits if isinstance(edit, RecolourEdit)}
    wanted = {region: edit for region, edit in wanted.items() if edit.strength * share > 0}
    for region, edit in wanted.items():
        if (mask := whole.mask(region)) is not None:
            pixels = recolour(pixels, mask, edit.colour, min(edit.strength * share, 1), region)
    return pixels
