"""Common nouns for people: "девушка", "врач", "мажор в белом поло"."""

from dataclasses import replace

from ..grammar.agreement import MODIFIERS, agrees
from ..grammar.nominative import nominative
from ..grammar.phrases import Phrase, build, look_of
from ..grammar.tokens import Reading, Token
from ..lexicon.lists import Person, fold, things, word_set
from ..lexicon.neighbours import is_person_noun, kind_of
from .found import Found, lookup

NAME_GRAMS = frozenset({"Name", "Surn", "Patr", "Geox"})
# "1girl, silver hair": English words in a Russian prompt, in small letters
FOREIGN = {word: letter for letter in "fm" for word in word_set("foreign.txt", f"person {letter}")}
TWINS = word_set("reference.txt", "twin")
WITH_CLOTHES = ("в", "во", "с", "со", "без")


def noun_at(tokens: list[Token], i: int) -> Found | None:
    """A common noun for a person at place `i`."""
    token = tokens[i]
    if token.text in FOREIGN:
        told = Person(token.low, FOREIGN[token.text], "generic", token.low)
        return Found(i, i, i, "noun", token.low, told.gender, "sing", "nom", person=told, keys={token.low})
    if not token.low[0].isalpha() or _describes_next(tokens, i):
        return None
    phrase = build(tokens, i)
    if phrase is None:
        return None
    entry = _listed(token, phrase) or _somebody_dressed(tokens, i, phrase) or _living(token, phrase)
    if entry is None or _is_nobody(tokens, i, phrase, entry) or _thing_there(tokens, i, phrase):
        return None
    r = _case_by_place(tokens, i, phrase)
    if entry.gender == "r" and r.case == "nom" and phrase.start == i and i > 0:
        _take_adjective(tokens, phrase, r)
    letter, hint = _sex(entry, phrase)
    number = "plur" if r.number == "plur" or phrase.count > 1 else "sing"
    count = phrase.count
    if r.key in TWINS and number == "plur" and not phrase.counted:
        count, phrase.counted = 2, True
    return Found(
        i,
        i,
        i,
        "noun",
        _dictionary_form(entry, r),
        letter,
        number,
        r.case,
        phrase,
        entry,
        count,
        phrase.counted,
        forms=tuple(x for x in token.readings if x.pos == "NOUN" and x.key == r.key),
        keys={r.key},
        hint=hint,
    )


def _describes_next(tokens: list[Token], i: int) -> bool:
    """ "пленный орк": the word may be a noun, but here it is the adjective of the next one."""
    if not tokens[i].has("ADJF") or i + 1 == len(tokens) or tokens[i + 1].best.pos != "NOUN":
        return False
    noun = tokens[i + 1].best
    person = lookup(noun.key)
    if person is None or person.kind not in ("folk", "role", "generic", "people"):
        return False
    return any(agrees(a, noun) for a in tokens[i].readings if a.pos == "ADJF")


def _listed(token: Token, phrase: Phrase) -> Person | None:
    """What the lists say of the noun; the phrase takes the reading they know."""
    first = phrase.reading
    for r in [first, *(x for x in token.readings if x.pos == "NOUN")]:
        entry = lookup(r.key)
        if entry and (r.case == first.case or first.key not in things()):
            phrase.reading = r if r.case == first.case else first
            return _woman(entry, phrase.reading)
    return None


def _woman(entry: Person, r: Reading) -> Person:
    """ "подсудимая" has the dictionary form "подсудимый", and is a woman all the same."""
    adjective = entry.word.endswith(("ый", "ий", "ой")) and fold(entry.word) == r.key
    if entry.gender != "m" or r.gender != "femn" or r.number != "sing" or not adjective:
        return entry
    return replace(entry, word=nominative(r, "sing", "femn"), gender="f")


