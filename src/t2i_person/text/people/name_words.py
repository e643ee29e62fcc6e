"""A word as a part of a name: its readings by the dictionary, and by the endings of surnames."""

import re
from dataclasses import dataclass, replace

from ..grammar.nominative import nominative
from ..grammar.tokens import Reading, Token
from ..lexicon.lists import fold, names

SEX = {"masc": "m", "femn": "f"}
SUBJECT = ("nsubj", "nsubj:pass")
NAMED = frozenset({"Name", "Patr", "Surn"})  # what the dictionary calls the parts of a name
# Ending -> (gender, case, number) of surnames in -ов, -ев, -ин, -ын.
ENDINGS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "": (("m", "nom", "sing"),),
    "а": (("f", "nom", "sing"), ("m", "gen", "sing"), ("m", "acc", "sing")),
    "у": (("m", "dat", "sing"), ("f", "acc", "sing")),
    "ым": (("m", "ins", "sing"), ("u", "dat", "plur")),
    "е": (("m", "loc", "sing"),),
    "ой": tuple(("f", case, "sing") for case in ("gen", "dat", "ins", "loc")),
    "ою": (("f", "ins", "sing"),),
    "ы": (("u", "nom", "plur"),),
    "ых": (("u", "gen", "plur"), ("u", "acc", "plur"), ("u", "loc", "plur")),
    "ыми": (("u", "ins", "plur"),),
}
ADJECTIVAL: dict[str, tuple[tuple[str, str, str], ...]] = {
    root + ending: forms
    for root in ("ск", "цк")
    for ending, forms in {
        "ий": (("m", "nom", "sing"),),
        "ого": (("m", "gen", "sing"), ("m", "acc", "sing")),
        "ому": (("m", "dat", "sing"),),
        "им": (("m", "ins", "sing"),),
        "ом": (("m", "loc", "sing"),),
        "ая": (("f", "nom", "sing"),),
        "ой": tuple(("f", case, "sing") for case in ("gen", "dat", "ins", "loc")),
        "ую": (("f", "acc", "sing"),),
    }.items()
}
OBLIQUE = {"а": ("gen", "acc"), "у": ("dat",), "ом": ("ins",), "ем": ("ins",), "е": ("loc",)}
WOMEN_OBLIQUE = {
    "у": ("acc",), "ю": ("acc",), "ы": ("gen",), "и": ("gen",), "е": ("dat", "loc"),
    "ою": ("ins",), "ею": ("ins",), "ой": ("ins",), "ей": ("ins",),
}  # fmt: skip
PATRONYMIC = ("овна", "евна", "ишна", "ична", "ыч")  # of those the dictionary lacks
FATHERS = re.compile(r"(.*?)(?:(?:ь?[ео]в|ь)?[иы](ч)|(?:ь?[ео]?в|(?:ин)?и[чш])(на))")
FATHERS_ENDINGS = {  # what stands after "ич" and "вна" in each case
    "ч": {"": "nom", "а": "gen acc", "у": "dat", "ем": "ins", "ом": "ins", "е": "loc"},
    "на": {"а": "nom", "ы": "gen", "е": "dat loc", "у": "acc", "ой": "ins", "ою": "ins"},
}
STEMS = ("ов", "ев", "ёв", "ин", "ын")
ADJECTIVE_ENDINGS = tuple("ская ский ской ского скому ским скую".split())
VOWELS_THAT_STAY = "иоуыэюе"  # a name that ends so is not declined
PET = re.compile(r"(?:.{2,}[шнчь]|.{3,}[рнмлв])к(?:[аиуе]|о[йю])")  # "Лукашкой", "Назарку"
SURNAME_ENDINGS = ("ко", "ук", "юк", "ян", "дзе")
UNKNOWN = 0.3  # score of a reading that no dictionary confirms


@dataclass(frozen=True, slots=True)
class NameWord:
    """One reading of a word as a part of a name; `key` is the same for man, woman and family."""

    part: str  # given, patronymic, family
    gender: str  # m, f, u
    case: str
    number: str
    lemma: str
    key: str
    score: float


def name_words(token: Token, first: bool) -> list[NameWord]:
    """Every reading of the token as a part of a name; `first` if the name begins with it."""
    family = surname_words(token)
    out = _listed_words(token, first, bool(family)) or ([] if first else _fathers_words(token))
    if not any(w.part == "given" and w.number == "sing" for w in out):
        have = {(w.gender, w.case, w.number) for w in out}
        out += [w for w in family if (w.gender, w.case, w.number) not in have]
    out += _adjective_words(token)
    if not family and not any(w.part == "patronymic" for w in out):
        if not token.best.known or (out and _no_nominative(token, out)):
            part = "given" if first and PET.fullmatch(token.low) else "family"
            out += [replace(word, part=part) for word in foreign_words(token)]
    return out or _pet_name(token)


