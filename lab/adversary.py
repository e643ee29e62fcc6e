"""Adversarial training of the upper blocks (256, 512, 1024) on crops of full-size renders.

Distillation alone averages what it cannot place exactly (strands, weave, pores), so those blocks also answer to a
critic of crops: relativistic non-saturating loss (Jolicoeur-Martineau 2018) between a crop and the render of the same
crop, lazy R1 (Mescheder et al. 2018; Karras et al. 2020, appendix B), and feature matching (Wang et al. 2018, section
3.2). Pairs matter: with unpaired crops the critic had learnt nothing after 200 steps, with pairs it had after ten. The
lower blocks, where identity and layout are, stay as they are. StyleGAN2's noise inputs are on from 256 upwards.
"""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lab.data import People
from lab.generator import Trainer
from lab.muon import Muon

FIRST = 4  # the first block that is trained: 256
CROP, EDGE = 24, 4  # in features of the block below (128); a crop's edge sees zeros and is not judged
SCALE = 8  # pixels at 1024 for one such feature


class Critic(nn.Module):
    """Crops [n,3,128,128] and where they are [n,2,128,128] -> features of four scales and logits [n,1,8,8]."""

    def __init__(self, channels: tuple[int, ...] = (24, 48, 96, 128, 128)) -> None:
        super().__init__()
        self.enter = nn.Conv2d(7, channels[0], 3, padding=1)
        pairs = list(pairwise(channels))
        self.same = nn.ModuleList(nn.Conv2d(a, a, 3, padding=1) for a, _ in pairs)
        self.down = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in pairs)
        self.leave = nn.Conv2d(channels[-1], 1, 3, padding=1)
        for conv in (m for m in self.modules() if isinstance(m, nn.Conv2d)):
            nn.init.kaiming_normal_(conv.weight, 0.2)
            nn.init.zeros_(conv.bias)

    def forward(self, pictures: Tensor, place: Tensor) -> tuple[list[Tensor], Tensor]:
        grey = pictures.mean(1, keepdim=True)
        blurred = [F.avg_pool2d(F.pad(grey, (k,) * 4, mode="replicate"), 2 * k + 1, 1) for k in (1, 4)]
        bands = [
            10 * (grey - blurred[0]),
            5 * (blurred[0] - blurred[1]),
        ]  # fine detail is faint beside plain colour
        x = F.leaky_relu(self.enter(torch.cat([pictures, *bands, place], 1)), 0.2)
        features = []
        for same, down in zip(self.same, self.down, strict=True):
            x = x + 0.7 * F.leaky_relu(same(x), 0.2)
            x = F.leaky_relu(down(x), 0.2) * 0.8
            features.append(x)
        return features, self.leave(x).float()


