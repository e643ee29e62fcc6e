"""Parts of a picture that are drawn with other styles than the rest of it.

A direction in W for a beard changes skin, light and background, too. And hardly any direction puts on a hat,
while there are samples with hats. So one place of the picture is drawn from other features: from those of the
person moved along the direction, or from those of one of the pack's donors. The rest of the picture stays.

The features of a layer have the layout of the picture (Suzuki et al. 2018,
https://arxiv.org/abs/1811.10153; Collins et al. 2020, https://arxiv.org/abs/2004.14367; of hair Zhu et al.
2021, "Barbershop", https://arxiv.org/abs/2106.01505).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
import torch.nn.functional as F
from torch import Tensor

from ...nets.generator import Graft
from ...nets.regions import EVERYWHERE, EYES, IN_FACE, ON_HAIR, PLACES, REGIONS, grown, of, smooth
from ...packs import Pack
from ..targets import Target
from . import LocalDirectionEdit, PartEdit, TransplantEdit
from .directions import global_direction
from .wdirections import w_direction

SMALL = 128  # pixels at which regions are told
KEPT = 32  # donors of a pack whose regions are cached
GROWN, HAT_GROWN = 5, 7  # pixels of 128: side of the square by which a region is dilated, except over ground

_donors: WeakKeyDictionary[Pack, dict[int, tuple[list[Tensor], Tensor]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Move:
    """A step in one place of the picture, tried in several strengths."""

    place: str  # of `PLACES`, or `EVERYWHERE`
    step: list[Tensor]  # [n, c] per layer


@dataclass(frozen=True)
class Part:
    """What is drawn in one place."""

    place: str
    styles: list[Tensor]  # [n, c] per layer
    mask: Tensor  # [n, 1, 128, 128] in [0, 1]: where it is drawn
    bare: Tensor  # [n, 1, 128, 128] in [0, 1]: where it uncovers the background
    regions: Tensor  # [n, 7, 128, 128] of who is drawn there

    @property
    def order(self) -> int:
        """Parts are drawn in this order; a later part covers an earlier one."""
        return list(PLACES).index(self.place)

    def onto(self, regions: Tensor) -> Tensor:
        """Regions of the picture without this part -> with it."""
        return regions.lerp(self.regions, torch.maximum(self.mask, self.bare))


def render_grafted(
    pack: Pack,
    styles: Sequence[Tensor],  # [n, c] per layer
    edits: Sequence[PartEdit],
    resolution: int | None = None,
    move: Move | None = None,
) -> tuple[Tensor, Tensor | None]:
    """As `Pack.render_regions`, with the parts; of as many pictures as the move has strengths."""
    styles, edits = everywhere(pack, styles, edits)
    if move and move.place == EVERYWHERE:
        styles, move = _stepped(styles, [move.step]), None
    if not edits and move is None:
        return pack.render_regions(styles, resolution)
    own = _regions(pack, styles)
    return composed(pack, styles, own, parts_in(pack, styles, own, edits, move), resolution)


def everywhere(
    pack: Pack, styles: Sequence[Tensor], edits: Sequence[PartEdit]
) -> tuple[Sequence[Tensor], list[PartEdit]]:
    """The person moved by those edits that change all of them, and the other edits."""
    rest: list[PartEdit] = []
    for edit in edits:
        if isinstance(edit, LocalDirectionEdit) and edit.place == EVERYWHERE:
            styles = _stepped(styles, [_step_of(pack, edit)])
        else:
            rest.append(edit)
    return styles, rest


def parts_in(
    pack: Pack,
    styles: Sequence[Tensor],  # [n, c] per layer
    own: Tensor,  # regions [n, 7, 128, 128] of them
    edits: Sequence[PartEdit],
    move: Move | None = None,
) -> list[Part]:
    """The parts that edits make, the lowest first; none of them changes everything.

    A donor's part replaces what was moved in its place before; a later move moves the donor's part.
    """
    donors: dict[str, int] = {}
    steps: dict[str, list[list[Tensor]]] = {}
    for edit in edits:
        if isinstance(edit, TransplantEdit):
            donors[edit.region] = edit.donor
            steps.pop(edit.region, None)
        else:
            steps.setdefault(edit.place, []).append(_step_of(pack, edit))
    if move:
        steps.setdefault(move.place, []).append(move.step)
    found, now = [], own
    face: list[list[Tensor]] = []
    head: list[list[Tensor]] = []
    for place in PLACES:
        group = face if place in IN_FACE else head if place in ON_HAIR else []
        group += steps.get(place, [])
        if place in donors:
            theirs, regions = donor(pack, donors[place])
            if uncovers(pack, place, donors[place]):
                theirs, regions = shaped(pack, theirs, styles)
                mask, bare = uncovered(regions, now)
            else:
                mask, bare = masks(place, regions, now)
            moved = _stepped(theirs, steps.get(place, []))
        elif place in steps:
            moved = _stepped(styles, group)
            regions = _regions(pack, moved)
            mask = PLACES[place].mask(now, regions)
            bare = torch.zeros_like(mask)
            if place in ON_HAIR:  # the ground stays the person's own
                bare = of(now, "hair") * of(regions, "ground")
                mask = mask * (1 - of(regions, "ground"))
        else:
            continue
        found.append(Part(place, moved, mask, bare, regions))
        now = found[-1].onto(now)
    return found


def direction_of(pack: Pack, target: Target, neutral: str) -> list[Tensor]:
    """The StyleSpace step [c] per layer of one alpha: of a global direction, or without `neutral` in W."""
    return global_direction(pack, target.text, neutral) if neutral else w_direction(pack, target)


def _step_of(pack: Pack, edit: LocalDirectionEdit) -> list[Tensor]:
    direction = direction_of(pack, Target(edit.text, edit.said, edit.category), edit.neutral)
    return [edit.alpha * edit.strength * step for step in direction]


def below(own: Tensor, parts: Sequence[Part], place: str) -> Tensor:
    """Regions [n, 7, 128, 128] of the picture with only those parts that lie below a place."""
    order, now = list(PLACES).index(place), own
    for part in parts:
        now = part.onto(now) if part.order < order else now
    return now


def composed(
    pack: Pack, styles: Sequence[Tensor], own: Tensor, parts: Sequence[Part], resolution: int | None
) -> tuple[Tensor, Tensor | None]:
    """Image and regions of n pictures; the styles [n or 1, c] per layer and the parts are of n, or of one."""
    parts = sorted(parts, key=lambda part: part.order)
    n = max([len(styles[0]), *(len(part.mask) for part in parts)])
    masks_of = [
        torch.maximum(part.mask, grown(part.bare, 5)).expand(n, -1, -1, -1).contiguous() for part in parts
    ]
    grafts = [Graft(_expanded(part.styles, n), mask) for part, mask in zip(parts, masks_of, strict=True)]
    image, regions = pack.render_regions(_expanded(styles, n), resolution, grafts)
    own = own.expand(n, -1, -1, -1)
    drawn = own.new_zeros(n, 1, SMALL, SMALL)
    for part in parts:
        drawn = torch.maximum(drawn, torch.maximum(part.mask, part.bare))
    over = own.new_zeros(n, 1, SMALL, SMALL)
    for part in reversed(parts):  # what lies higher covers the holes of what lies lower, not the other way
        over = torch.maximum(over, part.mask)
        rows = zip(
            *(x.expand(n, -1, -1, -1).split(1) for x in (image, own, drawn, over, part.bare)), strict=True
        )
        image = torch.cat([_filled(*row) for row in rows])
    return image, regions


def _regions(pack: Pack, styles: Sequence[Tensor]) -> Tensor:
    regions = pack.render_regions(styles, pack.side(SMALL))[1]
    assert regions is not None
    return regions


def _stepped(styles: Sequence[Tensor], steps: Sequence[list[Tensor]]) -> list[Tensor]:
    moved = list(styles)
    for step in steps:
        moved = [style + more for style, more in zip(moved, step, strict=True)]
    return moved


def _expanded(styles: Sequence[Tensor], n: int) -> list[Tensor]:
    return [style.expand(n, -1) for style in styles]


def donor(pack: Pack, index: int) -> tuple[list[Tensor], Tensor]:
    """StyleSpace [1, c] per layer and regions [1, 7, s, s] of one of the pack's donors."""
    known = _donors.setdefault(pack, {})
    if found := known.get(index):
        return found
    assert pack.donors is not None
    styles = pack.generator.styles(pack.donors.w[index : index + 1])
    regions = _regions(pack, styles)
    if len(known) >= KEPT:
        known.clear()
    known[index] = styles, regions
    return styles, regions


