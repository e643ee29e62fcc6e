"""How words and noun phrases are said in the nominative."""

from functools import lru_cache

from .agreement import MODIFIERS, OWNER_WORDS, agrees
from .numbers import FEW, number_value
from .phrases import Phrase
from .tokens import Reading, Token, readings

OPENING, CLOSING = "«„", ("»", "”", ",")


@lru_cache(20_000)
def _nominative(reading: Reading, number: str, gender: str) -> str:
    grams = {"nomn", number}
    if reading.pos in MODIFIERS and number == "sing" and gender:
        grams.add(gender)
    if reading.parse is None:
        return reading.lemma
    made = reading.parse.inflect(grams)
    if reading.parse.word.startswith("лучш"):  # the dictionary says "наихорошее"
        ending = {"femn": "ая", "neut": "ее"}.get(gender, "ий") if number == "sing" else "ие"
        return f"лучш{ending}"
    return made.word if made else reading.lemma


def nominative(reading: Reading, number: str = "", gender: str = "") -> str:
    """The word in the nominative of the given number and gender."""
    return _nominative(reading, number or reading.number or "sing", gender)


def locative(reading: Reading) -> str:
    """The word after "в": "в морщинах"."""
    made = None if reading.parse is None else reading.parse.inflect({"loct", reading.number or "sing"})
    return made.word if made else reading.lemma


def masculine(token: Token, reading: Reading | None = None) -> str:
    """Masculine singular dictionary form of an adjective."""
    if reading is None:
        fits = [r for r in token.readings if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS")]
        reading = fits[0] if fits else token.best
    return reading.lemma


def normalize(tokens: list[Token], phrase: Phrase, end: int | None = None) -> str:
    """Nominative noun phrase, complements left as they are."""
    number = "plur" if phrase.counted and phrase.count > 1 else phrase.reading.number or "sing"
    words = [_before_noun(tokens[i], i, phrase, number) for i in range(phrase.start, phrase.noun)]
    words.append(_noun_form(phrase, number))
    tail = tokens[phrase.noun + 1 : end if end is not None else phrase.end]
    behind = _set_off(tail, phrase, number)
    words = [*behind, *words] if behind else [*words, *_tail(tail, phrase, number)]
    out: list[str] = []
    for word in words:
        if out and (word in CLOSING or out[-1][-1:] in OPENING):
            out[-1] += word
        elif word and word != ",":
            out.append(word)
    return " ".join(out)


def _tail(tail: list[Token], phrase: Phrase, number: str) -> list[str]:
    """ "в подряснике, засученном по локоть": the participle takes the noun's case, the rest stays."""
    words = [t.low for t in tail]
    if len(tail) > 1 and tail[0].low == ",":
        fits = [r for r in tail[1].readings if r.pos == "PRTF" and agrees(r, phrase.reading)]
        if fits:
            words[1] = nominative(fits[0], number, phrase.reading.gender if number == "sing" else "")
    return words


def _set_off(tail: list[Token], phrase: Phrase, number: str) -> list[str]:
    """The adjectives of "лицо его, длинное и худое" as they are said before the noun, if that is all."""
    gender = phrase.reading.gender if number == "sing" else ""
    words: list[str] = []
    for t in tail:
        if t.low in (*OWNER_WORDS, ","):
            words += [","] if words else []
            continue
        fits = [r for r in t.readings if r.pos == "ADJF" and agrees(r, phrase.reading)]
        if not fits and t.low != "и":
            return []
        words.append(nominative(fits[0], number, gender) if fits else t.low)
    return words if tail and words[-1] not in (",", "и") else []


def _before_noun(token: Token, i: int, phrase: Phrase, number: str) -> str:
    """How a word before the noun is said in the nominative, "" for what is left out."""
    gender = phrase.reading.gender
    if i in phrase.inside:
        return ""
    if i in phrase.mod_readings:
        reading = phrase.mod_readings[i]
        pronoun = "Apro" in reading.grams
        return "" if pronoun else nominative(reading, number, gender if number == "sing" else "")
    if token.low in (*OWNER_WORDS, "уже", "же"):
        return ""
    if phrase.counted and number_value(token):
        return _number_word(token, phrase, gender)
    return token.low


def _noun_form(phrase: Phrase, number: str) -> str:
    """ "длинные косы", but "две косы" in the genitive singular."""
    noun = phrase.reading
    few = phrase.counted and phrase.count in FEW and noun.parse is not None and noun.number != "plur"
    made = noun.parse.inflect({"gent", "sing"}) if few and "Pltm" not in noun.grams else None
    return made.word if made else nominative(noun, number)


def _number_word(token: Token, phrase: Phrase, gender: str) -> str:
    if phrase.count == 2 and token.best.key == "два":
        return "две" if gender == "femn" else "два"
    return token.best.lemma


def plain_readings(word: str) -> tuple[Reading, ...]:
    return readings(word.lower())
