"""Two mentions in one sentence that are one person: "сосед, молодой человек", "он был врачом"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...grammar.marks import DASH, HARD
from ...grammar.numbers import number_value
from ...grammar.tokens import Token
from ...lexicon.lists import fold, verbs, word_set
from ..found import Found
from .alone import tells_hair
from .aloud import own_name
from .entity import NOMINAL, Entity

if TYPE_CHECKING:
    from .scene import Scene

DEEMING = word_set("verbs.txt", "deem")
NAMING = word_set("verbs.txt", "name")
CALLED = word_set("verbs.txt", "be called")
BECOMING = word_set("verbs.txt", "become somebody")
QUIET = ("ADJF", "PRTF", "ADVB", "PRCL", "CONJ", "ADJS", "COMP")  # what may stand before a predicate noun
NOT_QUITE = ("не", "почти", "совсем", "еще", "уже", "сам", "сама")
BY_NAME = word_set("reference.txt", "by name")
NAME_NOUNS = word_set("reference.txt", "name")
PART_PLAYED = word_set("reference.txt", "part played")
DRAWING = word_set("absent.txt", "draw")
DRAWN_AS = ("как", "в виде", "в образе", "в роли")
MEASURES = word_set("ages.txt", "years") | {"с", "в", "среднего", "высокого", "небольшого"}
SIZES = frozenset({"рост", "год", "лето", "сложение", "наружность", "вид"})  # "был малого роста, лет сорока"
REVEREND = word_set("reference.txt", "reverend")
CLERGY = word_set("reference.txt", "clergy")


@dataclass(slots=True)
class _Pair:
    """A mention, the one before it, and the words between them."""

    tokens: list[Token]
    found: list[Found]
    at: int  # which of the mentions it is
    who: Found  # the one before
    between: list[Token]
    is_be: bool  # there is "быть" or "стать" between them
    has_verb: bool

    @property
    def f(self) -> Found:
        return self.found[self.at]

    @property
    def cases(self) -> tuple[str, str]:
        return self.who.case, self.found[self.at].case

    @property
    def singular(self) -> bool:
        return self.who.number == self.found[self.at].number == "sing"


def apposed(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """ "увидел Громова, высокого человека", "Громов был высокий человек": no man told of before."""
    f = found[at]
    if f.kind != "noun" or _kind(f) != "generic" or f.start == 0:
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
    if not any(one_person(pair) for one_person in (_was_somebody, _was_with_adjectives, _was_near)):
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


def _pair_of(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> _Pair | None:
    """A mention and the one before it that may be the same person."""
    f = found[at]
    before = [g for g in found[:at] if g.kind in (*NOMINAL, "pron") and g.entity is not None]
    if not before:
        return None
    who, end = before[-1], before[-1].end
    whose = who.case == "gen" and who.kind in NOMINAL and len(before) > 1
    if whose and before[-2].end == who.start and before[-2].kind == "noun":
        who = before[-2]  # "дочь Анны, Лиза"
    if not (scene.compatible(who.entity, f.gender, f.number) or _of_that_kind(who, f)):
        return None
    between = tokens[end : f.start]
    is_be = any(t.keys("VERB") & verbs("be").keys() for t in between)
    has_verb = any(t.best.pos in ("VERB", "INFN") for t in between)
    return _Pair(tokens, found, at, who, between, is_be, has_verb)


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
    return entity if _kind_after_colon(pair) or _reverend(pair) or _drawn_as(pair) else None


def named_at_last(scene: Scene, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
    """Somebody just described whom a name of somebody known tells after all."""
    pair = _pair_of(scene, tokens, found, at)
    if pair is None or pair.who.entity.named:
        return None
    return pair.who.entity if _named_at_last(pair) else None


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


def _drawn_as(pair: _Pair) -> bool:
    """ "нарисуй деда как короля", "изобрази её в образе ведьмы": how they are to be shown."""
    between = " ".join(t.low for t in pair.between)
    asked = [r for t in pair.tokens[: pair.who.start] for r in t.readings if r.key in DRAWING]
    return between in DRAWN_AS and any("impr" in r.grams or r.pos == "INFN" for r in asked)


def _called(pair: _Pair) -> bool:
    """ "верзилу звали Эдуардом", "звали её Марфой", "старик по имени Захар"."""
    tokens, who, name = pair.tokens, pair.who, pair.f
    if name.kind != "name":
        return False
    if tokens[name.start - 1].low in BY_NAME:
        return name.start - who.end < 4 or (not pair.has_verb and who.kind == "noun" and pair.singular)
    if name.start - who.end > 3:
        return False
    verb = any(t.keys("VERB") & NAMING for t in tokens[max(0, who.start - 2) : name.start])
    return verb and who.case in ("acc", "gen") and name.case in ("nom", "ins")


def _was_somebody(pair: _Pair) -> bool:
    """ "он был врачом"."""
    f = pair.f
    if f.kind != "noun" or pair.cases != ("nom", "ins") or not pair.is_be or (f.phrase and f.phrase.prep):
        return False
    return len(pair.between) < 5 and not any(t.low in HARD for t in pair.between)


def _deemed(pair: _Pair) -> bool:
    """ "Ольгу можно было назвать красавицей"."""
    if pair.f.kind != "noun" or pair.f.case != "ins" or pair.who.case not in ("acc", "gen"):
        return False
    return len(pair.between) < 6 and any(t.keys("VERB", "INFN") & DEEMING for t in pair.between)


def _was_named(pair: _Pair) -> bool:
    """ "дама эта была Анна Сергеевна"."""
    if pair.f.kind != "name" or pair.cases != ("nom", "nom") or not pair.singular:
        return False
    if not pair.is_be or pair.who.kind != "noun":
        return False
    plain = _without_be(pair)
    return len(plain) < 2 and all(t.low in ("эта", "этот", "сам", "сама") for t in plain)


def _was_with_adjectives(pair: _Pair) -> bool:
    """ "Лида была худенькая, но довольно хорошенькая брюнетка"."""
    if pair.f.kind == "name" or pair.cases != ("nom", "nom") or not pair.singular or not pair.is_be:
        return False
    plain = [t for t in _after_apposition(pair) if not t.keys("VERB") & verbs("be").keys()]
    if pair.who.kind not in ("name", "pron") or not 0 < len(plain) < 12:
        return False
    if plain[-1].low == "," and (pair.f.start == pair.f.first or _acts_next(pair)):
        return False  # "Лида была мала, брюнетка молчала"
    return all(t.best.pos in QUIET or t.low == "," or t.keys() & SIZES or number_value(t) for t in plain)


def _acts_next(pair: _Pair) -> bool:
    """A verb follows in the clause: the noun is a subject of its own."""
    for t in pair.tokens[pair.f.end :]:
        if t.low in HARD:
            return False
        if t.best.pos == "VERB":
            return True
    return False


def _is_somebody(pair: _Pair) -> bool:
    """ "Игорь уже старик": no verb at all."""
    if pair.f.kind == "name" or pair.cases != ("nom", "nom") or not pair.singular or pair.is_be:
        return False
    if pair.who.kind != "name" or pair.who.person is not None or len(pair.between) > 2:
        return False
    return all(t.best.pos in ("ADVB", "PRCL") and t.low not in ("и", "не") for t in pair.between)


def _and_more(pair: _Pair) -> bool:
    """ "Он был шутник и балагур": joined to another predicate."""
    if pair.f.kind == "name" or pair.cases != ("nom", "nom") or not pair.singular:
        return False
    return pair.who.predicate and [t.low for t in pair.between] == ["и"]


def _and_not(pair: _Pair) -> bool:
    """ "Лизавета была мещанка, а не чиновница": said of the same one, though denied."""
    if pair.f.kind != "noun" or not pair.who.predicate or pair.f.case != pair.who.case:
        return False
    return [t.low for t in pair.between] in ([",", "а", "не"], [",", "не"], [","])


def _was_near(pair: _Pair) -> bool:
    """ "Марья была женщина полная"."""
    f = pair.f
    if f.kind != "noun" or pair.cases != ("nom", "nom") or not pair.is_be or f.number != "sing":
        return False
    between = _after_apposition(pair)
    return len(between) < 4 and not any(t.low in HARD or t.low in (",", "и", "а") for t in between)


def _after_apposition(pair: _Pair) -> list[Token]:
    """ "староста, Архип, был старик": the words between, without the comma that ends the apposition."""
    opened = pair.who.start > 0 and pair.tokens[pair.who.start - 1].low == ","
    closed = opened and bool(pair.between) and pair.between[0].low == ","
    return pair.between[1:] if closed else pair.between


def _she_is(pair: _Pair) -> bool:
    """ "она блондинка", "она не блондинка"."""
    if pair.f.kind != "noun" or pair.who.kind != "pron" or pair.cases != ("nom", "nom"):
        return False
    return [t.low for t in pair.between] in ([], ["не"])


def _after_colon(pair: _Pair) -> bool:
    """ "Персонаж: Анна", "Мельник Захар: старик с бородой"."""
    if not _stands_after_colon(pair):
        return False
    f, who = pair.f, pair.who
    if f.kind == "noun":
        return who.kind == "name" and f.number == "sing"
    if f.kind != "name":
        return False
    return (who.kind == "noun" and len(pair.between) == 1) or _kind(who) in ("generic", "kin", "role")


def _kind_after_colon(pair: _Pair) -> bool:
    """ "Хозяйка: женщина лет сорока": tells more of her without being a predicate."""
    if pair.f.kind != "noun" or not _stands_after_colon(pair):
        return False
    if pair.who.keys & PART_PLAYED:
        return True  # "персонаж для игры: гном-кузнец"
    return _kind(pair.f) == "generic" and _kind(pair.who) in ("role", "folk", "kin")


def _stands_after_colon(pair: _Pair) -> bool:
    if not pair.between or pair.between[-1].low != ":" or pair.has_verb:
        return False
    return pair.f.case == "nom" and pair.who.start <= 3


def _kind(f: Found) -> str:
    """Lexicon kind of a noun, "" of a bare name."""
    return f.person.kind if f.person else ""


def _after_dash(pair: _Pair) -> bool:
    """ "Мой сосед — старик"."""
    if pair.f.kind != "noun" or pair.cases != ("nom", "nom") or pair.has_verb:
        return False
    return len(pair.between) == 1 and pair.between[0].low in DASH


def _apposition(pair: _Pair) -> bool:
    """ "господин, не красавец", "юноша, почти мальчик": after a comma or a dash, in the same case."""
    f, who = pair.f, pair.who
    low = [t.low for t in pair.between]
    while low and fold(low[-1]) in NOT_QUITE:
        low.pop()
    not_quite = 0 < len(low) < len(pair.between) and low[-1] == ","  # "он был мал, почти карлик"
    if not low or (pair.has_verb and not (not_quite and pair.is_be)) or len(pair.between) > 7:
        return False
    if low[-1] != "," and low[-1] not in DASH:
        return False
    if any(x in HARD for x in low) or "или" in low or _joins_people(pair.between):
        return False
    listed = all(t.low == "," or t.best.pos in ("ADJF", "PRTF") for t in pair.between)
    if low.count(",") > 1 and not listed:
        return False
    if f.phrase is not None and f.phrase.prep:
        return False
    return _same_case(f, who) and not _somebody_else(pair)


def _joins_people(between: list[Token]) -> bool:
    """An "и" that does not stand between two adjectives: "женщина весёлого и кроткого нрава, вдова"."""
    ands = [k for k, t in enumerate(between) if t.low == "и"]
    return any(k == 0 or k + 1 == len(between) or not _both_adjectives(between, k) for k in ands)


def _both_adjectives(tokens: list[Token], k: int) -> bool:
    return all(tokens[i].best.pos in ("ADJF", "PRTF") for i in (k - 1, k + 1))


def _same_case(f: Found, who: Found) -> bool:
    if f.case == who.case:
        return True
    return any(r.case == who.case for r in f.forms) and (
        not who.forms or any(r.case == who.case for r in who.forms)
    )


def _somebody_else(pair: _Pair) -> bool:
    """ "Иван, Пётр", "старик, мать", "старик, мужчина и дети": a list of people."""
    f, who, tokens = pair.f, pair.who, pair.tokens
    if (f.kind == "name" and who.kind == "name") or (tells_hair(f) and tells_hair(who)):
        return True
    if _kind(f) == "kin" and who.kind == "noun" and not (_kind(who) == "generic" and _whose_kin(pair)):
        return True
    if f.end >= len(tokens) or tokens[f.end].low != "и" or pair.at + 1 >= len(pair.found):
        return False
    after = pair.found[pair.at + 1]
    return after.start <= f.end + 2 and after.kind in NOMINAL and after.case == f.case


def _whose_kin(pair: _Pair) -> bool:
    """ "вошла девочка, дочь хозяйки", "девочка, его дочь": with whose kin they are, no list of people."""
    f, tokens = pair.f, pair.tokens
    many = any("plur" in t.best.grams for t in tokens if t.best.pos == "VERB")
    after = tokens[f.end].readings if f.end < len(tokens) else ()
    theirs = any(r.pos == "NOUN" and r.case == "gen" for r in after)
    theirs = theirs or any(g.kind == "poss" and g.first in (f.first - 1, f.end) for g in pair.found)
    return theirs and not many


def _old_mother(pair: _Pair) -> bool:
    """ "старуха мать", "старик сторож" """
    f, who = pair.f, pair.who
    if pair.between or f.kind != "noun" or who.kind != "noun" or not pair.singular or f.start != f.first:
        return False
    return _kind(who) == "generic" and _kind(f) in ("kin", "role", "folk") and f.case == who.case


def _of_that_kind(who: Found, f: Found) -> bool:
    """ "девушка эльф", "женщина рыцарь": the masculine noun says no sex."""
    beside = (
        who.end == f.start == f.first and f.case == who.case == "nom" and f.number == who.number == "sing"
    )
    return beside and _kind(who) == "generic" and _kind(f) in ("folk", "role") and who.gender == "f"


def _reverend(pair: _Pair) -> bool:
    """ "отец дьякон", "мать игуменья" """
    if pair.between or pair.f.kind != "noun" or pair.f.case != pair.who.case:
        return False
    return bool(pair.who.keys & REVEREND and pair.f.keys & CLERGY)


def _trade_and_name(pair: _Pair) -> bool:
    """ "торговец пряностями Юсуф", "учитель словесности Бобров": what the trade is about stands between."""
    f, who = pair.f, pair.who
    if f.kind != "name" or who.kind != "noun" or not pair.singular or not 0 < len(pair.between) < 3:
        return False
    if who.keys & PART_PLAYED and who.start == 0:
        return True  # "персонаж новеллы Акира"
    if _kind(who) not in ("role", "folk") or f.case != who.case or who.entity.named:
        return False
    thing = pair.between[-1].best
    return (
        thing.pos == "NOUN"
        and thing.case in ("gen", "ins")
        and all(t.best.pos in ("NOUN", "ADJF") and not t.text[:1].isupper() for t in pair.between)
    )


def _named_at_last(pair: _Pair) -> bool:
    """ "Вошёл человек среднего роста, в сером сюртуке, Павел Громов" """
    f, who = pair.f, pair.who
    if f.kind != "name" or who.kind != "noun" or pair.cases != ("nom", "nom") or not pair.singular:
        return False
    if pair.has_verb or who.entity.first < who.entity.last or who.entity.named:
        return False
    if not who.entity.kinds & {"generic", "role"} or len(who.entity.starts) > 2:
        return False
    end = pair.tokens[f.end].low if f.end < len(pair.tokens) else "."
    apart = bool(pair.between) and (pair.between[-1].low == "," or pair.between[-1].low in DASH)
    return apart and (end == "," or end in HARD or end in DASH)


def _without_be(pair: _Pair) -> list[Token]:
    return [t for t in pair.between if not t.keys("VERB") & verbs("be").keys()]


def _told_further(pair: _Pair) -> bool:
    """ "Шёл Симцов, бывший лесничий, ныне торговец чернилами, старик лет шестидесяти"."""
    f, who, tokens = pair.f, pair.who, pair.tokens
    if f.kind != "noun" or _kind(f) != "generic" or pair.cases != ("nom", "nom") or not pair.singular:
        return False
    if pair.has_verb or not pair.between or pair.between[-1].low != "," or f.end >= len(tokens):
        return False
    if tokens[f.end].low not in MEASURES or any(t.low in HARD for t in pair.between):
        return False
    many = any("plur" in r.grams for t in tokens[: who.start] if t.best.pos == "VERB" for r in t.readings)
    return not many and pair.between[0].low == ","


def _hair_in_list(pair: _Pair) -> bool:
    """ "Дин (32, шатен)", "я Катя, 23 года, шатенка": the colour of the hair in a list of looks."""
    f, who = pair.f, pair.who
    key = who.lemma == "я" and pair.between[:1] and pair.between[0].low == ":"  # "Обо мне: брюнет"
    if f.kind != "noun" or f.case != "nom" or not (who.case == "nom" or key) or not pair.singular:
        return False
    if not tells_hair(f) or tells_hair(pair.who) or f.phrase is None:
        return False
    before = pair.tokens[f.phrase.start - 1].low if f.phrase.start else ""
    after = pair.tokens[f.end].low if f.end < len(pair.tokens) else "."
    if before not in (",", "(", "или") and before not in DASH:
        return False
    if after == "и" and len(pair.found) > pair.at + 1:
        return False  # "Марина, блондинка и старик"
    rest = [t for t in pair.between if t.low[0].isalpha()]
    return not pair.has_verb and not any(t.low == "и" for t in rest[-1:]) and after != ":"


# What makes two mentions one person.
LINKS: tuple[Callable[[_Pair], bool], ...] = (
    _called,
    _was_somebody,
    _deemed,
    _was_named,
    _was_with_adjectives,
    _is_somebody,
    _and_more,
    _and_not,
    _was_near,
    _she_is,
    _after_colon,
    _after_dash,
    _apposition,
    _old_mother,
    _trade_and_name,
    _named_at_last,
    _hair_in_list,
    _told_further,
)


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
