"""The pymorphy3 dictionary and navec's word vectors, each loaded once.

`natasha` itself cannot be imported on Python 3.11 (it needs pymorphy2), so its model files are found
through importlib.
"""

import importlib.util
from functools import lru_cache
from pathlib import Path

import pymorphy3
from navec import Navec


@lru_cache(1)
def morphology() -> pymorphy3.MorphAnalyzer:
    """The dictionary; loading takes 0.2 s."""
    return pymorphy3.MorphAnalyzer()


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
