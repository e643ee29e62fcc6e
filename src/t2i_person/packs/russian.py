"""The dual encoder of our own packs, for Russian. A word's vector is navec's, or else the pack's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from ..nets.dual import DualEncoder, PhotoTower
from ..nets.encoder import CommonEncoder
from ..text.lexicon.morph import embeddings, morphology

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*|[а-яё]+(?:-[а-яё]+)*", re.IGNORECASE)
_SKIP = frozenset("в во с со на и у а the a an in on with and of is".split())
NEAR = 0.42  # cosine to the nearest trained word below which a word is called unknown


@lru_cache(20_000)
def lemma(word: str) -> str:
    """Dictionary form of a Russian word, also of one with ё in place of е; an English word stays as it is."""
    word = word.lower()
    if word[0] <= "z":
        return word
    read = morphology().parse(word)[0]
    return lemma(word.replace("ё", "е")) if "ё" in word and not read.is_known else read.normal_form


@lru_cache(20_000)
def vector(word: str) -> Tensor | None:
    """navec's unit vector [300] of a Russian lemma, or None. That of a compound is the mean of its parts'."""
    navec = embeddings()
    for form in (word, word.replace("ё", "е")):
        if form in navec:
            return torch.nn.functional.normalize(torch.from_numpy(navec[form].copy()), dim=0)
    parts = [vector(lemma(p)) for p in word.split("-")] if "-" in word else []
    known = [p for p in parts if p is not None]
    return torch.stack(known).mean(0) if known else None


@lru_cache(20_000)
def meaning(word: str) -> Tensor | None:
    """``vector``, or that of the first form navec has: it knows «бородкой», not «бородка»."""
    if (own := vector(word)) is not None or word[0] <= "z":
        return own
    forms = (vector(form.word) for form in morphology().parse(word)[0].lexeme)
    return next((v for v in forms if v is not None), None)


def words_of(text: str) -> list[str]:
    """Lemmas of the first 16 words that carry meaning, in order."""
    return [lemma(w) for w in _WORD.findall(text) if w.lower() not in _SKIP][:16]


class Encoder(nn.Module, CommonEncoder):
    """Texts and pictures into one space; see the methods for shapes.

    ``words`` are the Russian lemmas it was trained on. ``own`` are the words with a vector [300] in
    ``table``: English ones, and Russian ones that navec lacks («каштановый», «белокурый»). ``unseen`` are
    words that no training picture was labelled for («веснушки»): they count as unknown, although words that
    it was trained on are near.
    """

    language = "ru"
    known: Tensor  # [words, 300]

    def __init__(self, net: DualEncoder, words: Sequence[str], own: Sequence[str], table: Tensor,
                 unseen: Sequence[str] = ()) -> None:  # fmt: skip
        super().__init__()
        self.net, self.reads_w = net, net.latent is not None
        self.words, self.own = tuple(words), {w: i for i, w in enumerate(own)}
        self.unseen = frozenset(unseen)
        self.table = nn.Parameter(table)
        known = [v for w in self.words if (v := vector(w)) is not None]
        self.register_buffer("known", torch.stack(known), persistent=False)

    def _vectors(self, text: str) -> list[Tensor]:
        out = []
        for word in words_of(text):
            v = self.table[self.own[word]] if word in self.own else meaning(word)
            if v is not None:
                out.append(v.to(self.table.device))
        return out

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Unit vectors [n, d] in float32. A text without a known word is encoded as one word of zeros."""
        rows = [self._vectors(t) for t in texts]
        length = max(1, *map(len, rows)) if rows else 1
        vectors = self.table.new_zeros(len(rows), length, self.table.shape[1])
        mask = torch.zeros(len(rows), length, dtype=torch.bool, device=self.table.device)
        for i, row in enumerate(rows):
            if row:
                vectors[i, : len(row)] = torch.stack(row)
                mask[i, : len(row)] = True
            else:
                mask[i, 0] = True
        return self.net.encode_text(vectors, mask)

    def encode_image(self, images: Tensor) -> Tensor:
        """[n, 3, h, w] in [-1, 1] -> unit vectors [n, d]; differentiable."""
        return self.net.encode_image(images)

    def encode_with_map(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """As `encode_image`, and of a `PhotoTower` the backbone's map [n, 112, side / 16, side / 16]."""
        tower = self.net.image
        if not isinstance(tower, PhotoTower):
            return self.encode_image(images), None
        embeddings, middle = tower.read_with_map(images)
        return torch.nn.functional.normalize(embeddings.float(), dim=1), middle

    def encode_w(self, w: Tensor) -> Tensor:
        """[n, w_dim] as the generator draws it (truncated) -> unit vectors [n, d]; differentiable.

        Raises
        ------
        ValueError : it does not read W, see `reads_w`.
        """
        return self.net.encode_w(w)

    def score(self, embeddings: Tensor, texts: Tensor) -> Tensor:
        """Unit [n, d], [m, d] -> probability [n, m] that the text is true of the picture or of w's."""
        return torch.sigmoid(self.net.logits(embeddings, texts))

    def unknown(self, text: str) -> list[str]:
        """Words that are far from every word it was trained on, and those of ``unseen``."""
        out = []
        for word in words_of(text):
            if word in self.unseen:
                out.append(word)
                continue
            v = meaning(word)
            if word in self.own or (v is not None and word in self.words):
                continue
            if v is None or float((self.known.cpu() @ v).max()) < NEAR:
                out.append(word)
        return out

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor], meta: Mapping[str, Any]) -> Encoder:
        """``meta``: the lists ``words``, ``own`` and, if any, ``unseen`` of the file's notes."""
        net = DualEncoder.from_state_dict(
            {k[4:]: v.float() for k, v in state.items() if k.startswith("net.")}
        )
        return cls(net, meta["words"], meta["own"], state["table"].float(), meta.get("unseen", ()))

    def metadata(self) -> dict[str, list[str]]:
        """What ``from_state_dict`` needs beside the tensors."""
        notes = {"words": list(self.words), "own": list(self.own)}
        return {**notes, "unseen": sorted(self.unseen)} if self.unseen else notes
