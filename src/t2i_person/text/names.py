"""Names: "Иван Петрович", "тётя Зина", "капитан Смоллетт"."""

from dataclasses import replace

from .analysis import Reading, Token
from .found import DASH, HARD, Found, capital, lookup
from .lexicon import fold, names, people, things, word_set
from .phrases import look_of, nominative


def _name_readings(token: Token, lower_text: bool) -> list[Reading]:
    """Readings as a personal name, most fitting first."""
    low = token.low
    found = [r for r in token.readings if r.grams & {"Name", "Patr", "Surn"} and r.pos == "NOUN"]
    listed = [r for r in token.readings if r.key in names() and r.pos == "NOUN"]
    if capital(token):
        if not found and not listed:
            return []
        best = token.best
        plain = [r for r in token.readings if not r.grams & {"Name", "Patr", "Surn", "Geox", "Orgn"}]
        common = people().get(best.key)
        if common and not best.grams & {"Name", "Patr", "Surn"} and not listed:
            return []
        if plain and not listed and token.i == 0 and plain[0].score > 0.4 and plain[0] is best:
            return []
        surname = token.feats.get("Animacy") == "Anim" and any("Surn" in r.grams for r in found)
        given = "Name" in best.grams and token.feats.get("Animacy") != "Inan"
        if any("Geox" in r.grams for r in token.readings) and not (listed or surname or given):
            return []
        if best.key in things() and not listed:
            return []
        return found or listed
    known = token.best.known
    if lower_text and (listed or (known and any("Name" in r.grams or "Patr" in r.grams for r in found))):
        others = [r for r in token.readings if not r.grams & {"Name", "Patr", "Surn"} and r.score > 0.2]
        if not others and low not in (
            "роза",
            "вера",
            "любовь",
            "надежда",
            "лев",
            "слава",
            "рая",
            "света",
            "поля",
            "ли",
        ):
            return found or listed
    return []


def _gender_letter(reading: Reading, listed: str = "") -> str:
    if listed:
        return listed
    if "ms-f" in reading.grams or "Ms-f" in reading.grams:
        return "u"
    return {"masc": "m", "femn": "f"}.get(reading.gender, "u")


