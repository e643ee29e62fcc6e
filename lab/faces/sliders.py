"""Directions for what no text says: ``sliders.safetensors`` of the pack "faces".

    python -m lab faces sliders        # seconds

The turn of the head: from the mean of those labelled as turned to the left to the mean of those turned to the right.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

import torch

from lab.faces.drawn import latents
from lab.faces.labels import FILE, HERE
from t2i_person import load_pack
from t2i_person.packs.places import built_in
from t2i_person.packs.wheels import safetensors_bytes

UNIT = 6 / 9  # standard deviations of W's coordinates for one alpha: twice strength 1 is a half profile


def main(argv: Sequence[str] | None = None) -> None:
    """Write the directions."""
    parser = argparse.ArgumentParser(prog="python -m lab faces sliders", description=__doc__)
    parser.add_argument("--out", type=Path, default=built_in("faces") / "sliders.safetensors")
    a = parser.parse_args(argv)
    rows = list(csv.DictReader((HERE / FILE).open(encoding="utf-8")))
    generator = load_pack("faces", "cpu").generator
    w = latents(generator, [int(row["id"]) for row in rows])  # type: ignore[arg-type]
    left, right = (torch.tensor([row["pose"] == side for row in rows]) for side in ("left", "right"))
    way = w[right].mean(0) - w[left].mean(0)
    step = UNIT * w.std(0).mean() * way / way.norm()
    a.out.write_bytes(b"".join(safetensors_bytes({"поворот головы": step})))
    print(int(left.sum()), "turned to the left,", int(right.sum()), "to the right")


if __name__ == "__main__":
    main()
