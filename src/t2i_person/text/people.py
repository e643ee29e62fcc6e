"""Find the words of a sentence that name people: nouns, names, pronouns."""

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from .analysis import Reading, Token
from .lexicon import Person, fold, names, people, things, verbs, word_set
from .neighbours import is_person_noun
from .phrases import MODIFIERS, Phrase, agrees, build, look_of, nominative, number_value

PRONOUNS = {
    "он": ("он", "m", "sing"), "она": ("она", "f", "sing"), "они": ("они", "u", "plur"),
    "ты": ("ты", "u", "sing"), "вы": ("вы", "u", "sing"),
}  # fmt: skip
POSSESSIVE = {"его": ("он", "m", "sing"), "ее": ("она", "f", "sing"), "их": ("они", "u", "plur")}
SECOND = {"твой": ("ты", "u", "sing"), "ваш": ("вы", "u", "sing")}
OBLIQUE_CASE = {
    "его": "acc", "него": "gen", "ему": "dat", "нему": "dat", "им": "ins", "ним": "ins", "нем": "loc",
    "ее": "acc",
    "нее": "gen", "ей": "dat", "ней": "loc", "нею": "ins", "ею": "ins", "их": "acc", "них": "gen",
    "тебя": "gen", "тебе": "dat", "тобой": "ins", "вас": "gen", "вам": "dat", "вами": "ins",
}  # fmt: skip
ONE_OF = frozenset(
    "один одна другой другая второй вторая третий третья первый первая младший младшая старший "
    "старшая".split()
)
UNSEXED = frozenset(
    "ребенок подросток младенец тинейджер дитя чадо отпрыск двойняшка грудничок персона".split()
)
SOFT = frozenset("искать разыскать вспоминать вспомнить помнить представить забыть воображать".split())
HARD = frozenset('. ! ? ; : ( ) « » “ ” " … „'.split())
POSTERS = frozenset("афиша плакат обложка вывеска этикетка открытка марка билборд гобелен фреска".split())
DRESSED_AS = frozenset(
    "наряженный переодетый загримированный нарядиться переодеться вырядиться одетый".split()
)
QUOTES = frozenset('« » “ ” " „'.split())
DASH = frozenset("— – -".split())


@dataclass(slots=True)
class Found:
    """A place in a sentence that names someone."""

    head: int  # place of the noun, or of the first word of a name
    first: int  # head span, token places, `last` included
    last: int
    kind: str  # noun, name, pron, poss, rel, subst
    lemma: str
    gender: str  # m, f, u
    number: str
    case: str
    phrase: Phrase | None = None
    person: Person | None = None
    count: int = 1
    counted: bool = False
    absent: bool = False
    predicate: bool = False
    forms: tuple[Reading, ...] = ()
    entity: Any = None
    keys: set[str] = field(default_factory=set)
    hint: str = ""  # weak evidence of sex: "новый директор" may be a woman
    parts: dict[str, set[str]] = field(default_factory=dict)  # of a name: given, patronymic, family

    @property
    def start(self) -> int:
        """First token of the whole phrase."""
        return min(self.first, self.phrase.start) if self.phrase else self.first

    @property
    def end(self) -> int:
        return self.last + 1


def lookup(key: str) -> Person | None:
    """Lexicon entry of a noun, hyphenated words by their first known half."""
    entry = people().get(key)
    if entry is None and "-" in key:
        for part in key.split("-"):
            entry = people().get(part)
            if entry and entry.kind != "collective":
                return entry
    return entry


def _capital(token: Token) -> bool:
    return token.text[:1].isupper()


def _name_readings(token: Token, lower_text: bool) -> list[Reading]:
    """Readings as a personal name, most fitting first."""
    low = token.low
    found = [r for r in token.readings if r.grams & {"Name", "Patr", "Surn"} and r.pos == "NOUN"]
    listed = [r for r in token.readings if r.key in names() and r.pos == "NOUN"]
    if _capital(token):
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


