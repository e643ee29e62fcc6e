"""Russian numerals: one table, for the years of an age and for how many people a noun counts."""

from ..lexicon.lists import fold
from .tokens import Token

# Value, numeral, and its stem in a compound such as "двадцатипятилетний".
NUMERALS = (
    (0, "ноль", ""), (1, "один", "одно"), (2, "два", "двух"), (3, "три", "трёх"), (4, "четыре", "четырёх"),
    (5, "пять", "пяти"), (6, "шесть", "шести"), (7, "семь", "семи"), (8, "восемь", "восьми"),
    (9, "девять", "девяти"), (10, "десять", "десяти"), (11, "одиннадцать", "одиннадцати"),
    (12, "двенадцать", "двенадцати"), (13, "тринадцать", "тринадцати"),
    (14, "четырнадцать", "четырнадцати"), (15, "пятнадцать", "пятнадцати"),
    (16, "шестнадцать", "шестнадцати"), (17, "семнадцать", "семнадцати"),
    (18, "восемнадцать", "восемнадцати"), (19, "девятнадцать", "девятнадцати"),
    (20, "двадцать", "двадцати"), (30, "тридцать", "тридцати"), (40, "сорок", "сорока"),
    (50, "пятьдесят", "пятидесяти"), (60, "шестьдесят", "шестидесяти"), (70, "семьдесят", "семидесяти"),
    (80, "восемьдесят", "восьмидесяти"), (90, "девяносто", "девяносто"), (100, "сто", "сто"),
)  # fmt: skip
VALUES = {fold(word): value for value, word, _ in NUMERALS}
ORDINALS = {
    "первый": 1, "второй": 2, "третий": 3, "четвертый": 4, "шестой": 6, "седьмой": 7, "восьмой": 8,
    "сороковой": 40, "девяностый": 90, "сотый": 100,
} | {  # "пятый", "двадцатый"
    fold(f"{word.removesuffix('ь')}ый"): value for value, word, _ in NUMERALS if word.endswith("ь") and value
} | {fold(f"{stem[:-1]}ый"): value for value, _, stem in NUMERALS if 50 <= value < 90}  # fmt: skip
STEMS = {fold(stem): value for value, _, stem in NUMERALS if stem} | {"девяноста": 90, "ста": 100}
LONGEST_FIRST = sorted(STEMS, key=lambda stem: -len(stem))
GROUPS = {
    "оба": 2, "двое": 2, "трое": 3, "четверо": 4, "пятеро": 5, "шестеро": 6, "семеро": 7,
    "полтора": 1, "пара": 2, "тройка": 3, "десяток": 10, "дюжина": 12,
}  # fmt: skip
NUMBER_KEYS = {word: value for word, value in VALUES.items() if value} | GROUPS  # what counts a noun
COLLECTIVES = ("оба", "обе", "двое", "трое")  # numerals in spite of a reading as an adjective
# How many a noun's people are, said after a comma: "подруги, обе в лосинах".
TOGETHER = {"обе": 2} | {word: GROUPS[word] for word in ("оба", "двое", "трое", "четверо", "пятеро")}
LIKE_NOUNS = ("тридцать", "сорок", "девяносто", "сто")  # numbers in spite of a reading as a noun
FEW = (2, 3, 4)  # after these numerals the noun stands in the genitive singular: "две косы", "два года"


def number_value(token: Token) -> int | None:
    """Value of a numeral word or of digits, None for other words."""
    if token.low.isdigit() and len(token.low) < 4:
        return int(token.low)
    for r in token.readings:
        if r.key in NUMBER_KEYS and (r.pos in ("NUMR", "NOUN", "ADJF", "X")):
            return NUMBER_KEYS[r.key]
    return None


def years(phrase: str) -> int | None:
    """Age in years of "сорок пять лет", "сороковой год" or "двадцатипятилетний"; None without a number."""
    total = 0
    for word in fold(phrase).split():
        if word.isdigit():
            return int(word)
        first, dash, last = word.partition("-")
        if dash and first.isdigit() and last.isdigit():
            return (int(first) + int(last)) // 2
        told = _compound_years(word)
        if told is not None:
            return told
        total += VALUES.get(word, ORDINALS.get(word, 0))
    return total or None


def _compound_years(word: str) -> int | None:
    """ "25-летний", "сорокалетний", "двадцатипятилетний"; None for other words."""
    if not word.endswith("летний"):
        return None
    stem = word.removesuffix("летний").rstrip("-")
    if stem.isdigit():
        return int(stem)
    if stem in STEMS:
        return STEMS[stem]
    for ten in LONGEST_FIRST:
        if stem.startswith(ten) and stem[len(ten) :] in STEMS:
            return STEMS[ten] + STEMS[stem[len(ten) :]]
    return None
