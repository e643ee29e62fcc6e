"""English phrases for what the Russian text says; published text-image encoders read English."""

from functools import cache

from .grammar.numbers import years
from .lexicon.lists import english, fold, looks, people, things, verbs, word_map, word_set
from .model import WORN
from .people.coreference.entity import Fact

# For a noun that no list has.
NOUNS = {"hair_color": "hair", "hair_style": "hair", "clothes": "clothes", "headwear": "hat"}
CHEFS = word_set("words.txt", "chef")
# They say nothing in a description.
NOTHING = frozenset("clothes height expression eyes face hair body skin".split())
# What stands before the noun: what the face does, and some adjectives of more than one word.
DOING = frozenset("smiling laughing frowning crying squinting grinning".split())
FRONT = {"long-legged", "one-eyed", "cross-eyed", "hunchbacked", "middle-aged", "elegantly dressed"}
VAGUE = ("worker", "person", "official")  # "man" or "woman" says more to an image encoder
SEXED = ("man", "woman", "girl", "boy", "nurse", "actress", "nun", "witch", "priestess", "goddess", "queen")


def adjective(word: str) -> str:
    """English of an adjective inside a phrase, "" when no list has it."""
    key = fold(word)
    for section in ("colour", "look"):
        found = english(section).get(key)
        if found:
            return found
    look = looks().get(key)
    if look is not None and " " not in look.english and "-" not in key:
        return look.english
    if "-" in key:
        first, _, last = key.rpartition("-")
        shade = english("shade").get(first, "")
        base = adjective(last)
        return f"{shade} {base}".strip() if base else shade
    if key.startswith("не") and len(key) > 5:
        base = adjective(key[2:])
        return f"not {base}" if base else ""
    return ""


def noun(word: str) -> str:
    """English of a worn thing or a part of the body."""
    key = fold(word)
    first, _, last = key.partition("-")
    if last and first.isascii() and first.isalpha():
        return f"{first.upper()} {noun(last)}"  # "AR-очки"
    entry = things().get(key) or things().get(key.split("-")[0]) or things().get(key.split("-")[-1])
    return english("noun").get(key) or (entry.english if entry else "")


def phrase(fact: Fact, head: str = "") -> str:
    """English of one feature, without the negation; `head` is the person's noun."""
    if fact.normalized.isascii() and fact.normalized[:1].isalpha():
        return fact.normalized  # "long silver hair"
    set_phrase = _set_phrase(fact, head)
    if set_phrase:
        return set_phrase
    if fact.category == "role":
        entry = people().get(fold(fact.noun))
        return entry.english if entry else "person"
    if fact.category == "age" and (fact.noun == "age" or fact.normalized.endswith("летний")):
        return _age(fact)
    if fact.verb:
        part = word_map("rules.txt", "face part").get(fold(fact.noun))
        return verbs(f"with the {part}" if part else "expression").get(fold(fact.verb), "")
    return _noun_phrase(fact) if fact.noun else _bare(fact)


def _set_phrase(fact: Fact, head: str) -> str:
    """What is not put together word by word, "" for the rest."""
    normal, key = fold(fact.normalized), fold(fact.noun)
    if normal in english("feature"):
        return english("feature")[normal]
    if key == "колпак" and fold(head.split()[0] if head else "") in CHEFS:
        return "chef's hat"
    if key in ("перо", "перья") and ("волос" in fact.normalized or fact.category == "accessory"):
        return "feathers in the hair"
    if fact.noun == "рост" and any(c.isdigit() for c in fact.normalized):
        return f"{fact.normalized.removeprefix('рост').replace('см', '').strip()} cm tall"
    return ""


def _bare(fact: Fact) -> str:
    """A look told without a noun: "рыжая", "конопатый"."""
    word = fact.adjectives[0] if fact.adjectives else fact.normalized
    key = fold(word)
    if key in english("bare"):
        return english("bare")[key]
    look = looks().get(key) or looks().get(key[2:])  # without "не"
    shown = look.english if look else adjective(word)
    return f"{shown} hair" if fact.category == "hair_color" and shown and "hair" not in shown else shown