def _name_at(tokens: list[Token], i: int, lower_text: bool) -> Found | None:
    """A name starting at place `i`: "Иван Петрович", "Штерн"."""
    token = tokens[i]
    if not token.low[0].isalpha():
        return None
    if token.has("ADJF") and not token.best.known and look_of(token) is not None:
        return None  # "Синекожий джинн"
    if i == 0 and token.keys("NOUN") & things().keys() and not (token.keys() & names().keys()):
        if token.pos != "PROPN" or any(r.key in things() and r.case == "gen" for r in token.readings):
            return None  # "Усов он не носил"
    if i == 0 and len(tokens) > 1 and fold(token.low) in word_set("absent.txt", "of"):
        if tokens[1].low in ("о", "об", "про"):
            return None  # "Роман о рыцарях"
    readings = _name_readings(token, lower_text)
    if not readings and _capital(token) and token.has("NOUN"):
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
    while last + 1 < len(tokens) and _capital(tokens[last + 1]) and len(parts) < 3:
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
    case = token.feats.get("Case", "")[:3].lower()
    fits = [r for r in parts[0] if all(any(r.case == o.case for o in p) for p in parts[1:])] or parts[0]
    if listed in ("m", "f"):
        fits = [r for r in fits if r.key in names()] or fits
    best = next((r for r in fits if r.case == case), fits[0])
    gender = listed or genders or _gender_letter(best)
    if listed == "u" and len(parts) > 1 and genders:
        gender = genders
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


def _noun_at(tokens: list[Token], i: int) -> Found | None:
    """A common noun for a person at place `i`."""
    token = tokens[i]
    if not token.low[0].isalpha():
        return None
    if token.has("ADJF") and i + 1 < len(tokens) and tokens[i + 1].best.pos == "NOUN":
        person = lookup(tokens[i + 1].best.key)
        if person is not None and person.kind in ("folk", "role", "generic", "people"):
            if any(agrees(a, tokens[i + 1].best) for a in token.readings if a.pos == "ADJF"):
                return None  # "пленный орк"
    phrase = build(tokens, i)
    if phrase is None:
        return None
    entry = None
    options = [r for r in token.readings if r.pos == "NOUN"]
    for r in [phrase.reading, *options]:
        entry = lookup(r.key)
        if entry and (
            r is phrase.reading or r.case == phrase.reading.case or phrase.reading.key not in things()
        ):
            reading = r if r.case == phrase.reading.case else phrase.reading
            phrase.reading = reading
            break
        entry = None
    if entry is None:
        r = phrase.reading
        if r.animacy != "anim" or r.key in word_set("absent.txt", "animal") or r.key in things():
            return None
        if (
            r.grams & {"Name", "Surn", "Patr", "Geox"}
            or token.has("ADJF", "PRTF")
            or not is_person_noun(r.key)
        ):
            return None
        if token.best.pos != "NOUN" or not r.known:
            return None
        if any(x.key in things() and x.case == r.case for x in options):
            return None  # "с монистом"
        letter = {"masc": "r", "femn": "f"}.get(r.gender, "u")
        entry = Person(r.lemma, letter, "role", "person")
    if token.best.key in word_set("absent.txt", "animal"):
        return None
    if phrase.prep == "во" and token.low == "главе":
        return None
    if phrase.prep in ("в", "во") and any(r.key in things() and r.case == "loc" for r in options):
        return None  # "в фате"
    # a homonym that is first of all a thing: "пачка", "тройка", "модель"
    if phrase.reading.key in things() and entry.kind not in ("kin", "generic"):
        if phrase.reading.animacy != "anim":
            return None
    r = _case_by_place(tokens, i, phrase, entry)
    if entry.gender == "r" and r.case == "nom" and phrase.start == i and i > 0:
        before = tokens[i - 1]  # "молодая врач": the adjective shows the sex
        if any(a.pos in MODIFIERS and agrees(a, r, loose_gender=True) for a in before.readings):
            phrase.start = i - 1
            phrase.mods.insert(0, i - 1)
            phrase.mod_readings[i - 1] = next(
                a for a in before.readings if a.pos in MODIFIERS and agrees(a, r, loose_gender=True)
            )
    letter = {"m": "m", "f": "f"}.get(entry.gender, "u")
    hint = ""
    if letter == "u" and entry.gender in ("r", "c"):
        for m in phrase.mod_readings.values():
            if (m.number == "sing" and m.gender in ("masc", "femn") and "Apro" not in m.grams) or (
                m.number == "sing" and m.gender == "femn"
            ):
                if m.gender == "femn" or entry.gender == "c":
                    letter = "f" if m.gender == "femn" else "m"
                else:
                    hint = "m"
    count = phrase.count
    number = "plur" if r.number == "plur" or count > 1 else "sing"
    if r.key in ("близнец", "двойняшка") and number == "plur" and not phrase.counted:
        count, phrase.counted = 2, True
    lemma = nominative(r, "sing") if r.number == "plur" else r.lemma
    if entry.word and fold(entry.word) == r.key:
        lemma = entry.word
    return Found(
        i,
        i,
        i,
        "noun",
        lemma,
        letter,
        number,
        r.case,
        phrase,
        entry,
        count,
        phrase.counted,
        forms=tuple(x for x in options if x.key == r.key),
        keys={r.key},
        hint=hint,
    )


