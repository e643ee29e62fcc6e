"""Published names of StyleGAN2's tensors, translated to ours.

Known layouts: our own (``synthesis.const``), rosinality/stylegan2-pytorch as used by StyleCLIP
(``input.input``, under ``g_ema``; JoJoGAN has it under ``g``, pSp as ``decoder`` of a ``state_dict``) and
NVIDIA stylegan2-ada-pytorch (``synthesis.b4.const``, the ``G_ema`` of its pickles). All keep raw
weights and apply the equalised learning rate at run time, so tensors are reshaped, never rescaled.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .stylegan2_config import GeneratorConfig

WRAPPERS = ("g_ema", "g", "state_dict")  # under which files hold the weights, the best first
PREFIXES = ("module.", "decoder.")  # before their names: of what several GPUs trained, of pSp's generator
KNOWN = (
    "known layouts: this project's own (synthesis.const), rosinality / StyleCLIP g_ema (input.input), "
    "NVIDIA stylegan2-ada-pytorch G_ema (synthesis.b4.const)"
)


def to_own(
    state: Mapping[str, Tensor],
    latent_avg: Tensor | None,
    generator: Callable[[GeneratorConfig], nn.Module],
) -> tuple[GeneratorConfig, dict[str, Tensor]]:
    """Recognise the layout of ``state`` and return the configuration and a complete state dict in our names.

    Its shapes are those that ``generator`` has for the configuration.

    Raises
    ------
    ValueError
        Unknown layout, or a tensor that is missing or of the wrong shape, by its name in the file.
    """
    latent_avg = state.get("latent_avg") if latent_avg is None else latent_avg
    if isinstance(latent_avg, Tensor) and latent_avg.dim() == 2 and (latent_avg == latent_avg[:1]).all():
        latent_avg = latent_avg[0]  # pSp repeats it for each layer
    state = weights_of(state)
    for prefix in PREFIXES:
        below = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
        state = below or state
    if "synthesis.const" in state:
        names, const = _own(state), "synthesis.const"
    elif "input.input" in state:
        names, const = _rosinality(state), "input.input"
    elif any(re.fullmatch(r"synthesis\.b\d+\.const", name) for name in state):
        names, const = _nvidia(state), "the const of the lowest synthesis.b* block"
    else:
        some = ", ".join(sorted(map(str, state))[:4]) or "no tensors"
        raise ValueError(f"not a StyleGAN2 generator this project knows (found {some}, ...); {KNOWN}")

    source = dict(names)  # our name -> name in the file
    config = _config(state, source, const)
    with torch.device("meta"):
        expected = generator(config).state_dict()
    own: dict[str, Tensor] = {}
    for name, like in expected.items():
        if name == "w_mean" and latent_avg is not None:
            value, where = latent_avg, "latent_avg"
        else:
            where = source.get(name, name)
            if where not in state:
                if where.startswith("noises.") and not any(key.startswith("noises.") for key in state):
                    own[name] = _noise(name, like.shape)
                    continue
                if name == "w_mean":  # rosinality keeps it apart; without it truncation pulls to zero
                    own[name] = torch.zeros(like.shape)
                    continue
                raise ValueError(f"StyleGAN2 state dict has no tensor {where!r} ({_found(config)}); {KNOWN}")
            value = state[where]
        if value.numel() != like.numel() or _trim(value.shape) != _trim(like.shape):
            raise ValueError(
                f"tensor {where!r} has shape {list(value.shape)}, expected {list(like.shape)} up to "
                f"leading ones ({_found(config)})"
            )
        own[name] = value.detach().reshape(like.shape).to(torch.float32, copy=True)
    return config, own


def weights_of(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """The weights of a file that holds other things, too; else all of it."""
    found = (state[name] for name in WRAPPERS if isinstance(state.get(name), Mapping))
    return next(found, state)


def _noise(name: str, shape: torch.Size) -> Tensor:
    """Of a file that keeps none, for whoever trained it drew it anew each time: here always the same."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(zlib.crc32(name.encode())))


def _found(config: GeneratorConfig) -> str:
    height, width = config.resolutions[-1]
    return f"a {height}x{width} generator, channels {list(config.channels)}"


def _trim(shape: torch.Size) -> list[int]:
    return [n for n in shape if n != 1]


