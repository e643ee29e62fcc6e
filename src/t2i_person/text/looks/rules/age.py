"""Which numbers are ages, and whose: "лет сорока", "двадцати пяти лет", "ей было за сорок".

Each rule answers the age, False where the number is none, None where it has no say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from ...lexicon.lists import fold, word_set
from .number import ABOUT, YEARS
from .rule import rule

if TYPE_CHECKING:
    from ...people.coreference.entity import Entity
    from .number import NumberAt

Age: TypeAlias = "tuple[int, int, str, Entity | None]"  # first, end, normal form, owner where words say so
IsAge: TypeAlias = "Age | Literal[False] | None"

NEARLY = word_set("ages.txt", "nearly")
NEVER_BEFORE = word_set("ages.txt", "never before")
NEVER_AFTER = word_set("ages.txt", "never after")
AFTER_AGE = (",", ".", ";", ")", "|")
CHILD = re.compile(r"[1-9][-–]1?[0-9]")
LISTED = ("до", "за", "под", "около", "от", "примерно")
OPENING = (",", "(", ":", "|", ";", "-", "–", "—", "•", "*", ".")
GROWN = re.compile(r"[1-9]\d(?:[-–][1-9]\d)?")
BESIDE = (",", "—", "–", "и", "лет", "примерно", "приблизительно", "вид", "возрасте")


@rule("Иван уехал двадцать лет назад.", "")
def time_ago(number: NumberAt) -> IsAge:
    """ "лет назад", "лет подряд" are no age."""
    if not number.with_years or number.end >= len(number.tokens):
        return None
    return False if fold(number.tokens[number.end].low) in NEVER_AFTER else None


@rule("Вошёл мужчина лет сорока.", "сорок лет")
def years_first(number: NumberAt) -> IsAge:
    if number.with_years:
        return None
    k = _before_nearly(number, number.i - 1)
    about = number.tokens[k].low if k >= 0 and fold(number.tokens[k].low) in (*ABOUT, "до") else ""
    if about:
        k = _before_nearly(number, k - 1)
    if k < 0 or fold(number.tokens[k].low) not in YEARS:
        return None
    if number.after in NEVER_AFTER or (k > 0 and fold(number.tokens[k - 1].low) in NEVER_BEFORE):
        return False  # "года четыре тому"
    owner = number.to_whom.entity if number.to_whom and number.turns else None
    return k, number.end, f"{about} {number.words} лет".lstrip(), owner


def _before_nearly(number: NumberAt, k: int) -> int:
    """The place before "уже", "примерно" and the like."""
    while k > 0 and fold(number.tokens[k].low) in NEARLY:
        k -= 1
    return k


@rule("Ивану исполнилось сорок.", "сорок лет")
def of_whom_it_turned(number: NumberAt) -> IsAge:
    """A person in the dative has the age, where a verb, "лет" or "около" says that it is one."""
    if number.to_whom is None:
        return None
    if (number.turns and number.alone) or number.with_years or _about_in_verbless_clause(number):
        return number.first, number.end, number.normalized, number.to_whom.entity
    return None


def _about_in_verbless_clause(number: NumberAt) -> bool:
    """ "ей около тридцати" """
    if not number.alone or number.before not in ABOUT:
        return False
    looks = number.looks
    return not any(looks.is_verb(t.i) for t in number.tokens if looks.clause[t.i] == looks.clause[number.i])


@rule("Вошла Лера (28, в кепке).", "28 лет; кепка")
def bare_digits(number: NumberAt) -> IsAge:
    """Two digits right after somebody, with nothing that they count: "Мне 34, рыжий", "мужчина 45-55"."""
    digits = GROWN.fullmatch("".join(t.low for t in number.tokens[number.i : number.j]))
    end = _past_plus(number)
    young = CHILD.fullmatch("".join(t.low for t in number.tokens[number.i : number.j]))
    listed = end < len(number.tokens) and number.tokens[end].low in ("(", "без", "с", "в")
    told = digits or young
    if told is None or not (_ends_there(number, end) or listed):
        return None
    bracket = number.before == "("
    f = number.looks.at.get(number.i - 1 - bracket)
    if f is None or f.entity is None or f.last != number.i - 1 - bracket:
        return None
    if bracket and number.after in (",", ")") and f.kind in ("noun", "name"):
        return number.i, end, number.normalized, f.entity
    some = f.number != "sing" and not (f.kind == "noun" and len(told[0]) > 2)  # "девушки 18-25"
    if bracket or some or not (f.kind == "noun" or (f.case == "dat" and f.kind == "pron")):
        return None
    return number.i, end, number.normalized, f.entity


def _past_plus(number: NumberAt) -> int:
    """One past the age, with the plus of "45+"."""
    plus = number.after == "+" and number.end == number.j
    return number.end + plus


def _ends_there(number: NumberAt, end: int) -> bool:
    return end == len(number.tokens) or number.tokens[end].low in AFTER_AGE


@rule("Профиль: Тимур, 17, рыжий.", "17 лет; рыжий")
def after_comma(number: NumberAt) -> IsAge:
    """Two digits between commas after somebody: "Девушка, 19, брюнетка", "мужик, 45+"."""
    end = _past_plus(number)
    digits = GROWN.fullmatch("".join(t.low for t in number.tokens[number.i : number.j]))
    if digits is None or number.before != "," or not _ends_there(number, end):
        return None
    f = number.looks.at.get(number.i - 2)
    if f is None or f.entity is None or f.kind not in ("noun", "name"):
        return None
    if f.case != "nom" or f.number != "sing" or f.last != number.i - 2:
        return None
    return number.i, end, number.normalized, f.entity


@rule("На карточке мне четыре.", "четыре года")
def dative_alone(number: NumberAt) -> IsAge:
    """Somebody in the dative right before a number that counts nothing, and no verb."""
    k = number.i - 1
    while k > 0 and fold(number.tokens[k].low) in NEARLY:
        k -= 1
    f = number.looks.at.get(k)
    if f is None or f.case != "dat" or f.entity is None or number.with_years or not number.alone:
        return None
    clause = number.looks.clause
    same = [t for t in number.tokens if clause[t.i] == clause[number.i]]
    if any(number.looks.is_verb(t.i) or t.has("INFN") for t in same) or not _ends_there(number, number.j):
        return None
    return number.i, number.end, number.normalized, f.entity


@rule("Вошёл плотный мужчина, на вид 40-45.", "плотный; 40-45 лет")
def on_the_look(number: NumberAt) -> IsAge:
    """A number that counts nothing after "на вид"."""
    before = [t.low for t in number.tokens[max(0, number.i - 2) : number.i]]
    if before != ["на", "вид"] or number.with_years or not _ends_there(number, _past_plus(number)):
        return None
    return number.i, _past_plus(number), number.normalized, None


@rule("Вошла женщина под сорок.", "под сорок лет")
def about_after_person(number: NumberAt) -> IsAge:
    """Without "лет" a number is an age only right after a person, with a preposition."""
    if number.with_years:
        return None
    if number.before not in ("под", "за", "около") or not number.alone:
        return False
    place = number.first - 1
    while place > 0 and (
        fold(number.tokens[place].low) in NEARLY or number.tokens[place].low in (",", "вид", "на")
    ):
        place -= 1
    f = number.looks.at.get(place)
    if f is None or f.entity is None or f.kind not in ("noun", "name"):
        return False
    return number.first, number.end, f"{number.before} {number.words} лет", f.entity


@rule("Медсестра — до 30, худая.", "до 30 лет; худой")
def about_in_list(number: NumberAt) -> IsAge:
    """ "до 30", "за 50", "примерно 40-45" as a part of a list of looks: two digits that count nothing."""
    digits = GROWN.fullmatch("".join(t.low for t in number.tokens[number.i : number.j]))
    if digits is None or number.before not in LISTED or not _ends_there(number, _past_plus(number)):
        return None
    looks, k = number.looks, number.i - 2
    if k >= 0 and number.tokens[k].low not in OPENING and k not in looks.at:
        return None
    told = [f.last for f in looks.people_here() if f.last < number.i]
    if any(looks.is_verb(place) for place in range(max(told, default=-1) + 1, number.i)):
        return None
    if not (told or looks.scene.entities):
        return None
    about = f"{number.before} " if number.before not in NEARLY else ""
    return number.i - 1, _past_plus(number), f"{about}{number.normalized}", None


@rule("Через двадцать лет Иван вернулся.", "")
def span_of_time(number: NumberAt) -> IsAge:
    return False if number.before in NEVER_BEFORE or number.before == "за" else None


@rule("К сорока годам Иван облысел.", "сорок лет; лысый")
def by_that_age(number: NumberAt) -> IsAge:
    if number.before != "к" or not number.looks.people_here():
        return None
    subject = next((f for f in number.looks.people_here() if f.case == "nom"), None)
    return number.first, number.end, number.normalized, subject.entity if subject else None


@rule("Вошла женщина двадцати пяти лет.", "двадцать пять лет")
def beside_person(number: NumberAt) -> IsAge:
    """Digits, the genitive or "около" next to a person, to a feature or in a list."""
    looks, last = number.looks, number.tokens[number.j - 1]
    digits = last.low[-1].isdigit()
    cases = {r.case for r in last.readings if r.pos == "NUMR"} or {r.case for r in last.readings}
    told = digits or number.before == "около" or ("gen" in cases and "nom" not in cases)
    if not told or not (looks.people_here() or looks.scene.entities):
        return None
    k = number.first - 1
    opens = digits if k < 0 else number.tokens[k].low in BESIDE
    if opens or k in looks.at or k in looks.used:
        return number.first, number.end, number.normalized, None
    return None


@rule("Раса: вампир. Возраст: выглядит на 20.", "выглядит на 20 лет")
def seems(number: NumberAt) -> IsAge:
    k = number.i - 1
    if k < 1 or number.tokens[k].low != "на" or not number.tokens[k - 1].keys("VERB") & {"выглядеть"}:
        return None
    return k - 1, number.end, f"выглядит на {number.words} лет", None


@rule("Женщина, на вид сорок лет.", "сорок лет")
def by_the_look(number: NumberAt) -> IsAge:
    near = number.tokens[max(0, number.i - 4) : number.end + 3]
    if not any(t.low == "вид" for t in near):
        return None
    return number.first, number.end, number.normalized, None
