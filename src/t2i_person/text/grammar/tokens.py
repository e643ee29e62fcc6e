"""Natasha's models and pymorphy3 in one place: text in, sentences of tokens with every reading out.

`natasha` itself cannot be imported on Python 3.11 (it needs pymorphy2), so its model files are found
through importlib and run with slovnet and navec directly.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from razdel import sentenize, tokenize

from ..lexicon.dictionary import listed
from ..lexicon.lists import fold, people, things, word_set
from ..lexicon.morph import morphology, noun_lemmas
from .parser import SEEN, grammar
from .spelling import corrected

CASES = {
    "nomn": "nom", "voct": "nom", "gent": "gen", "gen1": "gen", "gen2": "gen", "datv": "dat",
    "accs": "acc", "acc2": "acc", "ablt": "ins", "loct": "loc", "loc1": "loc", "loc2": "loc",
}  # fmt: skip
UD_POS = {
    "NOUN": ("NOUN", "PROPN"), "ADJF": ("ADJ", "DET", "VERB"), "ADJS": ("ADJ", "VERB"),
    "PRTF": ("VERB", "ADJ"), "PRTS": ("VERB", "ADJ"), "VERB": ("VERB", "AUX"), "INFN": ("VERB", "AUX"),
    "GRND": ("VERB",), "NPRO": ("PRON", "DET"), "NUMR": ("NUM",), "ADVB": ("ADV", "PART"), "PREP": ("ADP",),
    "CONJ": ("CCONJ", "SCONJ"), "PRCL": ("PART", "ADV"), "COMP": ("ADJ", "ADV"),
    "PRED": ("VERB", "ADV", "ADJ"),
    "INTJ": ("INTJ",),
}  # fmt: skip
INDECLINABLE = word_set("grammar.txt", "indeclinable")
# a name is no slip for another word: surnames, pet names
NAME_ENDS = ("ова", "ева", "ёва", "ина", "ов", "ев", "ёв", "ин", "ашка", "яшка", "юшка")
# "Эля — розовое каре", "— Врач: Амади, дреды"
ENTRY = re.compile(r"[\d.)•*—–\-\s]{0,6}[А-ЯЁ][\w-]*(?: [\w-]+){0,3},? ?[:—–-] ?\S")
FORM_LINE = re.compile(r"[\W_\d]{0,6}([а-яё]+)", re.IGNORECASE)
RUN = re.compile(r"\S+")
FORM_KEYS = word_set("forms.txt", "line")
LONGEST_WORD = 60  # longer "words" are noise and would only slow the dictionary down
LONGEST_SENTENCE = 120  # tokens
WINDOW = 128  # sentences tagged together
PARTICIPLE = {"PRTF", "masc", "sing", "nomn"}  # the form of an adjective


@dataclass(frozen=True, slots=True)
class Reading:
    """One dictionary reading of a word."""

    lemma: str
    key: str  # folded lemma
    pos: str
    case: str
    number: str
    gender: str  # masc, femn, neut, "" when any
    animacy: str
    grams: frozenset[str]
    score: float
    known: bool  # in the dictionary, not guessed by its ending
    parse: Any = field(compare=False, repr=False)


class Readings(tuple[Reading, ...]):
    """Readings of a word in one order, with what was worked out of them before: rules ask it often."""

    memo: dict[Any, Any]

    def __new__(cls, readings: Iterable[Reading] = ()) -> "Readings":
        made = super().__new__(cls, readings)
        made.memo = {}
        return made


@lru_cache(1)
def _nothing() -> np.ndarray:
    return np.zeros(SEEN, np.float32)


@dataclass(slots=True)
class Token:
    """A word of a sentence; `i` is its place there, `start` and `end` are offsets in the whole text."""

    i: int
    text: str
    low: str
    start: int
    end: int
    pos: str = "X"
    feats: dict[str, str] = field(default_factory=dict)
    head: int = -1
    rel: str = ""
    seen: np.ndarray = field(default_factory=_nothing, compare=False)  # what slovnet read around it
    readings: Readings = field(default_factory=Readings)
    look: float = 0.0  # how likely it is told of somebody's looks
    begins: float = 0.0  # how likely what it tells begins here
    person: float = 0.0  # how likely it names somebody who is there
    opens: bool = False  # the first word of a paragraph

    @property
    def best(self) -> Reading:
        """The reading that suits the tagger best."""
        return self.readings[0]

    @property
    def key(self) -> str:
        return self.readings[0].key

    def has(self, *pos: str) -> bool:
        """Whether some reading is of one of these parts of speech."""
        for r in self.readings:
            if r.pos in pos:
                return True
        return False

    def keys(self, *pos: str) -> frozenset[str]:
        memo = self.readings.memo
        if pos not in memo:
            memo[pos] = frozenset(r.key for r in self.readings if not pos or r.pos in pos)
        return memo[pos]  # type: ignore[no-any-return]


# Endings of nouns for women: where the dictionary has no word it guesses a man in the accusative.
WOMEN = ("рша", "ерка", "иха", "есса", "истка", "ница")


@lru_cache(16_000)  # a novel has that many different words
def readings(low: str) -> Readings:
    """Dictionary readings of a lower-case word, most probable first."""
    if low in INDECLINABLE:
        grams = frozenset({"NOUN", "inan"})
        return Readings(
            Reading(low, fold(low), "NOUN", case, "sing", "", "inan", grams, 0.2, True, None)
            for case in ("nom", "gen", "dat", "acc", "ins", "loc")
        )
    if len(low) > LONGEST_WORD:
        low = low[:LONGEST_WORD]
    out = []
    known: dict[str, bool] = {}  # readings mostly spell the word alike
    for p in morphology().parse(low):
        lemma = p.normal_form
        if p.tag.POS in ("PRTF", "PRTS"):  # the dictionary form is a verb; looks need the adjective
            full = p.inflect(PARTICIPLE)
            lemma = full.word if full else lemma
        if p.word not in known:
            known[p.word] = listed(p) or p.is_known
        out.append(
            Reading(
                lemma=lemma,
                key=fold(lemma),
                **_grammar(p.tag),
                score=p.score,
                known=known[p.word],
                parse=p,
            )
        )
    return Readings(out) or Readings(
        [Reading(low, fold(low), "X", "", "", "", "", frozenset(), 0.0, False, None)]
    )


@lru_cache(8_000)
def _grammar(tag: Any) -> dict[str, Any]:
    """Part of speech, case, number, gender, animacy and everything the dictionary's tag says."""
    gender = str(tag.gender or "")
    if "ms-f" in tag or "Ms-f" in tag or gender not in ("masc", "femn", "neut"):
        gender = ""
    case = CASES.get(str(tag.case), "")
    return {
        "pos": str(tag.POS or "X"),
        "case": case,
        "number": str(tag.number or ""),
        "gender": gender,
        "animacy": str(tag.animacy or ""),
        "grams": frozenset(map(str, tag.grammemes)),
    }


