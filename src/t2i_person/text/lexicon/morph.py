"""The pymorphy3 dictionary and navec's word vectors, each loaded once.

`natasha` itself cannot be imported on Python 3.11 (it needs pymorphy2), so its model files are found
through importlib.
"""

import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pymorphy3
from navec import Navec

from .dictionary import quickened


@lru_cache(1)
def morphology() -> pymorphy3.MorphAnalyzer:
    """The dictionary; loading takes 0.2 s."""
    return quickened(pymorphy3.MorphAnalyzer())


@lru_cache(20_000)
def noun_lemmas(word: str) -> tuple[str, ...]:
    """The word itself, and the dictionary form under which a plural or a short form is found."""
    out = [word]
    for p in morphology().parse(word):
        if p.tag.POS == "NOUN" and "nomn" in p.tag and p.normal_form not in out:
            out.append(p.normal_form)
    return tuple(out)


def model_file(name: str) -> str:
    spec = importlib.util.find_spec("natasha")
    if spec is None or spec.origin is None:
        raise RuntimeError("natasha's models are missing: pip install natasha==1.6.0")
    return str(Path(spec.origin).parent / "data" / name)


@lru_cache(1)
def embeddings() -> Navec:
    return Navec.load(model_file("emb/navec_news_v1_1B_250K_300d_100q.tar"))


def unpacked(numbers: Sequence[int] | np.ndarray) -> np.ndarray:
    """navec's vectors of words by their numbers, [n, 300] float32; zeros for -1."""
    pq = embeddings().pq
    out: np.ndarray = pq.codes[pq.qdims, pq.indexes[numbers]].reshape(len(numbers), pq.dim)
    out[np.asarray(numbers) < 0] = 0
    return out
