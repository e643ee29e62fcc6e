"""Train the small network that reads a sentence (`t2i_person.text.learned.tagger`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from t2i_person.text import describe
from t2i_person.text.grammar.parser import SEEN
from t2i_person.text.learned import tagger

from .record import span_of

WIDTH, WORDS, AROUND, TAG = 112, 56, 48, 8
KEPT = 0.995  # of the running mean, at each step


@dataclass
class Sentence:
    item: str
    words: np.ndarray  # [n, 300]
    seen: np.ndarray  # [n, SEEN]
    tags: np.ndarray  # [n, tables]
    heads: np.ndarray  # [n]
    right: np.ndarray  # [n, 3]: told of looks, begins that, names somebody there
    counts: np.ndarray  # [n, 3]: whether each is asked


def sentences(item: dict[str, Any]) -> list[Sentence]:
    """The sentences of an annotated text as the network sees them, with the right answers."""
    plain = tagger.tag

    def keep(read: Sequence[tuple[list[Any], list[Any]]]) -> None:
        for tokens, found in read:
            out.append(
                Sentence(
                    item["id"],
                    tagger.vectors(tokens).astype(np.float16),
                    np.stack([t.seen for t in tokens]).astype(np.float16),
                    tagger.described(tokens, found),
                    tagger.heads(tokens),
                    np.zeros((len(tokens), 3), np.float32),
                    np.ones((len(tokens), 3), np.float32),
                )
            )
            _answers(item, tokens, out[-1])

    out: list[Sentence] = []
    tagger.tag = keep  # type: ignore[assignment]
    try:
        describe(item["text"])
    finally:
        tagger.tag = plain
    return out


def _answers(item: dict[str, Any], tokens: list[Any], s: Sentence) -> None:
    """Fill in the right answers of a sentence, and which of them are asked."""
    text = item["text"]
    spans = [span_of(text, f) for c in item["characters"] for f in c["features"]]
    people = [span for c in item["characters"] for span in _mentions(text, c)]
    for t in tokens:
        s.right[t.i, 0] = any(a < t.end and t.start < b for a, b in spans)
        s.right[t.i, 1] = any(t.start <= a < t.end for a, _ in spans)
        s.right[t.i, 2] = any(a < t.end and t.start < b for a, b in people)
        if t.best.pos == "NPRO":
            s.counts[t.i, 2] = float(s.right[t.i, 2])  # whom a pronoun means is not annotated


def _mentions(text: str, character: dict[str, Any]) -> list[tuple[int, int]]:
    """Where a text names a character: its head, its aliases, and a name's last word, in any case form."""
    found = []
    if character.get("start") is not None:
        found.append((character["start"], character["end"]))
    for alias in character.get("aliases", []):
        stem = r"\b" + r"\s+".join(map(_any_form, alias.split())) + r"\b"
        found += [m.span() for m in re.finditer(stem, text, re.IGNORECASE)]
    if character["head"][:1].isupper():
        stem = r"\b" + _any_form(character["head"].split()[-1]) + r"\b"
        found += [m.span() for m in re.finditer(stem, text)]
    return found


def _any_form(word: str) -> str:
    """Pattern: the stem of a word, then up to four letters of an ending."""
    return re.escape(word[: max(3, len(word) - 2)]) + r"\w{0,4}"