def _order(token: Token) -> None:
    """Sort readings by how well they suit the tagger's part of speech, case and number."""
    feats = token.feats
    case = feats.get("Case", "")[:3].lower()
    number = {"Sing": "sing", "Plur": "plur"}.get(feats.get("Number", ""), "")
    gender = {"Masc": "masc", "Fem": "femn", "Neut": "neut"}.get(feats.get("Gender", ""), "")
    small, subject = token.text[:1].islower(), token.rel.startswith("nsubj")
    token.readings = _ordered(token.low, token.pos, case, number, gender, small, subject)


@lru_cache(20_000)
def _ordered(low: str, pos: str, case: str, number: str, gender: str, small: bool, subject: bool) -> Readings:
    def suits(r: Reading) -> float:
        points = r.score
        points += 2.0 * (pos in UD_POS.get(r.pos, ()))
        points += 1.5 * bool(case and r.case == case)
        points += 0.6 * bool(number and r.number == number)
        points += 0.4 * bool(gender and r.gender == gender)
        if r.grams & {"Name", "Surn", "Patr", "Orgn"} and small:
            points -= 8.0  # "роза" is a flower until it has a capital
        if r.case == "nom" and subject:
            points += 1.0
        if not r.known and r.pos == "NOUN" and r.case == "nom" and r.gender == "femn":
            points += 3.0 * (low.endswith(WOMEN) or r.key in people())
        return points

    return Readings(sorted(readings(low), key=suits, reverse=True))


def _needs_verb(tokens: list[Token]) -> None:
    """A sentence without a predicate has one the tagger took for a noun: "орчиха точила топор"."""
    told = ("VERB", "INFN", "PRED", "ADJS", "PRTS", "GRND")
    if any(t.best.pos in told or t.low in ("—", "–", "нет") for t in tokens):
        return
    for t in tokens[1:]:
        past = [r for r in t.readings if r.pos == "VERB" and "past" in r.grams]
        if past and t.best.pos == "NOUN" and t.text[:1].islower() and t.pos != "ADP":
            t.readings = Readings((*past, *(r for r in t.readings if r not in past)))
            t.pos = "VERB"
            return


