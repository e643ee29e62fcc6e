"""Tutors: networks that learn the labels, to tell faces nobody labelled.

Each is an EfficientNet-Lite (ImageNet), trained whole on the labelled faces, with a softmax a column; it sees the
picture and reads w, for they tell different things. Several of them together are surer than one, and what they think
of tens of thousands of faces is what the pack's encoder learns from.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lab.faces.drawn import FORMAT, Drawn, fast, paced, worn
from lab.faces.facts import VALUES
from lab.faces.labels import SLICES, WIDTH
from t2i_person.nets.dual import LatentTower
from t2i_person.nets.efficientnet import EfficientNet, folded

SIDE = 224
DROPPED = 0.3


class Tutor(nn.Module):
    """Pictures [n, 3, 224, 224] in [-1, 1] and w [n, 512] -> scores [n, all values]."""

    def __init__(self, net: EfficientNet, places: int = 32, thin: int = 64) -> None:
        super().__init__()
        self.net = net
        strided = [i for i, block in enumerate(net.inner) if block.depthwise.stride[0] == 2]
        self.middle = strided[-1]  # blocks below the last halving
        self.places = nn.Conv2d(net.inner[self.middle - 1].project.out_channels, places, 1)
        self.thin = nn.Conv2d(net.head.out_channels, thin, 1)
        self.near = nn.Linear(places * (SIDE // 16) ** 2, WIDTH)
        self.far = nn.Linear(thin * (SIDE // 32) ** 2, WIDTH)
        self.head = nn.Linear(net.head.out_channels, WIDTH)
        self.colours = nn.Sequential(nn.Linear(3 * 16 * 16, 256), nn.SiLU(), nn.Linear(256, WIDTH))
        self.latent = LatentTower(512, WIDTH, 256)
        for layer in (self.near, self.far, self.head):
            nn.init.normal_(layer.weight, std=0.02 / math.sqrt(layer.in_features))

    def forward(self, images: Tensor, w: Tensor) -> Tensor:
        middle = self.net.lower(images, self.middle)
        last = self.net.upper(middle, self.middle)
        small = F.adaptive_avg_pool2d(images, 16).flatten(1)
        seen = self.near(self._some(F.silu(self.places(middle)).flatten(1)))
        seen = seen + self.far(self._some(F.silu(self.thin(last)).flatten(1)))
        seen = seen + self.head(self._some(last.mean((2, 3)))) + self.colours(small)
        return seen + self._some(self.latent(w))

    def _some(self, x: Tensor) -> Tensor:
        return F.dropout(x, DROPPED, self.training)


def begun(backbone: Path, w_mean: Tensor, w_scale: float, seed: int) -> Tutor:
    """A new one on a published ``efficientnet-lite*.pth``."""
    torch.manual_seed(seed)
    tutor = Tutor(EfficientNet.from_state_dict(folded(torch.load(backbone, "cpu", weights_only=True))))
    tutor.latent.mean.copy_(w_mean)
    tutor.latent.scale.fill_(w_scale)
    return tutor


def cross(scores: Tensor, truth: Tensor) -> Tensor:
    """Mean cross entropy over the columns that are known: scores and truth [n, all values], NaN where not."""
    log = torch.cat([F.log_softmax(scores[:, part].float(), 1) for part in SLICES.values()], 1)
    known = ~truth[:, [part.start for part in SLICES.values()]].isnan()
    return -(truth.nan_to_num() * log).sum() / known.sum().clamp(min=1)


def softened(truth: Tensor, share: float = 0.06) -> Tensor:
    """A share of each label goes to all words of its column alike: two people do not agree on more."""
    size = torch.cat(
        [truth.new_full((part.stop - part.start,), part.stop - part.start) for part in SLICES.values()]
    )
    return truth * (1 - share) + share / size


def mirrored(truth: Tensor, turned: Tensor) -> Tensor:
    """Left and right change places for the faces that were mirrored: [n, all values]."""
    at = SLICES["pose"].start
    left, right = at + VALUES["pose"].index("left"), at + VALUES["pose"].index("right")
    order = torch.arange(truth.shape[1], device=truth.device)
    order[left], order[right] = right, left
    return torch.where(turned[:, None], truth[:, order], truth)


def taught(
    tutor: Tutor,
    faces: Drawn,
    truth: Tensor,
    minutes: float,
    *,
    lr: float = 4e-4,
    batch: int = 48,
    seed: int = 0,
) -> Tutor:
    """Trained on faces [n] and their labels [n, all values] for so long."""
    device = faces.w.device
    tutor.to(device, memory_format=FORMAT).train()  # type: ignore[call-overload]
    random = torch.Generator(device).manual_seed(seed)
    inner = {id(p) for p in tutor.net.parameters()}
    groups = [
        {"params": [p for p in tutor.parameters() if id(p) in inner], "lr": lr},
        {"params": [p for p in tutor.parameters() if id(p) not in inner], "lr": lr * 3},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.05)
    soft = softened(truth)
    begin, step = time.time(), 0
    while (done := (time.time() - begin) / 60 / minutes) < 1:
        paced(optimizer, step, done)
        some = torch.randint(len(faces), (batch,), generator=random, device=device)
        x, turned = worn(faces.pictures[some], faces.ground[some], random, SIDE, 1.2)
        w = faces.w[some] + 0.08 * tutor.latent.scale * torch.randn(
            batch, 512, generator=random, device=device
        )
        with fast(device):
            scores = tutor(x.contiguous(memory_format=FORMAT), w)
        loss = cross(scores, mirrored(soft[some], turned))
        loss.backward()
        nn.utils.clip_grad_norm_(tutor.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step % 100 == 0:
            print(f"tutor {seed}: step {step}, {done:.2f} done, loss {loss.item():.3f}", flush=True)
        step += 1
    print(f"tutor {seed}: {step} steps", flush=True)
    return tutor.eval()


@torch.no_grad()
def told(tutors: Sequence[Tutor], faces: Drawn, batch: int = 64) -> Tensor:
    """What they think together of faces as drawn and mirrored, softmax a column: [n, all values], float32."""
    device = faces.w.device
    out = torch.empty(len(faces), WIDTH, device=device)
    for i in range(0, len(faces), batch):
        part = slice(i, i + batch)
        x = F.interpolate(
            faces.pictures[part].float() / 127.5 - 1, (SIDE, SIDE), mode="bilinear", antialias=True
        )
        w = faces.w[part]
        total = torch.zeros(len(w), WIDTH, device=device)
        for turned in (False, True):
            seen = (x.flip(3) if turned else x).contiguous(memory_format=FORMAT)
            for tutor in tutors:
                with fast(device):
                    scores = tutor(seen, w).float()
                p = torch.cat([scores[:, s].softmax(1) for s in SLICES.values()], 1)
                total += mirrored(p, torch.full((len(w),), turned, device=device))
        out[part] = total / (2 * len(tutors))
    return out
