"""Whose it is, where a word says so: "посмотрел на свою рубашку"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lexicon.lists import things
from ...model import WORN
from .idle import LOOK_AT
from .rule import rule

if TYPE_CHECKING:
    from ..finder import SentenceLooks


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
