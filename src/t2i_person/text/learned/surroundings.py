"""Facts that hang on a word or on a place alone: meanings, verbs, what stands around."""

from __future__ import annotations

import math
from functools import cache, cached_property, lru_cache
from importlib.resources import files

import numpy as np

from ..grammar.marks import DASH, HARD, QUOTES
from ..grammar.tokens import Token
from ..lexicon.lists import fold, verbs
from ..lexicon.morph import embeddings
from .tagger import VERBS

POINTING = {
    "этот": "this", "тот": "that", "такой": "such", "всякий": "any", "каждый": "any", "любой": "any",
    "какой": "which", "какой-то": "some", "некий": "some", "один": "one", "другой": "other", "мой": "my",
    "наш": "our", "твой": "your", "ваш": "your", "свой": "own", "весь": "all", "сам": "self",
    "никакой": "none", "который": "who", "второй": "other", "первый": "first", "его": "their", "ее": "their",
}  # fmt: skip


@cache
def _senses() -> tuple[np.ndarray, np.ndarray]:
    with files(__package__).joinpath("senses.npz").open("rb") as file:
        kept = np.load(file)
        return kept["coarse"].astype(np.float32), kept["fine"].astype(np.float32)


@lru_cache(20_000)
def meaning(key: str) -> list[str]:
    """Which of a few groups of words of like meaning a word belongs to, coarsely and finely."""
    navec = embeddings()
    if key not in navec:
        return ["sense=?"]
    vector = navec[key]
    vector = vector / (np.linalg.norm(vector) + 1e-9)
    coarse, fine = _senses()
    return [
        f"sense={int(np.einsum('ij,j->i', coarse, vector).argmax())}",
        f"sense+={int(np.einsum('ij,j->i', fine, vector).argmax())}",
    ]


def step(p: float) -> int:
    """A probability as a whole number: its logit, from -6 to 6."""
    p = min(max(p, 0.004), 0.996)
    return round(math.log(p / (1 - p)))


VERBAL = ("VERB", "INFN", "GRND", "PRTS", "PRTF", "ADJS")
CLASS = "verb class"  # under which a word's readings keep what is told of them here
CONDITIONS = frozenset("бы б если кабы ежели".split())
LIKENED = ("не", "нет", "ни", "как", "будто", "словно", "чем", "без", "кроме")


def verb_class(token: Token) -> list[str]:
    """Form and meaning of a verb that governs a place."""
    memo = token.readings.memo
    if CLASS not in memo:
        memo[CLASS] = _verb_class(token)
    return memo[CLASS]  # type: ignore[no-any-return]


def _verb_class(token: Token) -> list[str]:
    r = next((r for r in token.readings if r.pos in VERBAL), None)
    if r is None:
        return ["pos=" + token.best.pos]
    out = ["pos=" + r.pos]
    out += [g for g in ("past", "pres", "futr", "impr", "1per", "2per", "3per", "plur") if g in r.grams]
    keys = token.keys(*VERBAL)
    return out + [name for name in VERBS[1:] if keys & verbs(name).keys()]


class Surroundings:
    """What stands around the places of a sentence: quotes, questions, conditions, the words beside."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self._segments: dict[int, list[str]] = {}

    def of(self, first: int, end: int) -> list[str]:
        tokens = self.tokens
        out = [
            "before=" + (near_word(tokens[first - 1]) if first > 0 else "start"),
            "after=" + (near_word(tokens[end]) if end < len(tokens) else "end"),
        ]
        if self._quotes[first] % 2:
            out.append("quoted")
        if first not in self._segments:
            self._segments[first] = self._segment(first)
        return out + self._everywhere + self._segments[first]

    @cached_property
    def _quotes(self) -> list[int]:
        """How many quotes stand before each place."""
        out = [0]
        for t in self.tokens:
            out.append(out[-1] + (t.low in QUOTES))
        return out

    @cached_property
    def _everywhere(self) -> list[str]:
        """What is the same at each place."""
        low = {fold(t.low) for t in self.tokens}
        told = {
            "spoken": self.tokens[0].low in DASH,
            "asked": "?" in low,
            "cried": "!" in low,
            "if": bool(low & CONDITIONS),
            "verbless": not any(t.best.pos in ("VERB", "ADJS", "PRTS") for t in self.tokens),
        }
        return [fact for fact, so in told.items() if so]

    def _segment(self, i: int) -> list[str]:
        """Between the commas on both sides of a place."""
        tokens = self.tokens
        first, end = i, i
        while first > 0 and tokens[first - 1].low != "," and tokens[first - 1].low not in HARD:
            first -= 1
        while end < len(tokens) and tokens[end].low != "," and tokens[end].low not in HARD:
            end += 1
        segment = tokens[first:end]
        low = {fold(t.low) for t in segment}
        out = [f"near={w}" for w in LIKENED if w in low]
        if any("1per" in r.grams for t in segment for r in t.readings[:1]):
            out.append("first-person")
        return out


def near_word(t: Token) -> str:
    """A little word itself, of others their part of speech."""
    low = fold(t.low)
    if not low[:1].isalnum() or t.best.pos in ("PREP", "CONJ", "PRCL", "NPRO"):
        return low
    return t.best.pos
