"""Train the encoder of the faces pack: pictures, W and Russian texts in one space, with calibrated probabilities.

    python -m lab faces encoder --backbones efficientnet-lite0-*.pth [efficientnet-lite2-*.pth]

Tutors learn the labels (`tutors`), then tell tens of thousands of faces, half as they come and half sought for what is
rare; these and the labelled ones teach the encoder, on pictures and on w alike; texts are taught by the facts' truths.
Each step goes on where it was stopped. The work folder holds what was drawn and the tutors.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from lab.faces.drawn import FORMAT, Drawn, drawn, fast, latents, paced, worn
from lab.faces.facts import FACTS, UNSEEN, truths
from lab.faces.heads import network
from lab.faces.judged import SINGLE, measured
from lab.faces.judged import figures as fact_areas
from lab.faces.labels import FILE, MORE, held, joined, read, split
from lab.faces.labels import table as labels
from lab.faces.matting import Average
from lab.faces.tutors import begun, mirrored, taught, told
from lab.faces.wording import Texts, Wording, own_vectors, products, vocabulary
from t2i_person.nets.dual import DualEncoder, PhotoTower
from t2i_person.nets.efficientnet import EfficientNet, folded
from t2i_person.nets.mobilestylegan import MobileStyleGAN
from t2i_person.packs.files import _half
from t2i_person.packs.places import built_in
from t2i_person.packs.russian import Encoder

D, TEXT = 160, 160
SCALE = 0.3987  # standard deviation of the labelled faces' w about its mean
LABELLED = 0.2  # share of a batch that has labels
TRUST = 0.8  # in a label, the rest in the tutors
RARE = 0.06  # share of the people below which a fact is looked for
WORK = Path(__file__).parent.parent / "work" / "faces"


def main(argv: Sequence[str] | None = None) -> None:
    """Draw, teach the tutors, let them tell, train and write `encoder.safetensors`."""
    parser = argparse.ArgumentParser(prog="python -m lab faces encoder", description=main.__doc__)
    parser.add_argument(
        "--backbones", type=Path, nargs="+", required=True, help="the encoder's, others for tutors"
    )
    parser.add_argument("--faces", type=int, default=12_000, help="that nobody labelled")
    parser.add_argument("--tutors", type=int, default=4)
    parser.add_argument("--tutor-minutes", type=float, default=20, help="of each tutor")
    parser.add_argument("--minutes", type=float, default=60, help="of the encoder")
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", type=Path, default=built_in("faces") / "encoder.safetensors")
    a = parser.parse_args(argv)
    WORK.mkdir(parents=True, exist_ok=True)
    device, begin = torch.device(a.device), time.time()
    net = network().to(device)
    seeds, few = labelled_faces(net)
    kept = np.isin(seeds, list(held()))
    flat = joined(both(seeds))
    truth = torch.from_numpy(flat[~kept]).to(device)
    learned, unseen = few[~kept], few[kept]
    encoder = new_encoder(a.backbones[0], net.w_mean.cpu()).to(device)
    many = other_faces(net, a.faces)
    print(f"{len(few)} faces with labels, {len(many)} without: {time.time() - begin:.0f} s", flush=True)
    tutors = []
    for i in range(a.tutors):
        tutor = begun(a.backbones[i % len(a.backbones)], net.w_mean.cpu(), SCALE, i)
        place = WORK / f"tutor-{i}.pt"
        if place.exists():
            tutor.load_state_dict(torch.load(place, "cpu", weights_only=True))
        else:
            taught(tutor, learned, truth, a.tutor_minutes, batch=a.batch, seed=i)
            torch.save(tutor.state_dict(), place)
        tutors.append(tutor.to(device).eval())
        print(
            f"tutor {i}: area {areas(told([tutor], unseen), flat[kept]):.4f} of the labels kept", flush=True
        )
    print(f"together {areas(told(tutors, unseen), flat[kept]):.4f}; {time.time() - begin:.0f} s", flush=True)
    soft = told(tutors, learned)
    soft = torch.where(truth.isnan(), soft, TRUST * truth.nan_to_num() + (1 - TRUST) * soft)
    train(encoder, [(learned, soft), (many, told(tutors, many))], a.minutes, batch=a.batch)
    sharpen(encoder, learned, truth)
    write(encoder.cpu(), a.out)
    figures = measured(load(a.out), unseen.cpu(), [seed for seed, k in zip(seeds, kept, strict=True) if k])
    print(json.dumps(figures, indent=1))


def both(seeds: Sequence[int]) -> dict[str, np.ndarray]:
    """The labels of both files, the fuller one first."""
    first, more = labels(seeds), labels(seeds, MORE)
    return {c: np.where(np.isnan(first[c]), more[c], first[c]) for c in first}


def saved(name: str, make: Callable[[], Drawn], device: torch.device) -> Drawn:
    """Drawn once and kept in the work folder."""
    place = WORK / f"{name}.pt"
    if place.exists():
        return Drawn(**torch.load(place, device, weights_only=True))
    made = make()
    torch.save(vars(made), part := place.with_suffix(".part"))
    part.replace(place)
    return made


def labelled_faces(net: MobileStyleGAN) -> tuple[list[int], Drawn]:
    """Seeds and pictures of all faces with labels."""
    seeds = list({**read(FILE), **read(MORE)})
    return seeds, saved(f"labelled-{len(seeds)}", lambda: drawn(net, latents(net, seeds)), net.w_mean.device)


def other_faces(net: MobileStyleGAN, n: int, psi: tuple[float, float] = (0.65, 0.95)) -> Drawn:
    """Half as they come, half with what is rare by the w of an earlier encoder, where the pack has one."""
    device = net.w_mean.device
    file = built_in("faces") / "encoder.safetensors"

    def some(count: int, seed: int) -> Tensor:
        random = torch.Generator().manual_seed(seed)
        z = torch.randn(count, 512, generator=random)
        share = torch.rand(count, 1, generator=random) * (psi[1] - psi[0]) + psi[0]
        with torch.no_grad():
            w = torch.cat([net.w(part.to(device)) for part in z.split(4000)])
        return net.w_mean + (w - net.w_mean) * share.to(device)

    def make() -> Drawn:
        common = some(n // 2, 1)
        if not file.exists():
            return drawn(net, some(n, 1))
        pool = some(8 * n, 2)
        sought = pool[rare(load(file).to(device), pool, n - n // 2)]
        return drawn(net, torch.cat([common, sought]))

    return saved(f"others-{n}", make, device)


@torch.no_grad()
def rare(encoder: Encoder, w: Tensor, n: int) -> Tensor:
    """Indices of n of w: of each rare fact those that show it most surely, in turn."""
    texts = encoder.encode_text([FACTS[i].phrases[0] for i in SINGLE])
    told = torch.cat([encoder.score(encoder.encode_w(part), texts) for part in w.split(4000)])
    columns = torch.nonzero(told.mean(0) < RARE)[:, 0]
    order = told[:, columns].argsort(0, descending=True)[: 2 * n // max(1, len(columns)) + 50]
    found = dict.fromkeys(order.flatten().tolist())
    return torch.tensor(list(found)[:n], device=w.device)


def areas(scores: Tensor, flat: np.ndarray) -> float:
    """Mean area under the curve over the single facts, of what was told against the labels."""
    said, truth = truths(split(scores.cpu().numpy())), truths(split(flat))
    rows = fact_areas({"own": said[:, SINGLE]}, truth, SINGLE).values()
    return float(np.mean([row["own"] for row in rows]))


def new_encoder(backbone: Path, w_mean: Tensor) -> Encoder:
    """Its picture tower on a published ``efficientnet-lite0-*.pth``."""
    torch.manual_seed(0)
    words, own = vocabulary()
    net = EfficientNet.from_state_dict(folded(torch.load(backbone, "cpu", weights_only=True)))
    dual = DualEncoder(d=D, width=TEXT, image=PhotoTower(net, D), w_dim=len(w_mean), w_width=512)
    assert dual.latent is not None
    dual.latent.mean.copy_(w_mean)
    dual.latent.scale.fill_(SCALE)
    with torch.no_grad():
        dual.log_scale.fill_(math.log(24.0))
        dual.bias.fill_(-6.0)
    return Encoder(dual, words, own, own_vectors(own), UNSEEN)


def loss_of(encoder: Encoder, seen: Tensor, text: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Cross entropy above the least possible one: 0 when all probabilities are right."""
    cross = F.binary_cross_entropy_with_logits(encoder.net.logits(seen, text), truth, reduction="none")
    p = truth.clamp(1e-6, 1 - 1e-6)
    least = -(p * p.log() + (1 - p) * (1 - p).log())
    return ((cross - least) * weight).mean()


