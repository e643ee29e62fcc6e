"""Directions from labels, where the encoder has none or a weak one: ``sliders.safetensors`` of the pack "faces".

    python -m lab faces sliders        # a minute

From the mean of those who lack the thing to the mean of those who have it, and for moods without what
the recipe holds: gender, age, glasses and so on.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from lab.faces.drawn import latents
from lab.faces.labels import FILE, HERE, MORE
from t2i_person import load_pack
from t2i_person.latent.edits.wdirections import without_held
from t2i_person.packs import Pack
from t2i_person.packs.places import built_in
from t2i_person.packs.wheels import safetensors_bytes

Row = dict[str, str]
Who = Callable[[Row], bool]


def at_ease(row: Row) -> bool:
    return row["mood"] == "happy" or (row["mood"] == "neutral" and row["mouth"] == "closed")


# name -> category, who lacks it, who has it, standard deviations of W's coordinates for one alpha
WAYS: dict[str, tuple[str, Who, Who, float]] = {
    "поворот головы": ("pose", lambda r: r["pose"] == "left", lambda r: r["pose"] == "right", 6 / 9),
    "удивлённый": (
        "expression",
        lambda r: r["mood"] == "neutral" and r["mouth"] in ("closed", "open"),
        lambda r: r["mood"] == "surprised",
        1.0,
    ),
    "грустный": ("expression", at_ease, lambda r: r["mood"] == "sad", 1.0),
    "злой": ("expression", at_ease, lambda r: r["mood"] == "angry", 1.0),
}


def main(argv: Sequence[str] | None = None) -> None:
    """Write the directions."""
    parser = argparse.ArgumentParser(prog="python -m lab faces sliders", description=__doc__)
    parser.add_argument("--out", type=Path, default=built_in("faces") / "sliders.safetensors")
    a = parser.parse_args(argv)
    pack = load_pack("faces", "cpu")
    rows = [row for name in (FILE, MORE) for row in csv.DictReader((HERE / name).open(encoding="utf-8"))]
    rows = [row for row in rows if row["age"] not in ("baby", "child")]
    w = latents(pack.generator, [int(row["id"]) for row in rows])  # type: ignore[arg-type]
    ways = {name: way(pack, rows, w, *how) for name, how in WAYS.items()}
    a.out.write_bytes(b"".join(safetensors_bytes(ways)))


def way(
    pack: Pack, rows: Sequence[Row], w: Tensor, category: str, lacks: Who, has: Who, unit: float
) -> Tensor:
    """The step [w_dim] of one alpha; among those who lack the thing women count as among those who have it."""
    male = torch.tensor([row["sex"] == "m" for row in rows])
    first, last = (torch.tensor([who(row) for row in rows]) for who in (lacks, has))
    share = male[last].float().mean()
    before = w[first & male].mean(0) * share + w[first & ~male].mean(0) * (1 - share)
    step = w[last].mean(0) - before
    if category != "pose":
        step = without_held(pack, step, category)
    print(int(first.sum()), "without,", int(last.sum()), "with it", flush=True)
    return unit * w.std(0).mean() * step / step.norm()


if __name__ == "__main__":
    main()
