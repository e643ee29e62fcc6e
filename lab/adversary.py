"""Adversarial training of the upper blocks (256, 512, 1024) on crops of full-size renders.

Distillation alone averages what it cannot place exactly (strands, weave, pores), so those blocks also answer to a
critic of crops: relativistic non-saturating loss (Jolicoeur-Martineau 2018) between a crop and the render of the same
crop, lazy R1 (Mescheder et al. 2018; Karras et al. 2020, appendix B), and feature matching (Wang et al. 2018, section
3.2). Pairs matter: with unpaired crops the critic had learnt nothing after 200 steps, with pairs it had after ten. The
lower blocks, where identity and layout are, stay as they are. StyleGAN2's noise inputs are on from 256 upwards.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
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


def train(work: Path, minutes: float, lr: float, device: str) -> None:
    """Train the upper blocks for some minutes; it goes on from what `work` holds and saves there."""
    training = Training(work, lr, device)
    begin = shown = saved = time.time()
    while (spent := (time.time() - begin) / 60) < minutes:
        training.step(spent / minutes)
        if time.time() - shown > 60:
            print(f"adversary {spent:.1f} of {minutes:g} min, step {training.done}, "
                  + ", ".join(f"{k} {v:.3f}" for k, v in training.running.items()), flush=True)  # fmt: skip
            training.people.refresh()
            shown = time.time()
        if time.time() - saved > 120:
            training.save()
            saved = time.time()
    training.save()


@dataclass(frozen=True)
class Batch:
    """Crops of people, and what the fixed lower blocks give for them."""

    goal: Tensor  # [n, 3, SCALE * CROP, SCALE * CROP]: the renders
    features: Tensor  # [n, c, CROP, CROP] of the block below `FIRST`
    image: Tensor  # [n, 3, CROP, CROP]: its skip output
    w: Tensor  # [n, w_dim]
    spots: list[tuple[int, int]]  # top and left of each crop among the features


class Training:
    """Generator, critic, their optimizers and running losses."""

    people_a_step, crops_each = 4, 2
    weight = 0.2  # of the adversarial loss
    gamma = 0.003  # of R1

    def __init__(self, work: Path, lr: float, device: str) -> None:
        self.lr, self.device, self.file = lr, device, work / "critic.pt"
        self.trainer = Trainer(work, device)
        self.people = People(work / "renders1024", 1024)
        self.fixed, self.factors = self.trainer.average["generator"], self.trainer.average["factors"]
        self.generator = self.trainer.nets["generator"]
        self.trainer.quiet()
        self._copy_lower_blocks()
        self.critic = Critic().to(device, memory_format=torch.channels_last)
        self.upper = [p for block in self.generator.synthesis.blocks[FIRST:] for p in block.parameters()]
        self.averaged = [p for block in self.fixed.synthesis.blocks[FIRST:] for p in block.parameters()]
        kernels, rest = [p for p in self.upper if p.ndim == 4], [p for p in self.upper if p.ndim != 4]
        self.adam = torch.optim.Adam(rest, lr=lr, betas=(0.0, 0.99), fused=True)
        self.muon = Muon(kernels, lr=2 * lr, momentum=0.8)
        self.critic_adam = torch.optim.Adam(self.critic.parameters(), lr=lr, betas=(0.0, 0.99), fused=True)
        if self.file.exists():
            state = torch.load(self.file, map_location=device, weights_only=True)
            self.critic.load_state_dict(state["critic"])
            self.critic_adam.load_state_dict(state["its"])
        self.rng = np.random.default_rng(self.trainer.step + 11)
        self.done = 0  # steps
        self.running: dict[str, float] = {}  # running means of the losses

    @torch.no_grad()
    def _copy_lower_blocks(self) -> None:
        """The blocks that are not trained are those of the averaged generator."""
        theirs = dict(self.fixed.named_parameters())
        for name, value in self.generator.named_parameters():
            if not any(f"blocks.{i}." in name for i in range(FIRST, 7)):
                value.copy_(theirs[name])

    def save(self) -> None:
        self.trainer.save()
        torch.save({"critic": self.critic.state_dict(), "its": self.critic_adam.state_dict()}, self.file)

    def step(self, spent: float) -> None:
        """One batch through the generator, then through the critic; `spent` is the share of the time, 0 to 1."""
        rate = min(1, (self.done + 1) / 50) * (0.1 + 0.9 * np.cos(max(0, spent - 0.5) * np.pi) ** 2)
        optimizers = ((self.adam, self.lr), (self.muon, 2 * self.lr), (self.critic_adam, self.lr))
        for optimizer, base in optimizers:
            optimizer.param_groups[0]["lr"] = float(base * rate)
        batch = self._batch()
        side, cut = (CROP - 2 * EDGE) * SCALE, slice(EDGE * SCALE, -EDGE * SCALE)
        place = where(batch.spots, side).to(self.device)
        with torch.autocast(self.device, torch.bfloat16):
            image, loss = self._draw(batch)
            fake, real = image[:, :, cut, cut], batch.goal[:, :, cut, cut]
            loss = loss + colour_loss(fake, real)
            fools, matching = self._adversarial(fake, real, place)
            total = loss + self.weight * fools + 1.5 * self.weight * matching
        total.backward()
        now = {"l1": loss.item(), "fools": fools.item(), "critic": self._train_critic(fake, real, place)}
        now["matching"] = matching.item()
        for optimizer, _ in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.done += 1
        self.trainer.step += 1
        with torch.no_grad():
            torch._foreach_lerp_(self.averaged, self.upper, max(0.002, 10 / (self.done + 20)))
        if self.done % 5 == 1:
            now["edges"] = (laplacian(fake.detach()).mean() / laplacian(real).mean()).item()
        for key, value in now.items():
            before = self.running.get(key)
            self.running[key] = value if before is None else 0.95 * before + 0.05 * value

    def _batch(self) -> Batch:
        goals, features, below, styles, spots = [], [], [], [], []
        for _ in range(self.people_a_step):
            pick = int(self.rng.integers(len(self.people)))
            crops = places(self.crops_each, self.rng)
            state = self.rng.bit_generator.state
            for t, s in crops:
                self.rng.bit_generator.state = state  # the same colours for all crops of a person
                c, goal, *_ = self.people.pictures([pick], self.rng, (SCALE * t, SCALE * s, SCALE * CROP))
                goals.append(goal)
            with torch.no_grad(), torch.autocast(self.device, torch.bfloat16):
                w = self.factors(c.to(self.device)).float()
                x, images = self.fixed.synthesis(self.fixed.styles(w), FIRST - 1)
            features += [x[:, :, t : t + CROP, s : s + CROP] for t, s in crops]
            below += [images[-1][:, :, t : t + CROP, s : s + CROP] for t, s in crops]
            styles += [w] * self.crops_each
            spots += crops
        goal = torch.cat(goals).to(self.device).contiguous(memory_format=torch.channels_last)
        return Batch(goal, torch.cat(features), torch.cat(below), torch.cat(styles), spots)

    def _draw(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The crops through the upper blocks, and the absolute error of the first of them, at 256 pixels."""
        x, image = batch.features, batch.image
        every = self.generator.styles(batch.w)
        for i in range(FIRST, 7):
            scale = 2 ** (i - FIRST + 1)
            convs = self.generator.synthesis.blocks[i].convs
            noises = [torch.stack([conv.noise[t * scale : (t + CROP) * scale, s * scale : (s + CROP) * scale]
                                   for t, s in batch.spots])[:, None] for conv in convs]  # fmt: skip
            first = 3 * i - 1
            x, image = self.generator.synthesis.blocks[i](x, image, every[first : first + 3], noises)
            if i == FIRST:
                inner = slice(EDGE * scale, -EDGE * scale)
                low = (image - F.avg_pool2d(batch.goal, SCALE // scale))[:, :, inner, inner]
                loss = 0.3 * low.abs().mean() + 0.7 * F.avg_pool2d(low, 2).abs().mean()
        return image, loss

    def _adversarial(self, fake: Tensor, real: Tensor, place: Tensor) -> tuple[Tensor, Tensor]:
        """The generator's relativistic loss, and feature matching."""
        self.critic.requires_grad_(False)
        features, says = self.critic(fake, place)
        with torch.no_grad():
            known, truth = self.critic(real, place)
        differences = (
            (a.float() - b.float()).abs().mean() / b.float().abs().mean()
            for a, b in zip(features, known, strict=True)
        )
        return F.softplus(truth - says).mean(), sum(differences) / 4

    def _train_critic(self, fake: Tensor, real: Tensor, place: Tensor) -> float:
        """Gradients of the critic's relativistic loss, which is returned, and every 16th step of R1."""
        self.critic.requires_grad_(True)
        with torch.autocast(self.device, torch.bfloat16):
            loss = F.softplus(self.critic(fake.detach(), place)[1] - self.critic(real, place)[1]).mean()
        loss.backward()
        if self.done % 16 == 0:
            some = real[:2].float().contiguous().requires_grad_(True)
            (slope,) = torch.autograd.grad(self.critic(some, place[:2])[1].sum(), some, create_graph=True)
            penalty = slope.square().sum((1, 2, 3)).mean()
            (16 * self.gamma / 2 * penalty / 64).backward()
            self.running["r1"] = penalty.item()
        return loss.item()


def colour_loss(fake: Tensor, real: Tensor) -> Tensor:
    """Absolute error of colour and of coarse detail.

    An absolute error would smooth fine detail, so that is left to the critic, whose bands are grey.
    """
    gap = fake - real
    loss = 0.2 * F.avg_pool2d(gap, 4).abs().mean() + 0.3 * F.avg_pool2d(gap, 8).abs().mean()
    return loss + 0.3 * (gap - gap.mean(1, keepdim=True)).abs().mean()


def laplacian(x: Tensor) -> Tensor:
    """Mean absolute Laplacian of grey pictures, one a picture."""
    x = x.float().mean(1)
    return (
        (4 * x[:, 1:-1, 1:-1] - x[:, 2:, 1:-1] - x[:, :-2, 1:-1] - x[:, 1:-1, 2:] - x[:, 1:-1, :-2])
        .abs()
        .mean((1, 2))
    )
