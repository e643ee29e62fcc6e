"""Nouns after a preposition: "с бородой", "в шляпе", "из-под очков".

Each rule answers True where it made a feature, False where the noun is none, None where it has no say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lexicon.lists import fold, verbs, word_set
from ...people.found import Found
from .adjective import fitting
from .rule import rule

if TYPE_CHECKING:
    from ...people.coreference.entity import Entity
    from .noun import NounAt

WITH = ("с", "со")
IN = ("в", "во")


@rule("Вышел мужчина в летней без пояса белой рубашке.", "летняя без пояса белая рубашка")
def inside_another(noun: NounAt) -> bool | None:
    """A phrase within a longer one is part of that one."""
    phrase, looks = noun.phrase, noun.looks
    if phrase.prep not in ("без", "до", "с", "со", "от", "из", "на"):
        return None
    around = any(
        p.start < phrase.whole and phrase.noun < p.noun and p.mods and p.mods[0] < phrase.whole
        for p in looks.phrases.values()
        if p is not phrase and p.noun - phrase.noun < 6 and looks.thing(p) is not None
    )
    return False if around else None


@rule("В волосах у девушки был красный мячик.", "красный мячик в волосах")
def held_in_hair(noun: NounAt) -> bool | None:
    """What is otherwise held, worn in the hair."""
    if noun.entry.held and noun.phrase.prep not in WITH and noun.looks._in_hair(noun.phrase):
        return True
    return None


@rule("Вошла девушка в белом платье и шляпе.", "белое платье; шляпа")
def joined_to_feature(noun: NounAt) -> bool | None:
    """A noun joined to a feature by "и" or a comma, in its case, is of the same person."""
    end = noun.end  # before the next line, which may read the noun in another case
    joined = noun.looks._coordinated_feature(noun.phrase)
    if joined is None or not (noun.enough or joined[1]):
        return None
    if not joined[1] and "gen" in noun.cases and noun.looks._denied_after(noun.phrase):
        return None  # "в красной куртке, шапки не было"
    owner, negated, prep, case = joined
    done = noun.emit_from(noun.start, end, owner, negated)
    if done and noun.looks.made:
        noun.looks.made[-1] = (*noun.looks.made[-1][:4], prep, case)
    return done


@rule("Вошёл мужчина без бороды.", "!борода")
def without(noun: NounAt) -> bool | None:
    if noun.prep != "без":
        return None
    return noun.emit_whole(noun.nominal_owner(), True)


@rule("Вошла девушка с русой косой.", "русая коса")
def having(noun: NounAt) -> bool | None:
    if noun.prep not in WITH:
        return None
    if noun.phrase.case != "ins" or not noun.enough or _of_thing(noun):
        return False
    if noun.entry.held and not _right_after_owner(noun):
        return False
    return noun.emit_whole(noun.nominal_owner(), noun.looks.negation(noun.whole))


def _of_thing(noun: NounAt) -> bool:
    """The phrase belongs to the thing or animal right before it: "лошадь с белой гривой"."""
    looks, k = noun.looks, noun.whole - 1
    if k < 0 or k in looks.at or k in looks.used or noun.tokens[k].best.pos != "NOUN":
        return False
    if noun.entry.category in ("clothes", "headwear") and not noun.entry.carried:
        return True
    if noun.tokens[k].keys("NOUN") & word_set("absent.txt", "animal"):
        return True
    return not looks.people_here() and looks.scene.topic() is None


def _right_after_owner(noun: NounAt) -> bool:
    """A person or another feature stands right before the place."""
    k = noun.whole - 1
    while k >= 0 and noun.tokens[k].low in (",", "и"):
        k -= 1
    return k in noun.looks.at or k in noun.looks.used


@rule("Помог Иван Ульяне, одетой в сарафан.", "сарафан")
def worn_in(noun: NounAt) -> bool | None:
    """Clothes after "в", with a verb of dressing or without."""
    if noun.prep not in IN or not noun.worn:
        return None
    looks, phrase, whole = noun.looks, noun.phrase, noun.whole
    if phrase.case != "loc":
        looks._as_locative(phrase)
    if phrase.case != "loc" and not looks._dressing(whole):
        return False
    owner = _dressed_by_verb(noun) or _dressed_by_participle(noun) or noun.nominal_owner()
    return noun.emit_whole(owner, looks.negation(whole) or looks._negated_verb(whole))


def _dressed_by_verb(noun: NounAt) -> Entity | None:
    """ "одела девочку в шубку": whom somebody dressed, or who dressed."""
    looks, whole = noun.looks, noun.whole
    verb = looks._near_verb(whole, verbs("dress").keys() - verbs("be").keys())
    if verb is None or not noun.tokens[verb].has("VERB", "GRND"):
        return None
    itself = any(r.lemma.endswith(("ся", "сь")) for r in noun.tokens[verb].readings)
    dressed = [f for f in looks.people_here() if verb < f.start and f.end == whole and f.case == "acc"]
    return dressed[-1].entity if dressed and not itself else looks.subject(verb)


def _dressed_by_participle(noun: NounAt) -> Entity | None:
    """ "помог Ульяне, одетой в сарафан": whom the participle right before agrees with."""
    for k in range(noun.whole - 1, max(0, noun.whole - 3), -1):
        options = [r for r in noun.tokens[k].readings if r.pos == "PRTF"]
        if options and noun.tokens[k - 1].low == ",":
            people = noun.looks.people_here()
            before = [f for f in people if f.last < k and f.kind in ("noun", "name", "pron")]
            fits = [f for f in before if fitting(f, options) == 2]
            return fits[-1].entity if fits else None
    return None


@rule("Отец хмыкнул в усы.", "усы")
def into_moustache(noun: NounAt) -> bool | None:
    """What one mutters, laughs or smiles into."""
    if noun.prep not in IN or noun.entry.category != "facial_hair" or noun.phrase.case != "acc":
        return None
    return None if noun.verb is None else noun.emit_whole(noun.looks.subject(noun.verb))


@rule("Вышел старик в морщинах.", "морщины")
def covered_in(noun: NounAt) -> bool | None:
    """Marks of the body after "в" with the locative."""
    seen = noun.entry.category in ("face", "other", "expression", "hair") and not noun.entry.needs
    if noun.prep not in IN or not seen or noun.phrase.case != "loc":
        return None
    return noun.emit_whole(noun.nominal_owner(), noun.looks.negation(noun.whole))


@rule("Иван смотрел в её синие глаза. Мария молчала.", "синие глаза")
def looked_into(noun: NounAt) -> bool | None:
    """Into whose eyes somebody looks has them."""
    if noun.prep not in IN or noun.entry.category not in ("eyes", "face") or not _told(noun):
        return None
    return noun.emit(noun.possessor)


@rule("Мария молчала. Иван смотрел на её бледное лицо.", "бледное лицо")
def on_their_part(noun: NounAt) -> bool | None:
    """A part of the body after "на" with its owner's "её"."""
    if noun.prep != "на" or not _part_worth_telling(noun) or _possessive(noun) is None:
        return None
    return noun.emit(noun.possessor)


