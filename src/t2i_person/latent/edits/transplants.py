"""Hats, hair, clothes and dark glasses of others: a part of a donor's features in the person's own.

A direction in W reaches few hats, and changes the rest of the person, too. A transplant changes only the hat.
Eyes and mouths stand in the same places in all aligned faces, and the generator's features keep the places of
what they draw. So the donor's features replace the person's where the donor has the hat (Suzuki et al. 2018, https://arxiv.org/abs/1811.10153;
Collins et al. 2020, https://arxiv.org/abs/2004.14367; of hair Zhu et al. 2021, "Barbershop",
https://arxiv.org/abs/2106.01505). Everything else in the picture stays as it is.

The donors are the pack's own, labelled by people. A donor fits if skin is in the same places in both
pictures. The best ten are drawn small, and the encoder scores these pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...nets.generator import Graft
from ...nets.regions import REGIONS
from ...packs import Pack, to_pixels
from ...packs.donors import SIDE, Donors
from ...picture import oklab
from ..judge import DRAWN, embed_images, mean_log_probability, probabilities
from ..targets import Target
from . import TransplantEdit

SMALL = 128  # pixels at which regions are told, and donors tried
KEPT = 32  # donors of a pack whose regions are remembered
TRIED = 10  # donors whose outcome is looked at
FITTING = 3.0  # log probability that a fit better by 1 outweighs among them
LOST = 5.0  # of the fit, for each share of the picture where hair stays, or goes, without cause
OTHER_COLOUR = 3.0  # of the fit, for a distance of 1 in OKLab between own hair and the donor's
OTHER_SEX = 0.1  # of the fit, where the donor is not of the person's sex
PROBABLE = 0.2  # of the fit, for a log probability of 1 that the donor shows the target
EYES = slice(40, 78)  # of 128 rows: glasses, not earrings
FACE = 26 / 32  # of the rows: clothes do not reach higher
CLOTHES = 0.04  # of the picture: from so much on they are there
CLOTHED = 0.12  # of the picture: more clothes than that are no better
GROWN, HAT_GROWN = 5, 7  # pixels of 128: side of the square by which a region is widened, except over ground

_known: WeakKeyDictionary[Pack, dict[int, tuple[list[Tensor], Tensor]]] = WeakKeyDictionary()


def render_transplanted(
    pack: Pack,
    styles: Sequence[Tensor],  # [1, c] a layer
    transplants: Sequence[TransplantEdit],
    resolution: int | None = None,
) -> tuple[Tensor, Tensor | None]:
    """As `Pack.render_regions`, with the transplants: image [1, 3, h, w], regions [1, 7, s, s]."""
    if not transplants or pack.donors is None:
        return pack.render_regions(styles, resolution)
    own = pack.render_regions(styles, pack.side(SMALL))[1]
    assert own is not None
    grafts, hole, worn = [], own.new_zeros(1, 1, SMALL, SMALL), own.new_zeros(1, 1, SMALL, SMALL)
    for edit in transplants:
        theirs, regions = donor(pack, edit.donor)
        mask, bare = masks(edit.region, regions, own)
        grafts.append(Graft(theirs, torch.maximum(mask, _grown(bare, 5))))
        hole, worn = torch.maximum(hole, bare), torch.maximum(worn, mask)
    image, seen = pack.render_regions(styles, resolution, grafts)
    return _filled(image, own, worn, hole), seen


def donor(pack: Pack, index: int) -> tuple[list[Tensor], Tensor]:
    """StyleSpace [1, c] a layer and regions [1, 7, s, s] of one of the pack's donors."""
    known = _known.setdefault(pack, {})
    if found := known.get(index):
        return found
    assert pack.donors is not None
    styles = pack.generator.styles(pack.donors.w[index : index + 1])
    regions = pack.render_regions(styles, pack.side(SMALL))[1]
    assert regions is not None
    if len(known) >= KEPT:
        known.clear()
    known[index] = styles, regions
    return styles, regions


