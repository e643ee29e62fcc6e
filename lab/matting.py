"""Train MODNet on the renders' exact alpha over many backgrounds."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lab.data import People
from lab.generator import finished
from lab.muon import Muon
from t2i_person.nets.modnet import MODNet, MODNetConfig
from t2i_person.picture.cutout import stretched

WIDTH = 0.5  # of MobileNetV2


def backgrounds(n: int, side: int, rng: np.random.Generator) -> Tensor:
    """Soft gradients (as the generator draws them), blobs of colour and noise, [n,3,side,side] in [0,1]."""
    out = []
    for _ in range(n):
        kind = rng.random()
        grid = 2 if kind < 0.5 else int(rng.integers(3, 24))
        spread = 0.10 if kind < 0.5 else 0.45
        colour = torch.from_numpy(rng.uniform(0.05, 0.98, (3, 1, 1)).astype(np.float32))
        coarse = colour + spread * torch.from_numpy(rng.standard_normal((3, grid, grid)).astype(np.float32))
        mode = "bicubic" if kind < 0.8 else "nearest"
        out.append(F.interpolate(coarse[None], (side, side), mode=mode)[0].clamp(0, 1))
    return torch.stack(out)


def batch_of(people: People, n: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Pictures [n,3,s,s] in [-1,1] over new backgrounds, and alpha [n,1,s,s]."""
    original = people.colours
    people.colours = lambda person, r: np.concatenate(
        [original(person, r)[:-1], np.zeros((1, 3))]
    )  # over black
    try:
        _, pictures, alpha, *_ = people.batch(n, rng)
    finally:
        people.colours = original
    pictures = pictures + 2 * (1 - alpha) * backgrounds(n, people.size, rng)
    if rng.random() < 0.4:  # as soft as a generator's picture
        small = int(people.size * rng.uniform(0.3, 0.9))
        pictures = F.interpolate(
            F.interpolate(pictures, (small, small), mode="bilinear", antialias=True),
            pictures.shape[-2:],
            mode="bilinear",
        )
    return (pictures + float(rng.uniform(0, 0.04)) * torch.randn_like(pictures)).clamp(-1, 1), alpha


def drawn_batch(
    nets: torch.nn.ModuleDict, people: People, n: int, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """The generator's picture of rendered people; it was taught by the renders, so their alpha is its own."""
    c, _, alpha, *_ = people.batch(n, rng)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        pictures = nets["generator"](nets["factors"](c).float(), resolution=people.size).float()
    return pictures.clamp(-1, 1), alpha


def rim(alpha: Tensor) -> Tensor:
    """1 near the person's outline."""
    k = max(3, alpha.shape[-1] // 32) | 1
    high, low = F.max_pool2d(alpha, k, 1, k // 2), -F.max_pool2d(-alpha, k, 1, k // 2)
    return ((high - low) > 0.02).float()


def load_matting(work: Path) -> MODNet:
    torch.manual_seed(0)
    net = MODNet(MODNetConfig.of(WIDTH))
    if (work / "matting.pt").exists():
        net.load_state_dict(torch.load(work / "matting.pt", weights_only=True))
    return net


@torch.no_grad()
def mad(net: MODNet, people: People, nets: torch.nn.ModuleDict | None = None) -> float:
    """Mean absolute difference of the matte on people it has not seen; with ``nets`` as the generator draws them."""
    net.eval()
    rng = np.random.default_rng(2)
    batches = [drawn_batch(nets, people, 4, rng) if nets else batch_of(people, 4, rng) for _ in range(6)]
    out = [float((stretched(net(p)) - a).abs().mean()) for p, a in batches]
    net.train()
    return float(np.mean(out))


def train(work: Path, minutes: float, lr: float, size: int, batch: int) -> None:
    net = load_matting(work).train()
    nets = finished(work)
    if size == 512:
        people, held = People(work / "renders1024", 512), People(work / "renders1024", 512, 0, 1)
    else:
        people, held = People(work / "renders256", size), People(work / "renders256", size, 0, 1)
    dense = {
        id(m.weight)
        for m in net.modules()
        if isinstance(m, torch.nn.Conv2d) and m.groups == 1 and m.out_channels > 1
    }
    kernels = [p for p in net.parameters() if id(p) in dense]
    optimizers = [
        torch.optim.Adam([p for p in net.parameters() if id(p) not in dense], lr=lr),
        Muon(kernels, lr=lr / 4),
    ]
    rng = np.random.default_rng([4, size])
    begin = shown = time.time()
    step, running = 0, 0.0
    while (spent := (time.time() - begin) / 60) < minutes:
        for optimizer, base in zip(optimizers, (lr, lr / 4), strict=True):
            optimizer.param_groups[0]["lr"] = (
                base * min(1, (step + 1) / 50) * (0.02 + 0.98 * np.cos(spent / minutes * np.pi / 2) ** 2)
            )
        draws = rng.random() < 0.6
        pictures, alpha = drawn_batch(nets, people, batch, rng) if draws else batch_of(people, batch, rng)
        with torch.autocast("cpu", torch.bfloat16):
            out = net.parts(pictures.contiguous(memory_format=torch.channels_last))
        edge = rim(alpha)
        coarse = F.interpolate(alpha, out.semantic.shape[-2:], mode="area")
        loss = 5 * (out.semantic.float() - coarse).square().mean()
        loss = loss + ((out.detail.float() - alpha).abs() * edge).sum() / edge.sum()
        delta = (out.alpha.float() - alpha).abs()
        loss = loss + 4 * delta.mean() + 2 * (delta * edge).sum() / edge.sum()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        step += 1
        running = 0.97 * running + 0.03 * loss.item() if running else loss.item()
        if time.time() - shown > 60:
            print(
                f"matting {size}px {spent:.1f} of {minutes:g} min, step {step}, loss {running:.4f}, held-out MAD {mad(net, held):.4f}, drawn {mad(net, held, nets):.4f}",
                flush=True,
            )
            torch.save(net.state_dict(), work / "matting.pt")
            shown = time.time()
    torch.save(net.state_dict(), work / "matting.pt")
    print(
        f"matting {size}px done, held-out MAD {mad(net, held):.4f}, drawn {mad(net, held, nets):.4f}",
        flush=True,
    )
