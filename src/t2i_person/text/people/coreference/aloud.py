"""Names and nouns that are said aloud: address, greetings, and who says who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...grammar.marks import DASH, HARD, QUOTES
from ...grammar.tokens import Token
from ...lexicon.lists import fold, word_set
from ..found import Found
from .entity import Entity

if TYPE_CHECKING:
    from .scene import Scene

NAMING = word_set("verbs.txt", "name")
ENDS_ADDRESS = (",", "!", "?", ".", "…", "...", "—", "–")
INTRODUCING = word_set("reference.txt", "introducing")


def own_name(scene: Scene, tokens: list[Token], f: Found) -> Entity | None:
    """Whom a name is told of that somebody says aloud: a guest's, or one's own."""
    return _greeted(scene, tokens, f) or _says_own_name(scene, tokens, f)


def _greeted(scene: Scene, tokens: list[Token], f: Found) -> Entity | None:
    """ "«Гурий Фомич!»" to somebody who has just come in."""
    called = f.end < len(tokens) and tokens[f.end].low == "!" and f.start > 0
    if not called or not (tokens[f.start - 1].low in QUOTES or tokens[f.start - 1].low in DASH):
        return None
    return _newcomer_without_name(scene, f)


def _says_own_name(scene: Scene, tokens: list[Token], f: Found) -> Entity | None:
    """ "— Вадим Громов, артист", "— Рекомендуюсь, Ланин": somebody who has just come in says who they are."""
    before = [fold(t.low) for t in tokens[: f.start] if t.low[0].isalpha()]
    after = tokens[f.end].low if f.end < len(tokens) else "."
    aloud = tokens[0].low in DASH and f.case == "nom" and f.number == "sing"
    if not aloud or not set(before) <= INTRODUCING or after not in (".", ","):
        return None
    if not before and any({"2per", "impr"} & r.grams for t in tokens for r in t.readings[:1]):
        return None  # "— Марья, подите сюда"
    return _newcomer_without_name(scene, f)


def _newcomer_without_name(scene: Scene, f: Found) -> Entity | None:
    """The one person of the sentence before who may have the name and has none yet."""
    fits = [e for e in scene.entities if e.nominal and not e.named and e.last == scene.sentence - 1]
    fits = [e for e in fits if e.number == "sing" and e.facts and scene.compatible(e, f.gender, "sing")]
    return fits[0] if len(fits) == 1 else None


def spoken_to(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """ "Вы, сударь, небриты", "У вас прекрасные волосы, мадам.": the noun is the one spoken to."""
    f = found[at]
    if f.kind != "noun" or f.case != "nom" or f.number != "sing" or f.start == 0:
        return None
    after = tokens[f.end].low if f.end < len(tokens) else "."
    if tokens[f.start - 1].low != "," or (after not in HARD and after != ","):
        return None
    you = [g for g in found[:at] if g.lemma in ("ты", "вы") and g.entity is not None]
    if not you or (after == "," and you[-1].end != f.start - 1):
        return None
    entity: Entity = you[-1].entity
    return entity if not entity.nominal and scene.compatible(entity, f.gender, "sing") else None


def addressed(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """ "— Не вертись, Феня": who has no name yet and is spoken to."""
    f = found[at]
    if f.case != "nom" or f.number != "sing" or f.start == 0 or tokens[f.start - 1].low != ",":
        return None
    after = tokens[f.end].low if f.end < len(tokens) else "."
    you = any(g.lemma in ("ты", "вы") for g in found)
    verbs_before = [t.readings[0] for t in tokens[: f.start] if t.best.pos == "VERB"]
    asked = any({"2per", "impr"} & r.grams for r in verbs_before)
    if not (after in ENDS_ADDRESS and (you or asked) and f.start == f.first):
        return None
    near = [e for e in scene.entities if e.nominal and not scene.apart(e) and e.last >= scene.sentence - 3]
    said = {id(g.entity) for g in found if g.case == "nom" and g is not f}
    near = [e for e in near if id(e) not in said and e.number == "sing"]
    near = [e for e in near if scene.compatible(e, f.gender, "sing") and not (f.kind == "name" and e.named)]
    return near[0] if len(near) == 1 else None


def introduced(tokens: list[Token], f: Found) -> bool:
    """ "Меня зовут Крюков", "моя фамилия Штейн": the speaker's own name."""
    before = tokens[max(0, f.start - 4) : f.start]
    mine = any(t.low in ("меня", "моя", "мое", "моё") for t in before)
    return mine and any(t.keys("VERB") & NAMING or t.low in ("фамилия", "имя", "прозвище") for t in before)