def masks(region: str, theirs: Tensor, own: Tensor) -> tuple[Tensor, Tensor]:
    """Regions [n, 7, 128, 128] of donors, [1, 7, 128, 128] of the person -> two masks [n, 1, 128, 128].

    Where the donor is seen, and where nobody is left: the person's hair is there, and the donor's is not.
    """
    worn, ground = _of(theirs, region), _of(theirs, "ground")
    if region == "other":
        eyes = torch.zeros_like(worn)
        eyes[:, :, EYES] = 1
        worn = worn * eyes
    taken = torch.maximum(worn, _grown(worn, HAT_GROWN if region == "hat" else GROWN) * (1 - ground))
    bare = torch.zeros_like(worn)
    if region == "clothes":
        taken = taken * (1 - _of(own, "hair"))
    elif region == "hair":
        bare = _of(own, "hair") * ground * (1 - worn)
    elif region == "hat":
        bare = _above(worn) * (1 - _of(own, "ground")) * ground * (1 - worn)
    return _smooth(taken, 3), bare


def best_donor(
    pack: Pack,
    styles: Sequence[Tensor],  # [1, c] a layer
    target: Target,
    region: str,
    beside: Sequence[Target] = (),  # what has to be seen of the person, too
    gender: str = "unknown",
) -> int | None:
    """Index of the donor whose part shows the target best; None if no donor's part shows it."""
    donors = pack.donors
    if donors is None:
        return None
    there = (donors.region == REGIONS.index(region)).nonzero()[:, 0]
    shown = probabilities(pack, donors.seen[there], [target])[:, 0]
    if region != "clothes":
        there, shown = there[shown >= DRAWN], shown[shown >= DRAWN]
    if not len(there):
        return None
    image, own = pack.render_regions(styles, pack.side(SMALL))
    assert own is not None
    fit = _fit(donors, there, region, image, own, gender) + PROBABLE * shown.clamp(min=1e-3).log()
    order = fit.argsort(descending=True, stable=True)[:TRIED]
    tried = there[order]
    pictures, regions = _tried(pack, styles, own, region, tried)
    sound = [Target(text, text, "", weight < 0) for text, weight in pack.recipe.usual.items()]
    seen = embed_images(pack, pictures.clamp(-1, 1))
    there_now = there_in(pack, seen, regions, target, region)
    found = torch.cat([there_now[:, None], probabilities(pack, seen, [*beside, *sound])], 1)
    worth = mean_log_probability(found) + FITTING * fit[order]
    best = int(worth.where(there_now >= DRAWN, -torch.inf).argmax())
    return int(tried[best]) if there_now[best] >= DRAWN else None


def there_in(pack: Pack, seen: Tensor, regions: Tensor, target: Target, region: str) -> Tensor:
    """Probability that pictures show the target: unit embeddings [n, d], regions [n, 7, s, s] -> [n].

    Clothes are measured by their area: the encoder tells badly whether any can be seen.
    """
    if region == "clothes":
        return (_of(regions, region).mean((1, 2, 3)) * (DRAWN / CLOTHES)).clamp(max=1)
    return probabilities(pack, seen, [target])[:, 0]


def _tried(
    pack: Pack, styles: Sequence[Tensor], own: Tensor, region: str, tried: Tensor
) -> tuple[Tensor, Tensor]:
    """The person with a part of each donor, by the donors' small masks: small pictures, their regions."""
    assert pack.donors is not None
    n = len(tried)
    regions = own.new_zeros(n, *own.shape[1:])
    for i, name in enumerate((region, "skin", "ground")):
        small = pack.donors.masks[tried, i, None]
        regions[:, REGIONS.index(name)] = F.interpolate(small, own.shape[-2:], mode="bilinear")[:, 0]
    mask, bare = masks(region, regions, own)
    graft = Graft(pack.generator.styles(pack.donors.w[tried]), torch.maximum(mask, _grown(bare, 5)))
    image, seen = pack.render_regions([s.expand(n, -1) for s in styles], pack.side(SMALL), [graft])
    parts = zip(image.split(1), mask.split(1), bare.split(1), strict=True)
    assert seen is not None
    return torch.cat([_filled(picture, own, worn, hole) for picture, worn, hole in parts]), seen


