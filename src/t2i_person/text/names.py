"""Names: "Иван Петрович", "тётя Зина", "капитан Смоллетт", "Иванова" who is a woman.

The dictionary gives a word several readings as a name; surnames it does not have are read by their
endings. The sentence then decides on case and sex together: a subject stands in the nominative, its verb
tells the sex, a preposition asks for a case.
"""

from dataclasses import dataclass, replace

from .analysis import Reading, Token
from .found import DASH, HARD, Found, capital, lookup
from .lexicon import fold, names, things, verbs, word_set
from .phrases import GOVERNS_KEYS, agrees, look_of, nominative

SEX = {"masc": "m", "femn": "f"}
GENDERS = {"m": "masc", "f": "femn"}
PARTICLES = frozenset("де да ди ду дю дер ден ван фон ла ле аль эль бен ибн ап мак дос дель".split())
SUBJECT = ("nsubj", "nsubj:pass")
DEPENDENT = ("nmod", "obj", "obl", "iobj")
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
STEMS = ("ов", "ев", "ёв", "ин", "ын")
NO_NAME_BEFORE = {"слава": ("богу", "тебе", "господу", "аллаху", "создателю")}
WORDS_TOO = frozenset("роза вера любовь надежда лев слава рая света поля ли марта майя лада мило том".split())
CONSONANTS = frozenset("бвгджзйклмнпрстфхцчшщ")
WEARS = frozenset("надеть носить улыбнуться улыбаться усмехнуться сказать засмеяться".split())
AGE_VERBS = frozenset("быть исполниться стукнуть идти пойти минуть".split())
ABSTRACT = ("-ка", "-то", "-с", "-таки", "-о", "ость", "ение", "ание", "ство", "изм")
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


def _surname(token: Token) -> list[NameWord]:
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
    if "Patr" in r.grams:
        return "patronymic"
    if "Name" in r.grams or (first and r.key in names()):
        return "given"
    return "family"


def _family_key(lemma: str, gender: str) -> str:
    """ "Иванова" and "Иванов" are one family, "Раневская" and "Раневский" too."""
    key = fold(lemma)
    if gender == "f" and key[:-1].endswith(tuple(map(fold, STEMS))) and key.endswith("а"):
        return key[:-1]
    return f"{key[:-2]}ий" if key.endswith("ская") or key.endswith("цкая") else key


def _words(token: Token, first: bool) -> list[NameWord]:
    """Every reading of the token as a part of a name."""
    out: list[NameWord] = []
    family = _surname(token)
    for r in token.readings:
        listed = r.key in names()
        if r.pos != "NOUN" or not (r.grams & {"Name", "Patr", "Surn"} or listed):
            continue
        if not r.known and not listed and "Patr" not in r.grams and (family or r.number == "plur"):
            continue  # the dictionary only guesses; the ending says more
        sex = names()[r.key] if listed and first else SEX.get(r.gender, "u")
        if not r.known and not listed and "Patr" not in r.grams:
            sex = "u"
        part = _part(r, first)
        lemma = r.lemma if part == "given" and r.number != "plur" else nominative(r, "sing")
        key = _family_key(lemma, sex) if part == "family" else fold(lemma)
        out.append(NameWord(part, sex, r.case, r.number or "sing", lemma, key, max(r.score, UNKNOWN)))
    if not any(w.part == "given" and w.number == "sing" for w in out):
        have = {(w.gender, w.case, w.number) for w in out}
        out += [w for w in family if (w.gender, w.case, w.number) not in have]
    if token.has("ADJF") and token.low.endswith(("ская", "ский", "ской", "ского", "скому", "ским", "скую")):
        for r in token.readings:
            if r.pos == "ADJF" and r.number == "sing" and r.gender in SEX and token.pos == "PROPN":
                lemma = nominative(r, "sing", r.gender)
                key = _family_key(lemma, SEX[r.gender])
                out.append(NameWord("family", SEX[r.gender], r.case, "sing", lemma, key, UNKNOWN))
    if not family and not any(w.part == "patronymic" for w in out):
        subject = token.rel in SUBJECT and token.feats.get("Case") == "Nom"
        subject = (
            subject
            and token.low.endswith(("а", "я"))
            and not any(w.case == "nom" and w.number == "sing" for w in out)
        )
        if not token.best.known or (out and subject):
            out += _foreign(token)
    return out or _pet_name(token)


