"""English words in a Russian prompt: "девушка, long silver hair, freckles, no glasses"."""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from ...grammar.nominative import nominative
from ...grammar.tokens import Reading, readings
from ...lexicon.lists import sections, word_map, word_set
from .forms import excluding_sign, owner_of_form
from .rule import rule

if TYPE_CHECKING:
    from ...grammar.tokens import Token
    from ..finder import SentenceLooks

LATIN = re.compile(r"[a-z][a-z'-]*")
OPENS = word_set("foreign.txt", "opens")
DENIES = word_set("foreign.txt", "denies")
ENDS = word_set("foreign.txt", "ends")
COLOURS = word_set("foreign.txt", "colour")
OTHER = ("colour", "opens", "denies", "ends")  # sections that are no looks
WITH = ("с", "со", "в", "во", "без")


@cache
def _words(flag: str) -> dict[str, str]:
    """Category of the words of all sections with this flag, "" for those with none."""
    out: dict[str, str] = {}
    for header, words in sections("foreign.txt"):
        category, _, told = header.partition(" ")
        if told == flag and (flag or category not in OTHER):
            out.update(dict.fromkeys(words, category))
    return out


@rule(
    "Девушка с blue eyes, long hair, tattoo на шее, no glasses, soft light. Negative prompt: hat",
    "голубые глаза; длинные волосы; татуировка на шее; !очки; !шляпа",
)
def english_words(looks: SentenceLooks) -> None:
    tokens = looks.tokens
    sign = excluding_sign(looks)
    for latin, run in groupby(tokens, key=lambda t: bool(LATIN.fullmatch(t.low))):
        if not latin:
            continue
        words = list(run)
        while words:
            words = _told(looks, words, sign)


def _told(looks: SentenceLooks, words: list[Token], sign: int) -> list[Token]:
    """Take one thing from the front of a run of English words; what is left of the run."""
    no = -1
    while words and words[0].low in OPENS | DENIES:
        no = words[0].i if words[0].low in DENIES and words[0].i != sign else no
        words = words[1:]
    ends = next((k for k, t in enumerate(words) if k and t.low in ENDS | DENIES | {"and"}), len(words))
    part, rest = words[:ends], words[ends:]
    category = _category([t.low for t in part])
    if not category:
        return rest
    end = part[-1].i + 1
    if rest and rest[0].low in ENDS and rest[0].low not in OPENS - {"in"}:  # "tattoo on neck"
        end, rest = rest[-1].i + 1, []
    first = _with_adjectives(looks, part[0].i)
    end = _place_after(looks, end)
    preposition = looks.tokens[first - 1].low if first else ""
    owner = looks.nominal_owner(first, end) if sign < 0 or first < sign else owner_of_form(looks, sign)
    denied = no >= 0 or preposition == "без" or 0 <= sign < first
    start = no if no >= 0 else first - (preposition in WITH)
    looks.certain.add(start)
    latin = [t.low for t in part]
    normal, adjectives, noun = _in_russian(latin, category) or (" ".join(latin), (), "")
    around = looks.tokens[first : part[0].i], looks.tokens[part[-1].i + 1 : end]
    normalized = " ".join([*(t.low for t in around[0]), normal, *(t.low for t in around[1])])
    looks.add(owner, start, end, category, normalized, denied, adjectives, noun)
    return rest


def _in_russian(words: list[str], category: str) -> tuple[str, tuple[str, ...], str] | None:
    """Normal form, adjectives and noun of English words for looks; None where a word has no Russian here."""
    noun = word_map("foreign.txt", "noun russian").get(words[-1], "")
    known = word_map("foreign.txt", "adjective russian")
    known = known | word_map("foreign.txt", f"{'hair' if 'hair' in category else category} russian")
    adjectives = [known.get(word, "") for word in (words[:-1] if noun else words)]
    if not all(adjectives):
        return None
    *before, last = noun.split() or [""]
    thing = next((r for r in readings(last) if r.pos == "NOUN" and r.case == "nom"), None) if last else None
    number, gender = (thing.number, thing.gender) if thing else ("sing", "masc")
    normal = [*(nominative(_adjective(word), number, gender) for word in adjectives), *before, last]
    lemmas = [*adjectives, *(_adjective(word).lemma for word in before)]
    return " ".join(filter(None, normal)), tuple(lemmas), thing.lemma if thing else ""


def _adjective(word: str) -> Reading:
    found = readings(word)
    return next((r for r in found if r.pos in ("ADJF", "PRTF")), found[0])


def _category(part: list[str]) -> str:
    """Category of a thing by its last word, "" for what is no look."""
    last = part[-1] if part else ""
    if last in _words("needs"):
        category = _words("needs")[last] if len(part) > 1 else ""
    else:
        category = _words("").get(last, "")
        if not category and all(w in _words("alone") for w in part):
            category = _words("alone").get(last, "")
    if category == "hair":
        return "hair_color" if COLOURS & set(part) else "hair_style"
    return category


def _with_adjectives(looks: SentenceLooks, first: int) -> int:
    """Where "сломанный nose" begins: Russian adjectives right before the English words."""
    tokens = looks.tokens
    while first > 0 and tokens[first - 1].best.pos in ("ADJF", "PRTF") and first - 1 not in looks.mod_of:
        if first - 1 in looks.at or not (first == 1 or tokens[first - 2].low in (",", "с", "в", ":", "и")):
            break
        first -= 1
    return first


def _place_after(looks: SentenceLooks, end: int) -> int:
    """ "tattoo на шее": the place on the body goes with it."""
    place = looks.governed_at(end)
    return place.noun + 1 if place is not None and place.prep in ("на", "под", "через") else end