def train(
    encoder: Encoder,
    people: Sequence[tuple[Drawn, Tensor]],  # with what is known of them, [n, all values]; the labelled first
    minutes: float,
    *,
    lr: float = 1e-3,
    batch: int = 48,
    noise: float = 0.6,
    seed: int = 1,
) -> None:
    """One joint training of all towers; stopped, it goes on from the work folder."""
    device = encoder.table.device
    rng, random = np.random.default_rng(seed), torch.Generator(device).manual_seed(seed)
    facts = []  # as drawn and mirrored, for each group of people
    for _, flat in people:
        turned = mirrored(flat, torch.ones(len(flat), dtype=torch.bool, device=device))
        facts.append(
            [torch.from_numpy(truths(split(t.cpu().numpy())).astype(np.float16)) for t in (flat, turned)]
        )
    rows = torch.stack([torch.cat([f[k] for f in facts]) for k in (0, 1)]).to(device)  # [2, n, facts]
    faces, few = Drawn.of([drawn_ for drawn_, _ in people]), len(people[0][0])
    texts, wording = Texts(facts[-1][0][:5000].float().mean(0).numpy()), Wording(encoder)
    tower = encoder.net.image
    assert isinstance(tower, PhotoTower)
    inner = {id(p) for p in tower.net.parameters()}
    groups = [
        {"params": [encoder.net.log_scale, encoder.net.bias], "lr": lr, "weight_decay": 0.0},
        {"params": [p for p in encoder.parameters() if id(p) not in inner and p.ndim > 0], "lr": lr},
        {"params": list(tower.net.parameters()), "lr": lr / 3},
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.02)
    average = Average(encoder)
    place, spent, step = WORK / "encoder.pt", 0.0, 0
    if place.exists():
        state = torch.load(place, device, weights_only=True)
        encoder.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        average.state, spent, step = state["average"], state["spent"], state["step"]
        average.steps = step
    encoder.train()
    tower.to(memory_format=FORMAT)
    shown = time.time()
    while (done := spent / 60 / minutes) < 1:
        begin = time.time()
        paced(optimizer, step, done)
        a = round(batch * LABELLED)
        some = torch.cat([
            torch.randint(few, (a,), generator=random, device=device),
            torch.randint(few, len(faces), (batch - a,), generator=random, device=device),
        ])  # fmt: skip
        read = torch.randint(len(faces), (3 * batch,), generator=random, device=device)
        x, turned = worn(faces.pictures[some], faces.ground[some], random, tower.side)
        seen_truth = torch.where(turned[:, None], rows[1, some], rows[0, some]).float()
        phrases, which, weights = texts.draw(seen_truth[:64].cpu().numpy(), rng)
        weight = torch.from_numpy(weights).to(device)
        with fast(device):
            seen = tower(x.contiguous(memory_format=FORMAT))
        seen = F.normalize(seen.float(), dim=1)
        text = wording(phrases, noise, random)
        by_w = encoder.net.encode_w(faces.w[read])
        loss_p = loss_of(encoder, seen, text, products(seen_truth, which), weight)
        loss_w = loss_of(encoder, by_w, text, products(rows[0, read].float(), which), weight)
        (loss_p + loss_w).backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        average.update(encoder)
        if step % 200 == 0:
            print(
                f"encoder {step}: {done:.3f} done, w {loss_w.item():.4f} picture {loss_p.item():.4f}",
                flush=True,
            )
        spent += time.time() - begin
        if time.time() - shown > 120:
            state = {
                "net": encoder.state_dict(),
                "average": average.state,
                "optimizer": optimizer.state_dict(),
            }
            torch.save({**state, "spent": spent, "step": step}, part := place.with_suffix(".part"))
            part.replace(place)
            shown = time.time()
    encoder.load_state_dict(average.state)
    encoder.eval()


