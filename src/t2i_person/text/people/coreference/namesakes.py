"""Whether a noun or a name means somebody the text told of before."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from ...grammar.marks import DASH
from ...grammar.numbers import NUMBER_KEYS
from ...grammar.tokens import Token
from ...lexicon.lists import fold, short_names, verbs, word_map, word_set
from ..found import Found
from . import evidence
from .entity import NOMINAL, Entity

if TYPE_CHECKING:
    from .scene import Scene

# Words that name a person already on stage again: their age group must not clash.
AGE_GROUP = word_map("reference.txt", "age group")
ANOTHER = word_set("reference.txt", "another")
# of names not in the nominative
ENDINGS = ("у", "ю", "е", "ы", "и", "а", "я", "ой", "ей", "ою", "ею", "ом", "ем")
POINTED = word_set("reference.txt", "pointed at")
MEASURES = word_set("reference.txt", "measure")
KINDS_AGAIN = ("generic", "role", "folk", "people")
GRANDPARENTS = word_set("reference.txt", "grandparent")
PET = re.compile(r"(.{3,}?)(?:[ауюя]шк?|[ео]ньк|[ео]чк|[иы]шк|ьк|к)[ая]")  # "Назарка", "Лукаша", "Марьянушка"


def namesake(scene: Scene, tokens: list[Token], f: Found, found: list[Found]) -> Entity | None:
    """An entity already called by this word."""
    words = {fold(t.low) for t in tokens[f.start : f.first]}
    if words & ANOTHER or any(t.keys() & ANOTHER for t in tokens[f.start : f.first]):
        return None
    known = _known(scene, f.keys) if f.kind == "name" else []
    short = _short_for(scene, f, found)
    ghosts = [] if f.absent else scene.ghosts[::-1]
    new = brought_in(tokens, f)
    for e in known + scene.entities[::-1] + short + ghosts:
        called_so = bool(f.keys & e.words) or e in short
        if new and e.last < scene.sentence and (e is scene.narrator or _called_otherwise(f, e)):
            continue
        if called_so and _agree(f, e) and not other_name(f, e) and not _one_more(f, e, found):
            scene.recall(e)
            for other in _also(f, e, known):
                scene.unite(e, other)
            return e
    return _by_title(scene, tokens, f) or _otherwise_read(scene, tokens, f, found)


def _known(scene: Scene, keys: Iterable[str]) -> list[Entity]:
    """Those who have some of these names: who has most of them first, then who was spoken of last."""
    told = {id(e): e for key in sorted(keys) for e in scene.named.get(key, ())}
    return sorted(told.values(), key=lambda e: (-len(e.words.intersection(keys)), -e.last))


def _also(f: Found, e: Entity, known: list[Entity]) -> list[Entity]:
    """ "Павел Кузьмич Зимин" is who was called "Павел Кузьмич" and who was called "Зимин"."""
    if len(f.parts) < 2:
        return []
    fits = [o for o in known if o is not e and o.named and o.number == e.number and _agree(f, o)]
    fits = [o for o in fits if not _contradict(f, o) and not _contradict(e, o) and e.last != o.last]
    fits = [o for o in fits if _shared(f, o) - _shared(f, e) or len(_shared(f, o)) > 1]
    if len(fits) == 1 and other_name(f, fits[0]):  # "Яков Маякин" after "Маякин" and "Яков Тарасович"
        return fits if min(e.nouns, fits[0].nouns) > 1 else []
    return [o for o in fits if not other_name(f, o)][:1]


def _shared(f: Found, e: Entity) -> set[str]:
    """Parts of the name that the person has, too."""
    return {part for part, keys in f.parts.items() if keys & e.parts.get(part, set())}


def _contradict(e: Found | Entity, other: Entity) -> bool:
    """Some part of both names differs, or the sex."""
    if "u" not in (e.gender, other.gender) and e.gender != other.gender:
        return True
    both = e.parts.keys() & other.parts.keys()
    return any(
        not (e.parts[part] & other.parts[part])
        and not (part == "given" and _same_given(e.parts[part], other.parts[part]))
        for part in both
    )


def _by_title(scene: Scene, tokens: list[Token], f: Found) -> Entity | None:
    """ "Доктор" once "доктор Краснов" was told of, in any chapter."""
    if f.kind != "noun" or f.number != "sing" or f.counted or f.absent or f.person is None:
        return None
    e = scene.titles.get(f.person.word)
    if e is None or not _agree(f, e) or _described(tokens, f):
        return None
    scene.recall(e)
    return e


def _described(tokens: list[Token], f: Found) -> bool:
    """Adjectives or an age come with the noun, as with somebody new."""
    if any(t.best.pos in ("ADJF", "PRTF") for t in tokens[f.start : f.first]):
        return True
    return any(t.keys("NOUN") & MEASURES for t in tokens[f.end : f.end + 3])


def _otherwise_read(scene: Scene, tokens: list[Token], f: Found, found: list[Found]) -> Entity | None:
    """ "Гордеева не было": of Гордеев, who is known, rather than a woman whom nobody has told of.

    Sex and dictionary form of a single word are guessed, unless a verb tells; another reading that is the
    name of somebody known is likelier than somebody new.
    """
    if f.kind != "name" or f.number != "sing" or tokens[f.last].text[:1].islower():
        return None
    if f.sure and (f.gender != "f" or _she_does(tokens, f)):
        return None  # "Швабрина схватили": a verb at some other place says little
    if any(t.text[:1].isupper() for t in tokens[f.first : f.last]):
        return None
    keys = f.keys | tokens[f.last].keys("NOUN") | nominatives(fold(tokens[f.last].low))
    for e in _known(scene, keys):
        if e.number == "sing" and not any(g.entity is e for g in found):
            f.gender, f.keys, f.parts = e.gender, f.keys & e.words, {}
            scene.recall(e)
            return e
    return None


def _she_does(tokens: list[Token], f: Found) -> bool:
    """A verb or an adjective that is hers stands beside the name."""
    beside = [*tokens[max(0, f.first - 1) : f.first], *tokens[f.end : f.end + 1]]
    return any(r.gender == "femn" and r.pos in ("VERB", "ADJS", "PRTS") for t in beside for r in t.readings)


def nominatives(low: str) -> set[str]:
    """What a name in some other case may be the form of: "дунечкой" of "дунечка"."""
    stems = [low[: -len(ending)] for ending in ENDINGS if low.endswith(ending)]
    return {stem + ending for stem in stems for ending in ("", "а", "я", "ь", "й")}


def brought_in(tokens: list[Token], f: Found) -> bool:
    """ "Вошёл человек", "увидел человека лет сорока": no one who was called a man in passing."""
    if f.kind != "noun" or f.person is None or f.person.kind != "generic":
        return False
    if any(t.keys() & POINTED for t in tokens[max(0, f.start - 1) : f.first]):
        return False
    before = [t for t in tokens[: f.start] if t.best.pos == "VERB"]
    if f.case == "nom" and before and not before[-1].keys("VERB") & verbs("speech").keys():
        return True
    after = tokens[f.end : f.end + 3]
    if after and after[0].low in ("в", "с", "со"):
        return True
    return any(t.keys("NOUN") & MEASURES for t in after)


def _called_otherwise(f: Found, e: Entity) -> bool:
    return e.head is not None and not f.keys & e.head.keys


def _agree(f: Found, e: Entity) -> bool:
    """In number, unless somebody is only talked about, and in sex as far as it is known."""
    return (f.absent or e.number == f.number) and (f.gender == "u" or e.gender in ("u", f.gender))


def _one_more(f: Found, e: Entity, found: list[Found]) -> bool:
    """Somebody of the same word stands in the same sentence, and this is another one."""
    if f.kind == "name":
        return _beside(f, e, found)  # "Александр и Александра"
    if f.start == f.first and not f.counted:
        return False
    return any(g.entity is e and g.kind in NOMINAL for g in found)  # "рыжий парень и лысый парень"


def _beside(f: Found, e: Entity, found: list[Found]) -> bool:
    """Somebody else with as much of a name stands in the same sentence."""
    names = [g for g in found if g.entity is e and g.kind == "name" and g is not f]
    return any(g.lemma != f.lemma and g.parts.keys() == f.parts.keys() for g in names)


def _short_for(scene: Scene, f: Found, found: list[Found]) -> list[Entity]:
    """The one known person whose full name "Ваня" is short for, unless both are in this sentence."""
    if "given" not in f.parts:
        return []
    mine = f.parts["given"]
    fits = [e for e in scene.cast if _same_given(mine, e.parts.get("given", ()))]
    fits = [e for e in fits if not other_name(f, e)]
    fits = [e for e in fits if f.gender == "u" or e.gender in ("u", f.gender)]
    return fits if len(fits) == 1 and not any(g.entity is fits[0] for g in found) else []


def _full(given: Iterable[str]) -> set[str]:
    """Every full name the given names may be short for, themselves included."""
    return {full for name in given for full in (name, *short_names().get(name, ()))}


def _same_given(some: Collection[str], others: Collection[str]) -> bool:
    """One is the other, short for it, or a pet form of it: "Назар" and "Назарка"."""
    if _full(some) & _full(others):
        return True
    return any(_pet_of(a, b) or _pet_of(b, a) for a in some for b in others)


@lru_cache(20_000)  # each name meets all the others of a book
def _pet_of(name: str, other: str) -> bool:
    """ "Назарка" of "Назар", "Лизонька" of "Лиза"."""
    found = PET.fullmatch(name)
    if found is None:
        return False
    again = PET.fullmatch(other)
    return found.group(1) in (other.rstrip("аяйьи"), again.group(1) if again else "")


def other_name(f: Found, e: Entity) -> bool:
    """ "Иван Сергеевич" is not "Иван Петрович": some part of the name is another's.

    Two names that share the given one alone are two people: "Соня Белова", "Софья Ивановна".
    """
    mine, theirs = set(f.parts) - {"given"}, set(e.parts) - {"given"}
    if "given" in f.parts and "given" in e.parts and mine and theirs and not mine & theirs:
        return True
    for part, keys in f.parts.items():
        have = e.parts.get(part)
        if have and not (keys & have or (part == "given" and _same_given(keys, have))):
            return True
    return False


def again(scene: Scene, tokens: list[Token], f: Found, found: list[Found]) -> Entity | None:
    """A definite noun for someone on stage: "гость вошёл... мужчина сел"."""
    if scene.sentence == 0 or not _may_be_known(f) or _said_to_be_another(tokens, f):
        return None
    before = [t for t in tokens[: f.start] if t.best.pos == "VERB"]
    if before and not before[-1].keys("VERB") & verbs("speech").keys():
        return None  # "вошёл мужчина" brings someone new
    if f.start == 0 and f.end < len(tokens) and tokens[f.end].low == "," and _verbless(tokens):
        return None  # "Мальчик, лет десяти, в матроске.": a list of people
    here = {id(g.entity) for g in found}
    fits = [
        e
        for e in scene.entities
        if scene.compatible(e, f.gender, "sing") and e.last != scene.sentence and e.nominal
        if id(e) not in here and _word_fits(f, e, spoken=bool(before))
    ]
    return fits[-1] if len(fits) == 1 else None


def pointed_at(scene: Scene, tokens: list[Token], f: Found, found: list[Found]) -> Entity | None:
    """ "видел этого высокого старика": who was spoken of in the sentence before."""
    if f.kind != "noun" or f.person is None or f.person.kind != "generic" or f.number != "sing":
        return None
    if not any(t.keys("ADJF") & {"этот"} for t in tokens[f.start : f.first]) or tokens[0].low in DASH:
        return None
    if any(f.keys & e.words and not e.named and e.last >= scene.sentence - 3 for e in scene.entities):
        return None  # "Он увидел господина. Этот господин..."
    before = [g for g in found if g.entity is not None and g.last < f.start]
    here = {id(g.entity) for g in before if g.kind == "name"}
    here |= {id(g.entity) for g in [g for g in before if g.case == "nom"][-1:]}
    fits = [
        e
        for e in scene.entities
        if e.named and not scene.apart(e) and e.number == "sing" and id(e) not in here
        if e.last >= scene.sentence - 1 and scene.compatible(e, f.gender, "sing")
    ]
    return max(fits, key=lambda e: (e.last, e.subject, e.place)) if fits else None


def _verbless(tokens: list[Token]) -> bool:
    return not any(t.best.pos in ("VERB", "ADJS", "PRTS") for t in tokens)


def _may_be_known(f: Found) -> bool:
    """A common noun for one person as a subject."""
    if f.kind != "noun" or f.person is None or f.person.kind not in KINDS_AGAIN or f.counted:
        return False
    return f.case == "nom" and f.number == "sing"


def _said_to_be_another(tokens: list[Token], f: Found) -> bool:
    """ "другой мужчина", "один мужчина"."""
    words = {fold(t.low) for t in tokens[f.start : f.first]}
    return bool(words & ANOTHER or words & NUMBER_KEYS.keys())


def _word_fits(f: Found, e: Entity, spoken: bool) -> bool:
    """Whether the noun can mean somebody called by other words so far; `spoken` after a verb of speech."""
    key = min(f.keys)
    group = AGE_GROUP.get(key)
    groups = {AGE_GROUP[k] for k in e.words if k in AGE_GROUP}
    if group and groups and group not in groups:
        return False  # "старик" and "мальчик"
    if group == "old" and not groups and e.named:
        return False  # "Артём ... Старик пах рыбой"
    if group is None and _told_by_looks(f, e):
        return True
    if group is None and key not in word_set("reference.txt", "anybody"):
        if not spoken or not e.kinds <= {"generic", "people"}:
            return False  # "сказала ведьма" may be the old woman; "носильщик тащил" is someone new
        if f.start != f.first:
            return False
    return e.kinds != {"kin"} or (group is not None and key not in GRANDPARENTS)


def _told_by_looks(f: Found, e: Entity) -> bool:
    """ "Сидела девушка. Блондинка листала меню": called by looks that nothing else was said of."""
    told = {category for category, _, _ in f.person.facts} if f.person else set()
    if f.person is None or f.person.kind != "generic" or not told or f.start != f.first:
        return False
    known = {fact.category for fact in e.facts if not fact.negated} | e.says.keys()
    return "generic" in e.kinds and not told & known


def may_mean(scene: Scene, f: Found) -> tuple[str, ...]:
    """Of a new noun or name: who of those told of before it might mean all the same, as facts."""
    if f.number != "sing" or f.counted:
        return ()
    fits = [
        e
        for e in scene.entities
        if not scene.apart(e) and e.number == "sing" and e.last >= scene.sentence - 5
        if scene.compatible(e, f.gender, f.number) and not other_name(f, e)
        if not (f.kind == "name" and e.named)
    ]
    return evidence.near(f, sorted(fits, key=lambda e: (-e.last, -e.place)), scene.sentence)
