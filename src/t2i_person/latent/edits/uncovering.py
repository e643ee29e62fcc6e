"""The donor whose hair fits a person whose hat is taken off.

What a hat covers is unknown. The pack's donors have hair and a forehead there; their shapes are drawn in
the person's colours (`grafts.shaped`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...nets.regions import REGIONS, of
from ...packs import Pack, to_pixels
from ...packs.donors import SIDE, Donors
from ...picture import oklab
from ..judge import embed_images, mean_log_probability, probabilities
from ..targets import DRAWN, Target
from . import PartEdit
from .grafts import SMALL, Part, composed, everywhere, parts_in, shaped, uncovered
from .transplants import FITTING, LOST, OTHER_COLOUR, skin_fit

TRIED = 8  # donors of each region that are drawn
BAREHEADED = "hair", "clothes"  # regions of donors without a hat: long or curly hair, and short hair
LEAST = 0.01  # share of the picture: less hat is none, less hair tells no colour
HAIR = 0.3  # share of the hat's place above which more hair there is no better


def best_bareheaded(
    pack: Pack,
    styles: Sequence[Tensor],  # [1, c] per layer
    edits: Sequence[PartEdit],  # that are in the picture already
    target: Target,  # negated: «не шляпа»
    beside: Sequence[Target] = (),  # what has to be seen of the person, too
    gender: str = "unknown",
) -> int | None:
    """Index of the donor whose hair fits best instead of the hat; None without a hat or such a donor."""
    donors = pack.donors
    if donors is None or not pack.recipe.shape_layers:
        return None
    styles, edits = everywhere(pack, styles, edits)
    own = pack.render_regions(styles, pack.side(SMALL))[1]
    assert own is not None
    parts = [part for part in parts_in(pack, styles, own, edits) if part.place != "hat"]
    image, now = composed(pack, styles, own, parts, pack.side(SMALL))
    assert now is not None
    if float(of(now, "hat").mean()) < LEAST:
        return None
    tried = torch.cat([_nearest(donors, region, now, gender) for region in BAREHEADED])
    theirs, regions = shaped(pack, pack.generator.styles(donors.w[tried]), styles)
    mask, bare = uncovered(regions, now)
    new = Part("hat", theirs, mask, bare, regions)
    pictures, after = composed(pack, styles, own, [*parts, new], pack.side(SMALL))
    assert after is not None
    sound = [Target(text, text, "", weight < 0) for text, weight in pack.recipe.usual.items()]
    embeddings = embed_images(pack, pictures.clamp(-1, 1))
    found = probabilities(pack, embeddings, [target, *beside, *sound], after)
    worth = mean_log_probability(found) + FITTING * _fit(image, now, pictures, after)
    best = int(worth.where(found[:, 0] >= DRAWN, -torch.inf).argmax())
    return int(tried[best]) if found[best, 0] >= DRAWN else None


def _nearest(donors: Donors, region: str, now: Tensor, gender: str) -> Tensor:
    """Indices of the donors of a region whose skin is in the same places, where neither has hat or hair."""
    there = (donors.region == REGIONS.index(region)).nonzero()[:, 0]
    given, skin, _ = donors.masks[there].unbind(1)
    small = F.adaptive_avg_pool2d(now, SIDE)[0]
    free = 1 - small[REGIONS.index("hat")]
    if region == "hair":
        free = free * (1 - given)
    mine, skin = small[REGIONS.index("skin")] * free, skin * free
    fit = skin_fit(donors, there, skin, mine, gender)
    return there[fit.argsort(descending=True, stable=True)[:TRIED]]


def _fit(image: Tensor, now: Tensor, pictures: Tensor, after: Tensor) -> Tensor:
    """How well donors' hair goes with the hair that showed beside the hat: [n], 0 is best."""
    hat, own, hair = of(now, "hat"), of(now, "hair"), of(after, "hair")
    lost = (own * (1 - hair)).mean((1, 2, 3))
    gained = (hair * (1 - own) * (1 - hat)).mean((1, 2, 3))
    covered = (hair * hat).sum((1, 2, 3)) / hat.sum()
    fit = -LOST * (lost + gained) - (HAIR - covered).clamp(min=0)
    if float(own.mean()) >= LEAST:
        colour = _colour(image, own)[0]
        fit = fit - OTHER_COLOUR * (_colour(pictures, hair) - colour).norm(dim=1)
    return fit


def _colour(pictures: Tensor, weight: Tensor) -> Tensor:
    """Mean OKLab [n, 3] of pictures [n, 3, h, w] in [-1, 1], weighed by [n, 1, h, w]."""
    size = pictures.shape[-2:]
    shares = F.interpolate(weight, size, mode="bilinear")[:, 0].cpu().numpy()
    pairs = zip(pictures.clamp(-1, 1), shares, strict=True)
    means = [oklab.mean(to_pixels(picture), share) for picture, share in pairs]
    return torch.from_numpy(np.stack(means)).to(pictures.device)
