"""Whom a pronoun stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...grammar.marks import DASH, HARD
from ...grammar.tokens import Token
from ...lexicon.lists import fold, people, things, word_set
from ...model import WORN
from ..found import Found
from ..pronouns import only_acts, that_one_acts
from .entity import NOMINAL, Entity

if TYPE_CHECKING:
    from .scene import Scene

EXCLAIMED = word_set("reference.txt", "exclaimed")
PERSONAL = ("он", "она", "они", "ты", "вы")
IN_ORDER = {"первый": 0, "первая": 0, "второй": 1, "вторая": 1}


def antecedent(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """Whom the pronoun means, somebody new if nobody fits; None if it stands for a thing."""
    f = found[at]
    if f.lemma == "я":
        return _narrator(scene, f)
    if fold(f.lemma) in ("мужской", "женский"):
        return scene.topic(f.gender) or scene.newcomer(f)
    if fold(f.lemma) not in PERSONAL:
        member = _one_of_two(scene, f) or _the_latter(scene, f)
        if member is None and that_one_acts(tokens, f.first):
            return None  # a thing
        if member is None and not only_acts(tokens, f.first):
            member = _one_of_them(scene, f) or scene.newcomer(f)
        return member
    if f.lemma in ("ты", "вы"):
        return _spoken_to(scene, tokens, found, at)
    entity = _object_just_named(scene, tokens, found, at)
    if entity is not None:
        return entity
    entity = _third_person(scene, tokens, f)
    if entity is not None:
        return entity
    if f.number == "plur" or _thing_before(tokens, f) or _under_it(scene, tokens, f):
        return None
    return scene.newcomer(f)


def _under_it(scene: Scene, tokens: list[Token], f: Found) -> bool:
    """ "Тётка сняла парик. Под ним оказался ёжик": a thing, where nobody of that sex was told of."""
    before = tokens[f.start - 1].low if f.start else ""
    return f.kind == "pron" and before in ("под", "из-под", "поверх", "над") and bool(scene.entities)


def relative(scene: Scene, found: list[Found], at: int) -> Entity | None:
    """ "женщина, которая смеялась": whoever was named right before."""
    f = found[at]
    for g in reversed(found[:at]):
        if g.kind in (*NOMINAL, "pron") and g.entity is not None and f.first - g.last < 9:
            if f.lemma == "чей" or scene.compatible(g.entity, f.gender, f.number):
                return g.entity
    return None


def _narrator(scene: Scene, f: Found) -> Entity:
    if scene.narrator is None:
        scene.narrator = scene.newcomer(f)
    elif scene.narrator not in scene.entities:
        scene.entities.append(scene.narrator)
    return scene.narrator


def _spoken_to(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity:
    """Who "ты" and "вы" are: one person in the whole text, unless they have a name."""
    f = found[at]
    entity = next((e for e in scene.entities if e.second and not _long_ago(scene, e)), None)
    if entity is not None:
        entity.addressed = scene.sentence
        return entity
    told = [g.entity for g in found[:at] if g.kind in NOMINAL and g.entity is not None]
    if len(told) == 1 and f.case == "nom" and tokens[f.start - 1].low == "," and f.lemma == "ты":
        entity = told[0]  # "парень в очках, ты улыбался"
    else:
        entity = scene.newcomer(f)
    entity.second, entity.addressed = True, scene.sentence
    return entity


def _long_ago(scene: Scene, e: Entity) -> bool:
    """Who has a name is "ты" only while somebody speaks to them."""
    return e.named and e.addressed < scene.sentence - 2


def _third_person(scene: Scene, tokens: list[Token], f: Found) -> Entity | None:
    """The latest that fits, subjects before others."""
    best, top = None, -1e9
    for e in scene.entities:
        if scene.apart(e) or not scene.compatible(e, f.gender, f.number) or e.last < scene.sentence - 6:
            continue
        points = 3.0 * (e.last - scene.sentence) + 1.5 * e.subject + 0.02 * e.place
        points -= 1.6 * (e.gender == "u" and f.gender != "u")
        if e.acted[0] == scene.sentence and (f.case != "nom" or f.kind == "poss"):
            if _same_clause(tokens, e.acted[1], f.first):
                points -= 6.0  # whose verb it is is neither its object nor whose "его" is
        if points >= top:
            best, top = e, points
    return best


def _object_just_named(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """ "оглядел мальчика, его заплатанные локти": whose they are stands right before the comma."""
    f = found[at]
    if f.kind != "poss" or f.first < 2 or tokens[f.first - 1].low != ",":
        return None
    for g in found[:at]:
        near = g.kind in NOMINAL and g.end == f.first - 1 and g.case in ("acc", "gen")
        if near and g.entity is not None and scene.compatible(g.entity, f.gender, f.number):
            return g.entity
    return None


def _the_latter(scene: Scene, f: Found) -> Entity | None:
    """ "Он дал дорогу старушке. Та, маленькая, ...": no subject, but who was named last beside it."""
    if f.lemma not in ("тот", "та") or f.case != "nom":
        return None
    fits = [e for e in scene.entities if e.nominal and not scene.apart(e) and e.last >= scene.sentence - 1]
    fits = [e for e in fits if scene.compatible(e, f.gender, "sing") and e.acted != (e.last, e.place)]
    return max(fits, key=lambda e: (e.last, e.place)) if fits else None


def _one_of_two(scene: Scene, f: Found) -> Entity | None:
    """ "Вера была в чёрном, Катя — в розовом. Первая..., вторая...": of two just named, in their order."""
    place = IN_ORDER.get(f.lemma)
    if place is None:
        return None
    two = [e for e in scene.entities if e.number == "sing" and e.nominal and not scene.apart(e)]
    two = [e for e in two if scene.sentence - 2 < e.last and e.gender == f.gender]
    two.sort(key=lambda e: e.starts[0])
    return two[place] if len(two) == 2 else None


def _one_of_them(scene: Scene, f: Found) -> Entity | None:
    """ "двое матросов: оба смуглые": the counted people just named."""
    if f.lemma not in ("оба",):
        return None
    many = [e for e in scene.entities if e.number == "plur" and e.count > 1 and e.nominal]
    many = [e for e in many if e.last >= scene.sentence - 1 and e.gender in ("u", f.gender)]
    return many[-1] if many else None


def _same_clause(tokens: list[Token], a: int, b: int) -> bool:
    if a >= b or any(t.low in HARD or t.low in DASH for t in tokens[a:b]):
        return False
    parts: list[list[Token]] = [[]]
    for t in tokens[a:b]:
        if t.low == ",":
            parts.append([])
        else:
            parts[-1].append(t)
    if len(parts) > 2 and any(t.best.pos in ("GRND", "PRTF") for t in parts[1]) and not _has_verb(parts[1]):
        parts = parts[2:]  # "Пётр, хмурясь, смотрел на него"
    return len(parts) == 1 or any(t.best.pos == "GRND" for t in parts[-1])  # "Пётр вошёл, глядя на него"


def _has_verb(tokens: list[Token]) -> bool:
    return any(t.best.pos == "VERB" for t in tokens)


def _thing_before(tokens: list[Token], f: Found) -> bool:
    """A thing earlier in the sentence that the pronoun stands for: "взял шляпу и надел её"."""
    if f.kind != "pron":
        return False
    gender = {"m": "masc", "f": "femn"}.get(f.gender, "")
    before = [t.best for t in tokens[: f.first] if t.best.gender == gender and not _of_body(t.best.key)]
    if f.case != "nom" and any(r.key in things() for r in before):
        return True
    return any(
        r.pos == "NOUN"
        and r.case == "nom"
        and r.animacy == "inan"
        and r.key not in people()
        and r.key not in EXCLAIMED
        for r in before
    )


def _of_body(key: str) -> bool:
    """A part of the body, which a pronoun next to it owns rather than stands for."""
    return key in things() and things()[key].category not in WORN
