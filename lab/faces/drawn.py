"""Drawn faces to learn from: seeds -> pictures of 256 pixels in one memory-mapped file, resumable.

Whole pictures cost five times what the block of 128 pixels costs, so most are read off that block: a linear map
of its features, and of its features scaled by the next style, to four pixels each, fitted by least squares to some
whole pictures (colours come within 5 of 255 on the average, detail is that of a picture of 256 pixels, a little soft).
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from t2i_person.nets.mobilestylegan import MobileStyleGAN

PSI = 0.8  # of every labelled face
SIDE = 256
WHOLE = 90  # pictures drawn whole, for the fit
POINTS = 4000  # of each, out of 16,384


def latents(net: MobileStyleGAN, seeds) -> Tensor:
    """w [n, 512] of each seed as the labels have it: psi .8, one normal vector a seed."""
    z = np.stack([np.random.default_rng(int(seed)).standard_normal(512) for seed in seeds]).astype(np.float32)
    with torch.inference_mode():
        return torch.cat([net.w(part, PSI) for part in torch.from_numpy(z).split(1000)]).clone()


def _below(net: MobileStyleGAN, styles, side: int = 128) -> Tensor:
    """Features [n, c, side, side] of one block, nothing above it computed."""
    x = net.start(styles[0])
    for size, i in net._sizes.items():
        if size > side:
            break
        if i:
            x = net._stack[i - 1](x, styles[3 * i - 2 : 3 * i + 1])
    return x


def _inputs(features: Tensor, style: Tensor) -> Tensor:
    """[n, c, h, w] and the style [n, c] of the next step up -> [n, h, w, 2 c + 1]."""
    x = features.permute(0, 2, 3, 1)
    return torch.cat([x, x * style[:, None, None], torch.ones_like(x[..., :1])], 3)


def fit_head(net: MobileStyleGAN, file: Path) -> Tensor:
    """[2 c + 1, 12]: features of a place at 128 pixels -> its four pixels at 256, fitted once and kept in `file`."""
    if file.exists():
        return torch.load(file, weights_only=True)
    left = right = 0.0
    for i in range(WHOLE):
        styles = net.styles(latents(net, [840 + i]))
        with torch.inference_mode():
            whole, (x,) = net.render_with_features(styles, sides=(128,))
        y = F.avg_pool2d(whole, whole.shape[2] // SIDE).permute(0, 2, 3, 1)
        y = y.reshape(128, 2, 128, 2, 3).permute(0, 2, 1, 3, 4).reshape(-1, 12)
        some = np.random.default_rng(i).permutation(len(y))[:POINTS]
        x = _inputs(x, styles[16]).flatten(0, 2)[some]
        left, right = left + (x.T @ x).double(), right + (x.T @ y[some]).double()
    head = torch.linalg.solve(left + 30 * torch.eye(len(left)), right).float()
    torch.save(head, file)
    return head


def draw(net: MobileStyleGAN, head: Tensor, w: Tensor) -> Tensor:
    """w [n, 512] -> uint8 [n, 256, 256, 3]."""
    with torch.inference_mode():
        styles = net.styles(w)
        x = _inputs(_below(net, styles), styles[16]) @ head
    n, h, wide, _ = x.shape
    x = x.view(n, h, wide, 2, 2, 3).permute(0, 1, 3, 2, 4, 5).reshape(n, 2 * h, 2 * wide, 3)
    return ((x + 1) * 127.5).clamp(0, 255).round().byte()


class Drawn:
    """The pictures of some seeds: `pictures` (uint8 memory map [n, 256, 256, 3]), `w` and how many are there."""

    def __init__(self, folder: Path, name: str, seeds) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.name, self.seeds = folder, name, list(seeds)
        shape, file = (len(self.seeds), SIDE, SIDE, 3), folder / f"{name}.npy"
        fresh = not file.exists()
        self.pictures = np.lib.format.open_memmap(
            file, "w+" if fresh else "r+", np.uint8, shape if fresh else None
        )
        if self.pictures.shape != shape:
            raise ValueError(f"{file} holds {self.pictures.shape}, not {shape}: remove it")

    @property
    def done(self) -> np.ndarray:
        """Which are drawn: a picture that is not has only zeros."""
        return self.pictures[:, 64:192:16, 64:192:16].reshape(len(self.seeds), -1).any(1)

    def fill(self, net: MobileStyleGAN, head: Tensor, minutes: float = 1e9) -> int:
        """Draw what is missing, so long as there is time; how many are there then."""
        begin = time.time()
        missing = np.flatnonzero(~self.done)
        for k, i in enumerate(missing):
            if (time.time() - begin) / 60 > minutes:
                break
            self.pictures[i] = draw(net, head, latents(net, [self.seeds[i]]))[0].numpy()
            if k % 50 == 0:
                print(
                    f"{self.name}: {len(self.seeds) - len(missing) + k} of {len(self.seeds)}, {time.time() - begin:.0f} s",
                    flush=True,
                )
        return int(self.done.sum())