def masks(region: str, theirs: Tensor, own: Tensor) -> tuple[Tensor, Tensor]:
    """Regions [n, 7, 128, 128] of donors, [1, 7, 128, 128] of the person -> two masks [n, 1, 128, 128].

    The first: where the donor is drawn. The second: where only background is left, because the person has
    hair there and the donor has not.
    """
    worn, ground = of(theirs, region), of(theirs, "ground")
    if region == "other":
        eyes = torch.zeros_like(worn)
        eyes[:, :, slice(*EYES)] = 1
        worn = worn * eyes
    taken = torch.maximum(worn, grown(worn, HAT_GROWN if region == "hat" else GROWN) * (1 - ground))
    bare = torch.zeros_like(worn)
    if region == "clothes":
        taken = taken * (1 - of(own, "hair"))
    elif region == "hair":
        bare = of(own, "hair") * ground * (1 - worn)
    elif region == "hat":
        bare = above(worn) * (1 - of(own, "ground")) * ground * (1 - worn)
    return smooth(taken, 3), bare


def uncovers(pack: Pack, place: str, index: int) -> bool:
    """Whether a donor takes the hat off: one that gives no hat shows the hair below it."""
    return place == "hat" and pack.donors is not None and REGIONS[int(pack.donors.region[index])] != "hat"


