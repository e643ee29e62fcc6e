"""Pictures that the generator draws, with the truth from their z: what the encoder must not be fooled by.

A search in Z finds just those people whom the encoder is wrong about. So it learns from them too, with the truth that z
has by construction: the pictures that a learner's own choices lead to (DAgger: Ross, Gordon and Bagnell 2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lab.captions import FACTS, truths
from lab.generator import finished
from lab.people.factors import Z_DIM, Person, condition, person_from_z
from t2i_person.latent.search.crossover import GENERATIONS, begin, search
from t2i_person.latent.targets import Target
from t2i_person.packs import load_pack
from t2i_person.packs.build import gallery

SIDE = 128
ASKED = ("gender", "age", "hair_color", "hair_style", "clothes", "headwear", "accessory", "facial_hair")


class Drawn:
    """All pictures of a folder."""

    def __init__(self, folder: Path) -> None:
        files = [np.load(file) for file in sorted(folder.glob("*.npz"))]
        self.z = np.concatenate([rows["z"] for rows in files])
        self.pictures = np.concatenate([rows["pictures"] for rows in files])

    def batch(self, n: int, rng: np.random.Generator) -> tuple[Tensor, Sequence[Person], np.ndarray]:
        """Pictures [n,3,128,128] in [-1,1], who they are, their colours [n,9,3]."""
        picks = rng.integers(len(self.z), size=n)
        persons, colours = zip(*(person_from_z(self.z[i]) for i in picks), strict=True)
        return torch.from_numpy(self.pictures[picks]).float() / 127.5 - 1, persons, np.stack(colours)


def _save(file: Path, z: np.ndarray, pictures: list[Tensor]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = ((torch.cat(pictures) + 1) * 127.5).round().clamp(0, 255).byte().numpy()
    np.savez(file, z=z, pictures=rows)


@torch.no_grad()
def draw_random(work: Path, count: int, seed: int) -> None:
    """People as they come, half of them through ``Factors`` instead of the mapping network."""
    nets = finished(work)
    z = np.random.default_rng(seed).standard_normal((count, Z_DIM)).astype(np.float32)
    pictures = []
    for k in range(0, count, 16):
        rows = z[k : k + 16]
        if (k // 16) % 2:
            c = np.stack([condition(*person_from_z(row)) for row in rows])
            w = nets["factors"](torch.from_numpy(c))
        else:
            w = nets["generator"].w(torch.from_numpy(rows))
        with torch.autocast("cpu", torch.bfloat16):
            pictures.append(nets["generator"](w.float(), resolution=SIDE).float().clamp(-1, 1))
    _save(work / f"drawn/random-{seed}.npz", z, pictures)


def description(rng: np.random.Generator) -> list[Target]:
    """A gender and two to four more things: colours of any kind, rare ones as often as common, the rest true of somebody."""
    person, colours = person_from_z(rng.standard_normal(Z_DIM))
    true = np.nan_to_num(truths(person, colours)) > 0.8
    kinds = ["gender", *rng.permutation(ASKED[1:])[: rng.integers(2, 5)]]
    out = []
    for kind in kinds:
        free = kind in ("hair_color", "clothes")
        facts = [f for f, yes in zip(FACTS, true, strict=True) if (yes or free) and f.kind == kind]
        # a garment with its colour rather than the bare word
        if whole := [f for f in facts if kind == "clothes" and len(f.key.split()) > 1 and f.key[:3] != "in "]:
            facts = whole
        if facts:
            fact = facts[rng.integers(len(facts))]
            text = str(rng.choice(fact.russian))
            out.append(Target(text, text, fact.kind))
    return out


@torch.no_grad()
def draw_sought(work: Path, count: int, seed: int, encoder: torch.nn.Module, keep: int = 6) -> None:
    """The best few people that a search finds for each of ``count`` descriptions."""
    nets = finished(work)
    with torch.autocast("cpu", torch.bfloat16):
        people = gallery(nets["generator"], encoder, 2048, seed=seed, resolution=SIDE)
    pack = replace(
        load_pack("embedded", "cpu"), generator=nets["generator"], encoder=encoder, gallery=people, _texts={}
    )
    rng, random = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    found, pictures = [], []
    for k in range(count):
        goal = description(rng)
        best = search(pack, begin(pack, 24, goal, random), goal, 1.0, SIDE, random, GENERATIONS)[:keep]
        found.append(best.numpy())
        pictures.append(pack.render(pack.generator.styles(pack.generator.w_plus(best)), SIDE).clamp(-1, 1))
        if k % 10 == 9:
            print(f"sought {k + 1} of {count}", flush=True)
    _save(work / f"drawn/sought-{seed}.npz", np.concatenate(found), pictures)
