"""Whose an adjective is that stands apart from its noun: detached, predicative or in a list.

Each rule answers the person, False where it is nobody's here, None where it has no say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from ...grammar.agreement import agrees
from ...lexicon.lists import verbs
from .rule import rule

if TYPE_CHECKING:
    from ...grammar.phrases import Phrase
    from ...people.coreference.entity import Entity
    from .adjective import AdjectiveAt

Owner: TypeAlias = "Entity | Literal[False] | None"


@rule("Иван пришёл с двумя дамами: пожилой и молоденькой.", "пожилой; молоденький")
def of_counted_group(adjective: AdjectiveAt) -> Owner:
    """A counted group right before a colon is told of after it."""
    return None if adjective.short else adjective.looks._group(adjective.place)


@rule("В парке росла сосна, старая и высокая.", "")
def of_thing(adjective: AdjectiveAt) -> Owner:
    """A thing nearer than any person that agrees is what the adjective is about."""
    looks, before = adjective.looks, adjective.before
    for phrase in sorted(looks.phrases.values(), key=lambda p: -p.noun):
        if phrase.noun > adjective.place or phrase.noun in looks.used:
            continue
        if before and phrase.noun < before[-1].first:
            return None
        if _is_about(adjective, phrase):
            return False
    return None


def _is_about(adjective: AdjectiveAt, phrase: Phrase) -> bool:
    noun = adjective.looks.tokens[phrase.noun]
    nouns = [r for r in noun.readings if r.pos == "NOUN"]
    case = noun.best.case
    if adjective.short:
        return case == "nom" and any(
            r.case == "nom" and r.number == o.number and (r.gender == o.gender or o.number == "plur")
            for r in nouns
            for o in adjective.options
        )
    if phrase.prep or case not in ("nom", "acc") or any(f.case == "nom" for f in adjective.before):
        return False
    return any(agrees(o, r) for r in nouns for o in adjective.options if o.case == case)


@rule("Иван помог сестре, худенькой и рыжей.", "худенький; рыжий")
def right_after_person(adjective: AdjectiveAt) -> Owner:
    """Right after a comma and a person in an oblique case that it agrees with."""
    looks, i = adjective.looks, adjective.place
    if i < 3 or looks.tokens[i - 1].low != "," or i - 2 not in looks.at or adjective.short:
        return None
    near = looks.at[i - 2]
    oblique = {o.case for o in adjective.options} - {"nom", "acc"}
    return near.entity if near.case in oblique and adjective.fits(near) == 2 else None


@rule("Мария помнит, что Иван был высоким.", "высокий")
def predicate_in_instrumental(adjective: AdjectiveAt) -> Owner:
    """After a verb of being or seeming the instrumental is told of the subject."""
    instrumental = [o for o in adjective.options if o.case == "ins"]
    if adjective.short or not instrumental:
        return None
    being = verbs("be").keys() | verbs("depict").keys()
    near = adjective.looks.tokens[max(0, adjective.place - 6) : adjective.place]
    if not any(t.keys("VERB", "GRND", "INFN") & being for t in near):
        return None
    subjects = [f for f in adjective.before if f.case == "nom" and adjective.fits(f)]
    if subjects:
        return subjects[-1].entity  # type: ignore[no-any-return]
    return None if adjective.before else adjective.topic(instrumental) or False


@rule("Мария высока.", "высокий")
def short_of_subject(adjective: AdjectiveAt) -> Owner:
    if not adjective.short:
        return None
    subjects = [f for f in adjective.before if f.case == "nom" and adjective.fits(f)]
    subjects = subjects or [f for f in adjective.after if f.case == "nom" and adjective.fits(f)]
    return subjects[-1].entity if subjects else None


@rule("Иван вздохнул. — Вы, сударь, бледны.", "бледный")
def short_of_polite_you(adjective: AdjectiveAt) -> Owner:
    """ "вы" to one person takes the plural."""
    you = [f for f in adjective.before if f.lemma == "вы"]
    many = all(o.number == "plur" for o in adjective.options)
    return you[-1].entity if adjective.short and many and you else None


@rule("Вошли Иван и Пётр. Оба были высоки.", "высокий; высокий")
def short_of_both(adjective: AdjectiveAt) -> Owner:
    pair = adjective.looks.pair
    return pair[0] if adjective.short and adjective.plural and pair else None


@rule("Вошла Мария. Была бледна.", "бледный")
def short_of_topic(adjective: AdjectiveAt) -> Owner:
    return adjective.topic(adjective.options) or False if adjective.short else None


@rule("Мужчина ушёл; бледный, вошёл Иван.", "бледный")
def opens_next_clause(adjective: AdjectiveAt) -> Owner:
    """It agrees with people on both sides and opens the clause of the second."""
    if not adjective.exact_before or not adjective.subjects_after:
        return None
    looks, last = adjective.looks, adjective.exact_before[-1]
    if (
        looks.same_segment(last.last, adjective.place)
        or looks.clause[adjective.place] == looks.clause[last.first]
    ):
        return None
    return adjective.subjects_after[0].entity  # type: ignore[no-any-return]


@rule("Вошёл Иван, высокий, худой.", "высокий; худой")
def after_person(adjective: AdjectiveAt) -> Owner:
    return adjective.exact_before[-1].entity if adjective.exact_before else None


@rule("Высокий, худой, вошёл Иван.", "высокий; худой")
def before_subject(adjective: AdjectiveAt) -> Owner:
    return adjective.subjects_after[0].entity if adjective.subjects_after else None


@rule("Рыжую и злую увидел он Марию.", "рыжий; злой")
def before_object(adjective: AdjectiveAt) -> Owner:
    """Before a person in another case, no comma between."""
    later = [f for f in adjective.after if adjective.fits(f) == 2]
    near = later and adjective.looks.same_segment(adjective.place, later[0].first)
    return later[0].entity if near else None


@rule("Вошли Иван и Пётр. Оба высокие.", "высокий; высокий")
def of_both(adjective: AdjectiveAt) -> Owner:
    pair = adjective.looks.pair
    return pair[0] if pair and adjective.plural else None


@rule("Мужчина и мальчик, кудрявые, вошли.", "кудрявый; кудрявый")
def of_joined_people(adjective: AdjectiveAt) -> Owner:
    """A plural after two people joined by "и" is told of both."""
    looks = adjective.looks
    if not any(o.number == "plur" and o.case == "nom" for o in adjective.options):
        return None
    pair = [
        f for f in adjective.before if f.case == "nom" and f.number == "sing" and f.kind in ("noun", "name")
    ]
    if len(pair) < 2 or looks.tokens[pair[-1].start - 1].low != "и":
        return None
    looks.both.append((adjective.place, pair[-2].entity))
    return pair[-1].entity  # type: ignore[no-any-return]


@rule("Марию вынесли, бледная.", "бледный")
def nominative_of_anyone(adjective: AdjectiveAt) -> Owner:
    """In the nominative it may be told of a person in another case."""
    nominative = any(o.case == "nom" for o in adjective.options)
    loose = [f for f in adjective.before if adjective.fits(f)] if nominative else []
    return loose[-1].entity if loose else None


@rule("Вошла Мария. Молодая, красивая.", "молодой; красивый")
def of_topic(adjective: AdjectiveAt) -> Owner:
    if adjective.before or not any(o.case in ("nom", "ins") for o in adjective.options):
        return None
    return adjective.topic(adjective.options)