def _case_by_place(tokens: list[Token], i: int, phrase: Phrase, entry: Person) -> Reading:
    """Correct the tagger's case by what stands around: numerals, owned things, the verb's subject."""
    r = phrase.reading
    options = [x for x in tokens[i].readings if x.pos == "NOUN" and x.key == r.key]
    options = [
        x for x in options if all(any(agrees(a, x) for a in tokens[m].readings) for m in phrase.mod_readings)
    ]
    before = tokens[phrase.start - 1] if phrase.start > 0 else None
    owned = before is not None and before.keys("NOUN") & things().keys() and before.best.pos == "NOUN"
    if owned and not phrase.prep and not phrase.counted:
        genitive = [x for x in options if x.case == "gen"]
        if genitive and r.case != "gen" and (r.number == "plur" or r.case != "nom"):
            phrase.reading = r = genitive[0]
    elif phrase.counted and not phrase.prep and r.case in ("gen", "acc"):
        numeral = tokens[phrase.start]
        if any(x.case == "nom" for x in numeral.readings) or numeral.low.isdigit():
            phrase.reading = r = replace(r, case="nom")
    elif not phrase.prep and r.case not in ("nom", "ins", "dat") and not owned:
        subject = [x for x in options if x.case == "nom"]
        if subject and (tokens[i].rel.startswith("nsubj") or i == phrase.start == 0):
            phrase.reading = r = subject[0]
    return r


def _owned_participle(tokens: list[Token], i: int, r: Reading) -> bool:
    """ "сидевшая у окна дама", "дама, сидевшая у окна": the participle has a noun of its own."""
    if i > 0 and tokens[i - 1].low == ",":
        return True
    for t in tokens[i + 1 :]:
        if t.low == "," or t.low in HARD or t.best.pos == "VERB":
            return False
        if t.best.pos == "NOUN" and any(agrees(r, x) for x in t.readings if x.pos == "NOUN"):
            return True
    return False


def _stands_for_person(tokens: list[Token], i: int, r: Reading) -> bool:
    """ "— Усатый в форме спрашивал": an adjective of looks opens what is said, clothes follow, no noun."""
    if r.case != "nom" or r.gender not in ("masc", "femn") or i + 2 >= len(tokens):
        return False
    if i > 0 and tokens[i - 1].low not in HARD and tokens[i - 1].low not in DASH:
        return False
    if tokens[i + 1].low not in ("в", "с") or look_of(tokens[i]) is None:
        return False
    worn = next((t for t in tokens[i + 2 : i + 5] if t.best.pos == "NOUN"), None)
    if worn is None or not worn.keys("NOUN") & things().keys():
        return False
    return not any(
        t.best.case == "nom" and t.best.number == "sing" and t.best.gender in ("", r.gender)
        for t in tokens[worn.i + 1 :]
        if t.best.pos in ("NOUN", "NPRO")
        and not any(x.low in HARD or x.low in DASH for x in tokens[worn.i : t.i])
    )


