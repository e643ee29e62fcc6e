"""An independent judge of what was drawn: a plain classifier that saw renders only, never the generator or the encoder.

Its heads are the factors themselves (gender, hair colour, ...), not texts. ``said_and_drawn`` lets the whole pipeline draw
held-out sentences and asks the judge whether each thing that was said is in the picture.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lab.captions import CLOTH_NAMES, HAIR_NAMES, cloth_shares, state
from lab.data import People
from lab.people.factors import FACIAL_HAIR, GARMENTS, GLASSES, HAIR, HATS, MOODS, PATTERNS

SIDE = 128
HEADS: dict[str, tuple[str, ...]] = {
    "gender": ("female", "male"),
    "hair_color": HAIR_NAMES.names,
    "hair_style": tuple(HAIR),
    "clothes": tuple(GARMENTS),
    "clothes_color": CLOTH_NAMES.names,
    "pattern": PATTERNS,
    "facial_hair": FACIAL_HAIR,
    "glasses": GLASSES,
    "hat": ("none", *HATS),
    "expression": ("sad", "neutral", "smile", *MOODS),
    "age": ("young", "middle", "old"),
}


class Judge(nn.Module):
    """[n,3,h,w] in [-1,1] -> logits of each head. A residual network with batch normalisation.

    Beside it a soft histogram of colours in 8x8 places: normalised features forget plain colour.
    """

    def __init__(self, widths: tuple[int, ...] = (32, 48, 96, 144), shades: int = 32) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        for a, b in zip((3, *widths), widths, strict=False):
            blocks += [nn.Conv2d(a, b, 3, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
                       nn.Conv2d(b, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]  # fmt: skip
        self.body = nn.Sequential(*blocks)
        self.palette = nn.Sequential(
            nn.AvgPool2d(2), nn.Conv2d(3, shades, 1), nn.ReLU(), nn.Conv2d(shades, shades, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(8)
        )  # fmt: skip
        flat = widths[-1] * (SIDE >> len(widths)) ** 2 + shades * 64
        self.mixed = nn.Sequential(nn.Linear(flat, 256), nn.ReLU())
        self.heads = nn.ModuleDict({k: nn.Linear(256, len(v)) for k, v in HEADS.items()})

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        if x.shape[-1] != SIDE:
            x = F.interpolate(x, (SIDE, SIDE), mode="bilinear", antialias=True)
        mixed = self.mixed(torch.cat([self.body(x).flatten(1), self.palette(x).flatten(1)], 1)).float()
        return {k: head(mixed) for k, head in self.heads.items()}


def goals(person, colours: np.ndarray) -> dict[str, list[float]]:
    """The truth of each head as shares; all NaN where it cannot be seen."""
    s = state(person, colours)
    smile = (
        person.mood
        if person.mood != "none"
        else "smile"
        if s["smile"] > 0.45
        else "sad"
        if s["smile"] < -0.35
        else "neutral"
    )
    age = "young" if person.age < 0.33 else "old" if person.age > 0.65 else "middle"
    plain = {"gender": person.gender, "hair_style": person.hair, "clothes": person.garment, "pattern": person.pattern,
             "facial_hair": person.facial_hair, "glasses": person.glasses, "hat": person.hat, "expression": smile, "age": age}  # fmt: skip
    out = {k: [float(n == v) for n in HEADS[k]] for k, v in plain.items()}
    names = {"hair_color": HAIR_NAMES.shares(colours[1]), "clothes_color": cloth_shares(person, colours)}
    out |= {k: list(v.values()) for k, v in names.items()}
    if person.hair == "bald":
        out["hair_color"] = [float("nan")] * len(out["hair_color"])
    return out


def load(work: Path) -> Judge:
    torch.manual_seed(3)
    judge = Judge()
    if (work / "judge.pt").exists():
        judge.load_state_dict(torch.load(work / "judge.pt", weights_only=True))
    return judge


@torch.no_grad()
def accuracy(judge: Judge, people: People) -> dict[str, float]:
    """Share of held-out people whose most likely class is the true one; of a colour, one that half deserves its name."""
    judge.eval()
    rng = np.random.default_rng(6)
    hits: dict[str, list[float]] = {k: [] for k in HEADS}
    for k in range(0, len(people) - 19, 20):
        _, pictures, _, persons, colours = people.pictures(range(k, k + 20), rng)
        found = judge(pictures)
        for i, (p, c) in enumerate(zip(persons, colours, strict=True)):
            for head, goal in goals(p, c).items():
                if goal[0] == goal[0]:
                    hits[head].append(float(goal[int(found[head][i].argmax())] >= 0.4))
    judge.train()
    return {k: round(float(np.mean(v)), 3) for k, v in hits.items()}


def train(work: Path, minutes: float, lr: float = 2e-3, batch: int = 48) -> None:
    judge = load(work).train()
    people, held = People(work / "renders256", SIDE), People(work / "renders256", SIDE, 0, 1)
    optimizer = torch.optim.AdamW(judge.parameters(), lr=lr, weight_decay=0.02)
    rng = np.random.default_rng(8)
    begin = shown = time.time()
    step = 0
    while (spent := (time.time() - begin) / 60) < minutes:
        optimizer.param_groups[0]["lr"] = (
            lr * min(1, (step + 1) / 50) * (0.02 + 0.98 * np.cos(spent / minutes * np.pi / 2) ** 2)
        )
        _, pictures, _, persons, colours = people.batch(batch, rng)
        if rng.random() < 0.5:  # some as soft as a generator's picture
            small = int(rng.integers(48, SIDE))
            pictures = F.interpolate(pictures, (small, small), mode="bilinear", antialias=True)
            pictures = F.interpolate(pictures, (SIDE, SIDE), mode="bilinear")
        pictures = torch.roll(pictures, tuple(int(v) for v in rng.integers(-2, 3, 2)), (2, 3))
        pictures = pictures + float(rng.uniform(0, 0.08)) * torch.randn_like(pictures)
        wanted = [goals(p, c) for p, c in zip(persons, colours, strict=True)]
        with torch.autocast("cpu", torch.bfloat16):
            found = judge(pictures.contiguous(memory_format=torch.channels_last))
        loss = torch.zeros(())
        for head, logits in found.items():
            goal = torch.tensor([w[head] for w in wanted])
            seen = ~goal[:, 0].isnan()
            loss = loss + F.cross_entropy(logits.float()[seen], goal[seen])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if time.time() - shown > 60:
            print(
                f"judge {spent:.1f} of {minutes:g} min, step {step}, loss {loss.item():.3f} {accuracy(judge, held)}",
                flush=True,
            )
            torch.save(judge.state_dict(), work / "judge.pt")
            shown = time.time()
    torch.save(judge.state_dict(), work / "judge.pt")
    print(f"judge done {accuracy(judge, held)}", flush=True)