def _listed_words(token: Token, first: bool, family: bool) -> list[NameWord]:
    """By the dictionary and the list of short names; `family` if the ending is that of a surname."""
    out: list[NameWord] = []
    for r in token.readings:
        listed = r.key in names()
        if r.pos != "NOUN" or not (r.grams & NAMED or listed):
            continue
        guessed = not r.known and not listed and "Patr" not in r.grams
        if guessed and (family or r.number == "plur"):
            continue  # the dictionary only guesses; the ending says more
        sex = names()[r.key] if listed and first else SEX.get(r.gender, "u")
        part = _part(r, first)
        lemma = r.lemma if part == "given" and r.number != "plur" else nominative(r, "sing")
        sex = "u" if guessed else sex
        key = _family_key(lemma, sex) if part == "family" else fold(lemma)
        key = _fathers_key(lemma) if part == "patronymic" else key
        out.append(NameWord(part, sex, r.case, r.number or "sing", lemma, key, max(r.score, UNKNOWN)))
    return out


def _adjective_words(token: Token) -> list[NameWord]:
    """ "Раневская": the dictionary takes the surname for an adjective."""
    if token.pos != "PROPN" or not token.low.endswith(ADJECTIVE_ENDINGS):
        return []
    out = []
    for r in token.readings:
        if r.pos == "ADJF" and r.number == "sing" and r.gender in SEX:
            lemma = nominative(r, "sing", r.gender)
            key = _family_key(lemma, SEX[r.gender])
            out.append(NameWord("family", SEX[r.gender], r.case, "sing", lemma, key, UNKNOWN))
    return out


def _no_nominative(token: Token, words: list[NameWord]) -> bool:
    """A subject in -а or -я that no reading has in the nominative."""
    if token.rel not in SUBJECT or token.feats.get("Case") != "Nom" or not token.low.endswith(("а", "я")):
        return False
    return not any(w.case == "nom" and w.number == "sing" for w in words)


def surname_words(token: Token) -> list[NameWord]:
    """Readings by the ending: "Царёва" is she, or of him."""
    low = token.low
    out = []
    for ending, forms in ENDINGS.items():
        stem = low[: len(low) - len(ending)] if low.endswith(ending) else ""
        if len(stem) < 4 or not stem.endswith(STEMS):
            continue
        for gender, case, number in forms:
            lemma = stem + ("а" if gender == "f" else "")
            out.append(NameWord("family", gender, case, number, lemma, fold(stem), UNKNOWN))
    for ending, cases in OBLIQUE.items():  # old books decline "Самойленко"
        if low.endswith("енк" + ending) and len(low) > 6:
            lemma = low[: -len(ending)] + "о"
            out += [NameWord("family", "u", case, "sing", lemma, fold(lemma), UNKNOWN) for case in cases]
    for ending, forms in ADJECTIVAL.items():
        if low.endswith(ending) and len(low) > len(ending) + 3:
            stem = low[: -len(ending)] + ending[:2]
            for gender, case, number in forms:
                lemma = stem + ("ая" if gender == "f" else "ий")
                out.append(NameWord("family", gender, case, number, lemma, f"{fold(stem)}ий", UNKNOWN))
    return out


def _part(r: Reading, first: bool) -> str:
    if "Patr" in r.grams or (not first and not r.known and r.lemma.endswith(PATRONYMIC)):
        return "patronymic"
    if "Name" in r.grams or (first and r.key in names()):
        return "given"
    return "family"


def _fathers_words(token: Token) -> list[NameWord]:
    """ "Иван Кузмич", "Марьей Ивановною": a patronymic after a name that the dictionary does not have so."""
    out = []
    for end, endings in FATHERS_ENDINGS.items():
        for ending, cases in endings.items():
            stem = token.low[: len(token.low) - len(ending)] if token.low.endswith(ending) else ""
            lemma = stem if end == "ч" else f"{stem}а"
            if len(stem) > 4 and (found := FATHERS.fullmatch(lemma)) and found.group(2 if end == "ч" else 3):
                sex = "m" if end == "ч" else "f"
                key = _fathers_key(lemma)
                out += [
                    NameWord("patronymic", sex, case, "sing", lemma, key, UNKNOWN) for case in cases.split()
                ]
    return out


