"""How near own photos come: the distance of dlib's descriptors between a photo and the person drawn for it.

    python -m lab faces photos [FOLDER]     # 24 drawn people, then the photographs of a folder; 10 minutes

The drawn people stand in other light, are turned, cut and saved as JPEG. FOLDER holds photographs of one person each,
such as those of `face_recognition`'s tests and scikit-image's astronaut.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from lab.faces.drawn import latents
from lab.faces.encoder import WORK
from lab.faces.report import report
from t2i_person import T2IError, edit_photo, load_pack
from t2i_person.nets.mobilestylegan import MobileStyleGAN
from t2i_person.packs import Pack, to_pixels
from t2i_person.pipeline.photo import read_photo

PEOPLE = range(600_000, 600_024)  # seeds


def main(argv: Sequence[str] | None = None) -> None:
    """Invert what is missing, write a sheet and the figures."""
    parser = argparse.ArgumentParser(prog="python -m lab faces photos", description=main.__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    a = parser.parse_args(argv)
    pack = load_pack("faces")
    assert isinstance(pack.generator, MobileStyleGAN)
    photos = {f"drawn-{seed}": worn(pack.generator, seed) for seed in PEOPLE}
    photos |= {p.stem: p.read_bytes() for p in sorted(a.folder.glob("*.*"))} if a.folder else {}
    found = {name: far for name, data in photos.items() if (far := inverted(pack, name, data)) is not None}
    own = [far for name, far in found.items() if name.startswith("drawn-")]
    real = [far for name, far in found.items() if not name.startswith("drawn-")]
    figures = {"photos_drawn_median": round(statistics.median(own), 3)}
    if real:
        figures |= {"photos_median": round(statistics.median(real), 3), "photos": len(real)}
    report(figures)
    print(json.dumps(figures, indent=1))


def worn(net: MobileStyleGAN, seed: int) -> bytes:
    """Somebody drawn, as a camera might have them."""
    with torch.no_grad():
        pixels = to_pixels(net.render(net.styles(latents(net, [seed])))[0]).astype(np.float32) / 255
    rng = np.random.default_rng(seed)
    across, down = np.linspace(-0.5, 0.5, 1024)[None, :, None], np.linspace(-0.5, 0.5, 1024)[:, None, None]
    light = 1 + across * rng.uniform(-0.5, 0.5) + down * rng.uniform(-0.3, 0.3)
    pixels = (pixels * light * rng.uniform(0.75, 1.2) * (1 + rng.uniform(-0.08, 0.08, 3))) ** rng.uniform(
        0.8, 1.25
    )
    image = Image.fromarray((pixels.clip(0, 1) * 255).astype(np.uint8))
    image = image.rotate(rng.uniform(-12, 12), Image.Resampling.BICUBIC)
    side = int(1024 * rng.uniform(0.78, 0.97))
    x, y = rng.integers(0, 1024 - side, 2)
    small = int(side * rng.uniform(0.5, 0.9))
    image = image.crop((x, y, x + side, y + side)).resize((small, small), Image.Resampling.LANCZOS)
    image.save(out := BytesIO(), "JPEG", quality=int(rng.integers(50, 85)))
    return out.getvalue()


def inverted(pack: Pack, name: str, data: bytes) -> float | None:
    """The distance; photo and picture side by side in the work folder."""
    place = WORK / "photos" / f"{name}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        try:
            found = edit_photo(data, pack=pack, background="kept")
        except T2IError as error:
            print(name, error, flush=True)
            return None
        both = Image.new("RGB", (512, 256))
        both.paste(Image.fromarray(read_photo(data)).resize((256, 256)))
        both.paste(Image.fromarray(found.rgba[..., :3]).resize((256, 256)), (256, 0))
        both.save(place.with_suffix(".jpg"), quality=88)
        place.write_text(json.dumps(found.likeness), "utf-8")
        print(name, found.likeness, flush=True)
    far = json.loads(place.read_text("utf-8"))
    return None if far is None else float(far)
