"""Pronouns: "она", "её", "которая", "чьи", and those told apart: "первый", "другой", "тот, в кепке"."""

from .analysis import Token
from .found import DASH, HARD, Found
from .lexicon import fold, people
from .phrases import look_of

PRONOUNS = {
    "он": ("он", "m", "sing"), "она": ("она", "f", "sing"), "они": ("они", "u", "plur"),
    "ты": ("ты", "u", "sing"), "вы": ("вы", "u", "sing"), "я": ("я", "u", "sing"),
}  # fmt: skip

POSSESSIVE = {"его": ("он", "m", "sing"), "ее": ("она", "f", "sing"), "их": ("они", "u", "plur")}

SECOND = {"твой": ("ты", "u", "sing"), "ваш": ("вы", "u", "sing"), "мой": ("я", "u", "sing")}
SEX_LETTER = {"м": "m", "ж": "f", "муж": "m", "жен": "f"}  # of forms: "Ж, 25 лет"

OBLIQUE_CASE = {
    "его": "acc", "него": "gen", "ему": "dat", "нему": "dat", "им": "ins", "ним": "ins", "нем": "loc",
    "ее": "acc",
    "нее": "gen", "ей": "dat", "ней": "loc", "нею": "ins", "ею": "ins", "их": "acc", "них": "gen",
    "меня": "gen", "мне": "dat", "мной": "ins", "мною": "ins",
    "тебя": "gen", "тебе": "dat", "тобой": "ins", "вас": "gen", "вам": "dat", "вами": "ins",
}  # fmt: skip

ONE_OF = frozenset(
    "один одна другой другая второй вторая третий третья первый первая младший младшая старший "
    "старшая".split()
)


def pronoun_at(tokens: list[Token], i: int) -> Found | None:
    token = tokens[i]
    low = fold(token.low)
    if _of_form(tokens, i):
        letter = SEX_LETTER.get(low) or ("f" if low.startswith("ж") else "m")
        return Found(i, i, i, "pron", token.best.lemma, letter, "sing", "nom")
    if (
        low in ONE_OF
        and i + 1 < len(tokens)
        and (
            tokens[i + 1].low in DASH
            or tokens[i + 1].keys("VERB") & {"быть"}
            or _told_apart(tokens, i)
            or _set_apart(tokens, i)
            or _of_several(tokens, i)
        )
    ):
        letter = "f" if low.endswith(("ая", "на")) else "m"  # "первый был в котелке, второй — в кепке"
        return Found(i, i, i, "pron", token.readings[0].lemma, letter, "sing", "nom")
    if token.best.key == "тот" and token.best.case and i + 2 < len(tokens) and tokens[i + 1].low == ",":
        after = tokens[i + 2 : i + 4] if tokens[i + 2].low != "что" else tokens[i + 3 : i + 4]
        letter = {"masc": "m", "femn": "f"}.get(token.best.gender, "m" if token.best.case != "nom" else "")
        if letter and token.best.number == "sing" and after and after[0].low in ("с", "со", "в", "без"):
            lemma = "та" if letter == "f" else "тот"  # "позови того, в тельняшке"
            return Found(i, i, i, "pron", lemma, letter, "sing", token.best.case)
    if token.best.key == "чей" and i > 0 and tokens[i - 1].low == ",":
        return Found(i, i, i, "rel", "чей", "u", "sing", "gen")  # "женщина, чьи плечи"
    if low in ("который", "которая", "которое", "которые") or token.best.key == "который":
        r = next((x for x in token.readings if x.key == "который"), token.best)
        letter = {"masc": "m", "femn": "f"}.get(r.gender, "u")
        if i > 0:
            return Found(i, i, i, "rel", "который", letter, r.number or "sing", r.case)
        return None
    for r in token.readings:
        if r.pos == "NPRO" and r.key in PRONOUNS:
            if r.key in ("ты", "вы") and not low.startswith(("ты", "теб", "тоб", "вы", "вас", "вам")):
                continue
            lemma, letter, number = PRONOUNS[r.key]
            kind = "pron"
            case = r.case
            if low in OBLIQUE_CASE:
                case = OBLIQUE_CASE[low]
                tagged = token.feats.get("Case", "")[:3].lower()
                case = tagged if tagged in ("gen", "acc", "dat", "ins", "loc") else case
            if low in POSSESSIVE and (token.pos == "DET" or _before_noun(tokens, i)):
                kind = "poss"
            if low == "им" and token.pos not in ("PRON",):
                number, letter, lemma = "plur", "u", "они"
            return Found(i, i, i, kind, lemma, letter, number, case)
    if low in POSSESSIVE:
        lemma, letter, number = POSSESSIVE[low]
        return Found(i, i, i, "poss" if _before_noun(tokens, i) else "pron", lemma, letter, number, "gen")
    for r in token.readings:
        if r.pos == "ADJF" and r.key in SECOND:
            lemma, letter, number = SECOND[r.key]
            return Found(i, i, i, "poss", lemma, letter, number, "gen")
    return None


