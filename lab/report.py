"""Measure the embedded pack on people it was never trained on; figures go beside the weights as ``report.json``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from lab.data import People
from lab.generator import finished, psnr
from lab.matting import mad
from lab.pack import EMBEDDED
from t2i_person.packs import load_pack
from t2i_person.people import faces


def pixels(image: torch.Tensor) -> np.ndarray:
    return ((image.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()


def edge_energy(images: torch.Tensor) -> torch.Tensor:
    """Mean absolute Laplacian of each picture [n,3,h,w]."""
    kernel = torch.tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=torch.float32)[None, None]
    return F.conv2d(images.mean(1, keepdim=True), kernel).abs().mean((1, 2, 3))


@torch.no_grad()
def measure(work: Path, people: int = 128) -> dict[str, float]:
    pack = load_pack("embedded", "cpu")
    nets = finished(work)
    held = People(work / "renders256", 256, 0, 1)
    out: dict[str, float] = {"psnr_256_db": psnr(nets, held, 256, "cpu")}
    large = People(work / "renders1024", 1024, 0, 1)
    rng = np.random.default_rng(4)
    ratios = []
    for k in range(0, 16, 4):
        c, goal, *_ = large.pictures(range(k, k + 4), rng)
        drawn = pack.generator(nets["factors"](c)).clamp(-1, 1)
        ratios.append(edge_energy(drawn) / edge_energy(goal))
    out["edge_energy_ratio_1024"] = float(torch.cat(ratios).mean())
    random = torch.Generator().manual_seed(2**31)
    one, sheet = 0, []
    for k in range(0, people, 8):
        z = torch.randn(8, pack.generator.config.z_dim, generator=random)
        images = pack.generator(pack.generator.w_plus(z, 0.7), stop_at=256)
        one += sum(len(faces(pixels(image))) == 1 for image in images)
        if k < 16:
            sheet += [pixels(image) for image in images]
    out["one_face_rate"] = one / people
    rows = [np.concatenate(sheet[i : i + 4], 1) for i in range(0, 16, 4)]
    Image.fromarray(np.concatenate(rows)).save(Path("docs/images/random-people.jpg"), quality=88)
    half = People(work / "renders1024", 512, 2)
    out["matte_mad_512"] = mad(pack.matting, half)
    out["matte_mad_512_drawn"] = mad(pack.matting, half, nets)
    out = {k: round(v, 4) for k, v in out.items()}
    (EMBEDDED / "report.json").write_text(json.dumps(out, indent=2) + "\n")
    return out