def _needs_noun(tokens: list[Token]) -> None:
    """After an adjective that agrees with it a garment is no verb: "носил коричневый берет"."""
    for before, t in pairwise(tokens):
        if t.best.pos != "VERB" or before.best.pos not in ("ADJF", "PRTF") or "actv" in before.best.grams:
            continue  # "улыбающийся берет под руку"
        garments = [r for r in t.readings if r.pos == "NOUN" and r.key in things()]
        fits = [
            r
            for r in garments
            for a in before.readings
            if a.pos in ("ADJF", "PRTF") and (a.case, a.number) == (r.case, r.number)
            if a.gender in ("", r.gender) or r.number == "plur"
        ]
        if fits:
            t.readings = Readings((*fits, *(r for r in t.readings if r not in fits)))
            t.pos = "NOUN"


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """(offset, text) of the parts of a paragraph: lines of a form stand alone, wrapped prose does not."""
    start = 0
    was_key = False
    lines = list(re.finditer(r"[^\n]+", text))
    listed = sum(ENTRY.match(line.group()) is not None for line in lines) > 1
    for line in lines:
        is_key = _opens_with_key(line.group()) or (listed and ENTRY.match(line.group()) is not None)
        if (is_key or was_key) and line.start() > start:
            yield start, text[start : line.start()]
            start = line.start()
        was_key = is_key
    yield start, text[start:]


def _opens_with_key(line: str) -> bool:
    """ "Волосы: рыжие", "• глаза - карие", "Глаза зелёные" """
    opening = FORM_LINE.match(line)
    if opening is None:
        return False
    word = opening.group(1).lower()
    if fold(word) in FORM_KEYS or opening.group(0)[0] in "•*":
        return True
    return len(line) < 60 and any(fold(lemma) in things() for lemma in noun_lemmas(word))


@lru_cache(20_000)
def _words_of(run: str) -> tuple[tuple[str, int, int], ...]:
    """Words and marks of what stands between two spaces, with their places there."""
    return tuple((t.text, t.start, t.stop) for t in tokenize(run))


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Words and marks with their places, each run between spaces by itself.

    razdel would look beyond the space, and make one word of "Анна-" in "Анна- и Пётр".
    """
    for run in RUN.finditer(text):
        at = run.start()
        for word, start, stop in _words_of(run.group()):
            yield word, at + start, at + stop


def _cut(places: Sequence[int], text: str) -> Iterator[list[Token]]:
    """Sentences of a paragraph as tokens that know their offsets, the over-long ones in parts."""
    for begin, piece in ((at, p) for at, line in _lines(text) for p in sentenize(line)):
        tokens: list[Token] = []
        at = begin + piece.start
        for word, first, past in _words(piece.text):
            named = word[:1].isupper() and (bool(tokens) or word.endswith(NAME_ENDS))
            low = corrected(word.lower(), named, word[:1].isupper())
            tokens.append(
                Token(len(tokens), word, low, places[at + first], places[at + past], readings=readings(low))
            )
            if len(tokens) == LONGEST_SENTENCE:
                border = max((k for k, x in enumerate(tokens) if x.low in (",", ";", ":")), default=0)
                cut = border + 1 if border > LONGEST_SENTENCE // 2 else LONGEST_SENTENCE
                yield tokens[:cut]
                tokens = tokens[cut:]
                for k, x in enumerate(tokens):
                    x.i = k
        if tokens:
            yield tokens


def sentences(paragraphs: Iterable[tuple[Sequence[int], str]]) -> Iterator[list[Token]]:
    """Tag cleaned paragraphs sentence by sentence.

    Each paragraph comes with the place in the whole text of each of its characters, one past the end
    included.
    """
    waiting: list[list[Token]] = []
    for places, text in paragraphs:
        for k, tokens in enumerate(_cut(places, text)):
            tokens[0].opens = k == 0
            waiting.append(tokens)
            if len(waiting) == WINDOW:
                _tag(waiting)
                yield from waiting
                waiting = []
    _tag(waiting)
    yield from waiting


def _tag(window: list[list[Token]]) -> None:
    """Tag and parse the sentences together."""
    for tokens, parsed in zip(window, grammar()([[t.text for t in s] for s in window]), strict=True):
        for k, token in enumerate(tokens):
            token.pos, token.feats = parsed.tags[k]
            token.head, token.rel, token.seen = parsed.heads[k], parsed.rels[k], parsed.seen[k]
            _order(token)
        _needs_verb(tokens)
        _needs_noun(tokens)
