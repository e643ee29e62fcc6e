"""What parts of the body do: "глаза, блестя", "щёки гореть перестали"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...grammar.agreement import MODIFIERS, noun_readings
from ...grammar.marks import DASH
from ...grammar.nominative import masculine, nominative, normalize, plain_readings
from ...grammar.phrases import Phrase
from ...grammar.tokens import Reading, Token
from ...lexicon.lists import fold, things, verbs, word_set
from .rule import rule

if TYPE_CHECKING:
    from ...people.found import Found
    from ..finder import SentenceLooks

BODY = ("hair", "facial_hair", "eyes", "face", "skin", "build")
SHINE = word_set("verbs.txt", "shine")
STOP = word_set("verbs.txt", "stop")


@rule("Её глаза, блестя, следили за мной.", "блестящие глаза")
def part_gerund(looks: SentenceLooks) -> None:
    for phrase in list(looks.phrases.values()):
        comma = _after_owner(looks, phrase)
        if not _part(phrase) or comma + 1 >= len(looks.tokens) or looks.tokens[comma].low != ",":
            continue
        verb = looks.tokens[comma + 1]
        closed = comma + 2 < len(looks.tokens) and looks.tokens[comma + 2].low == ","
        if closed and verb.has("GRND") and verb.keys("GRND") & (SHINE | verbs("part").keys()):
            _told(looks, phrase, verb, comma + 2, False)


@rule("Её щёки гореть перестали.", "!горящие щёки")
def part_stops(looks: SentenceLooks) -> None:
    for phrase in list(looks.phrases.values()):
        at = _after_owner(looks, phrase)
        if not _part(phrase) or at + 1 >= len(looks.tokens):
            continue
        two = looks.tokens[at : at + 2]
        does = next((t for t in two if t.has("INFN")), None)
        if does is not None and any(t.keys("VERB") & STOP for t in two):
            if does.keys("INFN") & (SHINE | verbs("part").keys()):
                _told(looks, phrase, does, does.i + 1, True)


def _part(phrase: Phrase) -> bool:
    thing = things().get(phrase.reading.key)
    return thing is not None and thing.category in BODY and not phrase.prep


def _after_owner(looks: SentenceLooks, phrase: Phrase) -> int:
    """One past the noun and the owner right behind it: "глаза его", "руки старика"."""
    k = phrase.noun + 1
    f = looks.at.get(k)
    return f.end if f is not None and (f.kind == "poss" or f.case == "gen") else k


def _told(looks: SentenceLooks, phrase: Phrase, verb: Token, end: int, denied: bool) -> None:
    subject = next((r for r in noun_readings(looks.tokens[phrase.noun]) if r.case == "nom"), None)
    participle = _participle(verb)
    if subject is None or participle is None:
        return
    owner = looks.possessor(phrase, phrase.noun + 1) or looks._body_owner(phrase, None)
    number = subject.number or "plur"
    shown = nominative(participle, number, subject.gender if number == "sing" else "")
    normal = f"{shown} {nominative(subject, number)}"
    first = phrase.start
    while first < phrase.noun and first in looks.at:
        first += 1  # the owner's "её" is no part of it
    category = things()[subject.key].category
    looks.add(owner, first, end, "hair_style" if category == "hair" else category, normal, denied,
              (participle.lemma,), subject.lemma)  # fmt: skip


def _participle(verb: Token) -> Reading | None:
    """The active participle of the verb, present before past: "блестя" -> "блестящий"."""
    for r in verb.readings:
        if r.pos not in ("GRND", "INFN", "VERB") or r.parse is None:
            continue
        for time in ("pres", "past"):
            for form in r.parse.lexeme:
                if form.tag.POS == "PRTF" and {"actv", time, "nomn", "masc"} <= set(form.tag.grammemes):
                    return next((x for x in plain_readings(form.word) if x.pos == "PRTF"), None)
    return None


ONCE = word_set("rules.txt", "once")


@rule("Волосы его, недавно чёрные, совсем побелели.", "белые волосы")
def once_and_now(looks: SentenceLooks) -> None:
    """What a part was like between commas, and what has become of it."""
    tokens = looks.tokens
    for phrase in list(looks.phrases.values()):
        comma = phrase.noun + 1
        if comma < len(tokens) and tokens[comma].low == "у":
            comma += 1
        owner = looks.at.get(comma)
        comma = owner.end if owner is not None else comma
        if not _part(phrase) or comma + 2 >= len(tokens) or tokens[comma].low != ",":
            continue
        close = next((t.i for t in tokens[comma + 1 :] if t.low == ","), -1)
        if close < 0 or not any(fold(t.low) in ONCE for t in tokens[comma + 1 : close]):
            continue
        for t in tokens[close + 1 : close + 4]:
            become = t.keys("VERB") & verbs("become").keys()
            shown = t.keys("VERB") & verbs("part").keys()
            if become or shown:
                _became(looks, phrase, t, next(iter(become), ""), owner)
                break


def _became(looks: SentenceLooks, phrase: Phrase, verb: Token, become: str, owner: Found | None) -> None:
    noun = next((r for r in noun_readings(looks.tokens[phrase.noun]) if r.case == "nom"), None)
    word = plain_word(verbs("become")[become].split()[0]) if become else _participle(verb)
    if noun is None or word is None:
        return
    number = noun.number or "plur"
    shown = nominative(word, number, noun.gender if number == "sing" else "")
    entity = owner.entity if owner is not None else looks._body_owner(phrase, None)
    category = looks._category(things()[noun.key], [word.lemma])
    normal = f"{shown} {nominative(noun, number)}"
    looks.add(entity, phrase.start, verb.i + 1, category, normal, False, (word.lemma,), noun.lemma)


def plain_word(word: str) -> Reading | None:
    return next((r for r in plain_readings(word) if r.pos in MODIFIERS), None)


FACE_PLACES = word_set("rules.txt", "worn by a face")
LIGHT = word_set("rules.txt", "light")
BETWEEN = 3  # words between the place and what is there, besides the owner


@rule("Вошёл старик. На макушке у него сидела жаба.", "жаба на макушке")
def on_the_place(looks: SentenceLooks) -> None:
    """What no list has, seen on the face or the head: "на лице её был испуг"."""
    for place in list(looks.phrases.values()):
        spot = looks.tokens[place.noun].keys("NOUN") & FACE_PLACES
        if place.prep != "на" or place.case != "loc" or not spot:
            continue
        there = next(
            (p for p in looks.phrases.values() if _may_be_on(looks, p) and _joined(looks, place, p)), None
        )
        if there is None:
            continue
        first, end = min(place.whole, there.start), max(place.noun, there.noun) + 1
        owner = looks.possessor(place, place.noun + 1) or looks._body_owner(there, None)
        words = " ".join(t.low for t in looks.tokens[place.start : place.noun + 1] if t.i not in looks.at)
        told = tuple(masculine(looks.tokens[m]) for m in looks._describing(there))
        category = "expression" if spot & {"лицо", "губа"} else "accessory"
        normal = f"{normalize(looks.tokens, there)} на {words}"
        looks.add(owner, first, end, category, normal, False, told, there.reading.lemma)


def _may_be_on(looks: SentenceLooks, there: Phrase) -> bool:
    """A noun of no list that may be a subject, and is there rather than shines on it."""
    noun = looks.tokens[there.noun]
    if noun.keys("NOUN") & LIGHT:
        return False
    if there.prep or noun.best.pos != "NOUN" or noun.best.case not in ("nom", "acc"):
        return False
    return looks.thing(there) is None and any(r.case == "nom" for r in noun_readings(noun))


def _joined(looks: SentenceLooks, place: Phrase, there: Phrase) -> bool:
    """Only the owner, an adverb and a verb without an object stand between the thing and the place."""
    tokens = looks.tokens
    after = place.noun < there.start
    between = tokens[place.noun + 1 : there.start] if after else tokens[there.noun + 1 : place.whole]
    free = [t for t in between if t.i not in looks.at and t.low != "у"]
    acting = [t for t in free if looks.is_verb(t.i) or t.has("PRTS")]
    if len(free) > BETWEEN or any(t.i in looks.used for t in between):
        return False
    if not all(t in acting or t.best.pos in ("ADVB", "ADJS") or t.low in DASH for t in free):
        return False
    if any("tran" in r.grams for t in acting for r in t.readings if r.pos == "VERB"):
        return False  # "с шрамом на щеке пил кофе"
    first, end = min(place.whole, there.start), max(place.noun, there.noun) + 1
    if any(f.case == "nom" and f.kind != "poss" for f in looks.found if first <= f.first < end):
        return False
    return after or _ends_with_place(looks, end, bool(acting))


def _ends_with_place(looks: SentenceLooks, end: int, acting: bool) -> bool:
    """ "пот на лице": not in a clause with a verb of its own, and not "лежал на голове статуи"."""
    behind = looks.phrase_at(end)
    if behind is not None and not behind.prep and behind.case == "gen" and end not in looks.at:
        return False
    return acting or looks._clause_verb(end - 1) is None


LONGEST = 5  # words of what is there, with what completes it


@rule("Вошёл плотник. За ухом карандаш, на предплечье компас.", "карандаш за ухом; компас на предплечье")
def at_the_place(looks: SentenceLooks) -> None:
    """What no list has or what is carried, at a place of the body and without a verb: "за поясом топор"."""
    tokens = looks.tokens
    for there in list(looks.phrases.values()):
        noun = tokens[there.noun]
        listed = looks.thing(there)
        if noun.best.pos != "NOUN" or noun.keys("NOUN") & LIGHT:
            continue
        if listed is not None and not (listed.held or listed.carried):
            continue
        end = there.noun + 1
        while end < len(tokens) and tokens[end].low[0].isalnum() and tokens[end].low not in ("и", "а"):
            end += 1
        rest = tokens[there.noun + 1 : end]
        if len(rest) > LONGEST or any(t.i in looks.at or looks.is_verb(t.i) for t in rest):
            continue
        place = looks.place_before(there, end)
        if place is None or not any(r.case == "nom" for r in noun_readings(noun)):
            continue
        owner = looks.possessor(place, place.noun + 1) or looks._body_owner(there, None)
        words = " ".join(t.low for t in tokens[place.whole : place.noun + 1] if t.i not in looks.at)
        told = tuple(masculine(tokens[m]) for m in looks._describing(there))
        normal = f"{normalize(tokens, there, end)} {words}"
        looks.add(owner, place.whole, end, "accessory", normal, False, told, there.reading.lemma)
