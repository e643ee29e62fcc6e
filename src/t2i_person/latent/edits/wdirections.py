"""Directions in W: the way to what a text says, told by the encoder's own reading of W.

The encoder reads W directly, so the gradient of a text's logit says which W show it: a filter. The way that
changes what people show is the filter's pattern, the covariance of W times the filter (Haufe et al. 2014,
https://doi.org/10.1016/j.neuroimage.2013.10.067). What has to stay (gender, age, a smile) is taken out of it
first, and only those rows of W+ are moved that carry what the text speaks of.
"""

from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from ...errors import T2IError
from ...packs import Pack
from ..targets import Target

ALPHAS = (3.0, 6.0, 9.0, 12.0, 16.0)  # strengths tried, in standard deviations of W's coordinates
GAINED = 0.05  # probability below which a step goes back: it changed the person for nothing
UNIT = 9.0  # alpha of strength 1 for a target that no direction was taken for
PRICE = 0.02  # of one unit of alpha, in log probability
SAMPLES = 2048  # people the covariance and the gradients are of

_people: WeakKeyDictionary[Pack, Tensor] = WeakKeyDictionary()  # w [SAMPLES, w_dim]
_filters: WeakKeyDictionary[Pack, dict[str, Tensor]] = WeakKeyDictionary()  # text -> [w_dim]


def w_direction(pack: Pack, target: Target) -> list[Tensor]:
    """The StyleSpace step [c] a layer that one standard deviation of W along the target's direction makes.

    Raises
    ------
    T2IError : the pack's encoder reads no W.
    """
    if not pack.encoder.reads_w:
        raise T2IError(f"The encoder of the pack {pack.name} reads no W: it has no directions there.")
    if target.text in pack.sliders:
        return _steps(pack, target.category, pack.sliders[target.text])
    w = _sampled(pack)
    centred = w - w.mean(0)
    held = [text for text, category in pack.recipe.holds.items() if category != target.category]
    own = _filter(pack, target.text)
    pattern = centred.T @ (centred @ own) / len(w)
    if held:
        kept = torch.stack([_filter(pack, text) for text in held], 1)  # [w_dim, held]
        ways = centred.T @ (centred @ kept) / len(w)
        driver = "gelsd" if pattern.device.type == "cpu" else None  # the default differs from run to run
        # how much of each held pattern undoes the change of the held logits
        share = torch.linalg.lstsq(kept.T @ ways, kept.T @ pattern[:, None], driver=driver).solution
        pattern = pattern - (ways @ share)[:, 0]
    step = pattern / pattern.norm().clamp(min=1e-8) * w.std(0).mean()
    return _steps(pack, target.category, step)


def _steps(pack: Pack, category: str, step: Tensor) -> list[Tensor]:
    """The StyleSpace step [c] a layer of a step [w_dim] in the rows of W+ that carry the category."""
    first, last = pack.recipe.rows_of(category, pack.generator.num_ws)
    start = pack.generator.w_mean.expand(pack.generator.num_ws, -1)[None]
    end = start.clone()
    end[:, first:last] += step
    pairs = zip(pack.generator.styles(start), pack.generator.styles(end), strict=True)
    return [(b - a)[0] for a, b in pairs]


@torch.no_grad()
def _sampled(pack: Pack) -> Tensor:
    if pack not in _people:
        z = torch.randn(SAMPLES, pack.generator.z_dim, generator=torch.Generator().manual_seed(0))
        _people[pack] = pack.generator.w(z.to(pack.device), pack.recipe.truncation_psi)
    return _people[pack]


def _filter(pack: Pack, text: str) -> Tensor:
    """Mean gradient of the text's logit over people: [w_dim]."""
    known = _filters.setdefault(pack, {})
    if text not in known:
        with torch.enable_grad():
            w = _sampled(pack).clone().requires_grad_()
            true = pack.score(pack.encoder.encode_w(w), pack.text([text]))
            (slope,) = torch.autograd.grad(torch.logit(true, 1e-6).sum(), w)
        known[text] = slope.mean(0)
    return known[text]
