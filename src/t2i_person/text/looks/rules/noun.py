"""What the rules of nouns ask about: a noun that a list of things has, and the sentence around it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ...grammar.agreement import noun_readings
from ...model import WORN

if TYPE_CHECKING:
    from ...grammar.phrases import Phrase
    from ...grammar.tokens import Token
    from ...lexicon.lists import Thing
    from ...people.coreference.entity import Entity
    from ..finder import SentenceLooks


class NounAt:
    """A noun phrase with the list's entry of its noun; what only some rules need is worked out when asked."""

    def __init__(self, looks: SentenceLooks, phrase: Phrase, entry: Thing) -> None:
        self.looks = looks
        self.phrase = phrase
        self.entry = entry
        self.tokens: list[Token] = looks.tokens
        self.place = phrase.noun
        self.start = phrase.start  # without the preposition
        self.whole = phrase.whole  # with it
        self.prep = phrase.prep if self.whole < self.start else ""  # right before the phrase, not farther off
        self.worn = entry.category in WORN and not entry.carried
        self.body = not self.worn and not entry.carried
        self.described = bool(looks._describing(phrase))

    @property
    def key(self) -> str:
        """The noun's dictionary form; a rule may have read the noun in another way since."""
        return self.phrase.reading.key

    @cached_property
    def end(self) -> int:
        """One past the phrase with its complements."""
        return self.looks.extend(self.phrase, self.entry)

    @property
    def enough(self) -> bool:
        """Whether the phrase tells more than that a person has what everybody has."""
        return self.described or not self.entry.needs or self.end > self.place + 1

    @cached_property
    def cases(self) -> set[str]:
        """All cases the noun's form may be."""
        return {r.case for r in noun_readings(self.tokens[self.place])}

    @cached_property
    def verb(self) -> int | None:
        """The place of the clause's verb."""
        return self.looks._clause_verb(self.place)

    @cached_property
    def verb_keys(self) -> frozenset[str]:
        return frozenset() if self.verb is None else self.tokens[self.verb].keys("VERB", "GRND", "INFN")

    @cached_property
    def possessor(self) -> Entity | None:
        """Whose it is, where words say so."""
        return self.looks.possessor(self.phrase, self.end)

    def nominal_owner(self) -> Entity | None:
        """Whom the phrase with its preposition describes."""
        return self.looks.nominal_owner(self.whole, self.end)

    def emit(self, owner: Entity | None, negated: bool = False, normalized: str = "") -> bool:
        """Make a feature of the phrase without its preposition."""
        return self.emit_from(self.start, self.end, owner, negated, normalized)

    def emit_whole(self, owner: Entity | None, negated: bool = False) -> bool:
        """Make a feature of the phrase with its preposition."""
        return self.emit_from(self.whole, self.end, owner, negated)

    def emit_from(
        self, first: int, end: int, owner: Entity | None, negated: bool, normalized: str = ""
    ) -> bool:
        """Make a feature of the words from `first` to before `end`."""
        return self.looks.emit(owner, self.phrase, self.entry, first, end, negated, normalized)