def _noun_phrase(fact: Fact) -> str:
    """Adjectives and the noun: "чёрная борода"."""
    _, _, shade = fold(fact.normalized).partition(" цвета ")
    said = english("of colour").get(shade, "")
    adjectives = [a for a in fact.adjectives if not (said and fold(a)[:4] in shade)]
    own = english("eyes") if fact.category == "eyes" else {}
    words = list(dict.fromkeys(filter(None, (own.get(fold(a)) or adjective(a) for a in adjectives))))
    words += [said] if said else []
    if not fact.category.startswith("hair"):  # dark hair is brown, dark clothes are not
        words = ["dark" if w == "dark brown" and "темный" in map(fold, fact.adjectives) else w for w in words]
    if fold(fact.noun) == "очки" and "dark" in " ".join(words):
        return "sunglasses"
    return " ".join([*words, noun(fact.noun) or NOUNS.get(fact.category, "")]).strip()


def _age(fact: Fact) -> str:
    value = years(fact.normalized)
    if value is None:
        return "middle-aged"
    if value < 13:
        return f"{value} year old child"
    return f"{value} years old"


def _head(lemma: str, gender: str) -> str:
    entry = None
    for part in lemma.split():
        entry = people().get(fold(part)) or people().get(fold(part.split("-")[0])) or entry
    default = {"male": "man", "female": "woman"}.get(gender, "person")
    head = entry.english if entry and entry.english else default
    if head in VAGUE:
        return default
    if entry is not None and entry.gender in ("r", "c", "f", "u") and gender in ("male", "female"):
        if not any(word in head for word in SEXED):
            return f"{gender} {head}"
    return head


@cache
def _carried_words() -> frozenset[str]:
    return frozenset(t.english.split()[-1] for t in things().values() if t.carried and t.english)


def _carried(phrase_en: str) -> bool:
    return bool(phrase_en) and phrase_en.split()[-1] in _carried_words()


@cache
def _front_words() -> frozenset[str]:
    return frozenset(x.english for x in looks().values() if " " not in x.english) | FRONT


def whole(lemma: str, gender: str, features: list[tuple[str, str, bool]]) -> str:
    """English description of a person from its head noun and (category, English, negated) features."""
    head = _head(lemma, gender)
    shown = list(dict.fromkeys((c, e) for c, e, negated in features if e and not negated and c != "role"))
    front = _before_head(shown, head)
    worn, has = _after_head(shown, front, head)
    text = " ".join([_article((front or [head])[0]), *front, head])
    if has:
        text += " with " + ", ".join(has)
    if worn:
        text += (", wearing " if has else " wearing ") + " and ".join(worn)
    return text


def _before_head(shown: list[tuple[str, str]], head: str) -> list[str]:
    """Age, adjectives and what the face does: "a 20 year old smiling woman"."""
    adjectives = _front_words()
    front = [e.replace(" years old", " year old") for c, e in shown if c == "age" and "child" not in e]
    front += [
        e
        for c, e in shown
        if c != "age" and e not in NOTHING and (e in adjectives or (c == "expression" and e in DOING))
    ]
    return [w for w in dict.fromkeys(front) if w not in head]


def _after_head(shown: list[tuple[str, str]], front: list[str], head: str) -> tuple[list[str], list[str]]:
    """What they wear, and the rest: "with green eyes, wearing a hat"."""
    adjectives = _front_words()
    worn: list[str] = []
    has: list[str] = []
    for c, e in shown:
        if c == "age" or e in NOTHING or e in front or e in adjectives or e.split()[0] in head:
            continue
        (worn if c in WORN and not _carried(e) else has).append(e)
    return worn, has


def _article(first: str) -> str:
    """ "an" before the sound of a vowel: "an 18 year old", but "a European"."""
    vowel = first[:1].lower() in "aeiou" and not first.startswith("Eu")
    return "an" if vowel or first[:1] == "8" or first[:2] in ("11", "18") else "a"
