"""Set phrases that tell of looks, and "свой": "на сносях", "посмотрел на свою рубашку"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lexicon.lists import fold, things, word_map
from ...model import WORN
from .idle import LOOK_AT
from .rule import rule

if TYPE_CHECKING:
    from ..finder import SentenceLooks


SET_PHRASES = {tuple(said.split()): shown for said, shown in word_map("rules.txt", "set phrase").items()}


@rule("Жена старосты, на сносях, вздыхала.", "беременный")
def set_phrase(looks: SentenceLooks) -> None:
    words = [fold(t.low) for t in looks.tokens]
    for i, first in enumerate(words):
        for said, shown in SET_PHRASES.items():
            if said[0] != first or tuple(words[i : i + len(said)]) != said:
                continue
            normal, _, category = shown.rpartition(" ")
            end = i + len(said)
            looks.certain.add(i)
            looks.add(looks.nominal_owner(i, end), i, end, category, normal, looks.negation(i), (normal,))


@rule("Павел посмотрел на свою рубашку.", "рубашка")
def own(looks: SentenceLooks) -> None:
    for phrase in looks.phrases.values():
        entry = things().get(phrase.reading.key)
        theirs = any(looks.tokens[m].keys("ADJF") & {"свой"} for m in phrase.mods)
        if entry is None or not theirs or entry.category not in WORN:
            continue
        verb = looks._clause_verb(phrase.noun)
        if verb is not None and looks.tokens[verb].keys("VERB", "GRND") & LOOK_AT:
            owner = looks.possessor(phrase, phrase.noun + 1) or looks.subject(verb)
            looks.emit(owner, phrase, entry, phrase.start, phrase.noun + 1, False)