def _somebody_dressed(tokens: list[Token], i: int, phrase: Phrase) -> Person | None:
    """ "мажор в белом поло": a noun that no list has, but whoever wears something is a person."""
    if not _heads_fragment(tokens, i):
        return None
    r = phrase.reading
    thing = things().get(r.key)
    if _no_person_word(r.key) or r.grams & NAME_GRAMS or (thing and thing.category != "hair"):
        return None
    kind = kind_of(r.key)
    if kind.startswith(("thing", "animal", "other")) and thing is None and r.animacy != "anim":
        return None
    low = tokens[i].low
    female = r.gender == "femn" or low.endswith(("ка", "ица", "уля", "яшка"))
    return Person(r.lemma if r.known else low, "f" if female else "m", "role", "person")


def _no_person_word(key: str) -> bool:
    return any(key in word_set("absent.txt", section) for section in ("animal", "of", "picture"))


def _heads_fragment(tokens: list[Token], i: int) -> bool:
    """ "мажор в белом поло": the noun is at the head of words without a verb, and clothes follow."""
    if any(t.best.pos in ("VERB", "ADJS", "PRTS") for t in tokens) or i + 2 >= len(tokens):
        return False
    if any(t.best.pos not in ("ADJF", "PRTF", "ADVB", "PRCL") for t in tokens[:i]):
        return False
    if tokens[i + 1].low not in WITH_CLOTHES:
        return False
    if not any(r.case == "nom" and r.number == "sing" for r in tokens[i].readings):
        return False
    worn = next((t for t in tokens[i + 2 : i + 6] if t.best.pos == "NOUN"), None)
    keys = worn.keys("NOUN") & things().keys() if worn is not None else set()
    return any(things()[key].category not in ("other", "accessory") for key in keys)


def _living(token: Token, phrase: Phrase) -> Person | None:
    """A noun that the dictionary knows to be alive and the word vectors to be a person."""
    r = phrase.reading
    if r.animacy != "anim" or r.key in word_set("absent.txt", "animal") or r.key in things():
        return None
    if r.grams & NAME_GRAMS or token.has("ADJF", "PRTF") or not is_person_noun(r.key):
        return None
    if token.best.pos != "NOUN" or not r.known:
        return None
    if any(x.pos == "NOUN" and x.key in things() and x.case == r.case for x in token.readings):
        return None  # "с монистом"
    return Person(r.lemma, {"masc": "r", "femn": "f"}.get(r.gender, "u"), "role", "person")


def _is_nobody(tokens: list[Token], i: int, phrase: Phrase, entry: Person) -> bool:
    """The noun is a beast, an oath, a turn of speech or a thing, though it may mean a person elsewhere."""
    token = tokens[i]
    if token.best.key in word_set("absent.txt", "animal") or _oath(tokens, i):
        return True
    if phrase.prep == "во" and token.low == "главе":
        return True
    if phrase.prep in ("в", "во") and (_may_be_place(token) or phrase.reading.grams >= {"loct", "plur"}):
        return True  # "в фате", "борода в крошках"
    # a homonym that is first of all a thing: "пачка", "тройка", "модель"
    if phrase.reading.key not in things() or entry.kind in ("kin", "generic"):
        return False
    return phrase.reading.animacy != "anim"


def _thing_there(tokens: list[Token], i: int, phrase: Phrase) -> bool:
    """ "на колготках стрелка": the nominative of a thing, no shooter in the genitive."""
    listed = not any(t.best.pos == "VERB" for t in tokens)
    if (phrase.reading.case not in ("gen", "acc") and not listed) or phrase.mods or phrase.prep:
        return False
    nouns = [r for r in tokens[i].readings if r.pos == "NOUN" and r.key in things()]
    return any(r.case == "nom" and r.animacy == "inan" and r.key != phrase.reading.key for r in nouns)


def _may_be_place(token: Token) -> bool:
    """ "в фате": the veil, not fate's favourite."""
    return any(r.pos == "NOUN" and r.key in things() and r.case == "loc" for r in token.readings)


