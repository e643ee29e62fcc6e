"""The mean of w, and the last step of small pictures: ``heads.safetensors`` of the pack "faces".

    python -m lab.faces.heads        # 10 minutes on two cores; stopped, it goes on where it was

A small picture comes from the means of the last features (`t2i_person.nets.mobilestylegan`). Its last linear
step is fitted by least squares to whole pictures made small, the style multiplied in.
"""

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from t2i_person.nets.mobilestylegan import MobileStyleGAN
from t2i_person.packs.places import built_in
from t2i_person.packs.wheels import pull_pack, pullable, safetensors_bytes

WORK = Path(__file__).parent.parent / "work" / "faces"
SIDES = (128, 256)
SEEDS = 700_000  # of the first picture fitted; the held-out ones follow
EVERY = 8  # pictures between two states kept


def main(argv: Sequence[str] | None = None) -> None:
    """Fit, write the file, and say how near small pictures come on pictures that were not fitted."""
    parser = argparse.ArgumentParser(prog="python -m lab faces heads", description=__doc__)
    parser.add_argument("--pictures", type=int, default=96, help="that are fitted")
    parser.add_argument("--held-out", type=int, default=24, help="that are measured")
    parser.add_argument("--out", type=Path, default=built_in("faces") / "heads.safetensors")
    a = parser.parse_args(argv)
    torch.set_grad_enabled(False)
    net = network()
    heads = fitted(net, a.pictures)
    for key, value in heads.items():
        heads[key] = value.half()
    a.out.write_bytes(b"".join(safetensors_bytes(heads | {"w_mean": net.w_mean})))
    net.load_state_dict(net.state_dict() | {key: value.float() for key, value in heads.items()})
    found = measured(net, range(SEEDS + a.pictures, SEEDS + a.pictures + a.held_out))
    print(json.dumps({"held out": a.held_out, **found}, indent=1))


def network() -> MobileStyleGAN:
    """The pulled network with the mean of w, and heads as the whole picture's last step would make them."""
    pack = pullable("faces")
    assert pack is not None
    state = load_file(pull_pack(pack)[0])
    for side in SIDES:  # half of twice the low band is the mean
        state[f"heads.{side}.weight"] = state["rgb.weight"][:3] / 2
        state[f"heads.{side}.bias"] = state["rgb.bias"][:3] / 2
    state["w_mean"] = torch.zeros(state["mapping.0.weight"].shape[0])
    net = MobileStyleGAN.from_state_dict(state).eval().requires_grad_(False)
    net.w_mean.copy_(w_mean(net))
    return net


def w_mean(net: MobileStyleGAN) -> Tensor:
    """Mean of w over 10,000 z of numpy's ``default_rng(0)``: [w_dim]."""
    z = np.random.default_rng(0).standard_normal((10_000, net.z_dim)).astype(np.float32)
    return net.w(torch.from_numpy(z)).double().mean(0).float()


def one(net: MobileStyleGAN, seed: int) -> list[Tensor]:
    """Styles of one person, truncated somewhere between .5 and 1."""
    random = np.random.default_rng(seed)
    z = torch.from_numpy(random.standard_normal((1, net.z_dim)).astype(np.float32))
    return net.styles(net.w(z, float(random.uniform(0.5, 1.0))))


def fitted(net: MobileStyleGAN, pictures: int) -> dict[str, Tensor]:
    """Least squares over so many pictures; the sums are kept in the work folder."""
    n = net.layers[-1].width + 1
    kept = WORK / f"heads-{pictures}.pt"
    sums = {side: (torch.zeros(n, n).double(), torch.zeros(n, 3).double()) for side in SIDES}
    done = 0
    if kept.is_file():
        done, sums = torch.load(kept, weights_only=True)
    for i in range(done, pictures):
        styles = one(net, SEEDS + i)
        whole, maps = net.render_with_features(styles, sides=SIDES)
        for side, x in zip(SIDES, maps, strict=True):
            rows = net.last_means(x, styles, side)[0].flatten(1).t() * styles[-1]
            rows = torch.cat([rows, torch.ones(len(rows), 1)], 1).double()
            goal = F.avg_pool2d(whole, len(whole[0, 0]) // side)[0].flatten(1).t().double()
            sums[side][0].add_(rows.t() @ rows)
            sums[side][1].add_(rows.t() @ goal)
        if (i + 1) % EVERY == 0 or i + 1 == pictures:
            WORK.mkdir(parents=True, exist_ok=True)
            torch.save((i + 1, sums), kept.with_suffix(".part"))
            kept.with_suffix(".part").replace(kept)
            print(f"{i + 1} of {pictures}", flush=True)
    heads = {}
    for side, (left, right) in sums.items():
        left = left + 1e-6 * left.diagonal().mean() * torch.eye(n).double()
        found = torch.linalg.solve(left, right).float()
        heads[f"heads.{side}.weight"], heads[f"heads.{side}.bias"] = found[:-1].t().contiguous(), found[-1]
    return heads


def measured(net: MobileStyleGAN, seeds: range) -> dict[str, dict[str, float]]:
    """PSNR in dB (of [-1, 1]) of small pictures against whole ones made small: mean, and the worst."""
    found: dict[str, list[float]] = {str(side): [] for side in SIDES}
    for seed in seeds:
        styles = one(net, seed)
        whole = net.render(styles).clamp(-1, 1)
        for side in SIDES:
            wanted = F.avg_pool2d(whole, whole.shape[-1] // side)
            error = (net.render(styles, resolution=side).clamp(-1, 1) - wanted).square().mean().item()
            found[str(side)].append(10 * math.log10(4 / error))
    return {
        side: {"psnr": round(sum(all_) / len(all_), 2), "worst": round(min(all_), 2)}
        for side, all_ in found.items()
    }


if __name__ == "__main__":
    main()
