"""Render people to shards of palette layers: ``layers`` uint8 [n,10,size,size] (alpha last) and ``z`` [n,64]."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lab.people.compose import encode
from lab.people.factors import Z_DIM, person_from_z

SHARD = 100


def z_of(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(Z_DIM).astype(np.float32)


def render_shard(folder: Path, index: int, size: int, renderer) -> None:
    """Seeds index*SHARD ... of this size; a shard that exists is kept, a half-written one never looks whole."""
    file = folder / f"{index:05d}.npy"
    if file.exists():
        return
    rows = np.empty((SHARD, 10, size, size), np.uint8)
    for k in range(SHARD):
        result = renderer.render(person_from_z(z_of(index * SHARD + k))[0])
        rows[k, :9] = encode(result.layers)
        rows[k, 9] = (result.alpha * 255 + 0.5).astype(np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    with part.open("wb") as out:
        np.save(out, rows)
    part.rename(file)


def render_all(folder: Path, size: int, start: int, stop: int, step: int = 1) -> None:
    """Shards start, start+step, ... below stop; start several processes with the same step for several cores."""
    from lab.people.renderer import Renderer

    renderer = Renderer(size)
    for index in range(start, stop, step):
        render_shard(folder, index, size, renderer)
        print(f"shard {index} of {stop}", flush=True)