def _substantive_at(tokens: list[Token], i: int) -> Found | None:
    """An adjective used as a noun: "новенькая", "прохожий"."""
    token = tokens[i]
    if not token.has("ADJF", "PRTF"):
        return None
    for r in token.readings:
        if r.pos in MODIFIERS and r.number == "sing":
            form = fold(nominative(r, "sing", r.gender or "masc"))
            entry = people().get(form)
            if entry is None and i > 0 and r.gender in ("masc", "femn") and look_of(token) is not None:
                if any("Apro" in a.grams and agrees(a, r) for a in tokens[i - 1].readings):
                    if tokens[i - 1].keys("ADJF") & {"этот", "тот"} and not _owned_participle(tokens, i, r):
                        english = "man" if r.gender == "masc" else "woman"
                        entry = Person(form, "m" if r.gender == "masc" else "f", "someone", english)
            if entry is None and _stands_for_person(tokens, i, r):
                english = "man" if r.gender == "masc" else "woman"
                entry = Person(form, "m" if r.gender == "masc" else "f", "someone", english)
            if entry and (r.case == token.best.case or token.best.pos not in MODIFIERS):
                if entry.kind == "someone" and _owned_participle(tokens, i, r):
                    return None
                for k in range(i + 1, min(i + 4, len(tokens))):
                    if tokens[k].has("NOUN") and tokens[k].best.pos == "NOUN":
                        if any(agrees(r, x) for x in tokens[k].readings if x.pos == "NOUN"):
                            return None
                    if not tokens[k].has("ADJF"):
                        break
                letter = {"masc": "m", "femn": "f"}.get(r.gender, "u")
                j = i
                while j > 0 and any(
                    a.pos in MODIFIERS and a.case == r.case and a.number == r.number and a.gender == r.gender
                    for a in tokens[j - 1].readings
                ):
                    j -= 1
                phrase = Phrase(i, j, i + 1, r, list(range(j, i)))
                for m in range(j, i):
                    phrase.mod_readings[m] = next(a for a in tokens[m].readings if a.pos in MODIFIERS)
                return Found(
                    i,
                    i,
                    i,
                    "noun",
                    nominative(r, "sing", r.gender),
                    letter,
                    "sing",
                    r.case,
                    phrase,
                    entry,
                    forms=tuple(x for x in token.readings if x.pos in MODIFIERS),
                    keys={form},
                )
    return None


