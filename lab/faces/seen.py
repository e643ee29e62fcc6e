"""What the frozen lower half of the backbone sees in the drawn pictures, several versions of each, kept in files.

The half below the map of 112 channels stays as ImageNet left it; so it is computed once a version: as drawn, mirrored,
cut out over a flat colour (where there is a matte) and disturbed as cameras and codecs do.
"""

from __future__ import annotations

import io
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from lab.faces.drawn import Drawn
from t2i_person.nets.dual import PhotoTower

VERSIONS = ("plain", "mirror", "cut", "worn")


def _shift(x: Tensor, rng: np.random.Generator, much: float = 1.0) -> Tensor:
    """Moved, turned and resized a little: [1, c, h, w], edges repeated."""
    angle, size = rng.normal(0, 0.03 * much), np.exp(rng.normal(0, 0.04 * much))
    dx, dy = rng.normal(0, 0.03 * much, 2)
    c, s = np.cos(angle) * size, np.sin(angle) * size
    grid = F.affine_grid(torch.tensor([[[c, -s, dx], [s, c, dy]]], dtype=torch.float32), list(x.shape), False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def _jpeg(x: Tensor, quality: int) -> Tensor:
    picture = ((x[0].permute(1, 2, 0) + 1) * 127.5).clamp(0, 255).byte().numpy()
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return torch.from_numpy(np.asarray(Image.open(file)).copy()).permute(2, 0, 1)[None].float() / 127.5 - 1


def version(
    picture: np.ndarray, name: str, rng: np.random.Generator, matte: Path | None = None
) -> tuple[Tensor, bool]:
    """uint8 [256, 256, 3] -> [1, 3, 256, 256] in [-1, 1], and whether it was mirrored."""
    x = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    mirrored = name == "mirror" or (name in ("cut", "worn") and rng.random() < 0.5)
    alpha = None
    if name == "cut" and matte is not None and matte.exists():
        alpha = (
            torch.from_numpy(np.asarray(Image.open(matte).convert("L").resize((256, 256), Image.BOX)).copy())[
                None, None
            ].float()
            / 255
        )
    if name == "cut":
        if alpha is not None:
            grey = rng.random() < 0.4
            flat = (
                torch.full((1, 3, 1, 1), rng.uniform(-1, 1))
                if grey
                else torch.from_numpy(rng.uniform(-1, 1, (1, 3, 1, 1))).float()
            )
            x = _shift(torch.cat([x, alpha], 1), rng, 0.7)
            x = x[:, :3] * x[:, 3:] + flat * (1 - x[:, 3:])
        else:
            x = _shift(x, rng)
    if name == "worn":
        x = _shift(x, rng, 1.5)
        x = x * rng.uniform(0.85, 1.12) + rng.uniform(-0.1, 0.1)
        if rng.random() < 0.5:
            small = int(rng.integers(100, 220))
            x = F.interpolate(
                F.interpolate(x, (small, small), mode="bilinear", antialias=True), (256, 256), mode="bilinear"
            )
        if rng.random() < 0.5:
            x = _jpeg(x, int(rng.integers(40, 90)))
        x = x + rng.uniform(0, 0.05) * torch.from_numpy(rng.standard_normal(x.shape).astype(np.float32))
    x = x.flip(3) if mirrored else x
    return x.clamp(-1, 1), mirrored


class Seen:
    """Of a `Drawn`, per version: `middle` float16 [n, 112, 12, 12], `small` float16 [n, 3, 16, 16], `mirrored`."""

    def __init__(self, drawn: Drawn, side: int = 192) -> None:
        self.drawn, self.side = drawn, side
        n, k = len(drawn.seeds), side // 16
        self.middle, self.small, self.mirrored = {}, {}, {}
        for name in VERSIONS:
            for kind, shape in (("middle", (n, 112, k, k)), ("small", (n, 3, 16, 16)), ("mirrored", (n,))):
                file = drawn.folder / f"{drawn.name}-{name}-{kind}.npy"
                fresh = not file.exists()
                getattr(self, kind)[name] = np.lib.format.open_memmap(
                    file, "w+" if fresh else "r+", np.float16, shape if fresh else None
                )

    def done(self, name: str) -> np.ndarray:
        return np.asarray(self.small[name][:, :, 4:12:3, 4:12:3]).reshape(len(self.drawn.seeds), -1).any(1)

    def fill(self, tower: PhotoTower, name: str, mattes: Path | None = None, minutes: float = 1e9) -> int:
        begin = time.time()
        todo = np.flatnonzero(self.drawn.done & ~self.done(name))
        for some in np.array_split(todo, max(1, len(todo) // 8)):
            if (time.time() - begin) / 60 > minutes:
                break
            xs, turned = [], []
            for i in some:
                seed = int(self.drawn.seeds[i])
                rng = np.random.default_rng([seed, VERSIONS.index(name)])
                x, mirrored = version(
                    self.drawn.pictures[i], name, rng, mattes / f"{seed:05d}.webp" if mattes else None
                )
                xs.append(x)
                turned.append(mirrored)
            if not xs:
                break
            x = torch.cat(xs)
            with torch.inference_mode():
                y = F.interpolate(x, (self.side, self.side), mode="bilinear", antialias=True)
                middle = tower.net.lower(y, tower.middle)
            self.middle[name][some] = middle.half().numpy()
            self.mirrored[name][some] = np.array(turned, np.float16)
            self.small[name][some] = F.adaptive_avg_pool2d(y, 16).half().numpy()
        return int(self.done(name).sum())
