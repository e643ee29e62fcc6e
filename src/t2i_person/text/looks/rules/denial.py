"""What is denied in other words than "не", "нет" and "без"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...grammar.agreement import noun_readings
from ...grammar.nominative import normalize
from ...grammar.phrases import Phrase
from ...lexicon.lists import things, verbs, word_set
from .body import STOP
from .rule import rule

if TYPE_CHECKING:
    from ..finder import SentenceLooks

QUALITY = word_set("rules.txt", "quality")
GONE = word_set("verbs.txt", "gone")
BODY_GROWTH = ("facial_hair", "hair", "face", "eyes", "accessory", "skin", "build")


@rule("Он перестал носить очки.", "!очки")
def stopped_wearing(looks: SentenceLooks) -> None:
    for phrase, verb in _with_verb(looks):
        around = looks.tokens[max(0, verb - 3) : verb]
        wears = looks.tokens[verb].keys("INFN") & verbs("wear").keys()
        no_more = (
            looks.tokens[verb - 1].low == "не" and any(t.low == "больше" for t in around) if verb else False
        )
        wears_not = looks.tokens[verb].keys("VERB") & verbs("wear").keys() and no_more
        if (wears and any(t.keys("VERB") & STOP for t in around)) or wears_not:
            _deny(looks, phrase, phrase.start, phrase.noun + 1, verb)


@rule("У неё пропали веснушки.", "!веснушки")
def gone(looks: SentenceLooks) -> None:
    for phrase, verb in _with_verb(looks):
        subject = any(r.case == "nom" for r in noun_readings(looks.tokens[phrase.noun]))
        entry = things()[phrase.reading.key]
        if subject and entry.category in BODY_GROWTH and looks.tokens[verb].keys("VERB") & GONE:
            end = looks.extend(phrase, entry)
            _deny(looks, phrase, phrase.start, end, verb, end)


@rule("У мужчины бороды нет, есть усы.", "!борода; усы")
def there_is_none(looks: SentenceLooks) -> None:
    """The denial ends where "есть" begins."""
    for phrase in list(looks.phrases.values()):
        entry = things().get(phrase.reading.key)
        if entry is None or phrase.prep:
            continue
        k = _after_whose(looks, phrase)
        genitive = any(r.case == "gen" for r in noun_readings(looks.tokens[phrase.noun]))
        if k < len(looks.tokens) and looks.tokens[k].low in ("нет", "нету") and genitive:
            _deny(looks, phrase, phrase.start, k + 1, None)
    for k in _there_is(looks):
        for phrase in list(looks.phrases.values()):
            entry = things().get(phrase.reading.key)
            if entry is not None and phrase.start == k + 1 and not phrase.prep:
                owner = looks.possessor(phrase, phrase.noun + 1) or looks._body_owner(phrase, None)
                looks.emit(owner, phrase, entry, phrase.start, looks.extend(phrase, entry), False)


def _after_whose(looks: SentenceLooks, phrase: Phrase) -> int:
    """One past the noun and "у" with its owner: "бороды у мужчины нет"."""
    k = phrase.noun + 1
    if k >= len(looks.tokens) or looks.tokens[k].low != "у":
        return k
    f = looks.at.get(k + 1)
    return f.end if f is not None and f.case == "gen" else k


def _there_is(looks: SentenceLooks) -> Iterator[int]:
    """Places of "есть" after a denial in the same sentence."""
    tokens = looks.tokens
    for t in tokens[1:]:
        begins = tokens[t.i - 1].low in (",", "зато", "но", "а", "и")
        if t.low not in ("есть", "были", "был", "была") or not begins:
            continue
        if any(x.low in ("нет", "нету", "без") for x in tokens[: t.i]):
            yield t.i


@rule("Он был не низкого роста.", "!низкий рост")
def not_of_height(looks: SentenceLooks) -> None:
    for phrase in list(looks.phrases.values()):
        if phrase.reading.key not in QUALITY or phrase.case != "gen":
            continue
        before = looks.tokens[phrase.start - 1].low if phrase.start else ""
        if before == "не" and looks._describing(phrase):
            entry = things().get(phrase.reading.key)
            owner = looks.nominal_owner(phrase.start, phrase.noun + 1)
            if entry is not None:
                looks.emit(owner, phrase, entry, phrase.start - 1, phrase.noun + 1, True)


def _with_verb(looks: SentenceLooks) -> list[tuple[Phrase, int]]:
    """Phrases of listed things without a preposition, with their clause's verb."""
    out = []
    for phrase in looks.phrases.values():
        verb = looks._clause_verb(phrase.noun)
        if phrase.reading.key in things() and not phrase.prep and verb is not None:
            out.append((phrase, verb))
    return out


def _deny(
    looks: SentenceLooks, phrase: Phrase, first: int, end: int, verb: int | None, told: int = 0
) -> None:
    """Deny the words from `first` to before `end`; the normal form has those before `told`."""
    entry = things()[phrase.reading.key]
    owner = looks.possessor(phrase, phrase.noun + 1)
    if owner is None and verb is not None and not looks._thing_does(verb):
        owner = looks.subject(verb)
    owner = owner or looks._body_owner(phrase, None)
    looks.emit(
        owner, phrase, entry, first, end, True, normalize(looks.tokens, phrase, told or phrase.noun + 1)
    )
