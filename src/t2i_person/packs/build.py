"""Statistics, directions and gallery of a generator's StyleSpace, computed once and stored in the pack.

Source: Patashnik et al., "StyleCLIP" (2021), section 6.2 ("Channel relevance"); StyleSpace: Wu et al. (2021).
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import normalize

from ..nets.encoder import Encoder
from ..nets.stylegan2 import Generator
from .pack import Gallery, Statistics

Progress = Callable[[int, int], None]  # done, total
SAVED = 20.0  # seconds between two saves of unfinished directions


@torch.no_grad()
def stylespace_statistics(
    generator: Generator,
    n: int = 20_000,  # samples; only the mapping network and the affine layers run
    seed: int = 0,
    *,
    batch: int = 1000,
    progress: Progress | None = None,
) -> Statistics:
    """Mean and standard deviation of every StyleSpace channel over ``n`` samples, without truncation."""
    first: list[Tensor] = []
    second: list[Tensor] = []
    random = torch.Generator().manual_seed(seed)
    for start in range(0, n, batch):
        z = torch.randn(min(batch, n - start), generator.z_dim, generator=random)
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
def gallery(
    generator: Generator,
    encoder: Encoder,
    n: int,
    *,
    seed: int = 1,
    resolution: int | None = 256,
    batch: int = 16,
    progress: Progress | None = None,
) -> Gallery:
    """``n`` samples of the prior and their image embeddings; in bfloat16 inside ``torch.autocast``."""
    random = torch.Generator().manual_seed(seed)
    z = torch.randn(n, generator.z_dim, generator=random).half().float()  # as packs keep it
    embeddings = []
    for some in z.split(batch):
        images = generator(generator.w_plus(some.to(generator.w_mean.device)), resolution=resolution)
        embeddings.append(normalize(encoder.encode_image(images.clamp(-1, 1)).float(), dim=1))
        if progress:
            progress(min(len(embeddings) * batch, n), n)
    return Gallery(z, torch.cat(embeddings))


@torch.no_grad()
def channel_directions(
    generator: Generator,
    encoder: Encoder,
    statistics: Statistics,
    *,
    images: int = 100,  # samples that each channel is tried on
    alpha: float = 5.0,  # how far a channel is moved to each side, in standard deviations
    seed: int = 0,
    truncation_psi: float = 0.7,
    resolution: int | None = 256,  # size of the pictures; layers above it get zeros
    batch: int = 32,  # pictures at once
    resume: Path | None = None,  # file that keeps the finished part; the caller deletes it
    save_every: float = SAVED,  # seconds between two saves to it; it is also saved after each layer
    progress: Progress | None = None,  # called with channels done, channels in all
) -> Tensor:
    """How each StyleSpace channel moves the image embedding: StyleCLIP's ``fs3``.

    A channel is moved by ``+-alpha`` standard deviations on ``images`` samples. The differences of their
    embeddings are normalised, averaged and normalised again. Channels of the torgb layers are left out, as in
    StyleCLIP. Inside ``torch.autocast`` it computes in bfloat16.

    Returns
    -------
    [channels, d] on the CPU: unit vectors, or zero; the channels of all layers, joined.
    """
    random = torch.Generator().manual_seed(seed)
    z = torch.randn(images, generator.z_dim, generator=random).to(generator.w_mean.device)
    base = generator.styles(generator.w_plus(z, truncation_psi))
    sizes, last = [style.shape[1] for style in base], generator.block_of(resolution)
    used = [i for i, layer in enumerate(generator.layers) if layer.block <= last and layer.role != "rgb"]
    total, done = sum(sizes[layer] for layer in used), 0
    settings = f"directions {images} {alpha} {seed} {truncation_psi} {last} {sizes}"
    kept = _unfinished(resume, settings)  # layer -> [channels done, d]
    at_once = max(min(images, batch // 2), 1)  # samples at once
    group = max(batch // (2 * at_once), 1)  # channels at once
    parts = [slice(start, start + at_once) for start in range(0, images, at_once)]

    for layer in used:
        rows = [kept[layer]] if layer in kept else []
        ready = len(rows[0]) if rows else 0
        before, done = done, done + sizes[layer]
        if ready == sizes[layer]:
            continue
        saved = time.monotonic()
        below = _below(generator, base, generator.layers[layer].block)
        for first in range(ready, sizes[layer], group):
            channels = list(range(first, min(first + group, sizes[layer])))
            steps = statistics.std[layer][channels] * alpha
            moved = [_moved(generator, encoder, base, below, layer, channels, steps, last, p) for p in parts]
            rows.append(_direction(torch.cat(moved, 1)))
            kept[layer] = torch.cat(rows)
            if time.monotonic() - saved > save_every or channels[-1] + 1 == sizes[layer]:
                _keep(resume, settings, kept)
                saved = time.monotonic()
            if progress:
                progress(before + channels[-1] + 1, total)
    wide = kept[0].shape[1]
    return torch.cat([kept.get(layer, torch.zeros(size, wide)) for layer, size in enumerate(sizes)])


def _direction(change: Tensor) -> Tensor:
    """[channels, images, d] changes of embeddings -> unit directions [channels, d] on the CPU."""
    return normalize(normalize(change, dim=2).mean(1), dim=1).cpu()


def _below(generator: Generator, base: list[Tensor], block: int) -> tuple[Tensor, Tensor | None]:
    """Features and RGB image that ``block`` starts from, for all samples."""
    x = generator.synthesis.start(len(base[0]))
    image: Tensor | None = None
    for i in range(block):
        x, image = generator.synthesis.block(i, x, image, base)
    return x, image


def _moved(
    generator: Generator,
    encoder: Encoder,
    base: list[Tensor],
    below: tuple[Tensor, Tensor | None],
    layer: int,
    channels: list[int],
    steps: Tensor,  # [channels]
    last: int,  # block to stop at
    part: slice,  # of the samples
) -> Tensor:
    """Change of the unit embeddings from ``-step`` to ``+step`` of each channel: [channels, samples, d]."""

    def repeat(x: Tensor) -> Tensor:  # [samples, ...] -> [channels * 2 * samples, ...]
        x = x[part]
        return x.repeat(2 * len(channels), *[1] * (x.ndim - 1))

    styles = [repeat(style) for style in base]
    pushed = styles[layer].view(len(channels), 2, -1, styles[layer].shape[1])
    for i, channel in enumerate(channels):
        pushed[i, 0, :, channel] -= steps[i]
        pushed[i, 1, :, channel] += steps[i]
    x, image = repeat(below[0]), None if below[1] is None else repeat(below[1])
    for i in range(generator.layers[layer].block, last + 1):
        x, image = generator.synthesis.block(i, x, image, styles)
    assert image is not None
    embeddings = normalize(encoder.encode_image(image.clamp(-1, 1)).float())
    low, high = embeddings.view(len(channels), 2, -1, embeddings.shape[1]).unbind(1)
    return high - low


def _unfinished(resume: Path | None, settings: str) -> dict[int, Tensor]:
    if resume is not None and resume.is_file():
        try:
            with safe_open(resume, "pt") as archive:
                if (archive.metadata() or {}).get("settings") == settings:
                    return {int(key): archive.get_tensor(key) for key in archive.keys()}
        except (SafetensorError, OSError, ValueError):
            pass  # a half-written or foreign file: start anew
    return {}


def _keep(resume: Path | None, settings: str, kept: dict[int, Tensor]) -> None:
    if resume is not None:
        part = resume.with_name(resume.name + ".part")
        save_file({str(layer): rows for layer, rows in kept.items()}, part, {"settings": settings})
        os.replace(part, resume)
