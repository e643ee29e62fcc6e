"""`describe`: the whole way from a text to its characters."""

from collections.abc import Iterator

from . import english
from .analysis import Token, sentences
from .clean import check, clean
from .looks import SentenceLooks
from .model import Character, Feature, Gender, Mention
from .people import UNSEXED, Found, find
from .scene import Entity, Fact, Scene

GENDER: dict[str, Gender] = {"m": "male", "f": "female"}


def describe(text: str) -> list[Character]:
    """Read a Russian text and return the people it describes, in order of appearance.

    Parameters
    ----------
    text
        Russian text of any length: a phrase or a whole book.

    Returns
    -------
    list of Character
        Empty when the text shows no one.

    Raises
    ------
    TextError
        For empty text and for text that is not Russian; the message names the cure.
    """
    check(text)
    scene = Scene()
    for tokens in sentences(clean(text)):
        found = find(tokens)
        agree(tokens, found)
        scene.enter(tokens, found)
        SentenceLooks(tokens, found, scene).run()
    return list(_characters(text, scene))


def agree(tokens: list[Token], found: list[Found]) -> None:
    """Let the verb and the predicate tell the sex of a profession noun: "врач надела очки"."""
    for f in found:
        if f.gender != "u" or f.case != "nom" or f.number != "sing" or f.kind in ("rel", "poss"):
            continue
        if f.kind == "noun" and f.keys & UNSEXED:
            continue  # "ребёнок": the gender is the word's, not the person's
        verb = _verb_of(tokens, found, f)
        for r in verb.readings if verb is not None else ():
            if r.pos in ("VERB", "PRTS", "ADJS") and r.number == "sing" and r.gender in ("masc", "femn"):
                f.gender = "m" if r.gender == "masc" else "f"
                break


def _verb_of(tokens: list[Token], found: list[Found], f: Found) -> Token | None:
    """Predicate of a nominative mention: by the tree, else the nearest after it, else before it."""
    head = tokens[f.head].head
    if tokens[f.head].rel.startswith("nsubj") and 0 <= head < len(tokens):
        if tokens[head].best.pos in ("VERB", "PRTS", "ADJS"):
            return tokens[head]
    others = [g for g in found if g is not f and g.case == "nom" and g.kind in ("noun", "name", "pron")]
    others = [g for g in others if not (g.person and g.person.kind == "collective")]  # "отряд вёл есаул"
    for t in tokens[f.end :]:
        if t.low in (";", ".", "—", ":") or (
            any(g.start == t.i for g in others) and tokens[t.i - 1].low in ("и", "а", "но", "пока", "когда")
        ):
            break
        if t.best.pos in ("VERB", "PRTS", "ADJS"):
            return t
    for t in reversed(tokens[: f.start]):
        if t.low in (";", ".", ":") or any(g.first == t.i for g in others):
            break
        if t.best.pos == "VERB":
            return None if any(g.end <= t.i for g in others) else t
    return None


def _characters(text: str, scene: Scene) -> Iterator[Character]:
    entities = [e for e in scene.everyone() if e.mentions and _kept(e)]
    entities.sort(key=lambda e: _head(e)[1])
    for entity in entities:
        f, start, end = _head(entity)
        facts = sorted(_distinct(entity.facts), key=lambda x: x.start)
        features = tuple(_feature(text, fact) for fact in facts)
        attributes = tuple(
            Feature(text[a:b], a, b, category, normal, False, eng)
            for g, a, b in entity.mentions
            if g.person is not None and g.kind in ("noun", "name")
            for category, normal, eng in g.person.facts
            if category != "role" or g is f
        )
        attributes = tuple({x.category: x for x in reversed(attributes)}.values())
        if entity.gender == "u" and entity.number == "sing":
            if any(x.category == "facial_hair" and not x.negated for x in facts):
                entity.gender = "m"
            if entity.gender == "u":
                entity.gender = entity.hint or "u"
        gender = GENDER.get(entity.gender, "unknown")
        if entity.number == "plur" and f.person is not None and f.person.gender in ("r", "u", "c"):
            gender = "unknown"
        count = max((g.count for g, _, _ in entity.mentions if g.counted), default=1)
        lemma = f.lemma
        told = [(x.category, x.prompt_en, x.negated) for x in attributes + features]
        yield Character(
            text[start:end],
            lemma,
            gender,
            count,
            start,
            end,
            features,
            attributes,
            tuple(
                Mention(text[a:b], a, b)
                for _, a, b in [_head(entity)] + [m for m in entity.mentions if m[0] is not f]
            ),
            english.whole(lemma, gender, told, count),
        )


def _kept(entity: Entity) -> bool:
    if entity.facts:
        return True
    if not entity.nominal:
        return False
    if entity.number == "plur":
        return any(f.counted and f.count > 1 for f, _, _ in entity.mentions)
    return any(
        not f.absent and not (f.person and f.person.kind == "someone")
        for f, _, _ in entity.mentions
        if f.kind in ("noun", "name")
    )


def _head(entity: Entity) -> tuple[Found, int, int]:
    """The first noun or name; a pronoun only when there is neither."""
    nominal = [m for m in entity.mentions if m[0].kind in ("noun", "name")]
    return (nominal or entity.mentions)[0]


def _distinct(facts: list[Fact]) -> list[Fact]:
    out: list[Fact] = []
    for fact in facts:
        if not any(o.start == fact.start and o.end == fact.end for o in out):
            out.append(fact)
    return out


def _feature(text: str, fact: Fact) -> Feature:
    return Feature(
        text[fact.start : fact.end],
        fact.start,
        fact.end,
        fact.category,
        fact.normalized,
        fact.negated,
        english.phrase(fact),
    )
