"""Which words can be the nouns and the adjectives of a phrase, and which of them agree."""

from ..lexicon.lists import fold, people, things, word_set
from .tokens import Reading, Token

MODIFIERS = ("ADJF", "PRTF")
OWNER_WORDS = ("его", "её", "ее", "их")


def agrees(adjective: Reading, noun: Reading, loose_gender: bool = False) -> bool:
    """Whether an adjective reading can modify a noun reading."""
    if not adjective.case or adjective.case != noun.case or adjective.number != noun.number:
        return False
    if noun.number == "sing" and adjective.gender and noun.gender and not loose_gender:
        if adjective.gender != noun.gender:
            return False
    if adjective.case == "acc" and adjective.animacy and noun.animacy and adjective.animacy != noun.animacy:
        return False
    return True


def is_modifier(token: Token) -> bool:
    """Whether the token can stand before a noun as its adjective."""
    if token.low in OWNER_WORDS:
        return True
    if not token.has(*MODIFIERS):
        return False
    top = token.best
    return (
        top.pos in MODIFIERS
        or token.pos in ("ADJ", "DET", "VERB", "NUM")
        or any(r.pos in MODIFIERS and r.score > 0.05 for r in token.readings)
    )


def noun_readings(token: Token) -> list[Reading]:
    """Readings of the token as a noun, best first; none when the tagger is sure of a verb."""
    nouns = [r for r in token.readings if r.pos == "NOUN"]
    if not nouns:
        return []
    first = token.low.split("-")[0]
    if "-" in token.low and fold(first) in people():  # "женщина-полицейский" is a woman
        gender = people()[fold(first)].gender
        return [r for r in nouns if {"m": "masc", "f": "femn"}.get(gender) == r.gender] or nouns
    if token.best.pos not in ("NOUN", "X") and not any(r.key in things() for r in nouns):
        if token.pos not in ("NOUN", "PROPN"):
            return []
    if token.pos in ("VERB", "AUX") and token.best.pos in ("VERB", "INFN", "GRND"):
        return []
    return nouns


def is_pointing(token: Token) -> bool:
    """Pronoun, ordinal or owner, which describes nothing."""
    if token.low in OWNER_WORDS:
        return True
    return any(
        r.key in word_set("words.txt", "pointing") or "Apro" in r.grams or "Anum" in r.grams
        for r in token.readings
        if r.pos in MODIFIERS
    )