def _pet_name(token: Token) -> list[NameWord]:
    """ "Тёмка" is short for what "Тёма" is; other unknown names in -ка may be of either sex."""
    if not token.low.endswith("ка") or token.best.known:
        return []
    stem = fold(token.low[:-2])
    sex = names().get(stem + "а", "") or names().get(stem.rstrip("ь") + "я", "u")
    return [NameWord("given", sex, "nom", "sing", token.low, fold(token.low), UNKNOWN)]


def _foreign(token: Token) -> list[NameWord]:
    """An unknown name: as it stands in the nominative, by the guessed declension elsewhere."""
    low = token.low
    nom = NameWord("family", "u", "nom", "sing", low, fold(low), UNKNOWN)
    if token.rel in SUBJECT or low[-1] in "иоуыэюе" or token.feats.get("Case") == "Nom":
        if low[-1] in "иоуыэюе":
            return [replace(nom, case=case) for case in ("nom", "gen", "dat", "acc", "ins", "loc")]
        return [nom]
    out = []
    for r in token.readings:
        if r.pos == "NOUN" and r.number == "sing" and r.case and r.case != "nom":
            sex = SEX.get(r.gender, "u")
            out.append(NameWord("family", sex, r.case, "sing", r.lemma, r.key, UNKNOWN))
    if not out and token.feats.get("Gender") == "Masc":  # "Корену" of "Корен", which no dictionary has
        for ending, cases in OBLIQUE.items():
            if low.endswith(ending) and len(low) > len(ending) + 2:
                stem = low[: -len(ending)]
                out += [NameWord("family", "m", case, "sing", stem, fold(stem), UNKNOWN) for case in cases]
    return out or [nom]


def _is_name(tokens: list[Token], i: int, lower_text: bool) -> bool:
    """Whether the word at place `i` is a name rather than a word with a capital."""
    token = tokens[i]
    if not capital(token):
        return lower_text and _lower_name(token)
    if token.pos in ("ADP", "PRON", "DET", "CCONJ", "SCONJ", "PART", "ADV", "VERB", "AUX", "NUM", "INTJ"):
        return False
    best = token.best
    if token.low.endswith(ABSTRACT):
        return False
    if best.key in word_set("absent.txt", "animal") and best.pos == "NOUN":
        given = token.pos == "PROPN" and any("Name" in r.grams for r in token.readings)
        if given and (token.rel in SUBJECT or i > 0):
            return True  # "Лев увидел"
        return _acts(tokens, i)  # "Бегемот был в галстуке"
    if i > 1 and tokens[i - 2].low in ("на", "в", "по") and capital(tokens[i - 1]) and token.has("ADJF"):
        return False  # "на Малой Бронной"
    if look_of(token) is not None and i + 1 < len(tokens) and capital(tokens[i + 1]) and token.has("ADJF"):
        return False  # "Рыжий Арно"
    listed = any(r.key in names() for r in token.readings if r.pos == "NOUN")
    common = lookup(best.key)
    if common and not best.grams & {"Name", "Patr", "Surn"} and not listed:
        return False
    named = any(r.grams & {"Name", "Patr", "Surn"} for r in token.readings if r.pos == "NOUN")
    if best.known is False and any(lookup(r.key) for r in token.readings if r.pos == "NOUN") and not named:
        return False
    opens = i == 0 or tokens[i - 1].low in HARD or tokens[i - 1].low in DASH
    alive = token.feats.get("Animacy") == "Anim"
    telling = token.rel in SUBJECT or not best.known or (not opens and token.rel in DEPENDENT)
    if alive and token.pos == "PROPN" and _surname(token) and telling:
        return not any(r.key in things() for r in token.readings) or token.rel in SUBJECT
    if not named and _modifies(tokens, i):
        return False  # "Курносая девчонка"
    place = any("Geox" in r.grams for r in token.readings)
    if place and not listed and not (alive and (named or token.rel in SUBJECT)):
        return False
    if listed or named:
        plain = [r for r in token.readings if not r.grams & {"Name", "Patr", "Surn", "Geox", "Orgn"}]
        usual = bool(plain) and plain[0].score > 0.4 and plain[0] is best
        if opens and usual and token.pos != "PROPN":
            return _acts(tokens, i)
        if best.key in things() and not listed and token.rel not in SUBJECT:
            return False
        return True
    if opens and token.rel in SUBJECT and best.key not in things() and i + 1 < len(tokens):
        if best.pos == "NOUN" and tokens[i + 1].keys("VERB") & WEARS:
            return True  # "Шарик надел ушанку"
    if token.pos != "PROPN" or (not alive and not _surname(token)):
        return False
    inside = not opens and token.rel in (*SUBJECT, "flat:name", "obj")
    if (
        best.known
        and best.pos == "NOUN"
        and (opens or best.animacy == "inan")
        and not inside
        and not _acts(tokens, i)
    ):
        return False
    if best.known and opens and best.pos != "NOUN":
        return False  # an adjective or verb that opens the sentence
    return not (i > 0 and tokens[i - 1].low in ("в", "во", "на", "из") and token.feats.get("Case") != "Acc")


