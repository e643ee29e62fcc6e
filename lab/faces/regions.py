"""The head that tells regions, from strokes painted by hand, mattes and labels.

    python -m lab faces regions MATTES     # a folder of SEED.webp

`strokes.txt` has, after each seed, lines of a letter (ground, skin, hair, clothes, t: hat, other, beard) and
polylines in hundredths of the picture's sides. Everywhere else only something is known: no hat where the label
says none, no ground where the matte is 1, no cloth above the eyes; there the probability of what is possible
counts. Each picture's points are kept in lab/work, so that a stopped run goes on where it was.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from safetensors.torch import save_file
from torch import Tensor, nn

from lab.faces.drawn import latents
from lab.faces.heads import network
from lab.faces.labels import held, labelled, read
from t2i_person.nets.regions import REGIONS, SIDE, RegionHead
from t2i_person.packs.places import built_in

HERE = Path(__file__).parent
WORK = HERE.parent / "work" / "faces" / "regions"
LETTERS = "gshctob"  # in the order of REGIONS
POINTS = 250  # of each picture without strokes
CHANNELS = (512, 512, 512, 256)
Points = tuple[np.ndarray, np.ndarray]  # features [n, channels] float16, possible regions [n, 7] bool


def main(argv: Sequence[str] | None = None) -> None:
    """Draw the pictures, fit the head, write it into the pack, and say how often it errs on held-out mattes."""
    parser = argparse.ArgumentParser(prog="python -m lab faces regions", description=__doc__)
    parser.add_argument("mattes", type=Path, help="a folder of SEED.webp, five digits")
    parser.add_argument("--weak", type=int, default=500, help="pictures without strokes")
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--out", type=Path, default=built_in("faces") / "regions.safetensors")
    a = parser.parse_args(argv)
    WORK.mkdir(parents=True, exist_ok=True)
    net = network()
    painted = strokes()
    rows = read("labels.csv")
    mattes = {int(p.stem): p for p in sorted(a.mattes.glob("*.webp"))}
    others = [s for s in dict.fromkeys([*mattes, *labelled()]) if s not in painted and s not in held()]
    np.random.default_rng(0).shuffle(others)
    strong = [kept(net, seed, "strokes", of_strokes(lines)) for seed, lines in painted.items()]
    weak = [kept(net, s, "weak", of_labels(s, rows.get(s), mattes.get(s))) for s in others[: a.weak]]
    head = fit(strong, weak, a.steps)
    save_file({k: v.half().contiguous() for k, v in head.state_dict().items()}, a.out)
    rest = [s for s in others[a.weak :] if s in mattes][:24]
    print(f"ground told from person on {len(rest)} other mattes: {agreement(net, head, rest, mattes):.4f}")


def strokes(file: Path = HERE / "strokes.txt") -> dict[int, list[tuple[int, list[tuple[float, float]]]]]:
    """Seed -> its strokes: region, corners (x, y) in [0, 100]."""
    out: dict[int, list[tuple[int, list[tuple[float, float]]]]] = {}
    lines: list[tuple[int, list[tuple[float, float]]]] = []
    for line in file.read_text().splitlines():
        if line.isdigit():
            lines = out.setdefault(int(line), [])
            continue
        letter, rest = line.split(" ", 1)
        for part in rest.split(";"):
            corners = [(float(x), float(y)) for x, y in (p.split(",") for p in part.split())]
            lines.append((LETTERS.index(letter), corners))
    return out


def of_strokes(lines: Sequence[tuple[int, list[tuple[float, float]]]]) -> tuple[np.ndarray, np.ndarray]:
    """Places [n] under the strokes, two pixels wide, and their region [n, 7] bool; the later stroke holds."""
    region = np.full((SIDE, SIDE), 255, np.uint8)
    for index, corners in lines:
        paper = Image.new("L", (SIDE, SIDE))
        ImageDraw.Draw(paper).line([(x * SIDE / 100, y * SIDE / 100) for x, y in corners], 255, 2)
        region[np.array(paper) > 0] = index
    places = np.flatnonzero(region.reshape(-1) < 255)
    return places, np.eye(len(REGIONS), dtype=bool)[region.reshape(-1)[places]]


def of_labels(seed: int, row: dict[str, str] | None, matte: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Random places [n] and the regions [n, 7] that are possible there by label, matte and height."""
    places = np.random.default_rng(seed).choice(SIDE * SIDE, POINTS, replace=False)
    possible = np.ones((POINTS, len(REGIONS)), bool)
    if row:
        for column, value, region in (("hat", "none", 4), ("glasses", "none", 5), ("hair", "none", 2)):
            possible[:, region] &= row[column] != value
        possible[:, 6] &= row["facial"] != "none" and row["sex"] != "f"
    height = places // SIDE
    possible[height < 0.3 * SIDE, 3] = False
    possible[height < 0.5 * SIDE, 6] = False
    if matte is None:
        return places, possible
    alpha = np.array(Image.open(matte).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)).reshape(-1)
    cover = alpha[places] / 255
    possible[cover > 0.97, 0] = False
    possible[cover < 0.03] = np.arange(len(REGIONS)) == 0
    sure = (cover > 0.97) | (cover < 0.03)
    return places[sure], possible[sure]


