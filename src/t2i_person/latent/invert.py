"""Inversion: the W+ that draws a given picture, so that a photo can be edited like a drawn portrait.

Source: projection by Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), appendix
D (start from W, ramped learning rate); W+ by Abdal et al., "Image2StyleGAN" (2019). LPIPS is replaced by an
image pyramid and the pack's own encoder, because no pack has the weights of LPIPS.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from ..errors import Cancelled, T2IError
from ..packs import Pack
from .edits.optimize import ramp

TRIED = 192  # samples of the prior among which the start is chosen
SIDE = 256  # pixels: longest side of the compared pictures
SMALL = 64  # pixels: the same, for the choice of the start
LIKENESS = 0.5  # weight of the embedding distance; the pyramid's weight is 1
PLACES = 3.0  # weight of the distance of the encoder's maps, where it has maps
NEAR = 0.03  # learning rate from the guess of the pack's inversion network
FAR = 0.05  # learning rate from the best of the tried samples
HOLD = 1e-2  # weight of the variance of W+ over its rows: W+ near W edits best (Tov et al. 2021, e4e)

OnStep = Callable[[int, int, Tensor], None]  # step from 1, steps, images [n, 3, h, w]


@dataclass(frozen=True)
class Inverted:
    """The result of an inversion."""

    w_plus: Tensor  # [n, num_ws, w_dim]
    losses: Tensor  # [n]: pyramid (0 to 2), embedding and map distances, each times its weight
    begun: Tensor  # [n]: the same for the start


@torch.no_grad()
def invert(
    pack: Pack,
    images: Tensor,  # [n, 3, h, w] in [-1, 1], aligned as the pack's own
    weight: Tensor | None = None,  # [n, 1, h, w] in [0, 1]: how much each pixel counts; None: all
    *,
    steps: int = 80,  # a third of them in W, the rest in W+
    learning_rate: float | None = None,  # None: `NEAR` or `FAR`, by the kind of start
    seed: int = 0,  # of the samples
    on_step: OnStep | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Inverted:
    """Minimise the distance of pyramids, embeddings and maps, by Adam.

    It starts from the guess of the inversion network, or without one from the nearest of `TRIED` samples.

    Raises
    ------
    Cancelled : `cancelled` returned True.
    T2IError : steps or learning rate out of range.
    """
    if learning_rate is None:
        learning_rate = FAR if pack.inversion is None else NEAR
    if steps < 1 or learning_rate <= 0:
        raise T2IError("Inversion needs steps of at least 1 and a learning rate above 0.")
    images = images.to(pack.device)
    weight = torch.ones_like(images[:, :1]) if weight is None else weight.to(pack.device)
    distance = _Distance(pack, images, weight)
    if pack.inversion is not None:
        with pack.autocast():
            start = pack.generator.w_mean + pack.inversion(images).float()
    else:
        start = torch.cat([_nearest_w(pack, distance, slice(i, i + 1), seed) for i in range(len(images))])
    descent = _Descent(pack, distance, start[:, None], steps, learning_rate, on_step, cancelled)
    in_w = max(1, steps // 3)
    with torch.enable_grad():
        descent.run(descent.start, in_w)
        if steps > in_w:
            descent.run(descent.w_plus, steps - in_w)
    return Inverted(descent.w_plus, descent.losses, descent.begun)


class _Distance:
    """How far drawn images are from the wanted ones: pyramid, embedding and, where there is one, map."""

    def __init__(self, pack: Pack, images: Tensor, weight: Tensor) -> None:
        self.pack, self.images, self.weight = pack, images, weight
        with pack.autocast():
            embeddings, self.maps = pack.encoder.encode_with_map(images)
        self.embeddings = functional.normalize(embeddings.float(), dim=1)

    def __call__(self, drawn: Tensor, part: slice) -> Tensor:
        """Images [n, 3, h, w] in [-1, 1] against the wanted ones of `part`, n or one: [n]."""
        pixels = self._pyramid(drawn, part)
        with self.pack.autocast():
            embeddings, maps = self.pack.encoder.encode_with_map(drawn.clamp(-1, 1))
        embeddings = functional.normalize(embeddings.float(), dim=1)
        total = pixels + LIKENESS * (1 - (embeddings * self.embeddings[part]).sum(1))
        if self.maps is None or maps is None:
            return total
        away = 1 - functional.cosine_similarity(maps.float(), self.maps[part].float())
        return total + PLACES * _weighted_mean(away[:, None], _resize(self.weight[part], away[:, None]))

    def _pyramid(self, drawn: Tensor, part: slice) -> Tensor:
        """Mean absolute difference, averaged over an image pyramid down to 8 pixels: [n], 0 to 2."""
        wanted, weight = _resize(self.images[part], drawn), _resize(self.weight[part], drawn)
        total, levels = drawn.new_zeros(len(drawn)), 0
        while True:
            total = total + _weighted_mean((drawn - wanted).abs().mean(1, keepdim=True), weight)
            levels += 1
            if min(drawn.shape[2:]) <= 8:
                return total / levels
            drawn, wanted, weight = (functional.avg_pool2d(x, 2) for x in (drawn, wanted, weight))


class _Descent:
    """Gradient descent on a latent; it keeps the best W+ of all steps."""

    def __init__(
        self,
        pack: Pack,
        distance: _Distance,
        start: Tensor,  # [n, 1, w_dim]
        steps: int,  # of all runs together
        learning_rate: float,
        on_step: OnStep | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.pack, self.distance, self.start, self.steps = pack, distance, start, steps
        self.learning_rate, self.on_step, self.cancelled = learning_rate, on_step, cancelled
        self.side = pack.side(SIDE)
        self.done = 0  # steps taken
        self.w_plus = start.expand(-1, pack.generator.num_ws, -1).clone()
        self.losses = torch.full((len(start),), torch.inf, device=pack.device)
        self.begun = self.losses.clone()

    def run(self, latent: Tensor, count: int) -> None:
        """Take `count` steps from `latent`: [n, 1, w_dim] stays in W, [n, num_ws, w_dim] in W+.

        Raises
        ------
        Cancelled : `cancelled` returned True.
        """
        generator = self.pack.generator
        latent = latent.detach().clone().requires_grad_()
        adam = torch.optim.Adam([latent], self.learning_rate)
        for step in range(count + 1):  # the last pass measures what the last step reached
            if self.cancelled is not None and self.cancelled():
                raise Cancelled
            w_plus = latent.expand(-1, generator.num_ws, -1)
            with self.pack.autocast():
                drawn = self.pack.render(generator.styles(w_plus), self.side)
            losses = self.distance(drawn, slice(None))
            self._keep_best(w_plus.detach(), losses.detach())
            if step == count:
                break
            spread = (latent - latent.mean(1, keepdim=True)).square().mean((1, 2))
            for group in adam.param_groups:
                group["lr"] = self.learning_rate * ramp((step + 0.5) / count)
            adam.zero_grad()
            (losses + HOLD * spread).sum().backward()
            adam.step()
            self.done += 1
            if self.on_step is not None:
                self.on_step(self.done, self.steps, drawn.detach())

    def _keep_best(self, w_plus: Tensor, losses: Tensor) -> None:
        if self.done == 0:
            self.begun.copy_(losses)
        better = losses < self.losses
        self.losses[better] = losses[better]
        self.w_plus[better] = w_plus[better]


def _weighted_mean(values: Tensor, weight: Tensor) -> Tensor:
    """[n, 1, h, w] and weights of the same shape or of one image -> [n]."""
    return (values * weight).sum((1, 2, 3)) / weight.sum((1, 2, 3)).clamp(min=1e-6)


def _nearest_w(pack: Pack, distance: Callable[[Tensor, slice], Tensor], part: slice, seed: int) -> Tensor:
    """W [1, w_dim] of the sample nearest to the picture; the mean of W is tried, too."""
    random = torch.Generator().manual_seed(seed)
    z = torch.randn(TRIED, pack.generator.z_dim, generator=random).to(pack.device)
    w = torch.cat([pack.generator.w_mean[None], pack.generator.w(z)])
    side = pack.side(SMALL)
    found = [distance(pack.render(pack.generator.styles(some), side), part) for some in w.split(16)]
    return w[torch.cat(found).argmin()][None]


def _resize(x: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(x, size=like.shape[2:], mode="area")
