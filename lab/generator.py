"""Distil the renderer into StyleGAN2: condition -> w -> picture, then z -> w.

The renderer is a function of known factors, so the synthesis network is trained by regression on a growing pyramid
(64, 128, 256 whole; lab/adversary.py trains the blocks above). ``Factors`` maps factors to w; afterwards the mapping network learns
``w = Factors(person_from_z(z))`` from as many z as wanted, for nothing is rendered there.
"""

from __future__ import annotations

import copy
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lab.data import People
from lab.muon import Muon
from lab.people.factors import CONDITION, Z_DIM, condition, person_from_z
from t2i_person.nets.stylegan2 import Generator
from t2i_person.nets.stylegan2_config import GeneratorConfig

CONFIG = GeneratorConfig(z_dim=Z_DIM, w_dim=256, mapping_layers=6, resolution=1024, base=(16, 16),
                         channels=(192, 192, 96, 64, 48, 32, 16))  # fmt: skip


class Factors(nn.Module):
    """Conditions [n,CONDITION] -> w [n,256]: linear, plus a small correction for what factors do to each other."""

    def __init__(self, w_dim: int = CONFIG.w_dim) -> None:
        super().__init__()
        self.linear = nn.Linear(CONDITION, w_dim)
        self.more = nn.Sequential(nn.Linear(CONDITION, w_dim), nn.LeakyReLU(0.2), nn.Linear(w_dim, w_dim))
        nn.init.normal_(self.linear.weight, std=0.3)

    def forward(self, c: Tensor) -> Tensor:
        return self.linear(c) + self.more(c)


def face_weight(size: int, device: str) -> Tensor:
    """Errors on the face count three times: its place is the same in every picture."""
    y, x = torch.meshgrid(*[(torch.arange(size, device=device) + 0.5) / size] * 2, indexing="ij")
    inside = ((x - 0.5) / 0.13) ** 2 + ((y - 0.45) / 0.16) ** 2
    return 1 + 2 * torch.exp(-inside.clamp(min=1) + 1)[None, None]


def picture_loss(out: Tensor, goal: Tensor, weight: Tensor) -> Tensor:
    """L1 at three scales and L1 of gradients, weighted by place."""
    loss = ((out - goal).abs() * weight).mean()
    for _ in range(2):
        out2, goal2 = F.avg_pool2d(out, 2), F.avg_pool2d(goal, 2)
        weight = F.avg_pool2d(weight, 2)
        loss = loss + 0.5 * ((out2 - goal2).abs() * weight).mean()
        if _ == 0:
            d = out - goal
            loss = loss + 0.5 * ((d.diff(dim=2)).abs().mean() + (d.diff(dim=3)).abs().mean())
        out, goal = out2, goal2
    return loss


class Trainer:
    """Networks, their running average and the optimizer; saved whole, so that a killed run goes on."""

    def __init__(self, work: Path, device: str) -> None:
        self.file, self.device = work / "generator.pt", device
        torch.manual_seed(0)
        self.nets = nn.ModuleDict({"generator": Generator(CONFIG), "factors": Factors()}).to(device)
        self.average = copy.deepcopy(self.nets).requires_grad_(False)
        self.step = 0
        if self.file.exists():
            state = torch.load(self.file, map_location=device, weights_only=True)
            self.nets.load_state_dict(state["nets"])
            self.average.load_state_dict(state["average"])
            self.step = state["step"]
        for nets in (self.nets, self.average):
            rng = torch.Generator().manual_seed(11)
            for i, block in enumerate(nets["generator"].synthesis.blocks):
                for conv in block.convs:  # aligned people have nothing random left below 256: no noise there
                    conv.noise.copy_(
                        torch.randn(conv.noise.shape, generator=rng)
                        if i >= 4
                        else torch.zeros_like(conv.noise)
                    )

    def save(self) -> None:
        part = self.file.with_suffix(".part")
        torch.save(
            {"nets": self.nets.state_dict(), "average": self.average.state_dict(), "step": self.step}, part
        )
        part.rename(self.file)

    @torch.no_grad()
    def quiet(self) -> None:
        """Blocks that were never trained start with almost no RGB of their own: the picture below is kept."""
        for nets in (self.nets, self.average):
            for block in nets["generator"].synthesis.blocks[3:]:
                if block.rgb.weight.std() > 0.9:
                    block.rgb.weight.mul_(0.05)

    @torch.no_grad()
    def follow(self, decay: float) -> None:
        ours, theirs = list(self.average.parameters()), list(self.nets.parameters())
        torch._foreach_lerp_(ours, theirs, 1 - decay)


@torch.no_grad()
def psnr(nets: nn.ModuleDict, people: People, size: int, device: str) -> float:
    """Mean over held-out people of PSNR in dB, displayed range [0, 1]."""
    rng = np.random.default_rng(1)
    values = []
    for k in range(0, min(len(people), 96), 16):
        c, goal, *_ = people.pictures(range(k, k + 16), rng)
        out = nets["generator"](nets["factors"](c.to(device)), resolution=size).clamp(-1, 1).cpu()
        values += list(-10 * torch.log10(((out - goal) / 2).square().mean((1, 2, 3))))
    return float(torch.stack(values).mean())


