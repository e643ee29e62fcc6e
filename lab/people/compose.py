"""Palette layers and colours -> pictures, in torch, differentiable and batched."""

from __future__ import annotations

import numpy as np
import torch

from lab.people.factors import COLOURS, LAYERS, linear

_SCALE = 4.0  # brightest layer value that a byte holds


def encode(values: np.ndarray) -> np.ndarray:
    """Layers >= 0 -> uint8, square root companded."""
    return (np.sqrt(np.clip(values / _SCALE, 0, 1)) * 255 + 0.5).astype(np.uint8)


def decode(values: torch.Tensor) -> torch.Tensor:
    return (values.float() / 255) ** 2 * _SCALE


def tone(x: torch.Tensor) -> torch.Tensor:
    """Linear light -> display [0, 1]: half Narkowicz's ACES fit (2015), half exponential."""
    x = x * 0.92
    y = x * 0.62
    y = (y * (2.51 * y + 0.03) / (y * (2.43 * y + 0.59) + 0.14)).clamp(0, 1)
    return (0.5 * y + 0.5 * (1 - torch.exp(-1.1 * x))).clamp(1e-6, 1) ** (1 / 2.2)


def palette(colours: np.ndarray) -> torch.Tensor:
    """Colours [n,9,3] in sRGB 0..255 -> the linear colour of each layer [n,9,3]."""
    named = dict(zip(COLOURS, np.moveaxis(linear(colours), 1, 0), strict=True))
    named["white"] = np.ones_like(named["skin"])
    return torch.from_numpy(np.stack([named[k] for k in LAYERS], 1))


def compose(
    layers: torch.Tensor, alpha: torch.Tensor, colours: np.ndarray, rows: tuple[int, int] | None = None
) -> torch.Tensor:
    """layers [n,9,h,w] linear and premultiplied, alpha [n,1,h,w] in [0,1] -> pictures [n,3,h,w] in [-1, 1].

    A crop names its first row and the whole picture's height, for the background's gradient.
    """
    light = torch.einsum("nkhw,nkc->nchw", layers, palette(colours))
    back = torch.from_numpy(np.asarray(colours[:, -1], np.float32) / 255)[..., None, None]
    top, height = rows or (0, layers.shape[-2])
    place = (torch.arange(top, top + layers.shape[-2]) + 0.5) / height
    fall = (1.03 - 0.13 * place)[:, None]  # a soft studio gradient
    picture = tone(light / alpha.clamp(min=1e-3)) * alpha + (back * fall).clamp(0, 1) * (1 - alpha)
    return picture * 2 - 1
