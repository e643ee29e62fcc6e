"""Ages in words and digits: "лет сорока", "двадцати пяти лет", "ей было за сорок"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..grammar.numbers import LIKE_NOUNS
from ..grammar.tokens import Token, readings
from .rules import AGES, NumberAt, decide

if TYPE_CHECKING:
    from .finder import SentenceLooks
    from .rules.age import Age, IsAge

RANGE = re.compile(r"~?\d{1,3}(?:[-–]\d{1,3})?")


def is_number(token: Token) -> bool:
    first, dash, second = token.low.partition("-")
    if dash and first.isalpha() and second.isalpha():
        return all(any(r.pos == "NUMR" for r in readings(x)) for x in (first, second))  # "десяти-двенадцати"
    return RANGE.fullmatch(token.low) is not None or any(
        r.pos == "NUMR" or r.key in LIKE_NOUNS for r in token.readings
    )


def age_spans(looks: SentenceLooks) -> list[Age]:
    """Every age in the sentence."""
    tokens = looks.tokens
    out: list[Age] = []
    i = 0
    while i < len(tokens):
        year = _year_of_life(looks, i) or _year_of_life(looks, i + 1)
        if year is not None and year[0] == i:
            out.append(year)
            i = year[1]
            continue
        if not is_number(tokens[i]):
            i += 1
            continue
        j = i
        while j < len(tokens) and (is_number(tokens[j]) or _between_digits(tokens, j)):
            j += 1
        span: IsAge = decide(AGES, NumberAt(looks, i, j))
        if span:
            out.append(span)
        i = max(j, span[1] if span else j)
    return out


def _between_digits(tokens: list[Token], j: int) -> bool:
    """ "40 – 45": the dash of a range."""
    if tokens[j].low not in ("-", "–") or not 0 < j < len(tokens) - 1:
        return False
    return tokens[j - 1].low.isdigit() and tokens[j + 1].low.isdigit()


def _year_of_life(looks: SentenceLooks, i: int) -> Age | None:
    """ "Прохору шёл двадцатый год" """
    tokens = looks.tokens
    if i + 1 >= len(tokens) or tokens[i + 1].low not in ("год", "годок") or not tokens[i].has("ADJF"):
        return None
    if not any("Anum" in r.grams for r in tokens[i].readings):
        return None
    first = (
        i - 1 if i > 0 and any("Anum" in r.grams or r.pos == "NUMR" for r in tokens[i - 1].readings) else i
    )
    clause = [t for t in tokens if looks.clause[t.i] == looks.clause[i]]
    if not any(t.keys("VERB") & {"идти", "пойти", "минуть"} for t in clause):
        return None
    who = next((f for f in looks.found if f.case == "dat" and f.entity is not None), None)
    if who is None:
        return None
    return first, i + 2, " ".join(t.low for t in tokens[first : i + 2]), who.entity
