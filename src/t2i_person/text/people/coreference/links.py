"""Who a mention is, if somebody told of already: the one mentioned right before, or whoever is spoken of.

"сосед, молодой человек", "это был человек лет сорока", "звали его Архип"; `pairs.py` compares two mentions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...grammar.marks import DASH, HARD
from ...grammar.tokens import Token
from ...lexicon.lists import fold, verbs, word_set
from ..found import Found
from .aloud import own_name
from .entity import NOMINAL, Entity
from .pairs import (
    LINKS,
    NAMING,
    Pair,
    drawn_as,
    kind_after_colon,
    name_follows,
    noun_kind,
    of_that_kind,
    reverend,
    was_near,
    was_somebody,
    was_with_adjectives,
)

if TYPE_CHECKING:
    from .scene import Scene

CALLED = word_set("verbs.txt", "be called")
BECOMING = word_set("verbs.txt", "become somebody")
NAME_NOUNS = word_set("reference.txt", "name")


def apposed(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """ "увидел Громова, высокого человека", "Громов был высокий человек": no man told of before."""
    f = found[at]
    if f.kind != "noun" or noun_kind(f) != "generic" or f.start == 0:
        return None
    before = tokens[f.start - 1].low
    if before == "," or before in DASH:
        return linked(scene, tokens, found, at)
    if (turned := _turned_out(scene, tokens, found, at)) is not None:
        f.predicate = True
        return turned
    pair = _pair_of(scene, tokens, found, at)
    if pair is None or pair.who.kind != "name" or not pair.is_be:
        return None
    if not any(one_person(pair) for one_person in (was_somebody, was_with_adjectives, was_near)):
        return None
    f.predicate = True
    entity: Entity = pair.who.entity
    newcomer = scene.just_described(f, entity)
    if newcomer is not None:
        scene.unite(entity, newcomer)
    return entity


def _turned_out(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """ "Фома вышел из школы бравым парнем", "она выросла красивой девушкой"."""
    f = found[at]
    if f.case != "ins" or f.start == f.first or f.number != "sing" or (f.phrase and f.phrase.prep):
        return None
    subjects = [g for g in found[:at] if g.case == "nom" and g.kind in (*NOMINAL, "pron") and g.entity]
    subjects = [g for g in subjects if g.lemma != "я" and scene.compatible(g.entity, f.gender, "sing")]
    if not subjects or f.start - subjects[-1].end > 14:
        return None
    became = any(t.keys("VERB") & BECOMING for t in tokens[subjects[-1].end : f.start])
    return subjects[-1].entity if became else None


def _pair_of(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Pair | None:
    """A mention and the one before it that may be the same person."""
    f = found[at]
    before = [g for g in found[:at] if g.kind in (*NOMINAL, "pron") and g.entity is not None]
    if not before:
        return None
    who, end = before[-1], before[-1].end
    whose = who.case == "gen" and who.kind in NOMINAL and len(before) > 1
    if whose and before[-2].end == who.start and before[-2].kind == "noun":
        who = before[-2]  # "дочь Анны, Лиза"
    if not (scene.compatible(who.entity, f.gender, f.number) or of_that_kind(who, f)):
        return None
    between = tokens[end : f.start]
    is_be = any(t.keys("VERB") & verbs("be").keys() for t in between)
    has_verb = any(t.best.pos in ("VERB", "INFN") for t in between)
    return Pair(tokens, found, at, who, between, is_be, has_verb)


def linked(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """Apposition and predicate: "сосед, молодой человек", "это был человек", "он был врачом"."""
    f = found[at]
    if f.start == 0:
        return _missing(scene, tokens, f) if f.kind == "name" else None
    entity = _told_by_this(scene, tokens, f) or _by_that_name(scene, tokens, f)
    if entity is not None:
        f.predicate = f.person is not None
        return entity
    if f.kind == "name":
        entity = _name_of(scene, tokens, found, at)
        if entity is not None:
            return entity
    pair = _pair_of(scene, tokens, found, at)
    if pair is None:
        return None
    entity = pair.who.entity
    if any(one_person(pair) for one_person in LINKS):
        f.predicate = f.kind == "noun"
        return entity
    return entity if kind_after_colon(pair) or reverend(pair) or drawn_as(pair) else None


def named_at_last(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """Somebody just described whom a name of somebody known tells after all."""
    pair = _pair_of(scene, tokens, found, at)
    if pair is None or pair.who.entity.named:
        return None
    return pair.who.entity if name_follows(pair) else None


def _told_by_this(scene: Scene, tokens: list[Token], f: Found) -> Entity | None:
    """ "это был человек лет сорока", "То был старик": whoever is spoken of."""
    if f.case not in ("nom", "ins"):
        return None
    last = f.start - 1
    near = [fold(t.low) for t in tokens[max(0, last - 2) : f.start]]
    if "это" not in near and not (near[0] == "то" and last < 3):
        return None
    if near[-1] in ("это", "сам", "сама") or near[-1] in DASH or tokens[last].keys() & verbs("be").keys():
        entity = scene.topic(f.gender, f.number)
        renamed = f.kind == "name" and entity is not None and entity.named and not f.keys & entity.words
        return None if renamed else entity
    return None


def _by_that_name(scene: Scene, tokens: list[Token], f: Found) -> Entity | None:
    """ "Найден мальчик. Примерно три года, зовут Мишаня": whoever is spoken of."""
    before = tokens[f.start - 1]
    opens = f.start == 1 or tokens[f.start - 2].low in (",", "—", "–", "-")
    present = any("3per" in r.grams and r.number == "plur" for r in before.readings)
    if f.kind != "name" or not opens or not present or not before.keys("VERB") & NAMING:
        return None
    entity = scene.topic(f.gender)
    return entity if entity is not None and not entity.named else None


def _name_of(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """Whom a name is told of: "звали его Архип", "имя её было Агафья", "«Гурий Фомич!»" to a guest."""
    f = found[at]
    before = tokens[max(0, f.start - 4) : f.start]
    if any(t.keys("VERB") & NAMING or t.low in NAME_NOUNS for t in before):
        near = [g for g in found[:at] if g.entity is not None and f.start - g.end < 4]
        near = [g for g in near if g.case != "nom" or g.kind == "poss"]
        if near and scene.compatible(near[-1].entity, f.gender, f.number):
            return near[-1].entity
    if f.case == "ins" and tokens[f.start - 1].keys("VERB") & CALLED:
        subjects = [g for g in found[:at] if g.case == "nom" and g.kind in (*NOMINAL, "pron") and g.entity]
        entity = subjects[0].entity if subjects else None
        if entity is not None and not entity.named and scene.compatible(entity, f.gender, "sing"):
            return entity
    opens = f.start == 1 or (f.start > 1 and tokens[f.start - 2].low in (*HARD, ",", "("))
    if opens and f.case == "nom" and tokens[f.start - 1].keys("VERB") & NAMING:
        return _just_told_of(scene, f)
    return own_name(scene, tokens, f)


def _just_told_of(scene: Scene, f: Found) -> Entity | None:
    """ "Зовут Вика.": whoever was told of before and has no name yet."""
    entity = scene.topic(f.gender, f.number)
    return entity if entity is not None and not entity.named else None


def _missing(scene: Scene, tokens: list[Token], f: Found) -> Entity | None:
    """ "Пропала девочка! Соколова Алиса, 9 лет": a notice gives the name with the years."""
    years = tokens[f.end : f.end + 2]
    if len(years) < 2 or years[0].low not in (",", "(") or not years[1].low[0].isdigit():
        return None
    lost = [e for e in scene.entities if e.nominal and e.last == scene.sentence - 1]
    lost = [e for e in lost if not e.named and e.number == "sing" and scene.compatible(e, f.gender, "sing")]
    return lost[0] if len(lost) == 1 else None