def _told(noun: NounAt) -> bool:
    """ "в синие глаза", "в глаза её, чёрные и блестящие" """
    return noun.described or noun.end > noun.place + 1


def _part_worth_telling(noun: NounAt) -> bool:
    return noun.body and noun.enough


def _possessive(noun: NounAt) -> Found | None:
    """ "её" or "его" among the adjectives, or right before them."""
    places = (*noun.phrase.mods, noun.start - 1)
    return next((f for f in noun.looks.found if f.kind == "poss" and f.first in places), None)


@rule("Вошла дама на каблуках.", "каблуки")
def stood_on(noun: NounAt) -> bool | None:
    if noun.prep != "на" or noun.entry.category != "clothes" or noun.phrase.case != "loc":
        return None
    if fold(noun.tokens[noun.place].low) not in word_set("rules.txt", "stood on"):
        return None
    return noun.emit_whole(noun.nominal_owner(), noun.looks.negation(noun.whole))


@rule("Старик шёл, опираясь на трость.", "трость")
def leaned_on(noun: NounAt) -> bool | None:
    if noun.prep != "на" or not noun.entry.carried:
        return None
    before = noun.tokens[max(0, noun.whole - 5) : noun.whole]
    if not any(t.keys() & verbs("lean").keys() for t in before):
        return None
    return noun.emit(noun.looks._verb_owner(noun.whole))


