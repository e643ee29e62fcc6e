"""Which colours lie under a mask, and which of them are the garment's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .oklab import from_rgb

SAMPLES = 6000  # pixels looked at
CLUSTERS = 6
SURE = 0.75  # share of a pixel that must be the region's for its colour to count
SAME_HUE = 0.045  # distance in a and b within which two clusters may be one cloth
SAME_LIGHT = 0.2  # step in lightness that light and folds make within one cloth
SMALL = 0.03  # share below which a cluster does not join two others
_SCALE = np.array([0.7, 1.6, 1.6], np.float32)  # lightness varies with the light, hue less so


@dataclass(frozen=True)
class Palette:
    """Colours under a mask, the commonest cloth first in `main`."""

    centres: np.ndarray  # [k, 3] OKLab
    shares: np.ndarray  # [k], sum 1
    main: np.ndarray  # [k] bool: the clusters of the commonest colour, in its light and shade
    mean: np.ndarray  # [3] OKLab, of the commonest colour
    low: float  # its 5 % quantile of lightness
    high: float  # its 95 % quantile


def palette_of(picture: np.ndarray, mask: np.ndarray) -> Palette | None:
    """The colours of HWC uint8 under HW [0, 1]; None where the mask holds fewer than a hundred pixels."""
    for least in (SURE, SURE / 2):
        chosen = np.flatnonzero(mask.reshape(-1) > least)
        if len(chosen) >= 400:
            break
    if len(chosen) < 100:
        return None
    step = max(1, len(chosen) // SAMPLES)
    lab = from_rgb(picture.reshape(-1, picture.shape[-1])[chosen[::step], :3])
    points = lab * _SCALE
    centres, member = _clusters(points)
    shares = np.bincount(member, minlength=len(centres)) / len(member)
    centres = centres / _SCALE
    main = _one_cloth(centres, shares)
    own = lab[main[member]].astype(np.float64)
    low, high = np.quantile(own[:, 0], (0.05, 0.95))
    return Palette(centres, shares, main, own.mean(0), float(low), float(high))


def _clusters(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """k-means from the quantiles of lightness on, the same at every call: centres [k, 3], member [n]."""
    order = np.argsort(points[:, 0], kind="stable")
    places = ((np.arange(CLUSTERS - 2) + 0.5) / (CLUSTERS - 2) * len(points)).astype(int)
    centres = points[order[places]]
    for _ in range(2):  # then the two colours that are farthest from these
        distance = ((points[:, None] - centres[None]) ** 2).sum(-1).min(1)
        centres = np.concatenate([centres, points[[int(np.argmax(distance))]]])
    member = np.zeros(len(points), int)
    for _ in range(12):
        new = ((points[:, None] - centres[None]) ** 2).sum(-1).argmin(1)
        if (new == member).all():
            break
        member = new
        count = np.bincount(member, minlength=CLUSTERS)
        for k in np.flatnonzero(count):
            centres[k] = points[member == k].mean(0)
    return centres, member


def _one_cloth(centres: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Join clusters that differ only as light and shade do; the largest union, as [k] bool."""
    k = len(centres)
    gap = np.abs(centres[:, None, 0] - centres[None, :, 0])
    hue = np.hypot(*(centres[:, None, 1:] - centres[None, :, 1:]).transpose(2, 0, 1))
    # in half the light there is half the chroma, too
    bright = centres[:, 0].clip(0.1)
    ratio = centres[:, 1:] / bright[:, None]
    even = np.hypot(*(ratio[:, None] - ratio[None]).transpose(2, 0, 1)) * np.minimum(bright[:, None], bright)
    near = (gap < SAME_LIGHT) & (np.minimum(hue, even) < SAME_HUE)
    heavy = shares >= SMALL
    label = np.arange(k)
    for _ in range(k):
        for i in range(k):
            for j in range(k):
                if near[i, j] and heavy[i] and heavy[j]:
                    label[i] = label[j] = min(label[i], label[j])
    weight = np.bincount(label, weights=shares, minlength=k)
    best = label == int(np.argmax(weight))
    # small clusters go to the similar one
    for i in np.flatnonzero(~heavy).tolist():
        others = np.flatnonzero(heavy)
        if len(others):
            best[i] = best[others[np.argmin(gap[i, others] + hue[i, others])]]
    return best
