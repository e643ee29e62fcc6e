"""What a pack knows about its generator's StyleSpace, computed once and shipped with it.

Source: Patashnik et al., "StyleCLIP" (2021), section 6.2 ("Channel relevance"); StyleSpace: Wu et al. (2021).
"""

import os
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import normalize

from ..nets.stylegan2 import Generator
from .pack import Encoder, Statistics

Progress = Callable[[int, int], None]  # done, total


@torch.no_grad()
def stylespace_statistics(
    generator: Generator,
    n: int = 20_000,  # people drawn; only the mapping network and the affine layers run
    seed: int = 0,
    *,
    batch: int = 1000,
    progress: Progress | None = None,
) -> Statistics:
    """Mean and standard deviation of every StyleSpace channel over ``n`` people, without truncation."""
    first: list[Tensor] = []
    second: list[Tensor] = []
    random = torch.Generator().manual_seed(seed)
    for start in range(0, n, batch):
        z = torch.randn(min(batch, n - start), generator.config.z_dim, generator=random)
        styles = [
            style.double() for style in generator.styles(generator.w_plus(z.to(generator.w_mean.device)))
        ]
        sums = [style.sum(0) for style in styles], [style.square().sum(0) for style in styles]
        first, second = (
            [a + b for a, b in zip(old, new, strict=True)] if old else new
            for old, new in zip((first, second), sums, strict=True)
        )
        if progress:
            progress(min(start + batch, n), n)
    mean = [total / n for total in first]
    std = [(total / n - m.square()).clamp(min=0).sqrt() for total, m in zip(second, mean, strict=True)]
    return Statistics([m.float() for m in mean], [s.float() for s in std])


@torch.no_grad()
def channel_directions(
    generator: Generator,
    encoder: Encoder,
    statistics: Statistics,
    *,
    images: int = 100,  # people each channel is tried on
    alpha: float = 5.0,  # how far it is pushed to each side, in standard deviations
    seed: int = 0,
    truncation_psi: float = 0.7,
    stop_at: int
    | None = 256,  # channels of layers above this resolution have no effect: their direction is zero
    batch: int = 32,  # pictures at once
    resume: Path | None = None,  # file the finished part is kept in; deleted at the end
    progress: Progress | None = None,  # called with channels done, channels in all
) -> tuple[Tensor, Tensor]:
    """How each StyleSpace channel moves the image embedding: the original's ``fs3``, and the length it drops.

    A channel is moved by ``+-alpha`` standard deviations on ``images`` people; the unit-normalised differences
    of their embeddings are averaged and normalised again. Blocks below the channel's are computed once for all
    channels of its layer. Call it inside ``torch.autocast`` to compute in bfloat16.

    Returns
    -------
    directions : [channels, d] unit vectors, zero where nothing changes; the styles' channels, joined.
    effects : [channels] mean length of the difference, per standard deviation.
    """
    device = generator.w_mean.device
    random = torch.Generator().manual_seed(seed)
    z = torch.randn(images, generator.config.z_dim, generator=random).to(device)
    base = generator.styles(generator.w_plus(z, truncation_psi))
    last = generator.block_of(stop_at)
    sizes = [style.shape[1] for style in base]
    stop = 3 * last + 2  # layers up to this one are drawn: two in the lowest block, three in each other
    total = sum(sizes[:stop])
    settings = f"{images} {alpha} {seed} {truncation_psi} {last} {sizes}"
    rows, lengths = _unfinished(resume, settings)

    offset = 0
    for layer in range(stop):
        size, block = sizes[layer], (layer + 1) // 3
        if offset + size > sum(map(len, rows)):
            below = _below(generator, base, block)
            found = []
            for channel in range(size):
                step = statistics.std[layer][channel] * alpha
                found.append(
                    _effect(generator, encoder, base, below, layer, channel, step, block, last, batch)
                )
                if progress and (channel % 8 == 7 or channel == size - 1):
                    progress(offset + channel + 1, total)
            rows.append(torch.stack([row for row, _ in found]).cpu())
            lengths.append(torch.stack([length for _, length in found]).cpu() / (2 * alpha))
            _keep(resume, settings, rows, lengths)
        offset += size
    if resume:
        resume.unlink(missing_ok=True)
    rest = sum(sizes[stop:])
    directions, effects = torch.cat(rows), torch.cat(lengths)
    return torch.cat([directions, directions.new_zeros(rest, directions.shape[1])]), torch.cat(
        [effects, effects.new_zeros(rest)]
    )


def _below(generator: Generator, base: list[Tensor], block: int) -> tuple[Tensor, Tensor | None]:
    """Features and RGB that ``block`` starts from, for all people."""
    net = generator.synthesis
    x: Tensor = net.start(len(base[0]))
    image: Tensor | None = None
    for i in range(block):
        x, image = net.block(i, x, image, base)
    return x, image


def _effect(
    generator: Generator,
    encoder: Encoder,
    base: list[Tensor],
    below: tuple[Tensor, Tensor | None],
    layer: int,
    channel: int,
    step: Tensor,
    block: int,
    last: int,
    batch: int,
) -> tuple[Tensor, Tensor]:
    """Direction [d] and mean length of the change that one channel makes."""
    half = max(batch // 2, 1)
    differences = []
    for start in range(0, len(base[0]), half):
        part = slice(start, start + half)
        styles = [torch.cat([style[part], style[part]]) for style in base]
        n = len(styles[0]) // 2
        styles[layer][:n, channel] -= step
        styles[layer][n:, channel] += step
        x = torch.cat([below[0][part], below[0][part]])
        image = None if below[1] is None else torch.cat([below[1][part], below[1][part]])
        for i in range(block, last + 1):
            x, image = generator.synthesis.block(i, x, image, styles)
        low, high = normalize(encoder.encode_image(image.clamp(-1, 1)).float()).chunk(2)  # type: ignore[union-attr]
        differences.append(high - low)
    change = torch.cat(differences)
    return normalize(normalize(change).mean(0), dim=0), change.norm(dim=1).mean()


def _unfinished(resume: Path | None, settings: str) -> tuple[list[Tensor], list[Tensor]]:
    if resume is not None and resume.is_file():
        try:
            with safe_open(resume, "pt") as archive:
                if (archive.metadata() or {}).get("settings") == settings:
                    return [archive.get_tensor("directions")], [archive.get_tensor("effects")]
        except (SafetensorError, OSError):
            pass  # a half-written or foreign file: start anew
    return [], []


def _keep(resume: Path | None, settings: str, rows: list[Tensor], lengths: list[Tensor]) -> None:
    if resume is not None:
        part = resume.with_suffix(".part")
        save_file(
            {"directions": torch.cat(rows), "effects": torch.cat(lengths)}, part, {"settings": settings}
        )
        os.replace(part, resume)
