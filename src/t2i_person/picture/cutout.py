"""Cut-out of the person: the matte, then the foreground colours.

The matte is the share of the person in each pixel. The rest of the pixel's colour comes from the old
background and would show as a halo on a new one. So the colour of the foreground is estimated, too.
"""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

MATTE_SIDE = 512  # pixels: the size that MODNet was trained for
LEVELS = 0.05, 0.95  # a sigmoid hardly ever reaches 0 and 1: below and above these it is taken to
VISIBLE = 0.15  # alpha above which pixels belong to a piece of the matte
RADIUS = 4  # pixels of the matte: windows of the guided filter
FLAT = 2e-3  # variance of the colour, of a range of 2, below which a window is flat
REACH = 0.024  # of the longer side: how far hair may reach beyond a coarse mask
BLEED = 8  # transparent pixels this near keep their colour: scaling the picture brings no dark rim


class Matting(Protocol):
    """``[n, 3, h, w]`` in [-1, 1], sides multiples of 32 -> alpha ``[n, 1, h, w]`` in [0, 1]."""

    def __call__(self, image: Tensor, /) -> Tensor: ...


@torch.inference_mode()
def matte(
    image: np.ndarray,
    matting: Matting,
    device: torch.device | str = "cpu",
    *,
    alone: bool = False,
    fine: bool = False,
) -> np.ndarray:
    """How much of each pixel is the person.

    Parameters
    ----------
    image : HWC uint8 RGB.
    matting : a MODNet on `device`.
    alone : leave out what stands apart from the person in the middle (`central`).
    fine : follow the picture's own edges where it is larger than the network's side (`sharpened`).

    Returns
    -------
    HW float32 in [0, 1], as large as the image.
    """
    height, width = image.shape[:2]
    whole = torch.tensor(image[..., :3]).to(device).permute(2, 0, 1)[None].float() / 127.5 - 1
    scale = MATTE_SIDE / min(height, width)
    sides = tuple(max(32, int(side * scale) // 32 * 32) for side in (height, width))
    small = _resize(whole, sides)
    alpha = stretched(matting(small).float())
    if alone:
        alpha = central(alpha)
    if fine and min(height, width) > MATTE_SIDE:
        return sharpened(alpha, small, whole)[0, 0].cpu().numpy()
    return _resize(alpha, (height, width))[0, 0].clamp(0, 1).cpu().numpy()


def stretched(alpha: Tensor) -> Tensor:
    """A network's alpha, stretched so that nearly 0 becomes 0 and nearly 1 becomes 1; the same shape."""
    low, high = LEVELS
    return ((alpha - low) / (high - low)).clamp(0, 1)


def central(alpha: Tensor) -> Tensor:
    """Remove the pieces that are not connected to the person in the middle, such as a bystander at the edge.

    Pieces are what is above `VISIBLE`; those that touch the middle of the picture stay, the others go with
    their soft rims. Where the middle is empty, everything stays.

    Parameters
    ----------
    alpha : ``[1, 1, h, w]`` in [0, 1].

    Returns
    -------
    The same shape.
    """
    height, width = alpha.shape[2:]
    visible = (alpha > VISIBLE)[0, 0].cpu().numpy()
    start = np.zeros_like(visible)
    middle = slice(height * 3 // 10, height * 7 // 10), slice(width * 3 // 10, width * 7 // 10)
    start[middle] = (alpha[0, 0][middle] > 0.5).cpu().numpy()
    if not start.any():
        return alpha
    joined = _joined(start, visible)
    kept, others = (torch.from_numpy(x).to(alpha)[None, None] for x in (joined, visible & ~joined))
    return alpha * (1 - _widened(others, 4) * (1 - _widened(kept, 2)))


def _widened(x: Tensor, pixels: int) -> Tensor:
    """Largest value within so many pixels: [1, 1, h, w]; along rows, then along columns, which is quicker."""
    side = 2 * pixels + 1
    x = functional.max_pool2d(x, (1, side), 1, (0, pixels))
    return functional.max_pool2d(x, (side, 1), 1, (pixels, 0))


def _joined(start: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """What of `visible` is joined to `start` by steps along rows and columns: HW bool, all three."""
    kept = start & visible
    runs = []  # along rows, along columns: number of each pixel's run, and how many there are
    for turned in (visible, visible.T):
        fresh = turned.copy()
        fresh[:, 1:] &= ~turned[:, :-1]
        number = np.cumsum(fresh).reshape(fresh.shape)
        runs.append((number * turned, int(number[-1, -1]) + 1))
    reached = 0
    while (now := int(kept.sum())) > reached:
        reached = now
        for (number, count), turn in zip(runs, (False, True), strict=True):
            hit = np.zeros(count, bool)
            hit[number[kept.T if turn else kept]] = True
            hit[0] = False  # the run of what is not visible
            kept = hit[number].T if turn else hit[number]
    return kept


def kept_off(alpha: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """A matte without what lies well inside the ground: hair may reach `REACH` into it, a curtain farther.

    Both HW float in [0, 1]; the same shape.
    """
    return np.minimum(alpha, _around(ground, below=0.7))


def filled(alpha: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """A matte without holes: what lies `REACH` or more inside the person is whole.

    A coat as dark as the wall is taken for the wall otherwise. Both HW float in [0, 1]; the same shape.
    """
    return np.maximum(alpha, 1 - _around(1 - ground, below=0.85))


def _around(x: np.ndarray, below: float) -> np.ndarray:
    """1 where HW `x` is below so much, and as far as `REACH` around it; the border is soft."""
    size = [max(1, side // 4) for side in x.shape]
    small = functional.interpolate(torch.from_numpy(x)[None, None], size=size, mode="area")
    near = _widened((small < below).float(), max(1, round(REACH * max(size))))
    side = 2 * (max(size) // 64) + 1
    near = functional.avg_pool2d(near, side, 1, side // 2, count_include_pad=False)
    near = functional.interpolate(near, size=x.shape, mode="bilinear", align_corners=False)
    return near[0, 0].numpy()


def sharpened(alpha: Tensor, small: Tensor, whole: Tensor) -> Tensor:
    """Alpha at the picture's size, its rim drawn along the picture's edges: a guided filter.

    He and Sun, "Fast Guided Filter" (2015, https://arxiv.org/abs/1505.00996): in each window of the small
    picture alpha is a linear function of the colour; the functions, interpolated, are applied to the large
    picture. Only what they add to the interpolated small result is taken, and only where alpha is mixed, so
    that flat parts stay as the network saw them.

    Parameters
    ----------
    alpha : ``[1, 1, h, w]`` in [0, 1].
    small, whole : the picture at alpha's size and at its own, ``[1, 3, *, *]`` in [-1, 1].

    Returns
    -------
    ``[1, 1, H, W]`` in [0, 1].
    """
    size = tuple(whole.shape[2:])

    def box(x: Tensor) -> Tensor:
        x = functional.pad(x, (RADIUS,) * 4, mode="replicate")
        return functional.avg_pool2d(x, 2 * RADIUS + 1, 1)

    mean, level = box(small), box(alpha)
    cross = box(small * alpha) - mean * level  # [1, 3, h, w]
    pairs = (small[:, :, None] * small[:, None]).flatten(1, 2)  # [1, 9, h, w]
    spread = (box(pairs) - (mean[:, :, None] * mean[:, None]).flatten(1, 2)).unflatten(1, (3, 3))
    spread = spread.permute(0, 3, 4, 1, 2) + FLAT * torch.eye(3, device=alpha.device)
    slope = torch.linalg.solve(spread, cross.permute(0, 2, 3, 1)[..., None])[..., 0].permute(0, 3, 1, 2)
    slope = box(slope)
    fine = (_resize(slope, size) * (whole - _resize(small, size))).sum(1, keepdim=True)
    large = _resize(alpha, size)
    mixed = (4 * large * (1 - large)).clamp(0, 1).sqrt()
    return (large + fine * mixed).clamp(0, 1)


@torch.inference_mode()
def foreground(image: np.ndarray, alpha: np.ndarray, device: torch.device | str = "cpu") -> np.ndarray:
    """The person's own colours, estimated where they are mixed with the background.

    Fast multi-level foreground estimation (Germer et al. 2020, https://arxiv.org/abs/2006.14970): colours F
    and B are sought that compose the image, ``alpha F + (1 - alpha) B = I``, and are smooth, most of all
    where alpha changes; from one pixel up to the full size, doubling, with a few Jacobi sweeps on each level.
    A sweep sets each pixel to its neighbours' mean plus the correction that meets the image, in closed form.

    Parameters
    ----------
    image : HWC uint8 RGB.
    alpha : HW float32 in [0, 1].

    Returns
    -------
    HWC uint8 RGB; the image itself where alpha is 1.
    """
    height, width = alpha.shape
    colour = torch.tensor(image[..., :3]).to(device).permute(2, 0, 1)[None].float() / 255  # [1, 3, h, w]
    cover = torch.tensor(alpha).to(device, torch.float32)[None, None].clamp(0, 1)  # [1, 1, h, w]
    near, far = _mean(colour, cover > 0.9), _mean(colour, cover < 0.1)
    levels = max(1, (max(height, width) - 1).bit_length())
    for level in range(levels + 1):
        size = tuple(max(1, round(side ** (level / levels))) for side in (height, width))
        near, far = (functional.interpolate(x, size=size, mode="nearest-exact") for x in (near, far))
        target, a = (functional.interpolate(x, size=size, mode="nearest-exact") for x in (colour, cover))
        weights = [1e-5 + (a - other).abs() for other in _neighbours(a)]
        total = sum(weights[1:], weights[0])
        weights = [weight / total for weight in weights]
        gain = 1 / (a.square() + (1 - a).square() + total)
        for _ in range(10 if max(size) <= 32 else 4):
            near, far = _average(near, weights), _average(far, weights)
            rest = (target - a * near - (1 - a) * far) * gain
            near = (near + a * rest).clamp_(0, 1)
            far = (far + (1 - a) * rest).clamp_(0, 1)
    solid = torch.where(cover >= 1, colour, near)
    return (solid * 255).round().to(torch.uint8)[0].permute(1, 2, 0).cpu().numpy()


def cut_out(image: np.ndarray, alpha: np.ndarray, device: torch.device | str = "cpu") -> np.ndarray:
    """The person on a transparent background.

    Parameters
    ----------
    image : HWC uint8 RGB.
    alpha : HW float32 in [0, 1], its `matte`.

    Returns
    -------
    HWC uint8 RGBA, straight alpha; zero away from the person, so nothing of the background is left.
    """
    rgba = np.dstack([foreground(image, alpha, device), np.round(alpha * 255).astype(np.uint8)])
    visible = torch.from_numpy(alpha >= 0.5 / 255).float()[None, None]
    rgba[_widened(visible, BLEED)[0, 0].numpy() == 0] = 0
    return rgba


def _resize(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """Mean of the covered pixels on the way down, bilinear on the way up."""
    if size[0] <= x.shape[2] and size[1] <= x.shape[3]:
        return functional.interpolate(x, size=size, mode="area")
    return functional.interpolate(x, size=size, mode="bilinear", align_corners=False)


def _mean(colour: Tensor, where: Tensor) -> Tensor:
    """Mean colour of the chosen pixels, ``[1, 3, 1, 1]``; black when there are none."""
    return (colour * where).sum((2, 3), keepdim=True) / where.sum().clamp(min=1)


def _neighbours(x: Tensor) -> tuple[Tensor, ...]:
    """Views of `x` shifted by one pixel up, down, left and right; a border is its own neighbour."""
    x = functional.pad(x, (1, 1, 1, 1), mode="replicate")
    return x[..., :-2, 1:-1], x[..., 2:, 1:-1], x[..., 1:-1, :-2], x[..., 1:-1, 2:]


def _average(x: Tensor, weights: list[Tensor]) -> Tensor:
    """Mean of the four neighbours by weight."""
    out = torch.zeros_like(x)
    for other, weight in zip(_neighbours(x), weights, strict=True):
        out.addcmul_(other, weight)
    return out