def _fathers_key(lemma: str) -> str:
    """ "Романыч" and "Романович" are one, "Николавна" and "Николаевна" too."""
    low = fold(lemma)
    found = FATHERS.fullmatch(low)
    if found is None:
        return low
    return found.group(1).rstrip("иь").replace("ь", "") + ("ич" if found.group(2) else "на")


def _family_key(lemma: str, gender: str) -> str:
    """ "Иванова" and "Иванов" are one family, "Раневская" and "Раневский" too."""
    key = fold(lemma)
    if gender == "f" and key[:-1].endswith(tuple(map(fold, STEMS))) and key.endswith("а"):
        return key[:-1]
    return f"{key[:-2]}ий" if key.endswith("ская") or key.endswith("цкая") else key


def _pet_name(token: Token) -> list[NameWord]:
    """ "Тёмка" is short for what "Тёма" is; other unknown names in -ка may be of either sex."""
    if not token.low.endswith("ка") or token.best.known:
        return []
    stem = fold(token.low[:-2])
    sex = names().get(stem + "а", "") or names().get(stem.rstrip("ь") + "я", "u")
    return [NameWord("given", sex, "nom", "sing", token.low, fold(token.low), UNKNOWN)]


def foreign_words(token: Token) -> list[NameWord]:
    """An unknown name: as it stands in the nominative, by the guessed declension elsewhere."""
    low = token.low
    stands = NameWord("family", "u", "nom", "sing", low, fold(low), UNKNOWN)
    women = _pet_in_other_case(low) or _women_by_ending(token)
    if women:
        return women
    if low[-1] in VOWELS_THAT_STAY:
        return [replace(stands, case=case) for case in ("nom", "gen", "dat", "acc", "ins", "loc")]
    if token.rel in SUBJECT or token.feats.get("Case") == "Nom":
        return [stands]
    out = [
        NameWord("family", _guessed_sex(r), r.case, "sing", r.lemma, r.key, UNKNOWN)
        for r in token.readings
        if r.pos == "NOUN" and r.number == "sing" and r.case and r.case != "nom"
    ]
    return out or _men_by_ending(token) or [stands]


def _guessed_sex(r: Reading) -> str:
    """ "Хлопушей": the dictionary guesses a woman, but old books call men so, too."""
    return "u" if r.gender == "femn" else SEX.get(r.gender, "u")


def _pet_in_other_case(low: str) -> list[NameWord]:
    """ "Лукашкой" of "Лукашка", who may be a man or a woman."""
    if not PET.fullmatch(low) or low.endswith("а"):
        return []
    ending = low[low.rindex("к") + 1 :]
    lemma = low[: -len(ending)] + "а"
    return [
        NameWord("family", "u", case, "sing", lemma, fold(lemma), UNKNOWN) for case in WOMEN_OBLIQUE[ending]
    ]


def _women_by_ending(token: Token) -> list[NameWord]:
    """ "Фенечку" of "Фенечка", "Хлопушей" of "Хлопуша", who is a man: in the case the tagger takes it for."""
    case = token.feats.get("Case", "")[:3].lower()
    object_form = case == "acc" and token.low[-1] in "ую"  # a man's would be a dative
    if not object_form and token.feats.get("Gender") != "Fem":
        return []
    for ending, cases in WOMEN_OBLIQUE.items():
        stem = token.low[: -len(ending)]
        if token.low.endswith(ending) and case in cases and len(stem) > 2:
            lemma = stem + ("а" if ending in "уыойою" or stem[-1] in "кгхжшчщц" else "я")
            return [NameWord("family", "u", case, "sing", lemma, fold(lemma), UNKNOWN)]
    return []


def _men_by_ending(token: Token) -> list[NameWord]:
    """ "Корену" of "Корен", which no dictionary has."""
    if token.feats.get("Gender") != "Masc":
        return []
    out: list[NameWord] = []
    for ending, cases in OBLIQUE.items():
        if token.low.endswith(ending) and len(token.low) > len(ending) + 2:
            stem = token.low[: -len(ending)]
            out += [NameWord("family", "m", case, "sing", stem, fold(stem), UNKNOWN) for case in cases]
    return out


def is_surname(token: Token) -> bool:
    """Whether the dictionary or the ending says so."""
    listed = any("Surn" in r.grams and r.pos == "NOUN" for r in token.readings)
    return listed or bool(surname_words(token)) or token.low.endswith(SURNAME_ENDINGS)
