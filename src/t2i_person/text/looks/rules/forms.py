"""Cards and notices: "Волосы: рыжие", "Возраст: 25", "Борода: нет", "Negative prompt: очки"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...grammar.agreement import MODIFIERS, noun_readings
from ...grammar.nominative import nominative, normalize, plain_readings
from ...grammar.tokens import Reading
from ...lexicon.lists import things, word_set
from .number import years_word
from .rule import rule

if TYPE_CHECKING:
    from ...grammar.tokens import Token
    from ...people.coreference.entity import Entity
    from ..finder import SentenceLooks

SIGNS = (":", "-", "—", "–", "=")
RANGE = ("-", "–")
YES = word_set("forms.txt", "yes")
NO = word_set("forms.txt", "no")
EXCLUDING = word_set("forms.txt", "excluding")
YEARS = word_set("forms.txt", "years")
LINE = word_set("forms.txt", "line")
HAD = frozenset(("быть", "иметь", "находиться"))
ABOUT = ("около", "за", "под", "примерно", "лет")
KINDS = word_set("forms.txt", "kind")
PARTS = ("hair", "eyes", "skin", "face")
LONGEST = 6  # words of a value that is no adjective


def owner_of_form(looks: SentenceLooks, place: int) -> Entity | None:
    """Whom a card is about: the person named before, else the one after, else who was spoken of last."""
    people = [f for f in looks.people_here() if f.kind in ("noun", "name", "pron")]
    before = [f for f in people if f.last < place]
    if before:
        return before[-1].entity  # type: ignore[no-any-return]
    if people:
        return people[0].entity  # type: ignore[no-any-return]
    return looks._continuing(place) or looks.scene.topic() or looks.scene.narrator


@rule(
    "Имя: Олег. Рост: 178. Телосложение: крепкое. Глаза: карие. Очки: да. Усы: нет. Шрамы: да. Борода: нет.",
    "рост 178; крепкое телосложение; карие глаза; очки; !усы; шрамы; !борода",
)
def card_goes_on(looks: SentenceLooks) -> None:
    """However long a card is, all its lines are about the same person."""
    sign = next((t.i for t in looks.tokens[1:4] if t.low == ":"), 0)
    keys = {r.key for t in looks.tokens[:sign] for r in t.readings}
    if not sign or looks.people_here() or not keys & (LINE | things().keys()):
        return
    person = looks.scene.topic()
    if person is not None:
        person.last = looks.scene.sentence


@rule("Имя: Олег. Возраст: 25.", "25 лет")
def age_key(looks: SentenceLooks) -> None:
    for t in looks.tokens[:-1]:
        if t.low != "возраст":
            continue
        k = t.i + 1
        k += looks.tokens[k].low in SIGNS and k + 1 < len(looks.tokens)
        about = looks.tokens[k].low if looks.tokens[k].low in ABOUT and k + 1 < len(looks.tokens) else ""
        k += bool(about)
        if not _is_number(looks.tokens[k]):
            continue
        end = k + 1
        while end < len(looks.tokens) and (looks.tokens[end].low in RANGE or _is_number(looks.tokens[end])):
            end += 1
        words = "".join(x.low for x in looks.tokens[k:end])
        end += end < len(looks.tokens) and looks.tokens[end].low in YEARS
        owner = owner_of_form(looks, t.i)
        told = f"{about if about != 'лет' else ''} {words} {years_word(words)}".lstrip()
        looks.add(owner, t.i, end, "age", told, False, noun="age")


def _is_number(token: Token) -> bool:
    return token.low.isdigit() or token.has("NUMR")


BORN = re.compile(r"(?:19|20)\d\d г ?\. ?р ?\.?")


@rule("Пропал Хромов Илья, 1957 г.р. Глаза у него карие.", "1957 г.р.; карие глаза")
def born_in(looks: SentenceLooks) -> None:
    """The year of birth, as notices tell it."""
    for t in looks.tokens:
        words = looks.tokens[t.i : t.i + 5]
        if t.low.isdigit() and BORN.fullmatch(" ".join(x.low for x in words)):
            owner = owner_of_form(looks, t.i)
            looks.add(owner, t.i, t.i + len(words), "age", f"{t.low} г.р.", False)


@rule("Мужчина. Борода: нет. Очки: да.", "!борода; очки")
def yes_or_no(looks: SentenceLooks) -> None:
    tokens = looks.tokens
    for sign in tokens[1:-1]:
        answer = tokens[sign.i + 1].low
        if sign.low not in SIGNS or answer not in YES | NO:
            continue
        noun = key_noun(looks, sign.i - 1)
        if noun is None:
            continue
        first = sign.i - 1
        while first > 0 and first - 1 in looks.mod_of and looks.mod_of[first - 1] == sign.i - 1:
            first -= 1
        normal = " ".join([*(t.low for t in tokens[first : sign.i - 1]), nominative(noun)])
        category = looks._category(things()[noun.key], [])
        owner = owner_of_form(looks, first)
        looks.add(owner, first, sign.i + 2, category, normal, answer in NO, (), noun.lemma)


def key_noun(looks: SentenceLooks, place: int) -> Reading | None:
    """The thing a form's line is about, in the nominative."""
    token = looks.tokens[place]
    for r in token.readings:
        if r.pos == "NOUN" and r.case == "nom" and r.key in things():
            return r
    return None


