"""Drawn faces to learn from: seeds or W -> small pictures, and where their ground is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from t2i_person.nets.mobilestylegan import MobileStyleGAN
from t2i_person.nets.regions import REGIONS, RegionHead
from t2i_person.packs.places import built_in

PSI = 0.8  # of every labelled face
SIDE = 256
GROUND = 64  # pixels of the kept mask of the ground
FORMAT = torch.channels_last  # of networks in training


def fast(device: torch.device) -> torch.autocast:
    """bfloat16 for the convolutions where a GPU computes."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


def paced(optimizer: torch.optim.Optimizer, step: int, done: float) -> None:
    """Learning rates rise over 60 steps and fall as a cosine, `done` from 0 to 1."""
    rate = min(1, (step + 1) / 60) * (0.02 + 0.98 * math.cos(done * math.pi / 2) ** 2)
    for group in optimizer.param_groups:
        group["lr"] = group.setdefault("base", group["lr"]) * rate


def latents(net: MobileStyleGAN, seeds: Iterable[int]) -> Tensor:
    """w [n, 512] of each seed as the labels have it: psi .8, one normal vector a seed."""
    z = np.stack([np.random.default_rng(int(seed)).standard_normal(512) for seed in seeds]).astype(np.float32)
    with torch.inference_mode():
        parts = torch.from_numpy(z).to(net.w_mean.device).split(1000)
        return torch.cat([net.w(part, PSI) for part in parts]).clone()


@dataclass(frozen=True)
class Drawn:
    """`w` [n, 512], `pictures` uint8 [n, 3, 256, 256], `ground` uint8 [n, 1, 64, 64]: how surely a place is ground."""

    w: Tensor
    pictures: Tensor
    ground: Tensor

    def __len__(self) -> int:
        return len(self.w)

    def __getitem__(self, which: np.ndarray) -> Drawn:
        """Some of them, by a mask or indices."""
        at = torch.from_numpy(which).to(self.w.device)
        return Drawn(self.w[at], self.pictures[at], self.ground[at])

    def cpu(self) -> Drawn:
        """The same on the CPU."""
        return Drawn(self.w.cpu(), self.pictures.cpu(), self.ground.cpu())

    @classmethod
    def of(cls, parts: Sequence[Drawn]) -> Drawn:
        """All of them, one after the other."""
        return cls(*(torch.cat([getattr(p, name) for p in parts]) for name in ("w", "pictures", "ground")))


@torch.no_grad()
def drawn(net: MobileStyleGAN, w: Tensor) -> Drawn:
    """The people of w [n, 512], on the network's device."""
    head = RegionHead.from_state_dict(load_file(built_in("faces") / "regions.safetensors"))
    head.to(w.device)
    batch = 64 if w.device.type == "cuda" else 8
    pictures = torch.empty(len(w), 3, SIDE, SIDE, dtype=torch.uint8, device=w.device)
    ground = torch.empty(len(w), 1, GROUND, GROUND, dtype=torch.uint8, device=w.device)
    for i in range(0, len(w), batch):
        part = slice(i, i + batch)
        with fast(w.device):
            x, features = net.render_with_features(net.styles(w[part]), resolution=SIDE)
        mask = head(features)[:, REGIONS.index("ground"), None]
        pictures[part] = ((x + 1) * 127.5).clamp(0, 255).round().byte()
        ground[part] = (F.adaptive_avg_pool2d(mask, GROUND) * 255).round().byte()
    return Drawn(w, pictures, ground)


def worn(
    pictures: Tensor, ground: Tensor, random: torch.Generator, side: int, much: float = 1.0, cut: float = 0.25
) -> tuple[Tensor, Tensor]:
    """uint8 pictures and grounds -> [n, 3, side, side] in [-1, 1] as they might be met, and which were mirrored.

    Moved, turned and resized a little, in other light, softer (half of them come from 128 pixels, as the search
    sees people), with noise; a share `cut` of them before a plain colour.
    """
    n, device = len(pictures), pictures.device

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, device=device)

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return torch.rand(shape, generator=random, device=device) * (high - low) + low

    x = pictures.float() / 127.5 - 1
    behind = F.interpolate(ground.float() / 255, x.shape[-2:], mode="bilinear")
    flat = torch.where(
        uniform(0, 1, n, 1, 1, 1) < 0.4, uniform(-1, 1, n, 1, 1, 1), uniform(-1, 1, n, 3, 1, 1)
    )
    x = torch.where(uniform(0, 1, n, 1, 1, 1) < cut, x + (flat - x) * behind, x)
    angle, size = normal(n) * 0.04 * much, (normal(n) * 0.05 * much).exp()
    turned = uniform(0, 1, n) < 0.5
    c, s = angle.cos() * size, angle.sin() * size
    flip = torch.where(turned, -1.0, 1.0)
    move = normal(2, n) * 0.03 * much
    theta = torch.stack([torch.stack([c * flip, -s, move[0]], 1), torch.stack([s * flip, c, move[1]], 1)], 1)
    x = F.grid_sample(
        x, F.affine_grid(theta, list(x.shape), False), padding_mode="border", align_corners=False
    )
    half = n // 2
    small = F.interpolate(x[:half], (128, 128), mode="bilinear", antialias=True)
    x = torch.cat([_to(small, side), _to(x[half:], side)])
    x = x * (1 + normal(n, 1, 1, 1) * 0.07 * much) + normal(n, 1, 1, 1) * 0.05 * much
    x = x + uniform(0, 0.04, n, 1, 1, 1) * torch.randn(x.shape, generator=random, device=device)
    return x.clamp(-1, 1), turned


def _to(x: Tensor, side: int) -> Tensor:
    if x.shape[-1] == side:
        return x
    return F.interpolate(x, (side, side), mode="bilinear", antialias=True)