def _modifies(tokens: list[Token], i: int) -> bool:
    """The word is the adjective of a noun soon after it."""
    options = [r for r in tokens[i].readings if r.pos in ("ADJF", "PRTF")]
    return any(
        agrees(a, r)
        for t in tokens[i + 1 : i + 4]
        if t.best.pos == "NOUN" and not capital(t)
        for r in t.readings
        if r.pos == "NOUN"
        for a in options
    )


def _lower_name(token: Token) -> bool:
    """A name in a text without capitals."""
    if token.pos not in ("NOUN", "PROPN", "X") or token.low in WORDS_TOO:
        return False
    found = any(r.grams & {"Name", "Patr"} and r.pos == "NOUN" for r in token.readings) and token.best.known
    listed = any(r.key in names() and r.pos == "NOUN" for r in token.readings)
    others = [r for r in token.readings if not r.grams & {"Name", "Patr", "Surn"} and r.score > 0.2]
    return (found or listed) and not others


def _acts(tokens: list[Token], i: int) -> bool:
    """ "Любовь была в синем платье", "Бегемот надел галстук": only somebody does so."""
    if tokens[i].rel not in SUBJECT:
        return False
    alive = tokens[i].best.animacy == "anim" or not tokens[i].best.known
    alive |= any("Name" in r.grams or r.key in names() for r in tokens[i].readings)
    does = verbs("wear").keys() | verbs("expression").keys() | verbs("speech").keys()
    for t in tokens[i + 1 : i + 8]:
        if t.low in HARD or t.low in DASH:
            return False
        if t.keys("VERB", "GRND") & does:
            return True
        thing = next((things()[r.key] for r in t.readings if r.pos == "NOUN" and r.key in things()), None)
        worn = bool(alive) and thing is not None and thing.category in ("clothes", "headwear", "accessory")
        if worn and t.best.case in ("loc", "acc") and not thing.carried:  # type: ignore[union-attr]
            return True
    return False


def name_at(tokens: list[Token], i: int, lower_text: bool) -> Found | None:
    """A name starting at place `i`: "Иван Петрович", "Штерн"."""
    if _no_name(tokens, i):
        return None
    words = _parts_at(tokens, i, lower_text, first=True)
    if not words:
        return None
    chain = [(i, words)]
    last = i
    while len(chain) < 4:
        step = _next(tokens, last, chain)
        if step is None:
            break
        last, more = step
        chain.append((last, more))
    return _decide(tokens, i, last, chain)


