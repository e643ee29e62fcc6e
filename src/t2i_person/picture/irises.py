"""Where the irises are in a portrait: the rings of colour between pupil and white that no lid covers.

The circle is found as Daugman does ("How iris recognition works", 2004, section 2): that from which the
brightness rises most on the way outwards. Its sides count, and a little its lower edge: lids cover the rest.
In red light an iris of any colour is darker than the white and the skin around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .oklab import from_rgb

LEAST = 512  # pixels of a picture's longer side: in smaller ones an iris is a few pixels
# lengths are shares of an eye's width, from corner to corner
ACROSS, DOWN = np.arange(-0.26, 0.261, 0.02), np.arange(-0.16, 0.121, 0.02)  # of the centre, from the middle
RADII = np.arange(0.17, 0.261, 0.01)
STEP = 0.03  # the brightness is compared so far inside and outside the circle
SIDES = np.radians((np.arange(-40, 41, 8), np.arange(140, 221, 8)))
BELOW = np.radians(np.arange(60, 121, 10))
WITHIN = 0.45, 0.7, 0.85  # of the radius: there it should be dark
CLEAR = 0.05  # rise of brightness, of 1, below which there is no open eye
SHADED = 0.25  # brightness around an iris, of that of the nose, below which dark glasses hide the eye
# of the radius: the pupil ends, the ring is whole; it fades into its dark rim, and ends
RING = (0.25, 0.5), (0.8, 1.1)
LID = 0.45, 0.85  # from the iris's brightness, 0, to its surroundings', 1: up to where a pixel may be iris
USUAL_SKIN = 0.66  # lightness of skin in even light: irises are darker or lighter as the skin beside them is
EXPOSURE = 0.5, 1.12  # the least and the most of that


@dataclass(frozen=True)
class Circle:
    """An iris with its pupil, in pixels."""

    x: float
    y: float
    radius: float
    rise: float  # of brightness at its sides, of 1


def iris_mask(picture: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The irises of one face.

    Parameters
    ----------
    picture : HWC uint8 RGB.
    points : [5, 2], as `faces.landmarks` gives them.

    Returns
    -------
    HW float32 in [0, 1]; all 0 where no open eye is seen.
    """
    red = picture[..., 0].astype(np.float32) / 255
    mask = np.zeros(red.shape, np.float32)
    pairs = points[:4].reshape(2, 2, 2)
    found = [(_circle(red, *pair), float(np.hypot(*(pair[0] - pair[1])))) for pair in pairs]
    nose = _patch(red, (points[[1, 3]].mean(0) + 2 * points[4]) / 3, found[0][1] / 6)
    lit = SHADED * float(np.median(nose)) if nose.size else 0.0
    open_ = [
        (circle, width)
        for circle, width in found
        if circle.rise >= CLEAR and np.median(_patch(red, (circle.x, circle.y), 1.5 * circle.radius)) >= lit
    ]
    # the eyes of a face are alike: the clearer one counts more
    radius = _mean((circle.radius / width, circle.rise) for circle, width in open_)
    for circle, width in open_:
        _add(mask, red, circle, radius * width)
    return mask


def exposure(picture: np.ndarray, mask: np.ndarray) -> float:
    """How bright the skin around the eyes of a mask and between them is, 1 in even light."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    more = (rows[-1] - rows[0]) // 2
    box = slice(max(0, rows[0] - more), rows[-1] + more + 1), slice(columns[0], columns[-1] + 1)
    skin = np.quantile(from_rgb(picture[box][mask[box] == 0, :3])[:, 0], 0.6)
    return float(np.clip(skin / USUAL_SKIN, *EXPOSURE))


def _patch(red: np.ndarray, middle: Sequence[float] | np.ndarray, half: float) -> np.ndarray:
    """The square around a point."""
    x, y = middle
    rows, columns = (slice(max(0, round(v - half)), max(0, round(v + half) + 1)) for v in (y, x))
    return red[rows, columns]


def _mean(values: Iterable[tuple[float, float]]) -> float:
    """Of (value, weight)."""
    table = np.array(list(values)).reshape(-1, 2)
    return float(np.average(table[:, 0], weights=table[:, 1])) if len(table) else 0.0


def _circle(red: np.ndarray, outer: np.ndarray, inner: np.ndarray) -> Circle:
    """The likeliest circle between the corners of an eye, [2] each."""
    width, middle = np.hypot(*(outer - inner)), (outer + inner) / 2
    step = max(1.5, STEP * width)
    x, y, r = np.meshgrid(middle[0] + ACROSS * width, middle[1] + DOWN * width, RADII * width, indexing="ij")

    def along(angles: np.ndarray, radius: np.ndarray) -> np.ndarray:
        """Mean brightness of arcs: angles [k], radii [a, b, c] -> [a, b, c]."""
        columns = np.round(x[..., None] + radius[..., None] * np.cos(angles)).astype(int)
        rows = np.round(y[..., None] + radius[..., None] * np.sin(angles)).astype(int)
        return red[rows.clip(0, red.shape[0] - 1), columns.clip(0, red.shape[1] - 1)].mean(-1)

    one, other, below = (along(arc, r + step) - along(arc, r - step) for arc in (*SIDES, BELOW))
    inside = np.stack([along(SIDES.reshape(-1), r * share) for share in WITHIN]).mean(0)
    rise = np.minimum(one, other)
    score = rise + (one + other) / 2 + 0.4 * below - inside
    best = np.unravel_index(int(np.argmax(score)), score.shape)
    return Circle(float(x[best]), float(y[best]), float(r[best]), float((one[best] + other[best]) / 2))


def _add(mask: np.ndarray, red: np.ndarray, circle: Circle, radius: float) -> None:
    """Add one iris to the mask, in place."""
    around = int(np.ceil(2 * radius))
    top, left = max(0, int(circle.y) - around), max(0, int(circle.x) - around)
    box = slice(top, int(circle.y) + around + 1), slice(left, int(circle.x) + around + 1)
    patch = red[box]
    rows, columns = np.mgrid[top : top + patch.shape[0], left : left + patch.shape[1]]
    away = np.hypot(columns - circle.x, rows - circle.y) / radius
    middle = patch[(away < 0.9) & (np.abs(rows - circle.y) < radius / 2)]
    beside = patch[(away > 1.15) & (away < 1.7)]
    if not len(middle) or not len(beside):
        return
    dark, light = float(np.median(middle)), float(np.quantile(beside, 0.6))
    covered = smoothstep((patch - dark) / max(light - dark, 0.05), *LID)  # by a lid, or a highlight on it
    (pupil, whole), (fading, end) = RING
    ring = smoothstep(away, pupil, whole) * (1 - smoothstep(away, fading, end))
    mask[box] = np.maximum(mask[box], ring * (1 - covered))


def smoothstep(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between."""
    t = ((x - low) / (high - low)).clip(0, 1)
    return t * t * (3 - 2 * t)
