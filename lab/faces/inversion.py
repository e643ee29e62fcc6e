"""Train what begins the inversion of a photo: a picture -> the w of the drawn person most like it.

    python -m lab faces inversion --backbone efficientnet-lite0-*.pth

Pairs are free: draw them. The loss is w's distance, and at 128 pixels that of the pictures and of what the frozen
backbone (ImageNet) sees in them, as pSp (Richardson et al. 2021) has it with LPIPS.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from lab.faces.drawn import FORMAT, Drawn, fast, paced, worn
from lab.faces.encoder import SCALE, WORK, other_faces
from lab.faces.heads import network
from lab.faces.matting import Average
from t2i_person.nets.dual import PhotoTower
from t2i_person.nets.efficientnet import EfficientNet, folded
from t2i_person.nets.mobilestylegan import MobileStyleGAN
from t2i_person.packs.places import built_in

HELD = 256  # of the faces drawn, for the figure
LOW = 128


def main(argv: Sequence[str] | None = None) -> None:
    """Train for so long, write `inversion.safetensors`, say how near it comes."""
    parser = argparse.ArgumentParser(prog="python -m lab faces inversion", description=main.__doc__)
    parser.add_argument("--backbone", type=Path, required=True)
    parser.add_argument("--faces", type=int, default=12_000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", type=Path, default=built_in("faces") / "inversion.safetensors")
    a = parser.parse_args(argv)
    WORK.mkdir(parents=True, exist_ok=True)
    net = network().to(a.device)
    faces = other_faces(net, a.faces)
    torch.manual_seed(0)
    published = folded(torch.load(a.backbone, "cpu", weights_only=True))
    tower = PhotoTower(EfficientNet.from_state_dict(published), net.w_dim, places=16, thin=48)
    critic = EfficientNet.from_state_dict(published).to(a.device).eval().requires_grad_(False)
    train(net, tower.to(a.device), critic, faces, a.minutes, a.batch)
    print(json.dumps(figures(net, tower, faces)))
    scaled = [
        f"{name}.{part}" for name in ("near", "far", "head", "colours.2") for part in ("weight", "bias")
    ]
    state = {k: v * SCALE if k in scaled else v for k, v in tower.state_dict().items()}
    save_file({k: v.half().contiguous().cpu() for k, v in state.items()}, a.out)


def guessed(net: MobileStyleGAN, tower: PhotoTower, images: Tensor) -> Tensor:
    """Images [n, 3, h, w] in [-1, 1] -> w [n, 512]."""
    return net.w_mean + SCALE * tower(images).float()


def train(
    net: MobileStyleGAN,
    tower: PhotoTower,
    critic: EfficientNet,
    faces: Drawn,
    minutes: float,
    batch: int,
    lr: float = 1e-3,
) -> None:
    device = net.w_mean.device
    random = torch.Generator(device).manual_seed(3)
    inner = {id(p) for p in tower.net.parameters()}
    groups = [
        {"params": [p for p in tower.parameters() if id(p) not in inner], "lr": lr},
        {"params": list(tower.net.parameters()), "lr": lr / 2},
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)
    average = Average(tower)
    tower.to(memory_format=FORMAT).train()
    begin, step, middle = time.time(), 0, 11
    while (done := (time.time() - begin) / 60 / minutes) < 1:
        paced(optimizer, step, done)
        some = torch.randint(HELD, len(faces), (batch,), generator=random, device=device)
        x, turned = worn(faces.pictures[some], faces.ground[some], random, tower.side, 0.5, 0.1)
        # w of a mirrored face is not known: these are taught by the pictures alone
        with fast(device):
            w = guessed(net, tower, x.contiguous(memory_format=FORMAT))
        far = ((w - faces.w[some]) / SCALE).square().mean(1)
        loss = (far * ~turned).sum() / (~turned).sum().clamp(min=1)
        part = slice(0, batch // 2)
        wanted = F.interpolate(faces.pictures[some[part]].float() / 127.5 - 1, (LOW, LOW), mode="area")
        wanted = torch.where(turned[part, None, None, None], wanted.flip(3), wanted)
        person = 1 - F.interpolate(faces.ground[some[part]].float() / 255, (LOW, LOW), mode="bilinear")
        person = torch.where(turned[part, None, None, None], person.flip(3), person) * 0.9 + 0.1
        now = net.render(net.styles(w[part]), resolution=LOW)
        with fast(device):
            seen, goal = critic.lower(torch.cat([now, wanted]), middle).float().chunk(2)
        loss = loss + ((now - wanted).abs() * person).mean() + 2 * _apart(seen, goal)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        average.update(tower)
        if step % 200 == 0:
            print(
                f"inversion {step}: {done:.3f} done, loss {loss.item():.4f}, w {far.mean().item():.4f}",
                flush=True,
            )
    tower.load_state_dict(average.state)
    tower.eval()


def _apart(seen: Tensor, goal: Tensor) -> Tensor:
    """Mean over the places of 1 - cosine of two maps [n, c, h, w]."""
    return (1 - F.cosine_similarity(seen, goal, dim=1)).mean()


@torch.no_grad()
def figures(net: MobileStyleGAN, tower: PhotoTower, faces: Drawn) -> dict[str, float]:
    """On faces kept out: w's distance as a share of its spread, and the pictures' mean difference, 0 to 2."""
    device = net.w_mean.device
    x = torch.cat([p.float() / 127.5 - 1 for p in faces.pictures[:HELD].split(32)])
    w = torch.cat(
        [
            guessed(net, tower, F.interpolate(p, (192, 192), mode="bilinear", antialias=True))
            for p in x.split(32)
        ]
    )
    far = (w - faces.w[:HELD]).square().sum() / (faces.w[:HELD] - net.w_mean).square().sum()
    wanted = F.interpolate(x, (LOW, LOW), mode="area")
    now = torch.cat([net.render(net.styles(part), resolution=LOW) for part in w.to(device).split(16)])
    return {"w": round(far.item(), 4), "pictures": round((now - wanted).abs().mean().item(), 4)}