def _no_name(tokens: list[Token], i: int) -> bool:
    token = tokens[i]
    after = tokens[i + 1].low if i + 1 < len(tokens) else ""
    if token.keys() & word_set("absent.txt", "oath"):
        return True
    if len(token.low.split("-")[0]) == 1:
        return True  # "М-да", "8К"
    if token.low == "тому" and after in ("лет", "года", "год", "назад"):
        return True
    if i == 0 and after == ":" and token.low in ("пол", "раса", "рост", "вес", "возраст", "имя", "без"):
        return True  # keys of a form
    if not token.low[0].isalpha() or after in NO_NAME_BEFORE.get(token.low, ()):
        return True
    if lookup(fold(token.low)) is not None and token.low.endswith("рша"):
        return True  # "Тренерша"
    if token.has("ADJF") and not token.best.known and look_of(token) is not None:
        return True  # "Синекожий джинн"
    if i == 0 and token.keys("NOUN") & things().keys() and not (token.keys() & names().keys()):
        if token.pos != "PROPN" or any(r.key in things() and r.case == "gen" for r in token.readings):
            return True  # "Усов он не носил"
        if token.best.key in things() and not token.best.grams & {"Name", "Surn"}:
            return True  # "Плечи её покрывал плащ"
    if i == 0 and fold(token.low) in word_set("absent.txt", "of") and len(tokens) > 1:
        follows = tokens[1]  # "Роман о рыцарях", "Роман Достоевского"
        return after in ("о", "об", "про") or (capital(follows) and follows.feats.get("Case") == "Gen")
    return False


def _parts_at(tokens: list[Token], i: int, lower_text: bool, first: bool) -> list[NameWord]:
    token = tokens[i]
    if _is_name(tokens, i, lower_text):
        return _words(token, first) or _foreign(token)
    title = lookup(tokens[i - 1].best.key) if i > 0 else None
    unknown = capital(token) and token.has("NOUN") and not lookup(token.best.key)
    if title is not None and title.kind != "collective" and unknown and tokens[i - 1].best.pos == "NOUN":
        if not token.best.known or token.pos == "PROPN":
            return _words(token, first) or _foreign(token)  # "капитан Смоллетт"
    return []


def _next(
    tokens: list[Token], last: int, chain: list[tuple[int, list[NameWord]]]
) -> tuple[int, list[NameWord]] | None:
    """The following word of the same name, past "(Иванова)" and "де"."""
    k = last + 1
    if k + 3 < len(tokens) and tokens[k].low == "(" and tokens[k + 2].low == ")":
        if _words(tokens[k + 1], False) and capital(tokens[k + 1]):
            k += 3  # "Сидорова (Иванова) Надежда"
    if k + 1 < len(tokens) and tokens[k].low in PARTICLES and not capital(tokens[k]):
        k += 1
    if k >= len(tokens) or not capital(tokens[k]):
        return None
    token, before = tokens[k], tokens[last]
    words = [w for w in _words(token, False) if w.number == "sing"]
    given_too = [w for w in _words(token, True) if w.part == "given"]
    if chain[0][1][0].part == "family" and given_too:
        words = given_too + [w for w in words if w.part != "given"]
    if not words and token.pos == "PROPN" and token.has("NOUN", "X") and not lookup(token.key):
        words = _foreign(token)
        if token.rel == "flat:name" or chain[-1][1][0].part == "given":
            words = [replace(words[0], case=w.case) for w in chain[-1][1]]
    if not words:
        return None
    families = all(w.part == "family" for _, one in chain for w in one) and words[0].part == "family"
    if families and _is_surname(before) and _is_surname(token):
        return None  # "с Лаевским Самойленко"
    if before.rel in DEPENDENT and token.rel in (*SUBJECT, "flat:name") and last == chain[0][0] > 0:
        if before.feats.get("Case") == "Gen" and token.feats.get("Case") == "Nom":
            return None  # "по просьбе Дубова Марья Ивановна"
    if before.rel in DEPENDENT and token.rel in SUBJECT and before.feats.get("Case") != "Nom":
        return None  # "увидев Громова Илья улыбнулся"
    if not _pairs(chain[-1][1], words):
        return None
    return k, words