def shaped(pack: Pack, theirs: Sequence[Tensor], own: Sequence[Tensor]) -> tuple[list[Tensor], Tensor]:
    """Donors' shapes in the person's colours: StyleSpace [n, c] per layer, regions [n, 7, 128, 128].

    The lower rows of W+ carry shapes, the upper ones colours (style mixing, Karras et al. 2019, section 3.1,
    https://arxiv.org/abs/1812.04948).
    """
    n, last = len(theirs[0]), pack.recipe.shape_layers
    mixed = [a if i < last else b.expand(n, -1) for i, (a, b) in enumerate(zip(theirs, own, strict=True))]
    return mixed, _regions(pack, mixed)


def uncovered(theirs: Tensor, own: Tensor) -> tuple[Tensor, Tensor]:
    """As `masks`, of donors without a hat for a person with one."""
    hat, ground = of(own, "hat"), of(theirs, "ground")
    worn = torch.maximum(of(theirs, "hair"), grown(hat, GROWN) * (1 - ground))
    taken = torch.maximum(worn, grown(worn, GROWN) * (1 - ground))
    return smooth(taken, 3), (hat + of(own, "hair")).clamp(max=1) * ground * (1 - worn)


def above(hat: Tensor) -> Tensor:
    """1 in the rows down to the lowest of the hat in each column; beside the hat as in its nearest column."""
    n, _, height, width = hat.shape
    there = hat[:, 0] > 0.5
    rows = torch.arange(height, device=hat.device)[None, :, None]
    lowest = torch.where(there, rows, -1).amax(1)  # [n, width]
    columns = torch.arange(width, device=hat.device)
    far = (columns[:, None] - columns[None]).abs()[None] + 10 * width * (lowest < 0)[:, None]
    lowest = lowest.gather(1, far.argmin(2))
    return (rows <= lowest[:, None]).float()[:, None].expand(n, 1, height, width)


def _filled(image: Tensor, own: Tensor, drawn: Tensor, over: Tensor, hole: Tensor) -> Tensor:
    """Fill a hole with the background of the person's own picture, but not where something lies above it.

    The background is known where neither the person nor a part was drawn.
    """
    if float(hole.sum()) <= 3:
        return image
    size = image.shape[-2:]

    def large(mask: Tensor) -> Tensor:
        return F.interpolate(mask, size, mode="bilinear").clamp(0, 1)

    free = (grown(1 - of(own, "ground"), 7) < 0.1).float()
    known = (large(free * (grown(drawn, 7) < 0.05).float()) > 0.99).float()
    if not float(known.sum()):
        return image
    soft = smooth(large(grown(hole, 9) * (1 - grown(over, 3))), 1 + 2 * (size[0] // 128))
    levels = [(image * known, known)]
    while levels[-1][0].shape[-1] > 4:
        levels.append((F.avg_pool2d(levels[-1][0], 2), F.avg_pool2d(levels[-1][1], 2)))
    out = levels[-1][0].sum((2, 3), keepdim=True) / levels[-1][1].sum((2, 3), keepdim=True)
    for colour, weight in reversed(levels):
        out = F.interpolate(out, colour.shape[-2:], mode="bilinear") if out.shape[-1] > 1 else out
        out = out.lerp(colour / weight.clamp(min=1e-6), weight)
    return image.lerp(out, soft)
