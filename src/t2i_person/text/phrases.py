"""Noun phrases by agreement and linear order; the parser's tree is not trusted for them."""

from dataclasses import dataclass, field
from functools import lru_cache

from .analysis import Reading, Token, readings
from .lexicon import fold, looks, people, things, word_set

GOVERNS = {
    "в": ("loc", "acc"), "во": ("loc", "acc"), "на": ("loc", "acc"), "с": ("ins", "gen"),
    "со": ("ins", "gen"),
    "без": ("gen",), "у": ("gen",), "под": ("ins", "acc"), "к": ("dat",), "ко": ("dat",), "о": ("loc",),
    "об": ("loc",), "обо": ("loc",), "из": ("gen",), "из-под": ("gen",), "от": ("gen",), "до": ("gen",),
    "для": ("gen",), "за": ("ins", "acc"), "по": ("dat",), "при": ("loc",), "над": ("ins",),
    "перед": ("ins",),
    "через": ("acc",), "про": ("acc",), "около": ("gen",), "из-за": ("gen",), "между": ("ins",),
    "кроме": ("gen",), "вместо": ("gen",), "возле": ("gen",), "после": ("gen",), "вокруг": ("gen",),
    "против": ("gen",), "мимо": ("gen",), "среди": ("gen",), "сквозь": ("acc",), "ото": ("gen",),
    "насчёт": ("gen",), "ради": ("gen",), "вроде": ("gen",), "поверх": ("gen",), "позади": ("gen",),
    "напротив": ("gen",), "подле": ("gen",), "помимо": ("gen",), "навстречу": ("dat",), "типа": ("gen",),
    "наподобие": ("gen",), "рядом": (), "благодаря": ("dat",), "согласно": ("dat",), "вдоль": ("gen",),
    "внутри": ("gen",), "впереди": ("gen",), "изо": ("gen",), "подо": ("ins", "acc"), "надо": ("ins",),
    "передо": ("ins",), "сзади": ("gen",), "следом": (), "поперёк": ("gen",), "ниже": ("gen",),
    "выше": ("gen",),
    "старше": ("gen",), "близ": ("gen",), "вблизи": ("gen",),
}  # fmt: skip
GOVERNS_KEYS = {fold(k): v for k, v in GOVERNS.items()}
DEGREE = frozenset(
    "очень слишком весьма совсем совершенно почти довольно чуть слегка немного уже еще необычайно "
    "удивительно "
    "невероятно ярко гладко коротко густо плотно туго небрежно аккуратно красиво высоко низко сильно "
    "чисто наголо "
    "тщательно пышно всегда вечно пока по-прежнему давно наполовину наспех вовсе едва изрядно излишне "
    "болезненно "
    "мертвенно чрезмерно крайне замечательно просто нарочито щегольски модно скромно богато бедно "
    "элегантно тепло "
    "легко хорошо плохо криво дочерна дотемна небесно свеже чрезвычайно преждевременно рано странно дико "
    "вечно так "
    "столь самый весь вся всё все тоже также не рассеянно безукоризненно идеально ровно сплошь явно "
    "заметно мягко "
    "больно широко глубоко близко грубо тонко стильно безупречно строго сурово бережно заботливо "
    "нежно".split()
)
NUMBERS = {
    "один": 1, "два": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9,
    "десять": 10, "оба": 2, "двое": 2, "трое": 3, "четверо": 4, "пятеро": 5, "шестеро": 6, "семеро": 7,
    "полтора": 1, "одиннадцать": 11, "двенадцать": 12, "двадцать": 20, "пара": 2, "тройка": 3, "десяток": 10,
    "дюжина": 12,
}  # fmt: skip
NUMBER_KEYS = {fold(k): v for k, v in NUMBERS.items()}
MODIFIERS = ("ADJF", "PRTF")


@dataclass(slots=True)
class Phrase:
    """A noun with what modifies it. All numbers are token places in the sentence."""

    noun: int
    start: int  # first modifier or the noun, without the preposition
    end: int  # one past the last token
    reading: Reading
    mods: list[int] = field(default_factory=list)
    mod_readings: dict[int, Reading] = field(default_factory=dict)
    inside: set[int] = field(default_factory=set)  # an inserted comparison: "рыжей, как медь, бородой"
    prep: str = ""
    prep_at: int = -1
    count: int = 1
    counted: bool = False

    @property
    def case(self) -> str:
        return self.reading.case

    @property
    def whole(self) -> int:
        """Where the phrase starts with its preposition."""
        return self.prep_at if self.prep_at >= 0 and self.prep_at == self.start - 1 else self.start


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
    if token.low in ("его", "её", "ее", "их"):
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


def number_value(token: Token) -> int | None:
    """Value of a numeral word or of digits, None for other words."""
    if token.low.isdigit() and len(token.low) < 4:
        return int(token.low)
    for r in token.readings:
        if r.key in NUMBER_KEYS and (r.pos in ("NUMR", "NOUN", "ADJF", "X")):
            return NUMBER_KEYS[r.key]
    return None