def _is_surname(token: Token) -> bool:
    listed = any("Surn" in r.grams and r.pos == "NOUN" for r in token.readings)
    return listed or bool(_surname(token)) or token.low.endswith(("ко", "ук", "юк", "ян", "дзе"))


def _pairs(one: list[NameWord], two: list[NameWord]) -> list[tuple[str, str, str]]:
    """(case, number, gender) that both can have."""
    return [
        (a.case, a.number, b.gender if a.gender == "u" else a.gender)
        for a in one
        for b in two
        if a.case == b.case and a.number == b.number and (a.gender == b.gender or "u" in (a.gender, b.gender))
    ]


def _decide(tokens: list[Token], i: int, last: int, chain: list[tuple[int, list[NameWord]]]) -> Found | None:
    """Choose case and sex for the whole name."""
    options = {(w.case, w.number, w.gender): w.score for w in chain[0][1]}
    for _, words in chain[1:]:
        kept: dict[tuple[str, str, str], float] = {}
        for (case, number, gender), score in options.items():
            for w in words:
                if (
                    w.case == case
                    and w.number == number
                    and (gender == w.gender or "u" in (gender, w.gender))
                ):
                    both = w.gender if gender == "u" else gender
                    kept[case, number, both] = max(kept.get((case, number, both), 0.0), score + w.score)
        options = kept or options
    ranked = sorted(options, key=lambda o: options[o] + _fit(tokens, i, last, o), reverse=True)
    case, number, gender = ranked[0]
    other = next((o for o in ranked if o[2] != gender and o[1] == number), None)
    unsure = other is not None and _score(tokens, i, last, options, other) > (
        _score(tokens, i, last, options, ranked[0]) - 1.0
    )
    lemma: list[str] = []
    keys: set[str] = set()
    parts: dict[str, set[str]] = {}
    for _, words in chain:
        fits = [w for w in words if (w.case, w.number) == (case, number) and w.gender in (gender, "u")]
        fits = fits or [w for w in words if w.case == case] or words
        lemma.append(fits[0].lemma.capitalize() if "-" not in fits[0].lemma else fits[0].lemma.title())
        keys |= {w.key for w in (words if unsure else fits)}
        parts.setdefault(fits[0].part, set()).update(w.key for w in fits)
    form = tokens[i].best
    forms = tuple(_form(form, o) for o in ranked if o[1] == number)
    hint = gender if unsure and gender != "u" else ""
    if gender == "u" and number == "sing":
        hint = "f" if lemma[0][-1] in "ая" else "m" if lemma[0][-1] in CONSONANTS else ""
    return Found(
        i,
        i,
        last,
        "name",
        " ".join(_with_particles(tokens, chain, lemma)),
        "u" if unsure else gender,
        number,
        case,
        forms=forms,
        keys=keys,
        parts=parts,
        hint=hint,
    )


def _with_particles(
    tokens: list[Token], chain: list[tuple[int, list[NameWord]]], lemma: list[str]
) -> list[str]:
    out = [lemma[0]]
    for (before, _), (place, _), word in zip(chain, chain[1:], lemma[1:], strict=False):
        if place == before + 2:
            out.append(tokens[before + 1].low)
        out.append(word)
    return out


def _score(
    tokens: list[Token],
    i: int,
    last: int,
    options: dict[tuple[str, str, str], float],
    option: tuple[str, str, str],
) -> float:
    return options[option] + _fit(tokens, i, last, option)


