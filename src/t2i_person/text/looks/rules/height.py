"""How tall somebody is: "Рост: 182", "ростом пониже среднего", "метр восемьдесят", "под два метра"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ...grammar.numbers import number_value
from ...lexicon.lists import fold, word_set
from .forms import owner_of_form
from .number import years_word
from .rule import rule

if TYPE_CHECKING:
    from ...grammar.tokens import Token
    from ..finder import SentenceLooks

SIGNS = (":", "-", "—", "–", "=")
UNITS = ("-", "–", "см", "м", "сантиметров")
ABOUT = word_set("rules.txt", "about a measure")
KILOGRAMS = ("кг", "кило")
HALVES = ("полтора", "полутора")
YEARS_AND_HEIGHT = re.compile(r"(?:(\d\d) ?/ ?)?(1[4-9]\d|20\d|21\d) ?/ ?(\d{2,3})")


@rule("Мужчина. Рост: 182.", "рост 182")
def height(looks: SentenceLooks) -> None:
    for t in looks.tokens[:-1]:
        if t.low not in ("рост", "ростом"):
            continue
        k = t.i + 1
        k += looks.tokens[k].low in SIGNS and k + 1 < len(looks.tokens)
        if not looks.tokens[k].low[0].isdigit():
            continue
        end = k + 1
        while end < len(looks.tokens) and (
            looks.tokens[end].low in UNITS or looks.tokens[end].low[0].isdigit()
        ):
            end += 1
        words = " ".join(x.low for x in looks.tokens[k:end]).replace(" - ", "-")
        owner = owner_of_form(looks, t.i)
        looks.add(owner, t.i, end, "build", f"рост {words}", False, (), "рост")


@rule("Вошёл солдат ростом пониже среднего.", "рост ниже среднего")
def height_of_most(looks: SentenceLooks) -> None:
    tokens = looks.tokens
    for t in tokens[:-2]:
        if tokens[t.i + 2].low == "среднего" and t.keys("NOUN") & {"рост"}:
            more = tokens[t.i + 1].low.removeprefix("по")
            if more in ("выше", "ниже"):
                owner = looks.nominal_owner(t.i, t.i + 3)
                looks.add(owner, t.i, t.i + 3, "build", f"рост {more} среднего", False, (), "рост")


@rule("Вошла тренерша, метр пятьдесят, рыжая.", "рост метр пятьдесят; рыжий")
def in_metres(looks: SentenceLooks) -> None:
    """Metres in words; without "рост" they may be a distance, unless tens follow or they stand apart."""
    tokens = looks.tokens
    for t in tokens:
        if not t.low.startswith("метр") or not t.keys("NOUN") & {"метр"} or t.i in looks.used:
            continue
        first, end = _number_before(tokens, t.i), _number_after(tokens, t.i)
        counted, tens = first < t.i, end > t.i + 1
        if first > 0 and fold(tokens[first - 1].low) in ABOUT:
            first -= 1
        told = first > 0 and bool(tokens[first - 1].keys("NOUN") & {"рост"})
        behind = end < len(tokens) and bool(tokens[end].keys("NOUN") & {"рост"})
        apart = tokens[first].low == "под" and counted and first > 0 and first - 1 in looks.at
        if not (tens or ((told or behind or apart) and counted)):
            continue
        words = " ".join(x.low for x in tokens[first:end])
        first -= told
        end += behind
        owner = looks.nominal_owner(first, end)
        looks.add(owner, first, end, "build", f"рост {words}", False, (), "рост")


def _number_before(tokens: list[Token], metre: int) -> int:
    """ "два метра", "2 метра", "полтора метра": where the number begins."""
    if metre == 0:
        return metre
    before = tokens[metre - 1]
    counts = before.low in HALVES or before.low[0].isdigit() or before.keys("NUMR") & {"два", "полтора"}
    return metre - 1 if counts else metre


def _number_after(tokens: list[Token], metre: int) -> int:
    """ "метр восемьдесят пять", "метр с кепкой": one past it."""
    end = metre + 1
    if [t.low for t in tokens[end : end + 2]] == ["с", "кепкой"]:
        return end + 2
    while end < len(tokens) and not tokens[end].has("ADJF"):
        value = number_value(tokens[end])
        if value is None or not (10 <= value < 100 or end > metre + 1):
            break
        end += 1
    return end


@rule("Аня, 29 лет, 172/58.", "29 лет; рост 172")
def years_and_height(looks: SentenceLooks) -> None:
    """As people give their years, height and weight: "36/182/80", "172/58"."""
    tokens = looks.tokens
    for t in tokens:
        if not t.low[0].isdigit() or t.i in looks.used:
            continue
        end = t.i + 1
        while end < len(tokens) and (tokens[end].low == "/" or tokens[end].low[0].isdigit()):
            end += 1
        found = YEARS_AND_HEIGHT.fullmatch(" ".join(x.low for x in tokens[t.i : end]))
        if found is None:
            continue
        owner = looks.nominal_owner(t.i, end)
        first = t.i
        if found[1]:
            apart = first + 1 if end > first + 1 else end
            looks.add(owner, first, apart, "age", f"{found[1]} {years_word(found[1])}", False, noun="age")
            if end == first + 1:
                _rest_of_token(looks, t, found[2])
            first += 2 * (end > first + 1)
        looks.add(owner, first, end, "build", f"рост {found[2]}", False, (), "рост")


@rule("Ира: 62 кг.", "62 кг")
def weight(looks: SentenceLooks) -> None:
    """Kilograms in a list of looks; beside a verb they may be of anything."""
    tokens = looks.tokens
    for t in tokens[1:]:
        if not t.low.startswith(KILOGRAMS) or not tokens[t.i - 1].low[0].isdigit():
            continue
        apart = t.i < 2 or tokens[t.i - 2].low in (*SIGNS, ",", "/", ";", "вес", "вешу")
        if t.i - 1 in looks.used or not apart or any(looks.is_verb(k) for k in range(t.i)):
            continue
        end = t.i + 1 + 2 * ([x.low for x in tokens[t.i + 1 : t.i + 3]] == ["живого", "веса"])
        words = f"{tokens[t.i - 1].low} {t.low}"
        looks.add(owner_of_form(looks, t.i), t.i - 1, end, "build", words, False, (), "вес")


def _rest_of_token(looks: SentenceLooks, t: Token, tall: str) -> None:
    """ "23/168/52" is one token: what was made of it is the years, and what is left the height."""
    first, _, owner, years = looks.facts[-1] if looks.facts else (-1, -1, None, None)
    if first != t.i or owner is None or years is None:
        return
    years.end = t.start + t.low.index("/")
    tallness = replace(years, start=years.end + 1, end=t.end, category="build", noun="рост")
    tallness.normalized = f"рост {tall}"
    owner.facts.append(tallness)