def sharpen(encoder: Encoder, faces: Drawn, flat: Tensor) -> None:
    """Make the probabilities surer: the tutors were taught that no label is quite sure.

    Gain and offset are fitted to the labels. These faces were learned from, so only half of both is taken.
    """
    texts = encoder.encode_text([FACTS[i].phrases[0] for i in SINGLE]).detach()
    with torch.no_grad():
        images = (x.float() / 127.5 - 1 for x in faces.pictures.split(32))
        logits = encoder.net.logits(torch.cat([encoder.encode_image(x) for x in images]), texts)
    truth = torch.from_numpy(truths(split(flat.cpu().numpy()))[:, SINGLE]).to(logits)
    known = ~truth.isnan()
    gain, offset = logits.new_ones(()).requires_grad_(), logits.new_zeros(()).requires_grad_()
    optimizer = torch.optim.LBFGS([gain, offset], max_iter=50)

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = F.binary_cross_entropy_with_logits((gain * logits + offset)[known], truth[known])
        value.backward()
        return value

    optimizer.step(loss)
    more, half = gain.detach().sqrt(), offset.detach() / 2
    print(f"gain {gain.item():.3f}, offset {offset.item():.3f}", flush=True)
    with torch.no_grad():
        encoder.net.log_scale += more.log()
        encoder.net.bias.mul_(more).add_(half)


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
