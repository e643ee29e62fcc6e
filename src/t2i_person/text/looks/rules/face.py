"""What one does with a part of the face: "надув губы", "сдвинул брови", "сверкая глазами"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...grammar.agreement import noun_readings
from ...grammar.nominative import nominative
from ...lexicon.lists import fold, things, verbs, word_map, word_set
from .rule import rule

if TYPE_CHECKING:
    from ...grammar.phrases import Phrase
    from ...grammar.tokens import Reading
    from ..finder import SentenceLooks

LOOKING = word_set("verbs.txt", "looking")
MOODS = word_map("rules.txt", "looked how")
PAINTED = word_set("rules.txt", "painted")
PAINTING = verbs("paint").keys()
FLOODED = word_map("rules.txt", "flooded")
FLOODING = word_set("verbs.txt", "flooding")
NEAR = 4  # words from a verb of looking to how one looks
REACH = 3  # words from the verb to the part


@rule("Мальчик слушал, надув губы.", "надуть губы")
def gesture(looks: SentenceLooks) -> None:
    for t in looks.tokens:
        did = next((r for r in t.readings if r.pos in ("VERB", "GRND") and "impr" not in r.grams), None)
        if did is None or t.best.pos not in ("VERB", "GRND"):
            continue
        if did.pos == "VERB" and t.i and t.i - 1 in looks.phrases and _something_looks(looks, t.i):
            continue  # "чёлка закрывает один глаз"
        phrase = next((p for p in looks.phrases.values() if _takes(looks, t.i, did, p)), None)
        if phrase is None:
            continue
        first, end = min(t.i, phrase.start), max(t.i, phrase.noun) + 1
        rest = " ".join(x.low for x in looks.tokens[phrase.start : phrase.noun + 1])
        category = things()[phrase.reading.key].category if phrase.reading.key in things() else "expression"
        looks.add(looks.subject(t.i), first, end, category, f"{did.lemma} {rest}", looks.negation(t.i),
                  noun=phrase.reading.lemma, verb=did.key)  # fmt: skip


def _takes(looks: SentenceLooks, verb: int, did: Reading, phrase: Phrase) -> bool:
    """The part belongs to the verb, nothing but its own words stand between, and it is one's own."""
    between = range(verb + 1, phrase.start) if verb < phrase.noun else range(phrase.noun + 1, verb)
    if phrase.prep or phrase.noun in looks.used or len(between) > REACH or verb == phrase.noun:
        return False
    if looks._describing(phrase):
        return False  # "сжимал тонкие губы": what the lips are like says more
    if any(not looks.tokens[k].low[0].isalpha() or looks.is_verb(k) or k in looks.at for k in between):
        return False
    part = word_map("rules.txt", "face part").get(fold(phrase.reading.lemma))
    case = "ins" if did.key in word_set("rules.txt", "with instrumental") else "acc"
    cases = {r.case for r in looks.tokens[phrase.noun].readings if r.pos == "NOUN"}
    if part is None or case not in cases or did.key not in verbs(f"with the {part}"):
        return False
    after = max(verb, phrase.noun) + 1
    idiom = after < len(looks.tokens) and looks.tokens[after].low in ("на", "кому", "ему", "ей")
    return not idiom and not looks._owner_in_genitive(phrase)


@rule("Старик хмуро глядел на дверь.", "хмурый")
def looked(looks: SentenceLooks) -> None:
    """A mood that is seen beside a verb of looking; "глядел смело" is a manner, and no mood."""
    for t in looks.tokens:
        how = MOODS.get(fold(t.low))
        if how is None or (t.best.pos not in ("ADVB", "ADJS", "PRED") and t.pos != "ADV"):
            continue
        verb = next((k for k in _nearest(looks, t.i) if _looks_at(looks, k)), None)
        if verb is None or _something_looks(looks, verb):
            continue
        looks.certain.add(t.i)
        looks.add(looks.subject(verb), t.i, t.i + 1, "expression", how, looks.negation(t.i), (how,))


