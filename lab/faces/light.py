"""How the skin of a face is coloured, by W: ``light.safetensors`` of the pack "faces".

    python -m lab faces light     # 3 minutes on two cores

The labelled faces are drawn small, and the skin inside of each face is measured. Its mean OKLab is nearly linear in W
(R² .77 to .81 on 400 faces held out; the deviation of lightness, .3). What is usual is linear in the probabilities
of the kinds of skin: by looking, the farther a face is from it, the odder its light.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from lab.faces.drawn import latents
from lab.faces.labels import FILE, read
from t2i_person import load_pack
from t2i_person.latent.judge import ByProbe
from t2i_person.latent.targets import Target
from t2i_person.nets.regions import REGIONS, SIDE
from t2i_person.packs import Pack, to_pixels
from t2i_person.packs.light import affine
from t2i_person.packs.places import built_in
from t2i_person.picture.oklab import from_rgb

TEXTS = ("смуглый", "темнокожий")
INSIDE = slice(44, 100), slice(36, 92)  # rows and columns of 128 that are face in FFHQ's alignment
RIDGE = 1.0
HELD = 400  # faces


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, fit, say how well, and write."""
    parser = argparse.ArgumentParser(prog="python -m lab faces light", description=__doc__)
    parser.add_argument("--out", type=Path, default=built_in("faces") / "light.safetensors")
    a = parser.parse_args(argv)
    pack = load_pack("faces", "cpu")
    w = latents(pack.generator, sorted(read(FILE)))  # type: ignore[arg-type]
    colours = torch.cat([skin(pack, some) for some in w.split(8)])
    print("R² held out:", fit(w[HELD:], colours[HELD:], RIDGE, (w[:HELD], colours[:HELD])))
    kinds = ByProbe(pack).probabilities([w], [Target(text, text, "skin") for text in TEXTS])
    usual = fitted(kinds, colours, 0)
    left = colours - affine(kinds, usual)
    precision = torch.linalg.inv(torch.cov(left.T))
    state = {"skin": fitted(w, colours, RIDGE), "usual": usual, "precision": precision}
    state = {key: value.contiguous() for key, value in state.items()}
    save_file(state, a.out, {"meta": json.dumps({"texts": TEXTS}, ensure_ascii=False)})


@torch.inference_mode()
def skin(pack: Pack, w: Tensor) -> Tensor:
    """Mean OKLab of the skin of each face, and the deviation of its lightness: w [n, w_dim] -> [n, 4]."""
    images, masks = pack.render_regions(pack.generator.styles(w), SIDE)
    assert masks is not None
    found = []
    for image, mask in zip(images.clamp(-1, 1), masks[:, REGIONS.index("skin")], strict=True):
        inside = (mask[INSIDE] > 0.8).numpy()
        lab = from_rgb(to_pixels(image)[INSIDE][inside])
        found.append((*lab.mean(0), lab[:, 0].std()) if len(lab) else np.full(4, np.nan))
    colours = torch.from_numpy(np.array(found, np.float32))
    return torch.where(colours.isnan(), colours.nanmean(0), colours)


def fitted(x: Tensor, y: Tensor, ridge: float) -> Tensor:
    """Least squares with a constant: x [n, d], y [n, k] -> [k, d + 1]; columns of x count in their own spread."""
    scale = x.std()
    full = torch.cat([x / scale, torch.ones(len(x), 1)], 1).double()
    normal = full.T @ full + ridge * torch.eye(full.shape[1], dtype=torch.double)
    found = torch.linalg.solve(normal, full.T @ y.double()).T.float()
    found[:, :-1] /= scale
    return found


def fit(x: Tensor, y: Tensor, ridge: float, held: tuple[Tensor, Tensor]) -> list[float]:
    """Share of the variance of each measure that is told, on others than those fitted on."""
    unseen, true = held
    off = true - affine(unseen, fitted(x, y, ridge))
    return (1 - off.square().mean(0) / true.var(0, correction=0)).tolist()


if __name__ == "__main__":
    main()
