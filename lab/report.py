"""Measure the embedded pack on people and sentences it was never trained on; figures go beside the weights as ``report.json``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy.ndimage import gaussian_gradient_magnitude

from lab import said
from lab.card import CARD, DOCS, figures, fill
from lab.data import People
from lab.generator import finished, psnr
from lab.judge import accuracy, load
from lab.pack import EMBEDDED
from t2i_person.packs import Pack, load_pack, to_pixels
from t2i_person.picture.cutout import cut_out, matte
from t2i_person.picture.faces import faces


def edge_energy(images: torch.Tensor) -> torch.Tensor:
    """Mean absolute Laplacian of each picture [n,3,h,w]."""
    kernel = torch.tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=torch.float32)[None, None]
    return F.conv2d(images.mean(1, keepdim=True), kernel).abs().mean((1, 2, 3))


def large(
    work: Path, pack: Pack, nets: torch.nn.ModuleDict, count: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor, np.ndarray]]:
    """Held-out renders at 1024 in fours: the render, what the generator draws for it, the exact alpha."""
    held = People(work / "renders1024", 1024, 0, 1)
    rng = np.random.default_rng(4)
    for k in range(0, count, 4):
        c, goal, alpha, *_ = held.pictures(range(k, k + 4), rng)
        yield goal, pack.generator(nets["factors"](c)).clamp(-1, 1), alpha[:, 0].numpy()


def sheet(pictures: list[np.ndarray], columns: int, file: Path) -> None:
    rows = [np.concatenate(pictures[i : i + columns], 1) for i in range(0, len(pictures), columns)]
    Image.fromarray(np.concatenate(rows)).save(file, quality=88)


@torch.no_grad()
def of_generator(work: Path, pack: Pack, nets: torch.nn.ModuleDict) -> dict[str, float]:
    out: dict[str, float] = {"psnr_256_db": psnr(nets, People(work / "renders256", 256, 0, 1), 256, "cpu")}
    ratio, errors = [], {"": [], "_drawn": []}
    edges = []
    for goal, drawn, alpha in large(work, pack, nets, 16):
        ratio.append(edge_energy(drawn) / edge_energy(goal))
        for name, pictures in (("", goal), ("_drawn", drawn)):
            for image, exact in zip(pictures, alpha, strict=True):
                pixels = to_pixels(image)
                rgba = cut_out(pixels, matte(pixels, pack.matting, pack.device), pack.device)
                found = rgba[..., 3] / np.float32(255)
                slopes = [gaussian_gradient_magnitude(a, 1.4) for a in (found, exact)]
                errors[name].append(
                    (np.abs(found - exact).mean(), np.square(slopes[0] - slopes[1]).sum() / 1000)
                )
                if name and len(edges) < 4:
                    on = rgba[120:376, 330:586].astype(np.float32)
                    edges.append((on[..., :3] * on[..., 3:] / 255 + 255 - on[..., 3:]).astype(np.uint8))
    sheet(edges, 4, DOCS / "images/matte-edges.jpg")
    out["edge_energy_ratio_1024"] = float(torch.cat(ratio).mean())
    for name, values in errors.items():
        out[f"matte_mad_1024{name}"], out[f"matte_gradient_1024{name}"] = (
            float(v) for v in np.mean(values, 0)
        )
    for psi, people in ((0.7, 128), (0.5, 64), (1.0, 64)):
        random = torch.Generator().manual_seed(2**31)
        one, shown, variety = 0, [], []
        for _ in range(0, people, 8):
            z = torch.randn(8, pack.generator.config.z_dim, generator=random)
            images = pack.generator(pack.generator.w_plus(z, psi), resolution=256)
            one += sum(len(faces(to_pixels(image))) == 1 for image in images)
            shown += [to_pixels(image) for image in images]
            variety.append(F.adaptive_avg_pool2d(images, 32))
        out["one_face_rate" if psi == 0.7 else f"one_face_rate_psi_{psi:g}"] = one / people
        out[f"variety_psi_{psi:g}"] = float(torch.cat(variety).std(0).mean())
        if psi == 1.0:
            sheet(shown[:16], 4, DOCS / "images/random-people.jpg")
    return out | walk(pack)


@torch.no_grad()
def walk(pack: Pack, pairs: int = 8, steps: int = 16) -> dict[str, float]:
    """Straight lines in W: the longest step's share of a line's whole change in the encoder's space (even: 1/steps)."""
    random = torch.Generator().manual_seed(5)
    worst = []
    for _ in range(pairs):
        w = pack.generator.w(torch.randn(2, pack.generator.config.z_dim, generator=random))
        line = torch.stack([w[0].lerp(w[1], t / steps) for t in range(steps + 1)])
        images = F.adaptive_avg_pool2d(pack.generator(line, resolution=256), 64)
        moved = images.diff(dim=0).abs().mean((1, 2, 3))
        worst.append(float(moved.max() / moved.sum()))
    return {"w_line_longest_step": float(np.mean(worst)), "w_line_even_step": 1 / steps}


