"""Ages in words and digits: "лет сорока", "двадцати пяти лет", "ей было за сорок"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .analysis import Token, readings
from .lexicon import fold
from .phrases import nominative

if TYPE_CHECKING:
    from .looks import SentenceLooks
    from .scene import Entity

RANGE = re.compile(r"~?\d{1,3}(?:[-–]\d{1,3})?")
YEARS = frozenset("лет года год годам годов годами годков годика годиков годочков летам".split())
NEARLY = frozenset("уже этак эдак чуть слегка немного далеко хорошо примерно явно так где-то".split())
BEFORE = frozenset("к под за около лет до".split())
NEVER_BEFORE = frozenset("тому через в на с спустя течение после по последние".split())
NEVER_AFTER = frozenset("назад спустя подряд тому опыта стажа как жизни".split())
TURNS = frozenset(
    "быть исполниться стукнуть минуть перевалить пойти идти исполняться сравняться стать".split()
)


def is_number(token: Token) -> bool:
    first, dash, second = token.low.partition("-")
    if dash and first.isalpha() and second.isalpha():
        return all(any(r.pos == "NUMR" for r in readings(x)) for x in (first, second))  # "десяти-двенадцати"
    return RANGE.fullmatch(token.low) is not None or any(
        r.pos == "NUMR" or r.key in ("сорок", "сто", "тридцать", "девяносто") for r in token.readings
    )


def _age_word(token: Token) -> str:
    if token.low[-1].isdigit():
        return token.low.lstrip("~")
    r = next((r for r in token.readings if r.pos == "NUMR"), token.best)
    made = nominative(r, "")
    return made if r.parse is None or not r.parse.inflect({"nomn"}) else str(r.parse.inflect({"nomn"}).word)


def age_spans(looks: SentenceLooks) -> list[tuple[int, int, str, Entity | None]]:
    """(first, end, normalised, owner if told) of every age in the sentence."""
    tokens = looks.tokens
    out: list[tuple[int, int, str, Entity | None]] = []
    i = 0
    while i < len(tokens):
        year = _year_of_life(looks, i)
        if year is not None:
            out.append(year)
        if not is_number(tokens[i]):
            i += 1
            continue
        j = i
        while j < len(tokens) and is_number(tokens[j]):
            j += 1
        span = _one(looks, i, j)
        if span is not None:
            out.append(span)
        i = max(j, span[1] if span else j)
    return out


def _year_of_life(looks: SentenceLooks, i: int) -> tuple[int, int, str, Entity | None] | None:
    """ "Прохору шёл двадцатый год" """
    tokens = looks.tokens
    if i + 1 >= len(tokens) or tokens[i + 1].low not in ("год", "годок") or not tokens[i].has("ADJF"):
        return None
    if not any("Anum" in r.grams for r in tokens[i].readings):
        return None
    first = (
        i - 1 if i > 0 and any("Anum" in r.grams or r.pos == "NUMR" for r in tokens[i - 1].readings) else i
    )
    clause = [t for t in tokens if looks.clause[t.i] == looks.clause[i]]
    if not any(t.keys("VERB") & {"идти", "пойти", "минуть"} for t in clause):
        return None
    who = next((f for f in looks.found if f.case == "dat" and f.entity is not None), None)
    if who is None:
        return None
    return first, i + 2, " ".join(t.low for t in tokens[first : i + 2]), who.entity


def _one(looks: SentenceLooks, i: int, j: int) -> tuple[int, int, str, Entity | None] | None:
    tokens = looks.tokens
    words = " ".join(_age_word(t) for t in tokens[i:j])
    after = fold(tokens[j].low) if j < len(tokens) else ""
    before = fold(tokens[i - 1].low) if i > 0 else ""
    first, end = i, j
    clause = looks.clause[i]
    to_whom = next(
        (
            f
            for f in looks.found
            if f.case == "dat"
            and f.entity is not None
            and abs(f.first - i) < 8
            and (f.start == 0 or fold(tokens[f.start - 1].low) not in ("к", "ко", "по"))
            and (looks.clause[f.first] == clause or f.first < i)
        ),
        None,
    )
    turns = any(t.keys("VERB") & TURNS for t in tokens[max(0, i - 5) : min(len(tokens), j + 4)])
    yearly = False
    if after in YEARS:
        end, yearly = j + 1, True
        if end < len(tokens) and fold(tokens[end].low) in (*NEVER_AFTER, "до"):
            return None
    if not yearly:
        k = i - 1
        while k > 0 and fold(tokens[k].low) in NEARLY:
            k -= 1
        prep = k >= 0 and fold(tokens[k].low) in ("под", "за", "около", "до", "к")
        at_prep = k
        if prep:
            k -= 1
        while k > 0 and fold(tokens[k].low) in NEARLY:
            k -= 1
        if k >= 0 and fold(tokens[k].low) in YEARS:
            first, yearly = k, True
            if after in NEVER_AFTER or after == "до":
                return None  # "года четыре тому"
            if first > 0 and fold(tokens[first - 1].low) in NEVER_BEFORE:
                return None
            normalized = f"{words} лет" if not prep else f"{tokens[at_prep].low} {words} лет"
            return first, end, normalized, to_whom.entity if to_whom and turns else None
    if before in ("под", "за", "около", "к") and first > 0:
        first -= 1
        if first > 0 and fold(tokens[first - 1].low) in ("далеко", "уже", "лет"):
            first -= fold(tokens[first - 1].low) == "далеко"
    year = (
        "год"
        if words.endswith("один")
        else "года"
        if words.split()[-1] in ("два", "три", "четыре")
        else "лет"
    )
    if words[-1].isdigit():
        year = after if yearly else "лет"
        year = {"годам": "лет", "года": year, "годов": "лет"}.get(year, year)
    normalized = f"{words} {year}"
    about = before in ("под", "за", "около", "к") and not any(
        looks.is_verb(t.i) for t in tokens if looks.clause[t.i] == clause
    )  # "ей около тридцати"
    bare = j >= len(tokens) or not tokens[j].has("NOUN")
    if (to_whom is not None and (turns or (about and bare))) or (
        to_whom is not None and yearly and not looks._near_verb(i, frozenset())
    ):
        return first, end, normalized, to_whom.entity
    if not yearly:
        if before in ("под", "за", "около") and first > 0 and not (j < len(tokens) and tokens[j].has("NOUN")):
            place = first - 1
            while place > 0 and (
                fold(tokens[place].low) in NEARLY or tokens[place].low in (",", "вид", "на")
            ):
                place -= 1
            f = looks.at.get(place)
            if f is not None and f.entity is not None and f.kind in ("noun", "name"):
                told = tokens[first].low if fold(tokens[first].low) not in NEARLY else before
                return first, end, f"{told} {words} лет", f.entity
        return None
    if before in NEVER_BEFORE:
        return None
    if before == "к" and any(looks.people_here()):
        subject = next((f for f in looks.people_here() if f.case == "nom"), None)
        return first, end, normalized, subject.entity if subject else None
    digits = tokens[j - 1].low[-1].isdigit()
    genitive = any(r.case == "gen" for r in tokens[j - 1].readings) and not digits
    if before in ("за",):
        return None
    k = first - 1
    near = (
        (k < 0 and digits)
        or k in looks.at
        or k in looks.used
        or (
            k >= 0
            and tokens[k].low in (",", "—", "–", "и", "лет", "примерно", "приблизительно", "вид", "возрасте")
        )
    )
    only_gen = genitive and not any(r.case == "nom" for r in tokens[j - 1].readings)
    if (only_gen or digits or before == "около") and near and (looks.people_here() or looks.scene.entities):
        return first, end, normalized, None
    look = [t.low for t in tokens[max(0, i - 4) : min(len(tokens), end + 3)]]
    if "вид" in look:
        return first, end, normalized, None
    return None