def _of_form(tokens: list[Token], i: int) -> bool:
    """ "Пол: женский", "Ж, 25 лет": the sex alone stands for the person."""
    low = fold(tokens[i].low)
    if low in SEX_LETTER and i == 0 and len(tokens) > 1:
        return tokens[1].low in (",", ".", ";", "/") or tokens[1].low.isdigit()
    if not low.startswith(("женск", "мужск")) or i < 2:
        return False
    return tokens[i - 1].low in (":", "-", "—", "–") and tokens[i - 2].low == "пол"


def _set_apart(tokens: list[Token], i: int) -> bool:
    """ "Первый, рябой, был в бушлате; второй, без шапки...": an ordinal with a comma and looks after it."""
    if (
        i + 2 >= len(tokens)
        or tokens[i + 1].low != ","
        or not any(r.case == "nom" for r in tokens[i].readings)
    ):
        return False
    if i > 0 and tokens[i - 1].low not in HARD and tokens[i - 1].low not in (",", "а", "и"):
        return False
    after = tokens[i + 2]
    if after.low in ("с", "со", "в", "без"):
        return True
    if after.has("COMP") and after.low.startswith("по"):
        return True
    return look_of(after) is not None and after.best.case == "nom"


def _of_several(tokens: list[Token], i: int) -> bool:
    """ "Один из братьев был косоглаз, другой хромал": one of the people just named."""
    if tokens[i + 1].low == "из" and i + 2 < len(tokens):
        return any(r.key in people() and r.number == "plur" for r in tokens[i + 2].readings)
    if tokens[i + 1].best.pos != "VERB" or not any(r.case == "nom" for r in tokens[i].readings):
        return False
    return any(_of_several(tokens, k) for k in range(i) if fold(tokens[k].low) in ONE_OF)


def _told_apart(tokens: list[Token], i: int) -> bool:
    """ "один рослый, другой щуплый": an adjective of looks and no noun after it."""
    if any(t.keys("NOUN") & {"глаз"} for t in tokens) or i + 2 >= len(tokens):
        return False
    if sum(fold(t.low) in ONE_OF for t in tokens) < 2 or tokens[i + 2].best.pos == "NOUN":
        return False
    return look_of(tokens[i + 1]) is not None and any(r.case == "nom" for r in tokens[i + 1].readings)


def _before_noun(tokens: list[Token], i: int) -> bool:
    """Whether a noun phrase starts right after place `i`."""
    for k in range(i + 1, min(i + 5, len(tokens))):
        best = tokens[k].best
        if best.pos == "NOUN":
            return True
        if best.pos not in ("ADJF", "PRTF", "ADVB", "NUMR", "CONJ") and tokens[k].low != ",":
            return False
    return False