def build(tokens: list[Token], n: int) -> Phrase | None:
    """The phrase around the noun at place `n`, or None if it is no noun."""
    options = noun_readings(tokens[n])
    if not options:
        return None
    phrase = Phrase(n, n, n + 1, options[0])
    mod_options: dict[int, list[Reading]] = {}
    j = n - 1
    while j >= 0:
        token = tokens[j]
        low = fold(token.low)
        if low in GOVERNS_KEYS and token.best.pos in ("PREP", "ADVB", "NOUN", "COMP"):
            break
        if low in ("его", "ее", "их") and token.pos in ("DET", "PRON"):
            phrase.mods.append(j)
            phrase.start = j
            j -= 1
            continue
        value = number_value(token)
        if (value is not None and not token.has("ADJF")) or low in ("оба", "обе", "двое", "трое"):
            fits = [
                r
                for r in options
                if r.case == "gen"
                or r.number == "plur"
                or (r.number == "sing" and value in (2, 3, 4) and r.case in ("nom", "acc"))
            ]
            if fits and value:
                phrase.count, phrase.counted, phrase.start = value, True, j
                options = fits
                j -= 1
                continue
            break
        if is_modifier(token):
            adjectives = [r for r in token.readings if r.pos in MODIFIERS]
            pairs = [(a, r) for r in options for a in adjectives if agrees(a, r)]
            if not pairs and value is None:  # "две молодые девушки", "врач молодая"
                pairs = [
                    (a, r)
                    for r in options
                    for a in adjectives
                    if a.number == "plur" and r.case == "gen" and j > 0 and number_value(tokens[j - 1])
                ]
            if pairs:
                options = [r for r in options if any(r is p[1] for p in pairs)]
                mod_options[j] = [p[0] for p in pairs]
                phrase.mods.append(j)
                phrase.start = j
                if value is not None and low.startswith("од"):
                    phrase.counted = True
                j -= 1
                continue
            break
        if phrase.mods and phrase.mods[-1] == j + 1:
            if token.best.pos in ("ADVB", "PRCL", "COMP") and (low in DEGREE or low.endswith(("о", "и"))):
                if low not in ("и", "не", "ни", "или", "то", "это", "даже", "вот", "ли", "именно", "только"):
                    phrase.start = j
                    phrase.mods.append(j)
                    j -= 1
                    continue
            owned = j > 0 and fold(tokens[j - 1].low) in ("его", "ее", "их")  # "муж её, отставной майор"
            if (
                low in (",", "и", "или", "но", "а", "да")
                and j > 0
                and is_modifier(tokens[j - 1])
                and not owned
            ):
                before = [r for r in tokens[j - 1].readings if r.pos in MODIFIERS]
                if any(agrees(a, r) for a in before for r in options) and tokens[j - 1].low not in (
                    "который",
                ):
                    j -= 1
                    continue
        left = _inserted(tokens, j, options) if low in (",", ")") else None
        if left is not None:
            phrase.inside |= set(range(left, j + 1))
            j = left - 1
            continue
        if low == "же" and j > 0 and tokens[j - 1].has("ADJF") and phrase.start == j + 1:
            j -= 1  # "в том же сером пальто"
            continue
        far = _far_modifier(tokens, j, options, phrase)
        if far is not None:
            adjectives = [r for r in tokens[far].readings if r.pos in MODIFIERS]
            pairs = [(a, r) for r in options for a in adjectives if agrees(a, r)]
            options = [r for r in options if any(r is p[1] for p in pairs)]
            mod_options[far] = [p[0] for p in pairs]
            phrase.mods.append(far)
            phrase.start = far
            j = far - 1
            continue
        break
    k = phrase.start - 1
    if k >= 0 and tokens[k].low in ("не", "ни", "лишь", "только", "даже") and k > 0:
        pass
    elif k >= 0:
        low = fold(tokens[k].low)
        if GOVERNS_KEYS.get(low):
            phrase.prep, phrase.prep_at = low, k
            governed = [r for r in options if r.case in GOVERNS_KEYS[low]]
            if governed:
                if low in ("с", "со") and any(r.case == "ins" for r in governed):
                    governed = [r for r in governed if r.case == "ins"]
                options = governed
    if not phrase.prep and any(r.case not in ("loc",) for r in options):
        options = [r for r in options if r.case != "loc"]
    phrase.reading = options[0]
    for m, found in mod_options.items():
        fit = [a for a in found if agrees(a, phrase.reading)] or found
        phrase.mod_readings[m] = fit[0]
    phrase.mods.sort()
    return phrase


INSERTS = frozenset(
    "как словно точно будто подобно до с со от цвета не хотя явно недавно видимо еще когда-то без по "
    "для".split()
)


def _inserted(tokens: list[Token], end: int, options: list[Reading]) -> int | None:
    """Where what stands between marks inside a phrase begins: "в длинном, до пят, сером пальто"."""
    opening = "(" if tokens[end].low == ")" else ","
    for k in range(end - 1, max(0, end - 8), -1):
        t = tokens[k]
        if t.low == opening:
            inner = tokens[k + 1]
            of_whom = inner.best.pos in ("ADJF", "NOUN") and inner.best.case == "gen"
            if opening == "," and fold(inner.low) not in INSERTS and not of_whom:
                return None
            if not is_modifier(tokens[k - 1]) or (k > 1 and tokens[k - 2].best.pos == "NOUN"):
                return None
            adjectives = [r for r in tokens[k - 1].readings if r.pos in MODIFIERS]
            return k if any(agrees(a, r) for a in adjectives for r in options) else None
        if t.best.pos in ("VERB", "GRND") or t.low in (".", ";", ":", "!", "?"):
            return None
    return None