def _pronoun_at(tokens: list[Token], i: int) -> Found | None:
    token = tokens[i]
    low = fold(token.low)
    if (
        low in ONE_OF
        and i + 1 < len(tokens)
        and (
            tokens[i + 1].low in DASH
            or tokens[i + 1].keys("VERB") & {"быть"}
            or _told_apart(tokens, i)
            or _set_apart(tokens, i)
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


def find(tokens: list[Token]) -> list[Found]:
    """Everything in the sentence that names someone, in order."""
    lower_text = not any(t.text[:1].isupper() for t in tokens[1:]) and not tokens[0].text[:1].isupper()
    out: list[Found] = []
    i = 0
    while i < len(tokens):
        mutual = _each_other(tokens, i)
        if mutual:
            i = mutual
            continue
        found = _pronoun_at(tokens, i) or _name_at(tokens, i, lower_text)
        if found is None:
            found = _noun_at(tokens, i) or _substantive_at(tokens, i)
        if found and found.kind == "name" and out:
            title = out[-1]  # "тётя Зина", "профессор Штерн": one name
            if title.kind == "noun" and title.last == found.first - 1 and title.number == "sing":
                if title.person and title.person.kind != "collective" and _same_case(title, found):
                    found = _titled(title, found, tokens)
                    out.pop()
        if found:
            out.append(found)
            i = found.last + 1
        else:
            i += 1
    for a, b in pairwise(out):
        after = tokens[b.end] if b.end < len(tokens) else None
        if b.kind == "pron" and fold(tokens[b.first].low) in POSSESSIVE and a.end == b.first:
            if a.kind == "noun" and after is not None and after.low in (",", "—", "–"):
                b.kind = "poss"  # "муж её, отставной полковник"
    _mark_absent(tokens, out)
    return out


def _each_other(tokens: list[Token], i: int) -> int:
    """One past "друг друга", "друг к другу"; 0 elsewhere."""
    if tokens[i].low != "друг":
        return 0
    for k in range(i + 1, min(i + 3, len(tokens))):
        if tokens[k].low in ("друга", "другу", "другом", "друге"):
            return k + 1
        if tokens[k].best.pos != "PREP":
            break
    return 0


def _same_case(a: Found, b: Found) -> bool:
    return bool({r.case for r in a.forms} & {r.case for r in b.forms})


def _titled(title: Found, name: Found, tokens: list[Token]) -> Found:
    gender = name.gender if name.gender != "u" else title.gender
    if title.gender in ("m", "f"):
        gender = title.gender
    first = title.lemma if title.first > 0 and not _capital(tokens[title.first]) else title.lemma.capitalize()
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


def _mark_absent(tokens: list[Token], found: list[Found]) -> None:
    """Mark those the text talks about without showing them: authors, comparisons, the wanted."""
    about = word_set("absent.txt", "about")
    like = word_set("absent.txt", "like")
    nouns_of = word_set("absent.txt", "of")
    absent_verbs = verbs("absent")
    for f in found:
        if f.kind in ("pron", "poss", "rel"):
            continue
        k = f.start - 1
        before = tokens[k] if k >= 0 else None
        low = fold(before.low) if before else ""
        if low in about and not (low == "до" and False):
            f.absent = True
        if low == "по" and f.case == "dat":
            f.absent = True  # "тосковала по мужу"
        if low == "под" and f.case == "acc" and f.kind == "noun":
            f.absent = True
        if f.case == "ins" and before is not None and before.keys("PRTF", "PRTS", "VERB") & DRESSED_AS:
            f.absent = True  # "наряженная Снегурочкой"
        if low in ("с", "со") and k > 0 and tokens[k - 1].keys("NOUN") & nouns_of:
            f.absent = True  # "картинка с королём"
        if low in like and low not in ("что",) and not (low == "как" and k == 0):
            f.absent = True
        if _on_poster(tokens, f):
            f.absent = True
        if low == "на" and k > 0 and tokens[k - 1].keys() & {"похожий", "похож", "походить"}:
            f.absent = True
        if low == "от" and k > 0 and tokens[k - 1].keys() & nouns_of:
            f.absent = True
        if before is not None and f.case in ("gen", "dat") and before.has("NOUN"):
            owner_key = before.keys("NOUN")
            if owner_key & nouns_of and before.best.pos == "NOUN":
                f.absent = True
            elif (
                f.case == "gen"
                and before.best.pos == "NOUN"
                and not owner_key & things().keys()
                and not (owner_key & {k2 for k2, p in people().items() if p.kind == "collective"})
            ):
                if not number_value(before) and not (
                    owner_key & things().keys() and before.best.case == "nom"
                ):
                    f.absent = True
            elif f.case == "gen" and _prepositional(tokens, k) and owner_key & things().keys():
                f.absent = f.number == "sing" and f.kind == "noun" and _prepositional(tokens, k)
        if f.case in ("acc", "nom", "gen", "dat") or True:
            for k2 in range(max(0, f.start - 4), f.start):
                said = tokens[k2].keys("VERB", "INFN", "GRND", "PRED", "ADJS") & absent_verbs.keys()
                follows = tokens[f.end].low if f.end < len(tokens) else ""
                wanted = any("1per" in r.grams and r.number == "plur" for r in tokens[k2].readings)
                if said <= SOFT and not wanted and (follows in ("в", "с", "со", "без") or f.start < f.first):
                    continue  # looked for or remembered, but described
                if said:
                    if not any(t.low in HARD or t.low == "," for t in tokens[k2 : f.start]):
                        f.absent = True
            if f.case == "nom":
                for k2 in range(f.end, min(len(tokens), f.end + 2)):
                    if tokens[k2].keys("VERB", "ADJS") & {
                        "требоваться",
                        "понадобиться",
                        "нужный",
                        "разыскиваться",
                    }:
                        f.absent = True
        if (f.case == "gen" and before is not None and f.number == "plur") or low in ("ни", "никакого"):
            span = [t.low for t in tokens[max(0, f.start - 3) : f.start]]
            if "нет" in span or "ни" in span or ("не" in span and "было" in span):
                f.absent = True
        if (
            before is not None
            and before.low in QUOTES
            and f.end < len(tokens)
            and tokens[f.end].low in QUOTES
        ):
            f.absent = True
        if before is not None and low in QUOTES and k > 0 and tokens[k - 1].keys("NOUN") & nouns_of:
            f.absent = True


def _on_poster(tokens: list[Token], f: Found) -> bool:
    """ "на афише красовался клоун": printed or painted, not there."""
    for k in range(f.start):
        if tokens[k].low in HARD or tokens[k].low == ",":
            return False
        if tokens[k].keys("NOUN") & POSTERS and k > 0 and f.case == "nom":
            return any(t.low in ("на", "с", "со") for t in tokens[max(0, k - 2) : k])
    return False


def _prepositional(tokens: list[Token], i: int) -> bool:
    phrase = build(tokens, i)
    return bool(phrase and phrase.prep in ("с", "со", "в", "во", "без"))