@rule("Девушка. Волосы: рыжие. Цвет глаз: серый.", "рыжие волосы; серые глаза")
def key_and_look(looks: SentenceLooks) -> None:
    tokens = looks.tokens
    for sign in tokens[1:-1]:
        if sign.low not in SIGNS or sign.i - 1 in looks.used:
            continue
        first = sign.i - 1
        of_colour = first > 0 and tokens[first - 1].low == "цвет"
        noun = _whose_colour(looks, first) if of_colour else key_noun(looks, first)
        if noun is None or (sign.low != ":" and not of_colour and not _short_line(looks, sign.i)):
            continue
        words, end = _looks_from(looks, sign.i + 1, noun, of_colour)
        if not words:
            continue
        entry = things()[noun.key]
        normal = ", ".join(words[:-1]) + (", " if words[1:] else "") + f"{words[-1]} {nominative(noun)}"
        told = tuple(r for t in tokens[sign.i + 1 : end] for r in [t.best.lemma] if t.has(*MODIFIERS))
        denied = tokens[sign.i + 1].low == "не"
        looks.add(owner_of_form(looks, first), first, end, looks._category(entry, list(told)), normal, denied,
                  told, noun.lemma)  # fmt: skip


@rule("Эльф. Волосы: серебро.", "серебро")
def key_and_thing(looks: SentenceLooks) -> None:
    """What a part is like, told by a noun: "Глаза: янтарь", "Волосы: бритые виски, коса"."""
    tokens = looks.tokens
    sign = next((t.i for t in tokens[1:3] if t.low == ":"), 0)
    noun = key_noun(looks, sign - 1) if sign else None
    value = tokens[sign + 1 :]
    while value and not value[-1].low[0].isalpha():
        value = value[:-1]
    length = sum(t.low[0].isalpha() for t in value)
    if noun is None or things()[noun.key].category not in PARTS or not 0 < length <= LONGEST:
        return
    odd = any(t.low not in (",", "и") and not t.has("NOUN", *MODIFIERS) for t in value)
    if odd or any(t.i in looks.at for t in value) or not any(t.best.case == "nom" for t in value):
        return
    told = " ".join(t.low for t in value).replace(" ,", ",")
    category = looks._category(things()[noun.key], [])
    looks.add(
        owner_of_form(looks, sign - 1), sign - 1, value[-1].i + 1, category, told, False, (), noun.lemma
    )


@rule("Одежда девушки — синий сарафан, обувь — лапти.", "синий сарафан; лапти")
def kind_of_things(looks: SentenceLooks) -> None:
    """A word for a whole kind of things, and behind the sign what somebody has of it."""
    owner: Entity | None = None
    tokens = looks.tokens
    for sign in tokens[1:-1]:
        if sign.low not in SIGNS:
            continue
        whose = next((f for f in looks.people_here() if f.end == sign.i and f.case == "gen"), None)
        kind = (whose.start if whose is not None else sign.i) - 1
        owner = whose.entity if whose is not None else owner
        if kind < 0 or tokens[kind].best.case != "nom" or tokens[kind].best.key not in KINDS:
            continue
        looks.barred.add(kind)
        if owner is None:
            continue
        following = [p for p in looks.phrases.values() if p.start > sign.i and p.case == "nom" and not p.prep]
        for p in sorted(following, key=lambda p: p.start):
            entry = things().get(p.reading.key)
            if entry is None or p.reading.key in KINDS or tokens[p.start - 1].low not in (*SIGNS, ",", "и"):
                break
            looks.certain.add(p.start)
            looks.emit(owner, p, entry, p.start, looks.extend(p, entry), False)


