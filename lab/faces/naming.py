"""What people call the colours of clothes and hair: ``naming.json``, a logistic regression on the labels.

    python -m lab faces naming      # a second a picture; goes on where it was stopped

The faces that two people labelled are kept out and measured at the end.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from lab.faces.drawn import latents
from lab.faces.heads import network
from lab.faces.labels import held, labelled, read
from t2i_person.nets.regions import RegionHead
from t2i_person.packs.places import built_in
from t2i_person.picture import naming
from t2i_person.picture.palette import palette_of
from t2i_person.picture.regions import full_masks

WORK = Path(__file__).parent.parent / "work" / "faces" / "naming"
COLUMNS = {"clothes": "clothcolor", "hair": "hair"}
UNCLEAR = ("?", "mixed", "hidden", "none", "dyed")
LEAST = 0.01  # of the picture that the region takes


def main(argv: Sequence[str] | None = None) -> None:
    """Look at the labelled faces, fit, write the file and print the confusions."""
    parser = argparse.ArgumentParser(prog="python -m lab faces naming", description=__doc__)
    parser.add_argument("--pictures", type=int, default=2000, help="at most")
    parser.add_argument("--out", type=Path, default=Path(naming.__file__).with_name("naming.json"))
    a = parser.parse_args(argv)
    WORK.mkdir(parents=True, exist_ok=True)
    net = network()
    head = RegionHead.from_state_dict(load_file(built_in("faces") / "regions.safetensors"))
    rows = read("labels.csv")
    seeds = [seed for seed in labelled() if seed in rows][: a.pictures]
    seen = {seed: look(net, head, seed) for seed in seeds}
    a.out.write_text(json.dumps({k: fit(seen, rows, k) for k in COLUMNS}, separators=(",", ":")))


def look(net: nn.Module, head: nn.Module, seed: int) -> dict[str, list[float]]:
    """Kind -> what the classifier reads of one face, for the regions that are large enough."""
    file = WORK / f"{seed}.json"
    if not file.exists():
        with torch.inference_mode():
            whole, maps = net.render_with_features(net.styles(latents(net, [seed])))  # type: ignore[operator]
            masks = head(maps)
            small = F.avg_pool2d(whole.float(), whole.shape[-1] // 256)[0].permute(1, 2, 0)
        picture = ((small + 1) * 127.5).clamp(0, 255).round().byte().numpy()
        out = {}
        for kind, mask in full_masks(masks, picture, tuple(COLUMNS)).items():
            palette = palette_of(picture, mask)
            if palette is not None and mask.mean() >= LEAST:
                out[kind] = naming.traits(palette, picture).tolist()
        file.write_text(json.dumps(out))
    return json.loads(file.read_text())


def fit(
    seen: dict[int, dict[str, list[float]]], rows: dict[int, dict[str, str]], kind: str
) -> dict[str, list]:
    """The regression for one kind; prints how often it names what people named, on the faces kept out."""
    column, out_of = COLUMNS[kind], held()
    told = [s for s in seen if kind in seen[s] and rows[s][column] not in UNCLEAR]
    names = sorted({rows[s][column] for s in told})
    x = np.array([seen[s][kind] for s in told])
    y = np.array([names.index(rows[s][column]) for s in told])
    train = np.array([s not in out_of for s in told])
    mean, scale = x[train].mean(0), x[train].std(0) + 1e-6
    z = torch.from_numpy((x - mean) / scale).float()
    target = torch.from_numpy(y)
    weight = torch.zeros(x.shape[1], len(names), requires_grad=True)
    bias = torch.zeros(len(names), requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(z[train] @ weight + bias, target[train]) + 0.004 * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    guess = (z @ weight + bias).argmax(1).numpy()
    rest = ~train
    print(
        f"{kind}: {train.sum()} faces; of {rest.sum()} kept out {(guess == y)[rest].mean():.3f} named alike"
    )
    for i, name in enumerate(names):
        print(
            f"{name:>12}", *(f"{int(((y == i) & (guess == j) & rest).sum()):4d}" for j in range(len(names)))
        )
    numbers = {"mean": mean, "scale": scale, "weight": weight.detach().numpy(), "bias": bias.detach().numpy()}
    return {"names": names, **{k: v.astype(float).round(5).tolist() for k, v in numbers.items()}}


if __name__ == "__main__":
    main()
