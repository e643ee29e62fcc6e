"""The rendered people as training batches: new colours for each view."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from lab.people.compose import compose, decode, encode
from lab.people.dataset import persons_of
from lab.people.factors import Person, colours_from, condition

HELD_OUT = 1  # the first shard is never trained on


class People:
    """All shards of a folder, reduced to ``size``; grows when ``refresh`` finds new shards."""

    def __init__(self, folder: Path, size: int, first: int = HELD_OUT, stop: int | None = None) -> None:
        self.folder, self.size, self.first, self.stop = folder, size, first, stop
        self.shards: dict[int, np.ndarray] = {}
        self.persons: list[Person] = []
        self.index: list[tuple[int, int]] = []
        self.refresh()

    def refresh(self) -> None:
        for file in sorted(self.folder.glob("*.npy")):
            number = int(file.stem)
            if (
                number in self.shards
                or number < self.first
                or (self.stop is not None and number >= self.stop)
            ):
                continue
            rows = np.load(file, mmap_mode="r")
            factor = rows.shape[-1] // self.size
            if factor > 1:
                small = np.empty((len(rows), 10, self.size, self.size), np.uint8)
                for k in range(0, len(rows), 20):
                    part = torch.from_numpy(np.array(rows[k : k + 20]))
                    layers = F.avg_pool2d(decode(part[:, :9]), factor)
                    small[k : k + 20, :9] = encode(layers.numpy())
                    small[k : k + 20, 9:] = F.avg_pool2d(part[:, 9:].float(), factor).round().byte().numpy()
                rows = small
            self.shards[number] = rows
            self.persons += persons_of(file)
            self.index += [(number, k) for k in range(len(rows))]
        self.rarity = np.cumsum(
            [1 + 2 * (p.hat == "bucket") + (p.hat == "beanie") + (p.pattern != "plain") for p in self.persons]
        )

    def __len__(self) -> int:
        return len(self.index)

    def colours(self, person: Person, rng: np.random.Generator) -> np.ndarray:
        tone = np.dot(person.ethnicity, (0.18, 0.38, 0.80)) + 0.13 * rng.standard_normal()
        return colours_from(person, float(np.clip(tone, 0, 1)), rng.standard_normal(40))

    def batch(
        self,
        n: int,
        rng: np.random.Generator,
        crop: tuple[int, int, int] | None = None,
        rare: bool = False,
    ):
        """Conditions [n,CONDITION], pictures [n,3,s,s] in [-1,1], alpha [n,1,s,s], and the factors themselves.

        ``rare``: hats and patterns, which few wear and which are hard to draw, come more often.
        """
        if not rare:
            return self.pictures(rng.integers(len(self), size=n), rng, crop)
        places = rng.uniform(0, self.rarity[-1], n)
        return self.pictures(np.searchsorted(self.rarity, places, "right"), rng, crop)

    def pictures(self, picks, rng: np.random.Generator, crop: tuple[int, int, int] | None = None):
        persons = [self.persons[i] for i in picks]
        colours = np.stack([self.colours(p, rng) for p in persons])
        cut = (
            (slice(None),)
            if crop is None
            else (slice(None), slice(crop[0], crop[0] + crop[2]), slice(crop[1], crop[1] + crop[2]))
        )
        rows = torch.from_numpy(
            np.stack([self.shards[self.index[i][0]][self.index[i][1]][cut] for i in picks])
        )
        alpha = rows[:, 9:].float() / 255
        pictures = compose(
            decode(rows[:, :9]), alpha, colours, None if crop is None else (crop[0], self.size)
        )
        conditions = torch.from_numpy(
            np.stack([condition(p, c) for p, c in zip(persons, colours, strict=True)])
        )
        return conditions, pictures, alpha, persons, colours
