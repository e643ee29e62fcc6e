"""The donor whose hat, hair, clothes or dark glasses fit a person best.

The donors are the pack's own, labelled by people. One fits if skin is in the same places in both pictures.
The best ten are drawn small, and the encoder scores these pictures. `grafts` puts a part into the picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ...nets.regions import REGIONS, of
from ...packs import Pack, to_pixels
from ...packs.donors import SIDE, Donors
from ...picture import oklab
from ...picture.colours import colour, said_colour
from ..judge import embed_images, mean_log_probability, probabilities
from ..targets import DRAWN, Target, without_colour
from . import PartEdit
from .grafts import SMALL, Part, above, below, composed, everywhere, masks, parts_in

TRIED = 10  # donors, the best by fit, that are drawn
FITTING = 3.0  # log probability that a fit better by 1 is worth, among those tried
# a fit is 1 at best; how much is taken off for
LOST = 5.0  # the share of the picture where hair stays, or goes, without cause
OTHER_COLOUR = 3.0  # a distance of 1 in OKLab between own hair and the donor's
NOT_SAID = 0.5  # a distance of 1 in OKLab between a hat, or clothes, and the colour said
OTHER_SEX = 0.1  # a donor of the other sex
PROBABLE = 0.2  # a log probability of -1 that the donor shows the target
OF_ITS_KIND = 0.5  # the same, of clothes: a shirt is asked for, not a suit with a shirt below it

UNLIKE = 0.1  # lowest probability that `OF_ITS_KIND` weighs: clothes below it are equally unlike
FACE = 26 / 32  # share of the rows, from above, that clothes must leave free: the face is there
CLOTHES = 0.04  # share of the picture from which clothes are there
CLOTHED = 0.12  # share of the picture above which more clothes are no better
EDGE = 0.35  # share of the picture's lower edge: narrower clothes are scraps beside the hair


def best_donor(
    pack: Pack,
    styles: Sequence[Tensor],  # [1, c] per layer
    edits: Sequence[PartEdit],  # that are in the picture already
    target: Target,
    region: str,
    beside: Sequence[Target] = (),  # what has to be seen of the person, too
    gender: str = "unknown",
) -> int | None:
    """Index of the donor whose part shows the target best; None if no donor's part shows it.

    The donor's part need not have the colour that was said, as it can be painted; but it looks better if it
    has.
    """
    said, target = said_colour(target.text, target.category), without_colour(pack, target)
    donors = pack.donors
    if donors is None:
        return None
    there = (donors.region == REGIONS.index(region)).nonzero()[:, 0]
    shown = probabilities(pack, donors.embeddings[there], [target])[:, 0]
    if region != "clothes":
        there, shown = there[shown >= DRAWN], shown[shown >= DRAWN]
    if not len(there):
        return None
    styles, edits = everywhere(pack, styles, edits)
    own = pack.render_regions(styles, pack.side(SMALL))[1]
    assert own is not None
    parts = parts_in(pack, styles, own, edits)
    image, now = composed(pack, styles, own, parts, pack.side(SMALL))
    assert now is not None
    fit = _fit(donors, there, region, image, now, gender)
    if said and region != "hair" and (wanted := colour(said[1], said[0])):  # hair: the person's own
        lab = torch.tensor(wanted.lab, dtype=torch.float32, device=donors.colour.device)
        fit = fit - NOT_SAID * (donors.colour[there] - lab).norm(dim=1)
    if region == "clothes":
        fit = fit + OF_ITS_KIND * shown.clamp(min=UNLIKE).log()
    else:
        fit = fit + PROBABLE * shown.clamp(min=1e-3).log()
    order = fit.argsort(descending=True, stable=True)[:TRIED]
    tried = there[order]
    parts = [part for part in parts if part.place != region]
    pictures, regions = _tried(pack, styles, own, parts, region, tried)
    sound = [Target(text, text, "", weight < 0) for text, weight in pack.recipe.usual.items()]
    embeddings = embed_images(pack, pictures.clamp(-1, 1))
    there_now = there_in(pack, embeddings, regions, target, region)
    found = torch.cat([there_now[:, None], probabilities(pack, embeddings, [*beside, *sound])], 1)
    worth = mean_log_probability(found) + FITTING * fit[order]
    best = int(worth.where(there_now >= DRAWN, -torch.inf).argmax())
    return int(tried[best]) if there_now[best] >= DRAWN else None


def there_in(pack: Pack, embeddings: Tensor, regions: Tensor, target: Target, region: str) -> Tensor:
    """Probability that pictures show a target: unit embeddings [n, d], regions [n, 7, s, s] -> [n].

    Clothes are measured by their area and their width, because the encoder is a bad judge of whether any can
    be seen.
    """
    if region == "clothes":
        clothes = of(regions, region)
        area, width = clothes.mean((1, 2, 3)) / CLOTHES, clothes[..., -1, :].mean((1, 2)) / EDGE
        return (torch.minimum(area, width) * DRAWN).clamp(max=1)
    return probabilities(pack, embeddings, [target])[:, 0]


def _tried(
    pack: Pack, styles: Sequence[Tensor], own: Tensor, parts: Sequence[Part], region: str, tried: Tensor
) -> tuple[Tensor, Tensor]:
    """The person with a part of each donor, by the donors' small masks: small pictures, their regions."""
    assert pack.donors is not None
    regions = own.new_zeros(len(tried), *own.shape[1:])
    for i, name in enumerate((region, "skin", "ground")):
        small = pack.donors.masks[tried, i, None]
        regions[:, REGIONS.index(name)] = F.interpolate(small, own.shape[-2:], mode="bilinear")[:, 0]
    theirs = pack.generator.styles(pack.donors.w[tried])
    new = Part(region, theirs, *masks(region, regions, below(own, parts, region)), regions)
    pictures, drawn = composed(pack, styles, own, [*parts, new], pack.side(SMALL))
    assert drawn is not None
    return pictures, drawn


