"""Find the words of a sentence that name people: nouns, names, pronouns."""

from dataclasses import replace
from itertools import pairwise

from .absent import mark_absent
from .analysis import Reading, Token
from .found import DASH, HARD, Found, lookup
from .lexicon import Person, fold, people, things, verbs, word_set
from .names import name_at, same_case, titled
from .neighbours import is_person_noun, kind_of
from .phrases import MODIFIERS, Phrase, agrees, build, look_of, nominative
from .pronouns import POSSESSIVE, pronoun_at

TOGETHER = {"оба": 2, "обе": 2, "двое": 2, "трое": 3, "четверо": 4, "пятеро": 5}


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
    if entry is None and _heads_fragment(tokens, i):
        entry = _somebody(token, phrase)
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
    if token.best.key in word_set("absent.txt", "animal") or _oath(tokens, i):
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
    if r.key in ("близнец", "двойняшка", "близняшка") and number == "plur" and not phrase.counted:
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


def _heads_fragment(tokens: list[Token], i: int) -> bool:
    """ "мажор в белом поло": a noun no list has, at the head of words without a verb, wears something."""
    if any(t.best.pos in ("VERB", "ADJS", "PRTS") for t in tokens) or i + 2 >= len(tokens):
        return False
    if any(t.best.pos not in ("ADJF", "PRTF", "ADVB", "PRCL") for t in tokens[:i]):
        return False
    if tokens[i + 1].low not in ("в", "во", "с", "со", "без") or not any(
        r.case == "nom" and r.number == "sing" for r in tokens[i].readings
    ):
        return False
    worn = next((t for t in tokens[i + 2 : i + 6] if t.best.pos == "NOUN"), None)
    keys = worn.keys("NOUN") & things().keys() if worn is not None else set()
    return any(things()[key].category not in ("other", "accessory") for key in keys)


def _somebody(token: Token, phrase: Phrase) -> Person | None:
    r = phrase.reading
    key = r.key
    entry = things().get(key)
    nothing = any(key in word_set("absent.txt", section) for section in ("animal", "of", "picture"))
    if nothing or r.grams & {"Name", "Surn", "Patr", "Geox"} or (entry and entry.category != "hair"):
        return None
    kind = kind_of(key)
    if kind.startswith(("thing", "animal", "other")) and entry is None and r.animacy != "anim":
        return None
    female = r.gender == "femn" or token.low.endswith(("ка", "ица", "уля", "яшка"))
    return Person(r.lemma if r.known else token.low, "f" if female else "m", "role", "person")


def _oath(tokens: list[Token], i: int) -> bool:
    """ "Слава богу", "чёрт возьми": the god or devil is there only if something is told of him."""
    if not any(r.key in word_set("absent.txt", "oath") for r in tokens[i].readings if r.pos == "NOUN"):
        return False
    near = tokens[max(0, i - 1) : i + 3]
    told = any(t.i != i and look_of(t) is not None for t in near)
    worn = i + 2 < len(tokens) and tokens[i + 1].low in ("с", "в")
    worn = worn and bool(tokens[i + 2].keys("NOUN") & things().keys() or tokens[i + 2].has("ADJF"))
    return not told and not worn


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
    if look_of(tokens[i]) is None:
        return False
    does = [x for x in tokens[i + 1].readings if x.pos == "VERB" and "past" in x.grams]
    if any(x.number == "sing" and x.gender == r.gender for x in does) and tokens[i + 1].pos == "VERB":
        rest = [t for t in tokens[i + 2 :] if t.best.pos in ("NOUN", "NPRO")]
        verb = tokens[i].rel.startswith("nsubj") and tokens[i].head == i + 1
        subject = any(t.rel.startswith("nsubj") and t.head == i + 1 for t in rest)
        return verb and not subject and not tokens[i + 1].keys("VERB") & verbs("be").keys()
    if tokens[i + 1].low not in ("в", "с"):
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


def find(tokens: list[Token]) -> list[Found]:
    """Everything in the sentence that names someone, in order."""
    lower_text = not any(t.text[:1].isupper() for t in tokens[1:]) and not tokens[0].text[:1].isupper()
    out: list[Found] = []
    pictures = word_set("absent.txt", "picture")
    i = 0
    while i < len(tokens):
        asked = tokens[i + 1 : i + 2] and tokens[i + 1].low == ":" and fold(tokens[i].low) in pictures
        if asked:  # "Арт: закат": Арт is nobody
            i += 1
            continue
        mutual = _each_other(tokens, i)
        if mutual:
            i = mutual
            continue
        found = pronoun_at(tokens, i) or name_at(tokens, i, lower_text)
        if found is None:
            found = _noun_at(tokens, i) or _substantive_at(tokens, i)
        if found and found.kind == "name" and out:
            title = out[-1]  # "тётя Зина", "профессор Штерн": one name
            if title.kind == "noun" and title.last == found.first - 1:
                if title.person and title.person.kind != "collective" and same_case(title, found):
                    found = titled(title, found, tokens)
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
    for f in out:
        if f.kind == "pron" and fold(tokens[f.first].low) in POSSESSIVE and f.first > 0:
            part = tokens[f.first - 1]
            subject = any(r.case == "nom" and r.key in things() for r in part.readings if r.pos == "NOUN")
            if subject and part.best.pos == "NOUN":
                if f.end < len(tokens) and tokens[f.end].low == ",":
                    f.kind = "poss"  # "глаза его, большие и чёрные"
    for f in out:
        if f.kind == "noun" and f.number == "plur" and not f.counted and f.end + 1 < len(tokens):
            apart = tokens[f.end].low == "," or tokens[f.end].low in DASH
            value = TOGETHER.get(fold(tokens[f.end + 1].low))
            if apart and value:  # "подруги, обе в лосинах"
                f.count, f.counted = value, True
    mark_absent(tokens, out)
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