@rule("На бледном лице старика ничего не отразилось.", "бледное лицо")
def on_someones_part(noun: NounAt) -> bool | None:
    """A part of the body after "на" with an owner named by another word."""
    if noun.prep != "на" or not _part_worth_telling(noun) or noun.phrase.case != "loc":
        return None
    return None if noun.possessor is None else noun.emit(noun.possessor)


@rule("Вошёл мужчина на костылях.", "костыли")
def on_crutches(noun: NounAt) -> bool | None:
    if noun.prep != "на" or not noun.entry.carried or noun.phrase.case != "loc" or noun.key != "костыль":
        return None
    return noun.emit_whole(noun.nominal_owner())


@rule("Прошла женщина под вуалью.", "вуаль")
def under_covering(noun: NounAt) -> bool | None:
    if noun.prep != "под" or noun.key not in word_set("rules.txt", "covering"):
        return None
    return noun.emit_whole(noun.nominal_owner())


@rule("Дед глядел из-под густой чёлки.", "густая чёлка")
def peered_from_under(noun: NounAt) -> bool | None:
    hides = noun.entry.category == "headwear" or noun.key in word_set("rules.txt", "peered from under")
    if noun.prep != "из-под" or not hides:
        return None
    return noun.emit(_behind(noun))


def _behind(noun: NounAt) -> Entity | None:
    """Who is behind what covers a face."""
    return noun.possessor or noun.looks._continuing(noun.place) or noun.nominal_owner()


@rule("Мужчина прятал нож под серым плащом.", "серый плащ")
def under_clothes(noun: NounAt) -> bool | None:
    if noun.prep != "под" or noun.phrase.case != "ins" or not noun.worn or noun.entry.category != "clothes":
        return None
    owner = noun.possessor
    if owner is None and noun.verb is not None:
        owner = noun.looks.subject(noun.verb)
    return noun.emit_whole(owner)


@rule("Мужчина щурился за очками.", "щуриться; очки")
def behind_glasses(noun: NounAt) -> bool | None:
    if noun.prep != "за" or noun.phrase.case != "ins":
        return None
    following = {t.key for t in noun.tokens[noun.place + 1 : noun.place + 3]}
    if noun.entry.english != "glasses" and not (noun.key == "стекло" and "очки" in following):
        return None
    return noun.emit(_behind(noun))


@rule("Старик провёл рукой по редким волосам.", "редкие волосы")
def along_hair(noun: NounAt) -> bool | None:
    if noun.prep != "по" or noun.phrase.case != "dat" or not noun.described:
        return None
    if noun.entry.category not in ("hair", "facial_hair"):
        return None
    return noun.emit(noun.possessor or noun.looks._verb_owner(noun.place))


@rule("Поверх белой рубашки мужчина надел жилет.", "белая рубашка; жилет")
def over_clothes(noun: NounAt) -> bool | None:
    """What another garment is over is worn too."""
    if noun.prep != "поверх" or noun.phrase.case != "gen" or noun.entry.category != "clothes":
        return None
    return noun.emit(noun.looks._verb_owner(noun.whole))


@rule("Иван вытер руки о передник.", "передник")
def wiped_on(noun: NounAt) -> bool | None:
    """What hands are wiped on, or glasses, is worn."""
    if noun.prep not in ("о", "об") or noun.verb is None or not noun.worn or "acc" not in noun.cases:
        return None
    if not noun.verb_keys & verbs("wipe").keys():
        return None
    return noun.emit(noun.possessor or noun.looks.subject(noun.verb))


@rule("Вошёл мужчина при галстуке.", "галстук")
def dressed_up_with(noun: NounAt) -> bool | None:
    if noun.prep != "при" or not noun.worn:
        return None
    return noun.emit_whole(noun.nominal_owner())


@rule("Мария молчала. Он отвёл прядь от её бледного лица.", "прядь; бледное лицо")
def their_part(noun: NounAt) -> bool | None:
    """After any other preposition only parts of the body with "её" or "его" are looks."""
    if not noun.prep and not noun.entry.held:
        return None
    smile = noun.entry.category == "expression" and not noun.entry.needs  # "от её улыбки"
    if noun.prep in (*IN, "на") or not noun.body or not (noun.described or smile):
        return False
    mods = noun.phrase.mods
    places = (*mods, noun.start - 1) if smile else mods
    owner = next((f.entity for f in noun.looks.found if f.kind == "poss" and f.first in places), None)
    return noun.emit(owner)
