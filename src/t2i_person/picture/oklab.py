"""OKLab, the perceptual colour space of Ottosson 2020 (https://bottosson.github.io/posts/oklab/).

L is lightness, 0 black to 1 white; a is green to red and b blue to yellow, about -0.3 to 0.3. A distance of
0.02 is just seen.
"""

from __future__ import annotations

import numpy as np

_RGB_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_LMS_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_LMS_RGB, _LAB_LMS = np.linalg.inv(_RGB_LMS), np.linalg.inv(_LMS_LAB)
_BYTE = np.arange(256) / 255
_LINEAR = np.where(_BYTE <= 0.04045, _BYTE / 12.92, ((_BYTE + 0.055) / 1.055) ** 2.4).astype(np.float32)
# where linear light goes over from one byte to the next
_EDGE = (np.arange(255) + 0.5) / 255
_EDGES = np.where(_EDGE <= 0.04045, _EDGE / 12.92, ((_EDGE + 0.055) / 1.055) ** 2.4).astype(np.float32)


def from_rgb(pixels: np.ndarray) -> np.ndarray:
    """sRGB uint8 [..., 3] -> OKLab float32 [..., 3]."""
    return np.cbrt(_LINEAR[pixels] @ _RGB_LMS.T) @ _LMS_LAB.T


def to_linear(lab: np.ndarray) -> np.ndarray:
    """OKLab float32 [..., 3] -> linear light [..., 3]; below 0 or above 1 where sRGB has no such colour."""
    cones = lab @ _LAB_LMS.T
    return (cones * cones * cones) @ _LMS_RGB.T


def to_rgb(lab: np.ndarray) -> np.ndarray:
    """OKLab float32 [n, 3] -> sRGB uint8 [n, 3].

    What sRGB cannot show loses chroma, not lightness or hue, until it can (but to within 1/32 of the chroma).
    """
    light = to_linear(lab)
    out = np.flatnonzero(((light < -1e-4) | (light > 1.0001)).any(-1))
    if len(out):
        far = lab[out].copy()
        far[:, 0] = far[:, 0].clip(0, 1)
        low, high = np.zeros(len(out), np.float32), np.ones(len(out), np.float32)
        for _ in range(5):
            middle = (low + high) / 2
            tried = far.copy()
            tried[:, 1:] *= middle[:, None]
            shown = to_linear(tried)
            fits = ((shown >= -1e-4) & (shown <= 1.0001)).all(-1)
            low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        far[:, 1:] *= low[:, None]
        light[out] = to_linear(far)
    return np.searchsorted(_EDGES, light).astype(np.uint8)


def of_hex(code: str) -> np.ndarray:
    """«#8fbfe6» -> OKLab [3]."""
    return from_rgb(np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.uint8))


def mean(pixels: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Mean colour of sRGB uint8 [h, w, 3], weighed by [h, w] from 0 up -> OKLab float32 [3]."""
    total = (from_rgb(pixels) * weight[..., None]).sum((0, 1))
    return np.asarray(total / max(weight.sum(), 1e-6), np.float32)
