"""People whose hats, hair, clothes and dark glasses others may get: ``donors.safetensors`` of the pack "faces".

    python -m lab faces donors        # 4 minutes on two cores

They are labelled faces: somebody looked at each, and saw the hat and a sound picture. Kept of each are its w, how
the pack's encoder sees it, and small masks of what is given away, of skin and of ground, to find who fits whom.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from lab.faces.drawn import latents
from lab.faces.labels import FILE, HERE, MORE
from t2i_person import load_pack
from t2i_person.latent.judge import embed_images, probabilities
from t2i_person.latent.targets import Target
from t2i_person.nets.regions import REGIONS
from t2i_person.packs import Pack
from t2i_person.packs.donors import SIDE
from t2i_person.packs.places import built_in
from t2i_person.packs.wheels import safetensors_bytes
from t2i_person.picture import oklab

Row = dict[str, str]
BATCH = 8
DRAWN = 128  # pixels
DARK = 0.8  # probability of dark glasses, by the encoder, too: half a glass is often light
YOUNG = ("baby", "child")
# by looking: a hand, somebody else or a strap is in the part, or the hat is odd
CROWDED = frozenset(
    "49 59 244 288 308 315 415 626 755 786 12533 17073 46644 "
    "58045 65009 76819 81650 85681 92089 107078 109359 111796 130814 184143 744".split()
)
HATS = ("cap", "beanie", "brim", "scarf", "other")
# region given away -> who has it, and the least share of the picture that it takes
WANTED: dict[str, tuple[Callable[[Row], bool], float]] = {
    "hat": (lambda r: r["hat"] in HATS and r["glasses"] != "dark", 0.05),
    "other": (lambda r: r["glasses"] == "dark" and r["hat"] == "none", 0.02),
    "clothes": (
        lambda r: (
            r["hat"] == r["glasses"] == "none"
            and r["length"] in ("short", "cropped", "up", "bald")
            and r["clothcolor"] not in ("", "?")
        ),
        0.07,
    ),
    "hair": (
        lambda r: (
            r["hat"] == r["glasses"] == "none"
            and (r["length"] in ("long", "up") or r["texture"] in ("curly", "afro"))
        ),
        0.06,
    ),
}
MOST = {"hat": 400, "other": 120, "clothes": 250, "hair": 400}  # donors of each region


def main(argv: Sequence[str] | None = None) -> None:
    """Draw the labelled people that may give something, and write what is kept of them."""
    parser = argparse.ArgumentParser(prog="python -m lab faces donors", description=__doc__)
    parser.add_argument("--out", type=Path, default=built_in("faces") / "donors.safetensors")
    a = parser.parse_args(argv)
    torch.set_grad_enabled(False)
    pack = load_pack("faces", "cpu")
    rows = [row for name in (FILE, MORE) for row in csv.DictReader((HERE / name).open(encoding="utf-8"))]
    sound = [row for row in rows if row["quality"] in ("a", "b", "") and row["age"] not in YOUNG]
    sound = [row for row in sound if row["id"] not in CROWDED]
    parts = []
    for region, (fits, least) in WANTED.items():
        chosen = [row for row in sound if fits(row)]
        parts.append(part := _seen(pack, chosen, region, least))
        print(region, len(chosen), "labelled,", len(part["w"]), "kept", flush=True)
    state = {key: torch.cat([part[key] for part in parts]) for key in parts[0]}
    a.out.write_bytes(b"".join(safetensors_bytes(state)))


def _seen(pack: Pack, rows: Sequence[Row], region: str, least: float) -> dict[str, Tensor]:
    """What is kept of those who have enough of the region."""
    w = latents(pack.generator, [int(row["id"]) for row in rows]).half().float()  # type: ignore[arg-type]
    kept: dict[str, list[Tensor]] = {key: [] for key in ("w", "seen", "masks", "colour", "region", "male")}
    for at in range(0, len(rows), BATCH):
        some = w[at : at + BATCH]
        pictures, coarse = pack.render_regions(pack.generator.styles(some), DRAWN)
        assert coarse is not None
        seen = embed_images(pack, pictures.clamp(-1, 1))
        dark = probabilities(pack, seen, [Target("тёмные очки", "тёмные очки", "accessory")])[:, 0]
        index = REGIONS.index(region)
        for i, row in enumerate(rows[at : at + BATCH]):
            if float(coarse[i, index].mean()) < least or (region == "other" and dark[i] < DARK):
                continue
            small = F.adaptive_avg_pool2d(coarse[i], SIDE)
            masks = torch.stack([small[index], small[REGIONS.index("skin")], small[REGIONS.index("ground")]])
            kept["w"].append(some[i].half())
            kept["seen"].append(seen[i].half())
            kept["masks"].append((masks * 255).round().long())
            kept["colour"].append(_colour(pictures[i], coarse[i, index]))
            kept["region"].append(torch.tensor(index))
            kept["male"].append(torch.tensor(int(row["sex"] == "m")))
    out = {key: torch.stack(values[: MOST[region]]) for key, values in kept.items()}
    return out | {"masks": out["masks"].byte()}


def _colour(picture: Tensor, mask: Tensor) -> Tensor:
    """Mean OKLab [3] of the region."""
    pixels = ((picture + 1) * 127.5).round().clamp(0, 255).byte().permute(1, 2, 0).numpy()
    return torch.from_numpy(oklab.mean(pixels, mask.numpy()))


if __name__ == "__main__":
    main()
