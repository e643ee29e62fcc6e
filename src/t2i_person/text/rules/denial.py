"""What is denied in other words than "не", "нет" and "без"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lexicon import things, verbs
from ..phrases import Phrase, normalize, noun_readings
from .body import STOP
from .rule import rule

if TYPE_CHECKING:
    from ..looks import SentenceLooks

GONE = frozenset("пропасть исчезнуть исчезать выпасть сойти отвалиться деться нет".split())
BODY_GROWTH = ("facial_hair", "hair", "face", "accessory", "skin")


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
            _deny(looks, phrase, phrase.start, phrase.noun + 1, verb)


@rule("У мужчины бороды нет, есть усы.", "!борода; усы")
def there_is_none(looks: SentenceLooks) -> None:
    """The denial ends where "есть" begins."""
    tokens = looks.tokens
    for phrase in list(looks.phrases.values()):
        entry = things().get(phrase.reading.key)
        k = phrase.noun + 1
        if entry is None or phrase.prep or k >= len(tokens):
            continue
        f = looks.at.get(k + 1) if tokens[k].low == "у" else None
        if f is not None and f.case == "gen":
            k = f.end
        genitive = any(r.case == "gen" for r in noun_readings(tokens[phrase.noun]))
        if k < len(tokens) and tokens[k].low in ("нет", "нету") and genitive:
            _deny(looks, phrase, phrase.start, k + 1, None)
    for t in tokens[1:]:
        before = tokens[t.i - 1].low
        if t.low not in ("есть", "были", "был", "была") or before not in (",", "зато", "но", "а", "и"):
            continue
        if not any(x.low in ("нет", "нету", "без") for x in tokens[: t.i]):
            continue
        for phrase in list(looks.phrases.values()):
            entry = things().get(phrase.reading.key)
            if entry is not None and phrase.start == t.i + 1 and not phrase.prep:
                owner = looks.possessor(phrase, phrase.noun + 1) or looks._body_owner(phrase, None)
                looks.emit(owner, phrase, entry, phrase.start, looks.extend(phrase, entry), False)


@rule("Он был не низкого роста.", "!низкий рост")
def not_of_height(looks: SentenceLooks) -> None:
    for phrase in list(looks.phrases.values()):
        if phrase.reading.key not in ("рост", "телосложение", "сложение") or phrase.case != "gen":
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


def _deny(looks: SentenceLooks, phrase: Phrase, first: int, end: int, verb: int | None) -> None:
    entry = things()[phrase.reading.key]
    owner = looks.possessor(phrase, phrase.noun + 1)
    if owner is None and verb is not None and not looks._thing_does(verb):
        owner = looks.subject(verb)
    owner = owner or looks._body_owner(phrase, None)
    looks.emit(owner, phrase, entry, first, end, True, normalize(looks.tokens, phrase, phrase.noun + 1))