# setup and training loop in one function: the loop needs the networks, optimizers, rates and loss made before it
def train_whole(
    work: Path,
    size: int,
    minutes: float,
    batch: int,
    lr: float,
    device: str,
    muon: float = 3.0,
) -> None:
    """Whole pictures of ``size``; lower skip outputs are held to the reduced picture too."""
    trainer = Trainer(work, device)
    people, held = People(work / "renders256", size), People(work / "renders256", size, 0, 1)
    generator, factors = trainer.nets["generator"], trainer.nets["factors"]
    last = generator.block_of(size)
    trainer.quiet()
    used = [p for i in range(last + 1) for p in generator.synthesis.blocks[i].parameters()]
    kernels = [p for p in used if p.ndim == 4]
    rest = [*(p for p in used if p.ndim != 4), generator.synthesis.const]
    groups = [{"params": rest, "lr": lr}]
    free = size < 256 and not (work / "mapping.pt").exists()
    if free:  # once there is a mapping network, w stays what it was fitted to
        groups.append({"params": factors.parameters(), "lr": lr * 0.3})
    else:
        factors.load_state_dict(trainer.average["factors"].state_dict())
    factors.requires_grad_(free)
    optimizers = [torch.optim.Adam(groups, betas=(0.9, 0.99), fused=True), Muon(kernels, lr=lr * muon)]
    rates = [group["lr"] for optimizer in optimizers for group in optimizer.param_groups]
    weights = {s: face_weight(s, device) for s in (size, size // 2, size // 4)}

    def loss_of(c: Tensor, goal: Tensor) -> Tensor:
        with torch.autocast(device, torch.bfloat16):
            images = generator.render(generator.styles(factors(c).float()), resolution=size, layers=True)
        loss = picture_loss(images[-1], goal, weights[size])
        if size > 64:
            loss = loss + 0.3 * picture_loss(images[-2], F.avg_pool2d(goal, 2), weights[size // 2])
        return loss

    rng = np.random.default_rng(trainer.step + 17)
    begin = saved = shown = time.time()
    running = 0.0
    while (spent := (time.time() - begin) / 60) < minutes:
        rate = min(1, (trainer.step + 1) / 100) * (
            1 if spent < 0.5 * minutes else 0.03 + 0.97 * np.cos((spent / minutes - 0.5) * np.pi) ** 2
        )
        for group, base in zip((g for o in optimizers for g in o.param_groups), rates, strict=True):
            group["lr"] = base * rate
        c, goal, *_ = people.batch(batch, rng, rare=True)
        loss = loss_of(c.to(device), goal.to(device))
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        trainer.step += 1
        trainer.follow(min(0.998, 1 - 10 / (trainer.step + 20)))
        running = 0.98 * running + 0.02 * loss.item() if running else loss.item()
        now = time.time()
        if now - shown > 60:
            print(f"{size}px {spent:5.1f} of {minutes:g} min, step {trainer.step}, {len(people)} people, loss {running:.4f}, "
                  f"held-out {psnr(trainer.average, held, size, device):.2f} dB", flush=True)  # fmt: skip
            people.refresh()
            shown = now
        if now - saved > 120:
            trainer.save()
            saved = now
    trainer.save()
    print(f"{size}px done: held-out {psnr(trainer.average, held, size, device):.2f} dB", flush=True)


def train_mapping(work: Path, minutes: float, lr: float, device: str, people: int = 240_000) -> None:
    """z -> w by regression on ``Factors(person_from_z(z))``; nothing is drawn."""
    trainer = Trainer(work, device)
    generator, factors = trainer.average["generator"], trainer.average["factors"]
    rng = np.random.default_rng(99)
    table = work / "conditions.npz"
    if not table.exists():
        z = rng.standard_normal((people, Z_DIM)).astype(np.float32)
        np.savez(table, z=z, c=np.stack([condition(*person_from_z(row)) for row in z]))
    with np.load(table) as rows:
        z, c = torch.from_numpy(rows["z"]).to(device), torch.from_numpy(rows["c"]).to(device)
    if (work / "mapping.pt").exists():
        generator.mapping.load_state_dict(
            torch.load(work / "mapping.pt", map_location=device, weights_only=True)["mapping"]
        )
    with torch.no_grad():
        goal = factors(c)
        generator.w_mean.copy_(goal.mean(0))
    mapping = generator.mapping.requires_grad_(True)
    kernels, biases = ([p for p in mapping.parameters() if p.ndim == k] for k in (2, 1))
    optimizers = [
        Muon(kernels, lr=lr * 100),
        torch.optim.Adam(biases, lr=lr * 100),
    ]  # weights are kept times 100
    begin = shown = time.time()
    held = slice(0, 2000)
    step = 0
    while (spent := (time.time() - begin) / 60) < minutes:
        for optimizer in optimizers:
            optimizer.param_groups[0]["lr"] = (
                lr * 100 * min(1, (step + 1) / 100) * (0.01 + 0.99 * np.cos(spent / minutes * np.pi / 2) ** 2)
            )
        pick = torch.randint(2000, len(z), (1024,), device=device)
        loss = (generator.w(z[pick]) - goal[pick]).square().mean()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        step += 1
        if time.time() - shown > 20:
            with torch.no_grad():
                rest = (generator.w(z[held]) - goal[held]).square().mean() / goal.var(0).mean()
            print(
                f"mapping {spent:.1f} of {minutes:g} min, step {step}, held-out unexplained {rest:.4f}",
                flush=True,
            )
            shown = time.time()
    torch.save({"mapping": mapping.state_dict(), "w_mean": generator.w_mean}, work / "mapping.pt")


def finished(work: Path, device: str = "cpu") -> nn.ModuleDict:
    """The averaged generator with its mapping network, and the factors."""
    trainer = Trainer(work, device)
    trainer.quiet()
    nets = trainer.average.eval()
    state = torch.load(work / "mapping.pt", map_location=device, weights_only=True)
    nets["generator"].mapping.load_state_dict(state["mapping"])
    nets["generator"].w_mean.copy_(state["w_mean"])
    return nets
