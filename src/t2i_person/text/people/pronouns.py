"""Pronouns: "она", "её", "которая", "чьи", and those told apart: "первый", "другой", "тот, в кепке"."""

from ..grammar.marks import DASH, HARD
from ..grammar.phrases import look_of
from ..grammar.tokens import Token
from ..lexicon.lists import fold, people, things, word_set
from .found import Found

PRONOUNS = {
    "он": ("он", "m", "sing"), "она": ("она", "f", "sing"), "они": ("они", "u", "plur"),
    "ты": ("ты", "u", "sing"), "вы": ("вы", "u", "sing"), "я": ("я", "u", "sing"),
}  # fmt: skip

POSSESSIVE = {"его": ("он", "m", "sing"), "ее": ("она", "f", "sing"), "их": ("они", "u", "plur")}

SECOND = {"твой": ("ты", "u", "sing"), "ваш": ("вы", "u", "sing"), "мой": ("я", "u", "sing")}
SEX_LETTER = {"м": "m", "ж": "f", "муж": "m", "жен": "f"}  # of forms: "Ж, 25 лет"

OBLIQUE_CASE = {
    word: case
    for case, words in {
        "gen": "него нее них меня тебя вас",
        "dat": "ему нему ей мне тебе вам",
        "acc": "его ее их",
        "ins": "им ним нею ею мной мною тобой вами",
        "loc": "нем ней",
    }.items()
    for word in words.split()
}

ONE_OF = word_set("reference.txt", "one of")
FIRST_OR_SECOND = ("первый", "первая", "второй", "вторая", "третий", "третья")

LETTER = {"masc": "m", "femn": "f"}


def pronoun_at(tokens: list[Token], i: int) -> Found | None:
    """A pronoun at place `i`, or another word that stands for a person as a pronoun does."""
    low = fold(tokens[i].low)
    return (
        _sex_of_form(tokens, i, low)
        or _one_of_several(tokens, i, low)
        or _that_one(tokens, i)
        or _whose(tokens, i)
        or _which(tokens, i)
        or _personal(tokens, i, low)
        or _possessive(tokens, i, low)
    )


def _sex_of_form(tokens: list[Token], i: int, low: str) -> Found | None:
    """ "Пол: женский", "Ж, 25 лет"."""
    if not _of_form(tokens, i, low):
        return None
    letter = SEX_LETTER.get(low) or ("f" if low.startswith("ж") else "m")
    return Found(i, i, i, "pron", tokens[i].best.lemma, letter, "sing", "nom")


def _one_of_several(tokens: list[Token], i: int, low: str) -> Found | None:
    """ "первый был в котелке, второй — в кепке"."""
    if low not in ONE_OF or i + 1 == len(tokens):
        return None
    after = tokens[i + 1]
    apart = after.low in DASH or after.keys("VERB") & {"быть"} or (after.low == ":" and i == 0)
    apart = apart or _told_apart(tokens, i) or _set_apart(tokens, i) or _of_several(tokens, i)
    if not apart and not only_acts(tokens, i):
        return None
    letter = "f" if low.endswith(("ая", "на", "ья")) else "m"
    return Found(i, i, i, "pron", tokens[i].readings[0].lemma, letter, "sing", "nom")


def only_acts(tokens: list[Token], i: int) -> bool:
    """ "Первая сидела у рояля": it opens what is told and does something, and no other subject follows."""
    low = fold(tokens[i].low)
    if low not in FIRST_OR_SECOND or i + 2 >= len(tokens) or not tokens[i + 1].has("VERB"):
        return False
    opens = i == 0 or tokens[i - 1].low in HARD
    goes_on = i > 0 and tokens[i - 1].low in (",", "а")
    if not opens and not (goes_on and any(fold(t.low) in FIRST_OR_SECOND for t in tokens[:i])):
        return False
    end = next((t.i for t in tokens[i + 2 : i + 5] if t.low == "," or t.low in HARD), i + 5)
    return not any(t.rel.startswith("nsubj") or t.text[:1].isupper() for t in tokens[i + 2 : end])


def _that_one(tokens: list[Token], i: int) -> Found | None:
    """ "позови того, в тельняшке", "та, что в шляпе"."""
    best = tokens[i].best
    if best.key != "тот" or not best.case or best.number != "sing":
        return None
    if that_one_acts(tokens, i):
        letter = LETTER[best.gender]
        return Found(i, i, i, "pron", "та" if letter == "f" else "тот", letter, "sing", "nom")
    if i + 2 >= len(tokens) or tokens[i + 1].low != ",":
        return None
    k = i + 3 if tokens[i + 2].low == "что" else i + 2
    letter = LETTER.get(best.gender, "m" if best.case != "nom" else "")
    if not letter or k == len(tokens):
        return None
    like = best.case == "nom" and look_of(tokens[k]) is not None and tokens[k].best.case == "nom"
    if tokens[k].low not in ("с", "со", "в", "без") and not like:
        return None
    return Found(i, i, i, "pron", "та" if letter == "f" else "тот", letter, "sing", best.case)


