"""Latent optimization: move one person, or a batch, until the encoder sees the text in the picture.

Source: Patashnik et al., "StyleCLIP" (2021), section 4; learning-rate ramp: Karras et al., "Analyzing and
Improving the Image Quality of StyleGAN" (2020), appendix D (projection).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...errors import Cancelled, T2IError
from ...packs import Pack

Loss = Callable[[Tensor], Tensor]  # unit image embeddings [n, d] -> [n]
OnStep = Callable[[int, int, Tensor, Tensor], None]  # step from 1, steps, losses [n], images [n, 3, h, w]


@dataclass(frozen=True)
class Preset:
    """Settings that go together."""

    truncation_psi: float
    learning_rate: float
    steps: int
    l2: float  # weight of the squared distance to the start
    resolution: int | None  # longer side of the skip output the loss sees, in pixels; None: the image
    tolerance: float  # stop when 10 steps gain less than this share of the loss; 0: never
    raw: bool = False  # CLIP without its own mean and deviation

    def combined(self) -> "Preset":
        """For a whole description at once: further and faster, as in the original."""
        return replace(
            self,
            learning_rate=self.learning_rate * 1.4,
            steps=round(self.steps * 1.5),
            l2=self.l2 / 2,
        )


PRESETS = {
    "default": Preset(1.0, 0.02, 20, 1e-2, 128, 1e-3),  # no truncation: all of the embedded W gives people
    "original": Preset(0.36, 0.003, 80, 5e-5, None, 0, raw=True),
}


@dataclass(frozen=True)
class Optimized:
    """Where an optimization ended."""

    latent: Tensor  # as given: W, W+, or all StyleSpace layers joined [n, channels]
    losses: Tensor  # [n], at `latent`
    steps: int  # taken


def clip_loss(pack: Pack, text: str) -> Loss:
    """``1 - cos(image, text)``, StyleCLIP's."""
    target = pack.text([text])[0]
    return lambda images: 1 - images @ target


def score_loss(pack: Pack, wanted: Sequence[str], unwanted: Sequence[str] = ()) -> Loss:
    """Mean of ``-log P(text is true)`` over `wanted` and ``-log P(text is false)`` over `unwanted`."""
    if not wanted and not unwanted:
        raise T2IError("Nothing to optimize for: give at least one text.")
    targets = pack.text([*wanted, *unwanted])
    if targets.device.type != "mps":  # which has no float64
        targets = targets.double()  # float32 rounds a sure "true" to 1, where a negated text stands still
    first = len(wanted)

    def loss(images: Tensor) -> Tensor:
        true = pack.score(images.to(targets.dtype), targets)
        right = torch.cat([true[:, :first], 1 - true[:, first:]], 1)
        return -right.clamp(min=1e-15).log().mean(1).float()

    return loss


