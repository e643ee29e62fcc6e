"""Russian number words as integers, enough for ages."""

from .lexicon import fold

UNITS = "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать".split()  # noqa: E501
TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто".split()
VALUES = {fold(w): n for n, w in enumerate(UNITS)} | {fold(w): 20 + 10 * n for n, w in enumerate(TENS)}
STEMS = {
    "двух": 2, "трех": 3, "четырех": 4, "пяти": 5, "шести": 6, "семи": 7, "восьми": 8, "девяти": 9,
    "десяти": 10,
    "одиннадцати": 11, "двенадцати": 12, "тринадцати": 13, "четырнадцати": 14, "пятнадцати": 15,
    "шестнадцати": 16, "семнадцати": 17, "восемнадцати": 18, "девятнадцати": 19, "двадцати": 20,
    "тридцати": 30,
    "сорока": 40, "пятидесяти": 50, "шестидесяти": 60, "семидесяти": 70, "восьмидесяти": 80, "девяносто": 90,
    "девяноста": 90, "ста": 100, "сто": 100, "одно": 1, "годовалый": 1,
}  # fmt: skip


def years(phrase: str) -> int | None:
    """Age in years of "сорок пять лет" or "двадцатипятилетний"; None if there is no number."""
    total = 0
    for word in fold(phrase).split():
        if word.isdigit():
            return int(word)
        if word in VALUES:
            total += VALUES[word]
        elif word.endswith("летний"):
            stem = word[: -len("летний")].rstrip("-")
            if stem.isdigit():
                return int(stem)
            for ten, value in sorted(STEMS.items(), key=lambda x: -len(x[0])):
                if stem == ten:
                    return value
                if stem.startswith(ten) and stem[len(ten) :] in STEMS:
                    return value + STEMS[stem[len(ten) :]]
    return total or None
