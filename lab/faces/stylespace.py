"""How each channel of StyleSpace moves the encoder's view: ``stylespace.safetensors`` of the pack "faces".

    python -m lab faces stylespace     # half an hour on two cores; goes on where it was stopped

StyleCLIP moves one channel after the other and looks (Patashnik et al. 2021, section 6.2): 13,504 pictures a person
here. To first order the same is the derivative of the embedding by the styles, and that takes one pass back a
coordinate of the embedding. As in the paper each person's changes are made unit vectors before the mean.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import normalize

from lab.faces.encoder import WORK
from t2i_person import load_pack
from t2i_person.packs import Pack
from t2i_person.packs.build import stylespace_statistics
from t2i_person.packs.places import built_in
from t2i_person.packs.wheels import safetensors_bytes

PEOPLE, AT_ONCE = 36, 4


def main(argv: Sequence[str] | None = None) -> None:
    """Write statistics and directions."""
    parser = argparse.ArgumentParser(prog="python -m lab faces stylespace", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--out", type=Path, default=built_in("faces") / "stylespace.safetensors")
    a = parser.parse_args(argv)
    pack = load_pack("faces", "cpu", torch.float32)
    statistics = stylespace_statistics(pack.generator)  # type: ignore[arg-type]
    kept = WORK / "stylespace.safetensors"
    done = load_file(kept) if kept.exists() else {}
    for first in range(0, a.people, AT_ONCE):
        if str(first) not in done:
            done[str(first)] = slopes(pack, first, statistics.std).half()
            save_file(done, kept)
            print(first + AT_ONCE, "people of", a.people, flush=True)
    each = torch.cat([done[str(first)].float() for first in range(0, a.people, AT_ONCE)])
    out = {f"mean.{i}": mean.half() for i, mean in enumerate(statistics.mean)}
    out |= {f"std.{i}": std.half() for i, std in enumerate(statistics.std)}
    directions = normalize(normalize(each, dim=2).mean(0), dim=1)
    largest = directions.abs().amax(1, keepdim=True)
    out["directions"] = (128 + 127 * directions / largest).round().to(torch.uint8)
    a.out.write_bytes(b"".join(safetensors_bytes(out)))


def slopes(pack: Pack, first: int, std: Sequence[Tensor]) -> Tensor:
    """Change of the unit embedding by one standard deviation of a channel: [people, channels, d]."""
    z = torch.randn(AT_ONCE, pack.generator.z_dim, generator=torch.Generator().manual_seed(first))
    styles = pack.generator.styles(pack.generator.w_plus(z, pack.recipe.truncation_psi))
    styles = [style.detach().requires_grad_() for style in styles]
    image = pack.render(styles, pack.side(pack.recipe.judge_resolution))
    seen = normalize(pack.encoder.encode_image(image.clamp(-1, 1)).float(), dim=1)
    rows = []
    for j in range(seen.shape[1]):
        back = torch.autograd.grad(seen[:, j].sum(), styles, retain_graph=True)
        rows.append(torch.cat([slope * s for slope, s in zip(back, std, strict=True)], 1))
    return torch.stack(rows, 2)


if __name__ == "__main__":
    main()