def _something_looks(looks: SentenceLooks, verb: int) -> bool:
    """ "весело смотрел маленький нос": a thing in the clause may be the subject, and nobody else is."""
    clause = looks.clause[verb]
    if any(f.case == "nom" and looks.clause[f.first] == clause for f in looks.people_here()):
        return looks._thing_does(verb)
    things_here = [p.noun for p in looks.phrases.values() if looks.clause[p.noun] == clause and not p.prep]
    return any(r.case == "nom" for noun in things_here for r in noun_readings(looks.tokens[noun]))


def _nearest(looks: SentenceLooks, place: int) -> Iterator[int]:
    """Places around one up to the next marks, nearer ones first."""
    open_sides = {-1, 1}
    for distance in range(1, NEAR + 1):
        for side in (-1, 1):
            k = place + side * distance
            if side not in open_sides or not 0 <= k < len(looks.tokens):
                continue
            if not looks.tokens[k].low[0].isalpha():
                open_sides.discard(side)
                continue
            yield k


def _looks_at(looks: SentenceLooks, place: int) -> bool:
    """A verb or gerund of looking that orders nobody to."""
    token = looks.tokens[place]
    told = [r for r in token.readings if r.pos in ("VERB", "GRND") and "impr" not in r.grams]
    return token.best.pos in ("VERB", "GRND") and any(r.key in LOOKING for r in told)


@rule("Старшая сестра красила губы чёрным.", "накрашенные губы")
def made_up(looks: SentenceLooks) -> None:
    """What one has painted or powdered, with the colour or what it was done with."""
    for phrase in list(looks.phrases.values()):
        if phrase.prep or not looks.tokens[phrase.noun].keys("NOUN") & PAINTED or looks._describing(phrase):
            continue
        near = [*range(phrase.start - 1, max(-1, phrase.start - 3), -1), phrase.noun + 1, phrase.noun + 2]
        here = looks.clause[phrase.noun]
        near = [k for k in near if 0 <= k < len(looks.tokens) and looks.clause[k] == here]
        verb = next((k for k in near if looks.tokens[k].keys("VERB", "GRND") & PAINTING), None)
        if verb is None or not {"acc", "gen"} & {r.case for r in noun_readings(looks.tokens[phrase.noun])}:
            continue
        first, end = min(verb, phrase.start), max(verb, phrase.noun) + 1
        how = looks.tokens[end] if end < len(looks.tokens) else None
        end += how is not None and how.best.pos == "ADJF" and how.best.case == "ins"
        noun = next((r for r in noun_readings(looks.tokens[phrase.noun]) if r.case in ("acc", "nom")), None)
        normal = f"накрашенные {nominative(noun or phrase.reading, 'plur')}"
        looks.certain.add(first)
        looks.add(looks.subject(verb), first, end, "face", normal, looks.verb_denied(verb), ("накрашенный",),
                  phrase.reading.lemma)  # fmt: skip


@rule("Артур залился краской.", "залиться краской")
def flooded(looks: SentenceLooks) -> None:
    for phrase in looks.phrases.values():
        shown = FLOODED.get(fold(phrase.reading.lemma))
        verb = looks.tokens[phrase.start - 1] if phrase.start else None
        if shown is None or verb is None or phrase.prep or phrase.case != "ins":
            continue
        did = next((r for r in verb.readings if r.pos in ("VERB", "GRND") and r.key in FLOODING), None)
        if did is None:
            continue
        looks.certain.add(verb.i)
        words = " ".join(t.low for t in looks.tokens[phrase.start : phrase.noun + 1])
        looks.add(looks.subject(verb.i), verb.i, phrase.noun + 1, "expression", f"{did.lemma} {words}",
                  looks.negation(verb.i), (shown,))  # fmt: skip