def that_one_acts(tokens: list[Token], i: int) -> bool:
    """ "Он окликнул Петра. Тот даже не обернулся", "позвал её, и та вышла": with a verb of its own."""
    best = tokens[i].best
    if best.key != "тот" or best.case != "nom" or best.gender not in LETTER:
        return False
    if i > 0 and tokens[i - 1].low not in ("и", "а", "но", ";"):
        return False
    does = next((t for t in tokens[i + 1 :] if t.best.pos not in ("ADVB", "PRCL")), None)
    if does is None or does.best.pos not in ("VERB", "ADJS", "PRTS") or does.i > i + 4:
        return False
    return any(r.number == "sing" and r.gender in ("", best.gender) for r in does.readings)


def _whose(tokens: list[Token], i: int) -> Found | None:
    """ "женщина, чьи плечи"."""
    if tokens[i].best.key != "чей" or i == 0 or tokens[i - 1].low != ",":
        return None
    return Found(i, i, i, "rel", "чей", "u", "sing", "gen")


def _which(tokens: list[Token], i: int) -> Found | None:
    """ "женщина, которая смеялась"; a question opens with the same word and names nobody."""
    token = tokens[i]
    if i == 0 or token.best.key != "который":
        return None
    r = token.best
    return Found(i, i, i, "rel", "который", LETTER.get(r.gender, "u"), r.number or "sing", r.case)


def _personal(tokens: list[Token], i: int, low: str) -> Found | None:
    """ "она", "её", "мне"."""
    token = tokens[i]
    for r in token.readings:
        if r.pos != "NPRO" or r.key not in PRONOUNS:
            continue
        if r.key in ("ты", "вы") and not low.startswith(("ты", "теб", "тоб", "вы", "вас", "вам")):
            continue
        lemma, letter, number = PRONOUNS[r.key]
        case = r.case
        if low in OBLIQUE_CASE:
            tagged = token.feats.get("Case", "")[:3].lower()
            case = tagged if tagged in ("gen", "acc", "dat", "ins", "loc") else OBLIQUE_CASE[low]
        owns = low in POSSESSIVE and (token.pos == "DET" or _before_noun(tokens, i))
        if low == "им" and token.pos != "PRON":
            number, letter, lemma = "plur", "u", "они"
        return Found(i, i, i, "poss" if owns else "pron", lemma, letter, number, case)
    return None


def _possessive(tokens: list[Token], i: int, low: str) -> Found | None:
    """ "его" where the dictionary knows no personal pronoun, "твой"."""
    if low in POSSESSIVE:
        lemma, letter, number = POSSESSIVE[low]
        return Found(i, i, i, "poss" if _before_noun(tokens, i) else "pron", lemma, letter, number, "gen")
    for r in tokens[i].readings:
        if r.pos == "ADJF" and r.key in SECOND:
            lemma, letter, number = SECOND[r.key]
            return Found(i, i, i, "poss", lemma, letter, number, "gen")
    return None


def _of_form(tokens: list[Token], i: int, low: str) -> bool:
    """ "Пол: женский", "Ж, 25 лет": the sex alone stands for the person."""
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
    another = fold(tokens[i].low) in ("другой", "другая") and i > 0 and tokens[i - 1].best.pos == "VERB"
    if i > 0 and not another and tokens[i - 1].low not in HARD and tokens[i - 1].low not in (",", "а", "и"):
        return False
    after = tokens[i + 2]
    if _has_noun_later(tokens, i):
        return False
    if after.low in ("с", "со", "в", "без"):
        return True
    if after.has("COMP") and after.low.startswith("по"):
        return True
    return look_of(after) is not None and after.best.case == "nom"


def _has_noun_later(tokens: list[Token], i: int) -> bool:
    """ "последняя, с красной обложкой, книга": the adjective belongs to a thing after it."""
    genders = {r.gender for r in tokens[i].readings if r.case == "nom"}
    for t in tokens[i + 1 :]:
        if t.low in HARD or t.best.pos == "VERB":
            return False
        noun = t.best
        if noun.pos == "NOUN" and (noun.case, noun.number) == ("nom", "sing") and noun.gender in genders:
            return noun.animacy == "inan"
    return False


def _of_several(tokens: list[Token], i: int) -> bool:
    """ "Один из братьев был косоглаз, другой хромал": one of the people just named."""
    if tokens[i + 1].low == "из" and i + 2 < len(tokens):
        if tokens[i + 2].low in ("них", "нас", "вас"):
            return True
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
    noun = next((t for t in reversed(tokens[:i]) if t.best.pos == "NOUN"), None)
    if noun is not None and noun.best.number == "plur" and noun.keys("NOUN") & things().keys():
        return False  # "разноцветные шнурки: один красный, другой жёлтый"
    return look_of(tokens[i + 1]) is not None and any(r.case == "nom" for r in tokens[i + 1].readings)


def _before_noun(tokens: list[Token], i: int) -> bool:
    """Whether a noun phrase starts right after place `i`."""
    for k in range(i + 1, min(i + 5, len(tokens))):
        best = tokens[k].best
        if best.pos == "NOUN":
            return True
        joins = tokens[k].low == "," and k > i + 1  # "снял кепку, мнёт её, лысина вспотела"
        if best.pos not in ("ADJF", "PRTF", "ADVB", "NUMR", "CONJ") and not joins:
            return False
    return False
