"""Global directions: one text edit as one step through StyleSpace, the same for every person.

Source: Patashnik et al., "StyleCLIP" (2021), section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ...errors import T2IError
from ...packs import Pack
from ..judge import ByEncoder, mean_log_probability
from ..targets import Target
from . import DirectionEdit

CHANNELS = 100  # kept when the caller gives neither `beta` nor `channels`
ORIGINAL_CHANNELS = 700, 1100
ALPHAS = (1.0, 2.0, 3.0, 4.0, 6.0)  # strengths tried
PRICE = 0.15  # log probability that one unit of alpha costs: each step has side effects, so it must gain more
_KINDS = (
    "photo", "portrait", "picture", "photograph", "snapshot", "studio photo", "close-up photo", "rendering",
    "painting", "drawing", "sketch", "cartoon",
)  # fmt: skip
_LOOKS = (
    "good", "bad", "bright", "dark", "blurry", "sharp", "clean", "cropped", "small", "large",
    "low-resolution", "high-resolution", "black and white", "colourful", "pixelated", "faded", "cool",
)  # fmt: skip
# 46 sentences that say the same of many kinds of pictures: what they share is the text alone (prompt
# ensembling: Radford et al. 2021, section 3.1.4; StyleCLIP, section 6.1)
TEMPLATES = (
    *(f"a {kind} of {{}}." for kind in _KINDS),
    *(f"a {look} photo of {{}}." for look in _LOOKS),
    *(f"a {look} portrait of {{}}." for look in _LOOKS),
)


@torch.no_grad()
def global_direction(
    pack: Pack,
    target: str,
    neutral: str | None = None,  # what `target` is seen against; by default the pack's own neutral text
    *,
    beta: float | None = None,  # keep the channels whose relevance is at least this, in [0, 1]
    channels: int | tuple[int, int] | None = None,  # or this many, the most relevant; or so many, bisected
) -> list[Tensor]:
    """The StyleSpace step from `neutral` to `target`, [c] per layer; the most relevant channel by 1 sigma.

    The relevance of a channel is the cosine of its own effect on the image embedding and the difference of
    the two texts' embeddings (section 6.2). Texts are encoded once and kept by the pack. English texts are
    the mean over `TEMPLATES`, as in the paper. `channels` as ``(least, most)`` seeks beta by bisection until
    that many are left: `ORIGINAL_CHANNELS` is the original's setting, for config-f's 6048 channels.

    Raises
    ------
    T2IError : the pack has no directions; both `beta` and `channels` are given, one is out of range, or
        nothing is left after them.
    """
    if pack.directions is None or pack.statistics is None:
        raise T2IError(
            f"The pack {pack.name} has no directions of StyleSpace: ask for {target!r} in words, not by a "
            "strength, or take another pack."
        )
    if beta is not None and channels is not None:
        raise T2IError("Give beta or a number of channels, not both.")
    if beta is not None and beta < 0:
        raise T2IError(f"beta is a relevance from 0 to 1, not {beta}.")
    if isinstance(channels, int) and channels < 1:
        raise T2IError(f"channels is at least 1, not {channels}.")
    to, start = (_embedded(pack, text) for text in (target, neutral or pack.neutral))
    relevance = pack.directions @ normalize(to - start, dim=0)  # [channels]
    size = relevance.abs()
    if isinstance(channels, tuple):
        beta = bisect(size, *channels)
    elif beta is None:
        count = CHANNELS if channels is None else channels
        beta = float(size.topk(min(count, len(size))).values[-1])
    kept = torch.where((size >= beta) & (size > 0), relevance, 0)
    largest = kept.abs().max()
    if largest == 0:
        raise T2IError(
            f"Nothing here moves from {neutral or pack.neutral!r} to {target!r} by relevance {beta:.3f}: "
            f"the highest is {size.max():.3f}. Lower beta or use other words."
        )
    widths = [len(std) for std in pack.statistics.std]
    parts = (kept / largest).split(widths)
    return [part * std for part, std in zip(parts, pack.statistics.std, strict=True)]


def bisect(relevance: Tensor, least: int, most: int) -> float:
    """A beta that from `least` to `most` channels reach; the nearest to it where equal ones leave none.

    Raises
    ------
    T2IError : the range is empty, or there are fewer channels.
    """
    there = int((relevance > 0).sum())
    if not 1 <= least <= most or there < least:
        raise T2IError(f"channels is (least, most), 1 <= least <= most; there are {there}, least is {least}.")
    low, high = 0.0, float(relevance.max())
    for _ in range(60):
        beta = (low + high) / 2
        count = int((relevance >= beta).sum())
        if count < least:
            high = beta
        elif count > most:
            low = beta
        else:
            return beta
    return low


def _embedded(pack: Pack, text: str) -> Tensor:
    """Unit embedding [d] of a text; an English one within each of `TEMPLATES`, averaged."""
    if pack.encoder.language != "en":
        return pack.text([text])[0]
    return normalize(pack.text([template.format(text) for template in TEMPLATES]).mean(0), dim=0)


def apply(styles: Sequence[Tensor], direction: Sequence[Tensor], alpha: float | Tensor) -> list[Tensor]:
    """``styles + alpha * direction``.

    Parameters
    ----------
    styles : [n, c] per layer; with n = 1 and several alphas, one person in several strengths.
    direction : [c] per layer.
    alpha : strength, useful within -10 to 10; a number, or [n].
    """
    if isinstance(alpha, Tensor):
        alpha = alpha[:, None]
    return [style + alpha * step for style, step in zip(styles, direction, strict=True)]


def apply_directions(
    pack: Pack,
    styles: Sequence[Tensor],  # of one person: [1, c] per layer
    wanted: Sequence[Target],
    neutral: str,
    resolution: int | None,
) -> tuple[list[Tensor], list[DirectionEdit]]:
    """Global directions towards targets not drawn yet, each with the alpha that serves all targets best."""
    steps = _InStyleSpace(pack, list(styles), neutral, resolution)
    taken = best_steps(steps, wanted, PRICE)
    return steps.styles, [DirectionEdit(target.name, neutral, alpha) for target, alpha in taken]


class Steps(Protocol):
    """A sample that can be moved towards targets, step by step."""

    def now(self, wanted: Sequence[Target]) -> Tensor:
        """Probability of each target now: [1, targets]."""
        ...

    def tried(self, target: Target, wanted: Sequence[Target]) -> tuple[list[float], Tensor]:
        """Alphas of a step, and the probabilities after each: [n, targets]."""
        ...

    def take(self, target: Target, alpha: float) -> None:
        """Take the step."""
        ...


@torch.no_grad()
def best_steps(
    steps: Steps,
    wanted: Sequence[Target],
    price: float,  # log probability that one unit of alpha costs
    gained: float = 0.0,  # probability of the target that a step has to reach
) -> list[tuple[Target, float]]:
    """Take, for each target that is not drawn yet, the step towards it that serves all targets best.

    No step is taken for a target if none is worth its price. -> the targets with their alpha.
    """
    edits = []
    probability = steps.now(wanted)[0]
    for i in probability.argsort().tolist():
        target = wanted[i]
        if target.category == "gender" or probability[i] >= target.called:
            continue
        alphas, after = steps.tried(target, wanted)
        found = torch.cat([probability[None], after])
        cost = price / len(wanted) * found.new_tensor([0.0, *map(abs, alphas)])
        best = int((mean_log_probability(found) - cost).argmax())
        if best and found[best, i] >= gained:
            probability = found[best]
            steps.take(target, alphas[best - 1])
            edits.append((target, alphas[best - 1]))
    return edits


@dataclass
class _InStyleSpace:
    """Steps through all of StyleSpace, along global directions."""

    pack: Pack
    styles: list[Tensor]
    neutral: str
    resolution: int | None

    def now(self, wanted: Sequence[Target]) -> Tensor:
        return self._probabilities(self.styles, wanted)

    def tried(self, target: Target, wanted: Sequence[Target]) -> tuple[list[float], Tensor]:
        """All strengths are drawn in one batch."""
        direction = global_direction(self.pack, target.text, self.neutral)
        alphas = [-a if target.negated else a for a in ALPHAS]
        moved = apply(self.styles, direction, torch.tensor((0.0, *alphas), device=self.pack.device))
        return alphas, self._probabilities(moved, wanted)[1:]

    def take(self, target: Target, alpha: float) -> None:
        self.styles = apply(self.styles, global_direction(self.pack, target.text, self.neutral), alpha)

    def _probabilities(self, styles: list[Tensor], wanted: Sequence[Target]) -> Tensor:
        return ByEncoder(self.pack, self.resolution, len(styles[0])).probabilities(styles, wanted)