def _config(state: Mapping[str, Tensor], source: Mapping[str, str], const: str) -> GeneratorConfig:
    def shape(name: str) -> torch.Size:
        where = source.get(name, name)
        if where not in state:
            raise ValueError(f"StyleGAN2 state dict has no tensor {where!r}; {KNOWN}")
        return state[where].shape

    base = shape("synthesis.const")[-2:]
    blocks = _count(source, r"synthesis\.blocks\.(\d+)\.conv1\.bias")
    layers = _count(source, r"mapping\.(\d+)\.weight")
    if not blocks or not layers:
        raise ValueError(
            f"StyleGAN2 state dict with {const} but without synthesis or mapping layers; {KNOWN}"
        )
    return GeneratorConfig(
        z_dim=shape("mapping.0.weight")[1],
        w_dim=shape(f"mapping.{layers - 1}.weight")[0],
        mapping_layers=layers,
        resolution=max(base) * 2 ** (blocks - 1),
        channels=tuple(shape(f"synthesis.blocks.{i}.conv1.bias")[0] for i in range(blocks)),
        base=(base[0], base[1]),
    )


def _count(names: Iterable[str], pattern: str) -> int:
    return sum(1 for name in names if re.fullmatch(pattern, name))


def _own(state: Mapping[str, Tensor]) -> Iterator[tuple[str, str]]:
    return ((name, name) for name in state)


def _rosinality(state: Mapping[str, Tensor]) -> Iterator[tuple[str, str]]:
    yield "synthesis.const", "input.input"
    for i in range(_count(state, r"style\.(\d+)\.weight")):
        for part in ("weight", "bias"):
            yield f"mapping.{i}.{part}", f"style.{i + 1}.{part}"
    convs, rgbs = ["conv1"], ["to_rgb1"]
    convs += [f"convs.{i}" for i in range(_count(state, r"convs\.(\d+)\.conv\.weight"))]
    rgbs += [f"to_rgbs.{i}" for i in range(_count(state, r"to_rgbs\.(\d+)\.conv\.weight"))]
    for i, conv in enumerate(convs):
        own = f"synthesis.blocks.{(i + 1) // 2}.conv{(i + 1) % 2}"
        yield f"{own}.weight", f"{conv}.conv.weight"
        yield f"{own}.bias", f"{conv}.activate.bias"
        yield f"{own}.affine.weight", f"{conv}.conv.modulation.weight"
        yield f"{own}.affine.bias", f"{conv}.conv.modulation.bias"
        yield f"{own}.noise_strength", f"{conv}.noise.weight"
        yield f"{own}.noise", f"noises.noise_{i}"
    for i, rgb in enumerate(rgbs):
        own = f"synthesis.blocks.{i}.rgb"
        yield f"{own}.weight", f"{rgb}.conv.weight"
        yield f"{own}.bias", f"{rgb}.bias"
        yield f"{own}.affine.weight", f"{rgb}.conv.modulation.weight"
        yield f"{own}.affine.bias", f"{rgb}.conv.modulation.bias"


def _nvidia(state: Mapping[str, Tensor]) -> Iterator[tuple[str, str]]:
    for name in state:
        if name.startswith("mapping.embed."):
            raise ValueError("this StyleGAN2 is conditioned on a class label (mapping.embed): not supported")
        if re.fullmatch(r"synthesis\.b\d+\.skip\.weight", name):
            raise ValueError(
                "this StyleGAN2 has a resnet synthesis network; only the skip architecture is supported"
            )
    yield "w_mean", "mapping.w_avg"
    for i in range(_count(state, r"mapping\.fc(\d+)\.weight")):
        for part in ("weight", "bias"):
            yield f"mapping.{i}.{part}", f"mapping.fc{i}.{part}"
    sizes = sorted({int(m[1]) for name in state if (m := re.match(r"synthesis\.b(\d+)\.", name))})
    yield "synthesis.const", f"synthesis.b{sizes[0]}.const"
    for i, size in enumerate(sizes):
        for conv in ("conv0", "conv1") if i else ("conv1",):
            own, theirs = f"synthesis.blocks.{i}.{conv}", f"synthesis.b{size}.{conv}"
            for part in ("weight", "bias", "affine.weight", "affine.bias", "noise_strength"):
                yield f"{own}.{part}", f"{theirs}.{part}"
            yield f"{own}.noise", f"{theirs}.noise_const"
        for part in ("weight", "bias", "affine.weight", "affine.bias"):
            yield f"synthesis.blocks.{i}.rgb.{part}", f"synthesis.b{size}.torgb.{part}"
