"""A mention that stands for somebody told of in a sentence before: "Рот кривой. Брюнет."."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...grammar.tokens import Token
from ...lexicon.lists import things, word_set
from ..found import Found
from .entity import Entity

if TYPE_CHECKING:
    from .scene import Scene

SEEKING = word_set("reference.txt", "seeking")
WISHES = 5  # sentences after which nobody still speaks of what they want


def tells_hair(f: Found) -> bool:
    return f.person is not None and any(category == "hair_color" for category, *_ in f.person.facts)


def alone(scene: Scene, tokens: list[Token], f: Found) -> Entity | None:
    """ "Рот кривой. Брюнет.", "Брюнет, глаза голубые": a sentence without a verb opens with the hair."""
    if f.kind != "noun" or f.start > 0 or f.case != "nom" or f.person is None:
        return None
    rest = tokens[f.end :]
    listed = len(rest) > 1 and rest[0].low == "," and not any(t.best.pos == "VERB" for t in rest)
    if len(rest) > 1 and not listed:
        return None
    if not tells_hair(f):
        return None
    entity = scene.topic(f.gender, f.number)
    if entity is None or entity.last < scene.sentence - 2:
        return None
    f.predicate = True
    return entity


def likened(scene: Scene, tokens: list[Token], f: Found) -> bool:
    """ "Запонки, тонкие пальцы пианиста.": whose they are was said; the noun tells what they are like."""
    if f.kind != "noun" or f.case != "gen" or f.start != f.first or f.first < 2 or scene.sentence == 0:
        return False
    if any(t.best.pos in ("VERB", "ADJS", "PRTS") for t in tokens) or scene.topic() is None:
        return False
    before = tokens[f.first - 1]
    return bool(before.keys("NOUN") & things().keys()) and tokens[f.first - 2].has("ADJF")


def wished_for(scene: Scene, tokens: list[Token], f: Found) -> bool:
    """ "Марина, 41. Стройная. Ищу мужчину с бородой": whom somebody who told of themselves would meet."""
    if f.kind != "noun" or f.case not in ("acc", "ins", "gen") or scene.sentence == 0 or f.number != "sing":
        return False
    here = [e for e in scene.entities if e.last >= scene.sentence - WISHES]
    if not any(e.facts for e in here):
        return False
    before = [t for t in tokens[max(0, f.start - 4) : f.start] if t.low[0].isalpha()]
    f.wished = any(
        r.key in SEEKING and ("1per" in r.grams or r.pos == "INFN") and "past" not in r.grams
        for t in before
        for r in t.readings
        if r.pos in ("VERB", "INFN")
    )
    return f.wished