def optimize(
    pack: Pack,
    start: Tensor
    | Sequence[Tensor],  # W [n, 1, w_dim], W+ [n, num_ws, w_dim], or StyleSpace: [n, c] per layer, or joined
    loss: Loss,
    *,
    steps: int = PRESETS["default"].steps,
    learning_rate: float = PRESETS["default"].learning_rate,
    l2: float = PRESETS["default"].l2,
    resolution: int | None = 256,  # the largest skip output of so many pixels is compared; None: the image
    tolerance: float = 0,  # stop when 10 steps gain less than this share of the loss
    offset: Sequence[Tensor] | None = None,  # StyleSpace step added to what W+ gives: an edit made before
    raw: bool = False,  # CLIP sees the pixels in [-1, 1] as they are, as in the published code
    on_step: OnStep | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Optimized:
    """Minimise ``loss(encode(render(latent))) + l2 * |latent - start|^2`` with Adam.

    People in a batch do not influence each other (but stop together); each keeps its best latent. In
    StyleSpace the torgb layers stay as they are: they recolour the whole picture (as in the published code).

    Raises
    ------
    Cancelled : `cancelled` said yes.
    T2IError : steps or learning rate out of range.
    """
    if steps < 1 or learning_rate <= 0 or l2 < 0:
        raise T2IError(
            "Optimization needs steps of at least 1, a learning rate above 0 and l2 of at least 0."
        )
    begin = _code(pack, start)
    objective = _objective(pack, begin, loss, l2, resolution, offset, raw)
    latent = begin.clone().requires_grad_()
    adam = torch.optim.Adam([latent], learning_rate, betas=(0.9, 0.999))
    still = _torgb_channels(pack).to(begin.device) if begin.ndim == 2 else None
    best = _Best(begin)
    history: list[float] = []
    with torch.enable_grad():
        for step in range(steps):
            if cancelled is not None and cancelled():
                raise Cancelled
            for group in adam.param_groups:
                group["lr"] = learning_rate * ramp(step / steps)
            losses, images = objective(latent)
            best.keep(losses.detach(), latent.detach())
            adam.zero_grad()
            losses.sum().backward()
            if still is not None and latent.grad is not None:
                latent.grad.masked_fill_(still, 0)
            adam.step()
            if on_step is not None:
                on_step(step + 1, steps, losses.detach(), images.detach())
            history.append(float(best.losses.mean()))
            if tolerance and step >= 10 and history[-11] - history[-1] < tolerance * abs(history[-11]):
                break
    with torch.no_grad():
        best.keep(objective(latent)[0], latent.detach())
    return Optimized(best.latent, best.losses, len(history))


class _Best:
    """The latent of the lowest loss so far, for each sample of a batch on its own."""

    def __init__(self, begin: Tensor) -> None:
        self.losses = torch.full((len(begin),), math.inf, device=begin.device)  # [n]
        self.latent = begin.clone()

    def keep(self, losses: Tensor, latent: Tensor) -> None:
        better = losses < self.losses
        self.losses[better] = losses[better]
        self.latent[better] = latent[better]


def _code(pack: Pack, start: Tensor | Sequence[Tensor]) -> Tensor:
    """`start` of `optimize` as one tensor.

    Raises
    ------
    T2IError : its shape is none of W, W+ or StyleSpace.
    """
    code = start if isinstance(start, Tensor) else torch.cat(list(start), 1)
    wide, rows = pack.generator.w_dim, pack.generator.num_ws
    channels = sum(layer.width for layer in pack.generator.layers)
    if list(code.shape[1:]) not in ([1, wide], [rows, wide], [channels]):
        raise T2IError(
            f"start is W [n, 1, {wide}], W+ [n, {rows}, {wide}] or StyleSpace [n, {channels}] "
            f"(or its layers), not {list(code.shape)}."
        )
    return code.detach().float().contiguous()


def _torgb_channels(pack: Pack) -> Tensor:
    """Which channels of StyleSpace belong to torgb layers: [channels], bool."""
    layers = pack.generator.layers
    return torch.tensor([layer.role == "rgb" for layer in layers for _ in range(layer.width)])


def _objective(
    pack: Pack,
    begin: Tensor,
    loss: Loss,
    l2: float,
    resolution: int | None,
    offset: Sequence[Tensor] | None,
    raw: bool,
) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    """What is minimised: latent -> losses [n] and the images [n, 3, h, w] they were computed on."""
    widths = [layer.width for layer in pack.generator.layers]
    encode = pack.encoder.encode_raw if raw else pack.encoder.encode_image
    side = None if resolution is None else pack.side(resolution)

    def objective(code: Tensor) -> tuple[Tensor, Tensor]:
        if code.ndim == 3:
            styles = pack.generator.styles(code.expand(-1, pack.generator.num_ws, -1))
        else:
            styles = list(code.split(widths, 1))
        if offset is not None:
            styles = [style + step for style, step in zip(styles, offset, strict=True)]
        with pack.autocast():
            images = pack.render(styles, side)
            embedded = encode(images).float()
        losses = loss(embedded)  # in full precision: steps of bfloat16 are larger than what a step gains
        return losses + l2 * (code - begin).square().flatten(1).sum(1), images

    return objective


def ramp(t: float) -> float:
    """Share of the learning rate at ``t`` in [0, 1): linear rise to 0.05, cosine fall from 0.75."""
    down = 0.5 - 0.5 * math.cos(min(1.0, (1 - t) / 0.25) * math.pi)
    return down * min(1.0, t / 0.05)