class Network(nn.Module):
    """As `t2i_person.text.learned.tagger.tag` computes it."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Linear(300, WORDS, bias=False)
        self.tags = nn.ModuleList(nn.Embedding(len(t), TAG) for t in tagger.TABLES)
        self.seen = nn.Linear(SEEN, AROUND, bias=False)
        self.register_buffer("spread", torch.ones(SEEN))  # of what is seen; part of the weights once trained
        self.enter = nn.Linear(WORDS + TAG * len(tagger.TABLES) + AROUND, WIDTH)
        self.tree = nn.Linear(2 * WIDTH, WIDTH)
        self.around = nn.ModuleList(nn.Linear(3 * WIDTH, WIDTH) for _ in tagger.APART)
        self.out = nn.Linear(WIDTH, 3)
        self.drop = nn.Dropout(0.35)

    def forward(self, words: Tensor, seen: Tensor, tags: Tensor, heads: Tensor) -> Tensor:  # [b, n, ...]
        parts = [self.words(self.drop(words))] + [e(tags[..., k]) for k, e in enumerate(self.tags)]
        parts.append(self.seen(self.drop(seen / self.spread)))
        h = self.drop(torch.relu(self.enter(self.drop(torch.cat(parts, -1)))))
        above = torch.gather(h, 1, heads[..., None].expand_as(h))
        h = self.drop(torch.relu(self.tree(torch.cat([h, above], -1))))
        for layer, apart in zip(self.around, tagger.APART, strict=True):
            padded = nn.functional.pad(h, (0, 0, apart, apart))
            n = h.shape[1]
            wide = torch.cat([padded[:, :n], h, padded[:, 2 * apart : 2 * apart + n]], -1)
            h = h + self.drop(torch.relu(layer(wide)))
        return self.out(h)  # type: ignore[no-any-return]


def batches(found: Sequence[Sentence], size: int, random: np.random.Generator) -> list[list[Sentence]]:
    order = sorted(found, key=lambda s: len(s.tags) + random.random() * 4)
    cut = [order[k : k + size] for k in range(0, len(order), size)]
    random.shuffle(cut)  # type: ignore[arg-type]
    return cut


def stacked(part: Sequence[Sentence]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    n = max(len(s.tags) for s in part)
    words, seen = torch.zeros(len(part), n, 300), torch.zeros(len(part), n, SEEN)
    tags = torch.zeros(len(part), n, len(tagger.TABLES), dtype=torch.long)
    heads = torch.zeros(len(part), n, dtype=torch.long)
    right, counts = torch.zeros(len(part), n, 3), torch.zeros(len(part), n, 3)
    for k, s in enumerate(part):
        m = len(s.tags)
        words[k, :m] = torch.from_numpy(s.words.astype(np.float32))
        seen[k, :m] = torch.from_numpy(s.seen.astype(np.float32))
        tags[k, :m], heads[k, :m] = torch.from_numpy(s.tags), torch.from_numpy(s.heads)
        right[k, :m], counts[k, :m] = torch.from_numpy(s.right), torch.from_numpy(s.counts)
    return words, seen, tags, heads, right, counts


def train(
    found: Sequence[Sentence],
    epochs: int = 14,
    seed: int = 0,
    weight: Any = None,
    start: Network | None = None,
) -> Network:
    """A network trained on sentences; `weight(item)` says how much each counts.

    One that was trained before is trained on from `start`, more slowly; of the sentences that count least
    it then sees a third in each epoch, and the running mean of its weights is what is given.
    """
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    net = start.train() if start is not None else Network()
    if start is None:
        net.spread = torch.from_numpy(
            np.concatenate([s.seen for s in found]).astype(np.float32).std(0) + 1e-3
        )
    steps = epochs * (len(found) // 32 + 1)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.03)
    most = 3e-3 if start is None else 2e-3
    pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, most, total_steps=steps + 8)
    mean = {name: value.detach().clone() for name, value in net.state_dict().items()}
    for _ in range(epochs):
        seen = found
        if start is not None and weight is not None:
            seen = [s for s in found if weight(s.item) > 0.5 or random.random() < 0.3]
        for part in batches(seen, 32, random):
            words, seen, tags, heads, right, counts = stacked(part)
            per = torch.tensor([1.0 if weight is None else weight(s.item) for s in part])[:, None, None]
            keep = (torch.rand(tags.shape) > 0.03).long()
            loss = nn.functional.binary_cross_entropy_with_logits(
                net(words, seen, tags * keep, heads), right, reduction="none"
            )
            loss = (loss * counts * per).sum() / (counts * per).sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            pace.step()
            for name, value in net.state_dict().items():
                mean[name].lerp_(value.detach(), 1 - KEPT)
    if start is not None:
        net.load_state_dict(mean)
    return net.eval()


def loaded(weights: dict[str, np.ndarray]) -> Network:
    """The network whose weights `arrays` gave."""
    kept = {k: torch.from_numpy(v.astype(np.float32)) for k, v in weights.items()}
    net = Network()
    state = {"words.weight": kept["words"].T, "seen.weight": kept["seen"].T}
    state |= {f"tags.{k}.weight": kept[f"tags.{k}"] for k in range(len(net.tags))}
    layers = {"enter": "in", "tree": "tree", "out": "out"}
    layers |= {f"around.{k}": f"around.{k}" for k in range(len(net.around))}
    for mine, name in layers.items():
        state |= {f"{mine}.weight": kept[f"{name}.w"].T, f"{mine}.bias": kept[f"{name}.b"]}
    net.load_state_dict(state)
    return net


def arrays(net: Network) -> dict[str, np.ndarray]:
    """The weights as `tagger` reads them."""
    out = {"words": net.words.weight.T, "seen": net.seen.weight.T / net.spread[:, None]}
    out |= {f"tags.{k}": e.weight for k, e in enumerate(net.tags)}
    for name, layer in [("in", net.enter), ("tree", net.tree), ("out", net.out)] + [
        (f"around.{k}", layer) for k, layer in enumerate(net.around)
    ]:
        out |= {f"{name}.w": layer.weight.T, f"{name}.b": layer.bias}
    return {k: v.detach().numpy().astype(np.float16) for k, v in out.items()}
