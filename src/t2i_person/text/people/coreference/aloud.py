"""Names and nouns that are said aloud: address, greetings, and who says who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...grammar.marks import DASH, HARD, QUOTES
from ...grammar.tokens import Token
from ...lexicon.lists import fold, verbs, word_set
from ..found import Found
from .entity import NOMINAL, Entity

if TYPE_CHECKING:
    from .scene import Scene

NAMING = word_set("verbs.txt", "name")
ENDS_ADDRESS = (",", "!", "?", ".", "…", "...", "—", "–")
SPOKEN_BEFORE = (",", ".", "!", "?", "…", "...")  # before the dash that ends or opens what is said
INTRODUCING = word_set("reference.txt", "introducing")


def own_name(scene: Scene, tokens: list[Token], f: Found) -> Entity | None:
    """Whom a name is told of that somebody says aloud: a guest's, or one's own."""
    return _greeted(scene, tokens, f) or _answers(scene, tokens, f) or _says_own_name(scene, tokens, f)


def _answers(scene: Scene, tokens: list[Token], f: Found) -> Entity | None:
    """ "— Как зовут? — Рената.": the name of who was told of last and has none yet."""
    alone = tokens[0].low in DASH and f.start == 1 and f.case == "nom"
    if not alone or scene.asked_name != scene.sentence - 1 or any(t.best.pos == "VERB" for t in tokens):
        return None
    fits = [e for e in scene.entities if e.nominal and not e.named and e.last >= scene.sentence - 4]
    fits = [e for e in fits if e.number == "sing" and scene.compatible(e, f.gender, "sing")]
    return max(fits, key=lambda e: (e.last, e.place)) if fits else None


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


def called_aloud(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """ "— Дай руку, красавец", "Курьерам через двор, молодой человек": somebody there by any word."""
    f = found[at]
    if f.kind != "noun" or f.person is None or not is_address(tokens, f):
        return None
    told = [g for g in found if g.kind in NOMINAL and _is_told(tokens, g) and g.entity is not None]
    if told and scene.compatible(told[0].entity, f.gender, "sing"):
        return told[0].entity
    if f.person.kind == "kin" and not f.keys & word_set("absent.txt", "address"):
        return None
    says = {id(g.entity) for g in found if _says(tokens, g)}
    near = [e for e in scene.entities if e.nominal and not scene.apart(e) and e.last >= scene.sentence - 3]
    near = [e for e in near if e.number == "sing" and id(e) not in says and e.kinds != {"kin"}]
    near = [e for e in near if scene.compatible(e, f.gender, "sing")]
    return max(near, key=lambda e: (e.last, e.place)) if near else None


def told_aloud(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """ "— Ну что, Паша, — спросила она стажёра": whom the words are said to is whom they call by name."""
    f = found[at]
    if f.kind != "noun" or f.number != "sing" or not _is_told(tokens, f):
        return None
    called = [g for g in found[:at] if g.kind == "name" and g.entity is not None and is_address(tokens, g)]
    fits = [g.entity for g in called if scene.compatible(g.entity, f.gender, "sing")]
    return fits[0] if len(called) == 1 and fits else None


def is_address(tokens: list[Token], f: Found) -> bool:
    """Apart from the rest of what is said aloud, with nothing told of it."""
    if f.kind not in NOMINAL or f.case != "nom" or f.number != "sing":
        return False
    before = tokens[f.start - 1].low if f.start else "."
    after = tokens[f.end].low if f.end < len(tokens) else "."
    apart = before == "," or before in HARD or before in DASH or before in QUOTES
    ends = after in ENDS_ADDRESS or after in QUOTES
    dashed = after == "," and f.end + 1 < len(tokens) and tokens[f.end + 1].low in DASH
    closed = before == "," and (after in HARD or dashed)
    if not apart or not ends or (tokens[f.head].rel.startswith("nsubj") and not closed):
        return False
    if f.start < 2 and after == "," and not _said_to_somebody(tokens, f.end + 1):
        return False  # "— Торговец, смуглый, подмигнул ей": the author speaks
    return _in_speech(tokens, f.start) and (before == "," or after in (",", "!", "?"))


def _said_to_somebody(tokens: list[Token], i: int) -> bool:
    """A verb or a pronoun of the second person, a question, an outcry, or the end of what is said."""
    if i >= len(tokens):
        return True  # "— Барыня," on a line of its own
    if tokens[i].low in DASH or any(t.low in ("!", "?") for t in tokens):
        return True
    return any({"2per", "impr"} & r.grams for t in tokens[i:] for r in t.readings[:1])


def _is_told(tokens: list[Token], g: Found) -> bool:
    """ "сказала она корнету", "спросила она стажёра"."""
    if g.case not in ("dat", "acc", "gen") or g.start < 2 or (g.phrase is not None and g.phrase.prep):
        return False
    return any(t.keys("VERB") & verbs("speech").keys() for t in tokens[g.start - 2 : g.start])


def _in_speech(tokens: list[Token], i: int) -> bool:
    """Inside quotes, or of a line that opens with a dash not in what the author says between dashes."""
    if tokens[0].low in DASH:
        turns = [k for k in range(1, i) if tokens[k].low in DASH and tokens[k - 1].low in SPOKEN_BEFORE]
        return len(turns) % 2 == 0
    quotes = [t.low for t in tokens[:i] if t.low in QUOTES]
    return bool(quotes) and (quotes[-1] in "«“„" or len(quotes) % 2 == 1)


def _says(tokens: list[Token], g: Found) -> bool:
    """ "сказала Анна": the one who speaks."""
    near = tokens[max(0, g.start - 2) : g.end + 2]
    return g.case == "nom" and any(t.keys("VERB") & verbs("speech").keys() for t in near)


def introduced(tokens: list[Token], f: Found) -> bool:
    """ "Меня зовут Крюков", "моя фамилия Штейн": the speaker's own name."""
    before = tokens[max(0, f.start - 4) : f.start]
    mine = any(t.low in ("меня", "моя", "мое", "моё") for t in before)
    return mine and any(t.keys("VERB") & NAMING or t.low in ("фамилия", "имя", "прозвище") for t in before)
