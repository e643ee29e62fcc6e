"""Masks of a person's parts at the picture's own size, following its edges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..nets.regions import EVERYWHERE as EVERYWHERE  # for records, which know pictures, not networks
from ..nets.regions import PLACES as PLACES
from ..nets.regions import REGIONS, SIDE, grown, smooth

WORK_SIDE = 256  # pixels of the guide at which the filter's coefficients are found
RADIUS = 4  # of its windows, in those pixels
EPSILON = 4e-4  # variance of the picture, 0 to 1 per channel, below which a window counts as flat
RIM = 13  # pixels of 128: side of the square by which a region may be larger than what is surely it
LEVELS = 0.12, 0.88  # a filtered mask hardly reaches 0 and 1: below and above these it is taken to


@torch.inference_mode()
def full_masks(
    masks: Tensor,
    picture: np.ndarray,
    names: Sequence[str] = REGIONS,
) -> dict[str, np.ndarray]:
    """The head's coarse masks of one picture at its full size.

    Guided filter (He, Sun and Tang 2010) with the picture's colours as the guide: in each window the mask is
    a linear function of red, green and blue, so that its edges are the picture's. The coefficients are found
    on a smaller picture and enlarged (He and Sun 2015, https://arxiv.org/abs/1505.00996).

    Parameters
    ----------
    masks : [7, s, s] or [1, 7, s, s], as `nets.regions.RegionHead` gives them.
    picture : HWC uint8 RGB, square.
    names : the regions wanted; the fewer, the faster.

    Returns
    -------
    HW float32 in [0, 1] per name.

    Raises
    ------
    ValueError : an unknown name.
    """
    if unknown := set(names) - set(REGIONS):
        raise ValueError(f"no region is called {sorted(unknown)}: there are {list(REGIONS)}")
    height, width = picture.shape[:2]
    guide = torch.from_numpy(np.array(picture[..., :3])).permute(2, 0, 1)[None].float() / 255
    size = (min(height, WORK_SIDE), min(width, WORK_SIDE))
    small = functional.interpolate(guide, size=size, mode="area")
    coarse = masks.reshape(-1, *masks.shape[-2:])[[REGIONS.index(name) for name in names]][None].float().cpu()
    coarse = functional.interpolate(coarse, size=size, mode="bicubic", align_corners=False).clamp_(0, 1)
    slope, offset = _coefficients(small, coarse)
    out = {}
    low, high = LEVELS
    for i, name in enumerate(names):
        terms = torch.cat([slope[:, i], offset[:, i : i + 1]], 1)
        if size != (height, width):
            terms = functional.interpolate(terms, size=(height, width), mode="bilinear", align_corners=False)
        mask = terms[0, 3]
        for channel in range(3):
            mask = mask.addcmul(terms[0, channel], guide[0, channel])
        out[name] = mask.sub_(low).div_(high - low).clamp_(0, 1).numpy()
    return out


def to_its_edge(mask: np.ndarray, ground: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """A mask of a hat, of hair or of clothes that ends where the person ends.

    The region network is unsure at their rims, and where the picture's border cuts a hat it calls the hat
    background. So near the mask, a pixel belongs to it if the matte says that it belongs to the person, and
    else not.

    Parameters
    ----------
    mask, ground : HW float in [0, 1], as `full_masks` gives them.
    alpha : HW float in [0, 1], the matte.

    Returns
    -------
    HW float32 in [0, 1].
    """
    small = torch.from_numpy(mask)[None, None]
    sure = (functional.interpolate(small, size=(SIDE, SIDE), mode="area") > 0.5).float()
    near = smooth(grown(sure, RIM), 5)
    near = functional.interpolate(near, size=mask.shape, mode="bilinear", align_corners=False)
    return np.minimum(mask + ground * near[0, 0].numpy(), alpha).astype(np.float32)


def _coefficients(guide: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """Guide [1, 3, h, w], masks [1, n, h, w] -> the filter's slopes [1, n, 3, h, w], offsets [1, n, h, w]."""
    mean = _box(guide)
    pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    second = _box(torch.cat([guide[:, i : i + 1] * guide[:, j : j + 1] for i, j in pairs], 1))
    rr, rg, rb, gg, gb, bb = (
        second[:, k] - mean[:, i] * mean[:, j] + EPSILON * (i == j) for k, (i, j) in enumerate(pairs)
    )
    # the inverse of a symmetric 3x3 matrix by its cofactors
    c00, c01, c02 = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    c11, c12, c22 = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    scale = 1 / (rr * c00 + rg * c01 + rb * c02)
    average = _box(masks)
    cross = [_box(masks * guide[:, i : i + 1]) - average * mean[:, i : i + 1] for i in range(3)]
    slopes = torch.stack(
        [
            (row[0] * cross[0] + row[1] * cross[1] + row[2] * cross[2]) * scale
            for row in ((c00, c01, c02), (c01, c11, c12), (c02, c12, c22))
        ],
        2,
    )
    offsets = average - (slopes * mean[:, None]).sum(2)
    n = masks.shape[1]
    slopes = _box(slopes.flatten(1, 2)).unflatten(1, (n, 3))
    return slopes, _box(offsets)


def _box(x: Tensor) -> Tensor:
    """Mean over square windows, which are smaller at the border."""
    side = 2 * RADIUS + 1
    x = functional.avg_pool2d(x, (side, 1), 1, (RADIUS, 0), count_include_pad=False)
    return functional.avg_pool2d(x, (1, side), 1, (0, RADIUS), count_include_pad=False)
