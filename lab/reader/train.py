"""Train the small models that weigh what the reader's rules propose.

usage: python -m lab reader SET.jsonl ...
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
import torch

from t2i_person.text.learned import scorer, tagger

from .record import Sample, read, samples
from .tagger import Sentence, arrays, loaded, sentences, train

OUT = Path(__file__).parents[2] / "src" / "t2i_person" / "text" / "learned" / "scorer.json"
TEXTS = Path(__file__).parent / "texts"  # written for this, by many imagined authors
HELD = ("written", "hands", "fresh", "today", "later", "since")  # the sets that nothing may be trained on
OWN = 1.5  # how much an item of `TEXTS` counts
EASY = 0.3  # how much an item of the sets counts that the rules were written on
RARE = 2  # facts seen in fewer samples are left out
L2 = {"present": 0.02, "keep": 0.02, "owner": 0.01}


def fit(found: Sequence[Sample], l2: float, weights: np.ndarray | None = None) -> dict[str, float]:
    """Logistic regression on facts: fact -> weight, "" the bias."""
    seen = Counter(fact for s in found for fact in set(s.facts))
    names = sorted(fact for fact, n in seen.items() if n >= RARE)
    place = {fact: i for i, fact in enumerate(names)}
    rows, columns = [], []
    for i, s in enumerate(found):
        for fact in set(s.facts):
            if fact in place:
                rows.append(i)
                columns.append(place[fact])
    x = torch.sparse_coo_tensor(
        torch.tensor([rows, columns]), torch.ones(len(rows)), (len(found), len(names))
    ).coalesce()
    y = torch.tensor([float(s.right) for s in found])
    per = torch.ones(len(found)) if weights is None else torch.tensor(weights, dtype=torch.float32)
    w = torch.zeros(len(names), requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([w, b], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        out = torch.sparse.mm(x, w[:, None])[:, 0] + b
        value = (per * torch.nn.functional.binary_cross_entropy_with_logits(out, y, reduction="none")).sum()
        value = value + l2 * 50 * (w**2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    table = {
        fact: round(float(v), 3) for fact, v in zip(names, w.detach(), strict=True) if abs(float(v)) > 0.004
    }
    return {"": round(float(b.detach()), 3), **table}


NETS: list[dict[str, np.ndarray]] = []  # of a process, one for each fold


def installed(nets: list[dict[str, np.ndarray]], tables: dict[str, dict[str, float]]) -> None:
    """Let this process's reader weigh with these."""
    torch.set_num_threads(1)
    NETS[:] = nets
    scorer._tables = lambda: tables  # type: ignore[assignment]
    tagger._weights = lambda: None  # type: ignore[assignment]


def weighed(item: dict[str, Any]) -> list[Sample]:
    """What is weighed in a text, read by a network that never saw it."""
    net = NETS[fold_of(item["id"], len(NETS))]
    tagger._weights = lambda: net  # type: ignore[assignment]
    return samples(item)


def fold_of(name: str, folds: int) -> int:
    return zlib.crc32(name.encode()) % folds


Weight = Callable[[str], float]  # id of an item -> how much it counts


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m lab reader", description=__doc__)
    parser.add_argument(
        "sets", nargs="*", help="annotated texts beside those of tests/data, as PATH or PATH=WEIGHT"
    )
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--further", type=int, default=0, help="train the shipped network on, so many epochs")
    parser.add_argument("--easy", type=float, default=EASY, help="how much the sets of tests/data count")
    parser.add_argument("--times", type=int, default=1, help="train on so often, and keep the mean")
    parser.add_argument("--work", type=Path, default=Path(__file__).parents[1] / "work" / "reader")
    options = parser.parse_args(argv)
    options.work.mkdir(parents=True, exist_ok=True)
    data = Path(__file__).parents[2] / "tests" / "data" / "extraction"
    simple = [path for path in sorted(data.glob("*.jsonl")) if path.stem not in HELD]
    weights = {path.stem: options.easy for path in simple}
    paths = sorted(TEXTS.glob("*.jsonl"))
    weights |= {path.stem: OWN for path in paths}
    for told in options.sets:
        name, _, much = told.partition("=")
        paths.append(Path(name))
        weights[paths[-1].stem] = float(much or 1)
    items = read([*simple, *paths])

    def weight(item: str) -> float:
        return weights[item.split(":")[0]]

    shipped = OUT.with_name("tagger.npz")
    if options.further:
        start = dict(np.load(shipped))
        installed([], {})
        found = [s for item in items for s in sentences(item)]
        nets = [
            arrays(train(found, options.further, seed, weight, loaded(start)))
            for seed in range(options.times)
        ]
        save(shipped, {name: np.mean([net[name] for net in nets], 0, np.float32) for name in nets[0]})
        return
    installed([], {})
    nets = networks(items, weight, options.folds, options.epochs, options.work)
    tables = linear_models(items, weight, nets[: options.folds])
    OUT.write_text(json.dumps(tables, ensure_ascii=False, indent=0, sort_keys=True), "utf-8")
    save(shipped, nets[-1])


def save(path: Path, weights: dict[str, np.ndarray]) -> None:
    np.savez(path, **{k: v.astype(np.float16) for k, v in weights.items()})


def networks(
    items: list[dict[str, Any]], weight: Weight, folds: int, epochs: int, work: Path
) -> list[dict[str, np.ndarray]]:
    """A network for each fold, which did not see it, and one that saw everything; kept as files in `work`."""
    nets = []
    found: list[Sentence] = []  # the same for each
    for k in (*range(folds), None):
        path = work / f"net-{k}.npz"
        if not path.is_file():
            found = found or [s for item in items for s in sentences(item)]
            part = [s for s in found if k is None or fold_of(s.item, folds) != k]
            np.savez(path, **arrays(train(part, epochs, weight=weight)))
            print(f"{path.name}: {len(part)} sentences", flush=True)
        nets.append({name: value.astype(np.float32) for name, value in np.load(path).items()})
    return nets


def linear_models(
    items: list[dict[str, Any]], weight: Weight, nets: list[dict[str, np.ndarray]]
) -> dict[str, dict[str, float]]:
    """Task -> fact -> weight. A later round is weighed with the models of the earlier one in place."""
    tables: dict[str, dict[str, float]] = {}
    for tasks in (("owner", "keep"), ("present",)):
        found = []
        with Pool(2, installed, (nets, tables)) as pool:
            for some in pool.imap(weighed, items, chunksize=20):
                found += some
        for task in tasks:
            mine = [s for s in found if s.task == task]
            tables[task] = fit(mine, L2[task], np.array([weight(s.item) for s in mine]))
            print(f"{task}: {len(mine)} weighed, {len(tables[task])} facts", flush=True)
    return tables
