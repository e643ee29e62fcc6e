"""Render people to shards of palette layers, uint8 [n,10,size,size] (alpha last), with who they are beside as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from lab.people.compose import encode
from lab.people.factors import Z_DIM, Person, person_from_z

SHARD = 100


def z_of(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(Z_DIM).astype(np.float32)


def render_shard(folder: Path, index: int, size: int, renderer) -> None:
    """Seeds index*SHARD ... of this size; a shard that exists is kept, a half-written one never looks whole."""
    file = folder / f"{index:05d}.npy"
    if file.exists():
        return
    rows = np.empty((SHARD, 10, size, size), np.uint8)
    persons = [person_from_z(z_of(index * SHARD + k))[0] for k in range(SHARD)]
    for k, person in enumerate(persons):
        result = renderer.render(person)
        rows[k, :9] = encode(result.layers)
        rows[k, 9] = (result.alpha * 255 + 0.5).astype(np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    with part.open("wb") as out:
        np.save(out, rows)
    file.with_suffix(".json").write_text(json.dumps([asdict(p) for p in persons]))
    part.rename(file)


def persons_of(file: Path) -> list[Person]:
    """Who is in a shard."""
    rows = json.loads(file.with_suffix(".json").read_text())
    return [Person(**row | {k: tuple(row[k]) for k in ("ethnicity", "shape")}) for row in rows]


def render_all(folder: Path, size: int, start: int, stop: int, step: int = 1) -> None:
    """Shards start, start+step, ... below stop; start several processes with the same step for several cores."""
    from lab.people.renderer import Renderer

    renderer = Renderer(size)
    for index in range(start, stop, step):
        render_shard(folder, index, size, renderer)
        print(f"shard {index} of {stop}", flush=True)
