"""What the rules of adjectives without a noun ask about, and how an adjective agrees with a person."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...grammar.tokens import Reading
    from ...people.coreference.entity import Entity
    from ...people.found import Found
    from ..finder import SentenceLooks

LETTERS = {"masc": "m", "femn": "f", "neut": "n"}
CHILDREN = ("дитя", "чадо", "существо")  # the neuter nouns for persons


class AdjectiveAt:
    """An adjective or participle that stands apart from any noun, and the people around it."""

    def __init__(self, looks: SentenceLooks, place: int) -> None:
        self.looks = looks
        self.place = place
        token = looks.tokens[place]
        self.short = token.best.pos in ("ADJS", "PRTS")
        options = [r for r in token.readings if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS")]
        self.options = [r for r in options if (r.pos in ("ADJS", "PRTS")) == self.short] or options
        people = [f for f in looks.people_here() if f.kind != "poss"]
        self.before = [f for f in people if f.last < place]
        self.after = [f for f in people if f.first > place]

    def fits(self, f: Found) -> int:
        return fitting(f, self.options)

    @cached_property
    def exact_before(self) -> list[Found]:
        """People before it whom it agrees with in case, number and gender."""
        return [f for f in self.before if self.fits(f) == 2]

    @cached_property
    def subjects_after(self) -> list[Found]:
        return [f for f in self.after if f.case == "nom" and self.fits(f) == 2]

    @cached_property
    def plural(self) -> bool:
        return any(r.number == "plur" for r in self.options)

    def topic(self, options: list[Reading]) -> Entity | None:
        """Who was spoken of last, unless a thing of this sentence agrees."""
        for r in options:
            if r.gender == "neut":
                continue
            if any(
                p.reading.case == "nom"
                and not p.prep
                and p.reading.number == r.number
                and (r.number == "plur" or p.reading.gender == r.gender)
                for p in self.looks.phrases.values()
            ):
                return None
            found = self.looks.scene.topic(LETTERS.get(r.gender, "u"), r.number or "sing")
            if found is not None:
                return found
        return None


def fitting(f: Found, options: list[Reading]) -> int:
    """2 when case, number and gender agree, 1 when only number and gender do."""
    best = 0
    for r in options:
        if _number_and_gender(f, r):
            same = not r.case or r.case == f.case
            same = same or any(x.case == r.case and x.number == r.number for x in f.forms)
            best = max(best, 2 if same else 1)
    return best


def _number_and_gender(f: Found, r: Reading) -> bool:
    plural = f.number == "plur" or f.count > 1
    if r.number and (r.number == "plur") != plural:
        return False
    if r.number != "sing":
        return True
    letter = LETTERS.get(r.gender, "u")
    if letter == "n" and not (f.person and f.person.word in CHILDREN):
        return False
    gender = f.gender if f.gender != "u" or f.entity is None else f.entity.gender
    return "u" in (letter, gender) or letter == gender
