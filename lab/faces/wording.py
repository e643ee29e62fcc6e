"""The facts' phrases for a batch of faces, and their words as vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lab.faces.facts import FACTS, KINDS
from t2i_person.packs.russian import Encoder, meaning, vector, words_of

PAIRS = np.array([kind.endswith("_both") or kind == "years" for kind in KINDS])
LONGEST = 16  # words of a text that the encoder reads


def vocabulary() -> tuple[list[str], list[str]]:
    """Lemmas of all phrases, and those that navec lacks and that need a vector of their own."""
    words = sorted({w for fact in FACTS for phrase in fact.phrases for w in words_of(phrase)})
    return words, [w for w in words if vector(w) is None]


def own_vectors(own: Sequence[str]) -> Tensor:
    """Where the words' own vectors begin: [words, 300]."""
    return torch.stack(
        [v if (v := meaning(w)) is not None else F.normalize(torch.randn(300), dim=0) for w in own]
    )


class Wording:
    """Which words a phrase has, so that a training step looks them up and nothing more."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder, self.ids = encoder, {}
        fixed: dict[str, int] = {}
        for phrase in (phrase for fact in FACTS for phrase in fact.phrases):
            row = []
            for word in words_of(phrase):
                if word in encoder.own:
                    row.append(encoder.own[word])
                elif meaning(word) is not None:
                    row.append(len(encoder.own) + fixed.setdefault(word, len(fixed)))
            self.ids[phrase] = row
        known = [v for w in fixed if (v := meaning(w)) is not None]
        self.fixed = torch.stack(known).to(encoder.table.device)

    def __call__(self, texts: Sequence[Sequence[str]], noise: float, random: torch.Generator) -> Tensor:
        """Texts of several phrases each -> unit [n, d]; words move by up to `noise`, as a neighbour's would be."""
        rows = [[i for phrase in text for i in self.ids[phrase]][:LONGEST] for text in texts]
        device = self.fixed.device
        lengths = np.array([max(1, len(row)) for row in rows])
        table = torch.cat([self.encoder.table, self.fixed])
        out = table.new_zeros(len(rows), self.encoder.net.text.head[1].out_features)
        for low, high in ((0, 2), (2, 5), (5, LONGEST)):  # short ones apart: padding costs as much as words
            some = np.flatnonzero((lengths > low) & (lengths <= high))
            if not len(some):
                continue
            longest = int(lengths[some].max())
            ids = np.zeros((len(some), longest), np.int64)
            mask = np.zeros((len(some), longest), bool)
            mask[:, 0] = True
            for k, i in enumerate(some):
                ids[k, : len(rows[i])] = rows[i]
                mask[k, : len(rows[i])] = True
            vectors = table[torch.from_numpy(ids).to(device)]
            size = noise * torch.rand(len(some), 1, 1, generator=random, device=device)
            away = torch.randn(vectors.shape, generator=random, device=device) / vectors.shape[2] ** 0.5
            text = self.encoder.net.encode_text(vectors + size * away, torch.from_numpy(mask).to(device))
            out = out.index_copy(0, torch.from_numpy(some).to(device), text)
        return out


class Texts:
    """Phrases for a batch of faces, and of which facts each is made."""

    def __init__(self, prevalence: np.ndarray) -> None:
        """`prevalence` [facts]: how often each is true."""
        self.basic, self.pairs = np.flatnonzero(~PAIRS), np.flatnonzero(PAIRS)
        spread = prevalence * (1 - prevalence)
        self.weight = 1 / np.sqrt(spread + 0.004)
        self.weight = self.weight / self.weight[self.basic].mean()
        self.single = np.flatnonzero(~np.isin(KINDS, ("years", "frame", "quality", "ground", "hat_both")))

    def phrase(self, i: int, rng: np.random.Generator) -> str:
        options = FACTS[i].phrases
        return options[int(rng.integers(len(options)))]

    def draw(
        self,
        truth: np.ndarray,
        rng: np.random.Generator,
        pairs: int = 50,
        combined: int = 36,
        basic: int = 110,
    ) -> tuple[list[list[str]], list[list[int]], np.ndarray]:
        """Truth [n, facts] of some of the faces -> phrases of each text, their facts, the texts' weights."""
        likely = truth[:, self.pairs].max(0) + 0.05
        chosen = rng.choice(self.pairs, pairs, replace=False, p=likely / likely.sum())
        shown = np.concatenate([rng.choice(self.basic, min(basic, len(self.basic)), replace=False), chosen])
        facts = [[int(i)] for i in shown]
        weights = [*self.weight[shown]]
        for _ in range(combined):
            row = truth[rng.integers(len(truth))]
            options = self.single[row[self.single] > 0.5] if rng.random() < 0.85 else self.single
            picked: list[int] = []
            for i in rng.permutation(options)[:12]:
                if KINDS[i] not in KINDS[picked]:
                    picked.append(int(i))
            if picked := picked[: int(rng.integers(2, 5))]:
                facts.append(picked)
                weights.append(1.5)
        return [[self.phrase(i, rng) for i in some] for some in facts], facts, np.array(weights, np.float32)


def products(truth: Tensor, facts: Sequence[Sequence[int]]) -> Tensor:
    """Truth [n, facts] -> of each text, which is true where all its facts are: [n, texts]."""
    ones = torch.cat([truth, truth.new_ones(len(truth), 1)], 1)
    most = max(map(len, facts))
    ids = torch.tensor(
        [[*some, *[truth.shape[1]] * (most - len(some))] for some in facts], device=truth.device
    )
    return ones[:, ids.flatten()].view(len(truth), *ids.shape).prod(2)
