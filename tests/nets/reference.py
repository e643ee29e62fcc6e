"""Rebuilds the weights of the reference pairs: each tensor is a function of its name alone."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

FOLDER = Path(__file__).parent.parent / "data" / "reference"


def made(name: str, shape: list[int], mean: float = 0.0, scale: float = 1.0) -> Tensor:
    """The tensor that ``name`` stands for."""
    random = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))
    value = (random.standard_normal(shape) * scale).astype(np.float32) + np.float32(mean)
    return torch.from_numpy(np.asarray(value, dtype=np.float32))


def load(name: str) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """State dict and expected outputs of a pair; fixed buffers ("as-built") are left out."""
    facts = json.loads((FOLDER / f"{name}.json").read_text())
    state = {key: made(key, **fact) for key, fact in facts.items() if "rule" not in fact}
    outputs = {key: torch.from_numpy(value) for key, value in np.load(FOLDER / f"{name}.npz").items()}
    return state, outputs


def error(got: Tensor, wanted: Tensor) -> float:
    """Largest difference in units of the wanted output's mean absolute value."""
    assert got.shape == wanted.shape, (got.shape, wanted.shape)
    return ((got.double() - wanted.double()).abs().max() / wanted.double().abs().mean()).item()
