"""A small network that reads a sentence: how likely each word is told of looks, and names somebody there.

Word vectors are navec's; beside them stand what slovnet's networks read around each word, the dictionary's
and the parser's tags and the lists. Two dense layers see a word and the word above it in the tree, dilated
convolutions see the words around. Trained on annotated texts by `python -m lab reader`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from ..grammar.blas import one_thread
from ..grammar.phrases import look_of
from ..lexicon.lists import fold, things, verbs
from ..lexicon.morph import embeddings, unpacked

if TYPE_CHECKING:
    from ..grammar.tokens import Token
    from ..people.found import Found


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
TAGS = "tags"  # under which a word's readings keep what is told of them here
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
    rels, sorts, marks = (_places()[k] for k in (4, 7, 8))
    rows = []
    for t in tokens:
        row = list(_of_readings(t))
        row[4] = rels.get(t.rel, 0)
        row[7] = sorts[kinds[t.i]]
        row[8] = marks.get(t.low, 0) or (marks["который"] if t.key == "который" else 0)
        row[9] = int(gone[t.i] == "1")
        row[10] = int(t.text[:1].isupper() and t.i > 0)
        rows.append(bytes(row))  # no table has as many as 256 values
    return np.frombuffer(b"".join(rows), np.uint8).reshape(-1, len(TABLES)).astype(np.int64)


def _of_readings(t: Token) -> tuple[int, ...]:
    """The tags that hang on a word's readings alone; zeros for the others."""
    memo = t.readings.memo
    if TAGS not in memo:
        r = t.best
        nouns = [things()[k] for k in sorted(t.keys("NOUN")) if k in things()]
        look = look_of(t) if t.has("ADJF", "ADJS", "PRTF", "PRTS") else None
        verb = next((x for x in t.readings if x.pos in ("VERB", "INFN", "GRND")), None)
        keys = t.keys("VERB", "INFN", "GRND", "PRTF", "PRTS")
        time = person = ""
        if verb is not None:
            time = next((g for g in ("past", "pres", "futr", "impr") if g in verb.grams), "other")
            person = next((g for g in ("1per", "2per", "3per") if g in verb.grams), "")
        does = next((v for v in VERBS[1:] if keys & verbs(v).keys()), "") if keys else ""
        thing, shown = nouns[0].category if nouns else "", look[0] if look else ""
        alive = "1" if r.animacy == "anim" else ""
        values = [r.pos, r.case, r.number, r.gender, "", thing, shown, "", "", "", "", alive]
        values += [time, person, does]
        memo[TAGS] = tuple(place.get(v, 0) for place, v in zip(_places(), values, strict=True))
    return memo[TAGS]  # type: ignore[no-any-return]


def vectors(tokens: list[Token]) -> np.ndarray:
    """navec's vectors of the words, of their dictionary form where it has none, [n, 300] float32."""
    return unpacked([_number(t.low, t.best.lemma, t.best.key) for t in tokens])


@lru_cache(20_000)
def _number(low: str, lemma: str, key: str) -> int:
    """The word's number in navec, -1 where it has none."""
    numbers = embeddings().vocab.word_ids
    return next((numbers[word] for word in (low, lemma, fold(low), key) if word in numbers), -1)


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


def tag(sentences: Sequence[tuple[list[Token], list[Found]]]) -> None:
    """Write into each token how likely it is told of looks (`look`), begins that (`begins`), names somebody
    who is there (`person`). Sentences are read together: that is several times as fast as one by one."""
    w = _weights()
    if w is None or not sentences:
        return
    sizes = [len(tokens) for tokens, _ in sentences]
    tags = np.concatenate([described(*sentence) for sentence in sentences])
    starts = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)  # of each word, where its sentence starts
    ends = starts + np.repeat(sizes, sizes)
    above = starts + np.concatenate([heads(tokens) for tokens, _ in sentences])
    words = [_number(t.low, t.best.lemma, t.best.key) for tokens, _ in sentences for t in tokens]
    seen = np.stack([t.seen for tokens, _ in sentences for t in tokens])
    out = _network(w, words, seen, tags, above, starts, ends)
    likely = iter((1 / (1 + np.exp(-np.clip(out, -15, 15)))).tolist())
    for tokens, _ in sentences:
        for t in tokens:
            t.look, t.begins, t.person = next(likely)


def _network(
    w: dict[str, np.ndarray],
    words: list[int],
    seen: np.ndarray,
    tags: np.ndarray,
    above: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
) -> np.ndarray:
    """The network's three logits of each word; a word sees none outside its sentence."""
    n, tables = tags.shape
    table = np.concatenate([w[f"tags.{k}"] for k in range(tables)])
    offsets = np.cumsum([0, *(len(w[f"tags.{k}"]) for k in range(tables - 1))])
    numbers, back = np.unique(words, return_inverse=True)
    place = np.arange(n)
    with one_thread():
        read = (unpacked(numbers) @ w["words"])[back]
        parts = [read, table[tags + offsets].reshape(n, -1), seen @ w["seen"]]
        h = np.maximum(np.concatenate(parts, 1) @ w["in.w"] + w["in.b"], 0)
        h = np.maximum(np.concatenate([h, h[above]], 1) @ w["tree.w"] + w["tree.b"], 0)
        nothing = np.zeros((1, h.shape[1]), h.dtype)
        for k, apart in enumerate(APART):
            left = np.where(place - apart >= starts, place - apart, n)
            right = np.where(place + apart < ends, place + apart, n)
            padded = np.concatenate([h, nothing])
            wide = np.concatenate([padded[left], h, padded[right]], 1)
            h = h + np.maximum(wide @ w[f"around.{k}.w"] + w[f"around.{k}.b"], 0)
        out: np.ndarray = h @ w["out.w"] + w["out.b"]
    return out
