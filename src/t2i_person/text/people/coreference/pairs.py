"""Whether two mentions in one sentence are one person: "сосед, молодой человек", "он был врачом".

Each test sees both mentions and the words between them, and knows one way in which Russian says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...grammar.marks import DASH, HARD
from ...grammar.numbers import number_value
from ...grammar.tokens import Token
from ...lexicon.lists import fold, verbs, word_set
from ..found import Found
from .alone import tells_hair
from .entity import NOMINAL
from .rows import rows

DEEMING = word_set("verbs.txt", "deem")
NAMING = word_set("verbs.txt", "name")
QUIET = ("ADJF", "PRTF", "ADVB", "PRCL", "CONJ", "ADJS", "COMP")  # what may stand before a predicate noun
NOT_QUITE = ("не", "почти", "совсем", "еще", "уже", "сам", "сама")
BY_NAME = word_set("reference.txt", "by name")
PART_PLAYED = word_set("reference.txt", "part played")
DRAWING = word_set("absent.txt", "draw")
DRAWN_AS = ("как", "в виде", "в образе", "в роли")
MEASURES = word_set("ages.txt", "years") | {"с", "в", "среднего", "высокого", "небольшого"}
SIZES = word_set("rules.txt", "size")
REVEREND = word_set("reference.txt", "reverend")
CLERGY = word_set("reference.txt", "clergy")


@dataclass(slots=True)
class Pair:
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


def drawn_as(pair: Pair) -> bool:
    """ "нарисуй деда как короля", "изобрази её в образе ведьмы": how they are to be shown."""
    between = " ".join(t.low for t in pair.between)
    asked = [r for t in pair.tokens[: pair.who.start] for r in t.readings if r.key in DRAWING]
    return between in DRAWN_AS and any("impr" in r.grams or r.pos == "INFN" for r in asked)


def _called(pair: Pair) -> bool:
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


def was_somebody(pair: Pair) -> bool:
    """ "он был врачом"."""
    f = pair.f
    if f.kind != "noun" or pair.cases != ("nom", "ins") or not pair.is_be or (f.phrase and f.phrase.prep):
        return False
    return len(pair.between) < 5 and not any(t.low in HARD for t in pair.between)


def _deemed(pair: Pair) -> bool:
    """ "Ольгу можно было назвать красавицей"."""
    if pair.f.kind != "noun" or pair.f.case != "ins" or pair.who.case not in ("acc", "gen"):
        return False
    return len(pair.between) < 6 and any(t.keys("VERB", "INFN") & DEEMING for t in pair.between)


def _was_named(pair: Pair) -> bool:
    """ "дама эта была Анна Сергеевна"."""
    if pair.f.kind != "name" or pair.cases != ("nom", "nom") or not pair.singular:
        return False
    if not pair.is_be or pair.who.kind != "noun":
        return False
    plain = _without_be(pair)
    return len(plain) < 2 and all(t.low in ("эта", "этот", "сам", "сама") for t in plain)


def was_with_adjectives(pair: Pair) -> bool:
    """ "Лида была худенькая, но довольно хорошенькая брюнетка"."""
    if pair.f.kind == "name" or pair.cases != ("nom", "nom") or not pair.singular or not pair.is_be:
        return False
    plain = [t for t in _after_apposition(pair) if not t.keys("VERB") & verbs("be").keys()]
    if pair.who.kind not in ("name", "pron") or not 0 < len(plain) < 12:
        return False
    if plain[-1].low == "," and (pair.f.start == pair.f.first or _acts_next(pair)):
        return False  # "Лида была мала, брюнетка молчала"
    return all(t.best.pos in QUIET or t.low == "," or t.keys() & SIZES or number_value(t) for t in plain)


def _acts_next(pair: Pair) -> bool:
    """A verb follows in the clause: the noun is a subject of its own."""
    for t in pair.tokens[pair.f.end :]:
        if t.low in HARD:
            return False
        if t.best.pos == "VERB":
            return True
    return False


def _is_somebody(pair: Pair) -> bool:
    """ "Игорь уже старик": no verb at all."""
    if pair.f.kind == "name" or pair.cases != ("nom", "nom") or not pair.singular or pair.is_be:
        return False
    if pair.who.kind != "name" or pair.who.person is not None or len(pair.between) > 2:
        return False
    return all(t.best.pos in ("ADVB", "PRCL") and t.low not in ("и", "не") for t in pair.between)


def _and_more(pair: Pair) -> bool:
    """ "Он был шутник и балагур": joined to another predicate."""
    if pair.f.kind == "name" or pair.cases != ("nom", "nom") or not pair.singular:
        return False
    return pair.who.predicate and [t.low for t in pair.between] == ["и"]


def _and_not(pair: Pair) -> bool:
    """ "Лизавета была мещанка, а не чиновница": said of the same one, though denied."""
    if pair.f.kind != "noun" or not pair.who.predicate or pair.f.case != pair.who.case:
        return False
    return [t.low for t in pair.between] in ([",", "а", "не"], [",", "не"], [","])


def was_near(pair: Pair) -> bool:
    """ "Марья была женщина полная"."""
    f = pair.f
    if f.kind != "noun" or pair.cases != ("nom", "nom") or not pair.is_be or f.number != "sing":
        return False
    between = _after_apposition(pair)
    return len(between) < 4 and not any(t.low in HARD or t.low in (",", "и", "а") for t in between)


def _after_apposition(pair: Pair) -> list[Token]:
    """ "староста, Архип, был старик": the words between, without the comma that ends the apposition."""
    opened = pair.who.start > 0 and pair.tokens[pair.who.start - 1].low == ","
    closed = opened and bool(pair.between) and pair.between[0].low == ","
    return pair.between[1:] if closed else pair.between


def _she_is(pair: Pair) -> bool:
    """ "она блондинка", "она не блондинка"."""
    if pair.f.kind != "noun" or pair.who.kind != "pron" or pair.cases != ("nom", "nom"):
        return False
    return [t.low for t in pair.between] in ([], ["не"])


def _after_colon(pair: Pair) -> bool:
    """ "Персонаж: Анна", "Мельник Захар: старик с бородой"."""
    if not _stands_after_colon(pair):
        return False
    f, who = pair.f, pair.who
    if f.kind == "noun":
        return who.kind == "name" and f.number == "sing"
    if f.kind != "name":
        return False
    return (who.kind == "noun" and len(pair.between) == 1) or noun_kind(who) in ("generic", "kin", "role")


def kind_after_colon(pair: Pair) -> bool:
    """ "Хозяйка: женщина лет сорока": tells more of her without being a predicate."""
    if pair.f.kind != "noun" or not _stands_after_colon(pair):
        return False
    if pair.who.keys & PART_PLAYED:
        return True  # "персонаж для игры: гном-кузнец"
    return noun_kind(pair.f) == "generic" and noun_kind(pair.who) in ("role", "folk", "kin")


def _stands_after_colon(pair: Pair) -> bool:
    if not pair.between or pair.between[-1].low != ":" or pair.has_verb:
        return False
    return pair.f.case == "nom" and pair.who.start <= 3


def noun_kind(f: Found) -> str:
    """Lexicon kind of a noun, "" of a bare name."""
    return f.person.kind if f.person else ""


def _after_dash(pair: Pair) -> bool:
    """ "Мой сосед — старик"."""
    if pair.f.kind != "noun" or pair.cases != ("nom", "nom") or pair.has_verb:
        return False
    return len(pair.between) == 1 and pair.between[0].low in DASH


def _apposition(pair: Pair) -> bool:
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


def _somebody_else(pair: Pair) -> bool:
    """ "Иван, Пётр", "старик, мать", "старик, мужчина и дети": a list of people."""
    f, who, tokens = pair.f, pair.who, pair.tokens
    if (f.kind == "name" and who.kind == "name") or (tells_hair(f) and tells_hair(who)):
        return True
    if (
        noun_kind(f) == "kin"
        and who.kind == "noun"
        and not (noun_kind(who) == "generic" and _whose_kin(pair))
    ):
        return True
    if _men_and_women(pair):
        return True
    if f.end >= len(tokens) or tokens[f.end].low != "и" or pair.at + 1 >= len(pair.found):
        return False
    after = pair.found[pair.at + 1]
    return after.start <= f.end + 2 and after.kind in NOMINAL and after.case == f.case


def _men_and_women(pair: Pair) -> bool:
    """ "женщина, мужчина, старик": before the last one a man and a woman are named, so it is a list."""
    for row in rows(pair.tokens, pair.found[: pair.at + 1]):
        if pair.f in row:
            return {"m", "f"} <= {f.gender for f in row if f is not pair.f}
    return False


def _whose_kin(pair: Pair) -> bool:
    """ "вошла девочка, дочь хозяйки", "девочка, его дочь": with whose kin they are, no list of people."""
    f, tokens = pair.f, pair.tokens
    many = any("plur" in t.best.grams for t in tokens if t.best.pos == "VERB")
    after = tokens[f.end].readings if f.end < len(tokens) else ()
    theirs = any(r.pos == "NOUN" and r.case == "gen" for r in after)
    theirs = theirs or any(g.kind == "poss" and g.first in (f.first - 1, f.end) for g in pair.found)
    return theirs and not many


def _old_mother(pair: Pair) -> bool:
    """ "старуха мать", "старик сторож" """
    f, who = pair.f, pair.who
    if pair.between or f.kind != "noun" or who.kind != "noun" or not pair.singular or f.start != f.first:
        return False
    return noun_kind(who) == "generic" and noun_kind(f) in ("kin", "role", "folk") and f.case == who.case


def of_that_kind(who: Found, f: Found) -> bool:
    """ "девушка эльф", "женщина рыцарь": the masculine noun says no sex."""
    beside = (
        who.end == f.start == f.first and f.case == who.case == "nom" and f.number == who.number == "sing"
    )
    return beside and noun_kind(who) == "generic" and noun_kind(f) in ("folk", "role") and who.gender == "f"


def reverend(pair: Pair) -> bool:
    """ "отец дьякон", "мать игуменья" """
    if pair.between or pair.f.kind != "noun" or pair.f.case != pair.who.case:
        return False
    return bool(pair.who.keys & REVEREND and pair.f.keys & CLERGY)


def _trade_and_name(pair: Pair) -> bool:
    """ "торговец пряностями Юсуф", "учитель словесности Бобров": what the trade is about stands between."""
    f, who = pair.f, pair.who
    if f.kind != "name" or who.kind != "noun" or not pair.singular or not 0 < len(pair.between) < 3:
        return False
    if who.keys & PART_PLAYED and who.start == 0:
        return True  # "персонаж новеллы Акира"
    if noun_kind(who) not in ("role", "folk") or f.case != who.case or who.entity.named:
        return False
    thing = pair.between[-1].best
    return (
        thing.pos == "NOUN"
        and thing.case in ("gen", "ins")
        and all(t.best.pos in ("NOUN", "ADJF") and not t.text[:1].isupper() for t in pair.between)
    )


def name_follows(pair: Pair) -> bool:
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


def _without_be(pair: Pair) -> list[Token]:
    return [t for t in pair.between if not t.keys("VERB") & verbs("be").keys()]


def _told_further(pair: Pair) -> bool:
    """ "Шёл Симцов, бывший лесничий, ныне торговец чернилами, старик лет шестидесяти"."""
    f, who, tokens = pair.f, pair.who, pair.tokens
    if f.kind != "noun" or noun_kind(f) != "generic" or pair.cases != ("nom", "nom") or not pair.singular:
        return False
    if pair.has_verb or not pair.between or pair.between[-1].low != "," or f.end >= len(tokens):
        return False
    if tokens[f.end].low not in MEASURES or any(t.low in HARD for t in pair.between):
        return False
    many = any("plur" in r.grams for t in tokens[: who.start] if t.best.pos == "VERB" for r in t.readings)
    return not many and pair.between[0].low == ","


def _hair_in_list(pair: Pair) -> bool:
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
LINKS: tuple[Callable[[Pair], bool], ...] = (
    _called,
    was_somebody,
    _deemed,
    _was_named,
    was_with_adjectives,
    _is_somebody,
    _and_more,
    _and_not,
    was_near,
    _she_is,
    _after_colon,
    _after_dash,
    _apposition,
    _old_mother,
    _trade_and_name,
    name_follows,
    _hair_in_list,
    _told_further,
)