def _short_line(looks: SentenceLooks, sign: int) -> bool:
    """A dash makes a form's line only in a list without verbs."""
    return not any(looks.is_verb(t.i) for t in looks.tokens)


def _whose_colour(looks: SentenceLooks, place: int) -> Reading | None:
    """ "цвет глаз": the nominative of what has the colour."""
    for r in looks.tokens[place].readings:
        if r.pos == "NOUN" and r.case == "gen" and r.key in things() and r.parse is not None:
            made = r.parse.inflect({"nomn"})
            if made is not None:
                return next(
                    (x for x in plain_readings(made.word) if x.key == r.key and x.case == "nom"), None
                )
    return None


def _looks_from(looks: SentenceLooks, start: int, noun: Reading, of_colour: bool) -> tuple[list[str], int]:
    """Adjectives that stand as the value of a line, and where they end."""
    words: list[str] = []
    k, end = start, start
    tokens = looks.tokens
    while k < len(tokens):
        t = tokens[k]
        fits = [
            r
            for r in t.readings
            if r.pos in MODIFIERS
            and r.case == "nom"
            and (
                of_colour or (r.number == noun.number and (noun.number == "plur" or r.gender == noun.gender))
            )
        ]
        noun_at = looks.mod_of.get(k, -1)
        next_key = 0 <= noun_at + 1 < len(tokens) and tokens[noun_at + 1].low == ":"
        ahead = noun_at > k and not next_key
        if fits and t.best.pos in (*MODIFIERS, "NOUN") and not ahead:
            number = noun.number or "plur"
            words.append(nominative(fits[0], number, noun.gender if number == "sing" else ""))
            end = k + 1
        elif words and not ahead and (short := looks.short_told(k, noun)) is not None:
            end, k = short[1], short[1] - 1
            words.append(short[0])
        elif t.low not in (",", "и", "не") and t.best.pos != "ADVB":
            break
        k += 1
    return words, looks.with_detail(things()[noun.key], end) if words else end  # "чёрные, с проседью"


@rule("Пропала бабушка. При себе трость и пакет.", "трость; пакет")
def with_one(looks: SentenceLooks) -> None:
    """What somebody has with them, as notices tell it, whatever it is."""
    tokens = looks.tokens
    at = next((t.i for t in tokens[1:] if t.low == "себе" and tokens[t.i - 1].low == "при"), 0)
    if not at:
        return
    for phrase in list(looks.phrases.values()):
        noun = tokens[phrase.noun]
        listed = all(t.best.pos != "VERB" or t.keys("VERB") & HAD for t in tokens[at : phrase.noun])
        first = phrase.start > at and noun.best.pos == "NOUN" and not phrase.prep
        if not first or not listed or not {"nom", "acc"} & {r.case for r in noun_readings(noun)}:
            continue
        if tokens[phrase.start - 1].low not in (",", "и", "себе", ":", "—", "был", "была", "имел", "имела"):
            continue
        entry = looks.thing(phrase)
        end = looks.extend(phrase, entry) if entry is not None else phrase.noun + 1
        words, lemma = normalize(tokens, phrase, end), phrase.reading.lemma
        looks.certain.add(phrase.start)
        looks.add(owner_of_form(looks, at), phrase.start, end, "accessory", words, False, (), lemma)


@rule("Рыжая девушка. Negative prompt: очки, шляпа.", "рыжий; !очки; !шляпа")
def excluded(looks: SentenceLooks) -> None:
    sign = excluding_sign(looks)
    for phrase in list(looks.phrases.values()) if sign >= 0 else ():
        entry = things().get(phrase.reading.key)
        if entry is not None and phrase.noun > sign:
            owner = owner_of_form(looks, sign)
            looks.emit(owner, phrase, entry, phrase.start, phrase.noun + 1, True)


def excluding_sign(looks: SentenceLooks) -> int:
    """Place of what opens a list of things that are not to be drawn: the colon, or "--no"; -1 for none."""
    tokens = looks.tokens
    for t in tokens[1:]:
        before = {x.low for x in tokens[max(0, t.i - 2) : t.i]}
        if t.low == ":" and (
            tokens[t.i - 1].low in EXCLUDING or {"negative", "негатив", "негативный"} & before
        ):
            return t.i
        if t.low == "no" and tokens[t.i - 1].low in ("-", "--"):
            return t.i
    return -1
