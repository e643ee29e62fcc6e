"""Another colour on clothes, hats, hair and eyes: the light, the folds and the strands stay."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from .colours import Colour, Kind, colour
from .irises import exposure, smoothstep
from .oklab import from_rgb, to_rgb
from .palette import Palette, palette_of

TOP = 0.98  # lightness that highlights go towards
CORE = 9  # pixels of a 1024 picture: farther than this inside a mask it is trusted whatever the colour
ONE_CLOTH = 0.6  # share of the commonest colour from which the others count as patches and logos
# of each pixel's own difference from the mean in a and b
KEEP: dict[Kind, float] = {"clothes": 0.35, "hat": 0.35, "hair": 0.55, "eyes": 0.25}
FARTHEST = 0.2  # step of an iris's lightness: more looks like a lens
GLINT = 0.75, 0.9  # lightness from which a highlight begins, and is whole
LASH = 0.35, 0.8  # of the iris's lightness: below the first, a pixel is a lash


def recolour(
    picture: np.ndarray,
    mask: np.ndarray,
    name: str | Colour,
    strength: float = 1.0,
    kind: Kind = "clothes",
) -> np.ndarray:
    """A picture with one region in another colour.

    All is done in OKLab. The region's mean lightness is moved into the range of the colour. The contrast
    changes as if darker or lighter cloth hung in the same light. a and b become those of the colour, in
    proportion to lightness. On clothes and hats, patches and logos of other colours stay as they are. So does
    what lies near the region's border and has other colours, such as skin at a hairline.

    Parameters
    ----------
    picture : HWC uint8 RGB.
    mask : HW float in [0, 1], the region; of eyes, as `irises.iris_mask` gives it.
    name : the colour's lemma, as `colours.colour` knows it, or a colour.
    strength : from 0, nothing is changed, to 1.
    kind : what the region is.

    Returns
    -------
    HWC uint8, a new array; the same bytes where the mask is 0, or everywhere when it is all but empty.

    Raises
    ------
    ValueError : no colour is called so.
    """
    target = colour(name, kind) if isinstance(name, str) else name
    if target is None:
        raise ValueError(f"{name!r} is no colour of {kind}")
    out = picture.copy()
    palette = palette_of(picture, mask) if strength > 0 else None
    if palette is None:
        return out
    chosen = np.flatnonzero(mask.reshape(-1) > 1 / 255)
    lab = from_rgb(picture.reshape(-1, picture.shape[-1])[chosen, :3])
    cover = mask.reshape(-1)[chosen].astype(np.float32)
    if kind == "eyes":
        new = _eyes(lab, cover, target, exposure(picture, mask))
    else:
        cover = cover * _belongs(lab, cover, mask, chosen, palette, kind)
        new = _moved(lab, palette, target, kind)
    if kind == "hair" and target.lightness > palette.mean[0]:  # roots and the hairline stay darker
        new[:, 0] = lab[:, 0] + (new[:, 0] - lab[:, 0]) * np.sqrt(cover)
    mixed = lab + (new - lab) * (min(strength, 1.0) * cover)[:, None]
    touched = np.flatnonzero(cover > 1 / 512)
    out.reshape(-1, out.shape[-1])[chosen[touched], :3] = to_rgb(mixed[touched])
    return out


def _moved(lab: np.ndarray, palette: Palette, target: Colour, kind: Kind) -> np.ndarray:
    """Pixels [n, 3] in the target's colour."""
    mean = palette.mean.astype(np.float32)
    begin = max(float(mean[0]), 0.08)
    goal = min(max(begin, target.low), target.high)
    ratio = goal / begin
    # a lighter cloth shows its folds more: reflected light grows in proportion, but so would noise in black
    gain = float(np.clip(ratio**0.5, 0.4, 1.9)) if ratio > 1 else float(ratio**0.6)
    step = (lab[:, 0] - begin) * gain
    room = np.where(step > 0, TOP - goal, 1.2 * goal).astype(np.float32)
    light = goal + step * room / (np.abs(step) + room)
    shade = (light / goal).clip(0.3, 1.3)
    # near white there is no room for chroma
    shade *= ((1.0 - light) / max(1.0 - goal, 0.12)).clip(0, 1) ** 0.5 if goal < 0.9 else 1
    own = lab[:, 1:] - mean[1:] * (lab[:, :1] / begin).clip(0, 1.6)
    keep = KEEP[kind] * (0.4 if np.hypot(target.a, target.b) < 0.02 else 1.0)
    out = np.empty_like(lab)
    out[:, 0] = light
    out[:, 1:] = np.array([target.a, target.b], np.float32) * shade[:, None] + keep * own
    return out


def _eyes(lab: np.ndarray, cover: np.ndarray, target: Colour, exposed: float) -> np.ndarray:
    """Pixels [n, 3] of irises in the target's colour, in light `exposed` times as bright as even light."""
    sure = cover > 0.6
    mean = lab[sure if sure.sum() > 20 else slice(None)].mean(0)
    goal = float(np.clip(target.lightness * exposed, mean[0] - FARTHEST, mean[0] + FARTHEST))
    gain = np.clip((goal / max(float(mean[0]), 0.08)) ** 0.5, 0.6, 1.6)
    own = smoothstep(lab[:, 0], LASH[0] * mean[0], LASH[1] * mean[0])
    new = lab.copy()
    new[:, 0] += (goal + (lab[:, 0] - mean[0]) * gain - lab[:, 0]) * own
    shade = (new[:, :1] / target.lightness).clip(0.15, 1.15)
    tint = np.array([target.a, target.b], np.float32) * shade + KEEP["eyes"] * (lab[:, 1:] - mean[1:])
    new[:, 1:] += (tint - lab[:, 1:]) * (1 - smoothstep(lab[:, :1], *GLINT))
    return new


def _belongs(
    lab: np.ndarray, cover: np.ndarray, mask: np.ndarray, chosen: np.ndarray, palette: Palette, kind: Kind
) -> np.ndarray:
    """How much of the region's commonest colour each pixel is, [n] in [0, 1]."""
    main, others = palette.centres[palette.main], palette.centres[~palette.main]
    near = _distance(lab, main)
    radius = max(1, round(CORE * max(mask.shape) / 1024))
    inside = torch.from_numpy(np.ascontiguousarray(mask, np.float32))[None, None]
    side = 2 * radius + 1
    inside = functional.avg_pool2d(inside, (side, 1), 1, (radius, 0), count_include_pad=False)
    inside = functional.avg_pool2d(inside, (1, side), 1, (0, radius), count_include_pad=False)
    core = smoothstep(inside.numpy().reshape(-1)[chosen], 0.85, 0.97)
    belongs = 1 - smoothstep(near, 0.07, 0.18) * (1 - core)
    if kind != "hair" and len(others) and palette.shares[palette.main].sum() >= ONE_CLOTH:
        far = _distance(lab, others)
        belongs *= smoothstep((far - near) / (far + near + 1e-6), -0.3, 0.1)
    return belongs


def _distance(lab: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """To the nearest of the centres [k, 3], lightness counting less than hue: [n]."""
    weight = np.array([0.6, 1.6, 1.6], np.float32)
    points = lab * weight
    best = np.full(len(lab), np.inf, np.float32)
    for centre in centres.astype(np.float32) * weight:
        best = np.minimum(best, np.square(points - centre).sum(1))
    return np.sqrt(best)
