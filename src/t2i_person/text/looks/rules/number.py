"""What the rules of ages ask about: a number in words or digits, and the sentence around it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ...grammar.nominative import nominative
from ...grammar.numbers import FEW, VALUES
from ...lexicon.lists import fold, word_set

if TYPE_CHECKING:
    from ...grammar.tokens import Token
    from ...people.found import Found
    from ..finder import SentenceLooks

YEARS = word_set("ages.txt", "years")
TURNS = word_set("ages.txt", "turns")
ABOUT = ("под", "за", "около", "к")


class NumberAt:
    """A number from place `i` to before `j`."""

    def __init__(self, looks: SentenceLooks, i: int, j: int) -> None:
        self.looks = looks
        self.i, self.j = i, j
        self.tokens: list[Token] = looks.tokens
        words = " ".join(_in_nominative(t) for t in looks.tokens[i:j])
        self.words = words.replace(" – ", "–").replace(" - ", "-")
        self.after = fold(looks.tokens[j].low) if j < len(looks.tokens) else ""
        self.before = fold(looks.tokens[i - 1].low) if i > 0 else ""
        self.with_years = self.after in YEARS
        self.end = j + self.with_years
        k = j  # no noun that is counted: "две русые косы"
        while k + 1 < len(looks.tokens) and looks.tokens[k].best.pos in ("ADJF", "PRTF"):
            k += 1
        self.alone = k >= len(looks.tokens) or not looks.tokens[k].has("NOUN")

    @cached_property
    def first(self) -> int:
        """The first place of the age, with "около" and "далеко за" before the number."""
        if self.before not in ABOUT:
            return self.i
        far = self.i > 1 and fold(self.tokens[self.i - 2].low) == "далеко"
        return self.i - 1 - far

    @cached_property
    def normalized(self) -> str:
        if self.words[-1].isdigit():
            told = self.with_years and self.after not in ("годам", "годов")
            year = self.after if told else years_word(self.words)
        elif self.words.endswith("один"):
            year = "год"
        else:
            year = "года" if VALUES.get(self.words.split()[-1]) in FEW else "лет"
        return f"{self.words} {year}"

    @cached_property
    def to_whom(self) -> Found | None:
        """The person in the dative nearby: "ей сорок лет"."""
        clause = self.looks.clause
        for f in self.looks.found:
            if f.case != "dat" or f.entity is None or abs(f.first - self.i) >= 8:
                continue
            towards = f.start > 0 and fold(self.tokens[f.start - 1].low) in ("к", "ко", "по")
            if not towards and (f.first < self.i or clause[f.first] == clause[self.i]):
                return f
        return None

    @cached_property
    def turns(self) -> bool:
        """A verb of reaching an age is near."""
        near = self.tokens[max(0, self.i - 5) : self.j + 4]
        if any(t.keys("VERB") & TURNS for t in near):
            return True
        would = any(t.low in ("бы", "можно", "вид") for t in near)  # "ему вы бы дали лет сорок"
        nobody = any(t.low in ("не", "никто") for t in near)
        return would and not nobody and any(t.keys("VERB", "INFN") & {"дать"} for t in near)


def years_word(number: str) -> str:
    """ "21 год", "34 года", "25 лет" """
    if number[-2:] in ("11", "12", "13", "14") or number[-1] not in "1234":
        return "лет"
    return "год" if number[-1] == "1" else "года"


def _in_nominative(token: Token) -> str:
    if token.low[-1].isdigit():
        return token.low.lstrip("~")
    r = next((r for r in token.readings if r.pos == "NUMR"), token.best)
    form = r.parse.inflect({"nomn"}) if r.parse is not None else None
    return str(form.word) if form else nominative(r, "")
