"""Put the trained networks together as the embedded pack."""

from __future__ import annotations

import time
from pathlib import Path

import torch

from lab.card import CARD, assets, fill
from lab.encoder import load_encoder
from lab.generator import finished
from lab.matting import load_matting
from t2i_person.packs.build import channel_directions, gallery, stylespace_statistics
from t2i_person.packs.files import write_pack

# build, eyes and face shape are rendered, but the encoder cannot tell them yet: they are reported as not drawn
DRAWS = [
    "gender",
    "hair_color",
    "hair_style",
    "facial_hair",
    "headwear",
    "accessory",
    "clothes",
    "age",
    "skin",
    "expression",
]
EMBEDDED = Path(__file__).parents[1] / "src/t2i_person/packs/embedded"


def build(work: Path, images: int, resolution: int, device: str = "cpu") -> None:
    """Statistics of StyleSpace, directions of its channels, and the folder that ships."""
    generator = finished(work, device)["generator"]
    encoder = load_encoder(work).eval().to(device)
    shown = [time.time()]

    def progress(done: int, total: int) -> None:
        if time.time() - shown[0] > 20 or done == total:
            print(f"{done} of {total}", flush=True)
            shown[0] = time.time()

    statistics = stylespace_statistics(generator)
    with torch.autocast(device, torch.bfloat16):
        directions = channel_directions(
            generator,
            encoder,
            statistics,
            images=images,
            resolution=resolution,
            resume=work / "directions.safetensors",
            progress=progress,
        )
        people = gallery(generator, encoder, 8192, resolution=resolution, progress=progress)
    stylespace = {f"mean.{i}": m for i, m in enumerate(statistics.mean)} | {
        f"std.{i}": s for i, s in enumerate(statistics.std)
    }
    meta = {
        "name": "embedded", "version": "4", "license": "CC-BY-4.0", "draws": DRAWS,
        "unasked": {"accessory": "очки", "headwear": "головной убор"},
        "provenance": {"generator": "trained by lab/ on rendered people; see CARD.md"}, "encoder": encoder.metadata(),
    }  # fmt: skip
    write_pack(
        EMBEDDED, generator=generator.state_dict(), encoder=encoder.state_dict(), matting=load_matting(work).state_dict(),
        stylespace=stylespace | {"directions": directions, "gallery.z": people.z, "gallery.seen": people.embeddings}, meta=meta,
    )  # fmt: skip
    fill(CARD, "assets", assets())
    print(f"{EMBEDDED}: {sum(f.stat().st_size for f in EMBEDDED.iterdir()) / 1e6:.1f} MB")
