"""Edits in Z: single coordinates are set anew, and the result is an ordinary sample of the generator.

In some packs, such as the embedded one, single coordinates of Z have a meaning of their own. There, the
samples with a hat or with red clothes share the values of a few coordinates, and the other coordinates are
distributed as in all samples. The gallery shows which coordinates and values these are. If only they are set,
the person stays the same and gets the hat. A long step through StyleSpace, by contrast, can leave what the
generator draws well. Where Z is entangled, the samples share no coordinates, and nothing is tried.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ...packs import Pack
from ..judge import SURE, ByEncoder, probabilities
from ..targets import DRAWN, Target
from . import CoordinateEdit

MOST, FEWEST = 64, 16  # samples of the gallery, the best for a target, that are compared with the prior
AGREE = 0.3  # nats by which a coordinate differs from the prior if these samples share it
CHANCE = 5.0  # nats, divided by the number of samples and added to AGREE: a few may agree by chance
TOLD = 6  # most coordinates that are set for one target
DONORS = 8  # samples of the gallery whose values are tried besides their mean
GRID = (-2.25, -1.5, -0.75, 0.0, 0.75, 1.5, 2.25)  # values tried for a single coordinate
FRESH = 24  # new samples tried that share only the coordinates of the targets
PRICE = 0.1  # log probability that each changed coordinate costs
KEEP = 2.0  # log probability that it costs when the cosine to the old image embedding falls from 1 to 0


@torch.no_grad()
def edit_coordinates(
    pack: Pack,
    z: Tensor,  # [1, z_dim] on the CPU: of one person
    styles: Sequence[Tensor],  # [1, c] per layer: how this person looks, other edits included
    wanted: Sequence[Target],
    truncation_psi: float,
    resolution: int | None,
    avoided: Sequence[Target] = (),  # what should not come with it, where it is not there yet
    on_look: Callable[[], None] = lambda: None,  # called before images are drawn; it may raise to cancel
) -> tuple[Tensor, list[CoordinateEdit]]:
    """The person's z with as few coordinates changed as the targets need, and the change for each target."""
    if pack.gallery is None or not wanted:
        return z, []

    judge = ByEncoder(pack, resolution)
    first = judge.embed(styles)  # the person before the edit
    there = probabilities(pack, first, avoided)[0] < DRAWN
    goal = [*wanted, *(target for target, has in zip(avoided, there.tolist(), strict=True) if not has)]

    def fit(tried: Tensor) -> tuple[Tensor, Tensor]:
        on_look()
        moved = [a + b for a, b in zip(styles, style_offset(pack, z, tried, truncation_psi), strict=True)]
        embeddings = judge.embed(moved)
        probability = probabilities(pack, embeddings, goal)
        worth = probability.clamp(min=1e-6).log().sum(1) + KEEP * (embeddings * first).sum(1)
        return worth.cpu() - PRICE * (tried != z).sum(1), probability.cpu()

    climb = _Climb(z, fit)
    failed: dict[int, Tensor] = {}  # target -> z with which nothing helped it
    for again in (False, True):  # the second pass repairs what a later target spoilt
        for i in climb.probability[: len(wanted)].argsort().tolist():
            if wanted[i].category == "gender" or climb.probability[i] >= SURE or failed.get(i) is climb.z:
                continue
            before = climb.z
            climb.towards(i, *shared(pack, wanted[i]), again)
            climb.take_back(i, before)
            if climb.probability[i] < SURE:
                failed[i] = climb.z
    changed: dict[int, dict[int, tuple[float, float]]] = {}
    for j, i in climb.owner.items():
        if climb.z[0, j] != z[0, j]:
            changed.setdefault(i, {})[j] = round(float(z[0, j]), 6), round(float(climb.z[0, j]), 6)
    return climb.z, [CoordinateEdit(wanted[i].name, values) for i, values in changed.items()]


Fit = Callable[[Tensor], tuple[Tensor, Tensor]]  # z [n, z_dim] -> worth [n], probabilities [n, targets]


class _Climb:
    """Greedy search: z is replaced whenever a tried z is worth more."""

    def __init__(self, z: Tensor, fit: Fit) -> None:
        self.z, self.fit = z, fit
        (self.worth,), (self.probability,) = fit(z)
        self.owner: dict[int, int] = {}  # coordinate -> target that it was set for

    def towards(self, i: int, agreed: list[int], values: Tensor, again: bool) -> None:
        """Try the coordinates that target `i` shares, alone or with one coordinate more."""
        stuck = False
        for another in (False, False, not again, False):
            enough = DRAWN if another else SURE
            if not agreed or self.probability[i] >= enough or (stuck and not another):
                continue
            tried = _with_another(self.z, agreed, values) if another else _tried(self.z, agreed, values)
            worths, found = self.fit(tried)
            best = int(worths.argmax())
            stuck = bool(worths[best] <= self.worth)
            if not stuck:
                self.z, self.worth, self.probability = tried[best : best + 1], worths[best], found[best]

    def take_back(self, i: int, before: Tensor) -> None:
        """Undo changes that the fit does not need; the other ones then belong to target `i`."""
        for j in (self.z != before).nonzero()[:, 1].tolist():
            less = self.z.clone()
            less[:, j] = before[:, j]
            (worth,), (found,) = self.fit(less)
            if worth >= self.worth:
                self.z, self.worth, self.probability = less, worth, found
            else:
                self.owner[j] = i