def _fit(donors: Donors, there: Tensor, region: str, image: Tensor, own: Tensor, gender: str) -> Tensor:
    """How well each of the donors `there` fits the person: [n], 1 is best."""
    theirs, skin, ground = donors.masks[there].unbind(1)
    small = F.adaptive_avg_pool2d(own, SIDE)[0]
    mine = small[REGIONS.index("skin")] * (1 - theirs)
    skin = skin * (1 - theirs)
    fit = torch.minimum(skin, mine).sum((1, 2)) / torch.maximum(skin, mine).sum((1, 2)).clamp(min=1)
    if gender != "unknown":
        fit = fit - OTHER_SEX * (donors.male[there] != (gender == "male"))
    hair = small[REGIONS.index("hair")]
    if region == "clothes":
        clothes, high = small[REGIONS.index("clothes")], round(SIDE * FACE)
        left = (clothes * (1 - theirs)).mean((1, 2))
        over = (theirs * small[REGIONS.index("skin")])[:, :high].mean((1, 2))
        size = (theirs * (1 - hair)).mean((1, 2)).clamp(max=CLOTHED)
        fit = fit - LOST * (left + 3 * over) + LOST * size
    if region == "hat":  # what stands out of it has to go
        fit = fit - LOST * (hair * (1 - theirs) * _above(theirs[:, None])[:, 0]).mean((1, 2))
    if region == "hair":
        fit = fit - LOST * (hair * (1 - theirs) * (1 - ground)).mean((1, 2))
        weight = own[0, REGIONS.index("hair")].cpu().numpy()
        if weight.mean() > 0.02:
            lab = oklab.from_rgb(to_pixels(image[0].clamp(-1, 1)))
            mean = (lab * weight[..., None]).sum((0, 1)) / weight.sum()
            colour = torch.from_numpy(np.asarray(mean, np.float32)).to(donors.colour.device)
            fit = fit - OTHER_COLOUR * (donors.colour[there] - colour).norm(dim=1)
    return fit


def _of(regions: Tensor, name: str) -> Tensor:
    return regions[:, REGIONS.index(name), None]


def _grown(mask: Tensor, pixels: int) -> Tensor:
    return F.max_pool2d(mask, pixels, 1, pixels // 2)


def _smooth(mask: Tensor, pixels: int) -> Tensor:
    return F.avg_pool2d(mask, pixels, 1, pixels // 2, count_include_pad=False)


def _above(hat: Tensor) -> Tensor:
    """1 in the rows down to the lowest of the hat in each column; beside the hat as in its nearest column."""
    n, _, height, width = hat.shape
    there = hat[:, 0] > 0.5
    rows = torch.arange(height, device=hat.device)[None, :, None]
    lowest = torch.where(there, rows, -1).amax(1)  # [n, width]
    columns = torch.arange(width, device=hat.device)
    far = (columns[:, None] - columns[None]).abs()[None] + 10 * width * (lowest < 0)[:, None]
    lowest = lowest.gather(1, far.argmin(2))
    return (rows <= lowest[:, None]).float()[:, None].expand(n, 1, height, width)


def _filled(image: Tensor, own: Tensor, worn: Tensor, hole: Tensor) -> Tensor:
    """The ground of the person's own picture drawn over the hole."""
    if float(hole.sum()) <= 3:
        return image
    size = image.shape[-2:]

    def large(mask: Tensor) -> Tensor:
        return F.interpolate(mask, size, mode="bilinear").clamp(0, 1)

    free = (_grown(1 - _of(own, "ground"), 7) < 0.1).float()
    known = (large(free * (_grown(torch.maximum(worn, hole), 7) < 0.05).float()) > 0.99).float()
    if not float(known.sum()):
        return image
    soft = _smooth(large(_grown(hole, 9) * (1 - _grown(worn, 3))), 1 + 2 * (size[0] // 128))
    levels = [(image * known, known)]
    while levels[-1][0].shape[-1] > 4:
        levels.append((F.avg_pool2d(levels[-1][0], 2), F.avg_pool2d(levels[-1][1], 2)))
    out = levels[-1][0].sum((2, 3), keepdim=True) / levels[-1][1].sum((2, 3), keepdim=True)
    for colour, weight in reversed(levels):
        out = F.interpolate(out, colour.shape[-2:], mode="bilinear") if out.shape[-1] > 1 else out
        out = out.lerp(colour / weight.clamp(min=1e-6), weight)
    return image.lerp(out, soft)