def _oath(tokens: list[Token], i: int) -> bool:
    """ "Слава богу", "чёрт возьми": the god or devil is there only if something is told of him."""
    if not any(r.key in word_set("absent.txt", "oath") for r in tokens[i].readings if r.pos == "NOUN"):
        return False
    near = tokens[max(0, i - 1) : i + 3]
    told = any(t.i != i and look_of(t) is not None for t in near)
    worn = i + 2 < len(tokens) and tokens[i + 1].low in ("с", "в")
    worn = worn and bool(tokens[i + 2].keys("NOUN") & things().keys() or tokens[i + 2].has("ADJF"))
    return not told and not worn


def _case_by_place(tokens: list[Token], i: int, phrase: Phrase) -> Reading:
    """Correct the tagger's case by what stands around: numerals, owned things, the verb's subject."""
    if phrase.prep:
        return phrase.reading
    before = tokens[phrase.start - 1] if phrase.start > 0 else None
    owned = before is not None and before.best.pos == "NOUN" and before.keys("NOUN") & things().keys()
    case = phrase.reading.case
    better = None
    if owned and not phrase.counted:
        better = _as_owner(tokens, i, phrase)
    elif phrase.counted and case in ("gen", "acc"):
        better = _as_counted(tokens, phrase)
    elif not owned and case not in ("nom", "ins", "dat"):
        better = _as_subject(tokens, i, phrase)
    phrase.reading = better or phrase.reading
    return phrase.reading


def _as_owner(tokens: list[Token], i: int, phrase: Phrase) -> Reading | None:
    """ "глаза девушки"."""
    r = phrase.reading
    if r.case == "gen" or (r.number != "plur" and r.case == "nom"):
        return None
    return next((x for x in _fitting(tokens, i, phrase) if x.case == "gen"), None)


def _as_counted(tokens: list[Token], phrase: Phrase) -> Reading | None:
    """ "Три солдата вошли": the genitive of the noun hides the nominative of the whole."""
    numeral = tokens[phrase.start]
    if any(x.case == "nom" for x in numeral.readings) or numeral.low.isdigit():
        return replace(phrase.reading, case="nom")
    return None


def _as_subject(tokens: list[Token], i: int, phrase: Phrase) -> Reading | None:
    if not tokens[i].rel.startswith("nsubj") and not i == phrase.start == 0:
        return None
    return next((x for x in _fitting(tokens, i, phrase) if x.case == "nom"), None)


def _fitting(tokens: list[Token], i: int, phrase: Phrase) -> list[Reading]:
    """Readings of the noun that agree with all its adjectives."""
    key = phrase.reading.key
    return [
        x
        for x in tokens[i].readings
        if x.pos == "NOUN" and x.key == key
        if all(any(agrees(a, x) for a in tokens[m].readings) for m in phrase.mod_readings)
    ]


def _take_adjective(tokens: list[Token], phrase: Phrase, r: Reading) -> None:
    """ "молодая врач": the adjective, which does not agree with the noun, shows the sex."""
    before = phrase.start - 1
    fits = (a for a in tokens[before].readings if a.pos in MODIFIERS and agrees(a, r, loose_gender=True))
    adjective = next(fits, None)
    if adjective is not None:
        phrase.start = before
        phrase.mods.insert(0, before)
        phrase.mod_readings[before] = adjective


def _sex(entry: Person, phrase: Phrase) -> tuple[str, str]:
    """Sex that the noun and its adjectives show, and a weak hint: "новый директор" may be a woman."""
    if entry.gender not in ("r", "c"):
        return (entry.gender if entry.gender in ("m", "f") else "u"), ""
    letter, hint = "u", ""
    for m in phrase.mod_readings.values():
        if m.number != "sing":
            continue
        if m.gender == "femn":
            letter = "f"
        elif m.gender == "masc" and "Apro" not in m.grams:
            if entry.gender == "c":
                letter = "m"
            else:
                hint = "m"
    return letter, hint


def _dictionary_form(entry: Person, r: Reading) -> str:
    if entry.word and fold(entry.word) == r.key:
        return entry.word
    if entry.gender == "f" and r.gender == "femn" and entry.word.endswith("ая"):
        return entry.word
    return nominative(r, "sing") if r.number == "plur" else r.lemma
