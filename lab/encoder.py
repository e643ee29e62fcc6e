"""Train the dual encoder: every picture against every text, with the truth known (lab/captions.py)."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lab.captions import FACTS, truths
from lab.data import People
from lab.drawn import SIDE, Drawn
from lab.muon import Muon
from t2i_person.nets.dual import DualEncoder
from t2i_person.packs.russian import Encoder, vector, words_of

_WHOLE = ("dark glasses", "tank top", "in ")
COMBINED = [
    f.kind in ("clothes", "headwear", "hair_color")
    and (len(f.key.split()) > 2 or (f.kind != "hair_color" and " " in f.key))
    and not f.key.startswith(_WHOLE)
    for f in FACTS
]


def vocabulary() -> tuple[list[str], list[str]]:
    """Russian lemmas of all phrases, and the words that need a vector of their own: English ones and those navec lacks."""
    russian = sorted({w for f in FACTS for p in f.russian for w in words_of(p)})
    english = {w for f in FACTS for p in f.english for w in words_of(p)}
    return russian, sorted(english | {w for w in russian if vector(w) is None})


def new_encoder() -> Encoder:
    torch.manual_seed(0)
    russian, own = vocabulary()
    return Encoder(DualEncoder(side=SIDE), russian, own, F.normalize(torch.randn(len(own), 300), dim=1))


def load_encoder(work: Path) -> Encoder:
    encoder = new_encoder()
    if (work / "encoder.pt").exists():
        encoder.load_state_dict(torch.load(work / "encoder.pt", weights_only=True), strict=False)
    return encoder


def texts_and_truth(persons, colours, rng: np.random.Generator, extra: int = 64) -> tuple[list[str], Tensor]:
    """One phrase for each fact and some that join two to seven; truth [pictures, texts], NaN where unsure."""
    table = np.stack([truths(p, c) for p, c in zip(persons, colours, strict=True)])

    def phrase(i: int, english: bool) -> str:
        return str(rng.choice(FACTS[i].english if english else FACTS[i].russian))

    # plain facts always; combinations ("белая шляпа") when they are true of somebody here, and then mostly against
    # people who share one half of them; few others, else the rare outweigh what is said most ("шляпа")
    true = (np.nan_to_num(table) > 0.6).any(0)
    shown = [i for i, rare in enumerate(COMBINED) if not rare or rng.random() < (0.7 if true[i] else 0.08)]
    texts = [phrase(i, rng.random() < 0.25) for i in shown]
    columns = [table[:, shown]]
    kinds = np.array([f.kind for f in FACTS])
    for _ in range(extra):
        row = np.nan_to_num(table[rng.integers(len(table))])
        chosen: list[int] = []
        for _ in range(int(rng.integers(2, 8))):
            weight = np.where(row > 0.6, 1.0, 0.0) if rng.random() < 0.85 else np.ones(len(row))
            weight = weight * ~np.isin(kinds, kinds[chosen]) * (kinds != "person")
            if weight.sum() > 0:
                chosen.append(int(rng.choice(len(row), p=weight / weight.sum())))
        english = rng.random() < 0.25
        texts.append(", ".join(phrase(i, english) for i in chosen))
        columns.append(table[:, chosen].prod(1, keepdims=True))
    return texts, torch.from_numpy(np.concatenate(columns, 1))


def soften(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """What a generator or a user may do to a picture: blur, noise, brightness, a shift of a few pixels, a mirror."""
    if rng.random() < 0.5:
        pictures = pictures.flip(3)
    if rng.random() < 0.5:
        small = int(rng.integers(40, SIDE))
        pictures = F.interpolate(pictures, (small, small), mode="bilinear", antialias=True)
        pictures = F.interpolate(pictures, (SIDE, SIDE), mode="bilinear")
    pictures = pictures * float(rng.uniform(0.92, 1.08)) + float(rng.uniform(-0.05, 0.05))
    pictures = torch.roll(pictures, (int(rng.integers(-2, 3)), int(rng.integers(-2, 3))), (2, 3))
    return pictures + float(rng.uniform(0, 0.06)) * torch.randn_like(pictures)


@torch.no_grad()
def report(encoder: Encoder, people: People) -> dict[str, float]:
    """Balanced accuracy of each kind of fact on held-out people, at probability one half."""
    rng = np.random.default_rng(5)
    hits: dict[str, list[list[float]]] = {}
    texts = [f.russian[0] for f in FACTS]
    text = encoder.encode_text(texts)
    for k in range(0, len(people) - 19, 20):
        _, pictures, _, persons, colours = people.pictures(range(k, k + 20), rng)
        seen = encoder.score(encoder.encode_image(pictures), text).numpy()
        for person, colour, row in zip(persons, colours, seen, strict=True):
            for fact, t, p in zip(FACTS, truths(person, colour), row, strict=True):
                if t > 0.8 or t < 0.2:
                    hits.setdefault(fact.kind, [[], []])[int(t > 0.5)].append(float((p > 0.5) == (t > 0.5)))
    return {k: float(np.mean([np.mean(x) for x in v if x])) for k, v in sorted(hits.items())}


def train(work: Path, minutes: float, lr: float, on_generator: float, batch: int = 48) -> None:
    """``on_generator``: share of the batches that are pictures of lab/drawn.py instead of renders."""
    encoder = load_encoder(work)
    people, held = People(work / "renders256", SIDE), People(work / "renders256", SIDE, 0, 1)
    kernels = [p for p in encoder.net.image.parameters() if p.ndim == 4]
    rest = [p for p in encoder.parameters() if p.ndim != 4]
    optimizers = [
        torch.optim.AdamW(rest, lr=lr, betas=(0.9, 0.98), weight_decay=0.02),
        Muon(kernels, lr=lr / 4),
    ]
    drawn = Drawn(work / "drawn") if on_generator else None
    rng = np.random.default_rng([3, (work / "encoder.pt").exists(), int(100 * on_generator)])
    begin = shown = time.time()
    step, running = 0, 0.0
    while (spent := (time.time() - begin) / 60) < minutes:
        rate = min(1, (step + 1) / 50) * (0.02 + 0.98 * np.cos(spent / minutes * np.pi / 2) ** 2)
        for optimizer, base in zip(optimizers, (lr, lr / 4), strict=True):
            optimizer.param_groups[0]["lr"] = base * rate
        if drawn is not None and rng.random() < on_generator:
            pictures, persons, colours = drawn.batch(batch, rng)
        else:
            _, pictures, _, persons, colours = people.batch(batch, rng)
        texts, truth = texts_and_truth(persons, colours, rng)
        text = encoder.encode_text(texts)
        with torch.autocast("cpu", torch.bfloat16):
            image = encoder.encode_image(soften(pictures, rng))
        logits = encoder.net.logits(image.float(), text)
        sure = ~truth.isnan()
        goal = truth.nan_to_num()
        loss = F.binary_cross_entropy_with_logits(logits[sure], goal[sure], weight=(1 + 3 * goal)[sure])
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        step += 1
        running = 0.98 * running + 0.02 * loss.item() if running else loss.item()
        if time.time() - shown > 60:
            print(
                f"encoder {spent:.1f} of {minutes:g} min, step {step}, loss {running:.4f} {report(encoder, held)}",
                flush=True,
            )
            torch.save(encoder.state_dict(), work / "encoder.pt")
            people.refresh()
            shown = time.time()
    torch.save(encoder.state_dict(), work / "encoder.pt")
    print(f"encoder done {report(encoder, held)}", flush=True)