@torch.no_grad()
def resample_rest(
    pack: Pack,
    z: Tensor,  # [1, z_dim] on the CPU: of one person
    wanted: Sequence[Target],
    truncation_psi: float,
    resolution: int | None,
    random: torch.Generator,
) -> Tensor:
    """New z [n, z_dim] that keep the targets' coordinates and fit as well, the best first; maybe none."""
    told = {j for target in wanted for j in shared(pack, target)[0]} if pack.gallery is not None else set()
    if not told:
        return z[:0]
    tried = torch.randn(FRESH, z.shape[1], generator=random)
    tried[:, sorted(told)] = z[:, sorted(told)]
    styles = pack.generator.styles(
        pack.generator.w_plus(torch.cat([z, tried]).to(pack.device), truncation_psi)
    )
    probability = ByEncoder(pack, resolution).probabilities(styles, wanted).cpu()
    fit = (probability[1:] >= probability[:1].clamp(max=SURE)).all(1)
    order = probability[1:].clamp(min=1e-6).log().sum(1).argsort(descending=True, stable=True)
    return tried[order[fit[order]]]


@torch.no_grad()
def nearest(pack: Pack, w_plus: Tensor) -> Tensor | None:
    """z [1, z_dim] of the gallery's sample that is nearest in W to one W+ [1, num_ws, w_dim].

    It stands in for a person without a z: a step from one z to another has the same effect on a neighbour.
    """
    if pack.gallery is None:
        return None
    w = pack.generator.w(pack.gallery.z.to(pack.device))
    return pack.gallery.z[int((w - w_plus.mean(1)).square().sum(1).argmin())][None]


def style_offset(pack: Pack, start: Tensor, end: Tensor, truncation_psi: float) -> list[Tensor]:
    """The step through StyleSpace from one z [1, z_dim] to others [n, z_dim]: [n, c] per layer."""
    both = torch.cat([start, end]).to(pack.device)
    return [
        style[1:] - style[:1] for style in pack.generator.styles(pack.generator.w_plus(both, truncation_psi))
    ]


def shared(pack: Pack, target: Target) -> tuple[list[int], Tensor]:
    """The coordinates that the gallery's samples with the target share.

    -> coordinates, the clearest first, and z of the samples' mean and of some samples, [n, z_dim].
    A coordinate is shared when its distribution among these samples is far from the prior, a standard normal
    (Kullback-Leibler divergence, both taken for normal).
    """
    assert pack.gallery is not None
    has = pack.score(pack.gallery.embeddings, pack.text([target.text]))[:, 0].cpu()
    order = has.argsort(descending=True, stable=True)[:MOST]
    z = pack.gallery.z[order[: max(int((has[order] >= DRAWN).sum()), FEWEST)]]
    mean, variance = z.mean(0), z.var(0).clamp(min=1e-3)
    apart = 0.5 * (variance + mean.square() - 1 - variance.log())
    told = apart.argsort(descending=True, stable=True)[:TOLD]
    return told[apart[told] >= AGREE + CHANCE / len(z)].tolist(), torch.cat([mean[None], z[:DONORS]])


def _tried(z: Tensor, agreed: list[int], values: Tensor) -> Tensor:
    """z with the values of the mean and of each sample in the first coordinate, in the first two and so on;
    then z with a single coordinate at other values.
    """
    rows = []
    for value in values:
        for count in range(1, len(agreed) + 1):
            rows.append(z[0].clone())
            rows[-1][agreed[:count]] = value[agreed[:count]]
    for j in agreed:
        for level in GRID:
            rows.append(z[0].clone())
            rows[-1][j] = level
    return torch.stack(rows)


def _with_another(z: Tensor, agreed: list[int], values: Tensor) -> Tensor:
    """z with all shared coordinates set, and one coordinate more: a hat may need another hairstyle, too."""
    base = z[0].clone()
    base[agreed] = values[0, agreed]
    rows = []
    for value in values[1:5]:
        rows.append(base.expand(z.shape[1], -1).clone())
        rows[-1].diagonal().copy_(value)
    return torch.cat(rows)