def features(net: nn.Module, seed: int) -> list[Tensor]:
    """Of the blocks of 16, 32, 64 and 128 pixels, [1, c, s, s] each."""
    with torch.inference_mode():
        return net.render_with_features(net.styles(latents(net, [seed])))[1]  # type: ignore[operator]


def kept(net: nn.Module, seed: int, name: str, wanted: tuple[np.ndarray, np.ndarray]) -> Points:
    """The features at some places of one picture, from the disk where they are for the same places."""
    places, possible = wanted
    file = WORK / f"{name}-{seed}.npz"
    if file.exists():
        found = np.load(file)
        if np.array_equal(found["places"], places):
            return found["x"], possible
    maps = features(net, seed)
    grid = np.stack([(places % SIDE + 0.5) * 2 / SIDE - 1, (places // SIDE + 0.5) * 2 / SIDE - 1], -1)
    at = torch.from_numpy(grid.astype(np.float32))[None, None]
    options = {"mode": "bilinear", "padding_mode": "border", "align_corners": False}
    x = torch.cat([F.grid_sample(m.float().contiguous(), at, **options)[0, :, 0].T for m in maps], 1)  # type: ignore[arg-type]
    np.savez(file, x=x.half().numpy(), places=places)
    return x.half().numpy(), possible


class Pointwise(nn.Module):
    """`RegionHead` at single places, on whitened features."""

    def __init__(self, mean: Tensor, whiten: Tensor) -> None:
        super().__init__()
        self.mean, self.whiten = mean, whiten  # [c], [c, d]
        self.first = nn.Linear(whiten.shape[1], 64)
        self.second, self.third = nn.Linear(64, 32), nn.Linear(32, len(REGIONS))

    def forward(self, x: Tensor) -> Tensor:
        x = F.dropout((x - self.mean) @ self.whiten, 0.15)
        y = F.leaky_relu(F.dropout(self.first(x), 0.1), 0.2)
        return self.third(F.leaky_relu(self.second(y), 0.2))


def fit(strong: Sequence[Points], weak: Sequence[Points], steps: int) -> RegionHead:
    """A head fitted to strokes and to what is possible elsewhere."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    x, y = (torch.from_numpy(np.concatenate(part)) for part in zip(*strong, strict=True))
    far, possible = (torch.from_numpy(np.concatenate(part)) for part in zip(*weak, strict=True))
    net = Pointwise(*_whitening(far))
    target = y.int().argmax(1)
    count = torch.bincount(target, minlength=len(REGIONS)).float()
    weight = (count.sum() / (count + 300)).sqrt()
    weight /= (weight * count).sum() / count.sum()
    optimizer = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=0.05)
    for step in range(steps):
        rate = min(1, (step + 1) / 30) * (0.02 + 0.98 * float(np.cos(step / steps * np.pi / 2)) ** 2)
        optimizer.param_groups[0]["lr"] = 3e-3 * rate
        some, other = (torch.from_numpy(rng.integers(0, len(t), 1024)) for t in (x, far))
        loss = F.cross_entropy(net(x[some].float()), target[some], weight, label_smoothing=0.01)
        chance = (net(far[other].float()).softmax(1) * possible[other]).sum(1)
        loss = loss - chance.clamp(min=1e-3).log().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"regions: step {step} of {steps}, loss {float(loss):.4f}", flush=True)
    return _folded(net)


def _whitening(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean [c] and principal components [c, d] of every block alone, over their deviations."""
    mean = x.float().mean(0)
    blocks = []
    for part, width in zip((x.float() - mean).split(CHANNELS, 1), (128, 192, 192, 112), strict=True):
        values, vectors = torch.linalg.eigh((part.T @ part / len(part)).double())
        blocks.append((vectors[:, -width:] / values[-width:].clamp(min=1e-6).sqrt()).float())
    return mean, torch.block_diag(*blocks)


@torch.no_grad()
def _folded(net: Pointwise) -> RegionHead:
    """The head whose first layers hold the whitening, too."""
    head = RegionHead(CHANNELS)
    weight = net.first.weight @ net.whiten.T
    for layer, part in zip(head.first, weight.split(CHANNELS, 1), strict=True):
        layer.weight.copy_(part[:, :, None, None])  # type: ignore[operator, union-attr]
    head.first[0].bias.copy_(net.first.bias - weight @ net.mean)  # type: ignore[operator, union-attr]
    for conv, linear in ((head.second, net.second), (head.third, net.third)):
        conv.weight.copy_(linear.weight[:, :, None, None])
        conv.bias.copy_(linear.bias)  # type: ignore[union-attr]
    return head.eval()


@torch.no_grad()
def agreement(net: nn.Module, head: RegionHead, seeds: Sequence[int], mattes: dict[int, Path]) -> float:
    """Share of places, but the border's, where ground and the matte say the same."""
    right = total = 0
    for seed in seeds:
        alpha = (
            np.array(Image.open(mattes[seed]).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)) / 255
        )
        ground = head(features(net, seed))[0, 0].numpy() > 0.5
        sure = (alpha > 0.97) | (alpha < 0.03)
        right += int(((alpha < 0.5) == ground)[sure].sum())
        total += int(sure.sum())
    return right / max(total, 1)


if __name__ == "__main__":
    main()