def places(n: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Top and left of crops among the 128x128 features; half of them near the head."""
    out = []
    for _ in range(n):
        middle = rng.normal((44, 64), (20, 18)) if rng.random() < 0.5 else rng.uniform(0, 128, 2)
        top, left = np.clip(middle - CROP / 2, 0, 128 - CROP)
        out.append((int(top), int(left)))
    return out


def where(crops: list[tuple[int, int]], side: int) -> Tensor:
    """Height and place across of each pixel in [-1, 1], [n,2,side,side]."""
    line = torch.linspace(EDGE, CROP - EDGE, side)
    rows = [torch.stack(torch.meshgrid(line + t, line + s, indexing="ij")) / 64 - 1 for t, s in crops]
    return torch.stack(rows)


def train(work: Path, minutes: float, lr: float, device: str, people_a_step: int = 4, crops_each: int = 2,
          weight: float = 0.2, gamma: float = 0.003) -> None:  # fmt: skip
    trainer = Trainer(work, device)
    people = People(work / "renders1024", 1024)
    fixed, factors = trainer.average["generator"], trainer.average["factors"]
    generator = trainer.nets["generator"]
    trainer.quiet()
    with torch.no_grad():
        theirs = dict(fixed.named_parameters())
        for name, value in generator.named_parameters():
            if not any(f"blocks.{i}." in name for i in range(FIRST, 7)):
                value.copy_(theirs[name])
    critic = Critic().to(device, memory_format=torch.channels_last)
    upper = [p for block in generator.synthesis.blocks[FIRST:] for p in block.parameters()]
    averaged = [p for block in fixed.synthesis.blocks[FIRST:] for p in block.parameters()]
    kernels = [p for p in upper if p.ndim == 4]
    ours = torch.optim.Adam([p for p in upper if p.ndim != 4], lr=lr, betas=(0.0, 0.99), fused=True)
    turned = Muon(kernels, lr=2 * lr, momentum=0.8)
    its = torch.optim.Adam(critic.parameters(), lr=lr, betas=(0.0, 0.99), fused=True)
    file = work / "critic.pt"
    if file.exists():
        state = torch.load(file, map_location=device, weights_only=True)
        critic.load_state_dict(state["critic"])
        its.load_state_dict(state["its"])
    rng = np.random.default_rng(trainer.step + 11)
    side = (CROP - 2 * EDGE) * SCALE
    cut = slice(EDGE * SCALE, -EDGE * SCALE)
    begin = shown = saved = time.time()
    running: dict[str, float] = {}
    step = 0

    def save() -> None:
        trainer.save()
        torch.save({"critic": critic.state_dict(), "its": its.state_dict()}, file)

    while (spent := (time.time() - begin) / 60) < minutes:
        rate = min(1, (step + 1) / 50) * (0.1 + 0.9 * np.cos(max(0, spent / minutes - 0.5) * np.pi) ** 2)
        for optimizer, base in ((ours, lr), (turned, 2 * lr), (its, lr)):
            optimizer.param_groups[0]["lr"] = float(base * rate)
        goals, features, below, styles, spots = [], [], [], [], []
        for _ in range(people_a_step):
            pick = int(rng.integers(len(people)))
            crops = places(crops_each, rng)
            state = rng.bit_generator.state
            for t, s in crops:
                rng.bit_generator.state = state  # the same colours for all crops of a person
                c, goal, *_ = people.pictures([pick], rng, (SCALE * t, SCALE * s, SCALE * CROP))
                goals.append(goal)
            with torch.no_grad(), torch.autocast(device, torch.bfloat16):
                w = factors(c.to(device)).float()
                x, images = fixed.synthesis(fixed.styles(w), FIRST - 1)
            features += [x[:, :, t : t + CROP, s : s + CROP] for t, s in crops]
            below += [images[-1][:, :, t : t + CROP, s : s + CROP] for t, s in crops]
            styles += [w] * crops_each
            spots += crops
        goal = torch.cat(goals).to(device).contiguous(memory_format=torch.channels_last)
        x, image = torch.cat(features), torch.cat(below)
        place = where(spots, side).to(device)
        with torch.autocast(device, torch.bfloat16):
            every = generator.styles(torch.cat(styles))
            for i in range(FIRST, 7):
                scale = 2 ** (i - FIRST + 1)
                convs = generator.synthesis.blocks[i].convs
                noises = [torch.stack([conv.noise[t * scale : (t + CROP) * scale, s * scale : (s + CROP) * scale]
                                       for t, s in spots])[:, None] for conv in convs]  # fmt: skip
                first = 3 * i - 1
                x, image = generator.synthesis.blocks[i](x, image, every[first : first + 3], noises)
                if i == FIRST:
                    inner = slice(EDGE * scale, -EDGE * scale)
                    low = (image - F.avg_pool2d(goal, SCALE // scale))[:, :, inner, inner]
                    loss = 0.3 * low.abs().mean() + 0.7 * F.avg_pool2d(low, 2).abs().mean()
            fake, real = image[:, :, cut, cut], goal[:, :, cut, cut]
            # fine detail answers to the critic alone, for an absolute error would smooth it; but its bands are grey
            delta = fake - real
            loss = (
                loss + 0.2 * F.avg_pool2d(delta, 4).abs().mean() + 0.3 * F.avg_pool2d(delta, 8).abs().mean()
            )
            loss = loss + 0.3 * (delta - delta.mean(1, keepdim=True)).abs().mean()
            critic.requires_grad_(False)
            seen, says = critic(fake, place)
            with torch.no_grad():
                known, truth = critic(real, place)
            matching = (
                sum(
                    (a.float() - b.float()).abs().mean() / b.float().abs().mean()
                    for a, b in zip(seen, known, strict=True)
                )
                / 4
            )
            fools = F.softplus(truth - says).mean()
            total = loss + weight * fools + 1.5 * weight * matching
        total.backward()
        critic.requires_grad_(True)
        with torch.autocast(device, torch.bfloat16):
            against = F.softplus(critic(fake.detach(), place)[1] - critic(real, place)[1]).mean()
        against.backward()
        if step % 16 == 0:
            some = real[:2].float().contiguous().requires_grad_(True)
            (slope,) = torch.autograd.grad(critic(some, place[:2])[1].sum(), some, create_graph=True)
            penalty = slope.square().sum((1, 2, 3)).mean()
            (16 * gamma / 2 * penalty / 64).backward()
            running["r1"] = penalty.item()
        for optimizer in (ours, turned, its):
            optimizer.step()
            optimizer.zero_grad()
        step += 1
        trainer.step += 1
        with torch.no_grad():
            torch._foreach_lerp_(averaged, upper, max(0.002, 10 / (step + 20)))
        now = {
            "l1": loss.item(),
            "fools": fools.item(),
            "critic": against.item(),
            "matching": matching.item(),
        }
        if step % 5 == 1:
            now["edges"] = (laplacian(fake.detach()).mean() / laplacian(real).mean()).item()
        for key, value in now.items():
            running[key] = 0.95 * running[key] + 0.05 * value if key in running else value
        if time.time() - shown > 60:
            print(f"adversary {spent:.1f} of {minutes:g} min, step {step}, "
                  + ", ".join(f"{k} {v:.3f}" for k, v in running.items()), flush=True)  # fmt: skip
            people.refresh()
            shown = time.time()
        if time.time() - saved > 120:
            save()
            saved = time.time()
    save()


def laplacian(x: Tensor) -> Tensor:
    """Mean absolute Laplacian of grey pictures, one a picture."""
    x = x.float().mean(1)
    return (
        (4 * x[:, 1:-1, 1:-1] - x[:, 2:, 1:-1] - x[:, :-2, 1:-1] - x[:, 1:-1, 2:] - x[:, 1:-1, :-2])
        .abs()
        .mean((1, 2))
    )