def name_at(tokens: list[Token], i: int, lower_text: bool) -> Found | None:
    """A name starting at place `i`: "Иван Петрович", "Штерн"."""
    token = tokens[i]
    if not token.low[0].isalpha():
        return None
    if lookup(fold(token.low)) is not None and token.low.endswith("рша"):
        return None  # "Тренерша"
    if token.has("ADJF") and not token.best.known and look_of(token) is not None:
        return None  # "Синекожий джинн"
    if i == 0 and token.keys("NOUN") & things().keys() and not (token.keys() & names().keys()):
        if token.pos != "PROPN" or any(r.key in things() and r.case == "gen" for r in token.readings):
            return None  # "Усов он не носил"
    if i == 0 and len(tokens) > 1 and fold(token.low) in word_set("absent.txt", "of"):
        if tokens[1].low in ("о", "об", "про"):
            return None  # "Роман о рыцарях"
    readings = _name_readings(token, lower_text)
    if not readings and capital(token) and token.has("NOUN"):
        # unknown capitalised word inside a sentence: a surname if the tagger calls it animate
        inside = i > 0 and tokens[i - 1].low not in HARD and tokens[i - 1].low not in DASH
        known = token.best.known
        if token.pos == "PROPN" and token.feats.get("Animacy") == "Anim" and (not known or inside):
            if not known and (inside or token.best.animacy == "anim"):
                readings = [r for r in token.readings if r.pos == "NOUN"][:3]
        title = lookup(tokens[i - 1].best.key) if i > 0 else None
        if not readings and title is not None and title.kind != "collective" and not known:
            readings = [r for r in token.readings if r.pos == "NOUN"][:3]  # "капитан Смоллетт"
            readings = [replace(r, animacy="anim") for r in readings]
        if readings and lookup(token.best.key):
            return None
        if not readings and title is not None and title.kind != "collective" and token.pos == "PROPN":
            if tokens[i - 1].best.case == "nom" and token.best.case != "nom" and not lookup(token.best.key):
                family = replace(token.best, lemma=token.low, key=fold(token.low), case="nom", number="sing")
                readings = [replace(family, gender="", animacy="anim", parse=None)]  # "доктор Рыбин"
    if not readings:
        return None
    last = i
    parts = [readings]
    while last + 1 < len(tokens) and capital(tokens[last + 1]) and len(parts) < 3:
        nxt = tokens[last + 1]
        found = [r for r in nxt.readings if r.grams & {"Name", "Patr", "Surn"}]
        if not found and nxt.pos == "PROPN" and nxt.has("NOUN", "X") and not lookup(nxt.key):
            found = [r for r in nxt.readings if r.pos == "NOUN" and r.animacy != "inan"]
        if not found:
            break
        if not any(a.case == b.case for a in parts[0] for b in found):
            break
        parts.append(found)
        last += 1
    genders = ""
    for p in parts:  # the surest part decides
        for tag in ("Patr", "Name", "Surn"):
            hits = {r.gender for r in p if tag in r.grams and r.gender}
            if len(hits) == 1:
                genders = genders or {"masc": "m", "femn": "f"}.get(next(iter(hits)), "")
    listed = names().get(readings[0].key, "") or next(
        (names()[r.key] for r in readings if r.key in names()), ""
    )
    if not listed and last == i and token.low.endswith("ка"):  # "Тёмка" is short for what "Тёма" is
        stem = fold(token.low[:-2])
        listed = names().get(stem + "а", "") or names().get(stem.rstrip("ь") + "я", "")
    case = token.feats.get("Case", "")[:3].lower()
    fits = [r for r in parts[0] if all(any(r.case == o.case for o in p) for p in parts[1:])] or parts[0]
    if listed in ("m", "f"):
        fits = [r for r in fits if r.key in names()] or fits
    best = next((r for r in fits if r.case == case), fits[0])
    gender = listed or genders or _gender_letter(best)
    if listed == "u" and len(parts) > 1 and genders:
        gender = genders
    if not listed and not token.best.known and last == i and token.low.endswith(("ька", "шка", "нька")):
        if case in ("", "nom") or token.rel.startswith("nsubj"):
            gender, best = "u", replace(best, lemma=token.low, key=fold(token.low), case="nom", parse=None)
            parts = [[best]]  # "Варька", "Антошка": the verb tells the sex
    want = {"m": "masc", "f": "femn"}.get(gender, "")
    words = []
    keys = set()
    kinds: dict[str, set[str]] = {}
    for p in parts:
        chosen = [r for r in p if r.case == best.case and (not want or r.gender in ("", want))] or p
        keys |= {r.key for r in chosen}
        kinds.setdefault(_part_of_name(chosen, p is parts[0]), set()).update(r.key for r in chosen)
        made = nominative(chosen[0], "sing") if chosen[0].number != "plur" else chosen[0].lemma
        words.append(made.capitalize())
    forms = tuple(r for r in fits)
    return Found(
        i,
        i,
        last,
        "name",
        " ".join(words),
        gender,
        best.number or "sing",
        best.case,
        None,
        None,
        forms=forms,
        keys=keys,
        parts=kinds,
    )


def _part_of_name(readings: list[Reading], first: bool) -> str:
    grams = readings[0].grams
    if any("Patr" in r.grams for r in readings):
        return "patronymic"
    if first and (any("Name" in r.grams for r in readings) or readings[0].key in names()):
        return "given"
    return "given" if "Name" in grams and "Surn" not in grams else "family"


def same_case(a: Found, b: Found) -> bool:
    return bool({r.case for r in a.forms} & {r.case for r in b.forms})


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
        "sing",
        title.case,
        title.phrase,
        title.person,
        forms=title.forms,
        keys=name.keys | title.keys,
        parts=name.parts,
    )