@torch.no_grad()
def of_renders(work: Path) -> dict[str, float]:
    """How often the gender classifier reads a held-out render as meant."""
    held = People(work / "renders1024", 1024, 0, 1)
    rng = np.random.default_rng(9)
    hits: dict[str, list[bool]] = {"female": [], "male": []}
    for k in range(0, 100, 4):
        _, pictures, _, persons, _ = held.pictures(range(k, k + 4), rng)
        for image, person in zip(pictures, persons, strict=True):
            found = faces(to_pixels(image))
            hits[person.gender].append(len(found) == 1 and found[0].gender == person.gender)
    return {f"render_gender_{k}": float(np.mean(v)) for k, v in hits.items()}


def measure(work: Path, sentences: int = 128, on_step: Callable[[str], None] = print) -> dict[str, float]:
    """Everything, in about a quarter of an hour on two cores."""
    pack, nets, judge = load_pack("embedded", "cpu"), finished(work), load(work)
    held = People(work / "renders256", 128, 0, 1)
    out = of_generator(work, pack, nets)
    on_step(str(out))
    out |= of_renders(work)
    out |= {f"judge_{k}": v for k, v in accuracy(judge, held).items()}
    out["recall_at_1_of_32"] = said.recall(pack, held)
    unseen = said.synonyms(pack, held)
    out["unseen_synonyms_auc"] = float(np.mean(list(unseen.values())))
    out["calibration_error"] = said.calibration(pack, held)
    out |= said.knows(pack)
    on_step(str(out))
    rows = said.directions(pack, judge)
    fill(DOCS / "training.md", "directions", said.table(rows))
    out["directions_success"] = float(np.mean([r["success"] for r in rows.values()]))
    changed = said.edits(judge)
    fill(DOCS / "training.md", "edits", said.table(changed))
    out["edits_success"] = float(np.mean([r["success"] for r in changed.values()]))
    drawn = said.said_and_drawn(judge, sentences, on_step)
    out |= {f"{name}_drawn": drawn[head] for name, head in (("gender", "gender"), ("hair_color", "hair_color"), ("clothes_color", "clothes_color"),
            ("glasses", "glasses"), ("hat", "hat"), ("beard", "facial_hair")) if head in drawn}  # fmt: skip
    out["pack_mb"] = sum(f.stat().st_size for f in EMBEDDED.iterdir()) / 1e6
    report = {k: round(v, 4) for k, v in out.items()}
    notes = {
        "unseen_synonyms": {k: round(v, 3) for k, v in unseen.items()},
        "directions": {k: {a: round(b, 3) for a, b in v.items()} for k, v in rows.items()},
    }
    fill(CARD, "figures", figures(report))
    (EMBEDDED / "report.json").write_text(json.dumps(report | notes, indent=2, ensure_ascii=False) + "\n")
    return report
