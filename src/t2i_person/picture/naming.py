"""Names of measured colours, calibrated on drawn faces that people labelled."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from .colours import COLOURS, HAIR, IRIS, Colour, Kind, colour
from .irises import exposure
from .oklab import from_rgb
from .palette import Palette, palette_of

IRIS_WIDTHS = np.array([0.1, 0.011, 0.013])  # in OKLab, of irises of one colour in the light of photographs
_FILE = Path(__file__).with_name("naming.json")
# label -> the colour of that name; for these the label's probability counts as it is
_PLAIN = {
    "clothes": {
        "beige": "бежевый", "black": "чёрный", "blue": "синий", "brown": "коричневый", "green": "зелёный",
        "grey": "серый", "lightblue": "голубой", "orange": "оранжевый", "pink": "розовый",
        "purple": "фиолетовый", "red": "красный", "white": "белый", "yellow": "жёлтый",
    },
    "hair": {
        "black": "чёрный", "blond": "светлый", "brown": "каштановый", "grey": "седой", "lightbrown": "русый",
        "red": "рыжий", "white": "белый",
    },
}  # fmt: skip
# colours of hair that several labels stand for
_WIDER = {
    "тёмный": ("black", "brown"),
    "белокурый": ("blond",),
    "седой": ("grey", "white"),
    "рыжий": ("red",),
}


def probability(name: str | Colour, picture: np.ndarray, mask: np.ndarray, kind: Kind = "clothes") -> float:
    """How probably people call the commonest colour under a mask so.

    Parameters
    ----------
    name : the colour's lemma, as `colours.colour` knows it, or a colour.
    picture : HWC uint8 RGB.
    mask : HW float in [0, 1].
    kind : what the region is.

    Returns
    -------
    In [0, 1]; 0 when the mask holds fewer than a hundred pixels.

    Raises
    ------
    ValueError : no colour is called so.
    """
    target = colour(name, kind) if isinstance(name, str) else name
    if target is None:
        raise ValueError(f"{name!r} is no colour of {kind}")
    palette = palette_of(picture, mask)
    if palette is None:
        return 0.0
    if kind == "eyes":
        return _of_eyes(palette.mean / exposure(picture, mask), target)
    groups = group_probabilities(palette, picture, kind)
    table = "hair" if kind == "hair" else "clothes"
    wide = _WIDER.get(target.name, (target.group,)) if kind == "hair" else (target.group,)
    called = sum(groups.get(group, 0.0) for group in wide)
    if _PLAIN[table].get(target.group) == target.name:
        called *= _hue_nearness(palette, target, 2.5)  # a label's "blue" may be grey with a tinge of it
    elif target.name not in _WIDER:
        called *= nearness(palette, target, 1.5)
    own = 0.95 * nearness(palette, target, 0.8)
    if own < _best_other(palette, target, kind):  # another colour's name fits better
        own *= 0.5
    return float(min(1.0, max(called, own)))


def _of_eyes(mean: np.ndarray, target: Colour) -> float:
    """How probably irises of this mean are called so: how near the colour is, beside other groups."""
    ways = [target, *(c for c in IRIS.values() if c.group != target.group)]
    far = np.array([(way.lab - mean) / IRIS_WIDTHS for way in ways])
    near = np.exp(-0.5 * np.square(far).sum(1))
    return float(near[0] / (near.sum() + 1e-6))


def nearness(palette: Palette, target: Colour, width: float) -> float:
    """1 where the mean is the target's, falling as a Gaussian; `width` times the usual widths."""
    light = float(palette.mean[0])
    goal = min(max(light, target.low), target.high)
    return _hue_nearness(palette, target, width) * float(
        np.exp(-0.5 * ((light - goal) / (0.05 * width)) ** 2)
    )


def _hue_nearness(palette: Palette, target: Colour, width: float) -> float:
    """The same of a and b alone."""
    goal = min(max(float(palette.mean[0]), target.low), target.high)
    shade = min(max(goal / max(target.lightness, 0.1), 0.6), 1.3)
    chroma = float(np.hypot(target.a, target.b))
    hue = float(np.hypot(*(palette.mean[1:] - shade * np.array([target.a, target.b]))))
    return float(np.exp(-0.5 * (hue / (0.022 + 0.22 * chroma) / width) ** 2))


def _best_other(palette: Palette, target: Colour, kind: Kind) -> float:
    """Nearness of the nearest colour of another group."""
    others = (HAIR if kind == "hair" else COLOURS).values()
    return max(0.95 * nearness(palette, c, 0.8) for c in others if c.group != target.group)


def group_probabilities(palette: Palette, picture: np.ndarray, kind: Kind) -> dict[str, float]:
    """Probability of each of the labels' words for the commonest colour; they sum to 1."""
    names, mean, scale, weight, bias = _model("hair" if kind == "hair" else "clothes")
    x = (traits(palette, picture) - mean) / scale
    score = x @ weight + bias
    chance = np.exp(score - score.max())
    return dict(zip(names, (chance / chance.sum()).tolist(), strict=True))


def traits(palette: Palette, picture: np.ndarray) -> np.ndarray:
    """What the classifier of `group_probabilities` reads, [31]: the palette, alone and beside the picture."""
    step = max(1, picture.shape[0] // 128)
    whole = from_rgb(picture[step // 2 :: step, step // 2 :: step, :3]).reshape(-1, 3)
    bright = float(np.quantile(whole[:, 0], 0.95))
    overall = whole.mean(0, dtype=np.float64)
    light, a, b = (float(x) for x in palette.mean)
    chroma = float(np.hypot(a, b))
    hue_a, hue_b = a / (chroma + 0.015), b / (chroma + 0.015)
    rest = np.flatnonzero(~palette.main)
    second = [light, a, b]
    if len(rest):
        second = palette.centres[rest[np.argmax(palette.shares[rest])]].tolist()
    return np.array(
        [
            light, a, b, chroma, palette.low, palette.high, light / max(bright, 0.3), light - overall[0],
            a - overall[1], b - overall[2], hue_a, hue_b, abs(hue_a), abs(hue_b), hue_a * hue_b,
            light * light, light * a, light * b, a * a, b * b, a * b, chroma * hue_a, *second,
            float(palette.shares[~palette.main].sum()), palette.high**2, max(0.0, chroma - 0.03),
            max(0.0, chroma - 0.06), max(0.0, light - 0.5), max(0.0, light - 0.3),
        ]
    )  # fmt: skip


@lru_cache(2)
def _model(table: str) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    raw = json.loads(_FILE.read_text())[table]
    return (raw["names"], *(np.array(raw[key]) for key in ("mean", "scale", "weight", "bias")))
