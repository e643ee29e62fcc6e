"""Global directions: one text edit as one step through StyleSpace, the same for every person.

Source: Patashnik et al., "StyleCLIP" (2021), section 6.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ..errors import T2IError
from ..packs import Pack

CHANNELS = 100  # kept when the caller names neither beta nor a number


@torch.no_grad()
def global_direction(
    pack: Pack,
    target: str,
    neutral: str | None = None,  # what `target` is seen against; by default the pack's own neutral text
    *,
    beta: float | None = None,  # keep the channels whose relevance is at least this, in [0, 1]
    channels: int | None = None,  # or keep this many, the most relevant
) -> list[Tensor]:
    """The StyleSpace step from `neutral` to `target`: one [c] a layer, the most relevant channel by 1 sigma.

    The relevance of a channel is the cosine of its own effect on the image embedding and the difference of
    the two texts' embeddings (section 6.2). Texts are encoded once and kept by the pack.

    Raises
    ------
    T2IError : both `beta` and `channels` are given, or nothing is left after them.
    """
    if beta is not None and channels is not None:
        raise T2IError("Give beta or a number of channels, not both.")
    to, start = pack.text([target, neutral or pack.neutral])
    relevance = pack.directions @ normalize(to - start, dim=0)  # [channels]
    size = relevance.abs()
    if beta is None:
        count = CHANNELS if channels is None else channels
        beta = float(size.topk(min(max(count, 1), len(size))).values[-1])
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


def apply(styles: Sequence[Tensor], direction: Sequence[Tensor], alpha: float | Tensor) -> list[Tensor]:
    """``styles + alpha * direction``.

    Parameters
    ----------
    styles : [n, c] a layer; with n = 1 and several alphas, one person in several strengths.
    direction : [c] a layer.
    alpha : strength, useful within -10 to 10; a number, or [n].
    """
    if isinstance(alpha, Tensor):
        alpha = alpha[:, None]
    return [style + alpha * step for style, step in zip(styles, direction, strict=True)]
