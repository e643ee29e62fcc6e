"""A small network that reads a sentence: how likely each word is told of looks, and names somebody there.

Word vectors are navec's; beside them stand the dictionary's and the parser's tags and the lists. Two dense
layers see a word and the word above it in the tree, dilated convolutions see the words around. Trained on
annotated texts by `python -m lab reader`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from .blas import one_thread
from .lexicon import fold, things, verbs
from .morph import embeddings
from .phrases import look_of

if TYPE_CHECKING:
    from .analysis import Token
    from .found import Found


def _table(words: str) -> tuple[str, ...]:
    """Values a tag may have; the empty one stands for every other."""
    return ("", *words.split())


POS = _table("NOUN ADJF ADJS COMP VERB INFN PRTF PRTS GRND NUMR ADVB NPRO PRED PREP CONJ PRCL INTJ X")
CASES = _table("nom gen dat acc ins loc")
RELS = _table(
    "root nsubj nsubj:pass obj iobj obl nmod amod advmod conj cc case det punct appos acl acl:relcl advcl "
    "parataxis cop aux aux:pass mark xcomp ccomp csubj flat:name nummod nummod:gov discourse vocative fixed "
    "compound orphan expl flat flat:foreign list dep"
)
THINGS = _table(
    "hair facial_hair eyes face skin build clothes headwear accessory expression age other hair_color "
    "hair_style role"
)
KINDS = _table("name pron poss rel kin generic role folk people collective someone other")
VERBS = _table("be dress wear remove speech expression become part depict lean absent")
MARKS = _table(
    ', . : ; ! ? — « » " ( ) … и а но не ни нет без в с на у как бы если что который это его её их свой под '
    "из к о за по от для до во со ли же"
)
FLAG = _table("1")
APART = (1, 2, 4, 1)  # how far apart the three words are that each convolution sees
TABLES = (
    POS, CASES, _table("sing plur"), _table("masc femn neut"), RELS, THINGS, THINGS, KINDS, MARKS, FLAG, FLAG,
    FLAG, _table("past pres futr impr other"), _table("1per 2per 3per"), VERBS,
)  # fmt: skip


@cache
def _places() -> tuple[dict[str, int], ...]:
    return tuple({v: i for i, v in enumerate(table)} for table in TABLES)


def described(tokens: list[Token], found: list[Found]) -> np.ndarray:
    """Tags of each word as numbers, [n, len(TABLES)] int64."""
    kinds = [""] * len(tokens)
    gone = [""] * len(tokens)
    for f in found:
        kind = (f.person.kind if f.person else "name") if f.kind in ("noun", "name") else f.kind
        for i in range(f.first, f.last + 1):
            kinds[i] = kind if kind in KINDS else "other"
            gone[i] = "1" if f.absent else ""
    out = np.zeros((len(tokens), len(TABLES)), np.int64)
    places = _places()
    for t in tokens:
        r = t.best
        nouns = [things()[k] for k in t.keys("NOUN") if k in things()]
        look = look_of(t) if t.has("ADJF", "ADJS", "PRTF", "PRTS") else None
        verb = next((x for x in t.readings if x.pos in ("VERB", "INFN", "GRND")), None)
        keys = t.keys("VERB", "INFN", "GRND", "PRTF", "PRTS")
        time = person = ""
        if verb is not None:
            time = next((g for g in ("past", "pres", "futr", "impr") if g in verb.grams), "other")
            person = next((g for g in ("1per", "2per", "3per") if g in verb.grams), "")
        values = (
            r.pos,
            r.case,
            r.number,
            r.gender,
            t.rel,
            nouns[0].category if nouns else "",
            look[0] if look else "",
            kinds[t.i],
            t.low if t.low in places[8] else ("который" if t.key == "который" else ""),
            gone[t.i],
            "1" if t.text[:1].isupper() and t.i > 0 else "",
            "1" if r.animacy == "anim" else "",
            time,
            person,
            next((v for v in VERBS[1:] if keys & verbs(v).keys()), "") if keys else "",
        )
        out[t.i] = [place.get(v, 0) for place, v in zip(places, values, strict=True)]
    return out


def vectors(tokens: list[Token]) -> np.ndarray:
    """navec's vectors of the words, of their dictionary form where it has none, [n, 300] float32."""
    navec = embeddings()
    out = np.zeros((len(tokens), 300), np.float32)
    for t in tokens:
        for word in (t.low, t.best.lemma, fold(t.low), t.best.key):
            if word in navec:
                out[t.i] = navec[word]
                break
    return out


def heads(tokens: list[Token]) -> np.ndarray:
    """The place of the word above each word in the tree; its own where there is none."""
    return np.array([t.head if 0 <= t.head < len(tokens) else t.i for t in tokens], np.int64)


@cache
def _weights() -> dict[str, np.ndarray] | None:
    path = files(__package__).joinpath("tagger.npz")
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return {name: value.astype(np.float32) for name, value in np.load(file).items()}


def tag(tokens: list[Token], found: list[Found]) -> None:
    """Write into each token how likely it is told of looks (`look`), begins that (`begins`), names somebody
    who is there (`person`)."""
    w = _weights()
    if w is None or not tokens:
        return
    tags, above = described(tokens, found), heads(tokens)
    with one_thread():
        parts = [vectors(tokens) @ w["words"]]
        parts += [w[f"tags.{k}"][tags[:, k]] for k in range(tags.shape[1])]
        h = np.maximum(np.concatenate(parts, 1) @ w["in.w"] + w["in.b"], 0)
        h = np.maximum(np.concatenate([h, h[above]], 1) @ w["tree.w"] + w["tree.b"], 0)
        for k, apart in enumerate(APART):
            padded = np.zeros((len(h) + 2 * apart, h.shape[1]), h.dtype)  # np.pad takes as long as the rest
            padded[apart:-apart] = h
            wide = np.concatenate([padded[: len(h)], h, padded[2 * apart :]], 1)
            h = h + np.maximum(wide @ w[f"around.{k}.w"] + w[f"around.{k}.b"], 0)
        out = h @ w["out.w"] + w["out.b"]
    likely = 1 / (1 + np.exp(-np.clip(out, -15, 15)))
    for t in tokens:
        t.look, t.begins, t.person = (float(p) for p in likely[t.i])
