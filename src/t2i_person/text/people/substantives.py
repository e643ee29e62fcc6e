"""Adjectives and participles that stand for a person: "новенькая", "этот рыжий", "— Усатый в форме"."""

from ..grammar.agreement import MODIFIERS, agrees
from ..grammar.marks import DASH, HARD
from ..grammar.nominative import nominative
from ..grammar.phrases import Phrase, look_of
from ..grammar.tokens import Reading, Token
from ..lexicon.lists import Person, fold, people, things, verbs
from .found import Found

LETTER = {"masc": "m", "femn": "f"}


def substantive_at(tokens: list[Token], i: int) -> Found | None:
    """An adjective used as a noun: "новенькая", "прохожий"."""
    token = tokens[i]
    if not token.has("ADJF", "PRTF"):
        return None
    for r in token.readings:
        if r.pos not in MODIFIERS or r.number != "sing":
            continue
        form = fold(nominative(r, "sing", r.gender or "masc"))
        entry = people().get(form)
        if entry is None and (_pointed_at(tokens, i, r) or _stands_for_person(tokens, i, r)):
            entry = Person(form, LETTER[r.gender], "someone", "man" if r.gender == "masc" else "woman")
        if entry and (r.case == token.best.case or token.best.pos not in MODIFIERS):
            return None if _has_noun(tokens, i, r, entry) else _found(tokens, i, r, entry, form)
    return None


def _pointed_at(tokens: list[Token], i: int, r: Reading) -> bool:
    """ "этот рыжий", "тот лысый": an adjective of looks after a pronoun that points."""
    if i == 0 or r.gender not in LETTER or look_of(tokens[i]) is None:
        return False
    before = tokens[i - 1]
    if not any("Apro" in a.grams and agrees(a, r) for a in before.readings):
        return False
    return bool(before.keys("ADJF") & {"этот", "тот"}) and not _owned_participle(tokens, i, r)


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
    """ "— Усатый в форме спрашивал": an adjective of looks opens what is said, no noun of its own."""
    if r.case != "nom" or r.gender not in LETTER or i + 2 >= len(tokens):
        return False
    if i > 0 and tokens[i - 1].low not in HARD and tokens[i - 1].low not in DASH:
        return False
    if look_of(tokens[i]) is None:
        return False
    does = [x for x in tokens[i + 1].readings if x.pos == "VERB" and "past" in x.grams]
    if any(x.number == "sing" and x.gender == r.gender for x in does) and tokens[i + 1].pos == "VERB":
        return _is_subject_of_next(tokens, i)
    return _wears_something(tokens, i, r)


def _is_subject_of_next(tokens: list[Token], i: int) -> bool:
    """ "Рыжий засмеялся и вышел": the verb after it, other than "быть", has no other subject."""
    if not tokens[i].rel.startswith("nsubj") or tokens[i].head != i + 1:
        return False
    if tokens[i + 1].keys("VERB") & verbs("be").keys():
        return False
    rest = (t for t in tokens[i + 2 :] if t.best.pos in ("NOUN", "NPRO"))
    return not any(t.rel.startswith("nsubj") and t.head == i + 1 for t in rest)


def _wears_something(tokens: list[Token], i: int, r: Reading) -> bool:
    """ "Усатый в форме": clothes follow, and after them comes no noun the adjective could belong to."""
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


def _has_noun(tokens: list[Token], i: int, r: Reading, entry: Person) -> bool:
    """ "новенькая рыжая девочка": the adjective belongs to a noun after it."""
    if entry.kind == "someone" and _owned_participle(tokens, i, r):
        return True
    for t in tokens[i + 1 : i + 4]:
        if t.best.pos == "NOUN" and any(agrees(r, x) for x in t.readings if x.pos == "NOUN"):
            return True
        if not t.has("ADJF"):
            return False
    return False


def _found(tokens: list[Token], i: int, r: Reading, entry: Person, form: str) -> Found:
    """The mention, with the adjectives before it that agree: "молодая новенькая"."""
    start = i
    while start > 0 and any(
        a.pos in MODIFIERS and a.case == r.case and a.number == r.number and a.gender == r.gender
        for a in tokens[start - 1].readings
    ):
        start -= 1
    phrase = Phrase(i, start, i + 1, r, list(range(start, i)))
    for m in range(start, i):
        phrase.mod_readings[m] = next(a for a in tokens[m].readings if a.pos in MODIFIERS)
    return Found(
        i,
        i,
        i,
        "noun",
        nominative(r, "sing", r.gender),
        LETTER.get(r.gender, "u"),
        "sing",
        r.case,
        phrase,
        entry,
        forms=tuple(x for x in tokens[i].readings if x.pos in MODIFIERS),
        keys={form},
    )