def _fit(tokens: list[Token], i: int, last: int, option: tuple[str, str, str]) -> float:
    """How well a case and a sex suit the sentence around the name."""
    case, number, gender = option
    token = tokens[i]
    points = 0.0
    fragment = i == 0 and not any(t.best.pos in ("VERB", "ADJS", "PRTS") for t in tokens)
    tagged = token.feats.get("Case", "")[:3].lower()
    points += 1.0 * (tagged == case) + 0.5 * (
        SEX.get(token.feats.get("Gender", "").lower()[:4], "") == gender
    )
    before = fold(tokens[i - 1].low) if i > 0 else ""
    if GOVERNS_KEYS.get(before):
        points += 3.0 if case in GOVERNS_KEYS[before] else -3.0
    subject = token.rel in SUBJECT or (last > i and tokens[last].rel in SUBJECT) or _listed_subject(tokens, i)
    head = tokens[token.head] if 0 <= token.head < len(tokens) else None
    alone = i == 0 or tokens[i - 1].low in HARD or tokens[i - 1].low in DASH or tokens[i - 1].low == ","
    if case == "nom":
        points += 3.0 * subject + 1.5 * fragment
        points += 1.5 * (alone and not (head is not None and head.best.pos == "VERB" and not subject))
        told = _told_sex(tokens, i, last, subject, head)
        if number == "sing" and gender in GENDERS and told:
            points += 3.0 if told == gender else -4.0
    elif case == "dat" and i == 0 and len(tokens) > last + 1:
        points += 3.0 * bool(tokens[last + 1].keys("VERB") & AGE_VERBS)  # "Крыловой было сорок лет"
    elif case in ("gen", "acc") and before and not alone:
        points += 0.7 * (tokens[i - 1].best.pos in ("NOUN", "VERB", "GRND", "INFN"))
    return points


def _listed_subject(tokens: list[Token], i: int) -> bool:
    """ "Александр и Александра сидели": joined to a subject."""
    head = tokens[i].head
    joined = i > 0 and tokens[i - 1].low in ("и", ",") and tokens[i].rel == "conj"
    return joined and 0 <= head < i and tokens[head].rel in SUBJECT


def _told_sex(tokens: list[Token], i: int, last: int, subject: bool, head: Token | None) -> str:
    """Sex that the verb or an adjective after a comma shows, "" when none does."""
    candidates = [head] if subject and head is not None else []
    if last + 2 < len(tokens) and tokens[last + 1].low == ",":
        candidates.append(tokens[last + 2])
    candidates += [t for t in tokens[i - 1 : i] if t.best.pos == "VERB"] if i > 0 else []
    if subject or i == 0:
        candidates += [t for t in tokens[last + 1 : last + 8] if t.best.pos in ("VERB", "ADJS", "PRTS")][:1]
    for t in candidates:
        for r in t.readings[:3]:
            suits = r.pos in ("VERB", "ADJS", "PRTS") or (r.pos in ("ADJF", "PRTF") and r.case == "nom")
            if suits and r.number == "sing" and r.gender in GENDERS.values():
                return SEX[r.gender]
    return ""


def _form(r: Reading, option: tuple[str, str, str]) -> Reading:
    case, number, gender = option
    return replace(r, case=case, number=number, gender=GENDERS.get(gender, ""), animacy="anim", parse=None)


def same_case(a: Found, b: Found) -> bool:
    """Whether a title and the name after it can be one person: "тётя Зина", not "мать Соню"."""
    if a.number != b.number:
        return False
    return b.case == a.case or b.case in {r.case for r in a.forms if r.number == a.number and a.case != "nom"}


def titled(title: Found, name: Found, tokens: list[Token]) -> Found:
    gender = name.gender if name.gender != "u" else title.gender
    if title.gender in ("m", "f"):
        gender = title.gender
    first = title.lemma if title.first > 0 and not capital(tokens[title.first]) else title.lemma.capitalize()
    return Found(
        title.head,
        title.first,
        name.last,
        "name",
        f"{first} {name.lemma}",
        gender,
        name.number,
        name.case,
        title.phrase,
        title.person,
        forms=title.forms,
        keys=name.keys | (title.keys if title.number == "sing" else set()),
        parts=name.parts,
        hint=name.hint,
    )
