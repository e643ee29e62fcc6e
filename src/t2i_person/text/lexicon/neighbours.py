"""Guess the kind of a word no list has from its neighbours in navec's space."""

from functools import lru_cache

import numpy as np

from .lists import fold, people, things, word_set
from .morph import embeddings

SURE = 0.40  # cosine below which the neighbours say nothing
NEAREST = 5


@lru_cache(1)
def _anchors() -> tuple[list[str], np.ndarray]:
    """Kinds and unit vectors of listed words: persons, animals, worn things, parts of the body."""
    navec = embeddings()
    kinds: list[str] = []
    rows = []
    listed = [(p.word, "person") for p in people().values() if p.kind != "collective"]
    listed += [(w, "animal") for w in word_set("absent.txt", "animal")]
    listed += [(t.word, f"thing:{t.category}:{int(t.needs)}") for t in things().values()]
    listed += [(w, "other") for w in word_set("absent.txt", "of")]
    for word, kind in listed:
        low = word.lower()
        key = low if low in navec else fold(low)
        if key in navec:
            vector = navec[key]
            rows.append(vector / (np.linalg.norm(vector) + 1e-9))
            kinds.append(kind)
    return kinds, np.stack(rows).astype(np.float32)


@lru_cache(10_000)
def kind_of(key: str) -> str:
    """Kind most of the nearest listed words have, or "" when none is near."""
    navec = embeddings()
    if key not in navec:
        return ""
    kinds, rows = _anchors()
    vector = navec[key]
    near = np.einsum("ij,j->i", rows, vector / (np.linalg.norm(vector) + 1e-9))  # no BLAS threads
    best = np.argsort(-near)[:NEAREST]
    votes: dict[str, float] = {}
    for b in best:
        if near[b] > SURE:
            votes[kinds[b]] = votes.get(kinds[b], 0.0) + float(near[b])
    if not votes:
        return ""
    winner = max(votes, key=lambda k: votes[k])
    return winner if votes[winner] > 2 * SURE else ""


def is_person_noun(key: str) -> bool:
    """Whether an animate noun outside the lists is a person rather than an animal."""
    kind = kind_of(key)
    return kind in ("person", "")