def skin_fit(donors: Donors, there: Tensor, skin: Tensor, mine: Tensor, gender: str) -> Tensor:
    """How much of the skin of the donors `there` [n, s, s] and of the person coincides: [n], 1 is all."""
    fit = torch.minimum(skin, mine).sum((1, 2)) / torch.maximum(skin, mine).sum((1, 2)).clamp(min=1)
    return fit if gender == "unknown" else fit - OTHER_SEX * (donors.male[there] != (gender == "male"))


def _fit(donors: Donors, there: Tensor, region: str, image: Tensor, own: Tensor, gender: str) -> Tensor:
    """How well each of the donors `there` fits the person: [n], 1 is best."""
    theirs, skin, ground = donors.masks[there].unbind(1)
    small = F.adaptive_avg_pool2d(own, SIDE)[0]
    mine = small[REGIONS.index("skin")] * (1 - theirs)
    skin = skin * (1 - theirs)
    fit = skin_fit(donors, there, skin, mine, gender)
    hair = small[REGIONS.index("hair")]
    if region == "clothes":
        clothes, high = small[REGIONS.index("clothes")], round(SIDE * FACE)
        left = (clothes * (1 - theirs)).mean((1, 2))
        over = (theirs * small[REGIONS.index("skin")])[:, :high].mean((1, 2))
        size = (theirs * (1 - hair)).mean((1, 2)).clamp(max=CLOTHED)
        fit = fit - LOST * (left + 3 * over) + LOST * size
    if region == "hat":  # what stands out of it has to go
        fit = fit - LOST * (hair * (1 - theirs) * above(theirs[:, None])[:, 0]).mean((1, 2))
    if region == "hair":
        fit = fit - LOST * (hair * (1 - theirs) * (1 - ground)).mean((1, 2))
        weight = own[0, REGIONS.index("hair")].cpu().numpy()
        if weight.mean() > 0.02:
            tone = torch.from_numpy(oklab.mean(to_pixels(image[0].clamp(-1, 1)), weight))
            fit = fit - OTHER_COLOUR * (donors.colour[there] - tone.to(donors.colour.device)).norm(dim=1)
    return fit