def _far_modifier(tokens: list[Token], j: int, options: list[Reading], phrase: Phrase) -> int | None:
    """An adjective parted from its noun by its own words: "чёрным от угля лицом", "одетая в белое дама"."""
    for k in range(j - 1, max(-1, j - 6), -1):
        token = tokens[k]
        if not token.low[0].isalnum() or token.best.pos in ("VERB", "INFN", "CONJ", "GRND"):
            return None
        if token.has("PRTF", "ADJF") and is_modifier(token) and token.low not in ("его", "её", "ее", "их"):
            adjectives = [r for r in token.readings if r.pos in MODIFIERS]
            inner = tokens[k + 1]
            opens = inner.best.pos == "PREP" or (
                any(r.pos == "PRTF" for r in adjectives) and not is_modifier(inner)
            )
            if not opens or k + 1 > j:
                continue
            if not any(agrees(a, r) for a in adjectives for r in options):
                continue
            nearer = noun_readings(inner)
            participle = (
                any(a.pos == "PRTF" for a in adjectives)
                and tokens[phrase.noun].keys("NOUN") & things().keys()
            )
            if any(agrees(a, r) for a in adjectives for r in nearer):
                # "перепачканным мазутом лицом": the participle's own instrument agrees by chance
                if not (
                    participle
                    and k > 0
                    and tokens[k - 1].best.pos == "PREP"
                    and not inner.keys() & things().keys()
                ):
                    continue
            if any("Apro" in a.grams for a in adjectives):
                continue
            return k
    return None


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


def masculine(token: Token, reading: Reading | None = None) -> str:
    """Masculine singular dictionary form of an adjective."""
    if reading is None:
        fits = [r for r in token.readings if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS")]
        reading = fits[0] if fits else token.best
    return reading.lemma


def normalize(tokens: list[Token], phrase: Phrase, end: int | None = None) -> str:
    """Nominative noun phrase, complements left as they are."""
    noun = phrase.reading
    out = []
    number = noun.number or "sing"
    gender = noun.gender
    if phrase.counted and phrase.count > 1:
        number = "plur"
    for i in range(phrase.start, phrase.noun):
        token = tokens[i]
        if i in phrase.inside:
            continue
        if i in phrase.mod_readings:
            if "Apro" in phrase.mod_readings[i].grams:
                continue
            out.append(nominative(phrase.mod_readings[i], number, gender if number == "sing" else ""))
        elif token.low in ("его", "её", "ее", "их", "уже", "же", "и"):
            if token.low == "и":
                out.append("и")
        elif phrase.counted and number_value(token):
            out.append(_number_word(token, phrase, gender))
        elif token.low == ",":
            if out:
                out[-1] += ","
        elif i in phrase.mods or not token.low[0].isalnum() or True:
            out.append(token.low)
    counted_word = nominative(noun, number)
    if phrase.counted and phrase.count in (2, 3, 4) and noun.parse is not None:
        made = noun.parse.inflect({"gent", "sing"})
        counted_word = made.word if made and "Pltm" not in noun.grams else counted_word
        if noun.number == "plur":
            counted_word = nominative(noun, "plur")
    out.append(counted_word)
    for i in range(phrase.noun + 1, end if end is not None else phrase.end):
        if tokens[i].low == "," and out:
            out[-1] += ","
        else:
            out.append(tokens[i].low)
    return " ".join(out)


def _number_word(token: Token, phrase: Phrase, gender: str) -> str:
    if phrase.count == 2 and token.best.key in ("два",):
        return "две" if gender == "femn" else "два"
    return token.best.lemma


def look_of(token: Token) -> tuple[str, str, str] | None:
    """(category, normalised, English key) if an adjective of looks, else None."""
    from .compounds import compound  # late: compounds needs this module's helpers

    for r in token.readings:
        if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS") or (r.pos == "NOUN" and r.grams & {"Subx"}):
            look = looks().get(r.key)
            if look:
                return look.category, r.lemma, look.word
            made = compound(r.lemma)
            if made:
                return made
            shade, _, base = r.key.rpartition("-")
            if shade.endswith("о") and base in looks():
                return looks()[base].category, r.lemma, r.lemma  # "тёмно-рыжая"
    return None


def is_pointing(token: Token) -> bool:
    """Pronoun, ordinal or owner, which describes nothing."""
    if token.low in ("его", "её", "ее", "их"):
        return True
    return any(
        r.key in word_set("words.txt", "pointing") or "Apro" in r.grams or "Anum" in r.grams
        for r in token.readings
        if r.pos in MODIFIERS
    )


def plain_readings(word: str) -> tuple[Reading, ...]:
    return readings(word.lower())
