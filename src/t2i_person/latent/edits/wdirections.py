"""Directions in W: a step towards what a text says, found by the encoder's own reading of W.

The encoder reads W directly, so the gradient of a text's logit is a filter that tells which W show the text.
The direction that changes the picture is the filter's pattern: the covariance of W times the filter (Haufe et
al. 2014, https://doi.org/10.1016/j.neuroimage.2013.10.067). What has to stay (gender, age, a smile) is
projected out of the pattern. Only those rows of W+ are moved that control what the text is about.
"""

from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from ...errors import T2IError
from ...packs import Pack
from ..targets import Target

ALPHAS = (3.0, 6.0, 9.0, 12.0, 16.0)  # strengths tried, in standard deviations of W
IN_PLACE = (4.0, 8.0, 12.0, 16.0)  # the same where only a place of the picture is moved
GAINED = 0.05  # probability of the target that a step has to reach, or it is taken back
PRICE = 0.02  # log probability that one unit of alpha costs
KEPT = 256  # directions of a pack that are cached
SAMPLES = 2048  # samples that the covariance and the gradients are computed over

_samples: WeakKeyDictionary[Pack, Tensor] = WeakKeyDictionary()  # w [SAMPLES, w_dim]
_directions: WeakKeyDictionary[Pack, dict[tuple[str, str], list[Tensor]]] = WeakKeyDictionary()
_filters: WeakKeyDictionary[Pack, dict[str, Tensor]] = WeakKeyDictionary()  # text -> [w_dim]


def w_direction(pack: Pack, target: Target) -> list[Tensor]:
    """The StyleSpace step [c] per layer that one standard deviation of W along the target's direction makes.

    Raises
    ------
    T2IError : the pack's encoder reads no W.
    """
    if not pack.encoder.reads_w:
        raise T2IError(f"The encoder of the pack {pack.name} reads no W: it has no directions there.")
    known = _directions.setdefault(pack, {})
    key = target.text, target.category
    if key not in known:
        if len(known) >= KEPT:
            known.clear()
        known[key] = _steps(pack, *key, _step(pack, *key))
    return known[key]


def _step(pack: Pack, text: str, category: str) -> Tensor:
    """One standard deviation of W along a text's direction: [w_dim]."""
    if text in pack.sliders:
        return pack.sliders[text]
    w = _sampled(pack)
    centred = w - w.mean(0)
    pattern = without_held(pack, centred.T @ (centred @ _filter(pack, text)) / len(w), category)
    return pattern / pattern.norm().clamp(min=1e-8) * w.std(0).mean()


def without_held(pack: Pack, pattern: Tensor, category: str) -> Tensor:
    """A direction [w_dim] that keeps the logits which the recipe holds, but for those of its category."""
    held = [other for other, about in pack.recipe.holds.items() if about != category]
    if not held:
        return pattern
    w = _sampled(pack)
    centred = w - w.mean(0)
    kept = torch.stack([_filter(pack, other) for other in held], 1)  # [w_dim, held]
    patterns = centred.T @ (centred @ kept) / len(w)
    driver = "gelsd" if pattern.device.type == "cpu" else None  # the default differs from run to run
    # how much of the held texts' own patterns has to be taken away so that their logits stay
    share = torch.linalg.lstsq(kept.T @ patterns, kept.T @ pattern[:, None], driver=driver).solution
    return pattern - (patterns @ share)[:, 0]


def _steps(pack: Pack, text: str, category: str, step: Tensor) -> list[Tensor]:
    """The StyleSpace step [c] per layer of a step [w_dim] in the rows of W+ that the recipe names."""
    first, last = pack.recipe.rows_of(text, category, pack.generator.num_ws)
    start = pack.generator.w_mean.expand(pack.generator.num_ws, -1)[None]
    end = start.clone()
    end[:, first:last] += step
    pairs = zip(pack.generator.styles(start), pack.generator.styles(end), strict=True)
    return [(b - a)[0] for a, b in pairs]


@torch.no_grad()
def _sampled(pack: Pack) -> Tensor:
    if pack not in _samples:
        z = torch.randn(SAMPLES, pack.generator.z_dim, generator=torch.Generator().manual_seed(0))
        _samples[pack] = pack.generator.w(z.to(pack.device), pack.recipe.truncation_psi)
    return _samples[pack]


def _filter(pack: Pack, text: str) -> Tensor:
    """Mean gradient of the text's logit over the samples: [w_dim]."""
    known = _filters.setdefault(pack, {})
    if text not in known:
        with torch.enable_grad():
            w = _sampled(pack).clone().requires_grad_()
            true = pack.score(pack.encoder.encode_w(w), pack.text([text]))
            (slope,) = torch.autograd.grad(torch.logit(true, 1e-6).sum(), w)
        known[text] = slope.mean(0)
    return known[text]
